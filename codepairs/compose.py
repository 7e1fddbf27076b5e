"""A page as its template made it, with places to fill.

Most of a pair page is the same on thousands of pages, and the rest comes from pieces that many pages share. So the
template is rendered once for each form the page can take, with a token in the place of every piece; a page of that
form is then the static text with its pieces filled in. The template stays ordinary Jinja, under one condition: it
prints the pieces and asks at most whether one is empty. A whole rendering of the same page gives the same bytes; a
test holds that.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

__all__ = ["Skeleton", "Slots", "nested", "probe", "token", "whole"]

_MARK = "\ufdd0"
"""Stands around the name of a piece; refused in every input, so that no text is taken for a token."""
_TOKEN = re.compile(f"(?:{_MARK}|{quote(_MARK)})([a-z_.]+)(?:{_MARK}|{quote(_MARK)})")
"""A token, as it is or as it stands in an address."""


@dataclass(frozen=True, slots=True)
class Slots:
    """What a page is made of."""

    flags: Mapping[str, Hashable]
    """What its template may ask about, by name."""
    values: Mapping[str, bytes]
    """Its pieces by name, UTF-8, ready for the place they stand in; a name may have one dot (`a.code`)."""

    def form(self) -> tuple[Hashable, ...]:
        """Equal for pages that differ in nothing but the contents of their pieces."""
        return (*self.flags.values(), *map(bool, self.values.values()))


class Skeleton:
    """The static parts of a page, and the names of the pieces between them."""

    __slots__ = ("_names", "_parts")

    def __init__(self, html: str) -> None:
        parts = _TOKEN.split(html)
        self._names = parts[1::2]
        self._parts = [part.encode() for part in parts]

    def filled(self, values: Mapping[str, bytes]) -> bytes:
        """The page with its pieces."""
        parts = self._parts.copy()
        parts[1::2] = [values[name] for name in self._names]
        return b"".join(parts)


def token(name: str) -> Markup:
    """What stands for a piece while a template is rendered; passes escaping and `striptags` unchanged."""
    return Markup(f"{_MARK}{name}{_MARK}")  # noqa: S704 - no markup in it


def probe(slots: Slots) -> dict[str, Any]:
    """The context of a page whose pieces are tokens; an empty piece stays empty."""
    return dict(slots.flags) | nested(
        {name: token(name) if value else Markup() for name, value in slots.values.items()}
    )


def whole(slots: Slots) -> dict[str, Any]:
    """The context of a page with its pieces, for a rendering in one go."""
    pieces = {name: Markup(value.decode()) for name, value in slots.values.items()}  # noqa: S704 - HTML already
    return dict(slots.flags) | nested(pieces)


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
