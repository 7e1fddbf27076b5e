"""The pages of two codes: which there are. What they show is composed in `codepairs.pages.comparisons`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codepairs.compose import Slots
from codepairs.pages.comparisons import Comparisons
from codepairs.pages.shared import Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.relations import NOTABLE
from codepairs.urls import pair_path

__all__ = ["KIND"]


def _keys(site: Site) -> Iterator[tuple[tuple[str, ...], int]]:
    """A batch for each first code, with as many pages as codes follow it."""
    for protocol in site.catalogue.protocols.values():
        for rank, code in enumerate(protocol.codes.values(), start=1):
            if rank < len(protocol.codes):
                yield (protocol.id, code.code), len(protocol.codes) - rank


def _pages(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    protocol = site.catalogue.protocols[key[0]]
    a, codes, known = protocol.codes[key[1]], tuple(protocol.codes.values()), site.languages
    relations, everything = site.relations[key[0]].beside(a.code), site.catalogue.site.indexing == "all"
    start, end = pair_path("", protocol.id, a.slug, _PLACE).lstrip("/").split(_PLACE)
    of_a, confused = known[key], set(a.confused_with)
    for b in codes[a.rank + 1 :]:
        pair = (*key, b.code)
        of_b = known[key[0], b.code]
        languages = of_a if of_a is of_b else of_a & of_b
        curated = known.get(pair)
        notable = (
            curated is not None
            or relations[b.code][0] in NOTABLE
            or b.code in confused
            or a.code in b.confused_with
            or everything
        )
        if curated is not None:
            languages &= curated
        yield Page("pair", lang, f"{start}{b.slug}{end}", pair, languages, notable)


_PLACE = "*"
"""Stands for the second code in the name of a page; no slug holds it."""


def _slots(pages: Sequence[Page], shared: Shared) -> Iterator[Slots]:
    """The slots of pages of one batch: one first code."""
    protocol, first, _ = pages[0].key
    return Comparisons.of(shared, shared.protocol(protocol)).row(first).slots(pages)


KIND = PageKind(name="pair", template="pages/pair.html", pages=_pages, keys=_keys, slots=_slots)
