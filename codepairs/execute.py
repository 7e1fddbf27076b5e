"""Runs the work: jobs on any Executor, inline or in processes. Workers render and write; receipts return.

The state of a worker (the site, the templates of a language) comes from memoised functions, not from an initialiser, so
that every executor behaves alike. It is kept under a key that each run makes anew: a build never meets the state of an
older one. Where workers are forked they have the site already; elsewhere they read it from a file.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import zlib
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from multiprocessing import get_all_start_methods, get_context, parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import TracebackType
from typing import NamedTuple
from uuid import uuid4

from codepairs.compress import original_of, put_with_copies
from codepairs.errors import OutputError
from codepairs.manifest import line_of
from codepairs.outputs import OUTPUTS
from codepairs.pages import PAGE_KINDS
from codepairs.pages.shared import Shared
from codepairs.plan import Batch, Plan, Site, plan_site
from codepairs.render import render_pages
from codepairs.write import Stamp, Store

__all__ = [
    "InlineExecutor",
    "Job",
    "ProcessesExecutor",
    "Receipt",
    "SiteKey",
    "Task",
    "executor_of",
    "jobs",
    "learn",
    "packed",
    "produce",
    "run",
    "stored",
]

_WORTH_A_PROCESS = 1_000
"""Pages below which starting processes takes longer than it saves."""
_JOB = 400
"""Pages sent to a worker at once, about."""
_KINDS = {kind.name: kind for kind in PAGE_KINDS}
_MANY = frozenset(kind.name for kind in PAGE_KINDS if kind.keys)
"""The kinds of which there are so many pages that they come in several batches."""
_OUTPUTS = {output.name: output for output in OUTPUTS}


class SiteKey(NamedTuple):
    """Where a worker finds the site."""

    key: str
    path: str | None
    """A file; None where the workers are forked from the process that has it."""


class Task(NamedTuple):
    """What has to be made of a batch."""

    batch: Batch
    kept: Mapping[str, Stamp] | None = None
    """The files that stay as they are; None: nothing does."""


class Job(NamedTuple):
    """Tasks of one language, to be done together."""

    tasks: tuple[Task, ...]
    site: SiteKey
    store: Store
    compress: tuple[str, ...] = ()
    """The codings of which files have copies."""

    @property
    def lang(self) -> str:
        """The language that a worker needs for it."""
        return self.tasks[0].batch.lang


class Receipt(NamedTuple):
    """What became of a batch."""

    batch: Batch
    line: bytes
    """Its line in the manifest."""
    rendered: int
    """Pages."""
    written: int
    """Files."""
    files: int
    """All its files."""


class InlineExecutor(Executor):
    """Runs each call at once, in the caller."""

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        future: Future[object] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class ProcessesExecutor(Executor):
    """Some processes, each of which keeps to one language as long as there is work in it.

    What a language needs (templates, fragments, sentences) is then made in few processes. A process that dies is
    replaced with the next call. None outlives the process that started it, or hears the keyboard for itself.
    """

    def __init__(self, count: int, fork: bool = True) -> None:
        self._context = get_context(_start_method(fork))
        self._pools = [self._pool() for _ in range(count)]
        self._pending = [0] * count
        self._langs: list[set[str]] = [set() for _ in range(count)]

    @property
    def forks(self) -> bool:
        """Whether the processes have what this one has."""
        return self._context.get_start_method() == "fork"

    def submit(self, fn, /, job, *args, **kwargs):  # type: ignore[no-untyped-def, override]
        rank = min(range(len(self._pools)), key=lambda rank: (self._pending[rank], job.lang not in self._langs[rank]))
        self._langs[rank].add(job.lang)
        self._pending[rank] += 1
        try:
            future = self._pools[rank].submit(fn, job, *args, **kwargs)
        except BrokenExecutor:
            self._pools[rank] = self._pool()
            future = self._pools[rank].submit(fn, job, *args, **kwargs)
        future.add_done_callback(lambda _: self._done(rank))
        return future

    def _pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=self._context, initializer=_follow_parent)

    def _done(self, rank: int) -> None:
        self._pending[rank] -= 1

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        for pool in self._pools:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What is under way has to end, as it may write; what waits is given up where the build has failed.
        self.shutdown(cancel_futures=error is not None)


def _follow_parent() -> None:
    """Begin a worker: it ends with the process that started it, which also decides what a signal of the keyboard means.

    A pool cannot tell its workers that it was killed: they would wait for work without end, and keep the lock of the
    output.
    """
    for each in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
        signal.signal(each, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def stored(site: Site, on_disk: bool = True) -> Iterator[SiteKey]:
    """The site for the workers to find, for as long as the context lasts."""
    key = uuid4().hex
    _SITES[key] = site
    with ExitStack() as stack:
        path = None
        if on_disk:
            path = f"{stack.enter_context(TemporaryDirectory(prefix='codepairs-'))}/site.pickle"
            Path(path).write_bytes(packed(SiteKey(key, None)))
        try:
            yield SiteKey(key, path)
        finally:
            del _SITES[key]


def packed(at: SiteKey) -> bytes:
    """A site of this process, to be sent to another."""
    return zlib.compress(pickle.dumps(_SITES[at.key], protocol=pickle.HIGHEST_PROTOCOL), level=1)


def learn(at: SiteKey, data: bytes) -> None:
    """Take a packed site over, unless it is here already; sites of earlier runs are forgotten."""
    if at.key not in _SITES:
        site = pickle.loads(zlib.decompress(data))  # noqa: S301 - packed by the same run
        assert isinstance(site, Site)
        for forget in (_SITES.clear, _plan.cache_clear, _shared.cache_clear, gc.collect):
            forget()
        _SITES[at.key] = site


def jobs(
    tasks: Iterable[Task], site: SiteKey, store: Store, size: int = _JOB, compress: tuple[str, ...] = ()
) -> Iterator[Job]:
    """The tasks in jobs of one language each and of about `size` pages."""
    waiting: dict[str, list[Task]] = {}
    for task in tasks:
        lang = task.batch.lang
        batch = waiting.setdefault(lang, [])
        batch.append(task)
        if sum(each.batch.count for each in batch) >= size or not task.batch.count:
            yield Job(tuple(waiting.pop(lang)), site, store, compress)
    for rest in waiting.values():
        yield Job(tuple(rest), site, store, compress)


def produce(job: Job) -> list[Receipt]:
    """Make the files of a job; runs in a worker."""
    return [_produced(task, job) for task in job.tasks]


def _produced(task: Task, job: Job) -> Receipt:
    batch, files = task.batch, dict(task.kept or {})
    rendered = written = 0
    made = _files(batch, task.kept or (), job.site)
    many = batch.kind in _MANY
    dictionaries = _site(job.site).dictionaries
    for path, (stamp, changed) in put_with_copies(job.store, batch.name, made, job.compress, many, dictionaries):
        files[path] = stamp
        rendered += original_of(path) is None
        written += changed
    return Receipt(batch, line_of(batch.name, files), rendered if batch.count else 0, written, len(files))


def _files(batch: Batch, kept: Container[str], site: SiteKey) -> Iterator[tuple[str, bytes | Iterable[bytes]]]:
    """The files of a batch but those that are kept."""
    if batch.kind in _OUTPUTS:
        plan = _plan(site)
        return ((file.path, file.data) for file in _OUTPUTS[batch.kind].files(plan.site, plan, batch))
    shared, kind = _shared(site, batch.lang), _KINDS[batch.kind]
    folder = "" if kind.outside else f"{batch.lang}/"
    pages = kind.pages(shared.site, batch.lang, batch.key)
    wanted = [page for page in pages if folder + page.name not in kept] if kept else list(pages)
    return ((folder + page.name, data) for page, data in render_pages(wanted, shared))


def run(work: Iterable[Job], executor: Executor, window: int) -> Iterator[Receipt]:
    """Receipts of all batches, job by job; at most `window` jobs are under way at once.

    The work of a process that died is done once more by another. Raises OutputError where that one dies too.
    """
    pending: deque[tuple[Job, Future[list[Receipt]]]] = deque()
    for job in work:
        pending.append((job, executor.submit(produce, job)))
        if len(pending) >= window:
            yield from _result(*pending.popleft(), executor)
    while pending:
        yield from _result(*pending.popleft(), executor)


def _result(job: Job, future: Future[list[Receipt]], executor: Executor) -> list[Receipt]:
    try:
        return future.result()
    except BrokenExecutor:
        with _killed_again():
            return executor.submit(produce, job).result()


@contextmanager
def _killed_again() -> Iterator[None]:
    try:
        yield
    except BrokenExecutor:
        raise OutputError(
            "a process was killed, and so was the one that took over its work; where memory is short, --jobs 1 needs "
            "the least. The next build makes what is missing"
        ) from None


_SITES: dict[str, Site] = {}
"""The sites of this process, by key: of the run itself, and so of workers that are forked from it."""


def _site(at: SiteKey) -> Site:
    if at.key not in _SITES and at.path:
        learn(at, Path(at.path).read_bytes())
    return _SITES[at.key]


@lru_cache(maxsize=2)
def _plan(at: SiteKey) -> Plan:
    return plan_site(_site(at), PAGE_KINDS, OUTPUTS)


@lru_cache(maxsize=8)
def _shared(at: SiteKey, lang: str) -> Shared:
    return Shared(_site(at), lang)


@contextmanager
def executor_of(
    wanted: int, pages: int, told: Callable[[str], None], *, fork: bool = True
) -> Iterator[tuple[Executor, int]]:
    """An executor with `wanted` processes (0: one for each processor), and how many jobs to give it at once.

    Few pages are made in the caller, and so are all where processes cannot be started; `told` is then told so. `fork`
    says whether this process may be forked.
    """
    count = wanted or _processors()
    if count == 1 or (not wanted and pages < _WORTH_A_PROCESS):
        yield InlineExecutor(), 1
        return
    try:
        pool = ProcessesExecutor(count, fork)
    except (OSError, ImportError, NotImplementedError) as error:
        told(f"processes cannot be started ({error}); one does all the work")
        yield InlineExecutor(), 1
        return
    with pool:
        yield pool, 4 * count


def _start_method(fork: bool) -> str | None:
    """How processes are started: forked where that may be, otherwise from nothing."""
    if not fork:
        return "spawn"
    return "fork" if "fork" in get_all_start_methods() else None


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
