"""Problems as people and programs read them: with the line they stand in, as annotations, as JSON. Reads that line.

The first line of a problem is always `path:line:column: message`, which editors find their way by. Below it stands the
line of the file with a mark under the place. Nothing of a file reaches a terminal but what can be printed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from codepairs.errors import Place, Problem
from codepairs.limits import MOST_PO_BYTES, MOST_TOLD
from codepairs.reading import UnreadableError, read_bytes

__all__ = [
    "FORMATS",
    "Excerpt",
    "Paint",
    "as_github",
    "as_json",
    "as_text",
    "counted",
    "excerpt",
    "excerpt_of",
    "lines_of",
]

FORMATS = ("text", "github", "json")
"""What problems can be printed as."""

Paint = Callable[[str, str], str]
"""A text and what it is (`place`, `error`, `warning`, `margin`, `mark`) -> the text in its colour."""

_WIDTH = 100
"""Cells of a terminal that an excerpt takes at most."""
_LONGEST = 1000
"""Characters of a message that are printed."""
_NEAR = 400
"""Characters of a line, before and after the place, that an excerpt is made of."""
_TAB = "    "
_WORD = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s,:\[\]{}]+")
"""What is marked: the text between quotation marks that begins at the place, or a word."""
_PAGE = re.compile(r"<!doctype ", re.IGNORECASE)


class Excerpt(NamedTuple):
    """A line of a file as it can be shown."""

    line: str
    """Without tabs and control characters; shortened on both sides where it is long."""
    start: int
    """Cells of a terminal before the place."""
    length: int
    """Cells that the word at the place takes, at least one."""


def as_text(problems: Iterable[Problem], paint: Paint = lambda text, _: text) -> Iterator[str]:
    """The lines to print, sorted by place; each problem once."""
    files: dict[str, list[str]] = {}
    for problem in _first(_sorted(problems)):
        kind = "warning" if problem.warning else "error"
        place = f"{paint(_shown(str(problem.place)), 'place')}: " if problem.place.path else ""
        mark = f"{paint('warning', kind)}: " if problem.warning else ""
        message = _visible(_told(problem))
        yield f"{place}{mark}{message if problem.warning else paint(message, kind)}"
        found = excerpt_of(problem.place, files)
        if found:
            number = str(problem.place.line)
            yield f"{paint(f'{number:>5} |', 'margin')} {found.line}"
            marks = paint("^" + "~" * (found.length - 1), "mark")
            yield f"{paint('      |', 'margin')} {' ' * found.start}{marks}"


def as_github(problems: Iterable[Problem]) -> Iterator[str]:
    """Workflow commands, by which GitHub shows each problem at its line.

    Source: GitHub's documentation of workflow commands, "Setting an error message".
    """
    for problem in _first(_sorted(problems)):
        place = problem.place
        where = f" file={_property(place.path)},line={place.line},col={place.column}" if place.path else ""
        yield f"::{'warning' if problem.warning else 'error'}{where}::{_data(_visible(_told(problem)))}"


def as_json(problems: Iterable[Problem]) -> str:
    """One object: how many errors and warnings there are, and the problems themselves."""
    listed = _sorted(problems)
    warnings = sum(problem.warning for problem in listed)
    data = {
        "errors": len(listed) - warnings,
        "warnings": warnings,
        "problems": [
            {
                "path": _printable(problem.place.path),
                "line": problem.place.line,
                "column": problem.place.column,
                "severity": "warning" if problem.warning else "error",
                "message": _printable(_told(problem)),
            }
            for problem in _first(listed)
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def counted(problems: Iterable[Problem]) -> str:
    """`1 error, 2 warnings`."""
    listed = _sorted(problems)
    warnings = sum(problem.warning for problem in listed)
    errors = len(listed) - warnings
    return f"{errors} {'error' if errors == 1 else 'errors'}, {warnings} {'warning' if warnings == 1 else 'warnings'}"


def excerpt_of(place: Place, files: dict[str, list[str]] | None = None) -> Excerpt | None:
    """The line at a place; None where there is none, or nothing in it. `files` keeps what was read."""
    known = files if files is not None else {}
    if place.path not in known:
        known[place.path] = lines_of(place.path)
    lines = known[place.path]
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    # What is said of a page as a whole has no place in it.
    if not line.strip() or (_PAGE.match(line) and place[1:] == (1, 1)):
        return None
    return excerpt(line, place.column)


def excerpt(line: str, column: int, width: int = _WIDTH) -> Excerpt:
    """What to show of a line; `column` counts characters from 1.

    >>> excerpt("\\tretry: latr", 9)
    Excerpt(line='    retry: latr', start=11, length=4)
    """
    place = min(max(column, 1), len(line) + 1) - 1
    if len(line) > 2 * _NEAR:
        first = max(place - _NEAR, 0)
        line, place = line[first : place + _NEAR], place - first
    word = _WORD.match(line, place)
    end = word.end() if word else place + 1
    before, marked, after = (_shown(part) for part in (line[:place], line[place:end], line[end:]))
    if _cells(before + marked + after) > width:
        before = _last(before, width // 3)
        marked = _beginning(marked, width - _cells(before))
        after = _beginning(after, width - _cells(before + marked))
    return Excerpt((before + marked + after).rstrip(), _cells(before), max(_cells(marked.rstrip()), 1))


def _first(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems, sorted by place; of a file with very many only the first, and how many there are."""
    for path, group in groupby(problems, lambda problem: problem.place.path):
        of_file = list(group)
        yield from of_file[:MOST_TOLD]
        if len(of_file) > MOST_TOLD:
            place = Place(path, of_file[MOST_TOLD].place.line)
            more = f"and {len(of_file) - MOST_TOLD:,} more problems of this file from here on"
            yield Problem(place, more, all(problem.warning for problem in of_file[MOST_TOLD:]))


def _visible(text: str) -> str:
    """The text, line by line, without what a terminal would obey."""
    return "\n".join(map(_shown, text.split("\n")))


def _printable(text: str) -> str:
    """The text as UTF-8 can have it: the name of a file need not be."""
    return text.encode("utf-8", "replace").decode()


def _told(problem: Problem) -> str:
    """The message, without the middle of one that quotes what is far too long."""
    message = problem.message
    if len(message) <= _LONGEST:
        return message
    return f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 4 :]}"


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(set(problems))


def lines_of(path: str) -> list[str]:
    """The lines of a file, whatever they end with; none where it cannot be read, is too large, or is a link."""
    try:
        # What a link leads to is shown to nobody.
        data = read_bytes(Path(path), within=Path(path).parent, most=MOST_PO_BYTES)
    except UnreadableError:
        return []
    text = data.decode("utf-8", "replace")
    return re.split(r"\r\n|\r|\n", text)


def _shown(text: str) -> str:
    """The text without what a terminal would obey."""
    return "".join(map(_printed, text))


def _printed(char: str) -> str:
    if char == "\t":
        return _TAB
    # Cf holds what turns the direction of a text, and the joiners of emoji and some scripts, which are harmless.
    obeyed = unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in "\u200c\u200d"
    return "\ufffd" if obeyed else char


def _cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return sum(map(_cell, text))


def _cell(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _last(text: str, width: int) -> str:
    """The end of a text, in at most so many cells."""
    if _cells(text) <= width:
        return text
    return "…" + _fitting(text[::-1], width - 1)[::-1]


def _beginning(text: str, width: int) -> str:
    """The beginning of a text, in at most so many cells."""
    return text if _cells(text) <= width else _fitting(text, width - 1) + "…"


def _fitting(text: str, width: int) -> str:
    used = 0
    for rank, char in enumerate(text):
        used += _cell(char)
        if used > width:
            return text[:rank]
    return text


def _data(text: str) -> str:
    return _printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(_visible(text)).replace(":", "%3A").replace(",", "%2C")
