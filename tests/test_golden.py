"""One page of each kind in each language of the tiny site, as it is known to be right.

Compared is what stands inside <main>; all that surrounds it is compared once, so that a new footer changes one file.
`pytest --update-golden` rewrites the files; the diff is then read.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codepairs.pages import PAGE_KINDS
from codepairs.plan import Site
from tests.sites import html_of, page_at

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("en", "de", "ar")
OUTSIDE = {"root": "index.html", "404": "404.html"}
NAMES = {
    "home": "index.html",
    "about": "about.html",
    "decode": "decode.html",
    "protocol": "parcel/index.html",
    "matrix": "parcel/matrix.html",
    "code": "parcel/5.7.1.html",
    "pair": "parcel/5.1.1-vs-5.7.1.html",
}
ABSENT = {"number"}
"""Kinds that the tiny site has no page of; they have tests of their own."""
PAGES = list(OUTSIDE.values()) + [f"{lang}/{name}" for lang in LANGUAGES for name in NAMES.values()]
_MAIN = re.compile(r"(<main\b[^>]*>\n?)(.*)(</main>)", re.DOTALL)


@pytest.mark.parametrize("path", PAGES)
def test_main_is_as_known(path: str, tiny_site: Site, update_golden: bool) -> None:
    found = _MAIN.search(html_of(tiny_site, path))
    assert found
    _compare(GOLDEN / path.replace("/", "-"), _without_counts(path, found[2]), update_golden)


def test_skeleton_is_as_known(tiny_site: Site, update_golden: bool) -> None:
    html = html_of(tiny_site, "de/parcel/5.1.1-vs-5.7.1.html")
    _compare(GOLDEN / "skeleton.html", _MAIN.sub(r"\1\3", html), update_golden)


def test_every_kind_of_page_has_its_golden_file(tiny_site: Site) -> None:
    assert {page_at(tiny_site, path).kind for path in PAGES} == {kind.name for kind in PAGE_KINDS} - ABSENT
    assert {path.name for path in GOLDEN.iterdir()} == {"skeleton.html", *(path.replace("/", "-") for path in PAGES)}


def _compare(path: Path, html: str, update: bool) -> None:
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_text(html, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing; --update-golden writes it"
    assert html == path.read_text(encoding="utf-8")


def _without_counts(path: str, html: str) -> str:
    """The about page counts the messages of the templates, which is no business of the tiny site."""
    return re.sub(r"(?<=[ >])\d+(?=[ <])", "#", html) if path.endswith("about.html") else html
