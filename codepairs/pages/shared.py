"""What the pages of one language have in common: its voice, its templates, and what is said about each code.

A fragment is a function of a code and a language and nothing else, so it is rendered once and its text is used by every
page that shows the code. The one exception is named: where two codes happen to share a passage, their pair page says it
once and asks for both fragments without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from codepairs.model import Code, CuratedPair, Fact, Protocol, Source, Text, Value
from codepairs.plan import Site
from codepairs.prose import Voice
from codepairs.relations import neighbours
from codepairs.templates import environment
from codepairs.urls import code_path, pair_path, protocol_path, relative, source_url

__all__ = [
    "FRAGMENTS",
    "Cell",
    "CodeView",
    "Context",
    "PairLink",
    "Shared",
    "SourceLink",
    "apart_sentences",
    "both_sentences",
    "curated_of",
    "one_sentences",
]

Context = dict[str, Any]
"""What a template receives, by name; templates/README.md lists it for each kind of page."""

RELATED = 4
"""How many related comparisons a pair page offers for each of its codes."""
FRAGMENTS = ("card", "meaning", "when", "actions", "wire")
"""The parts of a code that pages show; each has a template of its name below templates/fragments."""


@dataclass(frozen=True, slots=True)
class SourceLink:
    """A document to read more in; `rfc` and `section` are None for documents with a title of their own."""

    url: str
    rfc: str | None
    section: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table says of a fact: HTML, and the tone where the fact is the outcome."""

    html: Markup | None
    tone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """A code as the pages of one language show it."""

    code: str
    slug: str
    phrase: str
    title: Text
    summary: Text
    tone: str | None
    href: str
    """Link from any page in the folder of the protocol."""
    number: Markup
    """The code itself as HTML."""
    related: tuple[tuple[Code, Markup], ...]
    """Links to the comparisons that readers look for most, one more than a page shows."""
    cells: dict[str, Cell]
    """What the tables say, by fact."""
    parts: dict[str, Markup]
    """Its fragments, by name; empty where a code has nothing to say."""
    sources: tuple[SourceLink, ...]
    near: tuple[Code, ...]
    """All other codes, those most easily confused with it first."""
    declared: tuple[Code, ...]
    """Those of `near` that content names as confused with it, in either direction."""
    passages: frozenset[str]
    """Its passages as shown, to find those that another code shares."""


@dataclass(frozen=True, slots=True)
class PairLink:
    """A link to the page of two codes, from any page in the folder of their protocol."""

    href: str
    a: str
    b: str
    other: Code
    """The code that the page's own code is compared with."""


class Shared:
    """The state that renders the pages of one language; made once per process and language."""

    def __init__(self, site: Site, lang: str) -> None:
        self.site = site
        self.lang = lang
        self.voice = Voice(site.translators[lang])
        self.env: Environment = environment(site.templates, self.voice)
        self._views: dict[tuple[str, str], CodeView] = {}
        self._rows: dict[tuple[str, ...], Markup] = {}

    def protocol(self, name: str) -> Protocol:
        """The protocol with this id."""
        return self.site.catalogue.protocols[name]

    def view(self, protocol: Protocol, code: Code) -> CodeView:
        """What the pages show of a code; made on first use."""
        key = (protocol.id, code.code)
        if key not in self._views:
            self._views[key] = self._view(protocol, code)
        return self._views[key]

    def parts(self, protocol: Protocol, code: Code, omit: frozenset[str] = frozenset()) -> dict[str, Markup]:
        """The fragments of a code, without the passages in `omit`."""
        values = {
            "code": code,
            "href": self.href(protocol, code_path(self.lang, protocol.id, code.slug)),
            "tone": next((value.tone for value in protocol.values_of(code, "outcome")), None),
            "when": [text for text in code.when if self._shown(text) not in omit],
            "actions": [
                (value.label, code.action[value.id])
                for value in _roles(protocol)
                if value.id in code.action and self._shown(code.action[value.id]) not in omit
            ],
            "meaning": None if self._shown(code.meaning) in omit else code.meaning,
        }
        return {name: self._rendered(name, values) for name in FRAGMENTS}

    def row(self, protocol: Protocol, fact: Fact, a: Code, b: Code) -> Markup:
        """The row of the aligned table for a fact: rendered once for each combination of values."""
        of_a, of_b = a.facts.get(fact.id, ()), b.facts.get(fact.id, ())
        key = (protocol.id, fact.id, *of_a, "|", *of_b)
        if key not in self._rows:
            cells = [self.view(protocol, code).cells[fact.id] for code in (a, b)]
            shown = any(cell.html for cell in cells)
            values = {"label": fact.label, "cells": cells, "same": of_a == of_b}
            self._rows[key] = self._rendered("row", values) if shown else Markup()
        return self._rows[key]

    def sources(self, sources: Sequence[Source]) -> tuple[SourceLink, ...]:
        """The documents as links, each once."""
        links = (SourceLink(source_url(item), item.rfc, item.section, item.title) for item in sources)
        return tuple(dict.fromkeys(links))

    def href(self, protocol: Protocol, target: str) -> str:
        """The link to an output path from any page in the folder of the protocol."""
        return relative(target, protocol_path(self.lang, protocol.id), self.site.link_style)

    def pair_link(self, code: Code, other: Code) -> PairLink:
        """The comparison of `code` with `other`, in canonical order."""
        a, b = (code, other) if code.rank < other.rank else (other, code)
        path = pair_path(self.lang, code.protocol, a.slug, b.slug)
        return PairLink(self.href(self.protocol(code.protocol), path), a.code, b.code, other)

    def _rendered(self, fragment: str, values: Context) -> Markup:
        return Markup(self.env.get_template(f"fragments/{fragment}.html").render(values)).strip()  # noqa: S704

    def _view(self, protocol: Protocol, code: Code) -> CodeView:
        near = neighbours(protocol, code)
        declared = tuple(each for each in near if each.code in code.confused_with or code.code in each.confused_with)
        shown = (declared or near)[: RELATED + 1]
        return CodeView(
            code=code.code,
            slug=code.slug,
            phrase=code.phrase,
            title=code.title,
            summary=code.summary,
            tone=next((value.tone for value in protocol.values_of(code, "outcome")), None),
            href=self.href(protocol, code_path(self.lang, protocol.id, code.slug)),
            number=Markup('<bdi class="code" translate="no">{}</bdi>').format(code.code),
            related=tuple((other, self._rendered("related", {"pair": self.pair_link(code, other)})) for other in shown),
            cells={fact.id: _fact_cell(self.voice, fact, code) for fact in protocol.facts.values()},
            parts=self.parts(protocol, code),
            sources=self.sources(code.sources),
            near=near,
            declared=declared,
            passages=frozenset(map(self._shown, (code.meaning, *code.when, *code.action.values()))),
        )

    def _shown(self, text: Text) -> str:
        return self.voice.translator.phrase(text).text


def _fact_cell(voice: Voice, fact: Fact, code: Code) -> Cell:
    """What a table says of a fact of a code; no HTML where the code does not state it."""
    values = code.facts.get(fact.id)
    if values:
        tone = next((fact.values[value].tone for value in values if value in fact.values), None)
        return Cell(voice.list(_labels(voice, fact, values)), tone)
    return Cell(voice.inline(fact.empty.label) if fact.empty else None)


def _labels(voice: Voice, fact: Fact, values: Sequence[str]) -> Iterator[Markup]:
    """The labels of values as HTML; literal values as code."""
    for value in values:
        known = fact.values.get(value)
        yield voice.inline(known.label) if known else Markup("<code>{}</code>").format(value)


def one_sentences(voice: Voice, fact: Fact, code: Code) -> list[Markup]:
    """What a fact says of one code, as whole sentences; none where its protocol declares none."""
    values = code.facts.get(fact.id, ())
    name = escape(code.code)
    if not values:
        return [voice.inline(fact.empty.one, {"code": name})] if fact.empty else []
    if fact.one:
        return [voice.inline(fact.one, {"code": name, "values": voice.list(_labels(voice, fact, values))})]
    return [voice.inline(text, {"code": name}) for text in _sentences(fact, values, lambda value: value.one)]


def both_sentences(voice: Voice, fact: Fact, a: Code, b: Code, shared: Sequence[str]) -> list[Markup]:
    """What a fact says of two codes that share values, or that both have none."""
    names = {"a": escape(a.code), "b": escape(b.code)}
    if not shared:
        nothing = not a.facts.get(fact.id) and not b.facts.get(fact.id)
        return [voice.inline(fact.empty.both, names)] if fact.empty and nothing else []
    if fact.both and fact.many:
        return [voice.inline(fact.both, {**names, "values": voice.list(_labels(voice, fact, shared))})]
    return [voice.inline(text, names) for text in _sentences(fact, shared, lambda value: value.both)]


def apart_sentences(voice: Voice, fact: Fact, a: Code, b: Code) -> list[Markup]:
    """What a fact says of two codes that differ in it."""
    of_a, of_b = a.facts.get(fact.id, ()), b.facts.get(fact.id, ())
    if fact.apart and of_a and of_b:
        values = {
            "a": escape(a.code),
            "b": escape(b.code),
            "a_values": voice.list(_labels(voice, fact, of_a)),
            "b_values": voice.list(_labels(voice, fact, of_b)),
        }
        return [voice.inline(fact.apart, values)]
    return one_sentences(voice, fact, a) + one_sentences(voice, fact, b)


def curated_of(protocol: Protocol, a: Code, b: Code) -> CuratedPair | None:
    """What an author wrote about the two, if anybody did."""
    return protocol.curated.get((a.code, b.code))


def _sentences(fact: Fact, values: Sequence[str], which: Callable[[Value], Text | None]) -> Iterator[Text]:
    for value in values:
        text = which(fact.values[value]) if value in fact.values else None
        if text is not None:
            yield text


def _roles(protocol: Protocol) -> Sequence[Value]:
    fact = protocol.fact_of("acts")
    return tuple(fact.values.values()) if fact else ()
