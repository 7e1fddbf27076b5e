"""What is shown while a site is built: lines in a log, a bar by pages on a terminal."""

from __future__ import annotations

import io
import re
import time

import pytest

from codepairs.console import console_of
from codepairs.settings import Settings


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _terminal(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    """A terminal that takes the standard error. No fixture: pytest puts its own back between set-up and test."""
    made = _Terminal()
    monkeypatch.setattr("sys.stderr", made)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return made


def test_bar_shows_pages_share_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _terminal(monkeypatch)
    with console_of(Settings()) as console:
        now = time.monotonic()
        for done in (1_000, 2_000, 3_000):
            now += 1
            monkeypatch.setattr(time, "monotonic", lambda now=now: now)
            console.progress(done, 12_000)
    text = re.sub("\x1b\\[[0-9;?]*[a-zA-Z]", "", terminal.getvalue())
    assert "3000/12000" in text
    assert "25%" in text
    assert re.search(r"\d a second", text)
    assert re.search(r"\d:\d\d:\d\d", text)


def test_bar_moves_ten_times_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _terminal(monkeypatch)
    with console_of(Settings()) as console:
        console.progress(1, 1_000)
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now)
        console.progress(2, 1_000)
        before = terminal.getvalue()
        for done in range(3, 900):
            console.progress(done, 1_000)
        assert terminal.getvalue() == before


@pytest.mark.parametrize("settings", [Settings(quiet=True), Settings(explain=True)])
def test_bar_stays_away_where_it_is_not_wanted_or_would_run_into_lines(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    terminal = _terminal(monkeypatch)
    with console_of(settings) as console:
        console.progress(1, 2)
    assert terminal.getvalue() == ""


def test_log_is_lines_without_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with console_of(Settings()) as console:
        console.progress(1, 2)
        console.message("one does all the work")
        console.reason("en/index.html", "it is new")
    assert tuple(capsys.readouterr()) == ("", "one does all the work\n")


def test_reasons_are_lines_where_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with console_of(Settings(explain=True)) as console:
        assert console.explains
        console.reason("en/index.html", "it is new")
    assert capsys.readouterr().out == "en/index.html: it is new\n"
    with console_of(Settings()) as console:
        assert not console.explains


def test_profile_gives_the_seconds_of_each_step_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1.0, 1.5, 4.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(moments))
    with console_of(Settings(profile=True)) as console:
        console.step("read")
        console.step("write")
        lines = [line.split(None, 2) for line in console.profile()]
    assert lines == [["0.500", "s", "read"], ["2.500", "s", "write"]]
