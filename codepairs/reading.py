"""Files that strangers wrote -> their bytes: ordinary files of bounded size, inside their folder. Reads.

A pull request can bring links, and a checkout can hold anything else: what is no file, what never ends, what lies
elsewhere. Nothing here waits for a pipe, opens a device, or follows a link out of the folder that is read.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from codepairs.errors import Place, Problem
from codepairs.limits import MOST_BYTES

__all__ = ["UnreadableError", "leads_out", "linked_out", "read_bytes", "read_text"]

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class UnreadableError(Exception):
    """A file cannot be read; `problem` says where and why."""

    def __init__(self, place: Place, message: str) -> None:
        self.problem = Problem(place, message)
        super().__init__(str(self.problem))


def read_bytes(path: Path, *, within: Path | None = None, most: int = MOST_BYTES) -> bytes:
    """The bytes of an ordinary file; of one below `within`, where that is given. Raises UnreadableError."""
    place = Place(str(path))
    if within is not None and leads_out(path, within):
        raise UnreadableError(*linked_out(path, within)[:2])
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            what = "cannot be read: Is a directory" if stat.S_ISDIR(found.st_mode) else "is no ordinary file"
            raise UnreadableError(place, what)
        with open(os.open(path, _FLAGS), "rb", buffering=0) as file:
            # Room for what may be read at most would take longer to make than a file takes to be read.
            data = file.read(min(found.st_size, most) + 1)
    except OSError as error:
        raise UnreadableError(place, f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UnreadableError(place, f"cannot be read: {error}") from error
    if len(data) > most:
        size = max(len(data), found.st_size)
        kind = "a PO file" if path.suffix == ".po" else "a content file"
        raise UnreadableError(place, f"has {size:,} bytes; {kind} has at most {most // 1_000_000} MB")
    return data


def read_text(path: Path, *, within: Path | None = None, most: int = MOST_BYTES) -> str:
    """The same as text. Raises UnreadableError, with its line where the file is not UTF-8."""
    data = read_bytes(path, within=within, most=most)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(Place(str(path), line), "is not UTF-8; save the file as UTF-8") from error


def linked_out(path: Path, folder: Path) -> Problem:
    """What is said of a path that leads out of its folder."""
    return Problem(Place(str(path)), f"is reached by a link out of {folder}; put the file itself there")


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path below a folder is, by some link on its way, a place outside of it."""
    try:
        steps = path.relative_to(folder).parts
    except ValueError:
        steps = path.parts
    way, linked = os.fspath(folder), ".." in steps
    for step in steps:
        way = os.path.join(way, step)
        linked = linked or os.path.islink(way)
    if not linked:
        return False
    root = os.path.realpath(folder)
    return os.path.commonpath([root, os.path.realpath(path)]) != root
