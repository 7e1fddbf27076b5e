"""A browser for the tests, and the real site served to it as a host would: below a path, under a strict policy.

Import the fixtures where they are used: `from tests.browser import browser, page, served`. Tests that ask for a browser
are skipped with a message where no Chromium is installed; with CODEPAIRS_BROWSER=required they fail instead.
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
from codepairs.settings import Settings
from tests.support import ROOT

SUB_PATH = "/some/where/"
"""The path below which a site is served."""
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; connect-src 'self'; img-src 'self' data:; "
    "script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self'"
)
"""The policy that every page has to work under: nothing inline, nothing from elsewhere."""
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
        self.send_header("Content-Security-Policy", POLICY)
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
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The real site, built once and served."""
    folder = tmp_path_factory.mktemp("served") / "site"
    paths = {name: ROOT / name for name in ("content", "locales", "templates")}
    pipeline.build(Settings(**paths, output=folder, base_url=f"https://codes.example{SUB_PATH}"))
    yield from serve(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium of the system; one at a time, as each module that imports it has its own."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        message = f"no browser: none of {', '.join(_NAMES)} is installed"
        if os.environ.get("CODEPAIRS_BROWSER") == "required":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A new page; what goes wrong in its scripts, or against the policy, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
    yield made
    context.close()
    assert not complaints, complaints
