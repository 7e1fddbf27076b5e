"""What the last run left: the files of every batch, and the digests of all that they depend on.

The manifest is a file of JSON lines: a head, then a line for each batch. It is read and written line by line, in the
order of the plan, because it grows with the pages. What a page depends on is not in it: that follows from the page
(`codepairs.changes`), and the head has a digest for each of these things.

A manifest with another head or other lines than its checksum says (cut, damaged, of another version) is believed in one
thing only: what it names is ours.
"""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, BinaryIO

from codepairs.write import Stamp, Store

__all__ = ["MANIFEST", "Files", "Manifest", "NewManifest", "files_of", "line_of"]

MANIFEST = ".codepairs.jsonl"
"""Name of the manifest in the output folder."""
_FORMAT = 5
_DECODER = json.JSONDecoder()

Files = dict[str, Stamp]
"""The files of a batch by path."""


def line_of(name: str, files: Mapping[str, Stamp]) -> bytes:
    """The line of a batch."""
    return f"{json.dumps([name, files], separators=(',', ':'))}\n".encode()


def files_of(line: bytes) -> Files:
    """The files in the line of a batch."""
    return {path: (stamp[0], stamp[1]) for path, stamp in json.loads(line)[1].items()}


class Manifest:
    """The manifest of the last run, or another one; without a head where it cannot be believed."""

    def __init__(self, store: Store, path: str = MANIFEST) -> None:
        self.head: dict[str, Any] = {}
        self._file = store.open(path)
        self._offsets: dict[str, int] = {}
        if self._file:
            with suppress(*_DAMAGED, OSError):
                self._index(self._file)

    @property
    def exists(self) -> bool:
        """Whether there is one, in whatever state."""
        return self._file is not None

    def __enter__(self) -> Manifest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def __iter__(self) -> Iterator[str]:
        """The names of its batches."""
        return iter(self._offsets)

    def files(self, name: str) -> Files:
        """The files of a batch with their stamps; empty where it is not known, or its line is damaged."""
        try:
            return files_of(self.line(name))
        except _DAMAGED:
            return {}

    def lines(self) -> Iterator[bytes]:
        """The lines of all batches."""
        return map(self.line, self._offsets)

    def line(self, name: str) -> bytes:
        """The line of a batch as it stands; empty where it is not known."""
        if self._file is None or name not in self._offsets:
            return b""
        self._file.seek(self._offsets[name])
        return self._file.readline()

    def _index(self, file: BinaryIO) -> None:
        first = file.readline()
        offset, checked = len(first), 0
        for line in file:
            # A line is `["name",{…}]`; only the name is read here.
            with suppress(*_DAMAGED):
                self._offsets[_DECODER.raw_decode(line[1:_NAME].decode(errors="ignore"))[0]] = offset
            offset += len(line)
            checked = zlib.crc32(line, checked)
        head = json.loads(first)
        if head["format"] == _FORMAT and head["check"] == _checked(head["told"], checked):
            self.head = head["told"]


_NAME = 1000
"""Bytes in which a batch's name ends."""
_DAMAGED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What comes of reading what is no manifest."""


def _checked(told: Mapping[str, Any], lines: int) -> int:
    """The checksum of what a head tells, and of the lines with this checksum."""
    return zlib.crc32(json.dumps(told).encode(), lines)


class NewManifest:
    """The manifest that a run writes; it takes the place of the old one when all lines are there."""

    def __init__(self) -> None:
        self.files = 0
        self._checked = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed on leaving

    def __enter__(self) -> NewManifest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, line: bytes, files: int) -> None:
        """Add the line of a batch of so many files."""
        self.files += files
        self._file.write(line)
        self._checked = zlib.crc32(line, self._checked)

    def lines(self) -> Iterator[bytes]:
        """The lines added so far."""
        self._file.seek(0)
        return iter(self._file)

    def sizes(self) -> Iterator[tuple[str, int]]:
        """All files with their sizes in bytes, the manifest itself among them, but for its head."""
        own = 0
        for line in self.lines():
            own += len(line)
            yield from ((path, stamp[0]) for path, stamp in files_of(line).items())
        yield MANIFEST, own

    def data(self, head: Mapping[str, Any]) -> Iterator[bytes]:
        """Its bytes, piece by piece; to be read before its lines are asked for again."""
        yield f"{json.dumps({'format': _FORMAT, 'check': _checked(head, self._checked), 'told': head})}\n".encode()
        yield from self.lines()
