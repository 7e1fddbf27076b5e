"""What the command line prints of problems, and the exit status that follows from them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from codepairs.errors import CodepairsError, ContentError, Place, Problem
from codepairs.report import as_github, as_json, as_text, counted

__all__ = ["print_first", "print_problems", "reported", "told", "used_rightly"]

_SHOWN = 20
"""How many warnings a build prints, and how many problems a server; a check prints all."""

_COLOURS: dict[str, dict[str, Any]] = {
    "place": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "margin": {"fg": "blue"},
    "mark": {"fg": "red", "bold": True},
}


@contextmanager
def reported(form: str = "text") -> Iterator[None]:
    """Turns errors of the program into messages and the exit status 1."""
    try:
        yield
    except ContentError as error:
        print_problems(error.problems, form)
        if form == "text":
            click.echo(f"{counted(error.problems)}; nothing was written", err=True)
        sys.exit(1)
    except CodepairsError as error:
        print_problems([Problem(Place(""), str(error))], form)
        sys.exit(1)


@contextmanager
def used_rightly() -> Iterator[None]:
    """Turns what cannot be made into wrong usage, with the exit status 2."""
    try:
        yield
    except CodepairsError as error:
        raise click.UsageError(str(error)) from error


def print_problems(problems: Sequence[Problem], form: str = "text") -> None:
    if form == "json":
        click.echo(as_json(problems))
    for line in as_github(problems) if form == "github" else ():
        click.echo(line)
    for line in as_text(problems, _paint if _coloured() else _plain) if form == "text" else ():
        click.echo(line, err=True)


def print_first(problems: Sequence[Problem], others: str = "more") -> None:
    """Print as many problems as one reads, and say how many others there are."""
    print_problems(problems[:_SHOWN])
    if len(problems) > _SHOWN:
        told(f"and {len(problems) - _SHOWN:,} {others}; `check` lists them all")


def told(message: str) -> None:
    click.echo(message, err=True)


def _coloured() -> bool:
    """Whether problems are printed in colour: on a terminal, unless NO_COLOR says no (https://no-color.org)."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _paint(text: str, what: str) -> str:
    return click.style(text, **_COLOURS[what])


def _plain(text: str, what: str) -> str:
    return text
