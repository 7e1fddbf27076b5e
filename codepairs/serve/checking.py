"""What `check` says of a site that is served: asked of a process of its own, as it takes seconds. Runs.

The server answers as quickly as before, and what it shows is what the command says. A check that is no longer wanted,
because a file was saved again, is ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from codepairs.errors import Place, Problem
from codepairs.settings import Settings

__all__ = ["check_of"]

_CODE = "import os; getattr(os, 'nice', int)(10); from codepairs.cli import main; main()"
"""Pages go before."""
_PACKAGES = Path(__file__).parent.parent.parent
"""Where the package lies that this program runs, whatever is installed beside it."""


async def check_of(settings: Settings) -> tuple[Problem, ...]:
    """What `check` finds wrong, and what it warns of; nothing where it cannot say."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_PACKAGES), *filter(None, sys.path)])}
    process = await asyncio.create_subprocess_exec(
        *_command(settings), env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        said, _ = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    try:
        return tuple(map(_problem, json.loads(said)["problems"]))
    except (ValueError, KeyError):
        return ()


def _command(settings: Settings) -> Sequence[str]:
    folders = [f"--{name}={getattr(settings, name)}" for name in ("content", "locales", "templates")]
    address = [f"--base-url={settings.base_url}"] if settings.base_url else []
    return [sys.executable, "-c", _CODE, "check", "--format=json", *folders, *address]


def _problem(told: Mapping[str, Any]) -> Problem:
    place = Place(told["path"], told["line"], told["column"])
    return Problem(place, told["message"], told["severity"] == "warning")
