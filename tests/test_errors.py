"""Problems: how they read, sort and count; errors that travel between processes."""

from __future__ import annotations

import pickle

import pytest

from codepairs.errors import CodepairsError, ContentError, OutputError, Place, Problem, errors_of

FIRST = Problem(Place("a.yaml", 2, 9), "is wrong")
SECOND = Problem(Place("a.yaml", 10, 1), "is wrong too")
WARNING = Problem(Place("a.yaml", 1, 1), "is doubtful", warning=True)


def test_a_problem_reads_path_line_column_message() -> None:
    assert str(FIRST) == "a.yaml:2:9: is wrong"
    assert str(WARNING) == "a.yaml:1:1: warning: is doubtful"


def test_a_place_without_a_position_is_the_start_of_the_file() -> None:
    assert str(Place("a.yaml")) == "a.yaml:1:1"


def test_problems_sort_by_place_and_lines_as_numbers() -> None:
    other = Problem(Place("B.yaml"), "is wrong")
    assert sorted([SECOND, WARNING, FIRST, other]) == [other, WARNING, FIRST, SECOND]


def test_warnings_are_errors_only_when_strict() -> None:
    assert errors_of([SECOND, WARNING, FIRST, FIRST]) == (FIRST, SECOND)
    assert errors_of([SECOND, WARNING, FIRST], strict=True) == (WARNING, FIRST, SECOND)
    assert errors_of([WARNING]) == ()


def test_a_content_error_lists_every_problem_once_in_order() -> None:
    error = ContentError(iter([SECOND, FIRST, SECOND]))
    assert error.problems == (FIRST, SECOND)
    assert str(error) == "a.yaml:2:9: is wrong\na.yaml:10:1: is wrong too"


def test_a_content_error_survives_the_way_between_processes() -> None:
    copy = pickle.loads(pickle.dumps(ContentError([FIRST])))
    assert isinstance(copy, ContentError)
    assert copy.problems == (FIRST,)


@pytest.mark.parametrize("leaf", [ContentError([FIRST]), OutputError("x: cannot be written")])
def test_every_error_is_one_of_ours(leaf: Exception) -> None:
    assert isinstance(leaf, CodepairsError)
