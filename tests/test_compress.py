"""Compressed copies: which there are, that they are copies, and that builds keep them in step with their files."""

from __future__ import annotations

import hashlib
import os
import shutil
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
import zstandard
from click.testing import CliRunner, Result

from codepairs import pipeline
from codepairs.cli import main
from codepairs.compress import CODINGS, codings_of, original_of
from codepairs.errors import OutputError
from codepairs.inspect import site_problems
from codepairs.settings import Settings
from tests.sites import copy_of_tiny, edit, with_dictionaries

ALL = tuple(CODINGS)
PAGE = "en/parcel/5.1.1-vs-5.7.1.html"
DECODERS = {
    ".gz": lambda data: zlib.decompress(data, 31),
    ".br": brotli.decompress,
    ".zst": lambda data: zstandard.ZstdDecompressor().decompress(data),
}
SKIPPABLE = (0x184D2A5E).to_bytes(4, "little") + (32).to_bytes(4, "little")
"""The head of a frame that a zstd decoder skips, with 32 bytes in it (RFC 8878 section 3.1.2)."""


def _contents(settings: Settings) -> dict[str, bytes]:
    folder = Path(settings.output)
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".codepairs.jsonl")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _clean(settings: Settings, tmp_path: Path) -> dict[str, bytes]:
    other = replace(settings, output=tmp_path / "clean")
    pipeline.build(other)
    return _contents(other)


def _run(command: str, settings: Settings) -> Result:
    folders = [f"--{name}={getattr(settings, name)}" for name in ("content", "locales", "templates", "output")]
    return CliRunner().invoke(main, [command, *folders])


def _dictionary(settings: Settings, lang: str = "en") -> Path:
    return settings.templates / "dictionaries" / f"{lang}.dict"


@pytest.fixture(scope="module")
def packed_once(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny site with templates of its own and with dictionaries, built with all copies; not to be changed."""
    settings = with_dictionaries(copy_of_tiny(tmp_path_factory.mktemp("packed"), compress=ALL))
    pipeline.build(settings)
    return settings


@pytest.fixture
def shared(packed_once: Settings, tiny: Settings) -> Settings:
    """That site, not built yet."""
    settings = replace(tiny, templates=tiny.content.parent / "templates")
    shutil.copytree(packed_once.templates, settings.templates)
    return settings


@pytest.fixture
def packed(packed_once: Settings, shared: Settings) -> Settings:
    """That site and its build, which the test may change."""
    shutil.copytree(packed_once.output, shared.output)
    return replace(shared, compress=ALL)


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
    assert {Path(path).suffix for path in copied} <= {".css", ".dict", ".html", ".js", ".json", ".svg", ".txt", ".xml"}
    assert "robots.txt" not in copied


@pytest.mark.parametrize("lang", ["en", "de", "ar"])
def test_pages_of_a_language_have_copies_made_with_its_dictionary(packed: Settings, lang: str) -> None:
    contents, dictionary = _contents(packed), _dictionary(packed, lang).read_bytes()
    assert dictionary in contents.values()
    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    decoder, head = zstandard.ZstdDecompressor(dict_data=raw), SKIPPABLE + hashlib.sha256(dictionary).digest()
    own = {path for path in contents if path.startswith(f"{lang}/")}
    copies = {path for path in own if path.endswith(".dcz")}
    assert copies == {f"{path}.dcz" for path in own if path.endswith(".html")}
    for copy in copies:
        data = contents[copy]
        assert data[:40] == head
        assert decoder.decompress(data[40:]) == contents[copy.removesuffix(".dcz")]
        # A window of 8 MB is what every client takes (RFC 9842 section 5).
        assert zstandard.get_frame_parameters(data[40:]).window_size <= 8 << 20
    pairs = [copy for copy in copies if "-vs-" in copy]
    assert sum(len(contents[copy]) for copy in pairs) < sum(len(contents[copy[:-4] + ".br"]) for copy in pairs) / 2


def test_what_no_dictionary_is_for_has_no_such_copy(packed: Settings) -> None:
    copied = {path.removesuffix(".dcz") for path in _contents(packed) if path.endswith(".dcz")}
    assert "en/index.html" in copied
    assert [path for path in copied if not path.startswith(("en/", "de/", "ar/")) or not path.endswith(".html")] == []


def test_the_same_site_has_the_same_dictionaries(shared: Settings) -> None:
    before = {lang: _dictionary(shared, lang).read_bytes() for lang in ("en", "de", "ar")}
    assert _run("dictionary", shared).output.splitlines()[0] == f"{_dictionary(shared)}: {len(before['en']):,} bytes"
    assert {lang: _dictionary(shared, lang).read_bytes() for lang in before} == before
    assert len(set(before.values())) == 3


def test_another_dictionary_makes_the_copies_of_its_language_anew(packed: Settings, tmp_path: Path) -> None:
    before = _contents(packed)
    _dictionary(packed).write_bytes(before[PAGE])
    pipeline.build(packed)
    after = _contents(packed)
    assert after == _clean(packed, tmp_path)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    pages = {path for path in before if path.startswith("en/") and path.endswith(".dcz")}
    assert pages <= changed
    assert [path for path in changed - pages if not path.startswith("assets/dictionaries/en-")] == []


def test_a_change_of_text_leaves_the_dictionaries_and_all_other_copies(packed: Settings) -> None:
    before = _contents(packed)
    edit(packed.content / "parcel" / "5.1.1.yaml", "title: ", "title: New ")
    pipeline.build(packed)
    after = _contents(packed)
    changed = {path for path in after if after[path] != before.get(path)}
    assert f"{PAGE}.dcz" in changed
    assert {path.removesuffix(".dcz") for path in changed if path.endswith(".dcz")} == {
        path for path in changed if path.endswith(".html") and f"{path}.dcz" in after
    }
    assert not [path for path in changed if path.startswith("assets/")]


def test_copies_that_need_a_dictionary_are_not_made_without_one(tiny: Settings) -> None:
    with pytest.raises(OutputError, match="--compress dcz needs dictionaries: make them by the command `dictionary`"):
        pipeline.build(replace(tiny, compress=("dcz",)))
    assert not Path(tiny.output).exists()


@pytest.mark.parametrize(
    ("data", "said"), [(b"short", "is too short; a dictionary has 8 bytes"), (bytes(1_000_001), "has 1,000,001 bytes")]
)
def test_a_dictionary_that_is_none_is_named(shared: Settings, data: bytes, said: str) -> None:
    _dictionary(shared).write_bytes(data)
    result = _run("build", shared)
    assert result.exit_code == 1
    assert f"{_dictionary(shared)}" in result.output
    assert said in result.output
    assert not Path(shared.output).exists()


def _bomb(name: str, dictionary: bytes) -> bytes:
    """A copy of a few kilobytes that gives 64 MB."""
    data = bytes(64 << 20)
    if name == "gzip":
        return zlib.compress(data, 9, 31)
    if name == "br":
        return bytes(brotli.compress(data, quality=1))
    if name == "zstd":
        return zstandard.ZstdCompressor(level=1).compress(data)
    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    packed = zstandard.ZstdCompressor(level=1, dict_data=raw).compress(data)
    return SKIPPABLE + hashlib.sha256(dictionary).digest() + packed


@pytest.mark.parametrize("name", CODINGS)
def test_a_copy_that_would_fill_the_memory_is_none(name: str) -> None:
    coding, dictionary, data = CODINGS[name], bytes(range(256)), bytes(1000)
    assert coding.gives(coding.compress(data, True, dictionary), data, dictionary)
    assert not coding.gives(coding.compress(data, True, dictionary)[:-1], data, dictionary)
    bomb = _bomb(name, dictionary)
    tracemalloc.start()
    try:
        assert not coding.gives(bomb, data, dictionary)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_a_dictionary_is_written_behind_no_link(shared: Settings, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.rmtree(_dictionary(shared).parent)
    _dictionary(shared).parent.symlink_to(tmp_path / "elsewhere")
    result = _run("dictionary", shared)
    assert result.exit_code == 1
    assert "is reached by a link out of" in result.output
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_a_dictionary_is_an_ordinary_file_of_the_templates(shared: Settings, tmp_path: Path, kind: str) -> None:
    path = _dictionary(shared)
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        (tmp_path / "elsewhere").write_bytes(bytes(100))
        path.symlink_to(tmp_path / "elsewhere")
    result = _run("build", shared)
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)
    assert "en.dict" in result.output


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
    ("before", "after"), [((), ALL), (ALL, ()), (("gzip",), ("br", "dcz")), (("gzip", "br"), ("gzip",))]
)
def test_another_list_makes_the_copies_of_that_list(
    shared: Settings, tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    pipeline.build(replace(shared, compress=before))
    report = pipeline.build(replace(shared, compress=after))
    assert _contents(shared) == _clean(replace(shared, compress=after), tmp_path)
    assert report.rendered == report.pages


@pytest.mark.parametrize("suffix", [".gz", ".dcz"])
@pytest.mark.parametrize("damage", ["removed", "altered", "of another page"])
def test_a_copy_that_is_spoilt_is_made_again(packed: Settings, damage: str, suffix: str) -> None:
    before = _contents(packed)
    copy = Path(packed.output) / f"{PAGE}{suffix}"
    if damage == "removed":
        copy.unlink()
    else:
        copy.write_bytes(b"spoilt" if damage == "altered" else before[f"en/parcel/index.html{suffix}"])
    report = pipeline.build(packed)
    assert _contents(packed) == before
    assert report.written == 1


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "brotli", None)
    with pytest.raises(OutputError, match=r"--compress br needs brotli: pip install codepairs\[compress\]"):
        codings_of(("gzip", "br"))
    assert [coding.name for coding in codings_of(("zstd", "gzip"))] == ["gzip", "zstd"]


def test_copies_are_for_folders(tiny: Settings, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="--compress"):
        pipeline.build(replace(tiny, output=tmp_path / "site.tar.zst", compress=("gzip",)))


def test_an_unknown_coding_is_answered_by_those_there_are(tiny: Settings) -> None:
    result = CliRunner().invoke(main, ["--compress", "gzip,lzma", "--content", str(tiny.content)])
    assert result.exit_code == 2
    assert "'lzma' is no coding; known: gzip, br, zstd, dcz" in result.output


@pytest.mark.parametrize(
    ("path", "original"),
    [("a/b.html.gz", "a/b.html"), ("x.css.zst", "x.css"), ("x.html.dcz", "x.html"), ("x.gz", None), ("a.html", None)],
)
def test_copies_are_known_by_their_names(path: str, original: str | None) -> None:
    found = original_of(path)
    assert (found[0] if found else None) == original


@pytest.mark.parametrize("suffix", [*DECODERS, ".dcz"])
@pytest.mark.parametrize("damage", ["altered", "of another page"])
def test_a_copy_of_something_else_is_found_in_the_built_site(packed: Settings, damage: str, suffix: str) -> None:
    site, _ = pipeline.read_site(packed)

    def found() -> list[str]:
        problems = site_problems(Path(packed.output), packed.locales, site)
        return [problem.message for problem in problems if "copy" in problem.message]

    assert found() == []
    other = Path(packed.output, f"en/parcel/index.html{suffix}").read_bytes()
    (Path(packed.output) / f"{PAGE}{suffix}").write_bytes(b"spoilt" if damage == "altered" else other)
    assert found() == [f"is no copy of {PAGE}; build the site again"]
