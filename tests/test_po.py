"""PO files -> messages: read at once where gettext wrote them, by Babel where anything is unusual, alike by both."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codepairs.errors import Place, Problem, Remark
from codepairs.po import PoFile, PoMessage, PoPlaces, judged_po, read_po, regular_po
from codepairs.report import excerpt_of
from tests.support import ROOT, shown

HEADER = r"""msgid ""
msgstr ""
"Language: de\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""
GO = '\nmsgctxt "summary"\nmsgid "Go."\nmsgstr "Los."\n'
COUNT = '\nmsgid "{count} code"\nmsgid_plural "{count} codes"\nmsgstr[0] "{count} A"\nmsgstr[1] "{count} B"\n'
OBSOLETE = '\n#, fuzzy\n#~| msgid "Older."\n#~ msgctxt "summary"\n#~ msgid "Old."\n#~ msgstr "Alt."\n'


def judged(data: bytes) -> tuple[PoFile, list[Problem]]:
    problems: list[Problem] = []
    return judged_po(data, Path("x.po"), problems), problems


def test_messages_are_read_with_their_forms_flags_and_lines() -> None:
    text = (
        HEADER
        + GO
        + COUNT
        + '\n#. A comment, fuzzy.\n#: content/demo/1.yaml\n#, python-format, fuzzy\n#| msgid "Wait!"\nmsgid "Wait."\n'
        + 'msgstr ""\n"Auf \\"alles\\"\\n"\n"warten.\\\\"\n'
        + OBSOLETE
    )
    found = regular_po(text.encode())
    assert found == PoFile(
        (
            PoMessage("summary", ("Go.",), ("Los.",), False, 8),
            PoMessage("", ("{count} code", "{count} codes"), ("{count} A", "{count} B"), False, 11),
            PoMessage("", ("Wait.",), ('Auf "alles"\nwarten.\\',), True, 20),
        ),
        "(n != 1)",
    )
    assert judged(text.encode()) == (found, [])


@pytest.mark.parametrize("path", sorted(ROOT.glob("locales/*/LC_MESSAGES/*.po")), ids=lambda path: path.stem)
def test_own_translations_need_no_second_reader(path: Path) -> None:
    found = regular_po(path.read_bytes())
    assert found is not None
    assert judged(path.read_bytes()) == (found, [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        GO,
        HEADER.replace("UTF-8", "latin-1") + GO,
        HEADER.replace('"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n', "") + GO,
        HEADER.replace("nplurals=2", "nplurals=3") + COUNT,
        HEADER.replace("Language: de", "Language: no such thing") + GO,
        HEADER + '"POT-Creation-Date: yesterday\\n"\n' + GO,
        HEADER + '"POT-Creation-Date: 2025-02-30 12:00+0000\\n"\n' + GO,
        HEADER + GO + GO.replace("Los", "Weiter"),
        HEADER + GO.replace("summary", ""),
        HEADER + GO.replace("\n", "\r\n"),
        HEADER + GO + "#, fuzzy\n\n" + COUNT,
        HEADER + COUNT.replace("[1]", "[2]"),
        HEADER + OBSOLETE + GO,
        HEADER + GO + OBSOLETE + "msgid",
        HEADER + GO + OBSOLETE.replace("#~ msgid", "#~ message"),
        HEADER + "#: \u2068a b.yaml\n" + GO,
        HEADER + GO + '\n"more"\n',
        HEADER + GO + "<<<<<<< HEAD\n",
        HEADER + 'msgid "a"\nmsgstr "b\\"\n"nd"\n',
        HEADER + 'msgid "a"\nmsgstr "b" "c"\n',
        HEADER + "msgid 'a'\nmsgstr \"b\"\n",
    ],
)
def test_anything_unusual_is_left_to_babel(text: str) -> None:
    assert regular_po(text.encode()) is None


@pytest.mark.parametrize("rule", ["n != 1", "n > 1", "0", "(n%10==1 && n%100!=11 ? 0 : 1)", "n==1 ? 0 : 1"])
def test_the_rule_of_the_plural_forms_is_read_as_it_stands(rule: str) -> None:
    data = (HEADER.replace("(n != 1)", rule) + COUNT).encode()
    found = regular_po(data)
    assert found is not None
    assert found.rule == rule
    assert judged(data) == (found, [])


def test_plural_forms_that_are_no_expression_are_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "demo.po"
    path.write_text(HEADER.replace("n != 1", "n !! 1") + GO, encoding="utf-8")
    problems: list[Problem] = []
    assert read_po(path, problems) == PoFile()
    assert [line.startswith("demo.po:1:1: is not a PO file: ") for line in shown(problems, tmp_path)] == [True]


_WORDS = (
    "a",
    "Grün",
    "{count}",
    '"',
    "\\",
    "\\n",
    "\n",
    "\t",
    "\r",
    "#~ ",
    "msgid ",
    "\u2028",
    "\x85",
    "📧",
    "\xa0",
    "%s",
)
passages = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=6).map("".join).filter(str.strip)
lists = st.lists(passages, max_size=2)


@st.composite
def po_files(draw: st.DrawFn) -> bytes:
    """A file that Babel writes."""
    locale, day = draw(st.sampled_from(("de", "ja", "ar", "pt_BR"))), datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
    catalog = Catalog(locale=locale, fuzzy=False, creation_date=day)
    for context in draw(st.lists(st.sampled_from((None, "summary", "action.sender")), max_size=5)):
        one, *more = draw(st.lists(passages, min_size=1, max_size=2))
        count = catalog.num_plurals
        forms = draw(st.lists(st.one_of(st.just(""), passages), min_size=count, max_size=count))
        flags = draw(st.sampled_from(((), ("fuzzy",), ("python-format",))))
        message = catalog.add(
            (one, more[0]) if more else one,
            tuple(forms) if more else forms[0],
            context=context,
            flags=flags,
            locations=[(f"{name}.yaml", None) for name in draw(st.lists(st.sampled_from(("ab", "c")), max_size=2))],
            user_comments=draw(st.lists(st.sampled_from(("fuzzy", "Note.", "~")), max_size=1)),
        )
        if draw(st.integers(0, 4)) == 0:
            del catalog[message.id, message.context]
            catalog.obsolete[message.id] = message
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=draw(st.sampled_from((0, 20, 76))), omit_header=False)
    return buffer.getvalue()


_LINES = (
    *("", "#", "#, fuzzy", "#,fuzzy , x", "#~", '#~ msgid "x"', '#~ msgstr "x"', "#| x", "#: a:1", "#: \u2068a", "x"),
    *('msgid "x"', 'msgid ""', 'msgid_plural "x"', 'msgstr "x"', 'msgstr[0] "x"', 'msgstr[1] ""', 'msgctxt "x"'),
    *('"x"', '"x', '"\\"', '"x\\', " ", "\ufeff", '"Language: xx\\n"', '"Plural-Forms: nplurals=1; plural=0;\\n"'),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The same after some careless edits: lines inserted, lost, doubled, swapped or changed."""
    lines = draw(po_files()).decode().split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        cut = draw(st.integers(0, len(line)))
        edited = line[:cut] + draw(st.sampled_from(("", " ", '"', "\\", "\r", "#", "n", "\x0b", "\ud7ff"))) + line[cut:]
        kinds = ([line, draw(st.sampled_from(_LINES))], [], [line, line], [edited], [line[:cut] + line[cut + 1 :]])
        lines[at : at + 1] = draw(st.sampled_from(kinds))
        lines = lines or [""]
    return "\n".join(lines).encode()


MANY = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(po_files())
def test_what_babel_writes_is_read_as_babel_reads_it(data: bytes) -> None:
    assert judged(data) == (regular_po(data), [])


@MANY
@given(damaged())
def test_no_edit_makes_the_readers_differ(data: bytes) -> None:
    found = regular_po(data)
    if found is not None:
        assert judged(data) == (found, [])


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"Los."', '"Los.', "7:8: warning: the text is not closed by a quotation mark, or has one inside"),
        ('"Los."', '"Los "so"."', "7:8: warning: the text is not closed by a quotation mark, or has one inside"),
        ('"Los."', '"Los\\q."', "7:12: warning: '\\q' stands for nothing"),
        ("; charset=UTF-8", "; charset=latin-1", "1:1: warning: the head of the file does not say UTF-8"),
        ('"Los."', '"Los."\n\nmsgctxt "x"\nmsgid "Go."\nmsgstr "Geh."', "10:8: warning: the message stands in line 6"),
        ('msgstr "Los."', 'msgtr "Los."', "7:1: is not a PO file: Unknown or misformatted keyword"),
    ],
)
def test_what_gettext_would_refuse_is_told(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgctxt "x"\nmsgid "Go."\nmsgstr "Los."\n'
    )
    assert old in text
    path = tmp_path / "demo.po"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems: list[Problem] = []
    read_po(path, problems)
    assert any(str(each).removeprefix(f"{path}:").startswith(problem) for each in problems), problems


ENTRIES = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

# A comment.
msgctxt ""
"summary"
msgid ""
"One line "
"and another."
msgstr ""
"Eine \\"Zeile\\" "
"und eine andere."

msgid "{count} code"
msgid_plural "{count} codes"
msgstr[0] "ein Code"
msgstr[1] ""
"{count} Codes"

msgid "Go."
msgstr ""

#  msgstr "of another entry"
"""


@pytest.mark.parametrize(
    ("rank", "form", "part", "expected"),
    [
        (0, 0, 0, (11, 2, "Eine")),
        (0, 0, "Zeile", (11, 9, "Zeile")),
        (0, 0, "andere", (12, 11, "andere")),
        (0, 0, "eine", (12, 6, "eine")),
        (0, 0, -1, (12, 17, ".")),
        (0, 0, "nowhere", (11, 2, "Eine")),
        (1, 0, "Code", (16, 16, "Code")),
        (1, 1, "Codes", (18, 10, "Codes")),
        (1, 2, 0, (14, 8, "{count}")),
        (2, 0, 0, (21, 9, '"')),
    ],
)
def test_a_remark_has_the_place_of_what_it_means(
    tmp_path: Path, rank: int, form: int, part: str | int, expected: tuple[int, int, str]
) -> None:
    path = tmp_path / "demo.po"
    path.write_text(ENTRIES, encoding="utf-8")
    message = read_po(path, []).messages[rank]
    place = PoPlaces(path).of(message, form, Remark("", part))
    line, column, text = expected
    assert place == Place(str(path), line, column)
    shown = excerpt_of(place)
    assert shown is not None
    assert shown.line[shown.start :].startswith(text), "the mark stands below it"


def test_source_text_and_context_have_places(tmp_path: Path) -> None:
    path = tmp_path / "demo.po"
    path.write_text(ENTRIES, encoding="utf-8")
    first, second, _ = read_po(path, []).messages
    places = PoPlaces(path)
    assert (places.of_source(first), places.of_context(first)) == (Place(str(path), 8, 2), Place(str(path), 6, 2))
    assert places.of_context(second) == places.of_source(second) == Place(str(path), 14, 8)
    path.unlink()
    assert PoPlaces(path).of(first) == Place(str(path), first.line)
