"""What the pages of one language have in common: its voice, its templates, and what is said about each code.

A fragment is a function of a code and a language and nothing else, so it is rendered once and its text is used by every
page that shows the code. The one exception is named: where two codes happen to share a passage, their pair page says it
once and asks for both fragments without it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from markupsafe import Markup, escape

from codepairs.compose import Skeleton, Slots, probe
from codepairs.model import Code, Fact, Protocol, Source, Text, Value
from codepairs.pages.sentences import labels
from codepairs.plan import Site
from codepairs.prose import Voice
from codepairs.relations import neighbours
from codepairs.templates import environment
from codepairs.urls import code_path, pair_path, protocol_path, relative, source_url

__all__ = ["FRAGMENTS", "Cell", "CodeView", "Context", "PairLink", "Shared", "SourceLink"]

T = TypeVar("T")

Context = dict[str, Any]
"""What a template receives, by name; templates/README.md lists it for each kind of page."""

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
        self.env = environment(site.templates, self.voice)
        self._views: dict[tuple[str, str], CodeView] = {}
        self._states: dict[Hashable, Any] = {}

    def protocol(self, name: str) -> Protocol:
        """The protocol with this id."""
        return self.site.catalogue.protocols[name]

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` returned when it was first asked for under this key."""
        if key not in self._states:
            self._states[key] = make()
        state: T = self._states[key]
        return state

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
            "when": [text for text in code.when if self.shown(text) not in omit],
            "actions": [
                (value.label, code.action[value.id])
                for value in _roles(protocol)
                if value.id in code.action and self.shown(code.action[value.id]) not in omit
            ],
            "meaning": None if self.shown(code.meaning) in omit else code.meaning,
        }
        return {name: self.rendered(name, values) for name in FRAGMENTS}

    def cell(self, fact: Fact, values: Sequence[str]) -> Cell:
        """What a table says of the values that a code has for a fact; no HTML where the code does not state it."""
        if values:
            tone = next((fact.values[value].tone for value in values if value in fact.values), None)
            return Cell(self.voice.list(labels(self.voice, fact, values)), tone)
        return Cell(self.voice.inline(fact.empty.label) if fact.empty else None)

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

    def pair_item(self, code: Code, other: Code) -> Markup:
        """The comparison of two codes as an item of a list, named by the title of the other."""
        link = self.pair_link(code, other)
        values = {"href": escape(link.href), "a": escape(link.a), "b": escape(link.b)}
        return self.piece("related", values | {"title": self.voice.inline(other.title)})

    def piece(self, fragment: str, values: Mapping[str, Markup], flags: Mapping[str, Hashable] | None = None) -> Markup:
        """A fragment that is made very often: rendered once for each form it takes, then filled with its values.

        `values` are HTML; of `flags` the fragment may ask anything, of the values only whether one is empty.
        """
        slots = Slots(flags or {}, {name: str(value).encode() for name, value in values.items()})
        key = (fragment, slots.form())
        skeleton = self.once(key, lambda: Skeleton(self.rendered(fragment, probe(slots))))
        return Markup(skeleton.filled(slots.values).decode())  # noqa: S704 - a template filled with HTML

    def rendered(self, fragment: str, values: Context) -> Markup:
        """A fragment as HTML, without blanks around it."""
        template = self.once(("fragment", fragment), lambda: self.env.get_template(f"fragments/{fragment}.html"))
        return Markup(template.render(values)).strip()  # noqa: S704 - autoescaped

    def _view(self, protocol: Protocol, code: Code) -> CodeView:
        near = neighbours(protocol, code)
        declared = tuple(each for each in near if each.code in code.confused_with or code.code in each.confused_with)
        return CodeView(
            code=code.code,
            slug=code.slug,
            phrase=code.phrase,
            title=code.title,
            summary=code.summary,
            tone=next((value.tone for value in protocol.values_of(code, "outcome")), None),
            href=self.href(protocol, code_path(self.lang, protocol.id, code.slug)),
            cells={fact.id: self.cell(fact, code.facts.get(fact.id, ())) for fact in protocol.facts.values()},
            parts=self.parts(protocol, code),
            sources=self.sources(code.sources),
            near=near,
            declared=declared,
            passages=frozenset(map(self.shown, (code.meaning, *code.when, *code.action.values()))),
        )

    def shown(self, text: Text) -> str:
        """The passage as readers of this language get it, Markdown."""
        return self.voice.translator.phrase(text).text


def _roles(protocol: Protocol) -> Sequence[Value]:
    fact = protocol.fact_of("acts")
    return tuple(fact.values.values()) if fact else ()
