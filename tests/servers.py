"""Servers for tests, each a process with a command of its own, on loopback and on a port that is free."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from codepairs.settings import Settings
from tests.support import ROOT

_STARTS = 120
"""Seconds after which a server that has not started counts as broken."""


@contextmanager
def server(
    command: Sequence[str], says: str, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A module of Python as a process, and what the group in the pattern `says` matched in its output."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=log.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process, _said(process, says, log)
    finally:
        process.kill()
        process.wait()


def _said(process: subprocess.Popen[bytes], says: str, log: Path) -> str:
    for _ in range(_STARTS * 10):
        found = re.search(says, log.read_text(encoding="utf-8", errors="replace"))
        if found:
            return found[1]
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))


@contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, str]]:
    """An S3 server in memory; the variables of the environment that lead to it."""
    command = ["moto.server", "-H", "127.0.0.1", "-p", "0"]
    with server(command, r"Running on (http://127\.0\.0\.1:\d+)", folder / "s3.log") as (_, address):
        yield {
            "AWS_ENDPOINT_URL": address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }


def make_bucket(env: Mapping[str, str], name: str) -> None:
    """Make a bucket on the server that `env` leads to."""
    with urlopen(Request(f"{env['AWS_ENDPOINT_URL']}/{name}", method="PUT")):
        pass


@contextmanager
def dask_cluster(
    folder: Path, workers: int = 2, env: Mapping[str, str] | None = None
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and its workers; the address of the one and the processes of the others."""
    quiet = ["--no-dashboard", "--dashboard-address", "127.0.0.1:0", "--host", "127.0.0.1"]
    scheduler = ["distributed.cli.dask_scheduler", "--port", "0", *quiet]
    with ExitStack() as stack:
        says = r"Scheduler at: +(tcp://\S+)"
        _, address = stack.enter_context(server(scheduler, says, folder / "scheduler.log", env))
        # A nanny would start a killed worker again; without one, its process is the worker.
        worker = ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", *quiet]
        processes = []
        for rank in range(workers):
            place = ["--local-directory", str(folder / f"worker-{rank}")]
            log = folder / f"worker-{rank}.log"
            process, _ = stack.enter_context(server([*worker, *place], r"(Registered to)", log, env))
            processes.append(process)
        yield address, processes


def command_of(settings: Settings, output: str | Path, *options: str) -> list[str]:
    """The command that builds the site of `settings` to another place."""
    folders = ["--content", str(settings.content), "--locales", str(settings.locales)]
    folders += ["--templates", str(settings.templates), "--output", str(output)]
    return [sys.executable, str(ROOT / "build.py"), "build", *folders, *options]


def built_by_command(
    settings: Settings, output: str | Path, *options: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What came of that command; it runs alone, so that no thread of a library stays in the process of the tests."""
    return subprocess.run(
        command_of(settings, output, *options),
        env={**os.environ, **(env or {})},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
