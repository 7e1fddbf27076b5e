"""Texts with invented words: other texts of the same length and form."""

from __future__ import annotations

import math
import re

__all__ = ["varied"]

_CONSONANTS, _VOWELS = "bdfghjklmnprstvwz", "aeiou"
_KEPT = re.compile(r"`[^`]*`|\]\([^)]*\)|https?://\S+|\{[a-z_]+\}")
"""What stays as it is: code spans, addresses, placeholders."""
_SENTENCE_END = re.compile(r"(?<=[.?!…])[”“\")]*\s+|\n+")
_WORD = re.compile(r"[^\W\d_]{3,}")


def varied(text: str, rank: int) -> str:
    """The text with the longest word of every sentence replaced by an invented one of the same length.

    >>> varied("Wait. Then send `MAIL FROM` again.", 7)
    'Mafo. Then send `MAIL FROM` mafog.'
    """
    kept = [match.span() for match in _KEPT.finditer(text)]
    words = [match for match in _WORD.finditer(text) if not any(a <= match.start() < b for a, b in kept)]
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    result, done, start = [], 0, 0
    for end in [*ends, len(text)]:
        candidates = [match for match in words if start <= match.start() < end]
        start = end
        if candidates:
            word = max(candidates, key=lambda match: match.end() - match.start())
            result += [text[done : word.start()], _invented(word[0], rank)]
            done = word.end()
    return "".join((*result, text[done:]))


def _invented(word: str, rank: int) -> str:
    """A pronounceable word of the same length; another for each rank as long as the length allows."""
    alphabets = [_VOWELS if place % 2 else _CONSONANTS for place in range(len(word))]
    # A prime factor spreads neighbouring ranks over all words of the length.
    number, letters = (rank + 1) * 2_654_435_761 % math.prod(map(len, alphabets)), []
    for alphabet in alphabets:
        number, letter = divmod(number, len(alphabet))
        letters.append(alphabet[letter])
    invented = "".join(letters)
    return invented.capitalize() if word[0].isupper() else invented
