"""Builds that are killed, stopped, starved of room or hindered: nothing is lost, and the next build makes it good."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from codepairs import pipeline
from codepairs.cli import main
from codepairs.errors import OutputError
from codepairs.manifest import MANIFEST
from codepairs.settings import Settings
from codepairs.write import Folder, Written
from tests.faults import broken, clean_state, killed_build, operations, quick_tiny, read_once, state, visible_operations
from tests.sites import Told, edit
from tests.support import ROOT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")

POINTS = int(os.environ.get("CODEPAIRS_KILLS", "55"))
"""How often each kind of build is killed."""


def _add(settings: Settings) -> None:
    """A code comes back, another goes, and all pages change."""
    content = settings.content
    shutil.move(content.parent / "away.yaml", content / "parcel" / "4.10.1.yaml")
    shutil.move(content / "parcel" / "5.7.2.yaml", content.parent / "gone.yaml")
    edit(content / "site.yaml", "title: Tiny", "title: Little")


@pytest.fixture(autouse=True)
def _read_once() -> Iterator[None]:
    with read_once():
        yield


@pytest.fixture
def begun(tmp_path: Path) -> Settings:
    """A site without one of its codes, built; `_add` brings the code."""
    settings = quick_tiny(tmp_path)
    shutil.move(settings.content / "parcel" / "4.10.1.yaml", tmp_path / "away.yaml")
    pipeline.build(settings)
    return settings


def _count(settings: Settings, output: Path) -> int:
    """How many operations a build takes; the output is copied first."""
    numbers = [0]
    with operations(numbers.append):
        pipeline.build(replace(settings, output=output))
    return max(numbers) + 1


def _killed_everywhere(settings: Settings, seed: int, then: Callable[[], None] = lambda: None) -> None:
    """Kill builds of what lies in the output at random points; each time the next build has to be a clean one."""
    start = settings.content.parent / "start"
    if settings.output.exists():
        shutil.copytree(settings.output, start)
    last = settings.content.parent / "last"
    if start.exists():
        shutil.copytree(start, last)
    # Made first, so that what is counted is a build of input that is known, as the ones that are killed are.
    then_wanted = clean_state(settings)
    count = _count(settings, last)
    points = random.Random(seed).sample(range(count), min(POINTS, count))
    for at in points:
        shutil.rmtree(settings.output, ignore_errors=True)
        if start.exists():
            shutil.copytree(start, settings.output)
        assert killed_build(settings, at), f"killed at {at} of {count}"
        assert broken(settings.output) == [], f"killed at {at}"
        then()
        pipeline.build(settings)
        assert state(settings.output) == then_wanted, f"killed at {at}"
        assert not list(settings.output.parent.glob(".site*")), f"killed at {at}"
        assert pipeline.build(replace(settings, full=False)).rendered == 0
    assert len(points) == min(POINTS, count)


def test_a_first_build_may_be_killed_anywhere(tmp_path: Path) -> None:
    _killed_everywhere(quick_tiny(tmp_path), 1)


def test_a_build_of_changes_may_be_killed_anywhere(begun: Settings) -> None:
    _add(begun)
    _killed_everywhere(begun, 2)


def test_a_full_build_in_place_may_be_killed_anywhere(begun: Settings) -> None:
    _add(begun)
    _killed_everywhere(replace(begun, full=True), 3)


def test_what_a_killed_build_has_added_goes_where_the_change_is_taken_back(begun: Settings) -> None:
    wanted = state(begun.output)
    count = _after_change(begun)
    met = 0
    for at in random.Random(4).sample(range(count * 6 // 10, count), 20):
        _change(begun)
        assert killed_build(begun, at)
        _take_back(begun)
        met += state(begun.output) != wanted
        pipeline.build(begun)
        assert state(begun.output) == wanted, f"killed at {at}"
    assert met > 5


def _change(settings: Settings) -> None:
    shutil.move(settings.content.parent / "away.yaml", settings.content / "parcel" / "4.10.1.yaml")


def _take_back(settings: Settings) -> None:
    shutil.move(settings.content / "parcel" / "4.10.1.yaml", settings.content.parent / "away.yaml")


def _after_change(settings: Settings) -> int:
    """The operations of a build after the change, which is taken back."""
    _change(settings)
    copy = settings.content.parent / "copy"
    shutil.copytree(settings.output, copy)
    count = _count(settings, copy)
    _take_back(settings)
    return count


def test_builds_that_are_killed_again_and_again_lose_nothing(begun: Settings) -> None:
    chance = random.Random(5)
    _add(begun)
    for _ in range(15):
        killed_build(begun, chance.randrange(600))
        assert broken(begun.output) == []
    pipeline.build(begun)
    assert state(begun.output) == clean_state(begun)


def test_a_visitor_is_never_led_to_a_page_that_is_not_there(begun: Settings) -> None:
    """Between any two operations, while codes come and go."""
    _add(begun)
    seen: list[frozenset[str]] = []

    def look() -> None:
        assert broken(begun.output) == []
        seen.append(frozenset(path.name for path in begun.output.glob("en/parcel/*.html")))

    with visible_operations(look):
        pipeline.build(begun)
    assert len(seen) > 80
    assert {"4.10.1.html" in each for each in seen} == {True, False}
    assert {"5.7.2.html" in each for each in seen} == {True, False}


# The program itself, with processes


class Running:
    """`build.py` at work with two processes."""

    def __init__(self, settings: Settings, *options: str) -> None:
        folders = [f"--{name}={getattr(settings, name)}" for name in ("content", "locales", "templates", "output")]
        self.process = subprocess.Popen(
            [sys.executable, "build.py", "build", "--jobs", "2", "--no-search", *folders, *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def workers(self) -> list[int]:
        """The processes that it has started."""
        try:
            return [
                int(pid)
                for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            ]
        except OSError:
            return []

    def begun(self) -> list[int]:
        """Wait until it has started its processes; these."""
        while self.process.poll() is None:
            if len(found := self.workers()) == 2:
                return found
            time.sleep(0.001)
        raise AssertionError(self.process.communicate())

    def end(self) -> tuple[int, str]:
        """Wait for its end; status and messages."""
        error = self.process.communicate(timeout=60)[1]
        return self.process.returncode, error


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are found in /proc")


def _made_good(settings: Settings, wanted: dict[str, bytes | None]) -> None:
    pipeline.build(settings)
    assert state(settings.output) == wanted
    assert not list(settings.output.parent.glob(".site*"))


@pytest.fixture
def changed(begun: Settings) -> tuple[Settings, dict[str, bytes | None]]:
    """A site to be built in place, and what a clean build makes of it."""
    _add(begun)
    return begun, clean_state(begun)


@linux
@pytest.mark.parametrize("seed", range(4))
def test_no_process_outlives_a_build_that_is_killed(
    changed: tuple[Settings, dict[str, bytes | None]], seed: int
) -> None:
    settings, wanted = changed
    running = Running(settings, "--full")
    workers = running.begun()
    time.sleep(random.Random(seed).random() * 0.15)
    running.process.kill()
    running.end()
    assert broken(settings.output) == []
    assert _ended(workers)
    _made_good(settings, wanted)


def _ended(pids: list[int]) -> bool:
    """Whether all of them end soon; those that do not are killed."""
    for _ in range(500):
        if not (left := [pid for pid in pids if _lives(pid)]):
            return True
        time.sleep(0.01)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return False


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@linux
@pytest.mark.parametrize("seed", range(3))
def test_a_process_that_is_killed_loses_nothing(changed: tuple[Settings, dict[str, bytes | None]], seed: int) -> None:
    settings, wanted = changed
    running = Running(settings, "--full")
    worker = random.Random(seed).choice(running.begun())
    os.kill(worker, signal.SIGKILL)
    status, error = running.end()
    assert status == 0, error
    assert state(settings.output) == wanted


@linux
@pytest.mark.parametrize("signals", [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGINT,) * 2])
def test_a_build_that_is_told_to_stop_says_what_comes_next(
    changed: tuple[Settings, dict[str, bytes | None]], signals: tuple[signal.Signals, ...]
) -> None:
    settings, wanted = changed
    running = Running(settings, "--full")
    running.begun()
    time.sleep(0.02)
    for number in signals:
        # As a terminal does it: to all processes.
        os.killpg(running.process.pid, number)
    status, error = running.end()
    assert status == -signals[0]
    assert "Traceback" not in error
    if len(signals) == 1:
        assert error == "stopped; the site can be used as it is, and the next build makes what is missing\n"
        assert not list(settings.output.glob(".codepairs.new-*/added"))
    assert broken(settings.output) == []
    _made_good(settings, wanted)


@linux
def test_a_second_build_waits_for_the_first(changed: tuple[Settings, dict[str, bytes | None]]) -> None:
    settings, wanted = changed
    first = Running(settings, "--full")
    first.begun()
    second = Running(settings, "--full", "--quiet")
    results = first.end(), second.end()
    assert [status for status, _ in results] == [0, 0], results
    assert state(settings.output) == wanted


def test_two_first_builds_at_once_make_one_site(tmp_path: Path) -> None:
    settings = quick_tiny(tmp_path)
    wanted = clean_state(settings)
    both = [Running(settings), Running(settings)]
    assert [each.end()[0] for each in both] == [0, 0]
    assert state(settings.output) == wanted
    assert not list(tmp_path.glob(".site*"))


def test_who_waits_is_told_so(begun: Settings) -> None:
    told = Told()
    with Folder(begun.output).locked(told.message):
        running = Running(begun)
        line = running.process.stderr.readline() if running.process.stderr else ""
        assert line == f"{begun.output}: another build is at work there; waiting for it to end\n"
        assert running.process.poll() is None
    assert running.end()[0] == 0
    assert told.messages == []


# Disks


def test_a_file_that_cannot_grow_leaves_everything_as_it_was(changed: tuple[Settings, dict[str, bytes | None]]) -> None:
    settings, wanted = changed
    before = state(settings.output)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, limits[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written: File too large"):
            pipeline.build(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert state(settings.output) == before
    _made_good(settings, wanted)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for the site, but not for all of it twice."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "none", place], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_full_disk_leaves_everything_as_it_was(
    changed: tuple[Settings, dict[str, bytes | None]], small_disk: Path
) -> None:
    settings, wanted = changed
    output = small_disk / "site"
    shutil.copytree(settings.output, output)
    room = os.statvfs(small_disk)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(room.f_bavail * room.f_frsize - 300_000))
    before = state(output)
    with pytest.raises(OutputError, match="No space left on device"):
        pipeline.build(replace(settings, output=output))
    assert state(output) == before
    filler.unlink()
    _made_good(replace(settings, output=output), wanted)


@pytest.fixture
def immutable() -> Iterator[Callable[[Path], None]]:
    """Makes a file or folder immutable, even for root."""
    made: list[Path] = []

    def change(path: Path) -> None:
        if subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode:
            pytest.skip("nothing can be made immutable here")
        made.append(path)

    yield change
    for path in made:
        subprocess.run(["chattr", "-i", path], check=True)


@pytest.mark.parametrize("path", ["en/parcel/4.2.1.html", "en/parcel", ".", "assets/style.css"])
def test_what_cannot_be_replaced_stops_a_build_that_the_next_completes(
    changed: tuple[Settings, dict[str, bytes | None]], immutable: Callable[[Path], None], path: str
) -> None:
    settings, wanted = changed
    edit(settings.content / "site.yaml", "title: Little", "title: Tiny")
    pipeline.build(replace(settings, output=settings.content.parent / "other"))
    edit(settings.content / "site.yaml", "title: Tiny", "title: Little")
    immutable(settings.output / path)
    if path == "assets/style.css":
        pipeline.build(settings)
        assert state(settings.output) == wanted
        return
    with pytest.raises(OutputError, match=r"cannot be (written|removed)"):
        pipeline.build(settings)
    assert broken(settings.output) == []
    subprocess.run(["chattr", "-i", settings.output / path], check=True)
    _made_good(settings, wanted)


# What is not ours


def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    settings = quick_tiny(tmp_path)
    for name in (".git/HEAD", "CNAME", ".well-known/security.txt"):
        (settings.output / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.output / name).write_text("mine")
    before = state(settings.output)
    with pytest.raises(
        OutputError, match=r"holds files that no build has made \(\.git, \.well-known, CNAME\).*--force"
    ):
        pipeline.build(settings)
    assert state(settings.output) == before
    told = Told()
    pipeline.build(replace(settings, force=True), told)
    assert {name: state(settings.output)[name] for name, data in before.items() if data} == {
        name: data for name, data in before.items() if data
    }
    assert [message.partition(": ")[2].partition(":")[0] for message in told.messages] == [
        "holds 3 files that no build has made"
    ]
    again = Told()
    assert pipeline.build(settings, again).written == 0
    assert again.messages == []


def test_a_file_in_the_place_of_a_new_page_stays_until_somebody_says_so(begun: Settings) -> None:
    own = begun.output / "en" / "parcel" / "4.10.1.html"
    own.write_text("mine")
    before = state(begun.output)
    _change(begun)
    with pytest.raises(OutputError, match=r"en/parcel/4\.10\.1\.html; move them away, or build with --force"):
        pipeline.build(begun)
    assert state(begun.output) == before
    pipeline.build(replace(begun, force=True))
    assert state(begun.output) == clean_state(begun)


@pytest.mark.parametrize("how", ["cut", "empty", "flipped", "older", "half"])
def test_a_spoilt_manifest_is_made_good_while_codes_come_and_go(begun: Settings, how: str) -> None:
    path = begun.output / MANIFEST
    data = path.read_bytes()
    spoilt = {
        "cut": data[:-7],
        "empty": b"",
        "flipped": data.replace(b"en/parcel/5.1.1.html", b"en/parcel/5.1.2.html"),
        "older": data.replace(b'"format": 4', b'"format": 3'),
        "half": data[: len(data) // 2],
    }
    path.write_bytes(spoilt[how])
    _change(begun)
    pipeline.build(begun)
    assert state(begun.output) == clean_state(begun)


@pytest.mark.parametrize("modified", [0, 4_000_000_000])
def test_clocks_that_jump_leave_the_bytes_right(begun: Settings, modified: int) -> None:
    for path in begun.output.rglob("*.html"):
        os.utime(path, (modified, modified))
    spoilt = begun.output / "en" / "index.html"
    spoilt.write_bytes(spoilt.read_bytes()[::-1])
    os.utime(spoilt, (modified, modified))
    _change(begun)
    pipeline.build(begun)
    assert state(begun.output) == clean_state(begun)


def test_a_check_names_files_that_no_build_has_made(begun: Settings) -> None:
    (begun.output / "notes.txt").write_text("mine")
    (begun.output / "en" / "own.html").write_text("mine")
    result = CliRunner().invoke(
        main,
        ["check", "--site", *(f"--{n}={getattr(begun, n)}" for n in ("content", "locales", "templates", "output"))],
    )
    assert f"{begun.output}: holds 2 files that no build has made: " in result.stderr
    assert all(name in result.stderr for name in ("notes.txt", "en/own.html"))


def test_a_process_that_is_killed_twice_over_the_same_work_ends_the_build(begun: Settings) -> None:
    before = state(begun.output)
    _change(begun)

    def died(*_: object) -> Written:
        os._exit(9)

    with (
        patch.object(Folder, "put", died),
        pytest.raises(OutputError, match="a process was killed, and so was the one that took over its work"),
    ):
        pipeline.build(replace(begun, jobs=2))
    assert state(begun.output) == before
