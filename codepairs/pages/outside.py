"""The pages that belong to no language: the choice of language at the root, and the 404 page in all languages."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from codepairs.pages.shared import Context, Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.prose import Voice
from codepairs.urls import asset_path, lang_path, relative

__all__ = ["NOT_FOUND", "ROOT"]


def _root(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    yield Page(kind=ROOT.name, lang=lang, name="index.html", languages=frozenset(site.translators), outside=True)


def _not_found(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    yield Page(kind=NOT_FOUND.name, lang=lang, name="404.html", languages=frozenset(site.translators), outside=True)


def _root_context(page: Page, shared: Shared) -> Context:
    return {"choices": _choices(shared, "")}


def _not_found_context(page: Page, shared: Shared) -> Context:
    # A host serves this page at whatever address was asked for, so its links cannot be relative.
    base = urlsplit(shared.site.base_url).path
    assets = {
        "style_href": base + shared.site.assets.style,
        "theme_href": base + asset_path("theme.js"),
        "icon_href": base + asset_path("icon.svg"),
        "assets_href": base + asset_path(""),
    }
    return {"choices": _choices(shared, base)} | assets


def _choices(shared: Shared, base: str) -> list[dict[str, object]]:
    """The languages of the site, each with a voice of its own and the link to its first page."""
    return [
        {
            "lang": lang,
            "dir": translator.direction,
            "name": translator.language_name(lang),
            "href": base + relative(lang_path(lang), "index.html", shared.site.link_style),
            "tagline": shared.site.catalogue.site.tagline,
            "voice": Voice(translator),
        }
        for lang, translator in shared.site.translators.items()
    ]


ROOT = PageKind(name="root", template="pages/root.html", pages=_root, context=_root_context, outside=True)
NOT_FOUND = PageKind(name="404", template="pages/404.html", pages=_not_found, context=_not_found_context, outside=True)
