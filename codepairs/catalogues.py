"""Keeps the PO files: extract, update, status. Reads content and templates, writes below the locales folder.

Extraction goes through Babel; the extractor for content is registered under `babel.extractors`, so that plain `pybabel`
gives the same messages. Updating goes through GNU msgmerge where it is present: Babel's own fuzzy update is slow on
thousands of messages and mixes contexts (python-babel/babel#1330). Without it Babel updates without fuzzy matching, and
a changed text finds its old translation by file and field.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from babel.core import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS
from babel.messages.extract import extract as babel_extract
from babel.messages.plurals import PLURALS
from babel.messages.pofile import normalize, read_po, write_po
from babel.plural import to_gettext

from codepairs.errors import CodepairsError, ContentError, errors_of
from codepairs.load import read_sources
from codepairs.model import Text
from codepairs.pipeline import read_site
from codepairs.settings import Settings
from codepairs.validate import validate

__all__ = ["extract", "extract_yaml", "header", "status", "update"]

_VOLATILE = tuple(
    f'"{field}:'
    for field in (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "Last-Translator",
        "Language-Team",
    )
)
"""Header fields that change without a message, or that nobody fills in."""

_PREVIOUS_MARK = '#| msgid ""\n'
_Key = tuple[str | None, str]
"""Context and source text of a message."""
_Extracted = tuple[int, str, str | tuple[str, ...], list[str]]


def extract(settings: Settings) -> list[tuple[Path, int]]:
    """Write `<domain>.pot` of every domain into the locales folder; the files with their numbers of messages."""
    written = []
    for domain, template in _templates(settings).items():
        path = settings.locales / f"{domain}.pot"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_po_bytes(template))
        written.append((path, len(template)))
    return written


def update(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Bring every PO file up to date, leaving alone those that are; yields each file and what became of it."""
    catalogue, problems = validate(read_sources(settings))
    if errors_of(problems):
        raise ContentError(problems)
    templates = _templates(settings)
    for language in catalogue.site.languages:
        for domain, template in templates.items() if not language.source else ():
            path = settings.locales / language.tag / "LC_MESSAGES" / f"{domain}.po"
            before = path.read_bytes() if path.exists() else b""
            after = _merged(path, before or _po_bytes(_empty(language.tag)), template)
            if after != before:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(after)
            yield path, "unchanged" if after == before else "updated" if before else "new"


def status(settings: Settings) -> Iterator[str]:
    """A table of the languages and domains: messages, translated, fuzzy, missing."""
    site, _ = read_site(settings)
    yield f"{'language':<10} {'domain':<14} {'messages':>9} {'translated':>11} {'fuzzy':>6} {'missing':>8}"
    for lang, domains in site.coverage().items():
        for item in domains:
            counts = f"{item.total:>9} {item.translated:>11} {item.fuzzy:>6} {item.missing:>8}"
            yield f"{lang:<10} {item.domain:<14} {counts}"


def extract_yaml(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: dict[str, Any]) -> Iterator[_Extracted]:
    """The messages of one content file, as Babel wants them; registered as the extractor `codepairs_yaml`.

    What is a message is decided where content is validated, so the file is read as part of the content it belongs to.
    """
    path = Path(fileobj.name)
    root = next((folder for folder in path.parents if (folder / "site.yaml").exists()), path.parent)
    for text in _texts(root, _stamp(root)).get(str(path), ()):
        yield text.place.line, "pgettext", (text.context, text.source), list(_comments(text.source))


def _templates(settings: Settings) -> dict[str, Catalog]:
    """A catalogue without translations for each domain, messages in reading order."""
    found = _texts(settings.content, _stamp(settings.content))
    catalogs: dict[str, Catalog] = {"site": _interface(settings.templates)}
    for path, texts in found.items():
        for text in texts:
            catalog = catalogs.setdefault(text.domain, Catalog(charset="utf-8"))
            catalog.add(
                text.source,
                context=text.context,
                locations=[(path, text.place.line)],
                auto_comments=list(_comments(text.source)),
            )
    return catalogs


def _interface(templates: Path) -> Catalog:
    """The messages of the templates."""
    catalog = Catalog(charset="utf-8")
    for path in sorted(templates.rglob("*.html")):
        with path.open("rb") as file:
            options = {"trimmed": "true", "silent": "false"}
            keywords = {**DEFAULT_KEYWORDS, "_": None}
            for line, message, comments, context in babel_extract("jinja2", file, keywords, options=options):
                catalog.add(message, locations=[(str(path), line)], auto_comments=comments, context=context)
    return catalog


@lru_cache(maxsize=4)
def _texts(content: Path, stamp: tuple[int, int]) -> dict[str, tuple[Text, ...]]:
    """The translatable texts of each content file, in reading order, each text of a file once."""
    catalogue, _ = validate(read_sources(Settings(content=content)))
    found: dict[str, dict[Text, None]] = {}
    for text in catalogue.texts():
        if text.translatable:
            found.setdefault(text.place.path, {}).setdefault(text)
    return {path: tuple(texts) for path, texts in found.items()}


def _stamp(content: Path) -> tuple[int, int]:
    """Changes with the content, so that `_texts` never answers for an older state."""
    times = [path.stat().st_mtime_ns for path in content.rglob("*.yaml")]
    return len(times), max(times, default=0)


def _comments(source: str) -> Iterator[str]:
    """What a translator has to know of a text."""
    names = sorted(set(re.findall(r"\{[a-z_]+\}", source)))
    if names:
        yield f"Placeholders stay as they are: {', '.join(names)}"
    if "`" in source:
        yield "Code spans stay as they are."


def _empty(lang: str) -> Catalog:
    return Catalog(locale=lang.partition("-x-")[0].replace("-", "_"), charset="utf-8", fuzzy=False, header_comment="")


def _merged(path: Path, before: bytes, template: Catalog) -> bytes:
    """The PO file brought up to date with the template."""
    msgmerge = shutil.which("msgmerge")
    if msgmerge is None:
        return _merged_by_babel(before, template)
    with TemporaryDirectory() as folder:
        old, new = Path(folder, "old.po"), Path(folder, "new.pot")
        old.write_bytes(before)
        new.write_bytes(_po_bytes(template))
        command = [msgmerge, "--quiet", "--previous", "--no-wrap", "--output-file=-", str(old), str(new)]
        result = subprocess.run(command, capture_output=True)  # noqa: S603 - fixed words and our files
    if result.returncode:
        reason = result.stderr.decode("utf-8", "replace").replace(str(old), str(path)).strip()
        raise CodepairsError(f"{path}: msgmerge cannot read it\n{reason}")
    return result.stdout


def _merged_by_babel(before: bytes, template: Catalog) -> bytes:
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
    return _po_bytes(catalog, previous)


def _key(message: Message) -> _Key:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _is_translated(message: Message) -> bool:
    return any([message.string] if isinstance(message.string, str) else message.string or ())


def _predecessor(catalog: Catalog, message: Message) -> Message | None:
    """The translation of the text that stood in the same file and field before, if there was exactly one."""
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


def _po_bytes(catalog: Catalog, previous: Mapping[_Key, list[str]] | None = None) -> bytes:
    """The catalogue as a file that changes only with its messages: no dates, no line numbers, no wrapping.

    `previous` holds the lines `#|` of fuzzy messages; Babel marks their places, but would break long ones.
    """
    earlier = [lines for message in catalog if (lines := _mark_previous(message, previous or {}))]
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, include_lineno=False, include_previous=True)
    lines = buffer.getvalue().decode("utf-8").splitlines(keepends=True)
    places = iter(earlier)
    kept = (next(places) if line == _PREVIOUS_MARK else [line] for line in lines if not line.startswith(_VOLATILE))
    return "".join(line for group in kept for line in group).encode()


def _mark_previous(message: Message, previous: Mapping[_Key, list[str]]) -> list[str]:
    """The lines to stand before the message, and on the message a mark that Babel writes in their place."""
    lines = previous.get(_key(message), []) if message.id and message.fuzzy else []
    message.previous_id = [""] if lines else []
    return lines


def header(lang: str) -> bytes:
    """A PO file of a language without a message: its header says how many plural forms there are, by CLDR.

    Raises CodepairsError where CLDR does not know the language.
    """
    try:
        locale = Locale.parse(lang.partition("-x-")[0], sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise CodepairsError(f"CLDR knows no language {lang!r}") from error
    data = _po_bytes(_empty(lang))
    if locale.language in PLURALS:
        return data
    forms = f"Plural-Forms: {to_gettext(locale.plural_form)}\\n"  # type: ignore[no-untyped-call]
    return re.sub(r"Plural-Forms: .*\\n", lambda _: forms, data.decode()).encode()
