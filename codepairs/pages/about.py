"""What the site is, where its facts come from, and how far each language has come."""

from __future__ import annotations

from collections.abc import Iterator

from codepairs.pages.shared import Context, Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.urls import lang_path

__all__ = ["KIND"]


def _pages(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    name = lang_path(lang, "about").removeprefix(f"{lang}/")
    yield Page(kind=KIND.name, lang=lang, name=name, languages=site.languages_of(tuple(site.catalogue.site.texts())))


def _context(page: Page, shared: Shared) -> Context:
    catalogue = shared.site.catalogue
    known = shared.site.coverage()
    translators = shared.site.translators
    return {
        "entries": [(protocol, shared.sources(protocol.sources)) for protocol in catalogue.protocols.values()],
        "coverage": [(lang, translators[lang].language_name(lang), known.get(lang)) for lang in translators],
    }


KIND = PageKind(name="about", template="pages/about.html", pages=_pages, context=_context)
