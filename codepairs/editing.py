"""The catalogue -> JSON Schemas of the files that people edit, for editors: what may stand where, and what is missing.

Draft 7, which editors read. The fields are those of `codepairs.shapes`; facts, their values, roles and codes are those
that a protocol declares. An editor types what this program reads as text, so that numbers and flags fit where texts do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from codepairs.hosts import known_hosts
from codepairs.model import Catalogue, Fact, Protocol
from codepairs.shapes import CODE, DOCUMENT, GLOSSARY, PAIR, PROTOCOL, RFC, RULES, SITE, Field, Shape

__all__ = ["content_schemas", "editor_schemas", "locale_schemas", "modeline", "schema_name", "schema_text"]

_Schema = dict[str, Any]

_TEXT: _Schema = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
"""Whatever is not empty: `556` and `no` are texts to us, and something else to an editor."""
_WIRE = r"^(?:[CS]: [^\n]*\n)*[CS]: [^\n]*\n*$"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


def editor_schemas(catalogue: Catalogue) -> dict[str, _Schema]:
    """The schema of each kind of file by its name."""
    return content_schemas(catalogue) | locale_schemas()


def content_schemas(catalogue: Catalogue) -> dict[str, _Schema]:
    """The schemas of the files of content: `site`, `protocol`, `<protocol>.code`, `<protocol>.pair`."""
    made = {schema_name(): _Maker(catalogue.protocols).file(SITE), schema_name("protocol"): _Maker().file(PROTOCOL)}
    for protocol in catalogue.protocols.values():
        made[schema_name("code", protocol.id)] = _OfProtocol(protocol).file(CODE)
        made[schema_name("pair", protocol.id)] = _OfProtocol(protocol).file(PAIR)
    return made


def locale_schemas() -> dict[str, _Schema]:
    """The schemas of the files of languages: `rules`, `glossary`."""
    return {schema_name("rules"): _Maker().file(RULES), schema_name("glossary"): _Maker().file(GLOSSARY)}


def schema_name(kind: str = "site", protocol: str = "") -> str:
    """The name of the schema of a kind of file."""
    return f"{protocol}.{kind}" if protocol else kind


def schema_text(schema: _Schema) -> str:
    """The schema as a file."""
    return f"{json.dumps(schema, ensure_ascii=False, indent=2)}\n"


def modeline(name: str, depth: int) -> str:
    """The first line of a file `depth` folders below `content` or `locales`, which tells editors its schema."""
    return f"# yaml-language-server: $schema={'../' * depth}.schemas/{name}.schema.json\n"


class _Maker:
    """Makes schemas of shapes; what a protocol declares is left open."""

    def __init__(self, protocols: Iterable[str] = ()) -> None:
        self.known: dict[str, Iterable[str]] = {"protocols": tuple(protocols), "host": tuple(known_hosts())}
        """Words that a field is likely to hold, by its name."""

    def file(self, shape: Shape) -> _Schema:
        """The schema of a file."""
        return {"$schema": "http://json-schema.org/draft-07/schema#", "title": shape.what} | self.mapping(shape)

    def mapping(self, shape: Shape) -> _Schema:
        """The fields of a shape, and no others."""
        return {
            "type": "object",
            "properties": {field.name: self.field(field) for field in shape.fields},
            "required": [field.name for field in shape.fields if field.required],
            "additionalProperties": False,
        }

    def field(self, field: Field) -> _Schema:
        """A field with its note; one that is not needed may be left empty."""
        schema = self.content(field)
        return {"description": field.note} | (schema if field.required else _or_empty(schema))

    def content(self, field: Field) -> _Schema:
        """What a field holds."""
        match field.kind:
            case "flag":
                return {"enum": [True, False, "true", "false"]}
            case "texts":
                return {"type": "array", "items": _or_empty(_TEXT)}
            case "scalars":
                return _or_list(self.word(field))
            case "wire":
                return {"type": "string", "pattern": _WIRE}
            case "sources":
                # One schema for both forms, so that an editor underlines what is wrong in either.
                source = self.mapping(DOCUMENT) | {"type": ["string", "object"], "pattern": f"^(?:{RFC})$"}
                return {"type": "array", "items": source}
            case "document" | "mapping":
                return self.mapping(field.inner) if field.inner else self.open(field)
            case "sequence" if field.inner:
                return {"type": "array", "items": self.mapping(field.inner)}
        return self.word(field)

    def word(self, field: Field) -> _Schema:
        """A text, with what is known of it."""
        if field.choices:
            return _one_of(field.choices)
        known = tuple(self.known.get(field.name, ()))
        text = _TEXT | ({"pattern": f"^(?:{field.form})$"} if field.form else {})
        return {"anyOf": [_one_of(known), text]} if known else text

    def open(self, field: Field) -> _Schema:
        """A mapping whose names are declared elsewhere."""
        if field.each:
            return {"type": "object", "additionalProperties": self.mapping(field.each)}
        return {"type": "object", "additionalProperties": _or_list(_TEXT) if field.name == "implies" else _TEXT}


class _OfProtocol(_Maker):
    """Makes the schemas of the codes and pairs of a protocol."""

    def __init__(self, protocol: Protocol) -> None:
        super().__init__()
        self.protocol = protocol
        codes = tuple(dict.fromkeys((*protocol.codes, *(row.code for row in protocol.registry.rows))))
        self.known = dict.fromkeys(("codes", "confused_with", "refines", "replaced_by"), codes)
        self.form = _for_editors(protocol.pattern)

    def word(self, field: Field) -> _Schema:
        schema = super().word(field)
        return _TEXT | {"pattern": self.form} if field.name == "code" and self.form else schema

    def open(self, field: Field) -> _Schema:
        names = self._facts() if field.name == "facts" else self._roles()
        return {"type": "object", "properties": dict(names), "additionalProperties": False}

    def _facts(self) -> Iterator[tuple[str, _Schema]]:
        for fact in self.protocol.facts.values():
            if fact.role != "class":
                values = _values(fact)
                schema = _or_empty(_or_list(values) if fact.many else values)
                yield fact.id, {"description": fact.label.source} | schema

    def _roles(self) -> Iterator[tuple[str, _Schema]]:
        acts = self.protocol.fact_of("acts")
        for value in acts.values.values() if acts else ():
            yield value.id, {"description": value.label.source} | _or_empty(_TEXT)


def _values(fact: Fact) -> _Schema:
    if fact.open is not None:
        form = _for_editors(fact.open)
        return _TEXT | ({"pattern": form} if form else {})
    labels = {name: value.label.source for name, value in fact.values.items()}
    return _one_of(labels, labels)


def _one_of(words: Iterable[str], labels: Mapping[str, str] | None = None) -> _Schema:
    """One of the words, in each form in which an editor may read it."""
    forms = [(form, word) for word in words for form in _as_read(word)]
    made: _Schema = {"enum": [form for form, _ in forms]}
    return made | ({"enumDescriptions": [labels[word] for _, word in forms]} if labels else {})


def _as_read(word: str) -> Iterator[Any]:
    yield word
    if _NUMBER.fullmatch(word):
        yield int(word)
    if word in ("true", "false"):
        yield word == "true"


def _or_list(schema: _Schema) -> _Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


def _or_empty(schema: _Schema) -> _Schema:
    """The schema, or nothing; without a choice where that can be: an editor then underlines less."""
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return schema | {"type": [*kinds, "null"]}
    if "enum" in schema:
        notes = {"enumDescriptions": [*schema["enumDescriptions"], ""]} if "enumDescriptions" in schema else {}
        return schema | {"enum": [*schema["enum"], None]} | notes
    return {"anyOf": [*schema["anyOf"], {"type": "null"}]}


def _for_editors(pattern: str | None) -> str | None:
    """A pattern for the whole of a text, if an editor can read it: groups are named in another way there."""
    return f"^(?:{pattern})$" if pattern and "(?P" not in pattern else None
