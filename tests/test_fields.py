"""Typed getters: what each accepts, what it says of anything else, and that it always returns the right type."""

from __future__ import annotations

from pathlib import Path

import pytest

from codepairs.errors import Place, Problem
from codepairs.fields import Fields, did_you_mean, listed
from codepairs.load import parse_document
from codepairs.model import Source, WireLine
from tests.support import make_text, shown


def fields_of(text: str, problems: list[Problem] | None = None) -> Fields:
    """The fields of one YAML text; its problems are in `problems`."""
    document = parse_document(Path("x.yaml"), text)
    assert document.problems == ()
    return Fields(document.root, Place("x.yaml"), "the thing", problems if problems is not None else [])


def test_a_missing_field_is_no_problem_unless_required() -> None:
    fields = fields_of("other: x")
    assert fields.word("a") is None
    assert fields.flag("a") is False
    assert fields.sequence("a") == ()
    assert fields.scalars("a") == ()
    assert fields.text("a", "demo", required=False) is None
    assert fields.texts("a", "demo") == ()
    assert fields.pattern("a") is None
    assert fields.sources() == ()
    assert fields.wire() == ()
    assert fields.problems == []


def test_what_is_required_must_be_there_and_not_be_empty() -> None:
    fields = fields_of("c: 1\n\nb: ' '\n")
    assert fields.word("a", required=True) is None
    assert fields.word("b", required=True) is None
    assert fields.needed("d", "demo") == make_text("", "d")
    assert shown(fields.problems) == [
        "x.yaml:1:1: the thing lacks the field 'a'",
        "x.yaml:1:1: the thing lacks the field 'd'",
        "x.yaml:3:1: field 'b' is empty",
    ]


def test_what_is_no_mapping_is_said_once_and_then_empty() -> None:
    fields = fields_of("- a\n- b")
    assert fields.word("a", required=True) is None
    fields.close()
    assert shown(fields.problems) == ["x.yaml:1:1: the thing must be a mapping of named fields"]


def test_a_file_without_a_root_stands_at_its_start() -> None:
    fields = Fields(None, Place("x.yaml"), "the thing", [])
    assert fields.word("a", required=True) is None
    assert shown(fields.problems) == ["x.yaml:1:1: the thing lacks the field 'a'"]


def test_a_word_is_one_line() -> None:
    fields = fields_of("a: |\n  Two\n  lines \nb: '“quoted” <i> 📧'\nc: [x]\nd: {e: x}")
    assert fields.word("a") == "Two lines"
    assert fields.word("b") == "“quoted” <i> 📧"
    assert fields.word("c") is None
    assert fields.word("d") is None
    assert shown(fields.problems) == [
        "x.yaml:5:4: field 'c' must be one text, not a list or mapping",
        "x.yaml:6:4: field 'd' must be one text, not a list or mapping",
    ]


def test_a_choice_is_one_of_the_words_allowed() -> None:
    fields = fields_of("a: file\nb: fiel\nc: '7'")
    assert fields.word("a", choices=("file", "clean")) == "file"
    assert fields.word("b", choices=("file", "clean")) is None
    assert fields.word("c", choices=("1", "17")) is None
    assert shown(fields.problems) == [
        "x.yaml:2:4: unknown b 'fiel'; did you mean 'file'?",
        "x.yaml:3:4: unknown c '7'; known: 1, 17",
    ]


def test_flags_are_true_or_false_and_nothing_like_it() -> None:
    fields = fields_of("a: true\nb: false\nc: yes\nd: [true]\ne:")
    assert [fields.flag(name) for name in "abcde"] == [True, False, False, False, False]
    assert shown(fields.problems) == [
        "x.yaml:3:4: field 'c' must be true or false",
        "x.yaml:4:4: field 'd' must be true or false",
    ]


def test_a_single_word_counts_as_a_list_of_one() -> None:
    fields = fields_of("a: 550\nb: [550, '', 5.7.1]\nc: []\nd: {x: y}\ne: [[550], 551]\nf:")
    assert [[node.value for node in fields.scalars(name)] for name in "abcdef"] == [
        ["550"],
        ["550", "5.7.1"],
        [],
        [],
        ["551"],
        [],
    ]
    assert shown(fields.problems) == [
        "x.yaml:4:4: field 'd' must be a list",
        "x.yaml:5:5: each item of 'e' must be one text",
    ]


def test_passages_are_normalised_and_keep_place_and_context() -> None:
    fields = fields_of("summary: |-\n  One,\n  folded.\nwhen:\n- First.\n- ''\n- Second.\naction: {sender: Act.}")
    summary = fields.text("summary", "demo")
    assert summary == make_text("One, folded.")
    assert summary is not None
    assert summary.place == Place("x.yaml", 1, 10)
    assert fields.texts("when", "demo") == (make_text("First.", "when"), make_text("Second.", "when"))
    inner = fields.mapping("action", "the actions")
    assert inner.text("sender", "demo", context="action.sender") == make_text("Act.", "action.sender")
    assert fields.problems == []


def test_passages_are_texts() -> None:
    fields = fields_of("summary: [One.]\nwhen: Only one.\naction: none")
    assert fields.needed("summary", "demo") == make_text("")
    assert fields.texts("when", "demo") == ()
    assert fields.mapping("action", "the actions").word("sender") is None
    assert shown(fields.problems) == [
        "x.yaml:1:10: field 'summary' must be one text, not a list or mapping",
        "x.yaml:2:7: field 'when' must be a list",
        "x.yaml:3:9: the actions must be a mapping of named fields",
    ]


def test_patterns_are_regular_expressions() -> None:
    fields = fields_of("a: '[245][0-9]{2}'\nb: '[245'\nc: ['.']")
    assert fields.pattern("a") == "[245][0-9]{2}"
    assert fields.pattern("b") is None
    assert fields.pattern("c") is None
    assert shown(fields.problems) == [
        "x.yaml:2:4: field 'b' is no regular expression: unterminated character set at position 0",
        "x.yaml:3:4: field 'c' must be one text, not a list or mapping",
    ]


def test_sources_are_rfcs_or_titles_with_addresses() -> None:
    fields = fields_of(
        "sources:\n"
        "- RFC 5321\n"
        "- RFC 5321 section 4.2.3\n"
        "- RFC 5321 section A.1\n"
        "- {title: A “registry” 📧, url: 'https://example.org/?a=b#c'}\n"
    )
    assert fields.sources() == (
        Source(rfc="5321"),
        Source(rfc="5321", section="4.2.3"),
        Source(rfc="5321", section="A.1"),
        Source(title="A “registry” 📧", url="https://example.org/?a=b#c"),
    )
    assert [source.place.line for source in fields.sources()] == [2, 3, 4, 5]
    assert fields.problems == []


@pytest.mark.parametrize(
    "source", ["RFC5321", "RFC 05321", "rfc 5321", "RFC 5321 §4", "RFC 5321 section 4.", "https://example.org", "[a]"]
)
def test_other_forms_of_a_source_are_unknown(source: str) -> None:
    fields = fields_of(f"sources:\n- {source}")
    assert fields.sources() == ()
    value = "" if source == "[a]" else source
    assert shown(fields.problems) == [
        f"x.yaml:2:3: unknown source {value!r}; write 'RFC 5321 section 4.2.3', or a title and a url"
    ]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "example.org", "https://a b", 'https://"onclick', "data:text/html,x", "https://<b>"]
)
def test_only_web_addresses_are_addresses(url: str) -> None:
    fields = fields_of(f"sources:\n- title: T\n  url: '{url}'")
    assert fields.sources() == ()
    assert shown(fields.problems) == [f"x.yaml:3:3: {url!r} is no address; it begins with https://"]


def test_a_source_has_a_title_and_a_url_and_nothing_else() -> None:
    fields = fields_of("sources: [{titel: T}]")
    fields.sources()
    assert [problem.message for problem in fields.problems] == [
        "a source lacks the field 'title'",
        "a source lacks the field 'url'",
        "unknown field 'titel' in a source; did you mean 'title'?",
    ]


def test_transcripts_have_two_speakers() -> None:
    fields = fields_of("wire: |-\n  C: RCPT TO:<a@example.org>\n  S: 550 5.7.1 <no>: “x” 📧\n  C:  indented\n")
    assert fields.wire() == (
        WireLine("C", "RCPT TO:<a@example.org>"),
        WireLine("S", "550 5.7.1 <no>: “x” 📧"),
        WireLine("C", " indented"),
    )
    assert fields.problems == []


def test_a_bad_line_of_a_transcript_is_named_by_its_own_line() -> None:
    fields = fields_of("a: 1\nwire: |-\n  C: NOOP\n  250 OK\n  X: 250 OK\n  S:250\n  S: 250 OK")
    assert fields.wire() == (WireLine("C", "NOOP"), WireLine("S", "250 OK"))
    assert shown(fields.problems) == [
        "x.yaml:4:1: transcript line '250 OK' must begin with 'C: ' or 'S: '",
        "x.yaml:5:1: transcript line 'X: 250 OK' must begin with 'C: ' or 'S: '",
        "x.yaml:6:1: transcript line 'S:250' must begin with 'C: ' or 'S: '",
    ]


def test_fields_that_nobody_takes_are_unknown() -> None:
    fields = fields_of("code: 1\nsumary: x\n5: y")
    fields.word("code")
    fields.word("summary")
    fields.close()
    assert shown(fields.problems) == [
        "x.yaml:2:1: unknown field 'sumary' in the thing; did you mean 'summary'?",
        "x.yaml:3:1: unknown field '5' in the thing; known: code, summary",
    ]


def test_hints_name_the_nearest_word_or_all() -> None:
    assert did_you_mean("NXDOMIAN", ["NXDOMAIN", "REFUSED"]) == "did you mean 'NXDOMAIN'?"
    assert did_you_mean("551", ["550", "552"]) == "known: 550, 552"
    assert did_you_mean("x", []) == "known: none"
    assert listed(map(str, range(22))) == ", ".join(map(str, range(20))) + " and 2 more"
