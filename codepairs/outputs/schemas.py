"""What the data of codes and protocols is made of, and the content files, as JSON Schemas at addresses that stay.

Draft 7, which editors read. Every member is named and none is left out, so that a program that relies on one is told
when it is gone. The data names its schema, and the schema of a protocol that of its codes. Those of content files are
for editors, and change with what the protocols declare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from codepairs.editing import editor_schemas, schema_text
from codepairs.model import TONES
from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.relations import RELATIONS, ROLES
from codepairs.urls import absolute, editor_schema_path, schema_path

__all__ = ["EDITING", "SCHEMAS", "SCHEMA_NAMES", "schema_of"]

_Schema = dict[str, Any]


def schema_of(name: str, site: Site) -> _Schema:
    """The JSON Schema of the data of a `code` or a `protocol`."""
    title, members = _MEMBERS[name]
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": absolute(schema_path(name), site.base_url),
        "title": title,
    }
    return head | _object(members())


def _object(members: Mapping[str, _Schema], note: str = "") -> _Schema:
    """Exactly these members."""
    made = {"type": "object", "properties": dict(members), "required": list(members), "additionalProperties": False}
    return _noted(made, note)


def _text(note: str = "") -> _Schema:
    return _noted({"type": "string", "minLength": 1}, note)


def _address(note: str = "") -> _Schema:
    return _noted({"type": "string", "format": "uri", "pattern": "^https?://"}, note)


def _one_of(values: tuple[str, ...], note: str = "") -> _Schema:
    return _noted({"enum": list(values)}, note)


def _list(items: _Schema, note: str = "") -> _Schema:
    return _noted({"type": "array", "items": items}, note)


def _mapping(values: _Schema, note: str = "") -> _Schema:
    return _noted({"type": "object", "additionalProperties": values}, note)


def _or_null(schema: _Schema, note: str = "") -> _Schema:
    return _noted({"anyOf": [schema, {"type": "null"}]}, note)


def _noted(schema: _Schema, note: str) -> _Schema:
    return {"description": note} | schema if note else schema


def _head() -> dict[str, _Schema]:
    """What codes and protocols have in common."""
    return {
        "lang": _noted(
            {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"}, "Language of the texts, RFC 5646."
        ),
        "translated": _noted(
            {"type": "boolean"}, "Whether all texts are in that language; if not, some are in the source language."
        ),
        "url": _address("The page that says the same."),
        "languages": _mapping(_address(), "This data in every language in which all of its texts are translated."),
        "sources": _list(_object({"title": _text(), "url": _address()}), "The documents it was read in."),
        "license": _or_null(_address(), "The terms under which the texts may be used."),
    }


def _comparison() -> dict[str, _Schema]:
    return {
        "relation": _one_of(RELATIONS, "How the two codes relate."),
        "url": _address("The page that compares them."),
    }


def _code() -> dict[str, _Schema]:
    return {
        "$schema": _address("The address of this schema."),
        "protocol": _text("Id of the protocol."),
        "code": _text("The code as the protocol writes it; always text."),
        "slug": _text("The code as it stands in addresses."),
        "phrase": _text("The words of the registry, never translated."),
        **_head(),
        "title": _text("What the code says, Markdown."),
        "summary": _text("One sentence, Markdown."),
        "meaning": _text("Markdown."),
        "when": _list(_text(), "Situations in which it is seen, Markdown."),
        "action": _mapping(_text(), "What to do, Markdown, by who has to: values of the fact with the role 'acts'."),
        "tone": _or_null(_one_of(TONES), "What the outcome means to the reader."),
        "facts": _mapping(_list(_text()), "Values by fact; the bundle of the protocol has their labels."),
        "wire": _list({"type": "string", "pattern": "^[CS]: "}, "A transcript: lines of client and server."),
        "refines": _or_null(_text(), "The code that says the same in general."),
        "replaced_by": _or_null(_text(), "The code that took its place."),
        "confused_with": _list(_text(), "Codes it is taken for, nearest first."),
        "comparisons": _list(
            _object({"code": _text(), **_comparison()}), "Those codes, and those that are taken for this one."
        ),
    }


def _protocol() -> dict[str, _Schema]:
    return {
        "$schema": _address("The address of this schema."),
        "protocol": _text("Its id."),
        "name": _text(),
        **_head(),
        "title": _text(),
        "summary": _text("One sentence, Markdown."),
        "facts": _list(_object(_fact()), "What can be said of a code, in the order of every table."),
        "pairs": _list(_object(_pair()), "The pairs that an author wrote about, in the order of the codes."),
        "codes": _list({"$ref": "code.schema.json"}, "All codes, in the order of the protocol."),
    }


def _fact() -> dict[str, _Schema]:
    return {
        "id": _text(),
        "role": _or_null(_one_of(ROLES), "What it means, whatever its name."),
        "label": _text(),
        "many": _noted({"type": "boolean"}, "Whether a code may have several values."),
        "values": _mapping(_text(), "Labels of its values; a fact without any takes literal values."),
        "tones": _mapping(_one_of(TONES), "Tones of the values of the outcome."),
    }


def _pair() -> dict[str, _Schema]:
    codes = _list(_text(), "Both codes, in the order of the protocol.") | {"minItems": 2, "maxItems": 2}
    return {"codes": codes, "verdict": _text("What tells them apart: one sentence, Markdown."), **_comparison()}


_MEMBERS: Mapping[str, tuple[str, Callable[[], dict[str, _Schema]]]] = {
    "code": ("A code of a protocol", _code),
    "protocol": ("A protocol with all its codes", _protocol),
}
SCHEMA_NAMES = tuple(_MEMBERS)
"""The kinds of data that have a schema."""


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    for name in SCHEMA_NAMES:
        yield File(schema_path(name), schema_text(schema_of(name, site)).encode())


SCHEMAS = OutputKind(name="schemas", needs=("program", "settings"), holds=schema_path("*"), files=_files)


def _for_editors(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    for name, schema in editor_schemas(site.catalogue).items():
        path = editor_schema_path(name)
        yield File(path, schema_text(schema | {"$id": absolute(path, site.base_url)}).encode())


EDITING = OutputKind(
    name="editing", needs=("program", "editing", "settings"), holds=editor_schema_path("*"), files=_for_editors
)
