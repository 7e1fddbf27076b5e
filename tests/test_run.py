"""run.py: usage, the commands it knows, and when it installs. Nothing is installed here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import run


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would be run; the environment lies in a temporary folder."""
    found: list[list[str]] = []

    def call(command: list[str], **options: object) -> int:
        found.append(command)
        if "venv" in command:
            python = Path(command[-1]) / run.PYTHON
            python.parent.mkdir(parents=True)
            python.touch()
        return 0

    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run.subprocess, "call", call)
    monkeypatch.setattr(run.subprocess, "check_call", call)
    (tmp_path / "requirements.txt").write_text("one==1\n")
    (tmp_path / "requirements-dev.txt").write_text("two==2\n")
    (tmp_path / "requirements-bench.txt").write_text("three==3\n")
    (tmp_path / "requirements-audit.txt").write_text("four==4\n")
    (tmp_path / "requirements-lowest.txt").write_text("two==1\n")
    return found


@pytest.mark.parametrize("arguments", [[], ["serve"], ["--help"], ["Build"], [""], ["build.py"]])
def test_anything_else_is_answered_with_the_usage(
    arguments: list[str], calls: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(arguments) == 2
    assert capsys.readouterr() == ("", "usage: python3 run.py {build|test|lint|bench|audit|lowest} [options]\n")
    assert calls == []


def test_an_old_python_is_told_so(
    calls: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 9))
    assert run.main(["build"]) == 2
    assert capsys.readouterr().err == "Codepairs needs Python 3.11 or later.\n"
    assert calls == []


def test_the_first_run_sets_up_and_installs_what_is_locked(calls: list[list[str]], tmp_path: Path) -> None:
    assert run.main(["build", "--jobs", "2"]) == 0
    assert calls[0] == [sys.executable, "-m", "venv", str(run.VENV)]
    install = next(command for command in calls if "install" in command)
    assert install[-2:] == ["-r", str(tmp_path / "requirements.txt")]
    assert {"--require-hashes", "--no-deps"} <= set(install)
    assert calls[-1] == [str(run.VENV / run.PYTHON), "build.py", "--jobs", "2"]


def test_the_second_run_installs_nothing(calls: list[list[str]]) -> None:
    run.main(["build"])
    calls.clear()
    run.main(["build"])
    assert calls == [[str(run.VENV / run.PYTHON), "build.py"]]


def test_changed_requirements_are_installed_into_the_same_environment(calls: list[list[str]], tmp_path: Path) -> None:
    run.main(["build"])
    (tmp_path / "requirements.txt").write_text("one==2\n")
    calls.clear()
    run.main(["build"])
    assert not any("venv" in command for command in calls)
    assert any("install" in command for command in calls)


def test_the_tests_have_requirements_of_their_own(calls: list[list[str]], tmp_path: Path) -> None:
    run.main(["build"])
    calls.clear()
    run.main(["test", "-k", "x"])
    assert any(str(tmp_path / "requirements-dev.txt") in command for command in calls)
    assert calls[-1] == [str(run.VENV / run.PYTHON), "-m", "pytest", "-k", "x"]


def test_the_measurements_have_requirements_of_their_own(calls: list[list[str]], tmp_path: Path) -> None:
    run.main(["bench", "--rounds", "1"])
    assert any(str(tmp_path / "requirements-bench.txt") in command for command in calls)
    assert calls[-1] == [str(run.VENV / run.PYTHON), "-m", "benchmarks", "--rounds", "1"]


def test_the_audit_has_requirements_of_its_own(calls: list[list[str]], tmp_path: Path) -> None:
    run.main(["audit", "--update"])
    assert any(str(tmp_path / "requirements-audit.txt") in command for command in calls)
    assert calls[-1] == [str(run.VENV / run.PYTHON), "-m", "supply", "--update"]


def test_the_lowest_versions_have_an_environment_of_their_own(calls: list[list[str]], tmp_path: Path) -> None:
    run.main(["test"])
    calls.clear()
    assert run.main(["lowest", "-x"]) == 0
    own = tmp_path / ".venv-lowest"
    assert calls[0] == [sys.executable, "-m", "venv", str(own)]
    install = next(command for command in calls if "install" in command)
    assert install[0] == str(own / run.PYTHON)
    assert {"--require-hashes", str(tmp_path / "requirements-lowest.txt")} <= set(install)
    assert calls[-1] == [str(own / run.PYTHON), "-m", "pytest", "-x"]
    assert not any(str(run.VENV / run.PYTHON) in command for command in calls)


def test_lint_runs_every_tool_and_stops_at_the_first_that_complains(
    calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run.main(["lint"]) == 0
    tools = [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]]
    assert [command[2:] for command in calls[-3:]] == tools
    found: list[list[str]] = []

    def complain(command: list[str], **options: object) -> int:
        found.append(command[2:])
        return len(found) - 1

    monkeypatch.setattr(run.subprocess, "call", complain)
    assert run.main(["lint"]) == 1
    assert found == tools[:2]


def test_a_failed_installation_is_tried_again(calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: list[str], **options: object) -> int:
        raise run.subprocess.CalledProcessError(1, command)

    with monkeypatch.context() as patch:
        patch.setattr(run.subprocess, "check_call", fail)
        with pytest.raises(run.subprocess.CalledProcessError):
            run.main(["build"])
    calls.clear()
    run.main(["build"])
    assert any("install" in command for command in calls)


def test_the_status_of_the_command_is_handed_on(calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    run.main(["build"])
    monkeypatch.setattr(run.subprocess, "call", lambda command, **options: 7)
    assert run.main(["build"]) == 7


def test_the_requirements_of_every_command_exist() -> None:
    root = Path(run.__file__).parent
    assert all((root / requirements).is_file() for requirements, _ in run.COMMANDS.values())
