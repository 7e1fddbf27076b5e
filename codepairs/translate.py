"""PO files -> a Translator for each language: messages, lists, numbers, direction, names of languages.

Every message is checked before a page may use it. One that lost a placeholder, broke a link or a code span, or carries
markup is put aside: the source text stands in and a warning names its line. Fuzzy messages are never used. A
`Translator` keeps its messages as the bytes of an MO file, so that it can be sent to another process, and reads them
on first use.
"""

from __future__ import annotations

import gettext
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from codepairs.errors import Place, Problem
from codepairs.model import Language, Text

__all__ = ["Coverage", "Phrase", "PoMessage", "Translator", "message_problems", "read_messages", "read_translators"]

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_CODE_SPAN = re.compile(r"`[^`]+`")
_LINK = re.compile(r"\]\(([^)]*)\)|<?(https?://[^\s)>]+)")
_MARKUP = re.compile(r"</?[A-Za-z!][^>]*>|&[A-Za-z#][A-Za-z0-9]*;")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A passage as it will be shown: the text and the language it is really in."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a domain is translated: counts of messages."""

    domain: str
    total: int
    translated: int
    fuzzy: int

    @property
    def missing(self) -> int:
        """Messages without a usable translation, the fuzzy ones not counted."""
        return self.total - self.translated - self.fuzzy


@dataclass(frozen=True, slots=True)
class Translator:
    """The messages and formats of one language."""

    lang: str
    source_lang: str
    catalogs: Mapping[str, bytes]
    """Compiled messages (MO format, GNU gettext) by domain."""
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
        found = _messages(self.catalogs.get("site", b"")).ngettext(one, many, count)
        return Phrase(found, self.lang) if found else Phrase(one if count == 1 else many, self.source_lang)

    def coverage(self, domain: str, texts: Iterable[Text]) -> Coverage:
        """How many of the translatable texts of a domain are translated."""
        wanted = {text for text in texts if text.domain == domain and text.translatable}
        known = sum(map(self.knows, wanted))
        return Coverage(domain, len(wanted), known, min(self.fuzzy.get(domain, 0), len(wanted) - known))

    def list(self, items: Iterable[str]) -> str:
        """The items as a list in a sentence, by CLDR: `a, b and c`."""
        return str(format_list(list(items), style="standard", locale=_locale(self.lang)))

    def number(self, number: int) -> str:
        """The number with the language's digits and separators, by CLDR."""
        return str(format_decimal(number, locale=_locale(self.lang)))

    def date(self, day: date) -> str:
        """The date as the language writes it, by CLDR: `6. Dezember 2024`."""
        return str(format_date(day, "long", locale=_locale(self.lang)))

    def language_name(self, tag: str) -> str:
        """The language's name in itself, by CLDR: `Deutsch`."""
        return str(_locale(tag).get_display_name(_locale(tag)) or tag)

    def _lookup(self, text: Text) -> str | None:
        catalog = _messages(self.catalogs.get(text.domain, b""))
        found = catalog.pgettext(text.context, text.source) if text.context else catalog.gettext(text.source)
        return found or None


class _Missing(gettext.NullTranslations):
    """Answers every message with an empty text, so that an unknown message differs from one that stays the same."""

    def gettext(self, message: str) -> str:
        return ""

    def pgettext(self, context: str, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""


def read_translators(
    locales: Path, languages: Iterable[Language], domains: Iterable[str], source_lang: str
) -> tuple[dict[str, Translator], list[Problem]]:
    """A Translator for each language, in their order, and the problems found in the PO files."""
    problems: list[Problem] = []
    names = tuple(domains)
    translators = {}
    for language in languages:
        compiled: dict[str, bytes] = {}
        fuzzy: dict[str, int] = {}
        if _locale_problem(language.tag):
            problems.append(Problem(Place(f"{locales / language.tag}"), f"CLDR knows no language {language.tag!r}"))
        for domain in () if language.source else names:
            path = locales / language.tag / "LC_MESSAGES" / f"{domain}.po"
            if path.exists():
                compiled[domain], fuzzy[domain] = _compiled(path, problems)
        translators[language.tag] = Translator(language.tag, source_lang, compiled, fuzzy)
    return translators, problems


@dataclass(frozen=True, slots=True)
class PoMessage:
    """A translated message of a PO file, as it stands there."""

    line: int
    strings: tuple[str, ...]


def read_messages(path: Path) -> Iterator[PoMessage]:
    """The translated messages of a PO file, fuzzy ones left out; none where the file cannot be read."""
    for message in _catalog(path, []):
        if message.id and message.string and not message.fuzzy:
            strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
            yield PoMessage(message.lineno or 1, tuple(strings))


def message_problems(msgid: str, msgstr: str) -> Iterator[str]:
    """What a translation lost or added beside the words, each with what would be right."""
    if missing := _difference(_PLACEHOLDER, msgid, msgstr):
        yield f"placeholders {missing} are missing"
    if added := _difference(_PLACEHOLDER, msgstr, msgid):
        yield f"placeholders {added} are not in the source text"
    if missing := _difference(_CODE_SPAN, msgid, msgstr):
        yield f"code spans {missing} are missing; they stay as they are"
    if added := _difference(_CODE_SPAN, msgstr, msgid):
        yield f"code spans {added} are not in the source text"
    if _links(msgid) != _links(msgstr):
        yield f"links differ; the source text has {', '.join(_links(msgid)) or 'none'}"
    if _MARKUP.search(_CODE_SPAN.sub("", msgstr)) and not _MARKUP.search(_CODE_SPAN.sub("", msgid)):
        yield "carries HTML; write Markdown as in the source text"
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in msgstr) or "\ufdd0" in msgstr:
        yield "holds a control character"
    if not msgstr.strip():
        yield "is blank"


def _difference(pattern: re.Pattern[str], wanted: str, found: str) -> str:
    lost = Counter(pattern.findall(wanted)) - Counter(pattern.findall(found))
    return ", ".join(sorted(lost))


def _links(text: str) -> list[str]:
    # What follows a bare address in its sentence is no part of it.
    return sorted(target or address.rstrip(".,;:!?") for target, address in _LINK.findall(text))


def _compiled(path: Path, problems: list[Problem]) -> tuple[bytes, int]:
    """The usable messages of a PO file as an MO file, and the number of fuzzy ones."""
    catalog = _catalog(path, problems)
    usable = Catalog(locale=catalog.locale, fuzzy=False)
    usable.mime_headers = catalog.mime_headers  # the plural forms that the file itself declares
    fuzzy = 0
    for message in catalog:
        if not message.id:
            continue
        if message.fuzzy:
            fuzzy += 1
        elif message.string and all(message.string if isinstance(message.string, tuple) else [message.string]):
            found = list(_problems_of(message))
            place = Place(str(path), message.lineno or 1)
            problems.extend(Problem(place, f"translation put aside: {text}", warning=True) for text in found)
            if not found:
                usable.add(message.id, message.string, context=message.context)
    buffer = io.BytesIO()
    write_mo(buffer, usable)
    return buffer.getvalue(), fuzzy


def _catalog(path: Path, problems: list[Problem]) -> Catalog:
    try:
        # Babel refuses what GNU gettext writes: the previous text of an obsolete message. Lines keep their numbers.
        readable = re.sub(rb"(?m)^#~\|.*$", b"#", path.read_bytes())
        return read_po(io.BytesIO(readable), abort_invalid=True)
    except PoFileError as error:
        line = error.lineno + 1 if isinstance(error.lineno, int) else 1
        problems.append(Problem(Place(str(path), line), f"is not a PO file: {error}"))
    except (UnicodeDecodeError, ValueError, LookupError, UnknownLocaleError) as error:
        problems.append(Problem(Place(str(path)), f"is not a PO file in UTF-8: {error}"))
    return Catalog()


def _problems_of(message: Message) -> Iterator[str]:
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    for rank, string in enumerate(strings, start=1):
        # A plural form for one or two may say the number in a word; the last one, for many, cannot.
        spelled_out = rank < len(strings) and "{count}" not in string
        yield from message_problems(ids[-1].replace("{count}", "") if spelled_out else ids[-1], string)


@lru_cache(maxsize=256)
def _messages(data: bytes) -> gettext.NullTranslations:
    if not data:
        return _Missing()
    catalog = gettext.GNUTranslations(io.BytesIO(data))
    catalog.add_fallback(_Missing())
    return catalog


def _locale_problem(tag: str) -> bool:
    try:
        _parsed(tag)
    except (UnknownLocaleError, ValueError):
        return True
    return False


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
