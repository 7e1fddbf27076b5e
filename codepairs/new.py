"""Skeletons of new content: a code, a pair, a protocol, a language. Reads content, writes what does not exist yet.

A skeleton holds what can be known already (the name and the documents that the registry gives, what the class implies)
and asks for the rest: its fields are those of `codepairs.shapes`, needed ones empty, the others behind a comment sign.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from codepairs.catalogues import header
from codepairs.declare import RESERVED
from codepairs.editing import content_schemas, locale_schemas, modeline, schema_name, schema_text
from codepairs.errors import CodepairsError
from codepairs.fields import did_you_mean, listed
from codepairs.load import read_sources
from codepairs.model import Catalogue, Fact, Protocol, RegistryRow
from codepairs.patterns import word_pattern
from codepairs.reading import leads_out
from codepairs.settings import Settings
from codepairs.shapes import CODE, IDENTIFIER, PAIR, TAG, Field
from codepairs.staging import replaced
from codepairs.validate import default_slug, validate

__all__ = ["NewError", "Skeleton", "new_code", "new_language", "new_pair", "new_protocol", "write", "write_schemas"]

_REFERENCE = re.compile(r"RFC ([1-9][0-9]*)(?: (?:§|section )([A-Z0-9]+(?:\.[0-9]+)*))?")
_PLAIN = re.compile(r"[A-Za-z0-9][^:#\n]*[^:#\s]|[A-Za-z0-9]")
_SCHEMAS = ".schemas"
_EXAMPLES = {
    "when": "# when:\n# - \n",
    "sources": "# sources:\n# - RFC  section \n",
    "confused_with": "# confused_with: []\n",
}
"""How fields that may be left out are written, where that is more than their name."""


class NewError(CodepairsError):
    """What is asked for cannot be made; the message says what would be right."""


class Skeleton(NamedTuple):
    """Files to write, and what is to be done next."""

    files: dict[Path, bytes]
    next_steps: tuple[str, ...]


def write(skeleton: Skeleton, folders: Iterable[Path] = ()) -> None:
    """Write the files of a skeleton, each below one of the folders, where these are given.

    Raises NewError where one exists, or a link leads elsewhere, before anything is written.
    """
    roots = tuple(folders)
    for path in skeleton.files:
        if path.exists() or path.is_symlink():
            raise NewError(f"{path} exists already; nothing was written")
        if any(path.is_relative_to(root) and leads_out(path, root) for root in roots):
            raise NewError(f"{path} is reached by a link that leads elsewhere; nothing was written")
    for path, data in skeleton.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def write_schemas(settings: Settings) -> list[Path]:
    """Write the schemas that the first lines of files name; they are made anew each time.

    Those of content lie in its folder, those of languages in theirs, if there is one.
    """
    written = _written(settings.content, content_schemas(_catalogue(settings)))
    return [*written, *_written(settings.locales, locale_schemas())] if settings.locales.is_dir() else written


def _written(root: Path, schemas: Mapping[str, Any]) -> list[Path]:
    """Schemas, written into a folder of their own below `root`."""
    folder = root / _SCHEMAS
    if not folder.is_symlink():
        folder.mkdir(parents=True, exist_ok=True)
    paths = {folder / f"{name}.schema.json": schema for name, schema in schemas.items()}
    for path, schema in paths.items():
        if leads_out(path, root):
            raise NewError(f"{path} is reached by a link that leads elsewhere; remove the link")
        replaced(path, schema_text(schema).encode())
    return list(paths)


def new_code(settings: Settings, protocol: str, code: str) -> Skeleton:
    """The file of a code, with what registry.csv and its class say."""
    owner = _protocol(_catalogue(settings), protocol)
    legal = word_pattern(owner.pattern) if owner.pattern else None
    if legal and not legal.fullmatch(code):
        names = [row.code for row in owner.registry.rows if legal.fullmatch(row.code)]
        hint = f"; {did_you_mean(code, names)}" if names else ""
        raise NewError(f"{code!r} is no code of {owner.name}: codes match {owner.pattern}{hint}")
    slug = default_slug(code)
    if not slug:
        raise NewError(f"{code!r} cannot name a file; write the file by hand, with a 'slug'")
    row = next((row for row in owner.registry.rows if row.code == code), None)
    path = settings.content / protocol / f"{slug}.yaml"
    text = modeline(schema_name("code", protocol), 1) + "".join(_code_lines(owner, code, row))
    steps = [f"fill in {path}, then run `check`"]
    if row is None and owner.registry.rows:
        steps.insert(0, f"add the row of {code} to {path.with_name('registry.csv')}, which does not list it")
    return Skeleton({path: text.encode()}, tuple(steps))


def new_pair(settings: Settings, protocol: str, codes: Iterable[str]) -> Skeleton:
    """The file of a pair, in the order of the protocol."""
    owner = _protocol(_catalogue(settings), protocol)
    names = list(codes)
    for name in names:
        if name not in owner.codes:
            raise NewError(f"{owner.name} has no code {name!r}; {did_you_mean(name, owner.codes)}")
    if len(set(names)) != 2:
        raise NewError("a pair has two different codes")
    a, b = sorted((owner.codes[name] for name in names), key=lambda code: code.rank)
    path = settings.content / protocol / "pairs" / f"{a.slug}-vs-{b.slug}.yaml"
    found = (_source_line(each.rfc, each.section) for each in (*a.sources, *b.sources) if each.rfc)
    given = {"codes": f"codes: [{_quoted(a.code)}, {_quoted(b.code)}]\n", "wire": _wire_lines(a.code, b.code)}
    lines = (_field_lines(field, given) for field in PAIR.fields)
    text = modeline(schema_name("pair", protocol), 2) + "\n".join(lines)
    known = "".join(f"# {line}" for line in dict.fromkeys(found))
    note = f"\n# The sources of the two codes:\n{known}" if known else ""
    return Skeleton({path: (text + note).encode()}, (f"fill in {path}, then run `check`",))


def new_protocol(settings: Settings, name: str) -> Skeleton:
    """The folder of a protocol: its declarations and an empty registry."""
    if not re.fullmatch(IDENTIFIER, name) or name in RESERVED:
        raise NewError(f"{name!r} cannot name a protocol; use lower-case letters and digits, and none of {_reserved()}")
    folder = settings.content / name
    if folder.exists():
        raise NewError(f"{folder} exists already; nothing was written")
    text = modeline(schema_name("protocol"), 1) + _PROTOCOL.replace("NAME", name)
    files = {folder / "protocol.yaml": text.encode(), folder / "registry.csv": b"code,name,reference,status,notes\n"}
    steps = (
        f"fill in {folder / 'protocol.yaml'} and the rows of {folder / 'registry.csv'}",
        f"add {name} to `protocols` in {settings.content / 'site.yaml'}",
        f"add codes: `new code {name} …`",
    )
    return Skeleton(files, steps)


def new_language(settings: Settings, tag: str) -> Skeleton:
    """The catalogues of a language, without a message: a file of the interface, and one of each protocol."""
    if not re.fullmatch(TAG, tag):
        raise NewError(f"{tag!r} is no language tag; write one like 'fr' or 'pt-BR' (RFC 5646)")
    catalogue = _catalogue(settings)
    if tag == catalogue.site.source_language:
        raise NewError(f"{tag!r} is the language of the content itself; it needs no translations")
    folder = settings.locales / tag / "LC_MESSAGES"
    data = header(tag)
    files = {folder / f"{domain}.po": data for domain in ("site", *catalogue.protocols)}
    missing = {path: data for path in files if not path.exists()}
    if not missing:
        raise NewError(f"{folder} has all files already; nothing was written")
    known = tag in [language.tag for language in catalogue.site.languages]
    line = f"add this line to `languages` in {settings.content / 'site.yaml'}:\n- lang: {tag}"
    update = "run `messages update`, which adds the messages; then translate them"
    return Skeleton(missing, (update,) if known else (line, update))


def _catalogue(settings: Settings) -> Catalogue:
    """The content as far as it can be read: what is wrong in it is no matter here."""
    if not (settings.content / "site.yaml").exists():
        raise NewError(f"{settings.content} is no folder of content: it has no site.yaml")
    return validate(read_sources(settings))[0]


def _protocol(catalogue: Catalogue, name: str) -> Protocol:
    if name not in catalogue.protocols:
        hint = did_you_mean(name, catalogue.protocols)
        raise NewError(f"there is no protocol {name!r}; {hint} A new one: `new protocol {name}`")
    return catalogue.protocols[name]


def _reserved() -> str:
    return listed(sorted(RESERVED))


def _code_lines(protocol: Protocol, code: str, row: RegistryRow | None) -> Iterator[str]:
    if row:
        yield f"# registry.csv: {_flat(f'{row.name} ({row.reference}), {row.status}')}\n"
    given = {
        "code": f"code: {_quoted(code)}\n",
        "phrase": f"phrase: {_quoted(row.name)}\n" if row else "phrase:\n",
        "facts": "".join(_fact_lines(protocol, code)),
        "wire": _wire_lines(code),
        "action": "".join(_action_lines(protocol)),
        "sources": "".join(_source_lines(row.reference if row else "")),
    }
    yield "\n".join(_field_lines(field, given) for field in CODE.fields)


def _field_lines(field: Field, given: dict[str, str]) -> str:
    """A field below its note."""
    lines = given.get(field.name, "")
    if not lines:
        empty = f"{field.name}:\n" if field.required else f"# {field.name}:\n"
        lines = _EXAMPLES.get(field.name, empty)
    return f"# {field.note[0].upper()}{field.note[1:]}.\n{lines}"


def _fact_lines(protocol: Protocol, code: str) -> Iterator[str]:
    group = next((each for each in protocol.classes.values() if word_pattern(each.pattern).fullmatch(code)), None)
    implied = group.value.implies if group else {}
    facts = [fact for fact in protocol.facts.values() if fact.role != "class"]
    yield "facts:\n" if facts else ""
    for fact in facts:
        yield f"  # {_flat(fact.label.source)}{' (a list)' if fact.many else ''}: {_flat(_choices(fact))}\n"
        if fact.id in implied:
            known = _flat(", ".join(implied[fact.id]))
            yield f"  # {fact.id}: {known}  # as its class says; only where it differs\n"
        else:
            yield f"  {fact.id}:\n"


def _choices(fact: Fact) -> str:
    if fact.open is not None:
        return f"texts that match {fact.open}"
    return "; ".join(f"{value.id} ({value.label.source})" for value in fact.values.values())


def _action_lines(protocol: Protocol) -> Iterator[str]:
    acts = protocol.fact_of("acts")
    if acts:
        yield "# action:\n"
        yield from (f"#   {value.id}: \n" for value in acts.values.values())


def _source_lines(reference: str) -> Iterator[str]:
    found = _REFERENCE.findall(reference)
    if found:
        yield "sources:\n"
    for rfc, section in found:
        yield _source_line(rfc, section)


def _source_line(rfc: str | None, section: str | None) -> str:
    return f"- RFC {rfc}{f' section {section}' if section else ''}\n"


def _wire_lines(*codes: str) -> str:
    return "# wire: |-\n" + "".join(f"#   C: \n#   S: {code}\n" for code in codes)


def _flat(text: str) -> str:
    """The text on one line: nothing of it can leave a comment."""
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """The text as YAML: as it is where that is safe, else between quotation marks."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


_PROTOCOL = """\
# What every code of this folder may say, and the sentences the pages make of it. docs/content.md explains each field.
# The words are the source text; translations live in locales/<lang>/LC_MESSAGES/NAME.po.
id: NAME
# Its name, as people say it.
name:
# The head of its page.
title:
# One sentence about its codes.
summary:
# A regular expression that every code fits.
# pattern: '[0-9]{3}'
# How codes are sorted: natural, hex, or registry.
order: natural
# sources:
# - RFC  section \n
# About registry.csv, the official list: its columns are code, name, reference, status, notes.
# registry:
#   source:
#   date: 2024-12-06
#   optional: [unregistered]

# Groups of codes by their form; the first that fits a code has it.
# classes:
# - id: failed
#   pattern: '4..'
#   label: 4xx, not now
#   summary: The request failed this time.
#   implies: {outcome: failed_now, retry: later}

# The rows of every table. These three are a beginning: change their words, add others, remove what does not fit.
facts:
- id: outcome
  role: outcome
  label: Outcome
  values:
  - id: succeeded
    tone: succeeded
    label: succeeded
    one: '{code} says that it worked.'
    both: '{a} and {b} both say that it worked.'
  - id: failed_now
    tone: failed-for-now
    label: failed for now
    one: '{code} is a failure that can pass.'
    both: '{a} and {b} are both failures that can pass.'
  - id: failed_good
    tone: failed-for-good
    label: failed for good
    one: '{code} is a failure that stays until something changes.'
    both: '{a} and {b} are both failures that stay until something changes.'
- id: retry
  role: retry
  label: Retry
  values:
  - id: not_needed
    label: not needed
    one: 'Nothing has to be repeated after {code}.'
    both: 'Nothing has to be repeated after {a} or {b}.'
  - id: later
    label: the same again, later
    one: 'The same attempt can succeed some time after {code}.'
    both: 'The same attempt can succeed some time after {a} or {b}.'
  - id: after_change
    label: only after a change
    one: 'A new attempt after {code} makes sense once something has changed.'
    both: 'A new attempt after {a} or {b} makes sense once something has changed.'
- id: acts
  role: acts
  many: true
  label: Who acts
  values:
  - id: user
    label: the user
  - id: admin
    label: the administration
"""
