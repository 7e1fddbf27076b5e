"""How two codes relate: by the roles of their facts, never by names."""

from __future__ import annotations

from typing import Any

import pytest

from codepairs.model import Protocol
from codepairs.relations import NOTABLE, RELATIONS, ROLES, Neighbours, Relation, relation_of, shared_values
from tests.support import make_code, make_fact, make_protocol, make_value

FACTS = (
    make_fact("to", "connect", "auth", "mail", make_value("any", matches=True), role="answers", many=True),
    make_fact("stage", "start", "login", "transfer", role="phase"),
    make_fact(
        "result",
        make_value("go", tone="proceeds"),
        make_value("done", tone="succeeded"),
        make_value("busy", tone="failed-for-now"),
        make_value("denied", tone="failed-for-good"),
        role="outcome",
    ),
    make_fact("line", make_value("open"), make_value("closed", ends=True), role="afterwards"),
)
"""Facts whose names say nothing about their roles."""


def two(a: dict[str, tuple[str, ...]], b: dict[str, tuple[str, ...]], **of_a: Any) -> Protocol:
    """A protocol of the codes 1 and 2 with these facts."""
    return make_protocol(make_code("1", facts=a, **of_a), make_code("2", facts=b), facts=FACTS)


def relation(protocol: Protocol) -> tuple[str, str, str]:
    found = relation_of(protocol, *next(protocol.pairs()))
    assert found == Relation(found.kind, found.first, found.second)
    assert found.kind in RELATIONS
    return found.kind, found.first, found.second


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # Both can answer the same command.
        ({"to": ("auth",)}, {"to": ("auth", "mail")}, ("alternatives", "1", "2")),
        ({"to": ("any",)}, {"to": ("mail",)}, ("alternatives", "1", "2")),
        ({"to": ("mail",)}, {"to": ("any",)}, ("alternatives", "1", "2")),
        ({"to": ("auth",), "result": ("busy",)}, {"to": ("auth",), "result": ("busy",)}, ("alternatives", "1", "2")),
        ({"to": ("auth",), "result": ("busy",)}, {"to": ("auth",), "result": ("done",)}, ("alternatives", "1", "2")),
        # One temporary, one permanent: the temporary one comes first.
        ({"to": ("auth",), "result": ("busy",)}, {"to": ("auth",), "result": ("denied",)}, ("retry-or-stop", "1", "2")),
        ({"to": ("auth",), "result": ("denied",)}, {"to": ("auth",), "result": ("busy",)}, ("retry-or-stop", "2", "1")),
        # They answer different commands; one leads on to the other.
        ({"to": ("auth",), "stage": ("login",)}, {"to": ("mail",), "stage": ("transfer",)}, ("steps", "1", "2")),
        ({"to": ("mail",), "stage": ("transfer",)}, {"to": ("auth",), "stage": ("login",)}, ("steps", "2", "1")),
        (
            {"stage": ("login",), "result": ("done",)},
            {"stage": ("transfer",), "result": ("denied",)},
            ("steps", "1", "2"),
        ),
        # After a failure, after the end of the session or in the same phase there is no next step.
        ({"stage": ("login",), "result": ("denied",)}, {"stage": ("transfer",)}, ("unrelated", "1", "2")),
        ({"stage": ("login",), "result": ("busy",)}, {"stage": ("transfer",)}, ("unrelated", "1", "2")),
        ({"stage": ("login",), "line": ("closed",)}, {"stage": ("transfer",)}, ("unrelated", "1", "2")),
        ({"stage": ("login",), "line": ("open",)}, {"stage": ("transfer",)}, ("steps", "1", "2")),
        ({"stage": ("login",)}, {"stage": ("login",)}, ("unrelated", "1", "2")),
        ({"stage": ("login",)}, {}, ("unrelated", "1", "2")),
        ({}, {}, ("unrelated", "1", "2")),
    ],
)
def test_facts_make_the_relation(a: dict[str, Any], b: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert relation(two(a, b)) == expected


@pytest.mark.parametrize(("field", "kind"), [("refines", "refines"), ("replaced_by", "replaced")])
def test_what_a_code_declares_goes_before_its_facts(field: str, kind: str) -> None:
    alike = {"to": ("auth",)}
    assert relation(two(alike, alike, **{field: "2"})) == (kind, "1", "2")
    backwards = make_protocol(make_code("1", facts=alike), make_code("2", facts=alike, **{field: "1"}), facts=FACTS)
    assert relation(backwards) == (kind, "2", "1")


def test_refining_goes_before_replacing() -> None:
    assert relation(two({}, {}, refines="2", replaced_by="2"))[0] == "refines"


def test_without_roles_every_pair_is_unrelated() -> None:
    fact = make_fact("to", "auth", role=None)
    codes = [make_code(code, facts={"to": ("auth",)}) for code in ("1", "2")]
    assert relation(make_protocol(*codes, facts=[fact])) == ("unrelated", "1", "2")


def test_a_phase_with_open_values_has_no_order() -> None:
    codes = [make_code("1", facts={"phase": ("x",)}), make_code("2", facts={"phase": ("y",)})]
    assert relation(make_protocol(*codes, facts=[make_fact("phase", open=".")])) == ("unrelated", "1", "2")


def test_notable_relations_are_those_between_which_a_reader_chooses() -> None:
    assert frozenset({"alternatives", "retry-or-stop", "refines", "replaced"}) == NOTABLE
    assert set(ROLES) == {"class", "answers", "phase", "outcome", "retry", "acts", "afterwards"}


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [
        (("mail", "auth", "connect"), ("auth", "mail", "connect"), ["connect", "auth", "mail"]),
        (("mail",), ("auth",), []),
        (("mail",), (), []),
        # A value that matches all others is shared with each; the precise one is named.
        (("any",), ("mail", "connect"), ["connect", "mail"]),
        (("any", "mail"), ("mail",), ["mail"]),
        (("any",), ("any",), ["any"]),
        (("any",), (), []),
    ],
)
def test_shared_values(a: tuple[str, ...], b: tuple[str, ...], shared: list[str]) -> None:
    assert list(shared_values(FACTS[0], a, b)) == shared


def names(protocol: Protocol, code: str) -> list[str]:
    return [other.code for other in Neighbours(protocol).nearest(protocol.codes[code], 99)]


def test_neighbours_are_named_ones_then_naming_ones_then_similar_then_near_ones() -> None:
    protocol = make_protocol(
        make_code("1", confused_with=("5", "3"), facts={"to": ("auth",), "stage": ("login",)}),
        make_code("2"),
        make_code("3"),
        make_code("4", confused_with=("1",)),
        make_code("5"),
        make_code("6", facts={"to": ("auth",), "stage": ("start",)}),
        make_code("7", facts={"to": ("auth",), "stage": ("login",)}),
        facts=FACTS,
    )
    assert names(protocol, "1") == ["5", "3", "4", "7", "6", "2"]


def test_among_equals_the_nearest_code_comes_first() -> None:
    protocol = make_protocol(*(make_code(str(number)) for number in range(5)))
    assert names(protocol, "3") == ["2", "4", "1", "0"]


def test_a_code_alone_has_no_neighbours() -> None:
    assert names(make_protocol(make_code("NXDOMAIN")), "NXDOMAIN") == []
