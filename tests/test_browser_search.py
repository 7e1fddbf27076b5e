"""Search, picker, number pages and the 404 page, as a reader meets them in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.browser import Served
from tests.support import ROOT

READY = "() => { const panel = document.querySelector('.found'); return panel && !panel.hidden }"


def _searches() -> list[Any]:
    lang, found = "", []
    for line in (ROOT / "tests" / "data" / "searches.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            lang = line.removeprefix("== ")
        elif "->" in line:
            query, _, wanted = line.partition(" -> ")
            found.append(pytest.param(lang, query, wanted.split(), id=f"{lang}: {query}"))
    return found


@pytest.fixture(scope="module")
def searching(browser: Any, served: Served) -> Iterator[Any]:
    """A page of each language that searches are typed into."""
    pages = {lang: browser.new_page() for lang in ("en", "de")}
    for lang, each in pages.items():
        each.goto(f"{served.url}{lang}/smtp/235-vs-556.html")
    yield pages
    for each in pages.values():
        each.close()


def _search(page: Any, query: str) -> list[str]:
    """The links of the results for a query, in order."""
    page.fill("search input", "")
    page.wait_for_function("() => document.querySelector('.found')?.hidden !== false")
    page.fill("search input", query)
    page.wait_for_function(READY)
    return [str(link) for link in page.eval_on_selector_all(".found a", "links => links.map(each => each.href)")]


@pytest.mark.parametrize(("lang", "query", "wanted"), _searches())
def test_search_finds_the_right_page_first(
    searching: Any, served: Served, lang: str, query: str, wanted: list[str]
) -> None:
    found = _search(searching[lang], query)
    assert found, "nothing was found"
    assert found[0] in {f"{served.url}{lang}/{name}.html" for name in wanted}
    assert all(link.startswith(f"{served.url}{lang}/") for link in found)
    assert len(set(found)) == len(found)


def test_each_language_finds_its_own_words_only(searching: Any) -> None:
    assert _search(searching["de"], "Zugangsdaten")
    assert not _search(searching["en"], "Zugangsdaten")


def test_results_are_pages_of_codes_and_curated_pairs(searching: Any, served: Served) -> None:
    curated = {path.stem for path in (ROOT / "content").glob("*/pairs/*.yaml")}
    for query in ("mailbox", "connection", "TLS"):
        for link in _search(searching["en"], query):
            name = Path(link).stem
            assert "-vs-" not in name or name in curated
            assert (served.folder / link.removeprefix(served.url)).is_file()


def test_search_is_used_by_keyboard_alone(page: Any, served: Served) -> None:
    page.goto(f"{served.url}en/smtp/index.html")
    page.keyboard.press("/")
    page.keyboard.type("greylisting")
    page.wait_for_function(READY)
    assert re.fullmatch(r"Results: [1-9]\d*", page.inner_text(".found [role=status]"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.href")
    assert second == page.evaluate("document.querySelectorAll('.found a')[1].href")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.press("Escape")
    assert page.locator(".found").is_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/450.html")


def test_slash_is_typed_where_text_is_typed(page: Any, served: Served) -> None:
    page.goto(f"{served.url}en/smtp/550.html")
    page.fill(".picker input", "5")
    page.keyboard.press("/")
    assert page.input_value(".picker input") == "5/"


@pytest.mark.parametrize(("lang", "text"), [("en", "Nothing was found"), ("de", "Nichts gefunden")])
def test_search_says_that_nothing_was_found(searching: Any, lang: str, text: str) -> None:
    assert _search(searching[lang], "qqqxyzzy") == []
    assert searching[lang].inner_text(".found [role=status]").startswith(text)


def test_what_is_typed_is_never_taken_for_markup(searching: Any) -> None:
    _search(searching["en"], "<img src=x> mailbox")
    assert searching["en"].locator(".found img").count() == 0


@pytest.mark.parametrize(("lang", "words"), [("en", "mailbox%20full"), ("de", "Postfach+voll")])
def test_first_page_runs_the_search_of_its_fragment(page: Any, served: Served, lang: str, words: str) -> None:
    template = re.search(r'template="([^"]+)"', (served.folder / lang / "opensearch.xml").read_text(encoding="utf-8"))
    assert template
    assert template[1] == f"https://codes.example/some/where/{lang}/#q={{searchTerms}}"
    page.goto(template[1].replace("https://codes.example/some/where/", served.url).replace("{searchTerms}", words))
    page.wait_for_function(READY)
    assert page.get_attribute(".found a", "href").endswith("/smtp/552.html")


def test_nothing_of_the_search_is_loaded_before_it_is_used(page: Any, served: Served) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served.url}de/smtp/550.html", wait_until="networkidle")
    assert not [url for url in asked if "/search/" in url]
    page.focus("search input")
    page.wait_for_function("() => document.querySelector('.found')")
    assert [url for url in asked if url.endswith("/de/search/codes.json")]


def test_from_disk_the_search_stays_hidden_and_the_picker_works(page: Any, served: Served) -> None:
    page.goto((served.folder / "en" / "smtp" / "550.html").as_uri())
    page.wait_for_selector(".picker")
    assert page.locator("search").is_hidden()
    page.locator(".picker input").nth(1).fill("421")
    page.click(".picker button")
    page.wait_for_url("**/421-vs-550.html")


def test_without_scripts_neither_box_nor_picker_is_shown(browser: Any, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}en/smtp/550.html")
    assert page.locator("search").is_hidden()
    assert page.evaluate("document.querySelector('.compare').getBoundingClientRect().height") == 0
    context.close()


@pytest.mark.parametrize(
    ("start", "first", "second", "end"),
    [
        ("en/smtp/index.html", "556", "235", "en/smtp/235-vs-556.html"),
        ("de/smtp/index.html", " 235 ", "556", "de/smtp/235-vs-556.html"),
        ("en/smtp/550.html", None, "SMTP 554", "en/smtp/550-vs-554.html"),
        ("de/smtp/550.html", None, "smtp  421", "de/smtp/421-vs-550.html"),
        ("en/smtp/235-vs-556.html", None, "421", "en/smtp/235-vs-421.html"),
        ("en/smtp/index.html", "554 vs 550", "", "en/smtp/550-vs-554.html"),
        ("de/smtp/index.html", "554 und 550", "", "de/smtp/550-vs-554.html"),
        ("en/smtp/index.html", "554-vs-550", "", "en/smtp/550-vs-554.html"),
        ("en/websocket/1006.html", None, "1000", "en/websocket/1000-vs-1006.html"),
        ("en/smtp/421.html", None, "421", "en/smtp/421.html"),
    ],
)
def test_picker_leads_to_the_canonical_page(
    page: Any, served: Served, start: str, first: str | None, second: str, end: str
) -> None:
    page.goto(served.url + start)
    inputs = page.locator(".picker input")
    inputs.first.wait_for()
    if first is not None:
        inputs.first.fill(first)
    inputs.nth(1).fill(second)
    inputs.nth(1).press("Enter")
    page.wait_for_url(served.url + end)
    assert (served.folder / end).is_file()


def test_picker_offers_the_codes_of_its_protocol_with_their_titles(page: Any, served: Served) -> None:
    page.goto(f"{served.url}de/smtp/235-vs-556.html")
    page.wait_for_selector(".picker")
    assert page.input_value(".picker input >> nth=0") == "235"
    options = page.eval_on_selector_all(".picker option", "all => all.map(each => [each.value, each.label])")
    assert len(options) == len(list((ROOT / "content" / "smtp").glob("[0-9]*.yaml")))
    assert ["535", "Die Zugangsdaten werden abgelehnt"] in options


@pytest.mark.parametrize(
    ("second", "lang", "message"),
    [
        ("999", "en", "No code of this list has that name."),
        ("", "en", "Choose a second code to compare with."),
        ("", "de", "Einen zweiten Code zum Vergleichen wählen."),
    ],
)
def test_picker_says_what_is_missing(page: Any, served: Served, second: str, lang: str, message: str) -> None:
    page.goto(f"{served.url}{lang}/smtp/550.html")
    page.locator(".picker input").nth(1).fill(second)
    page.click(".picker button")
    assert page.evaluate("document.querySelectorAll('.picker input')[1].validationMessage") == message
    assert page.url.endswith("/550.html")


@pytest.mark.parametrize(
    ("asked", "end"),
    [
        ("en/smtp/556-vs-235.html", "en/smtp/235-vs-556.html"),
        ("de/smtp/556-vs-235", "de/smtp/235-vs-556.html"),
        ("DE/SMTP/550.HTML", "de/smtp/550.html"),
        ("en/smtp/550-vs-550.html", "en/smtp/550.html"),
        ("en/smtp/421%20vs%20451", "en/smtp/421-vs-451.html"),
    ],
)
def test_guessed_address_is_sent_to_its_page(page: Any, served: Served, asked: str, end: str) -> None:
    page.goto(served.url + asked)
    page.wait_for_url(served.url + end)
    assert (served.folder / end).is_file()


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("en/smtp/1006.html", "en/websocket/1006.html"),
        ("fr/smtp/550.html", "de/smtp/550.html"),
        ("550", "en/smtp/550.html"),
        ("en/smtp/559.html", "en/smtp/556.html"),
        ("de/websocket/1018.html", "de/websocket/1015.html"),
    ],
)
def test_missing_page_offers_what_is_near(page: Any, served: Served, asked: str, offered: str) -> None:
    page.goto(served.url + asked)
    page.wait_for_selector("[data-offer]:not([hidden])")
    links = page.eval_on_selector_all("[data-offer] a", "links => links.map(each => each.href)")
    assert served.url + offered in links
    assert all((served.folder / unquote(link.removeprefix(served.url))).is_file() for link in links)
    assert page.url == served.url + asked


def test_missing_page_comes_in_the_language_of_the_address_first(page: Any, served: Served) -> None:
    page.goto(f"{served.url}de/smtp/559.html")
    page.wait_for_selector("[data-offer]:not([hidden])")
    assert page.get_attribute("section >> nth=0", "lang") == "de"
    page.click("section[lang=de] [data-search] a")
    page.wait_for_url(f"{served.url}de/*#q=559")
    page.wait_for_function(READY)


@pytest.mark.parametrize(
    "asked", ["en/smtp//evil.example", "en/smtp/javascript:alert(1)", "%2F%2Fevil.example/550", "en/%ff"]
)
def test_missing_page_leads_to_no_other_place(page: Any, served: Served, asked: str) -> None:
    page.goto(served.url + asked)
    page.wait_for_selector("section[lang=en] h2")
    links = page.eval_on_selector_all("a[href]", "links => links.map(each => each.href)")
    assert links
    assert all(link.startswith(served.url) for link in links)


@pytest.mark.parametrize(
    ("lang", "link"), [("en", "This number in other protocols"), ("de", "Diese Nummer in anderen Protokollen")]
)
def test_number_of_two_protocols_has_a_page_that_both_link_to(page: Any, small: Served, lang: str, link: str) -> None:
    page.goto(f"{small.url}{lang}/index.html")
    page.click("#numbers + ul a")
    page.wait_for_url(f"{small.url}{lang}/number/5.1.1.html")
    for protocol in ("parcel", "names"):
        page.goto(f"{small.url}{lang}/number/5.1.1.html")
        page.click(f"h2#{protocol} a")
        page.wait_for_url(f"{small.url}{lang}/{protocol}/5.1.1.html")
        page.click(f"text={link}")
        page.wait_for_url(f"{small.url}{lang}/number/5.1.1.html")
