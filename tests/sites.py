"""Helpers of the tests that look at whole sites: the tiny site of `tests/data/tiny`, its pages, and changes to both."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po, write_po
from selectolax.lexbor import LexborHTMLParser

from codepairs.execute import InlineExecutor, batches, run, stored
from codepairs.model import Catalogue
from codepairs.pages import PAGE_KINDS
from codepairs.pages.shared import Shared
from codepairs.pipeline import read_site
from codepairs.plan import Page, Plan, Site, plan_site
from codepairs.render import render_page
from codepairs.settings import Settings
from tests.support import ROOT

TINY = ROOT / "tests" / "data" / "tiny"
"""Two invented protocols in English, complete German and begun Arabic; rendered with the project's own templates."""


def copy_of_tiny(folder: Path, **changes: Any) -> Settings:
    """The tiny site copied below `folder`, with the project's German interface; settings that build it there.

    The tiny site translates only its own texts, so that a new message of the templates leaves it as it is.
    """
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    messages = folder / "locales" / "de" / "LC_MESSAGES" / "site.po"
    messages.write_bytes(_with_interface(messages.read_bytes()))
    return Settings(
        content=folder / "content",
        locales=folder / "locales",
        templates=ROOT / "templates",
        output=folder / "site",
        **changes,
    )


@cache
def _with_interface(own: bytes) -> bytes:
    catalog = read_po(io.BytesIO(own))
    with (ROOT / "locales" / "de" / "LC_MESSAGES" / "site.po").open("rb") as file:
        for message in read_po(file):
            if message.id and not message.context:
                catalog.add(message.id, message.string)
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0)
    return buffer.getvalue()


def site_of(settings: Settings) -> Site:
    """What `settings` describe, read and checked."""
    return read_site(settings)[0]


def with_catalogue(site: Site, catalogue: Catalogue) -> Site:
    """The site with other content."""
    return replace(site, catalogue=catalogue)


def plan_of(site: Site) -> Plan:
    """The plan of a site with all kinds of pages."""
    return plan_site(site, PAGE_KINDS)


def page_at(site: Site, path: str) -> Page:
    """The page with this output path."""
    return next(page for page in plan_of(site) if page.path == path)


def html_of(site: Site, path: str) -> str:
    """The HTML of one page."""
    page = page_at(site, path)
    return render_page(page, _shared(site, page.lang)).decode()


def _shared(site: Site, lang: str) -> Shared:
    """The state of a language, made once for each site; it holds the site, so that no other can take its id."""
    key = (id(site), lang)
    if key not in _STATES:
        _STATES[key] = Shared(site, lang)
    return _STATES[key]


_STATES: dict[tuple[int, str], Shared] = {}


def tree_of(site: Site, path: str) -> LexborHTMLParser:
    """One page, parsed."""
    return LexborHTMLParser(html_of(site, path))


def rendered(site: Site, pages: Iterable[Page] | None = None) -> Iterator[tuple[Page, str]]:
    """Pages with their HTML; all pages of the site unless `pages` names some."""
    states: dict[str, Shared] = {}
    for page in plan_of(site) if pages is None else pages:
        if page.lang not in states:
            states[page.lang] = Shared(site, page.lang)
        yield page, render_page(page, states[page.lang]).decode()


def write_pages(site: Site, output: Path, pages: Iterable[Page] | None = None) -> None:
    """Render pages into `output`."""
    with stored(site) as place:
        work = batches(plan_of(site) if pages is None else pages, place, output)
        assert all(receipt.state == "written" for receipt in run(work, InlineExecutor(), 1))


def section_of(tree: LexborHTMLParser, name: str) -> str:
    """The readable text of the section whose heading has the id `name`; empty where there is none."""
    return " | ".join(" ".join(node.text().split()) for node in tree.css(f'section:has(> [id="{name}"])'))


def main_of(tree: LexborHTMLParser) -> str:
    """The readable text of <main>, blanks folded."""
    main = tree.css_first("main")
    assert main is not None
    return " ".join(main.text(separator=" ").split())


def attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    """An attribute of the first element that fits; None where there is none."""
    node = tree.css_first(selector)
    return node.attributes.get(name) if node else None


def edit(path: Path, old: str, new: str) -> None:
    """Replace `old`, which must stand in the file, by `new`."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} does not hold {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def snapshot(folder: Path) -> dict[str, bytes]:
    """All files below a folder with their bytes, by path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
