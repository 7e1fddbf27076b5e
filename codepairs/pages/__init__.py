"""The kinds of pages, one module each. PAGE_KINDS is the table of contents of the site.

A kind says which of its pages exist (`pages`) and what one of them shows (`context`, or `slots` where there are many);
its template lays that out.
"""

from __future__ import annotations

from codepairs.pages import about, code, decode, home, matrix, number, outside, pair, protocol
from codepairs.plan import PageKind

__all__ = ["PAGE_KINDS"]

PAGE_KINDS: tuple[PageKind, ...] = (
    outside.ROOT,
    outside.NOT_FOUND,
    home.KIND,
    about.KIND,
    decode.KIND,
    protocol.KIND,
    matrix.KIND,
    number.KIND,
    code.KIND,
    pair.KIND,
)
