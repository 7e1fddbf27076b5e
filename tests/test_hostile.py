"""Markup in content and translations: nothing of it reaches a page, a script, a feed, or whatever else is made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from selectolax.lexbor import LexborHTMLParser

from codepairs.characters import misfit
from codepairs.errors import ContentError
from codepairs.outputs.finding import OPENSEARCH, SEARCH
from codepairs.pipeline import read_site
from codepairs.plan import Site
from codepairs.settings import Settings
from codepairs.shapes import SHAPES
from codepairs.translate import message_problems
from tests.browser import serve
from tests.hostile import MARKDOWN, TEXTS, Planted, complaints, everything_translated, planted, skeleton
from tests.sites import edit, output_files, rendered

NO_TEXT = ("flag", "sources", "document", "sequence")
"""Kinds of fields that hold no text themselves."""
NOT_FREE = {("the site", "protocols"), ("the site", "superseded"), ("the protocol", "featured")}
"""Fields that name what is there already."""
STRUCTURE = {
    ("the protocol", "registry"),
    ("the protocol", "decode"),
    ("the forms of codes in texts", "pieces"),
    ("a fact", "empty"),
    ("a class", "implies"),
    ("a value", "implies"),
}
"""Mappings, whose own fields hold the texts."""
PATTERNS = {("the protocol", "pattern"), ("a fact", "open")}
"""Patterns that every code or value with the payload has to fit."""


def made(site: Site) -> tuple[dict[str, str], dict[str, bytes]]:
    """The pages and all other files of a site."""
    return {page.path: html for page, html in rendered(site)}, output_files(site)


def site_with(folder: Path, payload: str, search: str = "no") -> Site:
    """The site that holds the payload in every field and in every message of German and Arabic."""
    return everything_translated(read_site(planted(folder, payload, search))[0], payload)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, bytes]]:
    """What a harmless word makes."""
    return made(site_with(tmp_path_factory.mktemp("harmless"), "harmless"))


def test_every_field_that_holds_a_text_holds_the_payload() -> None:
    planting = Planted("x")
    planting.files()
    free = {
        (shape.what, field.name)
        for shape in SHAPES
        for field in shape.fields
        if field.kind not in NO_TEXT and not field.form and not field.choices
    }
    assert planting.fields == free - NOT_FREE - STRUCTURE - PATTERNS


@pytest.mark.parametrize("payload", TEXTS)
def test_no_text_changes_what_anything_consists_of(
    tmp_path: Path, harmless: tuple[dict[str, str], dict[str, bytes]], payload: str
) -> None:
    pages, files = made(site_with(tmp_path, payload))
    assert pages.keys() == harmless[0].keys()
    for path, html in pages.items():
        assert list(complaints(html)) == [], path
        assert skeleton(html) == skeleton(harmless[0][path]), path
    assert files.keys() == harmless[1].keys()
    for path, data in files.items():
        assert form_of(path, data) == form_of(path, harmless[1][path]), path


@pytest.mark.parametrize("payload", MARKDOWN)
def test_markdown_makes_harmless_elements_only(tmp_path: Path, payload: str) -> None:
    pages, files = made(site_with(tmp_path, payload))
    for path, html in pages.items():
        assert list(complaints(html)) == [], path
    for path, data in files.items():
        form_of(path, data)


def form_of(path: str, data: bytes) -> Any:
    """What a file consists of, apart from its texts; fails where it is not what its name says."""
    if path.startswith("assets/"):
        return data if not path.endswith(".png") else data[:8]
    text = data.decode()
    if path.endswith(".xml"):
        return [(node.tag, sorted(node.attrib)) for node in ElementTree.fromstring(text).iter()]
    if path.endswith(".js"):
        head, _, rest = text.partition(" = ")
        value = json.loads(rest.removesuffix(";\n").replace('["__proto__"]:', '"__proto__":'))
        fragment = value.get("form", "")
        assert list(complaints(fragment)) == []
        return head, shape_of(value), skeleton(fragment)
    if path.endswith(".json"):
        return shape_of(json.loads(text))
    # robots.txt and llms.txt: no line more, and no link.
    return [re.sub(r"[^\[\]()\n#>-]", "", line)[:1] for line in text.split("\n")]


def shape_of(value: Any) -> Any:
    """A value of JSON without its texts, and without names that content gives."""
    if isinstance(value, dict):
        return sorted(repr(shape_of(each)) for each in value.values())
    return [shape_of(each) for each in value] if isinstance(value, list) else type(value).__name__


ADDRESSES = (
    "javascript:pwned()",
    "data:text/html,x",
    "vbscript:x",
    "//evil.example/",
    "https:evil.example",
    "https://user@evil.example/",
    "https://user:word@evil.example/",
    "https://a.example\\@evil.example/",
    "https://[::1",
    'https://a.example/"onclick="pwned()',
    "https://a.example/<script>",
    "https://a.example/ b",
    " https://",
    "ftp://a.example/",
    "https://a.example/`x`",
)


@pytest.mark.parametrize(
    "url", [*ADDRESSES, "https://a.example//evil.example/", "https://a.example/?q", "https://a.example/#f"]
)
def test_no_other_address_is_that_of_a_site(tmp_path: Path, url: str) -> None:
    settings = planted(tmp_path, "x")
    path = settings.content / "site.yaml"
    path.write_text(path.read_text().replace('"https://site.example/codes/"', json.dumps(url)))
    with pytest.raises(ContentError, match="is no base address"):
        read_site(settings)


@pytest.mark.parametrize("url", ADDRESSES)
def test_no_other_address_is_that_of_a_document(tmp_path: Path, url: str) -> None:
    settings = planted(tmp_path, "x")
    path = settings.content / "first" / "a1.yaml"
    path.write_text(re.sub(r'"https://source[^"]*"', lambda _: json.dumps(url), path.read_text()))
    with pytest.raises(ContentError, match="is no address"):
        read_site(settings)


@pytest.mark.parametrize("payload", TEXTS[1:3])
def test_what_the_search_shows_is_made_of_the_same(tmp_path: Path, payload: str) -> None:
    pytest.importorskip("pagefind")
    files = [
        output_files(site_with(tmp_path / word, word, search="yes"), SEARCH, OPENSEARCH)
        for word in (payload, "harmless")
    ]
    assert form_of("x.xml", files[0]["de/opensearch.xml"]) == form_of("x.xml", files[1]["de/opensearch.xml"])
    panel, other = (json.loads(each["de/search/codes.json"])["panel"] for each in files)
    assert skeleton(panel) == skeleton(other)
    assert payload in LexborHTMLParser(panel).css_first(".found").attributes["data-found"]
    assert list(complaints(panel)) == []


MARKS = (
    "%EF%B7%90linked%EF%B7%90",
    "\ufdd0linked\ufdd0",
    "\x01",
    "\u202etxt",
    "\u2066open",
    "a\u2069",
    "\U000e0041",
    "\x9b31m",
)
"""What stands for pieces of pages while they are made, what turns text round, what nobody sees, what terminals obey."""


@pytest.mark.parametrize("text", MARKS)
def test_characters_that_no_text_may_hold_are_refused(tiny: Settings, text: str) -> None:
    path = tiny.content / "parcel" / "4.2.1.yaml"
    edit(path, "No room at the moment", json.dumps(f"No room{text}", ensure_ascii=False))
    with pytest.raises(ContentError, match=r"4\.2\.1\.yaml:\d+:\d+: holds "):
        read_site(tiny)


@pytest.mark.parametrize("text", MARKS)
def test_a_translation_with_such_a_character_is_put_aside(text: str) -> None:
    assert list(message_problems("No room", f"Kein Platz{text}"))


def test_marks_that_scripts_need_are_no_mistake() -> None:
    for text in ("می\u200cخواهم", "\u2067عربي\u2069 550", "a\u200e", "👩\u200d💻"):
        assert not list(message_problems("Some words", text))
        assert misfit(text) is None


def test_nothing_of_it_runs_in_a_browser(browser: Any, tmp_path: Path) -> None:
    """Every payload at once, in fields and messages, on pages and in what scripts put there; without a policy."""
    payload = " ".join((*TEXTS[:3], MARKDOWN[0]))
    site = site_with(tmp_path, payload, search="yes")
    for path, data in {**{page.path: html.encode() for page, html in rendered(site)}, **output_files(site)}.items():
        (tmp_path / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / path).write_bytes(data)
    serving = serve(tmp_path / "site")
    served = next(serving)
    context = browser.new_context(bypass_csp=True)
    context.add_init_script("window.pwned = () => { document.documentElement.dataset.pwned = 'yes'; }")
    page = context.new_page()
    text = quote(f"reply 1{TEXTS[1]} answer 3 {TEXTS[0]}")
    addresses = {
        "de/index.html": "main",
        "de/first/a1.html": ".picker",
        "de/first/a1-vs-b2.html": ".picker",
        "de/first/index.html": ".filter",
        f"de/decode.html#text={text}": ".marked",
        f"de/first/a1.html#q={quote(TEXTS[1])} Title": ".found",
        f"de/first/{quote('<img src=x onerror=pwned()>', safe='')}-vs-a1.html": ".home",
    }
    for address, selector in addresses.items():
        page.goto(f"{served.url}{address}")
        page.wait_for_selector(selector, state="attached")
        page.wait_for_timeout(100)
        for name in ("mouseover", "focus", "click", "load", "error"):
            page.evaluate(
                "name => document.querySelectorAll('main *').forEach((e) => e.dispatchEvent(new Event(name)))", name
            )
        assert page.evaluate("document.documentElement.dataset.pwned") is None, address
    context.close()
    serving.close()
