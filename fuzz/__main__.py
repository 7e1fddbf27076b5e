"""`python -m fuzz TARGET [options of libFuzzer]`: has Atheris look for input on which a target fails.

What it finds is kept in `.fuzz/TARGET`, beside what led there; the cases of `tests/data/corpus/TARGET` are where it
begins. `-max_total_time=300` ends it after five minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["codepairs", "babel.messages", "markdown"]):
    from fuzz.targets import TARGETS

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "data" / "corpus"
OWN = Path(".fuzz")


def main(arguments: list[str]) -> None:
    """Fuzz the target that is named, until something fails or the time is over."""
    if not arguments or arguments[0] not in TARGETS:
        sys.exit(f"usage: python -m fuzz {{{'|'.join(TARGETS)}}} [-max_total_time=300]")
    name, *options = arguments
    own = OWN / name
    own.mkdir(parents=True, exist_ok=True)
    limits = ["-max_len=6000", "-timeout=10", "-rss_limit_mb=2000", f"-artifact_prefix={own}/found-"]
    atheris.Setup([sys.argv[0], *limits, *options, str(own), str(CORPUS / name)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
