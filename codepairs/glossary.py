"""The glossary: terms, how each language says them, and the words it must not use for them. Reads.

`locales/glossary.yaml` holds it. A form is a word or several. A `*` at the end of a word allows any ending, one at the
start makes it part of a compound, and `…` stands for words between. A small first letter stands for a capital as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from codepairs.errors import Place, Problem, Remark
from codepairs.fields import Fields
from codepairs.limits import LONGEST_FORM
from codepairs.load import Node, read_document
from codepairs.shapes import ENTRY, GLOSSARY, TERM

__all__ = ["Entry", "Term", "forbidden", "form_pattern", "form_problem", "missing_terms", "read_glossary"]

_LITERAL = re.compile(r"`[^`]*`|“[^“”]*”")
"""Code spans and the words of others: both stay as they are."""
_INNER = re.compile(r"(?<=[^\s*])\*(?=[^\s*])|\*\*")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a language says for a term."""

    say: str
    """The translation, as messages show it."""
    use: tuple[str, ...]
    """The forms in which it may stand: inflections, compounds, other allowed words."""
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A term of the source language, its other forms, and its translations by language."""

    term: str
    forms: tuple[str, ...]
    languages: dict[str, Entry]


def read_glossary(path: Path) -> tuple[tuple[Term, ...], list[Problem]]:
    """The terms of the glossary, none where there is none; and what is wrong with the file."""
    problems: list[Problem] = []
    if not path.exists() and not path.is_symlink():
        return (), problems
    document = read_document(path, path.parent)
    problems += document.problems
    if document.root is None:
        return (), problems
    fields = Fields(document.root, Place(str(path)), GLOSSARY, problems)
    terms = tuple(_term(node, problems) for node in fields.sequence("terms"))
    fields.close()
    return tuple(term for term in terms if term.term), problems


def _term(node: Node, problems: list[Problem]) -> Term:
    fields = Fields(node, node.place, TERM, problems)
    term = fields.word("term") or ""
    forms = _forms(fields, "forms")
    languages = fields.mapping("translations", "the translations of a term")
    entries = {name: _entry(languages.mapping(name, ENTRY, required=True)) for name in languages.node.items}
    fields.close()
    return Term(term, forms, entries)


def _entry(fields: Fields) -> Entry:
    say = fields.word("say") or ""
    use, never = (_forms(fields, name) for name in ("use", "never"))
    fields.close()
    return Entry(say, use or (say,), never)


def _forms(fields: Fields, name: str) -> tuple[str, ...]:
    forms = []
    for node in fields.scalars(name):
        if wrong := form_problem(node.value):
            fields.problem(node.place, wrong)
        else:
            forms.append(node.value)
    return tuple(forms)


def form_problem(form: str) -> str:
    """What is wrong with a form; empty where nothing is. A search for it takes time with the signs in it."""
    if len(form) > LONGEST_FORM:
        return f"{form[:40]!r} …: a form has at most {LONGEST_FORM} characters"
    if _INNER.search(form):
        return f"{form!r}: a '*' stands at the beginning or at the end of a word"
    if form.count("…") > 1:
        return f"{form!r}: a form has at most one '…'"
    return ""


def missing_terms(terms: tuple[Term, ...], lang: str, source: str, translation: str) -> Iterator[str]:
    """The terms of a source text that its translation does not say as the glossary does."""
    source = _LITERAL.sub(" ", source)
    small = source.lower()
    for term in terms:
        entry = term.languages.get(lang)
        if not entry or not any(form.strip("*").lower() in small for form in (term.term, *term.forms)):
            continue
        said = next(filter(None, (form_pattern(form).search(source) for form in (term.term, *term.forms))), None)
        if said and not any(form_pattern(form).search(translation) for form in entry.use):
            yield f"{said[0]!r} is {entry.say!r} in the glossary, which stands nowhere in the translation"


def forbidden(terms: tuple[Term, ...], lang: str, translation: str) -> Iterator[str]:
    """The words of a text that the glossary forbids, with what it says instead; what is literal is not a word."""
    translation = _LITERAL.sub(" ", translation)
    if not _any_forbidden(terms, lang).search(translation):
        return
    for term in terms:
        entry = term.languages.get(lang)
        for form in entry.never if entry else ():
            found = form_pattern(form).search(translation)
            if entry and found:
                yield Remark(f"{found[0]!r}: the glossary says {entry.say!r} for {term.term!r}", found[0])


@lru_cache(maxsize=64)
def _any_forbidden(terms: tuple[Term, ...], lang: str) -> re.Pattern[str]:
    """What occurs in a text with any forbidden form; most texts have none."""
    forms = (form for term in terms if lang in term.languages for form in term.languages[lang].never)
    return re.compile("|".join(form_pattern(form).pattern for form in forms) or r"(?!)")


@lru_cache(maxsize=4096)
def form_pattern(form: str) -> re.Pattern[str]:
    """The pattern of a form.

    >>> bool(form_pattern("*antwortcode*").search("Server-Antwortcodes")), bool(form_pattern("Queue").search("queue"))
    (True, False)
    """
    parts = (re.escape(part.strip()) for part in form.strip("*").split("…"))
    words = [part.replace(r"\ ", r"\s+").replace(r"\*", r"\w*") for part in parts]
    start = r"(?<![\w-])[\w-]*" if form.startswith("*") else r"(?<!\w)"
    end = r"\w*" if form.endswith("*") else r"(?!\w)"
    first = words[0][:1]
    words[0] = f"[{first}{first.upper()}]{words[0][1:]}" if first.islower() else words[0]
    return re.compile(start + r"\w*\b.{0,120}?\b".join(words) + end)
