"""What holds for any catalogue: its order and its pairs, its links, and that no text of it ever becomes markup.

Catalogues are drawn as the documents an author would write, so that reading, checking, planning and rendering are all
part of what is tested.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from codepairs.errors import Place, errors_of
from codepairs.load import CsvRow, ProtocolFiles, Sources, parse_document
from codepairs.model import Catalogue, Code, Protocol, Text
from codepairs.pages.shared import Shared
from codepairs.plan import Site
from codepairs.relations import RELATIONS, relation_of
from codepairs.render import alternates, render_whole
from codepairs.rules import broken_rules
from codepairs.translate import Messages, Translator
from codepairs.validate import default_slug, validate
from tests.sites import output_files, plan_of, rendered

LANGUAGES = ("en", "de", "ar")
BASE = "https://any.example/deep/"

QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
# Shrinking would render hundreds of sites; the drawn ones are small enough to be read.
SLOW = settings(QUICK, max_examples=20, phases=[phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)])

_ODD = (
    *('"', "'", "<", ">", "&", "&amp;", "&lt;i&gt;", "<i>", "</p>", "<script>x</script>", "<x-y>", "</main>"),
    *("<!--", "-->", "]]>", "`", "`<i>`", "%s", "%(x)s", "javascript:x", '" onload="x', "|", "~", "=", ";", "/", "?"),
    *("🎁", "שלום", "مرحبا", "é", "﷽", "\u200f"),
    # What stands for a piece while a page is composed.
    *("Zq7a.code7qZ", "Zq7verdict7qZ", "Zq7nothing7qZ"),
)
_BRACES = ("{", "}", "{{", "}}", "{{ 7 }}", "{% if %}", "{code}", "{a}", "{#")


def _said(pieces: Sequence[str]) -> st.SearchStrategy[str]:
    """A text of a few odd pieces; it begins and ends with a word, as no text of nothing is a text."""
    parts = st.lists(st.sampled_from([*pieces, " ", "w"]), max_size=5)
    return st.builds(lambda words, number: f"w{''.join(words)}w{number}", parts, st.integers(0, 99))


texts = _said([*_ODD, *_BRACES])
braceless = _said(_ODD)
codes = st.one_of(
    st.from_regex(r"[0-9]\.[0-9]{1,2}\.[0-9]{1,2}", fullmatch=True),
    st.from_regex(r"0x[0-9A-F]{1,2}", fullmatch=True),
    st.from_regex(r"[A-Z]{1,3}", fullmatch=True),
    st.from_regex(r"[0-9]{3}", fullmatch=True),
    # Names have no signs that nobody sees.
    texts.map(lambda text: " ".join(text.split()).replace("\u200f", "")),
)


def _sentence(placeholders: str) -> st.SearchStrategy[str]:
    return braceless.map(lambda text: f"{placeholders} {text}.")


@st.composite
def fact_documents(draw: st.DrawFn, name: str, role: str | None, many: bool) -> dict[str, Any]:
    """A fact with two or three values, or with literal values."""
    fact: dict[str, Any] = {"id": name, "label": draw(texts)}
    if role:
        fact["role"] = role
    if many:
        fact |= {
            "many": "true",
            "one": draw(_sentence("{code} {values}")),
            "both": draw(_sentence("{a} {b} {values}")),
            "apart": draw(_sentence("{a} {a_values} {b} {b_values}")),
        }
    if role is None and draw(st.booleans()):
        return fact | {"open": r"[^\u0000]+"}
    fact["values"] = [
        {"id": f"{name}{rank}", "label": draw(texts)}
        | ({} if many else {"one": draw(_sentence("{code}")), "both": draw(_sentence("{a} {b}"))})
        | (
            {"tone": draw(st.sampled_from(("succeeded", "failed-for-now", "failed-for-good")))}
            if role == "outcome"
            else {}
        )
        for rank in range(draw(st.integers(1, 3)))
    ]
    return fact


@st.composite
def protocol_files(draw: st.DrawFn, name: str) -> ProtocolFiles:
    """A protocol with or without roles and classes, of no code to four codes, with or without a curated pair."""
    roles = {"outcome": False, "answers": True, "phase": True, "acts": True, "retry": False}
    chosen = draw(st.lists(st.sampled_from(sorted(roles)), unique=True))
    facts = [draw(fact_documents(role, role, roles[role])) for role in chosen]
    facts.append(draw(fact_documents("other", None, draw(st.booleans()))))
    protocol: dict[str, Any] = {
        "id": name,
        "name": draw(braceless),
        "title": draw(texts),
        "summary": draw(texts),
        "order": draw(st.sampled_from(("natural", "hex", "registry"))),
        "facts": facts,
        "sources": [{"title": draw(texts), "url": "https://x.example/?a=1&b=2"}],
    }
    if draw(st.booleans()):
        sentences = {"one": draw(_sentence("{code}")), "both": draw(_sentence("{a} {b}"))}
        protocol["classes"] = [
            {"id": "all", "pattern": r"[^\u0000]*", "label": draw(texts), "summary": draw(texts), **sentences}
        ]
    names = draw(st.lists(codes, max_size=4, unique_by=lambda code: _slug(code).lower()))
    listed = draw(st.permutations(names))
    documents = [draw(code_documents(code, facts, names[:rank], names)) for rank, code in enumerate(names)]
    folder = Path("content") / name
    registry = tuple(
        CsvRow({"code": code, "name": "", "reference": "", "status": ""}, Place("registry.csv", line))
        for line, code in enumerate(listed, start=2)
    )
    pairs = ()
    if len(names) > 1 and draw(st.booleans()):
        wire = {"wire": draw(_wires)} if draw(st.booleans()) else {}
        prose = {field: draw(texts) for field in ("verdict", "difference", "guidance")}
        # Which of the two comes first is the business of the protocol's order; only one file fits it.
        a, b = _ordered(protocol["order"], listed, names[:2])
        pair = {"codes": [a, b], **prose, **wire}
        pairs = (_document(folder / "pairs" / f"{_slug(a)}-vs-{_slug(b)}.yaml", pair),)
    return ProtocolFiles(
        folder,
        _document(folder / "protocol.yaml", protocol),
        tuple(_document(folder / f"{_slug(str(item['code']))}.yaml", item) for item in documents),
        pairs,
        registry if protocol["order"] == "registry" else None,
    )


_wires = st.lists(st.tuples(st.sampled_from("CS"), texts), min_size=1, max_size=2).map(
    lambda lines: "\n".join(f"{speaker}: {text}" for speaker, text in lines)
)


@st.composite
def code_documents(
    draw: st.DrawFn, code: str, facts: Sequence[dict[str, Any]], earlier: Sequence[str], others: Sequence[str]
) -> dict[str, Any]:
    """A code with random facts and references; it refines or is replaced only by earlier ones, so never in a circle."""
    document: dict[str, Any] = {"code": code, "slug": _slug(code)}
    document |= {field: draw(texts) for field in ("phrase", "title", "summary", "meaning")}
    document["when"] = draw(st.lists(texts, max_size=2, unique=True))
    for fact in facts:
        if draw(st.booleans()):
            ids = [value["id"] for value in fact["values"]] if "values" in fact else None
            values = st.lists(st.sampled_from(ids) if ids else texts, min_size=1, max_size=2, unique=True)
            chosen = draw(values)
            document.setdefault("facts", {})[fact["id"]] = chosen if fact.get("many") else chosen[0]
        if fact["id"] == "acts":
            document["action"] = {value["id"]: draw(texts) for value in fact["values"] if draw(st.booleans())}
    if earlier and draw(st.booleans()):
        document[draw(st.sampled_from(("refines", "replaced_by")))] = draw(st.sampled_from(earlier))
    rest = [other for other in others if other != code]
    if rest:
        document["confused_with"] = draw(st.lists(st.sampled_from(rest), max_size=2, unique=True))
    if draw(st.booleans()):
        document["wire"] = draw(_wires)
    return document


class Drawn:
    """A drawn content folder, which shows in the report of a failure as an author would write it."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    def __repr__(self) -> str:
        documents = [self.sources.site]
        for files in self.sources.protocols:
            documents += [files.protocol, *files.codes, *files.pairs]
        return "\n".join(f"-- {document.path} --\n{_values(document.root)}" for document in documents)


def _document(path: Path, content: dict[str, Any]) -> Any:
    # JSON is YAML, and says every text without ambiguity.
    return parse_document(path, json.dumps(content, ensure_ascii=False))


def _slug(code: str) -> str:
    found = default_slug(code)
    # A code that is called VS has to be given a slug.
    return found if found and found != "vs" else "".join(f"{ord(char):x}" for char in code)


def _ordered(order: str, listed: Sequence[str], pair: Sequence[str]) -> list[str]:
    """Two codes in canonical order, worked out independently of the program."""

    def natural(code: str) -> list[tuple[bool, int, str]]:
        # Numbers are compared as numbers, so that zeros before them tell nothing apart.
        return [(False, int(part), "") if part.isdigit() else (True, 0, part) for part in _NUMBERS.findall(code)]

    def hexadecimal(code: str) -> int:
        try:
            return int(code, 16) if re.fullmatch("[0-9A-Za-z]+", code) else -1
        except ValueError:
            return -1

    keys = {"natural": natural, "hex": hexadecimal, "registry": listed.index}
    return sorted(sorted(pair), key=keys[order])


_NUMBERS = re.compile("[0-9]+|[^0-9]+")


@st.composite
def source_documents(draw: st.DrawFn) -> Drawn:
    """All documents of a content folder."""
    names = ["one", "two"][: draw(st.integers(1, 2))]
    site = {
        "title": draw(braceless),
        "url": BASE,
        "tagline": draw(texts),
        "description": draw(texts),
        "languages": [{"lang": "en", "source": "true"}, {"lang": "de"}, {"lang": "ar"}],
        "protocols": draw(st.permutations(names)),
        "link_style": draw(st.sampled_from(("file", "clean"))),
        "indexing": draw(st.sampled_from(("notable", "all"))),
        "search": "no",
    }
    sources = Sources(_document(Path("content/site.yaml"), site), tuple(draw(protocol_files(name)) for name in names))
    return Drawn(sources)


def _catalogue(sources: Sources) -> Catalogue:
    catalogue, problems = validate(sources)
    assert errors_of([*problems, *broken_rules(catalogue)]) == ()
    return catalogue


class Shell:
    """What does not depend on content: templates and assets. Reports of failures do not spell it out."""

    def __init__(self, site: Site) -> None:
        self.site = site


@pytest.fixture(scope="module")
def shell(tiny_site: Site) -> Shell:
    """The tiny site, whose content the drawn content replaces."""
    return Shell(tiny_site)


def _site(shell: Shell, catalogue: Catalogue, translated: frozenset[int]) -> Site:
    """A site of the catalogue, German for the texts whose rank is drawn, Arabic for none."""
    domains: dict[str, Messages] = {}
    for rank, text in enumerate(dict.fromkeys(catalogue.texts())):
        if text.translatable and rank % 7 in translated:
            messages = domains.setdefault(text.domain, Messages({}, {}))
            messages.texts[text.context, text.source] = f"{text.source} ü"
    german = Translator("de", "en", domains, {})
    translators = {"en": Translator("en", "en", {}, {}), "de": german, "ar": Translator("ar", "en", {}, {})}
    return replace(shell.site, catalogue=catalogue, translators=translators, base_url=BASE)


translations = st.one_of(st.just(frozenset(range(7))), st.frozensets(st.integers(0, 6)))


@QUICK
@given(drawn=source_documents(), data=st.data())
def test_codes_stand_in_canonical_order_whatever_the_order_of_the_files(drawn: Drawn, data: st.DataObject) -> None:
    sources = drawn.sources
    catalogue = _catalogue(sources)
    for files in sources.protocols:
        name = files.folder.name
        shuffled = replace(files, codes=tuple(data.draw(st.permutations(files.codes))))
        other = _catalogue(replace(sources, protocols=(shuffled,), site=_only(sources, name))).protocols[name]
        found = list(catalogue.protocols[name].codes)
        assert list(other.codes) == found
        order = json.loads(json.dumps(_values(files.protocol.root)))["order"]
        listed = [row.cells["code"] for row in files.registry or ()]
        assert _ordered(order, listed, found) == found


def _only(sources: Sources, name: str) -> Any:
    values = _values(sources.site.root)
    return _document(sources.site.path, values | {"protocols": [name]})


def _values(node: Any) -> Any:
    if hasattr(node, "keys"):
        return {name: _values(item) for name, item in node.items.items()}
    return [_values(item) for item in node.items] if hasattr(node, "items") else node.value


@QUICK
@given(drawn=source_documents())
def test_n_codes_give_every_pair_exactly_once_in_canonical_order(shell: Shell, drawn: Drawn) -> None:
    site = replace(shell.site, catalogue=_catalogue(drawn.sources))
    keys = Counter((page.lang, page.key) for page in plan_of(site) if page.kind == "pair")
    wanted = [
        (lang, (protocol.id, a, b))
        for lang in site.translators
        for protocol in site.catalogue.protocols.values()
        for a, b in combinations(protocol.codes, 2)
    ]
    assert keys == Counter(dict.fromkeys(wanted, 1))
    count = sum(len(protocol.codes) * (len(protocol.codes) - 1) // 2 for protocol in site.catalogue.protocols.values())
    assert len(keys) == count * len(site.translators)


_slugs = st.lists(
    st.sampled_from(["a", "b", "a-vs", "vs-b", "vs", "A", "a-b", "index", "b.html", "b.json", "1."]),
    min_size=2,
    max_size=6,
    unique=True,
)


@settings(max_examples=100)
@given(slugs=_slugs)
def test_no_two_files_share_a_path_even_where_case_does_not_count(shell: Shell, slugs: list[str]) -> None:
    """Whatever slugs an author sets: either they are refused, or every file has a path of its own."""
    prose = dict.fromkeys(("phrase", "title", "summary", "meaning"), "w")
    folder = Path("content/one")
    files = ProtocolFiles(
        folder,
        _document(folder / "protocol.yaml", {"id": "one", "name": "One", "title": "w", "summary": "w"}),
        tuple(
            _document(folder / f"{slug}.yaml", {"code": str(rank), "slug": slug, **prose})
            for rank, slug in enumerate(slugs)
        ),
        (),
        None,
    )
    site = {
        "title": "w",
        "url": BASE,
        "tagline": "w",
        "description": "w",
        "languages": [{"lang": "en", "source": "true"}],
    }
    catalogue, problems = validate(Sources(_document(Path("content/site.yaml"), site), (files,)))
    if problems:
        return
    built = _site(shell, catalogue, frozenset())
    paths = [*(page.path for page in plan_of(built)), *output_files(built)]
    assert [path for path, count in Counter(map(str.lower, paths)).items() if count > 1] == []


@SLOW
@given(drawn=source_documents(), translated=translations)
def test_every_link_and_alternate_resolves_and_points_back(
    shell: Shell, drawn: Drawn, translated: frozenset[int]
) -> None:
    site = _site(shell, _catalogue(drawn.sources), translated)
    plan = plan_of(site)
    pages = {page.path: LexborHTMLParser(html) for page, html in rendered(site)}
    paths = {*pages, *output_files(site)}
    by_address: dict[str, str] = {}
    for page in plan:
        assert by_address.setdefault(_address(site, page.path), page.path) == page.path
    for page in plan:
        tree = pages[page.path]
        for link in _links(tree):
            target, _, fragment = link.partition("#")
            path = _path_of(site, urljoin(_address(site, page.path), target)) if target else page.path
            assert path in paths, f"{page.path} links to {link}"
            assert not fragment or pages[path].css_first(f'[id="{unquote(fragment)}"]'), f"{page.path} links to {link}"
        for lang, address in alternates(site, page).items():
            other = next(item for item in plan if item.path == by_address[address])
            assert other.indexed
            assert lang in (other.lang, "x-default")
            assert alternates(site, other) == alternates(site, page)
        assert bool(alternates(site, page)) == (page.indexed and len(page.languages) > 1)


def _links(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("[href], [src]"):
        link = node.attributes.get("href") or node.attributes.get("src") or ""
        parts = urlsplit(link)
        assert parts.scheme in ("", "https"), link
        if not parts.scheme:
            yield link


def _address(site: Site, path: str) -> str:
    """The address of a page, by the link style: written without the program's own functions."""
    if path.endswith("index.html"):
        return BASE + path.removesuffix("index.html")
    return BASE + (path.removesuffix(".html") if site.link_style == "clean" else path)


def _path_of(site: Site, address: str) -> str:
    """The file that a host serves at an address."""
    path = unquote(urlsplit(address).path.removeprefix(urlsplit(BASE).path))
    if path.endswith("/") or not path:
        return f"{path}index.html"
    return (
        f"{path}.html" if site.link_style == "clean" and not re.search(r"\.(html|json|css|js|svg|png)$", path) else path
    )


@pytest.fixture(scope="module")
def vocabulary(shell: Shell) -> frozenset[tuple[str, str]]:
    """Every element, and every attribute of an element, that the templates and Markdown make of harmless content."""
    return frozenset(item for _, html in rendered(shell.site) for item in _markup(LexborHTMLParser(html)))


def _markup(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for node in tree.css("*"):
        yield node.tag, ""
        yield from ((node.tag, name) for name in node.attributes)


def _bare(text: str) -> str:
    """Text without blanks, which HTML folds, and without backticks, which Markdown takes for code."""
    return re.sub(r"[\s`]+", "", text)


@SLOW
@given(drawn=source_documents(), translated=translations)
def test_any_text_in_any_field_is_shown_as_text(
    shell: Shell, vocabulary: frozenset[tuple[str, str]], drawn: Drawn, translated: frozenset[int]
) -> None:
    site = _site(shell, _catalogue(drawn.sources), translated)
    states: dict[str, Shared] = {}
    for page, html in rendered(site):
        tree = LexborHTMLParser(html)
        assert set(_markup(tree)) <= vocabulary, page.path
        if page.lang not in states:
            states[page.lang] = Shared(site, page.lang)
        assert html == render_whole(page, states[page.lang]).decode(), page.path
        assert tree.body is not None
        visible = _bare(tree.body.text())
        translator = site.translators[page.lang]
        for text in _shown(site, page.kind, page.key):
            wanted = translator.phrase(text).text if isinstance(text, Text) else text
            assert _bare(wanted) in visible, f"{page.path} does not show {wanted!r}"
        if page.kind in ("code", "pair"):
            title = tree.css_first("title")
            assert title is not None
            protocol = site.catalogue.protocols[page.key[0]]
            for code in page.key[1:]:
                assert _bare(translator.phrase(protocol.codes[code].title).text) in _bare(title.text())
                assert _bare(code) in _bare(title.text())


def _shown(site: Site, kind: str, key: tuple[str, ...]) -> Iterator[Text | str]:
    """Texts that a page must show."""
    info = site.catalogue.site
    if kind == "home":
        yield from (info.title, info.tagline, info.description)
        yield from (
            text for protocol in site.catalogue.protocols.values() for text in (protocol.title, protocol.summary)
        )
    if kind in ("protocol", "code", "pair"):
        protocol = site.catalogue.protocols[key[0]]
        yield from (protocol.name, protocol.title)
        if kind == "protocol":
            yield protocol.summary
            yield from (text for code in protocol.codes.values() for text in (code.code, code.title, code.summary))
        for name in key[1:]:
            yield from _shown_of(protocol, protocol.codes[name])
        if kind == "pair" and (pair := protocol.curated.get((key[1], key[2]))):
            yield from pair.texts()
            yield from (line.text for line in pair.wire)


def _shown_of(protocol: Protocol, code: Code) -> Iterator[Text | str]:
    yield from (code.code, code.phrase)
    yield from code.texts()
    if not any(code.code in pair for pair in protocol.curated):
        yield from (line.text for line in code.wire)
    for name, values in code.facts.items():
        fact = protocol.facts[name]
        yield fact.label
        yield from (fact.values[value].label if value in fact.values else value for value in values)


@QUICK
@given(drawn=source_documents())
def test_relation_is_a_pure_function_of_its_arguments(drawn: Drawn) -> None:
    for protocol in _catalogue(drawn.sources).protocols.values():
        for a, b in protocol.pairs():
            given_ = copy.deepcopy((protocol, a, b))
            relation = relation_of(protocol, a, b)
            assert (protocol, a, b) == given_, "the arguments were changed"
            assert relation.kind in RELATIONS
            assert {relation.first, relation.second} == {a.code, b.code}
            # What happens to equal arguments elsewhere is of no consequence.
            for code in given_[1:]:
                code.facts.clear()  # type: ignore[attr-defined]
            assert relation_of(protocol, a, b) == relation
            # Nor is the order in which the two are given, but for the direction.
            assert relation_of(protocol, b, a).kind == relation.kind
