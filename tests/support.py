"""What several tests share: files written as one string, and makers of small model objects.

A maker fills in everything that its test does not care about, so that a test names only what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

from babel.messages.catalog import Catalog

from codepairs.errors import Place, Problem
from codepairs.load import CsvRow, Document, ProtocolFiles, Sources, parse_document
from codepairs.model import (
    Catalogue,
    Class,
    Code,
    CuratedPair,
    Fact,
    Language,
    Protocol,
    Registry,
    RegistryRow,
    SiteInfo,
    Text,
    Value,
    WireLine,
)
from codepairs.translate import Messages, Translator

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `codepairs`, `templates` and the tests."""

DOMAIN = "demo"
"""The protocol, and so the gettext domain, of what the makers make."""

SMALL = """
-- content/site.yaml --
title: Small
url: https://small.example/
tagline: Codes and what they mean.
description: A site with one protocol.
languages:
- lang: en
  source: true
- lang: de
-- content/demo/protocol.yaml --
id: demo
name: Demo
title: Demo codes
summary: What the codes of the demo say.
facts:
- id: retry
  role: retry
  label: Retry
  values:
  - id: later
    label: later
    one: 'After {code}, wait.'
    both: 'After {a} as after {b}, wait.'
-- content/demo/1.yaml --
code: 1
phrase: One
title: The first
summary: The first answer, as `ONE` tells.
meaning: It comes first.
sources: [RFC 5321]
-- content/demo/2.yaml --
code: 2
phrase: Two
title: The second
summary: The second answer.
meaning: It comes second.
facts: {retry: later}
sources: [RFC 5321]
"""
"""A content folder without any problem."""


def sections(text: str) -> dict[str, str]:
    """The files of a text of `-- path --` sections, by path."""
    parts = re.split(r"^-- (.+) --\n", dedent(text).lstrip("\n"), flags=re.MULTILINE)
    assert not parts[0].strip(), "the text begins with '-- path --'"
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def unpack(tmp_path: Path, text: str) -> Path:
    """Write the files of a text of `-- path --` sections below `tmp_path`; returns `tmp_path`."""
    for name, content in sections(text).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def make_sources(text: str) -> Sources:
    """The content folder of a text of `-- path --` sections, as if it had been read."""
    files = sections(text)
    documents = {name: parse_document(Path(name), content) for name, content in files.items() if name.endswith(".yaml")}
    folders = sorted(name.split("/")[0] for name in files if name.endswith("/protocol.yaml"))
    return Sources(documents.pop("site.yaml"), tuple(_folder(name, documents, files) for name in folders))


def _folder(folder: str, documents: Mapping[str, Document], files: Mapping[str, str]) -> ProtocolFiles:
    own = {name.split("/", 1)[1]: document for name, document in documents.items() if name.startswith(f"{folder}/")}
    table = [line.split(",") for line in files.get(f"{folder}/registry.csv", "").splitlines()]
    rows = tuple(
        CsvRow(dict(zip(table[0], cells, strict=True)), Place(f"{folder}/registry.csv", line))
        for line, cells in enumerate(table[1:], start=2)
    )
    return ProtocolFiles(
        folder=Path(folder),
        protocol=own.pop("protocol.yaml"),
        codes=tuple(document for name, document in own.items() if "/" not in name),
        pairs=tuple(document for name, document in own.items() if name.startswith("pairs/")),
        registry=rows or None,
    )


def shown(problems: Iterable[Problem], folder: Path | None = None) -> list[str]:
    """The problems as the command line prints them, each once; paths below `folder` without it."""
    prefix = f"{folder}/" if folder else ""
    return [str(problem).replace(prefix, "") for problem in sorted(set(problems))]


def make_text(source: str, context: str = "summary", domain: str = DOMAIN, place: Place | None = None) -> Text:
    """A passage of the content."""
    return Text(context, source, domain, place or Place("demo.yaml"))


def make_value(name: str, **changes: Any) -> Value:
    """A value of a fact, labelled with its id."""
    return Value(id=name, label=make_text(name, "label"), **changes)


def make_fact(name: str, *values: str | Value, **changes: Any) -> Fact:
    """A fact with the values given; its role is its id unless `role` says otherwise."""
    made = [make_value(value) if isinstance(value, str) else value for value in values]
    changes.setdefault("role", name)
    return Fact(id=name, label=make_text(name, "label"), values={value.id: value for value in made}, **changes)


def make_code(code: str, /, **changes: Any) -> Code:
    """A code about which nothing special is said; keywords replace single fields."""
    fields: dict[str, Any] = {
        "protocol": DOMAIN,
        "code": code,
        "slug": code.lower(),
        "phrase": f"Phrase of {code}",
        "title": make_text(f"Title of {code}", "title"),
        "summary": make_text(f"Summary of {code}."),
        "meaning": make_text(f"Meaning of {code}.", "meaning"),
        "when": (),
        "action": {},
        "facts": {},
        "class_id": "",
        "place": Place(f"demo/{code}.yaml", 1, 1),
    }
    return Code(**(fields | changes))


def make_pair(a: str, b: str, /, **changes: Any) -> CuratedPair:
    """A hand-written pair of the codes `a` and `b`."""
    fields: dict[str, Any] = {
        "codes": (a, b),
        "verdict": make_text(f"Verdict of {a} and {b}.", "verdict"),
        "difference": make_text(f"Difference of {a} and {b}.", "difference"),
        "guidance": make_text(f"Guidance for {a} and {b}.", "guidance"),
        "place": Place(f"demo/pairs/{a}-vs-{b}.yaml", 1, 1),
    }
    return CuratedPair(**(fields | changes))


def make_class(name: str, pattern: str, **changes: Any) -> Class:
    """A class of codes."""
    return Class(value=make_value(name, **changes), pattern=pattern, summary=make_text(f"Class {name}."))


def make_protocol(
    *codes: Code, facts: Iterable[Fact] = (), pairs: Iterable[CuratedPair] = (), **changes: Any
) -> Protocol:
    """A protocol whose codes stand in the order given."""
    ranked = {code.code: replace(code, rank=rank) for rank, code in enumerate(codes)}
    fields: dict[str, Any] = {
        "id": DOMAIN,
        "name": "Demo",
        "title": make_text("Demo codes", "title"),
        "summary": make_text("What demo codes say."),
        "sources": (),
        "classes": {},
        "facts": {fact.id: fact for fact in facts},
        "codes": ranked,
        "curated": {pair.codes: pair for pair in pairs},
    }
    return Protocol(**(fields | changes))


def make_registry(*codes: str, optional: Iterable[str] = (), status: str = "assigned") -> Registry:
    """A registry of the codes, each with the phrase that `make_code` gives it."""
    rows = (
        RegistryRow(code, f"Phrase of {code}", "RFC 5321", status, Place("demo/registry.csv", line))
        for line, code in enumerate(codes, start=2)
    )
    return Registry(rows=tuple(rows), optional=frozenset(optional), source="A list", date="2024-12-06")


def make_wire(*lines: str) -> tuple[WireLine, ...]:
    """A transcript of lines such as `S: 250 OK`."""
    return tuple(WireLine(*line.split(": ", 1)) for line in lines)


def make_catalogue(*protocols: Protocol, **changes: Any) -> Catalogue:
    """A catalogue in English and German; keywords replace fields of its SiteInfo."""
    fields: dict[str, Any] = {
        "title": "Demo",
        "url": "https://demo.example/",
        "tagline": make_text("A tagline.", "tagline", "site"),
        "description": make_text("A description.", "description", "site"),
        "languages": (Language("en", True), Language("de")),
    }
    return Catalogue(site=SiteInfo(**(fields | changes)), protocols={item.id: item for item in protocols})


def make_translator(
    lang: str = "de",
    messages: Mapping[str | tuple[str, str], str | tuple[str, ...]] | None = None,
    domain: str = DOMAIN,
    **changes: Any,
) -> Translator:
    """A Translator of `messages`: source text, or source text and plural -> translation; the context is `summary`.

    Messages of the interface (domain `site`) have no context.
    """
    context = "" if domain == "site" else "summary"
    texts = {(context, source): found for source, found in (messages or {}).items() if isinstance(source, str)}
    plurals = {source[0]: found for source, found in (messages or {}).items() if isinstance(source, tuple)}
    rule = Catalog(locale=lang.partition("-x-")[0].replace("-", "_")).plural_expr
    fields: dict[str, Any] = {"source_lang": "en", "catalogs": {domain: Messages(texts, plurals, rule)}, "fuzzy": {}}
    return Translator(lang, **(fields | changes))
