"""The story: what a build and a check do, step by step."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from codepairs.assets import read_assets
from codepairs.changes import inputs_digest, parts_of
from codepairs.compress import codings_of
from codepairs.dictionary import read_dictionaries
from codepairs.errors import ContentError, OutputError, Place, Problem, errors_of
from codepairs.execute import executor_of, jobs, run, stored
from codepairs.fields import listed
from codepairs.foreign import foreign_files
from codepairs.hosting.configuration import headers_file
from codepairs.hosts import figures_of, known_hosts, misfits
from codepairs.indexing import is_installed
from codepairs.load import Document, read_document, read_sources
from codepairs.manifest import MANIFEST, Manifest, NewManifest
from codepairs.model import Catalogue
from codepairs.outputs import OUTPUTS
from codepairs.outputs.images import can_draw
from codepairs.outputs.redirects import redirects_of
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Site, plan_site
from codepairs.rules import broken_rules
from codepairs.settings import Settings
from codepairs.stores import store_of
from codepairs.templates import located, missing_templates, read_templates, template_problems
from codepairs.translate import Coverage, Translator, Usable, read_translators, read_usable
from codepairs.trial import trial_problems
from codepairs.urls import dictionary_path
from codepairs.validate import validate
from codepairs.watch import Watcher
from codepairs.work import Work, untouched
from codepairs.write import Folder, Store

__all__ = ["Readers", "Report", "build", "draft_of", "host_problems", "read_site", "rendering_problems", "uncollected"]

_NOBODY = Watcher()
_SHOWN = 5
"""How many files a message names."""
_NO_INDEXER = (
    "the site gets no search, as Pagefind is not installed: run `pip install codepairs[search]`, "
    "or say `search: no` here or `--no-search` on the command line"
)
_NO_DRAWING = "pictures of codes need Pillow: pip install codepairs[images], or say 'images: no' here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a build did."""

    written: int
    unchanged: int
    removed: int
    pages: int
    """Pages of the site."""
    rendered: int
    """Pages that had to be rendered."""
    seconds: float
    coverage: dict[str, tuple[Coverage, ...]]
    """By language and domain; the source language is left out."""
    warnings: tuple[Problem, ...]


class Readers(NamedTuple):
    """What reads one file; a program that reads a site again and again can give some that remember."""

    document: Callable[[Path], Document] = read_document
    catalogue: Callable[[Path], Usable] = read_usable


_READERS = Readers()


def read_site(settings: Settings, readers: Readers = _READERS) -> tuple[Site, tuple[Problem, ...]]:
    """Everything a build needs, and its warnings. Raises ContentError with all problems where there are errors."""
    catalogue, translators, problems = _read(settings, readers)
    problems += broken_rules(catalogue)
    problems += template_problems(settings.templates)
    if errors_of(problems):
        raise ContentError(problems)
    site = _site(settings, catalogue, translators, problems)
    if settings.strict:
        problems += _untranslated(site)
    if errors_of(problems, strict=settings.strict):
        raise ContentError(problems)
    return site, tuple(sorted(set(problems)))


def draft_of(settings: Settings, readers: Readers = _READERS) -> Site:
    """The site before it is judged as a whole, in half the time. Raises ContentError where it cannot be read."""
    catalogue, translators, problems = _read(settings, readers)
    if errors_of(problems):
        raise ContentError(problems)
    return _site(settings, catalogue, translators, problems)


def _read(settings: Settings, readers: Readers) -> tuple[Catalogue, dict[str, Translator], list[Problem]]:
    """Content and translations, with what is wrong with each file of them."""
    catalogue, problems = validate(read_sources(settings, readers.document))
    info, domains = catalogue.site, ("site", *catalogue.protocols)
    translators, others = read_translators(
        settings.locales, info.languages, domains, info.source_language, readers.catalogue
    )
    return catalogue, translators, problems + others


def _site(
    settings: Settings, catalogue: Catalogue, translators: Mapping[str, Translator], problems: list[Problem]
) -> Site:
    """The site, with what it lacks of this installation among the problems."""
    place, info = Place(str(settings.content / "site.yaml")), catalogue.site
    searchable, draws = settings.search and info.search, info.images and can_draw()
    assets, asset_problems = read_assets(settings.templates)
    dictionaries, dictionary_problems = read_dictionaries(settings.templates, translators)
    problems += asset_problems + dictionary_problems
    if searchable and not is_installed():
        problems.append(Problem(place, _NO_INDEXER, warning=True))
    if info.images and not draws:
        problems.append(Problem(place, _NO_DRAWING, warning=True))
    return Site(
        catalogue=_searchable(catalogue, searchable and is_installed()),
        translators=translators,
        assets=assets,
        templates=read_templates(settings.templates),
        templates_at=settings.templates,
        base_url=_base_url(settings.base_url or info.url),
        draws=draws,
        dictionaries=dictionaries,
    )


def _searchable(catalogue: Catalogue, search: bool) -> Catalogue:
    return replace(catalogue, site=replace(catalogue.site, search=search))


def build(settings: Settings, watcher: Watcher = _NOBODY) -> Report:
    """Make the site. Raises ContentError before anything is written, OutputError where writing fails."""
    started = time.perf_counter()
    store = store_of(str(settings.output))
    with uncollected(), store.locked(watcher.message), _left(store) as (before, *killed):
        if not before.exists and not settings.force:
            store.claim()
        watcher.step("look for changes")
        inputs = inputs_digest(settings)
        unchanged = before.head.get("inputs") == inputs and not killed and not settings.full
        if unchanged and untouched(before, store):
            return _report(before.head, started, unchanged=before.head["files"], written=0, rendered=0, removed=0)
        watcher.step("read content, translations and templates")
        site, warnings = read_site(settings)
        if missing := missing_templates(settings.templates, (kind.template for kind in PAGE_KINDS)):
            raise ContentError(missing)
        watcher.step("plan")
        plan = plan_site(site, PAGE_KINDS, OUTPUTS)
        copies = _copies(settings, store, site)
        # Other copies are made of all pages, whether those change or not.
        full = settings.full or before.head.get("compress", []) != copies
        parts = parts_of(site, PAGE_KINDS)
        work = Work(plan, store, before, parts, watcher, full=full, force=settings.force, killed=killed)
        if before.head and _restyled(before.head.get("parts", {}), work.parts):
            _tried(site, settings)
        with NewManifest() as after, _templates_named(settings), _taken_back(store):
            written, rendered = _make(settings, work, after, watcher)
            _check_foreign(settings, work)
            watcher.step("put files in place, remove what is gone, write the manifest")
            warnings += host_problems(site, after.sizes)
            facts = _facts(site, warnings, work, after)
            head = {"inputs": inputs, "parts": work.parts, "compress": copies}
            manifest = after.data(head | facts)
            removed = store.finish((batch.name for batch in plan.batches()), work.gone(after), (MANIFEST, manifest))
            _tell_foreign(store, after, watcher)
    return _report(facts, started, written=written, rendered=rendered, removed=removed, unchanged=after.files - written)


def _copies(settings: Settings, store: Store, site: Site) -> list[str]:
    """What tells the copies that are wanted from others: codings, and dictionaries by the paths that their bytes give.

    Raises OutputError where they cannot be made, or where nothing would send them.
    """
    codings = codings_of(settings.compress)
    if codings and not isinstance(store, Folder):
        raise OutputError(f"{settings.output}: --compress makes copies for servers that choose among them; not here")
    if not any(coding.shared for coding in codings):
        return list(settings.compress)
    if not site.dictionaries:
        raise OutputError("--compress dcz needs dictionaries: make them by the command `dictionary`, or leave it out")
    return [*settings.compress, *(dictionary_path(lang, data) for lang, data in site.dictionaries.items())]


def rendering_problems(site: Site, settings: Settings) -> list[Problem]:
    """What goes wrong in templates when some pages of every kind are rendered."""
    problems = missing_templates(settings.templates, (kind.template for kind in PAGE_KINDS))
    return problems or list(located(ContentError(trial_problems(site)), settings.templates).problems)


def host_problems(site: Site, sizes: Callable[[], Iterable[tuple[str, int]]]) -> tuple[Problem, ...]:
    """Warnings where the site is too large for its host, or nearly so; `sizes` of its files are asked only for that."""
    info = site.catalogue.site
    host = known_hosts().get(info.host)
    if host is None or not host.limits:
        return ()
    headers = headers_file().splitlines() if "_headers" in host.files else []
    found = figures_of(
        sizes(),
        redirects=sum(1 for _ in redirects_of(site)),
        header_rules=sum(line.startswith("/") for line in headers),
        header_line=max(map(len, headers), default=0),
    )
    return tuple(Problem(info.host_place, message, warning=True) for message in misfits(host, found))


def _tried(site: Site, settings: Settings) -> None:
    """See whether the templates hold, before any file of the last run is replaced."""
    problems = rendering_problems(site, settings)
    if problems:
        raise ContentError(problems)


def _restyled(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether templates or the program are not as they were in the last run."""
    names = {name for name in (*before, *after) if name.startswith(("template ", "fragments ", "program "))}
    return any(before.get(name) != after.get(name) for name in names)


@contextmanager
def _templates_named(settings: Settings) -> Iterator[None]:
    """Problems of templates get their paths: workers know only the names."""
    try:
        yield
    except ContentError as error:
        raise located(error, settings.templates) from error


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for cyclic garbage: it takes long where much is read, finds next to nothing, and touches what
    workers share with this process."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _left(store: Store) -> Iterator[list[Manifest]]:
    """The manifest of the last run, and what runs were about to put in place when they were killed."""
    with ExitStack() as stack:
        yield [stack.enter_context(Manifest(store, path)) for path in (MANIFEST, *store.journals())]


@contextmanager
def _taken_back(store: Store) -> Iterator[None]:
    """Where something fails, what waits for its place is removed."""
    store.start()
    try:
        yield
    except BaseException:
        store.abandon()
        raise


def _check_foreign(settings: Settings, work: Work) -> None:
    """Nothing that somebody else has put where a page goes is replaced without being asked."""
    if paths := work.foreign():
        raise OutputError(
            f"{settings.output}: the site has files where others lie that no build has made: "
            f"{listed(paths, _SHOWN)}; move them away, or build with --force to replace them"
        )


def _tell_foreign(store: Store, after: NewManifest, watcher: Watcher) -> None:
    """Files that nobody looks after are named, as they may be left by mistake."""
    if isinstance(store, Folder):
        for line in foreign_files(store.path, after.lines(), after.files):
            watcher.message(line)


def _make(settings: Settings, work: Work, after: NewManifest, watcher: Watcher) -> tuple[int, int]:
    """Bring every file up to date; the number of files written, and of pages rendered."""
    written = rendered = 0
    watcher.step("make pages")
    with (
        _executor(settings, work, watcher) as (executor, window),
        stored(work.site, on_disk=not getattr(executor, "forks", True)) as key,
    ):
        for receipt in run(jobs(work.tasks(after), key, work.store, compress=settings.compress), executor, window):
            after.add(receipt.line, receipt.files)
            work.made(receipt)
            written, rendered = written + receipt.written, rendered + receipt.rendered
            watcher.progress(work.done, work.pages)
    return written, rendered


def _executor(settings: Settings, work: Work, watcher: Watcher) -> AbstractContextManager[tuple[Executor, int]]:
    """What runs the jobs, and how many of them at once: a cluster, or this machine."""
    if settings.scheduler:
        try:
            from codepairs.cluster import cluster_of
        except ModuleNotFoundError as error:
            raise OutputError(f"{error.name} is not installed; pip install codepairs[cluster]") from None
        return cluster_of(settings.scheduler, work.store.folder, watcher.message)
    return executor_of(settings.jobs, work.pages, watcher.message, fork=work.store.forkable)


def _facts(site: Site, warnings: tuple[Problem, ...], work: Work, after: NewManifest) -> dict[str, Any]:
    """What a later run that changes nothing reports, as plain data."""
    coverage = {lang: [astuple(each) for each in domains] for lang, domains in site.coverage().items()}
    listed = [(each.place.path, each.place.line, each.place.column, each.message) for each in warnings]
    return {"pages": work.pages, "files": after.files, "coverage": coverage, "warnings": listed}


def _report(facts: Mapping[str, Any], started: float, **counts: int) -> Report:
    coverage = {lang: tuple(Coverage(*each) for each in domains) for lang, domains in facts["coverage"].items()}
    warnings = tuple(Problem(Place(*place), text, warning=True) for *place, text in facts["warnings"])
    seconds = time.perf_counter() - started
    return Report(pages=facts["pages"], seconds=seconds, coverage=coverage, warnings=warnings, **counts)


def _untranslated(site: Site) -> Iterator[Problem]:
    for lang, translator in site.translators.items():
        for text in dict.fromkeys((*site.interface, *site.catalogue.texts())):
            if not translator.knows(text):
                message = f"{text.context or 'message'} is not translated into {lang!r}: {text.source[:60]!r}"
                yield Problem(text.place, message, warning=True)


def _base_url(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"
