"""Rules that a language states for its own texts, found in translations and in the source text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from codepairs.assets import Assets
from codepairs.errors import Place
from codepairs.model import Language
from codepairs.plan import Site
from codepairs.proofread import language_problems, read_rules
from codepairs.spelling import WordList
from codepairs.wording import LanguageRules
from tests.support import make_catalogue, make_code, make_protocol, make_text, make_translator, shown, unpack


def rules_of(tmp_path: Path, text: str) -> tuple[LanguageRules, list[str]]:
    unpack(tmp_path, f"-- rules.yaml --\n{text}")
    rules, problems = read_rules(tmp_path / "rules.yaml")
    return rules, shown(problems, tmp_path)


def test_rules_are_read(tmp_path: Path) -> None:
    text = "never:\n- {not: 'z\\. ?B\\.', because: narrow space}\n- {not: '!', because: no}\ndoubled: [die, der]\n"
    text += "quotes: [„“]\nsame: [Codes]\nsentences: [when, 'action.*']\nlongest: 25\n"
    rules, problems = rules_of(tmp_path, text)
    assert problems == []
    assert [(rule.pattern.pattern, rule.message) for rule in rules.never] == [
        ("z\\. ?B\\.", "narrow space"),
        ("!", "no"),
    ]
    assert rules.doubled == {"die", "der"}
    assert (rules.quotes, rules.same) == (("„“",), {"Codes"})
    assert (rules.sentences, rules.longest) == (("when", "action.*"), 25)


def test_mistakes_in_rules_are_reported_and_the_other_rules_hold(tmp_path: Path) -> None:
    text = (
        "never:\n- {not: '(', because: x}\n- {because: x}\n- {not: x, becuse: y}\n- {not: '!', because: no}\nnver: []\n"
        "quotes: ['“”', '\"\"']\nlongest: many\n"
    )
    rules, problems = rules_of(tmp_path, text)
    assert [rule.message for rule in rules.never] == ["no"]
    assert problems == [
        "rules.yaml:2:9: field 'not' is no regular expression: missing ), unterminated subpattern at position 0",
        "rules.yaml:3:3: a rule lacks the field 'not'",
        "rules.yaml:4:3: a rule lacks the field 'because'",
        "rules.yaml:4:12: unknown field 'becuse' in a rule; did you mean 'because'?",
        "rules.yaml:6:1: unknown field 'nver' in the rules; did you mean 'never'?",
        "rules.yaml:7:16: '\"\"' is no pair of quotation marks; write one like '“”'",
        "rules.yaml:8:1: field 'longest' must be a number",
    ]


def test_a_rules_file_of_another_form_is_reported(tmp_path: Path) -> None:
    assert rules_of(tmp_path, "- {not: x, because: y}\n")[1] == [
        "rules.yaml:1:1: the rules must be a mapping of named fields"
    ]
    assert rules_of(tmp_path, "never: [\n")[1][0].startswith("rules.yaml:2:1: is not YAML")


STALE = "the site has no such text any more; run `messages update`, and leave msgid as it is"


def make_site(*codes: str) -> Site:
    """A site in English, German and Arabic whose codes have these summaries."""
    made = [
        make_code(str(number), summary=make_text(summary, place=Place(f"{number}.yaml", 4, 10)))
        for number, summary in enumerate(codes)
    ]
    languages = (Language("en", True), Language("de"), Language("ar"))
    catalogue = make_catalogue(make_protocol(*made), languages=languages)
    return Site(
        catalogue=catalogue,
        translators={tag: make_translator(tag, catalogs={}) for tag in ("en", "de", "ar")},
        assets=Assets({}),
        templates={"base.html": "\n\n{{ _('Open \"it\"') }}"},
        templates_at=Path(),
        base_url="https://demo.example/",
    )


def test_each_language_is_judged_by_its_own_rules(tmp_path: Path) -> None:
    unpack(
        tmp_path,
        """
        -- en/rules.yaml --
        never:
        - {not: '"', because: quotation marks are “…”}
        -- de/rules.yaml --
        never:
        - {not: '[“"](?=.*”)', because: quotation marks are „…“}
        - {not: '!', because: no shouting}
        -- de/LC_MESSAGES/demo.po --
        msgid ""
        msgstr ""
        "Language: de\\n"
        "Content-Type: text/plain; charset=utf-8\\n"

        msgctxt "summary"
        msgid "One."
        msgstr "“Eins” `!`."

        #, fuzzy
        msgid "Two."
        msgstr "Zwei!"

        msgid "{count} three"
        msgid_plural "{count} threes"
        msgstr[0] "{count} Drei"
        msgstr[1] "{count} Dreien!"
        -- ar/LC_MESSAGES/demo.po --
        msgid ""
        msgstr ""
        "Content-Type: text/plain; charset=utf-8\\n"

        msgid "One."
        msgstr "\\"واحد\\"!"
        """,
    )
    found = list(language_problems(tmp_path, make_site('The "first".', "The second.")))
    assert all(problem.warning for problem in found)
    assert shown(found, tmp_path) == [
        f"ar/LC_MESSAGES/demo.po:5:8: warning: {STALE}",
        "ar/LC_MESSAGES/demo.po:6:17: warning: ends with '!'; the source text ends with '.'",
        f"de/LC_MESSAGES/demo.po:7:8: warning: {STALE}",
        "de/LC_MESSAGES/demo.po:8:9: warning: '“': quotation marks are „…“",
        f"de/LC_MESSAGES/demo.po:14:8: warning: {STALE}",
        "de/LC_MESSAGES/demo.po:17:26: warning: '!': no shouting",
        "de/LC_MESSAGES/demo.po:17:26: warning: ends with '!'; the source text ends with 'no sign'",
        "0.yaml:4:10: warning: '\"': quotation marks are “…”",
        "base.html:3:1: warning: '\"': quotation marks are “…”",
    ]


def test_mistakes_in_a_rules_file_are_errors(tmp_path: Path) -> None:
    unpack(tmp_path, "-- de/rules.yaml --\nnever: x\n")
    found = list(language_problems(tmp_path, make_site()))
    assert [str(problem) for problem in found] == [f"{tmp_path}/de/rules.yaml:1:8: field 'never' must be a list"]


def test_what_is_never_shown_is_reported(tmp_path: Path) -> None:
    unpack(
        tmp_path,
        """
        -- de/LC_MESSAGES/dmo.po --
        msgid ""
        msgstr ""
        "Content-Type: text/plain; charset=utf-8\\n"
        -- de/LC_MESSAGES/demo.po --
        msgid ""
        msgstr ""
        "Language: fr\\n"
        "Content-Type: text/plain; charset=utf-8\\n"

        msgctxt "sumary"
        msgid "The first."
        msgstr "Die erste."
        """,
    )
    assert shown(language_problems(tmp_path, make_site("The first.")), tmp_path) == [
        "de/LC_MESSAGES/demo.po:3:12: warning: the head of the file says 'fr'; its folder is that of 'de'",
        "de/LC_MESSAGES/demo.po:6:10: warning: this text does not stand in the field 'sumary'; "
        "write 'summary' after msgctxt",
        "de/LC_MESSAGES/dmo.po:1:1: warning: no protocol is called 'dmo'; did you mean 'demo'?",
    ]


WORDS = {"en_US": {"The", "mailbox", "full", "Monday", "quota"}, "de_DE": {"Das", "Postfach", "voll", "Kontingent"}}


def _misspelt(words: Iterable[str], tag: str, known: WordList) -> dict[str, str]:
    """As a dictionary of a few words judges: small letters do for no noun, and none for a word that is not there."""
    return {word: "" for word in words if word not in WORDS[tag] and not known.knows(word)}


def test_words_to_search_for_are_spelt_as_people_type_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any case; in a translation also those of the source language; names of programs are no words."""
    monkeypatch.setattr("codepairs.proofread.misspelt", _misspelt)
    unpack(
        tmp_path,
        """
        -- en/words.txt --
        wifi
        -- de/LC_MESSAGES/demo.po --
        msgid ""
        msgstr ""
        "Content-Type: text/plain; charset=utf-8\\n"

        msgctxt "summary"
        msgid "The IMAP `QUIT`."
        msgstr "Das IMAP `QUIT`."

        msgctxt "search"
        msgid "monday, quota"
        msgstr "postfach, kontingnet, quota, wifi, imap, mailbxo"
        """,
    )
    search = make_text("monday, quota, mialbox, imap, quit, MultiViews", "search", place=Place("0.yaml", 9, 9))
    code = make_code("0", summary=make_text("The IMAP `QUIT`."), search=search)
    site = make_site()
    site = replace(site, catalogue=make_catalogue(make_protocol(code), languages=site.catalogue.site.languages))
    found = [each for each in language_problems(tmp_path, site) if "is in no dictionary" in each.message]
    places = (f"{tmp_path}/de/LC_MESSAGES/demo.po", "0.yaml")
    told = [line.partition("; ")[0] for line in shown((each for each in found if each.place.path in places), tmp_path)]
    assert told == [
        "de/LC_MESSAGES/demo.po:11:19: warning: 'kontingnet' is in no dictionary",
        "de/LC_MESSAGES/demo.po:11:50: warning: 'mailbxo' is in no dictionary",
        "0.yaml:9:9: warning: 'mialbox' is in no dictionary",
    ]
