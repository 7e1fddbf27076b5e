"""Locked requirements -> known vulnerabilities, by pip-audit. Runs it; prints what it finds.

A machine that cannot reach the database of advisories must be able to run the checks: what could not be asked is said,
and is no failure. Anything else that goes wrong is one. Nothing is installed or resolved: the lock files are complete.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from supply.licences import LOCKS, ROOT

__all__ = ["audit", "judged"]

_TIMEOUT = 10
"""Seconds that one answer of the database may take."""
_LONGEST = 180
"""Seconds that all of them may take."""
_UNREACHED = re.compile(
    r"Could not connect to .* feed|^requests\.exceptions\.\w*(Conn|Proxy|SSL|Timeout)", re.MULTILINE
)
"""What pip-audit 2.10 says of a database that it cannot reach: itself, or by the exception it does not catch."""


def audit(command: Sequence[str] = (sys.executable, "-m", "pip_audit")) -> int:
    """Ask for the vulnerabilities of everything that is locked; 1 where there are any, or pip-audit failed."""
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    files = [option for name in LOCKS for option in ("-r", str(ROOT / name))]
    try:
        ran = subprocess.run(
            [*command, *options, "--timeout", str(_TIMEOUT), *files],
            capture_output=True,
            encoding="utf-8",
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"vulnerabilities: skipped; the database of advisories did not answer within {_LONGEST} s")
        return 0
    status, lines = judged(ran.stdout, ran.stderr)
    print("\n".join(lines), file=sys.stderr if status else sys.stdout)
    return status


def judged(output: str, errors: str) -> tuple[int, list[str]]:
    """What pip-audit printed -> an exit status, and the lines to print."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if _UNREACHED.search(errors):
            return 0, ["vulnerabilities: skipped; the database of advisories is not reached from here"]
        return 1, ["vulnerabilities: pip-audit failed", *errors.strip().splitlines()[-5:]]
    found = [_line(package, known) for package in packages for known in package.get("vulns", ())]
    if found:
        return 1, [*found, f"vulnerabilities: {len(found)}"]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if packages and len(unknown) == len(packages):
        return 0, ["vulnerabilities: skipped; no package could be looked up in the database of advisories from here"]
    more = f"; not looked up: {', '.join(unknown)}" if unknown else ""
    return 0, [f"vulnerabilities: none known of {len(packages) - len(unknown)} packages{more}"]


def _line(package: dict[str, Any], known: dict[str, Any]) -> str:
    fixed = ", ".join(known.get("fix_versions") or ()) or "no version"
    return f"{package['name']} {package['version']}: {known['id']}; mended in {fixed}"
