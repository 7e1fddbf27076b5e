"""The story: what a build and a check do, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codepairs.assets import read_assets
from codepairs.changes import Fingerprints, Record, stale_reason
from codepairs.errors import ContentError, Problem, errors_of
from codepairs.execute import batches, executor_of, run, stored, worker_count
from codepairs.load import read_sources
from codepairs.outputs import OUTPUTS
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Page, Plan, Site, plan_site
from codepairs.rules import broken_rules
from codepairs.settings import Settings
from codepairs.templates import digests, interface_texts, template_problems
from codepairs.translate import Coverage, read_translators
from codepairs.validate import validate
from codepairs.write import Receipt, read_manifest, remove_files, write_file, write_manifest

__all__ = ["Progress", "Report", "Work", "build", "check", "read_site"]

Progress = Callable[[int, int], None]
"""Called with the number of files done and of all files."""


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
    reasons: tuple[tuple[str, str], ...] = ()
    """Why each page was rendered or removed: path and reason."""


def read_site(settings: Settings) -> tuple[Site, tuple[Problem, ...]]:
    """Everything a build needs, and its warnings. Raises ContentError with all problems where there are errors."""
    catalogue, problems = validate(read_sources(settings))
    problems += broken_rules(catalogue)
    problems += template_problems(settings.templates)
    translators, translation_problems = read_translators(
        settings.locales, catalogue.site.languages, ("site", *catalogue.protocols), catalogue.site.source_language
    )
    problems += translation_problems
    if errors_of(problems):
        raise ContentError(problems)
    site = Site(
        catalogue=catalogue,
        translators=translators,
        assets=read_assets(settings.templates),
        templates=settings.templates.resolve(),
        template_digests=digests(settings.templates),
        interface=interface_texts(settings.templates),
        base_url=_base_url(settings.base_url or catalogue.site.url),
    )
    if settings.strict:
        problems += _untranslated(site)
    if errors_of(problems, strict=settings.strict):
        raise ContentError(problems)
    return site, tuple(sorted(set(problems)))


def build(settings: Settings, progress: Progress = lambda done, total: None) -> Report:
    """Make the site. Raises ContentError before anything is written, OutputError where writing fails."""
    started = time.perf_counter()
    site, warnings = read_site(settings)
    before = read_manifest(settings.output)
    work = _work(settings, site, before)
    after = dict(work.kept)
    written: list[str] = []
    for receipt in _receipts(settings, site, work):
        after[receipt.path] = receipt.record(work.fingerprints.get(receipt.path, ""))
        written += [receipt.path] if receipt.state == "written" else []
        progress(len(after), work.pages)
    gone = sorted(set(before) - set(after))
    removed = remove_files(settings.output, gone)
    write_manifest(settings.output, after)
    return Report(
        written=len(written),
        unchanged=len(after) - len(written),
        removed=removed,
        pages=work.pages,
        rendered=len(work.stale),
        seconds=time.perf_counter() - started,
        coverage=site.coverage(),
        warnings=warnings,
        reasons=(*work.reasons, *((path, "removed: nothing makes it any more") for path in gone)),
    )


def check(settings: Settings) -> tuple[Site, tuple[Problem, ...]]:
    """Judge content, translations and templates without building. Raises ContentError where there are errors."""
    return read_site(settings)


@dataclass(frozen=True, slots=True)
class Work:
    """What a build has to do."""

    plan: Plan
    pages: int
    stale: tuple[Page, ...]
    fingerprints: dict[str, str]
    """Fingerprints of the stale pages by path."""
    kept: dict[str, Record]
    """Records of the pages that can stay."""
    reasons: tuple[tuple[str, str], ...]


def _work(settings: Settings, site: Site, before: dict[str, Record]) -> Work:
    plan = plan_site(site, PAGE_KINDS)
    prints = Fingerprints(site, PAGE_KINDS)
    stale: list[Page] = []
    fingerprints: dict[str, str] = {}
    kept: dict[str, Record] = {}
    reasons: list[tuple[str, str]] = []
    for page in plan:
        fingerprint, record = prints.of(page), before.get(page.path)
        reason = "--full" if settings.full else stale_reason(settings.output, page.path, fingerprint, record)
        if record is not None and reason is None:
            kept[page.path] = record
        else:
            stale.append(page)
            fingerprints[page.path] = fingerprint
            reasons.append((page.path, reason or ""))
    return Work(plan, len(stale) + len(kept), tuple(stale), fingerprints, kept, tuple(reasons))


def _receipts(settings: Settings, site: Site, work: Work) -> Iterator[Receipt]:
    workers = worker_count(settings.jobs, len(work.stale))
    with stored(site) as place, executor_of(workers) as executor:
        yield from run(batches(work.stale, place, settings.output), executor, window=4 * workers)
    for output in OUTPUTS:
        for file in output(site, work.plan):
            yield write_file(settings.output, file)


def _untranslated(site: Site) -> Iterator[Problem]:
    for lang, translator in site.translators.items():
        for text in dict.fromkeys((*site.interface, *site.catalogue.texts())):
            if not translator.knows(text):
                message = f"{text.context or 'message'} is not translated into {lang!r}: {text.source[:60]!r}"
                yield Problem(text.place, message, warning=True)


def _base_url(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"
