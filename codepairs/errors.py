"""What can go wrong, and how it is said.

CodepairsError
├── ContentError      the input has problems; all of them are listed with their places
└── OutputError       the site could not be written

A `Problem` is one mistake in the input: where it stands and what would be right. Problems are collected, never
raised one by one, so that an author sees every mistake of a run at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["CodepairsError", "ContentError", "OutputError", "Place", "Problem", "Remark", "errors_of"]


class Place(NamedTuple):
    """A position in a text file; lines and columns count from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One mistake: its place, what is wrong and what would be right."""

    place: Place
    message: str
    warning: bool = False
    """A warning is reported; it stops the build only with `--strict`."""

    def __str__(self) -> str:
        return f"{self.place}: {'warning: ' if self.warning else ''}{self.message}"


class Remark(str):
    """What is wrong with a text, and the part of it that is meant: as it stands there, or its index."""

    part: str | int

    def __new__(cls, message: str, part: str | int = 0) -> Remark:
        """A message that remembers the part."""
        made = super().__new__(cls, message)
        made.part = part
        return made


def errors_of(problems: Iterable[Problem], *, strict: bool = False) -> tuple[Problem, ...]:
    """The problems that stop a run, sorted by place; under `strict` warnings stop it too."""
    return tuple(sorted(problem for problem in set(problems) if strict or not problem.warning))


class CodepairsError(Exception):
    """Base of all errors that the command line reports without a traceback."""


class ContentError(CodepairsError):
    """The input has problems; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ContentError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class OutputError(CodepairsError):
    """The output folder could not be written."""
