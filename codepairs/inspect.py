"""Judges a built site as its readers will meet it: links, HTML, languages, repetitions. Reads the output folder.

Every page is parsed once; what must hold between pages (links, fragments, alternates, unique titles) is compared from
small records of each page, not from the pages themselves.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from codepairs.compress import Coding, dictionary_of, original_of
from codepairs.errors import Place, Problem
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Page, Site, plan_site
from codepairs.proofread import read_rules
from codepairs.prose import plain_text
from codepairs.reading import UnreadableError, read_bytes
from codepairs.rules import sentences
from codepairs.urls import absolute, code_data_path, protocol_data_path

__all__ = [
    "Judge",
    "PageRecord",
    "Passage",
    "page_problems",
    "passages_of",
    "record_of",
    "repeated_sentences",
    "site_problems",
]

_MOST_BYTES = 1 << 30
"""Bytes of a built file that are read; a page of thirty thousand codes has five million."""
_BLOCKS = frozenset(
    "main section div nav p ul ol li dl dt dd table tr th td h1 h2 h3 h4 summary details".split()  # noqa: SIM905
)
_LITERAL = frozenset({"code", "bdi"})
_SILENT = frozenset({"pre", "script", "style", "-comment"})
"""Transcripts quote, so they may repeat; the others are not read."""
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_FILE = re.compile(r"\.(json|css|js|svg|png|html|xml|txt)$")
_LINKED = 'script[type="application/ld+json"]'
_ADDRESS = re.compile(r"https?://[^\s)]+")
_DOUBLED = re.compile(r"\b([^\W\d_]{2,}) \1\b")


@dataclass(frozen=True, slots=True)
class PageRecord:
    """What has to be compared between pages."""

    path: str
    title: str
    description: str
    indexed: bool
    links: frozenset[str]
    """Links to other files of the site and to places in them, as written."""
    ids: frozenset[str]
    alternates: Mapping[str, str] = field(default_factory=dict)
    """Addresses by hreflang."""
    addresses: frozenset[str] = frozenset()
    """Full addresses in what the page says to programs: in linked data, and that of its picture."""


def site_problems(output: Path, locales: Path, site: Site) -> list[Problem]:
    """Everything that is wrong with the built site; each problem names the page."""
    problems: list[Problem] = []
    records: dict[str, PageRecord] = {}
    judge = Judge(site, locales)
    for page in plan_site(site, PAGE_KINDS):
        path = output / page.path
        try:
            tree = LexborHTMLParser(read_bytes(path, within=output, most=_MOST_BYTES))
        except UnreadableError:
            problems.append(Problem(Place(str(path)), "is missing; build the site first"))
            continue
        records[page.path] = record_of(page.path, tree)
        problems += [Problem(Place(str(path)), text) for text in judge.problems(page, tree)]
    found = [
        *_link_problems(output, records, site),
        *_unique_problems(records),
        *_alternate_problems(records, site),
        *_data_problems(output, records, site),
        *_copy_problems(output, site),
    ]
    return problems + [Problem(Place(str(output / path)), text) for path, text in found]


def _copy_problems(output: Path, site: Site) -> Iterator[tuple[str, str]]:
    """Compressed copies that give other bytes than the file that they are of: servers send them in its place."""
    for folder, _, names in os.walk(output):
        for name in sorted(names):
            copy = Path(folder, name)
            copied = original_of(copy.relative_to(output).as_posix())
            if copied and not _gives(copy, *copied, output, site):
                yield copy.relative_to(output).as_posix(), f"is no copy of {copied[0]}; build the site again"


def _gives(copy: Path, original: str, coding: Coding, output: Path, site: Site) -> bool:
    """Whether a copy gives the bytes of its file."""
    try:
        data, packed = (read_bytes(path, within=output, most=_MOST_BYTES) for path in (output / original, copy))
    except UnreadableError:
        return False
    return coding.gives(packed, data, dictionary_of(original, site.dictionaries))


def record_of(path: str, tree: LexborHTMLParser) -> PageRecord:
    """The record of a parsed page."""
    title, description = tree.css_first("title"), tree.css_first('meta[name="description"]')
    robots = tree.css_first('meta[name="robots"]')
    links = (str(node.attributes.get(name) or "") for name in ("href", "src") for node in tree.css(f"[{name}]"))
    return PageRecord(
        path=path,
        title=title.text() if title else "",
        description=str(description.attributes.get("content") or "") if description else "",
        indexed=robots is None,
        links=frozenset(link for link in links if not urlsplit(link).scheme),
        ids=frozenset(str(node.attributes["id"]) for node in tree.css("[id]")),
        alternates={
            str(node.attributes.get("hreflang")): str(node.attributes.get("href"))
            for node in tree.css('link[rel="alternate"][hreflang]')
        },
        addresses=frozenset(_said_to_programs(tree)),
    )


def _said_to_programs(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css('meta[property="og:image"]'):
        yield str(node.attributes.get("content"))
    for node in tree.css(_LINKED):
        with suppress(ValueError):
            yield from _addresses(json.loads(node.text()))


def _addresses(data: Any) -> Iterator[str]:
    """The full addresses in data, wherever in it."""
    if isinstance(data, dict | list):
        for item in data.values() if isinstance(data, dict) else data:
            yield from _addresses(item)
    elif isinstance(data, str) and _ADDRESS.fullmatch(data):
        yield data


class Judge:
    """Judges single pages; knows what the languages of the site say."""

    def __init__(self, site: Site, locales: Path) -> None:
        self.doubled = {lang: read_rules(locales / lang / "rules.yaml")[0].doubled for lang in site.translators}
        declared = [text for protocol in site.catalogue.protocols.values() for text in protocol.texts()]
        texts = [text for text in (*site.interface, *site.catalogue.texts()) if text.translatable]
        # Braces may be part of what a text quotes; a placeholder is what some sentence was to be filled with.
        self.placeholders = frozenset(
            name for text in (*site.interface, *declared) for name in _PLACEHOLDER.findall(text.source)
        )
        self.source_texts = {
            lang: frozenset(
                plain_text(text.source)
                for text in texts
                if translator.phrase(text).text != text.source or not translator.knows(text)
            )
            for lang, translator in site.translators.items()
            if not translator.is_source
        }

    def problems(self, page: Page, tree: LexborHTMLParser) -> Iterator[str]:
        """What is wrong with one page, seen alone."""
        passages = passages_of(tree)
        yield from page_problems(tree, passages, self.doubled[page.lang], self.placeholders)
        if page.kind == "pair":
            yield from repeated_sentences(passages)
        known = frozenset() if page.outside else self.source_texts.get(page.lang, frozenset())
        for passage in passages:
            for text in passage.own:
                if text in known and passage.lang == page.lang:
                    yield f"{text[:60]!r} is in the source language, but no 'lang' says so"


@dataclass(slots=True)
class Passage:
    """What a block holds outside the blocks in it, without literal protocol text."""

    lang: str
    main: bool
    """Whether it stands in <main>."""
    own: list[str]
    """The texts between its tags, one by one."""
    pieces: list[str]
    """All of it, literal text included, as it is read."""

    @property
    def text(self) -> str:
        """The passage as it is read."""
        return " ".join("".join(self.pieces).split())


def passages_of(tree: LexborHTMLParser) -> list[Passage]:
    """The passages of a page's body in reading order, in one walk."""
    passages: list[Passage] = []
    if tree.body is not None and tree.root is not None:
        lang = str(tree.root.attributes.get("lang") or "")
        _walk(tree.body, Passage(lang, False, [], []), lang, False, passages)
    return passages


def _walk(node: LexborNode, block: Passage, lang: str, literal: bool, passages: list[Passage]) -> None:
    child = node.child
    while child is not None:
        tag = child.tag
        if tag == "-text":
            text = child.text(deep=False)
            block.pieces.append(text)
            if not literal and (folded := " ".join(text.split())):
                block.own.append(folded)
        elif tag not in _SILENT:
            attributes = child.attributes
            inner_lang = str(attributes.get("lang") or lang)
            inner, quiet = block, literal or tag in _LITERAL or attributes.get("translate") == "no"
            if tag in _BLOCKS or inner_lang != lang:
                inner = Passage(inner_lang, block.main or tag == "main", [], [])
                passages.append(inner)
            _walk(child, inner, inner_lang, quiet, passages)
        child = child.next


def page_problems(
    tree: LexborHTMLParser,
    passages: Iterable[Passage],
    doubled: frozenset[str] = frozenset(),
    placeholders: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """What is wrong with the HTML of a page: headings, title, description, ids, words.

    `doubled` are the words that may stand twice in a row, `placeholders` those that must not be left in a text.
    """
    count = len(tree.css("h1"))
    if count != 1:
        yield f"has {count} <h1>; a page has one"
    record = record_of("", tree)
    if not record.title.strip():
        yield "has no <title>"
    if not record.description.strip():
        yield "has no description"
    ids = Counter(str(node.attributes["id"]) for node in tree.css("[id]"))
    for twice in sorted(name for name, number in ids.items() if number > 1):
        yield f"has the id {twice!r} twice"
    for node in tree.css("li:empty, dd:empty, h2:empty, h3:empty"):
        yield f"has an empty <{node.tag}>"
    for node in tree.css(_LINKED):
        try:
            json.loads(node.text())
        except ValueError as error:
            yield f"has linked data that is no JSON: {error}"
    for passage in passages:
        for text in passage.own:
            for name in placeholders.intersection(_PLACEHOLDER.findall(text)):
                yield f"shows the unfilled placeholder {name}"
        for match in _DOUBLED.finditer(passage.text) if passage.main else ():
            if match[1].lower() not in doubled:
                yield f"has a doubled word: {match[0]!r}"


def repeated_sentences(passages: Iterable[Passage]) -> Iterator[str]:
    """Sentences of <main> that stand twice."""
    seen: set[str] = set()
    for passage in passages:
        for sentence in sentences(passage.text) if passage.main else ():
            if len(sentence.split()) > 2 and sentence in seen:
                yield f"says twice: {sentence!r}"
            seen.add(sentence)


def _link_problems(output: Path, records: Mapping[str, PageRecord], site: Site) -> Iterator[tuple[str, str]]:
    base = urlsplit(site.base_url).path
    exists: dict[str, bool] = {}
    for record in records.values():
        for link in sorted(record.links):
            parts = urlsplit(link)
            target = _target(record.path, unquote(parts.path), base, site.link_style)
            if target not in exists:
                exists[target] = target in records or (output / target).is_file()
            if not exists[target]:
                yield record.path, f"links to {link!r}, which does not exist"
            elif parts.fragment and target in records and unquote(parts.fragment) not in records[target].ids:
                yield record.path, f"links to {link!r}, but that page has no such id"


def _data_problems(output: Path, records: Mapping[str, PageRecord], site: Site) -> Iterator[tuple[str, str]]:
    """What is said to programs names files that exist: pages, pictures, data, schemas."""
    exists: dict[str, bool] = {}
    known: list[tuple[str, Iterable[str]]] = [(path, sorted(record.addresses)) for path, record in records.items()]
    for path in ("llms.txt", *_data_paths(site)):
        try:
            data = read_bytes(output / path, within=output, most=_MOST_BYTES).decode("utf-8")
            known.append((path, _addresses(json.loads(data)) if path.endswith(".json") else _ADDRESS.findall(data)))
        except UnreadableError:
            yield path, "is missing; build the site first"
        except ValueError as error:
            yield path, f"is no JSON: {error}"
    for path, addresses in known:
        for address in dict.fromkeys(addresses):
            if address.startswith(site.base_url):
                target = _target("", unquote(address.removeprefix(site.base_url)) or "./", "", site.link_style)
                if target not in exists:
                    exists[target] = target in records or (output / target).is_file()
                if not exists[target]:
                    yield path, f"names {address}, which does not exist"


def _data_paths(site: Site) -> Iterator[str]:
    for lang in site.translators:
        for protocol in site.catalogue.protocols.values():
            yield protocol_data_path(lang, protocol.id)
            yield from (code_data_path(lang, protocol.id, code.slug) for code in protocol.codes.values())


def _target(page: str, link: str, base: str, style: str) -> str:
    """The output path that a link on a page leads to."""
    if not link:
        return page
    path = link.removeprefix(base) if link.startswith("/") else posixpath.join(posixpath.dirname(page), link)
    target = posixpath.normpath(path)
    if link.endswith("/") or target == ".":
        return posixpath.normpath(posixpath.join(target, "index.html"))
    bare = style == "clean" and not _FILE.search(target)
    return f"{target}.html" if bare else target


def _unique_problems(records: Mapping[str, PageRecord]) -> Iterator[tuple[str, str]]:
    for name in ("title", "description"):
        first: dict[tuple[str, str], str] = {}
        for record in records.values():
            key = (record.path.split("/")[0], getattr(record, name))
            other = first.setdefault(key, record.path)
            if other != record.path:
                yield record.path, f"has the same {name} as {other}"


def _alternate_problems(records: Mapping[str, PageRecord], site: Site) -> Iterator[tuple[str, str]]:
    """Alternates point to pages that exist, are indexed, name themselves and point back."""
    by_address = {_address(record, site): record for record in records.values()}
    for record in records.values():
        if record.alternates and record.alternates.get(record.path.split("/")[0]) != _address(record, site):
            yield record.path, "does not name itself among its alternates"
        for lang, address in record.alternates.items():
            other = by_address.get(address)
            if other is None or not other.indexed:
                yield record.path, f"names the alternate {address}, which does not exist or is not indexed"
            elif dict(other.alternates) != dict(record.alternates):
                yield record.path, f"and {other.path} ({lang}) do not name the same alternates"


def _address(record: PageRecord, site: Site) -> str:
    return absolute(record.path, site.base_url, site.link_style)
