"""Jobs on any executor: the same bytes, one language a job, a bounded number under way, nothing lost with a process."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from codepairs import execute
from codepairs.errors import OutputError
from codepairs.execute import (
    InlineExecutor,
    Job,
    ProcessesExecutor,
    Receipt,
    SiteKey,
    Task,
    executor_of,
    jobs,
    produce,
    run,
    stored,
)
from codepairs.manifest import files_of
from codepairs.plan import Batch, Site
from codepairs.write import Folder, Store, Written
from tests.sites import output_files, plan_of, rendered, snapshot

NOWHERE = SiteKey("nowhere", None)
STORE = Folder(Path("nowhere"))


def _tasks(*langs: str, pages: int = 1) -> list[Task]:
    return [Task(Batch("pair", lang, ("demo", str(rank)), pages)) for rank, lang in enumerate(langs)]


def _build(site: Site, store: Store, executor: Executor, size: int = 10) -> list[Receipt]:
    with stored(site) as key, executor:
        return list(run(jobs(map(Task, plan_of(site).batches()), key, store, size), executor, window=3))


def _paths(receipts: Iterable[Receipt]) -> Counter[str]:
    return Counter(path for receipt in receipts for path in files_of(receipt.line))


def test_inline_and_process_executors_give_the_same_bytes(tiny_site: Site, tmp_path: Path) -> None:
    inline = _build(tiny_site, Folder(tmp_path / "inline"), InlineExecutor())
    processes = _build(tiny_site, Folder(tmp_path / "processes"), ProcessesExecutor(2))
    assert [receipt.batch for receipt in inline] == [receipt.batch for receipt in processes]
    assert _paths(inline) == _paths(processes)
    assert snapshot(tmp_path / "inline") == snapshot(tmp_path / "processes")


def test_every_file_of_the_plan_is_made_once(tiny_site: Site, tmp_path: Path) -> None:
    wanted = Counter([*(page.path for page in plan_of(tiny_site)), *output_files(tiny_site)])
    receipts = _build(tiny_site, Folder(tmp_path), InlineExecutor())
    assert _paths(receipts) == wanted
    assert set(wanted.values()) == {1}
    assert set(snapshot(tmp_path)) == set(wanted)


def test_receipt_tells_what_was_made_of_a_batch(tiny_site: Site, tmp_path: Path) -> None:
    assert all(
        (receipt.rendered, receipt.written) == (receipt.batch.count, receipt.files)
        for receipt in _build(tiny_site, Folder(tmp_path), InlineExecutor())
    )
    store = Folder(tmp_path)
    store.start()
    again = _build(tiny_site, store, InlineExecutor())
    assert all((receipt.rendered, receipt.written) == (receipt.batch.count, 0) for receipt in again)
    for receipt in again:
        for path, stamp in files_of(receipt.line).items():
            assert Folder(tmp_path).stamp(path) == stamp


def test_worker_writes_exactly_what_rendering_gives(tiny_site: Site, tmp_path: Path) -> None:
    _build(tiny_site, Folder(tmp_path), InlineExecutor())
    for page, html in rendered(tiny_site):
        assert (tmp_path / page.path).read_text(encoding="utf-8") == html


def test_files_that_are_kept_are_neither_made_nor_lost(tiny_site: Site, tmp_path: Path) -> None:
    batch = next(batch for batch in plan_of(tiny_site).batches() if batch.count and batch.key == ("parcel", "5.1.0"))
    kept = {"en/parcel/5.1.0-vs-5.1.1.html": (7, 77)}
    with stored(tiny_site) as key:
        (receipt,) = produce(Job((Task(batch, kept),), key, Folder(tmp_path)))
    assert (receipt.rendered, receipt.written, receipt.files) == (batch.count - 1, batch.count - 1, batch.count)
    assert kept.items() <= files_of(receipt.line).items()
    assert sorted(snapshot(tmp_path)) == ["en/parcel/5.1.0-vs-5.7.1.html", "en/parcel/5.1.0-vs-5.7.2.html"]


def test_changed_site_does_not_meet_the_state_of_the_old_one(tiny_site: Site, tmp_path: Path) -> None:
    batch = next(batch for batch in plan_of(tiny_site).batches() if batch.kind == "about")
    for number, base_url in enumerate(("https://one.example/", "https://two.example/")):
        with stored(replace(tiny_site, base_url=base_url)) as key:
            produce(Job((Task(batch),), key, Folder(tmp_path / str(number))))
        assert base_url in (tmp_path / str(number) / "en/about.html").read_text(encoding="utf-8")


def test_process_that_is_no_fork_reads_the_site_from_a_file(tiny_site: Site, tmp_path: Path) -> None:
    batch = next(batch for batch in plan_of(tiny_site).batches() if batch.kind == "about")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor, stored(tiny_site) as key:
        executor.submit(produce, Job((Task(batch),), key, Folder(tmp_path))).result()
    assert (
        dict(rendered(tiny_site))[plan_page(tiny_site, "en/about.html")].encode() == snapshot(tmp_path)["en/about.html"]
    )


def plan_page(site: Site, path: str) -> Any:
    return next(page for page in plan_of(site) if page.path == path)


def test_jobs_keep_one_language_and_its_order() -> None:
    tasks = _tasks(*["en", "de"] * 300, "en")
    found = list(jobs(tasks, NOWHERE, STORE, 100))
    assert all({task.batch.lang for task in job.tasks} == {job.lang} for job in found)
    for lang in ("en", "de"):
        of_lang = [task for task in tasks if task.batch.lang == lang]
        assert [task for job in found if job.lang == lang for task in job.tasks] == of_lang
    assert Counter(len(job.tasks) for job in found) == {100: 6, 1: 1}


def test_batches_of_very_many_pages_are_jobs_of_their_own() -> None:
    assert [len(job.tasks) for job in jobs(_tasks(*["en"] * 5, pages=70), NOWHERE, STORE, 100)] == [2, 2, 1]
    assert [len(job.tasks) for job in jobs(_tasks(*["en"] * 3, pages=700), NOWHERE, STORE, 100)] == [1, 1, 1]


def test_files_that_are_no_pages_wait_for_nothing() -> None:
    tasks = _tasks("en", "de", pages=0)
    assert [job.tasks for job in jobs(tasks, NOWHERE, STORE, 100)] == [(task,) for task in tasks]


def test_no_tasks_are_no_jobs() -> None:
    assert list(jobs([], NOWHERE, STORE)) == []


class _Lazy(Executor):
    """Finishes a call when its result is asked for, and counts the calls under way."""

    def __init__(self) -> None:
        self.pending = 0
        self.most = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.pending += 1
        self.most = max(self.most, self.pending)
        executor = self

        class Result(Future[Any]):
            def result(self, timeout: float | None = None) -> list[Receipt]:
                executor.pending -= 1
                return [Receipt(task.batch, b"", 0, 0, 0) for task in args[0].tasks]

        return Result()


@pytest.mark.parametrize("window", [1, 2, 5])
def test_never_more_than_the_window_is_under_way_or_taken_from_the_plan(window: int) -> None:
    executor, taken = _Lazy(), 0

    def work() -> Iterator[Job]:
        nonlocal taken
        for task in _tasks(*["en"] * 12):
            taken += 1
            yield Job((task,), NOWHERE, STORE)

    for done, _ in enumerate(run(work(), executor, window)):
        assert taken <= done + window
    assert taken == 12
    assert executor.most == window


def test_receipts_come_in_the_order_of_the_jobs() -> None:
    tasks = _tasks(*["en"] * 7)
    work = [Job(tuple(tasks[:3]), NOWHERE, STORE), *(Job((task,), NOWHERE, STORE) for task in tasks[3:])]
    assert [receipt.batch for receipt in run(work, _Lazy(), 3)] == [task.batch for task in tasks]


def test_error_in_a_worker_reaches_the_caller(tiny_site: Site, tmp_path: Path) -> None:
    (tmp_path / "en").write_text("a file where a folder has to be")
    for executor in (InlineExecutor(), ProcessesExecutor(1)):
        with pytest.raises(OutputError, match="cannot be written"):
            _build(tiny_site, Folder(tmp_path), executor)


class _Deadly(Folder):
    """Kills the process that writes a certain file, once."""

    def put(self, path: str, data: bytes | Iterable[bytes]) -> Written:
        mark = self.path.with_name("died")
        if path == "de/parcel/5.1.0.html" and not mark.exists():
            mark.touch()
            os._exit(1)
        return super().put(path, data)


def test_process_that_dies_loses_nothing(tiny_site: Site, tmp_path: Path) -> None:
    receipts = _build(tiny_site, _Deadly(tmp_path / "deadly"), ProcessesExecutor(2))
    assert (tmp_path / "died").exists()
    others = _build(tiny_site, Folder(tmp_path / "inline"), InlineExecutor())
    assert [receipt.batch for receipt in receipts] == [receipt.batch for receipt in others]
    assert snapshot(tmp_path / "deadly") == snapshot(tmp_path / "inline")


@pytest.mark.parametrize(
    ("wanted", "pages", "kind"),
    [(1, 10**6, InlineExecutor), (3, 10, ProcessesExecutor), (0, 10, InlineExecutor), (2, 10**6, ProcessesExecutor)],
)
def test_processes_are_started_where_they_are_asked_for_or_worth_it(
    wanted: int, pages: int, kind: type[Executor]
) -> None:
    messages: list[str] = []
    with executor_of(wanted, pages, messages.append) as (executor, window):
        assert isinstance(executor, kind)
        assert window >= max(1, wanted)
    assert messages == []


def test_where_processes_cannot_be_started_one_does_all_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(count: int, fork: bool) -> ProcessesExecutor:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(execute, "ProcessesExecutor", refused)
    messages: list[str] = []
    with executor_of(2, 10, messages.append) as (executor, _):
        assert isinstance(executor, InlineExecutor)
    (message,) = messages
    assert "processes cannot be started" in message
    assert "No space left on device" in message
