"""The page of one code: what it means, what to do, and every other code it can be compared with."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import escape

from codepairs.pages.sentences import one_sentences
from codepairs.pages.shared import Context, Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.urls import code_data_path, code_path, protocol_path

__all__ = ["KIND"]

_LEAD = ("outcome", "retry", "acts")
"""The roles whose sentences answer the reader's first questions."""


def _plan(site: Site, lang: str) -> Iterator[Page]:
    for protocol in site.catalogue.protocols.values():
        for code in protocol.codes.values():
            yield Page(
                kind=KIND.name,
                lang=lang,
                name=code_path(lang, protocol.id, code.slug).removeprefix(f"{lang}/"),
                key=(protocol.id, code.code),
                languages=site.languages_of(tuple(code.texts())),
            )


def _context(page: Page, shared: Shared) -> Context:
    protocol = shared.protocol(page.key[0])
    code = protocol.codes[page.key[1]]
    view = shared.view(protocol, code)
    lead = [fact for role in _LEAD if (fact := protocol.fact_of(role))]
    return {
        "protocol": protocol,
        "link_protocol": shared.href(protocol, protocol_path(shared.lang, protocol.id)),
        "code": view,
        "lead": [
            sentence
            for fact in lead
            for sentence in one_sentences(shared.voice, fact, code.facts.get(fact.id, ()), escape(code.code))
        ],
        "rows": [(fact.label, view.cells[fact.id]) for fact in protocol.facts.values() if view.cells[fact.id].html],
        "confused": [shared.pair_item(code, other) for other in view.declared],
        "others": [shared.pair_item(code, other) for other in view.near if other not in view.declared],
        "data": shared.href(protocol, code_data_path(shared.lang, protocol.id, code.slug)),
    }


KIND = PageKind(name="code", template="pages/code.html", plan=_plan, context=_context)
