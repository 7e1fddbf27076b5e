"""Nothing outside: no file behind a link in the output folder, no page of another site at the server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("starlette")
from click.testing import CliRunner

from codepairs.cli import main
from codepairs.errors import ContentError
from codepairs.pipeline import build, read_site
from codepairs.serve.app import OWN
from codepairs.serve.desk import excerpt
from codepairs.settings import Settings
from codepairs.staging import replaced
from tests.sites import edit, snapshot
from tests.test_preview import BASE
from tests.test_serve import LOCAL, TestClient, client_of


@pytest.fixture
def outside(built: Settings) -> Path:
    """A folder beside the site with a file of somebody else in it."""
    folder = built.content.parent / "outside"
    folder.mkdir()
    (folder / "index.html").write_text("mine")
    return folder


@pytest.mark.parametrize("place", ["de", "de/parcel", "assets", "assets/og"])
@pytest.mark.parametrize("full", [False, True])
def test_no_build_writes_behind_a_link_to_a_folder(built: Settings, outside: Path, place: str, full: bool) -> None:
    target = Path(built.output) / place
    target.rename(built.content.parent / "away")
    target.symlink_to(outside)
    edit(built.content / "site.yaml", "Small codes, told apart.", "Small codes, told apart again.")
    result = CliRunner().invoke(main, [*_options(built), *(["--full"] if full else [])])
    assert result.exit_code in (0, 1)
    assert isinstance(result.exception, SystemExit) or result.exception is None
    if full:
        assert (result.exit_code, "is a link, and the site is written behind none" in result.output) == (1, True)
    assert snapshot(outside) == {"index.html": b"mine"}


def test_no_removal_follows_a_link(built: Settings, outside: Path) -> None:
    for name in ("4.10.1.html", "4.10.1.json"):
        (outside / name).write_text("mine")
    target = Path(built.output) / "de" / "parcel"
    target.rename(built.content.parent / "away")
    target.symlink_to(outside)
    (built.content / "parcel" / "4.10.1.yaml").unlink()
    CliRunner().invoke(main, _options(built))
    assert sorted(path.name for path in outside.iterdir()) == ["4.10.1.html", "4.10.1.json", "index.html"]


def test_a_link_in_the_place_of_a_file_is_replaced(built: Settings, outside: Path) -> None:
    page, whole = Path(built.output) / "de" / "index.html", (Path(built.output) / "de" / "index.html").read_bytes()
    page.unlink()
    page.symlink_to(outside / "index.html")
    build(built)
    assert not page.is_symlink()
    assert page.read_bytes() == whole
    assert (outside / "index.html").read_text() == "mine"


@pytest.mark.parametrize("name", ["de/index.html", ".codepairs.jsonl", "sitemap-1.xml"])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(built: Settings, name: str) -> None:
    path = Path(built.output) / name
    path.unlink()
    os.mkfifo(path)
    # A folder whose manifest is gone is no longer known as one of a build.
    build(replace(built, force=True))
    assert path.is_file()


def test_a_link_in_the_place_of_a_temporary_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "site" / "de").mkdir(parents=True)
    (tmp_path / "site" / "de" / f".codepairs.{os.getpid()}.tmp").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic links"):
        replaced(tmp_path / "site" / "de" / "a.html", b"x")
    assert not (tmp_path / "secret").exists()


def _options(settings: Settings) -> list[str]:
    names = ("content", "locales", "templates", "output")
    return ["build", "--jobs=1", *(f"--{name}={getattr(settings, name)}" for name in names)]


LONG = "a" * 81
SLUGS = (
    "con",
    "NUL",
    "aux.1",
    "com1",
    "lpt9.x",
    "../x",
    "/etc/x",
    ".x",
    "a/b",
    "a\\b",
    "a:b",
    "x-vs-y",
    LONG,
    "a\x00",
    "é",
)


@pytest.mark.parametrize("slug", SLUGS)
def test_no_slug_names_anything_but_a_file_of_its_folder(tiny: Settings, slug: str) -> None:
    path = tiny.content / "names" / "nxdomain.yaml"
    edit(path, "code: NXDOMAIN", f"code: NXDOMAIN\nslug: '{slug}'")
    if slug.isascii() and not {"/", "\x00"}.intersection(slug):
        # So that nothing but the name itself is wrong.
        path.rename(path.with_name(f"{slug}.yaml"))
    with pytest.raises(ContentError):
        read_site(tiny)


@pytest.mark.parametrize("name", ["con", "nul", "index", "assets", "..", "a b", "é", "A"])
def test_no_protocol_takes_the_name_of_anything_else(tiny: Settings, name: str) -> None:
    if name != "..":
        (tiny.content / "names").rename(tiny.content / name)
        edit(tiny.content / "site.yaml", "[parcel, names]", f"[parcel, '{name}']")
    edit(tiny.content / (name if name != ".." else "names") / "protocol.yaml", "id: names", f"id: '{name}'")
    with pytest.raises(ContentError):
        read_site(tiny)


@pytest.fixture
def client(tiny: Settings) -> Iterator[TestClient]:
    """A client of the server of the tiny site."""
    with client_of(tiny) as made:
        yield made


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", [f"{BASE}en/", f"{OWN}events", f"{OWN}live.js"])
def test_no_page_from_elsewhere_may_ask(client: TestClient, path: str, headers: dict[str, str]) -> None:
    assert client.get(path, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": LOCAL},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ],
)
def test_own_pages_and_people_may(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get(f"{BASE}en/", headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed_by_a_request(client: TestClient, method: str) -> None:
    for path in (f"{BASE}en/", f"{OWN}events", f"{OWN}live.js"):
        assert client.request(method, path).status_code == 405


def test_no_answer_but_the_overlay_names_a_place_of_this_machine(tiny: Settings) -> None:
    edit(tiny.content / "parcel" / "4.2.1.yaml", "code: 4.2.1", "cod: 4.2.1")
    with client_of(tiny) as client:
        for path in (f"{BASE}en/", f"{BASE}nothing", f"{OWN}nothing", "/"):
            assert str(tiny.content.parent) not in client.get(path).text


def test_an_excerpt_shows_nothing_behind_a_link_and_waits_for_nothing(tmp_path: Path) -> None:
    from codepairs.errors import Place
    from codepairs.report import excerpt_of

    (tmp_path / "content").mkdir()
    (tmp_path / "secret").write_text("root:x:0:0\n")
    link, pipe = tmp_path / "content" / "a.yaml", tmp_path / "content" / "b.yaml"
    link.symlink_to(tmp_path / "secret")
    os.mkfifo(pipe)
    for path in (link, pipe):
        assert excerpt(Place(str(path))) == []
        assert excerpt_of(Place(str(path))) is None
