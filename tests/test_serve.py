"""The server of a site that is edited: what it answers, to whom, what it says of errors, and what tabs are told."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("watchfiles")

import httpx
import uvicorn
from click.testing import CliRunner

with warnings.catch_warnings():
    # It asks for another client, which is not needed yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

from codepairs.cli import main
from codepairs.errors import OutputError, Place, Problem
from codepairs.load import Document, read_document
from codepairs.pipeline import Readers
from codepairs.report import excerpt_of
from codepairs.serve.app import HOST, OWN, Server, listening
from codepairs.serve.checking import check_of
from codepairs.serve.desk import Desk, excerpt
from codepairs.serve.editors import EDITORS, editor_address, editor_of, written_at
from codepairs.settings import Settings
from codepairs.translate import Usable, read_usable
from tests.sites import copy_of_tiny, edit, page_at, site_of
from tests.support import ROOT
from tests.test_preview import BASE, built_files

LOCAL = "http://127.0.0.1:8000"
PAGE = f"{BASE}en/parcel/4.10.1.html"


async def nothing_found(_: Settings) -> tuple[Problem, ...]:
    """A check that has nothing to say."""
    return ()


@contextmanager
def client_of(settings: Settings, **options: Any) -> Iterator[TestClient]:
    """A client of the server of a site."""
    server = Server(settings, **{"checked": nothing_found, **options})
    with TestClient(server.app(), base_url=LOCAL, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of the server of the tiny site; nothing may be changed."""
    with client_of(copy_of_tiny(tmp_path_factory.mktemp("served-tiny"))) as made:
        yield made


def without_script(data: bytes) -> bytes:
    """A page without what the server adds: one script from a file of its own."""
    start, tag, rest = data.partition(f'<script src="{OWN}live.js" data-version="'.encode())
    assert tag
    version, end, rest = rest.partition(b'" defer></script>\n')
    assert end
    assert version.isalnum()
    return start + rest


def test_every_page_and_file_is_that_of_a_build_but_for_one_script(tiny_built: Settings, client: TestClient) -> None:
    for path, data in built_files(tiny_built).items():
        answer = client.get(BASE + path)
        assert answer.status_code == 200, path
        assert (without_script(answer.content) if path.endswith(".html") else answer.content) == data, path


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("en/", "text/html; charset=utf-8"),
        ("assets/style.css", "text/css; charset=utf-8"),
        ("assets/theme.js", "text/javascript; charset=utf-8"),
        ("assets/icon.svg", "image/svg+xml"),
        ("assets/og/index/index.png", "image/png"),
        ("404.json", "application/json"),
        ("sitemap.xml", "application/xml"),
        ("robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_media_types(client: TestClient, path: str, media_type: str) -> None:
    answer = client.get(BASE + path)
    found = answer.headers["content-type"].replace("text/xml; charset=utf-8", "application/xml")
    assert (answer.status_code, found) == (200, media_type)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_is_not_there_is_the_404_page(tiny_built: Settings, client: TestClient) -> None:
    answer = client.get(f"{BASE}en/nothing.html")
    assert answer.status_code == 404
    assert without_script(answer.content) == built_files(tiny_built)["404.html"]


def test_addresses_lead_to_the_site(client: TestClient) -> None:
    for address, target in (("/", BASE), ("/codes", BASE), (f"{BASE}en", f"{BASE}en/")):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["location"]) == (307, target)


@pytest.mark.parametrize(
    "address",
    [
        "/codes/../content/site.yaml",
        "/codes/..%2fcontent/site.yaml",
        "/codes/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/codes/assets/..%5c..%5ccontent%5csite.yaml",
        "//etc/passwd",
        "/etc/passwd",
        "/codes//etc/passwd",
        "/codes/en/%00.html",
        f"{OWN}app.py",
        f"{OWN}..%2fapp.py",
        f"{OWN}../serve/app.py",
        f"{OWN}%2e%2e%2fcli.py",
    ],
)
def test_nothing_else_can_be_reached(client: TestClient, address: str) -> None:
    answer = client.get(httpx.URL(LOCAL).copy_with(raw_path=address.encode()))
    assert answer.status_code == 404
    assert b"root:" not in answer.content
    assert b"import " not in answer.content


def test_folder_of_another_host_is_no_redirection(client: TestClient) -> None:
    answer = client.get(httpx.URL(LOCAL).copy_with(raw_path=b"//example.org"))
    assert "location" not in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "localhost:99"])
def test_this_machine_may_ask(client: TestClient, host: str) -> None:
    assert client.get(f"{BASE}en/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", ""]
)
@pytest.mark.parametrize("path", [f"{BASE}en/", f"{OWN}events", f"{OWN}live.js"])
def test_other_names_of_this_machine_are_refused(client: TestClient, host: str, path: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed(client: TestClient, method: str) -> None:
    assert client.request(method, f"{BASE}en/").status_code == 405


def test_own_files(client: TestClient) -> None:
    for name, media_type in (("live.js", "text/javascript"), ("live.css", "text/css")):
        answer = client.get(OWN + name)
        assert (answer.status_code, answer.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
    assert "innerHTML" not in client.get(f"{OWN}live.js").text, "what files hold is put on the page as text"


def test_own_files_are_in_no_built_site(tiny_built: Settings) -> None:
    for path, data in built_files(tiny_built).items():
        assert OWN.encode() not in data, path
        assert "live." not in path


def test_clean_links(tiny: Settings) -> None:
    edit(tiny.content / "site.yaml", "search: no", "search: no\nlink_style: clean")
    with client_of(tiny) as client:
        assert client.get(PAGE.removesuffix(".html")).content == client.get(PAGE).content
        assert client.get(f"{BASE}en/nothing").status_code == 404


def test_site_at_the_root_of_a_host(tiny: Settings) -> None:
    with client_of(replace(tiny, base_url="https://tiny.example")) as client:
        assert client.get("/").status_code == 200
        assert client.get("/en/parcel/").status_code == 200
        assert client.get("/codes/").status_code == 404


def test_broken_sources_are_waited_for(tiny: Settings) -> None:
    path = tiny.content / "parcel" / "4.10.1.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text("code: [", encoding="utf-8")
    desk = Desk(tiny)
    desk.refresh()
    assert desk.preview is None
    assert desk.find(PAGE) is None
    assert [problem["place"].startswith(f"{path}:") for problem in desk.state(PAGE)["problems"]] == [True]
    with client_of(tiny) as client:
        answer = client.get(PAGE)
        assert answer.status_code == 500
        assert b"live.js" in answer.content
    path.write_text(text, encoding="utf-8")
    desk.refresh()
    assert desk.find(PAGE) is not None
    assert desk.state(PAGE)["problems"] == []


def test_last_good_state_is_kept(tiny: Settings) -> None:
    desk = Desk(tiny)
    desk.refresh()
    before = desk.find(PAGE), desk.version(PAGE)
    path = tiny.content / "parcel" / "4.10.1.yaml"
    edit(path, "summary:", "sumary:")
    desk.refresh()
    state = desk.state(PAGE)
    assert (desk.find(PAGE), state["version"]) == before
    assert any("sumary" in problem["message"] for problem in state["problems"])
    (shown,) = [problem for problem in state["problems"] if "sumary" in problem["message"]]
    assert shown["place"].startswith(f"{path}:{shown['line']}:")
    assert dict(shown["excerpt"])[shown["line"]].startswith("sumary:")
    edit(path, "sumary:", "summary:")
    desk.refresh()
    assert desk.state(PAGE)["problems"] == []


def test_errors_of_changed_files_stand_first(tiny: Settings) -> None:
    """Of two files that cannot be read, the one that was just saved comes first, whatever its name."""
    desk = Desk(tiny)
    desk.refresh()
    path = tiny.content / "parcel" / "5.1.1.yaml"
    for broken in (tiny.content / "parcel" / "4.2.1.yaml", path):
        broken.write_text("code: [", encoding="utf-8")
    desk.refresh((), [str(path)])
    places = [problem.place.path for problem in desk.problems]
    assert places[0] == str(path)
    assert len(set(places)) > 1
    assert places != sorted(places)


def test_version_changes_with_the_page_only(tiny: Settings) -> None:
    desk = Desk(tiny)
    desk.refresh()
    other, code = f"{BASE}en/names/nxdomain.html", PAGE
    before = {address: desk.version(address) for address in (other, code)}
    path = tiny.content / "parcel" / "4.10.1.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = next(rank for rank, line in enumerate(lines) if line.startswith("meaning:"))
    lines[place + (1 if lines[place].endswith(("|-", "|")) else 0)] += " More of it."
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    desk.refresh()
    assert desk.problems == ()
    assert desk.version(other) == before[other]
    assert desk.version(code) != before[code]


def _with_templates(settings: Settings, folder: Path) -> Settings:
    """The same with templates that the test may change."""
    shutil.copytree(ROOT / "templates", folder / "templates")
    return replace(settings, templates=folder / "templates")


def test_error_of_a_template_has_its_line_and_the_page(tiny: Settings, tmp_path: Path) -> None:
    settings = _with_templates(tiny, tmp_path)
    desk = Desk(settings)
    desk.refresh()
    path = settings.templates / "pages" / "about.html"
    edit(path, "{% block main %}", "{% block main %}\n{{ nobody_knows }}")
    line = 1 + path.read_text(encoding="utf-8").splitlines().index("{{ nobody_knows }}")
    desk.refresh()
    (problem,) = desk.problems
    assert problem.place == Place(str(path), line)
    assert "'nobody_knows' is undefined" in problem.message
    assert "en/about.html" in problem.message
    assert desk.find(f"{BASE}en/about.html") is not None, "the last good state"


def test_file_that_is_no_text_stops_nothing(tiny: Settings, tmp_path: Path) -> None:
    settings = _with_templates(tiny, tmp_path)
    desk = Desk(settings)
    desk.refresh()
    (settings.templates / "assets" / "base.css").write_bytes(b"\xff\xfe")
    desk.refresh()
    assert len(desk.problems) == 1
    assert desk.find(PAGE) is not None


def test_files_are_read_again_only_when_they_are_others(tiny: Settings) -> None:
    read: list[str] = []

    def document(path: Path) -> Document:
        read.append(path.name)
        return read_document(path)

    def catalogue(path: Path) -> Usable:
        read.append(path.name)
        return read_usable(path)

    desk = Desk(tiny, readers=Readers(document, catalogue))
    desk.open()
    assert {"4.10.1.yaml", "parcel.po"} <= set(read)
    read.clear()
    desk.refresh()
    assert read == []
    edit(tiny.content / "parcel" / "4.10.1.yaml", "code:", "code: ")
    desk.refresh()
    assert read == ["4.10.1.yaml"]
    edit(tiny.locales / "de" / "LC_MESSAGES" / "parcel.po", 'msgstr "', 'msgstr "Ja: ')
    desk.refresh()
    assert read == ["4.10.1.yaml", "parcel.po"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
def test_catalogues_read_ahead_are_those_of_the_moment(tiny: Settings) -> None:
    """In a process of its own, as one with other threads is not forked."""
    code = """
import sys
from pathlib import Path
from codepairs.serve.ahead import read_ahead
from codepairs.translate import read_usable
locales = Path(sys.argv[1])
first, *others = sorted(locales.glob("*/LC_MESSAGES/*.po"))
read = read_ahead(locales)
assert read is not read_usable, "it is forked"
text = first.read_text(encoding="utf-8")
assert read(others[-1]) == read_usable(others[-1]), "the last one, so that all are there"
first.write_text(text + '\\n#, fuzzy\\nmsgid "More"\\nmsgstr "Mehr"\\n', encoding="utf-8")
for path in (first, *others, first, locales / "none.po"):
    assert read(path) == read_usable(path), path
"""
    command = [sys.executable, "-c", code, str(tiny.locales)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_first_pages_are_shown_before_the_site_is_judged(tiny_built: Settings, tiny: Settings) -> None:
    desk = Desk(tiny)
    desk.open()
    found = desk.find(PAGE)
    assert found is not None
    assert found.data == built_files(tiny_built)[found.path]


def test_what_was_shown_before_it_was_judged_is_no_good_state(tiny: Settings) -> None:
    edit(tiny.content / "parcel" / "4.2.1.yaml", "confused_with: [", "confused_with: [9.9.9, ")
    desk = Desk(tiny)
    desk.open()
    assert desk.problems == ()
    desk.refresh()
    assert desk.find(PAGE) is None
    assert any("9.9.9" in problem["message"] for problem in desk.state(PAGE)["problems"])


@contextmanager
def running(settings: Settings, **options: Any) -> Iterator[str]:
    """The server in a thread; its address."""
    with listening(0) as listener:
        server = Server(settings, **{"checked": nothing_found, **options})
        config = uvicorn.Config(server.app(), log_config=None, ws="none", timeout_graceful_shutdown=1)
        runner = uvicorn.Server(config)
        thread = threading.Thread(target=runner.run, args=([listener],))
        thread.start()
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            server.close()
            runner.should_exit = True
            thread.join()


def _told(lines: Iterator[str]) -> dict[str, Any]:
    """The next state that a tab is told."""
    return json.loads(next(line for line in lines if line.startswith("data: ")).removeprefix("data: "))


def test_tab_is_told_of_changes_of_its_page(tiny: Settings) -> None:
    path = tiny.content / "parcel" / "4.10.1.yaml"
    with (
        running(tiny, editor=EDITORS["vscode"]) as address,
        httpx.Client(base_url=address, timeout=20) as client,
        client.stream("GET", f"{OWN}events", params={"address": PAGE}) as stream,
    ):
        lines = stream.iter_lines()
        first = _told(lines)
        assert first["problems"] == []
        assert first["edit"]["href"] == f"vscode://file{path}:1"
        assert first["version"] in client.get(PAGE).text
        edit(path, "code:", "cod:")
        broken = _told(lines)
        assert broken["version"] == first["version"]
        assert broken["count"] == len(broken["problems"]) > 0
        edit(path, "cod:", "code:")
        assert _told(lines) == first
        edit(path, "summary: ", "summary: Indeed, ")
        changed = _told(lines)
        assert changed["problems"] == []
        assert changed["version"] != first["version"]
        assert changed["version"] in client.get(PAGE).text


def test_server_tells_what_is_wrong(tiny: Settings) -> None:
    told: list[int] = []
    path = tiny.content / "parcel" / "4.10.1.yaml"
    with running(tiny, told=lambda problems, _: told.append(len(problems))) as address:
        assert httpx.get(address + PAGE).status_code == 200
        for old, new in (("code:", "cod:"), ("cod:", "code:")):
            edit(path, old, new)
            for _ in range(200):
                if told and (told[-1] == 0) == (new == "code:"):
                    break
                time.sleep(0.05)
    assert told[0] > 0
    assert told[-1] == 0


def test_what_a_check_warns_of_is_told_and_hinders_nothing(tiny: Settings) -> None:
    told: list[tuple[Sequence[Problem], str]] = []
    path, catalogue = tiny.content / "parcel" / "4.10.1.yaml", tiny.locales / "de" / "LC_MESSAGES" / "parcel.po"
    edit(path, "summary: ", "summary: Indeed indeed, ")
    options = {"checked": check_of, "told": lambda *news: told.append(news), "editor": EDITORS["vscode"]}
    with (
        running(tiny, **options) as address,
        httpx.Client(base_url=address, timeout=60) as client,
        client.stream("GET", f"{OWN}events", params={"address": PAGE}) as stream,
    ):
        lines = stream.iter_lines()
        first = _told(lines)
        state = first if first["warned"] else _told(lines)
        assert state["problems"] == []
        assert state["version"] == first["version"], "the page is the same"
        assert state["version"] in client.get(PAGE).text
        command = [sys.executable, str(ROOT / "build.py"), "check", "--format=json"]
        command += [f"--{name}={getattr(tiny, name)}" for name in ("content", "locales", "templates")]
        found = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)["problems"]
        assert state["warned"] == len(found) > 1
        assert [(each["place"], each["message"]) for each in state["warnings"]] == [
            ("{path}:{line}:{column}".format(**each), each["message"]) for each in found
        ]
        (doubled,) = [each for each in state["warnings"] if "the word stands twice" in each["message"]]
        assert doubled["place"].startswith(f"{path}:")
        assert doubled["href"] == f"vscode://file{path}:{doubled['place'].split(':')[1]}"
        assert [problem.message for problem in told[-1][0]] == [each["message"] for each in found]
        assert told[-1][1] == f"0 errors, {len(found)} warnings"
        edit(catalogue, 'msgstr "', 'msgstr  "')
        edit(path, "Indeed indeed, ", "")
        while (mended := _told(lines))["warned"] == len(found):
            pass
        assert not any("the word stands twice" in each["message"] for each in mended["warnings"])


def test_a_check_is_given_up_when_a_file_is_saved_again(tiny: Settings) -> None:
    begun, ended = [], []

    async def checked(_: Settings) -> tuple[Problem, ...]:
        begun.append(True)
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)
        return ()

    path = tiny.content / "parcel" / "4.10.1.yaml"
    with running(tiny, checked=checked) as address:
        for turn in range(2):
            assert httpx.get(address + PAGE).status_code == 200
            for _ in range(200):
                if len(begun) > turn:
                    break
                time.sleep(0.05)
            assert (len(begun), len(ended)) == (turn + 1, turn)
            edit(path, "summary: ", "summary: Indeed, ")
    assert len(begun) == len(ended)


def test_warnings_of_saved_files_stand_first(tiny: Settings) -> None:
    desk = Desk(tiny)
    desk.refresh((), ["b"])
    desk.warn(Problem(Place(path, line), "Hm.", True) for path in "abc" for line in (2, 1))
    assert [(each.place.path, each.place.line) for each in desk.warnings] == [
        ("b", 1), ("b", 2), ("a", 1), ("a", 2), ("c", 1), ("c", 2)
    ]  # fmt: skip


def test_absent_library_is_told_with_the_way_to_get_it(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "codepairs.serve.app")
    monkeypatch.delattr("codepairs.serve.app")
    result = CliRunner().invoke(main, ["serve", "--content", str(tiny.content)])
    assert (result.exit_code, result.stderr) == (1, "uvicorn is not installed; pip install codepairs[serve]\n")


def test_unknown_editor_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["serve", "--editor", "emacs"])
    assert result.exit_code == 2
    assert "no address with {path} and {line}" in result.stderr


def test_command_serves_until_it_is_interrupted(tiny: Settings) -> None:
    folders = [f"--{name}={getattr(tiny, name)}" for name in ("content", "locales", "templates")]
    command = [sys.executable, "-u", str(ROOT / "build.py"), "serve", "--port=0", *folders]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[0]
            assert address.startswith(f"http://{HOST}:")
            assert httpx.get(address.rstrip("/") + PAGE, timeout=20).status_code == 200
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert not Path(tiny.output).exists(), "nothing is built"


def test_port_that_is_taken() -> None:
    with listening(0) as listener, pytest.raises(OutputError, match="choose another with --port"):
        listening(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("wanted", "command", "expected"),
    [
        ("idea", "code", EDITORS["idea"]),
        ("none", "code", ""),
        (None, "code --wait", EDITORS["vscode"]),
        (None, "/usr/local/bin/subl", EDITORS["sublime"]),
        (None, "vi", ""),
        (None, "", ""),
        ("x://{path}?{line}", "", "x://{path}?{line}"),
    ],
)
def test_editor_by_name_by_address_or_by_environment(wanted: str | None, command: str, expected: str) -> None:
    assert editor_of(wanted, command) == expected


@pytest.mark.parametrize("wanted", ["emacs", "x://{line}", "javascript:open('{path}')"])
def test_editor_that_is_none(wanted: str) -> None:
    with pytest.raises(ValueError, match="none of vscode"):
        editor_of(wanted, "")


def test_address_of_a_place() -> None:
    place = Place("/a b/{line}#?/x.yaml", 7, 3)
    assert editor_address("e:{path}:{line}", place) == "e:/a%20b/%7Bline%7D%23%3F/x.yaml:7"
    assert editor_address("", place) == ""


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("index.html", "content/site.yaml"),
        ("de/index.html", "content/site.yaml"),
        ("en/about.html", "pages/about.html"),
        ("404.html", "pages/404.html"),
        ("en/parcel/index.html", "content/parcel/protocol.yaml"),
        ("en/parcel/matrix.html", "content/parcel/protocol.yaml"),
        ("de/parcel/4.10.1.html", "content/parcel/4.10.1.yaml"),
    ],
)
def test_page_is_edited_where_it_was_written(tiny: Settings, path: str, file: str) -> None:
    site = site_of(tiny)
    place = written_at(page_at(site, path), site, tiny)
    assert place.path.endswith(file)
    assert Path(place.path).is_file()


def test_pair_is_edited_in_its_own_file_or_in_that_of_its_first_code(tiny: Settings) -> None:
    site = site_of(tiny)
    for protocol in site.catalogue.protocols.values():
        codes = list(protocol.codes.values())
        for a, b in pairwise(codes):
            page = page_at(site, f"en/{protocol.id}/{a.slug}-vs-{b.slug}.html")
            name = f"pairs/{a.slug}-vs-{b.slug}.yaml" if (a.code, b.code) in protocol.curated else f"{a.slug}.yaml"
            assert written_at(page, site, tiny).path.endswith(f"{protocol.id}/{name}")


def test_excerpt(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("\n".join(f"line {rank}" for rank in range(1, 8)), encoding="utf-8")
    assert excerpt(Place(str(path), 4)) == [(rank, f"line {rank}") for rank in range(2, 7)]
    assert excerpt(Place(str(path), 1)) == [(rank, f"line {rank}") for rank in range(1, 4)]
    assert excerpt(Place(str(path), 99)) == []
    assert excerpt(Place(str(tmp_path), 1)) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_lines_around_a_place_are_those_of_the_terminal(end: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(end.join(f"line {number}" for number in range(1, 7)).encode())
    place = Place(str(path), 4)
    around = excerpt(place)
    assert around == [(number, f"line {number}") for number in range(2, 7)]
    shown = excerpt_of(place)
    assert shown is not None
    assert shown.line == dict(around)[4]
