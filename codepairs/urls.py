"""The only place that spells a URL or an output path.

Output paths are relative to the output folder, with forward slashes. Links between pages are relative (RFC 3986
section 4.2), so that the site works under any sub-path and opened from disk.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from codepairs.model import Source

__all__ = [
    "absolute",
    "addressed",
    "asset_path",
    "code_data_path",
    "code_of",
    "code_path",
    "decode_data_path",
    "dictionary_path",
    "editor_schema_path",
    "image_path",
    "lang_path",
    "matrix_path",
    "number_path",
    "opensearch_path",
    "pair_of",
    "pair_path",
    "picker_path",
    "protocol_data_path",
    "protocol_path",
    "relative",
    "schema_path",
    "search_path",
    "source_url",
    "translations_path",
]


_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*").fullmatch
"""Whether a path stands in an address as it is."""


def lang_path(lang: str, name: str = "index") -> str:
    """A page directly below a language: `de/index.html`, `de/about.html`."""
    return f"{lang}/{name}.html"


def protocol_path(lang: str, protocol: str) -> str:
    """The page of a protocol: `index.html` in its folder."""
    return f"{lang}/{protocol}/index.html"


def matrix_path(lang: str, protocol: str) -> str:
    """The table of all pairs of a protocol: `matrix.html` in its folder."""
    return f"{lang}/{protocol}/matrix.html"


def protocol_data_path(lang: str, protocol: str) -> str:
    """The bundle of a protocol: `index.json` in its folder."""
    return f"{lang}/{protocol}/index.json"


def code_path(lang: str, protocol: str, slug: str) -> str:
    """The page of a code: `{slug}.html` in the protocol's folder."""
    return f"{lang}/{protocol}/{slug}.html"


def code_data_path(lang: str, protocol: str, slug: str) -> str:
    """The data of a code: `{slug}.json` beside its page."""
    return f"{lang}/{protocol}/{slug}.json"


def decode_data_path(lang: str) -> str:
    """What the decode page knows of all codes: `decode.js` beside it."""
    return f"{lang}/decode.js"


def pair_path(lang: str, protocol: str, a: str, b: str) -> str:
    """The page of two codes, given by their slugs in canonical order: `{a}-vs-{b}.html`."""
    return f"{lang}/{protocol}/{a}-vs-{b}.html"


def number_path(lang: str, slug: str) -> str:
    """The page of one number in several protocols: `{lang}/number/{slug}.html`."""
    return f"{lang}/number/{slug}.html"


def picker_path(lang: str, protocol: str) -> str:
    """The script with the codes of a protocol: `codes.js` in its folder."""
    return f"{lang}/{protocol}/codes.js"


def search_path(lang: str, name: str) -> str:
    """A file that the search reads: `{lang}/search/codes.json`, `{lang}/search/pagefind.js`."""
    return f"{lang}/search/{name}"


def opensearch_path(lang: str) -> str:
    """What tells browsers how to search the site: `{lang}/opensearch.xml`."""
    return f"{lang}/opensearch.xml"


def asset_path(name: str) -> str:
    """A style sheet, script or icon: `assets/style.css`."""
    return f"assets/{name}"


def dictionary_path(lang: str, data: bytes) -> str:
    """The dictionary of a language, named after its bytes: `assets/dictionaries/en-0123456789abcdef.dict`."""
    return asset_path(f"dictionaries/{lang}-{sha256(data).hexdigest()[:16]}.dict")


def image_path(protocol: str = "index", slug: str = "index") -> str:
    """The picture of a code, of a protocol, or of the site: `assets/og/{protocol}/{slug}.png`."""
    return asset_path(f"og/{protocol}/{slug}.png")


def schema_path(name: str) -> str:
    """What describes the data of one kind, a JSON Schema: `schemas/code.schema.json`."""
    return f"schemas/{name}.schema.json"


def editor_schema_path(name: str) -> str:
    """What tells editors how a content file is made: `schemas/content/site.schema.json`."""
    return f"schemas/content/{name}.schema.json"


def translations_path() -> str:
    """How far each language has come: `translations.json`."""
    return "translations.json"


def relative(target: str, page: str, style: str = "file") -> str:
    """The link from one output path to another; `style` is the site's link style.

    >>> relative("de/names/a.html", "en/names/b.html"), relative("de/index.html", "de/index.html", "clean")
    ('../../de/names/a.html', './')
    """
    folder, name = posixpath.split(target)
    return _folder_link(folder, posixpath.dirname(page)) + _quoted(_styled(name, style)) or "./"


@lru_cache(maxsize=1024)
def _folder_link(folder: str, page_folder: str) -> str:
    """The way from one folder to another: empty or with a slash at its end."""
    link = posixpath.relpath(folder or ".", page_folder or ".")
    return "" if link == "." else _quoted(f"{link}/")


def addressed(address: str, style: str = "file") -> tuple[str, ...]:
    """The output paths that an address below that of the site can mean, the likeliest first.

    >>> addressed("de/"), addressed("de/names/a", "clean")
    (('de/index.html',), ('de/names/a', 'de/names/a.html'))
    """
    if not address or address.endswith("/"):
        return (f"{address}index.html",)
    return (address, f"{address}.html") if style == "clean" else (address,)


def code_of(path: str) -> tuple[str, str, str] | None:
    """Language, protocol and slug of the page of a code, the reverse of `code_path`; None for other paths.

    >>> code_of(code_path("de", "names", "a"))
    ('de', 'names', 'a')
    """
    found = re.fullmatch(r"([^/]+)/([^/]+)/([^/]+)\.html", path)
    return (found[1], found[2], found[3]) if found else None


def pair_of(path: str) -> tuple[str, str, str, str] | None:
    """Language, protocol and both slugs of a page of two codes, the reverse of `pair_path`; None for other paths.

    >>> pair_of(pair_path("de", "names", "a", "b"))
    ('de', 'names', 'a', 'b')
    """
    found = re.fullmatch(r"([^/]+)/([^/]+)/([^/]+)-vs-([^/]+)\.html", path)
    return (found[1], found[2], found[3], found[4]) if found else None


def absolute(target: str, base_url: str, style: str = "file") -> str:
    """The full address of an output path; `base_url` ends with a slash. An index page is named by its folder."""
    folder, slash, name = target.rpartition("/")
    last = "" if name == "index.html" else _styled(name, style)
    return base_url + _quoted(f"{folder}{slash}{last}")


def source_url(source: Source) -> str:
    """Where a source can be read; RFCs at the RFC Editor."""
    if source.rfc is None:
        return source.url or ""
    prefix = "appendix" if source.section and source.section[0].isalpha() else "section"
    fragment = f"#{prefix}-{source.section}" if source.section else ""
    return f"https://www.rfc-editor.org/rfc/rfc{source.rfc}.html{fragment}"


def _styled(name: str, style: str) -> str:
    """A file's name as links show it."""
    if style != "clean" or not name.endswith(".html"):
        return name
    return "" if name == "index.html" else name.removesuffix(".html")


def _quoted(path: str) -> str:
    return path if _PLAIN(path) else quote(path, safe="/-._~")
