"""Rounds -> medians, ratios with their spread, and the table of docs/benchmarks.md."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.measure import Memory
from benchmarks.programs import all_processes

__all__ = ["Result", "Spread", "machine", "markdown", "ratio", "with_table"]

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_MEGABYTE = 1_000_000
_MAGIC = 2**20


@dataclass(slots=True)
class Result:
    """What was measured on one case."""

    case: str
    place: str
    """Where the output lay: `tmpfs`, `ext4`."""
    pages: int
    """HTML pages of the site."""
    files: int
    size: int
    """Bytes of all files."""
    seconds: dict[str, list[float]] = field(default_factory=dict)
    """Seconds by program, round by round."""
    memory: dict[str, Memory | None] = field(default_factory=dict)
    compared: int = 0
    """Pages of Hugo's output that were compared."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with the least and the greatest value."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        digits = 2 if self.median < 10 else 1
        return f"{self.median:.{digits}f} ({self.least:.{digits}f}–{self.greatest:.{digits}f})"


def ratio(seconds: Mapping[str, Sequence[float]], slow: str, quick: str) -> Spread:
    """How many times as long `slow` takes as `quick`, compared round by round."""
    return Spread.of([one / other for one, other in zip(seconds[slow], seconds[quick], strict=True)])


def markdown(results: Sequence[Result], facts: str) -> str:
    """The tables of all results."""
    return "\n".join([facts, "", *(line for result in results for line in _table(result))])


def _table(result: Result) -> list[str]:
    lines = [
        f"### {result.case[0].upper()}{result.case[1:]}: {result.pages:,} pages on {result.place}",
        "",
        f"{result.files:,} files, {result.size / _MEGABYTE:,.0f} MB.",
        "",
        "| program | seconds | pages a second | peak memory, MB: RSS (PSS) |",
        "|---|--:|--:|--:|",
    ]
    for name, seconds in result.seconds.items():
        spread = Spread.of(seconds)
        rate = "" if "nothing changed" in name else f"{result.pages / spread.median:,.0f}"
        memory = result.memory.get(name)
        shown = f"{memory.rss / _MEGABYTE:,.0f} ({memory.pss / _MEGABYTE:,.0f})" if memory else ""
        lines.append(f"| {name} | {spread} | {rate} | {shown} |")
    return [*lines, "", *(f"- {line}" for line in _ratios(result)), ""]


def _ratios(result: Result) -> list[str]:
    """What the issue asks: Hugo beside Codepairs, Codepairs beside the bytes alone."""
    full = [name for name in result.seconds if name.startswith("Codepairs") and "nothing changed" not in name]
    bare = [name for name in result.seconds if name.startswith("the bytes")]
    lines = [
        f"Hugo: {ratio(result.seconds, 'Hugo', name)} times the time of {name}."
        for name in full
        if "Hugo" in result.seconds
    ]
    if bare:
        best = min(bare, key=lambda name: median(result.seconds[name]))
        lines += [f"{name}: {ratio(result.seconds, name, best)} times the time of {best}." for name in full]
    if result.compared:
        lines.append(f"Hugo’s output is the same in all {result.compared:,} pages compared.")
    return lines


def machine(hugo: str | None, rounds: int) -> str:
    """What of the machine matters, in a sentence; no names, no paths."""
    parts = [
        f"{all_processes()} cores",
        *([f"{_memory_size()} GB of memory"] if _memory_size() else []),
        f"{platform.system()} on {platform.machine()}",
        f"Python {platform.python_version()}",
        *([f"Hugo {hugo}"] if hugo else []),
    ]
    how = f"{rounds} rounds, alternating; median (least–greatest). Times are of whole processes, start-up included."
    return f"{', '.join(parts)}. {how}"


def _memory_size() -> int:
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return 0
    match = re.search(r"MemTotal:\s+(\d+) kB", text)
    return round(int(match[1]) / _MAGIC) if match else 0


def file_system(folder: Path) -> str:
    """The kind of the file system that holds the folder: `tmpfs`, `ext4`."""
    told = subprocess.run(  # noqa: S603
        ["stat", "--file-system", "--format", "%T", str(folder)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return {"ext2/ext3": "ext4"}.get(told, told) or "disk"


def with_table(document: str, table: str) -> str:
    """The document with the table between its markers. Raises ValueError where it has none."""
    if document.count(BEGIN) != 1 or document.count(END) != 1:
        raise ValueError(f"the document needs the markers {BEGIN} and {END}, each once")
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table.strip()}\n\n{END}{rest.partition(END)[2]}"
