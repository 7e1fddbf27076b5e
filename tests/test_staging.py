"""Files that take the place of others at once, and what counts as left by builds that were killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from codepairs.staging import journals, remove_left, remove_staged, replaced


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("data", [b"new", [b"n", b"ew"]])
def test_a_file_is_replaced_with_its_rights(tmp_path: Path, data: bytes | list[bytes]) -> None:
    path = tmp_path / "a.po"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replaced(path, data)
    assert (path.read_bytes(), path.stat().st_mode & 0o777, _names(tmp_path)) == (b"new", 0o640, ["a.po"])


def test_a_file_with_these_bytes_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    path.write_bytes(b"old")
    os.utime(path, ns=(1, 1))
    replaced(path, b"old")
    assert (path.stat().st_mtime_ns, _names(tmp_path)) == (1, ["a.po"])


def test_what_cannot_be_written_whole_leaves_what_was_there(tmp_path: Path) -> None:
    def full() -> Iterator[bytes]:
        yield b"ne"
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.po"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="No space left"):
        replaced(path, full())
    assert (path.read_bytes(), _names(tmp_path)) == (b"old", ["a.po"])


def test_a_link_is_replaced_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "a.po").symlink_to("other")
    replaced(tmp_path / "a.po", b"new")
    assert not (tmp_path / "a.po").is_symlink()
    assert (tmp_path / "other").read_bytes() == b"other"


@pytest.mark.parametrize("manifest", [True, False])
def test_nothing_is_removed_behind_a_link_that_is_named_like_what_builds_leave(tmp_path: Path, manifest: bool) -> None:
    elsewhere, output = tmp_path / "elsewhere", tmp_path / "site"
    (elsewhere / "added").mkdir(parents=True)
    (elsewhere / "added" / "own.txt").write_text("own")
    if manifest:
        (elsewhere / "manifest").write_text("{}\n")
    output.mkdir()
    (output / ".codepairs.new-abc").symlink_to(elsewhere)
    assert journals(output) == []
    remove_staged(output)
    remove_left(output)
    assert (elsewhere / "added" / "own.txt").read_text() == "own"
    assert (output / ".codepairs.new-abc").is_symlink()
