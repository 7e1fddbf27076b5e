"""What must hold of any bytes, one function for each way in which they reach the program. Raises where it does not."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from codepairs.errors import Problem
from codepairs.glossary import form_pattern, form_problem
from codepairs.load import Document, ProtocolFiles, Sources, parse_document, read_sources
from codepairs.model import passage_problems
from codepairs.patterns import PatternError, compiled, pattern_of, rule_pattern, word_pattern
from codepairs.po import read_po
from codepairs.prose import block_html, inline_html, plain_text
from codepairs.report import as_github, as_json, as_text
from codepairs.rules import broken_rules
from codepairs.settings import Settings
from codepairs.translate import message_problems
from codepairs.validate import validate

__all__ = ["TARGETS"]

_MADE = {"p", "ul", "ol", "li", "code", "pre", "strong", "em", "a", "br", "blockquote", "html", "head", "body", "-text"}
"""What Markdown may make."""
_ADDRESS = re.compile(r"(?:https?:|mailto:|(?![^/?#]*:))", re.IGNORECASE)
_ADVERSE = ("a" * 300, "ab" * 150, "a" * 299 + "!", "5.7.1 " * 50, "\n" * 300)
"""Texts on which patterns backtrack most."""


def yaml(data: bytes) -> None:
    """A content file is a document or has problems, whatever kind of file it stands for."""
    document = parse_document(Path("fuzz.yaml"), data.decode("utf-8", "replace"))
    _are_told(document.problems)
    files = ProtocolFiles(Path("fuzz"), document, (document,), (document,), None)
    catalogue, problems = validate(Sources(document, (files,)))
    site = parse_document(Path("site.yaml"), "title: x")
    _, others = validate(Sources(Document(site.path, site.root), (files,)))
    _are_told([*problems, *others, *broken_rules(catalogue)])


def po(data: bytes) -> None:
    """A PO file has messages or problems, and each message can be judged."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fuzz.po")
        path.write_bytes(data)
        problems: list[Problem] = []
        found = read_po(path, problems)
    _are_told(problems)
    for message in found.messages:
        for text in message.strings:
            list(message_problems(message.ids[0], text))
            text.encode()


def csv(data: bytes) -> None:
    """A registry has rows or problems."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fuzz")
        path.mkdir()
        (path / "registry.csv").write_bytes(data)
        (path / "protocol.yaml").write_text("id: fuzz\nname: F\ntitle: F\nsummary: F.\n")
        catalogue, problems = validate(read_sources(Settings(content=Path(folder))))
    _are_told([*problems, *broken_rules(catalogue)])


def markdown(data: bytes) -> None:
    """A passage becomes a few elements that can do no harm."""
    text = data.decode("utf-8", "replace").replace("\ufdd0", "")
    if any(passage_problems(text)):
        return
    for html in (block_html(text), inline_html(text)):
        for node in LexborHTMLParser(html).root.traverse(include_text=False):
            assert node.tag in _MADE, html
            assert set(node.attributes) <= ({"href", "rel", "title"} if node.tag == "a" else set()), html
            assert node.tag != "a" or _ADDRESS.match(node.attributes.get("href") or ""), html
    plain_text(text)


def patterns(data: bytes) -> None:
    """A pattern is refused, or ends on every text in no time."""
    source = data.decode("utf-8", "replace")
    for read in (lambda: compiled(pattern_of(source)), lambda: word_pattern(source), lambda: rule_pattern(source)):
        try:
            pattern = read()
        except PatternError:
            continue
        for text in _ADVERSE:
            pattern.fullmatch(text[:64])
            pattern.search(text)
    if source.strip() and not form_problem(source):
        for text in _ADVERSE:
            form_pattern(source).search(text)


def _are_told(problems: Iterable[Problem]) -> None:
    """Every problem has a place, and can be printed."""
    listed = list(problems)
    for problem in listed:
        assert problem.place.line > 0
        assert problem.place.column > 0
        assert problem.message
    for text in (*as_text(listed), *as_github(listed), as_json(listed)):
        assert "\x1b" not in text
        text.encode()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "yaml": yaml,
    "po": po,
    "csv": csv,
    "markdown": markdown,
    "patterns": patterns,
}
