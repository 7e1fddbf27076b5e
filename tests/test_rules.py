"""Rules over the whole catalogue: what each finds, and what it lets pass. Its docstring is the rule."""

from __future__ import annotations

from typing import Any

import pytest

from codepairs import rules
from codepairs.errors import Place
from codepairs.model import Catalogue, Code, Form, Source
from codepairs.patterns import pattern_of
from codepairs.rules import RULES, broken_rules, sentences
from tests.support import (
    make_catalogue,
    make_code,
    make_fact,
    make_pair,
    make_protocol,
    make_registry,
    make_text,
    make_wire,
    shown,
)

SOURCES = (Source(rfc="5321", place=Place("demo/x.yaml", 9, 3)),)


def good(code: str, /, **changes: Any) -> Code:
    """A code that breaks no rule."""
    return make_code(code, **({"sources": SOURCES} | changes))


def broken(*codes: Code, site: dict[str, Any] | None = None, **changes: Any) -> list[str]:
    return shown(broken_rules(make_catalogue(make_protocol(*codes, **changes), **(site or {}))))


@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_a_good_catalogue_breaks_no_rule(count: int) -> None:
    assert broken(*(good(f"C{number}") for number in range(count))) == []


def test_a_catalogue_without_protocols_breaks_no_rule() -> None:
    assert broken_rules(make_catalogue()) == []


def test_every_rule_is_listed_and_says_what_it_is() -> None:
    listed = [rule.__name__ for rule in RULES]
    functions = [
        name
        for name, value in vars(rules).items()
        if getattr(value, "__annotations__", {}).get("catalogue") == "Catalogue" and not name.startswith("_")
    ]
    assert listed == [name for name in functions if name != "broken_rules"]
    assert all(rule.__doc__ for rule in RULES)


@pytest.mark.parametrize("field", ["refines", "replaced_by"])
def test_references_exist(field: str) -> None:
    assert broken(good("NXDOMAIN", **{field: "REFUSED"}), good("REFUSED")) == []
    assert broken(good("NXDOMAIN", **{field: "REFUSE"}), good("REFUSED")) == [
        f"demo/NXDOMAIN.yaml:1:1: code 'NXDOMAIN' names the unknown code 'REFUSE' in '{field}'; did you mean 'REFUSED'?"
    ]
    assert broken(good("1", **{field: "1"})) == [f"demo/1.yaml:1:1: code '1' names itself in '{field}'"]


def test_codes_confused_with_a_code_exist() -> None:
    assert broken(good("1", confused_with=("2", "1", "3")), good("2")) == [
        "demo/1.yaml:1:1: code '1' names itself in 'confused_with'",
        "demo/1.yaml:1:1: code '1' names the unknown code '3' in 'confused_with'; known: 1, 2",
    ]


def test_references_stay_in_their_protocol() -> None:
    other = make_protocol(good("2"), id="other")
    catalogue = make_catalogue(make_protocol(good("1", refines="2")), other)
    assert len(list(rules.references_exist(catalogue))) == 1


@pytest.mark.parametrize("field", ["refines", "replaced_by"])
def test_references_do_not_go_round(field: str) -> None:
    chain = [good("1", **{field: "2"}), good("2", **{field: "3"}), good("3")]
    assert broken(*chain) == []
    circle = [*chain[:2], good("3", **{field: "1"}), good("4", **{field: "1"})]
    # A code that leads into the circle is no part of it.
    assert broken(*circle) == [
        f"demo/1.yaml:1:1: '{field}' goes round in a circle: 1 → 2 → 3 → 1",
        f"demo/2.yaml:1:1: '{field}' goes round in a circle: 2 → 3 → 1 → 2",
        f"demo/3.yaml:1:1: '{field}' goes round in a circle: 3 → 1 → 2 → 3",
    ]


def test_two_fields_together_make_no_circle() -> None:
    assert broken(good("1", refines="2"), good("2", replaced_by="1")) == []


def test_codes_and_registry_cover_each_other() -> None:
    assert broken(good("1"), good("2"), registry=make_registry("1", "2")) == []
    assert broken(good("1"), good("9"), registry=make_registry("1", "NXDOMAIN", "0x2F")) == [
        "demo/9.yaml:1:1: code '9' is not in registry.csv; add its row with a reference",
        "demo/registry.csv:3:1: code 'NXDOMAIN' (Phrase of NXDOMAIN) has no page; add nxdomain.yaml",
        "demo/registry.csv:4:1: code '0x2F' (Phrase of 0x2F) has no page; add 0x2f.yaml",
    ]


def test_rows_with_an_optional_status_need_no_page() -> None:
    registry = make_registry("1", "2", optional=["reserved"], status="reserved")
    assert broken(good("1"), registry=registry) == []
    assert len(broken(good("1"), registry=make_registry("1", "2", optional=["other"], status="reserved"))) == 1


def test_without_a_registry_nothing_is_missing() -> None:
    assert broken(good("1"), registry=make_registry()) == []


def test_phrases_are_those_of_the_registry() -> None:
    registry = make_registry("1", "1")
    assert broken(good("1"), registry=registry) == []
    assert broken(good("1", phrase="Phrase Of 1"), registry=registry) == [
        "demo/1.yaml:1:1: warning: phrase 'Phrase Of 1' is not the registry's 'Phrase of 1'"
    ]


def test_obsolete_sources_are_found_everywhere() -> None:
    def old(path: str) -> tuple[Source, ...]:
        return (Source(rfc="821", section="4.2", place=Place(path, 7, 3)), Source(title="A", url="https://a.example"))

    codes = good("1", sources=old("code.yaml")), good("2")
    pairs = [make_pair("1", "2", sources=old("pair.yaml"))]
    site = {"superseded": {"821": "5321", "974": "5321"}}
    assert broken(*codes, pairs=pairs, sources=old("protocol.yaml"), site=site) == [
        f"{name}.yaml:7:3: RFC 821 is obsolete; cite RFC 5321 instead" for name in ("code", "pair", "protocol")
    ]
    assert broken(*codes, pairs=pairs) == []


def test_codes_have_sources() -> None:
    assert broken(make_code("1")) == ["demo/1.yaml:1:1: warning: code '1' names no source"]


def test_who_has_to_act_is_told_what_to_do() -> None:
    fact = make_fact("who", "sender", "admin", role="acts", many=True)
    told = {"sender": make_text("Wait.", "action.sender")}
    facts = {"who": ("sender", "admin")}
    assert broken(good("1", facts=facts, action=told), facts=[fact]) == [
        "demo/1.yaml:1:1: warning: 'admin' has to act on code '1', but 'action' lacks it"
    ]
    assert broken(good("1", facts={"who": ("sender",)}, action=told), facts=[fact]) == []
    assert broken(good("1", action=told), facts=[fact]) == []


@pytest.mark.parametrize(
    ("code", "line", "occurs"),
    [
        ("250", "S: 250 OK", True),
        ("250", "S: 250-STARTTLS", True),
        ("250", "S: code=250", True),
        ("250", "S: 1250", False),
        ("250", "S: 2500", False),
        ("5.7.1", "S: 550 5.7.1 no", True),
        ("5.7.1", "S: 550 5.7.10 no", False),
        ("5.7.1", "S: 5x7y1", False),
        ("NXDOMAIN", "S: status: NXDOMAIN, id: 7", True),
        ("NXDOMAIN", "S: nxdomain", False),
        ("0x2F", "S: <0x2F>", True),
        ("0x2F", "S: 0x2F0", False),
        ("A+B", "S: A+B", True),
    ],
)
def test_a_code_occurs_in_its_transcript(code: str, line: str, occurs: bool) -> None:
    found = broken(good(code, wire=make_wire("C: x", line)))
    assert found == (
        [] if occurs else [f"demo/{code}.yaml:1:1: warning: code {code!r} does not occur in its transcript"]
    )


def test_both_codes_occur_in_the_transcript_of_a_pair() -> None:
    pair = make_pair("1", "2", wire=make_wire("S: 1 done"))
    assert broken(good("1"), good("2"), pairs=[pair]) == [
        "demo/pairs/1-vs-2.yaml:1:1: warning: code '2' does not occur in the transcript of the pair"
    ]
    assert broken(good("1"), good("2"), pairs=[make_pair("1", "2", wire=make_wire("S: 1", "S: 2"))]) == []


def repeated(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Where a sentence stands again, and where it stood first."""
    found = rules.sentences_stand_once(catalogue)
    return [(problem.place.path, problem.message.split("stands also in ")[1].split(":")[0]) for problem in found]


def said(path: str, source: str = "Wait for it.") -> Any:
    return make_text(source, place=Place(path, 4, 1))


def test_a_sentence_stands_once_in_the_fields_of_a_code() -> None:
    code = good("1", summary=said("a"), meaning=said("b", "First. Wait for it. Last."), when=(said("c"),))
    assert repeated(make_catalogue(make_protocol(code))) == [("b", "a"), ("c", "a")]
    assert repeated(make_catalogue(make_protocol(good("1", meaning=said("a", "Stop. Wait. Stop."))))) == [("a", "a")]
    code = good("1", summary=said("a"), action={"sender": said("b", "Then:\n- Wait\n  for it.\n- Go.")})
    assert repeated(make_catalogue(make_protocol(code))) == []


def test_a_sentence_stands_once_in_two_codes_and_in_a_code_and_a_pair() -> None:
    codes = good("1", summary=said("a")), good("2", when=(said("b"),))
    assert repeated(make_catalogue(make_protocol(*codes))) == [("b", "a")]
    pair = make_pair("1", "2", guidance=said("p"))
    assert repeated(make_catalogue(make_protocol(codes[0], good("2"), pairs=[pair]))) == [("p", "a")]


def test_titles_and_fragments_may_repeat() -> None:
    title = make_text("Wait", "title")
    codes = good("1", title=title, summary=said("a", "Wait")), good("2", title=title, summary=said("b", "Wait"))
    assert repeated(make_catalogue(make_protocol(*codes))) == []


def test_protocols_may_say_the_same() -> None:
    protocols = [make_protocol(good("1", summary=said(name)), id=name) for name in "ab"]
    assert repeated(make_catalogue(*protocols)) == []


def test_a_repeated_sentence_is_quoted_with_its_first_place() -> None:
    problems = broken(good("1", summary=said("a.yaml"), meaning=said("b.yaml")))
    assert problems == [
        "b.yaml:4:1: warning: sentence 'Wait for it.' stands also in a.yaml:4:1; a pair page would show it twice"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("No full stop", []),
        ("One. Two! Three? Four…", ["One.", "Two!", "Three?", "Four…"]),
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("See e.g. this. End.", ["See e.g. this.", "End."]),
        ("Use 5.7.1 then. `RSET` follows.", ["Use 5.7.1 then.", "`RSET` follows."]),
        ("“Stop.” He went. (Really.) Yes.", ["“Stop.", "He went.", "(Really.", "Yes."]),
        ("One. and a half. 2 follow.", ["One. and a half.", "2 follow."]),
    ],
)
def test_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


def _form(pattern: str, example: str, **flags: bool) -> Form:
    return Form(pattern=pattern_of(pattern), example=example, place=Place("demo/protocol.yaml", 5, 3), **flags)


@pytest.mark.parametrize(
    ("forms", "problem"),
    [
        ([_form("code (?<code>[0-9])", "code 1")], None),
        ([_form("code (?<code>[0-9])", "code 9")], None),
        ([_form("size [0-9]", "size 1", nothing=True)], None),
        ([_form("code (?<code>[0-9])", "kode 1")], "the pattern does not match its example 'kode 1'"),
        (
            [_form("(?<code>[0-9])", "1"), _form("size [0-9]", "size 1", nothing=True)],
            "its example 'size 1' is a code to form 1 of the list",
        ),
        (
            [_form("(?<code>[0-9])", "1"), _form("code (?<code>[0-9])", "code 1")],
            "no code is found in the example 'code 1' by this form: form 1 of the list finds it first",
        ),
        (
            [_form("code (?<code>[0-9])", "code 9", listed=True)],
            "no code is found in the example 'code 9' by this form: "
            "an earlier form takes it, or the code is not listed",
        ),
    ],
)
def test_forms_find_their_examples(forms: list[Form], problem: str | None) -> None:
    expected = [f"demo/protocol.yaml:5:3: {problem}"] if problem else []
    assert broken(good("1"), decode=tuple(forms)) == expected
