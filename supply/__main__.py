"""`python3 run.py audit`: the licences, then the vulnerabilities. `--update` writes docs/licences.md anew."""

from __future__ import annotations

import argparse
import sys

from supply.advisories import audit
from supply.licences import DOCUMENT, document, licence_problems, read_terms


def main() -> int:
    """The exit status: 1 for a licence that is not allowed, a list that is out of date, a known vulnerability."""
    parser = argparse.ArgumentParser(prog="run.py audit", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write docs/licences.md")
    update = parser.parse_args().update
    terms = read_terms()
    if update:
        listed = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
        DOCUMENT.write_text(document(terms, listed), encoding="utf-8")
    problems = licence_problems(terms, DOCUMENT.read_text(encoding="utf-8"))
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print("licences: all allowed, and listed in docs/licences.md", flush=True)
    return max(audit(), 1 if problems else 0)


if __name__ == "__main__":
    sys.exit(main())
