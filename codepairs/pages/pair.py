"""The page of two codes: what tells them apart, what they share, and what each asks of whom.

Headings and sentences follow from the relation: two codes that answer the same command are a question of which one
applies; two steps of one session are not. Every sentence of the page is chosen here, so that none stands twice.

A page is composed of pieces: those of its two codes, those of each combination of values that a fact has for them, and
the few that are its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from markupsafe import Markup, escape

from codepairs.compose import Slots, token
from codepairs.model import Code, CuratedPair, Fact, Protocol, Source, Text, WireLine
from codepairs.pages.sentences import apart_sentences, both_sentences
from codepairs.pages.shared import Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.relations import NOTABLE, Relation, Relations, shared_values
from codepairs.urls import pair_path, protocol_path

__all__ = ["KIND", "CodePieces", "Comparisons", "FactPieces"]

_RELATED = 4
"""How many related comparisons a page offers for each of its codes."""
_WHICH = frozenset({"outcome", "retry", "acts"})
_WHERE = frozenset({"answers", "phase"})
"""The roles that say which of two alternatives applies, and why two other codes never compete."""
_A, _B = token("a.code"), token("b.code")
"""The names of the two codes in pieces that many pairs share."""


def _plan(site: Site, lang: str) -> Iterator[Page]:
    everything = site.catalogue.site.indexing == "all"
    for protocol in site.catalogue.protocols.values():
        relations = Relations(protocol)
        known = {code.code: site.languages_of(tuple(code.texts())) for code in protocol.codes.values()}
        for a, b in protocol.pairs():
            curated = protocol.curated.get((a.code, b.code))
            languages = known[a.code] & known[b.code]
            confused = b.code in a.confused_with or a.code in b.confused_with
            yield Page(
                kind=KIND.name,
                lang=lang,
                name=pair_path("", protocol.id, a.slug, b.slug).lstrip("/"),
                key=(protocol.id, a.code, b.code),
                languages=languages & site.languages_of(tuple(curated.texts())) if curated else languages,
                notable=everything or confused or bool(curated) or relations.of(a, b).kind in NOTABLE,
            )


def _slots(page: Page, shared: Shared) -> Slots:
    protocol = shared.protocol(page.key[0])
    comparisons = shared.once(("comparisons", protocol.id), lambda: Comparisons(shared, protocol))
    return comparisons.slots(protocol.codes[page.key[1]], protocol.codes[page.key[2]])


@dataclass(frozen=True, slots=True)
class CodePieces:
    """The pieces of one code, named for either side of a pair."""

    as_a: dict[str, bytes]
    as_b: dict[str, bytes]
    sources: tuple[bytes, ...]
    related: tuple[tuple[str, bytes], ...]
    """Other codes with the links to their comparisons, one more than a page shows."""
    passages: frozenset[str]


@dataclass(frozen=True, slots=True)
class FactPieces:
    """What a fact contributes to every pair with the same values; the codes are named by tokens."""

    row: bytes
    apart: tuple[bytes, ...]
    both: tuple[bytes, ...]


class Comparisons:
    """Composes the pair pages of one protocol in one language; remembers every piece that pages share."""

    def __init__(self, shared: Shared, protocol: Protocol) -> None:
        self.shared = shared
        self.protocol = protocol
        self.relations = Relations(protocol)
        self._facts = tuple(protocol.facts.values())
        self._base = {
            "protocol": _bytes(escape(protocol.name)),
            "protocol_title": _bytes(shared.voice.inline(protocol.title)),
            "protocol_href": shared.href(protocol, protocol_path(shared.lang, protocol.id)).encode(),
        }
        self._codes: dict[str, CodePieces] = {}
        # Few codes share passages, and those that do share them with many; the bound holds where content is generated.
        self._parts_without = lru_cache(maxsize=4096)(self._parts_of)
        self._pieces: dict[tuple[object, ...], FactPieces] = {}
        self._phrases: dict[tuple[object, ...], tuple[bytes, bytes]] = {}
        self._timelines: dict[tuple[object, ...], bytes] = {}

    def slots(self, a: Code, b: Code) -> Slots:
        """The pieces of the page of two codes, given in canonical order."""
        of_a, of_b = self._code(a), self._code(b)
        relation = self.relations.of(a, b)
        curated = self.protocol.curated.get((a.code, b.code))
        values = {**self._base, **of_a.as_a, **of_b.as_b, **self._repeated(a, b, of_a, of_b)}
        self._add_facts(values, a, b, relation)
        self._add_verdict(values, a, b, relation, curated)
        self._add_session(values, a, b, curated.wire if curated else ())
        sources = chain(of_a.sources, of_b.sources, self._sources(curated.sources) if curated else ())
        values["sources"] = b"\n".join(dict.fromkeys(sources))
        values["a.related"] = _without(of_a.related, b)
        values["b.related"] = _without(of_b.related, a)
        return Slots({"relation": relation.kind, "curated": curated is not None}, values)

    def _code(self, code: Code) -> CodePieces:
        found = self._codes.get(code.code)
        if found is None:
            found = self._codes[code.code] = self._code_pieces(code)
        return found

    def _code_pieces(self, code: Code) -> CodePieces:
        shared, view = self.shared, self.shared.view(self.protocol, code)
        pieces = {
            "code": escape(code.code),
            "slug": Markup(code.slug),  # noqa: S704 - letters, digits, dots and hyphens only
            "href": escape(view.href),
            "title": escape(shared.voice.plain(code.title)),
            "summary": escape(shared.voice.plain(code.summary)),
            **view.parts,
        }
        related = (view.declared or view.near)[: _RELATED + 1]
        return CodePieces(
            as_a={f"a.{name}": _bytes(piece) for name, piece in pieces.items()},
            as_b={f"b.{name}": _bytes(piece) for name, piece in pieces.items()},
            sources=self._sources(code.sources),
            related=tuple((other.code, _bytes(shared.pair_item(code, other))) for other in related),
            passages=view.passages,
        )

    def _sources(self, sources: Sequence[Source]) -> tuple[bytes, ...]:
        links = self.shared.sources(sources)
        return tuple(_bytes(self.shared.rendered("source", {"source": link})) for link in links)

    def _repeated(self, a: Code, b: Code, of_a: CodePieces, of_b: CodePieces) -> dict[str, bytes]:
        """Where the codes have passages in common: both without them, and the passages once."""
        common = of_a.passages & of_b.passages
        if not common:
            return {"repeated": b""}
        parts_a, repeated = self._parts_without(a.code, common)
        parts_b, _ = self._parts_without(b.code, common)
        values = {f"a.{name}": piece for name, piece in parts_a.items()}
        return values | {f"b.{name}": piece for name, piece in parts_b.items()} | {"repeated": repeated}

    def _parts_of(self, code: str, common: frozenset[str]) -> tuple[dict[str, bytes], bytes]:
        """The fragments of a code without the passages it has in common with another, and those passages."""
        shared, known = self.shared, self.protocol.codes[code]
        parts = shared.parts(self.protocol, known, common)
        passages = dict.fromkeys(shared.voice.block(text) for text in _passages(known) if shared.shown(text) in common)
        return {name: _bytes(part) for name, part in parts.items()}, _bytes(Markup("\n").join(passages))

    def _add_facts(self, values: dict[str, bytes], a: Code, b: Code, relation: Relation) -> None:
        deciding = _WHICH if relation.kind in NOTABLE else _WHERE
        rows: list[bytes] = []
        apart: dict[bytes, bool] = {}
        both: dict[bytes, None] = {}
        for fact in self._facts:
            pieces = self._fact(fact, a.facts.get(fact.id, ()), b.facts.get(fact.id, ()))
            rows.append(pieces.row)
            for sentence in pieces.apart:
                apart[sentence] = fact.role in deciding
            both |= dict.fromkeys(pieces.both)
        values["rows"] = b"\n".join(filter(None, rows))
        values["differences"] = _named(values, (text for text, decides in apart.items() if not decides))
        values["deciding"] = _named(values, (text for text, decides in apart.items() if decides))
        values["shared"] = _named(values, both)

    def _fact(self, fact: Fact, of_a: tuple[str, ...], of_b: tuple[str, ...]) -> FactPieces:
        key = (fact.id, of_a, of_b)
        found = self._pieces.get(key)
        if found is None:
            found = self._pieces[key] = self._fact_pieces(fact, of_a, of_b)
        return found

    def _fact_pieces(self, fact: Fact, of_a: tuple[str, ...], of_b: tuple[str, ...]) -> FactPieces:
        voice, names = self.shared.voice, (_A, _B)
        common = _common(fact, of_a, of_b)
        return FactPieces(
            row=self._row(fact, of_a, of_b),
            apart=self._items(apart_sentences(voice, fact, of_a, of_b, names)),
            both=self._items(both_sentences(voice, fact, of_a, of_b, common, names)),
        )

    def _row(self, fact: Fact, of_a: tuple[str, ...], of_b: tuple[str, ...]) -> bytes:
        a, b = (self.shared.cell(fact, values) for values in (of_a, of_b))
        if not a.html and not b.html:
            return b""
        values = {"label": self.shared.voice.inline(fact.label), "a": a.html or Markup(), "b": b.html or Markup()}
        flags = {"same": of_a == of_b, "a_tone": a.tone, "b_tone": b.tone}
        return _bytes(self.shared.piece("row", values, flags))

    def _items(self, sentences: Iterable[Markup]) -> tuple[bytes, ...]:
        return tuple(_bytes(self.shared.piece("sentence", {"text": text})) for text in sentences)

    def _add_verdict(
        self, values: dict[str, bytes], a: Code, b: Code, relation: Relation, curated: CuratedPair | None
    ) -> None:
        html, plain = self._relation_sentence(values, a, b, relation)
        values |= {"verdict": html, "verdict_plain": plain, "sentence": b""}
        values |= {"difference": b"", "guidance": b""}
        if curated:
            voice = self.shared.voice
            values["sentence"] = html
            values["verdict"] = _bytes(voice.inline(curated.verdict))
            values["verdict_plain"] = _bytes(escape(voice.plain(curated.verdict)))
            values["difference"] = _bytes(voice.block(curated.difference))
            values["guidance"] = _bytes(voice.block(curated.guidance))

    def _relation_sentence(self, values: dict[str, bytes], a: Code, b: Code, relation: Relation) -> tuple[bytes, bytes]:
        """What the relation says, as HTML and as plain text."""
        answers = self._answers(a, b) if relation.kind in NOTABLE else ()
        grounds = bool(values["deciding"])
        key = (relation.kind, relation.first == a.code, grounds, answers)
        found = self._phrases.get(key)
        if found is None:
            first, second = (_A, _B) if relation.first == a.code else (_B, _A)
            shown = {
                "relation": Relation(relation.kind, first, second),
                "answers": self.shared.voice.list(map(self.shared.voice.inline, answers)) if answers else None,
                "grounds": grounds,
                "protocol": self.protocol,
            }
            html = self.shared.rendered("relation", shown)
            found = self._phrases[key] = _bytes(html), _bytes(escape(html.striptags()))
        return _fill(found[0], values), _fill(found[1], values)

    def _answers(self, a: Code, b: Code) -> tuple[Text, ...]:
        fact = self.protocol.fact_of("answers")
        if fact is None:
            return ()
        common = _common(fact, a.facts.get(fact.id, ()), b.facts.get(fact.id, ()))
        return tuple(fact.values[value].label for value in common)

    def _add_session(self, values: dict[str, bytes], a: Code, b: Code, wire: tuple[WireLine, ...]) -> None:
        """The timeline and the transcripts: one with both codes where there is one, else that of each."""
        values["timeline"] = _fill(self._timeline(a, b), values)
        values["wire"] = b""
        lines = wire or (a.wire if a.wire == b.wire else ())
        if lines:
            shown = {"lines": lines, "a": a.code, "b": b.code}
            values |= {"wire": _bytes(self.shared.rendered("pair_wire", shown)), "a.wire": b"", "b.wire": b""}

    def _timeline(self, a: Code, b: Code) -> bytes:
        """The session from first to last phase, the codes as tokens; empty where neither belongs to one."""
        fact = self.protocol.fact_of("phase")
        of_a, of_b = (code.facts.get(fact.id, ()) if fact else () for code in (a, b))
        if fact is None or not (of_a or of_b):
            return b""
        key = (of_a, of_b)
        found = self._timelines.get(key)
        if found is None:
            phases = [
                (value.label, [name for name, of in ((_A, of_a), (_B, of_b)) if value.id in of])
                for value in fact.values.values()
            ]
            found = self._timelines[key] = _bytes(self.shared.rendered("timeline", {"phases": phases}))
        return found


def _common(fact: Fact, of_a: tuple[str, ...], of_b: tuple[str, ...]) -> tuple[str, ...]:
    """The values that both have for a fact."""
    if fact.open:
        return tuple(value for value in of_a if value in of_b)
    return shared_values(fact, of_a, of_b)


def _passages(code: Code) -> Iterator[Text]:
    yield code.meaning
    yield from code.when
    yield from code.action.values()


def _without(related: tuple[tuple[str, bytes], ...], other: Code) -> bytes:
    """The links but the one to the page they stand on."""
    return b"\n".join([link for code, link in related if code != other.code][:_RELATED])


def _named(values: dict[str, bytes], sentences: Iterable[bytes]) -> bytes:
    return _fill(b"\n".join(sentences), values)


def _fill(piece: bytes, values: dict[str, bytes]) -> bytes:
    """The piece with the names of the two codes."""
    return piece.replace(_TOKEN_A, values["a.code"]).replace(_TOKEN_B, values["b.code"])


def _bytes(html: Markup) -> bytes:
    return str(html).encode()


_TOKEN_A, _TOKEN_B = _bytes(_A), _bytes(_B)

KIND = PageKind(name="pair", template="pages/pair.html", plan=_plan, slots=_slots)
