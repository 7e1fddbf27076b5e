"""Keeps the PO files: extract, update, status. Reads content and templates, writes below the locales folder.

Updating goes through GNU msgmerge where it is present: Babel's own fuzzy update is slow on thousands of messages and
mixes contexts (python-babel/babel#1330). Without it Babel updates without fuzzy matching, and a changed text finds its
old translation by file and field. The header of a file is its translator's: an update only adds fields that it lacks.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from babel.core import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import PLURALS
from babel.messages.pofile import normalize, read_po, write_po
from babel.plural import to_gettext

from codepairs import __version__
from codepairs.errors import CodepairsError, ContentError, Problem, errors_of
from codepairs.extraction import templates_of
from codepairs.limits import MOST_PO_BYTES
from codepairs.load import read_sources
from codepairs.model import SiteInfo
from codepairs.outputs.translations import coverage_data
from codepairs.pipeline import read_site
from codepairs.po import PoFile, judged_po, regular_po
from codepairs.reading import UnreadableError, leads_out, linked_out, read_bytes
from codepairs.settings import Settings
from codepairs.staging import replaced
from codepairs.translate import known_to_cldr
from codepairs.validate import validate

__all__ = ["Updated", "extract", "header", "status", "status_data", "update"]

_PREVIOUS_MARK = '#| msgid ""\n'
_HEADER = re.compile(r'(?:#.*\n)*msgid ""\nmsgstr .*\n(?:".*"\n)*')
_OPENING = 'msgid ""\nmsgstr '
_FIELD = re.compile(r'"([A-Za-z-]+): .*\\n"\n')
_PLAIN_HEADER = r"""msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""
_PATIENCE = 300
"""Seconds after which msgmerge is given up; it takes one for five thousand messages."""
_Key = tuple[str | None, str]
"""Context and source text of a message."""


class Updated(NamedTuple):
    """What became of a PO file."""

    path: Path
    state: str
    """`new`, `updated` or `unchanged`."""
    added: int = 0
    """Messages that wait for their first translation, and did not before."""
    changed: int = 0
    """Messages whose source text changed: fuzzy until a translator has seen them."""
    obsolete: int = 0
    """Translated messages that are no more used; they are kept at the end of the file."""

    def __str__(self) -> str:
        counts = (
            (self.added, "to translate"),
            (self.changed, "changed and fuzzy now"),
            (self.obsolete, "no longer used, kept at the end of the file as #~"),
        )
        told = ", ".join(f"{count} {what}" for count, what in counts if count)
        return f"{self.state}: {told}" if told else self.state


def extract(settings: Settings, *, lines: bool = False) -> list[tuple[Path, int]]:
    """Write `<domain>.pot` of every domain into the locales folder; the files with their numbers of messages."""
    written = []
    for domain, template in templates_of(settings).items():
        path = settings.locales / f"{domain}.pot"
        if leads_out(path, settings.locales):
            raise ContentError([linked_out(path, settings.locales)])
        _write(path, _po_bytes(template, lines=lines))
        written.append((path, len(template)))
    return written


def update(settings: Settings, *, lines: bool = False) -> Iterator[Updated]:
    """Bring every PO file up to date, leaving alone those that are; yields what became of each.

    `lines` adds the numbers of lines to the references, so that an editor can jump there; they change often.
    """
    catalogue, problems = validate(read_sources(settings))
    for language in catalogue.site.languages:
        if not language.source and not known_to_cldr(language.tag):
            problems.append(Problem(language.place, f"CLDR knows no language {language.tag!r}"))
    if errors_of(problems):
        raise ContentError(problems)
    templates = {
        domain: (template, _po_bytes(template, lines=lines))
        for domain, template in templates_of(settings, catalogue).items()
    }
    for language in catalogue.site.languages:
        for domain, template in templates.items() if not language.source else ():
            path = settings.locales / language.tag / "LC_MESSAGES" / f"{domain}.po"
            before = _present(path, settings.locales)
            base = _headed(before, before, language.tag, catalogue.site)
            after = _headed(_merged(path, base, *template, lines=lines), base, language.tag, catalogue.site)
            if after != before:
                _write(path, after)
            yield _updated(path, before, after)


def _write(path: Path, data: bytes) -> None:
    """Write a file among the translations. Raises CodepairsError where that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replaced(path.resolve(), data)
    except OSError as error:
        raise CodepairsError(f"{path}: cannot be written: {error.strerror}") from error


def _present(path: Path, locales: Path) -> bytes:
    """What a PO file holds now; nothing where there is none. Raises ContentError."""
    if leads_out(path, locales):
        raise ContentError([linked_out(path, locales)])
    if not path.exists() and not path.is_symlink():
        return b""
    problems: list[Problem] = []
    try:
        data = read_bytes(path, within=locales, most=MOST_PO_BYTES)
    except UnreadableError as error:
        raise ContentError([error.problem]) from error
    if data and regular_po(data) is None:
        # What cannot be read would be lost.
        judged_po(data, path, problems)
    if errors_of(problems):
        raise ContentError(problems)
    return data


def _updated(path: Path, before: bytes, after: bytes) -> Updated:
    if before == after:
        return Updated(path, "unchanged")
    old, new = _read(before, path) if before else PoFile(), _read(after, path)
    known = {(each.context, each.ids[0]) for each in old.messages}
    added = sum(not any(each.strings) and (each.context, each.ids[0]) not in known for each in new.messages)
    changed = sum(each.fuzzy for each in new.messages) - sum(each.fuzzy for each in old.messages)
    obsolete = after.count(b"\n#~ msgid ") - before.count(b"\n#~ msgid ")
    return Updated(path, "updated" if before else "new", added, max(changed, 0), max(obsolete, 0))


def _read(data: bytes, path: Path) -> PoFile:
    return regular_po(data) or judged_po(data, path, [])


def status_data(settings: Settings) -> str:
    """How far each language has come, as JSON: what `translations.json` of the site says."""
    site, _ = read_site(settings)
    return json.dumps(coverage_data(site), ensure_ascii=False, indent=2)


def status(settings: Settings) -> Iterator[str]:
    """A table of the languages and domains: counts of messages, words, and words still to translate."""
    site, _ = read_site(settings)
    heads = f"{'messages':>9} {'translated':>11} {'fuzzy':>6} {'missing':>8} {'words':>7} {'words left':>11}"
    yield f"{'language':<10} {'domain':<14} {heads}"
    for lang, domains in site.coverage().items():
        for item in domains:
            counts = f"{item.total:>9} {item.translated:>11} {item.fuzzy:>6} {item.missing:>8}"
            yield f"{lang:<10} {item.domain:<14} {counts} {item.words:>7} {item.words_left:>11}"


def _headed(data: bytes, before: bytes, lang: str, site: SiteInfo) -> bytes:
    """The PO file with the header that it had before, and in it every field that gettext's tools ask for."""
    text = data.decode("utf-8", "surrogateescape")
    own = _HEADER.match(before.decode("utf-8", "surrogateescape"))
    if data and not own:
        # It is no PO file, or an unusual one; what reads it says so.
        return data
    header = own[0] if own else 'msgid ""\nmsgstr ""\n'
    has = {name.lower() for name in _FIELD.findall(header)}
    missing = [f'"{name}: {value}\\n"\n' for name, value in _fields(lang, site) if name.lower() not in has]
    rest = _without_header(text).lstrip("\n")
    return (header + "".join(missing) + (f"\n{rest}" if rest else "")).encode("utf-8", "surrogateescape")


def _without_header(text: str) -> str:
    """The PO file without its first header and the comments above that."""
    start = text.find(_OPENING)
    if start > 0 and text[start - 1] != "\n":
        return text
    lines = text[: max(start, 0)].splitlines(keepends=True)
    while lines and lines[-1].startswith("#"):
        start -= len(lines.pop())
    found = _HEADER.match(text, max(start, 0))
    return text[:start] + text[found.end() :] if found else text


def _fields(lang: str, site: SiteInfo) -> Iterator[tuple[str, str]]:
    """The fields of a new header; the dates are those of its making, and an update never changes them."""
    tag = lang.partition("-x-")[0].replace("-", "_")
    title = re.sub(r'["\\]', "", site.title)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M%z")
    yield "Project-Id-Version", f"{title} {__version__}"
    yield "Report-Msgid-Bugs-To", site.url
    yield "POT-Creation-Date", now
    yield "PO-Revision-Date", now
    yield "Last-Translator", f"{title} <translators@{urlsplit(site.url).hostname}>"
    yield "Language-Team", f"{Locale.parse(tag).english_name} <{site.url}>"
    yield "Language", tag
    yield "MIME-Version", "1.0"
    yield "Content-Type", "text/plain; charset=UTF-8"
    yield "Content-Transfer-Encoding", "8bit"
    yield "Plural-Forms", _plural_forms(tag)


def _merged(path: Path, before: bytes, template: Catalog, written: bytes, *, lines: bool) -> bytes:
    """The PO file brought up to date with the template, which is given as Babel has it and as it is written."""
    msgmerge = shutil.which("msgmerge")
    if msgmerge is None:
        return _merged_by_babel(before, template, lines=lines)
    with TemporaryDirectory() as folder:
        old, new = Path(folder, "old.po"), Path(folder, "new.pot")
        old.write_bytes(before)
        new.write_bytes(written)
        command = [msgmerge, "--quiet", "--previous", "--no-wrap", "--output-file=-", str(old), str(new)]
        try:
            result = subprocess.run(command, capture_output=True, timeout=_PATIENCE)  # noqa: S603 - our words and files
        except subprocess.TimeoutExpired as error:
            raise CodepairsError(f"{path}: msgmerge has not ended after {_PATIENCE} s") from error
    if result.returncode:
        reason = result.stderr.decode("utf-8", "replace").replace(str(old), str(path)).strip()
        raise CodepairsError(f"{path}: msgmerge cannot read it\n{reason}")
    return result.stdout


def _merged_by_babel(before: bytes, template: Catalog, *, lines: bool) -> bytes:
    # Babel knows no previous text of an obsolete message.
    catalog = read_po(io.BytesIO(re.sub(rb"(?m)^#~\|.*\n?", b"", before)))
    previous = {_key(message): _previous_lines(message) for message in catalog}
    catalog.update(template, no_fuzzy_matching=True)
    obsolete = {_key(old): name for name, old in catalog.obsolete.items()}
    for message in (*catalog, *catalog.obsolete.values()):
        message.user_comments = [comment for comment in message.user_comments if not comment.startswith("|")]
    for message in catalog:
        known = catalog.obsolete.pop(obsolete[_key(message)]) if _key(message) in obsolete else None
        if not message.id or _is_translated(message):
            continue
        if known:
            message.string, message.flags = known.string, message.flags | known.flags
        elif old := _predecessor(catalog, message):
            message.string = old.string
            message.flags.add("fuzzy")
            previous[_key(message)] = _as_previous(old)
    return _po_bytes(catalog, previous, lines=lines)


def _key(message: Message) -> _Key:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _is_translated(message: Message) -> bool:
    return any([message.string] if isinstance(message.string, str) else message.string or ())


def _predecessor(catalog: Catalog, message: Message) -> Message | None:
    """The translation of the same text in another field; or of the one that stood in its file and field before."""
    same = [old for old in catalog.obsolete.values() if _key(old)[1] == _key(message)[1] and old.string]
    if same:
        return same[0]
    files = {path for path, _ in message.locations}
    found = [
        old
        for old in catalog.obsolete.values()
        if old.context == message.context and old.string and files & {path for path, _ in old.locations}
    ]
    return found[0] if len(found) == 1 else None


def _previous_lines(message: Message) -> list[str]:
    """The lines `#|` of a message, which Babel reads as comments of the translator."""
    return [f"#{comment}\n" for comment in message.user_comments if comment.startswith("|")]


def _as_previous(old: Message) -> list[str]:
    """The lines `#|` that tell the translator what a changed text was before."""
    ids = [old.id] if isinstance(old.id, str) else old.id
    named = [("msgctxt", old.context), *zip(("msgid", "msgid_plural"), ids, strict=False)]
    text = "\n".join(f"{name} {normalize(value, width=0)}" for name, value in named if value is not None)
    return [f"#| {line}\n" for line in text.splitlines()]


def _po_bytes(catalog: Catalog, previous: Mapping[_Key, list[str]] | None = None, *, lines: bool = False) -> bytes:
    """The catalogue as a file that changes only with its messages: no dates, no wrapping, line numbers on request.

    `previous` holds the lines `#|` of fuzzy messages; Babel marks their places, but would break long ones.
    """
    earlier = [marked for message in catalog if (marked := _mark_previous(message, previous or {}))]
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, include_lineno=lines, include_previous=True)
    text = _HEADER.sub(_PLAIN_HEADER, buffer.getvalue().decode("utf-8"), count=1)
    places = iter(earlier)
    kept = (next(places) if line == _PREVIOUS_MARK else [line] for line in text.splitlines(keepends=True))
    return "".join(line for group in kept for line in group).encode()


def _mark_previous(message: Message, previous: Mapping[_Key, list[str]]) -> list[str]:
    """The lines to stand before the message, and on the message a mark that Babel writes in their place."""
    lines = previous.get(_key(message), []) if message.id and message.fuzzy else []
    message.previous_id = [""] if lines else []
    return lines


def header(lang: str) -> bytes:
    """A PO file of a language without a message; an update adds the other fields of its header.

    Raises CodepairsError where CLDR does not know the language.
    """
    try:
        forms = _plural_forms(lang.partition("-x-")[0].replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise CodepairsError(f"CLDR knows no language {lang!r}") from error
    fields = {"Language": lang.partition("-x-")[0].replace("-", "_"), "Plural-Forms": forms}
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    return (_PLAIN_HEADER.replace("\\\\n", "\\n") + lines).encode()


def _plural_forms(tag: str) -> str:
    """How many plural forms a language has, and which number takes which: as gettext knows it, otherwise by CLDR."""
    locale = Locale.parse(tag)
    if locale.language in PLURALS:
        return Catalog(locale=tag).plural_forms.rstrip(";") + ";"
    forms: str = to_gettext(locale.plural_form)  # type: ignore[no-untyped-call]
    return forms
