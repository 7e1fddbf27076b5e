"""The regular expressions of content, checked and written for the engines that read them. None can run away.

Two dialects. What browsers run as well is a subset with one meaning in both: characters and classes, `.`, `|`, groups,
look-around, `^` and `$` at the ends of lines, `\\A` and `\\Z` at those of the text, and repetitions with an end.
`{name}` stands for a piece of that name. Without `*`, `+` and the classes of `\\w`, `\\d` and `\\s` nothing depends on
an engine's idea of letters. Letters match in either case unless the pattern is exact.

What Python alone reads (the forms of words, the rules of a language) may have these too, and `\\b` and a `(?i)` at its
beginning; `^` and `$` are the ends of the text.

Both engines backtrack: so the steps that a pattern can take from one place of a text are counted, and limited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from codepairs.limits import LONGEST_PATTERN, LONGEST_REPETITION, LONGEST_WORD
from codepairs.steps import ALL, COUNTED, END, Part, beside, following, members, repeated

__all__ = ["MOST_STEPS", "Pattern", "PatternError", "compiled", "pattern_of", "rule_pattern", "word_pattern"]

MOST_STEPS = 30_000
"""How many steps a pattern may take from one place of a text, at worst; a real text takes a few."""
_MOST_AT_START = 100_000
"""How many where it can begin at the start of a text only, and so is tried once."""
_MOST_IN_PYTHON = 20_000
"""How many the pattern of a word, or of a rule, may take."""

_DEEPEST = 20
_SYNTAX = frozenset(".^$*+?()[]{}|\\/")
_IN_CLASS = frozenset("\\]^-[&~|")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_CLASSES = {"d": "[0-9]", "w": "[0-9A-Za-z_]", "s": r"[ \t\n]", "b": "a look-around", "D": "[^0-9]", "S": r"[^ \t\n]"}
_BEYOND = ("\x80", "\xff")
_SHORT = {
    "d": members(("0", "9"), _BEYOND),
    "w": members(("0", "9"), ("a", "z"), ("_", "_"), _BEYOND),
    "s": members(("\t", "\r"), ("\x1c", " "), _BEYOND),
    **dict.fromkeys("DWS", ALL),
}
"""What Python's names of classes stand for, at most."""
_ENDS = {"^": r"\A", "$": r"\Z"}
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
    source: str, pieces: Mapping[str, str] | None = None, *, exact: bool = False, endless: int = 0
) -> Pattern:
    """The pattern that `source` writes; `pieces` are the sources that `{name}` stands for.

    Raises PatternError. A repetition without end goes up to `endless` times, and is a mistake where that is 0.

    >>> pattern_of("^(?<code>{digit}{2})$", {"digit": "[0-9]"}).script
    '(?<![^\\\\n])(?<code>(?:[0-9]){2})(?![^\\\\n])'
    """
    return _pattern(source, tuple((pieces or {}).items()), exact, endless)


@lru_cache(maxsize=1024)
def _pattern(source: str, pieces: tuple[tuple[str, str], ...], exact: bool, endless: int) -> Pattern:
    made = _Reader(source, dict(pieces), endless).whole()
    if len(set(made.groups)) < len(made.groups):
        raise PatternError("a group stands in it twice")
    _limited(made, _MOST_AT_START if made.python.startswith(_ANCHORS["A"]) else MOST_STEPS)
    pattern = Pattern(made.python, made.script, made.groups, made.steps, exact)
    try:
        compiled(pattern)
    except re.error as error:
        raise PatternError(str(error)) from None
    return pattern


@lru_cache(maxsize=1024)
def word_pattern(source: str) -> re.Pattern[str]:
    """The pattern of whole words: codes, values of facts. A repetition goes up to as many characters as a word has.

    Raises PatternError.

    >>> bool(word_pattern("[0-9]+(?:[.][0-9]+)*").fullmatch("5.7.1"))
    True
    """
    return _for_python(source, LONGEST_WORD, re.NOFLAG, END)


@lru_cache(maxsize=1024)
def rule_pattern(source: str) -> re.Pattern[str]:
    """The pattern of what a text must not hold; one without end goes up to `LONGEST_REPETITION`. Raises PatternError.

    >>> rule_pattern("(?i)easily|issues?").search("An Issue.")[0]
    'Issue'
    """
    folds = source.startswith("(?i)")
    return _for_python(source.removeprefix("(?i)"), LONGEST_REPETITION, re.IGNORECASE if folds else re.NOFLAG)


def _for_python(source: str, endless: int, flags: re.RegexFlag, *end: Part) -> re.Pattern[str]:
    made = _Reader(source, {}, endless, python=True, end=end).whole()
    _limited(made, _MOST_IN_PYTHON)
    try:
        return re.compile(made.python, flags)
    except (re.error, OverflowError) as error:
        raise PatternError(str(error)) from None


def _limited(part: Part, most: int) -> None:
    if part.steps > most:
        taken = f"{part.steps:,}" if part.steps < COUNTED else "any number of"
        message = f"it can take {taken} steps from one place of a text; allowed are {most:,}"
        raise PatternError(f"{message}. Repeat less often, or let what follows a repetition begin with another sign")


class _Reader:
    """Reads one source from left to right; `at` is the place of the next character."""

    def __init__(
        self,
        source: str,
        pieces: Mapping[str, str],
        endless: int,
        depth: int = 0,
        python: bool = False,
        end: tuple[Part, ...] = (),
    ) -> None:
        self.source = source
        self.pieces = pieces
        self.endless = endless
        self.python = python
        self.depth = depth
        self.end = end
        self.at = 0
        if len(source) > LONGEST_PATTERN or depth > _DEEPEST:
            raise PatternError(f"it is longer than {LONGEST_PATTERN} characters, or nested too deep")

    def error(self, message: str) -> PatternError:
        return PatternError(f"character {self.at + 1}: {message}")

    def whole(self) -> Part:
        """Everything, to the end of the source."""
        made = self.alternatives()
        if self.at < len(self.source):
            raise self.error("this bracket closes nothing")
        return made

    def alternatives(self) -> Part:
        """Everything up to the end, or to the bracket that closes the group."""
        found = [self._sequence()]
        while self._next("|"):
            found.append(self._sequence())
        return found[0] if len(found) == 1 else beside(found)

    def _sequence(self) -> Part:
        found = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            found.append(self._repeated(self._atom()))
        return following([*found, *self.end] if self.depth == 0 else found)

    def _repeated(self, atom: Part) -> Part:
        """The atom with the repetition that follows it."""
        least, most, sign = self._count()
        if not sign:
            return atom
        if atom.script.startswith(("(?=", "(?!", "(?<=", "(?<!")):
            raise self.error("a repetition of what has no width")
        lazy = "?" if self._next("?") else ""
        if self._count()[2]:
            raise self.error("a repetition of a repetition; put brackets around the first")
        if most is None and not self.endless:
            raise self.error("a repetition without end; write {0,80}")
        top = max(least, self.endless) if most is None else most
        if top < least or top > LONGEST_PATTERN:
            raise self.error(f"a repetition goes up, to at most {LONGEST_PATTERN}")
        return repeated(atom, least, top, f"{sign if most is not None else f'{{{least},{top}}}'}{lazy}")

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

    def _atom(self) -> Part:
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
            return _no_width(_ENDS[char] if self.python else _ANCHORS[char])
        return _one("[^\\n]", ALL) if char == "." else _character(char)

    def _group(self) -> Part:
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

    def _piece(self) -> Part:
        """What a name stands for."""
        match = _NAME.match(self.source, self.at)
        if match is None:
            raise self.error("'{' begins a repetition or a name; write it as \\{")
        if match[1] not in self.pieces:
            raise self.error(f"unknown name {match[1]!r}; known: {', '.join(self.pieces) or 'none'}")
        try:
            made = _piece_of(match[1], tuple(self.pieces.items()), self.endless, self.depth + 1)
        except PatternError as error:
            raise self.error(f"in {match[0]}, {error}") from None
        self.at = match.end()
        return _around("?:", made)

    def _escape(self) -> Part:
        char = self.source[self.at + 1 : self.at + 2]
        if char in ("A", "Z"):
            self.at += 2
            return _no_width(_ANCHORS[char])
        if self.python and char and char in "bB":
            self.at += 2
            return _no_width(f"\\{char}")
        if self.python and char in _SHORT:
            self.at += 2
            return _one(f"\\{char}", _SHORT[char])
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

    def _class(self) -> Part:
        start = self.at
        self.at += 1
        negated = self._next("^")
        made, own = "[^" if negated else "[", 0
        ranges: list[tuple[str, str]] = []
        first = self.at
        while self.at < len(self.source) and (self.source[self.at] != "]" or self.at == first):
            name = self.source[self.at + 1 : self.at + 2] if self.source[self.at] == "\\" else ""
            if self.python and name in _SHORT:
                self.at += 2
                made, own = f"{made}\\{name}", own | _SHORT[name]
            else:
                ranges.append(self._range())
                made += _range_of(*ranges[-1])
        if not self._next("]"):
            self.at = start
            raise self.error("this class is not closed")
        # Of a negated class with a name only what is certain is left out.
        return _one(f"{made}]", members(*ranges, negated=negated) | (0 if negated else own))

    def _range(self) -> tuple[str, str]:
        """A character of a class twice, or the first and the last of all from one to another."""
        first = self._member()
        if not self.source.startswith("-", self.at) or self.source.startswith("-]", self.at):
            return first, first
        self.at += 1
        last = self._member()
        if last < first:
            raise self.error("a range goes up")
        return first, last

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
def _piece_of(name: str, pieces: tuple[tuple[str, str], ...], endless: int, depth: int) -> Part:
    """What a name stands for; most patterns of a protocol name the same few."""
    known = dict(pieces)
    return _Reader(known[name], known, endless, depth).whole()


def _no_width(text: str) -> Part:
    return Part(text, text, empty=True)


def _one(text: str, characters: int) -> Part:
    """One of some characters."""
    return Part(text, text, first=characters)


def _character(char: str) -> Part:
    own = members((char, char))
    return Part(_written(char), _written(char), first=own, literal=char.casefold())


def _named(name: str, inner: Part) -> Part:
    python, script = f"(?P<{name}>{inner.python})", f"(?<{name}>{inner.script})"
    return replace(inner, python=python, script=script, groups=(name, *inner.groups), literal=None)


def _around(look: str, inner: Part) -> Part:
    """A group, or a look-around, which matches in one way or not at all."""
    python, script = f"({look}{inner.python})", f"({look}{inner.script})"
    if look == "?:":
        return replace(inner, python=python, script=script)
    return Part(python, script, inner.groups, steps=inner.steps, entry=inner.steps, empty=True)


def _range_of(first: str, last: str) -> str:
    return _in_class(first) if first == last else f"{_in_class(first)}-{_in_class(last)}"


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
