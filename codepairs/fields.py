"""Typed getters over a YAML mapping: each takes a field, notes a problem where its form is wrong, and returns a value.

A getter never raises: after a problem it returns a harmless value of the right type, so that the rest of the file is
still judged. `Fields.close` reports the fields that nobody took. Where the mapping has a `Shape`, that says which
fields are needed and what they may be; to take one that it does not name is a mistake of the program.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from heapq import nsmallest

from codepairs.characters import hidden
from codepairs.errors import Place, Problem
from codepairs.limits import (
    LONGEST_GUESS,
    LONGEST_PASSAGE,
    LONGEST_PATTERN,
    LONGEST_WORD,
    MOST_GUESSES,
    MOST_WIRE_LINES,
)
from codepairs.load import MappingNode, Node, ScalarNode, SequenceNode
from codepairs.model import Source, Text, WireLine, normalise, passage_problems
from codepairs.patterns import PatternError, word_pattern
from codepairs.shapes import ADDRESS, DOCUMENT, RFC, Field, Shape

__all__ = ["Fields", "did_you_mean", "listed"]

_FLAGS = {"true": True, "false": False}
_NO_FIELD = Field(name="", kind="", note="")


class Fields:
    """The fields of one mapping, taken by name; problems go to the list given."""

    def __init__(self, node: Node | None, where: Place, what: str | Shape, problems: list[Problem]) -> None:
        self.place = node.place if node else where
        self.shape = what if isinstance(what, Shape) else None
        self.what = what if isinstance(what, str) else what.what
        self.problems = problems
        self.known: list[str] = []
        self.node = node if isinstance(node, MappingNode) else MappingNode({}, {}, self.place)
        self.misshapen = node is not None and not isinstance(node, MappingNode)
        """Then no field is reported as missing: the one problem says it all."""
        if self.misshapen:
            self.problem(self.place, f"{self.what} must be a mapping of named fields")

    def problem(self, place: Place, message: str) -> None:
        """Note a problem at `place`."""
        self.problems.append(Problem(place, message))

    def place_of(self, name: str) -> Place:
        """Where the field's name stands, or the mapping itself where the field is missing."""
        return self.node.keys.get(name, self.place)

    def declared(self, name: str, kind: str) -> Field:
        """What the shape says of the field, which has to be of that kind."""
        if self.shape is None:
            return _NO_FIELD
        field = self.shape.field(name)
        assert field.kind == kind, f"{name!r} of {self.what} is no {kind}"
        return field

    def take(self, name: str, *, required: bool = False) -> Node | None:
        """The field's node; None where it is missing or was left empty."""
        self.known.append(name)
        node = self.node.items.get(name)
        if node is None:
            if required and not self.misshapen:
                self.problem(self.place, f"{self.what} lacks the field {name!r}")
            return None
        if isinstance(node, ScalarNode) and not node.value.strip():
            if required:
                self.problem(self.place_of(name), f"field {name!r} is empty")
            return None
        return node

    def word(self, name: str, *, required: bool = False, choices: Iterable[str] = ()) -> str | None:
        """A text on one line; with `choices`, one of them."""
        declared = self.declared(name, "word")
        choices = choices or declared.choices
        node = self.take(name, required=required or declared.required)
        if node is None:
            return None
        if not isinstance(node, ScalarNode):
            self.problem(node.place, f"field {name!r} must be one text, not a list or mapping")
            return None
        return self.chosen(node, name, choices) if choices else self._bounded(node, name, declared.longest)

    def _bounded(self, node: ScalarNode, name: str, longest: int) -> str | None:
        """The text of a word, which is not too long, and of which every character can be seen."""
        word = " ".join(node.value.split())
        unseen = hidden(word, name=longest <= LONGEST_WORD)
        if len(word) > longest:
            self.problem(node.place, f"field {name!r} has {len(word):,} characters; it may have {longest}")
        elif unseen:
            self.problem(node.place, f"field {name!r} holds U+{ord(unseen):04X}, which cannot be seen; leave it out")
        else:
            return word
        return None

    def chosen(self, node: ScalarNode, name: str, choices: Iterable[str]) -> str | None:
        """The node's text if it is one of `choices`."""
        allowed = tuple(choices)
        if node.value in allowed:
            return node.value
        self.problem(node.place, f"unknown {name} {node.value!r}; {did_you_mean(node.value, allowed)}")
        return None

    def literal(self, name: str) -> Node | None:
        """A text of which every blank counts; whether it is one, and how long, is for the caller to see."""
        return self.take(name, required=self.declared(name, "literal").required)

    def flag(self, name: str) -> bool:
        """`true` or `false`; missing means false."""
        self.declared(name, "flag")
        node = self.take(name)
        if node is None:
            return False
        if isinstance(node, ScalarNode) and node.value in _FLAGS:
            return _FLAGS[node.value]
        self.problem(node.place, f"field {name!r} must be true or false")
        return False

    def sequence(self, name: str, *, required: bool = False) -> tuple[Node, ...]:
        """The items of a list."""
        return self._items(name, required or self.declared(name, "sequence").required)

    def _items(self, name: str, required: bool = False) -> tuple[Node, ...]:
        node = self.take(name, required=required)
        if node is None:
            return ()
        if isinstance(node, SequenceNode):
            return node.items
        self.problem(node.place, f"field {name!r} must be a list")
        return ()

    def scalars(self, name: str) -> tuple[ScalarNode, ...]:
        """The items of a list of words; a single word counts as a list of one."""
        required = self.declared(name, "scalars").required
        node = self.node.items.get(name)
        if isinstance(node, ScalarNode):
            return (node,) if self.take(name, required=required) else ()
        return tuple(self.scalar(item, name) for item in self._items(name, required) if self.scalar(item, name).value)

    def scalar(self, node: Node, name: str) -> ScalarNode:
        """The node itself if it is a text, else an empty one and a problem."""
        if not isinstance(node, ScalarNode):
            self.problem(node.place, f"each item of {name!r} must be one text")
        elif len(node.value) > LONGEST_PASSAGE:
            longest = f"it may have {LONGEST_PASSAGE:,}"
            self.problem(node.place, f"a text of {name!r} has {len(node.value):,} characters; {longest}")
        else:
            return node
        return ScalarNode("", node.place)

    def mapping(self, name: str, what: str | Shape, *, required: bool = False) -> Fields:
        """The fields of a mapping inside this one."""
        self.declared(name, "mapping")
        return Fields(self.take(name, required=required), self.place_of(name), what, self.problems)

    def text(self, name: str, domain: str, *, context: str = "", required: bool = True) -> Text | None:
        """A translatable passage; its context is the field's name unless given."""
        declared = self.declared(name, "text")
        node = self.take(name, required=required if self.shape is None else declared.required)
        if node is not None and not isinstance(node, ScalarNode):
            self.problem(node.place, f"field {name!r} must be one text, not a list or mapping")
            node = ScalarNode("", node.place)
        return self.passage(node, name, domain, context or name) if node else None

    def passage(self, node: Node, name: str, domain: str, context: str) -> Text:
        """The node as a translatable passage."""
        source = normalise(self.scalar(node, name).value)
        for message in passage_problems(source):
            self.problem(node.place, f"field {name!r} {message}")
        return Text(context, source, domain, node.place)

    def texts(self, name: str, domain: str) -> tuple[Text, ...]:
        """A list of translatable passages that share their context."""
        self.declared(name, "texts")
        return tuple(
            self.passage(item, name, domain, name)
            for item in self._items(name)
            if self.scalar(item, name).value.strip()
        )

    def needed(self, name: str, domain: str, *, context: str = "") -> Text:
        """A required passage; an empty one stands in where it is missing."""
        return self.text(name, domain, context=context) or Text(context or name, "", domain, self.place)

    def pattern(self, name: str, *, required: bool = False, read: Callable[[str], object] = word_pattern) -> str | None:
        """A regular expression: of whole words, unless `read` reads another kind of it."""
        node = self.take(name, required=required or self.declared(name, "pattern").required)
        if node is None:
            return None
        if not isinstance(node, ScalarNode):
            self.problem(node.place, f"field {name!r} must be one text, not a list or mapping")
            return None
        try:
            read(node.value)
        except PatternError as error:
            self.problem(node.place, f"field {name!r} {_unreadable(node.value) or f'cannot be used: {error}'}")
            return None
        return node.value

    def sources(self, name: str = "sources") -> tuple[Source, ...]:
        """A list of documents: `RFC 5321 section 4.2.3`, `RFC 5321`, or a mapping of title and url."""
        self.declared(name, "sources")
        return tuple(source for item in self._items(name) if (source := self._source(item)))

    def document(self, name: str, what: str) -> Source | None:
        """A document of the web: a mapping of title and url."""
        self.declared(name, "document")
        node = self.take(name)
        return self._document(node, what) if node else None

    def _document(self, node: Node, what: str) -> Source | None:
        fields = Fields(node, node.place, replace(DOCUMENT, what=what), self.problems)
        title, url = fields.word("title"), fields.word("url")
        fields.close()
        if url and not re.fullmatch(ADDRESS, url):
            self.problem(fields.place_of("url"), f"{url!r} is no address; it begins with https://")
            return None
        return Source(title=title, url=url, place=node.place)

    def _source(self, node: Node) -> Source | None:
        if isinstance(node, MappingNode):
            return self._document(node, "a source")
        value = node.value if isinstance(node, ScalarNode) else ""
        match = re.fullmatch(RFC, value)
        if match is None:
            self.problem(node.place, f"unknown source {value!r}; write 'RFC 5321 section 4.2.3', or a title and a url")
            return None
        return Source(rfc=match[1], section=match[2], place=node.place)

    def wire(self, name: str = "wire") -> tuple[WireLine, ...]:
        """A transcript: each line begins with `C: ` or `S: `."""
        self.declared(name, "wire")
        node = self.take(name)
        if node is None:
            return ()
        return self._wire_lines(node, name)

    def _wire_lines(self, node: Node, name: str) -> tuple[WireLine, ...]:
        lines = self.scalar(node, name).value.rstrip("\n").split("\n")
        if len(lines) > MOST_WIRE_LINES:
            self.problem(node.place, f"a transcript has at most {MOST_WIRE_LINES} lines; this one has {len(lines):,}")
            return ()
        wire = []
        for offset, line in enumerate(lines, start=1):
            speaker, mark, text = line.partition(": ")
            if mark and speaker in ("C", "S"):
                wire.append(WireLine(speaker, text))
            else:
                place = Place(node.place.path, node.place.line + offset, 1)
                self.problem(place, f"transcript line {line!r} must begin with 'C: ' or 'S: '")
        return tuple(wire)

    def close(self) -> None:
        """Report the fields that no getter has taken."""
        for name in self.node.items:
            if name not in self.known:
                hint = did_you_mean(name, [field.name for field in self.shape.fields] if self.shape else self.known)
                self.problem(self.node.keys[name], f"unknown field {name!r} in {self.what}; {hint}")


def _unreadable(pattern: str) -> str:
    """Why no program could read the pattern; empty where Python can."""
    if len(pattern) > LONGEST_PATTERN:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except RecursionError:
        return ""
    except (re.error, OverflowError) as error:
        return f"is no regular expression: {error}"
    return ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What would be right: the nearest known word, or all of them.

    >>> did_you_mean("retyr", ["retry", "acts"])
    "did you mean 'retry'?"
    """
    names = list(dict.fromkeys(known))
    # Among numbers the nearest is no guess at what was meant.
    near = difflib.get_close_matches(word, _alike(word, names), n=1) if any(map(str.isalpha, word)) else []
    return f"did you mean {near[0]!r}?" if near else f"known: {listed(names)}"


def _alike(word: str, names: list[str]) -> list[str]:
    """The names among which the nearest is looked for: of many those of about its length; none for a long word."""
    if len(word) > LONGEST_GUESS:
        return []
    if len(names) <= MOST_GUESSES:
        return [name for name in names if len(name) <= 2 * LONGEST_GUESS]
    return nsmallest(MOST_GUESSES, names, key=lambda name: (name[:1] != word[:1], abs(len(name) - len(word))))


def listed(names: Iterable[str], most: int = 20) -> str:
    """The names joined for a message, at most so many of them, and how many there are beside these."""
    all_names = list(names)
    more = f" and {len(all_names) - most:,} more" if len(all_names) > most else ""
    return (", ".join(all_names[:most]) or "none") + more
