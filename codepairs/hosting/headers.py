"""The one definition of the headers that a site is served with: policy, security, caching.

The files and configurations of all hosts are made of it, the pages carry its policy, and the tests serve by it. An
address pattern has `*` for one folder, and `**` at its end for everything below.

Sources: Content Security Policy Level 3; the list of the OWASP Secure Headers Project; RFC 9111 and RFC 8246 for
caches; RFC 6797 for Strict-Transport-Security.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

__all__ = [
    "CACHED",
    "META_POLICY",
    "POLICY",
    "REVALIDATED",
    "RULES",
    "SECURITY",
    "TRANSPORT",
    "Rule",
    "cache_of",
    "expression",
]

_DIRECTIVES = {
    # Whatever is not named below is loaded from nowhere.
    "default-src": "'none'",
    # No element can turn relative links elsewhere.
    "base-uri": "'none'",
    "form-action": "'self'",
    # The search fetches its index.
    "connect-src": "'self'",
    "img-src": "'self'",
    # The search is compiled to WebAssembly; no script stands in a page.
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "worker-src": "'self'",
    "frame-ancestors": "'none'",
}
_HEADER_ONLY = {"frame-ancestors"}
"""What browsers ignore in a page (Content Security Policy Level 3, section 3.3)."""


def _policy(without: set[str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in _DIRECTIVES.items() if name not in without)


POLICY = _policy(set())
"""The Content-Security-Policy of every response: nothing inline, nothing from other hosts."""
META_POLICY = _policy(_HEADER_ONLY)
"""The part of it that holds in a page by itself, as on hosts that set no headers."""

SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    # Types are what the server says.
    "X-Content-Type-Options": "nosniff",
    # For browsers that do not know frame-ancestors.
    "X-Frame-Options": "DENY",
    # Other sites do not learn which code somebody looked up.
    "Referrer-Policy": "no-referrer",
    # The pages need nothing of the device but to copy a link.
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-write=(self)",
    # Windows and processes of other sites stay apart.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
"""The headers of every response, also of those that report an error."""
TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")
"""Only over HTTPS (RFC 6797 section 7.2), and without other names of the same domain."""

REVALIDATED = "no-cache"
"""Caches ask each time whether a file is still the same (RFC 9111 section 5.2.2.4): its name stays when it changes."""
CACHED = "public, max-age=31536000, immutable"
"""Caches keep a file and never ask (RFC 8246): its name follows its bytes."""


class Rule(NamedTuple):
    """How long caches keep the files below an address."""

    pattern: str
    """Below the address of the site."""
    cache: str


RULES = (
    Rule("*/search/fragment/**", CACHED),
    Rule("*/search/index/**", CACHED),
    Rule("assets/dictionaries/**", CACHED),
)
"""What differs from `REVALIDATED`."""


def cache_of(path: str) -> str:
    """The Cache-Control header of an output path.

    >>> cache_of("en/index.html"), cache_of("en/search/index/en_1.pf_index") == CACHED
    ('no-cache', True)
    """
    return next((rule.cache for rule in RULES if re.fullmatch(expression(rule.pattern), path)), REVALIDATED)


def expression(pattern: str) -> str:
    """A pattern of addresses as a regular expression that nginx, Apache and Python read alike."""
    return "".join(_pieces(pattern))


def _pieces(pattern: str) -> Iterator[str]:
    for piece in re.split(r"(\*\*|\*)", pattern):
        yield {"**": ".+", "*": "[^/]+"}.get(piece) or piece.replace(".", r"\.")
