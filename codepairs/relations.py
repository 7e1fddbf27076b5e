"""How two codes of a protocol relate: a pure function of their facts and declarations.

Works by role, never by name: a protocol declares which of its facts plays which role. A protocol that declares none
still gets a relation for every pair; it is `unrelated` unless a code says that it refines or replaces another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codepairs.model import Code, Protocol, Value

__all__ = ["NOTABLE", "RELATIONS", "ROLES", "Relation", "neighbours", "relation_of", "shared_values"]

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


def relation_of(protocol: Protocol, a: Code, b: Code) -> Relation:
    """The relation of `a` and `b`, given in canonical order."""
    for kind, name in (("refines", "refines"), ("replaced", "replaced_by")):
        for first, second in ((a, b), (b, a)):
            if getattr(first, name) == second.code:
                return Relation(kind, first.code, second.code)
    if shared_values(protocol, a, b, "answers"):
        for first, second in ((a, b), (b, a)):
            if _tone(protocol, first) == "failed-for-now" and _tone(protocol, second) == "failed-for-good":
                return Relation("retry-or-stop", first.code, second.code)
        return Relation("alternatives", a.code, b.code)
    for first, second in ((a, b), (b, a)):
        if _leads_to(protocol, first, second):
            return Relation("steps", first.code, second.code)
    return Relation("unrelated", a.code, b.code)


def shared_values(protocol: Protocol, a: Code, b: Code, role: str) -> tuple[Value, ...]:
    """The values that both have for the fact with `role`, in declared order.

    A value that matches all others is shared with each of them; what is named is the more precise one.
    """
    of_a, of_b = protocol.values_of(a, role), protocol.values_of(b, role)
    shared = {value.id: value for value in of_a if value in of_b}
    for mine, other in ((of_a, of_b), (of_b, of_a)):
        if any(value.matches for value in mine):
            shared |= {value.id: value for value in other}
    precise = {key: value for key, value in shared.items() if not value.matches} or shared
    fact = protocol.fact_of(role)
    return tuple(value for key, value in fact.values.items() if key in precise) if fact else ()


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


def _tone(protocol: Protocol, code: Code) -> str | None:
    return next((value.tone for value in protocol.values_of(code, "outcome")), None)


def _leads_to(protocol: Protocol, first: Code, second: Code) -> bool:
    """Whether `second` can follow `first` in a session that goes well up to then."""
    if _tone(protocol, first) in _FAILED or any(value.ends for value in protocol.values_of(first, "afterwards")):
        return False
    fact = protocol.fact_of("phase")
    if fact is None:
        return False
    order = {value: rank for rank, value in enumerate(fact.values)}
    earliest, latest = _ranks(first.facts.get(fact.id, ()), order), _ranks(second.facts.get(fact.id, ()), order)
    return bool(earliest and latest) and min(earliest) < max(latest)


def _ranks(values: Iterable[str], order: dict[str, int]) -> list[int]:
    return [order[value] for value in values if value in order]
