"""The page of a protocol: its codes by class, the session they belong to, and the pairs that authors wrote about."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from codepairs.model import Code, Protocol, Text
from codepairs.pages.linked import breadcrumbs, image_address, linked_data, term_set
from codepairs.pages.matrix import has_matrix
from codepairs.pages.shared import CodeLink, Context, Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.urls import matrix_path, opensearch_path, protocol_path

__all__ = ["KIND"]


def _pages(site: Site, lang: str, key: tuple[str, ...]) -> Iterator[Page]:
    for protocol in site.catalogue.protocols.values():
        name = protocol_path(lang, protocol.id).removeprefix(f"{lang}/")
        yield Page(KIND.name, lang, name, (protocol.id,), site.languages_of(tuple(protocol.texts())))


def _context(page: Page, shared: Shared) -> Context:
    protocol = shared.protocol(page.key[0])
    return {
        "protocol": protocol,
        "matrix_href": shared.href(protocol, matrix_path(page.lang, protocol.id)) if has_matrix(protocol) else None,
        "opensearch_href": shared.href(protocol, opensearch_path(page.lang)),
        "groups": list(_groups(shared, protocol)),
        "phases": _phases(shared, protocol),
        "curated": Markup("\n").join(
            shared.pair_item(protocol.codes[a], protocol.codes[b]) for a, b in protocol.curated
        ),
        "code_count": len(protocol.codes),
        "pair_count": len(protocol.codes) * (len(protocol.codes) - 1) // 2,
        "sources": shared.sources(protocol.sources),
        "locale": shared.voice.translator.territory_tag(),
        "image": image_address(shared.site, protocol.id),
        "linked": linked_data(term_set(page, shared, protocol), breadcrumbs(page, shared, protocol)),
    }


def _groups(shared: Shared, protocol: Protocol) -> Iterator[tuple[Text | None, Text | None, list[CodeLink]]]:
    """The classes with their codes; one group without a name where the protocol declares no class."""
    codes = list(protocol.codes.values())
    for key, item in protocol.classes.items():
        members = [shared.code_link(protocol, code) for code in codes if code.class_id == key]
        if members:
            yield item.value.label, item.summary, members
    rest = [shared.code_link(protocol, code) for code in codes if code.class_id not in protocol.classes]
    if rest:
        yield None, None, rest


def _phases(shared: Shared, protocol: Protocol) -> list[tuple[Text, list[CodeLink]]]:
    fact = protocol.fact_of("phase")
    if fact is None:
        return []
    return [
        (
            value.label,
            [shared.code_link(protocol, code) for code in protocol.codes.values() if value.id in _at(code, fact.id)],
        )
        for value in fact.values.values()
    ]


def _at(code: Code, fact: str) -> tuple[str, ...]:
    return code.facts.get(fact, ())


KIND = PageKind(name="protocol", template="pages/protocol.html", pages=_pages, context=_context)
