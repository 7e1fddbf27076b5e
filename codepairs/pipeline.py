"""The story: what a build and a check do, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codepairs.assets import read_assets
from codepairs.errors import ContentError, Problem, errors_of
from codepairs.execute import batches, executor_of, run, stored, worker_count
from codepairs.load import read_sources
from codepairs.outputs import OUTPUTS
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Plan, Site, plan_site
from codepairs.rules import broken_rules
from codepairs.settings import Settings
from codepairs.templates import digests, interface_texts, template_problems
from codepairs.translate import Coverage, read_translators
from codepairs.validate import validate
from codepairs.write import Receipt, read_manifest, remove_files, write_file, write_manifest

__all__ = ["Report", "build", "check", "read_site"]

Progress = Callable[[int, int], None]
"""Called with the number of files done and of all files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a build did."""

    written: int
    unchanged: int
    removed: int
    pages: int
    seconds: float
    coverage: dict[str, tuple[Coverage, ...]]
    """By language and domain; the source language is left out."""
    warnings: tuple[Problem, ...]
    reasons: tuple[tuple[str, str], ...] = ()
    """Why each file was written or removed: path and reason."""


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
    plan = plan_site(site, PAGE_KINDS)
    total = sum(1 for _ in plan)
    before = read_manifest(settings.output)
    after: dict[str, str] = {}
    states: dict[str, str] = {}
    for receipt in _receipts(settings, site, plan, total):
        after[receipt.path] = receipt.digest
        states[receipt.path] = receipt.state
        progress(len(after), total)
    gone = sorted(set(before) - set(after))
    removed = remove_files(settings.output, gone)
    write_manifest(settings.output, after)
    written = [path for path, state in states.items() if state == "written"]
    return Report(
        written=len(written),
        unchanged=len(states) - len(written),
        removed=removed,
        pages=total,
        seconds=time.perf_counter() - started,
        coverage=site.coverage(),
        warnings=warnings,
        reasons=tuple(_reasons(written, gone, before)) if settings.explain else (),
    )


def check(settings: Settings) -> tuple[Site, tuple[Problem, ...]]:
    """Judge content, translations and templates without building. Raises ContentError where there are errors."""
    return read_site(settings)


def _receipts(settings: Settings, site: Site, plan: Plan, total: int) -> Iterator[Receipt]:
    workers = worker_count(settings.jobs, total)
    with stored(site) as place, executor_of(workers) as executor:
        yield from run(batches(plan, place, settings.output), executor, window=4 * workers)
    for output in OUTPUTS:
        for file in output(site, plan):
            yield write_file(settings.output, file)


def _untranslated(site: Site) -> Iterator[Problem]:
    for lang, translator in site.translators.items():
        for text in dict.fromkeys((*site.interface, *site.catalogue.texts())):
            if not translator.knows(text):
                message = f"{text.context or 'message'} is not translated into {lang!r}: {text.source[:60]!r}"
                yield Problem(text.place, message, warning=True)


def _reasons(written: Sequence[str], gone: Sequence[str], before: dict[str, str]) -> Iterator[tuple[str, str]]:
    for path in written:
        yield path, "its content changed" if path in before else "it is new"
    for path in gone:
        yield path, "removed: nothing in the content makes it any more"


def _base_url(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"
