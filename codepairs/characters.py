"""Characters that no text may hold: what programs obey, what nobody sees, what turns a text round.

Content and translations are read by people who review them, by browsers, terminals and parsers of XML. So what one of
these obeys or hides is refused wherever it comes in. Marks that scripts need (joiners, the marks of right-to-left and
left-to-right, isolates that are closed) stay.

Source: Unicode Technical Report 36 and 55 (source code handling), XML 1.0 section 2.2 for the noncharacters.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["hidden", "misfit"]

_PLACES = "%EF%B7%90"
"""What an address makes of the first noncharacter, which stands for places of pages."""
_MISFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ufdd0-\ufdef\ufeff\ufffe\uffff"
    f"\ud800-\udfff\U000e0000-\U000e007f]|{_PLACES}"
)
"""Among them what ends a line for YAML, and for no editor: line numbers would differ."""
_ISOLATE = re.compile("[\u2066-\u2069]")
_PLAIN = bytes([9, 10, 13, *range(32, 127)])
"""What of ASCII any text may hold. There is next to nothing else in most texts, and bytes drop it at once."""
_MARKS = "\u200c\u200d\u200e\u200f"


def misfit(text: str) -> tuple[int, str] | None:
    """The place of the first character that no text may hold, and what is wrong with it; None where there is none.

    >>> misfit("a\\u202eb")
    (1, 'holds U+202E, which turns text round; write it in the order in which it is read')
    """
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")
    found = _MISFIT.search(text) if _MISFIT.search(rest) or _PLACES in text else None
    if found:
        return found.start(), _said(found[0])
    return _unclosed(text) if _ISOLATE.search(rest) else None


def _said(found: str) -> str:
    number = f"U+{ord(found[0]):04X}"
    if len(found) > 1:
        return f"holds {found!r}, which stands for places of pages; leave it out"
    if "\u202a" <= found <= "\u202e":
        return f"holds {number}, which turns text round; write it in the order in which it is read"
    if found >= "\U000e0000":
        return f"holds {number}, which nobody can see; leave it out"
    return f"holds the control character {number}"


def _unclosed(text: str) -> tuple[int, str] | None:
    """The first isolate that is not closed in its paragraph, or is closed without being open."""
    opened: list[int] = []
    for match in re.finditer("[\u2066-\u2069\n]", text):
        if match[0] == "\n" and opened:
            break
        if match[0] == "\u2069":
            if not opened:
                return match.start(), "holds U+2069 without an isolate that it would close"
            opened.pop()
        elif match[0] != "\n":
            opened.append(match.start())
    return (opened[0], f"holds U+{ord(text[opened[0]]):04X}, which U+2069 has to close in its line") if opened else None


def hidden(word: str, *, name: bool = False) -> str | None:
    """The first character of a word that cannot be seen; None where there is none.

    A `name` of something, which is compared letter by letter, has not even the marks that scripts need.

    >>> hidden("5\\u200b50"), hidden("5\\u200f50"), hidden("5\\u200f50", name=True)
    ('\\u200b', None, '\\u200f')
    """
    if word.isascii():
        return None
    allowed = "" if name else _MARKS
    return next((each for each in word if each not in allowed and _is_hidden(each)), None)


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) == "Cf" or char in "\u115f\u1160\u3164\uffa0\u034f\u2800"
