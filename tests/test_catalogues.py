"""PO files kept up to date: extraction, and updating with GNU msgmerge and without it."""

from __future__ import annotations

import io
import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from codepairs import catalogues
from codepairs.errors import CodepairsError, ContentError
from codepairs.load import read_sources
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
    return {path.name: state for path, state in catalogues.update(SETTINGS)}


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
    methods = [("**.yaml", "codepairs.catalogues:extract_yaml")]
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
    assert project["entry-points"]["babel.extractors"] == {"codepairs_yaml": "codepairs.catalogues:extract_yaml"}
    assert callable(catalogues.extract_yaml)


def test_the_extractor_knows_what_a_translator_must_know(folder: Path) -> None:
    with Path("content/demo/protocol.yaml").open("rb") as file:
        found = {message[1]: comments for _, _, message, comments in catalogues.extract_yaml(file, {}, [], {})}
    assert found["After {a} as after {b}, wait."] == ["Placeholders stay as they are: {a}, {b}"]
    assert found["Retry"] == []
    with Path("content/demo/1.yaml").open("rb") as file:
        found = {message[1]: comments for _, _, message, comments in catalogues.extract_yaml(file, {}, [], {})}
    assert found["The first answer, as `ONE` tells."] == ["Code spans stay as they are."]


def test_a_file_outside_any_site_has_no_messages(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("title: Words\n")
    with path.open("rb") as file:
        assert list(catalogues.extract_yaml(file, {}, [], {})) == []


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
    assert "Date" not in text
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
        ["language", "domain", "messages", "translated", "fuzzy", "missing"],
        ["de", "site", "5", "0", "0", "5"],
        ["de", "demo", "12", "1", "1", "10"],
    ]


def test_bytes_do_not_depend_on_the_clock(folder: Path) -> None:
    template = catalogues._templates(SETTINGS)["demo"]
    assert catalogues._po_bytes(template) == catalogues._po_bytes(template)
    assert b"Creation" not in catalogues._po_bytes(read_po(io.BytesIO(catalogues._po_bytes(template))))
