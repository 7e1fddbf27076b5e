"""An object store: S3, or another that obstore knows by its address.

Credentials and endpoint come from the variables of the environment that the store's own tools read, for S3
`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL` and their like; every worker needs them. An object is sent only where its bytes
or its headers differ: sizes are compared, then the MD5 that most stores give as entity tag, and the bytes themselves
where that says nothing. A store answers with the headers that an object was sent with, so each is sent with its own.

    .codepairs.new/<build>/<path>    what is to take the place of an object with other bytes

What is new is sent to its place, what changed to another, from which the store itself copies it when all is made; then
goes what is gone, and last comes the manifest: no page ever leads to one that is not there yet.

Source: `Content-Type`, `Content-Encoding` and `ETag` as RFC 9110 defines them, `Cache-Control` as RFC 9111 does.
"""

from __future__ import annotations

import re
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import lru_cache
from hashlib import md5
from mimetypes import MimeTypes
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from codepairs.errors import OutputError
from codepairs.hosting.headers import cache_of
from codepairs.write import Data, Plain, Stamp, Written

if TYPE_CHECKING:
    from obstore import GetResult, ObjectMeta
    from obstore.store import ObjectStore

__all__ = ["Remote", "headers_of"]

_KINDS = ("s3", "gcs", "azure")
_WAITING = ".codepairs.new"
_AT_ONCE = 32
"""Objects that a process sends at once: a request is mostly waiting."""
_LISTED = 1000
"""Objects that one request lists or removes; S3 takes no more."""
_CHUNK = 8 << 20
"""Bytes of an object that are held at once."""
_TRIES = 2
"""How often the first request is repeated: a wrong address has to show soon. Later ones are repeated for minutes, as a
store that is busy asks for it."""


class Remote(Plain):
    """A place in an object store, by its address."""

    folder: Path | None = None
    forkable = False
    """obstore has threads of its own, for which a forked process would wait without end."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._listing: _Listing | None = None
        with self._reported(address, "reached"):
            first = next(iter(obstore.list(_client(address, _TRIES), chunk_size=1)), [])
        # Where nothing lies, there is nothing to compare with.
        self._bare = not first
        self._waiting = f"{_WAITING}/{uuid4().hex}"

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_listing": None}

    def locked(self, told: Callable[[str], None]) -> AbstractContextManager[None]:
        """Nothing: object stores have no locks."""
        return nullcontext()

    def start(self) -> None:
        """Nothing has to be done before objects are sent."""

    def put(self, path: str, data: Data) -> Written:
        """Send one object, unless it has these bytes already; one with others stays until all is made."""
        with self._reported(f"{self.address}/{path}", "written"), _content(data) as content:
            found = None if self._bare else self._found(path)
            if found and self._same(path, found, content):
                return Written(_stamp(found.meta), False)
            return self._sent(f"{self._waiting}/{path}" if found else path, headers_of(path), content)

    def _sent(self, path: str, headers: dict[str, str], content: _Content) -> Written:
        made = obstore.put(self._client, path, content.file, attributes=headers, chunk_size=_CHUNK)
        return Written((content.size, _tag(made["e_tag"])), True)

    def put_all(self, batch: str, files: Iterable[tuple[str, Data]]) -> Iterator[tuple[str, Written]]:
        """Send the objects of a batch, several at once."""
        pending: deque[tuple[str, Future[Written]]] = deque()
        for path, data in files:
            if isinstance(data, bytes):
                pending.append((path, _threads().submit(self.put, path, data)))
            else:
                # It has to be read before the next file is asked for.
                yield path, self.put(path, data)
            if len(pending) > 2 * _AT_ONCE:
                path, future = pending.popleft()
                yield path, future.result()
        yield from ((path, future.result()) for path, future in pending)

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of an object, as a listing found it when the first was asked for."""
        if self._listing is None:
            with self._reported(self.address, "listed"):
                self._listing = _Listing(self._client)
        return self._listing.stamp(path)

    def open(self, path: str) -> BinaryIO | None:
        """A copy of an object."""
        with self._reported(f"{self.address}/{path}", "read"):
            try:
                stream = self._read(path)
            except FileNotFoundError:
                return None
            file = TemporaryFile()  # noqa: SIM115 - who asked for it closes it
            file.writelines(stream)
            file.seek(0)
            return file

    def remove(self, paths: Iterable[str]) -> int:
        """Remove objects, many by one request."""
        there = [path for path in paths if self.stamp(path)]
        with self._reported(self.address, "cleared of old objects"):
            for first in range(0, len(there), _LISTED):
                obstore.delete(self._client, there[first : first + _LISTED])
        return len(there)

    def finish(self, batches: Iterable[str], gone: Iterable[str], manifest: tuple[str, Iterable[bytes]]) -> int:
        """What is new took its place when it was sent; bring what changed, remove what is gone, send the manifest."""
        path, data = manifest
        with self._reported(self.address, "brought up to date"):
            for found in self._left(self._waiting):
                list(_threads().map(self._bring, found))
        removed = self.remove(gone)
        with self._reported(f"{self.address}/{path}", "written"), _content(data) as content:
            self._sent(path, headers_of(path), content)
        self._clear(_WAITING)
        return removed

    def _bring(self, waiting: str) -> None:
        """Put a changed object in its place."""
        obstore.copy(self._client, waiting, waiting.removeprefix(f"{self._waiting}/"))

    def abandon(self) -> None:
        """What changed stays as it was; what is new cannot be taken back."""
        with suppress(OutputError):
            self._clear(self._waiting)

    def _clear(self, folder: str) -> None:
        """Remove what waits; that of a build that was killed too, where all of it is meant."""
        with self._reported(self.address, "cleared of old objects"):
            for found in self._left(folder):
                obstore.delete(self._client, found)

    def _left(self, folder: str) -> Iterator[list[str]]:
        """The paths of what lies in a folder, many at once."""
        for found in obstore.list(self._client, prefix=folder, chunk_size=_LISTED):
            yield [each["path"] for each in found]

    @property
    def _client(self) -> ObjectStore:
        return _client(self.address)

    def _found(self, path: str) -> GetResult | None:
        """What a store says of an object; None where there is none."""
        try:
            return obstore.get(self._client, path, options={"head": True})
        except FileNotFoundError:
            return None

    def _same(self, path: str, found: GetResult, content: _Content) -> bool:
        """Whether an object has these bytes, and its headers."""
        if found.meta["size"] != content.size or dict(found.attributes) != headers_of(path):
            return False
        # Objects that were sent in parts, or are encrypted with a key of their own, have other tags.
        return _tag(found.meta["e_tag"]) == content.md5 or content.equals(self._read(path))

    def _read(self, path: str) -> Iterator[bytes]:
        return map(bytes, obstore.get(self._client, path).stream(min_chunk_size=_CHUNK))

    @contextmanager
    def _reported(self, what: str, done: str) -> Iterator[None]:
        """Turns errors of the store into one line."""
        try:
            yield
        except (BaseError, OSError) as error:
            raise OutputError(f"{what}: cannot be {done}: {_reason(error)}") from None


class _Listing:
    """What lies in a store, in a database in a temporary file, as it grows with the pages."""

    def __init__(self, client: ObjectStore) -> None:
        self._rows = sqlite3.connect("")
        self._rows.execute("CREATE TABLE objects (path TEXT PRIMARY KEY, size INTEGER, tag TEXT) WITHOUT ROWID")
        for found in obstore.list(client, chunk_size=_LISTED):
            rows = ((each["path"], *_stamp(each)) for each in found)
            self._rows.executemany("INSERT INTO objects VALUES (?, ?, ?)", rows)

    def stamp(self, path: str) -> Stamp | None:
        row = self._rows.execute("SELECT size, tag FROM objects WHERE path = ?", (path,)).fetchone()
        return (row[0], row[1]) if row else None


class _Content(NamedTuple):
    """The bytes of an object, on disk where they are many."""

    file: IO[bytes]
    size: int
    md5: str

    def equals(self, stream: Iterable[bytes]) -> bool:
        """Whether these are its bytes."""
        same = all(self.file.read(len(piece)) == piece for piece in stream)
        self.file.seek(0)
        return same


@contextmanager
def _content(data: Data) -> Iterator[_Content]:
    digest = md5(usedforsecurity=False)
    with SpooledTemporaryFile(_CHUNK) as file:
        for piece in [data] if isinstance(data, bytes) else data:
            digest.update(piece)
            file.write(piece)
        size = file.tell()
        file.seek(0)
        yield _Content(file, size, digest.hexdigest())


@lru_cache(maxsize=4)
def _client(address: str, tries: int | None = None) -> ObjectStore:
    """The client of this process; `tries` bounds how often a request is repeated."""
    try:
        kind = obstore.parse_scheme(address)
    except (BaseError, ValueError):
        kind = None
    if kind not in _KINDS:
        raise OutputError(f"{address}: is no object store; one is named like s3://bucket/folder or gs://bucket/folder")
    return from_url(address, retry_config={} if tries is None else {"max_retries": tries})


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE)


def _reason(error: Exception) -> str:
    """What the store says itself, or else the first line of what obstore says."""
    said = re.search("<Message>(.*?)</Message>", str(error), re.DOTALL)
    return said[1] if said else str(error).partition("\n")[0]


def _stamp(found: ObjectMeta) -> Stamp:
    return found["size"], _tag(found["e_tag"])


def _tag(e_tag: str | None) -> str:
    return (e_tag or "").strip('"')


def headers_of(path: str) -> dict[str, str]:
    """What a store says of an object to those who ask for it: by the name alone, the same on every machine."""
    kind, encoding = _TYPES.guess_type(path)
    kind = kind or "application/octet-stream"
    headers = {
        "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        "Cache-Control": cache_of(path),
    }
    return headers | ({"Content-Encoding": encoding} if encoding else {})


_TYPES = MimeTypes()
# Versions of Python differ in these.
_TYPES.add_type("text/javascript", ".js")
_TYPES.add_type("font/woff2", ".woff2")
_TYPES.add_type("image/webp", ".webp")
