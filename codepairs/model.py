"""The content as checked, frozen values: what exists, in which order, with which facts. No input, no output.

Texts stay in the source language here; `Text` carries what gettext needs to find the translation. Codes are strings
throughout: `550`, `5.7.1`, `NXDOMAIN` and `0x2F` are all legal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from codepairs.errors import Place
from codepairs.limits import LONGEST_PASSAGE, MOST_MARKS, MOST_NESTED
from codepairs.patterns import Pattern

__all__ = [
    "TONES",
    "Catalogue",
    "Class",
    "Code",
    "CuratedPair",
    "Empty",
    "Fact",
    "Form",
    "Language",
    "Protocol",
    "Registry",
    "RegistryRow",
    "SiteInfo",
    "Source",
    "Text",
    "Value",
    "WireLine",
    "normalise",
    "passage_problems",
]

TONES = ("proceeds", "succeeded", "failed-for-now", "failed-for-good")
"""What an outcome can mean to the reader; every value of the outcome declares one."""

_CODE_SPAN = re.compile(r"(?<!`)(`++)(?:(?!\1).)+\1", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_MARKS = re.compile(r"[\\`*_\[\]<>!]")
_DEEP = re.compile(rf"(?m)^(?:[ \t>*+-]|[0-9]{{1,9}}[.)]){{{MOST_NESTED + 1}}}")


def normalise(source: str) -> str:
    """The text as extraction and look-up both use it: blanks at the ends and of single line breaks folded.

    >>> normalise(" One line,\\n  continued.\\n\\nA second paragraph.\\n")
    'One line, continued.\\n\\nA second paragraph.'
    """
    stripped = source.strip()
    if len(stripped.splitlines()) < 2:
        return stripped
    paragraphs = re.split(r"\n[ \t]*\n", stripped)
    return "\n\n".join(_fold(paragraph) for paragraph in paragraphs if paragraph.strip())


def passage_problems(text: str) -> Iterator[str]:
    """What keeps a passage from being shown: it is too long, or would take Markdown too long."""
    if len(text) > LONGEST_PASSAGE:
        yield f"has {len(text):,} characters; a passage may have {LONGEST_PASSAGE:,}"
    elif len(text) > MOST_MARKS and len(_MARKS.findall(text)) > MOST_MARKS:
        yield f"holds more than {MOST_MARKS} signs that Markdown gives a meaning; divide it, or leave some out"
    elif len(text) > MOST_NESTED and (_DEEP.search(text) if "\n" in text else _DEEP.match(text)):
        yield f"is nested too deep: a line begins with more than {MOST_NESTED} blanks or signs of lists"


def _fold(paragraph: str) -> str:
    lines = [line.strip(" \t\r") for line in paragraph.strip("\n").splitlines()]
    folded = lines[0]
    for line in lines[1:]:
        # A line that begins a list item keeps its line break: Markdown needs it.
        folded += ("\n" if re.match(r"[-*+] |\d+[.)] ", line) else " ") + line
    return folded


@dataclass(frozen=True, slots=True)
class Text:
    """A passage in the source language: the unit of translation."""

    context: str
    """The field it stands in (`summary`, `action.sender`); the msgctxt of its message."""
    source: str
    """The normalised text, Markdown; the msgid of its message."""
    domain: str
    """The gettext domain: `site` or the id of a protocol."""
    place: Place = field(compare=False, repr=False, default=Place(""))

    def __hash__(self) -> int:
        # Texts are looked up all the time, and a string remembers its hash.
        return hash(self.source)

    @property
    def translatable(self) -> bool:
        """Whether any word stands outside code spans and placeholders; the rest is the same in every language."""
        if self.source[:1].isalpha():
            return True
        return any(map(str.isalpha, _PLACEHOLDER.sub("", _CODE_SPAN.sub("", self.source))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value that a fact may have."""

    id: str
    label: Text
    """What the table cell says."""
    one: Text | None = None
    """A whole sentence about one code, with `{code}`."""
    both: Text | None = None
    """A whole sentence about two codes that share the value, with `{a}` and `{b}`."""
    tone: str | None = None
    """One of `TONES`, for the values of the outcome."""
    ends: bool = False
    """Whether the session is over afterwards."""
    matches: bool = False
    """Whether the value stands for every other value of its fact."""
    implies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of other facts that hold where a code does not say otherwise."""
    implied_at: Place = field(compare=False, repr=False, default=Place(""))
    """Where it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What a fact says of a code that has no value for it."""

    label: Text
    one: Text | None = None
    both: Text | None = None
    """Sentences; None where the table says enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A row of every table, declared in protocol.yaml."""

    id: str
    label: Text
    role: str | None = None
    """What it means to relations, timeline and tones: see `codepairs.relations.ROLES`."""
    many: bool = False
    """Whether a code may have several values."""
    open: str | None = None
    """A pattern for literal values that are not declared one by one."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """Declared values by id, in order."""
    one: Text | None = None
    """With `{code}` and `{values}`; facts with many values have it instead of a sentence a value."""
    both: Text | None = None
    """With `{a}`, `{b}` and `{values}`."""
    apart: Text | None = None
    """With `{a}`, `{a_values}`, `{b}` and `{b_values}`."""
    empty: Empty | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A group of codes by their form; the first whose pattern fits a whole code holds it."""

    value: Value
    pattern: str
    summary: Text


@dataclass(frozen=True, slots=True)
class Source:
    """A document that a fact was read in: an RFC, or a title with an address."""

    rfc: str | None = None
    section: str | None = None
    title: str | None = None
    url: str | None = None
    place: Place = field(compare=False, repr=False, default=Place(""))


@dataclass(frozen=True, slots=True)
class WireLine:
    """One line of a transcript; `speaker` is `C` (client) or `S` (server)."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of a protocol with all that is said about it."""

    protocol: str
    code: str
    slug: str
    """Names the files: ASCII, unique in its protocol without regard to case."""
    phrase: str
    """The words of the registry; never translated."""
    title: Text
    summary: Text
    meaning: Text
    when: tuple[Text, ...]
    action: Mapping[str, Text]
    """What to do, by role: keys are values of the fact with the role `acts`."""
    facts: Mapping[str, tuple[str, ...]]
    """Values by fact, in the order of the protocol; implied values are filled in."""
    class_id: str
    search: Text | None = None
    """What people type who look for the code, with commas between; read by the search and shown nowhere."""
    wire: tuple[WireLine, ...] = ()
    sources: tuple[Source, ...] = ()
    refines: str | None = None
    replaced_by: str | None = None
    confused_with: tuple[str, ...] = ()
    """Codes it is taken for, nearest first."""
    rank: int = 0
    """Its position in the protocol's canonical order."""
    place: Place = field(compare=False, repr=False, default=Place(""))
    places: Mapping[str, Place] = field(compare=False, repr=False, default_factory=dict)
    """Where its fields stand, by name; of codes that it is taken for, by `confused_with.` and the code."""

    def place_of(self, name: str) -> Place:
        """Where a field stands, or the code where there is none."""
        return self.places.get(name, self.place)

    def texts(self) -> Iterator[Text]:
        """Every passage of the code's own file, in reading order."""
        yield self.title
        yield self.summary
        yield self.meaning
        yield from self.when
        yield from self.action.values()

    def searched(self) -> Iterator[Text]:
        """The passage that only the search reads, where there is one."""
        if self.search:
            yield self.search


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedPair:
    """What an author wrote about two codes, in their canonical order."""

    codes: tuple[str, str]
    verdict: Text
    difference: Text
    guidance: Text
    wire: tuple[WireLine, ...] = ()
    sources: tuple[Source, ...] = ()
    place: Place = field(compare=False, repr=False, default=Place(""))

    def texts(self) -> Iterator[Text]:
        """Every passage of the pair's own file, in reading order."""
        yield self.verdict
        yield self.difference
        yield self.guidance


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form in which codes stand in messages and logs, or one that only looks like it."""

    pattern: Pattern
    """Its groups are `code` and ids of facts, whose values they hold."""
    example: str
    """A text in which it occurs, literally."""
    listed: bool = False
    """Whether only what the protocol lists counts: other numbers have this form too."""
    nothing: bool = False
    """Whether what it matches is no code, so that no later form finds one there."""
    place: Place = field(compare=False, repr=False, default=Place(""))


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """A row of registry.csv: facts of the official list."""

    code: str
    name: str
    reference: str
    status: str
    place: Place = field(compare=False, repr=False, default=Place(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The official list that a protocol's content is checked against."""

    rows: tuple[RegistryRow, ...] = ()
    optional: frozenset[str] = frozenset()
    """Statuses whose rows may lack a page."""
    source: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A family of codes: the facts they have and the codes themselves, in canonical order."""

    id: str
    name: str
    title: Text
    summary: Text
    sources: tuple[Source, ...]
    classes: Mapping[str, Class]
    facts: Mapping[str, Fact]
    codes: Mapping[str, Code]
    """Codes by code, ascending in the protocol's order."""
    curated: Mapping[tuple[str, str], CuratedPair]
    pattern: str | None = None
    """A regular expression that every code fits."""
    unread: frozenset[str] = field(compare=False, repr=False, default=frozenset())
    """Names of files, without ending, that hold a code or a pair which could not be read."""
    registry: Registry = Registry()
    featured: tuple[tuple[str, str], ...] = ()
    """Curated pairs that readers look for most, for the first page."""
    decode: tuple[Form, ...] = ()
    """The forms in which its codes stand in messages and logs; an earlier one takes what a later one would."""
    place: Place = field(compare=False, repr=False, default=Place(""))
    roles: Mapping[str, Fact] = field(init=False, compare=False, repr=False)
    """The facts that play a role, by role."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", {fact.role: fact for fact in self.facts.values() if fact.role})

    def pairs(self) -> Iterator[tuple[Code, Code]]:
        """Every pair of codes exactly once, in canonical order: n codes give n(n-1)/2 pairs."""
        return combinations(self.codes.values(), 2)

    def fact_of(self, role: str) -> Fact | None:
        """The fact that plays `role`, if one does."""
        return self.roles.get(role)

    def values_of(self, code: Code, role: str) -> tuple[Value, ...]:
        """The declared values that `code` has for the fact with `role`; empty where there is none."""
        fact = self.fact_of(role)
        if fact is None:
            return ()
        return tuple(fact.values[value] for value in code.facts.get(fact.id, ()) if value in fact.values)

    def texts(self) -> Iterator[Text]:
        """Every passage of protocol.yaml, in its order."""
        yield self.title
        yield self.summary
        for item in self.classes.values():
            yield item.value.label
            yield item.summary
            yield from _present(item.value.one, item.value.both)
        for fact in self.facts.values():
            yield fact.label
            yield from _present(fact.one, fact.both, fact.apart)
            if fact.empty:
                yield from _present(fact.empty.label, fact.empty.one, fact.empty.both)
            if fact.role != "class":
                for value in fact.values.values():
                    yield from _present(value.label, value.one, value.both)


def _present(*texts: Text | None) -> Iterator[Text]:
    return (text for text in texts if text is not None)


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the site. Source: RFC 5646 for the tag."""

    tag: str
    source: bool = False
    place: Place = field(compare=False, repr=False, default=Place(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """site.yaml: what holds for every page."""

    title: str
    url: str
    tagline: Text
    description: Text
    languages: tuple[Language, ...]
    link_style: str = "file"
    """`file` links to `550.html`, `clean` to `550`; the files are the same."""
    indexing: str = "notable"
    """`notable` offers search engines the pairs that people compare, `all` offers every pair."""
    images: bool = False
    """Whether a picture is drawn for each code, which stands for its page where that is shared."""
    licence: Source | None = None
    """The terms under which the texts may be used."""
    search: bool = False
    """Whether pages have a search box, with an index of codes and curated pairs behind it."""
    protocols: tuple[str, ...] = ()
    """Ids of the protocols, in the order of the home page."""
    superseded: Mapping[str, str] = field(default_factory=dict)
    """RFC numbers whose document is obsolete, with the number that took its place."""
    host: str = field(default="", repr=False)
    """Where the site is put, a name of hosts.yaml; empty where that is not said. Pages are the same on every host."""
    host_place: Place = field(compare=False, repr=False, default=Place(""))

    @property
    def source_language(self) -> str:
        """The tag of the language in which content and templates are written."""
        return next(language.tag for language in self.languages if language.source)

    def texts(self) -> Iterator[Text]:
        """Every passage of site.yaml."""
        yield self.tagline
        yield self.description


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything the content says, checked."""

    site: SiteInfo
    protocols: Mapping[str, Protocol]

    @property
    def decodes(self) -> bool:
        """Whether any protocol says in which forms its codes stand in texts."""
        return any(protocol.decode for protocol in self.protocols.values())

    def texts(self) -> Iterator[Text]:
        """Every passage of the content, by domain and in reading order."""
        yield from self.site.texts()
        for protocol in self.protocols.values():
            yield from protocol.texts()
            for code in protocol.codes.values():
                yield from (*code.texts(), *code.searched())
            for pair in protocol.curated.values():
                yield from pair.texts()
