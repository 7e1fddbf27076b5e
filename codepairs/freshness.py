"""How fresh the content is: the age of each registry copy, what of it has no page, which of its documents are replaced.

These are no mistakes: a check lists them, so that somebody looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codepairs.fields import listed
from codepairs.model import Catalogue, Protocol

__all__ = ["freshness"]

_RFC = re.compile(r"\bRFC ([1-9][0-9]{0,8})(?![0-9])")


def freshness(catalogue: Catalogue) -> Iterator[str]:
    """A line about the registry of each protocol that has one, and one about what is to be looked at in it."""
    for protocol in catalogue.protocols.values():
        registry = protocol.registry
        if registry.rows:
            codes = list(dict.fromkeys(row.code for row in registry.rows))
            known = sum(code in protocol.codes for code in codes)
            origin = f" ({registry.source})" if registry.source else ""
            yield (
                f"{protocol.id}: registry.csv of {registry.date or 'an unknown day'}{origin}: "
                f"{known:,} of {len(codes):,} codes have a page"
            )
            yield from _to_look_at(protocol, codes, catalogue)


def _to_look_at(protocol: Protocol, codes: list[str], catalogue: Catalogue) -> Iterator[str]:
    without = [code for code in codes if code not in protocol.codes]
    if without:
        yield f"{protocol.id}: in registry.csv without a page: {listed(without)}"
    unlisted = [code for code in protocol.codes if code not in codes]
    if unlisted:
        yield f"{protocol.id}: with a page, and not in registry.csv: {listed(unlisted)}"
    superseded = catalogue.site.superseded
    named = {rfc: row.code for row in protocol.registry.rows for rfc in _RFC.findall(row.reference)}
    for rfc in sorted(set(named) & set(superseded), key=int):
        yield f"{protocol.id}: registry.csv names RFC {rfc}, which RFC {superseded[rfc]} replaces (code {named[rfc]})"
