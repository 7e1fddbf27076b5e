"""The same jobs on a Dask cluster that is already there. Runs.

What travels: the site, once, to each worker; jobs there; receipts back. The site is the result of a task, so workers
fetch it from each other, and it is made anew where the worker that held it is lost. Nothing is said to workers
beforehand: one that joins late, or in the place of one that died, finds all it needs with its first job. What a lost
worker had under way is done by another.

Functions travel by name, so scheduler and workers need the same Codepairs as the caller.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from uuid import uuid4

from distributed import Client, Security, get_worker
from distributed.core import connect
from distributed.scheduler import KilledWorker

from codepairs.changes import program_digest
from codepairs.errors import CodepairsError, OutputError
from codepairs.execute import SiteKey, learn, packed

__all__ = ["Parcel", "cluster_of"]

_ANSWERS = 5
"""Seconds in which a scheduler answers."""
_JOINS = 120
"""Seconds in which the first worker joins: a cluster that grows with its work begins without any."""
_UNDER_WAY = 256
"""Jobs under way at least, as more workers may join."""
_PROGRAM = program_digest()
"""Of the modules as this process has loaded them, not as they may be later."""
_ONE_AT_A_TIME = Lock()
"""For workers with several threads: a job has templates and caches for itself."""


class Parcel(NamedTuple):
    """What a worker has to have before its first job."""

    program: str
    """Digest of the program."""
    marker: str | None
    """A file where the site goes; None where that is no folder."""
    site: bytes


@contextmanager
def cluster_of(address: str, folder: Path | None, told: Callable[[str], None]) -> Iterator[tuple[Executor, int]]:
    """An executor whose workers are those of the scheduler at `address`, and how many jobs to give it at once.

    `folder` is where workers write, if they write into a folder. Raises OutputError where the scheduler cannot be
    reached, where workers have another program or do not see the folder, and where the cluster breaks down.
    """
    with _connected(address) as client, _marked(folder) as marker:
        _await_worker(client, address, told)
        try:
            with _Cluster(client, marker) as executor:
                yield executor, max(_UNDER_WAY, 4 * sum(client.nthreads().values()))
        except KilledWorker as error:
            raise OutputError(f"{address}: workers died one after the other over the same job: {error}") from error
        except CancelledError as error:
            raise OutputError(f"{address}: the scheduler was lost; start it and build again") from error


class _Cluster(Executor):
    """Sends jobs to the workers."""

    def __init__(self, client: Client, marker: str | None) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._marker = marker
        self._parcels: dict[SiteKey, Any] = {}

    def submit(self, fn, /, job):  # type: ignore[no-untyped-def, override]
        if job.site not in self._parcels:
            self._parcels[job.site] = self._sent(job.site)
        # As bytes, because Dask would look into every job for results of other tasks.
        return self._executor.submit(_done, pickle.dumps((fn, job)), self._parcels[job.site])

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait and not cancel_futures)

    def _sent(self, site: SiteKey) -> Any:
        """The parcel as a result on the cluster; a worker has opened it."""
        with warnings.catch_warnings():
            # It is sent once, and the scheduler has to hold it for workers that are yet to come.
            warnings.filterwarnings("ignore", "Sending large graph")
            parcel = self._client.submit(Parcel, _PROGRAM, self._marker, packed(site), pure=False)
        try:
            self._client.submit(_checked, parcel, pure=False).result()
        except (CodepairsError, KilledWorker, CancelledError):
            raise
        except Exception as error:
            # The name of a function or a package is not known there; Dask puts that into errors of several types.
            cause = str(error.__cause__ or error)
            raise OutputError(f"the cluster cannot load this program; {_SAME} ({cause})") from error
        return parcel


_SAME = "install the same version of Codepairs, with what it renders with, for the scheduler and every worker"


def _done(parts: bytes, parcel: Parcel) -> Any:
    """Do a job; runs in a worker."""
    with _ONE_AT_A_TIME:
        _checked(parcel)
        try:
            fn, job = pickle.loads(parts)  # noqa: S301 - sent by the run that sent this function
        except ModuleNotFoundError as error:
            raise OutputError(f"worker {get_worker().address}: {error.name} is not installed there") from None
        learn(job.site, parcel.site)
        return fn(job)


def _checked(parcel: Parcel) -> None:
    """Raises OutputError where this worker would make another site, or make it elsewhere."""
    _check(parcel.program, parcel.marker)


@lru_cache(maxsize=4)
def _check(program: str, marker: str | None) -> None:
    if program != _PROGRAM:
        raise OutputError(f"worker {get_worker().address} has another program; {_SAME}")
    if marker and not os.path.exists(marker):
        place = f"{os.path.dirname(marker)} is not the same folder there"
        raise OutputError(
            f"worker {get_worker().address}: {place}; choose an output that all machines share, or an object store"
        )


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    # What goes wrong is said here, in one line.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        asyncio.run(asyncio.wait_for(_answer(address), _ANSWERS + 1))
    except Exception as error:
        # Whatever another kind of server sends may be taken for anything.
        check = "check that one runs there, its address and port, and what lies between"
        raise OutputError(
            f"{address}: no Dask scheduler answers; {check} ({str(error) or type(error).__name__})"
        ) from None
    with Client(address, timeout=_ANSWERS, set_as_default=False, name="codepairs") as client:
        yield client


async def _answer(address: str) -> None:
    """Returns when a scheduler answers. A client that finds none would hold the program up at its end."""
    comm = await connect(address, timeout=_ANSWERS, **Security().get_connection_args("client"))
    await comm.close()


def _await_worker(client: Client, address: str, told: Callable[[str], None]) -> None:
    if client.nthreads():
        return
    told(f"{address}: no worker yet; one is started with: dask worker {address} --nthreads 1")
    try:
        client.wait_for_workers(1, timeout=_JOINS)
    except TimeoutError:
        raise OutputError(f"{address}: no worker joined within {_JOINS} seconds") from None


@contextmanager
def _marked(folder: Path | None) -> Iterator[str | None]:
    """A file in the folder, by which workers know that theirs is the same."""
    if folder is None:
        yield None
        return
    marker = folder / f".codepairs-{uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        marker.touch()
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
    try:
        yield str(marker)
    finally:
        marker.unlink(missing_ok=True)
