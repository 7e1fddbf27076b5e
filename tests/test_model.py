"""The content as values: normalised texts, pairs, roles, passages in reading order."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import pytest

from codepairs.errors import Place
from codepairs.model import Empty, Language, SiteInfo, Text, normalise
from tests.support import (
    make_catalogue,
    make_class,
    make_code,
    make_fact,
    make_pair,
    make_protocol,
    make_text,
    make_value,
)


@pytest.mark.parametrize(
    ("source", "normal"),
    [
        ("", ""),
        (" \n\t\n ", ""),
        ("  One.  ", "One."),
        ("One,\n  continued.\n", "One, continued."),
        ("One.\n\n\n\nTwo.", "One.\n\nTwo."),
        ("One.\n \t \nTwo.", "One.\n\nTwo."),
        ("One.\r\nTwo.", "One. Two."),
        ("Send:\n- first\n- second", "Send:\n- first\n- second"),
        ("Send:\n* first\n+ second\n1. third\n2) fourth", "Send:\n* first\n+ second\n1. third\n2) fourth"),
        ("- first,\n  continued\n- second", "- first, continued\n- second"),
        ("A number\n250 begins this line\n-dash too", "A number 250 begins this line -dash too"),
        ("📧 العربية\nfolded", "📧 العربية folded"),
    ],
)
def test_normalise_folds_line_breaks_that_mean_nothing(source: str, normal: str) -> None:
    assert normalise(source) == normal
    assert normalise(normal) == normal


@pytest.mark.parametrize(
    ("source", "translatable"),
    [
        ("A word.", True),
        ("`MAIL FROM`", False),
        ("`MAIL FROM` and", True),
        ("{code}", False),
        ("{a} – {b}", False),
        ("{code} ends", True),
        ("550 5.7.1", False),
        ("``a ` b``", False),
        ("رد", True),
        ("📧", False),
        ("", False),
    ],
)
def test_only_words_outside_code_spans_and_placeholders_are_translated(source: str, translatable: bool) -> None:
    assert make_text(source).translatable is translatable


def test_a_text_is_the_same_wherever_it_stands() -> None:
    here, there = make_text("One.", place=Place("a", 1)), make_text("One.", place=Place("b", 9))
    assert here == there
    assert len({here, there}) == 1
    assert here != make_text("One.", context="meaning")
    assert here != make_text("One.", domain="other")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_n_codes_give_each_pair_once_in_their_order(count: int) -> None:
    codes = [make_code(f"C{number}") for number in range(count)]
    pairs = [(a.code, b.code) for a, b in make_protocol(*codes).pairs()]
    assert len(pairs) == count * (count - 1) // 2 == len(set(pairs))
    assert all(a < b for a, b in pairs)


def test_a_role_finds_its_fact_whatever_the_fact_is_called() -> None:
    fact = make_fact("who_moves", "sender", role="acts")
    protocol = make_protocol(facts=[make_fact("other", "x", role=None), fact])
    assert protocol.fact_of("acts") is fact
    assert protocol.fact_of("retry") is None
    assert protocol.fact_of("other") is None


def test_values_of_a_role_are_the_declared_ones_in_the_order_of_the_code() -> None:
    fact = make_fact("acts", "sender", "recipient", many=True)
    protocol = make_protocol(make_code("1", facts={"acts": ("recipient", "sender")}), make_code("2"), facts=[fact])
    assert [value.id for value in protocol.values_of(protocol.codes["1"], "acts")] == ["recipient", "sender"]
    assert protocol.values_of(protocol.codes["2"], "acts") == ()
    assert protocol.values_of(protocol.codes["1"], "retry") == ()


def test_values_that_are_not_declared_have_no_part_in_a_role() -> None:
    fact = make_fact("answers", open="[A-Z]+")
    protocol = make_protocol(make_code("1", facts={"answers": ("HELO",)}), facts=[fact])
    assert protocol.values_of(protocol.codes["1"], "answers") == ()


def test_a_code_is_read_from_title_to_action() -> None:
    code = make_code("1", when=(make_text("When.", "when"),), action={"sender": make_text("Act.", "action.sender")})
    assert [text.context for text in code.texts()] == ["title", "summary", "meaning", "when", "action.sender"]
    assert [text.context for text in make_pair("1", "2").texts()] == ["verdict", "difference", "guidance"]


def test_a_protocol_yields_every_passage_of_its_declarations() -> None:
    values = make_value("v", one=make_text("v one"), both=make_text("v both"))
    empty = Empty(label=make_text("nobody"), one=make_text("none one"), both=make_text("none both"))
    sentences = {"one": make_text("f one"), "both": make_text("f both"), "apart": make_text("f apart")}
    fact = make_fact("f", values, empty=empty, role=None, **sentences)
    of_class = make_fact("class", "c")
    classes = {"c": make_class("c", "1", one=make_text("c one"), both=make_text("c both"))}
    protocol = make_protocol(facts=[of_class, fact], classes=classes)
    assert [text.source for text in protocol.texts()] == [
        *("Demo codes", "What demo codes say."),
        *("c", "Class c.", "c one", "c both"),
        # What the fact `class` says is said by the classes.
        "class",
        *("f", "f one", "f both", "f apart", "nobody", "none one", "none both", "v", "v one", "v both"),
    ]


def test_a_catalogue_yields_site_protocol_codes_and_pairs() -> None:
    protocol = make_protocol(make_code("1"), make_code("2"), pairs=[make_pair("1", "2")])
    contexts = [text.context for text in make_catalogue(protocol).texts()]
    code = ["title", "summary", "meaning"]
    assert contexts == ["tagline", "description", "title", "summary", *code, *code, "verdict", "difference", "guidance"]


def test_the_source_language_is_the_one_marked() -> None:
    texts = {"tagline": make_text("."), "description": make_text(".")}
    site = SiteInfo(title="x", url="https://x/", languages=(Language("de"), Language("en", True)), **texts)
    assert site.source_language == "en"


def test_values_are_frozen_and_can_be_sent_to_another_process() -> None:
    protocol = make_protocol(make_code("0x2F"), facts=[make_fact("acts", "sender")])
    with pytest.raises(FrozenInstanceError):
        protocol.codes["0x2F"].slug = "other"  # type: ignore[misc]
    copy = pickle.loads(pickle.dumps(protocol))
    assert copy == protocol
    assert copy.fact_of("acts") == protocol.facts["acts"]
    assert isinstance(copy.title, Text)
