"""The content as data: a JSON file for each code and a bundle for each protocol, in every language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from codepairs.model import Code, Protocol
from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.prose import plain_text
from codepairs.translate import Translator
from codepairs.urls import absolute, code_data_path, code_path, protocol_data_path, protocol_path, source_url

__all__ = ["DATA", "code_data"]


def _keys(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A batch for each protocol in each language."""
    return ((lang, (protocol,)) for lang in site.translators for protocol in site.catalogue.protocols)


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    """A file for each code, then the bundle of the protocol, which holds the same."""
    translator, protocol = site.translators[batch.lang], site.catalogue.protocols[batch.key[0]]
    for code in protocol.codes.values():
        data = code_data(site, protocol, code, translator)
        yield File(code_data_path(batch.lang, protocol.id, code.slug), _json(data))
    yield File(protocol_data_path(batch.lang, protocol.id), _bundle(site, protocol, translator))


def _bundle(site: Site, protocol: Protocol, translator: Translator) -> Iterator[bytes]:
    """The bundle piece by piece, so that it is never whole in memory."""
    head = _json(_protocol_data(site, protocol, translator))
    yield head.rstrip(b"}\n") + b',"codes":['
    for rank, code in enumerate(protocol.codes.values()):
        yield (b",\n" if rank else b"\n") + _json(code_data(site, protocol, code, translator)).rstrip()
    yield b"\n]}\n"


def code_data(site: Site, protocol: Protocol, code: Code, translator: Translator) -> dict[str, Any]:
    """A code as data: texts are Markdown in the language asked for, `lang` says in which language each text is."""
    path = code_path(translator.lang, protocol.id, code.slug)
    texts = {text: translator.phrase(text) for text in code.texts()}
    return {
        "protocol": protocol.id,
        "code": code.code,
        "phrase": code.phrase,
        "lang": translator.lang,
        "translated": all(phrase.lang == translator.lang for phrase in texts.values()),
        "url": absolute(path, site.base_url, site.link_style),
        "title": texts[code.title].text,
        "summary": texts[code.summary].text,
        "meaning": texts[code.meaning].text,
        "when": [texts[text].text for text in code.when],
        "action": {role: texts[text].text for role, text in code.action.items()},
        "facts": {name: list(values) for name, values in code.facts.items()},
        "wire": [f"{line.speaker}: {line.text}" for line in code.wire],
        "refines": code.refines,
        "replaced_by": code.replaced_by,
        "confused_with": list(code.confused_with),
        "sources": [
            {"title": source.title or _rfc(source.rfc, source.section), "url": source_url(source)}
            for source in code.sources
        ],
    }


def _protocol_data(site: Site, protocol: Protocol, translator: Translator) -> dict[str, Any]:
    facts = [
        {
            "id": fact.id,
            "role": fact.role,
            "label": plain_text(translator.phrase(fact.label).text),
            "values": {value.id: plain_text(translator.phrase(value.label).text) for value in fact.values.values()},
        }
        for fact in protocol.facts.values()
    ]
    return {
        "protocol": protocol.id,
        "name": protocol.name,
        "lang": translator.lang,
        "url": absolute(protocol_path(translator.lang, protocol.id), site.base_url, site.link_style),
        "title": plain_text(translator.phrase(protocol.title).text),
        "facts": facts,
    }


def _rfc(number: str | None, section: str | None) -> str:
    return f"RFC {number}" + (f" section {section}" if section else "")


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


DATA = OutputKind(name="data", needs=("program", "settings", "protocol", "order", "code"), files=_files, keys=_keys)
