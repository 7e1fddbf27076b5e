"""Faults that tests make: a build that is stopped between any two operations on files, and a visitor of what is left.

Operations are counted, not timed: so every point of a build can be met, and the same one again.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from codepairs import pipeline
from codepairs.changes import inputs_digest
from codepairs.manifest import MANIFEST
from codepairs.settings import Settings
from tests.sites import copy_of_tiny, edit

__all__ = [
    "broken",
    "clean_state",
    "killed_build",
    "operations",
    "quick_tiny",
    "read_once",
    "state",
    "visible_operations",
]

_CALLS = ("open", "write", "replace", "rename", "unlink", "rmdir", "mkdir", "fsync")
"""What a build does to files."""
_SEEN = ("replace", "rename", "unlink", "rmdir", "mkdir")
"""What of it a visitor could notice."""
_LINK = re.compile(r'\b(?:href|src)="([^"#?:]+)(?:[#?][^":]*)?"')


def quick_tiny(folder: Path) -> Settings:
    """The tiny site without what takes long to make: pictures, search, and other languages."""
    settings = copy_of_tiny(folder, search=False, jobs=1)
    edit(settings.content / "site.yaml", "images: yes\n", "")
    for lang in ("ar", "de"):
        edit(settings.content / "site.yaml", f"- lang: {lang}\n", "")
    return settings


@contextmanager
def read_once() -> Iterator[None]:
    """Input that is the same is read once, however often it is built."""
    known: dict[str, Any] = {}
    read = pipeline.read_site

    def remembered(settings: Settings) -> Any:
        key = inputs_digest(settings)
        if key not in known:
            known[key] = read(settings)
        return known[key]

    with patch.object(pipeline, "read_site", remembered):
        yield


@contextmanager
def operations(before: Callable[[int], None], calls: tuple[str, ...] = _CALLS) -> Iterator[None]:
    """`before` is called before each operation on files, with its number."""
    count = 0
    opens = os.open

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            # Input is read or remembered; a build may be killed there, but nothing has happened then.
            if call is not opens or args[1] & (os.O_WRONLY | os.O_RDWR):
                before(count)
                count += 1
            return call(*args, **kwargs)

        return run

    patches = [patch.object(os, name, watched(getattr(os, name))) for name in calls]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


@contextmanager
def visible_operations(after: Callable[[], None]) -> Iterator[None]:
    """`after` is called after each operation that a visitor could notice."""
    with operations(lambda _: after(), _SEEN):
        yield
    after()


def killed_build(settings: Settings, at: int) -> bool:
    """Build in a process that is killed before the operation with this number; whether it came so far."""
    child = os.fork()
    if not child:
        try:
            with operations(lambda number: os.kill(os.getpid(), signal.SIGKILL) if number == at else None):
                pipeline.build(settings)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def broken(output: Path) -> list[str]:
    """What a visitor who follows links from the home page meets that should not be: half pages, dead links."""
    found, seen = [], {"index.html"}
    waiting = ["index.html"] if (output / "index.html").exists() else []
    while waiting:
        path = waiting.pop()
        text = (output / path).read_text(encoding="utf-8")
        if not text.rstrip().endswith("</html>"):
            found.append(f"{path} is cut")
        for link in set(_LINK.findall(text)):
            target = os.path.normpath(os.path.join(os.path.dirname(path), unquote(link)))
            if target in seen:
                continue
            seen.add(target)
            if not (output / target).is_file():
                found.append(f"{path} links to {target}")
            elif target.endswith(".html"):
                waiting.append(target)
    return found


def state(output: Path) -> dict[str, bytes | None]:
    """Everything in an output but the manifest, which tells times; folders without bytes."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes() if path.is_file() else None
        for path in output.rglob("*")
        if path.name != MANIFEST
    }


def clean_state(settings: Settings) -> dict[str, bytes | None]:
    """What a build from nothing makes of the same input."""
    output = settings.content.parent / "clean"
    pipeline.build(replace(settings, output=output))
    found = state(output)
    shutil.rmtree(output)
    return found
