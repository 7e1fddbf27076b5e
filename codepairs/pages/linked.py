"""What pages say of themselves to programs: linked data, and the picture that stands for them.

Each function gives a node of JSON-LD with the types and properties of schema.org; `linked_data` makes of them what
stands in a `script` element that is data and is not run. Pages that fall back on the source language name themselves by
the address that stands for them.
"""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from codepairs.model import Code, Protocol
from codepairs.pages.shared import Shared
from codepairs.plan import Page, Site
from codepairs.urls import absolute, code_path, image_path, lang_path, protocol_path

__all__ = ["breadcrumbs", "image_address", "linked_data", "term", "term_set", "website"]

_Node = dict[str, Any]

_ESCAPED = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
"""What could end the element or be taken for markup; JSON has these characters in strings only."""


def linked_data(*nodes: _Node) -> Markup:
    """The nodes as the text of a `script` element. Source: JSON-LD 1.1 section 7.3, restrictions of HTML script."""
    content = nodes[0] if len(nodes) == 1 else {"@graph": list(nodes)}
    text = json.dumps({"@context": "https://schema.org"} | content, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPED))  # noqa: S704 - nothing in it is markup any more


def website(page: Page, shared: Shared) -> _Node:
    """The site in one language."""
    info = shared.site.catalogue.site
    return {
        "@type": "WebSite",
        "url": _own(page, shared),
        "name": info.title,
        "description": shared.voice.plain(info.description),
        "inLanguage": _spoken(page, shared),
        **_license(shared),
    }


def term_set(page: Page, shared: Shared, protocol: Protocol) -> _Node:
    """A protocol with its codes."""
    return {
        "@type": "DefinedTermSet",
        "@id": _own(page, shared),
        "url": _own(page, shared),
        "name": shared.voice.plain(protocol.title),
        "description": shared.voice.plain(protocol.summary),
        "inLanguage": _spoken(page, shared),
        **_license(shared),
        "hasDefinedTerm": [
            {
                "@type": "DefinedTerm",
                "termCode": code.code,
                "name": shared.voice.plain(code.title),
                "url": _address(shared, code_path(_spoken(page, shared), protocol.id, code.slug)),
            }
            for code in protocol.codes.values()
        ],
    }


def term(page: Page, shared: Shared, protocol: Protocol, code: Code) -> _Node:
    """A code of a protocol; the language is a property of the set, as terms have none."""
    lang = _spoken(page, shared)
    address = _address(shared, protocol_path(lang, protocol.id))
    return {
        "@type": "DefinedTerm",
        "url": _own(page, shared),
        "termCode": code.code,
        "name": shared.voice.plain(code.title),
        "alternateName": code.phrase,
        "description": shared.voice.plain(code.summary),
        "inDefinedTermSet": {
            "@type": "DefinedTermSet",
            "@id": address,
            "url": address,
            "name": shared.voice.plain(protocol.title),
            "inLanguage": lang,
        },
    }


def breadcrumbs(page: Page, shared: Shared, protocol: Protocol, code: Code | None = None) -> _Node:
    """The way from the first page of the language to the page of a protocol, or of a code of it."""
    lang = _spoken(page, shared)
    steps = [
        (shared.site.catalogue.site.title, _address(shared, lang_path(lang))),
        (shared.voice.plain(protocol.title), _address(shared, protocol_path(lang, protocol.id))),
    ]
    if code:
        steps.append((f"{protocol.name} {code.code}", _own(page, shared)))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": {"@id": address}}
            for position, (name, address) in enumerate(steps, start=1)
        ],
    }


def image_address(site: Site, *names: str) -> str:
    """The full address of a picture: of the site, of a protocol, of a code by its slug; empty where none is drawn."""
    return absolute(image_path(*names), site.base_url) if site.draws else ""


def _own(page: Page, shared: Shared) -> str:
    return _address(shared, page.standing(shared.site.source_lang))


def _spoken(page: Page, shared: Shared) -> str:
    """The language of the page that stands for this one."""
    return page.lang if page.translated else shared.site.source_lang


def _license(shared: Shared) -> _Node:
    licence = shared.site.catalogue.site.licence
    return {"license": licence.url} if licence else {}


def _address(shared: Shared, path: str) -> str:
    return absolute(path, shared.site.base_url, shared.site.link_style)
