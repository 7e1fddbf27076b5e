"""The sitemap index, its sitemaps with the language versions of each page, and robots.txt.

Source: the sitemap protocol 0.9 (at most 50,000 addresses a file) and its xhtml:link extension for alternates;
RFC 9309 for robots.txt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain, islice

from codepairs.plan import Batch, File, OutputKind, Page, Plan, Site
from codepairs.render import alternates
from codepairs.urls import absolute

__all__ = ["ROBOTS", "SITEMAP", "sitemap_files"]

_MOST = 50_000
"""Addresses a sitemap may hold."""
_INDEX = "sitemap.xml"
_ROBOTS = "robots.txt"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def _sitemaps(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    return sitemap_files(site, plan)


def sitemap_files(site: Site, plan: Iterable[Page], most: int = _MOST) -> Iterator[File]:
    """The sitemaps, each with at most `most` addresses, and the index that names them.

    A sitemap yields its bytes piece by piece, and has to be read before the next one is asked for.
    """
    pages = (page for page in plan if page.indexed)
    names: list[str] = []
    for first in pages:
        names.append(f"sitemap-{len(names) + 1}.xml")
        yield File(names[-1], _sitemap(site, chain((first,), islice(pages, most - 1))))
    locations = "".join(f"<sitemap><loc>{escape(absolute(name, site.base_url))}</loc></sitemap>\n" for name in names)
    yield File(_INDEX, f'{_HEAD}<sitemapindex xmlns="{_NAMESPACE}">\n{locations}</sitemapindex>\n'.encode())


def _robots(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    """robots.txt: everything may be read; the sitemap index is named."""
    yield File(_ROBOTS, f"User-agent: *\nAllow: /\n\nSitemap: {absolute(_INDEX, site.base_url)}\n".encode())


def _sitemap(site: Site, pages: Iterable[Page]) -> Iterator[bytes]:
    xhtml = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    yield f'{_HEAD}<urlset xmlns="{_NAMESPACE}" {xhtml}>\n'.encode()
    yield from _entries(site, pages)
    yield b"</urlset>\n"


def _entries(site: Site, pages: Iterable[Page]) -> Iterator[bytes]:
    """The entry of each page. Pages in the same languages differ in nothing but what follows the language."""
    patterns: dict[tuple[str, frozenset[str]], list[str]] = {}
    for page in pages:
        pattern = patterns.get((page.lang, page.languages))
        if pattern is None:
            probe = page._replace(name=_PLACE)
            pattern = patterns[page.lang, page.languages] = _entry(site, probe).split(_PLACE)
        yield escape(absolute(page.name, "", site.link_style)).join(pattern).encode()


def _entry(site: Site, page: Page) -> str:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{escape(lang)}" href="{escape(href)}"/>'
        for lang, href in alternates(site, page).items()
    )
    return f"<url><loc>{escape(absolute(page.path, site.base_url, site.link_style))}</loc>{links}</url>\n"


_PLACE = "~place//~"
"""Stands for what follows the language in an address; in no name of a page, and in no address of a site, is a `//`."""

SITEMAP = OutputKind(name="sitemap", needs=("program", "settings", "listing"), holds="sitemap*.xml", files=_sitemaps)
ROBOTS = OutputKind(name="robots", needs=("program", "settings"), holds=_ROBOTS, files=_robots)
