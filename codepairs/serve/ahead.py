"""Catalogues read ahead: by a process of its own, while this one imports the server and reads the content. Runs, reads.

Catalogues take about as long to read as the libraries of a server to be imported, and hardly any time to be handed on.
Where a process cannot be forked safely, each is read when it is asked for.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from codepairs.translate import Usable, read_usable

__all__ = ["Stamp", "read_ahead", "stamp_of"]

Stamp = tuple[int, int, int]
"""What tells whether a file is another than before."""


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None where it cannot be had."""
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def read_ahead(locales: Path) -> Callable[[Path], Usable]:
    """Begin to read all catalogues; what returns each of them, as it stands when it is asked for."""
    # Another thread could hold a lock that its copy would wait for.
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return read_usable
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(reading)
            with open(writing, "wb") as file:
                _hand_on(sorted(locales.glob("*/LC_MESSAGES/*.po")), file)
        finally:
            # What the other process would do at its end is not for this one to do.
            os._exit(0)
    os.close(writing)
    return _Ahead(process, open(reading, "rb"))


def _hand_on(paths: Iterable[Path], file: BinaryIO) -> None:
    for path in paths:
        stamp = stamp_of(path)
        pickle.dump((path, stamp, read_usable(path)), file, pickle.HIGHEST_PROTOCOL)
        file.flush()


class _Ahead:
    """Takes over what the other process has read, as long as there is anything."""

    def __init__(self, process: int, file: BinaryIO) -> None:
        self._process = process
        self._file = file
        self._known: dict[Path, tuple[Stamp | None, Usable]] = {}

    def __call__(self, path: Path) -> Usable:
        while path not in self._known and not self._file.closed:
            self._take()
        stamp, found = self._known.pop(path, (None, None))
        return found if found is not None and stamp == stamp_of(path) else read_usable(path)

    def _take(self) -> None:
        try:
            path, stamp, found = pickle.load(self._file)  # noqa: S301 - from this program
        except (EOFError, OSError, pickle.UnpicklingError):
            self._file.close()
            with suppress(OSError):
                os.waitpid(self._process, 0)
        else:
            self._known[path] = stamp, found
