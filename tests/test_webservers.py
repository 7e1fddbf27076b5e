"""The site under the real nginx and Apache: addresses, statuses, headers, caches, copies; and every link of it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from codepairs import pipeline
from codepairs.hosting.configuration import nginx
from codepairs.hosting.headers import CACHED, REVALIDATED, SECURITY
from codepairs.settings import Settings
from tests.sites import copy_of_tiny, edit
from tests.support import ROOT
from tests.webservers import SERVERS, Answer, Site, serving

URL = "https://codes.example/some/where/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real site, built for the address."""
    output = tmp_path_factory.mktemp("hosted") / "site"
    paths = {name: ROOT / name for name in ("content", "locales", "templates")}
    pipeline.build(Settings(**paths, output=output, base_url=URL))
    (output / ".secret").write_text("not for visitors", encoding="utf-8")
    page = output / "en" / "about.html"
    with gzip.open(f"{page}.gz", "wb") as file:
        file.write(page.read_bytes())
    return output


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    """The name of a server."""
    return str(request.param)


@pytest.fixture(scope="module")
def site(server: str, folder: Path) -> Iterator[Site]:
    with serving(server, folder, URL) as found:
        yield found


def _secured(answer: Answer) -> None:
    assert {name: answer.headers.get(name.lower()) for name in SECURITY} == dict(SECURITY)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("", "index.html"),
        ("index.html", "index.html"),
        ("en/", "en/index.html"),
        ("en/smtp/550.html", "en/smtp/550.html"),
        ("de/smtp/450-vs-550", "de/smtp/450-vs-550.html"),
        ("en/decode", "en/decode.html"),
    ],
)
def test_pages_have_addresses_with_and_without_an_ending(site: Site, folder: Path, path: str, file: str) -> None:
    answer = site.get(path)
    assert (answer.status, answer.body) == (200, (folder / file).read_bytes())
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == REVALIDATED
    assert "strict-transport-security" not in answer.headers
    _secured(answer)


def test_a_folder_leads_to_its_address_with_a_slash(site: Site) -> None:
    answer = site.get("en/smtp")
    assert (answer.status, urlsplit(answer.headers["location"]).path) == (301, "/some/where/en/smtp/")
    _secured(answer)


@pytest.mark.parametrize("path", ["de/smtp/559.html", "en/nothing", "xx/", "404.html", "404"])
def test_what_is_not_there_is_answered_by_the_page_for_it(site: Site, folder: Path, path: str) -> None:
    answer = site.get(path)
    assert (answer.status, answer.body) == (404, (folder / "404.html").read_bytes())
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    _secured(answer)


@pytest.mark.parametrize(
    "path", [".secret", ".codepairs.jsonl", "en/../.secret", "%2esecret", "/some/where/.codepairs.jsonl/", "en/smtp/.."]
)
def test_nothing_hidden_is_told(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status in (301, 404) or answer.body.startswith(b"<!doctype html>")
    assert b"not for visitors" not in answer.body
    assert b'"format"' not in answer.body


@pytest.mark.parametrize(
    "path",
    ["/some/where/../../etc/passwd", "/some/where/%2e%2e/%2e%2e/etc/passwd", "/some/where//../..//etc/passwd", "/%00"],
)
def test_no_address_leads_out_of_the_folder(site: Site, path: str) -> None:
    assert site.get(path).status in (400, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_but_reading_is_allowed(site: Site, method: str) -> None:
    answer = site.get("en/", method=method)
    assert answer.status == 405


def test_who_has_a_page_is_told_that_it_is_still_the_same(site: Site) -> None:
    first = site.get("en/smtp/550.html")
    again = site.get("en/smtp/550.html", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["cache-control"] == REVALIDATED
    _secured(again)
    assert site.get("en/smtp/550.html", If_None_Match='"another"').status == 200


def test_files_named_after_their_bytes_are_kept(site: Site, folder: Path) -> None:
    for found in (next(folder.glob("en/search/fragment/*")), next(folder.glob("de/search/index/*"))):
        answer = site.get(found.relative_to(folder).as_posix())
        assert (answer.status, answer.headers["cache-control"]) == (200, CACHED)
    assert site.get("en/search/pagefind-entry.json").headers["cache-control"] == REVALIDATED


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("assets/style.css", "text/css; charset=utf-8"),
        ("assets/search.js", "(?:text|application)/javascript; charset=utf-8"),
        ("assets/icon.svg", r"image/svg\+xml"),
        ("en/smtp/550.json", "application/json"),
        ("sitemap.xml", "(?:text|application)/xml; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_files_have_their_types(site: Site, path: str, kind: str) -> None:
    answer = site.get(path)
    assert answer.status == 200
    assert re.fullmatch(kind, answer.headers["content-type"])
    _secured(answer)


def test_compressed_copies_are_served_to_who_takes_them(site: Site, folder: Path) -> None:
    page = (folder / "en" / "about.html").read_bytes()
    answer = site.get("en/about.html", Accept_Encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.body == (folder / "en" / "about.html.gz").read_bytes()
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert site.get("en/about.html").body == page
    assert site.get("en/about", Accept_Encoding="gzip").body == answer.body
    assert site.get("en/about.html", Accept_Encoding="gzip", If_None_Match=answer.headers["etag"]).status == 304


def test_nginx_compresses_what_has_no_copy(server: str, site: Site, folder: Path) -> None:
    if server != "nginx":
        pytest.skip("only nginx is told to compress")
    answer = site.get("en/smtp/550.html", Accept_Encoding="gzip")
    assert gzip.decompress(answer.body) == (folder / "en" / "smtp" / "550.html").read_bytes()


@pytest.mark.parametrize("path", ["/", "/elsewhere", "/some/", "/some/whereabouts"])
def test_beside_the_site_there_is_nothing(site: Site, path: str) -> None:
    assert site.get(path).status in (403, 404)


def test_every_link_of_a_whole_site_leads_somewhere(server: str, tmp_path: Path) -> None:
    settings = copy_of_tiny(tmp_path, base_url=URL)
    edit(settings.content / "site.yaml", "search: no", "search: yes")
    pipeline.build(settings)
    with serving(server, Path(settings.output), URL) as site:
        seen, waiting = {site.base}, [site.base]
        while waiting:
            path = waiting.pop()
            answer = site.get(path)
            assert answer.status == 200, path
            _secured(answer)
            assert answer.headers["cache-control"] in (REVALIDATED, CACHED)
            for link in _links(path, answer):
                if link.startswith(site.base) and link not in seen:
                    seen.add(link)
                    waiting.append(link)
    pages = {path.relative_to(settings.output).as_posix() for path in Path(settings.output).rglob("*-vs-*.html")}
    assert {path.removeprefix(site.base) for path in seen} >= pages


def _links(path: str, answer: Answer) -> Iterator[str]:
    if answer.headers["content-type"].startswith("text/html"):
        for node in LexborHTMLParser(answer.body.decode()).css("[href], [src]"):
            target = node.attributes.get("href") or node.attributes.get("src") or ""
            found = urldefrag(urljoin(path, target)).url.removeprefix(URL.removesuffix("/some/where/"))
            yield found


def test_a_folder_has_to_end_as_the_address_does() -> None:
    with pytest.raises(ValueError, match="has to end in 'some/where'"):
        nginx("Codes", URL, "/srv/www")
    assert "root /srv/www;" in nginx("Codes", URL, "/srv/www/some/where")
    assert "root /srv/www;" in nginx("Codes", "https://codes.example/", "/srv/www")
