"""The pages of two codes: which there are. What they show is composed in `codepairs.pages.comparisons`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

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
    protocol, known = site.catalogue.protocols[key[0]], site.languages
    a, of_a = protocol.codes[key[1]], known[key]
    start, end = pair_path("", protocol.id, a.slug, _PLACE).lstrip("/").split(_PLACE)
    everything, mine, name = site.catalogue.site.indexing == "all", a.code, protocol.id
    confused, curated = set(a.confused_with), {b for first, b in protocol.curated if first == a.code}
    relations = site.relations[name].beside(mine).values()
    for b, (relation, _) in zip(islice(protocol.codes.values(), a.rank + 1, None), relations, strict=True):
        code = b.code
        of_b = known[name, code]
        languages = of_a if of_a is of_b else of_a & of_b
        notable = relation in NOTABLE or everything or code in confused or mine in b.confused_with
        if code in curated:
            notable, languages = True, languages & known[name, mine, code]
        yield Page("pair", lang, f"{start}{b.slug}{end}", (name, mine, code), languages, notable)


_PLACE = "*"
"""Stands for the second code in the name of a page; no slug holds it."""


def _slots(pages: Sequence[Page], shared: Shared) -> Iterator[Slots]:
    """The slots of pages of one batch: one first code."""
    protocol, first, _ = pages[0].key
    return Comparisons.of(shared, shared.protocol(protocol)).row(first).slots(pages)


KIND = PageKind(name="pair", template="pages/pair.html", pages=_pages, keys=_keys, slots=_slots)
