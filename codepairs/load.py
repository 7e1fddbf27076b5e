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
from pathlib import Path
from typing import NamedTuple

import yaml

from codepairs.errors import Place, Problem
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

_MAX_BYTES = 1_000_000
_MAX_DEPTH = 50
_MAX_LISTS = 5_000
_MISFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufdd0]")


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
    read = read or read_document
    folders = sorted(path.parent for path in settings.content.glob("*/protocol.yaml"))
    problems = list(_strays(settings.content, folders))
    protocols = tuple(_protocol_files(path, read, problems) for path in folders)
    return Sources(read(settings.content / "site.yaml"), protocols, tuple(problems))


def read_document(path: Path) -> Document:
    """Read one YAML file; what cannot be read is a Document without root and with problems."""
    start = Place(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        return Document(path, None, (Problem(start, f"cannot be read: {error.strerror}"),))
    if len(data) > _MAX_BYTES:
        return Document(path, None, (Problem(start, f"has {len(data):,} bytes; a content file has at most 1 MB"),))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Document(path, None, (Problem(Place(str(path), line), "is not UTF-8; save the file as UTF-8"),))
    return parse_document(path, text)


def parse_document(path: Path, text: str) -> Document:
    """Parse YAML; `path` only names the file in problems."""
    misfit = _MISFIT.search(text)
    if misfit is not None:
        start = misfit.start()
        place = Place(str(path), text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
        return Document(path, None, (Problem(place, f"holds the control character U+{ord(misfit[0]):04X}"),))
    try:
        # A deep file would exhaust the stack of the C parser, which keeps no count.
        if len(text) > _MAX_LISTS and sum(map(text.count, ("[", "{", "- ", "? "))) > _MAX_LISTS:
            raise yaml.MarkedYAMLError(problem=f"holds more than {_MAX_LISTS:,} lists")
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(str(path), mark.line + 1, mark.column + 1) if mark else Place(str(path))
        reason = getattr(error, "problem", None) or str(error)
        return Document(path, None, (Problem(place, f"is not YAML: {reason}"),))
    if root is None:
        return Document(path, None, (Problem(Place(str(path)), "is empty"),))
    converter = _Converter(str(path))
    return Document(path, converter.node(root, 0), tuple(converter.problems))


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
        place = self.place(node)
        if depth > _MAX_DEPTH:
            self.problems.append(Problem(place, f"lies more than {_MAX_DEPTH} levels deep"))
            return ScalarNode("", place)
        if id(node) in self.seen:
            self.problems.append(Problem(place, "is used twice by an alias; write the text out instead"))
            return ScalarNode("", place)
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place, depth)
        if isinstance(node, yaml.SequenceNode):
            return SequenceNode(tuple([self.node(item, depth + 1) for item in node.value]), place)
        # Only between double quotes can an escape say what the file itself must not hold.
        quoted = isinstance(node, yaml.ScalarNode) and node.style == '"'
        for char in sorted(set(_MISFIT.findall(node.value))) if quoted else ():
            self.problems.append(Problem(place, f"holds the control character U+{ord(char):04X}"))
        return ScalarNode(node.value, place)

    def mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> MappingNode:
        items: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        for key, value in node.value:
            key_place = self.place(key)
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(Problem(key_place, "a field's name must be a word, not a list or mapping"))
            elif key.value in items:
                first = keys[key.value].line
                self.problems.append(Problem(key_place, f"field {key.value!r} stands twice; first in line {first}"))
            else:
                items[key.value] = self.node(value, depth + 1)
                keys[key.value] = key_place
        return MappingNode(items, keys, place)

    def place(self, node: yaml.Node) -> Place:
        mark = node.start_mark
        return Place(self.path, mark.line + 1, mark.column + 1)


def _protocol_files(folder: Path, read: Callable[[Path], Document], problems: list[Problem]) -> ProtocolFiles:
    codes = [path for path in sorted(folder.glob("*.yaml")) if path.name != "protocol.yaml"]
    return ProtocolFiles(
        folder,
        read(folder / "protocol.yaml"),
        tuple(map(read, codes)),
        tuple(map(read, sorted(folder.glob("pairs/*.yaml")))),
        _registry(folder / "registry.csv", problems),
    )


def _registry(path: Path, problems: list[Problem]) -> tuple[CsvRow, ...] | None:
    try:
        # Spreadsheets put a byte order mark before the first column's name.
        text = path.read_text(encoding="utf-8-sig")
    except OSError:
        return None
    except UnicodeDecodeError:
        problems.append(Problem(Place(str(path)), "is not UTF-8; save the file as UTF-8"))
        return None
    reader = csv.DictReader(io.StringIO(text))
    return tuple(
        CsvRow({key: value or "" for key, value in row.items() if key is not None}, Place(str(path), line))
        for line, row in _numbered(reader)
    )


def _numbered(reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for row in reader:
        yield reader.line_num, row


def _strays(content: Path, folders: list[Path]) -> Iterator[Problem]:
    """Folders with YAML files but no protocol.yaml, and files with the ending `.yml`: easily overlooked."""
    for path in sorted({path.parent for path in content.glob("*/*.yaml")} - set(folders)):
        yield Problem(Place(str(path)), "has no protocol.yaml, so its files belong to no protocol")
    for path in sorted(content.rglob("*.yml")):
        yield Problem(Place(str(path)), f"is not read; name it {path.with_suffix('.yaml').name}")
