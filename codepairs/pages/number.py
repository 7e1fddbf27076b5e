"""The page of one number that several protocols have: what it means in each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codepairs.model import Catalogue, Code
from codepairs.pages.shared import Context, Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.urls import code_path, number_path, protocol_path, relative

__all__ = ["KIND", "shared_numbers"]


def shared_numbers(catalogue: Catalogue) -> Mapping[str, tuple[Code, ...]]:
    """The codes that two or more protocols write alike, in the order of the protocols, by the name of their page."""
    found: dict[str, list[Code]] = {}
    for protocol in catalogue.protocols.values():
        for code in protocol.codes.values():
            found.setdefault(code.code, []).append(code)
    numbers: dict[str, tuple[Code, ...]] = {}
    for codes in found.values():
        if len(codes) > 1:
            # Names of files are told apart without regard to case; the first to ask for a name has it.
            numbers.setdefault(codes[0].slug.lower(), tuple(codes))
    return numbers


def _pages(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    for slug, codes in shared_numbers(site.catalogue).items():
        translated = (site.languages[code.protocol, code.code] for code in codes)
        named = site.languages_of([site.catalogue.protocols[code.protocol].title for code in codes])
        yield Page(
            kind=KIND.name,
            lang=lang,
            name=number_path(lang, slug).removeprefix(f"{lang}/"),
            languages=named.intersection(*translated),
        )


def _keys(site: Site) -> list[tuple[tuple[str, ...], int]]:
    """One batch, where there is any such number."""
    count = len(shared_numbers(site.catalogue))
    return [((), count)] if count else []


def _context(page: Page, shared: Shared) -> Context:
    numbers = shared_numbers(shared.site.catalogue)
    codes = next(codes for slug, codes in numbers.items() if number_path(page.lang, slug) == page.path)
    return {"number": codes[0].code, "meanings": [_meaning(page, shared, code) for code in codes]}


def _meaning(page: Page, shared: Shared, code: Code) -> dict[str, object]:
    """What the number is in one protocol, and the first document that says so."""
    protocol, style = shared.protocol(code.protocol), shared.site.link_style
    return {
        "protocol": protocol,
        "protocol_href": relative(protocol_path(page.lang, protocol.id), page.path, style),
        "code": code,
        "href": relative(code_path(page.lang, protocol.id, code.slug), page.path, style),
        "tone": shared.tone(protocol, code),
        "sources": shared.sources((code.sources or protocol.sources)[:1]),
    }


KIND = PageKind(name="number", template="pages/number.html", pages=_pages, keys=_keys, context=_context)
