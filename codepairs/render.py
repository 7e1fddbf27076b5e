"""Page -> HTML: the context of its kind, what every page shows, and the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from codepairs.compose import Skeleton, Slots, probe, whole
from codepairs.hosting.headers import META_POLICY
from codepairs.pages import PAGE_KINDS
from codepairs.pages.shared import Shared
from codepairs.plan import Page, Site
from codepairs.templates import failures
from codepairs.urls import absolute, asset_path, lang_path, protocol_path, relative

__all__ = ["alternates", "page_context", "render_pages", "render_whole"]

_KINDS = {kind.name: kind for kind in PAGE_KINDS}


def render_pages(pages: Sequence[Page], shared: Shared) -> Iterator[tuple[Page, bytes]]:
    """The HTML of pages of one kind in UTF-8, in any order; `shared` is the state of their language."""
    kind = _KINDS[pages[0].kind] if pages else None
    if kind is None or kind.slots is None:
        yield from ((page, render_whole(page, shared)) for page in pages)
        return
    with failures(page=pages[0].path):
        for slots in kind.slots(pages, shared):
            yield from zip(slots.pages, slots.woven(_skeleton(slots, shared)), strict=False)


def render_whole(page: Page, shared: Shared) -> bytes:
    """The HTML of a page, rendered by its template in one go."""
    kind = _KINDS[page.kind]
    with failures(page=page.path):
        if kind.slots is None:
            return _rendered(page, shared, kind.context(page, shared) if kind.context else {})
        (slots,) = kind.slots([page], shared)
        return _rendered(page, shared, whole(slots, 0))


def _skeleton(slots: Slots, shared: Shared) -> Skeleton:
    """The pages with the pieces of their base and places for their own."""
    page: Page = slots.pages[0]
    form = (slots.form, page.languages, page.notable)
    skeleton = slots.base.skeletons.get(form)
    if skeleton is None:
        key = (page.kind, page.key[0], slots.base.form, *form)
        made = shared.once(key, lambda: _with_tokens(page, slots, shared))
        skeleton = slots.base.skeletons[form] = made.bound(slots.base.pieces)
    return skeleton


def _with_tokens(page: Page, slots: Slots, shared: Shared) -> Skeleton:
    """The page with tokens for all its pieces; rendered once for all pages of its form."""
    probed = page._replace(name=slots.name)
    return Skeleton.of(_rendered(probed, shared, probe(slots)).decode())


def _rendered(page: Page, shared: Shared, values: Mapping[str, Any]) -> bytes:
    template = shared.env.get_template(_KINDS[page.kind].template)
    return template.render({**page_context(page, shared), **values}).encode()


def page_context(page: Page, shared: Shared) -> dict[str, Any]:
    """What the skeleton of every page receives; docs/templates.md explains each name."""
    site = shared.site
    return {
        "site": site.catalogue.site,
        "lang": page.lang,
        "dir": shared.voice.translator.direction,
        "source_lang": site.source_lang,
        "policy": Markup(META_POLICY),  # noqa: S704 - a constant
        "style_href": _link(site, page, site.assets.style),
        "theme_href": _link(site, page, asset_path("theme.js")),
        "icon_href": _link(site, page, asset_path("icon.svg")),
        "assets_href": _link(site, page, asset_path("")),
        "home_href": _link(site, page, lang_path(page.lang)),
        "about_href": _link(site, page, lang_path(page.lang, "about")),
        "decode_href": _link(site, page, lang_path(page.lang, "decode")) if site.catalogue.decodes else None,
        "protocols": [
            (protocol, _link(site, page, protocol_path(page.lang, protocol.id)))
            for protocol in site.catalogue.protocols.values()
        ],
        "languages": [_language(site, page, lang) for lang in site.translators],
        "fallback": not page.translated,
        "robots": None if page.indexed or page.outside else "noindex, follow",
        "canonical": _canonical(site, page),
        "alternates": list(alternates(site, page).items()),
    }


def alternates(site: Site, page: Page) -> dict[str, str]:
    """Addresses of the page in each language that really has it, by hreflang; empty where there is only one.

    Source: the hreflang attribute of HTML with language tags of RFC 5646; `x-default` is the source language.
    """
    if not page.indexed:
        return {}
    found = {
        lang: absolute(f"{lang}/{page.name}", site.base_url, site.link_style)
        for lang in site.translators
        if lang in page.languages
    }
    return found | {"x-default": found[site.source_lang]} if len(found) > 1 else {}


def _canonical(site: Site, page: Page) -> str:
    """The page's own address, or that of the source language where the page falls back on it."""
    return absolute(page.standing(site.source_lang), site.base_url, site.link_style)


def _language(site: Site, page: Page, lang: str) -> Mapping[str, object]:
    target = lang_path(lang) if page.outside else f"{lang}/{page.name}"
    return {
        "lang": lang,
        "name": site.translators[lang].language_name(lang),
        "href": _link(site, page, target),
        "current": lang == page.lang,
    }


def _link(site: Site, page: Page, target: str) -> str:
    return relative(target, page.path, site.link_style)
