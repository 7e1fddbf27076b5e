"""protocol.yaml: facts, classes, orders, registry, and every mistake an author can make in them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from codepairs.declare import Declaration, declaration
from codepairs.errors import Place, Problem
from codepairs.load import CsvRow, ProtocolFiles, parse_document
from codepairs.patterns import compiled
from codepairs.shapes import ORDERS
from tests.support import make_text, shown

HEAD = "id: demo\nname: Demo\ntitle: Demo codes\nsummary: What they say.\n"


def rows(*codes: str) -> tuple[CsvRow, ...]:
    return tuple(
        CsvRow({"code": code, "name": f"N{code}", "reference": "R", "status": "S"}, Place("registry.csv", line))
        for line, code in enumerate(codes, start=2)
    )


def declare(
    text: str, registry: tuple[CsvRow, ...] | None = None, folder: str = "demo"
) -> tuple[Declaration, list[Problem]]:
    document = parse_document(Path("p.yaml"), text)
    assert document.problems == ()
    problems: list[Problem] = []
    return declaration(ProtocolFiles(Path(folder), document, (), (), registry), problems), problems


def declared(text: str, registry: tuple[CsvRow, ...] | None = None) -> Declaration:
    """The declaration of HEAD and `text`, which has no problems."""
    found, problems = declare(HEAD + text, registry)
    assert shown(problems) == []
    return found


def problems_of(text: str) -> list[str]:
    """What is wrong with HEAD and `text`, by lines of `text`."""
    _, problems = declare(HEAD + text)
    lines = HEAD.count("\n")
    return [
        f"{problem.place.line - lines}:{problem.place.column}: {problem.message}" for problem in sorted(set(problems))
    ]


def test_a_protocol_may_say_very_little() -> None:
    found = declared("")
    assert (found.id, found.name, found.pattern, found.order) == ("demo", "Demo", None, "natural")
    assert found.title == make_text("Demo codes", "title")
    assert found.summary == make_text("What they say.")
    assert (found.classes, found.facts, found.sources, found.registry.rows) == ({}, {}, (), ())


def test_an_empty_protocol_lacks_its_head() -> None:
    found, problems = declare("order: natural")
    assert (found.id, found.name) == ("demo", "demo")
    assert [problem.message for problem in problems] == [
        f"the protocol lacks the field {name!r}" for name in ("id", "name", "title", "summary")
    ]


def test_a_fact_with_values() -> None:
    fact = declared(
        """
facts:
- id: outcome
  role: outcome
  label: Outcome
  values:
  - id: failed
    tone: failed-for-good
    ends: true
    matches: all
    label: failed
    one: '{code} is “final” <now>.'
    both: '{a} and {b} are both final.'
"""
    ).facts["outcome"]
    value = fact.values["failed"]
    assert (fact.role, fact.many, fact.open) == ("outcome", False, None)
    assert fact.label == make_text("Outcome", "fact.outcome.label")
    assert (value.tone, value.ends, value.matches) == ("failed-for-good", True, True)
    assert value.label == make_text("failed", "fact.outcome.value.label")
    assert value.one == make_text("{code} is “final” <now>.", "fact.outcome.value.one")
    assert value.both == make_text("{a} and {b} are both final.", "fact.outcome.value.both")


def test_a_fact_with_many_values_has_its_own_sentences() -> None:
    fact = declared(
        """
facts:
- id: acts
  label: Who acts
  many: true
  one: '{values} act on {code}.'
  both: '{values} act on {a} and {b}.'
  apart: '{a_values} act on {a}, {b_values} on {b}.'
  empty:
    label: nobody
    one: 'Nobody acts on {code}.'
    both: 'Nobody acts on {a} or {b}.'
  values:
  - {id: sender, label: the sender}
"""
    ).facts["acts"]
    assert fact.many
    assert fact.apart == make_text("{a_values} act on {a}, {b_values} on {b}.", "fact.acts.apart")
    assert fact.empty is not None
    assert fact.empty.label == make_text("nobody", "fact.acts.empty.label")
    assert fact.empty.both == make_text("Nobody acts on {a} or {b}.", "fact.acts.empty.both")


def test_fact_may_say_nothing_of_codes_without_a_value() -> None:
    fact = declared(
        "facts:\n- id: acts\n  label: Who acts\n  many: true\n  open: '[a-z]+'\n  empty: {label: nobody}\n"
    ).facts["acts"]
    assert fact.empty is not None
    assert (fact.empty.label.source, fact.empty.one, fact.empty.both) == ("nobody", None, None)


def test_classes_are_the_values_of_the_fact_that_plays_class() -> None:
    found = declared(
        """
classes:
- {id: ok, pattern: '2..', label: 2xx, summary: Done., implies: {retry: none}}
- {id: rest, pattern: '...', label: others, summary: Not done.}
facts:
- {id: kind, role: class, label: Class}
- {id: retry, label: Retry, values: [{id: none, label: none}]}
"""
    )
    assert list(found.facts["kind"].values) == ["ok", "rest"]
    assert found.facts["kind"].values["ok"] is found.classes["ok"].value
    assert found.classes["ok"].value.implies == {"retry": ("none",)}
    assert found.classes["ok"].summary == make_text("Done.", "class.summary")


def test_an_open_fact_needs_no_values() -> None:
    assert declared("facts: [{id: enhanced, label: Enhanced, open: '[0-9.]+'}]").facts["enhanced"].open == "[0-9.]+"


def sorted_codes(order: str, codes: list[str], registry: tuple[CsvRow, ...] | None = None) -> list[str]:
    key = declared(f"order: {order}", registry).sort_key()
    shuffled = random.Random(7).sample(codes, len(codes))
    return sorted(shuffled, key=key)


def test_natural_order_compares_numbers_as_numbers() -> None:
    codes = ["2", "10", "5.7.1", "5.7.2", "5.7.10", "211", "1000", "NXDOMAIN", "NXRRSET", "x9", "x10"]
    codes.sort(key=lambda code: (not code[0].isdigit(), 0))
    assert sorted_codes("natural", codes) == [
        *("2", "5.7.1", "5.7.2", "5.7.10", "10", "211", "1000"),
        *("NXDOMAIN", "NXRRSET", "x9", "x10"),
    ]


def test_natural_order_tells_equal_numbers_apart() -> None:
    assert sorted_codes("natural", ["01", "1", "001"]) == ["001", "01", "1"]
    assert sorted_codes("natural", ["١", "1", "²"]) == ["1", "²", "١"]


def test_hex_order_compares_values() -> None:
    codes = ["0x2", "0x9", "0xA", "0x2F", "0X30", "0x100", "1ff"]
    assert sorted_codes("hex", codes) == codes
    assert sorted_codes("hex", ["0x1", "NONE", "0x0"]) == ["NONE", "0x0", "0x1"]
    assert sorted_codes("hex", ["0x0a", "0xA", "0xa"]) == ["0x0a", "0xA", "0xa"]


def test_registry_order_follows_the_rows_and_the_first_of_equals() -> None:
    registry = rows("SERVFAIL", "NOERROR", "FORMERR", "SERVFAIL")
    codes = ["SERVFAIL", "NOERROR", "FORMERR", "ABSENT", "ZZZ"]
    assert sorted_codes("registry", codes, registry) == codes


def test_there_are_three_orders() -> None:
    assert ORDERS == ("natural", "hex", "registry")
    assert problems_of("order: numeric") == ["1:8: unknown order 'numeric'; known: natural, hex, registry"]


def test_the_registry_keeps_its_rows_and_what_is_said_of_it() -> None:
    registry = declared("registry: {optional: [S], source: IANA, date: 2024-08-14}", rows("1", "2")).registry
    assert [(row.code, row.name, row.reference, row.status, row.place.line) for row in registry.rows] == [
        ("1", "N1", "R", "S", 2),
        ("2", "N2", "R", "S", 3),
    ]
    assert (registry.optional, registry.source, registry.date) == (frozenset({"S"}), "IANA", "2024-08-14")


def test_a_registry_without_its_columns_has_no_rows() -> None:
    found, problems = declare(HEAD, (CsvRow({"code": "1", "nam": "x"}, Place("registry.csv", 2)),))
    assert found.registry.rows == ()
    assert shown(problems) == [
        "registry.csv:1:1: the registry lacks the columns name, reference, status; it has code, nam"
    ]


@pytest.mark.parametrize(
    ("identity", "folder", "problem"),
    [
        ("other", "demo", "id 'other' must equal the folder's name 'demo'"),
        ("Demo", "Demo", "id 'Demo' cannot name a folder; use other lower-case letters and digits"),
        ("a/b", "a/b", "id 'a/b' must equal the folder's name 'b'"),
        ("number", "number", "id 'number' cannot name a folder; use other lower-case letters and digits"),
        ("assets", "assets", "id 'assets' cannot name a folder; use other lower-case letters and digits"),
    ],
)
def test_the_id_is_the_name_of_a_folder(identity: str, folder: str, problem: str) -> None:
    _, problems = declare(HEAD.replace("id: demo", f"id: {identity}"), folder=folder)
    assert f"p.yaml:1:1: {problem}" in shown(problems)


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        ("one: 'It is {code}.'", None),
        ("one: 'It is {codes}.'", "the sentence 'one' must hold exactly the placeholders {code}"),
        ("one: 'It is so.'", "the sentence 'one' must hold exactly the placeholders {code}"),
        ("one: '{code} is {a}.'", "the sentence 'one' must hold exactly the placeholders {code}"),
        ("one: '{code} is {}.'", "the sentence 'one' must hold exactly the placeholders {code}"),
        ("both: '{a}.'", "the sentence 'both' must hold exactly the placeholders {a}, {b}"),
        ("many: true, one: '{code}.'", "the sentence 'one' must hold exactly the placeholders {code}, {values}"),
        ("many: true, both: '{a} {b}.'", "the sentence 'both' must hold exactly the placeholders {a}, {b}, {values}"),
        (
            "apart: '{a} {b}.'",
            "the sentence 'apart' must hold exactly the placeholders {a_values}, {a}, {b_values}, {b}",
        ),
    ],
)
def test_sentences_hold_exactly_their_placeholders(fact: str, problem: str | None) -> None:
    found = problems_of(f"facts: [{{id: f, label: F, open: x, {fact}}}]")
    assert [line.partition(": ")[2] for line in found] == ([problem] if problem else [])


def test_sentences_of_values_classes_and_nothing_are_checked_too() -> None:
    assert problems_of(
        """
classes:
- {id: c, pattern: '.', label: C, summary: S., one: 'No code.', both: '{a} {c}.'}
facts:
- id: f
  label: F
  values: [{id: v, label: V, one: '{values}', both: 'x'}]
  empty: {label: none, one: 'x', both: 'y'}
"""
    ) == [
        "3:53: the sentence 'one' must hold exactly the placeholders {code}",
        "3:71: the sentence 'both' must hold exactly the placeholders {a}, {b}",
        "7:35: the sentence 'one' must hold exactly the placeholders {code}",
        "7:53: the sentence 'both' must hold exactly the placeholders {a}, {b}",
        "8:29: the sentence 'one' must hold exactly the placeholders {code}",
        "8:40: the sentence 'both' must hold exactly the placeholders {a}, {b}",
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("colour: red", ["1:1: unknown field 'colour' in the protocol; known: id, name, title, summary, pattern"]),
        ("classes: none", ["1:10: field 'classes' must be a list"]),
        ("facts: [x]", ["1:9: a fact must be a mapping of named fields"]),
        ("facts: [{id: f, label: F}]", ["1:24: fact 'f' needs 'values', or 'open' with a pattern"]),
        (
            "facts:\n- {id: f, label: F, open: x}\n- {id: f, label: G, open: x}",
            ["3:4: id 'f' stands twice in the list"],
        ),
        (
            "facts:\n- {id: f, label: F, role: acts, open: x}\n- {id: g, label: G, role: acts, open: x}",
            ["3:18: facts 'f' and 'g' both play 'acts'"],
        ),
        (
            "facts: [{id: f, label: F, role: act, open: x}]",
            ["1:33: unknown role 'act'; did you mean 'acts'?"],
        ),
        (
            "facts: [{id: f, label: F, role: outcome, values: [{id: v, label: V}]}]",
            [
                "1:66: value 'v' lacks its tone: one of proceeds, succeeded, failed-for-now, failed-for-good",
            ],
        ),
        (
            "facts: [{id: f, label: F, values: [{id: v, label: V, tone: failed}]}]",
            ["1:60: unknown tone 'failed'; did you mean 'failed-for-now'?"],
        ),
        (
            "facts: [{id: f, label: F, values: [{id: v, label: V, matches: some}]}]",
            ["1:63: unknown matches 'some'; known: all"],
        ),
        (
            "facts: [{id: f, label: F, values: [{id: v, label: V, implies: {g: x, f: w}}]}]",
            [
                "1:54: value 'v' implies the unknown f 'w'; known: v",
                "1:54: value 'v' implies the unknown fact 'g'; known: f",
            ],
        ),
        ("classes: [{id: c, label: C, summary: S.}]", ["1:11: a class lacks the field 'pattern'"]),
        ("pattern: '['", ["1:10: field 'pattern' is no regular expression: unterminated character set at position 0"]),
    ],
)
def test_mistakes_in_declarations(text: str, problems: list[str]) -> None:
    found = problems_of(text)
    assert len(found) == len(problems)
    assert all(line.startswith(problem) for line, problem in zip(found, problems, strict=True)), found


FORMS = """
pattern: '[0-9]{3}'
facts:
- {id: retry, label: Retry, values: [{id: now-or-never, label: now}, {id: later, label: later}]}
- {id: enhanced, label: Enhanced, open: '[0-9]\\.[0-9]'}
"""


def test_forms_name_the_code_and_facts_by_what_they_are() -> None:
    found = declared(
        FORMS
        + """
decode:
  pieces:
    said: 'said|says'
  forms:
  - {pattern: '{said}: {code} {enhanced}', example: 'x said: 250 2.0'}
  - {pattern: 'retry {retry}', example: retry later, listed: true, exact: true}
  - {pattern: 'HTTP {code}', example: HTTP 250, nothing: true}
"""
    ).decode
    assert [(form.pattern.groups, form.listed, form.nothing, form.pattern.exact) for form in found] == [
        (("code", "enhanced"), False, False, False),
        (("retry",), True, False, True),
        (("code",), False, True, False),
    ]
    match = compiled(found[0].pattern).search("it SAID: 250 2.0")
    assert match is not None
    assert match.groupdict() == {"code": "250", "enhanced": "2.0"}
    assert not compiled(found[0].pattern).search("said: 2500 2.0")
    assert not compiled(found[0].pattern).search("said: 250 2.0.1")
    assert compiled(found[1].pattern).search("retry now-or-never")


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ("{example: x}", "5: a form lacks the field 'pattern'"),
        ("{pattern: '{code}'}", "5: a form lacks the field 'example'"),
        ("{pattern: [a], example: x}", "15: each item of 'pattern' must be one text"),
        ("{pattern: 'a+{code}', example: x}", "15: the pattern cannot be used: character 3: a repetition without end"),
        ("{pattern: '{nope}', example: x}", "15: the pattern cannot be used: character 1: unknown name 'nope'; known:"),
        ("{pattern: '(?<cod>1)', example: x}", "15: unknown group 'cod'; did you mean 'code'?"),
        ("{pattern: '1', example: x}", "15: the pattern finds no code: it needs {code}, or a fact such as {enhanced}"),
        ("{pattern: '{code}', example: x, lsted: true}", "37: unknown field 'lsted' in a form; did you mean 'listed'?"),
    ],
)
def test_mistakes_in_forms(form: str, problem: str) -> None:
    (found,) = problems_of(f"{FORMS}decode:\n  forms:\n  - {form}\n")
    assert found.startswith(f"{FORMS.count(chr(10)) + 3}:{problem}")


def test_a_piece_has_a_name_of_its_own() -> None:
    assert problems_of(f"{FORMS}decode: {{pieces: {{enhanced: x}}}}")[0].endswith(
        "the piece 'enhanced' stands for itself already; give it another name"
    )
