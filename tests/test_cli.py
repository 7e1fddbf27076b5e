"""The command line: commands, exit statuses, what is printed where."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from codepairs import __version__, proofread
from codepairs.cli import main
from codepairs.manifest import MANIFEST
from codepairs.settings import Settings
from tests.sites import edit, snapshot
from tests.support import ROOT

FRESH = """names: registry.csv of 2024-01-02 (The registry of the tests): 3 of 4 codes have a page
names: in registry.csv without a page: 0x30
"""
"""What a check of the tiny site lists beside problems."""


@pytest.fixture(autouse=True)
def _no_dictionaries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of the tiny site are in no dictionary, and not every machine has one."""
    monkeypatch.setattr(proofread, "misspelt", lambda words, tag, known: {})
    monkeypatch.setattr(proofread, "missing_dictionary", lambda tag: None)


def _options(settings: Settings) -> list[str]:
    paths = ("content", "locales", "templates", "output")
    return [part for name in paths for part in (f"--{name}", str(getattr(settings, name)))]


def _run(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, *_options(settings)], catch_exceptions=False)


def _path(settings: Settings, name: str) -> str:
    return str(settings.content.parent / name)


def test_without_a_command_the_site_is_built(tiny: Settings) -> None:
    result = _run(tiny)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("125 pages, 125 rendered in ")
    assert " written, 0 unchanged, 0 removed" in result.stdout
    assert "(100 %)" in next(line for line in result.stdout.splitlines() if line.startswith("de: "))
    assert result.stdout.endswith(f"Open {tiny.output / 'index.html'} in a browser.\n")
    assert (tiny.output / "de" / "parcel" / "4.2.1.html").is_file()


def test_without_any_argument_the_folders_of_the_place_are_used(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny.content.parent
    shutil.copytree(tiny.templates, folder / "templates")
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 0
    assert (folder / "site" / "index.html").is_file()


def test_build_by_name_takes_the_same_options(built: Settings) -> None:
    result = _run(built, "build", "--quiet", "--jobs", "1")
    assert (result.exit_code, result.output) == (0, "")


def test_base_url_replaces_that_of_the_content(tiny: Settings) -> None:
    assert _run(tiny, "--quiet", "--base-url", "https://other.example/docs").exit_code == 0
    robots = (tiny.output / "robots.txt").read_text(encoding="utf-8")
    assert "Sitemap: https://other.example/docs/sitemap.xml" in robots


def test_explained_build_names_pages_and_reasons(built: Settings) -> None:
    edit(built.content / "site.yaml", "- lang: ar\n", "")
    (built.output / "de" / "parcel" / "4.2.1.html").unlink()
    result = _run(built, "--quiet", "--explain")
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert lines["ar/parcel/4.2.1.html"].startswith("removed")
    assert lines["de/parcel/4.2.1.html"]
    assert "explain" not in _run(built, "--quiet").output


def test_explained_build_says_what_has_changed(built: Settings) -> None:
    edit(built.content / "names" / "0x2f.yaml", "Only the number itself is known.", "Only the number is known.")
    lines = _run(built, "--quiet", "--explain").stdout.splitlines()
    assert "en/names/noerror-vs-0x2f.html: changed: code en names 0x2f" in lines
    assert not [line for line in lines if line.startswith("en/names/noerror.html")]


def test_second_build_says_that_nothing_was_to_be_done(built: Settings) -> None:
    _run(built, "--quiet")
    result = _run(built, "--explain")
    first, *rest = result.stdout.splitlines()
    assert first.startswith("125 pages, 0 rendered in ")
    assert "files: 0 written, " in first
    assert first.endswith(" unchanged, 0 removed")
    assert any(line.startswith("de: ") for line in rest)


def test_profile_says_how_long_each_step_took(tiny: Settings) -> None:
    result = _run(tiny, "--profile", "--quiet")
    steps = [line.split(" s  ") for line in result.stdout.splitlines()]
    assert all(float(seconds) >= 0 for seconds, _ in steps)
    assert "make pages" in [name for _, name in steps]


def test_build_in_processes_gives_the_same_site(tiny: Settings, built: Settings, tmp_path: Path) -> None:
    output = tmp_path / "parallel"
    options = [part if part != str(tiny.output) else str(output) for part in _options(tiny)]
    result = CliRunner().invoke(main, ["--quiet", "--jobs", "2", *options], catch_exceptions=False)
    assert (result.exit_code, result.output) == (0, "")
    found, wanted = snapshot(output), snapshot(built.output)
    # The manifest notes the times of files.
    found.pop(MANIFEST), wanted.pop(MANIFEST)
    assert found == wanted


def test_problems_go_to_standard_error_with_status_1(built: Settings) -> None:
    before = snapshot(built.output)
    edit(built.content / "parcel" / "4.2.1.yaml", "title: No", "titel: No")
    result = _run(built)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"{_path(built, 'content/parcel/4.2.1.yaml')}:1:1: the code lacks the field 'title'",
        "    1 | code: 4.2.1",
        "      | ^~~~",
        f"{_path(built, 'content/parcel/4.2.1.yaml')}:3:1: unknown field 'titel' in the code; did you mean 'title'?",
        "    3 | titel: No room at the moment",
        "      | ^~~~~",
        "2 errors, 0 warnings; nothing was written",
    ]
    assert snapshot(built.output) == before


@pytest.mark.parametrize("command", ["build", "check"])
def test_problems_as_annotations(tiny: Settings, command: str) -> None:
    edit(tiny.content / "parcel" / "4.2.1.yaml", "title: No", "titel: No")
    result = _run(tiny, command, "--format", "github")
    assert (result.exit_code, result.stderr) == (1, "")
    path = _path(tiny, "content/parcel/4.2.1.yaml")
    assert f"::error file={path},line=3,col=1::unknown field 'titel' in the code" in result.stdout


@pytest.mark.parametrize("command", ["build", "check"])
def test_problems_as_json_are_all_that_is_printed(tiny: Settings, command: str) -> None:
    result = _run(tiny, command, "--format", "json")
    assert (result.exit_code, json.loads(result.stdout), result.stderr) == (
        0,
        {"errors": 0, "warnings": 0, "problems": []},
        "",
    )
    edit(tiny.content / "parcel" / "4.2.1.yaml", "title: No", "titel: No")
    result = _run(tiny, command, "--format", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    data = json.loads(result.stdout)
    assert data["errors"] == 2
    assert data["problems"][1] == {
        "path": _path(tiny, "content/parcel/4.2.1.yaml"),
        "line": 3,
        "column": 1,
        "severity": "error",
        "message": "unknown field 'titel' in the code; did you mean 'title'?",
    }


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_problems_are_coloured_on_a_terminal(tiny: Settings, environment: dict[str, str], coloured: bool) -> None:
    edit(tiny.content / "parcel" / "4.2.1.yaml", "title: No", "titel: No")
    ours, theirs = os.openpty()
    command = [sys.executable, str(ROOT / "build.py"), "check", *_options(tiny)]
    variables = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, env=variables | environment)
    os.close(theirs)
    shown = b""
    with suppress(OSError):
        while data := os.read(ours, 10_000):
            shown += data
    os.close(ours)
    assert process.wait() == 1
    assert b"titel" in shown
    assert (b"\x1b[" in shown) == coloured


def test_warnings_are_printed_and_do_not_fail_the_build(tiny: Settings) -> None:
    edit(tiny.locales / "de" / "LC_MESSAGES" / "parcel.po", "{code} ist das letzte Wort.", "Das letzte Wort.")
    result = _run(tiny, "--quiet")
    assert result.exit_code == 0
    assert "warning: translation put aside: placeholders {code} are missing" in result.stderr


def test_strict_build_fails_on_missing_translations(tiny: Settings) -> None:
    result = _run(tiny, "--strict")
    assert result.exit_code == 1
    assert "is not translated into 'ar'" in result.stderr
    assert "nothing was written" in result.stderr
    assert not tiny.output.exists()


def test_output_that_cannot_be_written_is_said_with_status_1(tiny: Settings) -> None:
    tiny.output.mkdir()
    (tiny.output / "de").write_text("a file where a folder has to be")
    result = _run(tiny, "--force")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nope"],
        ["nope"],
        ["--jobs", "-1"],
        ["--jobs", "two"],
        ["messages", "nope"],
        ["check", "x"],
        ["--output", __file__],
    ],
)
def test_wrong_usage_has_status_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["check", "--help"], ["messages", "--help"]])
def test_every_command_has_help(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_version() -> None:
    assert CliRunner().invoke(main, ["--version"]).stdout == f"codepairs, version {__version__}\n"


def test_check_of_good_content(tiny: Settings) -> None:
    result = _run(tiny, "check")
    assert (result.exit_code, result.output) == (0, FRESH + "0 errors, 0 warnings\n")
    assert not tiny.output.exists()


def test_check_reports_problems_of_content(tiny: Settings) -> None:
    edit(tiny.content / "parcel" / "4.2.1.yaml", "confused_with: [5.1.1]", "confused_with: [5.1.2]")
    result = _run(tiny, "check")
    assert result.exit_code == 1
    assert "names the unknown code '5.1.2' in 'confused_with'" in result.stderr


def test_check_reports_what_breaks_the_rules_of_a_language(tiny: Settings) -> None:
    rules = tiny.locales / "de" / "rules.yaml"
    rules.write_text("never:\n- {not: '\\bKunde\\b', because: write Kundin}\n", encoding="utf-8")
    result = _run(tiny, "check")
    assert result.exit_code == 0
    assert "parcel.po" in result.stderr
    assert "warning: 'Kunde': write Kundin" in result.stderr
    assert _run(tiny, "check", "--strict").exit_code == 1


def test_check_of_the_built_site(built: Settings) -> None:
    assert _run(built, "check", "--site").output == FRESH + "0 errors, 0 warnings\n"
    edit(built.output / "de" / "parcel" / "4.2.1.html", "</main>", '<a href="nowhere.html"></a></main>')
    result = _run(built, "check", "--site")
    assert result.exit_code == 1
    assert "4.2.1.html:1:1: links to 'nowhere.html', which does not exist" in result.stderr
    assert result.stdout.endswith("\n1 error, 0 warnings\n")


def test_check_of_a_site_that_was_never_built(tiny: Settings) -> None:
    result = _run(tiny, "check", "--site", "--quiet")
    assert result.exit_code == 1
    assert "is missing; build the site first" in result.stderr


def test_messages_status_counts_by_language_and_domain(tiny: Settings) -> None:
    result = _run(tiny, "messages", "status")
    assert result.exit_code == 0
    rows = {(cells[0], cells[1]): cells[2:] for cells in map(str.split, result.stdout.splitlines())}
    assert rows["language", "domain"] == ["messages", "translated", "fuzzy", "missing", "words", "words", "left"]
    assert rows["de", "names"][:4] == ["19", "19", "0", "0"]
    assert rows["ar", "names"][:4] == ["19", "0", "0", "19"]
    total, translated, fuzzy, missing = map(int, rows["ar", "parcel"][:4])
    assert (translated + fuzzy + missing, fuzzy) == (total, 1)


def test_messages_extract_writes_a_template_of_each_domain(tiny: Settings) -> None:
    result = _run(tiny, "messages", "extract")
    assert result.exit_code == 0
    template = (tiny.locales / "parcel.pot").read_text(encoding="utf-8")
    assert 'msgctxt "action.clerk"\nmsgid "Call the van, and see the [handbook]' in template
    assert f"{tiny.locales / 'names.pot'}: 19 messages" in result.stdout
    assert 'msgid "Key differences"' in (tiny.locales / "site.pot").read_text(encoding="utf-8")


@pytest.mark.parametrize("tool", ["msgmerge", "babel"])
def test_messages_update_keeps_translations_and_marks_what_changed(
    tiny: Settings, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways of updating keep what is there; a text that changed keeps its old translation as fuzzy."""
    if tool == "babel":
        monkeypatch.setattr("shutil.which", lambda name: None)
    elif not any((Path(folder) / "msgmerge").exists() for folder in os.get_exec_path()):
        pytest.skip("GNU gettext is not installed")
    assert _run(tiny, "messages", "update").exit_code == 0
    translated = snapshot(tiny.locales)
    # Once brought up to date, nothing changes any more.
    assert ": updated" not in _run(tiny, "messages", "update").stdout
    assert snapshot(tiny.locales) == translated
    edit(tiny.content / "parcel" / "4.10.1.yaml", "Ask once more in the evening.", "Ask once more in the late evening.")
    result = _run(tiny, "messages", "update")
    changed = {path for path, data in snapshot(tiny.locales).items() if data != translated[path]}
    assert result.exit_code == 0
    assert changed == {"de/LC_MESSAGES/parcel.po", "ar/LC_MESSAGES/parcel.po"}
    german = (tiny.locales / "de/LC_MESSAGES/parcel.po").read_text(encoding="utf-8")
    entry = next(part for part in german.split("\n\n") if "late evening" in part)
    assert "fuzzy" in entry
    assert 'msgstr "Am Abend noch einmal fragen."' in entry
    assert "Der Wagen mit dem Paket ist nicht angekommen." in german
    assert _run(tiny, "messages", "status").exit_code == 0


def test_messages_update_begins_a_new_language(tiny: Settings) -> None:
    edit(tiny.content / "site.yaml", "- lang: ar\n", "- lang: ar\n- lang: fr\n")
    result = _run(tiny, "messages", "update")
    assert result.exit_code == 0
    folder = tiny.locales / "fr" / "LC_MESSAGES"
    assert sorted(path.name for path in folder.iterdir()) == ["names.po", "parcel.po", "site.po"]
    assert f"{folder / 'names.po'}: new" in result.stdout
    assert _run(tiny, "check").exit_code == 0


def test_messages_fail_on_bad_content(tiny: Settings) -> None:
    edit(tiny.content / "parcel" / "4.2.1.yaml", "when:\n", "when: [\n")
    for command in ("update", "status"):
        result = _run(tiny, "messages", command)
        assert result.exit_code == 1
        assert "is not YAML" in result.stderr


def test_build_script_is_the_same_program(tiny: Settings) -> None:
    command = [sys.executable, str(ROOT / "build.py"), "messages", "status", *_options(tiny)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tiny.content)
    said = _run(tiny, "messages", "status").stdout
    assert (result.returncode, result.stdout, result.stderr) == (0, said, "")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", 'https://x/"><script>', "https://[::1", "no scheme", "https://x/?a"]
)
def test_a_base_url_has_the_form_of_an_address_of_a_site(address: str) -> None:
    result = CliRunner().invoke(main, ["build", "--base-url", address])
    assert result.exit_code == 2
    assert "is no address of a site; one is like https://example.org/codes/" in result.output


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_output_that_takes_nothing_is_told_in_a_line(tiny: Settings, unbuffered: str) -> None:
    folders = [f"--{name}={getattr(tiny, name)}" for name in ("content", "locales", "templates", "output")]
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, str(ROOT / "build.py"), "build", *folders],
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "Exception ignored" not in run.stderr
    assert "standard output, or a temporary file: No space left on device" in run.stderr
    assert (Path(tiny.output) / "index.html").exists()
