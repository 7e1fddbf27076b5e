"""Broken inputs of every kind: each is found at its line, is explained, gives no traceback and harms no built site."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from codepairs import pipeline
from codepairs.cli import main
from codepairs.errors import ContentError
from codepairs.settings import Settings
from tests.sites import edit, snapshot
from tests.support import ROOT

CODE, PROTOCOL, SITE = "content/parcel/4.2.1.yaml", "content/parcel/protocol.yaml", "content/site.yaml"
NAMES, REGISTRY = "content/names/protocol.yaml", "content/names/registry.csv"
PO, INTERFACE = "locales/de/LC_MESSAGES/parcel.po", "locales/de/LC_MESSAGES/site.po"
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
COLUMNS = "code,name,reference,status\n"

Change = Callable[[Path], object]


def added(name: str, text: str) -> tuple[str, Change]:
    """Text at the end of a file."""
    return name, lambda path: path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def written(name: str, data: str | bytes) -> tuple[str, Change]:
    """Another file in the place of one."""
    return name, lambda path: path.write_bytes(data if isinstance(data, bytes) else data.encode())


def changed(name: str, old: str, new: str) -> tuple[str, Change]:
    """A text of a file, once, replaced by another."""
    return name, lambda path: edit(path, old, new)


def _left_open(path: Path) -> None:
    """A quotation mark whose end is taken for that of a later text."""
    edit(path, "title: No", 'title: "No')
    path.write_text(path.read_text(encoding="utf-8") + 'search: "x"\n', encoding="utf-8")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BROKEN: list[tuple[tuple[str, Change], str]] = [
    # YAML itself.
    (added(CODE, "\tfoo: 1\n"), ":24:1: is not YAML: found character that cannot start any token; a line begins with"),
    (
        added(CODE, 'search: "abc\n'),
        ":24:9: is not YAML: found unexpected end of stream; the quotation mark",
    ),
    (added(CODE, "search: a: b\n"), ":24:10: is not YAML: mapping values are not allowed in this context; if the text"),
    (
        added(CODE, "search: |\n  a\n b\n"),
        ":26:2: is not YAML: did not find expected key; the line is not in",
    ),
    (added(CODE, "search: %x\n"), "24:9: is not YAML: found character that cannot start any token; if the text begins"),
    (added(CODE, "search: @x\n"), "if the text begins with '@', put the text between quotation marks"),
    (added(CODE, "search: `x`\n"), "if the text begins with '`', put the text between quotation marks"),
    (added(CODE, "search: *x\n"), ":24:9: is not YAML: found undefined alias; if the text begins with '*'"),
    (added(CODE, "search: !x y\n"), ":24:9: the tag '!x' means nothing here; if the text begins with '!'"),
    (added(CODE, 'search: "\\q"\n'), ":24:10: is not YAML: found unknown escape character; between single quotation"),
    (added(CODE, 'search: "\\uD800"\n'), ":24:12: is not YAML: found invalid Unicode character escape code"),
    (added(CODE, "search: a\u2028b\n"), ":24:10: holds the control character U+2028"),
    (added(CODE, "search: a\x85b\n"), ":24:10: holds the control character U+0085"),
    (
        added(CODE, "---\na: 1\n"),
        ":24:1: is not YAML: but found another document; a file holds one",
    ),
    (added(CODE, ": x\n"), ":24:1: is not YAML: did not find expected key"),
    (added(CODE, "<<: {a: 1}\n"), ":24:1: unknown field '<<' in the code; known: code, phrase, title"),
    ((CODE, _left_open), ":3:8: is not YAML: the quotation mark that opens here is not closed in its line"),
    (added(CODE, "search: [\n"), "what opens with '[' or '{' is not closed, or an item is missing"),
    (added(CODE, "search: [a\n"), ":24:9: is not YAML: did not find expected ',' or ']'; the list that opens with '['"),
    (written(CODE, "code: 1".encode("utf-16")), ":1:1: is not UTF-8; save the file as UTF-8"),
    (written(CODE, b"code: 1\nphrase: \0"), ":2:9: holds the control character U+0000"),
    (written(CODE, "- a\n"), ":1:1: the code must be a mapping of named fields"),
    ((CODE, _folder), ":1:1: cannot be read: Is a directory"),
    # What a file says.
    (
        changed(CODE, "title: No room", "titel: No room"),
        ":3:1: unknown field 'titel' in the code; did you mean 't",
    ),
    (changed(CODE, "title: No room", "title: [No] #"), ":3:8: field 'title' must be one text, not a list or mapping"),
    (changed(CODE, "code: 4.2.1", "code: ../x"), ":1:1: code '../x' does not match the protocol's pattern"),
    (
        changed(CODE, "confused_with: [", "confused_with: [5.7.9, "),
        ":23:17: code '4.2.1' names the unknown code",
    ),
    (changed(CODE, "stamps: [FULL", "stamp: [FULL"), "unknown fact 'stamp'; did you mean 'stamps'?"),
    (changed(CODE, "answers: drop", "answers: dorp"), "unknown value 'dorp' of fact 'answers'; did you mean 'drop'?"),
    (changed(CODE, "action:", "action:\n  clrk: Call."), "unknown role 'clrk' in 'action'; did you mean 'clerk'?"),
    (changed(CODE, "wire: |-\n  C: ", "wire: |-\n  c: "), ":18:1: transcript line 'c: "),
    (changed(PROTOCOL, "id: parcel", "id: Parcel"), ":2:1: id 'Parcel' must equal the folder's name 'parcel'"),
    (changed(PROTOCOL, "pattern:", "pattern: '[4' #"), ":6:10: field 'pattern' is no regular expression: unterminated"),
    (changed(PROTOCOL, "classes:\n", "classes:\n- 5\n"), ":13:3: a class must be a mapping of named fields"),
    (changed(PROTOCOL, "facts:\n", "facts:\n-\n"), ":36:2: a fact must be a mapping of named fields"),
    (changed(PROTOCOL, "tone: succeeded", "tone: suceeded"), "unknown tone 'suceeded'; did you mean 'succeeded'?"),
    (added(PROTOCOL, "registry: {date: soon}\n"), ":163:12: 'soon' is no date; write one like 2024-12-06"),
    (added(NAMES, "decode: {forms: [x]}\n"), ":28:18: a form must be a mapping of named fields"),
    (changed(SITE, "- lang: ar", "- lang: Arabic"), ":10:3: 'Arabic' is no language tag; write one like 'de'"),
    (changed(SITE, "- lang: ar", "- lang: qqq"), ":10:3: CLDR knows no language 'qqq'"),
    (changed(SITE, "- lang: ar", "- lang: ar\n- lang: ar"), ":11:3: language 'ar' stands twice in the list"),
    (changed(SITE, "url: https", "url: ftp"), ":3:1: 'ftp://tiny.example/codes/' is no base address"),
    (written(SITE, "x"), ":1:1: the site must be a mapping of named fields"),
    ((SITE, Path.unlink), ":1:1: cannot be read: No such file or directory"),
    # The registry.
    (written(REGISTRY, ""), ":1:1: is empty; its first line names the columns"),
    (
        written(REGISTRY, "code;name;reference;status\n1;2;3;4\n"),
        ":1:1: the registry lacks the columns code",
    ),
    (written(REGISTRY, f"{COLUMNS}a\0b,c,d,e\n"), ":2:2: holds the control character U+0000"),
    (written(REGISTRY, f'{COLUMNS}"a,b,c,d\ne,f,g,h\n'), ":2:1: is not CSV: unexpected end of data; a quotation mark"),
    (written(REGISTRY, f"{COLUMNS}a," + "x" * 200_000), ":2:1: is not CSV: field larger than field limit"),
    (written(REGISTRY, b"code,name\n1,caf\xe9\n"), ":2:1: is not UTF-8; save the file as UTF-8"),
    (added(REGISTRY, ",x,y,standard\n"), ":6:1: the row has no code"),
    (added(REGISTRY, "a,b,c,d,e,f,g\n"), ":6:1: the row has more cells than the"),
    (
        added(REGISTRY, "REFUSED,Refused,RFC 1035,standard\n"),
        ":6:1: code 'REFUSED' (Refused) has no page",
    ),
    ((REGISTRY, _folder), ":1:1: cannot be read: Is a directory"),
    # Translations.
    (written(PO, HEADER + 'msgctxt "summary"\nmsgid "a'), "is not a PO file: "),
    (written(PO, HEADER + "hello world\n"), ":7:1: is not a PO file: "),
    (written(PO, HEADER + '<<<<<<< HEAD\nmsgid "a"\nmsgstr "b"\n'), ":7:1: is not a PO file: "),
    (written(PO, HEADER.encode() + b'msgid "a"\nmsgstr "\xe9"\n'), ":8:9: is not a PO file in UTF-8"),
    (written(PO, HEADER.replace("(n != 1)", "n ^ 2")), "is not a PO file: invalid token in plural form: ^"),
    (written(PO, HEADER.replace("(n != 1)", "n/0")), "is not a PO file: integer division or modulo by zero"),
    (written(INTERFACE, HEADER.replace("(n != 1)", "n%0")), "is not a PO file: integer "),
    (written(PO, HEADER.replace("(n != 1)", "(" * 3000 + "n" + ")" * 3000)), "plural form expression is too long"),
    (written(PO, HEADER.replace("nplurals=2", "nplurals=x")), "is not a PO file"),
    ((PO, _folder), ":1:1: cannot be read: Is a directory"),
    (
        written(PO, HEADER + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[2] "d"\n'),
        ":7:1: is not a PO file: the message has more plural forms than the head declares",
    ),
    (
        written("locales/de/rules.yaml", "never:\n- not: '['\n  because: x\n"),
        ":2:8: field 'not' is no regular",
    ),
    (written("locales/de/rules.yaml", "- x\n"), ":1:1: the rules must be a mapping of named fields"),
]


def _run(settings: Settings, command: str) -> tuple[int, str]:
    names = ("content", "locales", "templates", "output")
    options = [f"--{name}={getattr(settings, name)}" for name in names]
    result = CliRunner().invoke(main, [command, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, result.stderr


@pytest.mark.parametrize(("place_and_change", "message"), BROKEN, ids=[message[:60] for _, message in BROKEN])
def test_broken_content_is_found_and_explained(
    built: Settings, place_and_change: tuple[str, Change], message: str
) -> None:
    name, change = place_and_change
    change(built.content.parent / name)
    before = snapshot(built.output)
    status, shown = _run(built, "check")
    lines = [line for line in shown.splitlines() if message in line]
    assert status == 1, shown
    assert len(lines) == 1, shown
    assert f"/{name}:" in lines[0]
    # The language's own rules are read by the check alone.
    if "rules" not in name:
        assert _run(built, "build")[0] == 1
    assert snapshot(built.output) == before


def test_one_broken_file_reports_nothing_about_those_that_name_it(built: Settings) -> None:
    (built.content / "parcel" / "5.1.1.yaml").write_text("code: [\n", encoding="utf-8")
    status, shown = _run(built, "check")
    assert status == 1
    assert "1 error, 0 warnings" in shown


TEMPLATES: list[tuple[str, str, str, str]] = [
    ("pages/code.html", "{% block main %}", "{% blok main %}", "is no template: Encountered unknown tag 'blok'"),
    (
        "pages/code.html",
        "{% block main %}",
        "{% block main %}{{ titel }}",
        "cannot be rendered: 'titel' is undefined",
    ),
    (
        "pages/code.html",
        "{% block main %}",
        "{% block main %}{{ site.titel }}",
        "cannot be rendered: SiteInfo has no 'titel'",
    ),
    ("pages/code.html", "{% block main %}", "{% block main %}{{ 1 / 0 }}", "cannot be rendered: ZeroDivisionError: "),
    (
        "pages/code.html",
        "{% block main %}",
        "{% block main %}{{ site|nope }}",
        "is no template: No filter named",
    ),
    ("pages/code.html", "{% block main %}", "{% block main %}{{ 5|inline }}", "cannot be rendered: AttributeError: "),
    (
        "pages/code.html",
        "{% block main %}",
        "{% block main %}{% include 'nope.html' %}",
        "names the unknown",
    ),
    ("pages/code.html", "base.html", "bas.html", "names the unknown template 'bas.html'; did you mean 'base.html'?"),
    ("pages/code.html", "{% block main %}", "{% block main %}{{ lang() }}", "cannot be rendered: TypeError: 'str' "),
    ("fragments/source.html", "{{ source", "{{ nope }}{{ source", "cannot be rendered: 'nope' is undefined"),
    ("base.html", "<main", "{{ nope }}<main", "cannot be rendered: 'nope' is undefined; "),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), TEMPLATES, ids=[item[3][:50] for item in TEMPLATES])
def test_broken_templates_are_found_and_explained(
    built: Settings, tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    settings = replace(built, templates=tmp_path / "templates")
    shutil.copytree(ROOT / "templates", settings.templates)
    path = settings.templates / name
    line = path.read_text(encoding="utf-8").partition(old)[0].count("\n") + 1
    edit(path, old, new)
    before = snapshot(built.output)
    for command in ("check", "build"):
        status, shown = _run(settings, command)
        assert status == 1
        assert f"{path}:{line}:1: {message}" in shown
        if "cannot be rendered" in message:
            assert "(in the page " in shown
    assert snapshot(built.output) == before


def test_a_page_without_its_template_is_found(built: Settings, tmp_path: Path) -> None:
    settings = replace(built, templates=tmp_path / "templates")
    shutil.copytree(ROOT / "templates", settings.templates)
    for name in ("pages/code.html", "fragments/card.html"):
        (settings.templates / name).unlink(missing_ok=True)
    for command in ("check", "build"):
        status, shown = _run(settings, command)
        assert status == 1
        assert "pages/code.html:1:1: is missing; pages are made by it" in shown


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_template_that_fails_on_one_page_leaves_no_half_a_site(tiny: Settings, tmp_path: Path, jobs: int) -> None:
    """Also in other processes, and where the first build meets it."""
    settings = replace(tiny, templates=tmp_path / "templates", jobs=jobs)
    shutil.copytree(ROOT / "templates", settings.templates)
    path = settings.templates / "pages" / "about.html"
    path.write_text(path.read_text(encoding="utf-8").replace("{% block main %}", "{% block main %}{{ nope() }}"))
    with pytest.raises(ContentError, match=r"about\.html:.*'nope' is undefined.*in the page en/about\.html"):
        pipeline.build(settings)
    assert not settings.output.exists()


QUIET = [
    (
        written(PO, HEADER + 'msgid "a"\nmsgstr "b "c" d"\n'),
        ":8:8: warning: the text is not closed by a quotation mark",
    ),
    (
        written(PO, HEADER + 'msgid "a"\nmsgstr "b"\n"c" d\n'),
        ":9:1: warning: the text is not closed by a quotation mark",
    ),
    (
        written(PO, HEADER + 'msgid "a"\nmsgstr[0] "b"\n'),
        ":8:1: warning: several forms need msgid_plural; write msgstr",
    ),
    (written(PO, HEADER + 'msgid "a"\nmsgstr "b\tc"\n'), ":8:10: warning: holds a tab; write a blank"),
    (written(PO, HEADER + 'msgid "a"\nmsgstr "b\u200bc"\n'), ":8:10: warning: holds U+200B, which cannot be seen"),
    (
        written(PO, HEADER + 'msgid "a\\n"\nmsgstr ""\n"b"\n"c"\n'),
        ":9:2: warning: begins or ends with a line break where",
    ),
    (
        written("locales/fr/LC_MESSAGES/parcel.po", HEADER),
        "locales/fr:1:1: warning: the site has no language 'fr', so nothing here is shown; known: en, de, ar",
    ),
    (
        changed(CODE, "https://parcel.example/handbook)", "javascript:x)"),
        ":16:10: warning: 'javascript:x': a link leads to an address that begins with https://",
    ),
]


@pytest.mark.parametrize(("change", "expected"), QUIET, ids=[expected[:60] for _, expected in QUIET])
def test_what_nobody_would_see_is_warned_of(tiny: Settings, change: tuple[str, Change], expected: str) -> None:
    name, act = change
    path = tiny.content.parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    act(path)
    folders = [f"--{part}={getattr(tiny, part)}" for part in ("content", "locales", "templates")]
    result = CliRunner().invoke(main, ["check", *folders])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    place = expected if expected.startswith("locales") else f"{name}{expected}"
    assert f"{tiny.content.parent}/{place}" in result.stderr
