"""What a check lists beside problems: the day of each registry copy, and what of it has no page."""

from __future__ import annotations

from codepairs.freshness import freshness
from codepairs.plan import Site
from codepairs.rules import broken_rules
from codepairs.validate import validate
from tests.support import SMALL, make_sources, shown

REGISTRY = """
-- demo/registry.csv --
code,name,reference,status
1,One,RFC 821 §4,standard
2,Two,RFC 5321,standard
3,Three,RFC 5321,unassigned
"""
DATED = "summary: What the codes of the demo say.\nregistry: {source: A list, date: 2024-12-06, optional: [unassigned]}"


def _text(*changes: tuple[str, str]) -> str:
    text = SMALL.replace("content/", "") + REGISTRY.lstrip("\n")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_a_registry_is_listed_with_its_day_and_what_has_no_page() -> None:
    superseded = "\nsuperseded: {'821': '5321'}\nlanguages:"
    dated = ("summary: What the codes of the demo say.", DATED)
    catalogue, problems = validate(make_sources(_text(dated, ("\nlanguages:", superseded))))
    assert problems + broken_rules(catalogue) == []
    assert list(freshness(catalogue)) == [
        "demo: registry.csv of 2024-12-06 (A list): 2 of 3 codes have a page",
        "demo: in registry.csv without a page: 3",
        "demo: registry.csv names RFC 821, which RFC 5321 replaces (code 1)",
    ]


def test_a_registry_without_source_and_date_is_a_warning() -> None:
    optional = "summary: What the codes of the demo say.\nregistry: {optional: [unassigned]}"
    catalogue, _ = validate(make_sources(_text(("summary: What the codes of the demo say.", optional))))
    assert shown(broken_rules(catalogue)) == [
        "demo/protocol.yaml:1:1: warning: registry.csv has rows, but 'registry' lacks 'source' and 'date'"
    ]
    assert next(freshness(catalogue)) == "demo: registry.csv of an unknown day: 2 of 3 codes have a page"


def test_a_code_that_the_registry_lacks_is_listed() -> None:
    catalogue, _ = validate(make_sources(_text(("2,Two,RFC 5321,standard\n", ""))))
    assert "demo: with a page, and not in registry.csv: 2" in list(freshness(catalogue))


def test_a_protocol_without_a_registry_says_nothing() -> None:
    assert list(freshness(validate(make_sources(SMALL.replace("content/", "")))[0])) == []


def test_successors_are_numbers_of_rfcs_that_hold() -> None:
    table = "\nsuperseded:\n  '821': '2821'\n  '2821': '5321'\n  x: '1'\nlanguages:"
    _, problems = validate(make_sources(_text(("\nlanguages:", table))))
    assert shown(problems) == [
        "site.yaml:6:3: RFC 2821 is replaced itself; write 5321",
        "site.yaml:8:3: a replaced RFC and its successor are numbers, like '821': '5321'",
    ]


def test_registries_of_the_project_are_dated(project_site: Site) -> None:
    lines = list(freshness(project_site.catalogue))
    assert len([line for line in lines if "registry.csv of 20" in line]) >= 2
