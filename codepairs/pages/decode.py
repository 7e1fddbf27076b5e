"""The page that explains the codes in a pasted text; all of it happens in the browser of the reader."""

from __future__ import annotations

from collections.abc import Iterator

from codepairs.pages.shared import Context, Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.urls import asset_path, decode_data_path, lang_path, relative

__all__ = ["KIND"]

_SHOWN = 3
"""How many forms of each protocol the example shows."""


def _pages(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    name = lang_path(lang, "decode").removeprefix(f"{lang}/")
    yield Page(kind=KIND.name, lang=lang, name=name, languages=site.languages_of(tuple(site.catalogue.site.texts())))


def _keys(site: Site) -> list[tuple[tuple[str, ...], int]]:
    """One page in a language, or none where no protocol says how its codes stand in texts."""
    return [((), 1)] if site.catalogue.decodes else []


def _context(page: Page, shared: Shared) -> Context:
    protocols = shared.site.catalogue.protocols.values()
    examples = [[form.example for form in protocol.decode if not form.nothing][:_SHOWN] for protocol in protocols]
    return {
        "script_href": relative(asset_path("decode.js"), page.path),
        "data_href": relative(decode_data_path(page.lang), page.path),
        "example": "\n".join(example for each in examples for example in each),
        "names": [protocol.name for protocol in protocols if protocol.decode],
    }


KIND = PageKind(name="decode", template="pages/decode.html", pages=_pages, keys=_keys, context=_context)
