"""What a fact contributes to the pages of two codes: a row of the table, and sentences.

What a fact says of two codes depends on what they state and on nothing else: their names are put in later. So it is
worked out once for all pairs of codes that state the same, and remembered for some thousand combinations: those of a
fact with few values are all kept, those of a fact with very many come and go with the first code.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Mapping, Sized
from typing import NamedTuple, TypeVar

from markupsafe import Markup

from codepairs.compose import FIRST, SECOND, Skeleton, token
from codepairs.model import Fact, Text
from codepairs.pages.sentences import Sentences, Values, Words
from codepairs.pages.shared import Shared
from codepairs.relations import shared_values

__all__ = ["Beside", "FactPieces", "Said", "Stated"]


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Sized)

_KEPT = 2_000
"""How many combinations of a fact are remembered, about."""


class _Remembered(dict[K, V]):
    """What is made for first codes, by what they state; forgotten where it has grown to too many combinations."""

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        if sum(map(len, self.values())) > _KEPT:
            self.clear()
        made = self[key] = self._make(key)
        return made


class Said(NamedTuple):
    """What a fact says of two codes, UTF-8; `FIRST` and `SECOND` stand for their names."""

    row: bytes
    """The row of the table, a line; empty where neither code states the fact."""
    apart: bytes
    """Sentences about two codes that differ, each a line."""
    both: bytes
    """Sentences about what both share."""
    common: Values
    """The values that both have."""


class Stated:
    """What a code says of a fact. Codes that say the same have the same object."""

    __slots__ = ("cell", "listed", "said", "tone", "values")

    def __init__(self, values: Values, cell: bytes, tone: str | None, said: bytes, listed: bytes) -> None:
        self.values = values
        self.cell = cell
        """For the table; empty where the code does not state the fact."""
        self.tone = tone
        """Only values of the outcome have one."""
        self.said = said
        """The sentences about it alone, each a line, of a second code."""
        self.listed = listed
        """Its values for the sentence about two codes that differ."""


class FactPieces:
    """One fact in one language."""

    def __init__(self, shared: Shared, fact: Fact, unsaid: Container[Text] = ()) -> None:
        self.fact = fact
        self.words = Words(shared.voice, fact)
        self.sentences = Sentences(shared.voice, fact, lambda text: _item(shared, text), unsaid)
        self._shared = shared
        self._empty = str(shared.voice.inline(fact.empty.label)).encode() if fact.empty else b""
        self._label = shared.voice.inline(fact.label)
        self._ranks = {value: rank for rank, value in enumerate(fact.values)}
        self._matching = frozenset(value.id for value in fact.values.values() if value.matches)
        self._rows: dict[tuple[object, ...], Skeleton] = {}
        self._stated: dict[Values, Stated] = {}
        self.beside: Mapping[Values, Beside] = _Remembered(lambda values: Beside(self, values))
        """What the fact says of first codes by their values."""

    def stated(self, values: Values) -> Stated:
        """What codes with these values say."""
        found = self._stated.get(values)
        if found is None:
            known = self.fact.values
            tone = next((known[value].tone for value in values if value in known and known[value].tone), None)
            cell = self.words.list(values) if values else self._empty
            said = self.sentences.one(values, SECOND)
            listed = self.sentences.listed(self.fact.apart, values) if self.fact.apart else b""
            found = self._stated[values] = Stated(values, cell, tone, said, listed)
        return found

    def row(self, same: bool, a_tone: str | None, b_tone: str | None, no_a: bool, no_b: bool) -> Skeleton:
        """The row of the table for two codes, with places for the cells that are not empty."""
        form = (same, a_tone, b_tone, no_a, no_b)
        row = self._rows.get(form)
        if row is None:
            context = {"label": self._label, "same": same, "a_tone": a_tone, "b_tone": b_tone}
            cells = {"a": Markup() if no_a else token("a"), "b": Markup() if no_b else token("b")}
            row = self._rows[form] = Skeleton.of(self._shared.rendered("row", context | cells) + "\n")
        return row

    def line(self, values: Values) -> bytes:
        """The row of the table for one code; empty where it does not state the fact."""
        stated = self.stated(values)
        if not stated.cell:
            return b""
        context = {"label": self._label, "cell": token("cell"), "tone": stated.tone}
        return self._shared.skeleton("fact", context).filled({"cell": stated.cell})

    def apart_from(self, of_a: Values) -> Callable[[Values], bool]:
        """Tells of the values of a second code whether it has none in common with the first."""
        mine = frozenset(of_a)
        if not self._matching:
            return mine.isdisjoint
        if self._matching.isdisjoint(mine):
            return (mine | self._matching).isdisjoint
        return lambda of_b: not of_b

    def common(self, of_a: Values, of_b: Values) -> Values:
        """The values that both codes have; declared ones in their order."""
        if self._matching and not self._matching.isdisjoint(of_a + of_b):
            return shared_values(self.fact, of_a, of_b)
        common = [value for value in of_a if value in of_b]
        return tuple(common if self.fact.open else sorted(common, key=self._ranks.__getitem__))


class Beside(dict[Stated, Said]):
    """What one fact says of first codes with the same values, and a second one."""

    def __init__(self, pieces: FactPieces, values: Values) -> None:
        super().__init__()
        sentences = pieces.sentences
        self._pieces = pieces
        self._first = pieces.stated(values)
        self._own = sentences.one(values, FIRST)
        self._apart = sentences.apart(values, FIRST, SECOND)
        self._together = sentences.together(FIRST, SECOND)
        self._neither = b"" if values else sentences.neither(FIRST, SECOND)
        self._apart_from = pieces.apart_from(values)
        self._rows: dict[tuple[bool, str | None, bool], tuple[bytes, ...]] = {}

    def __missing__(self, second: Stated) -> Said:
        first, values, cell = self._first, second.values, second.cell
        form = first is second, second.tone, not cell
        row = cell.join(self._rows.get(form) or self._row(*form)) if cell or first.cell else b""
        common = () if self._apart_from(values) else self._pieces.common(first.values, values)
        said = self[second] = Said(row, *self._sentences(second, common), common)
        return said

    def _sentences(self, second: Stated, common: Values) -> tuple[bytes, bytes]:
        """What tells the codes apart, and what they share; one sentence with the lists of both says it all."""
        if self._first is not second and self._apart is not None and second.values:
            return second.listed.join(self._apart), b""
        apart = b"" if self._first is second else self._own + second.said
        if not common:
            return apart, b"" if second.values else self._neither
        return apart, self._shared(common)

    def _shared(self, common: Values) -> bytes:
        sentences = self._pieces.sentences
        if self._together:
            return sentences.said(common).join(self._together)
        return sentences.both(common, FIRST, SECOND)

    def _row(self, same: bool, tone: str | None, empty: bool) -> tuple[bytes, ...]:
        """The row but for the second cell: the text around it."""
        first = self._first
        row = self._pieces.row(same, first.tone, tone, not first.cell, empty)
        around = self._rows[same, tone, empty] = row.bound({"a": first.cell}).around
        return around


def _item(shared: Shared, text: Markup) -> Markup:
    """A sentence as an item of a list, a line."""
    return shared.rendered("sentence", {"text": text}) + Markup("\n")
