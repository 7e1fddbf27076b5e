"""Compressed copies of the files of a site, beside them: `550.html.gz`, `.br`, `.zst`; for servers that send these.

Which files have copies follows from their names and bytes alone, so the same site has the same copies, whoever makes
them and whenever. The pages of which there are very many are compressed quickly, the few others well: over all pairs
the best levels save a twentieth more and take ten times as long.

Sources: RFC 1952 (gzip), RFC 7932 (brotli), RFC 8878 (zstd).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from codepairs.errors import OutputError
from codepairs.write import Data, Folder, Stamp, Store, Written

__all__ = ["CODINGS", "Coding", "codings_of", "original_of", "put_with_copies"]

_TEXTS = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt", ".xml"})
"""Endings of files that shrink; pictures and the search index are compressed already."""
_LEAST = 256
"""Bytes below which a copy saves no packet."""
_WORTH = 0.9
"""A copy has at most this share of the bytes."""
_GZIP = 31
"""zlib's number for a gzip header: without name and time, so that the same bytes come out."""


@dataclass(frozen=True, slots=True)
class Coding:
    """A way to compress, by the name that HTTP has for it (RFC 9110 section 8.4.1)."""

    name: str
    suffix: str
    compress: Callable[[bytes, bool], bytes]
    """Of bytes; the second argument says whether quickly."""
    decompress: Callable[[bytes], bytes]
    """Raises an error of its library where bytes are no such copy."""

    def gives(self, packed: bytes, data: bytes) -> bool:
        """Whether a copy is whole, and one of these bytes."""
        try:
            return self.decompress(packed) == data
        except Exception:
            return False


def _gzip(data: bytes, quick: bool) -> bytes:
    return zlib.compress(data, 6 if quick else 9, _GZIP)


def _brotli(data: bytes, quick: bool) -> bytes:
    import brotli

    return bytes(brotli.compress(data, mode=brotli.MODE_TEXT, quality=5 if quick else 11))


def _unbrotli(data: bytes) -> bytes:
    import brotli

    return bytes(brotli.decompress(data))


def _zstd(data: bytes, quick: bool) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=3 if quick else 19).compress(data)


def _unzstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdDecompressor().decompress(data)


CODINGS: Mapping[str, Coding] = {
    each.name: each
    for each in (
        Coding("gzip", ".gz", _gzip, lambda data: zlib.decompress(data, _GZIP)),
        Coding("br", ".br", _brotli, _unbrotli),
        Coding("zstd", ".zst", _zstd, _unzstd),
    )
}
"""All codings by name."""


def codings_of(names: Iterable[str]) -> tuple[Coding, ...]:
    """The codings with these names, in the order of `CODINGS`. Raises OutputError where a library is missing."""
    wanted = set(names)
    found = tuple(coding for name, coding in CODINGS.items() if name in wanted)
    for coding in found:
        try:
            coding.compress(b"", True)
        except ModuleNotFoundError as error:
            raise OutputError(
                f"--compress {coding.name} needs {error.name}: pip install codepairs[compress], or leave it out"
            ) from None
    return found


def original_of(path: str) -> tuple[str, Coding] | None:
    """The path of the file that a copy is of, and its coding; None where the path is not that of a copy."""
    for coding in CODINGS.values():
        original = path.removesuffix(coding.suffix)
        if original != path and _ending(original) in _TEXTS:
            return original, coding
    return None


def put_with_copies(
    store: Store, batch: str, files: Iterable[tuple[str, Data]], names: Iterable[str], many: bool
) -> Iterator[tuple[str, Written]]:
    """Bring the files of a batch into a store, each followed by its copies in the codings with these names.

    `many` says that there are very many files like these. A copy is made where the file is another than before, or
    where none lies there that gives its bytes. Of what comes piece by piece there are no copies.
    """
    codings, waiting = codings_of(names), dict[str, bytes]()
    for path, written in store.put_all(batch, _noted(files, waiting)):
        yield path, written
        data = waiting.pop(path, b"")
        for coding in codings if len(data) >= _LEAST and _ending(path) in _TEXTS else ():
            assert isinstance(store, Folder), "copies are for folders"
            copy = path + coding.suffix
            stamp = None if written.changed else _kept(store, copy, data, coding)
            if stamp:
                yield copy, Written(stamp, False)
                continue
            made = coding.compress(data, many)
            if len(made) <= len(data) * _WORTH:
                yield copy, store.put(copy, made)


def _noted(files: Iterable[tuple[str, Data]], waiting: dict[str, bytes]) -> Iterator[tuple[str, Data]]:
    """The files, of which those in one piece are noted on their way."""
    for path, data in files:
        if isinstance(data, bytes):
            waiting[path] = data
        yield path, data


def _kept(store: Store, copy: str, data: bytes, coding: Coding) -> Stamp | None:
    """The stamp of a copy that lies there, if it is one of these bytes."""
    file = store.open(copy)
    if file is None:
        return None
    with file:
        try:
            packed = file.read()
        except OSError:
            return None
    return store.stamp(copy) if coding.gives(packed, data) else None


def _ending(path: str) -> str:
    dot = path.rfind(".")
    return path[dot:] if dot > path.rfind("/") else ""
