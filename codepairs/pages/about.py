"""What the site is, where its facts come from, and how far each language has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from codepairs.model import Protocol
from codepairs.pages.shared import Context, Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.translate import Coverage
from codepairs.urls import lang_path, relative, translations_path

__all__ = ["KIND"]


def _pages(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    name = lang_path(lang, "about").removeprefix(f"{lang}/")
    yield Page(kind=KIND.name, lang=lang, name=name, languages=site.languages_of(tuple(site.catalogue.site.texts())))


def _context(page: Page, shared: Shared) -> Context:
    catalogue = shared.site.catalogue
    known = shared.site.coverage()
    translators = shared.site.translators
    parts = (None, *catalogue.protocols.values())
    number = translators[page.lang].number
    rows = {
        lang: [_row(part, item, number) for part, item in zip(parts, domains, strict=True)]
        for lang, domains in known.items()
    }
    return {
        "entries": [(protocol, shared.sources(protocol.sources)) for protocol in catalogue.protocols.values()],
        "coverage": [(lang, translators[lang].language_name(lang), rows.get(lang)) for lang in translators],
        "translations_href": relative(translations_path(), page.path),
    }


def _row(part: Protocol | None, item: Coverage, number: Callable[[int], str]) -> Context:
    """How far a part of the site has come; numbers that stand alone are written in the language of the page."""
    return {"protocol": part, "counts": item, "fuzzy": number(item.fuzzy), "missing": number(item.missing)}


KIND = PageKind(name="about", template="pages/about.html", pages=_pages, context=_context)
