"""The content as data: a JSON file for each code and a bundle for each protocol, in every language.

What may stand in them is published too: see `codepairs.outputs.schemas`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from codepairs.model import Code, CuratedPair, Fact, Protocol, Source
from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.prose import plain_text
from codepairs.relations import Neighbours
from codepairs.translate import Translator
from codepairs.urls import (
    absolute,
    code_data_path,
    code_path,
    pair_path,
    protocol_data_path,
    protocol_path,
    schema_path,
    source_url,
)

__all__ = ["DATA", "code_data"]


def _keys(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A batch for each protocol in each language."""
    return ((lang, (protocol,)) for lang in site.translators for protocol in site.catalogue.protocols)


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    """A file for each code, then the bundle of the protocol, which holds the same."""
    translator, protocol = site.translators[batch.lang], site.catalogue.protocols[batch.key[0]]
    neighbours = Neighbours(protocol)
    for code in protocol.codes.values():
        data = code_data(site, neighbours, code, translator)
        yield File(code_data_path(batch.lang, protocol.id, code.slug), _json(data))
    yield File(protocol_data_path(batch.lang, protocol.id), _bundle(site, protocol, neighbours, translator))


def _bundle(site: Site, protocol: Protocol, neighbours: Neighbours, translator: Translator) -> Iterator[bytes]:
    """The bundle piece by piece, so that it is never whole in memory."""
    head = _json(_protocol_data(site, protocol, translator))
    yield head.removesuffix(b"}\n") + b',"codes":['
    for rank, code in enumerate(protocol.codes.values()):
        yield (b",\n" if rank else b"\n") + _json(code_data(site, neighbours, code, translator)).rstrip()
    yield b"\n]}\n"


def code_data(site: Site, neighbours: Neighbours, code: Code, translator: Translator) -> dict[str, Any]:
    """A code as data: texts are Markdown in the language asked for, or in the source language where one is missing."""
    protocol, lang = site.catalogue.protocols[code.protocol], translator.lang
    texts = {text: translator.phrase(text) for text in code.texts()}
    return {
        "$schema": _address(site, schema_path("code")),
        "protocol": protocol.id,
        "code": code.code,
        "slug": code.slug,
        "phrase": code.phrase,
        "lang": lang,
        "translated": lang in site.languages[protocol.id, code.code],
        "url": _address(site, code_path(lang, protocol.id, code.slug)),
        "languages": {
            other: _address(site, code_data_path(other, protocol.id, code.slug))
            for other in site.translators
            if other in site.languages[protocol.id, code.code]
        },
        "title": texts[code.title].text,
        "summary": texts[code.summary].text,
        "meaning": texts[code.meaning].text,
        "when": [texts[text].text for text in code.when],
        "action": {role: texts[text].text for role, text in code.action.items()},
        "tone": next((value.tone for value in protocol.values_of(code, "outcome")), None),
        "facts": {name: list(values) for name, values in code.facts.items()},
        "wire": [f"{line.speaker}: {line.text}" for line in code.wire],
        "refines": code.refines,
        "replaced_by": code.replaced_by,
        "confused_with": list(code.confused_with),
        "comparisons": [
            {"code": other.code, **_comparison(site, translator, code, other)} for other in neighbours.declared(code)
        ],
        "sources": _sources(code.sources),
        "license": _license(site),
    }


def _comparison(site: Site, translator: Translator, code: Code, other: Code) -> dict[str, str]:
    """How two codes of a protocol relate, and the page that says so."""
    a, b = (code, other) if code.rank < other.rank else (other, code)
    return {
        "relation": site.relations[code.protocol].of(a, b).kind,
        "url": _address(site, pair_path(translator.lang, code.protocol, a.slug, b.slug)),
    }


def _protocol_data(site: Site, protocol: Protocol, translator: Translator) -> dict[str, Any]:
    """A protocol as data: labels are plain text, everything else as in the data of a code."""
    lang, known = translator.lang, site.languages_of(tuple(protocol.texts()))
    return {
        "$schema": _address(site, schema_path("protocol")),
        "protocol": protocol.id,
        "name": protocol.name,
        "lang": lang,
        "translated": lang in known,
        "url": _address(site, protocol_path(lang, protocol.id)),
        "languages": {
            other: _address(site, protocol_data_path(other, protocol.id))
            for other in site.translators
            if other in known
        },
        "title": plain_text(translator.phrase(protocol.title).text),
        "summary": translator.phrase(protocol.summary).text,
        "facts": [_fact(fact, translator) for fact in protocol.facts.values()],
        "sources": _sources(protocol.sources),
        "license": _license(site),
        "pairs": [_pair(site, protocol, pair, translator) for pair in protocol.curated.values()],
    }


def _fact(fact: Fact, translator: Translator) -> dict[str, Any]:
    return {
        "id": fact.id,
        "role": fact.role,
        "label": plain_text(translator.phrase(fact.label).text),
        "many": fact.many,
        "values": {value.id: plain_text(translator.phrase(value.label).text) for value in fact.values.values()},
        "tones": {value.id: value.tone for value in fact.values.values() if value.tone},
    }


def _pair(site: Site, protocol: Protocol, pair: CuratedPair, translator: Translator) -> dict[str, Any]:
    a, b = (protocol.codes[code] for code in pair.codes)
    verdict = translator.phrase(pair.verdict).text
    return {"codes": list(pair.codes), "verdict": verdict, **_comparison(site, translator, a, b)}


def _sources(sources: Sequence[Source]) -> list[dict[str, str]]:
    return [
        {"title": source.title or _rfc(source.rfc, source.section), "url": source_url(source)} for source in sources
    ]


def _license(site: Site) -> str | None:
    """The address of the terms of use."""
    licence = site.catalogue.site.licence
    return licence.url if licence else None


def _address(site: Site, path: str) -> str:
    return absolute(path, site.base_url, site.link_style)


def _rfc(number: str | None, section: str | None) -> str:
    return f"RFC {number}" + (f" section {section}" if section else "")


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


DATA = OutputKind(
    name="data",
    needs=("program", "settings", "protocol", "order", "code", "pair"),
    holds=code_data_path("{lang}", "{0}", "*"),
    files=_files,
    keys=_keys,
)
