"""What others think of the project's PO files: gettext, the Translate Toolkit, i18nspector, Babel; and Weblate."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

CATALOGUES = sorted((ROOT / "locales").glob("*/LC_MESSAGES/*.po"))
OFF = {
    "acronyms": "search terms are those of the language",
    "doublequoting": "quotation marks differ; locales/<lang>/rules.yaml knows them",
    "doublewords": "`die, die` is German; `check` knows which words may",
    "numbers": "small numbers may be words; `check` compares codes and RFCs",
    "puncspacing": "takes 5.7.1 for the end of a sentence",
    "sentencecount": "German may need two sentences, or one",
    "simplecaps": "German nouns are capitalised",
    "startcaps": "German nouns are capitalised",
    "startpunc": "word order differs, and code spans count as punctuation",
    "unchanged": "`Standard`; `check` knows what may be the same",
}
"""Tests of pofilter that say nothing here, and why."""


def run(*command: str) -> str:
    """What a command says."""
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def needs(program: str, package: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: apt install {package}")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: "/".join(path.parts[-3::2]))
def test_msgfmt_has_nothing_to_say(path: Path, tmp_path: Path) -> None:
    needs("msgfmt", "gettext")
    assert run("msgfmt", "--check", "--output-file", str(tmp_path / "x.mo"), str(path)) == ""


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: "/".join(path.parts[-3::2]))
def test_babel_compiles_it(path: Path, tmp_path: Path) -> None:
    command = ["compile", "--input-file", str(path), "--output-file", str(tmp_path / "x.mo"), "--locale", "de"]
    run(sys.executable, "-m", "babel.messages.frontend", "-q", *command)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: "/".join(path.parts[-3::2]))
def test_i18nspector_minds_only_the_address_of_nobody(path: Path) -> None:
    """The translators' address is one of the example domain, as the site's own is."""
    needs("i18nspector", "i18nspector")
    lines = run("i18nspector", str(path)).splitlines()
    assert [line for line in lines if not re.search(r": invalid-last-translator '.*@.*\.example>'$", line)] == []


def test_pofilter_finds_nothing(tmp_path: Path) -> None:
    pytest.importorskip("translate")
    off = [f"--excludefilter={name}" for name in OFF]
    command = ["--progress=none", "--gnome", *off, str(ROOT / "locales"), str(tmp_path / "found")]
    run(sys.executable, "-m", "translate.filters.pofilter", *command)
    found = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "found").rglob("*.po")}
    assert not [line for text in found.values() for line in text.splitlines() if "(pofilter)" in line]


def test_pofilter_would_find_something(tmp_path: Path) -> None:
    pytest.importorskip("translate")
    folder = tmp_path / "de" / "LC_MESSAGES"
    shutil.copytree(CATALOGUES[0].parent, folder)
    text = (folder / "site.po").read_text(encoding="utf-8")
    (folder / "site.po").write_text(text.replace("Zum Inhalt springen", "Zum  Inhalt (springen"), encoding="utf-8")
    off = [f"--excludefilter={name}" for name in OFF]
    run(sys.executable, "-m", "translate.filters.pofilter", "--progress=none", *off, str(tmp_path), str(tmp_path / "x"))
    found = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "x").rglob("*.po"))
    assert "brackets" in found
    assert "doublespacing" in found


def test_weblate_knows_every_domain() -> None:
    components = json.loads((ROOT / "weblate.json").read_text(encoding="utf-8"))
    domains = {path.stem for path in CATALOGUES}
    assert {component["slug"] for component in components} == domains
    for component in components:
        assert component["filemask"] == f"locales/*/LC_MESSAGES/{component['slug']}.po"
        assert list(ROOT.glob(component["filemask"]))
        assert (component["file_format"], component["source_language"]) == ("po", "en")
    assert [component["repo"] for component in components[1:]] == ["weblate://codepairs/site"] * (len(components) - 1)
