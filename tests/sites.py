"""Helpers of the tests that look at whole sites: the tiny site of `tests/data/tiny`, its pages, and changes to both."""

from __future__ import annotations

import io
import shutil
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po, write_po
from selectolax.lexbor import LexborHTMLParser

from codepairs.dictionary import write_dictionaries
from codepairs.execute import InlineExecutor, Task, jobs, run, stored
from codepairs.model import Catalogue, Code, Protocol
from codepairs.outputs import OUTPUTS
from codepairs.pages import PAGE_KINDS
from codepairs.pages.shared import Shared
from codepairs.pipeline import read_site
from codepairs.plan import File, OutputKind, Page, Plan, Site, plan_site
from codepairs.render import render_pages
from codepairs.settings import Settings
from codepairs.watch import Watcher
from codepairs.write import Folder
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


def with_dictionaries(settings: Settings) -> Settings:
    """The same site with templates of its own, beside its content, and with a dictionary for each language."""
    settings = replace(settings, templates=settings.content.parent / "templates")
    shutil.copytree(ROOT / "templates", settings.templates)
    assert len(list(write_dictionaries(settings.templates, site_of(settings)))) > 1
    return settings


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


def with_codes(protocol: Protocol, *names: str, **changes: Any) -> Protocol:
    """The protocol with these of its codes only, and with other fields replaced; what refers to others goes too."""
    codes = {name: _alone(protocol.codes[name], names, rank) for rank, name in enumerate(names)}
    curated = {pair: item for pair, item in protocol.curated.items() if set(pair) <= codes.keys()}
    return replace(protocol, codes=codes, **{"curated": curated, "featured": (), **changes})


def _alone(code: Code, others: Container[str], rank: int) -> Code:
    """The code in a protocol that has no other codes than these."""
    confused_with = tuple(other for other in code.confused_with if other in others)
    refers = {field: None for field in ("refines", "replaced_by") if getattr(code, field) not in others}
    return replace(code, rank=rank, confused_with=confused_with, **refers)


def plan_of(site: Site) -> Plan:
    """The plan of a site with all kinds of pages and outputs."""
    return plan_site(site, PAGE_KINDS, OUTPUTS)


def bytes_of(files: Iterable[File]) -> dict[str, bytes]:
    """The bytes of files by path; none may stand twice. Each is read before the next one is made, as it is written."""
    found: dict[str, bytes] = {}
    for file in files:
        assert file.path not in found, f"{file.path} stands twice"
        found[file.path] = file.data if isinstance(file.data, bytes) else b"".join(file.data)
    return found


def output_files(site: Site, *outputs: OutputKind) -> dict[str, bytes]:
    """The files that these outputs make, all outputs where none is named."""
    plan = plan_of(site)
    made = (
        file
        for output in outputs or OUTPUTS
        for batch in output.batches(site)
        for file in output.files(site, plan, batch)
    )
    return bytes_of(made)


def page_at(site: Site, path: str) -> Page:
    """The page with this output path."""
    return next(page for page in plan_of(site) if page.path == path)


def html_of(site: Site, path: str) -> str:
    """The HTML of one page."""
    page = page_at(site, path)
    ((_, html),) = render_pages([page], _shared(site, page.lang))
    return html.decode()


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
    """Pages with their HTML, composed as a build does it; all pages of the site unless `pages` names some."""
    states: dict[str, Shared] = {}
    for (_, lang, *_), together in groupby(plan_of(site) if pages is None else pages, _together):
        if lang not in states:
            states[lang] = Shared(site, lang)
        yield from ((page, html.decode()) for page, html in render_pages(list(together), states[lang]))


def _together(page: Page) -> tuple[str, ...]:
    """Equal for pages that one batch may hold."""
    return page.kind, page.lang, *page.key[:2]


def write_pages(site: Site, output: Path) -> None:
    """Write all pages of a site into `output`, as a build does it."""
    tasks = (Task(batch) for batch in plan_of(site).batches() if batch.count)
    with stored(site) as key:
        receipts = list(run(jobs(tasks, key, Folder(output)), InlineExecutor(), 1))
    assert all(receipt.written == receipt.files for receipt in receipts)


class Told(Watcher):
    """Remembers what a build tells."""

    def __init__(self, explains: bool = False) -> None:
        self.explains = explains
        self.steps: list[str] = []
        self.counted: list[tuple[int, int]] = []
        self.reasons: list[tuple[str, str]] = []
        self.messages: list[str] = []

    def step(self, name: str) -> None:
        """A step begins."""
        self.steps.append(name)

    def progress(self, done: int, total: int) -> None:
        """So many of all pages are done."""
        self.counted.append((done, total))

    def reason(self, path: str, reason: str) -> None:
        """Why a file is made or removed."""
        self.reasons.append((path, reason))

    def message(self, text: str) -> None:
        """Something the user should know."""
        self.messages.append(text)


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
