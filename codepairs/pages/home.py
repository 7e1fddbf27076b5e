"""The first page of a language: the protocols, and the comparisons most asked for."""

from __future__ import annotations

from collections.abc import Iterator

from codepairs.model import Protocol
from codepairs.pages.linked import image_address, linked_data, website
from codepairs.pages.matrix import has_matrix
from codepairs.pages.number import shared_numbers
from codepairs.pages.shared import Context, Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.urls import lang_path, matrix_path, number_path, opensearch_path, protocol_path, relative

__all__ = ["KIND"]

_SHOWN = 12
"""How many curated pairs the page names where a protocol features none."""


def _pages(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    name = lang_path(lang).removeprefix(f"{lang}/")
    yield Page(kind=KIND.name, lang=lang, name=name, languages=site.languages_of(tuple(site.catalogue.site.texts())))


def _context(page: Page, shared: Shared) -> Context:
    catalogue, style = shared.site.catalogue, shared.site.link_style
    return {
        "entries": [_entry(page, shared, protocol) for protocol in catalogue.protocols.values()],
        "numbers": [
            (codes[0].code, relative(number_path(page.lang, slug), page.path, style))
            for slug, codes in shared_numbers(catalogue).items()
        ],
        "opensearch_href": relative(opensearch_path(page.lang), page.path),
        "locale": shared.voice.translator.territory_tag(),
        "image": image_address(shared.site),
        "linked": linked_data(website(page, shared)),
    }


def _entry(page: Page, shared: Shared, protocol: Protocol) -> dict[str, object]:
    """A protocol with its size and some of its curated pairs; their links hold below `folder`."""
    count = len(protocol.codes)
    shown = protocol.featured or tuple(protocol.curated)[:_SHOWN]
    href, matrix = (
        relative(path(page.lang, protocol.id), page.path, shared.site.link_style)
        for path in (protocol_path, matrix_path)
    )
    return {
        "protocol": protocol,
        "href": href,
        "matrix_href": matrix if has_matrix(protocol) else None,
        "folder": f"{protocol.id}/",
        "codes": count,
        "pairs": count * (count - 1) // 2,
        "featured": [shared.pair_link(protocol.codes[a], protocol.codes[b]) for a, b in shown],
    }


KIND = PageKind(name="home", template="pages/home.html", pages=_pages, context=_context)
