"""Site -> Plan: every page that will exist, before any is made.

Nothing downstream decides what exists or whether it is indexed: a `Page` says so. The plan is walked, not stored:
pages grow with the square of the codes, and each walk yields them anew in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codepairs.assets import Assets
from codepairs.compose import Slots
from codepairs.model import Catalogue, Text
from codepairs.translate import Coverage, Translator

__all__ = ["File", "Page", "PageKind", "Plan", "Site", "plan_site"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything a page can depend on; plain data that can be sent to another process."""

    catalogue: Catalogue
    translators: Mapping[str, Translator]
    assets: Assets
    templates: Path
    template_digests: Mapping[str, str]
    interface: tuple[Text, ...]
    """The messages of the templates."""
    base_url: str
    """Absolute address of the site, with a slash at its end."""

    @property
    def domains(self) -> tuple[str, ...]:
        """The gettext domains: the interface, and one for each protocol."""
        return ("site", *self.catalogue.protocols)

    def coverage(self) -> dict[str, tuple[Coverage, ...]]:
        """How far each language but the source has come, by domain."""
        texts = (*self.interface, *self.catalogue.texts())
        return {
            lang: tuple(translator.coverage(domain, texts) for domain in self.domains)
            for lang, translator in self.translators.items()
            if not translator.is_source
        }

    @property
    def source_lang(self) -> str:
        """The tag of the language in which the content is written."""
        return self.catalogue.site.source_language

    @property
    def link_style(self) -> str:
        """`file` or `clean`."""
        return self.catalogue.site.link_style

    def languages_of(self, texts: Sequence[Text]) -> frozenset[str]:
        """The languages in which every one of the texts is translated; the source language always is."""
        return frozenset(lang for lang, translator in self.translators.items() if all(map(translator.knows, texts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page in one language: keys, not objects, so that it is cheap to send to another process."""

    kind: str
    lang: str
    """Its language; the source language for pages outside any language."""
    name: str
    """Its path below the folder of its language; the output path itself for pages outside any language."""
    key: tuple[str, ...] = ()
    """Protocol and codes, as its kind needs them."""
    languages: frozenset[str] = frozenset()
    """The languages in which its own text is translated: the one fact behind notice, hreflang, robots and sitemap."""
    notable: bool = True
    """Whether search engines are offered the page where it is translated."""
    outside: bool = False
    """Whether it belongs to no language: the choice of language, the 404 page."""

    @property
    def path(self) -> str:
        """Output path."""
        return self.name if self.outside else f"{self.lang}/{self.name}"

    @property
    def translated(self) -> bool:
        """Whether its own text is in its language; if not, the page shows passages of the source language."""
        return self.lang in self.languages

    @property
    def indexed(self) -> bool:
        """Whether it stands in the sitemap and search engines may list it."""
        return self.notable and self.translated and not self.outside


@dataclass(frozen=True, slots=True)
class File:
    """A finished output file."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKind:
    """A kind of page: its template, which pages of it exist, and what one of them shows."""

    name: str
    template: str
    plan: Callable[[Site, str], Iterator[Page]]
    """The pages of the kind in one language; called with the source language for pages outside any."""
    context: Callable[[Page, Any], dict[str, Any]] | None = None
    """What the template of the page receives beside what every page does."""
    slots: Callable[[Page, Any], Slots] | None = None
    """What the page is composed of, instead of a context: for kinds with very many pages."""
    outside: bool = False
    """Whether its pages belong to no language."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All pages of a site: those outside any language first, then language by language, kind by kind."""

    site: Site
    kinds: tuple[PageKind, ...] = field(repr=False)

    def __iter__(self) -> Iterator[Page]:
        for kind in self.kinds:
            if kind.outside:
                yield from kind.plan(self.site, self.site.source_lang)
        for lang in self.site.translators:
            for kind in self.kinds:
                if not kind.outside:
                    yield from kind.plan(self.site, lang)


def plan_site(site: Site, kinds: Sequence[PageKind]) -> Plan:
    """The plan of a site; the page kinds are given, so that this module knows none of them."""
    return Plan(site, tuple(kinds))
