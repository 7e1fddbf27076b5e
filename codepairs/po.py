"""PO files -> their messages. Reads.

A file just as Babel and GNU gettext write it is read by one regular expression, in a fifth of the time that Babel
takes. Whatever stands in another form, be it unusual or wrong, is left to Babel, which also says what is wrong with it;
a test holds that both read the same. Translators are strangers: what their files may hold is bounded in
`codepairs.limits`, and whatever a reader makes of one, it is a problem with its place.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from codepairs.errors import Place, Problem
from codepairs.limits import LONGEST_PLURAL_RULE, MOST_PLURAL_FORMS, MOST_PO_BYTES
from codepairs.reading import UnreadableError, read_bytes

__all__ = ["PoFile", "PoMessage", "PoPlaces", "judged_po", "read_po", "regular_po"]

_STRING = r'".*"(?:\n".*")*'
_FORMS = rf"(?:msgstr\[[0-9]\] {_STRING}\n)+"
_ENTRY = re.compile(
    rf"\n*((?:#(?!~).*\n)*)(?:msgctxt ({_STRING})\n)?msgid ({_STRING})\n"
    rf"(?:msgstr ({_STRING})\n|msgid_plural ({_STRING})\n({_FORMS}))"
)
_FORM = re.compile(rf"msgstr\[([0-9])\] ({_STRING})\n")
_COMMENTS = re.compile(r"(?:(?:#.*)?\n)*")
_INNER = re.compile(r'(?:[^"\\]++|\\[abfnrtv\\"0-7x])*')
_ESCAPED = re.compile(r'\\([\\trn"])')
_WRITTEN = re.compile(r'(?:msg[a-z_]+(?:\[[0-9]\])? )?"(.*)')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = 'abfnrtv\\"01234567x'
_LINE = re.compile(r" on [0-9]+$")
"""How Babel names a line, which it counts from 0."""
_PLAINER = {
    "msg has more translations than num_plurals of catalog": "the message has more plural forms than the head declares"
}
"""What Babel says, in words of the file."""
_MARK = b"\xef\xbb\xbf"
_PROBED = 200
"""For how many numbers the rule of plural forms is tried."""
_CHARSET = re.compile(rb"charset=utf-8", re.IGNORECASE)
_BEGINNING = re.compile(r'\s*(?:(msg[a-z_]+(?:\[[0-9]+\])?)\s*)?"')
_CHARACTER = re.compile(r"\\.|[^\\]|\\$")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}

_FIELD = re.compile(r"([A-Za-z-]+): ([^\r\n]*)")
_DAY = "[12][0-9]{3}-(?!02-29|02-3|0[469]-31|11-31)(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_DATE = rf"{_DAY} ([01][0-9]|2[0-3]):[0-5][0-9][+-](0[0-9]|1[0-4])[0-5][0-9]"
_PLURAL_FORMS = re.compile(r"nplurals=([1-9]); plural=([n(][n0-9 ()=!<>&|?:%]*[n0-9)]|[01]);?")
_FIELDS = {
    "content-type": re.compile(r"text/plain; charset=utf-8", re.IGNORECASE),
    "language": re.compile(r"[a-z]{2,3}([_-][A-Z]{2})?"),
    "plural-forms": _PLURAL_FORMS,
    "pot-creation-date": re.compile(_DATE),
    "po-revision-date": re.compile(rf".*YEAR.*|{_DATE}"),
}
"""The fields of a header that Babel judges, each in a form that it takes."""


class PoMessage(NamedTuple):
    """A message of a PO file, as it stands there."""

    context: str
    ids: tuple[str, ...]
    """The source text; of plural forms those for one and for many."""
    strings: tuple[str, ...]
    """The translation; of plural forms all."""
    fuzzy: bool
    line: int
    """The line of its source text, from 1."""


class PoFile(NamedTuple):
    """The messages of a PO file in their order, without header and obsolete messages."""

    messages: tuple[PoMessage, ...] = ()
    rule: str = "(n != 1)"
    """Which plural form a number takes: a C expression in `n`, as GNU gettext defines it."""
    forms: int = 2
    """How many forms a plural has."""


class _UnusualError(Exception):
    """There is something in the file that gettext does not write."""


def read_po(path: Path, problems: list[Problem], within: Path | None = None) -> PoFile:
    """The messages of a PO file, below `within`; none where something is wrong with it, which goes to the problems."""
    try:
        data = read_bytes(path, within=within, most=MOST_PO_BYTES)
        data.decode("utf-8")
    except UnreadableError as error:
        problems.append(error.problem)
        return PoFile()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        before = error.object[error.object.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")
        place = Place(str(path), line, len(before) + 1)
        problems.append(Problem(place, "is not a PO file in UTF-8: save the file as UTF-8"))
        return PoFile()
    if data.startswith(_MARK):
        data = data.removeprefix(_MARK)
        text = "begins with a byte order mark, which gettext refuses; save the file as UTF-8 without one"
        problems.append(Problem(Place(str(path)), text, warning=True))
    if not data.strip():
        text = "is empty; `messages update` begins it anew"
        problems.append(Problem(Place(str(path)), text, warning=True))
        return PoFile()
    found = regular_po(data)
    if found is None:
        found = judged_po(data, path, problems)
        problems.extend(_misspelt(data, path))
        problems.extend(_doubled(data, path))
        if b"msgid" not in data and not problems:
            text = "holds no message, not even its head; `messages update` begins it anew"
            problems.append(Problem(Place(str(path)), text, warning=True))
    if found.messages and not _CHARSET.search(data):
        text = 'the head of the file does not say UTF-8; write "Content-Type: text/plain; charset=UTF-8\\n"'
        problems.append(Problem(Place(str(path)), text, warning=True))
    try:
        if len(found.rule) > LONGEST_PLURAL_RULE:
            raise ValueError(f"plural form expression is too long: it may have {LONGEST_PLURAL_RULE} characters")
        rule = gettext.c2py(found.rule)
        ranks = {rule(number) for number in range(_PROBED)}
    except (ValueError, ZeroDivisionError, SyntaxError, RecursionError, MemoryError) as error:
        problems.append(Problem(Place(str(path)), f"is not a PO file: {error}"))
        return PoFile()
    if wrong := [rank for rank in ranks if not 0 <= rank < found.forms]:
        text = f"Plural-Forms chooses form {max(wrong)} of {found.forms}; they count from 0"
        problems.append(Problem(_plural_place(data, path), text, warning=True))
    return found


def _plural_place(data: bytes, path: Path) -> Place:
    """The line that says how many plural forms there are."""
    start = max(data.lower().find(b"plural-forms"), 0)
    return Place(str(path), data.count(b"\n", 0, start) + 1, start - data.rfind(b"\n", 0, start))


def _misspelt(data: bytes, path: Path) -> Iterator[Problem]:
    """Texts that gettext would refuse; Babel takes what it can of them."""
    plural = False
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
        written = _WRITTEN.fullmatch(line.rstrip())
        if not written:
            continue
        plural = line.startswith("msgid_plural") or (plural and not line.startswith("msgid"))
        if line.startswith("msgstr") and plural != line.startswith("msgstr["):
            text = (
                "several forms need msgid_plural; write msgstr" if not plural else "a plural has msgstr[0], msgstr[1] …"
            )
            yield Problem(Place(str(path), number), text, warning=True)
        escape = _ESCAPE.search(written[1])
        start = written.start(1)
        if escape and escape[1] not in _ESCAPES:
            text, start = f"'{escape[0]}' stands for nothing; a backslash is written \\\\", start + escape.start() + 1
        elif not _INNER.fullmatch(written[1].removesuffix('"')) or not written[1].endswith('"'):
            text = 'the text is not closed by a quotation mark, or has one inside that is not written \\"'
        else:
            continue
        yield Problem(Place(str(path), number, start), text, warning=True)


def _doubled(data: bytes, path: Path) -> Iterator[Problem]:
    """The messages that stand twice, where the file can be read as gettext writes it; Babel drops all but one."""
    try:
        messages = _entries(_parted(data.decode("utf-8"))[0])
    except (_UnusualError, ValueError):
        return
    first, places = dict[tuple[str, str], int](), PoPlaces(path)
    for message in messages:
        line = first.setdefault((message.context, message.ids[0]), message.line)
        if line != message.line:
            text = f"the message stands in line {line} already; remove one of the two"
            yield Problem(places.of_source(message), text, warning=True)


class PoPlaces:
    """Where the texts of a PO file stand in it; read when it is first asked for one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] | None = None

    def of(self, message: PoMessage, form: int = 0, remark: str = "") -> Place:
        """The place of what a remark on one of the translations means; of that of a plural by the rank of its form."""
        keyword = "msgstr" if len(message.ids) == 1 else f"msgstr[{form}]"
        return self._place(message.line, keyword, getattr(remark, "part", 0))

    def of_source(self, message: PoMessage) -> Place:
        """The place of the source text."""
        return self._place(message.line, "msgid", 0)

    def of_context(self, message: PoMessage) -> Place:
        """The place of the context, or of the source text where there is none."""
        lines = self._read()[: message.line - 1]
        above = takewhile(lambda line: _BEGINNING.match(line), reversed(lines))
        for offset, line in enumerate(above, start=1):
            if line.startswith("msgctxt"):
                return self._place(message.line - offset, "msgctxt", 0)
        return self.of_source(message)

    def _read(self) -> list[str]:
        if self._lines is None:
            try:
                text = read_bytes(self._path, most=MOST_PO_BYTES).decode("utf-8", "replace")
            except UnreadableError:
                text = ""
            self._lines = text.split("\n")
        return self._lines

    def _place(self, line: int, keyword: str, part: str | int) -> Place:
        """The place of a part of the text behind a keyword, in the entry that has this line."""
        found = list(_characters(self._read()[line - 1 :], keyword))
        if not found:
            return self._place(line, "msgid", 0) if keyword != "msgid" else Place(str(self._path), line)
        text = "".join(char for char, _, _ in found)
        _, offset, column = found[min(_index(text, part), len(found) - 1)]
        return Place(str(self._path), line + offset, column)


def _index(text: str, part: str | int) -> int:
    """Where a part begins: as a word rather than in one; 0 where it is not there as it stands."""
    if isinstance(part, int):
        return part % len(text) if text else 0
    word = re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text)
    return word.start() if word else max(text.find(part), 0)


def _characters(lines: list[str], keyword: str) -> Iterator[tuple[str, int, int]]:
    """The characters of the text behind a keyword, each with the lines before it and its column.

    An empty text has one place: between its quotation marks.
    """
    within, first = False, None
    for offset, line in enumerate(lines):
        match = _BEGINNING.match(line)
        if match is None or (match[1] and within):
            break
        if match[1]:
            within = match[1] == keyword
        if not within:
            continue
        first = first or ("", offset, match.end() + 1)
        inner = line.rstrip()[match.end() : -1]
        for found in _CHARACTER.finditer(inner):
            yield _ESCAPED.sub(_unescaped, found[0]), offset, match.end() + found.start() + 1
            first = ("", 0, 0)
    if first and first[2]:
        yield first


def regular_po(data: bytes) -> PoFile | None:
    """The messages of a PO file just as gettext writes it; None where anything in it has another form."""
    try:
        live, obsolete = _parted(data.decode("utf-8"))
        header, *messages = _entries(live)
        count, rule = _plural_forms(header)
        plurals = [message for message in (*messages, *_entries(obsolete)) if len(message.ids) > 1]
    except (_UnusualError, ValueError):
        return None
    names = {(message.context, message.ids[0]) for message in messages}
    once = len(names) == len(messages) and not any(source == "" for _, source in names)
    return (
        PoFile(tuple(messages), rule, count) if once and all(len(each.strings) == count for each in plurals) else None
    )


def _parted(text: str) -> tuple[str, str]:
    """The messages in use, and after them the obsolete ones in the form of those in use."""
    if "\u2068" in text or "\u2069" in text:
        raise _UnusualError  # They enclose names of files, and have to do so in pairs.
    first = text.find("\n#~")
    cut = len(text) if first < 0 else text.rfind("\n\n", 0, first + 1) + 1
    obsolete = text[cut:]
    if not _COMMENTS.fullmatch(obsolete):
        raise _UnusualError
    return text[:cut], re.sub(r"(?m)^#~(?: |\|.*\n)", "", obsolete)


def _entries(text: str) -> list[PoMessage]:
    """The messages of the text, the header among them."""
    found = []
    line, counted, end = 1, 0, 0
    while match := _ENTRY.match(text, end):
        comments, context, source, string, plural, forms = match.groups()
        if context == '""':
            raise _UnusualError  # To Babel that is another message than one without context.
        start, end = match.start(3), match.end()
        line += text.count("\n", counted, start)
        counted = start
        found.append(
            PoMessage(
                _unquoted(context) if context else "",
                (_unquoted(source), _unquoted(plural)) if plural else (_unquoted(source),),
                _forms(forms) if forms else (_unquoted(string),),
                "fuzzy" in comments and _is_fuzzy(comments),
                line,
            )
        )
    if text[end:].strip("\n"):
        raise _UnusualError
    return found


def _unquoted(string: str) -> str:
    """What is written between quotation marks, in one line or several."""
    inner = string[1:-1].replace('"\n"', "")
    if "\\" not in inner and '"' not in inner:
        return inner
    lines = [line[1:-1] for line in string.split("\n")]
    if not all(map(_INNER.fullmatch, lines)):
        raise _UnusualError
    return "".join(_ESCAPED.sub(_unescaped, line) for line in lines)


def _unescaped(match: re.Match[str]) -> str:
    return _CONTROLS.get(match[1], match[1])


def _forms(lines: str) -> tuple[str, ...]:
    forms = _FORM.findall(lines)
    if [int(rank) for rank, _ in forms] != list(range(len(forms))):
        raise _UnusualError
    return tuple(_unquoted(string) for _, string in forms)


def _is_fuzzy(comments: str) -> bool:
    lines = (line for line in comments.split("\n") if line.startswith("#,"))
    return any(flag.strip() == "fuzzy" for line in lines for flag in line[2:].split(","))


def _plural_forms(header: PoMessage) -> tuple[int, str]:
    """How many forms a plural has, and the rule that chooses one; from a header with nothing to judge in it."""
    *lines, end = header.strings[0].split("\n")
    fields = [_FIELD.fullmatch(line) for line in lines]
    found = {field[1].lower(): field[2] for field in fields if field}
    usual = all(fields) and all(_FIELDS[name].fullmatch(value) for name, value in found.items() if name in _FIELDS)
    forms = _PLURAL_FORMS.fullmatch(found.get("plural-forms", ""))
    if (header.context, header.ids, end) != ("", ("",), "") or not usual or not forms:
        raise _UnusualError
    return int(forms[1]), forms[2]


def judged_po(data: bytes, path: Path, problems: list[Problem]) -> PoFile:
    """The messages as Babel reads them; `path` only names the file in problems."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import PoFileError, PoFileParser

    # Babel refuses what GNU gettext writes: the previous text of an obsolete message. Lines keep their numbers.
    readable = re.sub(rb"(?m)^#~\|.*$", b"#", data)
    catalog = Catalog()
    try:
        # As text, whatever charset the file names: it is UTF-8.
        lines = (line.strip().decode("utf-8") for line in readable.split(b"\n"))
        PoFileParser(catalog, abort_invalid=True).parse(_with_few_forms(lines, catalog))
        _see_forms(catalog)
    except _FormsError as error:
        problems.append(Problem(_plural_place(data, path), str(error)))
    except PoFileError as error:
        line = error.lineno + 1 if isinstance(error.lineno, int) else 1
        said = _LINE.sub("", str(error))
        problems.append(Problem(Place(str(path), line), f"is not a PO file: {_PLAINER.get(said, said)}"))
    except Exception as error:
        # Whatever a hostile file makes of a parser that trusts its input, it is the file that is wrong.
        problems.append(Problem(Place(str(path)), f"is not a PO file in UTF-8: {error}"))
    else:
        messages = (
            PoMessage(each.context or "", _tuple(each.id), _tuple(each.string), each.fuzzy, each.lineno or 1)
            for each in catalog
            if each.id
        )
        return PoFile(tuple(messages), str(catalog.plural_expr), catalog.num_plurals)
    return PoFile()


class _FormsError(Exception):
    """The head of a file declares plural forms that no language has."""


def _with_few_forms(lines: Iterable[str], catalog: Any) -> Iterator[str]:
    """The lines, as long as the head of the file declares a number of plural forms that Babel has room for."""
    for line in lines:
        yield line
        # Babel knows it once the next message has begun, and makes as many texts of each plural.
        _see_forms(catalog)


def _see_forms(catalog: Any) -> None:
    forms = catalog._num_plurals
    if forms is not None and not 0 < forms <= MOST_PLURAL_FORMS:
        raise _FormsError(f"nplurals is {str(forms)[:20]}; languages have 1 to {MOST_PLURAL_FORMS} plural forms")


def _tuple(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (text or "",)
