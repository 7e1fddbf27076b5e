"""A `.tar.zst` archive of the site: the same bytes, however many processes make it.

Each batch becomes a part, a file beside the archive: tar members in one frame of Zstandard. Frames that follow each
other are one stream, so at the end the parts are only joined, in the order of the plan. Members carry no time and no
owner. An archive is made whole by every build, and takes the place of the old one when it is complete.

Source: RFC 8878 for Zstandard, POSIX.1-2001 (pax) for the members.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO
from uuid import uuid4

import zstandard

from codepairs.errors import OutputError
from codepairs.lock import locked
from codepairs.staging import replaced
from codepairs.write import Data, Plain, Stamp, Written

__all__ = ["Archive"]

_CHUNK = 1 << 20
"""Bytes that are read at once."""
_END = bytes(2 * tarfile.BLOCKSIZE)


class Archive(Plain):
    """An archive at a path; the workers reach the folder that it lies in."""

    forkable = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = path.with_name(f".{path.name}.parts")

    @contextmanager
    def locked(self, told: Callable[[str], None]) -> Iterator[None]:
        """Keep other builds out of the parts."""
        with locked(self.folder, told):
            yield

    def start(self) -> None:
        """Remove what a build that was killed has left; of a link in the place of the parts only the link."""
        if self.folder.is_symlink():
            self.folder.unlink()
        for left in self.folder.glob("*"):
            left.unlink()

    def put_all(self, batch: str, files: Iterable[tuple[str, Data]]) -> Iterator[tuple[str, Written]]:
        """Make the part of a batch."""
        with self._new_part(batch) as part:
            for path, data in files:
                yield path, Written((_add(part, path, data), 0), True)

    def stamp(self, path: str) -> Stamp | None:
        """Nothing lies there that could stay."""
        return None

    def open(self, path: str) -> BinaryIO | None:
        """Nothing can be read from an archive to come."""
        return None

    def finish(self, batches: Iterable[str], gone: Iterable[str], manifest: tuple[str, Iterable[bytes]]) -> int:
        """Join the parts; an archive of the same bytes keeps its modification time. The next run makes all of it."""
        try:
            replaced(self.path, self._joined(batches))
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written: {error.strerror}") from error
        self.abandon()
        return 0

    def abandon(self) -> None:
        """Remove the parts; the old archive stays."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _joined(self, batches: Iterable[str]) -> Iterator[bytes]:
        for batch in batches:
            with self._part(batch).open("rb") as part:
                while chunk := part.read(_CHUNK):
                    yield chunk
        yield zstandard.ZstdCompressor().compress(_END)

    def _part(self, batch: str) -> Path:
        return self.folder / blake2b(batch.encode(), digest_size=16).hexdigest()

    @contextmanager
    def _new_part(self, batch: str) -> Iterator[IO[bytes]]:
        """A part to be written to; it takes its name when it is complete, as its worker may be killed."""
        target = self._part(batch)
        temporary = target.with_name(uuid4().hex)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as file, zstandard.ZstdCompressor().stream_writer(file) as part:
                yield part
            os.replace(temporary, target)
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written: {error.strerror}") from error


def _add(part: IO[bytes], path: str, data: Data) -> int:
    """Add a file; its size in bytes."""
    with _whole(data) as (file, size):
        member = tarfile.TarInfo(path)
        member.size = size
        part.write(member.tobuf(tarfile.PAX_FORMAT, "utf-8"))
        shutil.copyfileobj(file, part, _CHUNK)
        part.write(bytes(-size % tarfile.BLOCKSIZE))
    return size


@contextmanager
def _whole(data: Data) -> Iterator[tuple[IO[bytes], int]]:
    """The bytes as a file with its size, which stands before them in an archive."""
    with SpooledTemporaryFile(_CHUNK) as file:
        file.writelines([data] if isinstance(data, bytes) else data)
        size = file.tell()
        file.seek(0)
        yield file, size
