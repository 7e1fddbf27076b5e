"""Time and memory of a program that runs as a process of its own, start-up included.

Memory is summed over all processes of the run, which share a session: resident memory (RSS), which counts what
processes share once for each of them, and proportional memory (PSS), which counts it once. It is asked for in a run of
its own, because asking takes time.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MeasureError", "Memory", "peak_memory", "timed"]

_EVERY = 0.02
"""Seconds between two looks at the memory."""
_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class MeasureError(Exception):
    """A program that is measured has failed."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Peaks over a run, in bytes, summed over its processes at the same moment."""

    rss: int
    pss: int


def timed(command: Sequence[str], folder: Path) -> tuple[float, str]:
    """Run the command in the folder: seconds of wall time, and what it printed. Raises MeasureError where it fails."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - our own
        status = process.wait()
        seconds = time.perf_counter() - start
        output.seek(0)
        printed = output.read().decode(errors="replace")
    _check(command, status, printed)
    return seconds, printed


def peak_memory(command: Sequence[str], folder: Path) -> Memory | None:
    """Run the command in the folder and watch its memory; None where the system does not tell."""
    if not (_PROC / "self" / "smaps_rollup").exists():
        return None
    peak = Memory(0, 0)
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - our own
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        while process.poll() is None:
            now = [_memory(each) for each in _session(process.pid)]
            peak = Memory(max(peak.rss, sum(each.rss for each in now)), max(peak.pss, sum(each.pss for each in now)))
            time.sleep(_EVERY)
        output.seek(0)
        _check(command, process.returncode, output.read().decode(errors="replace"))
    return peak


def _check(command: Sequence[str], status: int, printed: str) -> None:
    if status != 0:
        raise MeasureError(f"{' '.join(command[:3])} … failed with status {status}:\n{printed[-2000:]}")


def _session(leader: int) -> Iterator[int]:
    """The processes of a session."""
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                # After the name in brackets: state, parent, group, session (proc(5)).
                session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
            except (OSError, ValueError, IndexError):
                continue
            if session == leader:
                yield int(entry.name)


def _memory(pid: int) -> Memory:
    """What a process has now; nothing where it has ended."""
    try:
        rss = int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        pss = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
    except (OSError, IndexError):
        return Memory(0, 0)
    return Memory(rss, pss)
