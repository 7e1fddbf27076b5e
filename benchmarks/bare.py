"""Writes the bytes of a built site to the same paths and does nothing else: the least that any generator has to do.

`python -m benchmarks.bare SITE FOLDER --jobs 2` prints the seconds it took to write the files. They are read a few
thousand at a time, so that a large site does not fill the memory; all processes stop while one of them reads, and the
clock with them. Files are opened, written and closed, not synchronised.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

__all__ = ["shares", "write_copy"]

Share = list[str]
"""Paths of files below the site's folder."""
Spans = list[tuple[float, float]]
"""When a process began and ended to write, by step."""
_STEP = 4096
"""Files that a process reads, and then writes, at a time."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def write_copy(site: Path, folder: Path, jobs: int) -> float:
    """Write every file of the site into the folder with so many processes; seconds without those for reading."""
    paths = sorted(os.path.relpath(Path(base, name), site) for base, _, names in os.walk(site) for name in names)
    for name in {os.path.dirname(path) for path in paths}:
        (folder / name).mkdir(parents=True, exist_ok=True)
    parts = shares(paths, jobs)
    steps = range(0, max(map(len, parts)), _STEP)
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)
    barrier, results = context.Barrier(len(parts)), context.SimpleQueue()
    workers = [context.Process(target=_work, args=(site, folder, part, steps, barrier, results)) for part in parts]
    for worker in workers:
        worker.start()
    spans: list[Spans] = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    # A step takes from the first process that begins to the last that ends.
    return sum(max(end for _, end in step) - min(start for start, _ in step) for step in zip(*spans, strict=True))


def shares(paths: Iterable[str], jobs: int) -> list[Share]:
    """The paths in as many parts of about the same number of files; a folder is split only where there are too few.

    Two processes that create files in one folder wait for each other.
    """
    folders: dict[str, Share] = {}
    for path in paths:
        folders.setdefault(os.path.dirname(path), []).append(path)
    groups = sorted(folders.values(), key=len, reverse=True)
    most = sum(map(len, groups)) / jobs
    parts: list[Share] = [[] for _ in range(jobs)]
    for group in groups:
        pieces = max(1, round(len(group) / most)) if most else 1
        for piece in range(pieces):
            min(parts, key=len).extend(group[piece * len(group) // pieces : (piece + 1) * len(group) // pieces])
    return [part for part in parts if part] or [[]]


def _work(site: Path, folder: Path, paths: Share, steps: range, barrier: Barrier, results: Any) -> None:
    spans: Spans = []
    for step in steps:
        files = [(str(folder / path), (site / path).read_bytes()) for path in paths[step : step + _STEP]]
        barrier.wait()
        start = time.perf_counter()
        for path, data in files:
            descriptor = os.open(path, _FLAGS, 0o666)
            os.write(descriptor, data)
            os.close(descriptor)
        spans.append((start, time.perf_counter()))
        barrier.wait()
    results.put(spans)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bare", description="Write the bytes of a built site.")
    parser.add_argument("site", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    print(write_copy(options.site, options.folder, options.jobs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
