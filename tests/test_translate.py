"""PO files -> translators: what is shown, what is put aside and why, plurals, lists, numbers, directions."""

from __future__ import annotations

import pickle
import re
from datetime import date
from pathlib import Path

import pytest

from codepairs.model import Language
from codepairs.translate import Coverage, Phrase, Translator, message_problems, read_messages, read_translators
from tests.support import make_text, make_translator, shown, unpack

HEADER = 'msgid ""\nmsgstr ""\n"Language: {lang}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
PLURALS = '"Plural-Forms: {forms};\\n"\n'


def message(source: str, translation: str, context: str = "summary", before: str = "") -> str:
    """One message of a PO file."""
    return f'\n{before}msgctxt "{context}"\nmsgid "{source}"\nmsgstr "{translation}"\n'


def read(folder: Path, po: str, lang: str = "de", domain: str = "demo") -> tuple[Translator, list[str]]:
    """The translator of one PO file, and what is wrong with the file."""
    unpack(folder, f"-- {lang}/LC_MESSAGES/{domain}.po --\n{po}")
    languages = (Language("en", True), Language(lang))
    translators, problems = read_translators(folder, languages, (domain, "absent"), "en")
    assert list(translators) == ["en", lang]
    return translators[lang], shown(problems, folder / lang / "LC_MESSAGES")


def german(folder: Path, *messages: str) -> tuple[Translator, list[str]]:
    return read(folder, HEADER.format(lang="de") + "".join(messages))


def test_a_translated_message_is_shown_in_its_language(tmp_path: Path) -> None:
    translator, problems = german(tmp_path, message("Wait for `{code}`.", "Auf `{code}` warten. 📧 <„“> رد"))
    assert problems == []
    text = make_text("Wait for `{code}`.")
    assert translator.phrase(text) == Phrase("Auf `{code}` warten. 📧 <„“> رد", "de")
    assert translator.knows(text)


def test_a_message_belongs_to_its_context_and_domain(tmp_path: Path) -> None:
    translator, _ = german(tmp_path, message("Go.", "Los."), message("Go.", "Weiter.", "action.sender"))
    assert translator.phrase(make_text("Go.")).text == "Los."
    assert translator.phrase(make_text("Go.", "action.sender")).text == "Weiter."
    for other in (make_text("Go.", "meaning"), make_text("Go.", domain="absent"), make_text("Stop.")):
        assert translator.phrase(other) == Phrase(other.source, "en")
        assert not translator.knows(other)


def test_what_has_no_words_is_the_same_in_every_language() -> None:
    text = make_text("`MAIL FROM`, 250")
    assert make_translator().phrase(text) == Phrase("`MAIL FROM`, 250", "de")
    assert make_translator().knows(text)


def test_a_translation_may_equal_its_source(tmp_path: Path) -> None:
    translator, _ = german(tmp_path, message("Server", "Server"))
    assert translator.knows(make_text("Server"))


def test_the_source_language_needs_no_files(tmp_path: Path) -> None:
    translators, problems = read_translators(tmp_path, [Language("en", True)], ("demo",), "en")
    assert problems == []
    english = translators["en"]
    assert english.is_source
    assert english.phrase(make_text("Go.")) == Phrase("Go.", "en")
    assert english.plural("{count} code", "{count} codes", 1) == Phrase("{count} code", "en")
    assert english.plural("{count} code", "{count} codes", 0) == Phrase("{count} codes", "en")


def test_a_language_without_files_falls_back_everywhere(tmp_path: Path) -> None:
    translators, problems = read_translators(tmp_path, [Language("en", True), Language("de")], ("demo",), "en")
    assert problems == []
    assert translators["de"].phrase(make_text("Go.")) == Phrase("Go.", "en")
    assert translators["de"].message("Go.") == Phrase("Go.", "en")
    assert translators["de"].plural("one", "many", 2) == Phrase("many", "en")


def test_a_po_file_of_the_source_language_is_not_read(tmp_path: Path) -> None:
    unpack(tmp_path, "-- en/LC_MESSAGES/demo.po --\n" + HEADER.format(lang="en") + message("Go.", "Other."))
    translators, _ = read_translators(tmp_path, [Language("en", True)], ("demo",), "en")
    assert translators["en"].phrase(make_text("Go.")).text == "Go."


SOURCE = "After {code} see [the RFC](https://example.org/a) and `RSET`."


@pytest.mark.parametrize(
    ("translation", "problems"),
    [
        ("Nach {code} gilt [das RFC](https://example.org/a) samt `RSET`.", []),
        ("`RSET`, [das RFC](https://example.org/a) und {code}", []),
        ("Siehe [das RFC](https://example.org/a) und `RSET`.", ["placeholders {code} are missing"]),
        (
            "Nach {code} und {codes} [das RFC](https://example.org/a), `RSET`.",
            ["placeholders {codes} are not in the source text"],
        ),
        (
            "Nach {code}, {code} [das RFC](https://example.org/a), `RSET`.",
            ["placeholders {code} are not in the source text"],
        ),
        (
            "Nach {Code} siehe [das RFC](https://example.org/a), `RSET`.",
            ["placeholders {Code} are not in the source text; write {code}"],
        ),
        (
            "Nach {code} siehe [das RFC](https://example.org/a) und RSET.",
            ["code spans `RSET` are missing; they stay as they are"],
        ),
        (
            "Nach {code} siehe [das RFC](https://example.org/a) und `NOOP`.",
            [
                "code spans `RSET` are missing; they stay as they are",
                "code spans `NOOP` are not in the source text",
            ],
        ),
        (
            "Nach {code} siehe [das RFC](https://example.org/b) und `RSET`.",
            ["links differ; the source text has https://example.org/a"],
        ),
        ("Nach {code} siehe das RFC und `RSET`.", ["links differ; the source text has "]),
        (
            "Nach {code} [das RFC](https://example.org/a) [x](javascript:alert(1)), `RSET`.",
            ["links differ; the source text has "],
        ),
        (
            "Nach {code} [das RFC](https://example.org/a), https://evil.example `RSET`.",
            ["links differ; the source text has "],
        ),
        (
            "Nach {code} siehe [das RFC](https://example.org/a) <b>und</b> `RSET`.",
            ["carries HTML; write Markdown as in the source text"],
        ),
        (
            "Nach {code} siehe [das RFC](https://example.org/a)<script>x</script> `RSET`.",
            ["carries HTML; write Markdown as in the source text"],
        ),
        (
            "Nach {code} siehe [das RFC](https://example.org/a)&nbsp;und `RSET`.",
            ["carries HTML; write Markdown as in the source text"],
        ),
        (
            "Nach {code} siehe [das RFC](https://example.org/a)&#60; `RSET`.",
            ["carries HTML; write Markdown as in the source text"],
        ),
        ("Nach {code} [das RFC](https://example.org/a)\u0007 `RSET`.", ["holds a control character"]),
        ("Nach {code} [das RFC](https://example.org/a)\ufdd0 `RSET`.", ["holds a control character"]),
    ],
)
def test_what_a_translation_lost_or_added(tmp_path: Path, translation: str, problems: list[str]) -> None:
    found = list(message_problems(SOURCE, translation))
    assert len(found) == len(problems)
    assert all(line.startswith(start) for line, start in zip(found, problems, strict=True)), found
    # A bad message is put aside and named by its line; the others of the file stay.
    translator, warnings = german(tmp_path, message(SOURCE, translation), message("Go.", "Los."))
    shown_text = translator.phrase(make_text(SOURCE))
    assert shown_text == (Phrase(SOURCE, "en") if problems else Phrase(translation, "de"))
    assert translator.knows(make_text(SOURCE)) is not bool(problems)
    assert translator.phrase(make_text("Go.")).text == "Los."
    told = [re.sub(r"^demo\.po:8:[0-9]+: warning: translation put aside: ", "", line) for line in warnings]
    assert sorted(told) == sorted(found)


def test_a_blank_translation_is_put_aside(tmp_path: Path) -> None:
    translator, warnings = german(tmp_path, message("Go.", "  "))
    assert warnings == ["demo.po:8:9: warning: translation put aside: is blank"]
    assert translator.phrase(make_text("Go.")) == Phrase("Go.", "en")


def test_markup_in_code_spans_and_in_the_source_is_no_mistake() -> None:
    assert list(message_problems("Send `<b>`.", "`<b>` senden.")) == []
    assert list(message_problems("Send to <bob>.", "An <bob> senden.")) == []
    assert list(message_problems("1 < 2 & 3 > 2", "1 < 2 & 3 > 2")) == []


def test_the_sentence_around_an_address_may_change() -> None:
    assert list(message_problems("See https://a.example/b.", "Auf https://a.example/b, dort.")) == []
    assert list(message_problems("See <https://a.example/b>.", "Siehe <https://a.example/b>!")) == []


def test_a_fuzzy_message_is_never_shown(tmp_path: Path) -> None:
    translator, problems = german(tmp_path, message("Go.", "Los.", before="#, fuzzy\n"), message("Stop.", "Halt."))
    assert problems == []
    assert translator.phrase(make_text("Go.")) == Phrase("Go.", "en")
    assert not translator.knows(make_text("Go."))
    assert translator.fuzzy == {"demo": 1}


def test_obsolete_and_empty_messages_are_not_shown(tmp_path: Path) -> None:
    obsolete = "".join(f"#~ {line}\n" for line in message("Old.", "Alt.").strip().splitlines())
    translator, problems = german(tmp_path, message("Go.", ""), obsolete)
    assert problems == []
    assert not translator.knows(make_text("Go."))
    assert not translator.knows(make_text("Old."))
    assert translator.fuzzy == {"demo": 0}


def test_previous_texts_of_obsolete_messages_are_no_mistake(tmp_path: Path) -> None:
    # GNU msgmerge leaves them where the text of a fuzzy message is gone; Babel alone refuses the file.
    obsolete = '\n#, fuzzy\n#~| msgctxt "summary"\n#~| msgid "Older."\n#~ msgid "Old."\n#~ msgstr "Alt."\n'
    translator, problems = german(tmp_path, obsolete, message("Go.", "Los {x}."), message("Stop.", "Halt."))
    assert problems == ["demo.po:14:13: warning: translation put aside: placeholders {x} are not in the source text"]
    assert translator.phrase(make_text("Stop.")).text == "Halt."


def test_coverage_counts_the_texts_of_a_domain(tmp_path: Path) -> None:
    translator, _ = german(
        tmp_path,
        message("Go.", "Los."),
        message("Wait.", "Warten.", before="#, fuzzy\n"),
        message("Gone.", "Weg.", before="#, fuzzy\n"),
    )
    sources = ("Go.", "Go.", "Wait.", "Stop.", "New.", "`RSET`")
    texts = [*map(make_text, sources), make_text("Go.", domain="absent")]
    coverage = translator.coverage("demo", texts)
    assert coverage == Coverage("demo", total=4, translated=1, fuzzy=2, words=4, words_left=3)
    assert coverage.missing == 1
    assert translator.coverage("absent", texts) == Coverage(
        "absent", total=1, translated=0, fuzzy=0, words=1, words_left=1
    )
    # More fuzzy messages than texts are left cannot all belong to these texts.
    assert translator.coverage("demo", [make_text("Go."), make_text("Wait.")]) == Coverage("demo", 2, 1, 1, 2, 1)


def test_the_interface_has_no_context(tmp_path: Path) -> None:
    po = HEADER.format(lang="de") + '\nmsgid "Codes"\nmsgstr "Codes (de)"\n'
    translator, _ = read(tmp_path, po, domain="site")
    assert translator.message("Codes") == Phrase("Codes (de)", "de")
    assert translator.message("Other") == Phrase("Other", "en")


def test_a_plural_form_may_say_the_number_in_a_word(tmp_path: Path) -> None:
    po = HEADER.format(lang="ar") + PLURALS.format(forms="nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2)")
    translator, problems = read(tmp_path, po + plural("one", "two", "{count} A"), "ar", "site")
    assert problems == []
    assert [translator.plural("{count} code", "{count} codes", number).text for number in (1, 2, 3)] == [
        "one",
        "two",
        "{count} A",
    ]


def plural(*forms: str, one: str = "{count} code", many: str = "{count} codes") -> str:
    lines = "".join(f'msgstr[{rank}] "{form}"\n' for rank, form in enumerate(forms))
    return f'\nmsgid "{one}"\nmsgid_plural "{many}"\n{lines}'


@pytest.mark.parametrize(
    ("lang", "rule", "forms", "expected"),
    [
        ("de", "nplurals=2; plural=(n != 1)", ("{count} A", "{count} B"), {0: "B", 1: "A", 2: "B", 1001: "B"}),
        ("ja", "nplurals=1; plural=0", ("{count} A",), {0: "A", 1: "A", 2: "A"}),
        (
            "ru",
            "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)",
            ("{count} A", "{count} B", "{count} C"),
            {1: "A", 21: "A", 11: "C", 3: "B", 5: "C", 0: "C"},
        ),
        (
            "ar",
            "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)",
            tuple(f"{{count}} {form}" for form in "ABCDEF"),
            {0: "A", 1: "B", 2: "C", 5: "D", 11: "E", 100: "F"},
        ),
        # The rule of the file holds, also where another is usual.
        ("de", "nplurals=2; plural=(n > 10)", ("{count} A", "{count} B"), {1: "A", 2: "A", 11: "B"}),
    ],
)
def test_plural_forms_follow_the_file(
    tmp_path: Path, lang: str, rule: str, forms: tuple[str, ...], expected: dict[int, str]
) -> None:
    po = HEADER.format(lang=lang) + PLURALS.format(forms=rule) + plural(*forms)
    translator, problems = read(tmp_path, po, lang, "site")
    assert problems == []
    for count, form in expected.items():
        found = translator.plural("{count} code", "{count} codes", count)
        assert found == Phrase(f"{{count}} {form}", lang), count
    assert translator.knows(make_text("{count} code", "", "site"))


def test_a_plural_with_one_bad_form_is_put_aside_as_a_whole(tmp_path: Path) -> None:
    po = HEADER.format(lang="de") + PLURALS.format(forms="nplurals=2; plural=(n != 1)") + plural("{count} A", "B")
    translator, problems = read(tmp_path, po, domain="site")
    assert problems == ["site.po:10:12: warning: translation put aside: placeholders {count} are missing"]
    assert translator.plural("{count} code", "{count} codes", 1) == Phrase("{count} code", "en")


def test_a_plural_with_a_missing_form_is_not_translated(tmp_path: Path) -> None:
    po = HEADER.format(lang="de") + PLURALS.format(forms="nplurals=2; plural=(n != 1)") + plural("{count} A", "")
    translator, problems = read(tmp_path, po, domain="site")
    assert shown(problems, tmp_path) == [
        "site.po:10:12: warning: translation put aside: has 1 of the 2 plural forms that the head of the file declares"
    ]
    assert translator.plural("{count} code", "{count} codes", 2) == Phrase("{count} codes", "en")


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("en", "ltr"),
        ("de", "ltr"),
        ("pt-BR", "ltr"),
        ("zh-Hant", "ltr"),
        ("ar", "rtl"),
        ("he", "rtl"),
        ("fa", "rtl"),
        ("ar-EG", "rtl"),
        ("ar-x-mirrored", "rtl"),
        ("en-x-accented", "ltr"),
    ],
)
def test_directions_come_from_cldr(tag: str, direction: str) -> None:
    assert make_translator(tag, catalogs={}).direction == direction


@pytest.mark.parametrize(
    ("lang", "count", "text"),
    [
        ("de", 0, ""),
        ("de", 1, "a"),
        ("de", 2, "a und b"),
        ("de", 4, "a, b, c und d"),
        ("en", 2, "a and b"),
        ("en", 3, "a, b, and c"),
        ("ja", 3, "a、b、c"),
        ("ar", 2, "a وb"),
    ],
)
def test_lists_are_joined_by_cldr(lang: str, count: int, text: str) -> None:
    assert make_translator(lang, catalogs={}).list(iter("abcd"[:count])) == text


@pytest.mark.parametrize(("lang", "text"), [("en", "December 6, 2024"), ("de", "6. Dezember 2024")])
def test_dates_are_written_by_cldr(lang: str, text: str) -> None:
    assert make_translator(lang, catalogs={}).date(date(2024, 12, 6)) == text


@pytest.mark.parametrize(("lang", "text"), [("en", "1,485"), ("de", "1.485"), ("fr", "1\u202f485")])
def test_numbers_are_written_by_cldr(lang: str, text: str) -> None:
    assert make_translator(lang, catalogs={}).number(1485) == text


@pytest.mark.parametrize(
    ("tag", "name"), [("de", "Deutsch"), ("en", "English"), ("ar", "العربية"), ("pt-BR", "português (Brasil)")]
)
def test_languages_are_named_in_themselves(tag: str, name: str) -> None:
    assert make_translator("en").language_name(tag) == name


def test_a_language_that_cldr_does_not_know_is_reported(tmp_path: Path) -> None:
    languages = [Language("en", True), Language("zz"), Language("en-x-accented")]
    translators, problems = read_translators(tmp_path, languages, ("demo",), "en")
    assert shown(problems, tmp_path) == ["zz:1:1: CLDR knows no language 'zz'"]
    assert translators["zz"].direction == "ltr"


@pytest.mark.parametrize(
    ("po", "problem"),
    [
        (HEADER.format(lang="de") + '\nmsgid "Go."\nmsgid "Los."\n', "demo.po:6:1: is not a PO file: "),
        (HEADER.format(lang="de") + "\n<<<<<<< HEAD\n", "demo.po:6:1: is not a PO file: "),
        ("msgid ''\n", "demo.po:1:1: is not a PO file: "),
    ],
)
def test_a_file_that_is_no_po_file_is_an_error(tmp_path: Path, po: str, problem: str) -> None:
    translator, problems = read(tmp_path, po)
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems
    assert translator.phrase(make_text("Go.")) == Phrase("Go.", "en")


def test_a_po_file_in_another_encoding_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "de/LC_MESSAGES/demo.po"
    path.parent.mkdir(parents=True)
    path.write_bytes((HEADER.format(lang="de") + message("Go.", "Grün.")).encode("latin-1"))
    _, problems = read_translators(tmp_path, [Language("en", True), Language("de")], ("demo",), "en")
    assert [problem.place.path for problem in problems] == [str(path)]
    assert problems[0].message.startswith("is not a PO file in UTF-8: ")
    assert not problems[0].warning


def test_read_messages_yields_what_a_proofreader_reads(tmp_path: Path) -> None:
    german(
        tmp_path,
        message("Go.", "Los."),
        message("Wait.", "Warten.", before="#, fuzzy\n"),
        message("Stop.", ""),
        plural("{count} A", "{count} B"),
    )
    found = list(read_messages(tmp_path / "de/LC_MESSAGES/demo.po"))
    assert [(item.line, item.strings) for item in found] == [(7, ("Los.",)), (19, ("{count} A", "{count} B"))]


def test_a_translator_can_be_sent_to_another_process(tmp_path: Path) -> None:
    translator, _ = german(tmp_path, message("Go.", "Los."))
    assert translator.phrase(make_text("Go.")).text == "Los."
    copy = pickle.loads(pickle.dumps(translator))
    assert copy == translator
    assert copy.phrase(make_text("Go.")) == Phrase("Los.", "de")


@pytest.mark.parametrize(
    ("lang", "tag"),
    [
        ("de", "de_DE"),
        ("en", "en_US"),
        ("ar", "ar_EG"),
        ("pt-BR", "pt_BR"),
        ("zh-Hant", "zh_TW"),
        ("en-x-accented", "en_US"),
    ],
)
def test_language_with_its_territory(lang: str, tag: str) -> None:
    assert make_translator(lang).territory_tag() == tag
