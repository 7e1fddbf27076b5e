"""docs/translating.md: its commands run, its tables say what the program does."""

from __future__ import annotations

import dataclasses
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from codepairs.cli import main
from codepairs.extraction import FIELD_NOTES
from codepairs.glossary import read_glossary
from codepairs.wording import LanguageRules
from tests.sites import edit
from tests.support import ROOT

TEXT = (ROOT / "docs" / "translating.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^ {4,}(?=python3|pybabel)(.+)$", TEXT, re.MULTILINE)


def cells(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading or line."""
    rows = re.findall(r"^\|(.+)\|$", TEXT.partition(heading)[2].partition("\n\n#")[0], re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows[2:]]


def test_fields_are_explained_as_in_the_po_files() -> None:
    rows = cells("`msgctxt` is its field:")
    assert {name.strip("`"): note for name, note in rows} == FIELD_NOTES


def test_the_fields_of_rules_are_those_that_are_read() -> None:
    names = {field.name for field in dataclasses.fields(LanguageRules)}
    inner = {"not", "because"}
    assert {row[0].strip("`") for row in cells("### Rules of a language")} - {"field", "---"} - inner == names


def test_the_example_of_the_glossary_is_right(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.+?)```", TEXT, re.DOTALL)
    assert example
    (tmp_path / "glossary.yaml").write_text(example[1], encoding="utf-8")
    terms, problems = read_glossary(tmp_path / "glossary.yaml")
    assert problems == []
    assert terms[0].languages["de"].say == "Antwortcode"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the line of the first step."""
    folder = tmp_path_factory.mktemp("docs")
    for name in ("content", "locales", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "babel.cfg", folder)
    edit(folder / "content" / "site.yaml", "- lang: de\n", "- lang: de\n- lang: fr\n")
    edit(folder / "content" / "site.yaml", "images: yes", "images: no")
    edit(folder / "content" / "site.yaml", "search: yes", "search: no")
    return folder


def test_commands_are_there() -> None:
    assert len(COMMANDS) >= 7


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    words = shlex.split(command)
    if words[0] == "pybabel":
        program = [sys.executable, "-m", "babel.messages.frontend", *words[1:]]
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        assert subprocess.run(program, capture_output=True).returncode == 0
        return
    assert words[:3] == ["python3", "run.py", "build"]
    result = CliRunner().invoke(main, words[3:])
    assert result.exit_code == 0, result.output
