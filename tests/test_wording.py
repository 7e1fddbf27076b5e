"""What is wrong with the words of a text: by itself, by the form of its field, and as a translation."""

from __future__ import annotations

import re

import pytest

from codepairs.wording import LanguageRule, LanguageRules, source_problems, text_problems, translation_problems

QUOTES = LanguageRule(re.compile(r'["“]'), "quotation marks are „…“")
SPACE = LanguageRule(re.compile(r"\bRFC [0-9]"), "a non-breaking space stands before the number")
RULES = LanguageRules(never=(QUOTES, SPACE))


def test_a_broken_rule_names_the_words_and_what_would_be_right() -> None:
    assert list(text_problems(RULES, 'Siehe "RFC 5321".')) == [
        "'\"': quotation marks are „…“",
        "'RFC 5': a non-breaking space stands before the number",
    ]
    assert list(text_problems(RULES, "Siehe RFC\u00a05321.")) == []


def test_code_spans_may_hold_anything() -> None:
    assert list(text_problems(RULES, 'Mit `"RFC 5321  (` antworten.')) == []
    assert list(text_problems(RULES, '`a` "b" `c`')) == ["'\"': quotation marks are „…“"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Den Den Server fragen.", "'Den Den': the word stands twice"),
        ("Wenn wenn er antwortet.", "'Wenn wenn': the word stands twice"),
        ("Den  Server fragen.", "'Den  Server fra': one blank too many"),
        (" Den Server fragen.", "' Den Server': one blank too many"),
        ("Den Server fragen. ", "'er fragen. ': one blank too many"),
        ("Den Server fragen .", "'ver fragen .': one blank too many"),
        ("Den „Server fragen.", "1 of „ and 0 of “: one of them is missing"),
        ("Den Server (oder Client fragen.", "1 of ( and 0 of ): one of them is missing"),
        ("Den Server oder Client] fragen.", "0 of [ and 1 of ]: one of them is missing"),
    ],
)
def test_a_text_by_itself(text: str, problem: str) -> None:
    assert list(text_problems(LanguageRules(quotes=("„“",)), text)) == [problem]


@pytest.mark.parametrize(
    "text",
    [
        "Dass die die Adresse kennen, ist klar.",
        "Eine „Antwort“ (oder [zwei](https://example.org/)).",
        "4.7.1 4.7.1, 250 250, `a` `a`, „bla bla-Server“",
        "Zeile\n\n- Punkt\n- Punkt",
    ],
)
def test_a_text_without_mistakes(text: str) -> None:
    assert list(text_problems(LanguageRules(doubled=frozenset({"die"}), quotes=("„“",)), text)) == []


@pytest.mark.parametrize(
    ("source", "translation", "problem"),
    [
        ("See RFC 5321.", "Siehe RFC 5231.", "5321 of the source text is missing; 5231 stands there instead"),
        ("See RFC 20.", "Siehe RFC 21.", "20 of the source text is missing; 21 stands there instead"),
        ("Not 550, but 551.", "Nicht 550.", "551 of the source text is missing"),
        ("It says 5.7.1.", "Es sagt 5.7.2.", "5.7.1 of the source text is missing; 5.7.2 stands there instead"),
        ("- One.\n- Two.", "- Eins.\nZwei.", "1 items of lists where the source text has 2"),
        ("It is **so**.", "Es ist so.", "0 times ** where the source text has 2"),
        ("It is so.", "Es ist so", "ends with 'no sign'; the source text ends with '.'"),
        ("It is so.", "Es ist so!", "ends with '!'; the source text ends with '.'"),
        ("Not now", "Nicht jetzt.", "ends with '.'; the source text ends with 'no sign'"),
        ("Is it so?", "Ist es so.", "ends with '.'; the source text ends with '?'"),
        ("Not now", "Not now", "'Not now' is the source text; translate it, or list it under 'same' in rules.yaml"),
    ],
)
def test_a_translation_and_its_source(source: str, translation: str, problem: str) -> None:
    assert list(translation_problems(LanguageRules(), source, translation)) == [problem]


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("It is so.", "هو كذلك۔"),
        ("Is it so?", "هل هو كذلك؟"),
        ("It is so.", "そうです。"),
        ("It says “no”.", "Er sagt „nein.“"),
        ("Answer with `RSET`", "Mit `RSET` antworten"),
        ("After 250, go on.", "Nach 250 geht es weiter, denn 250 heißt ja."),
        ("Codes", "Codes"),
    ],
)
def test_a_translation_that_is_right(source: str, translation: str) -> None:
    assert list(translation_problems(LanguageRules(same=frozenset({"Codes"})), source, translation)) == []


SENTENCES = LanguageRules(sentences=("when", "action.*"), longest=6)


@pytest.mark.parametrize(
    ("context", "text", "problems"),
    [
        ("when", "It is so. `RSET` comes next.", []),
        ("when", "`RSET` comes.", []),
        ("when", "“Go on” it says.", []),
        ("title", "not now", []),
        ("when", "it is so.", ["'it is so.': a sentence begins with a capital letter"]),
        ("action.sender", "Wait", ["'Wait': a sentence ends with a full stop"]),
        ("when", "It is one two three.\nIt is one two three.", []),
        (
            "when",
            "It is one two three four five. It is so.",
            ["'It is one two three four five.' …: a sentence of 7 words; at most 6 are read at once"],
        ),
    ],
)
def test_whole_sentences(context: str, text: str, problems: list[str]) -> None:
    assert list(source_problems(SENTENCES, context, text)) == problems
