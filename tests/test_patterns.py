"""The common subset of regular expressions: what it means, what it refuses, and that no pattern can run away."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codepairs.patterns import MOST_STEPS, Pattern, PatternError, compiled, pattern_of
from codepairs.plan import Site


@pytest.fixture(scope="session")
def forms(project_site: Site) -> list[Pattern]:
    """All patterns of the project's own content."""
    return [form.pattern for protocol in project_site.catalogue.protocols.values() for form in protocol.decode]


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("a.c", "abc\na\nc", ["abc"]),
        ("^b$", "a\nb\nc", ["b"]),
        (r"\Aa\Z", "a", ["a"]),
        (r"\Aa\Z", "a\n", []),
        ("[^a-c]x", "ax\ndx", ["dx"]),
        (r"[\]^&~|\-[]{3}", "[]-", ["[]-"]),
        ("Ab{2,3}?", "ABBB", ["ABB"]),
        ("(a|b)(?:c)", "ac bc", ["ac", "bc"]),
        (r"\(\*\/\u00e9", "(*/é", ["(*/é"]),
        ("(?<!x)a(?=b)", "xab ab", ["a"]),
        ("{word}!", "one! three!", ["one!"]),
    ],
)
def test_what_is_read_alike(source: str, text: str, found: list[str]) -> None:
    pattern = pattern_of(source, {"word": "one|two"})
    assert [match[0] for match in compiled(pattern).finditer(text)] == found


def test_an_exact_pattern_tells_cases_apart() -> None:
    assert not compiled(pattern_of("a", exact=True)).search("A")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("a*", "character 3: a repetition without end; write {0,80}"),
        ("a{2,}", "character 6: a repetition without end; write {0,80}"),
        (r"\d", r"character 1: \d differs between programs; write [0-9]"),
        (r"\q", r"character 1: unknown escape \q"),
        ("(a", "character 2: the bracket before this is not closed"),
        ("a)", "character 2: this bracket closes nothing"),
        ("[a", "character 1: this class is not closed"),
        ("[b-a]", "character 5: a range goes up"),
        ("a{3}{2}", "character 8: a repetition of a repetition; put brackets around the first"),
        ("(?=a){2}", "character 9: a repetition of what has no width"),
        ("(?i)a", "character 2: write (?<name>…), (?:…), or a look-around: (?=…), (?!…), (?<=…), (?<!…)"),
        ("(?<a>b)(?P<a>c)", "a group stands in it twice"),
        ("(?<=a{1,2})b", "look-behind requires fixed-width pattern"),
        ("+", r"character 1: '+' has nothing to act on; write it as \+"),
        ("{x}", "character 1: unknown name 'x'; known: none"),
    ],
)
def test_what_is_refused(source: str, problem: str) -> None:
    with pytest.raises(PatternError) as caught:
        pattern_of(source)
    assert str(caught.value) == problem


@pytest.mark.parametrize("source", ["(a{0,9}){0,9}", "(?:a|a){30}", "a{0,99}b{0,99}c{0,99}", "(?:(?:a?){20}){20}"])
def test_a_pattern_that_could_run_away_is_refused(source: str) -> None:
    with pytest.raises(PatternError, match="it can take"):
        pattern_of(source)


def test_words_of_which_one_can_match_cost_no_ways() -> None:
    assert pattern_of("(?:abc|abd|x|y){40}").steps < MOST_STEPS


def test_a_mistake_in_a_piece_is_told_where_it_is_named() -> None:
    with pytest.raises(PatternError, match=r"^character 2: in \{a\}, character 2: this bracket closes nothing$"):
        pattern_of("x{a}", {"a": "b)c"})


def test_a_piece_that_names_itself_is_refused() -> None:
    with pytest.raises(PatternError, match="nested too deep"):
        pattern_of("{a}", {"a": "{a}"})


def test_every_pattern_of_the_content_is_bounded(forms: list[Pattern]) -> None:
    """From one place of a text each takes a known number of steps, so a text costs in proportion to its length."""
    assert forms
    for pattern in forms:
        assert pattern.steps <= MOST_STEPS
        bare = re.sub(r"\\.|\[(?:[^\]\\]|\\.)*\]", "", pattern.script)
        assert "*" not in bare
        assert "+" not in bare
        assert not re.search(r"\{\d+,\}", bare)


PARTS = (
    "550",
    "5.7.1",
    " ",
    "\n",
    ":",
    "smtp;",
    "said: ",
    "(",
    "[",
    "]",
    "S:",
    "close code ",
    "1006",
    "users",
    "\u200e",
)


@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=5)), max_size=40).map("".join))
def test_no_text_makes_a_pattern_fail(forms: list[Pattern], text: str) -> None:
    for pattern in forms:
        for match in compiled(pattern).finditer(text):
            assert match[0]


@given(st.text(alphabet="ab(){}[]?*+|^$.\\,0123456789<>=!:-Pn\n", max_size=30))
def test_no_source_is_anything_but_a_pattern_or_a_problem(source: str) -> None:
    try:
        pattern = pattern_of(source)
    except PatternError:
        return
    assert compiled(pattern).groupindex.keys() == set(pattern.groups)
