"""What the project is built on: licences, vulnerabilities, lowest versions, and the wheel in a fresh environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from supply import advisories, licences
from supply.licences import DOCUMENT, Locked, licence_of, licence_problems, locked, read_terms
from tests.support import ROOT

of_locked = pytest.mark.skipif(version("click") != locked()["click"].version, reason="judges the locked versions")
LISTED = DOCUMENT.read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@of_locked
def test_every_installed_package_has_a_licence_that_is_allowed_and_listed() -> None:
    assert licence_problems(read_terms(), LISTED) == []


@of_locked
def test_a_licence_that_is_not_allowed_is_told() -> None:
    terms = replace(read_terms(), program=frozenset({"MIT"}))
    assert "babel has the licence BSD-3-Clause, which licences.toml does not allow" in licence_problems(terms, LISTED)


@of_locked
def test_what_only_development_may_have_the_program_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "locked", lambda: {"translate-toolkit": Locked(version("translate-toolkit"), True)})
    problems = licence_problems(read_terms(), LISTED)
    assert "translate-toolkit has the licence GPL-3.0-or-later, which licences.toml does not allow" in problems


@of_locked
def test_an_unknown_licence_is_told() -> None:
    terms = replace(read_terms(), packages={})
    assert any(problem.startswith("jinja2 does not say its licence") for problem in licence_problems(terms, LISTED))


@of_locked
def test_a_list_that_is_out_of_date_is_told() -> None:
    changed = LISTED.replace("| click | BSD-3-Clause |", "| click | MIT |") + "| gone | MIT | development |\n"
    problems = licence_problems(read_terms(), changed)
    assert [problem.partition(";")[0] for problem in problems] == [
        "docs/licences.md: click has BSD-3-Clause, the list says MIT",
        "docs/licences.md: gone is not locked any more",
    ]


@of_locked
@pytest.mark.parametrize(
    ("expression", "allowed"),
    [("MIT", True), ("MIT AND GPL-2.0-only", False), ("GPL-2.0-only OR MIT", True), ("LGPL-3.0-only", False)],
)
def test_a_choice_of_licences_needs_one_that_is_allowed(expression: str, allowed: bool) -> None:
    terms = replace(read_terms(), packages={"click": expression})
    refused = f"click has the licence {expression}, which licences.toml does not allow"
    assert (refused not in licence_problems(terms, LISTED)) == allowed


def test_a_package_that_is_not_installed_as_locked_is_not_judged() -> None:
    assert licence_of("no-such-package", "1", read_terms()) is None
    assert licence_of("click", "0.1", read_terms()) is None


@of_locked
def test_the_list_keeps_what_is_not_installed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        licences, "locked", lambda: {"click": Locked(version("click"), True), "no-such-package": Locked("1", False)}
    )
    text = licences.document(read_terms(), "| no-such-package | MIT | development |\n| gone | MIT | development |\n")
    assert "| click | BSD-3-Clause | the program |\n| no-such-package | MIT | development |\n" in text
    assert "gone" not in text


def test_what_the_program_needs_is_known_apart() -> None:
    packages = locked()
    assert [packages[name].program for name in ("jinja2", "pytest", "pip-audit")] == [True, False, False]


def test_vulnerabilities_fail_the_audit() -> None:
    known = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"]}]}
    output = json.dumps({"dependencies": [known, {"name": "rich", "version": "1", "vulns": []}]})
    assert advisories.judged(output, "") == (
        1,
        ["jinja2 2.0: PYSEC-1; mended in 3.1.6", "vulnerabilities: 1"],
    )


def test_a_clean_audit_counts_and_names_what_it_could_not_look_up() -> None:
    packages = [{"name": "rich", "version": "1", "vulns": []}, {"name": "own", "skip_reason": "not found"}]
    status, lines = advisories.judged(json.dumps({"dependencies": packages}), "")
    assert (status, lines) == (0, ["vulnerabilities: none known of 1 packages; not looked up: own"])


@pytest.mark.parametrize(
    ("output", "errors"),
    [
        ("", "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed\n"),
        ("", "Traceback (most recent call last):\nrequests.exceptions.ProxyError: Max retries exceeded\n"),
        (json.dumps({"dependencies": [{"name": "rich", "skip_reason": "not found"}]}), ""),
    ],
    ids=["no connection", "no proxy", "nothing found"],
)
def test_without_the_database_the_audit_says_that_it_is_skipped(output: str, errors: str) -> None:
    status, (line,) = advisories.judged(output, errors)
    assert status == 0
    assert line.startswith("vulnerabilities: skipped; ")


def test_an_audit_that_fails_otherwise_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert advisories.audit([sys.executable, "-c", "raise SystemExit('a bad lock')"]) == 1
    assert "a bad lock" in capsys.readouterr().err


def test_an_audit_that_takes_too_long_is_skipped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advisories, "_LONGEST", 0.2)
    assert advisories.audit([sys.executable, "-c", "import time; time.sleep(60)"]) == 0
    assert "skipped; the database of advisories did not answer" in capsys.readouterr().out


def test_the_lowest_versions_are_those_of_pyproject() -> None:
    text = (ROOT / "requirements-lowest.txt").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))
    bounds = [
        *PROJECT["dependencies"],
        *(each for extra in PROJECT["optional-dependencies"].values() for each in extra),
    ]
    for bound in map(Requirement, bounds):
        name = re.sub(r"[-_.]+", "-", bound.name).lower()
        if name != "codepairs":
            (lower,) = bound.specifier
            assert lower.operator == ">=", bound
            lowest = Version(pinned[name])
            assert lowest in bound.specifier
            assert lowest.release[: len(Version(lower.version).release)] == Version(lower.version).release, bound


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a copy of the sources by the back-end that is installed."""
    if Version(version("setuptools")) < Version("77"):
        pytest.skip("setuptools is older than what pyproject.toml asks for")
    return built(tmp_path_factory.mktemp("wheel"))


def built(folder: Path) -> Path:
    source = folder / "source"
    shutil.copytree(ROOT / "codepairs", source / "codepairs", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    program = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(folder)],
        cwd=source,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
        capture_output=True,
        check=True,
    )
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_is_the_same_every_time(wheel: Path, tmp_path: Path) -> None:
    assert built(tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("codepairs/")}
    files = (path for path in (ROOT / "codepairs").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert packed == {path.relative_to(ROOT).as_posix() for path in files}


def test_the_source_distribution_holds_the_whole_project(tmp_path: Path) -> None:
    if Version(version("setuptools")) < Version("77"):
        pytest.skip("setuptools is older than what pyproject.toml asks for")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    files = listed.stdout.split()
    if not files:
        pytest.skip("this is no checkout")
    for name in files:
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "source" / name)
    program = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    command = [sys.executable, "-W", "ignore", "-c", program, str(tmp_path)]
    subprocess.run(command, cwd=tmp_path / "source", capture_output=True, check=True)
    (made,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    assert set(files) - packed == {".gitignore"}


def test_the_installed_program_builds_a_site(wheel: Path, tmp_path: Path) -> None:
    """The wheel alone is installed; what it needs is that of the environment of the tests."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "present.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
    project = tmp_path / "project"
    shutil.copytree(ROOT / "tests/data/tiny", project)
    if not (project / "templates").exists():
        shutil.copytree(ROOT / "templates", project / "templates")
    entry = "import codepairs, sys; from codepairs.cli import main; print(codepairs.__file__, flush=True); main()"
    ran = subprocess.run(
        [str(environment / "bin/python"), "-c", entry, "build", "--no-search", "--jobs", "1"],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.splitlines()[0]).is_relative_to(environment)
    assert (project / "site" / "index.html").is_file()
    assert list((project / "site" / "schemas").glob("*.json"))
