"""What scripts read to find pages: picker, search, 404 page; the OpenSearch description; and when it is made anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from codepairs import indexing, pipeline
from codepairs.outputs.finding import ADDRESSES, OPENSEARCH, PICKER
from codepairs.plan import Site
from codepairs.settings import Settings
from tests.sites import (
    Told,
    attribute,
    copy_of_tiny,
    edit,
    html_of,
    output_files,
    page_at,
    site_of,
    snapshot,
    tree_of,
    with_catalogue,
)


@pytest.fixture
def searched(tmp_path: Path) -> Settings:
    """The tiny site with its search."""
    pytest.importorskip("pagefind_bin", reason="Pagefind is an extra")
    settings = copy_of_tiny(tmp_path)
    edit(settings.content / "site.yaml", "search: no", "search: yes")
    return settings


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The runs of Pagefind."""
    made: list[Path] = []
    run = indexing._run

    def noted(pages: Path, index: Path) -> None:
        made.append(pages)
        run(pages, index)

    monkeypatch.setattr(indexing, "_run", noted)
    return made


def shared_number(settings: Settings) -> None:
    """Give the second protocol a code that the first has too."""
    names = settings.content / "names"
    edit(names / "protocol.yaml", "pattern: '[A-Z]+|0x[0-9A-F]+'", "pattern: '.+'")
    edit(names / "registry.csv", "0x2F,Forty-seven", "5.1.1,Forty-seven")
    (names / "0x2f.yaml").rename(names / "5.1.1.yaml")
    edit(names / "5.1.1.yaml", "0x2F", "5.1.1")


def test_picker_has_the_codes_of_its_protocol_in_their_order(tiny_site: Site) -> None:
    files = output_files(tiny_site, PICKER)
    script = files["de/parcel/codes.js"].decode()
    data = json.loads(script.removeprefix("var codepairsPicker = ").removesuffix(";\n"))
    protocol = tiny_site.catalogue.protocols["parcel"]
    assert [code for code, _, _ in data["codes"]] == list(protocol.codes)
    assert ["4.2.1", "4.2.1", "Im Augenblick kein Platz"] in data["codes"]
    assert "Zwei Codes vergleichen" in data["form"]
    assert data["ending"] == ".html"


def test_picker_follows_the_link_style(tiny_site: Site) -> None:
    info = replace(tiny_site.catalogue.site, link_style="clean")
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, site=info))
    assert b'"ending":""' in output_files(site, PICKER)["en/names/codes.js"]


def test_addresses_hold_every_language_and_code(tiny_site: Site) -> None:
    data = json.loads(output_files(tiny_site, ADDRESSES)["404.json"])
    assert data["languages"] == ["en", "de", "ar"]
    assert [item["id"] for item in data["protocols"]] == ["parcel", "names"]
    assert ["NXDOMAIN", "nxdomain"] in data["protocols"][1]["codes"]


def test_opensearch_is_well_formed_and_leads_to_the_first_page(searched: Settings) -> None:
    files = output_files(site_of(searched), OPENSEARCH)
    assert files.keys() == {f"{lang}/opensearch.xml" for lang in ("en", "de", "ar")}
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    tree = ElementTree.fromstring(files["de/opensearch.xml"])
    url = tree.find(f"{space}Url")
    assert url is not None
    assert url.get("template") == "https://tiny.example/codes/de/#q={searchTerms}"
    assert tree.findtext(f"{space}Language") == "de"
    assert len(tree.findtext(f"{space}ShortName") or "") <= 16


def test_site_without_search_shows_none_of_it(tiny_site: Site, tiny_built: Settings) -> None:
    files = {path.relative_to(tiny_built.output).as_posix() for path in Path(tiny_built.output).rglob("*")}
    assert not [path for path in files if path.endswith("/search") or "opensearch" in path]
    html = html_of(tiny_site, "en/parcel/5.7.1.html")
    assert "search" not in html.replace("research", "")


def test_site_with_search_has_its_box_on_every_page_and_names_its_description(searched: Settings) -> None:
    site = site_of(searched)
    for path in ("en/index.html", "de/parcel/index.html", "ar/parcel/5.7.1.html", "de/parcel/5.1.1-vs-5.7.1.html"):
        assert len(tree_of(site, path).css("body > header search[hidden] input")) == 1
    assert attribute(tree_of(site, "de/parcel/5.7.1.html"), 'link[rel="search"]', "href") == "../opensearch.xml"


def test_index_is_made_anew_only_where_its_texts_have_changed(searched: Settings, runs: list[Path]) -> None:
    pipeline.build(replace(searched, jobs=1))
    assert len(runs) == 3
    before = snapshot(Path(searched.output))
    edit(searched.locales / "de" / "LC_MESSAGES" / "parcel.po", "Im Augenblick kein Platz", "Jetzt kein Platz")
    pipeline.build(replace(searched, jobs=1))
    assert len(runs) == 4
    after = snapshot(Path(searched.output))
    assert not [path for path in after if path.startswith("en/search/") and before.get(path) != after[path]]
    assert [path for path in before if path.startswith("de/search/fragment/") and path not in after]
    edit(searched.content / "site.yaml", "protocols: [parcel, names]", "protocols: [parcel, names] # as before")
    pipeline.build(replace(searched, jobs=1))
    assert len(runs) == 4


def test_incremental_build_of_a_site_with_search_equals_a_clean_one(searched: Settings, tmp_path: Path) -> None:
    pipeline.build(searched)
    edit(searched.content / "parcel" / "5.7.1.yaml", "code: ", "search: forbidden goods, contraband\ncode: ")
    pipeline.build(searched)
    clean = replace(searched, output=tmp_path / "clean")
    pipeline.build(clean)
    found, wanted = snapshot(Path(searched.output)), snapshot(Path(clean.output))
    found.pop(".codepairs.jsonl"), wanted.pop(".codepairs.jsonl")
    assert found == wanted
    assert b"contraband" in found["en/search/codes.json"]


def test_missing_file_of_the_index_is_made_again(searched: Settings) -> None:
    pipeline.build(searched)
    script = Path(searched.output) / "en" / "search" / "pagefind.js"
    data = script.read_bytes()
    script.unlink()
    pipeline.build(searched)
    assert script.read_bytes() == data


def test_without_search_the_index_is_removed(searched: Settings) -> None:
    pipeline.build(searched)
    pipeline.build(replace(searched, search=False))
    assert not (Path(searched.output) / "en" / "search").exists()
    assert b"<search" not in (Path(searched.output) / "en" / "index.html").read_bytes()


def test_index_goes_into_an_archive(searched: Settings, tmp_path: Path) -> None:
    import io
    import tarfile

    import zstandard

    archive = tmp_path / "site.tar.zst"
    pipeline.build(replace(searched, output=archive))
    data = zstandard.ZstdDecompressor().stream_reader(archive.read_bytes()).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        assert [name for name in tar.getnames() if name.endswith("de/search/pagefind.js")]


def test_absent_pagefind_is_one_warning_and_the_site_works(searched: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "is_installed", lambda: False)
    report = pipeline.build(searched, Told())
    (warning,) = [problem for problem in report.warnings if "Pagefind" in problem.message]
    assert "pip install codepairs[search]" in warning.message
    assert b"<search" not in (Path(searched.output) / "en" / "index.html").read_bytes()


def test_number_of_several_protocols_has_a_page(tiny: Settings) -> None:
    shared_number(tiny)
    site = site_of(tiny)
    page = page_at(site, "de/number/5.1.1.html")
    assert page.translated
    tree = tree_of(site, page.path)
    links = [node.attributes.get("href") for node in tree.css("main h2 a")]
    assert links == ["../parcel/5.1.1.html", "../names/5.1.1.html"]
    assert attribute(tree, "main a", "href") == "../parcel/5.1.1.html"
    assert len(tree.css('link[hreflang="de"]')) == 1
    for path in ("de/parcel/5.1.1.html", "de/names/5.1.1.html"):
        assert "../number/5.1.1.html" in html_of(site, path)
    assert "number/" not in html_of(site, "de/parcel/5.7.1.html")
    assert "number/5.1.1.html" in html_of(site, "de/index.html")
    assert "/number/5.1.1.html" in output_files(site)["sitemap-1.xml"].decode()


def test_page_of_a_number_comes_and_goes_with_its_second_protocol(tiny: Settings, tmp_path: Path) -> None:
    pipeline.build(tiny)
    number = Path(tiny.output) / "en" / "number" / "5.1.1.html"
    assert not number.exists()
    for change in _changes(tiny):
        pipeline.build(tiny)
        assert number.exists() == change
        found = snapshot(Path(tiny.output))
        clean = replace(tiny, output=tmp_path / f"clean-{change}")
        pipeline.build(clean)
        wanted = snapshot(Path(clean.output))
        found.pop(".codepairs.jsonl"), wanted.pop(".codepairs.jsonl")
        assert found == wanted


def _changes(settings: Settings) -> Iterator[bool]:
    """Make the second protocol have the number, then not; whether it has it now."""
    shared_number(settings)
    yield True
    names = settings.content / "names"
    (names / "5.1.1.yaml").rename(names / "0x2f.yaml")
    edit(names / "0x2f.yaml", "5.1.1", "0x2F")
    edit(names / "registry.csv", "5.1.1,", "0x2F,")
    yield False


def test_a_literal_that_is_written_like_a_word_is_left_to_the_words(searched: Settings) -> None:
    pipeline.build(searched)
    data = json.loads((Path(searched.output) / "en" / "search" / "codes.json").read_text(encoding="utf-8"))
    literals = next(each["literals"] for each in data["protocols"] if each["id"] == "parcel")
    assert "A<B" in literals
    assert "FULL" not in literals
