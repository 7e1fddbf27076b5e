"""Builds on a Dask cluster: a scheduler and workers with commands of their own make what this machine makes."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from codepairs import cluster, pipeline
from codepairs.errors import OutputError
from codepairs.manifest import MANIFEST
from codepairs.settings import Settings
from tests.servers import built_by_command, command_of, dask_cluster, make_bucket, s3_server
from tests.sites import edit, snapshot
from tests.support import ROOT


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster with two workers."""
    with dask_cluster(tmp_path_factory.mktemp("cluster")) as (address, _):
        yield address


def site_in(folder: Path) -> dict[str, bytes]:
    """The files of a site; the manifest knows when they were written, and so differs."""
    return {path: data for path, data in snapshot(folder).items() if path != MANIFEST}


def test_a_cluster_makes_the_same_bytes(built: Settings, scheduler: str, tmp_path: Path) -> None:
    result = built_by_command(built, tmp_path / "by-cluster", "--scheduler", scheduler)
    assert (result.returncode, result.stderr) == (0, "")
    assert site_in(tmp_path / "by-cluster") == site_in(built.output)


def test_a_cluster_builds_on_what_was_built_here(built: Settings, scheduler: str) -> None:
    edit(built.content / "parcel" / "4.2.1.yaml", "title: ", "title: Other ")
    result = built_by_command(built, built.output, "--scheduler", scheduler)
    assert result.returncode == 0, result.stderr
    assert re.search(r"files: [1-9]\d* written, [1-9]\d* unchanged", result.stdout)
    by_cluster = site_in(built.output)
    assert pipeline.build(replace(built, full=True)).written == 0
    assert site_in(built.output) == by_cluster


def test_a_cluster_makes_the_same_archive(tiny: Settings, scheduler: str, tmp_path: Path) -> None:
    paths = [tmp_path / "here" / "site.tar.zst", tmp_path / "there" / "site.tar.zst"]
    pipeline.build(replace(tiny, output=paths[0]))
    result = built_by_command(tiny, paths[1], "--scheduler", scheduler)
    assert (result.returncode, result.stderr) == (0, "")
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_workers_send_to_an_object_store_themselves(tiny: Settings, tmp_path: Path) -> None:
    with s3_server(tmp_path) as env, dask_cluster(tmp_path, workers=1, env=env) as (address, _):
        make_bucket(env, "site")
        result = built_by_command(tiny, "s3://site/", "--scheduler", address, env=env)
        assert result.returncode == 0, result.stderr
        pipeline.build(tiny)
        # A build from here finds everything as it would make it.
        again = built_by_command(tiny, "s3://site/", "--full", env=env)
        assert f"0 written, {len(site_in(tiny.output))} unchanged" in again.stdout


def test_a_worker_killed_half_way_loses_nothing(project: Settings, tmp_path: Path) -> None:
    pipeline.build(project)
    output = tmp_path / "site"
    with dask_cluster(tmp_path) as (address, workers):
        build = subprocess.Popen(
            command_of(project, output, "--scheduler", address), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        while build.poll() is None and not list(tmp_path.glob("*site*/**/*-vs-*.html")):
            time.sleep(0.02)
        workers[0].kill()
        assert workers[0].wait() != 0
        assert build.poll() is None, "the build ended before the worker was killed"
        _, errors = build.communicate(timeout=300)
        assert (build.returncode, errors) == (0, b"")
        assert workers[1].poll() is None
    assert site_in(output) == site_in(project.output)


def test_a_scheduler_that_does_not_answer_is_an_error(built: Settings) -> None:
    before = snapshot(built.output)

    def build(address: str) -> subprocess.CompletedProcess[str]:
        # Each in a folder of its own: builds wait for each other.
        output = built.output.with_name(f"site-{address.rpartition(':')[2]}")
        shutil.copytree(built.output, output)
        result = built_by_command(built, output, "--full", "--scheduler", address)
        assert snapshot(output) == before
        return result

    with socket.create_server(("127.0.0.1", 0)) as other, ThreadPoolExecutor() as threads:
        # Nobody listens at the first of them; what listens at the second never says a word.
        addresses = ["tcp://127.0.0.1:9", f"tcp://127.0.0.1:{other.getsockname()[1]}", "here"]
        for address, result in zip(addresses, threads.map(build, addresses), strict=True):
            assert (result.returncode, result.stdout) == (1, "")
            assert result.stderr.startswith(f"{address}: no Dask scheduler answers; check that one runs there, its ")
            assert result.stderr.count("\n") == 1


def test_a_worker_with_another_program_is_an_error(tiny: Settings, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "codepairs", tmp_path / "codepairs", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "codepairs" / "prose.py").open("a", encoding="utf-8") as file:
        file.write("# another version\n")
    with dask_cluster(tmp_path, workers=1, env={"PYTHONPATH": str(tmp_path)}) as (address, _):
        result = built_by_command(tiny, tiny.output, "--scheduler", address)
    assert (result.returncode, result.stdout) == (1, "")
    assert re.fullmatch(r"worker tcp://\S+ has another program; install the same version of .*\n", result.stderr)
    assert not tiny.output.exists()


def test_a_cluster_without_the_program_is_an_error(tiny: Settings, tmp_path: Path) -> None:
    with dask_cluster(tmp_path, workers=1, env={"PYTHONPATH": ""}) as (address, _):
        result = built_by_command(tiny, tiny.output, "--scheduler", address)
    assert (result.returncode, result.stdout) == (1, "")
    assert "install the same version of Codepairs" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_worker_that_does_not_see_the_folder_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "get_worker", lambda: SimpleNamespace(address="tcp://there:1"))
    parcel = cluster.Parcel(cluster.program_digest(), str(tmp_path / "marker"), b"")
    with pytest.raises(OutputError, match=r"tcp://there:1: .* is not the same folder there; choose an output that all"):
        cluster._checked(parcel)
    (tmp_path / "marker").touch()
    cluster._checked(parcel)


def test_distributed_is_named_with_the_extra_that_brings_it(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "codepairs.cluster", raising=False)
    with pytest.raises(OutputError, match=re.escape("distributed is not installed; pip install codepairs[cluster]")):
        pipeline.build(replace(tiny, scheduler="tcp://127.0.0.1:9"))
    assert not tiny.output.exists()
