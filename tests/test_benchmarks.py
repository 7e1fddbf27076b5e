"""The benchmarks as programs: what they make and compare. Nothing is timed here."""

from __future__ import annotations

import doctest
import json
import shutil
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import bare, catalogue, compare, measure, report, serving, words
from benchmarks.hugo_data import write_hugo_site
from codepairs import pipeline
from codepairs.settings import Settings
from tests.support import ROOT

CODES = 12


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small generated catalogue."""
    folder = tmp_path_factory.mktemp("catalogue")
    catalogue.make(folder, CODES)
    return folder


def settings(folder: Path) -> Settings:
    return Settings(content=folder / "content", locales=folder / "locales", templates=ROOT / "templates")


def test_a_generated_catalogue_has_no_problems_and_no_gaps(made: Path) -> None:
    site, warnings = pipeline.read_site(settings(made))
    assert warnings == ()
    assert len(site.catalogue.protocols[catalogue.PROTOCOL].codes) == CODES
    assert all(translator.knows(text) for text in site.catalogue.texts() for translator in site.translators.values())


def test_codes_that_copy_the_same_real_code_share_no_passage(tmp_path: Path) -> None:
    real = len(list((ROOT / "content" / "smtp").glob("[0-9]*.yaml")))
    catalogue.make(tmp_path, real + 3)
    site, warnings = pipeline.read_site(settings(tmp_path))
    assert warnings == ()
    for translator in site.translators.values():
        codes = site.catalogue.protocols[catalogue.PROTOCOL].codes.values()
        shown = [{translator.phrase(text).text for text in code.texts()} for code in codes]
        assert len(set(chain.from_iterable(shown))) == sum(map(len, shown))


def test_the_same_arguments_make_the_same_catalogue(made: Path, tmp_path: Path) -> None:
    catalogue.make(tmp_path, CODES)
    catalogue.make(tmp_path, CODES)
    paths = [path for path in made.rglob("*") if path.is_file() and "site" not in path.parts]
    assert {path.read_bytes() for path in paths} == {(tmp_path / path.relative_to(made)).read_bytes() for path in paths}


def test_a_language_more_takes_the_german_texts(tmp_path: Path) -> None:
    catalogue.make(tmp_path, 2, ("en", "fr"))
    site, warnings = pipeline.read_site(settings(tmp_path))
    assert (warnings, list(site.translators)) == ((), ["en", "fr"])
    assert all(map(site.translators["fr"].knows, site.catalogue.texts()))


@pytest.mark.parametrize(
    "text",
    [
        "The server refuses the command.",
        "Wait. Then send `MAIL FROM` again (RFC 5321, e.g. later), with {code}.",
        "Der Server nimmt den Befehl nicht an; `550` heißt: endgültig.",
        "See [the list](https://example.org/list) first.\n\n- One item\n- Another item",
    ],
)
def test_a_varied_text_keeps_its_length_and_what_is_literal(text: str) -> None:
    varied = {words.varied(text, rank) for rank in range(100)}
    assert len(varied) == 100
    assert {len(each) for each in varied} == {len(text)}
    for literal in ("`MAIL FROM`", "`550`", "{code}", "(https://example.org/list)"):
        assert all((literal in each) == (literal in text) for each in varied)


def test_the_wait_for_each_page_of_an_author_is_measured(made: Path, tmp_path: Path) -> None:
    for part in ("content", "locales"):
        shutil.copytree(made / part, tmp_path / part)
    found = dict(serving.waits(tmp_path, rounds=1))
    assert list(found) == [
        "the first, from the start of the command",
        "a translation was saved",
        "a code was saved",
    ]
    assert all(len(seconds) == 1 and seconds[0] > 0 for seconds in found.values())


@pytest.mark.parametrize("module", [words, compare])
def test_the_examples_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def test_a_hugo_site_holds_every_page_and_text(made: Path, tmp_path: Path) -> None:
    write_hugo_site(made / "content", made / "locales", ROOT / "templates", tmp_path / "hugo")
    data = tmp_path / "hugo" / "data"
    [protocol] = json.loads((data / "pages.json").read_text(encoding="utf-8"))
    assert sum(len(code["pairs"]) for code in protocol["codes"]) == CODES * (CODES - 1) // 2
    assert sorted(path.stem for path in (data / "languages").iterdir()) == ["de", "en"]
    german = json.loads((data / "languages" / "de.json").read_text(encoding="utf-8"))
    assert german["protocols"][catalogue.PROTOCOL]["title"] == "SMTP-Antwortcodes"


def test_a_missing_translation_is_refused(tmp_path: Path) -> None:
    catalogue.make(tmp_path, 2)
    (tmp_path / "locales" / "de" / "LC_MESSAGES" / "bench.po").unlink()
    with pytest.raises(ValueError, match="no fallback"):
        write_hugo_site(tmp_path / "content", tmp_path / "locales", ROOT / "templates", tmp_path / "hugo")


@pytest.fixture
def sites(tmp_path: Path) -> tuple[Path, Path]:
    """Two sites of one page that differ in blanks and in how a character is written."""
    pages = (
        "<!doctype html><title>One</title><main><p>RFC&nbsp;5321,\n  section 4</p>\n</main>",
        "<!doctype html>\n<title>One</title><main><p>RFC\u00a05321, section 4</p> </main>",
    )
    for name, page in zip(("one", "other"), pages, strict=True):
        path = tmp_path / name / "en" / "smtp" / "450-vs-550.html"
        path.parent.mkdir(parents=True)
        path.write_text(page, encoding="utf-8")
    return tmp_path / "one", tmp_path / "other"


def test_blanks_make_no_difference_between_pages(sites: tuple[Path, Path]) -> None:
    assert compare.differing_pages(*sites, sample=10) == (1, [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("section 4", "section 5"),
        ("<title>One", "<title>Two"),
        ("<p>", '<p class="x">'),
        ("section 4", "<b>section</b> 4"),
        ("section 4", "sect ion 4"),
    ],
)
def test_any_other_difference_is_found(before: str, after: str, sites: tuple[Path, Path]) -> None:
    path = sites[1] / "en" / "smtp" / "450-vs-550.html"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    count, [problem] = compare.differing_pages(*sites, sample=10)
    assert count == 1
    assert problem.startswith("en/smtp/450-vs-550.html: ")


def test_a_page_that_one_site_lacks_is_found(sites: tuple[Path, Path]) -> None:
    shutil.copy(sites[0] / "en" / "smtp" / "450-vs-550.html", sites[0] / "en" / "smtp" / "450-vs-551.html")
    assert compare.differing_pages(*sites, sample=10)[1] == ["en/smtp/450-vs-551.html: only one of the sites has it"]


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_bytes_alone_are_all_bytes(jobs: int, sites: tuple[Path, Path], tmp_path: Path) -> None:
    site, copy = sites[0], tmp_path / "copy"
    for number in range(5):
        (site / "en" / "smtp" / f"{number}.html").write_text(str(number))
    (site / "index.html").write_text("home")
    assert bare.write_copy(site, copy, jobs) > 0
    paths = [path.relative_to(site) for path in site.rglob("*") if path.is_file()]
    assert sorted(path.relative_to(copy) for path in copy.rglob("*") if path.is_file()) == sorted(paths)
    assert all((copy / path).read_bytes() == (site / path).read_bytes() for path in paths)


@pytest.mark.parametrize(
    ("paths", "jobs", "sizes"),
    [
        (["a/1", "a/2", "b/1", "b/2"], 2, [2, 2]),
        (["a/1", "a/2", "a/3", "a/4"], 2, [2, 2]),
        ([f"{folder}/{number}" for folder in "ab" for number in range(4)], 4, [2, 2, 2, 2]),
        (["a/1"], 4, [1]),
        ([], 2, [0]),
    ],
)
def test_shares_are_even_and_complete(paths: list[str], jobs: int, sizes: list[int]) -> None:
    parts = bare.shares(paths, jobs)
    assert [len(part) for part in parts] == sizes
    assert sorted(chain.from_iterable(parts)) == sorted(paths)


def test_a_program_that_fails_stops_the_measurement(tmp_path: Path) -> None:
    with pytest.raises(measure.MeasureError, match="status 3:\nno such thing"):
        measure.timed(["sh", "-c", "echo no such thing; exit 3"], tmp_path)


def test_ratios_compare_round_by_round() -> None:
    seconds = {"Hugo": [10.0, 30.0, 20.0], "Codepairs": [1.0, 2.0, 1.0]}
    assert report.ratio(seconds, "Hugo", "Codepairs") == report.Spread(15.0, 10.0, 20.0)


def test_the_table_replaces_the_one_before() -> None:
    document = f"# Title\n\n{report.BEGIN}\nold\n{report.END}\n\nMore.\n"
    once = report.with_table(document, "| new |")
    assert once == f"# Title\n\n{report.BEGIN}\n\n| new |\n\n{report.END}\n\nMore.\n"
    assert report.with_table(once, "| new |") == once
    with pytest.raises(ValueError, match="markers"):
        report.with_table("# Title\n", "| new |")


def test_the_table_says_what_was_measured() -> None:
    result = report.Result("12 codes", "tmpfs", 132, 150, 2_000_000)
    result.seconds = {
        "Codepairs, all processes": [1.0, 2.0, 1.0],
        "Hugo": [20.0, 20.0, 20.0],
        "the bytes alone, 1 process": [0.5, 0.5, 0.5],
    }
    result.memory = {"Hugo": measure.Memory(3_000_000, 2_000_000)}
    table = report.markdown([result], "Facts.")
    assert "### 12 codes: 132 pages on tmpfs" in table
    assert "| Hugo | 20.0 (20.0–20.0) | 7 | 3 (2) |" in table
    assert "- Hugo: 20.0 (10.0–20.0) times the time of Codepairs, all processes." in table
    assert "- Codepairs, all processes: 2.00 (2.00–4.00) times the time of the bytes alone, 1 process." in table
