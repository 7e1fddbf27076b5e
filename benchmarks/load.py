"""How fast the site is served: nginx with the project's configuration, asked by wrk on the same machine.

    python -m benchmarks.load site/ [--seconds 5] [--connections 64]

prints a table for docs/hosting.md: pages as they are, pages in their compressed copies, what caches ask again, and
addresses that do not exist. wrk and nginx share the machine, so the figures are a floor and not the host's best.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.webservers import serving

__all__ = ["main"]

_SCRIPT = """
local paths = {{{paths}}}
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
"""
_PAGES = 2_000
"""Pages that are asked for in turn, at most."""


class Load(NamedTuple):
    """What wrk measured."""

    requests: float
    """A second."""
    megabytes: float
    """A second."""
    median: str
    tail: str
    """Latency of the slowest hundredth."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description="Serve a built site under load.")
    parser.add_argument("site", type=Path)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed")
    print("| asked for | requests a second | MB a second | median | 99 of 100 within |\n|---|--:|--:|--:|--:|")
    for name, load in _loads(options.site, options.seconds, options.connections):
        print(f"| {name} | {load.requests:,.0f} | {load.megabytes:,.0f} | {load.median} | {load.tail} |")


def _loads(site: Path, seconds: int, connections: int) -> Iterator[tuple[str, Load]]:
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    chosen = random.Random(0).sample(pages, min(_PAGES, len(pages)))  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as work, serving("nginx", site, "http://localhost/") as served:
        tag = served.get(chosen[0]).headers["etag"]
        cases = {
            "pages": (chosen, {}),
            "pages, gzip": (chosen, {"Accept-Encoding": "gzip"}),
            "a page that is cached (304)": (chosen[:1], {"If-None-Match": tag}),
            "what is not there (404)": (["nothing-here.html"], {}),
        }
        for name, (paths, headers) in cases.items():
            yield name, _measured(served.port, paths, headers, seconds, connections, Path(work))


def _measured(
    port: int, paths: Sequence[str], headers: dict[str, str], seconds: int, connections: int, work: Path
) -> Load:
    script = work / "requests.lua"
    script.write_text(_SCRIPT.format(paths=", ".join(f'"/{path}"' for path in paths)), encoding="utf-8")
    fields = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), *fields]
    run = subprocess.run(  # noqa: S603 - our own
        [*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
    )
    return _read(run.stdout)


def _read(said: str) -> Load:
    """What wrk printed.

    >>> _read("50%    1.00ms\\n 99%    3.00ms\\nRequests/sec:   9000.5\\nTransfer/sec:     88.10MB")
    Load(requests=9000.5, megabytes=88.1, median='1.00ms', tail='3.00ms')
    """
    found = dict(re.findall(r"(\d+)%\s+([\d.]+\w+)", said))
    requests = re.search(r"Requests/sec:\s+([\d.]+)", said)
    transfer = re.search(r"Transfer/sec:\s+([\d.]+)([KMG])B", said)
    assert requests, said
    assert transfer, said
    scale = {"K": 0.001, "M": 1.0, "G": 1000.0}[transfer[2]]
    return Load(float(requests[1]), float(transfer[1]) * scale, found["50"], found["99"])


if __name__ == "__main__":
    main()
