"""Compressed copies of the files of a site, beside them: `550.html.gz`, `.br`, `.zst`, `.dcz`; for servers to send.

Which files have copies follows from their names and bytes alone, so the same site has the same copies, whoever makes
them and whenever. The pages of which there are very many are compressed quickly, the few others well: over all pairs
the best levels save a twentieth more and take ten times as long.

The last of these takes from a dictionary what the pages of a language have in common; only who has that can read it.

Sources: RFC 1952 (gzip), RFC 7932 (brotli), RFC 8878 (zstd), RFC 9842 (dcz).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import zstandard

from codepairs.errors import OutputError
from codepairs.write import Data, Folder, Stamp, Store, Written

__all__ = ["CODINGS", "Coding", "codings_of", "dictionary_of", "original_of", "put_with_copies"]

_TEXTS = frozenset({".css", ".dict", ".html", ".js", ".json", ".svg", ".txt", ".xml"})
"""Endings of files that shrink; pictures and the search index are compressed already."""
_LEAST = 256
"""Bytes below which a copy saves no packet."""
_WORTH = 0.9
"""A copy has at most this share of the bytes."""
_GZIP = 31
"""zlib's number for a gzip header: without name and time, so that the same bytes come out."""
_SLICE = 64
"""Bytes of a copy that are looked at at once: they give some megabytes at worst."""
_DCZ = bytes.fromhex("5e2a4d1820000000")
"""How a dcz stream begins, before the SHA-256 of its dictionary (RFC 9842 section 5)."""


@dataclass(frozen=True, slots=True)
class Coding:
    """A way to compress, by the name that HTTP has for it (RFC 9110 section 8.4.1)."""

    name: str
    suffix: str
    compress: Callable[[bytes, bool, bytes], bytes]
    """Of bytes, whether quickly, and of a dictionary."""
    decompress: Callable[[bytes, bytes, int], bytes]
    """Of a copy and a dictionary, so many bytes. Raises an error of its library or ValueError where it is none; it
    may where it gives more, as what lies there may be made to fill the memory."""
    shared: bool = False
    """Whether it needs a dictionary."""

    def gives(self, packed: bytes, data: bytes, dictionary: bytes) -> bool:
        """Whether a copy is whole, and one of these bytes."""
        try:
            return self.decompress(packed, dictionary, len(data)) == data
        except Exception:
            return False


def _gzip(data: bytes, quick: bool, _: bytes) -> bytes:
    return zlib.compress(data, 6 if quick else 9, _GZIP)


def _ungzip(data: bytes, _: bytes, most: int) -> bytes:
    decoder = zlib.decompressobj(_GZIP)
    made = decoder.decompress(data, most + 1)
    if not decoder.eof or decoder.unused_data:
        raise ValueError("is cut, or has more bytes")
    return made


def _brotli(data: bytes, quick: bool, _: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(data, mode=brotli.MODE_TEXT, quality=5 if quick else 11))


def _unbrotli(data: bytes, _: bytes, most: int) -> bytes:
    import brotli

    decoder, made = brotli.Decompressor(), b""
    for first in range(0, len(data), _SLICE):
        made += decoder.process(data[first : first + _SLICE])
        if len(made) > most:
            break
    if not decoder.is_finished():
        raise ValueError("is cut, or has more bytes")
    return made


def _zstd(data: bytes, quick: bool, _: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3 if quick else 19).compress(data)


def _unzstd(data: bytes, _: bytes, most: int) -> bytes:
    return _of_size(data, most, zstandard.ZstdDecompressor())


def _dcz(data: bytes, quick: bool, dictionary: bytes) -> bytes:
    # The window is as large as the page, and so within the 8 MB that every client has to take.
    return _head(dictionary) + _with_dictionary(dictionary, 9 if quick else 19).compress(data)


def _undcz(data: bytes, dictionary: bytes, most: int) -> bytes:
    head = _head(dictionary)
    if not data.startswith(head):
        raise ValueError("made with another dictionary")
    return _of_size(data[len(head) :], most, zstandard.ZstdDecompressor(dict_data=_raw(dictionary)))


def _of_size(data: bytes, size: int, decoder: zstandard.ZstdDecompressor) -> bytes:
    """What a frame gives that says its size, as all of ours do."""
    if zstandard.frame_content_size(data) != size:
        raise ValueError("has another size")
    return decoder.decompress(data)


@lru_cache(maxsize=8)
def _head(dictionary: bytes) -> bytes:
    return _DCZ + sha256(dictionary).digest()


@lru_cache(maxsize=8)
def _with_dictionary(dictionary: bytes, level: int) -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=level, dict_data=_raw(dictionary))


@lru_cache(maxsize=8)
def _raw(dictionary: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


CODINGS: Mapping[str, Coding] = {
    each.name: each
    for each in (
        Coding("gzip", ".gz", _gzip, _ungzip),
        Coding("br", ".br", _brotli, _unbrotli),
        Coding("zstd", ".zst", _zstd, _unzstd),
        Coding("dcz", ".dcz", _dcz, _undcz, shared=True),
    )
}
"""All codings by name."""


@lru_cache(maxsize=1)
def codings_of(names: tuple[str, ...]) -> tuple[Coding, ...]:
    """The codings with these names, in the order of `CODINGS`. Raises OutputError where a library is missing."""
    found = tuple(coding for name, coding in CODINGS.items() if name in names)
    for coding in found:
        try:
            coding.compress(b"", True, bytes(8))
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


def dictionary_of(path: str, dictionaries: Mapping[str, bytes]) -> bytes:
    """The dictionary with which a file is compressed: that of the language for a page of one, none for all else."""
    return dictionaries.get(path.partition("/")[0], b"") if _ending(path) == ".html" else b""


def put_with_copies(
    store: Store,
    batch: str,
    files: Iterable[tuple[str, Data]],
    names: tuple[str, ...],
    many: bool,
    dictionaries: Mapping[str, bytes],
) -> Iterator[tuple[str, Written]]:
    """Bring the files of a batch into a store, each followed by its copies in the codings with these names.

    `many` says that there are very many files like these; `dictionaries` are those of the languages. A copy is made
    where the file is another than before, or where none lies there that gives its bytes. Of what comes piece by piece
    there are no copies.
    """
    codings, waiting = codings_of(names), dict[str, bytes]()
    for path, written in store.put_all(batch, _noted(files, waiting)):
        yield path, written
        data, dictionary = waiting.pop(path, b""), dictionary_of(path, dictionaries)
        for coding in codings if len(data) >= _LEAST and _ending(path) in _TEXTS else ():
            if coding.shared and not dictionary:
                continue
            assert isinstance(store, Folder), "copies are for folders"
            copy = path + coding.suffix
            stamp = None if written.changed else _kept(store, copy, data, coding, dictionary)
            if stamp:
                yield copy, Written(stamp, False)
                continue
            made = coding.compress(data, many, dictionary)
            if len(made) <= len(data) * _WORTH:
                yield copy, store.put(copy, made)


def _noted(files: Iterable[tuple[str, Data]], waiting: dict[str, bytes]) -> Iterator[tuple[str, Data]]:
    """The files, of which those in one piece are noted on their way."""
    for path, data in files:
        if isinstance(data, bytes):
            waiting[path] = data
        yield path, data


def _kept(store: Store, copy: str, data: bytes, coding: Coding, dictionary: bytes) -> Stamp | None:
    """The stamp of a copy that lies there, if it is one of these bytes."""
    file = store.open(copy)
    if file is None:
        return None
    with file:
        try:
            packed = file.read()
        except OSError:
            return None
    return store.stamp(copy) if coding.gives(packed, data, dictionary) else None


def _ending(path: str) -> str:
    dot = path.rfind(".")
    return path[dot:] if dot > path.rfind("/") else ""
