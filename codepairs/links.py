"""The addresses that content names, and the form that each has to have. No input, no output.

What cannot be right is found without the network: an RFC that is not named as one, a section that no document numbers
that way, an address that is not encrypted, that names its reader or that leads into this machine. Whether anything
answers at an address is for `online` to ask.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from codepairs.errors import Place
from codepairs.model import Catalogue, Source
from codepairs.urls import source_url

__all__ = ["Link", "address_problem", "links_of", "section_problem", "sources_of", "written_links"]

_IN_PROSE = re.compile(r"\]\(\s*<?(https?://[^\s)>]+)|<(https?://[^\s>]+)>")
_SECTION = re.compile(r"(?:[1-9][0-9]*|[A-Z])(?:\.[1-9][0-9]*)*")
"""Sections count from 1, appendices have letters."""
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|msclkid|mc_[ce]id|yclid|igshid", re.IGNORECASE)
_RFC_HOSTS = ("www.rfc-editor.org", "rfc-editor.org", "datatracker.ietf.org", "tools.ietf.org", "www.ietf.org")
_RFC_PATH = re.compile(r"/(?:rfc|info|html|doc|doc/html)/(?:html/)?rfc0*([1-9][0-9]*)(?:\.(?:html|txt|pdf|xml))?/?")
_ERRATUM = re.compile(r"/errata/eid[1-9][0-9]*|/errata/rfc[1-9][0-9]*")
_REGISTRY = re.compile(r"/assignments/[a-z0-9-]+/(?:[a-z0-9-]+\.xhtml)?")
_REGISTRY_PART = re.compile(r"(?:table-)?[A-Za-z0-9][A-Za-z0-9._-]*")


class Link(NamedTuple):
    """An address, and where content names it."""

    url: str
    place: Place


def links_of(catalogue: Catalogue) -> Iterator[Link]:
    """Every address that pages lead to, each as often as content asks for it: those of RFCs, and the written ones."""
    yield from (Link(source_url(source), source.place) for source in sources_of(catalogue) if source.rfc)
    yield from written_links(catalogue)


def written_links(catalogue: Catalogue) -> Iterator[Link]:
    """Every address that content spells out: of sources, of the licence, in passages."""
    licence = catalogue.site.licence
    for source in (*([licence] if licence else ()), *sources_of(catalogue)):
        if source.url:
            yield Link(source.url, source.place)
    for text in catalogue.texts():
        for match in _IN_PROSE.finditer(text.source):
            yield Link(match[1] or match[2], text.place)


def section_problem(source: Source) -> str | None:
    """What is wrong with the section that a source names; None where nothing is, or it names none.

    >>> section_problem(Source(rfc="5321", section="4.2.1"))
    >>> section_problem(Source(rfc="5321", section="4A"))
    "no RFC has a section '4A'; write 4.2.1, or A.1 for an appendix"
    """
    if source.section is None or _SECTION.fullmatch(source.section):
        return None
    return f"no RFC has a section {source.section!r}; write 4.2.1, or A.1 for an appendix"


def address_problem(url: str) -> str | None:
    """What is wrong with the form of an address, and what would be right; None where nothing is.

    >>> address_problem("https://www.rfc-editor.org/rfc/rfc5321#section-4.2")
    "'https://www.rfc-editor.org/rfc/rfc5321#section-4.2' is an RFC; write 'RFC 5321 section 4.2' among the sources"
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return f"{url!r} is no address"
    if parts.scheme != "https":
        return f"{url!r} is not encrypted; write https://"
    if port is not None or "." not in host or _is_number(host):
        return f"{url!r} leads to no public host by its name"
    tracking = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if _TRACKING.fullmatch(name)]
    if tracking:
        return f"{url!r} tells who follows it; leave out {', '.join(tracking)}"
    return _of_registries(url, host, parts.path, parts.fragment)


def _of_registries(url: str, host: str, path: str, fragment: str) -> str | None:
    """What is wrong with an address at the RFC Editor, the IETF or IANA."""
    document = _RFC_PATH.fullmatch(path) if host in _RFC_HOSTS else None
    if document:
        section = re.fullmatch(r"(?:section|appendix)-(.+)", fragment)
        right = f"RFC {document[1]} section {section[1]}" if section else f"RFC {document[1]}"
        return f"{url!r} is an RFC; write {right!r} among the sources"
    if host == "www.rfc-editor.org" and path.startswith("/errata") and not _ERRATUM.fullmatch(path):
        return f"{url!r} is no erratum; write https://www.rfc-editor.org/errata/eid and its number"
    if host in ("iana.org", "www.iana.org") and path.startswith("/assignments"):
        named = host == "www.iana.org" and _REGISTRY.fullmatch(path)
        if not named or (fragment and not _REGISTRY_PART.fullmatch(fragment)):
            return f"{url!r} is no registry; write https://www.iana.org/assignments/NAME/ or …/NAME/NAME.xhtml#PART"
    return None


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def sources_of(catalogue: Catalogue) -> Iterator[Source]:
    """Every document that a protocol, a code or a pair names."""
    for protocol in catalogue.protocols.values():
        yield from protocol.sources
        for code in protocol.codes.values():
            yield from code.sources
        for pair in protocol.curated.values():
            yield from pair.sources
