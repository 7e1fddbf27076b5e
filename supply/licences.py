"""Installed packages -> their licences, held to licences.toml and to docs/licences.md. Reads.

The locks say which packages there are, the metadata of the installed ones what their licence is. A package that is
locked but not installed here (another system, command or version) is not judged: where it is installed, it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "DOCUMENT",
    "LOCKS",
    "ROOT",
    "Locked",
    "Terms",
    "document",
    "licence_of",
    "licence_problems",
    "locked",
    "read_terms",
]

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "licences.md"
PROGRAM = "requirements.txt"
LOCKS = (PROGRAM, "requirements-dev.txt", "requirements-bench.txt", "requirements-fuzz.txt", "requirements-audit.txt")
"""What is locked: for the program first, then for tests, measurements and checks."""
_HEAD = """# Licences

Codepairs is under the MIT licence, its content under CC BY 4.0. These are the packages it is locked to, with their
licences (SPDX). `licences.toml` says which are allowed; `python3 run.py audit --update` writes this list.

"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What licences.toml says."""

    program: frozenset[str]
    """Licences (SPDX identifiers) that what the program needs may have."""
    development: frozenset[str]
    """Those that the other packages may have."""
    names: dict[str, str]
    """What packages call their licence -> SPDX."""
    packages: dict[str, str]
    """Packages whose metadata does not say -> SPDX."""
    carried: tuple[dict[str, str], ...]
    """Works inside packages: `name`, `licence`, `where`."""


def read_terms(path: Path = ROOT / "licences.toml") -> Terms:
    """Read what is allowed."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    program = frozenset(data["program"])
    development = program | frozenset(data["development"])
    return Terms(program, development, data["names"], data["packages"], tuple(data["carried"]))


class Locked(NamedTuple):
    """A locked package."""

    version: str
    program: bool
    """Whether the program needs it."""


def locked(root: Path = ROOT) -> dict[str, Locked]:
    """All locked packages by name, sorted."""
    found: dict[str, Locked] = {}
    for lock in LOCKS:
        text = (root / lock).read_text(encoding="utf-8")
        for name, version in re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)", text, re.MULTILINE):
            found.setdefault(name.lower(), Locked(version, lock == PROGRAM))
    return dict(sorted(found.items()))


def licence_of(name: str, version: str, terms: Terms) -> str | None:
    """The licence of a package as an SPDX expression; empty where nothing says it, None if not installed so.

    Source: core metadata, the fields License-Expression, License and Classifier.
    """
    try:
        data = metadata(name)
    except PackageNotFoundError:
        return None
    if data["Version"] != version:
        return None
    if name in terms.packages:
        return terms.packages[name]
    for expression in data.get_all("License-Expression") or ():
        return str(expression)
    said = [str(text) for field in ("License", "Classifier") for text in data.get_all(field) or ()]
    return next((terms.names.get(text, text) for text in said if text in terms.names or text in terms.development), "")


def licence_problems(terms: Terms, listed: str) -> list[str]:
    """What is wrong: a licence that is not allowed or not known; a line of the list that is missing or out of date."""
    rows = _rows(listed)
    packages = locked()
    problems = [*_refused(packages, terms), *_carried_wrongly(terms)]
    update = "run `python3 run.py audit --update`"
    for name, package in packages.items():
        licence = licence_of(name, package.version, terms)
        if licence and rows.get(name) != licence:
            problems.append(f"docs/licences.md: {name} has {licence}, the list says {rows.get(name)}; {update}")
    known = {"package", "---", "work", *packages, *(work["name"] for work in terms.carried)}
    problems += [f"docs/licences.md: {name} is not locked any more; {update}" for name in rows if name not in known]
    return problems


def document(terms: Terms, listed: str) -> str:
    """The text of docs/licences.md; a package that is not installed here keeps the licence it was `listed` with."""
    rows = _rows(listed)
    lines = ["| package | licence | needed by |", "|---|---|---|"]
    for name, package in locked().items():
        if licence := licence_of(name, package.version, terms) or rows.get(name):
            lines.append(f"| {name} | {licence} | {'the program' if package.program else 'development'} |")
    lines += ["", "What they carry of others:", "", "| work | licence | where |", "|---|---|---|"]
    lines += [f"| {work['name']} | {work['licence']} | {work['where']} |" for work in terms.carried]
    return _HEAD + "\n".join(lines) + "\n"


def _rows(listed: str) -> dict[str, str]:
    """The names and licences in the tables of the document."""
    return dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", listed, re.MULTILINE))


def _refused(packages: dict[str, Locked], terms: Terms) -> Iterator[str]:
    for name, (version, program) in packages.items():
        licence = licence_of(name, version, terms)
        if licence == "":
            yield f"{name} does not say its licence; read it there, and add it to [packages] in licences.toml"
        elif licence and not _allowed(licence, terms.program if program else terms.development):
            yield f"{name} has the licence {licence}, which licences.toml does not allow"


def _carried_wrongly(terms: Terms) -> Iterator[str]:
    for work in terms.carried:
        if not _allowed(work["licence"], terms.program):
            yield f"{work['name']} has the licence {work['licence']}, which licences.toml does not allow"


def _allowed(expression: str, allowed: frozenset[str]) -> bool:
    """Whether one of the choices of an SPDX expression without parentheses needs nothing but allowed licences."""
    choices = re.split(r"\s+OR\s+", expression)
    return any(all(part in allowed for part in re.split(r"\s+AND\s+", choice)) for choice in choices)
