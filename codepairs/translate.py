"""PO files -> a Translator for each language: messages, lists, numbers, direction, names of languages.

Every message is checked before a page may use it. One that lost a placeholder, broke a link or a code span, or carries
markup is put aside: the source text stands in and a warning names its line. Fuzzy messages are never used. A
`Translator` is plain data, so that it can be sent to another process.
"""

from __future__ import annotations

import gettext
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from babel.core import Locale, UnknownLocaleError, get_global

from codepairs.characters import misfit
from codepairs.errors import Place, Problem, Remark
from codepairs.model import Language, Text, passage_problems
from codepairs.po import PoMessage, PoPlaces, read_po
from codepairs.reading import leads_out, linked_out

__all__ = [
    "Coverage",
    "Messages",
    "Phrase",
    "Translator",
    "Usable",
    "known_to_cldr",
    "message_problems",
    "read_messages",
    "read_translators",
    "read_usable",
]

_PLACEHOLDER = re.compile(r"\{[^{}\s]*\}|[{}]")
_CODE_SPAN = re.compile(r"`[^`]+`")
_ADDRESS = re.compile(r"https?://[^\s)>]++")
_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>|&[A-Za-z#][A-Za-z0-9]*+;")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0]")


class Phrase(NamedTuple):
    """A passage as it will be shown: the text and the language it is really in."""

    text: str
    lang: str


class Messages(NamedTuple):
    """The usable messages of a domain in one language."""

    texts: Mapping[tuple[str, str], str]
    """Translations by context and source text; of plural forms that for one."""
    plurals: Mapping[str, tuple[str, ...]]
    """All forms of the plurals, by the source text for one."""
    rule: str = "(n != 1)"
    """Which of its forms a number takes: a C expression in `n`, as GNU gettext defines it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a domain is translated: counts of messages."""

    domain: str
    total: int
    translated: int
    fuzzy: int
    words: int = 0
    """Words of the source texts."""
    words_left: int = 0
    """Those of texts without a usable translation."""

    @property
    def missing(self) -> int:
        """Messages without a usable translation, the fuzzy ones not counted."""
        return self.total - self.translated - self.fuzzy


@dataclass(frozen=True, slots=True)
class Translator:
    """The messages and formats of one language."""

    lang: str
    source_lang: str
    catalogs: Mapping[str, Messages]
    """The messages by domain."""
    fuzzy: Mapping[str, int]
    """Fuzzy messages by domain."""

    @property
    def is_source(self) -> bool:
        """Whether texts are shown as they stand in the content."""
        return self.lang == self.source_lang

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, by CLDR."""
        return "rtl" if _locale(self.lang).character_order == "right-to-left" else "ltr"

    def phrase(self, text: Text) -> Phrase:
        """The text in this language, or in the source language where it is not translated."""
        if self.is_source or not text.translatable:
            return Phrase(text.source, self.lang)
        found = self._lookup(text)
        return Phrase(text.source, self.source_lang) if found is None else Phrase(found, self.lang)

    def knows(self, text: Text) -> bool:
        """Whether the text has a translation of its own."""
        return self.is_source or not text.translatable or self._lookup(text) is not None

    def message(self, source: str) -> Phrase:
        """A message of the interface."""
        return self.phrase(Text("", source, "site"))

    def plural(self, one: str, many: str, count: int) -> Phrase:
        """A message of the interface that depends on a number."""
        if self.is_source:
            return Phrase(one if count == 1 else many, self.lang)
        messages = self.catalogs.get("site", _NONE)
        found = _form(messages.rule, messages.plurals.get(one, ()), count)
        return Phrase(found, self.lang) if found else Phrase(one if count == 1 else many, self.source_lang)

    def coverage(self, domain: str, texts: Iterable[Text]) -> Coverage:
        """How many of the translatable texts of a domain are translated."""
        wanted = {text for text in texts if text.domain == domain and text.translatable}
        left = [text for text in wanted if not self.knows(text)]
        words, words_left = (sum(len(text.source.split()) for text in texts) for texts in (wanted, left))
        fuzzy = min(self.fuzzy.get(domain, 0), len(left))
        return Coverage(domain, len(wanted), len(wanted) - len(left), fuzzy, words, words_left)

    def list(self, items: Iterable[str]) -> str:
        """The items as a list in a sentence, by CLDR: `a, b and c`."""
        from babel.lists import format_list

        return str(format_list(list(items), style="standard", locale=_locale(self.lang)))

    def number(self, number: int) -> str:
        """The number with the language's digits and separators, by CLDR."""
        from babel.numbers import format_decimal

        return str(format_decimal(number, locale=_locale(self.lang)))

    def date(self, day: date) -> str:
        """The date as the language writes it, by CLDR: `6. Dezember 2024`."""
        from babel.dates import format_date

        return str(format_date(day, "long", locale=_locale(self.lang)))

    def territory_tag(self) -> str:
        """The language with the territory where most of its speakers are, by CLDR: `de_DE`."""
        locale = _locale(self.lang)
        written = f"{locale.language}_{locale.script}" if locale.script else locale.language
        likely = str(get_global("likely_subtags").get(written, locale.language.upper()))
        return f"{locale.language}_{locale.territory or likely.rpartition('_')[2]}"

    def language_name(self, tag: str) -> str:
        """The language's name in itself, by CLDR: `Deutsch`."""
        return str(_locale(tag).get_display_name(_locale(tag)) or tag)

    def _lookup(self, text: Text) -> str | None:
        return self.catalogs.get(text.domain, _NONE).texts.get((text.context, text.source)) or None


_NONE = Messages({}, {})


def read_translators(
    locales: Path,
    languages: Iterable[Language],
    domains: Iterable[str],
    source_lang: str,
    read: Callable[[Path], Usable] | None = None,
) -> tuple[dict[str, Translator], list[Problem]]:
    """A Translator for each language, in their order, and the problems found in the PO files.

    `read` reads one file, `read_usable` unless it is given.
    """
    read = read or read_usable
    problems: list[Problem] = []
    names = tuple(domains)
    translators = {}
    for language in languages:
        catalogs: dict[str, Messages] = {}
        fuzzy: dict[str, int] = {}
        if not known_to_cldr(language.tag):
            place = language.place if language.place.path else Place(f"{locales / language.tag}")
            problems.append(Problem(place, f"CLDR knows no language {language.tag!r}"))
        if (locales / language.tag).exists() and not (locales / language.tag).is_dir():
            place = Place(str(locales / language.tag))
            problems.append(Problem(place, "is no folder; the translations of the language are read from it"))
        for domain in () if language.source else names:
            path = locales / language.tag / "LC_MESSAGES" / f"{domain}.po"
            if path.exists() or path.is_symlink():
                if leads_out(path, locales):
                    problems.append(linked_out(path, locales))
                    continue
                catalogs[domain], fuzzy[domain], found = read(path)
                problems += found
        translators[language.tag] = Translator(language.tag, source_lang, catalogs, fuzzy)
    return translators, problems


def read_messages(path: Path) -> Iterator[PoMessage]:
    """The translated messages of a PO file, fuzzy ones left out; none where the file cannot be read."""
    return (
        message
        for message in read_po(path, [], path.parent.parent.parent).messages
        if any(message.strings) and not message.fuzzy
    )


def message_problems(msgid: str, msgstr: str) -> Iterator[str]:
    """What a translation lost or added beside the words, each with what would be right."""
    if harmful := next(passage_problems(msgstr), None):
        yield harmful
        return
    missing, added = _differences(_PLACEHOLDER, "{}", _CODE_SPAN.sub("", msgid), _CODE_SPAN.sub("", msgstr))
    if missing and added:
        yield Remark(f"placeholders {_joined(added)} are not in the source text; write {_joined(missing)}", added[0])
    elif missing:
        yield f"placeholders {_joined(missing)} are missing"
    elif added:
        yield Remark(f"placeholders {_joined(added)} are not in the source text", added[0])
    missing, added = _differences(_CODE_SPAN, "`", msgid, msgstr)
    if missing:
        yield Remark(f"code spans {_joined(missing)} are missing; they stay as they are", added[0] if added else 0)
    if added:
        yield Remark(f"code spans {_joined(added)} are not in the source text", added[0])
    if (wanted := _links(msgid)) != (found := _links(msgstr)):
        other = next((link for link in found if link not in wanted), 0)
        yield Remark(f"links differ; the source text has {', '.join(wanted) or 'none'}", other)
    if (markup := _markup(msgstr)) and not _markup(msgid):
        yield Remark("carries HTML; write Markdown as in the source text", markup)
    if control := _CONTROL.search(msgstr):
        yield Remark("holds a control character", control.start())
    elif wrong := misfit(msgstr):
        yield Remark(wrong[1], wrong[0])
    if not msgstr.strip():
        yield "is blank"


# Most messages hold nothing that could be lost, and `in` tells that much sooner than a pattern does.


def _differences(pattern: re.Pattern[str], marks: str, source: str, translation: str) -> tuple[list[str], list[str]]:
    """What is missing in a translation and what is not in its source; every match has one of the marks in it."""
    if not any(mark in source or mark in translation for mark in marks):
        return [], []
    wanted, found = pattern.findall(source), pattern.findall(translation)
    if wanted == found:
        return [], []
    missing, added = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    return sorted(missing), sorted(added)


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _links(text: str) -> list[str]:
    if "](" not in text and "://" not in text:
        return []
    found, end = [], 0
    for start in _starts(text):
        if start < end:
            continue
        end = text.find(")", start) if text.startswith("](", start) else start
        if end > start:
            found.append(text[start + 2 : end])
        elif address := _ADDRESS.match(text, start):
            # What follows a bare address in its sentence is no part of it.
            end = address.end()
            found.append(address[0].rstrip(".,;:!?"))
    return sorted(found)


def _starts(text: str) -> list[int]:
    """Where a link may begin."""
    return [match.start() for match in re.finditer(r"\]\(|https?://", text)] if ")" in text or "://" in text else []


def _markup(text: str) -> str:
    """The first tag or entity of a text, code spans aside; empty where there is none."""
    found = _MARKUP.search(_CODE_SPAN.sub("", text)) if "<" in text or "&" in text else None
    return found[0] if found else ""


class Usable(NamedTuple):
    """What a PO file holds."""

    messages: Messages
    fuzzy: int
    """How many messages are fuzzy."""
    problems: tuple[Problem, ...]


def read_usable(path: Path) -> Usable:
    """The messages of a PO file that a page may show, and what is wrong with the others."""
    problems: list[Problem] = []
    file, places = read_po(path, problems), PoPlaces(path)
    texts: dict[tuple[str, str], str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in file.messages:
        if message.fuzzy or not any(message.strings):
            continue
        if found := list(_problems_of(message, file.forms)):
            problems.extend(
                Problem(places.of(message, form, text), f"translation put aside: {text}", warning=True)
                for form, text in found
            )
        elif len(message.ids) == 1:
            texts[message.context, message.ids[0]] = message.strings[0]
        else:
            texts[message.context, message.ids[0]] = _form(file.rule, message.strings, 1) or ""
            if not message.context:
                plurals[message.ids[0]] = message.strings
    fuzzy = sum(message.fuzzy for message in file.messages)
    return Usable(Messages(texts, plurals, file.rule), fuzzy, tuple(problems))


def _problems_of(message: PoMessage, forms: int) -> Iterator[tuple[int, str]]:
    """What puts a message aside, each with the rank of the form that is meant."""
    ids, strings = message.ids, message.strings
    if len(ids) > 1 and (len(strings) != forms or not all(strings)):
        left = next((rank for rank, string in enumerate(strings) if not string), 0)
        yield left, f"has {sum(map(bool, strings))} of the {forms} plural forms that the head of the file declares"
        return
    for rank, string in enumerate(strings):
        # A plural form for one or two may say the number in a word; the last one, for many, cannot.
        spelled_out = rank < len(strings) - 1 and "{count}" not in string
        source = ids[-1].replace("{count}", "") if spelled_out else ids[-1]
        yield from ((rank, text) for text in message_problems(source, string))


def _form(rule: str, forms: tuple[str, ...], count: int) -> str | None:
    """The form that the count takes; None where it is not there."""
    try:
        rank = _rule(rule)(count) if forms else 0
    except ZeroDivisionError:
        return None
    return forms[rank] if 0 <= rank < len(forms) else None


@lru_cache(maxsize=64)
def _rule(expression: str) -> Callable[[int], int]:
    return gettext.c2py(expression)


def known_to_cldr(tag: str) -> bool:
    """Whether CLDR knows the language of a tag: its direction, its lists, its plural forms."""
    try:
        _parsed(tag)
    except (UnknownLocaleError, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _locale(tag: str) -> Locale:
    try:
        return _parsed(tag)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def _parsed(tag: str) -> Locale:
    """The locale of a tag without what Babel's CLDR lacks.

    That is a private part (RFC 5646 section 2.2.7), and the regions of the pseudo-locales en-XA and ar-XB.
    """
    return Locale.parse(tag.partition("-x-")[0].removesuffix("-XA").removesuffix("-XB"), sep="-")
