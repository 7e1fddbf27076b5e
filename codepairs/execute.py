"""Runs the work: batches of pages on any Executor, inline or in processes. Workers render and write; receipts return.

The state of a worker (the site, the templates of a language) comes from a memoised function, not from an initialiser,
so that every executor behaves alike. Its key is the path of the stored site and its digest: a new build never meets
the state of an old one.
"""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from codepairs.pages.shared import Shared
from codepairs.plan import File, Page, Site
from codepairs.render import render_page
from codepairs.write import Receipt, digest_of, write_file

__all__ = [
    "Batch",
    "InlineExecutor",
    "StoredSite",
    "batches",
    "executor_of",
    "produce",
    "run",
    "stored",
    "worker_count",
]

_BATCH = 250
"""Pages sent to a worker at once."""
_WORTH_A_PROCESS = 10_000
"""Pages below which starting processes takes longer than it saves."""


@dataclass(frozen=True, slots=True)
class StoredSite:
    """Where a worker finds the site."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages of one language, to be rendered and written together."""

    pages: tuple[Page, ...]
    site: StoredSite
    output: Path


class InlineExecutor(Executor):
    """Runs each call at once, in the caller."""

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        future: Future[object] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def stored(site: Site) -> Iterator[StoredSite]:
    """The site in a file for the workers to read, for as long as the context lasts."""
    data = pickle.dumps(site, protocol=pickle.HIGHEST_PROTOCOL)
    with TemporaryDirectory(prefix="codepairs-") as folder:
        path = Path(folder) / "site.pickle"
        path.write_bytes(data)
        yield StoredSite(path, digest_of(data))


def batches(pages: Iterable[Page], site: StoredSite, output: Path) -> Iterator[Batch]:
    """The pages in batches of one language each, in their order."""
    for _, group in groupby(pages, key=lambda page: page.lang):
        while part := tuple(islice(group, _BATCH)):
            yield Batch(part, site, output)


def produce(batch: Batch) -> list[Receipt]:
    """Render and write the pages of a batch; runs in a worker."""
    shared = _shared(batch.site.path, batch.site.digest, batch.pages[0].lang)
    return [write_file(batch.output, File(page.path, render_page(page, shared))) for page in batch.pages]


def run(work: Iterable[Batch], executor: Executor, window: int) -> Iterator[Receipt]:
    """Receipts of all batches; at most `window` batches are under way at once."""
    pending: deque[Future[list[Receipt]]] = deque()
    for batch in work:
        pending.append(executor.submit(produce, batch))
        if len(pending) >= window:
            yield from pending.popleft().result()
    while pending:
        yield from pending.popleft().result()


def worker_count(jobs: int, pages: int) -> int:
    """How many processes to use; 1 means none beside the caller."""
    wanted = jobs or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else jobs or os.cpu_count() or 1
    return wanted if pages >= _WORTH_A_PROCESS or jobs > 1 else 1


@contextmanager
def executor_of(workers: int) -> Iterator[Executor]:
    """An executor with so many workers."""
    if workers == 1:
        yield InlineExecutor()
    else:
        with ProcessPoolExecutor(workers) as pool:
            yield pool


@lru_cache(maxsize=4)
def _site(path: Path, digest: str) -> Site:
    site = pickle.loads(path.read_bytes())  # noqa: S301 - written by the same run
    assert isinstance(site, Site)
    return site


@lru_cache(maxsize=8)
def _shared(path: Path, digest: str, lang: str) -> Shared:
    return Shared(_site(path, digest), lang)
