"""What the command line shows of a build while it runs: reasons, messages, a bar by pages, the seconds of each step."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from codepairs.settings import Settings
from codepairs.watch import Watcher

__all__ = ["Console", "console_of"]


class Console(Watcher):
    """Lines only, as a log shows them."""

    def __init__(self, settings: Settings) -> None:
        self.explains = settings.explain
        self._steps: list[tuple[str, float]] = []

    def step(self, name: str) -> None:
        """Note when a step begins."""
        self._steps.append((name, time.perf_counter()))

    def reason(self, path: str, reason: str) -> None:
        """Say why a file is made or removed."""
        if self.explains:
            click.echo(f"{path}: {reason}")

    def message(self, text: str) -> None:
        """Say what the user should know."""
        click.echo(text, err=True)

    def profile(self) -> Iterator[str]:
        """The steps with their seconds; the last one ends now."""
        ends = [begin for _, begin in self._steps[1:]] + [time.perf_counter()]
        for (name, begin), end in zip(self._steps, ends, strict=True):
            yield f"{end - begin:8.3f} s  {name}"


class _Bar(Console):
    """A bar by pages, with rate and time left."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn
        from rich.progress import TimeRemainingColumn as TimeLeft

        rate = TextColumn("{task.fields[rate]:,.0f} a second")
        columns = (BarColumn(), MofNCompleteColumn(), TaskProgressColumn(), rate, TimeLeft())
        # Without a thread of its own: processes are forked while it is shown.
        self.bar = Progress(*columns, console=Terminal(stderr=True), transient=True, auto_refresh=False)
        self._task = self.bar.add_task("pages", total=None, rate=0)
        self._begun: float | None = None
        self._shown = 0.0

    def progress(self, done: int, total: int) -> None:
        """Move the bar, ten times a second at most."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = now
        if now - self._shown > 0.1:
            self._shown = now
            self.bar.update(self._task, completed=done, total=total, rate=done / max(now - self._begun, 0.1))
            self.bar.refresh()


@contextmanager
def console_of(settings: Settings) -> Iterator[Console]:
    """What is shown where `settings` are built: a bar on a terminal, else lines."""
    if settings.quiet or settings.explain or not sys.stderr.isatty():
        yield Console(settings)
        return
    bar = _Bar(settings)
    with bar.bar:
        yield bar
