"""Search indexes: what Pagefind makes of records."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest

from codepairs.errors import OutputError
from codepairs.indexing import Record, index_files, is_installed

pytest.importorskip("pagefind_bin", reason="Pagefind is an extra")

RECORDS = [
    Record(f"Parcel {rank}", f'The "{rank}" & <more>', "A text", f"parcel/{rank}.html", [(10, f"word{rank}")])
    for rank in range(40)
]


def test_the_same_records_give_the_same_bytes() -> None:
    first, second = (list(index_files(RECORDS, "en")) for _ in range(2))
    assert first == second
    assert [name for name, _ in first] == sorted(name for name, _ in first)


def test_index_has_a_fragment_for_each_record_with_what_its_result_says() -> None:
    files = dict(index_files(RECORDS, "de"))
    fragments = [_read(data) for name, data in files.items() if name.startswith("fragment/")]
    assert len(fragments) == len(RECORDS)
    found = {fragment["meta"]["href"]: fragment for fragment in fragments}
    assert found["parcel/7.html"]["meta"]["title"] == 'The "7" & <more>'
    assert "word7" in found["parcel/7.html"]["content"]
    assert "parcel/7.html" not in found["parcel/7.html"]["content"]


def test_only_what_the_search_needs_is_kept() -> None:
    names = {name.split("/")[-1] for name, _ in index_files(RECORDS, "en")}
    assert "pagefind.js" in names
    assert not [name for name in names if "ui" in name or "highlight" in name]


def test_nothing_has_no_index() -> None:
    assert not list(index_files([], "en"))


def test_settings_of_the_environment_are_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wanted = list(index_files(RECORDS[:2], "en"))
    monkeypatch.setenv("PAGEFIND_FORCE_LANGUAGE", "fr")
    (tmp_path / "pagefind.yml").write_text("force_language: fr\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert list(index_files(RECORDS[:2], "en")) == wanted


def test_absent_program_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_installed()
    monkeypatch.setitem(sys.modules, "pagefind_bin", None)
    with pytest.raises(OutputError, match=r"pip install codepairs\[search\]"):
        list(index_files(RECORDS, "en"))


def _read(data: bytes) -> dict[str, dict[str, str]]:
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return dict(json.loads(text[text.index(b"{") :]))
