"""How long an author waits for `serve`: for the first page from the start of the command, and after saving a file.

    python -m benchmarks.serving [FOLDER] [--rounds 7]

prints a table. FOLDER holds `content/` and `locales/`, those of this checkout unless another is named; a copy of it is
served, and its files are saved again and again. A page counts as there when the server has sent its last byte; after a
save that is the new page, asked for as soon as the tab was told of it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import yaml

from benchmarks.measure import MeasureError
from benchmarks.report import Spread
from codepairs.urls import code_path

__all__ = ["main", "waits"]

ROOT = Path(__file__).resolve().parent.parent
_READY = re.compile(rb"http://([^:/]+):([0-9]+)/")
_URL = "https://codes.example/"
_ENVIRONMENT = {"PYTHONUNBUFFERED": "1"}
_PATIENCE = 60
"""Seconds after which a page that has not come never will."""
_PAUSE = 0.5
"""Seconds between two saves, in which the server comes to rest."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description="Wait for pages of `serve`.")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="codepairs-serving-") as name:
        for part in ("content", "locales"):
            shutil.copytree(options.folder / part, Path(name, part))
        print("| milliseconds until the page is there | median (least–greatest) |\n|---|--:|")
        for wait, seconds in waits(Path(name), options.rounds):
            print(f"| {wait} | {Spread.of([each * 1000 for each in seconds])} |", flush=True)


def waits(folder: Path, rounds: int) -> Iterator[tuple[str, list[float]]]:
    """What is waited for, and the seconds it took in each round; the files in the folder are changed."""
    file = sorted((folder / "content").glob("*/[0-9]*.yaml"))[-1]
    protocol, title = file.parent.name, yaml.safe_load(file.read_text(encoding="utf-8"))["title"]
    english, german = (f"/{code_path(lang, protocol, file.stem)}" for lang in ("en", "de"))
    catalogue = folder / "locales" / "de" / "LC_MESSAGES" / f"{protocol}.po"
    yield "the first, from the start of the command", [_first(folder, english) for _ in range(rounds)]
    with _served(folder) as connection:
        # Titles are written without quotation marks.
        translated, written = f'msgid "{title}"\nmsgstr "', f"title: {title}"
        yield "a translation was saved", [_saved(connection, german, catalogue, translated) for _ in range(rounds)]
        yield "a code was saved", [_saved(connection, english, file, written) for _ in range(rounds)]


def _first(folder: Path, address: str) -> float:
    """Seconds from the start of the command to the end of the page."""
    start = time.perf_counter()
    with _served(folder) as connection:
        _asked(connection, address)
        return time.perf_counter() - start


def _saved(connection: http.client.HTTPConnection, address: str, file: Path, before: str) -> float:
    """Seconds from saving a file, with one word more behind what it holds, to the end of the page that shows it."""
    _asked(connection, address)
    told = http.client.HTTPConnection(connection.host, connection.port, timeout=_PATIENCE)
    told.request("GET", f"/_serve/events?address={quote(address)}")
    events = told.getresponse()
    version = _version(events)
    text, word = file.read_text(encoding="utf-8"), f"w{time.monotonic_ns()}"
    time.sleep(_PAUSE)
    changed = text.replace(before, f"{before} {word} ", 1)
    start = time.perf_counter()
    file.write_text(changed, encoding="utf-8")
    while _version(events) == version:
        pass
    page = _asked(connection, address)
    seconds = time.perf_counter() - start
    told.close()
    if word.encode() not in page:
        raise MeasureError(f"{address} does not show what was saved in {file}")
    return seconds


def _version(events: http.client.HTTPResponse) -> str:
    """The version in the next state that a tab is told. Raises MeasureError where something is wrong."""
    while not (line := events.readline()).startswith(b"data: "):
        if not line:
            raise MeasureError("the server has ended")
    state = json.loads(line.removeprefix(b"data: "))
    if state["problems"]:
        raise MeasureError(state["problems"][0]["message"])
    return str(state["version"])


def _asked(connection: http.client.HTTPConnection, address: str) -> bytes:
    connection.request("GET", address)
    answer = connection.getresponse()
    data = answer.read()
    if answer.status != 200:
        raise MeasureError(f"{address}: status {answer.status}")
    return data


@contextmanager
def _served(folder: Path) -> Iterator[http.client.HTTPConnection]:
    """A connection to a server of its own."""
    command = [sys.executable, str(ROOT / "build.py"), "serve", "--port", "0", "--editor", "none", "--base-url", _URL]
    for part in ("content", "locales"):
        command += [f"--{part}", str(folder / part)]
    with subprocess.Popen(  # noqa: S603 - our own
        [*command, "--templates", str(ROOT / "templates")], stdout=subprocess.PIPE, env={**os.environ, **_ENVIRONMENT}
    ) as process:
        try:
            assert process.stdout is not None
            found = _READY.search(process.stdout.readline())
            if found is None:
                raise MeasureError("the server does not start")
            connection = http.client.HTTPConnection(found[1].decode(), int(found[2]), timeout=_PATIENCE)
            yield connection
            connection.close()
        finally:
            # So that it ends its own processes too.
            process.terminate()


if __name__ == "__main__":
    main()
