"""Sets everything up in .venv and runs it: `python3 run.py build`, `python3 run.py test`, `python3 run.py lint`.

`lowest` runs the tests with the lowest versions that pyproject.toml allows, in an environment of its own, .venv-lowest.

Needs nothing but Python 3.11 or later and pip. What is installed stays in the project's own folder `.venv`; a second
run installs nothing unless the locked requirements changed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
COMMANDS = {
    "build": ("requirements.txt", [["build.py"]]),
    "test": ("requirements-dev.txt", [["-m", "pytest"]]),
    "lint": (
        "requirements-dev.txt",
        [["-m", "ruff", "check", "."], ["-m", "ruff", "format", "--check", "."], ["-m", "mypy"]],
    ),
    "bench": ("requirements-bench.txt", [["-m", "benchmarks"]]),
    "audit": ("requirements-audit.txt", [["-m", "supply"]]),
    "lowest": ("requirements-lowest.txt", [["-m", "pytest"]]),
}
USAGE = f"usage: python3 run.py {{{'|'.join(COMMANDS)}}} [options]"


def main(arguments: list[str]) -> int:
    """Prepare the environment and run the command; its exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file alone is run by whatever Python there is
        print("Codepairs needs Python 3.11 or later.", file=sys.stderr)
        return 2
    if not arguments or arguments[0] not in COMMANDS:
        print(USAGE, file=sys.stderr)
        return 2
    requirements, steps = COMMANDS[arguments[0]]
    venv = VENV.with_name(".venv-lowest") if arguments[0] == "lowest" else VENV
    prepare(ROOT / requirements, venv)
    for step in steps:
        status = subprocess.call([str(venv / PYTHON), *step, *arguments[1:]], cwd=ROOT)
        if status != 0:
            return status
    return 0


def prepare(requirements: Path, venv: Path) -> None:
    """Make the environment hold what the requirements file locks; does nothing where it already does."""
    stamp = venv / f"{requirements.stem}.installed"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if (venv / PYTHON).exists() and stamp.exists() and stamp.read_text() == digest:
        return
    print(f"Setting up {venv.name} from {requirements.name} …", flush=True)
    if not (venv / PYTHON).exists():
        make_environment(venv)
    options = [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--no-deps",
        "-r",
        str(requirements),
    ]
    subprocess.check_call([*pip(venv), *options])
    # Otherwise every start compiles the package anew where Python is told to write no bytecode.
    subprocess.check_call([str(venv / PYTHON), "-m", "compileall", "-q", str(ROOT / "codepairs")])
    stamp.write_text(digest)


def make_environment(venv: Path) -> None:
    """Create the environment; without a pip of its own where Python comes without ensurepip."""
    if subprocess.call([sys.executable, "-m", "venv", str(venv)], stderr=subprocess.DEVNULL) != 0:
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv)])


def pip(venv: Path) -> list[str]:
    """The command of the pip that installs into the environment."""
    own = [str(venv / PYTHON), "-m", "pip"]
    if subprocess.call([*own, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
        return own
    return [sys.executable, "-m", "pip", "--python", str(venv / PYTHON)]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        # The command has said what there was to say.
        sys.exit(130)
