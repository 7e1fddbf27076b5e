"""The content as data: a JSON file for each code and a bundle for each protocol, in every language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from codepairs.model import Code, Protocol
from codepairs.plan import File, Plan, Site
from codepairs.prose import plain_text
from codepairs.translate import Translator
from codepairs.urls import absolute, code_data_path, code_path, protocol_data_path, protocol_path, source_url

__all__ = ["code_data", "data_files"]


def data_files(site: Site, plan: Plan) -> Iterator[File]:
    """A file for each code, then the bundle of its protocol, language by language."""
    for lang, translator in site.translators.items():
        for protocol in site.catalogue.protocols.values():
            bundle = []
            for code in protocol.codes.values():
                data = code_data(site, protocol, code, translator)
                bundle.append(data)
                yield File(code_data_path(lang, protocol.id, code.slug), _json(data))
            yield File(protocol_data_path(lang, protocol.id), _json(_protocol_data(site, protocol, translator, bundle)))


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


def _protocol_data(
    site: Site, protocol: Protocol, translator: Translator, codes: list[dict[str, Any]]
) -> dict[str, Any]:
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
        "codes": codes,
    }


def _rfc(number: str | None, section: str | None) -> str:
    return f"RFC {number}" + (f" section {section}" if section else "")


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
