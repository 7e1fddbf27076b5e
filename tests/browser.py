"""A browser for the tests, and sites served to it as a host would: below a path, under a strict policy.

`conftest.py` takes the fixtures over, so that all tests share one browser and one build of each site. Tests that ask
for a browser are skipped with a message where no Chromium is installed; with CODEPAIRS_BROWSER=required they fail.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from codepairs import pipeline
from codepairs.hosting.headers import SECURITY
from codepairs.settings import Settings
from tests.sites import copy_of_tiny, edit
from tests.support import ROOT

__all__ = ["KINDS", "SUB_PATH", "Served", "browser", "follow", "open_kind", "page", "served", "shown", "small", "until"]

SUB_PATH = "/some/where/"
"""The path below which a site is served."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True)
class Served:
    """A site that is served."""

    url: str
    """Its address, with a slash at its end."""
    folder: Path


class _Handler(SimpleHTTPRequestHandler):
    """A plain host: files below the sub-path, the 404 page for all else."""

    def translate_path(self, path: str) -> str:
        if not path.startswith(SUB_PATH):
            return os.path.join(self.directory, "nothing-here")
        return super().translate_path(path.removeprefix(SUB_PATH.rstrip("/")))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        missing = Path(self.directory, "404.html")
        if code != 404 or not missing.is_file():
            super().send_error(code, message, explain)
            return
        body = missing.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def end_headers(self) -> None:
        for name, value in SECURITY.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def serve(folder: Path) -> Iterator[Served]:
    """Serve a built site for as long as the generator lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}{SUB_PATH}", folder)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium of the system; one at a time, as each module that imports it has its own."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        message = f"not tried in a browser: none of {', '.join(_NAMES)} is installed"
        if os.environ.get("CODEPAIRS_BROWSER") == "required":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def served(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The real site, built once and served."""
    folder = tmp_path_factory.mktemp("served") / "site"
    paths = {name: ROOT / name for name in ("content", "locales", "templates")}
    pipeline.build(Settings(**paths, output=folder, base_url=f"https://codes.example{SUB_PATH}"))
    yield from serve(folder)


@pytest.fixture(scope="session")
def small(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The tiny site, with search and with a number that both of its protocols have; partly from right to left."""
    settings = copy_of_tiny(tmp_path_factory.mktemp("small"), base_url=f"https://codes.example{SUB_PATH}")
    edit(settings.content / "site.yaml", "search: no", "search: yes")
    names = settings.content / "names"
    edit(names / "protocol.yaml", "pattern: '[A-Z]+|0x[0-9A-F]+'", "pattern: '.+'")
    edit(names / "registry.csv", "0x2F,Forty-seven", "5.1.1,Forty-seven")
    (names / "0x2f.yaml").rename(names / "5.1.1.yaml")
    edit(names / "5.1.1.yaml", "0x2F", "5.1.1")
    pipeline.build(settings)
    yield from serve(settings.output)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A new page; what goes wrong in its scripts or against the policy, or asks another host, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda message: complaints.append(message.text) if _is_fault(message) else None)
    context.on("request", lambda request: complaints.append(request.url) if _is_elsewhere(request.url) else None)
    yield context.new_page()
    context.close()
    assert not complaints, complaints


def _is_fault(message: Any) -> bool:
    return message.type in {"error", "warning"} and "status of 404" not in message.text


def _is_elsewhere(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "file:", "blob:"))


KINDS = {
    "root": "",
    "home": "{lang}/index.html",
    "about": "{lang}/about.html",
    "decode": "{lang}/decode.html#text=said: 550 5.7.1 no%0Asaid: 450 4.2.1 later%0AStatus: 5.1.1%0Asaid: 517 no",
    "protocol": "{lang}/smtp/index.html",
    "matrix": "{lang}/websocket/matrix.html",
    "code": "{lang}/smtp/550.html",
    "curated": "{lang}/smtp/450-vs-550.html",
    "pair": "{lang}/smtp/211-vs-535.html",
    "search": "{lang}/smtp/421.html",
    "missing": "{lang}/smtp/559.html",
    "number": "{lang}/number/5.1.1.html",
    "HTTP": "{lang}/http/index.html",
    "HTTP matrix": "{lang}/http/matrix.html",
    "HTTP code": "{lang}/http/404.html",
    "HTTP pair": "{lang}/http/401-vs-403.html",
    "WebSocket code": "{lang}/websocket/1006.html",
    "WebSocket pair": "{lang}/websocket/1001-vs-1006.html",
}
"""The kinds of pages by name, with the address of one; `search` is a page with results of the search on it."""
_QUERIES = {"en": "mailbox", "de": "Postfach"}


def open_kind(page: Any, served: Served, small: Served, kind: str, lang: str) -> None:
    """Open a page of a kind, and wait for all that its scripts show."""
    site = small if kind == "number" else served
    page.goto(site.url + KINDS[kind].format(lang=lang))
    if page.locator(".compare").count():
        page.wait_for_selector(".picker")
    if kind == "decode":
        page.wait_for_selector(".findings li")
    if kind == "missing":
        page.wait_for_selector("html:not([data-looking])")
    if kind == "search":
        page.fill("search input", _QUERIES[lang])
        page.wait_for_selector(".found li")


def follow(page: Any, selector: str) -> None:
    """Click a link, and wait until the page that it leads to is there with its styles."""
    with page.expect_navigation():
        page.click(selector)


def shown(page: Any, selector: str) -> list[str]:
    """The texts of the elements that can be seen."""
    return [str(text) for text in page.locator(selector).filter(visible=True).all_inner_texts()]


def until(page: Any, key: str, condition: str, most: int = 60) -> int:
    """Press a key until a condition over `focus`, the element that has it, holds; returns how often."""
    for count in range(1, most + 1):
        page.keyboard.press(key)
        if page.evaluate(f"(focus => {condition})(document.activeElement)"):
            return count
    raise AssertionError(f"{key} pressed {most} times: never {condition}")
