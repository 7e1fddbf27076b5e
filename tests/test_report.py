"""Problems as they are printed: one line that editors parse, the line of the file, a mark at the place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codepairs.errors import Place, Problem
from codepairs.report import Excerpt, as_github, as_json, as_text, counted, excerpt, excerpt_of


def _file(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "x.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_a_problem_shows_its_line_and_marks_the_word(tmp_path: Path) -> None:
    path = _file(tmp_path, "code: 1\nfacts:\n  retry: latr\n")
    assert list(as_text([Problem(Place(path, 3, 10), "unknown value 'latr'; did you mean 'later'?")])) == [
        f"{path}:3:10: unknown value 'latr'; did you mean 'later'?",
        "    3 |   retry: latr",
        "      |          ^~~~",
    ]


def test_problems_are_sorted_and_each_is_said_once(tmp_path: Path) -> None:
    path = _file(tmp_path, "a: 1\n" * 12)
    second, first = Problem(Place(path, 10, 1), "is wrong"), Problem(Place(path, 9, 1), "is doubtful", warning=True)
    lines = list(as_text([second, first, second]))
    assert lines[0::3] == [f"{path}:9:1: warning: is doubtful", f"{path}:10:1: is wrong"]
    assert counted([second, first, second]) == "1 error, 1 warning"


@pytest.mark.parametrize(
    ("line", "column", "shown"),
    [
        ("a: b", 4, Excerpt("a: b", 3, 1)),
        ("\t\tb: c", 3, Excerpt("        b: c", 8, 1)),
        ("漢字: wrong", 5, Excerpt("漢字: wrong", 6, 5)),
        ("📧👩\u200d💻: x", 7, Excerpt("📧👩\u200d💻: x", 8, 1)),
        ("e\u0301: x", 5, Excerpt("e\u0301: x", 3, 1)),
        ('a: "two words", b', 4, Excerpt('a: "two words", b', 3, 11)),
        ("a: 'it''s' b", 4, Excerpt("a: 'it''s' b", 3, 7)),
        ("[a, b]", 1, Excerpt("[a, b]", 0, 1)),
        ("a:", 9, Excerpt("a:", 2, 1)),
        ("a: \x1b[31mred\u202e", 4, Excerpt("a: \ufffd[31mred\ufffd", 3, 1)),
        ("a: b   ", 0, Excerpt("a: b", 0, 1)),
    ],
)
def test_the_mark_stands_under_the_place(line: str, column: int, shown: Excerpt) -> None:
    assert excerpt(line, column) == shown


@pytest.mark.parametrize("column", [1, 41, 501, 985, 1000])
def test_a_long_line_is_shortened_around_the_place(column: int) -> None:
    line = "x " * 490 + "漢" * 20
    found = excerpt(line, column, 80)
    assert len(found.line) <= 80
    assert found.start + found.length <= 80
    assert ("…" in found.line[:1]) == (column > 30)
    assert found.line[found.start : found.start + 1] in ("x", "漢", "")


def test_a_long_word_is_shortened_too() -> None:
    found = excerpt("a: " + "y" * 500, 4, 60)
    assert (found.start, found.length, found.line[-1]) == (3, 57, "…")


def test_lines_are_counted_as_editors_do(tmp_path: Path) -> None:
    path = _file(tmp_path, b"a: 1\r\nb: \xff\rc: 3\n")
    assert [excerpt_of(Place(path, line, 1)) for line in (2, 3)] == [
        Excerpt("b: \ufffd", 0, 1),
        Excerpt("c: 3", 0, 1),
    ]


@pytest.mark.parametrize("place", [(1, 1), (2, 1), (99, 1), (0, 1)])
def test_there_is_no_excerpt_of_nothing(tmp_path: Path, place: tuple[int, int]) -> None:
    path = _file(tmp_path, "\n   \n")
    assert excerpt_of(Place(path, *place)) is None
    assert excerpt_of(Place(str(tmp_path), *place)) is None
    assert excerpt_of(Place(str(tmp_path / "missing"), *place)) is None
    assert excerpt_of(Place("a\0b", *place)) is None


def test_what_is_said_of_a_whole_page_has_no_excerpt(tmp_path: Path) -> None:
    assert excerpt_of(Place(_file(tmp_path, "<!doctype html>\n"))) is None


def test_annotations_escape_what_github_would_read() -> None:
    problems = [
        Problem(Place("a,b:c.yaml", 2, 3), "50 % of\nit"),
        Problem(Place("d.yaml"), "is doubtful", warning=True),
        Problem(Place(""), "no place"),
    ]
    assert list(as_github(problems)) == [
        "::error::no place",
        "::error file=a%2Cb%3Ac.yaml,line=2,col=3::50 %25 of%0Ait",
        "::warning file=d.yaml,line=1,col=1::is doubtful",
    ]


def test_json_holds_all_problems_and_their_numbers() -> None:
    problems = [Problem(Place("b.yaml", 2, 3), "“is” wrong"), Problem(Place("a.yaml"), "is doubtful", warning=True)]
    data = json.loads(as_json(problems))
    assert (data["errors"], data["warnings"]) == (1, 1)
    assert data["problems"] == [
        {"path": "a.yaml", "line": 1, "column": 1, "severity": "warning", "message": "is doubtful"},
        {"path": "b.yaml", "line": 2, "column": 3, "severity": "error", "message": "“is” wrong"},
    ]
    assert json.loads(as_json([])) == {"errors": 0, "warnings": 0, "problems": []}


def test_colour_is_painted_around_texts(tmp_path: Path) -> None:
    path = _file(tmp_path, "a: b\n")
    lines = list(as_text([Problem(Place(path, 1, 4), "is wrong")], lambda text, what: f"<{what}>{text}</>"))
    assert lines == [
        f"<place>{path}:1:4</>: <error>is wrong</>",
        "<margin>    1 |</> a: b",
        "<margin>      |</>    <mark>^</>",
    ]
