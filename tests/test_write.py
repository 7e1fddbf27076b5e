"""Files: written only where they differ, whole or not at all; removed only where they are ours."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from codepairs.changes import Record
from codepairs.errors import OutputError
from codepairs.plan import File
from codepairs.write import MANIFEST, digest_of, read_manifest, remove_files, write_file, write_manifest


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_new_file_is_written_with_its_folders(tmp_path: Path) -> None:
    receipt = write_file(tmp_path / "site", File("en/demo/5.7.1.html", b"one"))
    assert (receipt.path, receipt.state, receipt.digest) == ("en/demo/5.7.1.html", "written", digest_of(b"one"))
    modified = (tmp_path / "site/en/demo/5.7.1.html").stat().st_mtime_ns
    assert (receipt.size, receipt.modified) == (3, modified)
    assert receipt.record("print") == Record("print", digest_of(b"one"), 3, modified)
    assert (tmp_path / "site/en/demo/5.7.1.html").read_bytes() == b"one"
    assert files_below(tmp_path) == ["site", "site/en", "site/en/demo", "site/en/demo/5.7.1.html"]


def test_the_same_bytes_are_not_written_again(tmp_path: Path) -> None:
    write_file(tmp_path, File("a.html", b"one"))
    os.utime(tmp_path / "a.html", ns=(1, 1))
    receipt = write_file(tmp_path, File("a.html", b"one"))
    assert (receipt.state, receipt.modified) == ("unchanged", 1)
    assert (tmp_path / "a.html").stat().st_mtime_ns == 1


@pytest.mark.parametrize("data", [b"two", b"", b"longer than one"])
def test_other_bytes_replace_the_file(tmp_path: Path, data: bytes) -> None:
    first = write_file(tmp_path, File("a.html", b"one"))
    second = write_file(tmp_path, File("a.html", data))
    assert second.state == "written"
    assert second.digest != first.digest
    assert (tmp_path / "a.html").read_bytes() == data
    assert files_below(tmp_path) == ["a.html"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path, File("a.html", b"one"))

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match=r"a\.html: cannot be written: No space left on device"):
        write_file(tmp_path, File("a.html", b"two"))
    assert (tmp_path / "a.html").read_bytes() == b"one"
    assert files_below(tmp_path) == ["a.html"]


def test_what_stands_in_the_way_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file where a folder should be")
    (tmp_path / "b.html").mkdir()
    for path in ("a/x.html", "b.html"):
        with pytest.raises(OutputError, match="cannot be written"):
            write_file(tmp_path, File(path, b"x"))
    with pytest.raises(OutputError, match="cannot be written"):
        write_manifest(tmp_path / "a", {})


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    files = {"en/b.html": Record("f2", "d2", 2, 20), "en/a “x”.html": Record("f1", "d1", 1, 10)}
    write_manifest(tmp_path / "new", files)
    assert read_manifest(tmp_path / "new") == files
    before = (tmp_path / "new" / MANIFEST).read_bytes()
    write_manifest(tmp_path / "new", dict(reversed(files.items())))
    assert (tmp_path / "new" / MANIFEST).read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "null",
        '{"files": {"a": ["f", "d", 1, 2]}}',
        '{"format": 1, "files": {"a": ["f", "d", 1, 2]}}',
        '{"format": 2}',
        '{"format": 2, "files": []}',
        '{"format": 2, "files": {"a": ["f"]}}',
        '{"format": 2, "files": {"a": 1}}',
        "\udcff",
    ],
)
def test_a_manifest_that_cannot_be_used_counts_as_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / MANIFEST).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_manifest(tmp_path) == {}


def test_the_manifest_names_its_format(tmp_path: Path) -> None:
    write_manifest(tmp_path, {"a": Record("f", "d", 1, 2)})
    assert json.loads((tmp_path / MANIFEST).read_bytes()) == {"format": 2, "files": {"a": ["f", "d", 1, 2]}}
    write_manifest(tmp_path, {})
    assert json.loads((tmp_path / MANIFEST).read_bytes()) == {"format": 2, "files": {}}


def test_files_are_removed_with_the_folders_they_leave_empty(tmp_path: Path) -> None:
    for path in ("de/demo/1.html", "de/demo/2.html", "en/demo/1.html", "en/demo/own.txt"):
        write_file(tmp_path, File(path, b"x"))
    gone = ["de/demo/1.html", "de/demo/2.html", "en/demo/1.html", "en/demo/never.html"]
    assert remove_files(tmp_path, gone) == 3
    assert files_below(tmp_path) == ["en", "en/demo", "en/demo/own.txt"]
    assert remove_files(tmp_path, gone) == 0
    assert remove_files(tmp_path, ["en/demo/own.txt"]) == 1
    # The output folder itself stays.
    assert files_below(tmp_path) == []
    assert tmp_path.is_dir()


def test_nothing_outside_the_output_folder_is_removed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.html"
    outside.write_text("mine")
    site = tmp_path / "site"
    write_file(site, File("en/1.html", b"x"))
    (site / "link").symlink_to(tmp_path)
    paths = ["../outside.html", str(outside), "en/../../outside.html", "link/outside.html", "en", ".", ""]
    assert remove_files(site, paths) == 0
    assert outside.read_text() == "mine"
    assert (site / "en/1.html").exists()


def test_digests_tell_bytes_apart() -> None:
    assert digest_of(b"one") == digest_of(b"one")
    assert digest_of(b"one") != digest_of(b"two")
