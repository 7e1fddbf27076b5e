"""What lies at an address: the bytes that a build writes, found in the plan and nowhere else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from codepairs import pipeline
from codepairs.outputs import OUTPUTS
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Site
from codepairs.preview import Preview
from codepairs.settings import Settings
from tests.sites import copy_of_tiny, edit, plan_of, site_of, snapshot

BASE = "/codes/"
"""The path in the address of the tiny site."""


def built_files(settings: Settings) -> dict[str, bytes]:
    """What a build wrote for readers, by output path."""
    return {path: data for path, data in snapshot(Path(settings.output)).items() if not path.startswith(".codepairs")}


def test_every_page_and_file_is_that_of_a_build(tiny_built: Settings, tiny_site: Site) -> None:
    files = built_files(tiny_built)
    preview = Preview(tiny_site)
    assert len(files) > 100
    for path, data in files.items():
        found = preview.find(f"{BASE}{path}")
        assert found is not None, path
        assert (found.path, found.data) == (path, data)


def test_search_is_that_of_a_build(tmp_path: Path) -> None:
    pytest.importorskip("pagefind_bin")
    settings = copy_of_tiny(tmp_path)
    edit(settings.content / "site.yaml", "search: no", "search: yes")
    pipeline.build(settings)
    files = {path: data for path, data in built_files(settings).items() if "/search/" in path}
    preview = Preview(site_of(settings))
    assert any(path.endswith("pagefind.js") for path in files)
    assert {path: found.data for path in files if (found := preview.find(BASE + path))} == files


def test_pages_are_found_under_clean_links(tiny: Settings) -> None:
    edit(tiny.content / "site.yaml", "search: no", "search: no\nlink_style: clean")
    pipeline.build(tiny)
    preview = Preview(site_of(tiny))
    for path, data in built_files(tiny).items():
        folder, _, name = path.rpartition("/")
        clean = f"{folder}/" if name == "index.html" else path.removesuffix(".html")
        found = preview.find(BASE + clean.lstrip("/"))
        assert found is not None, clean
        assert found.data == data


def test_clean_addresses_are_none_where_links_name_files(tiny_site: Site) -> None:
    assert Preview(tiny_site).find(f"{BASE}en/about") is None


def test_only_what_a_build_writes_lies_anywhere(tiny_site: Site) -> None:
    preview = Preview(tiny_site)
    pair = next(page for page in plan_of(tiny_site) if page.kind == "pair")
    a, b = (tiny_site.catalogue.protocols[pair.key[0]].codes[code].slug for code in pair.key[1:])
    strangers = [
        f"{pair.lang}/{pair.key[0]}/{b}-vs-{a}.html",
        f"{pair.lang}/{pair.key[0]}/{a}-vs-{a}.html",
        f"xx/{pair.key[0]}/{a}-vs-{b}.html",
        f"{pair.lang}/nothing/{a}-vs-{b}.html",
        "content/site.yaml",
        "../content/site.yaml",
        "assets/../../content/site.yaml",
        "assets/tokens.css",
        "en",
        "sitemap-99.xml",
    ]
    assert [path for path in strangers if preview.find(BASE + path)] == []
    assert preview.find("/en/index.html") is None, "the site lies below its base"


def test_folder_is_told_by_its_slash(tiny_site: Site) -> None:
    preview = Preview(tiny_site)
    assert preview.folder("/codes") == "/codes/"
    assert preview.folder("/codes/en") == "/codes/en/"
    assert preview.folder("/codes/nothing") is None
    assert preview.folder("/codes/nothing/") is None


def test_files_lie_where_their_output_says(tiny_site: Site) -> None:
    """Otherwise they would not be found."""
    plan = plan_of(tiny_site)
    for output in OUTPUTS:
        for batch in output.batches(tiny_site):
            for file in output.files(tiny_site, plan, batch):
                assert output.may_hold(file.path, batch), (output.name, file.path)
                _ = file.data if isinstance(file.data, bytes) else b"".join(file.data)


def test_samples_are_a_page_of_each_kind(project_site: Site) -> None:
    samples = list(Preview(project_site).samples())
    known = {page.kind for page in plan_of(project_site)}
    assert [page.kind for page in samples] == [kind.name for kind in PAGE_KINDS if kind.name in known]
    assert {page.lang for page in samples} == {project_site.source_lang}


def test_page_is_rendered_when_it_is_asked_for_and_once(tiny_site: Site) -> None:
    rendered: Counter[str] = Counter()
    preview = Preview(tiny_site, lambda page: rendered.update([page.path]))
    assert not rendered
    for _ in range(2):
        preview.find(f"{BASE}en/about.html")
    assert rendered == {"en/about.html": 1}


def test_version_follows_the_page_and_what_it_loads(tiny_site: Site) -> None:
    def version(files: dict[str, bytes], address: str) -> str:
        assets = replace(tiny_site.assets, files={**tiny_site.assets.files, **files})
        return Preview(replace(tiny_site, assets=assets)).version(address)

    about, matrix = f"{BASE}en/about.html", f"{BASE}en/parcel/matrix.html"
    assert version({}, about) == version({}, about)
    assert version({}, about) != version({}, matrix)
    assert version({"assets/style.css": b"a{}"}, about) != version({}, about)
    script = {"assets/matrix.js": b"1"}
    assert version(script, about) == version({}, about), "the page does not load it"
    assert version(script, matrix) != version({}, matrix)
    assert version({"assets/style.css": b"a{}"}, f"{BASE}nothing.html") != version({}, f"{BASE}nothing.html")
