"""All pairs of a protocol in one table: a row for each code, a cell for each code before it, toned by their relation.

Half a square is enough, as a pair has one page; it is the half that begins where lines begin, so that on a small screen
no row opens with empty cells. A protocol of very many codes has no such page: its table would be megabytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from markupsafe import Markup

from codepairs.compose import Skeleton, token
from codepairs.model import Code, Protocol
from codepairs.pages.shared import Context, Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.relations import RELATIONS
from codepairs.urls import asset_path, matrix_path, pair_path, protocol_path

__all__ = ["KIND", "has_matrix"]

_MOST = 120
"""Codes of a protocol that has a table: 7,140 pairs, about 450 kB, 30 kB compressed."""
_WIDE = 4
"""Letters of a code that fit across a column; longer ones stand upright."""


def has_matrix(protocol: Protocol) -> bool:
    """Whether the protocol has a table of all pairs."""
    return 2 < len(protocol.codes) <= _MOST


def _pages(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    for protocol in filter(has_matrix, site.catalogue.protocols.values()):
        name = matrix_path(lang, protocol.id).removeprefix(f"{lang}/")
        yield Page(KIND.name, lang, name, (protocol.id,), site.languages_of(tuple(protocol.texts())))


def _context(page: Page, shared: Shared) -> Context:
    protocol = shared.protocol(page.key[0])
    codes = list(protocol.codes.values())
    kinds = _kinds(shared.site, protocol)
    counts = Counter(kind for row in kinds.values() for kind in row)
    cells = _skeletons(shared, protocol)
    return {
        "protocol": protocol,
        "protocol_href": shared.href(protocol, protocol_path(shared.lang, protocol.id)),
        "script_href": shared.href(protocol, asset_path("matrix.js")),
        "columns": [shared.code_link(protocol, code) for code in codes[:-1]],
        "upright": max(len(code.code) for code in codes) > _WIDE,
        "groups": [
            [
                (
                    shared.code_link(protocol, code),
                    _row(code, codes, kinds[code.code], cells),
                    len(codes) - 1 - code.rank,
                )
                for code in group
            ]
            for _, group in groupby(codes[1:], lambda code: code.class_id)
        ],
        "relations": [kind for kind in RELATIONS if counts[kind]],
        "pair_count": counts.total(),
    }


def _kinds(site: Site, protocol: Protocol) -> Mapping[str, Sequence[str]]:
    """The relations of each code with those before it, in their order."""
    codes = list(protocol.codes.values())
    kinds: dict[str, list[str]] = {code.code: [] for code in codes}
    for code in codes:
        # Column by column: what is at hand are the relations of a code with those that follow it.
        beside = site.relations[protocol.id].beside(code.code)
        for other in codes[code.rank + 1 :]:
            kinds[other.code].append(beside[other.code][0])
    return kinds


def _skeletons(shared: Shared, protocol: Protocol) -> Mapping[str, Skeleton]:
    """The cell of any pair by its relation, with places for both codes."""
    path = pair_path(shared.lang, protocol.id, token("a.slug"), token("b.slug"))
    href = shared.href(protocol, path)
    return {kind: shared.skeleton("cell", {"relation": kind, "href": href}) for kind in RELATIONS}


def _row(code: Code, codes: Sequence[Code], kinds: Sequence[str], cells: Mapping[str, Skeleton]) -> Markup:
    """The cells of a code."""
    of_row = {kind: cells[kind].bound({"b.slug": code.slug.encode()}) for kind in set(kinds)}
    row = zip(codes, kinds, strict=False)
    made = b"".join([of_row[kind].filled({"a.slug": other.slug.encode()}) for other, kind in row])
    return Markup(made.decode())  # noqa: S704 - from a template


KIND = PageKind(name="matrix", template="pages/matrix.html", pages=_pages, context=_context)
