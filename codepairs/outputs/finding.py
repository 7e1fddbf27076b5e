"""What scripts read to lead readers to a page: the codes of a protocol for the picker, the search index of a language,
all addresses for the 404 page; and the OpenSearch description, which lets browsers search the site.

Of all pages only those of codes and of curated pairs can be searched for: the others say nothing that is not there. A
code that is typed as it is written is looked up in a list, and so is any literal that a fact declares as open; only
words are left to the index.

Source: OpenSearch 1.1, draft 6, for the description and its template, which may have a fragment.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from codepairs.indexing import Record, index_files
from codepairs.model import Code, CuratedPair, Fact, Protocol, Text
from codepairs.patterns import word_pattern
from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.prose import Voice, plain_text
from codepairs.templates import environment, failures
from codepairs.urls import (
    absolute,
    code_path,
    lang_path,
    opensearch_path,
    pair_path,
    picker_path,
    relative,
    search_path,
)

__all__ = ["ADDRESSES", "OPENSEARCH", "PICKER", "SEARCH"]

_ADDRESSES = "404.json"
_SHORT_NAME = 16
"""Characters that a short name may have, by OpenSearch."""
_LISTED = 5
"""How often a code would have to name a literal to count as much as one among whose facts it stands."""


def _by_language(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A batch for each language, where the site is searched at all."""
    return ((lang, ()) for lang in site.translators if site.catalogue.site.search)


def _by_protocol(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A batch for each protocol in each language."""
    return ((lang, (protocol,)) for lang in site.translators for protocol in site.catalogue.protocols)


def _picker(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    """The picker of a protocol, as the script that puts it on pages finds it: its form, its codes in their order."""
    voice, protocol = Voice(site.translators[batch.lang]), site.catalogue.protocols[batch.key[0]]
    data = {
        "form": _macro(site, voice, "components/picker.html", "picker"),
        "names": [protocol.name, protocol.id],
        "ending": _ending(site),
        "codes": [[code.code, code.slug, voice.plain(code.title)] for code in protocol.codes.values()],
    }
    yield File(picker_path(batch.lang, protocol.id), b"var codepairsPicker = " + _json(data).rstrip() + b";\n")


def _search(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    """The list of codes of a language, and the index of its words."""
    voice, protocols = Voice(site.translators[batch.lang]), site.catalogue.protocols.values()
    data = {
        "panel": _macro(site, voice, "components/search.html", "search_panel"),
        "ending": _ending(site),
        "protocols": [_listed(protocol, voice) for protocol in protocols],
    }
    yield File(search_path(batch.lang, "codes.json"), _json(data))
    records = (record for protocol in protocols for record in _records(site, protocol, voice))
    for name, content in index_files(records, batch.lang):
        yield File(search_path(batch.lang, name), content)


def _addresses(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    """The names that the 404 page compares an address with: languages, and the codes of each protocol in order."""
    data = {
        "ending": _ending(site),
        "languages": list(site.translators),
        "protocols": [
            {"id": protocol.id, "name": protocol.name, "codes": [[code.code, code.slug] for code in codes]}
            for protocol in site.catalogue.protocols.values()
            for codes in [protocol.codes.values()]
        ],
    }
    yield File(_ADDRESSES, _json(data))


def _opensearch(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    """The description; what is searched for goes into a fragment, which no server gets to see."""
    info, lang = site.catalogue.site, batch.lang
    home = absolute(lang_path(lang), site.base_url, site.link_style)
    described = Voice(site.translators[lang]).plain(info.description)
    named = f"{info.title} ({lang})"
    yield File(
        opensearch_path(lang),
        f"""<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>{escape(named if len(named) <= _SHORT_NAME else info.title[:_SHORT_NAME])}</ShortName>
<Description>{escape(described[:1024])}</Description>
<Url type="text/html" template="{escape(home)}#q={{searchTerms}}"/>
<Language>{lang}</Language>
<InputEncoding>UTF-8</InputEncoding>
</OpenSearchDescription>
""".encode(),
    )


def _listed(protocol: Protocol, voice: Voice) -> dict[str, Any]:
    """A protocol as the search looks codes up in it."""
    codes = protocol.codes.values()
    return {
        "id": protocol.id,
        "name": protocol.name,
        "codes": [[code.code, code.slug, voice.plain(code.title), _phrases(code, voice)] for code in codes],
        "literals": _literals(protocol),
    }


def _phrases(code: Code, voice: Voice) -> list[str]:
    """What people type who look for the code, in small letters: in the language, and as servers say it."""
    said = (words for text in code.searched() for words in (voice.plain(text), plain_text(text.source)))
    phrases = [phrase.strip().lower() for words in (code.phrase, *said) for phrase in words.split(",")]
    return list(dict.fromkeys(filter(None, phrases)))


def _literals(protocol: Protocol) -> dict[str, list[int]]:
    """For each literal of an open fact the ranks of the codes that it belongs to, those first that say most of it."""
    facts = [fact for fact in protocol.facts.values() if fact.open]
    found: dict[str, Counter[int]] = {}
    for code in protocol.codes.values():
        for fact in facts:
            for literal, count in _mentions(code, fact).items():
                found.setdefault(literal, Counter())[code.rank] += count
    return {literal: sorted(ranks, key=lambda rank: (-ranks[rank], rank)) for literal, ranks in sorted(found.items())}


def _mentions(code: Code, fact: Fact) -> Counter[str]:
    """How often a code names each literal of an open fact."""
    texts = (*code.texts(), *code.searched())
    said = " ".join((*(text.source for text in texts), *(line.text for line in code.wire)))
    literal = re.compile(rf"(?<![\w.])(?:{word_pattern(fact.open or '').pattern})(?![\w]|\.\w)")
    found = Counter(match[0] for match in literal.finditer(said))
    for value in code.facts.get(fact.id, ()):
        if value not in fact.values:
            found[value] += _LISTED
    # What is written like a code is looked up as a code, and what is written like a word is left to the words.
    return Counter({value: count for value, count in found.items() if value != code.code and not value.isalpha()})


def _records(site: Site, protocol: Protocol, voice: Voice) -> Iterator[Record]:
    for code in protocol.codes.values():
        yield _code_record(site, protocol, code, voice)
    for pair in protocol.curated.values():
        yield _pair_record(site, protocol, pair, voice)


def _code_record(site: Site, protocol: Protocol, code: Code, voice: Voice) -> Record:
    """A code with all its words; title, summary and the words of the registry count most."""
    title, plain = voice.plain(code.title), voice.plain
    texts = [
        (10, f"{protocol.name} {code.code} {title}"),
        *((9, words) for text in code.searched() for words in dict.fromkeys((plain(text), plain_text(text.source)))),
        (8, code.phrase),
        (6, plain(code.summary)),
        (3, plain(code.meaning)),
        *((3, plain(text)) for text in code.when),
        *((1.5, plain(text)) for text in code.action.values()),
        *((2, line.text) for line in code.wire if re.search(rf"(?<!\w){re.escape(code.code)}(?!\w)", line.text)),
        *((1, label) for label in _labels(protocol, code, voice)),
    ]
    href = _below(site, voice.lang, code_path(voice.lang, protocol.id, code.slug))
    return Record(f"{protocol.name} {code.code}", title, plain(code.summary), href, texts)


def _labels(protocol: Protocol, code: Code, voice: Voice) -> Iterator[str]:
    for name, values in code.facts.items():
        fact = protocol.facts[name]
        yield " ".join(voice.plain(fact.values[value].label) if value in fact.values else value for value in values)


def _pair_record(site: Site, protocol: Protocol, pair: CuratedPair, voice: Voice) -> Record:
    """A pair with what its author wrote; it counts less than the codes, whose words it repeats."""
    a, b = (protocol.codes[code] for code in pair.codes)
    name = str(voice.message("{a} vs {b}", a=a.code, b=b.code).striptags())
    texts = [
        (4, f"{protocol.name} {name}"),
        (2, _joined(voice, a.title, b.title)),
        (2, voice.plain(pair.verdict)),
        (1, _joined(voice, pair.difference, pair.guidance)),
    ]
    href = _below(site, voice.lang, pair_path(voice.lang, protocol.id, a.slug, b.slug))
    titles = " / ".join(map(voice.plain, (a.title, b.title)))
    return Record(f"{protocol.name} {name}", titles, voice.plain(pair.verdict), href, texts)


def _joined(voice: Voice, *texts: Text) -> str:
    return " ".join(map(voice.plain, texts))


def _below(site: Site, lang: str, path: str) -> str:
    """The link to a page from the folder of its language."""
    return relative(path, lang_path(lang), site.link_style)


def _ending(site: Site) -> str:
    """What ends the name of a page in links."""
    return "" if site.link_style == "clean" else ".html"


def _macro(site: Site, voice: Voice, template: str, name: str, *values: Sequence[str]) -> str:
    """What a macro makes, HTML."""
    with failures(template):
        module = environment(site.templates, voice).get_template(template).module
        return str(getattr(module, name)(*values)).strip()


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


_SAYS = ("program", "settings", "labels", "messages", "protocol", "order")
SEARCH = OutputKind(
    name="search",
    needs=(*_SAYS, "code", "pair", "indexer"),
    holds=search_path("{lang}", "*"),
    files=_search,
    keys=_by_language,
)
PICKER = OutputKind(name="picker", needs=_SAYS, holds=picker_path("{lang}", "{0}"), files=_picker, keys=_by_protocol)
ADDRESSES = OutputKind(name="addresses", needs=("program", "settings", "order"), holds=_ADDRESSES, files=_addresses)
OPENSEARCH = OutputKind(
    name="opensearch",
    needs=("program", "settings", "messages"),
    holds=opensearch_path("{lang}"),
    files=_opensearch,
    keys=_by_language,
)
