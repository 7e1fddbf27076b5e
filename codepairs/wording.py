"""What is wrong with the words of a text: by itself, by the rules of its language, and as the translation of another.

Pure functions from texts to messages; where a text stands is known to `codepairs.proofread`. What harms a page, such as
a lost placeholder, is judged by `codepairs.translate` already, which puts the message aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from codepairs.characters import hidden
from codepairs.errors import Remark

__all__ = ["LanguageRule", "LanguageRules", "source_problems", "text_problems", "translation_problems"]

_CODE_SPAN = re.compile(r"`[^`]*`")
_LITERAL = re.compile(r"`[^`]*`|\{[a-z_]+\}")
_WORD = re.compile(r"[^\W\d_A-Z]{3}")
_DOUBLED = re.compile(r"(?<![\w-])([^\W\d_]{2,})[ \xa0\n]+\1(?![\w-])", re.IGNORECASE)
_BLANKS = re.compile(r"(?<=\S)  +(?=\S)|^[ \t]+|(?<![ \t])[ \t]++(?:$|(?=\n))| (?=[.,;!?…](?:\s|$))")
_NUMBER = re.compile(r"(?<=RFC[ \xa0-])\d+|\d{3,}|(?<![\d.])\d\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z“‘`{\d])|\n+")
_TARGET = re.compile(r"\]\((?!https?://)([^)]*)\)")
_ISOLATES = "\u2066\u2067\u2068\u2069"
_CLOSING = "“”‘’«»\"')]*_ \xa0"
_ENDS = {".": ".。।۔։።", "?": "?؟？;", "!": "!！", ":": ":：", ";": ";؛；", "…": "…"}
"""What ends a text, and what ends its translation then; scripts have full stops of their own."""


@dataclass(frozen=True, slots=True)
class LanguageRule:
    """A pattern that must not occur, and what would be right."""

    pattern: re.Pattern[str]
    message: str


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """What a language says of its texts."""

    never: tuple[LanguageRule, ...] = ()
    doubled: frozenset[str] = frozenset()
    """Words that may rightly stand twice in a row."""
    quotes: tuple[str, ...] = ()
    """Its quotation marks, each as the opening and the closing one."""
    same: frozenset[str] = frozenset()
    """Source texts that are the same in this language."""
    sentences: tuple[str, ...] = ()
    """Fields, as patterns, whose texts are whole sentences; of the source language."""
    longest: int = 0
    """How many words a sentence in these fields may have; 0: any number."""


def text_problems(rules: LanguageRules, text: str) -> Iterator[str]:
    """What is wrong with a text by itself, code spans aside."""
    bare = _CODE_SPAN.sub("`x`", text) if "`" in text else text
    for rule in rules.never:
        match = rule.pattern.search(bare)
        if match:
            yield Remark(f"{match[0]!r}: {rule.message}", match[0])
    for match in _DOUBLED.finditer(bare):
        if match[1].lower() not in rules.doubled:
            yield Remark(f"{match[0]!r}: the word stands twice", match[0])
    if "\t" in bare:
        yield Remark("holds a tab; write a blank", "\t")
    unseen = hidden("".join(char for char in text if char not in _ISOLATES))
    if unseen:
        yield Remark(f"holds U+{ord(unseen):04X}, which cannot be seen; leave it out", text.index(unseen))
    blank = _BLANKS.search(bare)
    if blank:
        around = bare[max(blank.start() - 10, 0) : blank.end() + 10]
        yield Remark(f"{around!r}: one blank too many", blank.start() if bare == text else around)
    for pair in ("()", "[]", *rules.quotes):
        first, second = bare.count(pair[0]), bare.count(pair[1])
        if first != second:
            yield Remark(
                f"{first} of {pair[0]} and {second} of {pair[1]}: one of them is missing", pair[second > first]
            )


def source_problems(rules: LanguageRules, context: str, text: str) -> Iterator[str]:
    """What a text has against Markdown, and against the form of its field: whole sentences that are not too long."""
    bare = _CODE_SPAN.sub("", text) if "`" in text else text
    if target := _TARGET.search(bare):
        yield Remark(f"{target[1]!r}: a link leads to an address that begins with https://", target[1])
    if not _is_sentence(context, rules.sentences):
        return
    first = text.lstrip("“‘(*_")[:1]
    if first.isalpha() and not first.isupper():
        yield f"{text[:20]!r}: a sentence begins with a capital letter"
    if _end(text) not in tuple(".?!:…"):
        yield f"{text[-20:]!r}: a sentence ends with a full stop"
    for sentence in _SENTENCE.split(_CODE_SPAN.sub("X", text)):
        count = len(sentence.split())
        if rules.longest and count > rules.longest:
            yield f"{sentence[:40]!r} …: a sentence of {count} words; at most {rules.longest} are read at once"


@lru_cache(maxsize=256)
def _is_sentence(context: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(context, pattern) for pattern in patterns)


def translation_problems(rules: LanguageRules, source: str, translation: str) -> Iterator[str]:
    """What a translation has against its source text, beside what puts it aside."""
    if source == translation and source not in rules.same and _WORD.search(_LITERAL.sub("", source)):
        yield f"{source[:40]!r} is the source text; translate it, or list it under 'same' in rules.yaml"
    if source.startswith("\n") != translation.startswith("\n") or source.endswith("\n") != translation.endswith("\n"):
        yield "begins or ends with a line break where the source text does not, or the other way round"
    yield from _numbers(source, translation)
    wanted, found = len(_ITEM.findall(source)), len(_ITEM.findall(translation))
    if wanted != found:
        yield f"{found} items of lists where the source text has {wanted}"
    wanted, found = source.count("**"), translation.count("**")
    if wanted != found:
        yield Remark(f"{found} times ** where the source text has {wanted}", "**")
    end, ends = _end(source), _end(translation)
    if end != ends and not (ends and ends in _ENDS.get(end, "")):
        yield Remark(f"ends with {ends or 'no sign'!r}; the source text ends with {end or 'no sign'!r}", -1)


def _numbers(source: str, translation: str) -> Iterator[str]:
    """Codes and documents that differ: short numbers may be written as words."""
    wanted, found = (set(_NUMBER.findall(_CODE_SPAN.sub("", text))) for text in (source, translation))
    missing, added = wanted - found, found - wanted
    # A translation may name what the source text calls by a pronoun.
    if missing:
        instead = f"; {', '.join(sorted(added))} stands there instead" if added else ""
        message = f"{', '.join(sorted(missing))} of the source text is missing{instead}"
        yield Remark(message, min(added) if added else 0)


def _end(text: str) -> str:
    """The sign that ends a text, empty where a word or a code span does."""
    last = text.rstrip().rstrip(_CLOSING)[-1:]
    return last if any(last in signs for signs in _ENDS.values()) and last else ""
