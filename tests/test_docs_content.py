"""docs/content.md says of the fields what the program knows of them, and its examples are content."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from codepairs.editing import editor_schemas
from codepairs.load import read_sources
from codepairs.relations import ROLES
from codepairs.rules import broken_rules
from codepairs.settings import Settings
from codepairs.shapes import LOCALE_SHAPES, SHAPES, Shape
from codepairs.validate import validate
from tests.support import ROOT, shown, unpack
from tests.test_editing import LOADERS, yaml

TEXT = (ROOT / "docs" / "content.md").read_text(encoding="utf-8") if (ROOT / "docs" / "content.md").exists() else ""
TRANSLATING = TEXT and (ROOT / "docs" / "translating.md").read_text(encoding="utf-8")
KINDS = {
    "word": "one line",
    "text": "a text",
    "texts": "a list of texts",
    "scalars": "a word, or a list of words",
    "literal": "a text in which every blank counts",
    "flag": "`true` or `false`",
    "pattern": "a regular expression",
    "wire": "a transcript",
    "sources": "a list of documents",
    "document": "a mapping",
    "mapping": "a mapping",
    "sequence": "a list of mappings",
}


def table(shape: Shape) -> str:
    """The table of the fields of a shape, as the document has it."""
    rows = ["| field | needed | holds | what it says |", "|---|---|---|---|"]
    for field in shape.fields:
        holds = ", ".join(f"`{choice}`" for choice in field.choices) or KINDS[field.kind]
        note = field.note.replace("|", "\\|")
        rows.append(f"| `{field.name}` | {'yes' if field.required else ''} | {holds} | {note} |")
    return "\n".join(rows)


def _examples() -> dict[str, str]:
    """The examples that are whole files, by the path that their first line names."""
    return dict(re.findall(r"```yaml\n# (content/\S+)\n(.*?)```", TEXT, re.DOTALL))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.what)
def test_every_field_stands_in_the_document_as_the_program_has_it(shape: Shape) -> None:
    assert table(shape) in TEXT


@pytest.mark.parametrize("shape", LOCALE_SHAPES, ids=lambda shape: shape.what)
def test_the_fields_of_the_files_of_languages_stand_in_the_document_for_translators(shape: Shape) -> None:
    assert table(shape) in TRANSLATING


def test_the_documents_have_no_other_tables_of_fields() -> None:
    assert TEXT.count("| field | needed |") == len(SHAPES)
    assert TRANSLATING.count("| field | needed |") == len(LOCALE_SHAPES)


def test_every_role_is_explained() -> None:
    assert all(f"`{role}`" in TEXT for role in ROLES)


def test_there_is_an_example_of_each_kind_of_file() -> None:
    assert set(_examples()) == {
        "content/smtp/556.yaml",
        "content/smtp/pairs/521-vs-556.yaml",
        "content/site.yaml",
        "content/parking/protocol.yaml",
    }


@pytest.mark.parametrize("name", ["content/smtp/556.yaml", "content/smtp/pairs/521-vs-556.yaml"])
def test_examples_of_the_project_are_content(name: str, tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    (tmp_path / name).write_text(_examples()[name], encoding="utf-8")
    catalogue, problems = validate(read_sources(Settings(content=content)))
    assert shown([*problems, *broken_rules(catalogue)], tmp_path) == []
    kind = "smtp.pair" if "pairs" in name else "smtp.code"
    for loader in LOADERS.values():
        data = yaml.load(_examples()[name], Loader=loader)
        assert list(Draft7Validator(editor_schemas(catalogue)[kind]).iter_errors(data)) == []


def test_the_example_of_a_site_is_one(tmp_path: Path) -> None:
    codes = "".join(
        f"-- content/parking/{code.lower()}.yaml --\ncode: {code}\nphrase: {code}\ntitle: T{code}\n"
        f"summary: S{code} is it.\nmeaning: Look at {code}.\nsources: [RFC 5321]\n"
        for code in ("E1", "A1")
    )
    own = ("content/site.yaml", "content/parking/protocol.yaml")
    unpack(tmp_path, "".join(f"-- {name} --\n{_examples()[name]}" for name in own) + codes)
    catalogue, problems = validate(read_sources(Settings(content=tmp_path / "content")))
    assert shown([*problems, *broken_rules(catalogue)], tmp_path) == []
    protocol = catalogue.protocols["parking"]
    assert protocol.codes["E1"].facts["outcome"] == ("failed",)
    for name, schema in (("content/site.yaml", "site"), ("content/parking/protocol.yaml", "protocol")):
        data = yaml.load(_examples()[name], Loader=LOADERS["as editors do"])
        assert list(Draft7Validator(editor_schemas(catalogue)[schema]).iter_errors(data)) == []


def test_the_example_of_a_code_shows_every_field() -> None:
    """Those that seldom occur together stand behind a comment sign."""
    example = _examples()["content/smtp/556.yaml"]
    for field in next(shape for shape in SHAPES if shape.what == "the code").fields:
        assert re.search(rf"^(# )?{field.name}:", example, re.MULTILINE), field.name


def test_contributing_stays_short() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "(docs/content.md)" in text
    assert text.count("\n") <= 100
