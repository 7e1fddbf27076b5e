"""How pages of every kind stand in a browser: nothing moves or scrolls sideways; what they weigh; print."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser import KINDS, Served, open_kind

LANGS = ("en", "de")
WATCH = """
window.moved = [];
window.refused = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.moved.push([entry.value, ...entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
  }
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""
TOO_WIDE = """() => document.scrollingElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1
    && !each.closest(".scroll")).map((each) => each.outerHTML.slice(0, 80))"""
MOST = 14_000
"""Bytes of a page of a pair with its style sheet and scripts, compressed: about what a server sends at once."""


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_moves_and_nothing_is_refused(page: Any, served: Served, small: Served, kind: str, lang: str) -> None:
    """The fixture `page` holds the rest: no error, no request to another host."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.add_init_script(WATCH)
    open_kind(page, served, small, kind, lang)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.moved") == []
    assert page.evaluate("window.refused") == []


def test_nothing_moves_on_a_wide_screen(page: Any, served: Served, small: Served) -> None:
    page.add_init_script(WATCH)
    for kind in ("home", "protocol", "curated", "decode", "missing"):
        open_kind(page, served, small, kind, "de")
        page.wait_for_load_state("networkidle")
        assert (kind, page.evaluate("window.moved")) == (kind, [])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_scrolls_sideways(page: Any, served: Served, small: Served, kind: str, lang: str) -> None:
    """320 px wide; 1280 × 1024 at 400 % zoom is 320 × 256; text of twice the size."""
    page.set_viewport_size({"width": 320, "height": 740})
    open_kind(page, served, small, kind, lang)
    for width, height in ((320, 740), (320, 256), (703, 900), (704, 900), (1100, 700), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        assert (width, page.evaluate(TOO_WIDE)) == (width, [])
    page.set_viewport_size({"width": 640, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_text_of_any_length_stays_in_the_page(page: Any, served: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{served.url}de/decode.html#text=said: 550 {'x' * 500}%0A{'y' * 500}")
    page.wait_for_selector(".findings li")
    assert page.evaluate(TOO_WIDE) == []


def test_tables_scroll_in_their_own_box(page: Any, served: Served) -> None:
    page.set_viewport_size({"width": 320, "height": 740})
    page.goto(f"{served.url}en/smtp/matrix.html")
    box = page.locator(".scroll")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.scroll').scrollLeft > 0")


@pytest.mark.parametrize("width", [320, 1280])
def test_head_of_the_facts_stays_in_view(page: Any, served: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 400})
    page.goto(f"{served.url}en/smtp/450-vs-550.html")
    page.wait_for_selector(".picker")
    page.locator(".facts tr").nth(6).evaluate("row => row.scrollIntoView({ behavior: 'instant', block: 'center' })")
    assert page.locator(".facts").bounding_box()["y"] < 0
    assert page.locator(".facts thead th").last.bounding_box()["y"] == 0


@pytest.mark.parametrize(
    "path", ["ar/index.html", "ar/parcel/index.html", "ar/parcel/matrix.html", "ar/parcel/5.1.1.html"]
)
def test_right_to_left_pages_are_mirrored(page: Any, small: Served, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 740})
    page.goto(small.url + path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 900})
    boxes = [page.locator(name).first.bounding_box() for name in ("body > header > a", "body > header > .theme")]
    assert boxes[0]["x"] > 640 > boxes[1]["x"]
    assert page.locator("main h1").bounding_box()["x"] + page.locator("main h1").bounding_box()["width"] > 1200


@pytest.mark.parametrize("path", ["de/smtp/521-vs-550.html", "en/smtp/450-vs-550.html", "de/smtp/211-vs-535.html"])
def test_pair_fits_two_sheets_of_paper(page: Any, served: Served, path: str) -> None:
    page.goto(served.url + path)
    page.wait_for_selector(".picker")
    paper = page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2


def test_pair_with_all_it_needs_is_light(page: Any, served: Served) -> None:
    """The heaviest page of a pair, and what a page of a pair loads from the folder of assets."""
    loaded: list[str] = []
    page.on("response", lambda response: loaded.append(response.url))
    page.goto(f"{served.url}en/smtp/450-vs-550.html", wait_until="networkidle")
    assets = [served.folder / url.removeprefix(served.url) for url in loaded if "/assets/" in url]
    assert {"style.css", "theme.js", "compare.js", "search.js"} <= {path.name for path in assets}
    largest = max(_compressed(path) for path in served.folder.glob("*/*/*-vs-*.html"))
    assert largest + sum(_compressed(path) for path in assets if path.suffix in {".css", ".js"}) <= MOST


def test_scripts_are_light(served: Served) -> None:
    assert sum(map(_compressed, (served.folder / "assets").glob("*.js"))) <= 15_000


def _compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))
