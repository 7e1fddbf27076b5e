"""What pages say of themselves to programs: linked data by the definitions of schema.org, and what stands for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from codepairs.model import Source
from codepairs.pages.linked import linked_data
from codepairs.plan import Site
from tests.sites import attribute, html_of, plan_of, rendered, tree_of, with_catalogue
from tests.support import ROOT

VOCABULARY = json.loads((ROOT / "tests" / "data" / "schemaorg.json").read_text(encoding="utf-8"))
BASE = "https://tiny.example/codes/"
LINKED = 'script[type="application/ld+json"]'
KINDS = ("home", "protocol", "code")


def _nodes(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    """The nodes of the linked data of a page."""
    (script,) = tree.css(LINKED)
    data = json.loads(script.text())
    assert data.pop("@context") == "https://schema.org"
    return data.get("@graph", [data])


def _broken(node: object) -> Iterator[str]:
    """How a node differs from the definitions."""
    if not isinstance(node, dict):
        return
    if "@type" not in node:
        if set(node) != {"@id"}:
            yield f"no type in {node}"
        return
    kinds = {node["@type"], *VOCABULARY["types"].get(node["@type"], ())}
    if node["@type"] not in VOCABULARY["types"]:
        yield f"unknown type {node['@type']}"
    for name, value in node.items():
        if not name.startswith("@"):
            defined = VOCABULARY["properties"].get(name, {"of": [], "expected": []})
            if not kinds & set(defined["of"]):
                yield f"{node['@type']} has no {name}"
            for each in value if isinstance(value, list) else [value]:
                if not any(_fits(each, kind) for kind in defined["expected"]):
                    yield f"{name} is not {each!r}"
                yield from _broken(each)


def _fits(value: object, expected: str) -> bool:
    if isinstance(value, dict):
        kinds = VOCABULARY["types"].get(value.get("@type"), ())
        # A reference stands for whatever is there.
        return "@type" not in value or expected in (value["@type"], *kinds)
    if expected == "URL":
        return isinstance(value, str) and value.startswith("https://")
    if expected == "Integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return expected == "Text" and isinstance(value, str) and bool(value.strip())


def _licensed(site: Site) -> Site:
    licence = Source(title="Take it", url="https://tiny.example/licence?a=1&b=2")
    return with_catalogue(site, replace(site.catalogue, site=replace(site.catalogue.site, licence=licence)))


@pytest.mark.parametrize("licensed", [False, True])
def test_linked_data_is_what_schema_org_defines(tiny_site: Site, licensed: bool) -> None:
    site = _licensed(tiny_site) if licensed else tiny_site
    pages = [page for page in plan_of(site) if page.kind in KINDS]
    for page, html in rendered(site, pages):
        for node in _nodes(LexborHTMLParser(html)):
            assert list(_broken(node)) == [], page.path


@pytest.mark.parametrize(
    ("node", "problem"),
    [
        ({"@type": "DefinedTerm", "inLanguage": "de"}, "DefinedTerm has no inLanguage"),
        ({"@type": "DefinedTerm", "url": "index.html"}, "url is not 'index.html'"),
        ({"@type": "Code"}, "unknown type Code"),
        ({"@type": "DefinedTermSet", "hasDefinedTerm": [{"@type": "WebSite"}]}, "hasDefinedTerm is not"),
        ({"@type": "ListItem", "item": {"name": "A"}}, "no type in"),
    ],
)
def test_the_check_against_schema_org_finds_mistakes(node: dict[str, Any], problem: str) -> None:
    assert any(found.startswith(problem) for found in _broken(node))


def test_page_of_a_code_is_a_term_of_its_protocol(tiny_site: Site) -> None:
    page = f"{BASE}de/parcel/4.2.1.html"
    term, crumbs = _nodes(tree_of(tiny_site, "de/parcel/4.2.1.html"))
    assert term == {
        "@type": "DefinedTerm",
        "url": page,
        "termCode": "4.2.1",
        "name": "Im Augenblick kein Platz",
        "alternateName": "Shelf full",
        "description": "Die Stelle hat jetzt keinen Platz für das Paket, aber bald.",
        "inDefinedTermSet": {
            "@type": "DefinedTermSet",
            "@id": f"{BASE}de/parcel/",
            "url": f"{BASE}de/parcel/",
            "name": "Antwortcodes der Paketstelle",
            "inLanguage": "de",
        },
    }
    steps = [(item["position"], item["name"], item["item"]["@id"]) for item in crumbs["itemListElement"]]
    assert steps == [
        (1, "Tiny", f"{BASE}de/"),
        (2, "Antwortcodes der Paketstelle", f"{BASE}de/parcel/"),
        (3, "Parcel 4.2.1", page),
    ]


def test_page_of_a_protocol_is_the_set_of_its_terms(tiny_site: Site) -> None:
    terms, crumbs = _nodes(tree_of(_licensed(tiny_site), "de/parcel/index.html"))
    assert (terms["@type"], terms["@id"], terms["inLanguage"]) == ("DefinedTermSet", f"{BASE}de/parcel/", "de")
    assert terms["license"] == "https://tiny.example/licence?a=1&b=2"
    codes = tiny_site.catalogue.protocols["parcel"].codes
    assert [term["termCode"] for term in terms["hasDefinedTerm"]] == list(codes)
    assert [item["item"]["@id"] for item in crumbs["itemListElement"]] == [f"{BASE}de/", f"{BASE}de/parcel/"]


def test_first_page_is_the_site(tiny_site: Site) -> None:
    (site,) = _nodes(tree_of(tiny_site, "de/index.html"))
    assert (site["@type"], site["name"], site["url"], site["inLanguage"]) == ("WebSite", "Tiny", f"{BASE}de/", "de")


def test_page_that_falls_back_names_the_one_that_stands_for_it(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "ar/parcel/2.0.0.html")
    canonical = attribute(tree, 'link[rel="canonical"]', "href")
    term, _ = _nodes(tree)
    assert term["url"] == canonical == f"{BASE}en/parcel/2.0.0.html"
    assert term["inDefinedTermSet"]["inLanguage"] == "en"
    assert attribute(tree, 'meta[property="og:url"]', "content") == canonical


HOSTILE = '</script><script>alert(1)</script><!-- & "quoted" \\ \u2028 ]]>'


def test_hostile_text_stays_inside_the_data(tiny_site: Site) -> None:
    parcel = tiny_site.catalogue.protocols["parcel"]
    code = replace(parcel.codes["4.2.1"], title=replace(parcel.codes["4.2.1"].title, source=HOSTILE), phrase=HOSTILE)
    named = replace(parcel, name=HOSTILE, codes={**parcel.codes, "4.2.1": code})
    protocols = {**tiny_site.catalogue.protocols, "parcel": named}
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, protocols=protocols))
    for path in ("en/parcel/4.2.1.html", "en/parcel/index.html"):
        html = html_of(site, path)
        (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
        assert not set("<>&\u2028") & set(script)
        assert "alert(1)" in script
        assert "alert(1)" not in "".join(node.text() for node in LexborHTMLParser(html).css("script:not([type])"))
    term, crumbs = _nodes(tree_of(site, "en/parcel/4.2.1.html"))
    assert term["alternateName"] == HOSTILE
    assert crumbs["itemListElement"][2]["name"] == f"{HOSTILE} 4.2.1"
    assert json.loads(str(linked_data({"name": HOSTILE})))["name"] == HOSTILE


def _social(site: Site, path: str) -> dict[str, str]:
    found = tree_of(site, path).css('meta[property^="og:"], meta[name^="twitter:"]')
    pairs = [(str(node.attributes.get("property") or node.attributes.get("name")), node) for node in found]
    assert len(dict(pairs)) == len(pairs), "each of them stands once"
    return {name.partition(":")[2]: str(node.attributes.get("content")) for name, node in pairs}


def test_page_says_how_it_is_shown_where_it_is_shared(tiny_site: Site) -> None:
    assert _social(tiny_site, "de/parcel/4.2.1.html") == {
        "title": "Parcel 4.2.1: Im Augenblick kein Platz",
        "description": "Die Stelle hat jetzt keinen Platz für das Paket, aber bald.",
        "type": "article",
        "url": f"{BASE}de/parcel/4.2.1.html",
        "locale": "de_DE",
        "site_name": "Tiny",
        "image": f"{BASE}assets/og/parcel/4.2.1.png",
        "image:width": "1200",
        "image:height": "630",
        "card": "summary_large_image",
    }
    protocol, home = _social(tiny_site, "ar/parcel/index.html"), _social(tiny_site, "en/index.html")
    assert (protocol["image"], protocol["type"]) == (f"{BASE}assets/og/parcel/index.png", "website")
    assert (home["image"], home["locale"]) == (f"{BASE}assets/og/index/index.png", "en_US")


@pytest.mark.parametrize("path", ["de/index.html", "de/parcel/index.html", "de/parcel/4.2.1.html"])
def test_page_names_no_picture_where_none_is_drawn(tiny_site: Site, path: str) -> None:
    found = _social(replace(tiny_site, draws=False), path)
    assert not {name for name in found if name.startswith("image")}
    assert found["card"] == "summary"


def test_comparisons_carry_none_of_it(tiny_site: Site) -> None:
    html = html_of(tiny_site, "de/parcel/5.1.1-vs-5.7.1.html")
    assert "og:" not in html
    assert "ld+json" not in html
