"""A page as its template made it, with places to fill.

Most of a pair page is the same on thousands of pages, and the rest comes from pieces that many pages share. So the
template is rendered once for each form the page can take, with a token in the place of every piece; a page of that
form is then the static text with its pieces filled in. What stays the same from page to page, the pieces of the first
code, is filled in beforehand. The template stays ordinary Jinja, under one condition: it prints the pieces and asks at
most whether one is empty. A whole rendering of the same page gives the same bytes; a test holds that.

Pages of two codes name them in dozens of places, in the template and in pieces that many pages share. There a single
byte stands for each name until the page is put together; then both are put in their places in one go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup

__all__ = [
    "FIRST",
    "SECOND",
    "Base",
    "Pieces",
    "Skeleton",
    "Slots",
    "named",
    "nested",
    "probe",
    "token",
    "utf8",
    "whole",
]

_MARK = "\ufdd0"
"""Stands around the name of a piece; refused in every input, so that no text is taken for a token."""
_TOKEN = re.compile(f"(?:{_MARK}|{quote(_MARK)})([a-z0-9_.]+)(?:{_MARK}|{quote(_MARK)})")
"""A token, as it is or as it stands in an address."""

FIRST = b"\x01"
"""Stands for the name of the first code of a page; like the mark refused in every input."""
SECOND = b"\x02"
"""Stands for the name of the second."""

Pieces = Mapping[str, bytes]
"""Pieces by name, UTF-8, ready for the place they stand in; a name may have one dot (`a.code`)."""


class Base:
    """Pieces that the pages of a row have in common, and the skeletons of these pages with the pieces filled in."""

    __slots__ = ("form", "pieces", "skeletons")

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        self.form = tuple((name, bool(piece)) for name, piece in pieces.items())
        self.skeletons: dict[Hashable, Skeleton] = {}


class Slots(NamedTuple):
    """What pages of one form are made of: pages that differ in nothing but what is in their pieces."""

    pages: Sequence[Any]
    flags: Mapping[str, Hashable]
    """What their template may ask about, by name."""
    base: Base
    names: tuple[str, ...]
    """The names of their own pieces, those that are not in the base."""
    columns: Sequence[Sequence[bytes]]
    """For each name the pieces of all pages: empty for all of them, or for none."""
    form: Hashable
    """Equal where flags and names are equal and the same pieces are empty, for one base."""
    name: str
    """The name of a page, with tokens for what differs from page to page."""
    first: bytes = FIRST
    """The name of the first code of all pages."""
    seconds: Sequence[bytes] = ()
    """The names of the second codes, page by page; none where the pages name no two codes."""

    def pieces(self, rank: int = 0) -> dict[str, bytes]:
        """All pieces of one of the pages by name."""
        own = zip(self.names, (column[rank] for column in self.columns), strict=True)
        return {**self.base.pieces, **dict(own)}

    def woven(self, skeleton: Skeleton) -> Iterator[bytes]:
        """The pages, put together from their skeleton; each is made when it is asked for."""
        pages = skeleton.woven(self.names, self.columns)
        return named(pages, self.first, self.seconds) if self.seconds else pages


class Skeleton:
    """The static parts of a text, and the names of the pieces between them."""

    __slots__ = ("_pieces", "_woven", "names")

    def __init__(self, parts: Sequence[bytes], names: Sequence[str]) -> None:
        self.names = tuple(names)
        # Every second item is a place to fill.
        self._woven = [item for part in parts for item in (part, b"")][:-1]
        self._pieces = _getter(self.names)

    @classmethod
    def of(cls, html: str) -> Skeleton:
        """The skeleton of a text that holds tokens."""
        parts = _TOKEN.split(html)
        return cls([part.encode() for part in parts[::2]], parts[1::2])

    def filled(self, pieces: Pieces) -> bytes:
        """The text with its pieces."""
        parts = self._woven.copy()
        parts[1::2] = self._pieces(pieces)
        return b"".join(parts)

    def bound(self, pieces: Pieces) -> Skeleton:
        """The same with these pieces filled in; the places of all others stay open."""
        parts, names = [self._woven[0]], []
        for name, part in zip(self.names, self._woven[2::2], strict=True):
            if name in pieces:
                parts[-1] += pieces[name] + part
            else:
                names.append(name)
                parts.append(part)
        return Skeleton(parts, names)

    @property
    def around(self) -> tuple[bytes, ...]:
        """What stands around its places where they all have the same name: `piece.join(around)` fills them."""
        assert len(set(self.names)) < 2
        return tuple(self._woven[::2])

    def woven(self, names: Sequence[str], columns: Sequence[Sequence[bytes]]) -> Iterator[bytes]:
        """The text of many pages, whose pieces stand in columns of these names; each is made when it is asked for.

        The pages are put together by the interpreter's own loops, without a step of Python's for each.
        """
        of_name = dict(zip(names, columns, strict=True))
        streams: list[Iterable[bytes]] = [of_name[name] for name in self.names]
        parts: list[Iterable[bytes]] = [repeat(part) for part in self._woven]
        parts[1::2] = streams
        return map(b"".join, zip(*parts, strict=False))


def _getter(names: Sequence[str]) -> Callable[[Pieces], tuple[bytes, ...]]:
    """What gives the pieces of these names, in their order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda pieces: tuple([pieces[name] for name in names])


def token(name: str) -> Markup:
    """What stands for a piece while a template is rendered; passes escaping and `striptags` unchanged."""
    return Markup(f"{_MARK}{name}{_MARK}")  # noqa: S704 - no markup in it


def probe(slots: Slots) -> dict[str, Any]:
    """The context of a page whose pieces are tokens; an empty piece stays empty."""
    tokens = {name: token(name) if piece else Markup() for name, piece in slots.pieces().items()}
    return dict(slots.flags) | nested(tokens)


def whole(slots: Slots, rank: int) -> dict[str, Any]:
    """The context of one of the pages with its pieces, for a rendering in one go."""
    pieces = slots.pieces(rank)
    if slots.seconds:
        pieces = dict(zip(pieces, named(pieces.values(), slots.first, repeat(slots.seconds[rank])), strict=True))
    return dict(slots.flags) | nested({name: Markup(piece.decode()) for name, piece in pieces.items()})  # noqa: S704


def named(texts: Iterable[bytes], first: bytes, seconds: Iterable[bytes]) -> Iterator[bytes]:
    """The texts with the names of their codes, one first and many second ones, in place of what stands for them."""
    return map(bytes.replace, map(bytes.replace, texts, repeat(FIRST), repeat(first)), repeat(SECOND), seconds)


def nested(values: Mapping[str, Markup]) -> dict[str, Any]:
    """Names with a dot as mappings: `a.code` becomes `code` in the mapping `a`."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        group, dot, rest = name.partition(".")
        if dot:
            result.setdefault(group, {})[rest] = value
        else:
            result[name] = value
    return result


def utf8(html: Markup) -> bytes:
    """HTML as a piece."""
    return str(html).encode()
