"""Content files -> Documents: YAML nodes that keep their line and column. Reads; judges only the YAML itself.

Nothing is typed here: `550`, `no`, `on` and dates are the strings the author wrote. Aliases are refused: content does
not need them, and a few nested ones expand without bound.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import yaml

from codepairs.characters import misfit
from codepairs.errors import Place, Problem
from codepairs.limits import MOST_COLUMNS, MOST_DEPTH, MOST_FILES, MOST_LISTS, MOST_NODES, MOST_PROBLEMS
from codepairs.reading import UnreadableError, leads_out, linked_out, read_text
from codepairs.settings import Settings

__all__ = [
    "CsvRow",
    "Document",
    "MappingNode",
    "Node",
    "ProtocolFiles",
    "ScalarNode",
    "SequenceNode",
    "Sources",
    "parse_document",
    "read_document",
    "read_sources",
]

_QUOTED = re.compile(r"\s*(?:- )*(?:[\w.-]+: +)?([\"'])")
_CLOSED = {
    '"': re.compile(r'"(?:[^"\\]|\\.)*"\s*(?:[:#].*)?'),
    "'": re.compile(r"'(?:[^']|'')*'\s*(?:[:#].*)?"),
}
_BLOCK = "'|-' before a text of several lines"
_QUOTE = "put the text between quotation marks"
_HINTS = {
    "mapping values are not allowed in this context": f"if the text holds ': ', {_QUOTE}",
    "could not find expected ':'": "a name needs a colon and a blank behind it, and a text of several lines '|-'",
    "did not find expected key": "the line is not in the column of the fields above, or a quotation mark is left over",
    "did not find expected '-' indicator": "every item of a list begins with '- ' in the same column",
    "found undefined alias": f"if the text begins with '*', {_QUOTE}",
    "found unknown escape character": "between single quotation marks a backslash is no escape",
    "but found another document": "a file holds one; remove the line '---'",
    "found unexpected end of stream": "the quotation mark that opens here is never closed",
    "did not find expected ',' or ']'": "the list that opens with '[' is not closed, or a comma is missing",
    "did not find expected ',' or '}'": "what opens with '{' is not closed, or a comma is missing",
    "did not find expected node content": "what opens with '[' or '{' is not closed, or an item is missing",
    "found a tab character that violates indentation": "write blanks instead",
}
"""What would be right, by what the parser says."""


class ScalarNode(NamedTuple):
    """A text as the author wrote it."""

    value: str
    place: Place


class SequenceNode(NamedTuple):
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


class MappingNode(NamedTuple):
    """Named nodes in the order of the file; `keys` gives the place of each name."""

    items: dict[str, Node]
    keys: dict[str, Place]
    place: Place


Node = ScalarNode | SequenceNode | MappingNode


class Document(NamedTuple):
    """One content file. `root` is None where the file could not be read; `problems` then says why."""

    path: Path
    root: Node | None
    problems: tuple[Problem, ...] = ()

    @property
    def stem(self) -> str:
        """The file's name without `.yaml`."""
        return self.path.name.removesuffix(".yaml")


class CsvRow(NamedTuple):
    """One row of a registry file, by column name."""

    cells: dict[str, str]
    place: Place


@dataclass(frozen=True, slots=True)
class ProtocolFiles:
    """The files of one protocol's folder."""

    folder: Path
    protocol: Document
    codes: tuple[Document, ...]
    pairs: tuple[Document, ...]
    registry: tuple[CsvRow, ...] | None


@dataclass(frozen=True, slots=True)
class Sources:
    """All content files, read but not yet judged."""

    site: Document
    protocols: tuple[ProtocolFiles, ...]
    problems: tuple[Problem, ...] = field(default=())


def read_sources(settings: Settings, read: Callable[[Path], Document] | None = None) -> Sources:
    """Read site.yaml and every folder that holds a protocol.yaml, in the order of their names.

    `read` reads one file, `read_document` unless it is given.
    """
    read = _inside(settings.content, read or read_document)
    folders = sorted(path.parent for path in settings.content.glob("*/protocol.yaml"))
    problems = list(_strays(settings.content, folders))
    if _are_too_many(settings.content):
        problems.append(Problem(Place(str(settings.content)), f"holds more than {MOST_FILES:,} files; none is read"))
        folders = []
    protocols = tuple(_protocol_files(path, read, settings.content, problems) for path in folders)
    return Sources(read(settings.content / "site.yaml"), protocols, tuple(problems))


def _inside(content: Path, read: Callable[[Path], Document]) -> Callable[[Path], Document]:
    """Reads what lies in the folder of content, and nothing that a link there leads to elsewhere."""

    def read_inside(path: Path) -> Document:
        return Document(path, None, (linked_out(path, content),)) if leads_out(path, content) else read(path)

    return read_inside


def _are_too_many(content: Path) -> bool:
    """Whether there are more files of content than a site may have."""
    files = (path for pattern in ("*/*.yaml", "*/pairs/*.yaml") for path in content.glob(pattern))
    return next(islice(files, MOST_FILES, None), None) is not None


def read_document(path: Path, within: Path | None = None) -> Document:
    """Read one YAML file, below `within`; what cannot be read is a Document without root and with problems."""
    try:
        return parse_document(path, read_text(path, within=within))
    except UnreadableError as error:
        return Document(path, None, (error.problem,))


def parse_document(path: Path, text: str) -> Document:
    """Parse YAML; `path` only names the file in problems."""
    if wrong := _misfit(str(path), text):
        return Document(path, None, (wrong,))
    try:
        # A deep file would exhaust the stack of the C parser, which keeps no count.
        if len(text) > MOST_LISTS and sum(map(text.count, ("[", "{", "- ", "? "))) > MOST_LISTS:
            raise yaml.MarkedYAMLError(problem=f"holds more than {MOST_LISTS:,} lists")
        if len(text) > MOST_NODES and text.count(",") + text.count("\n") > MOST_NODES:
            raise yaml.MarkedYAMLError(problem=f"holds more than {MOST_NODES:,} lines and commas")
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        return Document(path, None, (_syntax_problem(str(path), text, error),))
    if root is None:
        return Document(path, None, (Problem(Place(str(path)), "is empty"),))
    converter = _Converter(str(path))
    return Document(path, converter.node(root, 0), tuple(converter.problems[:MOST_PROBLEMS]))


def _misfit(path: str, text: str) -> Problem | None:
    found = misfit(text)
    if found is None:
        return None
    start, message = found
    place = Place(path, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    return Problem(place, message)


def _syntax_problem(path: str, text: str, error: yaml.YAMLError) -> Problem:
    """What the parser says, where it is and what would be right."""
    reason = getattr(error, "problem", None) or str(error)
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    lines = text.split("\n")
    if mark and context and not "".join(lines[mark.line :])[mark.column :].strip():
        # What is not closed is looked for at the end of the file, and mended where it opens.
        mark = context
    hint = _HINTS.get(reason, "")
    if mark and reason == "did not find expected key":
        opened = _unclosed_quote(lines[: mark.line])
        if opened:
            message = f"the quotation mark that opens here is not closed in its line; write one at its end, or {_BLOCK}"
            return Problem(Place(path, *opened), f"is not YAML: {message}")
    if mark and reason == "found character that cannot start any token":
        char = lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""
        hint = f"if the text begins with {char!r}, {_QUOTE}" if char != "\t" else "a line begins with blanks, not tabs"
    place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path)
    return Problem(place, f"is not YAML: {reason}; {hint}" if hint else f"is not YAML: {reason}")


def _unclosed_quote(lines: list[str]) -> tuple[int, int] | None:
    """Line and column of the first text that begins with a quotation mark, and has none at its end."""
    for number, line in enumerate(lines, start=1):
        found = _QUOTED.match(line)
        if found and not _CLOSED[found[1]].fullmatch(line, found.start(1)):
            return number, found.start(1) + 1
    return None


class _Loader(yaml.CBaseLoader):
    """Does not even look for types: every scalar is a text here."""

    def resolve(self, *_: object) -> None:
        pass

    def descend_resolver(self, *_: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class _Converter:
    """PyYAML's nodes -> ours, noting duplicate names and aliases on the way."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.seen: set[int] = set()

    def node(self, node: yaml.Node, depth: int) -> Node:
        mark = node.start_mark
        place = Place(self.path, mark.line + 1, mark.column + 1)
        if depth > MOST_DEPTH:
            self.problems.append(Problem(place, f"lies more than {MOST_DEPTH} levels deep"))
            return ScalarNode("", place)
        if id(node) in self.seen:
            self.problems.append(Problem(place, "is used twice by an alias; write the text out instead"))
            return ScalarNode("", place)
        self.seen.add(id(node))
        if node.tag:
            message = f"the tag {node.tag!r} means nothing here; if the text begins with '!', {_QUOTE}"
            self.problems.append(Problem(place, message))
        if isinstance(node, yaml.ScalarNode):
            # Only between double quotes can an escape say what the file itself must not hold.
            if node.style == '"' and (found := misfit(node.value)):
                self.problems.append(Problem(place, found[1]))
            return ScalarNode(node.value, place)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place, depth)
        return SequenceNode(tuple([self.node(item, depth + 1) for item in node.value]), place)

    def mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> MappingNode:
        items: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        for key, value in node.value:
            mark = key.start_mark
            key_place = Place(self.path, mark.line + 1, mark.column + 1)
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(Problem(key_place, "a field's name must be a word, not a list or mapping"))
            elif key.value in items:
                first = keys[key.value].line
                self.problems.append(Problem(key_place, f"field {key.value!r} stands twice; first in line {first}"))
            else:
                items[key.value] = self.node(value, depth + 1)
                keys[key.value] = key_place
        return MappingNode(items, keys, place)


def _protocol_files(
    folder: Path, read: Callable[[Path], Document], content: Path, problems: list[Problem]
) -> ProtocolFiles:
    by_name = attrgetter("name")
    codes = [path for path in sorted(folder.glob("*.yaml"), key=by_name) if path.name != "protocol.yaml"]
    return ProtocolFiles(
        folder,
        read(folder / "protocol.yaml"),
        tuple(map(read, codes)),
        tuple(map(read, sorted(folder.glob("pairs/*.yaml"), key=by_name))),
        _registry(folder / "registry.csv", content, problems),
    )


def _registry(path: Path, content: Path, problems: list[Problem]) -> tuple[CsvRow, ...] | None:
    if not path.exists() and not path.is_symlink():
        return None
    try:
        # Spreadsheets put a byte order mark before the first column's name.
        text = read_text(path, within=content).removeprefix("\ufeff")
    except UnreadableError as error:
        problems.append(error.problem)
        return None
    if wrong := _misfit(str(path), text):
        problems.append(wrong)
        return None
    if not text.strip():
        problems.append(Problem(Place(str(path)), "is empty; its first line names the columns"))
    return tuple(_rows(csv.DictReader(io.StringIO(text, newline=""), strict=True), str(path), problems))


def _rows(reader: csv.DictReader[str], path: str, problems: list[Problem]) -> Iterator[CsvRow]:
    line = 1
    try:
        names = reader.fieldnames or ()
        if len(names) > MOST_COLUMNS or len(set(names)) < len(names):
            message = f"the first line names a column twice, or more than {MOST_COLUMNS} of them"
            problems.append(Problem(Place(path), message))
            return
        for row in reader:
            line, place = reader.line_num, Place(path, reader.line_num)
            if None in row:
                columns = len(reader.fieldnames or ())
                message = f"the row has more cells than the {columns} columns; if a text holds commas, {_QUOTE}"
                problems.append(Problem(place, message))
            yield CsvRow({key: value or "" for key, value in row.items() if key is not None}, place)
    except csv.Error as error:
        hint = "a quotation mark is not closed" if "end of data" in str(error) else _QUOTE
        problems.append(Problem(Place(path, line + 1), f"is not CSV: {error}; {hint}"))


def _strays(content: Path, folders: list[Path]) -> Iterator[Problem]:
    """Folders with YAML files but no protocol.yaml, and files with the ending `.yml`: easily overlooked."""
    for path in sorted({path.parent for path in content.glob("*/*.yaml")} - set(folders)):
        yield Problem(Place(str(path)), "has no protocol.yaml, so its files belong to no protocol")
    for folder in folders:
        if (folder / "pairs").exists() and not (folder / "pairs").is_dir():
            yield Problem(Place(str(folder / "pairs")), "is no folder; the pairs of the protocol are read from it")
    for path in sorted(content.rglob("*.yml")):
        yield Problem(Place(str(path)), f"is not read; name it {path.with_suffix('.yaml').name}")
