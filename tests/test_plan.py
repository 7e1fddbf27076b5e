"""What pages a site will have, before any is made: all pairs, canonical order, languages, what is indexed."""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from codepairs.plan import Batch, Page, Site
from tests.sites import page_at, plan_of, with_catalogue, with_codes

PARCEL = ["2.0.0", "4.2.1", "4.10.1", "5.1.0", "5.1.1", "5.7.1", "5.7.2"]
"""In natural order: numbers compare as numbers."""
NAMES = ["NOERROR", "NXDOMAIN", "0x2F"]
"""In the order of registry.csv, which no sorting of the codes gives."""


def _pages(site: Site, kind: str, lang: str) -> list[Page]:
    return [page for page in plan_of(site) if page.kind == kind and page.lang == lang]


@pytest.mark.parametrize("lang", ["en", "de", "ar"])
def test_every_pair_of_codes_has_a_page_in_canonical_order(tiny_site: Site, lang: str) -> None:
    keys = [page.key for page in _pages(tiny_site, "pair", lang)]
    assert keys == [
        *(("parcel", a, b) for a, b in combinations(PARCEL, 2)),
        *(("names", a, b) for a, b in combinations(NAMES, 2)),
    ]


def test_path_of_a_pair_holds_both_slugs_in_canonical_order(tiny_site: Site) -> None:
    page = next(page for page in _pages(tiny_site, "pair", "de") if page.key == ("names", "NXDOMAIN", "0x2F"))
    assert page.path == "de/names/nxdomain-vs-0x2f.html"


def test_kinds_of_pages_and_their_numbers(tiny_site: Site) -> None:
    counts = {"home": 1, "about": 1, "decode": 1, "protocol": 2, "matrix": 2, "code": 10, "pair": 24}
    assert Counter((page.kind, page.lang) for page in plan_of(tiny_site) if not page.outside) == Counter(
        {(kind, lang): count for lang in ("en", "de", "ar") for kind, count in counts.items()}
    )
    assert [page.path for page in plan_of(tiny_site) if page.outside] == ["index.html", "404.html"]


def test_each_walk_of_the_plan_gives_the_same_pages(tiny_site: Site) -> None:
    plan = plan_of(tiny_site)
    assert list(plan) == list(plan)


def test_no_two_pages_share_a_path(tiny_site: Site) -> None:
    paths = Counter(page.path.lower() for page in plan_of(tiny_site))
    assert set(paths.values()) == {1}


@pytest.mark.parametrize(
    ("path", "languages"),
    [
        ("en/parcel/4.2.1.html", {"en", "de", "ar"}),
        ("en/parcel/5.7.1.html", {"en", "de"}),
        ("en/parcel/4.2.1-vs-5.1.1.html", {"en", "de", "ar"}),
        # One of the two codes is translated into Arabic, the other is not.
        ("en/parcel/5.1.1-vs-5.7.2.html", {"en", "de"}),
        ("en/index.html", {"en", "de", "ar"}),
        ("en/parcel/index.html", {"en", "de"}),
    ],
)
def test_a_page_knows_the_languages_of_its_own_text(tiny_site: Site, path: str, languages: set[str]) -> None:
    assert page_at(tiny_site, path).languages == languages


def test_text_of_a_curated_pair_counts_as_the_text_of_its_page(tiny_site: Site) -> None:
    """Both codes are translated; what the author wrote about the two of them is not."""
    parcel = tiny_site.catalogue.protocols["parcel"]
    known = ("4.2.1", "5.1.1")
    curated = replace(parcel.curated["5.1.1", "5.7.1"], codes=known)
    catalogue = replace(tiny_site.catalogue, protocols={"parcel": replace(parcel, curated={known: curated})})
    site = with_catalogue(tiny_site, catalogue)
    assert page_at(site, "ar/parcel/4.2.1-vs-5.1.1.html").languages == {"en", "de"}


NOTABLE = {
    # retry-or-stop
    ("4.2.1", "5.1.0"),
    ("4.2.1", "5.1.1"),
    ("4.2.1", "5.7.1"),
    ("4.2.1", "5.7.2"),
    ("4.10.1", "5.7.1"),
    # replaced
    ("5.1.0", "5.1.1"),
    # alternatives
    ("5.1.0", "5.7.1"),
    ("5.1.0", "5.7.2"),
    ("5.1.1", "5.7.1"),
    ("5.1.1", "5.7.2"),
    # refines
    ("5.7.1", "5.7.2"),
    # unrelated, but named in `confused_with`
    ("NOERROR", "NXDOMAIN"),
}


def test_notable_pairs_are_indexed_and_the_others_are_not(tiny_site: Site) -> None:
    assert {page.key[1:] for page in _pages(tiny_site, "pair", "en") if page.indexed} == NOTABLE


def test_curated_pair_is_notable_whatever_its_relation(tiny_site: Site) -> None:
    parcel = tiny_site.catalogue.protocols["parcel"]
    steps = ("2.0.0", "5.7.2")
    curated = replace(parcel.curated["5.1.1", "5.7.1"], codes=steps)
    catalogue = replace(tiny_site.catalogue, protocols={"parcel": replace(parcel, curated={steps: curated})})
    assert not page_at(tiny_site, "en/parcel/2.0.0-vs-5.7.2.html").indexed
    assert page_at(with_catalogue(tiny_site, catalogue), "en/parcel/2.0.0-vs-5.7.2.html").indexed


def test_indexing_all_indexes_every_translated_page(tiny_site: Site) -> None:
    info = replace(tiny_site.catalogue.site, indexing="all")
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, site=info))
    assert all(page.indexed for page in plan_of(site) if page.lang in ("en", "de") and not page.outside)
    pairs = {page.key[1:] for page in _pages(site, "pair", "ar") if page.indexed}
    assert pairs == {("4.2.1", "5.1.1")}


def test_pages_outside_any_language_are_never_indexed(tiny_site: Site) -> None:
    assert not any(page.indexed for page in plan_of(tiny_site) if page.outside)


@pytest.mark.parametrize("count", [0, 1])
def test_protocol_of_no_code_or_one_code_has_no_pairs(tiny_site: Site, count: int) -> None:
    names = tiny_site.catalogue.protocols["names"]
    few = with_codes(names, *NAMES[:count])
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, protocols={"names": few}))
    kinds = Counter(page.kind for page in plan_of(site) if page.lang == "de")
    assert (kinds["protocol"], kinds["code"], kinds["pair"]) == (1, count, 0)


def test_pages_are_small_and_travel_to_other_processes(tiny_site: Site) -> None:
    page = page_at(tiny_site, "de/parcel/5.1.1-vs-5.7.1.html")
    data = pickle.dumps(page)
    assert pickle.loads(data) == page
    assert len(data) < 1000


def test_batch_is_small_and_travels_to_other_processes(tiny_site: Site) -> None:
    for batch in plan_of(tiny_site).batches():
        data = pickle.dumps(batch)
        assert pickle.loads(data) == batch
        assert len(data) < 300


def _planned(site: Site, batch: Batch) -> list[Page]:
    plan = plan_of(site)
    (kind,) = [kind for kind in plan.kinds if kind.name == batch.kind]
    return list(kind.pages(site, batch.lang, batch.key))


def test_batches_hold_every_page_once_and_know_their_number(tiny_site: Site) -> None:
    plan = plan_of(tiny_site)
    outputs = {output.name for output in plan.outputs}
    batches = [batch for batch in plan.batches() if batch.kind not in outputs]
    found = [_planned(tiny_site, batch) for batch in batches]
    assert [len(pages) for pages in found] == [batch.count for batch in batches]
    assert Counter(page for pages in found for page in pages) == Counter(plan)
    assert all(
        {(page.kind, page.lang) for page in _planned(tiny_site, each)} == {(each.kind, each.lang)} for each in batches
    )


def test_every_batch_has_a_name_of_its_own(tiny_site: Site) -> None:
    names = [batch.name for batch in plan_of(tiny_site).batches()]
    assert len(set(names)) == len(names)
    assert {"sitemap en", "data ar names", "root en", "code de", "pair ar parcel 4.2.1"} <= set(names)


def test_pairs_are_batches_by_their_first_code(tiny_site: Site) -> None:
    batches = [batch for batch in plan_of(tiny_site).batches() if batch.kind == "pair" and batch.lang == "ar"]
    assert batches == [
        *(Batch("pair", "ar", ("parcel", code), 6 - rank) for rank, code in enumerate(PARCEL[:-1])),
        *(Batch("pair", "ar", ("names", code), 2 - rank) for rank, code in enumerate(NAMES[:-1])),
    ]


def test_files_that_are_no_pages_come_first_and_count_as_none(tiny_site: Site) -> None:
    batches = list(plan_of(tiny_site).batches())
    count = sum(batch.count == 0 for batch in batches)
    # Eight for the site, data and picker of each protocol in each language, pictures of the site, the protocols and the
    # codes, what the decode page of each language knows.
    assert count == 8 + 2 * (3 * 2) + 1 + 2 + 10 + 3
    assert all(batch.count == 0 for batch in batches[:count])


def test_batches_of_the_languages_take_turns(tiny_site: Site) -> None:
    inside = [batch for batch in plan_of(tiny_site).batches() if batch.count and batch.kind not in ("root", "404")]
    assert [batch.lang for batch in inside] == ["en", "de", "ar"] * (len(inside) // 3)
