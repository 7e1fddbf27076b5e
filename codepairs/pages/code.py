"""The page of one code: what it means, what to do, and every other code it can be compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from markupsafe import Markup, escape

from codepairs.compose import Base, Slots, token, utf8
from codepairs.model import Code, Protocol
from codepairs.pages.linked import breadcrumbs, image_address, linked_data, term
from codepairs.pages.number import shared_numbers
from codepairs.pages.pieces import ProtocolPieces
from codepairs.pages.sentences import Sentences
from codepairs.pages.shared import Shared
from codepairs.plan import Page, PageKind, Site
from codepairs.urls import code_data_path, code_path, number_path, opensearch_path

__all__ = ["KIND", "page_of"]

_LEAD = ("outcome", "retry", "acts")
"""The roles whose sentences answer the reader's first questions."""


def _pages(site: Site, lang: str, batch: tuple[str, ...]) -> Iterator[Page]:
    for protocol in site.catalogue.protocols.values():
        for code in protocol.codes.values():
            yield page_of(site, lang, code)


def page_of(site: Site, lang: str, code: Code) -> Page:
    """The page of a code in a language."""
    name = code_path(lang, code.protocol, code.slug).removeprefix(f"{lang}/")
    key = (code.protocol, code.code)
    return Page(KIND.name, lang, name, key, site.languages[key])


def _slots(pages: Sequence[Page], shared: Shared) -> Iterator[Slots]:
    return (_of_page(page, shared) for page in pages)


def _of_page(page: Page, shared: Shared) -> Slots:
    protocol = shared.protocol(page.key[0])
    code = protocol.codes[page.key[1]]
    pieces = ProtocolPieces.of(shared, protocol)
    base = shared.once(("code", protocol.id), lambda: Base({**pieces.named, "locale": _locale(shared)}))
    voice, own = shared.voice, pieces.code(code)
    confused = pieces.neighbours.declared(code)
    known = {code.code, *(other.code for other in confused)}
    others = [other for other in protocol.codes.values() if other.code not in known]
    rows = (fact.line(code.facts.get(fact.fact.id, ())) for fact in pieces.facts)
    named = {
        "code.code": own.name,
        **{f"code.{name}": piece for name, piece in own.named.items()},
        "code.heading": utf8(voice.inline(code.title)),
        "code.phrase": utf8(escape(code.phrase)),
        "verdict": utf8(voice.inline(code.summary)),
        "outcome": _outcome(protocol, code, shared),
        "lead": b"\n".join(_lead(pieces, code, own.name)),
        "rows": b"\n".join(filter(None, rows)),
        "confused": pieces.compared(code, confused),
        "others": pieces.compared(code, others),
        "sources": b"\n".join(own.sources),
        "image": escape(image_address(shared.site, protocol.id, code.slug)).encode(),
        "linked": linked_data(term(page, shared, protocol, code), breadcrumbs(page, shared, protocol, code)).encode(),
        "number": shared.once(("numbers",), lambda: _numbers(shared)).get((protocol.id, code.code), b""),
        "opensearch": shared.href(protocol, opensearch_path(shared.lang)).encode(),
        "data": shared.href(protocol, code_data_path(shared.lang, protocol.id, code.slug)).encode(),
    }
    flags = {"tone": shared.tone(protocol, code), "other_count": len(others)}
    name = code_path("", protocol.id, token("code.slug")).lstrip("/")
    form = (*flags.values(), *map(bool, named.values()))
    return Slots([page], flags, base, tuple(named), [[piece] for piece in named.values()], form, name)


def _locale(shared: Shared) -> bytes:
    return shared.voice.translator.territory_tag().encode()


def _numbers(shared: Shared) -> Mapping[tuple[str, str], bytes]:
    """Links to the pages of numbers that several protocols have, by protocol and code; from any protocol's folder."""
    return {
        (code.protocol, code.code): shared.href(shared.protocol(code.protocol), number_path(shared.lang, slug)).encode()
        for slug, codes in shared_numbers(shared.site.catalogue).items()
        for code in codes
    }


def _outcome(protocol: Protocol, code: Code, shared: Shared) -> bytes:
    """What the outcome of a code is called; empty where it has none with a tone."""
    labels = (value.label for value in protocol.values_of(code, "outcome") if value.tone)
    return utf8(next(map(shared.voice.inline, labels), Markup()))


def _lead(pieces: ProtocolPieces, code: Code, name: bytes) -> Iterator[bytes]:
    """The answers to the first questions, as items of a list."""
    shared = pieces.shared
    for role in _LEAD:
        fact = pieces.protocol.fact_of(role)
        if fact is not None:
            sentences = shared.once(("lead", pieces.protocol.id, role), partial(Sentences, shared.voice, fact, _apart))
            text = sentences.one(code.facts.get(fact.id, ()), name).rstrip()
            context = {"label": shared.voice.inline(fact.label), "text": token("text")}
            if text:
                yield shared.skeleton("answer", context).filled({"text": text})


def _apart(sentence: Markup) -> Markup:
    """A sentence with the blank that keeps it from the next one."""
    return sentence + " "


KIND = PageKind(name="code", template="pages/code.html", pages=_pages, slots=_slots)
