"""How two codes of a protocol relate: a pure function of their facts and declarations.

Works by role, never by name: a protocol declares which of its facts plays which role. A protocol that declares none
still gets a relation for every pair; it is `unrelated` unless a code says that it refines or replaces another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

from codepairs.model import Code, Fact, Protocol

__all__ = [
    "NOTABLE",
    "RELATIONS",
    "ROLES",
    "Neighbours",
    "Relation",
    "Relations",
    "relation_of",
    "shared_values",
]

ROLES = ("class", "answers", "phase", "outcome", "retry", "acts", "afterwards")
"""The roles a fact may declare."""

RELATIONS = ("alternatives", "retry-or-stop", "steps", "refines", "replaced", "unrelated")
NOTABLE = frozenset(RELATIONS) - {"steps", "unrelated"}
"""The relations between codes that a reader may have to choose between."""

_ROWS = 4
"""How many codes' relations are remembered: pages are planned and made row by row."""
_FAILED = frozenset({"failed-for-now", "failed-for-good"})


@dataclass(frozen=True, slots=True)
class Relation:
    """What two codes are to each other.

    `first` and `second` give the direction: `first` refines or is replaced by `second`, is the temporary one beside
    a permanent one, or comes earlier in the session. Without a direction they stand in canonical order.
    """

    kind: str
    first: str
    second: str


class Relations:
    """The relations of a protocol's codes; what each code brings to them is worked out once."""

    def __init__(self, protocol: Protocol) -> None:
        alike: dict[tuple[object, ...], _Traits] = {}
        found = ((code.code, _traits(protocol, code)) for code in protocol.codes.values())
        self.traits = {code: alike.setdefault(traits.values(), traits) for code, traits in found}
        self.codes = protocol.codes
        self.declaring: dict[str, set[str]] = {}
        """The codes that a code refines or is replaced by, and those that say so of it."""
        for code in protocol.codes.values():
            for other in filter(None, (code.refines, code.replaced_by)):
                self.declaring.setdefault(code.code, set()).add(other)
                self.declaring.setdefault(other, set()).add(code.code)
        self._rows: dict[str, dict[str, tuple[str, bool]]] = {}

    def of(self, a: Code, b: Code) -> Relation:
        """The relation of `a` and `b`, given in canonical order."""
        kind, forward = _declared(a, b) or _derived(self.traits[a.code], self.traits[b.code])
        return Relation(kind, *((a.code, b.code) if forward else (b.code, a.code)))

    def beside(self, code: str) -> Mapping[str, tuple[str, bool]]:
        """The relations of a code with those that follow it, in their order: the kind, and whether it comes first.

        Those asked for last are remembered.
        """
        found = self._rows.get(code)
        if found is None:
            if len(self._rows) == _ROWS:
                self._rows.clear()
            found = self._rows[code] = self._row(self.codes[code])
        return found

    def _row(self, a: Code) -> dict[str, tuple[str, bool]]:
        mine, derived = self.traits[a.code], _Derived(self.traits[a.code])
        found = {code: derived[traits] for code, traits in islice(self.traits.items(), a.rank + 1, None)}
        for code in found.keys() & self.declaring.get(a.code, set()):
            found[code] = _declared(a, self.codes[code]) or _derived(mine, self.traits[code])
        return found


class _Derived(dict["_Traits", tuple[str, bool]]):
    """What follows from the facts of a first code and of others that have the same traits."""

    def __init__(self, a: _Traits) -> None:
        super().__init__()
        self._a = a

    def __missing__(self, b: _Traits) -> tuple[str, bool]:
        found = self[b] = _derived(self._a, b)
        return found


def _declared(a: Code, b: Code) -> tuple[str, bool] | None:
    """What one of the codes says of the other: the kind of relation, and whether `a` comes first in it."""
    if a.refines == b.code or b.refines == a.code:
        return "refines", a.refines == b.code
    if a.replaced_by == b.code or b.replaced_by == a.code:
        return "replaced", a.replaced_by == b.code
    return None


def _derived(a: _Traits, b: _Traits) -> tuple[str, bool]:
    """What follows from the facts of both."""
    if _compete(a, b):
        if (a.tone, b.tone) == ("failed-for-now", "failed-for-good"):
            return "retry-or-stop", True
        if (b.tone, a.tone) == ("failed-for-now", "failed-for-good"):
            return "retry-or-stop", False
        return "alternatives", True
    if _leads_to(a, b):
        return "steps", True
    return ("steps", False) if _leads_to(b, a) else ("unrelated", True)


def relation_of(protocol: Protocol, a: Code, b: Code) -> Relation:
    """The relation of `a` and `b`, given in canonical order."""
    return Relations(protocol).of(a, b)


def shared_values(fact: Fact, of_a: tuple[str, ...], of_b: tuple[str, ...]) -> tuple[str, ...]:
    """The declared values that two codes share for a fact, in declared order.

    A value that matches all others is shared with each of them; what is named is the more precise one.
    """
    shared = set(of_a) & set(of_b)
    for mine, others in ((of_a, of_b), (of_b, of_a)):
        if any(fact.values[value].matches for value in mine):
            shared |= set(others)
    precise = {value for value in shared if not fact.values[value].matches} or shared
    return tuple(value for value in fact.values if value in precise)


class Neighbours:
    """The codes of a protocol that are most easily confused with one another."""

    def __init__(self, protocol: Protocol) -> None:
        self._codes = protocol.codes
        self._naming: dict[str, list[Code]] = {}
        self._holders: dict[tuple[str, str], set[str]] = {}
        for code in protocol.codes.values():
            for other in code.confused_with:
                self._naming.setdefault(other, []).append(code)
            for fact, values in code.facts.items():
                for value in values:
                    self._holders.setdefault((fact, value), set()).add(code.code)

    def declared(self, code: Code) -> tuple[Code, ...]:
        """The codes that it names as confused with it, in its order; then those that name it, nearest first."""
        own = [self._codes[other] for other in code.confused_with if other in self._codes]
        naming = [other for other in self._naming.get(code.code, ()) if other.code not in code.confused_with]
        return (*own, *self._nearest(code, naming, len(naming)))

    def nearest(self, code: Code, count: int) -> tuple[Code, ...]:
        """So many of the others: first the declared ones, then by the number of facts they share, then by order."""
        declared = self.declared(code)
        known = {code.code, *(other.code for other in declared)}
        others = [other for other in self._codes.values() if other.code not in known]
        return (*declared, *self._nearest(code, others, max(0, count - len(declared))))[:count]

    def _nearest(self, code: Code, others: list[Code], count: int) -> list[Code]:
        if not others or not count:
            return []
        shared: Counter[str] = Counter()
        for fact, values in code.facts.items():
            shared.update(set().union(*(self._holders[fact, value] for value in values)))
        return nsmallest(count, others, key=lambda other: (-shared[other.code], abs(other.rank - code.rank)))


@dataclass(frozen=True, slots=True, eq=False)
class _Traits:
    """What a code brings to its relations; compared by identity, as codes that bring the same share one."""

    answers: frozenset[str]
    answers_all: bool
    """Whether it answers whatever another code of the protocol answers."""
    tone: str | None
    goes_on: bool
    """Whether a session that goes well goes on after it."""
    earliest: int | None
    """Rank of the first phase it occurs in."""
    latest: int | None

    def values(self) -> tuple[object, ...]:
        """Equal for codes that bring the same."""
        return self.answers, self.answers_all, self.tone, self.goes_on, self.earliest, self.latest


def _traits(protocol: Protocol, code: Code) -> _Traits:
    answers = protocol.values_of(code, "answers")
    tone = next((value.tone for value in protocol.values_of(code, "outcome")), None)
    ends = any(value.ends for value in protocol.values_of(code, "afterwards"))
    phase = protocol.fact_of("phase")
    order = list(phase.values) if phase else []
    ranks = [order.index(value.id) for value in protocol.values_of(code, "phase")]
    return _Traits(
        answers=frozenset(value.id for value in answers),
        answers_all=any(value.matches for value in answers),
        tone=tone,
        goes_on=tone not in _FAILED and not ends,
        earliest=min(ranks, default=None),
        latest=max(ranks, default=None),
    )


def _compete(a: _Traits, b: _Traits) -> bool:
    """Whether both can answer the same thing."""
    if not a.answers or not b.answers:
        return False
    return a.answers_all or b.answers_all or not a.answers.isdisjoint(b.answers)


def _leads_to(first: _Traits, second: _Traits) -> bool:
    """Whether the second can follow the first in a session that goes well up to then."""
    if not first.goes_on or first.earliest is None or second.latest is None:
        return False
    return first.earliest < second.latest
