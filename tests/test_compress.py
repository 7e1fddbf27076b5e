"""Compressed copies: which there are, that they are copies, and that builds keep them in step with their files."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
import zstandard
from click.testing import CliRunner

from codepairs import pipeline
from codepairs.cli import main
from codepairs.compress import CODINGS, codings_of, original_of
from codepairs.errors import OutputError
from codepairs.inspect import site_problems
from codepairs.settings import Settings
from tests.sites import edit

ALL = tuple(CODINGS)
PAGE = "en/parcel/5.1.1-vs-5.7.1.html"
DECODERS = {
    ".gz": lambda data: zlib.decompress(data, 31),
    ".br": brotli.decompress,
    ".zst": lambda data: zstandard.ZstdDecompressor().decompress(data),
}


def _contents(settings: Settings) -> dict[str, bytes]:
    folder = Path(settings.output)
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".codepairs.jsonl")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _clean(settings: Settings, tmp_path: Path) -> dict[str, bytes]:
    other = replace(settings, output=tmp_path / "clean")
    pipeline.build(other)
    return _contents(other)


@pytest.fixture
def packed(tiny: Settings) -> Settings:
    """The tiny site, built with all copies."""
    settings = replace(tiny, compress=ALL)
    pipeline.build(settings)
    return settings


def test_each_text_has_copies_that_give_its_bytes(packed: Settings) -> None:
    contents = _contents(packed)
    for suffix, decode in DECODERS.items():
        copies = [path for path in contents if path.endswith(suffix)]
        assert f"{PAGE}{suffix}" in copies
        assert f"assets/style.css{suffix}" in copies
        for copy in copies:
            original = contents[copy.removesuffix(suffix)]
            assert decode(contents[copy]) == original
            assert len(contents[copy]) <= 0.9 * len(original)


def test_only_what_shrinks_has_copies(packed: Settings) -> None:
    copied = {path.removesuffix(".gz") for path in _contents(packed) if path.endswith(".gz")}
    assert {Path(path).suffix for path in copied} <= {".css", ".html", ".js", ".json", ".svg", ".txt", ".xml"}
    assert "robots.txt" not in copied


def test_a_gzip_copy_names_no_time_and_no_file(packed: Settings) -> None:
    data = _contents(packed)[f"{PAGE}.gz"]
    assert data[3:8] == bytes(5), "flags and time (RFC 1952 section 2.3)"


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_run_makes_the_same_copies(packed: Settings, tmp_path: Path, jobs: int) -> None:
    assert _clean(replace(packed, jobs=jobs), tmp_path) == _contents(packed)


def test_nothing_is_compressed_again_while_nothing_changes(packed: Settings) -> None:
    before = {path: path.stat().st_mtime_ns for path in Path(packed.output).rglob("*.gz")}
    assert pipeline.build(packed).written == 0
    report = pipeline.build(replace(packed, full=True))
    assert report.written == 0
    assert report.rendered == report.pages
    assert {path: path.stat().st_mtime_ns for path in Path(packed.output).rglob("*.gz")} == before


def test_a_changed_page_gets_new_copies_and_no_other_does(packed: Settings, tmp_path: Path) -> None:
    before = _contents(packed)
    edit(packed.content / "parcel" / "5.1.1.yaml", "title: ", "title: New ")
    pipeline.build(packed)
    after = _contents(packed)
    assert after == _clean(packed, tmp_path)
    changed = {path for path in after if after[path] != before.get(path)}
    assert f"{PAGE}.br" in changed
    assert {path for path in changed if path.endswith(".gz")} == {
        f"{path}.gz" for path in changed if f"{path}.gz" in after
    }


def test_copies_go_with_their_page(packed: Settings) -> None:
    edit(packed.content / "site.yaml", "- lang: de\n", "")
    pipeline.build(packed)
    assert not [path for path in _contents(packed) if path.startswith("de/")]


@pytest.mark.parametrize(
    ("before", "after"), [((), ALL), (ALL, ()), (("gzip",), ("br", "zstd")), (("gzip", "br"), ("gzip",))]
)
def test_another_list_makes_the_copies_of_that_list(
    tiny: Settings, tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    pipeline.build(replace(tiny, compress=before))
    report = pipeline.build(replace(tiny, compress=after))
    assert _contents(tiny) == _clean(replace(tiny, compress=after), tmp_path)
    assert report.rendered == report.pages


@pytest.mark.parametrize("damage", ["removed", "altered", "of another page"])
def test_a_copy_that_is_spoilt_is_made_again(packed: Settings, damage: str) -> None:
    before = _contents(packed)
    copy = Path(packed.output) / f"{PAGE}.gz"
    if damage == "removed":
        copy.unlink()
    else:
        copy.write_bytes(b"spoilt" if damage == "altered" else zlib.compress(b"<p>another page", 6, 31))
    report = pipeline.build(packed)
    assert _contents(packed) == before
    assert report.written == 1


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "brotli", None)
    with pytest.raises(OutputError, match=r"--compress br needs brotli: pip install codepairs\[compress\]"):
        codings_of(["gzip", "br"])
    assert [coding.name for coding in codings_of(["zstd", "gzip"])] == ["gzip", "zstd"]


def test_copies_are_for_folders(tiny: Settings, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="--compress"):
        pipeline.build(replace(tiny, output=tmp_path / "site.tar.zst", compress=("gzip",)))


def test_an_unknown_coding_is_answered_by_those_there_are(tiny: Settings) -> None:
    result = CliRunner().invoke(main, ["--compress", "gzip,lzma", "--content", str(tiny.content)])
    assert result.exit_code == 2
    assert "'lzma' is no coding; known: gzip, br, zstd" in result.output


@pytest.mark.parametrize(
    ("path", "original"), [("a/b.html.gz", "a/b.html"), ("x.css.zst", "x.css"), ("x.gz", None), ("a.html", None)]
)
def test_copies_are_known_by_their_names(path: str, original: str | None) -> None:
    found = original_of(path)
    assert (found[0] if found else None) == original


@pytest.mark.parametrize("damage", [b"spoilt", zlib.compress(b"<p>another page", 6, 31)])
def test_a_copy_of_something_else_is_found_in_the_built_site(packed: Settings, damage: bytes) -> None:
    site, _ = pipeline.read_site(packed)

    def found() -> list[str]:
        problems = site_problems(Path(packed.output), packed.locales, site)
        return [problem.message for problem in problems if "copy" in problem.message]

    assert found() == []
    (Path(packed.output) / f"{PAGE}.gz").write_bytes(damage)
    assert found() == [f"is no copy of {PAGE}; build the site again"]
