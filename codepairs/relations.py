"""How two codes of a protocol relate: a pure function of their facts and declarations.

Works by role, never by name: a protocol declares which of its facts plays which role. A protocol that declares none
still gets a relation for every pair; it is `unrelated` unless a code says that it refines or replaces another.
"""

from __future__ import annotations

from dataclasses import dataclass

from codepairs.model import Code, Fact, Protocol

__all__ = ["NOTABLE", "RELATIONS", "ROLES", "Relation", "Relations", "neighbours", "relation_of", "shared_values"]

ROLES = ("class", "answers", "phase", "outcome", "retry", "acts", "afterwards")
"""The roles a fact may declare."""

RELATIONS = ("alternatives", "retry-or-stop", "steps", "refines", "replaced", "unrelated")
NOTABLE = frozenset(RELATIONS) - {"steps", "unrelated"}
"""The relations between codes that a reader may have to choose between."""

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
        self._traits = {code.code: _traits(protocol, code) for code in protocol.codes.values()}

    def of(self, a: Code, b: Code) -> Relation:
        """The relation of `a` and `b`, given in canonical order."""
        if a.refines == b.code or b.refines == a.code:
            return Relation("refines", *((a.code, b.code) if a.refines == b.code else (b.code, a.code)))
        if a.replaced_by == b.code or b.replaced_by == a.code:
            return Relation("replaced", *((a.code, b.code) if a.replaced_by == b.code else (b.code, a.code)))
        of_a, of_b = self._traits[a.code], self._traits[b.code]
        if _compete(of_a, of_b):
            if (of_a.tone, of_b.tone) == ("failed-for-now", "failed-for-good"):
                return Relation("retry-or-stop", a.code, b.code)
            if (of_b.tone, of_a.tone) == ("failed-for-now", "failed-for-good"):
                return Relation("retry-or-stop", b.code, a.code)
            return Relation("alternatives", a.code, b.code)
        if _leads_to(of_a, of_b):
            return Relation("steps", a.code, b.code)
        if _leads_to(of_b, of_a):
            return Relation("steps", b.code, a.code)
        return Relation("unrelated", a.code, b.code)


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


def neighbours(protocol: Protocol, code: Code) -> tuple[Code, ...]:
    """All other codes, those most easily confused with `code` first.

    First the codes it names itself, in its order; then those that name it; then the others by the number of facts
    they share, nearest code first among equals.
    """
    own = {other: rank for rank, other in enumerate(code.confused_with)}

    def rank(other: Code) -> tuple[int, int, int, int]:
        declared = own.get(other.code, len(own))
        names_it = 0 if code.code in other.confused_with else 1
        return declared, names_it, -_shared_facts(code, other), abs(other.rank - code.rank)

    return tuple(sorted((other for other in protocol.codes.values() if other is not code), key=rank))


def _shared_facts(a: Code, b: Code) -> int:
    return sum(bool(set(values) & set(b.facts.get(fact, ()))) for fact, values in a.facts.items())


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a code brings to its relations."""

    answers: frozenset[str]
    answers_all: bool
    """Whether it answers whatever another code of the protocol answers."""
    tone: str | None
    goes_on: bool
    """Whether a session that goes well goes on after it."""
    earliest: int | None
    """Rank of the first phase it occurs in."""
    latest: int | None


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
