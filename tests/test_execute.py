"""Batches of pages on any executor: the same bytes, one language a batch, a bounded number under way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codepairs.errors import OutputError
from codepairs.execute import Batch, InlineExecutor, StoredSite, batches, produce, run, stored, worker_count
from codepairs.plan import Page, Site
from codepairs.write import Receipt
from tests.sites import plan_of, rendered, snapshot, write_pages

NOWHERE = StoredSite(Path("nowhere"), "")


def _pages(*langs: str) -> list[Page]:
    return [Page(kind="code", lang=lang, name=f"{rank}.html") for rank, lang in enumerate(langs)]


def _build(site: Site, output: Path, executor: Executor) -> dict[str, str]:
    with stored(site) as place, executor:
        receipts = list(run(batches(plan_of(site), place, output), executor, window=3))
    return {receipt.path: receipt.digest for receipt in receipts}


def test_inline_and_process_executors_give_the_same_bytes(tiny_site: Site, tmp_path: Path) -> None:
    inline = _build(tiny_site, tmp_path / "inline", InlineExecutor())
    processes = _build(tiny_site, tmp_path / "processes", ProcessPoolExecutor(2))
    assert inline == processes
    assert snapshot(tmp_path / "inline") == snapshot(tmp_path / "processes")
    assert set(inline) == {page.path for page in plan_of(tiny_site)}


def test_worker_writes_exactly_what_rendering_gives(tiny_site: Site, tmp_path: Path) -> None:
    pages = [page for page in plan_of(tiny_site) if page.lang == "ar"]
    write_pages(tiny_site, tmp_path, pages)
    for page, html in rendered(tiny_site, pages):
        assert (tmp_path / page.path).read_text(encoding="utf-8") == html


def test_changed_site_does_not_meet_the_state_of_the_old_one(tiny_site: Site, tmp_path: Path) -> None:
    """Both are stored under one path, one after the other: the digest keeps them apart."""
    page = next(page for page in plan_of(tiny_site) if page.kind == "code")
    path = tmp_path / "site.pickle"
    for number, base_url in enumerate(("https://one.example/", "https://two.example/")):
        with stored(replace(tiny_site, base_url=base_url)) as place:
            path.write_bytes(place.path.read_bytes())
            produce(Batch((page,), StoredSite(path, place.digest), tmp_path / str(number)))
        assert base_url in (tmp_path / str(number) / page.path).read_text(encoding="utf-8")


def test_batches_keep_one_language_and_the_order_of_the_pages() -> None:
    pages = _pages(*["en"] * 600, *["de"] * 3, "en")
    found = list(batches(pages, NOWHERE, Path("site")))
    assert [page for batch in found for page in batch.pages] == pages
    assert all(len({page.lang for page in batch.pages}) == 1 for batch in found)
    assert len(found) > 4, "600 pages of a language are more than one batch"


def test_no_pages_are_no_batches() -> None:
    assert list(batches([], NOWHERE, Path("site"))) == []


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
                return [Receipt(args[0].pages[0].path, "", 0, 0, "written")]

        return Result()


@pytest.mark.parametrize("window", [1, 2, 5])
def test_never_more_than_the_window_is_under_way_or_taken_from_the_plan(window: int) -> None:
    executor, taken = _Lazy(), 0

    def work() -> Iterator[Batch]:
        nonlocal taken
        for page in _pages(*["en"] * 12):
            taken += 1
            yield Batch((page,), NOWHERE, Path("site"))

    for done, _ in enumerate(run(work(), executor, window)):
        assert taken <= done + window
    assert taken == 12
    assert executor.most == window


def test_receipts_come_in_the_order_of_the_plan() -> None:
    pages = _pages(*["en"] * 7)
    work = [Batch((page,), NOWHERE, Path("site")) for page in pages]
    assert [receipt.path for receipt in run(work, _Lazy(), 3)] == [page.path for page in pages]


def test_error_in_a_worker_reaches_the_caller(tiny_site: Site, tmp_path: Path) -> None:
    (tmp_path / "en").write_text("a file where a folder has to be")
    for executor in (InlineExecutor(), ProcessPoolExecutor(1)):
        with pytest.raises(OutputError, match="cannot be written"):
            _build(tiny_site, tmp_path, executor)


@pytest.mark.parametrize(("jobs", "pages", "workers"), [(1, 10**6, 1), (3, 10, 3), (0, 10, 1)])
def test_processes_are_started_where_they_are_asked_for_or_worth_it(jobs: int, pages: int, workers: int) -> None:
    assert worker_count(jobs, pages) == workers
