"""What is found in texts: the cases of `data/decode.yaml`, and which form takes what.

The same cases run through the page in `test_browser_decode`.
"""

from __future__ import annotations

import pytest

from codepairs.decoding import findings, holders
from codepairs.model import Form, Protocol
from codepairs.patterns import pattern_of
from codepairs.plan import Site
from tests.decoding import CASES, Case, named
from tests.support import make_code, make_fact, make_protocol


def test_there_are_cases_of_both_kinds() -> None:
    assert len([case for case in CASES if case.finds]) >= 80
    assert len([case for case in CASES if not case.finds]) >= 12


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_codes_are_found_and_nothing_else(case: Case, project_site: Site) -> None:
    protocols = project_site.catalogue.protocols.values()
    assert named(protocols, case.text) == list(case.finds)
    if case.of:
        assert {finding.protocol for finding in findings(protocols, case.text)} == {case.of}


def _form(pattern: str, **flags: bool) -> Form:
    return Form(pattern=pattern_of(pattern), example="", **flags)


def _protocol(*forms: Form, name: str = "demo") -> Protocol:
    codes = (make_code("A1", facts={"more": ("x", "y")}), make_code("A2", facts={"more": ("y",)}))
    return make_protocol(*codes, id=name, facts=[make_fact("more", "x", "y")], decode=forms)


def test_an_earlier_form_takes_what_a_later_one_would() -> None:
    both = _protocol(_form("not (?<code>A[0-9])", nothing=True), _form("(?<code>A[0-9])"))
    assert named([both], "A1 not A2 A3") == ["A1", "A3"]


def test_a_form_may_find_only_what_is_listed() -> None:
    assert named([_protocol(_form("(?<code>A[0-9])", listed=True))], "A1 A9") == ["A1"]
    assert named([_protocol(_form("-(?<more>[a-z])", listed=True))], "-x -z") == ["x"]


def test_codes_are_spelt_as_they_are_listed() -> None:
    assert named([_protocol(_form("(?<code>A[0-9])(?: (?<more>[a-z]))?"))], "a2 X, a7") == ["A2 x", "a7"]


def test_what_is_no_code_in_one_protocol_may_be_one_in_another() -> None:
    first = _protocol(_form("(?<code>A1)", nothing=True))
    second = _protocol(_form("(?<code>A[0-9])"), name="other")
    assert [finding.protocol for finding in findings([first, second], "A1")] == ["other"]
    assert [finding.protocol for finding in findings([second, first, second], "A1")] == ["other"]


def test_findings_know_their_place() -> None:
    (found,) = findings([_protocol(_form("code (?<code>A[0-9]):(?<more>[a-z])"))], "my code A1:x!")
    assert (found.start, found.end, found.form) == (8, 12, 0)


def test_holders_of_a_value_begin_with_the_most_general() -> None:
    protocol = _protocol()
    assert [code.code for code in holders(protocol, "more", "y")] == ["A1", "A2"]
    assert holders(protocol, "more", "z") == []


def test_among_equal_holders_the_one_most_often_confused_comes_first() -> None:
    codes = [make_code("A1", facts={"more": ("x",)}), make_code("A2", facts={"more": ("x",)})]
    codes.append(make_code("A3", confused_with=("A2",)))
    protocol = make_protocol(*codes, facts=[make_fact("more", "x")])
    assert [code.code for code in holders(protocol, "more", "x")] == ["A2", "A1"]
