"""A catalogue as the data of the Hugo site in `benchmarks/hugo`.

Texts stay Markdown, translated: Hugo renders them, once per passage. Worked out here, so that Hugo is spared it: the
relation of every pair, the neighbours of every code, and which facts are worth remembering together. None of that is
timed, so wherever the two differ in what they do, Hugo does less.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from babel import Locale

from benchmarks.hugo_messages import INTERFACE
from codepairs.assets import read_assets
from codepairs.hosting.headers import META_POLICY
from codepairs.load import read_sources
from codepairs.model import Catalogue, Code, CuratedPair, Fact, Protocol, Source, Text, WireLine
from codepairs.relations import NOTABLE, Neighbours, Relations
from codepairs.settings import Settings
from codepairs.translate import Translator, read_translators
from codepairs.urls import source_url
from codepairs.validate import validate

__all__ = ["write_hugo_site"]

SITE = Path(__file__).resolve().parent / "hugo"
Data = dict[str, Any]
_SHOWN = 12
_RELATED = 4
"""A pair page shows three neighbours of a code and leaves out the code it stands beside."""
_SAYS = {
    "outcome": "which",
    **dict.fromkeys(("retry", "acts"), "advice"),
    **dict.fromkeys(("answers", "phase"), "where"),
}
"""What the sentences of a fact say: what to do, which of two alternatives applies, why two codes do not compete."""
_FEW = 3
"""A group of facts has at most one combination of values for so many codes."""


def write_hugo_site(content: Path, locales: Path, templates: Path, folder: Path) -> None:
    """Write the Hugo site with this content into a new folder. Raises ValueError where a text is not translated."""
    catalogue, _ = validate(read_sources(Settings(content=content)))
    domains = ("site", *catalogue.protocols)
    source_lang = catalogue.site.source_language
    translators, _ = read_translators(locales, catalogue.site.languages, domains, source_lang)
    missing = [text for text in catalogue.texts() for each in translators.values() if not each.knows(text)]
    if missing:
        raise ValueError(f"the Hugo site knows no fallback; not translated: {missing[0].source!r}")
    shutil.copytree(SITE, folder)
    languages = {
        lang: {"weight": rank + 1, "label": each.language_name(lang)}
        for rank, (lang, each) in enumerate(translators.items())
    }
    _write(folder / "config" / "_default" / "languages.json", languages)
    _write(folder / "data" / "pages.json", [_pages(catalogue, protocol) for protocol in catalogue.protocols.values()])
    for lang, translator in translators.items():
        _write(folder / "data" / "languages" / f"{lang}.json", _language(catalogue, translator, translators))
    for path, data in read_assets(templates)[0].files.items():
        file = folder / "static" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def _pages(catalogue: Catalogue, protocol: Protocol) -> Data:
    """What exists: the codes, and for each its pairs with the codes after it."""
    relations = Relations(protocol)
    pairs: dict[str, list[Data]] = {code: [] for code in protocol.codes}
    for a, b in combinations(protocol.codes.values(), 2):
        relation = relations.of(a, b)
        confused = b.code in a.confused_with or a.code in b.confused_with
        notable = confused or (a.code, b.code) in protocol.curated or relation.kind in NOTABLE
        pairs[a.code].append(
            {
                "b": b.code,
                "name": f"{a.slug}-vs-{b.slug}",
                "kind": relation.kind,
                "forth": relation.first == a.code,
                "notable": notable or catalogue.site.indexing == "all",
            }
        )
    codes = [{"code": code.code, "slug": code.slug, "pairs": pairs[code.code]} for code in protocol.codes.values()]
    return {"id": protocol.id, "codes": codes}


def _language(catalogue: Catalogue, translator: Translator, translators: dict[str, Translator]) -> Data:
    """Everything that the pages of one language show."""
    site = catalogue.site
    say = _Saying(translator)
    return {
        "lang": translator.lang,
        "dir": translator.direction,
        "policy": META_POLICY,
        "title": site.title,
        "tagline": say(site.tagline),
        "description": say(site.description),
        "url": site.url,
        "source": site.source_language,
        "decode": any(protocol.decode for protocol in catalogue.protocols.values()),
        "languages": [{"lang": lang, "name": each.language_name(lang)} for lang, each in translators.items()],
        "list": _list_pattern(translator.lang),
        "interface": {key: translator.message(text).text for key, text in INTERFACE.items()},
        "order": list(catalogue.protocols),
        "protocols": {name: _protocol(protocol, say) for name, protocol in catalogue.protocols.items()},
    }


class _Saying:
    """A text of the catalogue in one language, Markdown."""

    def __init__(self, translator: Translator) -> None:
        self.translator = translator

    def __call__(self, text: Text | None) -> str | None:
        return self.translator.phrase(text).text if text else None

    def count(self, one: str, many: str, count: int) -> str:
        phrase = self.translator.plural(one, many, count)
        return phrase.text.replace("{count}", self.translator.number(count))


def _protocol(protocol: Protocol, say: _Saying) -> Data:
    count = len(protocol.codes)
    groups = _groups(protocol)
    shown = protocol.featured or tuple(protocol.curated)[:_SHOWN]
    return {
        "id": protocol.id,
        "name": protocol.name,
        "title": say(protocol.title),
        "summary": say(protocol.summary),
        "codes_count": say.count("{count} code", "{count} codes", count),
        "pairs_count": say.count("{count} comparison", "{count} comparisons", count * (count - 1) // 2),
        "classes": [
            {
                "label": say(item.value.label),
                "summary": say(item.summary),
                "codes": [code.code for code in protocol.codes.values() if code.class_id == key],
            }
            for key, item in protocol.classes.items()
        ],
        "facts": {name: _fact(fact, say) for name, fact in protocol.facts.items()},
        "order": list(protocol.facts),
        "groups": [[list(protocol.facts).index(name) for name in group] for group in groups],
        "roles": {role: fact.id for role, fact in protocol.roles.items()},
        "codes": _codes(protocol, groups, say),
        "curated": {f"{a}-vs-{b}": _curated(pair, say) for (a, b), pair in protocol.curated.items()},
        "curated_pairs": [list(pair) for pair in protocol.curated],
        "featured": [list(pair) for pair in shown],
        "sources": list(_sources(protocol.sources)),
    }


def _fact(fact: Fact, say: _Saying) -> Data:
    return {
        "id": fact.id,
        "role": fact.role or "",
        "says": _SAYS.get(fact.role or "", ""),
        "label": say(fact.label),
        "many": fact.many,
        "open": bool(fact.open),
        "one": say(fact.one),
        "both": say(fact.both),
        "apart": say(fact.apart),
        "empty": fact.empty
        and {"label": say(fact.empty.label), "one": say(fact.empty.one), "both": say(fact.empty.both)},
        "order": list(fact.values),
        "values": {
            key: {
                "label": say(value.label),
                "one": say(value.one),
                "both": say(value.both),
                "tone": value.tone or "",
            }
            for key, value in fact.values.items()
        },
    }


def _codes(protocol: Protocol, groups: Sequence[Sequence[str]], say: _Saying) -> dict[str, Data]:
    signatures: dict[object, int] = {}
    neighbours = Neighbours(protocol)
    answers, phases = (getattr(protocol.fact_of(role), "id", "") for role in ("answers", "phase"))
    roles = protocol.fact_of("acts")

    def signature(code: Code, facts: Sequence[str]) -> str:
        """Equal for codes with equal values; short, because it is part of the key of a remembered fragment."""
        key = (protocol.id, tuple(facts), tuple(code.facts.get(fact, ()) for fact in facts))
        return f"{signatures.setdefault(key, len(signatures))} "

    def data(code: Code) -> Data:
        declared = [each.code for each in neighbours.declared(code)]
        others = [each for each in protocol.codes if each != code.code and each not in declared]
        return {
            "code": code.code,
            "slug": code.slug,
            "rank": code.rank,
            "phrase": code.phrase,
            "title": say(code.title),
            "summary": say(code.summary),
            "meaning": say(code.meaning),
            "when": [say(text) for text in code.when],
            "actions": [
                {"role": say(value.label), "text": say(code.action[value.id])}
                for value in (roles.values.values() if roles else ())
                if value.id in code.action
            ],
            "wire": _wire(code.wire),
            "tone": next((value.tone for value in protocol.values_of(code, "outcome")), None) or "",
            "facts": {name: list(values) for name, values in code.facts.items()},
            "ranked": {name: _ranked(protocol.facts[name], values) for name, values in code.facts.items()},
            "all": [name for name, values in code.facts.items() if _for_all(protocol.facts[name], values)],
            "groups": [signature(code, group) for group in groups],
            "answers": signature(code, (answers,)),
            "phases": f"session {signature(code, (phases,))}",
            "related": declared[:_RELATED] or [each.code for each in neighbours.nearest(code, _RELATED)],
            "declared": declared,
            "others": others,
            "others_count": say.count("{count} comparison", "{count} comparisons", len(others)),
            "sources": list(_sources(code.sources)),
        }

    return {code.code: data(code) for code in protocol.codes.values()}


def _ranked(fact: Fact, values: Sequence[str]) -> list[str]:
    """The values in declared order, without one that stands for all others; literal ones in their own order."""
    return (
        list(values)
        if fact.open
        else [key for key, value in fact.values.items() if key in values and not value.matches]
    )


def _for_all(fact: Fact, values: Sequence[str]) -> bool:
    """Whether one of the values stands for all others."""
    return any(value in fact.values and fact.values[value].matches for value in values)


def _groups(protocol: Protocol) -> list[list[str]]:
    """Neighbouring facts that have few enough combinations of values to be remembered together."""
    codes = list(protocol.codes.values())

    def combinations_of(facts: Iterable[str]) -> int:
        names = list(facts)
        return len({tuple(code.facts.get(name, ()) for name in names) for code in codes})

    groups: list[list[str]] = []
    for name in protocol.facts:
        joined = [*groups[-1], name] if groups else [name]
        few = max(len(codes) // _FEW, *map(combinations_of, (groups[-1], [name]))) if groups else 0
        if combinations_of(joined) <= few:
            groups[-1] = joined
        else:
            groups.append([name])
    return groups


def _curated(pair: CuratedPair, say: _Saying) -> Data:
    return {
        "verdict": say(pair.verdict),
        "difference": say(pair.difference),
        "guidance": say(pair.guidance),
        "wire": _wire(pair.wire),
        "sources": list(_sources(pair.sources)),
    }


def _wire(lines: Iterable[WireLine]) -> list[Data]:
    return [{"speaker": line.speaker, "text": line.text} for line in lines]


def _sources(sources: Iterable[Source]) -> Iterator[Data]:
    """The documents, each once."""
    seen = set()
    for source in sources:
        data = {
            "url": source_url(source),
            "rfc": source.rfc or "",
            "section": source.section or "",
            "title": source.title or "",
        }
        key = tuple(data.values())
        if key not in seen:
            seen.add(key)
            yield data


def _list_pattern(lang: str) -> Data:
    """What stands between the items of a list in a sentence, by CLDR."""
    patterns = Locale.parse(lang, sep="-").list_patterns["standard"]
    return {
        name: patterns[key].replace("{0}", "").replace("{1}", "")
        for name, key in (("middle", "middle"), ("last", "end"), ("two", "2"))
    }


def _write(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
