"""The table of all pairs: every pair once, in its place, with its relation; and which protocols have one."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from codepairs import pipeline
from codepairs.model import Code, Protocol
from codepairs.outputs.sitemap import SITEMAP
from codepairs.pages.matrix import has_matrix
from codepairs.plan import Site
from codepairs.relations import RELATIONS
from codepairs.settings import Settings
from tests.sites import (
    attribute,
    edit,
    html_of,
    output_files,
    page_at,
    plan_of,
    site_of,
    tree_of,
    with_catalogue,
    with_codes,
)
from tests.test_pages import SAID

CODES = ("2.0.0", "4.2.1", "4.10.1", "5.1.0", "5.1.1", "5.7.1", "5.7.2")


def _parcel(site: Site) -> Protocol:
    return site.catalogue.protocols["parcel"]


def _grown(protocol: Protocol, count: int) -> Protocol:
    """The protocol with so many codes, all like one of its own."""
    code = protocol.codes["5.1.1"]
    codes: dict[str, Code] = {}
    for rank in range(count):
        name = f"5.{rank}.9"
        codes[name] = replace(code, code=name, slug=name, rank=rank, confused_with=())
    return replace(protocol, codes=codes, curated={}, featured=())


def test_every_pair_stands_where_its_codes_meet(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/matrix.html")
    columns = [node.text() for node in tree.css("thead th[scope=col]")]
    assert columns == list(CODES[:-1])
    found = []
    for row in tree.css("tbody tr"):
        head = row.css_first("th[scope=row]")
        assert head is not None
        for column, link in zip(columns, row.css("td a"), strict=False):
            assert link.attributes["href"] == f"{column}-vs-{head.text()}.html"
            found.append((column, head.text()))
    assert sorted(found) == sorted(combinations(CODES, 2))


def test_cell_is_named_and_toned_by_the_relation_of_its_pair(tiny_site: Site) -> None:
    parcel = _parcel(tiny_site)
    tree = tree_of(tiny_site, "en/parcel/matrix.html")
    for a, b in combinations(parcel.codes.values(), 2):
        kind = tiny_site.relations["parcel"].of(a, b).kind
        cell = tree.css_first(f'td:has(> [href="{a.code}-vs-{b.code}.html"])')
        assert cell is not None
        assert " ".join(cell.text().split()) == SAID[kind][0]
        assert cell.attributes.get("class") == (None if kind == "unrelated" else kind)


def test_legend_names_the_relations_that_occur(tiny_site: Site) -> None:
    names = [" ".join(node.text().split()) for node in tree_of(tiny_site, "en/parcel/matrix.html").css(".legend li")]
    assert names == [SAID[kind][0] for kind in RELATIONS]
    assert len(tree_of(tiny_site, "en/names/matrix.html").css(".legend li")) < len(RELATIONS)


def test_rows_are_grouped_by_class_and_filled_up(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/matrix.html")
    assert [len(body.css("tr")) for body in tree.css("tbody")] == [2, 4]
    for row in tree.css("tbody tr"):
        widths = [int(str(cell.attributes.get("colspan") or 1)) for cell in row.css("th, td")]
        assert sum(widths) == len(CODES)


def test_heads_lead_to_the_codes(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/matrix.html")
    links = {node.attributes["href"] for node in tree.css("th a")}
    assert links == {f"{code}.html" for code in CODES}


def test_long_codes_stand_upright(tiny_site: Site) -> None:
    assert attribute(tree_of(tiny_site, "en/parcel/matrix.html"), ".matrix table", "class") == "upright"
    parcel = _parcel(tiny_site)
    short = [
        replace(code, code=str(rank), slug=str(rank), confused_with=(), refines=None, replaced_by=None)
        for rank, code in enumerate(parcel.codes.values())
    ]
    named = replace(parcel, codes={code.code: code for code in short}, curated={}, featured=())
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, protocols={"parcel": named}))
    assert attribute(tree_of(site, "en/parcel/matrix.html"), ".matrix table", "class") is None


def test_it_is_indexed_where_the_words_of_the_protocol_are_translated(tiny_site: Site) -> None:
    assert page_at(tiny_site, "en/parcel/matrix.html").indexed
    assert page_at(tiny_site, "de/parcel/matrix.html").indexed
    assert not page_at(tiny_site, "ar/parcel/matrix.html").indexed
    sitemap = output_files(tiny_site, SITEMAP)["sitemap-1.xml"].decode()
    assert "<loc>https://tiny.example/codes/de/parcel/matrix.html</loc>" in sitemap


@pytest.mark.parametrize(("count", "expected"), [(1, False), (2, False), (3, True), (120, True), (121, False)])
def test_only_protocols_of_a_size_that_fits_have_one(tiny_site: Site, count: int, expected: bool) -> None:
    grown = _grown(_parcel(tiny_site), count)
    assert has_matrix(grown) is expected
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, protocols={"parcel": grown}))
    assert any(page.kind == "matrix" for page in plan_of(site)) is expected


def test_pages_link_to_it_only_where_it_is(tiny_site: Site) -> None:
    for path in ("en/parcel/index.html", "en/index.html"):
        assert tree_of(tiny_site, path).css_first('a[href$="matrix.html"]') is not None
    few = with_codes(_parcel(tiny_site), "2.0.0", "5.1.1")
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, protocols={"parcel": few}))
    for path in ("en/parcel/index.html", "en/index.html"):
        assert tree_of(site, path).css_first('a[href$="matrix.html"]') is None


def test_it_follows_the_facts_of_any_code(built: Settings) -> None:
    path = built.output / "en" / "parcel" / "matrix.html"
    before = path.read_text(encoding="utf-8")
    edit(built.content / "parcel" / "5.1.0.yaml", "replaced_by: 5.1.1", "# nothing")
    pipeline.build(built)
    after = path.read_text(encoding="utf-8")
    assert "class=replaced" in before
    assert "class=replaced" not in after


def test_cells_stay_small(project: Settings) -> None:
    """A table has thousands of them."""
    site = site_of(project)
    for protocol in filter(has_matrix, site.catalogue.protocols.values()):
        html = html_of(site, f"en/{protocol.id}/matrix.html")
        assert len(html.encode()) < 9_000 + 62 * html.count("<td"), protocol.id
