"""The pictures that stand for pages where these are shared: one of each code, of each protocol, and of the site.

Each is a batch of its own, so that one is drawn anew only where what stands on it has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from urllib.parse import urlsplit

from codepairs.model import Code, Protocol
from codepairs.outputs.cards import Card, picture
from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.urls import image_path

__all__ = ["IMAGES", "can_draw", "cards"]


def can_draw() -> bool:
    """Whether there is what draws pictures."""
    return find_spec("PIL") is not None


def cards(site: Site) -> Iterator[tuple[tuple[str, str], Card]]:
    """What stands on each picture, and the key of its batch: a protocol and a slug, as in the path of the file."""
    if site.draws:
        yield (_WHOLE, _WHOLE), _of_site(site)
        for protocol in site.catalogue.protocols.values():
            yield (protocol.id, _WHOLE), _of_protocol(site, protocol)
            for code in protocol.codes.values():
                yield (protocol.id, code.slug), _of_code(site, protocol, code)


def _keys(site: Site) -> Iterator[tuple[str, tuple[str, str]]]:
    return ((site.source_lang, key) for key, _ in cards(site))


_WHOLE = "index"
"""Stands for all protocols, or for all codes of one; no protocol and no slug is called so."""


def _card(site: Site, name: str, slug: str) -> Card:
    if name == _WHOLE:
        return _of_site(site)
    protocol = site.catalogue.protocols[name]
    if slug == _WHOLE:
        return _of_protocol(site, protocol)
    return _of_code(site, protocol, next(code for code in protocol.codes.values() if code.slug == slug))


def _of_site(site: Site) -> Card:
    protocols = site.catalogue.protocols
    return Card(_title(site), (" · ".join(each.name for each in protocols.values()), " · ".join(protocols)), (), ())


def _of_protocol(site: Site, protocol: Protocol) -> Card:
    codes = tuple(protocol.codes.values())
    ends = (codes[0], codes[-1]) if len(codes) > 1 else codes
    span = (" … ".join(code.code for code in ends), " … ".join(code.slug for code in ends))
    return Card((protocol.name, protocol.id), span, (), _title(site))


def _of_code(site: Site, protocol: Protocol, code: Code) -> Card:
    tone = next((value.tone for value in protocol.values_of(code, "outcome")), None)
    return Card((code.code, code.slug), (code.phrase,), (protocol.name, protocol.id), _title(site), tone)


def _title(site: Site) -> tuple[str, ...]:
    return site.catalogue.site.title, urlsplit(site.base_url).netloc


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    protocol, slug = batch.key
    yield File(image_path(protocol, slug), picture(_card(site, protocol, slug)))


IMAGES = OutputKind(name="image", needs=("drawing", "image"), holds=image_path("{0}", "{1}"), files=_files, keys=_keys)
