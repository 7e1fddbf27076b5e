"""The page of two codes: what tells them apart, what they share, and what each asks of whom.

Headings and sentences follow from the relation: two codes that answer the same command are a question of which one
applies; two steps of one session are not. Every sentence of the page is chosen here, so that none stands twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from markupsafe import Markup

from codepairs.model import Code, CuratedPair, Fact, Protocol, Source, Text
from codepairs.pages.shared import (
    RELATED,
    CodeView,
    Context,
    Shared,
    apart_sentences,
    both_sentences,
    curated_of,
)
from codepairs.plan import Page, PageKind, Site
from codepairs.relations import NOTABLE, relation_of, shared_values
from codepairs.urls import pair_path, protocol_path

__all__ = ["KIND"]

_WHICH = ("outcome", "retry", "acts")
_WHERE = ("answers", "phase")
"""The roles that say which of two alternatives applies, and why two other codes never compete."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the session, and which of the two codes occur in it."""

    label: Text
    codes: tuple[int, ...]
    """0 for the first code, 1 for the second."""


def _plan(site: Site, lang: str) -> Iterator[Page]:
    everything = site.catalogue.site.indexing == "all"
    for protocol in site.catalogue.protocols.values():
        known = {code.code: site.languages_of(tuple(code.texts())) for code in protocol.codes.values()}
        for a, b in protocol.pairs():
            curated = curated_of(protocol, a, b)
            languages = known[a.code] & known[b.code]
            yield Page(
                kind=KIND.name,
                lang=lang,
                name=pair_path(lang, protocol.id, a.slug, b.slug).removeprefix(f"{lang}/"),
                key=(protocol.id, a.code, b.code),
                languages=languages & site.languages_of(tuple(curated.texts())) if curated else languages,
                notable=everything or _is_notable(protocol, a, b, curated),
            )


def _is_notable(protocol: Protocol, a: Code, b: Code, curated: CuratedPair | None) -> bool:
    confused = b.code in a.confused_with or a.code in b.confused_with
    return curated is not None or confused or relation_of(protocol, a, b).kind in NOTABLE


def _context(page: Page, shared: Shared) -> Context:
    protocol = shared.protocol(page.key[0])
    a, b = (protocol.codes[code] for code in page.key[1:])
    views = shared.view(protocol, a), shared.view(protocol, b)
    curated = curated_of(protocol, a, b)
    relation = relation_of(protocol, a, b)
    deciding = _WHICH if relation.kind in NOTABLE else _WHERE
    apart, both = _sentences(shared, protocol, a, b)
    repeated = views[0].passages & views[1].passages
    return {
        "protocol": protocol,
        "link_protocol": shared.href(protocol, protocol_path(shared.lang, protocol.id)),
        "a": views[0],
        "b": views[1],
        "parts": [shared.parts(protocol, code, repeated) for code in (a, b)] if repeated else [v.parts for v in views],
        "repeated": [text for text in _passages(a) if shared.voice.translator.phrase(text).text in repeated],
        "relation": relation,
        "shared_answers": [value.label for value in shared_values(protocol, a, b, "answers")],
        "curated": curated,
        "rows": [shared.row(protocol, fact, a, b) for fact in protocol.facts.values()],
        "differences": [text for fact, text in apart if fact.role not in deciding],
        "deciding": [text for fact, text in apart if fact.role in deciding],
        "shared": both,
        "phases": _phases(protocol, a, b),
        "sources": shared.sources(_sources(a, b, curated)),
        "related": [_related(views[0], b), _related(views[1], a)],
    }


def _sentences(shared: Shared, protocol: Protocol, a: Code, b: Code) -> tuple[list[tuple[Fact, Markup]], list[Markup]]:
    """The facts as sentences: those that tell the codes apart with their fact, and those that both share."""
    apart: dict[Markup, Fact] = {}
    both: dict[Markup, None] = {}
    for fact in protocol.facts.values():
        values = _shared_ids(protocol, fact, a, b)
        both |= dict.fromkeys(both_sentences(shared.voice, fact, a, b, values))
        if a.facts.get(fact.id, ()) != b.facts.get(fact.id, ()):
            apart |= dict.fromkeys(apart_sentences(shared.voice, fact, a, b), fact)
    return [(fact, sentence) for sentence, fact in apart.items()], list(both)


def _shared_ids(protocol: Protocol, fact: Fact, a: Code, b: Code) -> Sequence[str]:
    if fact.role and fact.many and not fact.open:
        return [value.id for value in shared_values(protocol, a, b, fact.role)]
    of_b = b.facts.get(fact.id, ())
    return [value for value in a.facts.get(fact.id, ()) if value in of_b]


def _phases(protocol: Protocol, a: Code, b: Code) -> list[Phase]:
    """The session from first to last phase; empty where neither code belongs to one."""
    fact = protocol.fact_of("phase")
    if fact is None or not (a.facts.get(fact.id) or b.facts.get(fact.id)):
        return []
    return [
        Phase(value.label, tuple(rank for rank, code in enumerate((a, b)) if value.id in code.facts.get(fact.id, ())))
        for value in fact.values.values()
    ]


def _sources(a: Code, b: Code, curated: CuratedPair | None) -> list[Source]:
    return list(chain(a.sources, b.sources, curated.sources if curated else ()))


def _passages(code: Code) -> Iterator[Text]:
    yield code.meaning
    yield from code.when
    yield from code.action.values()


def _related(view: CodeView, other: Code) -> list[Markup]:
    """The comparisons of a code that readers look for more often; without the one they are reading."""
    return [link for each, link in view.related if each is not other][:RELATED]


KIND = PageKind(name="pair", template="pages/pair.html", plan=_plan, context=_context)
