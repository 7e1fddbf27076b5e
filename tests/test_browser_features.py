"""What readers do on the pages: colours, filter, table of pairs, a comparison in few taps; and all without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import KINDS, Served, follow, shown, until

GROUND = "() => getComputedStyle(document.documentElement).backgroundColor"
LIGHT, DARK = "rgb(251, 250, 246)", "rgb(20, 22, 26)"
FIRST_PAINT = """
new MutationObserver((_, observer) => {
  window.themed = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-theme"] });
"""


@pytest.fixture
def bare(browser: Any) -> Iterator[Any]:
    """A page without scripts."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("lang", "name"), [("en", "Dark colours"), ("de", "Dunkle Farben")])
def test_colours_follow_the_system_until_others_are_chosen(page: Any, served: Served, lang: str, name: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{served.url}{lang}/index.html")
    button = page.get_by_role("button", name=name)
    assert (page.evaluate(GROUND), button.get_attribute("aria-pressed")) == (DARK, "true")
    page.emulate_media(color_scheme="light")
    page.wait_for_selector(".theme[aria-pressed=false]")
    assert page.evaluate(GROUND) == LIGHT
    until(page, "Tab", "focus.className === 'theme'")
    page.keyboard.press("Enter")
    assert (page.evaluate(GROUND), button.get_attribute("aria-pressed")) == (DARK, "true")
    for path in (f"{lang}/smtp/550.html", f"{lang}/smtp/450-vs-550.html", "", "nothing-here"):
        page.goto(served.url + path)
        assert page.evaluate(GROUND) == DARK, path
    page.goto(f"{served.url}{lang}/about.html")
    page.get_by_role("button", name=name).click()
    assert page.evaluate(GROUND) == LIGHT
    assert page.evaluate("localStorage.length") == 0
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(GROUND) == DARK


def test_colours_chosen_in_one_window_are_those_of_the_other(page: Any, served: Served) -> None:
    page.goto(f"{served.url}en/index.html")
    other = page.context.new_page()
    other.goto(f"{served.url}en/smtp/550.html")
    other.click(".theme")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")


@pytest.mark.parametrize("path", ["en/smtp/450-vs-550.html", "", "de/nothing"])
def test_colours_are_there_before_anything_is_drawn(page: Any, served: Served, path: str) -> None:
    page.add_init_script(FIRST_PAINT)
    page.goto(served.url + path)
    page.wait_for_function("() => performance.getEntriesByName('first-paint').length > 0")
    painted = page.evaluate("performance.getEntriesByName('first-paint')[0].startTime")
    assert page.evaluate("window.themed") <= painted


@pytest.mark.parametrize(
    ("lang", "typed", "count"),
    [("en", "mailbox FULL", "of 55 codes"), ("de", "empfanger domain", "von 55 Codes"), ("de", "550", "von 55 Codes")],
)
def test_filter_shows_what_holds_every_word(page: Any, served: Served, lang: str, typed: str, count: str) -> None:
    page.goto(f"{served.url}{lang}/smtp/index.html")
    assert len(shown(page, ".codes > li")) == 55
    page.locator(".filter input").fill(typed)
    found = shown(page, ".codes > li")
    assert 0 < len(found) < 55
    assert shown(page, ".filter output") == [f"{len(found)} {count}"]
    words = typed.lower().replace("empfanger", "empfänger").split()
    assert all(word in text.lower() for text in found for word in words)
    assert page.locator("section:has(> .codes)").filter(visible=True).count() <= len(found)
    first = page.locator(".codes > li a").filter(visible=True).first.get_attribute("href")
    page.keyboard.press("Tab")
    page.locator(".filter input").press("Enter")
    page.wait_for_url(f"{served.url}{lang}/smtp/{first}")
    page.go_back()
    page.locator(".filter input").fill("")
    assert len(shown(page, ".codes > li")) == 55


@pytest.mark.parametrize(("lang", "count"), [("en", "0 of 55 codes"), ("de", "0 von 55 Codes")])
def test_filter_says_that_nothing_is_left(page: Any, served: Served, lang: str, count: str) -> None:
    page.goto(f"{served.url}{lang}/smtp/index.html")
    page.locator(".filter input").fill("qqqxyzzy")
    assert shown(page, ".codes > li") == []
    assert shown(page, ".filter output") == [count]
    page.locator(".filter input").press("Enter")
    assert page.url.endswith("/smtp/index.html")


@pytest.mark.parametrize("lang", ["en", "de"])
def test_table_of_pairs_is_one_stop_in_which_arrows_move(page: Any, served: Served, lang: str) -> None:
    page.goto(f"{served.url}{lang}/smtp/matrix.html")
    cell = "focus.closest('.matrix td') && "
    until(page, "Tab", f"{cell} focus.href.endsWith('/211-vs-214.html')", most=80)
    for key, pair in (
        ("ArrowDown", "211-vs-220"),
        ("ArrowRight", "214-vs-220"),
        ("ArrowUp", "214-vs-220"),
        ("ArrowDown", "214-vs-221"),
        ("End", "220-vs-221"),
        ("Home", "211-vs-221"),
        ("ArrowLeft", "211-vs-221"),
    ):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.href").endswith(f"/{pair}.html"), key
    assert sorted(page.locator(".matrix .here").all_inner_texts()) == ["211", "221"]
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.matches('.matrix td a')")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}{lang}/smtp/211-vs-221.html")


def test_arrows_follow_the_direction_of_the_page(page: Any, small: Served) -> None:
    page.goto(f"{small.url}ar/parcel/matrix.html")
    page.locator(".matrix tbody tr").nth(2).locator("td a").first.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.closest('td').cellIndex") == 2


@pytest.mark.parametrize(
    ("lang", "name", "label", "acts"),
    [("en", "421 vs 451", "Who acts", "administrator"), ("de", "421 und 451", "Wer handelt", "Administration")],
)
def test_who_must_act_is_read_in_three_taps_from_the_home_page(
    browser: Any, served: Served, lang: str, name: str, label: str, acts: str
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{served.url}index.html")
    page.locator(f"a[hreflang={lang}]").tap()
    page.wait_for_url(f"{served.url}{lang}/index.html")
    page.get_by_role("link", name=name).tap()
    page.wait_for_url(f"{served.url}{lang}/smtp/421-vs-451.html")
    row = page.locator(".facts tr").filter(has_text=label)
    assert row.locator("td").count() == 2
    for cell in row.locator("td").all():
        assert acts in cell.inner_text()
        assert cell.is_visible()
        assert cell.bounding_box()["x"] + cell.bounding_box()["width"] <= 360
    context.close()


@pytest.mark.parametrize("lang", ["en", "de"])
def test_without_scripts_all_is_read_and_what_needs_them_says_so(bare: Any, served: Served, lang: str) -> None:
    bare.goto(served.url)
    follow(bare, f"a[hreflang={lang}]")
    follow(bare, "main section h2 a")
    assert bare.url == f"{served.url}{lang}/smtp/index.html"
    assert "JavaScript" in bare.inner_text("body > header noscript")
    assert "JavaScript" in bare.inner_text("main noscript")
    for unusable in ("search", "form.filter", ".theme"):
        assert bare.locator(unusable).is_hidden()
    follow(bare, ".codes a[href='550.html']")
    follow(bare, "#confused + .pairs a")
    assert "-vs-" in bare.url
    assert shown(bare, ".facts td")
    bare.goto(f"{served.url}{lang}/smtp/550.html")
    bare.click("summary")
    assert len(shown(bare, "details li")) > 30
    bare.goto(f"{served.url}{lang}/decode.html")
    assert "JavaScript" in bare.inner_text("main noscript")
    assert bare.locator("form.decode").is_hidden()


def test_without_scripts_each_pair_of_the_table_is_a_stop(bare: Any, served: Served) -> None:
    bare.goto(f"{served.url}de/websocket/matrix.html")
    assert bare.locator("[data-keys]").is_hidden()
    bare.locator(".matrix td a").first.focus()
    bare.keyboard.press("Tab")
    bare.keyboard.press("Tab")
    bare.keyboard.press("Enter")
    bare.wait_for_url("**/de/websocket/*-vs-*.html")


def test_without_scripts_a_missing_page_offers_the_languages(bare: Any, served: Served) -> None:
    bare.goto(f"{served.url}de/smtp/559.html")
    assert len(shown(bare, "h2")) == 2
    follow(bare, "section[lang=de] a.home")
    assert bare.url == f"{served.url}de/index.html"


@pytest.mark.parametrize("lang", ["en", "de"])
def test_pages_are_read_from_a_disk(page: Any, served: Served, lang: str) -> None:
    page.goto((served.folder / "index.html").as_uri())
    follow(page, f"a[hreflang={lang}]")
    follow(page, "main section h2 a")
    assert page.evaluate(GROUND) == LIGHT
    page.click(".theme")
    assert page.evaluate(GROUND) == DARK
    page.fill(".filter input", "550")
    follow(page, ".codes > li:not([hidden]) a")
    assert page.url.endswith(f"/{lang}/smtp/550.html")
    page.wait_for_selector(".picker")
    follow(page, "#confused + .pairs a")
    assert "-vs-" in page.url
    follow(page, ".kicker a")
    follow(page, "main header a[href='matrix.html']")
    follow(page, ".matrix td a >> nth=0")
    assert page.url.endswith(f"/{lang}/smtp/211-vs-214.html")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"root", "missing", "number"}])
def test_other_language_is_one_step_away(page: Any, served: Served, kind: str) -> None:
    page.goto(served.url + KINDS[kind].format(lang="en").partition("#")[0])
    follow(page, "body > header [lang=de]")
    page.wait_for_url(served.url + KINDS[kind].format(lang="de").partition("#")[0])
    assert page.evaluate("document.documentElement.lang") == "de"
    follow(page, "body > header [lang=en]")
    page.wait_for_url(served.url + KINDS[kind].format(lang="en").partition("#")[0])
