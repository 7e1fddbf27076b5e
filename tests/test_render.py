"""What the skeleton of every page says about it: its language, its address, its other languages, its assets."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

import pytest

from codepairs.pages.shared import Shared
from codepairs.plan import Site
from codepairs.render import alternates, render_pages, render_whole
from tests.sites import attribute, html_of, page_at, plan_of, rendered, tree_of, with_catalogue

BASE = "https://tiny.example/codes/"


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("de", "ltr"), ("ar", "rtl")])
def test_language_and_direction_stand_on_the_root_element(tiny_site: Site, lang: str, direction: str) -> None:
    tree = tree_of(tiny_site, f"{lang}/parcel/4.2.1.html")
    assert (attribute(tree, "html", "lang"), attribute(tree, "html", "dir")) == (lang, direction)


def test_canonical_address_is_absolute_and_names_an_index_by_its_folder(tiny_site: Site) -> None:
    def canonical(path: str) -> str | None:
        return attribute(tree_of(tiny_site, path), 'link[rel="canonical"]', "href")

    assert canonical("de/parcel/4.2.1.html") == f"{BASE}de/parcel/4.2.1.html"
    assert canonical("de/parcel/index.html") == f"{BASE}de/parcel/"
    assert canonical("index.html") == BASE


def test_alternates_name_each_translated_language_and_the_default(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "de/parcel/4.2.1-vs-5.1.1.html")
    found = {
        node.attributes["hreflang"]: node.attributes["href"] for node in tree.css('link[rel="alternate"][hreflang]')
    }
    name = "parcel/4.2.1-vs-5.1.1.html"
    assert found == {
        "en": f"{BASE}en/{name}",
        "de": f"{BASE}de/{name}",
        "ar": f"{BASE}ar/{name}",
        "x-default": f"{BASE}en/{name}",
    }


def test_alternates_are_the_same_in_every_language_they_name(tiny_site: Site) -> None:
    for page in plan_of(tiny_site):
        found = alternates(tiny_site, page)
        for lang in found.keys() - {"x-default"}:
            assert alternates(tiny_site, page_at(tiny_site, f"{lang}/{page.name}")) == found


def test_page_in_one_language_only_names_no_alternates(tiny_site: Site) -> None:
    english = replace(tiny_site, translators={"en": tiny_site.translators["en"]})
    html = html_of(english, "en/parcel/4.2.1.html")
    assert "hreflang=" not in html.partition("</head>")[0]


def test_pages_that_are_not_indexed_say_so_and_may_be_followed(tiny_site: Site) -> None:
    def robots(path: str) -> str | None:
        return attribute(tree_of(tiny_site, path), 'meta[name="robots"]', "content")

    assert robots("en/parcel/5.1.1-vs-5.7.1.html") is None
    assert robots("en/parcel/2.0.0-vs-5.1.1.html") == "noindex, follow"
    assert robots("404.html") == "noindex"


def test_links_between_pages_are_relative(tiny_site: Site) -> None:
    """So the site works under any sub-path and opened from disk; only the 404 page is served at any address."""
    for page, html in rendered(tiny_site):
        body = html.partition("<body>")[2]
        assert BASE not in body, page.path
        if page.kind != "404":
            assert 'href="/' not in html, page.path


def test_404_page_links_from_the_root_of_the_site(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "404.html")
    links = [node.attributes["href"] for node in tree.css("main a")]
    assert links == ["/codes/en/index.html", "/codes/de/index.html", "/codes/ar/index.html"]
    assert attribute(tree, 'link[rel="stylesheet"]', "href") == "/codes/assets/style.css"


def test_404_page_speaks_every_language(tiny_site: Site) -> None:
    headings = [node.text() for node in tree_of(tiny_site, "404.html").css("main h2")]
    assert len(headings) == 3
    assert headings[0] != headings[1]


def test_switch_of_languages_leads_to_the_same_page(tiny_site: Site) -> None:
    page = page_at(tiny_site, "de/names/noerror-vs-0x2f.html")
    tree = tree_of(tiny_site, page.path)
    links = {node.attributes["hreflang"]: node.attributes["href"] or "" for node in tree.css("nav a[hreflang]")}
    assert {lang: urljoin(f"/{page.path}", href) for lang, href in links.items()} == {
        lang: f"/{lang}/names/noerror-vs-0x2f.html" for lang in ("en", "de", "ar")
    }
    assert attribute(tree, "nav [aria-current]", "hreflang") == "de"


def test_clean_links_name_no_file_endings(tiny_site: Site) -> None:
    info = replace(tiny_site.catalogue.site, link_style="clean")
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, site=info))
    tree = tree_of(site, "de/parcel/4.2.1-vs-5.1.1.html")
    links = {node.attributes["href"] or "" for node in tree.css("a[href]")}
    assert {"4.2.1", "5.1.1", "./", "../names/", "../../en/parcel/4.2.1-vs-5.1.1"} <= links
    assert not [link for link in links if link.endswith(".html") and "://" not in link]
    assert attribute(tree, 'link[rel="canonical"]', "href") == f"{BASE}de/parcel/4.2.1-vs-5.1.1"
    assert attribute(tree, 'link[rel="stylesheet"]', "href") == "../../assets/style.css"


def test_page_composed_of_pieces_equals_the_page_rendered_in_one_go(tiny_site: Site) -> None:
    states = {lang: Shared(tiny_site, lang) for lang in tiny_site.translators}
    for page, html in rendered(tiny_site):
        assert html == render_whole(page, states[page.lang]).decode(), page.path


def test_base_url_of_the_run_replaces_that_of_the_content(tiny_site: Site) -> None:
    site = replace(tiny_site, base_url="https://other.example/")
    html = html_of(site, "de/parcel/4.2.1.html")
    assert "https://other.example/de/parcel/4.2.1.html" in html
    assert "tiny.example" not in html


def test_pages_come_out_the_same_whatever_pages_are_made_with_them(tiny_site: Site) -> None:
    whole = {page.path: html for page, html in rendered(tiny_site)}
    pages = [page for page in plan_of(tiny_site) if page.kind in ("code", "pair")]
    for some in (pages[::2], pages[1::2], pages[::3], pages[::-1]):
        assert {page.path: html for page, html in rendered(tiny_site, some)} == {
            page.path: whole[page.path] for page in some
        }


def test_no_pages_are_no_work(tiny_site: Site) -> None:
    assert list(render_pages([], Shared(tiny_site, "en"))) == []


def test_no_token_is_left_on_a_page(tiny_site: Site) -> None:
    for page, html in rendered(tiny_site):
        assert "\ufdd0" not in html, page.path
        assert "%EF%B7%90" not in html, page.path
