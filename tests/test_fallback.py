"""A page whose own text is not translated says so, marks what is foreign in it, and stays out of search engines."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from codepairs.inspect import passages_of
from codepairs.model import Text
from codepairs.outputs.sitemap import SITEMAP
from codepairs.plan import Site
from codepairs.prose import plain_text
from tests.sites import attribute, output_files, plan_of, rendered, tree_of

BASE = "https://tiny.example/codes/"
NOTICE = "لم تُترجم هذه الصفحة كاملة بعد"
FALLBACK = "ar/parcel/5.7.2.html"
TRANSLATED = "ar/parcel/4.2.1.html"


@pytest.fixture(scope="module")
def arabic(tiny_site: Site) -> dict[str, LexborHTMLParser]:
    """The Arabic pages by path."""
    pages = (page for page in plan_of(tiny_site) if page.lang == "ar")
    return {page.path: LexborHTMLParser(html) for page, html in rendered(tiny_site, pages)}


def test_notice_stands_on_exactly_the_pages_that_fall_back(
    tiny_site: Site, arabic: dict[str, LexborHTMLParser]
) -> None:
    for page in plan_of(tiny_site):
        if page.lang == "ar":
            notice = arabic[page.path].css_first(".notice")
            assert (notice is not None) == (not page.translated), page.path
            assert notice is None or NOTICE in notice.text()
    assert arabic[FALLBACK].css_first(".notice") is not None
    assert arabic[TRANSLATED].css_first(".notice") is None


def test_source_and_complete_languages_never_fall_back(tiny_site: Site) -> None:
    assert all(page.translated for page in plan_of(tiny_site) if page.lang in ("en", "de"))


def test_every_fallback_passage_says_its_language(tiny_site: Site, arabic: dict[str, LexborHTMLParser]) -> None:
    """No passage in the page's own language shows a text of the content or interface that is not translated."""
    translator = tiny_site.translators["ar"]
    texts = (*tiny_site.interface, *tiny_site.catalogue.texts())
    missing = {plain_text(text.source) for text in texts if not translator.knows(text)}
    known = {plain_text(text.source) for text in texts if translator.knows(text)}
    foreign = False
    for path, tree in arabic.items():
        for passage in passages_of(tree):
            for text in passage.own:
                if text in missing - known:
                    assert passage.lang == "en", f"{path}: {text}"
                    foreign = True
    assert foreign


def test_words_between_codes_are_of_the_language_that_is_said(arabic: dict[str, LexborHTMLParser]) -> None:
    """Latin words on an Arabic page stand in passages marked as English, in literal text or in names."""
    for path, html in ((path, tree.html) for path, tree in arabic.items()):
        tree = LexborHTMLParser(html)
        for node in tree.css("nav a[hreflang], [translate=no], code, bdi, pre"):
            node.decompose()
        for passage in passages_of(tree):
            if passage.lang == "ar":
                latin = re.sub(r"\b(Tiny|Parcel|Names)\b", "", passage.text)
                assert not re.search(r"[A-Za-z]", latin), f"{path}: {passage.text}"


def test_sentence_that_falls_back_is_of_one_language(arabic: dict[str, LexborHTMLParser]) -> None:
    """What is filled into it, and what joins a list in it, is in the language that the sentence is marked with."""
    said = [passage for tree in arabic.values() for passage in passages_of(tree) if passage.lang == "en"]
    assert any("It falls to the customer to act on" in passage.text for passage in said)
    for passage in said:
        assert not re.search("[\u0600-\u06ff]", passage.text), passage.text


def test_titles_and_attributes_hold_no_marks_of_language(arabic: dict[str, LexborHTMLParser]) -> None:
    """Where no element can stand, a reader would see its letters."""
    for path, tree in arabic.items():
        for node in tree.css("title, meta, [aria-label]"):
            for text in (node.text(), *map(str, node.attributes.values())):
                assert "<span" not in text, f"{path}: {text}"


def test_fallback_page_is_kept_out_of_search_engines(tiny_site: Site, arabic: dict[str, LexborHTMLParser]) -> None:
    tree = arabic[FALLBACK]
    assert attribute(tree, 'meta[name="robots"]', "content") == "noindex, follow"
    assert attribute(tree, 'link[rel="canonical"]', "href") == f"{BASE}en/parcel/5.7.2.html"
    assert tree.css('link[rel="alternate"][hreflang]') == []
    sitemaps = b"".join(output_files(tiny_site, SITEMAP).values()).decode()
    assert f"{BASE}ar/parcel/5.7.2.html" not in sitemaps
    assert f"{BASE}en/parcel/5.7.2.html" in sitemaps


def test_fallback_page_is_no_alternate_of_the_translated_ones(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "de/parcel/5.7.2.html")
    assert [node.attributes["hreflang"] for node in tree.css('link[rel="alternate"][hreflang]')] == [
        "en",
        "de",
        "x-default",
    ]


def test_translated_page_is_offered_to_search_engines(tiny_site: Site, arabic: dict[str, LexborHTMLParser]) -> None:
    tree = arabic[TRANSLATED]
    assert tree.css_first('meta[name="robots"]') is None
    assert attribute(tree, 'link[rel="canonical"]', "href") == f"{BASE}ar/parcel/4.2.1.html"
    sitemaps = b"".join(output_files(tiny_site, SITEMAP).values()).decode()
    assert f"<loc>{BASE}ar/parcel/4.2.1.html</loc>" in sitemaps


def test_fuzzy_translation_is_never_shown_and_does_not_count(
    tiny_site: Site, arabic: dict[str, LexborHTMLParser]
) -> None:
    tree = arabic["ar/parcel/5.1.0.html"]
    assert "ملصق غير مقروء" not in tree.html
    text = Text("title", "Label not readable, old answer", "parcel")
    assert not tiny_site.translators["ar"].knows(text)
    assert tiny_site.coverage()["ar"][1].fuzzy == 1


def test_text_that_is_the_same_in_every_language_needs_no_translation(arabic: dict[str, LexborHTMLParser]) -> None:
    """Literal protocol text stands in no language: its cell is not marked."""
    cell = arabic[TRANSLATED].css_first("table.facts code")
    assert cell is not None
    assert cell.text() == "DROP"
    assert cell.parent is not None
    assert cell.parent.tag == "td"
