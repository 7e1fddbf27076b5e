"""The files beside the pages: assets, data, sitemaps, robots.txt."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from codepairs.assets import Assets
from codepairs.model import Source
from codepairs.outputs.assets import ASSETS
from codepairs.outputs.data import DATA
from codepairs.outputs.decode import DECODE
from codepairs.outputs.llms import LLMS
from codepairs.outputs.sitemap import ROBOTS, SITEMAP, sitemap_files
from codepairs.plan import Site
from codepairs.render import alternates
from tests.sites import bytes_of, html_of, output_files, plan_of, with_catalogue

BASE = "https://tiny.example/codes/"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def _data(site: Site) -> dict[str, Any]:
    return {path: json.loads(data) for path, data in output_files(site, DATA).items()}


def _addresses(data: bytes) -> list[str]:
    return [str(node.text) for node in ElementTree.fromstring(data).iter(f"{MAP}loc")]


def test_no_output_takes_the_path_of_a_page_or_of_another_output(tiny_site: Site) -> None:
    paths = [*output_files(tiny_site), *(page.path for page in plan_of(tiny_site))]
    assert len({path.lower() for path in paths}) == len(paths)


def test_assets_are_written_under_their_public_names(tiny_site: Site) -> None:
    assets = Assets({"assets/style.css": b"a {}", "assets/icons/one.svg": b"<svg/>"})
    site = replace(tiny_site, assets=assets)
    assert output_files(site, ASSETS) == dict(assets.files)


def test_style_sheet_that_pages_name_is_among_the_assets(tiny_site: Site) -> None:
    assert tiny_site.assets.style in output_files(tiny_site, ASSETS)


def test_every_code_has_its_data_in_every_language(tiny_site: Site) -> None:
    codes = {"parcel": 7, "names": 3}
    found = _data(tiny_site)
    assert len(found) == 3 * (7 + 3 + len(codes))
    for lang in ("en", "de", "ar"):
        for protocol, count in codes.items():
            bundle = found[f"{lang}/{protocol}/index.json"]
            assert len(bundle["codes"]) == count
            for code in bundle["codes"]:
                path = code["url"].removeprefix(BASE).replace(".html", ".json")
                assert found[path] == code


def test_data_is_compact_and_ends_with_a_line(tiny_site: Site) -> None:
    for path, data in output_files(tiny_site, DATA).items():
        assert data.endswith(b"\n")
        assert not data.endswith(b"\n\n")
        # Of a bundle each code stands in a line of its own, so that a change is a change of lines.
        made = json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":")).encode()
        assert data.replace(b"\n", b"") == made, path


def test_data_of_a_code_says_everything_its_file_says(tiny_site: Site) -> None:
    data = _data(tiny_site)["en/parcel/4.2.1.json"]
    assert data == {
        "$schema": f"{BASE}schemas/code.schema.json",
        "protocol": "parcel",
        "code": "4.2.1",
        "slug": "4.2.1",
        "phrase": "Shelf full",
        "lang": "en",
        "translated": True,
        "url": f"{BASE}en/parcel/4.2.1.html",
        "languages": {lang: f"{BASE}{lang}/parcel/4.2.1.json" for lang in ("en", "de", "ar")},
        "title": "No room at the moment",
        "summary": "The shop has no room for the parcel now, but will have some.",
        "meaning": "The shelf holds as many parcels as it can.\n\n"
        "- Room is made every evening.\n- A parcel is never thrown away.",
        "when": ["Many parcels came on one day.", "The van is late."],
        "action": {
            "customer": "Come back **tomorrow** with the same parcel.",
            "clerk": "Call the van, and see the [handbook](https://parcel.example/handbook).",
        },
        "tone": "failed-for-now",
        "facts": {
            "class": ["later"],
            "outcome": ["failed_now"],
            "retry": ["later"],
            "answers": ["drop"],
            "acts": ["customer", "clerk"],
            "phase": ["counter"],
            "afterwards": ["open"],
            "stamps": ["FULL", "A<B"],
        },
        "wire": ["C: DROP parcel", "S: 4.2.1 Shelf full"],
        "refines": None,
        "replaced_by": None,
        "confused_with": ["5.1.1"],
        "comparisons": [
            {"code": "5.1.1", "relation": "retry-or-stop", "url": f"{BASE}en/parcel/4.2.1-vs-5.1.1.html"},
        ],
        "sources": [
            {
                "title": "RFC 5321 section 4.2.1",
                "url": "https://www.rfc-editor.org/rfc/rfc5321.html#section-4.2.1",
            },
            {"title": "Parcel handbook", "url": "https://parcel.example/handbook?a=1&b=2"},
        ],
        "license": None,
    }


def test_bundle_says_what_its_facts_mean_and_what_authors_wrote_about_pairs(tiny_site: Site) -> None:
    bundle = _data(tiny_site)["de/parcel/index.json"]
    outcome = next(fact for fact in bundle["facts"] if fact["role"] == "outcome")
    assert outcome["tones"]["failed_now"] == "failed-for-now"
    assert outcome["values"].keys() == outcome["tones"].keys()
    assert {fact["id"]: fact["many"] for fact in bundle["facts"]}["acts"]
    (pair,) = bundle["pairs"]
    assert pair == {
        "codes": ["5.1.1", "5.7.1"],
        "verdict": "Bei 5.1.1 stimmt das Etikett nicht; bei 5.7.1 sind es die Waren.",
        "relation": "alternatives",
        "url": f"{BASE}de/parcel/5.1.1-vs-5.7.1.html",
    }


def test_data_names_the_codes_that_are_taken_for_one_too(tiny_site: Site) -> None:
    data = _data(tiny_site)["en/parcel/5.7.1.json"]
    assert data["confused_with"] == []
    assert [each["code"] for each in data["comparisons"]] == ["5.1.1"]


def test_data_names_only_the_languages_in_which_all_of_it_is(tiny_site: Site) -> None:
    found = _data(tiny_site)
    assert list(found["ar/parcel/2.0.0.json"]["languages"]) == ["en", "de"]
    assert list(found["ar/parcel/index.json"]["languages"]) == ["en", "de"]
    assert not found["ar/parcel/index.json"]["translated"]


def test_data_names_the_licence(tiny_site: Site) -> None:
    info = replace(tiny_site.catalogue.site, licence=Source(title="Terms", url="https://terms.example/"))
    found = _data(with_catalogue(tiny_site, replace(tiny_site.catalogue, site=info)))
    assert {data["license"] for data in found.values()} == {"https://terms.example/"}


def test_data_is_in_its_language_and_says_whether_all_of_it_is(tiny_site: Site) -> None:
    found = _data(tiny_site)
    assert found["de/parcel/4.2.1.json"]["title"] == "Im Augenblick kein Platz"
    assert found["de/parcel/index.json"]["title"] == "Antwortcodes der Paketstelle"
    arabic = found["ar/parcel/2.0.0.json"]
    assert (arabic["title"], arabic["translated"]) == ("ترحيب عند الباب", False)
    assert arabic["summary"] == "The shop greets the customer and waits for a wish."
    assert found["ar/parcel/4.2.1.json"]["translated"]


def test_odd_texts_survive_in_the_data_as_they_were_written(tiny_site: Site) -> None:
    data = _data(tiny_site)["en/parcel/5.7.1.json"]
    assert data["title"] == '"Banned" <goods> & 🎁 for שלום and {% raw %}'
    assert data["wire"][1] == 'S: 5.7.1 "Banned" <goods> & more'


def test_sitemaps_hold_exactly_the_indexed_pages(tiny_site: Site) -> None:
    plan = plan_of(tiny_site)
    files = output_files(tiny_site, SITEMAP)
    assert _addresses(files["sitemap.xml"]) == [f"{BASE}sitemap-1.xml"]
    found = _addresses(files["sitemap-1.xml"])
    wanted = [BASE + page.path.removesuffix("index.html") for page in plan if page.indexed]
    assert found == wanted
    assert f"{BASE}de/parcel/5.1.1-vs-5.7.1.html" in found
    assert f"{BASE}de/parcel/2.0.0-vs-5.1.1.html" not in found
    assert f"{BASE}404.html" not in found


@pytest.mark.parametrize("most", [1, 7, 10])
def test_long_sitemap_is_split_without_loss(tiny_site: Site, most: int) -> None:
    plan = plan_of(tiny_site)
    whole = _addresses(output_files(tiny_site, SITEMAP)["sitemap-1.xml"])
    files = bytes_of(sitemap_files(tiny_site, plan, most))
    names = [address.removeprefix(BASE) for address in _addresses(files["sitemap.xml"])]
    parts = [_addresses(files[name]) for name in names]
    assert names == [f"sitemap-{rank + 1}.xml" for rank in range(len(parts))]
    assert files.keys() == {"sitemap.xml", *names}
    assert all(0 < len(part) <= most for part in parts)
    assert [address for part in parts for address in part] == whole


def test_sitemap_names_the_language_versions_of_each_page(tiny_site: Site) -> None:
    plan = plan_of(tiny_site)
    tree = ElementTree.fromstring(output_files(tiny_site, SITEMAP)["sitemap-1.xml"])
    found = {
        entry.findtext(f"{MAP}loc"): {link.get("hreflang"): link.get("href") for link in entry.iter(LINK)}
        for entry in tree
    }
    assert list(found.values()) == [alternates(tiny_site, page) for page in plan if page.indexed]
    name = "parcel/4.2.1-vs-5.1.1.html"
    assert found[f"{BASE}ar/{name}"] == {
        "en": f"{BASE}en/{name}",
        "de": f"{BASE}de/{name}",
        "ar": f"{BASE}ar/{name}",
        "x-default": f"{BASE}en/{name}",
    }


def test_addresses_in_the_sitemap_follow_the_link_style(tiny_site: Site) -> None:
    info = replace(tiny_site.catalogue.site, link_style="clean")
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, site=info))
    files = output_files(site, SITEMAP)
    assert f"{BASE}de/parcel/5.1.1-vs-5.7.1" in _addresses(files["sitemap-1.xml"])
    assert _addresses(files["sitemap.xml"]) == [f"{BASE}sitemap-1.xml"]


def test_address_with_an_ampersand_is_escaped(tiny_site: Site) -> None:
    site = replace(tiny_site, base_url="https://tiny.example/a&b/")
    files = output_files(site, SITEMAP)
    assert "https://tiny.example/a&b/de/" in _addresses(files["sitemap-1.xml"])


def test_robots_allows_everything_and_names_the_sitemap(tiny_site: Site) -> None:
    files = output_files(tiny_site, ROBOTS)
    assert files == {"robots.txt": f"User-agent: *\nAllow: /\n\nSitemap: {BASE}sitemap.xml\n".encode()}


def test_llms_txt_has_the_form_that_is_asked_for(tiny_site: Site) -> None:
    (text,) = (data.decode() for data in output_files(tiny_site, LLMS).values())
    lines = [line for line in text.splitlines() if line]
    assert lines[0] == "# Tiny"
    assert lines[1] == "> Small codes, told apart. A site of invented codes that the tests build."
    assert [line for line in lines if line.startswith("#")] == [
        "# Tiny",
        "## English (en)",
        "## Deutsch (de)",
        "## JSON Schema",
        "## Optional",
    ]
    links = [line for line in lines[3:] if not line.startswith("## ")]
    assert all(re.fullmatch(r"- \[[^\]]+\]\(https://[^ )]+\)(: .+)?", line) for line in links)
    assert f"- [Antwortcodes der Paketstelle (JSON)]({BASE}de/parcel/index.json)" in links
    assert any(f"({BASE}schemas/code.schema.json)" in line for line in links)


def test_texts_in_llms_txt_are_no_markup_of_it(tiny_site: Site) -> None:
    parcel = tiny_site.catalogue.protocols["parcel"]
    named = replace(parcel, title=replace(parcel.title, source="A [b](https://c.example) <d>\n# e"))
    protocols = {**tiny_site.catalogue.protocols, "parcel": named}
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, protocols=protocols))
    text = output_files(site, LLMS)["llms.txt"].decode()
    assert f"- [A b \\<d> # e]({BASE}en/parcel/)" in text


def _decoding(site: Site, lang: str) -> dict[str, Any]:
    data = output_files(site, DECODE)[f"{lang}/decode.js"].decode()
    found: dict[str, Any] = json.loads(data.removeprefix("window.codepairsDecode = ").removesuffix(";\n"))
    return found


def test_decode_page_knows_every_code_with_what_to_do(tiny_site: Site) -> None:
    (parcel,) = _decoding(tiny_site, "en")["protocols"]
    title, slug, tone, places = parcel["codes"]["4.2.1"]
    assert parcel["codes"].keys() == tiny_site.catalogue.protocols["parcel"].codes.keys()
    assert (title, slug, tone) == ("No room at the moment", "4.2.1", "failed-for-now")
    assert [parcel["sentences"][place] for place in places] == [
        "After {code}, wait and ask again.",
        "It falls to the customer and the clerk to act on {code}.",
    ]


def test_decode_page_knows_who_carries_a_value_and_its_class(tiny_site: Site) -> None:
    (parcel,) = _decoding(tiny_site, "en")["protocols"]
    assert parcel["holders"]["stamps"]["FULL"] == ["4.2.1"]
    assert parcel["families"]["stamps"]["FULL"] == 1
    assert [label for _, label, *_ in parcel["classes"]] == ["2, done", "4, later", "5, never"]
    assert [kind for *_, kind in parcel["forms"]] == [0, 2, 1, 1]


def test_decode_page_knows_the_pairs_that_are_declared_or_curated(tiny_site: Site) -> None:
    (parcel,) = _decoding(tiny_site, "en")["protocols"]
    pairs = {(a, b) for a, others in parcel["pairs"].items() for b in others}
    protocol = tiny_site.catalogue.protocols["parcel"]
    declared = {frozenset((code.code, other)) for code in protocol.codes.values() for other in code.confused_with}
    assert {frozenset(pair) for pair in pairs} == declared | {frozenset(pair) for pair in protocol.curated}
    assert all(protocol.codes[a].rank < protocol.codes[b].rank for a, b in pairs)


def test_texts_that_fall_back_say_their_language_in_the_data_of_the_decode_page(tiny_site: Site) -> None:
    (parcel,) = _decoding(tiny_site, "ar")["protocols"]
    said = [*parcel["sentences"], *(code[0] for code in parcel["codes"].values())]
    assert ["After {code}, wait and ask again.", "en"] in said
    assert any(isinstance(each, str) for each in said)


def test_without_forms_there_is_no_decode_page(tiny_site: Site) -> None:
    protocols = {name: replace(each, decode=()) for name, each in tiny_site.catalogue.protocols.items()}
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, protocols=protocols))
    assert output_files(site, DECODE) == {}
    assert not [page for page in plan_of(site) if page.kind == "decode"]
    assert not [batch for batch in plan_of(site).batches() if batch.kind in ("decode", "decoding")]
    assert "decode" not in html_of(site, "en/index.html")


def test_no_kind_of_page_has_the_name_of_an_output(tiny_site: Site) -> None:
    """Batches of both stand in one manifest."""
    names = [each.name for each in (*plan_of(tiny_site).kinds, *plan_of(tiny_site).outputs)]
    assert len(set(names)) == len(names)
