"""Terms that a language says in one way only."""

from __future__ import annotations

from pathlib import Path

import pytest

from codepairs.glossary import Term, forbidden, form_pattern, missing_terms, read_glossary
from tests.support import ROOT, shown, unpack

GLOSSARY = """
-- glossary.yaml --
terms:
- term: reply code
  forms: [reply codes]
  translations:
    de: {say: Antwortcode, use: ['*antwortcode*'], never: [Rückgabewert*]}
- term: reject
  translations:
    de: {say: ablehnen, use: ['*ablehn*', 'lehn* … ab']}
    fr: {say: refuser}
"""


@pytest.fixture
def terms(tmp_path: Path) -> tuple[Term, ...]:
    """A glossary of two terms."""
    found, problems = read_glossary(unpack(tmp_path, GLOSSARY) / "glossary.yaml")
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("form", "text", "fits"),
    [
        ("Queue*", "Queues", True),
        ("Queue*", "queues", False),
        ("queue", "Queue", True),
        ("queue", "queues", False),
        ("*postfach*", "Benutzer-Postfachs", True),
        ("*postfach*", "Postfach", True),
        ("lehn* … ab", "Der Server lehnt mit 5.7.1 den Befehl ab.", True),
        ("lehn* … ab", "Der Server lehnt an der Wand.", False),
        ("erweitert* Statuscode*", "Erweiterte Statuscodes", True),
    ],
)
def test_forms(form: str, text: str, fits: bool) -> None:
    assert bool(form_pattern(form).search(text)) == fits


def test_a_term_needs_its_translation(terms: tuple[Term, ...]) -> None:
    wanted = "'Reply codes' is 'Antwortcode' in the glossary, which stands nowhere in the translation"
    assert list(missing_terms(terms, "de", "Reply codes come.", "Zahlen kommen.")) in ([wanted], [wanted.lower()])
    assert list(missing_terms(terms, "de", "Reply codes come.", "SMTP-Antwortcodes kommen.")) == []
    assert list(missing_terms(terms, "de", "They reject it.", "Sie lehnen das ab.")) == []
    assert list(missing_terms(terms, "fr", "They reject it.", "Ils le refusent.")) != []
    assert list(missing_terms(terms, "fr", "Reply codes come.", "Des nombres.")) == []
    assert list(missing_terms(terms, "de", "It says `reply code` and “reply code”.", "Es sagt es.")) == []


def test_a_forbidden_word_is_found_whatever_the_source_says(terms: tuple[Term, ...]) -> None:
    assert list(forbidden(terms, "de", "Die Rückgabewerte lesen.")) == [
        "'Rückgabewerte': the glossary says 'Antwortcode' for 'reply code'"
    ]
    assert list(forbidden(terms, "fr", "Die Rückgabewerte lesen.")) == []


def test_mistakes_in_a_glossary_are_reported(tmp_path: Path) -> None:
    text = """
    -- glossary.yaml --
    terms:
    - trem: x
    - term: y
      translations:
        de: {use: [z], nver: [a]}
    """
    terms, problems = read_glossary(unpack(tmp_path, text) / "glossary.yaml")
    assert [term.term for term in terms] == ["y"]
    assert shown(problems, tmp_path) == [
        "glossary.yaml:2:3: a term lacks the field 'term'",
        "glossary.yaml:2:3: unknown field 'trem' in a term; did you mean 'term'?",
        "glossary.yaml:5:9: a translation lacks the field 'say'",
        "glossary.yaml:5:20: unknown field 'nver' in a translation; did you mean 'never'?",
    ]
    assert read_glossary(tmp_path / "none.yaml") == ((), [])


def test_the_projects_glossary_has_no_problem() -> None:
    terms, problems = read_glossary(ROOT / "locales" / "glossary.yaml")
    assert problems == []
    assert len(terms) > 15
    for term in terms:
        for entry in term.languages.values():
            assert not any(form_pattern(form).search(entry.say) for form in entry.never), term.term
            assert any(form_pattern(form).search(entry.say) for form in entry.use), term.term
