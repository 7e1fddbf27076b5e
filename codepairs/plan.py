"""Site -> Plan: every page that will exist, before any is made.

Nothing downstream decides what exists or whether it is indexed: a `Page` says so. The plan is walked, not stored:
pages grow with the square of the codes. What is walked are batches, about as many as there are codes; a batch stands
for the pages that are made together and yields them wherever they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from codepairs.assets import Assets
from codepairs.compose import Slots
from codepairs.model import Catalogue, Text
from codepairs.relations import Relations
from codepairs.templates import digests, interface_texts
from codepairs.translate import Coverage, Translator

__all__ = ["Batch", "File", "OutputKind", "Page", "PageKind", "Plan", "Site", "plan_site"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Site:
    """Everything a page can depend on; plain data that can be sent to another process. Compared by identity."""

    catalogue: Catalogue
    translators: Mapping[str, Translator]
    assets: Assets
    templates: Mapping[str, str]
    """The texts of the templates by name."""
    templates_at: Path
    """Their folder."""
    base_url: str
    """Absolute address of the site, with a slash at its end."""
    draws: bool = False
    """Whether pictures are drawn: they are wanted, and there is what draws them."""
    dictionaries: Mapping[str, bytes] = field(default_factory=dict)
    """What pages of a language have in common, by language, where there is such a file."""

    @cached_property
    def template_digests(self) -> Mapping[str, str]:
        """For every template a digest of all that it is made of."""
        return digests(self.templates)

    @cached_property
    def interface(self) -> tuple[Text, ...]:
        """The messages of the templates."""
        return interface_texts(self.templates, self.templates_at)

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

    @cached_property
    def relations(self) -> Mapping[str, Relations]:
        """How the codes of each protocol relate."""
        return {name: Relations(protocol) for name, protocol in self.catalogue.protocols.items()}

    def languages_of(self, texts: Sequence[Text]) -> frozenset[str]:
        """The languages in which every one of the texts is translated; the source language always is."""
        return _languages_of(self.translators, texts)

    @cached_property
    def languages(self) -> Mapping[tuple[str, ...], frozenset[str]]:
        """The languages in which a code or a curated pair is translated, by protocol and codes."""
        return _Languages(self.catalogue, self.translators)


def _languages_of(translators: Mapping[str, Translator], texts: Sequence[Text]) -> frozenset[str]:
    return frozenset(lang for lang, translator in translators.items() if all(map(translator.knows, texts)))


class _Languages(dict[tuple[str, ...], frozenset[str]]):
    """Looks for the languages of a code or a curated pair when it is first asked for them."""

    def __init__(self, catalogue: Catalogue, translators: Mapping[str, Translator]) -> None:
        super().__init__()
        self._catalogue, self._translators = catalogue, translators
        self._same: dict[frozenset[str], frozenset[str]] = {}

    def __missing__(self, key: tuple[str, ...]) -> frozenset[str]:
        protocol, *codes = key
        declared = self._catalogue.protocols[protocol]
        texts = declared.codes[codes[0]].texts() if len(codes) == 1 else declared.curated[codes[0], codes[1]].texts()
        found = _languages_of(self._translators, tuple(texts))
        # Equal sets are one, so that what compares them need not look into them.
        self[key] = self._same.setdefault(found, found)
        return self[key]


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages or files that are made together: the unit of planning, of work and of the manifest."""

    kind: str
    lang: str
    """Their language; the source language for what belongs to none."""
    key: tuple[str, ...]
    """What its kind needs to make them: protocol, first code."""
    count: int
    """Number of pages; 0 for files that are no pages."""

    @property
    def name(self) -> str:
        """Unique in a plan: `kind lang key`."""
        return " ".join((self.kind, self.lang, *self.key))


class Page(NamedTuple):
    """One page in one language: keys, not objects."""

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

    def standing(self, source_lang: str) -> str:
        """The path of the page that stands for it: its own, or that in the source language if it falls back on that."""
        return self.path if self.outside or self.translated else f"{source_lang}/{self.name}"

    @property
    def indexed(self) -> bool:
        """Whether it stands in the sitemap and search engines may list it."""
        return self.notable and self.lang in self.languages and not self.outside


@dataclass(frozen=True, slots=True)
class File:
    """A finished output file."""

    path: str
    data: bytes | Iterable[bytes]
    """Its bytes, in one piece or, where there are very many, piece by piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKind:
    """A kind of page: its template, which pages of it exist, and what one of them shows."""

    name: str
    template: str
    pages: Callable[[Site, str, tuple[str, ...]], Iterator[Page]]
    """The pages of the kind in a language, those of one batch where the kind has several, by its key."""
    keys: Callable[[Site], Iterable[tuple[tuple[str, ...], int]]] | None = None
    """The keys of its batches in a language with the number of their pages; None: one batch, without a key."""
    context: Callable[[Page, Any], dict[str, Any]] | None = None
    """What the template of the page receives beside what every page does."""
    slots: Callable[[Sequence[Page], Any], Iterator[Slots]] | None = None
    """What pages are composed of, instead of a context: for kinds with very many pages."""
    outside: bool = False
    """Whether its pages belong to no language."""

    def batches(self, site: Site, lang: str) -> Iterator[Batch]:
        """The batches of the kind in one language."""
        keys = self.keys(site) if self.keys else [((), sum(1 for _ in self.pages(site, lang, ())))]
        return (Batch(self.name, lang, key, count) for key, count in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputKind:
    """Files derived from the site and its plan."""

    name: str
    needs: tuple[str, ...]
    """The kinds of parts they depend on: the first words of names in `codepairs.changes.parts_of`."""
    holds: str
    """Where the files of a batch lie: an output path with `{lang}`, `{0}` and `{1}` for the language and the key of the
    batch, and at most one `*` for whatever else is in their names."""
    files: Callable[[Site, Plan, Batch], Iterator[File]]
    keys: Callable[[Site], Iterable[tuple[str, tuple[str, ...]]]] | None = None
    """Language and key of each of its batches; None: a single one, for all languages."""

    def batches(self, site: Site) -> Iterator[Batch]:
        """The batches of the kind."""
        keys = self.keys(site) if self.keys else [(site.source_lang, ())]
        return (Batch(self.name, lang, key, 0) for lang, key in keys)

    def may_hold(self, path: str, batch: Batch) -> bool:
        """Whether a batch can have a file with this output path; which files there are, only making them tells."""
        start, star, end = self.holds.format(*batch.key, lang=batch.lang).partition("*")
        return path.startswith(start) and path.endswith(end) if star else path == start


@dataclass(frozen=True, slots=True)
class Plan:
    """All pages of a site, and the files derived from them."""

    site: Site
    kinds: tuple[PageKind, ...] = field(repr=False)
    outputs: tuple[OutputKind, ...] = field(repr=False, default=())

    def __iter__(self) -> Iterator[Page]:
        """All pages: those outside any language first, then language by language, kind by kind."""
        kinds = {kind.name: kind for kind in self.kinds}
        for batch in (*self._outside(), *(batch for each in self._by_language() for batch in each)):
            yield from kinds[batch.kind].pages(self.site, batch.lang, batch.key)

    def batches(self) -> Iterator[Batch]:
        """All batches; those of the languages in turn, so that workers can each keep to one of them."""
        for output in self.outputs:
            yield from output.batches(self.site)
        yield from self._outside()
        for abreast in zip_longest(*self._by_language()):
            yield from (batch for batch in abreast if batch is not None)

    def _outside(self) -> Iterator[Batch]:
        for kind in self.kinds:
            if kind.outside:
                yield from kind.batches(self.site, self.site.source_lang)

    def _by_language(self) -> list[Iterator[Batch]]:
        return [self._inside(lang) for lang in self.site.translators]

    def _inside(self, lang: str) -> Iterator[Batch]:
        for kind in self.kinds:
            if not kind.outside:
                yield from kind.batches(self.site, lang)


def plan_site(site: Site, kinds: Sequence[PageKind], outputs: Sequence[OutputKind] = ()) -> Plan:
    """The plan of a site; its kinds are given, so that this module knows none of them."""
    return Plan(site, tuple(kinds), tuple(outputs))
