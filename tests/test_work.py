"""What a run has to do: batches that can stay, pages that cannot, files that go. Nothing is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from codepairs.changes import parts_of
from codepairs.execute import Receipt, Task
from codepairs.manifest import MANIFEST, Files, Manifest, NewManifest, line_of
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Site
from codepairs.work import Work, untouched
from codepairs.write import Folder, Stamp
from tests.sites import Told, plan_of, with_catalogue, with_codes

PAIR = "pair en names NOERROR"
LAST, NEXT = (1, 1), (2, 2)
"""Stamps of what the last run made, and of what this one makes."""


class Stamps(Folder):
    """A folder whose files are known by their stamps only; the manifest is a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.known: dict[str, Stamp] = {}

    def stamp(self, path: str) -> Stamp | None:
        """What is known of a file."""
        return self.known.get(path)


class Run:
    """What one run had to do."""

    def __init__(self, work: Work, told: Told) -> None:
        self.work = work
        self.told = told
        self.tasks: dict[str, Task] = {}
        """By the names of their batches."""
        self.gone: list[str] = []

    @property
    def made(self) -> dict[str, list[str]]:
        """The pages that were made, by the names of their batches."""
        return {
            name: [path for path in _paths(self.work.site, task) if path not in (task.kept or {})]
            for name, task in self.tasks.items()
        }


def _paths(site: Site, task: Task) -> list[str]:
    """The files of a batch; of files that are no pages, one that stands for all."""
    kinds = {kind.name: kind for kind in PAGE_KINDS}
    batch = task.batch
    if batch.kind not in kinds:
        return [f"{batch.name}.json"]
    return [page.path for page in kinds[batch.kind].pages(site, batch.lang, batch.key)]


@contextmanager
def _work(site: Site, store: Stamps, told: Told, full: bool = False) -> Iterator[Work]:
    with Manifest(store) as before:
        yield Work(plan_of(site), store, before, parts_of(site, PAGE_KINDS), told, full=full)


def _run(site: Site, store: Stamps, *, explains: bool = True, full: bool = False, stamp: Stamp = NEXT) -> Run:
    """Do a run: all that has to be made gets the stamp."""
    told = Told(explains)
    with _work(site, store, told, full) as work, NewManifest() as after:
        run = Run(work, told)
        for task in work.tasks(after):
            run.tasks[task.batch.name] = task
            files: Files = dict(task.kept or {}) | {
                path: stamp for path in _paths(site, task) if path not in (task.kept or {})
            }
            store.known |= files
            line = line_of(task.batch.name, files)
            after.add(line, len(files))
            work.made(Receipt(task.batch, line, 0, 0, len(files)))
        run.gone = work.gone(after)
        for path in run.gone:
            del store.known[path]
        store.put(MANIFEST, after.data({"parts": dict(work.parts), "files": after.files}))
    return run


@pytest.fixture
def store(tiny_site: Site, tmp_path: Path) -> Stamps:
    """Where a run has made the tiny site."""
    store = Stamps(tmp_path)
    _run(tiny_site, store, stamp=LAST)
    return store


def _manifest(store: Stamps) -> dict[str, Files]:
    with Manifest(store) as manifest:
        return {name: manifest.files(name) for name in manifest}


def _few_names(site: Site, *codes: str) -> Site:
    """The tiny site with some codes of its second protocol."""
    names = with_codes(site.catalogue.protocols["names"], *codes)
    protocols = {**site.catalogue.protocols, "names": names}
    return with_catalogue(site, replace(site.catalogue, protocols=protocols))


@pytest.mark.parametrize("explains", [True, False])
def test_first_run_makes_everything(tiny_site: Site, tmp_path: Path, explains: bool) -> None:
    run = _run(tiny_site, Stamps(tmp_path), explains=explains)
    assert list(run.tasks) == [batch.name for batch in plan_of(tiny_site).batches()]
    assert not any(task.kept for task in run.tasks.values())
    assert (run.work.done, run.work.pages, run.gone) == (125, 125, [])
    pages = {page.path for page in plan_of(tiny_site)} if explains else set()
    assert dict(run.told.reasons) == dict.fromkeys(pages, "it is new")


@pytest.mark.parametrize("explains", [True, False])
def test_where_nothing_changed_nothing_is_made(tiny_site: Site, store: Stamps, explains: bool) -> None:
    before = _manifest(store)
    run = _run(tiny_site, store, explains=explains)
    assert (run.tasks, run.gone, run.told.reasons) == ({}, [], [])
    assert (run.work.done, run.work.pages) == (125, 125)
    assert _manifest(store) == before


@pytest.mark.parametrize("explains", [True, False])
@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        (None, "its file is missing"),
        ((7, 1), "its file was changed by something else"),
        ((1, 7), "its file was changed by something else"),
        ((1, "1"), "its file was changed by something else"),
    ],
)
def test_file_that_somebody_touched_is_made_again_and_no_other(
    tiny_site: Site, store: Stamps, explains: bool, stamp: Stamp | None, reason: str
) -> None:
    path = "en/names/noerror-vs-0x2f.html"
    store.known.pop(path) if stamp is None else store.known.update({path: stamp})
    run = _run(tiny_site, store, explains=explains)
    assert run.made == {PAIR: [path]}
    assert run.tasks[PAIR].kept == {"en/names/noerror-vs-nxdomain.html": LAST}
    assert run.told.reasons == [(path, reason)]
    assert _manifest(store)[PAIR] == {path: NEXT, "en/names/noerror-vs-nxdomain.html": LAST}


def test_files_that_are_no_pages_are_made_together(tiny_site: Site, store: Stamps) -> None:
    store.known["robots en.json"] = (7, 7)
    run = _run(tiny_site, store)
    assert run.made == {"robots en": ["robots en.json"]}
    assert run.tasks["robots en"].kept == {}
    assert run.told.reasons == [("robots en.json", "its file was changed by something else")]


def test_full_run_makes_everything_and_says_so(tiny_site: Site, store: Stamps) -> None:
    run = _run(tiny_site, store, full=True)
    assert list(run.tasks) == [batch.name for batch in plan_of(tiny_site).batches()]
    assert not any(task.kept for task in run.tasks.values())
    assert {reason for _, reason in run.told.reasons} == {"--full"}
    assert run.gone == []


@pytest.mark.parametrize("explains", [True, False])
def test_change_makes_what_depends_on_it(tiny_site: Site, store: Stamps, explains: bool) -> None:
    names = tiny_site.catalogue.protocols["names"]
    code = names.codes["0x2F"]
    codes = {**names.codes, "0x2F": replace(code, meaning=replace(code.meaning, source="Anything."))}
    protocols = {**tiny_site.catalogue.protocols, "names": replace(names, codes=codes)}
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, protocols=protocols))
    run = _run(site, store, explains=explains)
    assert run.made["code en"] == ["en/names/0x2f.html"]
    assert run.made[PAIR] == ["en/names/noerror-vs-0x2f.html"]
    assert run.made["data en names"]
    assert not [name for name in run.tasks if "parcel" in name]
    reasons = dict(run.told.reasons)
    assert reasons["en/names/0x2f.html"] == "changed: code en names 0x2f"
    assert run.work.done == 125
    assert _manifest(store)["code en"]["en/names/noerror.html"] == LAST


@pytest.mark.parametrize("explains", [True, False])
def test_change_of_what_all_depend_on_makes_whole_batches(tiny_site: Site, store: Stamps, explains: bool) -> None:
    run = _run(replace(tiny_site, base_url="https://other.example/"), store, explains=explains)
    assert {name for name, task in run.tasks.items() if not task.kept} == set(run.tasks)
    assert set(run.tasks) == {batch.name for batch in plan_of(tiny_site).batches()} - {"assets en"}
    assert {path: reason for path, reason in run.told.reasons if path.startswith("ar/")} == (
        {page.path: "changed: settings *" for page in plan_of(tiny_site) if page.path.startswith("ar/")}
        if explains
        else {}
    )


def test_what_belongs_to_a_removed_code_goes(tiny_site: Site, store: Stamps) -> None:
    site = _few_names(tiny_site, "NOERROR", "NXDOMAIN")
    run = _run(site, store)
    pages = ["0x2f", "matrix", "noerror-vs-0x2f", "nxdomain-vs-0x2f"]
    wanted = sorted(f"{lang}/names/{name}.html" for lang in ("en", "de", "ar") for name in pages)
    assert run.gone == sorted([*wanted, "image en names 0x2f.json"])
    assert [each for each in run.told.reasons if each[0] in wanted] == [
        (path, "removed: nothing makes it any more") for path in wanted
    ]
    assert not any("0x2f" in path for files in _manifest(store).values() for path in files)
    assert _run(site, store).tasks == {}


def test_what_is_gone_goes_even_where_no_other_page_of_its_batch_is_stale(tiny_site: Site, store: Stamps) -> None:
    """The line of the batch tells of a page that is not in the plan."""
    with NewManifest() as after:
        for name, files in _manifest(store).items():
            more: Files = {"en/names/noerror-vs-gone.html": LAST} if name == PAIR else {}
            after.add(line_of(name, files | more), len(files))
        store.known["en/names/noerror-vs-gone.html"] = LAST
        store.put(MANIFEST, after.data({"parts": parts_of(tiny_site, PAGE_KINDS), "files": after.files}))
    run = _run(tiny_site, store)
    assert run.made == {PAIR: []}
    assert run.gone == ["en/names/noerror-vs-gone.html"]
    assert _run(tiny_site, store).tasks == {}


def test_new_code_has_new_pages(tiny_site: Site, tmp_path: Path) -> None:
    store = Stamps(tmp_path)
    _run(_few_names(tiny_site, "NOERROR", "0x2F"), store, stamp=LAST)
    run = _run(tiny_site, store)
    reasons = dict(run.told.reasons)
    assert reasons["de/names/nxdomain.html"] == reasons["ar/names/nxdomain-vs-0x2f.html"] == "it is new"
    assert reasons["de/names/noerror.html"] == "changed: order de names"
    assert run.gone == []
    assert run.work.done == run.work.pages == 125


def test_removed_language_takes_its_batches_along(tiny_site: Site, store: Stamps) -> None:
    known = {path for path in store.known if path.startswith("ar/")}
    site = replace(tiny_site, translators={lang: tiny_site.translators[lang] for lang in ("en", "de")})
    run = _run(site, store)
    assert known <= set(run.gone)
    assert not any(name.split(" ")[1] == "ar" for name in _manifest(store))
    back = _run(tiny_site, store)
    assert {path for paths in back.made.values() for path in paths} >= known


def test_file_that_moves_to_another_batch_stays(tiny_site: Site, store: Stamps) -> None:
    moved = {"en/names/noerror-vs-0x2f.html": LAST}
    with NewManifest() as after:
        for name, files in _manifest(store).items():
            rest = {path: stamp for path, stamp in files.items() if path not in moved}
            after.add(line_of(name, rest), len(rest))
        after.add(line_of("pair en gone", moved), 1)
        store.put(MANIFEST, after.data({"parts": parts_of(tiny_site, PAGE_KINDS), "files": after.files}))
    run = _run(tiny_site, store)
    assert run.gone == []
    assert run.made == {PAIR: ["en/names/noerror-vs-0x2f.html"]}


def test_untouched_means_that_every_file_lies_as_it_was_left(tiny_site: Site, store: Stamps) -> None:
    def found() -> bool:
        with Manifest(store) as manifest:
            return untouched(manifest, store)

    assert found()
    path = "ar/names/0x2f.html"
    for stamp in (None, (2, 1), (1, 2)):
        store.known.pop(path) if stamp is None else store.known.update({path: stamp})
        assert not found()
        store.known[path] = LAST
    assert found()
    store.known["foreign.txt"] = (1, 1)
    assert found(), "what is not ours does not matter"


def test_manifest_that_lost_lines_is_not_untouched(store: Stamps) -> None:
    path = store.path / ".codepairs.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    with Manifest(store) as manifest:
        assert not untouched(manifest, store)
