"""Skeletons: what they know already, that they pass the check once filled in, that they never overwrite."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator

from codepairs import pipeline
from codepairs.catalogues import header
from codepairs.cli import main
from codepairs.errors import CodepairsError
from codepairs.load import read_document
from codepairs.new import NewError, new_code, new_language, new_pair, new_protocol, write
from codepairs.pages import PAGE_KINDS
from codepairs.plan import plan_site
from codepairs.settings import Settings
from tests.sites import edit, snapshot
from tests.support import SMALL, unpack
from tests.test_editing import _AsEditors, yaml


def _run(settings: Settings, *arguments: str) -> Result:
    folders = ["--content", str(settings.content), "--locales", str(settings.locales)]
    return CliRunner().invoke(main, ["new", *arguments, *folders], catch_exceptions=False)


def _check(settings: Settings) -> tuple[int, str]:
    folders = [f"--{name}={getattr(settings, name)}" for name in ("content", "locales", "templates")]
    result = CliRunner().invoke(main, ["check", *folders], catch_exceptions=False)
    lines = [line for line in result.output.splitlines(keepends=True) if not line.startswith("names: ")]
    return result.exit_code, "".join(lines)


def _complaints(settings: Settings, path: Path) -> tuple[int, list[str]]:
    """The exit status of a check, and what it says of one file."""
    status, told = _check(settings)
    return status, [line for line in told.splitlines() if line.startswith(f"{path}:")]


def _fill(path: Path, **fields: str) -> None:
    """Fill in the empty fields of a skeleton."""
    for name, value in fields.items():
        text = path.read_text(encoding="utf-8")
        filled = re.sub(rf"^( *){name}:$", lambda match, line=f"{name}: {value}": match[1] + line, text, flags=re.M)
        assert filled != text, name
        path.write_text(filled, encoding="utf-8")


@pytest.fixture
def registered(tiny: Settings) -> Settings:
    """The tiny site with a registry that knows more than its content."""
    rows = [
        "code,name,reference,status",
        "2.0.0,Welcome,RFC 5321,standard",
        '5.9.1,"Stop: now",RFC 5321 §4.2.3; a leaflet; RFC 3463 section 3.1,standard',
    ]
    (tiny.content / "parcel" / "registry.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tiny


def test_a_code_gets_its_phrase_and_sources_from_the_registry(registered: Settings) -> None:
    result = _run(registered, "code", "parcel", "5.9.1")
    path = registered.content / "parcel" / "5.9.1.yaml"
    assert result.exit_code == 0
    assert f"{path}: written" in result.stdout
    text = path.read_text(encoding="utf-8")
    assert text.startswith(
        "# yaml-language-server: $schema=../.schemas/parcel.code.schema.json\n# registry.csv: Stop: now"
    )
    assert 'phrase: "Stop: now"\n' in text
    assert "\nsources:\n- RFC 5321 section 4.2.3\n- RFC 3463 section 3.1\n" in text
    assert "\n#   S: 5.9.1\n" in text


def test_a_code_is_asked_only_for_what_its_class_does_not_say(project: Settings) -> None:
    (text,) = new_code(project, "smtp", "523").files.values()
    facts = text.decode().partition("facts:\n")[2].partition("\n\n")[0]
    asked = re.findall(r"^  (\w+):$", facts, re.MULTILINE)
    assert "  # outcome: failed_good  # as its class says; only where it differs" in facts
    assert {"retry", "sent_by"} <= set(asked)
    assert not {"outcome", "connection", "class"} & set(asked)
    assert "later (the same again, later)" in facts
    assert "phrase: Encryption Needed\n" in text.decode()
    assert "- RFC 5248 section 2.4\n" in text.decode()


def test_a_code_passes_the_check_once_it_is_filled_in(tiny: Settings) -> None:
    assert _run(tiny, "code", "parcel", "5.9.1").exit_code == 0
    path = tiny.content / "parcel" / "5.9.1.yaml"
    status, output = _check(tiny)
    # The check lists what is still to be done, and nothing else.
    assert status == 1
    assert re.findall(r"^\S+:\d+:\d+: (.*)", output, re.MULTILINE) == [
        "warning: code '5.9.1' names no source",
        "field 'phrase' is empty",
        "field 'title' is empty",
        "field 'summary' is empty",
        "field 'meaning' is empty",
    ]
    _fill(path, phrase="Stop", title="Stop at once", summary="Stop as soon as you can.", meaning="It is urgent here.")
    edit(path, "# sources:\n# - RFC  section \n", "sources:\n- RFC 5321 section 4\n")
    assert _complaints(tiny, path) == (0, [])
    schema = json.loads((tiny.content / ".schemas/parcel.code.schema.json").read_text(encoding="utf-8"))
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_AsEditors)
    assert list(Draft7Validator(schema).iter_errors(data)) == []


def test_everything_behind_a_comment_sign_is_right_too(tiny: Settings) -> None:
    """The optional fields, with their comment signs removed, still are YAML that only lacks words."""
    _run(tiny, "code", "parcel", "5.9.1")
    path = tiny.content / "parcel" / "5.9.1.yaml"
    text = re.sub(r"^(?=# \w+:)# |^(?=#   [a-z]+: $)# |^(?=#   [CS]: )# |^(?=# - )# ", "", path.read_text(), flags=re.M)
    path.write_text(text, encoding="utf-8")
    document = read_document(path)
    assert document.problems == ()


@pytest.mark.parametrize("codes", [("4.2.1", "2.0.0"), ("2.0.0", "4.2.1")])
def test_a_pair_is_written_in_the_order_of_its_protocol(tiny: Settings, codes: tuple[str, str]) -> None:
    assert _run(tiny, "pair", "parcel", *codes).exit_code == 0
    path = tiny.content / "parcel" / "pairs" / "2.0.0-vs-4.2.1.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../../.schemas/parcel.pair.schema.json\n")
    assert "\ncodes: [2.0.0, 4.2.1]\n" in text
    _fill(path, verdict="One is fine; the other is full.", difference="They differ much.", guidance="Take the first.")
    assert _complaints(tiny, path) == (0, [])


def test_a_protocol_passes_the_check_once_it_is_filled_in(tmp_path: Path) -> None:
    settings = Settings(content=unpack(tmp_path, SMALL) / "content", locales=tmp_path / "locales")
    result = _run(settings, "protocol", "other")
    assert result.exit_code == 0
    assert "add other to `protocols`" in result.stdout
    path = settings.content / "other" / "protocol.yaml"
    _fill(path, name="Other", title="Other codes", summary="What other codes say.")
    assert _complaints(settings, path) == (0, [])
    assert _run(settings, "code", "other", "7").exit_code == 0
    code = settings.content / "other" / "7.yaml"
    values = {"outcome": "failed_now", "retry": "later", "acts": "[user]", "phrase": "Seven", "title": "The seventh"}
    _fill(code, **values, summary="The seventh answer of all.", meaning="It comes after the sixth.")
    edit(code, "# action:\n#   user: \n", "action:\n  user: Count to seven.\n")
    edit(code, "# sources:\n# - RFC  section \n", "sources:\n- RFC 5321\n")
    assert _complaints(settings, code) == (0, [])


def test_a_language_begins_with_the_headers_of_all_domains(tiny: Settings) -> None:
    result = _run(tiny, "language", "fr")
    assert result.exit_code == 0
    assert "\n- lang: fr\n" in result.stdout
    folder = tiny.locales / "fr" / "LC_MESSAGES"
    assert sorted(path.name for path in folder.iterdir()) == ["names.po", "parcel.po", "site.po"]
    assert '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"' in (folder / "site.po").read_text(encoding="utf-8")
    edit(tiny.content / "site.yaml", "- lang: ar\n", "- lang: ar\n- lang: fr\n")
    assert _check(tiny)[0] == 0
    site, _ = pipeline.read_site(tiny)
    assert any(page.lang == "fr" for page in plan_site(site, PAGE_KINDS))


@pytest.mark.parametrize(("lang", "forms"), [("ar", 6), ("pl", 3), ("ja", 1), ("br", 6), ("pt-BR", 2), ("sr-Latn", 3)])
def test_headers_have_the_plural_forms_of_the_language(lang: str, forms: int) -> None:
    assert f"nplurals={forms};" in header(lang).decode()


def test_a_language_that_nobody_knows_has_no_header() -> None:
    with pytest.raises(CodepairsError, match="CLDR knows no language 'qqq'"):
        header("qqq")


def test_only_the_missing_files_of_a_language_are_written(tiny: Settings) -> None:
    (tiny.locales / "ar" / "LC_MESSAGES" / "site.po").unlink()
    before = snapshot(tiny.locales)
    result = _run(tiny, "language", "ar")
    assert result.exit_code == 0
    assert "- lang:" not in result.stdout
    after = snapshot(tiny.locales)
    assert {name: after[name] for name in before} == before
    new = {path for path in after if not path.startswith(".schemas/")} - set(before)
    assert new == {"ar/LC_MESSAGES/names.po", "ar/LC_MESSAGES/site.po"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("code parcl 5.1.1", "there is no protocol 'parcl'; did you mean 'parcel'?"),
        ("code parcel 5.1", "'5.1' is no code of Parcel: codes match "),
        ("code parcel 5.1.1", "5.1.1.yaml exists already; nothing was written"),
        ("code parcel", "Missing argument 'CODE'"),
        ("pair parcel 5.1.1", "takes 2 values"),
        ("pair parcel 5.1.1 5.1.1", "a pair has two different codes"),
        ("pair parcel 5.1.1 5.9.9", "has no code '5.9.9'; known: 2.0.0, "),
        ("pair parcel 5.7.1 5.1.1", "5.1.1-vs-5.7.1.yaml exists already; nothing was written"),
        ("protocol parcel", "parcel exists already; nothing was written"),
        ("protocol search", "'search' cannot name a protocol"),
        ("protocol ../x", "'../x' cannot name a protocol"),
        ("protocol A", "'A' cannot name a protocol"),
        ("language German", "'German' is no language tag; write one like 'fr' or 'pt-BR'"),
        ("language qqq", "CLDR knows no language 'qqq'"),
        ("language en", "'en' is the language of the content itself"),
        ("langauge fr", "No such command 'langauge'"),
        ("code names 漢", "'漢' is no code of Names"),
    ],
)
def test_wrong_usage_writes_nothing_and_says_what_would_be_right(tiny: Settings, arguments: str, message: str) -> None:
    (tiny.locales / "ar" / "LC_MESSAGES" / "names.po").write_bytes(header("ar"))
    before = snapshot(tiny.content), snapshot(tiny.locales)
    result = _run(tiny, *arguments.split())
    assert result.exit_code == 2
    assert message in result.stderr
    assert (snapshot(tiny.content), snapshot(tiny.locales)) == before


def test_a_folder_without_content_is_said_to_be_none(tmp_path: Path) -> None:
    result = _run(Settings(content=tmp_path, locales=tmp_path), "protocol", "x")
    assert result.exit_code == 2
    assert "is no folder of content: it has no site.yaml" in result.stderr


def test_nothing_is_overwritten_however_often(tiny: Settings) -> None:
    made = [
        new_code(tiny, "parcel", "5.9.1"),
        new_pair(tiny, "parcel", ["2.0.0", "4.2.1"]),
        new_protocol(tiny, "other"),
        new_language(tiny, "fr"),
    ]
    for skeleton in made:
        write(skeleton)
    before = snapshot(tiny.content), snapshot(tiny.locales)
    for skeleton in made:
        with pytest.raises(NewError, match="exists already"):
            write(skeleton)
    assert (snapshot(tiny.content), snapshot(tiny.locales)) == before


def test_schemas_are_written_beside_the_content_and_change_no_page(built: Settings) -> None:
    before = snapshot(built.output)
    result = CliRunner().invoke(main, ["schemas", "--content", str(built.content), "--locales", str(built.locales)])
    assert result.exit_code == 0
    folders = built.content / ".schemas", built.locales / ".schemas"
    names, of_locales = (sorted(path.name for path in folder.iterdir()) for folder in folders)
    assert "site.schema.json" in names
    assert "parcel.pair.schema.json" in names
    assert of_locales == ["glossary.schema.json", "rules.schema.json"]
    names += of_locales
    assert result.stdout.count("\n") == len(names)
    report = pipeline.build(built)
    assert (report.written, report.rendered) == (0, 0)
    assert set(snapshot(built.output)) == set(before)


def test_a_wrong_code_is_answered_with_codes_that_would_be_right(tiny: Settings) -> None:
    edit(tiny.content / "names" / "registry.csv", "0x2F,", "0-30,Not of the form,RFC 5321,unassigned\n0x2F,")
    result = _run(tiny, "code", "names", "0-31")
    assert "'0-31' is no code of Names: codes match" in result.stderr
    assert "NXDOMAIN" in result.stderr
    assert "0-30" not in result.stderr
