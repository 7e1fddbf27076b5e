"""The decode page in a browser: the same cases as in `test_decoding`, links, keyboard, escaping, without scripts."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from codepairs.plan import Site
from tests.browser import Served
from tests.decoding import CASES, named


@pytest.fixture
def address(served: Served) -> str:
    """The address of the built site, below a path."""
    return served.url


FOUND = "() => [...document.querySelectorAll('.findings > li > .finding bdi')].map((each) => each.textContent)"
DECODED = f"""async (text) => {{
  location.hash = "";
  const changed = new Promise((done) => addEventListener("hashchange", () => setTimeout(done), {{ once: true }}));
  location.hash = "#text=" + encodeURIComponent(text);
  await changed;
  return [document.querySelector("textarea").value, ({FOUND})()];
}}"""


def _paste(page: Any, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.wait_for_timeout(250)


def test_page_finds_what_is_found_in_python(page: Any, address: str, project_site: Site) -> None:
    page.goto(f"{address}en/decode.html")
    wrong = {}
    for case in CASES:
        text, found = page.evaluate(DECODED, case.text)
        assert text == case.text
        if found != list(case.finds):
            wrong[case.name] = found
    assert wrong == {}


def test_page_and_python_agree_on_odd_texts(page: Any, address: str, project_site: Site) -> None:
    """The cases cut into pieces and put together otherwise."""
    page.goto(f"{address}en/decode.html")
    whole = "\n".join(case.text for case in CASES)
    protocols = project_site.catalogue.protocols.values()
    for step in (7, 13, 29, 61):
        pieces = [whole[at : at + step] for at in range(0, len(whole), step)]
        text = "".join(pieces[at] for rank in range(11) for at in range(rank, len(pieces), 11))
        assert page.evaluate(DECODED, text)[1] == named(protocols, text)


@pytest.mark.parametrize(
    ("lang", "said", "count", "pair"),
    [
        ("en", "After 550, change something first", "Codes found: 3", "450 vs 550"),
        ("de", "Nach 550 zuerst etwas ändern", "Gefundene Codes: 3", "450 und 550"),
    ],
)
def test_finding_says_what_to_do_and_leads_on(
    page: Any, address: str, lang: str, said: str, count: str, pair: str
) -> None:
    page.goto(f"{address}{lang}/decode.html")
    _paste(page, "said: 550 5.1.1 unknown\nsaid: 450 4.2.1 busy\nStatus: 5.1.1\n")
    assert page.get_by_role("status").inner_text() == count
    assert said in page.locator(".findings > li").first.inner_text()
    assert page.locator(".findings > li").first.get_attribute("class") == "tone-failed-for-good"
    assert page.locator("mark").all_inner_texts() == ["550 5.1.1", "450 4.2.1", "5.1.1"]
    page.get_by_role("link", name=pair).click()
    page.wait_for_url("**/smtp/450-vs-550.html")
    page.go_back()
    assert page.locator("main h1").count() == 1


def test_every_link_of_the_findings_leads_somewhere(page: Any, address: str) -> None:
    page.goto(f"{address}en/decode.html")
    _paste(page, "\n".join(case.text for case in CASES))
    links = page.eval_on_selector_all(".decoded a", "links => [...new Set(links.map((each) => each.href))]")
    assert len(links) > 40
    assert [link for link in links if page.request.get(link).status != 200] == []


def test_enhanced_code_alone_leads_to_its_codes_the_one_in_the_text_first(page: Any, address: str) -> None:
    page.goto(f"{address}en/decode.html")
    _paste(page, "Status: 5.7.1")
    links = page.locator(".findings > li ul a bdi")
    assert links.all_inner_texts()[0] == "550"
    assert {"554", "553"} <= set(links.all_inner_texts())
    _paste(page, "554 Message rejected\nStatus: 5.7.1")
    assert page.locator(".findings > li").nth(1).locator("ul a bdi").first.inner_text() == "554"


def test_what_is_in_no_list_is_said_to_be_so(page: Any, address: str) -> None:
    page.goto(f"{address}en/decode.html")
    _paste(page, "said: 517 Sender rejected\nStatus: 5.9.99\nWebSocket closed with code 4004")
    first, second, third = page.locator(".findings > li").all_inner_texts()
    assert "517 is not in the list of SMTP." in first
    assert "repeating it unchanged will not help" in first
    assert "repeating it unchanged will not help" in second
    assert "4004 is not in the list of WebSocket." in third
    assert page.locator(".decoded a").count() == 0


def test_pasted_text_is_never_markup(page: Any, address: str) -> None:
    page.goto(f"{address}en/decode.html")
    text = '<img src=x onerror="document.title=1"> said: 550 <script>document.title=2</script> no'
    _paste(page, text)
    assert page.locator(".decoded img, .decoded script").count() == 0
    assert page.locator("pre.marked").inner_text() == text


def test_link_holds_the_text_behind_the_hash(page: Any, address: str) -> None:
    page.goto(f"{address}en/decode.html")
    text = "said: 550 5.1.1 é & #text=?+%\nnext"
    _paste(page, text)
    page.get_by_role("button", name="Copy a link").click()
    page.wait_for_function("document.querySelector('[role=status]').textContent.includes('link')")
    assert page.url == f"{address}en/decode.html#text={quote(text, safe='!*()~')}"
    page.goto("about:blank")
    page.goto(f"{address}en/decode.html#text={quote(text)}")
    assert page.get_by_role("textbox").input_value() == text
    assert page.locator("mark").all_inner_texts() == ["550 5.1.1"]
    page.goto(f"{address}en/decode.html#text=%E0%A4%A")
    assert page.get_by_role("textbox").is_visible()


def test_example_and_clearing_by_keyboard(page: Any, address: str) -> None:
    page.goto(f"{address}de/decode.html")
    page.get_by_role("button", name="Beispiel zeigen").focus()
    page.keyboard.press("Enter")
    assert page.locator(".findings > li").count() >= 4
    page.get_by_role("button", name="Leeren").focus()
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.decoded').hidden")
    assert page.get_by_role("textbox").input_value() == ""
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_text_without_codes_says_so(page: Any, address: str) -> None:
    page.goto(f"{address}en/decode.html")
    _paste(page, "250 users")
    assert page.get_by_role("status").inner_text() == "No code found in this text."
    assert not page.locator(".decoded").is_visible()


def test_without_scripts_the_page_says_what_it_needs(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}de/decode.html")
    assert "braucht JavaScript" in page.locator("main noscript").inner_text()
    assert not page.locator("form.decode").is_visible()
    context.close()


def test_page_works_from_a_disk(page: Any, served: Served) -> None:
    path = served.folder / "en" / "decode.html"
    opened = page.context.new_page()
    opened.goto(f"{path.as_uri()}#text={quote('said: 550 no')}")
    assert opened.locator("mark").all_inner_texts() == ["550"]


@pytest.mark.parametrize("width", [320, 1280])
def test_page_does_not_scroll_sideways(page: Any, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{address}de/decode.html")
    _paste(page, "\n".join(case.text for case in CASES[:20]) + "x" * 500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
