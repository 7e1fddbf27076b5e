"""The rules of a language, checked in its texts: quotation marks, non-breaking spaces, forms of address.

A language states them itself in `locales/<lang>/rules.yaml`: a list of patterns that must not occur outside code spans,
each with what would be right. Those of the source language are checked in content and templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codepairs.errors import Place, Problem
from codepairs.fields import Fields
from codepairs.load import Node, read_document
from codepairs.plan import Site
from codepairs.translate import read_messages

__all__ = ["LanguageRule", "LanguageRules", "broken", "language_problems", "read_rules"]

_CODE_SPAN = re.compile(r"`[^`]*`")


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """What a language says of its texts."""

    never: tuple[LanguageRule, ...] = ()
    doubled: frozenset[str] = frozenset()
    """Words that may rightly stand twice in a row."""


@dataclass(frozen=True, slots=True)
class LanguageRule:
    """A pattern that must not occur, and what would be right."""

    pattern: re.Pattern[str]
    message: str


def language_problems(locales: Path, site: Site) -> Iterator[Problem]:
    """What the texts have against the rules of their language: translations, and the source text itself."""
    for lang, translator in site.translators.items():
        rules, problems = read_rules(locales / lang / "rules.yaml")
        yield from problems
        texts = _source_texts(site) if translator.is_source else _translations(locales / lang / "LC_MESSAGES")
        for place, text in texts:
            for found in broken(rules, text):
                yield Problem(place, found, warning=True)


def _source_texts(site: Site) -> Iterator[tuple[Place, str]]:
    for text in (*site.interface, *site.catalogue.texts()):
        yield text.place, text.source


def _translations(folder: Path) -> Iterator[tuple[Place, str]]:
    for path in sorted(folder.glob("*.po")):
        for message in read_messages(path):
            for text in message.strings:
                yield Place(str(path), message.line), text


def broken(rules: LanguageRules, text: str) -> Iterator[str]:
    """The rules that a text breaks, with the words that do."""
    bare = _CODE_SPAN.sub("`x`", text)
    for rule in rules.never:
        match = rule.pattern.search(bare)
        if match:
            yield f"{match[0]!r}: {rule.message}"


def read_rules(path: Path) -> tuple[LanguageRules, list[Problem]]:
    """The rules of a language; none where it states none."""
    problems: list[Problem] = []
    if not path.exists():
        return LanguageRules(), problems
    document = read_document(path)
    problems += document.problems
    fields = Fields(document.root, Place(str(path)), "the rules", problems)
    rules = [rule for node in fields.sequence("never") if (rule := _rule(node, problems))]
    doubled = frozenset(node.value for node in fields.scalars("doubled"))
    fields.close()
    return LanguageRules(tuple(rules), doubled), problems


def _rule(node: Node, problems: list[Problem]) -> LanguageRule | None:
    fields = Fields(node, node.place, "a rule", problems)
    pattern, message = fields.pattern("not", required=True), fields.word("because", required=True)
    fields.close()
    return LanguageRule(re.compile(pattern), message) if pattern and message else None
