"""What the page of two codes shows: what tells them apart, what they share, and what each asks of whom.

Headings and sentences follow from the relation: two codes that answer the same command are a question of which one
applies; two steps of one session are not. Every sentence of the page is chosen here, so that none stands twice.

A page is composed of pieces, and pages are made in rows: all those with the same first code, column by column. What
the first code contributes is put in place once a row (`Row`); what the facts say is looked up for all second codes in
one go.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product, repeat
from typing import NamedTuple

from markupsafe import Markup, escape

from codepairs.compose import Base, Skeleton, Slots, token
from codepairs.model import Code, CuratedPair, Protocol, WireLine
from codepairs.pages.facts import Beside, Stated
from codepairs.pages.pieces import NAMED, SECOND, CodePieces, ProtocolPieces
from codepairs.pages.sentences import Values
from codepairs.pages.shared import Shared
from codepairs.plan import Page
from codepairs.relations import NOTABLE, RELATIONS, Relation
from codepairs.urls import pair_path

__all__ = ["Columns", "Comparisons", "Row", "Second", "Seconds"]

Columns = Sequence[Sequence[bytes]]
"""Pieces of many pages: a column for each name, in which every page has a place."""

_WHICH = frozenset({"outcome", "retry", "acts"})
_WHERE = frozenset({"answers", "phase"})
"""The roles that say which of two alternatives applies, and why two other codes never compete."""
_A, _B = token("a.code"), token("b.code")
_FIRST = str(_A).encode()
"""The name of the first code in what many rows share."""
_SAID = ("rows", "differences", "deciding", "shared", "verdict", "verdict_plain")
"""The pieces that facts and relation make."""
_FLAGS = {kind: {"relation": kind, "curated": False} for kind in RELATIONS}
_RARE = dict.fromkeys(("repeated", "wire", "sentence", "difference", "guidance"), b"")
"""The pieces that only few pages have."""


class Seconds(dict[str, "Second"]):
    """What each code contributes as the second of a pair; made on first use."""

    def __init__(self, pieces: ProtocolPieces) -> None:
        super().__init__()
        phase = pieces.protocol.fact_of("phase")
        self._phase = phase.id if phase else ""
        self._pieces = pieces
        self._forms: dict[tuple[bool, ...], int] = {}

    def __missing__(self, name: str) -> Second:
        code = self._pieces.protocol.codes[name]
        pieces = self._pieces.code(code)
        found = self[name] = Second(
            code=pieces,
            pieces=tuple(pieces.named.values()),
            form=self._forms.setdefault(tuple(map(bool, pieces.named.values())), len(self._forms)),
            facts=tuple(fact.stated(code.facts.get(fact.fact.id, ())) for fact in self._pieces.facts),
            phases=code.facts.get(self._phase, ()),
        )
        return found


class Second(NamedTuple):
    """What a code contributes as the second of a pair."""

    code: CodePieces
    pieces: tuple[bytes, ...]
    """Its named pieces; the first is its name."""
    form: int
    """Equal for codes of which the same pieces are empty."""
    facts: tuple[Stated, ...]
    """What it says of each fact."""
    phases: Values


class Comparisons:
    """Composes the pair pages of one protocol in one language."""

    @classmethod
    def of(cls, shared: Shared, protocol: Protocol) -> Comparisons:
        """Those of a protocol in the language of `shared`; made once."""
        return shared.once(("comparisons", protocol.id), lambda: cls(shared, protocol))

    def __init__(self, shared: Shared, protocol: Protocol) -> None:
        self.shared = shared
        self.protocol = protocol
        self.pieces = ProtocolPieces.of(shared, protocol)
        self.relations = shared.site.relations[protocol.id]
        self.base = Base(self.pieces.named)
        self.name = pair_path("", protocol.id, token("a.slug"), token("b.slug")).lstrip("/")
        facts = self.pieces.facts
        self.names = (*(f"b.{name}" for name in NAMED), *_SAID, "timeline", "sources", "a.related", "b.related")
        roles = [fact.fact.role for fact in facts]
        self.places = {notable: _places(roles, _WHICH if notable else _WHERE) for notable in (True, False)}
        self.answers = roles.index("answers") if "answers" in roles else None
        phase = protocol.fact_of("phase")
        self.phase = phase.id if phase else ""
        self.seconds = Seconds(self.pieces)
        self._row: Row | None = None
        self.curated: dict[str, dict[str, CuratedPair]] = {}
        """Curated pairs by their first and second code."""
        for (a, b), pair in protocol.curated.items():
            self.curated.setdefault(a, {})[b] = pair

    def row(self, code: str) -> Row:
        """The pages whose first code is this one; only the latest row is kept."""
        if self._row is None or self._row.a.code != code:
            self._row = Row(self, self.protocol.codes[code])
        return self._row

    def unlike(self, a: Code) -> set[str]:
        """The codes that have a transcript or a passage in common with a code."""
        found = {code for passage in self.pieces.code(a).repeated for code in self.pieces.repeating[passage]}
        return found.union(self._same_wire[a.wire] if a.wire else ())

    @cached_property
    def _same_wire(self) -> dict[tuple[WireLine, ...], list[str]]:
        """The codes that have the same transcript."""
        found: dict[tuple[WireLine, ...], list[str]] = {}
        for code in self.protocol.codes.values():
            found.setdefault(code.wire, []).append(code.code)
        return found

    def sentence(self, kind: str, forward: bool, grounds: bool, answers: bool) -> tuple[Skeleton, Skeleton]:
        """What a relation says, as HTML and as plain text, with places for the codes and for what both answer."""
        return self.shared.once(
            ("relation", self.protocol.id, kind, forward, grounds, answers),
            lambda: self._sentence(Relation(kind, *((_A, _B) if forward else (_B, _A))), grounds, answers),
        )

    def _sentence(self, relation: Relation, grounds: bool, answers: bool) -> tuple[Skeleton, Skeleton]:
        context = {
            "relation": relation,
            "answers": token("answers") if answers else None,
            "grounds": grounds,
            "protocol": self.protocol,
        }
        html = self.shared.rendered("relation", context)
        return Skeleton.of(html), Skeleton.of(escape(html.striptags()))

    def timeline(self, of_a: Values, of_b: Values) -> bytes:
        """The session from first to last phase, the codes as tokens; empty where neither belongs to one."""
        fact = self.protocol.facts.get(self.phase)
        if fact is None or not (of_a or of_b):
            return b""
        phases = [self._phases[value, value in of_a, value in of_b] for value in fact.values]
        return self.shared.skeleton("timeline", {"phases": token("phases")}).filled({"phases": b"\n".join(phases)})

    @cached_property
    def _phases(self) -> dict[tuple[str, bool, bool], bytes]:
        """Each phase of the session, without and with the first and the second code."""
        return {
            (value.id, at_a, at_b): _bytes(self.shared.rendered("phase", {"label": value.label, "codes": codes}))
            for value in self.protocol.facts[self.phase].values.values()
            for at_a, at_b in product((False, True), repeat=2)
            for codes in [[name for name, here in ((_A, at_a), (_B, at_b)) if here]]
        }


def _places(roles: Sequence[str | None], deciding: frozenset[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Which facts do not decide which code applies, and which do."""
    ranks = range(len(roles))
    return tuple(rank for rank in ranks if roles[rank] not in deciding), tuple(
        rank for rank in ranks if roles[rank] in deciding
    )


class Row:
    """The pages of one first code."""

    def __init__(self, comparisons: Comparisons, a: Code) -> None:
        pieces = comparisons.pieces.code(a)
        self.a = a
        self._of = comparisons
        self._pieces = pieces
        self._known = dict.fromkeys(pieces.sources)
        self._curated = comparisons.curated.get(a.code, {})
        self._named = {f"a.{name}": piece for name, piece in pieces.named.items()}
        self._base = Base({**comparisons.pieces.named, **_RARE, **self._named})
        self._relations = comparisons.relations.beside(a.code)
        self._unlike_codes = comparisons.unlike(a) | self._curated.keys()
        self._facts = [
            Beside(fact, a.facts.get(fact.fact.id, ()), pieces.named["code"]) for fact in comparisons.pieces.facts
        ]
        self._timelines = _Timelines(comparisons, a)
        self._phrases = _Phrases(comparisons, pieces.named["code"])

    def slots(self, pages: Sequence[Page]) -> Iterator[Slots]:
        """The slots of pages with the row's code as their first: those of each form together."""
        relations = list(map(self._relations.__getitem__, [page.key[2] for page in pages]))
        for notable in (True, False):
            some = [rank for rank, relation in enumerate(relations) if (relation[0] in NOTABLE) is notable]
            if some:
                chosen = [pages[rank] for rank in some]
                yield from self._formed(chosen, *self._columns(chosen, [relations[rank] for rank in some], notable))

    def _formed(
        self, pages: Sequence[Page], columns: Columns, forms: Iterable[tuple[Hashable, ...]]
    ) -> Iterator[Slots]:
        """Slots for each form that the pages have."""
        of, unlike = self._of, self._unlike_codes
        ranks: dict[tuple[Hashable, ...], list[int]] = {}
        for rank, form in enumerate(forms):
            ranks.setdefault(form, []).append(rank)
        for form, chosen in ranks.items():
            kind = str(form[0])
            for rank in [rank for rank in chosen if pages[rank].key[2] in unlike] if unlike else ():
                chosen.remove(rank)
                own = {name: column[rank] for name, column in zip(of.names, columns, strict=True)}
                yield self._unlike(pages[rank], kind, own)
            if chosen:
                all_of_them = len(chosen) == len(pages)
                some = columns if all_of_them else [[column[rank] for rank in chosen] for column in columns]
                shape = (kind, *form[3:])
                yield Slots([pages[rank] for rank in chosen], _FLAGS[kind], self._base, of.names, some, shape, of.name)

    def _columns(
        self, pages: Sequence[Page], relations: Sequence[tuple[str, bool]], notable: bool
    ) -> tuple[Columns, Iterator[tuple[Hashable, ...]]]:
        """The pieces of pages, a column for each name, and the forms; `notable` says whether all relations are."""
        of, a, count = self._of, self.a.code, len(pages)
        seconds = list(map(of.seconds.__getitem__, [page.key[2] for page in pages]))
        second = list(zip(*[each.pieces for each in seconds], strict=True))
        names = second[0]
        # What each fact says, a column for each code; then columns for rows, sentences and common values.
        stated = zip(*[each.facts for each in seconds], strict=True)
        facts = zip(self._facts, stated, strict=True)
        said = [list(zip(*map(fact.__getitem__, column), strict=True)) for fact, column in facts]
        plain, deciding = of.places[notable]
        decides = _joined([said[place][1] for place in deciding], count)
        answers = said[of.answers][3] if notable and of.answers is not None else repeat(())
        html, text = zip(
            *map(self._phrases.__getitem__, zip(relations, map(bool, decides), answers, strict=False)), strict=True
        )
        related, without = self._pieces.related.others, self._pieces.related.without
        own = [
            _joined([fact[0] for fact in said], count),
            _named(_joined([said[place][1] for place in plain], count), names),
            _named(decides, names),
            _named(_joined([fact[2] for fact in said], count), names),
            _named(html, names),
            _named(text, names),
            _named(map(self._timelines.__getitem__, [each.phases for each in seconds]), names),
            [self._sources(each.code.sources) for each in seconds],
            [without.get(page.key[2], related) for page in pages],
            [each.code.related.without.get(a, each.code.related.others) for each in seconds],
        ]
        forms = zip(
            [relation[0] for relation in relations],
            [page.languages for page in pages],
            [page.notable for page in pages],
            [each.form for each in seconds],
            *[map(bool, column) for column in own],
            strict=True,
        )
        return [*second, *own], forms

    def _sources(self, others: Iterable[bytes]) -> bytes:
        """The documents of both codes, each once."""
        known = self._known
        return b"\n".join([*known, *[other for other in others if other not in known]])

    def _unlike(self, page: Page, kind: str, pieces: dict[str, bytes]) -> Slots:
        """The slots of a page that has more than its codes, facts and relation; its base is that of all rows."""
        of, voice = self._of, self._of.shared.voice
        b = of.protocol.codes[page.key[2]]
        curated = self._curated.get(b.code)
        own = _RARE | self._named | pieces
        repeated = self._pieces.repeated & of.seconds[b.code].code.repeated
        if repeated:
            for side, code in (("b", b), ("a", self.a)):
                parts, passages = of.pieces.parts_without(code.code, repeated)
                own |= {f"{side}.{name}": part for name, part in parts.items()} | {"repeated": passages}
        wire = curated.wire if curated and curated.wire else self.a.wire if self.a.wire == b.wire else ()
        if wire:
            shown = {"lines": wire, "a": self.a.code, "b": b.code}
            own |= {"wire": _bytes(of.shared.rendered("pair_wire", shown)), "a.wire": b"", "b.wire": b""}
        if curated:
            own["sentence"] = own["verdict"]
            own["verdict"] = _bytes(voice.inline(curated.verdict))
            own["verdict_plain"] = _bytes(escape(voice.plain(curated.verdict)))
            own["difference"] = _bytes(voice.block(curated.difference))
            own["guidance"] = _bytes(voice.block(curated.guidance))
            own["sources"] = self._sources(
                dict.fromkeys((*of.seconds[b.code].code.sources, *of.shared.source_items(curated.sources)))
            )
        flags = {"relation": kind, "curated": curated is not None}
        form = (*flags.values(), *[(name, bool(piece)) for name, piece in own.items()])
        return Slots([page], flags, of.base, tuple(own), [[piece] for piece in own.values()], form, of.name)


class _Phrases(dict[tuple[tuple[str, bool], bool, Values], tuple[bytes, bytes]]):
    """What the relation of a fixed first code and a second one says, as HTML and as plain text.

    By relation, whether facts say more, and what both answer. The second code is named by a token.
    """

    def __init__(self, comparisons: Comparisons, name: bytes) -> None:
        super().__init__()
        self._of = comparisons
        self._name = name

    def __missing__(self, key: tuple[tuple[str, bool], bool, Values]) -> tuple[bytes, bytes]:
        (kind, forward), grounds, answers = key
        pieces = {"a.code": self._name, "b.code": SECOND}
        html, plain = self._of.sentence(kind, forward, grounds, bool(answers))
        words = None if self._of.answers is None else self._of.pieces.facts[self._of.answers].words
        listed = {"answers": words.list(answers)} if words and answers else {}
        said = {"answers": words.plain(answers)} if words and answers else {}
        found = self[key] = html.filled(pieces | listed), plain.filled(pieces | said)
        return found


class _Timelines(dict[Values, bytes]):
    """Where in the session a fixed first code and a second one occur, by the phases of the second.

    Empty where neither belongs to the session. The second code is named by a token.
    """

    def __init__(self, comparisons: Comparisons, a: Code) -> None:
        super().__init__()
        self._of = comparisons
        self._a = a
        self._name = comparisons.pieces.code(a).named["code"]

    def __missing__(self, of_b: Values) -> bytes:
        of_a = self._a.facts.get(self._of.phase, ())
        found = self[of_b] = self._of.timeline(of_a, of_b).replace(_FIRST, self._name)
        return found


def _joined(columns: Sequence[Sequence[bytes]], count: int) -> Sequence[bytes]:
    """The pieces of so many pages, those of each page joined."""
    return list(map(b"".join, zip(*columns, strict=True))) if columns else [b""] * count


def _named(pieces: Iterable[bytes], names: Iterable[bytes]) -> Sequence[bytes]:
    """The pieces with the names of the second codes."""
    return list(map(bytes.replace, pieces, repeat(SECOND), names))


def _bytes(html: Markup) -> bytes:
    return str(html).encode()
