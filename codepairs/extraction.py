"""Content and templates -> the messages that translators see, with what they have to know of each. Reads.

Two extractors are registered under `babel.extractors`, one for content and one for templates, so that plain `pybabel`
gives the same messages: `babel.cfg` names them. What a text is follows from the field it stands in, so equal texts of
one field carry equal comments wherever they were found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS
from babel.messages.extract import extract as babel_extract

from codepairs.load import read_sources
from codepairs.model import Catalogue, Text
from codepairs.settings import Settings
from codepairs.validate import validate

__all__ = ["FIELD_NOTES", "extract_html", "extract_yaml", "templates_of"]

FIELD_NOTES = {
    "tagline": "The line below the name of the site: one sentence.",
    "description": "What the site is, as search engines show it: one sentence.",
    "title": "Title of a page: a few words, no full stop.",
    "summary": "Summary: one sentence that answers “what does this mean for me”.",
    "meaning": "Meaning: two or three sentences, one a line. Markdown.",
    "when": "A situation in which the code is seen: whole sentences. Markdown.",
    "action.*": "What somebody has to do, by role: whole sentences. Markdown.",
    "search": "What people type who look for the code, with commas between; write what people type in your language.",
    "verdict": "Verdict: one sentence that tells two codes apart.",
    "difference": "Difference of two codes: whole sentences. Markdown.",
    "guidance": "Which of two codes applies: whole sentences. Markdown.",
    "class.label": "Name of a group of codes: a few words, no full stop.",
    "class.summary": "What a group of codes has in common: one sentence.",
    "fact.*.label": "Heading or cell of a table: a few words, no full stop.",
    "*.one": "One sentence about one code.",
    "*.both": "One sentence about two codes that are alike in this.",
    "*.apart": "One sentence about two codes that differ in this.",
}
"""What a text is, by the field it stands in, which is the context of its message; the first pattern that fits holds."""

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_MARK = "Translators:"
"""Begins a comment of a template that is meant for translators."""
_Extracted = tuple[int, str, str | tuple[str, ...], list[str]]


def extract_yaml(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: dict[str, Any]) -> Iterator[_Extracted]:
    """The messages of one content file, as Babel wants them; registered as the extractor `codepairs_yaml`.

    What is a message is decided where content is validated, so the file is read as part of the content it belongs to.
    """
    path = Path(fileobj.name)
    root = next((folder for folder in path.parents if (folder / "site.yaml").exists()), path.parent)
    for text in _texts(root, _stamp(root)).get(str(path), ()):
        yield text.place.line, "pgettext", (text.context, text.source), _comments(text.context, text.source)


def extract_html(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: dict[str, Any]) -> Iterator[_Extracted]:
    """The messages of one template, as Babel wants them; registered as the extractor `codepairs_html`."""
    jinja = {"trimmed": "true", "silent": "false"}
    known = {**DEFAULT_KEYWORDS, "_": None}
    for line, message, comments, _ in babel_extract("jinja2", fileobj, known, [_MARK], jinja, strip_comment_tags=True):
        ids = (message,) if isinstance(message, str) else tuple(message)
        function = "gettext" if len(ids) == 1 else "ngettext"
        yield line, function, message, [*comments, *_comments("", ids[-1])]


def templates_of(settings: Settings, catalogue: Catalogue | None = None) -> dict[str, Catalog]:
    """A catalogue without translations for each domain, messages in reading order."""
    found = _by_file(catalogue) if catalogue else _texts(settings.content, _stamp(settings.content))
    catalogs: dict[str, Catalog] = {"site": _interface(settings.templates)}
    for path, texts in found.items():
        for text in texts:
            catalogs.setdefault(text.domain, Catalog(charset="utf-8")).add(
                text.source,
                context=text.context,
                locations=[(path, text.place.line)],
                auto_comments=_comments(text.context, text.source),
            )
    return catalogs


def _interface(templates: Path) -> Catalog:
    """The messages of the templates."""
    catalog = Catalog(charset="utf-8")
    for path in sorted(templates.rglob("*.html")):
        with path.open("rb") as file:
            for line, _, message, comments in extract_html(file, (), (), {}):
                catalog.add(message, locations=[(str(path), line)], auto_comments=comments)
    return catalog


@lru_cache(maxsize=4)
def _texts(content: Path, stamp: tuple[int, int]) -> dict[str, tuple[Text, ...]]:
    catalogue, _ = validate(read_sources(Settings(content=content)))
    return _by_file(catalogue)


def _by_file(catalogue: Catalogue) -> dict[str, tuple[Text, ...]]:
    """The translatable texts of each content file, in reading order, each text of a file once."""
    found: dict[str, dict[Text, None]] = {}
    for text in catalogue.texts():
        if text.translatable:
            found.setdefault(text.place.path, {}).setdefault(text)
    return {path: tuple(texts) for path, texts in found.items()}


def _stamp(content: Path) -> tuple[int, int]:
    """Changes with the content, so that `_texts` never answers for an older state."""
    times = [path.lstat().st_mtime_ns for path in content.rglob("*.yaml")]
    return len(times), max(times, default=0)


def _comments(context: str, source: str) -> list[str]:
    """What a translator has to know of a text."""
    note = _note(context)
    comments = [note] if note else []
    names = sorted(set(_PLACEHOLDER.findall(source))) if "{" in source else []
    if names:
        comments.append(f"Placeholders stay as they are: {', '.join(names)}")
    if "`" in source:
        comments.append("Code spans stay as they are.")
    return comments


@lru_cache(maxsize=256)
def _note(context: str) -> str:
    return next((note for pattern, note in FIELD_NOTES.items() if fnmatchcase(context, pattern)), "")
