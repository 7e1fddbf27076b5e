"""The sitemap index, its sitemaps with the language versions of each page, and robots.txt.

Source: the sitemap protocol 0.9 (at most 50,000 addresses a file) and its xhtml:link extension for alternates;
RFC 9309 for robots.txt.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

from codepairs.plan import File, Page, Plan, Site
from codepairs.render import alternates
from codepairs.urls import absolute

__all__ = ["robots_files", "sitemap_files"]

_MOST = 50_000
"""Addresses a sitemap may hold."""
_INDEX = "sitemap.xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap_files(site: Site, plan: Plan, most: int = _MOST) -> Iterator[File]:
    """The sitemaps, each with at most `most` addresses, and the index that names them."""
    entries = (_entry(site, page) for page in plan if page.indexed)
    names: list[str] = []
    while part := list(islice(entries, most)):
        names.append(f"sitemap-{len(names) + 1}.xml")
        yield File(names[-1], _sitemap(part))
    locations = "".join(f"<sitemap><loc>{escape(absolute(name, site.base_url))}</loc></sitemap>\n" for name in names)
    yield File(_INDEX, f'{_HEAD}<sitemapindex xmlns="{_NAMESPACE}">\n{locations}</sitemapindex>\n'.encode())


def robots_files(site: Site, plan: Plan) -> Iterator[File]:
    """robots.txt: everything may be read; the sitemap index is named."""
    yield File("robots.txt", f"User-agent: *\nAllow: /\n\nSitemap: {absolute(_INDEX, site.base_url)}\n".encode())


def _sitemap(entries: list[str]) -> bytes:
    xhtml = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return f'{_HEAD}<urlset xmlns="{_NAMESPACE}" {xhtml}>\n{"".join(entries)}</urlset>\n'.encode()


def _entry(site: Site, page: Page) -> str:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang={quoteattr(lang)} href={quoteattr(href)}/>'
        for lang, href in alternates(site, page).items()
    )
    return f"<url><loc>{escape(absolute(page.path, site.base_url, site.link_style))}</loc>{links}</url>\n"
