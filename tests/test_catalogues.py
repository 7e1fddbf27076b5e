"""PO files kept up to date: extraction, and updating with GNU msgmerge and without it."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from codepairs import catalogues, extraction
from codepairs.errors import CodepairsError, ContentError
from codepairs.load import read_sources
from codepairs.model import Text
from codepairs.settings import Settings
from codepairs.translate import read_messages
from codepairs.validate import validate
from tests.support import ROOT, SMALL, unpack

TEMPLATES = """-- templates/base.html --
<title>{% block title %}{% endblock %}</title>
<p>{{ _('Codes & “more”') }} {{ _('{a} vs {b}', a=1, b=2) }}</p>
-- templates/pages/home.html --
{{ ngettext('{count} code', '{count} codes', 2) }} {{ _('Codes & “more”') }}
"""

SETTINGS = Settings(content=Path("content"), locales=Path("locales"), templates=Path("templates"))
DEMO = Path("locales/de/LC_MESSAGES/demo.po")
SITE = Path("locales/de/LC_MESSAGES/site.po")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project in the current folder."""
    unpack(tmp_path, SMALL + TEMPLATES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=["msgmerge", "babel"])
def merger(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two ways to update."""
    way = str(request.param)
    if way == "babel":
        monkeypatch.setattr(catalogues.shutil, "which", lambda name: None)
    elif shutil.which("msgmerge") is None:
        pytest.skip("GNU msgmerge is not installed")
    return way


def update() -> dict[str, str]:
    return {each.path.name: each.state for each in catalogues.update(SETTINGS)}


def edit(path: Path | str, old: str, new: str) -> None:
    """Replace words of a file, and make the file newer whatever the clock's resolution."""
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, ns=(path.stat().st_atime_ns, max(entry.stat().st_mtime_ns for entry in Path().rglob("*")) + 10**7))


def translate(path: Path, source: str, translation: str) -> None:
    edit(path, f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{translation}"')


def entry(path: Path, source: str) -> str:
    """The lines of the message of `source`, comments included."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    return next(block for block in blocks if f'\nmsgid "{source}"\n' in f"\n{block}\n").strip()


def messages_of(path: Path) -> list[tuple[str | None, str]]:
    with path.open("rb") as file:
        return [
            (item.context, item.id if isinstance(item.id, str) else item.id[0]) for item in read_po(file) if item.id
        ]


def texts() -> list[tuple[str | None, str]]:
    """Context and source of every translatable text of the content."""
    catalogue, problems = validate(read_sources(SETTINGS))
    assert problems == []
    return [(text.context, text.source) for text in catalogue.texts() if text.translatable]


def extracted() -> Iterator[tuple[str, int, str | None, str]]:
    """What plain Babel extracts from the content."""
    methods = [("**.yaml", "codepairs.extraction:extract_yaml")]
    for path, line, message, _, context in extract_from_dir("content", methods):
        assert isinstance(message, str)
        yield path, line, context, message


def test_plain_babel_extracts_the_texts_of_the_catalogue(folder: Path) -> None:
    edit("content/demo/2.yaml", "It comes second.", "|-\n  It comes\n  second.\n\n  - “x” <y> 📧\n  - `code`")
    found = list(extracted())
    assert {(context, source) for *_, context, source in found} == set(texts())
    assert ("demo/1.yaml", 4, "summary", "The first answer, as `ONE` tells.") in found
    assert ("demo/2.yaml", 5, "meaning", "It comes second.\n\n- “x” <y> 📧\n- `code`") in found


def test_the_extractor_is_registered_with_babel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["babel.extractors"] == {
        "codepairs_html": "codepairs.extraction:extract_html",
        "codepairs_yaml": "codepairs.extraction:extract_yaml",
    }
    assert callable(extraction.extract_yaml)
    assert callable(extraction.extract_html)


def test_the_extractor_knows_what_a_translator_must_know(folder: Path) -> None:
    with Path("content/demo/protocol.yaml").open("rb") as file:
        found = {message[1]: comments for _, _, message, comments in extraction.extract_yaml(file, {}, [], {})}
    assert found["After {a} as after {b}, wait."] == [
        "One sentence about two codes that are alike in this.",
        "Placeholders stay as they are: {a}, {b}",
    ]
    assert found["Retry"] == ["Heading or cell of a table: a few words, no full stop."]
    with Path("content/demo/1.yaml").open("rb") as file:
        found = {message[1]: comments for _, _, message, comments in extraction.extract_yaml(file, {}, [], {})}
    assert found["The first answer, as `ONE` tells."] == [
        "Summary: one sentence that answers “what does this mean for me”.",
        "Code spans stay as they are.",
    ]


def test_a_file_outside_any_site_has_no_messages(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("title: Words\n")
    with path.open("rb") as file:
        assert list(extraction.extract_yaml(file, {}, [], {})) == []


def test_extract_writes_a_template_for_each_domain(folder: Path) -> None:
    written = catalogues.extract(SETTINGS)
    assert [(path.name, count) for path, count in written] == [("site.pot", 5), ("demo.pot", 12)]
    of_site = messages_of(Path("locales/site.pot"))
    assert of_site[:3] == [(None, "Codes & “more”"), (None, "{a} vs {b}"), (None, "{count} code")]
    assert set(of_site[3:]) | set(messages_of(Path("locales/demo.pot"))) == set(texts())
    text = Path("locales/demo.pot").read_text(encoding="utf-8")
    assert "#: content/demo/1.yaml\n" in text
    assert "Date" not in text
    catalogues.extract(SETTINGS)
    assert Path("locales/demo.pot").read_text(encoding="utf-8") == text


def test_equal_texts_of_one_field_are_one_message(folder: Path) -> None:
    edit("content/demo/2.yaml", "The second answer.", "The first answer, as `ONE` tells.")
    catalogues.extract(SETTINGS)
    assert messages_of(Path("locales/demo.pot")).count(("summary", "The first answer, as `ONE` tells.")) == 1
    assert "#: content/demo/1.yaml content/demo/2.yaml\n" in Path("locales/demo.pot").read_text(encoding="utf-8")


def test_extraction_sees_a_change_of_the_content(folder: Path) -> None:
    before = dict(catalogues.extract(SETTINGS))
    edit("content/demo/1.yaml", "sources:", "when: [It is “new”.]\nsources:")
    assert sum(dict(catalogues.extract(SETTINGS)).values()) == sum(before.values()) + 1
    assert ("when", "It is “new”.") in {(context, source) for *_, context, source in extracted()}


def test_a_first_update_makes_files_without_translations(folder: Path, merger: str) -> None:
    assert update() == {"site.po": "new", "demo.po": "new"}
    text = DEMO.read_text(encoding="utf-8")
    assert '"Language: de\\n"' in text
    assert '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"' in text
    assert "fuzzy" not in text
    assert not Path("locales/en").exists()
    assert set(messages_of(DEMO)) | set(messages_of(SITE)) >= set(texts())
    assert '\nmsgstr[0] ""\nmsgstr[1] ""' in entry(SITE, '{count} code"\nmsgid_plural "{count} codes')


def test_a_second_update_changes_no_byte(folder: Path, merger: str) -> None:
    update()
    translate(DEMO, "The second answer.", "Die zweite Antwort. 📧 „x“")
    update()
    before, stamp = DEMO.read_bytes(), DEMO.stat().st_mtime_ns
    assert update() == {"site.po": "unchanged", "demo.po": "unchanged"}
    assert (DEMO.read_bytes(), DEMO.stat().st_mtime_ns) == (before, stamp)


def test_translations_and_comments_are_kept(folder: Path, merger: str) -> None:
    update()
    translate(DEMO, "The second answer.", "Die zweite Antwort.")
    edit(
        DEMO,
        '#: content/demo/2.yaml\nmsgctxt "summary"',
        '# See the glossary.\n#: content/demo/2.yaml\nmsgctxt "summary"',
    )
    edit("content/demo/1.yaml", "It comes first.", "It is new here, quite unlike before.")
    assert update() == {"site.po": "unchanged", "demo.po": "updated"}
    kept = entry(DEMO, "The second answer.")
    assert "# See the glossary." in kept
    assert 'msgstr "Die zweite Antwort."' in kept
    assert 'msgstr ""' in entry(DEMO, "It is new here, quite unlike before.")


LONG = "The first answer, as `ONE` tells, " + "and it goes on and on " * 6 + "to its end."


@pytest.mark.parametrize("old", ["The first answer, as `ONE` tells.", LONG])
def test_a_changed_text_keeps_its_translation_as_fuzzy(folder: Path, merger: str, old: str) -> None:
    if old == LONG:
        edit("content/demo/1.yaml", "The first answer, as `ONE` tells.", old)
    update()
    translate(DEMO, old, "Die erste Antwort, sagt `ONE`.")
    new = old.replace("The first", "The very first")
    edit("content/demo/1.yaml", old, new)
    update()
    lines = entry(DEMO, new).splitlines()
    assert lines[-1] == 'msgstr "Die erste Antwort, sagt `ONE`."'
    assert "#, fuzzy" in lines
    assert f'#| msgid "{old}"' in lines
    assert [message.strings for message in read_messages(DEMO)] == []
    before = DEMO.read_bytes()
    assert update()["demo.po"] == "unchanged"
    assert DEMO.read_bytes() == before


def test_a_text_that_comes_back_gets_its_translation_back(folder: Path, merger: str) -> None:
    update()
    translate(DEMO, "It comes second.", "Sie kommt als zweite.")
    edit("content/demo/2.yaml", "It comes second.", "Something else entirely stands in this place.")
    update()
    edit("content/demo/2.yaml", "Something else entirely stands in this place.", "It comes second.")
    update()
    found = entry(DEMO, "It comes second.")
    assert 'msgstr "Sie kommt als zweite."' in found
    assert "fuzzy" not in found
    assert DEMO.read_text(encoding="utf-8").count('msgid "It comes second."') == 1
    assert update()["demo.po"] == "unchanged"


def test_nothing_is_dropped(folder: Path, merger: str) -> None:
    update()
    translate(DEMO, "It comes second.", "Sie kommt als zweite.")
    translate(DEMO, "The second answer.", "Die zweite Antwort.")
    Path("content/demo/2.yaml").unlink()
    edit("content/demo/1.yaml", "It comes first.", "It stands alone.")
    update()
    update()
    text = DEMO.read_text(encoding="utf-8")
    assert '#~ msgstr "Sie kommt als zweite."' in text
    assert '#~ msgstr "Die zweite Antwort."' in text
    assert ("meaning", "It comes second.") not in messages_of(DEMO)


def test_an_obsolete_fuzzy_message_leaves_the_file_readable(folder: Path, merger: str) -> None:
    update()
    translate(DEMO, "The first answer, as `ONE` tells.", "Die erste Antwort, sagt `ONE`.")
    translate(DEMO, "The second answer.", "Die zweite Antwort.")
    edit("content/demo/1.yaml", "The first answer", "The very first answer")
    update()
    edit("content/demo/1.yaml", "The very first answer, as `ONE` tells.", "Words that nobody has seen before.")
    update()
    assert [message.strings for message in read_messages(DEMO)] == [("Die zweite Antwort.",)]
    assert update()["demo.po"] == "unchanged"


def test_what_msgmerge_leaves_of_obsolete_messages_does_not_stop_babel(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalogues.shutil, "which", lambda name: None)
    update()
    with DEMO.open("a", encoding="utf-8") as file:
        file.write('\n#, fuzzy\n#~| msgid "Older."\n#~ msgid "Old."\n#~ msgstr "Alt."\n')
    update()
    assert '#~ msgid "Old."\n#~ msgstr "Alt."' in DEMO.read_text(encoding="utf-8")
    # Babel would complain of every such line.
    assert capsys.readouterr() == ("", "")


def test_what_has_no_words_is_no_message(folder: Path) -> None:
    edit("content/demo/2.yaml", "meaning: It comes second.", "meaning: '`RSET` 250'")
    catalogues.extract(SETTINGS)
    assert ("meaning", "`RSET` 250") not in messages_of(Path("locales/demo.pot"))
    assert not [source for *_, source in extracted() if "RSET" in source]


def test_the_two_ways_take_turns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("msgmerge") is None:
        pytest.skip("GNU msgmerge is not installed")
    update()
    translate(DEMO, "The first answer, as `ONE` tells.", "Die erste Antwort, sagt `ONE`.")
    sources = [
        "The first answer, as `ONE` tells.",
        "The very first answer, as `ONE` tells.",
        "Words never seen before.",
    ]
    for turn in range(8):
        with monkeypatch.context() as patch:
            if turn % 2:
                patch.setattr(catalogues.shutil, "which", lambda name: None)
            edit("content/demo/1.yaml", sources[turn % 3], sources[(turn + 1) % 3])
            update()
    assert "Die erste Antwort, sagt `ONE`." in DEMO.read_text(encoding="utf-8")


def test_without_msgmerge_only_one_candidate_in_the_same_field_is_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogues.shutil, "which", lambda name: None)
    edit("content/demo/1.yaml", "sources:", "when: [One., Two.]\nsources:")
    update()
    translate(DEMO, "One.", "Eins.")
    translate(DEMO, "Two.", "Zwei.")
    translate(DEMO, "It comes first.", "Sie kommt zuerst.")
    edit("content/demo/1.yaml", "[One., Two.]", "[Three.]")
    edit("content/demo/1.yaml", "The first\n", "It came first.\n")
    update()
    # Two texts of the field are gone: which one became the third, nobody knows.
    assert "fuzzy" not in entry(DEMO, "Three.")
    # Another field of the file is another text.
    assert "fuzzy" not in entry(DEMO, "It came first.")


def test_a_file_that_msgmerge_refuses_is_named(folder: Path) -> None:
    if shutil.which("msgmerge") is None:
        pytest.skip("GNU msgmerge is not installed")
    update()
    edit(DEMO, 'msgid "Retry"\nmsgstr ""', 'msgid "Retry"\nmsgstr "No end')
    before = DEMO.read_bytes()
    with pytest.raises(CodepairsError, match=r"de/LC_MESSAGES/demo\.po: msgmerge cannot read it\n"):
        update()
    assert DEMO.read_bytes() == before


def test_wrong_content_updates_nothing(folder: Path, merger: str) -> None:
    edit("content/demo/1.yaml", "phrase: One\n", "")
    with pytest.raises(ContentError, match="lacks the field 'phrase'"):
        update()
    assert not Path("locales").exists()


def test_a_language_with_a_private_part_has_files(folder: Path, merger: str) -> None:
    edit("content/site.yaml", "- lang: de", "- lang: en-x-accented")
    update()
    assert '"Language: en\\n"' in Path("locales/en-x-accented/LC_MESSAGES/demo.po").read_text(encoding="utf-8")


def test_status_counts_messages(folder: Path, merger: str) -> None:
    update()
    translate(DEMO, "The second answer.", "Die zweite Antwort.")
    translate(DEMO, "It comes second.", "Sie kommt als zweite.")
    edit(DEMO, 'msgctxt "meaning"\nmsgid "It comes second."', '#, fuzzy\nmsgctxt "meaning"\nmsgid "It comes second."')
    rows = [line.split() for line in catalogues.status(SETTINGS)]
    assert rows == [
        ["language", "domain", "messages", "translated", "fuzzy", "missing", "words", "words", "left"],
        ["de", "site", "5", "0", "0", "5", "18", "18"],
        ["de", "demo", "12", "1", "1", "10", "39", "36"],
    ]


def test_bytes_do_not_depend_on_the_clock(folder: Path) -> None:
    template = extraction.templates_of(SETTINGS)["demo"]
    assert catalogues._po_bytes(template) == catalogues._po_bytes(template)
    assert b"Creation" not in catalogues._po_bytes(read_po(io.BytesIO(catalogues._po_bytes(template))))


def test_plain_pybabel_gives_the_same_catalogue(folder: Path) -> None:
    """With the project's own mapping: messages, contexts, references, comments, and flags."""
    catalogues.extract(SETTINGS, lines=True)
    sources = {"site": ["templates", "content/site.yaml"], "demo": ["content/demo"]}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for domain, paths in sources.items():
        command = ["-m", "babel.messages.frontend", "-q", "extract", "-F", str(ROOT / "babel.cfg"), "-o", "plain.pot"]
        subprocess.run([sys.executable, *command, *paths], env=environment, check=True)
        ours, plain = read_all(Path(f"locales/{domain}.pot")), read_all(Path("plain.pot"))
        assert ours == plain
        assert len(ours) == {"site": 5, "demo": 12}[domain]


def read_all(path: Path) -> dict[object, object]:
    """What a file says of each message, whatever its order."""
    with path.open("rb") as file:
        return {
            (item.context, item.id): (sorted(item.locations), item.auto_comments, item.flags)
            for item in read_po(file)
            if item.id
        }


def test_every_field_of_the_content_is_explained(folder: Path) -> None:
    contexts = {text.context for text in read_texts(Settings(content=ROOT / "content"))}
    assert {context for context in contexts if not extraction._note(context)} == set()
    unused = [pattern for pattern in extraction.FIELD_NOTES if not any(fnmatchcase(each, pattern) for each in contexts)]
    assert unused == ["*.apart"] or unused == []


def read_texts(settings: Settings) -> list[Text]:
    return [text for text in validate(read_sources(settings))[0].texts() if text.translatable]


def test_a_template_may_speak_to_translators(folder: Path) -> None:
    edit("templates/pages/home.html", "{{ ngettext(", "{# Translators: Below the name. #}\n{{ ngettext(")
    catalogues.extract(SETTINGS)
    assert "#. Below the name.\n" in Path("locales/site.pot").read_text(encoding="utf-8")


def test_lines_stand_in_references_on_request(folder: Path, merger: str) -> None:
    assert {each.state for each in catalogues.update(SETTINGS, lines=True)} == {"new"}
    assert "#: content/demo/1.yaml:4\n" in DEMO.read_text(encoding="utf-8")
    assert update() == {"site.po": "updated", "demo.po": "updated"}
    assert "#: content/demo/1.yaml\n" in DEMO.read_text(encoding="utf-8")


def test_an_update_says_what_became_of_the_messages(folder: Path, merger: str) -> None:
    assert [str(each) for each in catalogues.update(SETTINGS)] == ["new: 5 to translate", "new: 12 to translate"]
    translate(DEMO, "The second answer.", "Die zweite Antwort.")
    translate(DEMO, "The first answer, as `ONE` tells.", "Die erste Antwort, sagt `ONE`.")
    translate(DEMO, "After {a} as after {b}, wait.", "Nach {a} wie nach {b} warten.")
    edit("content/demo/1.yaml", "The first answer", "The very first answer")
    edit("content/demo/2.yaml", "The second answer.", "Quite another text of many words.")
    edit("content/demo/protocol.yaml", "    both: 'After {a} as after {b}, wait.'\n", "")
    told = [str(each) for each in catalogues.update(SETTINGS)]
    # msgmerge keeps the translation of a changed text in its new place only; Babel's way in both.
    obsolete = 2 if merger == "msgmerge" else 3
    fuzzy = 1 if merger == "msgmerge" else 2
    count = "1 to translate, " if merger == "msgmerge" else ""
    assert told == [
        "unchanged",
        f"updated: {count}{fuzzy} changed and fuzzy now, {obsolete} no longer used, kept at the end of the file as #~",
    ]
    assert DEMO.read_text(encoding="utf-8").count("#~ msgstr") == obsolete


def test_a_text_that_moves_to_another_file_keeps_its_translation(folder: Path, merger: str) -> None:
    update()
    translate(DEMO, "It comes second.", "Sie kommt als zweite.")
    edit("content/demo/2.yaml", "meaning: It comes second.", "meaning: Nothing of the kind is said here.")
    edit("content/demo/1.yaml", "meaning: It comes first.", "meaning: It comes second.")
    update()
    moved = entry(DEMO, "It comes second.")
    assert "#: content/demo/1.yaml" in moved
    assert 'msgstr "Sie kommt als zweite."' in moved
    assert "fuzzy" not in moved


def test_a_text_that_moves_to_another_field_waits_for_a_second_look(folder: Path, merger: str) -> None:
    update()
    translate(DEMO, "It comes second.", "Sie kommt als zweite.")
    edit("content/demo/2.yaml", "meaning: It comes second.", "meaning: Nothing of the kind is said here.")
    edit("content/demo/2.yaml", "sources:", "when: [It comes second.]\nsources:")
    update()
    moved = entry(DEMO, "It comes second.").splitlines()
    assert 'msgstr "Sie kommt als zweite."' in moved
    assert "#, fuzzy" in moved
    assert '#| msgctxt "meaning"' in moved


def test_the_header_is_the_translators(folder: Path, merger: str) -> None:
    update()
    for name in ("Project-Id-Version", "Report-Msgid-Bugs-To", "PO-Revision-Date", "Last-Translator", "Language-Team"):
        assert f'\n"{name}: ' in DEMO.read_text(encoding="utf-8")
    text = DEMO.read_text(encoding="utf-8")
    own = "# Words by A. Writer.\n" + re.sub(
        '"PO-Revision-Date: .*"', lambda _: '"PO-Revision-Date: 2024-02-03 04:05+0100\\n"\n"X-Editor: e\\n"', text
    )
    DEMO.write_text(own, encoding="utf-8")
    assert update()["demo.po"] == "unchanged"
    edit("content/demo/1.yaml", "It comes first.", "It stands alone.")
    assert update()["demo.po"] == "updated"
    header = own.partition("\n\n")[0]
    assert DEMO.read_text(encoding="utf-8").startswith(f"{header}\n\n")


def test_a_header_that_lacks_fields_gets_them_once(folder: Path, merger: str) -> None:
    update()
    edit(DEMO, '"Report-Msgid-Bugs-To: https://small.example/\\n"\n', "")
    assert update() == {"site.po": "unchanged", "demo.po": "updated"}
    assert update() == {"site.po": "unchanged", "demo.po": "unchanged"}
    assert "Report-Msgid-Bugs-To" in DEMO.read_text(encoding="utf-8")


def test_status_is_data_too(folder: Path) -> None:
    update()
    translate(DEMO, "The second answer.", "Die zweite Antwort.")
    found = json.loads(catalogues.status_data(SETTINGS))
    assert found["source"] == "en"
    german = found["languages"]["de"]
    assert (german["name"], german["messages"], german["translated"], german["words_left"]) == ("Deutsch", 17, 1, 54)
    assert german["domains"]["demo"] == {
        "messages": 12,
        "translated": 1,
        "fuzzy": 0,
        "missing": 11,
        "words": 39,
        "words_left": 36,
    }
