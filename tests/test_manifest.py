"""The manifest: read as it was written, line by line; one that cannot be used counts as none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codepairs.manifest import MANIFEST, Files, Manifest, NewManifest, files_of, line_of
from codepairs.staging import replaced
from codepairs.write import Folder

BATCHES: dict[str, Files] = {
    "sitemap en": {"sitemap.xml": (2, 20)},
    "pair de demo 1": {"de/demo/1-vs-2.html": (1, 10), "de/demo/1-vs-“x”.html": (3, 1_700_000_000_123_456_789)},
    "pair en demo “x”": {"en/demo/x.html": (4, "an-etag")},
    "pair en empty": {},
}
HEAD = {"inputs": "i", "parts": {"program *": "p"}, "pages": 3}


def written(folder: Path, batches: dict[str, Files] = BATCHES, head: dict[str, Any] = HEAD) -> Path:
    """Write a manifest; the path of its file."""
    with NewManifest() as new:
        for name, files in batches.items():
            new.add(line_of(name, files), len(files))
        replaced(folder / MANIFEST, new.data(head))
    return folder / MANIFEST


def read(folder: Path) -> tuple[dict[str, Any], dict[str, Files]]:
    """The head of the manifest and the files of each batch."""
    with Manifest(Folder(folder)) as manifest:
        return manifest.head, {name: manifest.files(name) for name in manifest}


def test_a_line_tells_the_files_of_a_batch() -> None:
    for name, files in BATCHES.items():
        line = line_of(name, files)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert json.loads(line)[0] == name
        assert files_of(line) == files


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    written(tmp_path / "new")
    head, batches = read(tmp_path / "new")
    assert batches == BATCHES
    assert list(batches) == list(BATCHES)
    assert HEAD.items() <= head.items()


def test_batches_may_be_asked_for_in_any_order_and_as_they_stand(tmp_path: Path) -> None:
    written(tmp_path)
    with Manifest(Folder(tmp_path)) as manifest:
        for name in [*reversed(BATCHES), *BATCHES]:
            assert manifest.files(name) == BATCHES[name]
            assert manifest.line(name) == line_of(name, BATCHES[name])


def test_unknown_batch_has_no_files_and_no_line(tmp_path: Path) -> None:
    written(tmp_path)
    with Manifest(Folder(tmp_path)) as manifest:
        assert (manifest.files("pair en"), manifest.line("pair en")) == ({}, b"")
    with Manifest(Folder(tmp_path / "nowhere")) as manifest:
        assert (manifest.files("pair en"), manifest.line("pair en"), list(manifest)) == ({}, b"", [])


def test_lines_of_the_last_run_are_taken_over_unread(tmp_path: Path) -> None:
    first = written(tmp_path / "first").read_bytes()
    with Manifest(Folder(tmp_path / "first")) as before, NewManifest() as after:
        for name in before:
            after.add(before.line(name), len(BATCHES[name]))
        assert after.files == 4
        replaced(tmp_path / "second" / MANIFEST, after.data(HEAD))
    assert (tmp_path / "second" / MANIFEST).read_bytes() == first


def test_new_manifest_shows_its_lines_before_it_is_stored(tmp_path: Path) -> None:
    with NewManifest() as new:
        assert list(new.lines()) == []
        new.add(line_of("a", {"a.html": (1, 2)}), 1)
        assert [files_of(line) for line in new.lines()] == [{"a.html": (1, 2)}]
        new.add(line_of("b", {}), 0)
        assert [files_of(line) for line in new.lines()] == [{"a.html": (1, 2)}, {}]
        assert new.files == 1
    assert not (tmp_path / MANIFEST).exists()


def test_until_it_is_stored_the_old_manifest_stands(tmp_path: Path) -> None:
    before = written(tmp_path).read_bytes()
    with NewManifest() as new:
        new.add(line_of("a", {"a.html": (1, 2)}), 1)
        assert (tmp_path / MANIFEST).read_bytes() == before
        replaced(tmp_path / MANIFEST, new.data({}))
    assert read(tmp_path)[1] == {"a": {"a.html": (1, 2)}}
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST]


def test_the_manifest_names_its_format_and_the_same_again_is_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, {"a": {"a": (1, 2)}}, {})
    data = path.read_bytes()
    assert data == b'{"format": 5, "check": 1878798359, "told": {}}\n["a",{"a":[1,2]}]\n'
    assert written(tmp_path, {"a": {"a": (1, 2)}}, {}).read_bytes() == data


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "\n",
        "{",
        "[]",
        "null",
        "3",
        '{"files": {"a": ["f", "d", 1, 2]}}',
        '{"format": 2, "files": {"a": ["f", "d", 1, 2]}}\n["a",{"a":[1,2]}]\n',
        '{"format": 5}\n["a",{"a":[1,2]}]\n',
        '{"format": 5, "check": 1258657589, "told": {}}\n["a",{"a":[1,2]}]\n',
        '{"format": 5, "check": 0, "told": 5}\n["a",{"a":[1,2]}]\n',
        "[" * 100_000,
        '["a",' + "[" * 100_000,
        f'{{"format": 5, "check": {"9" * 5000}, "told": {{}}}}\n',
        '{"format": 3}\n["a\n',
        '{"format": 3}\n[["a"],{}]\n',
        '{"format": 3}\n["a",{"a":[1,2]}]\n\n',
        '{"format": 3}\n["a",{"a":[1,2]}]\n\0\0\0\0\n',
        "\udcff",
        '{"format": 3, "inputs": "\udcff"}\n',
    ],
)
def test_a_manifest_that_cannot_be_used_only_says_what_is_ours(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / MANIFEST).write_bytes(text.encode("utf-8", "surrogateescape"))
    head, batches = read(tmp_path)
    assert head == {}
    assert batches in ({}, {"a": {"a": (1, 2)}})
    with Manifest(Folder(tmp_path)) as manifest:
        assert manifest.exists == (text is not None)


@pytest.mark.parametrize("at", range(400))
def test_a_manifest_in_which_a_byte_has_changed_is_not_believed(tmp_path: Path, at: int) -> None:
    path = written(tmp_path)
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.write_bytes(data)
    assert read(tmp_path)[0] == {}


@pytest.mark.parametrize(
    "line",
    [
        '["b",{"b":[1',
        '["b",{"b":[1,2]}',
        '["b",',
        '["b"]',
        '["b",{"b":[1]}]',
        '["b",{"b":1}]',
        '["b",["b"]]',
        '["b",{"b":[1,2]}]]',
        '["b",{"b\udcff":[1,2]}]',
    ],
)
def test_a_line_that_was_cut_or_damaged_counts_as_none(tmp_path: Path, line: str) -> None:
    """Whatever else the manifest is good for, reading it never fails."""
    path = written(tmp_path, {"a": {"a": (1, 2)}})
    with path.open("ab") as file:
        file.write(line.encode("utf-8", "surrogateescape"))
    _, batches = read(tmp_path)
    assert batches.get("b", {}) == {} or batches["b"] == {"b": (1, 2)}
    assert batches.get("a", {}) in ({}, {"a": (1, 2)})
