"""The regular expressions of content that Python and browsers read alike, checked and written for both.

A subset with one meaning in both: characters and classes, `.`, `|`, groups, look-around, `^` and `$` at the ends of
lines, `\\A` and `\\Z` at those of the text, and repetitions with an end. `{name}` stands for a piece of that name.
Without `*`, `+` and the classes of `\\w`, `\\d` and `\\s` nothing depends on an engine's idea of letters, and from one
place of a text a pattern can take only so many steps, which are counted and limited. Letters match in either case
unless the pattern is exact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["MOST_STEPS", "Pattern", "PatternError", "compiled", "pattern_of"]

MOST_STEPS = 100_000
"""How many steps a pattern may take from one place of a text, at worst; a real text takes a few."""

_LONGEST = 2000
_DEEPEST = 20
_SYNTAX = frozenset(".^$*+?()[]{}|\\/")
_IN_CLASS = frozenset("\\]^-[&~|")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_CLASSES = {"d": "[0-9]", "w": "[0-9A-Za-z_]", "s": r"[ \t\n]", "b": "a look-around", "D": "[^0-9]", "S": r"[^ \t\n]"}
_ANCHORS = {"A": r"(?<![\s\S])", "Z": r"(?![\s\S])", "^": r"(?<![^\n])", "$": r"(?![^\n])"}
_LOOKS = ("?:", "?=", "?!", "?<=", "?<!")
_COUNT = re.compile(r"\{([0-9]{1,4})(?:,([0-9]{0,4}))?\}")
_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})")
_GROUP = re.compile(r"\?P?<([a-z][a-z0-9_]*)>")


class PatternError(ValueError):
    """A pattern is not what both read; the message says where and what would be right."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as each of them writes it."""

    python: str
    script: str
    """For JavaScript, with the flags `d`, `g` and `u`, and with `i` unless it is exact."""
    groups: tuple[str, ...] = ()
    """The names of its groups."""
    steps: int = 1
    """How many characters it looks at from one place, at worst."""
    exact: bool = False
    """Whether upper and lower case differ."""


@lru_cache(maxsize=1024)
def compiled(pattern: Pattern) -> re.Pattern[str]:
    """The pattern for Python."""
    return re.compile(pattern.python, 0 if pattern.exact else re.IGNORECASE)


def pattern_of(
    source: str, pieces: Mapping[str, str] | None = None, *, bounded: bool = True, exact: bool = False
) -> Pattern:
    """The pattern that `source` writes; `pieces` are the sources that `{name}` stands for.

    Raises PatternError. What is not `bounded` may repeat without end, for words that are short anyway.

    >>> pattern_of("^(?<code>{digit}{2})$", {"digit": "[0-9]"}).script
    '(?<![^\\\\n])(?<code>(?:[0-9]){2})(?![^\\\\n])'
    """
    made = _Reader(source, pieces or {}, bounded).whole()
    if len(set(made.groups)) < len(made.groups):
        raise PatternError("a group stands in it twice")
    if bounded and made.steps > MOST_STEPS:
        raise PatternError(f"it can take {made.steps} steps from one place of a text; allowed are {MOST_STEPS}")
    pattern = Pattern(made.python, made.script, made.groups, made.steps, exact)
    try:
        compiled(pattern)
    except re.error as error:
        raise PatternError(str(error)) from None
    return pattern


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pattern, and what it costs."""

    python: str
    script: str
    groups: tuple[str, ...] = ()
    ways: int = 1
    """In how many ways it can match at one place, at most."""
    steps: int = 1
    """How many characters it looks at before none of these is left."""
    literal: str | None = None
    """Its text, where it is nothing else."""


class _Reader:
    """Reads one source from left to right; `at` is the place of the next character."""

    def __init__(self, source: str, pieces: Mapping[str, str], bounded: bool, depth: int = 0) -> None:
        self.source = source
        self.pieces = pieces
        self.bounded = bounded
        self.depth = depth
        self.at = 0
        if len(source) > _LONGEST or depth > _DEEPEST:
            raise PatternError(f"it is longer than {_LONGEST} characters, or nested too deep")

    def error(self, message: str) -> PatternError:
        return PatternError(f"character {self.at + 1}: {message}")

    def whole(self) -> _Part:
        """Everything, to the end of the source."""
        made = self.alternatives()
        if self.at < len(self.source):
            raise self.error("this bracket closes nothing")
        return made

    def alternatives(self) -> _Part:
        """Everything up to the end, or to the bracket that closes the group."""
        found = [self._sequence()]
        while self._next("|"):
            found.append(self._sequence())
        return found[0] if len(found) == 1 else _one_of(found)

    def _sequence(self) -> _Part:
        found = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            found.append(self._repeated(self._atom()))
        return _one_after_another(found)

    def _repeated(self, atom: _Part) -> _Part:
        """The atom with the repetition that follows it."""
        least, most, sign = self._count()
        if not sign:
            return atom
        if atom.script.startswith(("(?=", "(?!", "(?<=", "(?<!")):
            raise self.error("a repetition of what has no width")
        lazy = "?" if self._next("?") else ""
        if self._count()[2]:
            raise self.error("a repetition of a repetition; put brackets around the first")
        if most is None and self.bounded:
            raise self.error("a repetition without end; write {0,80}")
        top = least if most is None else most
        if top < least or top > _LONGEST:
            raise self.error(f"a repetition goes up, to at most {_LONGEST}")
        return _times(atom, least, top, f"{sign}{lazy}")

    def _count(self) -> tuple[int, int | None, str]:
        """The least and the greatest number of a repetition, and how it is written; empty where there is none."""
        for sign, least, most in (("?", 0, 1), ("*", 0, None), ("+", 1, None)):
            if self._next(sign):
                return least, most, sign
        match = _COUNT.match(self.source, self.at)
        if match is None:
            return 1, 1, ""
        self.at = match.end()
        first, last = match[1], match[2]
        return int(first), int(first) if last is None else int(last) if last else None, match[0]

    def _atom(self) -> _Part:
        char = self.source[self.at]
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == "{":
            return self._piece()
        if char == "\\":
            return self._escape()
        if char in "*+?}]":
            raise self.error(f"{char!r} has nothing to act on; write it as \\{char}")
        self.at += 1
        if char in "^$":
            return _same(_ANCHORS[char])
        return _same("[^\\n]") if char == "." else _character(char)

    def _group(self) -> _Part:
        self.at += 1
        named = _GROUP.match(self.source, self.at)
        look = next((each for each in _LOOKS if self.source.startswith(each, self.at)), "")
        if named is None and not look and self.source.startswith("?", self.at):
            raise self.error("write (?<name>…), (?:…), or a look-around: (?=…), (?!…), (?<=…), (?<!…)")
        self.at = named.end() if named else self.at + len(look)
        start, self.depth = self.at, self.depth + 1
        if self.depth > _DEEPEST:
            raise self.error("it is nested too deep")
        inner = self.alternatives()
        if not self._next(")"):
            self.at = start
            raise self.error("the bracket before this is not closed")
        self.depth -= 1
        return _named(named[1], inner) if named else _around(look or "?:", inner)

    def _piece(self) -> _Part:
        """What a name stands for."""
        match = _NAME.match(self.source, self.at)
        if match is None:
            raise self.error("'{' begins a repetition or a name; write it as \\{")
        if match[1] not in self.pieces:
            raise self.error(f"unknown name {match[1]!r}; known: {', '.join(self.pieces) or 'none'}")
        try:
            made = _piece_of(match[1], tuple(self.pieces.items()), self.bounded, self.depth + 1)
        except PatternError as error:
            raise self.error(f"in {match[0]}, {error}") from None
        self.at = match.end()
        return _around("?:", made)

    def _escape(self) -> _Part:
        char = self.source[self.at + 1 : self.at + 2]
        if char in ("A", "Z"):
            self.at += 2
            return _same(_ANCHORS[char])
        return _character(self._escaped())

    def _escaped(self) -> str:
        """The character that an escape stands for."""
        char = self.source[self.at + 1 : self.at + 2]
        named = _CODE_POINT.match(self.source, self.at)
        if named:
            self.at = named.end()
            return chr(int(named[1], 16))
        if char in _CLASSES:
            raise self.error(f"\\{char} differs between programs; write {_CLASSES[char]}")
        if not char or (char.isalnum() and char not in _ESCAPES):
            raise self.error(f"unknown escape \\{char}")
        self.at += 2
        return _ESCAPES.get(char, char)

    def _class(self) -> _Part:
        start = self.at
        self.at += 1
        made = "[^" if self._next("^") else "["
        first = self.at
        while self.at < len(self.source) and (self.source[self.at] != "]" or self.at == first):
            made += self._range()
        if not self._next("]"):
            self.at = start
            raise self.error("this class is not closed")
        return _same(f"{made}]")

    def _range(self) -> str:
        """A character of a class, or all from one to another."""
        first = self._member()
        if not self.source.startswith("-", self.at) or self.source.startswith("-]", self.at):
            return _in_class(first)
        self.at += 1
        last = self._member()
        if last < first:
            raise self.error("a range goes up")
        return f"{_in_class(first)}-{_in_class(last)}"

    def _member(self) -> str:
        if self.source.startswith("\\", self.at):
            return self._escaped()
        self.at += 1
        return self.source[self.at - 1 : self.at]

    def _next(self, char: str) -> bool:
        """Whether that is the next character; then it is read."""
        found = self.source.startswith(char, self.at)
        self.at += len(char) if found else 0
        return found


@lru_cache(maxsize=256)
def _piece_of(name: str, pieces: tuple[tuple[str, str], ...], bounded: bool, depth: int) -> _Part:
    """What a name stands for; most patterns of a protocol name the same few."""
    known = dict(pieces)
    return _Reader(known[name], known, bounded, depth).whole()


def _same(text: str) -> _Part:
    return _Part(text, text)


def _character(char: str) -> _Part:
    return _Part(_written(char), _written(char), literal=char.casefold())


def _one_of(parts: list[_Part]) -> _Part:
    """Alternatives. Of words only those match at one place that begin one another."""
    words = [part.literal for part in parts if part.literal is not None]
    ways = sum(part.ways for part in parts if part.literal is None)
    ways += max((sum(map(word.startswith, words)) for word in words), default=0)
    return _joined("|", parts, ways, sum(part.steps for part in parts), None)


def _one_after_another(parts: list[_Part]) -> _Part:
    """A sequence: each part is tried once for every way of those before it."""
    ways, steps = 1, 0
    for part in parts:
        steps += ways * part.steps
        ways *= part.ways
    words = [part.literal for part in parts]
    return _joined("", parts, ways, steps, None if None in words else "".join(map(str, words)))


def _times(part: _Part, least: int, most: int, sign: str) -> _Part:
    """A repetition; more ways than any pattern may have are not counted to their end."""
    ways, steps, through = int(least == 0), 1, 1
    for time in range(1, most + 1):
        steps += through * part.steps
        through = min(through * part.ways, MOST_STEPS + 1)
        ways += through if time >= least else 0
    return _Part(f"{part.python}{sign}", f"{part.script}{sign}", part.groups, ways, steps)


def _joined(sign: str, parts: list[_Part], ways: int, steps: int, literal: str | None) -> _Part:
    groups = tuple(name for part in parts for name in part.groups)
    python, script = sign.join(part.python for part in parts), sign.join(part.script for part in parts)
    return _Part(python, script, groups, ways, steps, literal)


def _named(name: str, inner: _Part) -> _Part:
    python, script = f"(?P<{name}>{inner.python})", f"(?<{name}>{inner.script})"
    return _Part(python, script, (name, *inner.groups), inner.ways, inner.steps)


def _around(look: str, inner: _Part) -> _Part:
    """A group, or a look-around, which matches in one way or not at all."""
    ways = inner.ways if look == "?:" else 1
    python, script = f"({look}{inner.python})", f"({look}{inner.script})"
    return _Part(python, script, inner.groups, ways, inner.steps, inner.literal if look == "?:" else None)


def _written(char: str) -> str:
    """A character by itself, as both write it."""
    if char in _SYNTAX:
        return f"\\{char}"
    return _visible(char)


def _in_class(char: str) -> str:
    """The same in a class; in some places Python warns of what may once mean something else."""
    return f"\\x{ord(char):02x}" if char in _IN_CLASS else _visible(char)


def _visible(char: str) -> str:
    """The character, or its number where it cannot be seen."""
    return char if char == " " or (char.isprintable() and ord(char) < 0x10000) else _numbered(ord(char))


def _numbered(number: int) -> str:
    if number > 0xFFFF:
        raise PatternError(f"the character U+{number:X} cannot be used")
    return f"\\u{number:04x}"
