"""What lies at an address of a site, made when it is asked for: nothing is built, and no file is opened.

Addresses are looked up in the plan, so there is nothing else that they could reach. Pages of two codes are found by
the codes in their name, all others in a list; files that are no pages are made with their batch, when one is asked for.
What was made is kept. The bytes are those that a build writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from codepairs.model import Code
from codepairs.outputs import OUTPUTS
from codepairs.pages import PAGE_KINDS, code, pair
from codepairs.pages.shared import Shared
from codepairs.plan import Batch, OutputKind, Page, Site, plan_site
from codepairs.render import render_pages
from codepairs.urls import addressed, code_of, pair_of

__all__ = ["Found", "Preview", "Rendering"]

_LOADED = re.compile(rb'<(?:script\b[^>]*? src|link rel="(?:stylesheet|icon)"[^>]*? href)="([^"]*)"')
"""What a page loads as it opens."""
_NOT_FOUND = "404.html"

Rendering = Callable[[Page], None]
"""Is told of each page before it is rendered."""


class Found(NamedTuple):
    """What lies at an address."""

    path: str
    """Output path."""
    data: bytes
    page: Page | None
    """None for files that are no pages."""


class Preview:
    """The pages and files of a site."""

    def __init__(self, site: Site, told: Rendering = lambda _: None) -> None:
        self.site = site
        self._told = told
        self._plan = plan_site(site, PAGE_KINDS, OUTPUTS)
        self._shared: dict[str, Shared] = {}
        self._html: dict[str, bytes] = {}
        self._files: dict[Batch, dict[str, bytes]] = {}

    @property
    def base(self) -> str:
        """The path below which the site lies, with a slash at both ends."""
        return urlsplit(self.site.base_url).path or "/"

    def find(self, address: str) -> Found | None:
        """What lies at a path of a URL, decoded; None where there is nothing."""
        if address.startswith(self.base):
            for path in addressed(address.removeprefix(self.base), self.site.link_style):
                if found := self._at(path):
                    return found
        return None

    def folder(self, address: str) -> str | None:
        """The address of the folder that was meant by one without its slash; None where there is none."""
        if address + "/" == self.base or (not address.endswith("/") and self.find(f"{address}/")):
            return f"{address}/"
        return None

    def missing(self) -> Found:
        """The page that stands for all that is not there."""
        page = self._listed[_NOT_FOUND]
        return Found(page.path, self.html(page), page)

    def version(self, address: str) -> str:
        """A digest of what a browser shows at an address: of the page, and of what it loads as it opens."""
        found = self.find(address) or self.missing()
        made = blake2b(found.data, digest_size=12)
        for link in _LOADED.findall(found.data):
            loaded = self.find(unquote(urlsplit(urljoin(address, link.decode())).path))
            made.update(loaded.data if loaded else b"")
        return made.hexdigest()

    def page(self, path: str) -> Page | None:
        """The page with an output path."""
        return self._code(path) or self._pair(path) or self._listed.get(path)

    def html(self, page: Page) -> bytes:
        """The HTML of a page."""
        if page.path not in self._html:
            self._told(page)
            if page.lang not in self._shared:
                self._shared[page.lang] = Shared(self.site, page.lang)
            ((_, self._html[page.path]),) = render_pages([page], self._shared[page.lang])
        return self._html[page.path]

    def samples(self) -> Iterator[Page]:
        """The first page of each kind in the source language."""
        lang = self.site.source_lang
        for kind in PAGE_KINDS:
            for batch in islice(kind.batches(self.site, lang), 1):
                yield from islice(kind.pages(self.site, lang, batch.key), 1)

    def _at(self, path: str) -> Found | None:
        page = self.page(path)
        if page is not None:
            return Found(path, self.html(page), page)
        data = self._file(path)
        return None if data is None else Found(path, data, None)

    @cached_property
    def _listed(self) -> Mapping[str, Page]:
        """All pages but those of codes and of two codes, of which there are very many."""
        kinds = [kind for kind in PAGE_KINDS if kind not in (code.KIND, pair.KIND)]
        return {page.path: page for page in plan_site(self.site, kinds)}

    @cached_property
    def _codes(self) -> Mapping[tuple[str, str], Code]:
        """The codes by protocol and slug."""
        protocols = self.site.catalogue.protocols.values()
        return {(each.id, item.slug): item for each in protocols for item in each.codes.values()}

    def _code(self, path: str) -> Page | None:
        lang, protocol, slug = code_of(path) or ("", "", "")
        found = self._codes.get((protocol, slug))
        return None if found is None or lang not in self.site.translators else code.page_of(self.site, lang, found)

    def _pair(self, path: str) -> Page | None:
        lang, protocol, slug, _ = pair_of(path) or ("", "", "", "")
        found = self._codes.get((protocol, slug))
        if found is None or lang not in self.site.translators:
            return None
        pages = pair.KIND.pages(self.site, lang, (protocol, found.code))
        return next((page for page in pages if page.path == path), None)

    def _file(self, path: str) -> bytes | None:
        """The bytes of a file that is no page."""
        for output in OUTPUTS:
            for batch in output.batches(self.site):
                if output.may_hold(path, batch) and path in (files := self._batch(output, batch)):
                    return files[path]
        return None

    def _batch(self, output: OutputKind, batch: Batch) -> Mapping[str, bytes]:
        if batch not in self._files:
            made: dict[str, bytes] = {}
            # Each has to be read before the next one is asked for.
            for file in output.files(self.site, self._plan, batch):
                made[file.path] = file.data if isinstance(file.data, bytes) else b"".join(file.data)
            self._files[batch] = made
        return self._files[batch]
