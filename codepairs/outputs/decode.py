"""What the decode page has to know of all codes: a script for each language, so that it also loads from a disk.

It holds patterns, titles and the sentences that say whether to retry and who acts; each sentence stands once, with
`{code}` for the code. A text is a string, or a list of the text and its language where it is not translated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from codepairs.decoding import holders
from codepairs.limits import LONGEST_WORD
from codepairs.model import Code, Fact, Form, Protocol, Text
from codepairs.patterns import PatternError, pattern_of
from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.prose import Voice, plain_text
from codepairs.urls import decode_data_path

__all__ = ["DECODE"]

_ROLES = ("retry", "acts")
"""The roles whose sentences stand beside a code."""
_NAME = "codepairsDecode"

_Said = str | list[str]
"""A text, and its language where that is another than the page's."""


def _keys(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((lang, ()) for lang in site.translators if site.catalogue.decodes)


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    voice = Voice(site.translators[batch.lang])
    protocols = [each for each in site.catalogue.protocols.values() if each.decode]
    data = {
        "ending": "" if site.link_style == "clean" else ".html",
        "protocols": [_protocol(protocol, voice) for protocol in protocols],
    }
    # In a script, unlike in JSON, this name would be that of the object's prototype.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace('"__proto__":', '["__proto__"]:')
    yield File(decode_data_path(batch.lang), f"window.{_NAME} = {text};\n".encode())


def _protocol(protocol: Protocol, voice: Voice) -> dict[str, Any]:
    facts = list(dict.fromkeys(name for form in protocol.decode for name in form.pattern.groups if name != "code"))
    said: dict[str, int] = {}
    sentences: list[_Said] = []
    codes = {}
    for code in protocol.codes.values():
        places = []
        for sentence in _sentences(protocol, code, voice):
            place = said.setdefault(repr(sentence), len(sentences))
            sentences += [sentence] if place == len(sentences) else []
            places.append(place)
        tone = next((value.tone for value in protocol.values_of(code, "outcome")), None)
        codes[code.code] = [_said(code.title, voice), code.slug, tone or "", places]
    return {
        "name": protocol.name,
        "folder": f"{protocol.id}/",
        "forms": [_form(form) for form in protocol.decode],
        "codes": codes,
        "sentences": sentences,
        "pairs": _pairs(protocol),
        "classes": [_class(protocol, key, voice) for key in protocol.classes],
        "holders": {name: _holders(protocol, name) for name in facts},
        "families": {name: _families(protocol, name) for name in facts},
    }


def _form(form: Form) -> list[str | int]:
    """Pattern, flags, and whether it finds always (0), only what is listed (1), or nothing (2)."""
    flags = "dgu" if form.pattern.exact else "dgiu"
    return [form.pattern.script, flags, 2 if form.nothing else int(form.listed)]


def _pairs(protocol: Protocol) -> dict[str, list[str]]:
    """The codes that people take for one another, in canonical order, by the first."""
    codes = protocol.codes
    declared = ((code.code, other) for code in codes.values() for other in code.confused_with if other in codes)
    both = {tuple(sorted(pair, key=lambda name: codes[name].rank)) for pair in (*protocol.curated, *declared)}
    found: dict[str, list[str]] = {}
    for a, b in sorted(both, key=lambda pair: [codes[name].rank for name in pair]):
        found.setdefault(a, []).append(b)
    return found


def _class(protocol: Protocol, key: str, voice: Voice) -> list[_Said]:
    """Pattern of whole codes, label, and what is said of codes that have no page; empty where a browser cannot tell."""
    item = protocol.classes[key]
    try:
        pattern = pattern_of(f"\\A(?:{item.pattern})\\Z", endless=LONGEST_WORD).script
    except PatternError:
        pattern = ""
    one = [_said(item.value.one, voice)] if item.value.one else []
    return [pattern, _said(item.value.label, voice), *one, _said(item.summary, voice)]


def _holders(protocol: Protocol, fact: str) -> dict[str, list[str]]:
    """The codes with each value of a fact, the most likely first."""
    values = dict.fromkeys(value for code in protocol.codes.values() for value in code.facts.get(fact, ()))
    return {value: [code.code for code in holders(protocol, fact, value)] for value in values}


def _families(protocol: Protocol, fact: str) -> dict[str, int]:
    """The class of all codes with values that begin alike, up to the first dot, where it is one and the same."""
    found: dict[str, set[str]] = {}
    for code in protocol.codes.values():
        for value in code.facts.get(fact, ()):
            found.setdefault(value.partition(".")[0], set()).add(code.class_id)
    order = list(protocol.classes)
    alone = {name: "".join(ids) for name, ids in found.items() if len(ids) == 1}
    return {name: order.index(key) for name, key in alone.items() if key in order}


def _sentences(protocol: Protocol, code: Code, voice: Voice) -> Iterator[_Said]:
    for role in _ROLES:
        fact = protocol.fact_of(role)
        text = _text_of(fact, code.facts.get(fact.id, ())) if fact else None
        if fact and text:
            yield _filled(fact, text, code.facts.get(fact.id, ()), voice)


def _text_of(fact: Fact, values: Sequence[str]) -> Text | None:
    """The sentence that a fact has for these values."""
    if not values:
        return fact.empty.one if fact.empty else None
    return fact.one or next((fact.values[value].one for value in values if value in fact.values), None)


def _filled(fact: Fact, text: Text, values: Sequence[str], voice: Voice) -> _Said:
    """The sentence with the labels of the values, in its own language."""
    own = voice.saying(text)
    labels = [own.plain(fact.values[value].label) if value in fact.values else value for value in values]
    said = _said(text, voice)
    listed = own.translator.list(labels) if labels else ""
    return said.replace("{values}", listed) if isinstance(said, str) else [said[0].replace("{values}", listed), said[1]]


def _said(text: Text, voice: Voice) -> _Said:
    phrase = voice.translator.phrase(text)
    plain = plain_text(phrase.text)
    return plain if phrase.lang == voice.lang else [plain, phrase.lang]


DECODE = OutputKind(
    name="decoding",
    needs=("program", "settings", "protocol", "order", "pair"),
    holds=decode_data_path("{lang}"),
    files=_files,
    keys=_keys,
)
