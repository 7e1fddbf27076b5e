"""Pages of every kind for those who see little, hear the page, or use no pointer; judged by axe-core as WCAG 2.2 AA."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import KINDS, Served, open_kind, until

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALL_TARGETS = """() => [...document.querySelectorAll("button, input, summary, main li a, header a, footer a")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest(".skip, p, td, .wire"))
  .filter((each) => each.getBoundingClientRect().height < 24 && getComputedStyle(each).display !== "inline")
  .filter((each) => getComputedStyle(each, "::before").position !== "absolute")
  .map((each) => each.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="session")
def axe() -> Any:
    """What judges a page."""
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


def _violations(axe: Any, page: Any, *rules: str) -> list[tuple[str, str]]:
    options = {"runOnly": {"type": "rule", "values": rules}} if rules else AXE
    found = axe.run(page, options=options).response["violations"]
    return [(each["id"], node["html"][:100]) for each in found for node in each["nodes"][:2]]


@pytest.mark.parametrize("kind", KINDS)
def test_page_is_accessible_in_light_and_dark(page: Any, served: Served, small: Served, axe: Any, kind: str) -> None:
    """English and German take turns, so that each language is judged on half of all kinds, with both colours."""
    lang = ("en", "de")[list(KINDS).index(kind) % 2]
    open_kind(page, served, small, kind, lang)
    assert _violations(axe, page) == []
    page.emulate_media(color_scheme="dark")
    assert _violations(axe, page, "color-contrast", "link-in-text-block") == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("path", ["ar/index.html", "ar/parcel/5.1.1.html", "ar/names/noerror-vs-nxdomain.html"])
def test_page_from_right_to_left_is_accessible(page: Any, small: Served, axe: Any, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(small.url + path)
    assert _violations(axe, page) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_runs_for_those_who_want_no_motion(page: Any, served: Served, small: Served, kind: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_kind(page, served, small, kind, "en")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((each) => {
             const { animationName, transitionDuration } = getComputedStyle(each);
             return animationName !== "none" || transitionDuration !== "0s";
           }).length"""
    )
    assert moving == 0


@pytest.mark.parametrize("kind", ["home", "protocol", "matrix", "code", "curated", "decode"])
def test_signs_are_seen_in_the_colours_of_the_reader(page: Any, served: Served, small: Served, kind: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark")
    open_kind(page, served, small, kind, "de")
    signs = page.evaluate(
        """() => [...document.querySelectorAll("[class*=tone], .theme")].map((each) => {
             const inner = each.querySelector("h2, .kicker > span") || each;
             const sign = getComputedStyle(inner, "::before");
             return [sign.backgroundColor, sign.backgroundImage, getComputedStyle(document.body).color, sign.content];
           }).filter(([, , , content]) => content !== "none")"""
    )
    assert signs
    for colour, image, ink, _ in signs:
        assert colour == ink or image != "none", (colour, ink)


def test_first_stop_leads_past_the_header(page: Any, served: Served) -> None:
    page.goto(f"{served.url}de/smtp/550.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().height") > 24
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_focus_is_always_seen(page: Any, served: Served) -> None:
    """Each stop of the Tab key is marked, stands in the window, and is not covered by what stays in view."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{served.url}en/smtp/450-vs-550.html")
    page.wait_for_selector(".picker")
    hidden = []
    for _ in range(45):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const each = document.activeElement;
              const box = each.getBoundingClientRect();
              const [start, end] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
              const top = document.elementFromPoint(box.x + box.width / 2, (start + end) / 2);
              const seen = getComputedStyle(each).outlineStyle !== "none" && start < end;
              return [each.outerHTML.slice(0, 80), seen && (each.contains(top) || top?.contains(each)), each.tagName];
            }"""
        )
        if stop[2] == "BODY":
            break
        if not stop[1]:
            hidden.append(stop[0])
    assert hidden == []


@pytest.mark.parametrize(
    ("lang", "start", "second", "end"),
    [
        ("en", "SMTP", "235", "en/smtp/235-vs-556.html"),
        ("de", "WebSocket", "1000", "de/websocket/1000-vs-1006.html"),
    ],
)
def test_codes_are_compared_by_keyboard_alone(
    page: Any, served: Served, lang: str, start: str, second: str, end: str
) -> None:
    page.goto(f"{served.url}{lang}/index.html")
    until(page, "Tab", f"focus.textContent === '{start}'")
    page.keyboard.press("Enter")
    page.wait_for_selector(".picker")
    until(page, "Tab", "focus.closest('.picker')")
    page.keyboard.type(end.removesuffix(".html").rsplit("-vs-", 1)[1])
    page.keyboard.press("Tab")
    page.keyboard.type(second)
    page.keyboard.press("Enter")
    page.wait_for_url(served.url + end)
    assert page.locator("h1").count() == 1
