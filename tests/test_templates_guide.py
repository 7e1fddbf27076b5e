"""docs/templates.md: its example works as it says, and its tables name what templates really receive."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from codepairs.compose import Slots
from codepairs.errors import Place
from codepairs.pages import PAGE_KINDS
from codepairs.pages.shared import Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.render import page_context, render_whole
from codepairs.serve.desk import Desk
from codepairs.settings import Settings
from tests.sites import copy_of_tiny, edit, plan_of, rendered, site_of
from tests.support import ROOT
from tests.test_finding import shared_number

GUIDE = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")


@pytest.fixture
def changed(project: Settings, tmp_path: Path) -> Settings:
    """The project's site with the example in its templates."""
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (example,) = re.findall(r"^```jinja\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL)
    edit(tmp_path / "templates" / "base.html", "</footer>", f"{example}</footer>")
    return replace(project, templates=tmp_path / "templates")


def _of_each_kind(site: Site) -> dict[tuple[str, str], Page]:
    """A page of each kind in each language."""
    return {(page.kind, page.lang): page for page in plan_of(site) if not page.outside}


def test_example_is_on_every_page(changed: Settings) -> None:
    site = site_of(changed)
    licence = site.catalogue.site.licence
    assert licence is not None
    shown = f"The texts are under {licence.title}."
    pages = _of_each_kind(site)
    for page, html in rendered(site, pages.values()):
        footer = html.partition("<footer>")[2]
        expected = shown if page.lang == site.source_lang else f'<span lang="{site.source_lang}">{shown}</span>'
        assert f"<p>{expected}</p>" in footer, page.path
        assert html.encode() == render_whole(page, Shared(site, page.lang))
    assert "The texts are under {licence}." in {text.source for text in site.interface}, "messages update finds it"


def test_misspelt_member_is_shown_with_its_line(changed: Settings) -> None:
    desk = Desk(changed)
    desk.refresh()
    assert desk.problems == ()
    base = changed.templates / "base.html"
    edit(base, "{% if site.licence %}", "{% if site.license %}")
    desk.refresh()
    line = 1 + base.read_text(encoding="utf-8").splitlines().index("{% if site.license %}")
    (problem,) = desk.problems
    assert problem.place == Place(str(base), line)
    assert "license" in problem.message
    assert desk.preview is not None


def _section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, flags=re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def _names(table: str, kind: str = "") -> set[str]:
    """What a table gives a kind of page; a cell may say `x` in another kind."""
    found: set[str] = set()
    for cell in re.findall(r"^\|([^|]+)\|", table, flags=re.MULTILINE):
        only = re.search(r"in (\w+) *$", cell)
        if not only or only[1] == kind:
            found |= set(re.findall(r"`([a-z_]+)`", cell))
    return found


def test_table_of_every_page_is_what_every_page_receives(tiny_site: Site) -> None:
    for page in _of_each_kind(tiny_site).values():
        assert set(page_context(page, Shared(tiny_site, page.lang))) == _names(_section("What every page receives"))


@pytest.mark.parametrize("kind", PAGE_KINDS, ids=lambda kind: kind.name)
def test_table_of_a_kind_is_what_its_pages_receive(kind: PageKind, tmp_path: Path) -> None:
    settings = copy_of_tiny(tmp_path)
    if kind.name == "number":
        shared_number(settings)
    site = site_of(settings)
    page = next(page for page in plan_of(site) if page.kind == kind.name)
    parts = re.split(r"^(?=\*\*)", _section("What each kind of page receives beside that"), flags=re.MULTILINE)
    own = "".join(part for part in parts if kind.name in re.findall(r"\*\*(\w+)\*\*", part.partition("\n")[0]))
    common = _names(_section("What every page receives"))
    assert _received(kind, page, Shared(site, page.lang)) - common == _names(own, kind.name) - common


def _received(kind: PageKind, page: Page, shared: Shared) -> set[str]:
    if kind.context is not None:
        return set(kind.context(page, shared))
    assert kind.slots is not None
    (slots,) = kind.slots([page], shared)
    assert isinstance(slots, Slots)
    return {name.partition(".")[0] for name in slots.pieces()} | set(slots.flags)
