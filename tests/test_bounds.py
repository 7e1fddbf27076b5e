"""Files that would take memory or time without end, that are no files, or lead elsewhere: each is a problem, told."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from codepairs import limits
from codepairs.cli import main
from codepairs.settings import Settings
from tests.sites import copy_of_tiny, edit
from tests.support import ROOT

SITE, CODE, PROTOCOL, REGISTRY, PO, RULES, WORDS, GLOSSARY = (
    "content/site.yaml",
    "content/parcel/4.2.1.yaml",
    "content/parcel/protocol.yaml",
    "content/names/registry.csv",
    "locales/de/LC_MESSAGES/parcel.po",
    "locales/de/rules.yaml",
    "locales/de/words.txt",
    "locales/glossary.yaml",
)
ANY = (SITE, CODE, PROTOCOL, REGISTRY, PO, RULES, WORDS, GLOSSARY)
Change = Callable[[Path], None]
HEAD = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""


def holds(data: str | bytes) -> Change:
    """The file holds nothing but this."""

    def change(path: Path) -> None:
        path.write_bytes(data.encode() if isinstance(data, str) else data)

    return change


def says(old: str, new: str) -> Change:
    """The file says something else in one place."""
    return lambda path: edit(path, old, new)


def _pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def _socket(path: Path) -> None:
    path.unlink(missing_ok=True)
    # The path of a socket may have hundred characters, that of a test has more.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _endless(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


def _secret(path: Path) -> None:
    path.unlink(missing_ok=True)
    secret = path.parents[len(path.parents) - 3] / "secret"
    path.symlink_to("/etc/hostname" if not secret.exists() else secret)


def _folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _itself(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


KINDS: dict[str, tuple[Change, str]] = {
    "pipe": (_pipe, "is no ordinary file"),
    "socket": (_socket, "is no ordinary file"),
    "device": (_endless, "is reached by a link out of"),
    "link": (_secret, "is reached by a link out of"),
    "folder": (_folder, "cannot be read: Is a directory"),
    "terabyte": (_sparse, "bytes; a "),
    "link to itself": (_itself, "cannot be read"),
    "UTF-16": (holds("title: x\n".encode("utf-16")), "UTF-8"),
    "latin-1": (holds(b"a: caf\xe9\n"), "UTF-8"),
}


def run(settings: Settings, *command: str) -> tuple[int, str]:
    """Exit status and error output of a command; a traceback fails the test."""
    names = ("content", "locales", "templates", "output")
    options = [f"--{name}={getattr(settings, name)}" for name in names]
    result = CliRunner().invoke(main, [*command, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result.exit_code, result.stderr


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ANY)
def test_what_is_no_text_file_is_told_and_never_waited_for(tiny: Settings, name: str, kind: str) -> None:
    change, message = KINDS[kind]
    change(tiny.content.parent / name)
    status, shown = run(tiny, "check")
    assert status == 1, shown
    if (name, kind) == (PROTOCOL, "link to itself"):
        # It is as if it were not there.
        name, message = "content/parcel", "has no protocol.yaml"
    assert re.search(rf"/{re.escape(name)}:\d+:\d+: .*(?:{message})", shown), shown
    assert "root:" not in shown


BOMBS: list[tuple[str, Change, str]] = [
    (CODE, holds("[" * 4000 + "]" * 4000), "levels deep"),
    (CODE, holds("[" * 400_000), "more than 5,000 lists"),
    (CODE, holds("- " * 400_000), "more than 5,000 lists"),
    (CODE, holds("".join(f"{' ' * i}a:\n" for i in range(1200))), "levels deep"),
    (CODE, holds("{" + "a," * 400_000 + "}"), "more than 20,000 lines and commas"),
    (CODE, holds("".join(f"k{i}: v\n" for i in range(19_000))), "lacks the field 'code'"),
    (CODE, holds("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"), "is used twice by an alias"),
    (CODE, holds("a: &a {x: y}\n<<: *a\n"), "is used twice by an alias"),
    (CODE, holds("a: &a [" + "*a, " * 20_000 + "]"), "alias"),
    (CODE, holds("code: !!python/object/apply:os.system [id]\n"), "means nothing here"),
    (CODE, holds("!!binary x"), "means nothing here"),
    (CODE, holds("a: 1\n" * 20_000), "stands twice"),
    (CODE, holds("---\na: 1\n" * 1000), "but found another document"),
    (CODE, holds('a: "\\ud800"'), "is not YAML"),
    (CODE, holds("a: \x00"), r"control character U\+0000"),
    (CODE, holds("%YAML 9.9\n---\na: b"), "is not YAML"),
    (CODE, holds("? [a]\n: b\n"), "must be a word"),
    (CODE, holds("a: 'x"), "is never closed"),
    (CODE, holds(""), "is empty"),
    (CODE, holds("\ufeff"), r"U\+FEFF"),
    (CODE, holds("\r\r\r"), "is empty"),
    (CODE, says("No room at the moment", "x" * 6_000), "it may have 5,000"),
    (CODE, says("No room at the moment", "x" * 900_000), "5,000"),
    (CODE, says("No room at the moment", "x" + "[" * 501), "more than 500 signs"),
    (CODE, says("No room at the moment", "x " + "- " * 2_000), ""),
    (CODE, says("The shelf holds as many parcels as it can.", "- " * 40 + "x"), "nested too deep"),
    (CODE, says("The shelf holds as many parcels as it can.", "1. " * 40 + "x"), "nested too deep"),
    (CODE, says("phrase: Shelf full", f"phrase: {'x' * 600}"), "may have 500"),
    (CODE, says("phrase: Shelf full", 'phrase: "Shelf\\u200bfull"'), "which cannot be seen"),
    (CODE, says("code: 4.2.1", 'code: "4.2.1\\u200f"'), "which cannot be seen"),
    (CODE, says("code: 4.2.1", f"code: 4.2.{'1' * 5000}"), "may have 64"),
    (CODE, says("confused_with: [5.1.1]", f"confused_with: [{'9' * 300_000}]"), "5,000"),
    (CODE, says("  S: 4.2.1", "  C: x\n" * 200 + "  S: 4.2.1"), "at most 100 lines"),
    (PROTOCOL, says("'[0-9](\\.[0-9]+){2}'", "'(a+)+$'"), "steps from one place"),
    (PROTOCOL, says("'[0-9](\\.[0-9]+){2}'", "'(a|a)*b'"), "steps from one place"),
    (PROTOCOL, says("'[0-9](\\.[0-9]+){2}'", "'(.*)*'"), "steps from one place"),
    (PROTOCOL, says("'[0-9](\\.[0-9]+){2}'", "'(?:a{1000}){1000}'"), "steps from one place"),
    (PROTOCOL, says("'[0-9](\\.[0-9]+){2}'", f"'{'(' * 900}{')' * 900}'"), "nested too deep"),
    (PROTOCOL, says("'[0-9](\\.[0-9]+){2}'", "'(a)\\1'"), "unknown escape"),
    (PROTOCOL, says("'[A-Z<>&]+'", "'(?i)[A-Z]+'"), "cannot be used"),
    (PROTOCOL, says("'[A-Z<>&]+'", "'(A+)+'"), "steps from one place"),
    (PROTOCOL, says("'2\\..*'", "'(2+)+x'"), "steps from one place"),
    (PROTOCOL, says("'version {answer}'", "'(?:a|a){20}{answer}'"), "steps from one place"),
    (PROTOCOL, says("example: version 5.7.1", f"example: version 5.7.1 {'x' * 300}"), "at most 200 characters"),
    (PROTOCOL, says("order: natural", "order: natural\nfeatured: [" + "x" * 900 + "]"), "unknown pair"),
    (SITE, says("- lang: de", "- lang: aux"), "is no language tag"),
    (SITE, says("'821': '5321'", f"'{'8' * 900}': '5321'"), "are numbers"),
    (SITE, says("languages:", "languages:\n" + "- lang: de\n" * 300), "at most 200 languages"),
    (REGISTRY, holds('code,name,reference,status\n"' + "x" * 200_000), "is not CSV"),
    (REGISTRY, holds("code,code,name,reference,status\n1,2,3,4,5\n"), "names a column twice"),
    (REGISTRY, holds("c," * 100), "names a column twice, or more than 50"),
    (REGISTRY, holds("code,name,reference,status\nA,b\x00,c,d\n"), r"control character U\+0000"),
    (REGISTRY, holds(f"code,name,reference,status\nA,{'x' * 600},c,d\n"), "more than 500 characters"),
    (REGISTRY, holds(""), "is empty"),
    (
        PO,
        holds(HEAD.replace("nplurals=2", "nplurals=999999999") + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n'),
        "1 to 6",
    ),
    (
        PO,
        holds(HEAD.replace("nplurals=2", 'npl"\n"urals=999999999') + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n'),
        "1 to 6",
    ),
    (PO, holds(HEAD.replace("nplurals=2", f"nplurals={'9' * 5000}") + 'msgid "a"\nmsgstr "c"\n'), "is not a PO file"),
    (PO, holds(HEAD.replace("nplurals=2", "nplurals=-2") + 'msgid "a"\nmsgstr "c"\n'), "1 to 6"),
    (PO, holds(HEAD.replace("(n != 1)", "(" * 90 + "n" + ")" * 90)), "is not a PO file"),
    (PO, holds(HEAD.replace("(n != 1)", "n?" * 150 + "n" + ":n" * 150)), "is not a PO file"),
    (PO, holds(HEAD.replace("(n != 1)", "__import__('os')")), "is not a PO file"),
    (PO, holds(HEAD + 'msgid "a\n"b\n'), "is not a PO file|is not closed"),
    (
        PO,
        holds(HEAD.replace("UTF-8", 'UTF-8\\n"\n"POT-Creation-Date: 2024-01-01 00:00+99999999999999999999')),
        "is not a PO file",
    ),
    (RULES, holds("never:\n- {not: '(a+)+$', because: x}\n"), "steps from one place"),
    (RULES, holds("never:\n- {not: '(?:.*a){20}', because: x}\n"), "steps from one place"),
    (RULES, holds(f"longest: {'9' * 5000}\n"), "may have 500|must be a number"),
    (
        GLOSSARY,
        holds("terms:\n- {term: x, forms: ['a*b*c*d'], translations: {de: {say: x}}}\n"),
        "at the end of a word",
    ),
    (GLOSSARY, holds("terms:\n- {term: x, forms: [a…b…c…d], translations: {de: {say: x}}}\n"), "at most one '…'"),
    (
        GLOSSARY,
        holds(f"terms:\n- {{term: x, forms: [{'a' * 200}], translations: {{de: {{say: x}}}}}}\n"),
        "at most 100",
    ),
    (WORDS, holds("fine\na*b*c*d*e\n"), "at the end of a word"),
]


@pytest.mark.parametrize(("name", "change", "message"), BOMBS, ids=[f"{rank}" for rank in range(len(BOMBS))])
def test_what_would_take_without_end_is_refused(tiny: Settings, name: str, change: Change, message: str) -> None:
    change(tiny.content.parent / name)
    status, shown = run(tiny, "check")
    assert re.search(message, shown), shown[:2000]
    assert status == (1 if message else 0), shown[:2000]
    assert len(shown) < 400_000
    if message:
        assert f"/{name}:" in shown


ASIDE = [
    ("x" * 6_000, "a passage may have 5,000"),
    ("[" * 501, "more than 500 signs"),
    ("1. " * 40, "nested too deep"),
    (b"a\\u202eb".decode("unicode_escape"), "turns text round"),
]


@pytest.mark.parametrize(("text", "message"), ASIDE)
def test_a_translation_that_would_harm_is_put_aside(tiny: Settings, text: str, message: str) -> None:
    edit(
        tiny.content.parent / PO,
        'msgid "No room at the moment"\nmsgstr "',
        f'msgid "No room at the moment"\nmsgstr "{text}',
    )
    status, shown = run(tiny, "check")
    assert (status, message in shown) == (0, True), shown[:1000]


def test_empty_catalogues_and_marks_of_byte_order_are_told(tiny: Settings) -> None:
    path = tiny.content.parent / PO
    data = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + data)
    status, shown = run(tiny, "check")
    assert status == 0
    assert "parcel.po:1:1: warning: begins with a byte order mark" in shown
    assert "de: " not in shown
    path.write_bytes(b"msgstr")
    assert "parcel.po:1:1: warning: holds no message" in run(tiny, "check")[1]
    path.write_bytes(b"")
    assert "parcel.po:1:1: warning: is empty; `messages update` begins it anew" in run(tiny, "check")[1]


def test_a_file_that_may_not_be_read_is_told(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.open

    def refused(path: str | Path, *arguments: int) -> int:
        if str(path).endswith("4.2.1.yaml"):
            raise PermissionError(13, "Permission denied")
        return whole(path, *arguments)

    monkeypatch.setattr(os, "open", refused)
    status, shown = run(tiny, "check")
    assert status == 1
    assert "4.2.1.yaml:1:1: cannot be read: Permission denied" in shown


def test_a_folder_behind_a_link_out_of_the_content_is_not_read(tiny: Settings) -> None:
    outside = tiny.content.parent / "outside"
    (tiny.content / "names").rename(outside)
    (tiny.content / "names").symlink_to(outside)
    status, shown = run(tiny, "check")
    assert status == 1
    assert "names/protocol.yaml:1:1: is reached by a link out of" in shown
    # One that stays inside is a folder like any other.
    (tiny.content / "names").unlink()
    outside.rename(tiny.content / "parcel" / "inside")
    (tiny.content / "names").symlink_to(tiny.content / "parcel" / "inside")
    assert run(tiny, "check")[0] == 0


def test_links_that_go_round_are_walked_once(tiny: Settings) -> None:
    for name in "abcdefgh":
        (tiny.content / name).symlink_to(tiny.content)
    status, shown = run(tiny, "build")
    assert (status, shown.count("has no protocol.yaml")) == (1, 8)


def test_names_of_files_need_be_no_text(tiny: Settings) -> None:
    made = os.fsencode(tiny.content / "parcel") + b"/\xff\x1b[31m.yaml"
    with open(made, "wb") as file:
        file.write(b"a: 1\n")
    for form in ("text", "json", "github"):
        result = CliRunner().invoke(
            main, ["check", f"--content={tiny.content}", f"--templates={tiny.templates}", f"--format={form}"]
        )
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert "\x1b" not in result.output or form == "json"


def test_very_many_files_are_refused(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codepairs.load.MOST_FILES", 5)
    status, shown = run(tiny, "check")
    assert status == 1
    assert "content:1:1: holds more than 5 files; none is read" in shown


@pytest.mark.parametrize("command", [("messages", "update"), ("messages", "extract"), ("schemas",)])
def test_nothing_is_written_behind_a_link(tmp_path: Path, command: tuple[str, ...]) -> None:
    settings = copy_of_tiny(tmp_path / "site")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "parcel.po").write_text("")
    (settings.locales / "ar" / "LC_MESSAGES" / "parcel.po").unlink()
    (settings.locales / "ar" / "LC_MESSAGES" / "parcel.po").symlink_to(outside / "new.po")
    (settings.locales / "parcel.pot").symlink_to(outside / "new.pot")
    (settings.content / ".schemas").symlink_to(outside)
    options = [f"--content={settings.content}", f"--locales={settings.locales}"]
    options += [f"--templates={settings.templates}"] if command[0] == "messages" else []
    result = CliRunner().invoke(main, [*command, *options])
    assert isinstance(result.exception, SystemExit)
    assert "a link" in result.output
    assert [path.name for path in outside.iterdir()] == ["parcel.po"]


def test_a_protocol_cannot_name_its_schema_into_another_folder(tiny: Settings) -> None:
    edit(tiny.content / "parcel" / "protocol.yaml", "id: parcel", "id: ../../../evil")
    result = CliRunner().invoke(main, ["schemas", f"--content={tiny.content}", f"--locales={tiny.locales}"])
    assert result.exit_code == 0, result.output
    assert not list(tiny.content.parent.parent.glob("evil*"))
    assert {path.name for path in (tiny.content / ".schemas").iterdir()} >= {"site.schema.json"}


def test_the_bounds_are_documented() -> None:
    told = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for name in limits.__all__:
        assert f"| `{name}` | {getattr(limits, name):,} |" in told, name


def test_a_pipe_in_the_site_is_not_waited_for_by_a_check(built: Settings) -> None:
    page = Path(built.output) / "de" / "index.html"
    page.unlink()
    os.mkfifo(page)
    status, shown = run(built, "check", "--site")
    assert status == 1
    assert "de/index.html:1:1: is missing; build the site first" in shown


def test_files_where_folders_are_expected_are_told(tiny: Settings) -> None:
    for path in (tiny.content / "names" / "pairs", tiny.locales / "ar"):
        shutil.rmtree(path, ignore_errors=True)
        path.write_text("x")
    status, shown = run(tiny, "check")
    assert status == 1
    assert "names/pairs:1:1: is no folder" in shown
    assert "locales/ar:1:1: is no folder" in shown
    result = CliRunner().invoke(main, ["messages", "update", f"--content={tiny.content}", f"--locales={tiny.locales}"])
    assert isinstance(result.exception, SystemExit)
