"""What the page of two codes shows: what tells them apart, what they share, and what each asks of whom.

Headings and sentences follow from the relation: two codes that answer the same command are a question of which one
applies; two steps of one session are not. Every sentence of the page is chosen here, so that none stands twice.

A page is composed of pieces, and pages are made in rows: all those with the same first code, column by column. What
the first code contributes is put in place once a row (`Row`). What facts and relation say depends on values and not on
names, so it is looked up, and the names are put in when the page is whole.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import product, repeat
from typing import NamedTuple

from markupsafe import Markup, escape

from codepairs.compose import FIRST, SECOND, Base, Skeleton, Slots, token, utf8
from codepairs.model import Code, CuratedPair, Protocol, WireLine
from codepairs.pages.facts import Stated
from codepairs.pages.pieces import NAMED, CodePieces, ProtocolPieces
from codepairs.pages.sentences import Values
from codepairs.pages.shared import Shared
from codepairs.plan import Page
from codepairs.relations import NOTABLE, RELATIONS, Relation
from codepairs.urls import pair_path

__all__ = ["Columns", "Comparisons", "Row", "Second", "Seconds", "Sections"]

Columns = Sequence[Sequence[bytes]]
"""Pieces of many pages: a column for each name, in which every page has a place."""

_ADVICE = frozenset({"retry", "acts"})
"""The roles that say what to do, so that their sentences stand below the verdict."""
_WHICH = frozenset({"outcome"})
_WHERE = frozenset({"answers", "phase"})
"""The roles that say which of two alternatives applies, and why two other codes do not compete."""
_DRAWN = frozenset({"phase"})
"""The roles that a drawing shows, so that between alternatives a sentence would say it once more."""
_A, _B = Markup(FIRST.decode()), Markup(SECOND.decode())  # noqa: S704 - no markup in them
_SAID = ("rows", "advice", "differences", "deciding", "shared", "verdict", "verdict_plain", "timeline")
"""The pieces that facts and relation make."""
_FLAGS = {kind: {"relation": kind, "curated": False} for kind in RELATIONS}
_RARE = dict.fromkeys(("repeated", "wire", "sentence", "difference", "guidance"), b"")
"""The pieces that only few pages have."""
_CITED = 3
"""How many documents of a code the page names; the page of the code has them all."""
_KEPT = 4096
"""How many combinations of values a saying is remembered for."""


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
            cited=pieces.sources[:_CITED],
        )
        return found


class Second(NamedTuple):
    """What a code contributes as the second of a pair."""

    code: CodePieces
    pieces: tuple[bytes, ...]
    """Its named pieces."""
    form: int
    """Equal for codes of which the same pieces are empty."""
    facts: tuple[Stated, ...]
    """What it says of each fact."""
    phases: Values
    cited: tuple[bytes, ...]
    """Items: the documents that define it."""


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
        self.names = (*(f"b.{name}" for name in NAMED), *_SAID, "sources", "a.related", "b.related")
        roles = [fact.fact.role for fact in self.pieces.facts]
        self.sections = {True: Sections.of(roles, _WHICH, _DRAWN), False: Sections.of(roles, _WHERE)}
        self.answers = roles.index("answers") if "answers" in roles else None
        phase = protocol.fact_of("phase")
        self.phase = phase.id if phase else ""
        self.seconds = Seconds(self.pieces)
        self.phrase = lru_cache(_KEPT)(self._phrase)
        self.timeline = lru_cache(_KEPT)(self._timeline)
        self.cited = lru_cache(_KEPT)(_cited)
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

    def _phrase(self, relation: tuple[str, bool], grounds: bool, answers: Values) -> tuple[bytes, bytes]:
        """What the relation says, as HTML and as plain text; `grounds` says whether facts say more."""
        kind, forward = relation
        html, plain = self.shared.once(
            ("relation", self.protocol.id, kind, forward, grounds, bool(answers)),
            lambda: self._sentence(Relation(kind, *((_A, _B) if forward else (_B, _A))), grounds, bool(answers)),
        )
        if not answers or self.answers is None:
            return html.filled({}), plain.filled({})
        words = self.pieces.facts[self.answers].words
        return html.filled({"answers": words.list(answers)}), plain.filled({"answers": words.plain(answers)})

    def _sentence(self, relation: Relation, grounds: bool, answers: bool) -> tuple[Skeleton, Skeleton]:
        context = {
            "relation": relation,
            "answers": token("answers") if answers else None,
            "grounds": grounds,
            "protocol": self.protocol,
        }
        html = self.shared.rendered("relation", context)
        return Skeleton.of(html), Skeleton.of(escape(html.striptags()))

    def _timeline(self, of_a: Values, of_b: Values) -> bytes:
        """The session from first to last phase with both codes; empty where neither belongs to one."""
        fact = self.protocol.facts.get(self.phase)
        if fact is None or not (of_a or of_b):
            return b""
        phases = [self._phases[value, value in of_a, value in of_b] for value in fact.values]
        return self.shared.skeleton("timeline", {"phases": token("phases")}).filled({"phases": b"\n".join(phases)})

    @cached_property
    def _phases(self) -> dict[tuple[str, bool, bool], bytes]:
        """Each phase of the session, without and with the first and the second code."""
        return {
            (value.id, at_a, at_b): utf8(
                self.shared.rendered("phase", {"label": value.label, "a": _A if at_a else "", "b": _B if at_b else ""})
            )
            for value in self.protocol.facts[self.phase].values.values()
            for at_a, at_b in product((False, True), repeat=2)
        }


class Sections(NamedTuple):
    """Which facts, by rank, speak in which section of a page."""

    advice: tuple[int, ...]
    """Below the verdict, about what the codes differ in and what they share."""
    differences: tuple[int, ...]
    deciding: tuple[int, ...]
    shared: tuple[int, ...]

    @classmethod
    def of(
        cls, roles: Sequence[str | None], deciding: Collection[str], silent: Collection[str] = frozenset()
    ) -> Sections:
        """Those for facts with these roles; where two codes differ in a silent one, no sentence says so."""
        ranks = range(len(roles))
        return cls(
            advice=tuple(rank for rank in ranks if roles[rank] in _ADVICE),
            differences=tuple(rank for rank in ranks if roles[rank] not in {*_ADVICE, *silent, *deciding}),
            deciding=tuple(rank for rank in ranks if roles[rank] in deciding),
            shared=tuple(rank for rank in ranks if roles[rank] not in _ADVICE),
        )


class Row:
    """The pages of one first code."""

    def __init__(self, comparisons: Comparisons, a: Code) -> None:
        pieces = comparisons.pieces.code(a)
        self.a = a
        self._of = comparisons
        self._pieces = pieces
        self._cited = pieces.sources[:_CITED]
        self._phases = a.facts.get(comparisons.phase, ())
        self._curated = comparisons.curated.get(a.code, {})
        self._named = {f"a.{name}": piece for name, piece in pieces.named.items()} | {"a.code": FIRST, "b.code": SECOND}
        self._base = Base({**comparisons.pieces.named, **_RARE, **self._named})
        self._relations = comparisons.relations.beside(a.code)
        self._unlike_codes = comparisons.unlike(a) | self._curated.keys()
        self._facts = [fact.beside[a.facts.get(fact.fact.id, ())] for fact in comparisons.pieces.facts]

    def slots(self, pages: Sequence[Page]) -> Iterator[Slots]:
        """The slots of pages with the row's code as their first: those of each form together."""
        relations = [self._relations[page.key[2]] for page in pages]
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
                shown = pages if all_of_them else [pages[rank] for rank in chosen]
                yield self._slots(shown, _FLAGS[kind], self._base, of.names, some, (kind, *form[3:]))

    def _slots(
        self,
        pages: Sequence[Page],
        flags: Mapping[str, Hashable],
        base: Base,
        names: tuple[str, ...],
        columns: Columns,
        form: Hashable,
    ) -> Slots:
        of = self._of
        seconds = [of.seconds[page.key[2]].code.name for page in pages]
        return Slots(pages, flags, base, names, columns, form, of.name, self._pieces.name, seconds)

    def _columns(
        self, pages: Sequence[Page], relations: Sequence[tuple[str, bool]], notable: bool
    ) -> tuple[Columns, Iterator[tuple[Hashable, ...]]]:
        """The pieces of pages, a column for each name, and the forms; `notable` says whether all relations are."""
        of, a, count = self._of, self.a.code, len(pages)
        seconds = [of.seconds[page.key[2]] for page in pages]
        # What each fact says, a column for each code; then columns for rows, sentences and common values.
        stated = zip(*[each.facts for each in seconds], strict=True)
        facts = zip(self._facts, stated, strict=True)
        said = [list(zip(*map(fact.__getitem__, column), strict=True)) for fact, column in facts]
        sections = of.sections[notable]
        decides = _joined([said[fact][1] for fact in sections.deciding], count)
        answers = said[of.answers][3] if notable and of.answers is not None else repeat(())
        html, text = zip(*map(of.phrase, relations, map(bool, decides), answers), strict=True)
        related, without = self._pieces.related.others, self._pieces.related.without
        own = [
            _joined([each[0] for each in said], count),
            _joined([part for fact in sections.advice for part in said[fact][1:3]], count),
            _joined([said[fact][1] for fact in sections.differences], count),
            decides,
            _joined([said[fact][2] for fact in sections.shared], count),
            html,
            text,
            list(map(of.timeline, repeat(self._phases), [each.phases for each in seconds])),
            list(map(of.cited, repeat(self._cited), [each.cited for each in seconds])),
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
        return [*zip(*[each.pieces for each in seconds], strict=True), *own], forms

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
            own |= {"wire": utf8(of.shared.rendered("pair_wire", shown)), "a.wire": b"", "b.wire": b""}
        if curated:
            own["sentence"] = own["verdict"]
            own["verdict"] = utf8(voice.inline(curated.verdict))
            own["verdict_plain"] = utf8(escape(voice.plain(curated.verdict)))
            own["difference"] = utf8(voice.block(curated.difference))
            own["guidance"] = utf8(voice.block(curated.guidance))
            own["sources"] = _cited(self._cited, (*of.seconds[b.code].cited, *of.shared.source_items(curated.sources)))
        flags = {"relation": kind, "curated": curated is not None}
        form = (*flags.values(), *[(name, bool(piece)) for name, piece in own.items()])
        return self._slots([page], flags, of.base, tuple(own), [[piece] for piece in own.values()], form)


def _cited(of_a: tuple[bytes, ...], of_b: tuple[bytes, ...]) -> bytes:
    """The documents of both codes, each once."""
    return b"\n".join(dict.fromkeys((*of_a, *of_b)))


def _joined(columns: Sequence[Sequence[bytes]], count: int) -> Sequence[bytes]:
    """The pieces of so many pages, those of each page joined."""
    return list(map(b"".join, zip(*columns, strict=True))) if columns else [b""] * count
