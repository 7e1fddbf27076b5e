"""Files: written only where they differ, whole or not at all; removed only where they are ours."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from codepairs.errors import OutputError
from codepairs.write import Folder, Written


def files_below(folder: Path) -> list[str]:
    """All files and folders but what a build that failed leaves for the next."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(path for path in found if not path.startswith(".codepairs.new-"))


def put(folder: Path, path: str, data: bytes | Iterable[bytes]) -> Written:
    """Write a file as a run of its own does, but for the manifest."""
    store = started(folder)
    written = store.put(path, data)
    store.finish([], [], LAST)
    (folder / LAST[0]).unlink()
    return written


def started(folder: Path) -> Folder:
    """The folder at the beginning of a build."""
    made = Folder(folder)
    made.start()
    return made


LAST = ("last.jsonl", [b"what was ", b"done"])
"""A manifest."""


def in_pieces(data: bytes) -> Iterator[bytes]:
    """The same data, byte by byte."""
    return (data[rank : rank + 1] for rank in range(len(data)))


whole_and_in_pieces = pytest.mark.parametrize("as_given", [bytes, in_pieces], ids=["whole", "in pieces"])


@whole_and_in_pieces
def test_a_new_file_is_written_with_its_folders(tmp_path: Path, as_given: type[bytes]) -> None:
    written = put(tmp_path / "site", "en/demo/5.7.1.html", as_given(b"one"))
    modified = (tmp_path / "site/en/demo/5.7.1.html").stat().st_mtime_ns
    assert written == Written((3, modified), True)
    assert (tmp_path / "site/en/demo/5.7.1.html").read_bytes() == b"one"
    assert files_below(tmp_path) == ["site", "site/en", "site/en/demo", "site/en/demo/5.7.1.html"]


@whole_and_in_pieces
@pytest.mark.parametrize("data", [b"one", b""])
def test_the_same_bytes_are_not_written_again(tmp_path: Path, data: bytes, as_given: type[bytes]) -> None:
    put(tmp_path, "a.html", as_given(data))
    os.utime(tmp_path / "a.html", ns=(1, 1))
    assert put(tmp_path, "a.html", as_given(data)) == Written((len(data), 1), False)
    assert (tmp_path / "a.html").stat().st_mtime_ns == 1
    assert files_below(tmp_path) == ["a.html"]


@whole_and_in_pieces
@pytest.mark.parametrize("data", [b"two", b"", b"longer than one", b"one\n", b"on"])
def test_other_bytes_replace_the_file(tmp_path: Path, data: bytes, as_given: type[bytes]) -> None:
    put(tmp_path, "a.html", b"one")
    os.utime(tmp_path / "a.html", ns=(1, 1))
    (size, modified), changed = put(tmp_path, "a.html", as_given(data))
    assert (size, changed) == (len(data), True)
    assert modified == (tmp_path / "a.html").stat().st_mtime_ns != 1
    assert (tmp_path / "a.html").read_bytes() == data
    assert files_below(tmp_path) == ["a.html"]


@whole_and_in_pieces
def test_a_file_longer_than_any_buffer_is_written_and_compared_whole(tmp_path: Path, as_given: type[bytes]) -> None:
    data = b"0123456789" * 60_000
    assert put(tmp_path, "a.html", as_given(data)).changed
    assert not put(tmp_path, "a.html", as_given(data)).changed
    assert put(tmp_path, "a.html", as_given(data[:-1] + b"x")).changed
    assert (tmp_path / "a.html").read_bytes() == data[:-1] + b"x"


@whole_and_in_pieces
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_given: type[bytes]
) -> None:
    put(tmp_path, "a.html", b"one")

    replace = os.replace

    def full(source: str, target: str) -> None:
        if target.endswith("a.html"):
            raise OSError(28, "No space left on device", source, None, target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match=r"a\.html: cannot be written: No space left on device"):
        put(tmp_path, "a.html", as_given(b"two"))
    assert (tmp_path / "a.html").read_bytes() == b"one"
    assert files_below(tmp_path) == ["a.html"]


def test_a_disk_that_takes_less_than_it_is_given_is_given_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data)[:2]))
    assert put(tmp_path, "a.html", b"seven b").stamp[0] == 7
    assert (tmp_path / "a.html").read_bytes() == b"seven b"


@whole_and_in_pieces
def test_what_stands_in_the_way_is_an_output_error(tmp_path: Path, as_given: type[bytes]) -> None:
    (tmp_path / "a").write_text("a file where a folder should be")
    (tmp_path / "b.html").mkdir()
    for folder, path in ((tmp_path, "a/x.html"), (tmp_path, "b.html"), (tmp_path / "a", "x.html")):
        with pytest.raises(OutputError, match="cannot be written"):
            put(folder, path, as_given(b"x"))
    assert files_below(tmp_path) == ["a", "b.html"]


def test_stamp_tells_whether_a_file_was_touched(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.stamp("en/a.html") is None
    stamp = put(tmp_path, "en/a.html", b"one").stamp
    assert folder.stamp("en/a.html") == stamp
    os.utime(tmp_path / "en/a.html", ns=(1, 1))
    assert folder.stamp("en/a.html") == (3, 1)
    (tmp_path / "en/a.html").write_bytes(b"four")
    assert folder.stamp("en/a.html") != stamp


def test_a_file_is_opened_where_there_is_one(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.open("en/a.html") is None
    put(tmp_path, "en/a.html", b"one")
    file = folder.open("en/a.html")
    assert file is not None
    with file:
        assert file.read() == b"one"
    assert folder.open("en") is None


def test_folder_travels_to_other_processes(tmp_path: Path) -> None:
    folder = started(tmp_path / "site")
    pickle.loads(pickle.dumps(folder)).put("a.html", b"one")
    folder.finish([], [], LAST)
    assert files_below(tmp_path) == ["site", "site/a.html", "site/last.jsonl"]


@pytest.mark.parametrize("empty", [True, False])
def test_a_new_folder_is_put_in_its_place_as_a_whole(tmp_path: Path, empty: bool) -> None:
    site = tmp_path / "deep" / "site"
    if empty:
        site.mkdir(parents=True)
    folder = started(site)
    written = dict(folder.put_all("batch", [("en/a.html", b"one"), ("sitemap.xml", in_pieces(b"two"))]))
    assert not any(site.iterdir()) if empty else not site.exists()
    assert {path: folder.stamp(path) for path in written} == {path: each.stamp for path, each in written.items()}
    folder.finish(["batch"], [], LAST)
    assert files_below(tmp_path) == [
        "deep",
        "deep/site",
        "deep/site/en",
        "deep/site/en/a.html",
        "deep/site/last.jsonl",
        "deep/site/sitemap.xml",
    ]
    assert {path: Folder(site).stamp(path) for path in written} == {path: each.stamp for path, each in written.items()}
    assert all(each.changed for each in written.values())


def test_a_new_folder_can_be_entered_by_whoever_enters_any_folder(tmp_path: Path) -> None:
    folder = started(tmp_path / "site")
    folder.put("a.html", b"one")
    folder.finish([], [], LAST)
    (tmp_path / "other").mkdir()
    assert (tmp_path / "site").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_folder_that_is_there_is_written_in_place(tmp_path: Path) -> None:
    put(tmp_path / "site", "a.html", b"one")
    folder = started(tmp_path / "site")
    assert folder.put("b.html", b"two").changed
    assert folder.put("c.html", in_pieces(b"three")).changed
    assert not folder.put("a.html", b"one").changed
    assert not folder.put("a.html", in_pieces(b"one")).changed
    assert [path.name for path in (tmp_path / "site").glob("*.html")] == ["a.html"]
    folder.finish([], [], LAST)
    assert files_below(tmp_path) == ["site", "site/a.html", "site/b.html", "site/c.html", "site/last.jsonl"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "real")
    folder = started(tmp_path / "site")
    folder.put("a.html", b"one")
    folder.finish([], [], LAST)
    assert (tmp_path / "site").is_symlink()
    assert (tmp_path / "real" / "a.html").read_bytes() == b"one"


def test_a_folder_named_from_where_one_stands_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = started(Path("site"))
    folder.put("en/a.html", b"one")
    folder.finish([], [], LAST)
    assert files_below(tmp_path) == ["site", "site/en", "site/en/a.html", "site/last.jsonl"]


def test_workers_write_where_the_build_has_begun(tmp_path: Path) -> None:
    folder = started(tmp_path / "site")
    pickle.loads(pickle.dumps(folder)).put("a.html", b"one")
    folder.finish([], [], LAST)
    assert files_below(tmp_path / "site") == ["a.html", "last.jsonl"]


@pytest.mark.parametrize("empty", [True, False])
def test_an_abandoned_build_leaves_nothing_of_a_new_folder(tmp_path: Path, empty: bool) -> None:
    if empty:
        (tmp_path / "site").mkdir()
    folder = started(tmp_path / "site")
    folder.put("en/a.html", b"one")
    folder.abandon()
    assert files_below(tmp_path) == (["site"] if empty else [])


def test_an_abandoned_build_takes_nothing_from_a_folder_that_was_there(tmp_path: Path) -> None:
    put(tmp_path / "site", "a.html", b"one")
    folder = started(tmp_path / "site")
    folder.abandon()
    assert files_below(tmp_path) == ["site", "site/a.html"]


def test_what_a_killed_build_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    started(tmp_path / "site").put("en/a.html", b"one")
    assert len(files_below(tmp_path)) > 1
    folder = Folder(tmp_path / "site")
    with folder.locked(print):
        folder.start()
        folder.put("b.html", b"two")
        folder.finish([], [], LAST)
    assert files_below(tmp_path) == ["site", "site/b.html", "site/last.jsonl"]


def test_files_are_removed_with_the_folders_they_leave_empty(tmp_path: Path) -> None:
    for path in ("de/demo/1.html", "de/demo/2.html", "en/demo/1.html", "en/demo/own.txt"):
        put(tmp_path, path, b"x")
    gone = ["de/demo/1.html", "de/demo/2.html", "en/demo/1.html", "en/demo/never.html"]
    assert Folder(tmp_path).remove(gone) == 3
    assert files_below(tmp_path) == ["en", "en/demo", "en/demo/own.txt"]
    assert Folder(tmp_path).remove(gone) == 0
    assert Folder(tmp_path).remove(["en/demo/own.txt"]) == 1
    # The output folder itself stays.
    assert files_below(tmp_path) == []
    assert tmp_path.is_dir()


def test_nothing_outside_the_output_folder_is_removed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.html"
    outside.write_text("mine")
    site = tmp_path / "site"
    put(site, "en/1.html", b"x")
    (site / "link").symlink_to(tmp_path)
    paths = ["../outside.html", str(outside), "en/../../outside.html", "link/outside.html", "en", ".", ""]
    assert Folder(site).remove(paths) == 0
    assert outside.read_text() == "mine"
    assert (site / "en/1.html").exists()
