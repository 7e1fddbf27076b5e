"""What the fuzzer found, and what a property test makes up: no input does more than it may.

The cases in `tests/data/corpus` are replayed through the targets of the fuzzer; CONTRIBUTING.md says how to look for
more.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.targets import TARGETS
from tests.support import ROOT

CORPUS = ROOT / "tests" / "data" / "corpus"
CASES = sorted(path for path in CORPUS.glob("*/*"))
BOUNDED = settings(max_examples=150, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None)

YAML = (
    "a",
    "code",
    ": ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!x ",
    "|-\n",
    "'",
    '"',
    "\\",
    "#",
    "é",
)
PO = ('msgid "', 'msgid_plural "', 'msgstr "', 'msgstr[0] "', '"\n', "#~ ", "#, fuzzy\n", "\\n", '"', "\n", "a", "{b}")
MARKDOWN = (
    "a",
    " ",
    "\n",
    "*",
    "**",
    "_",
    "`",
    "[",
    "](",
    ")",
    "<",
    ">",
    "!",
    "- ",
    "1. ",
    "\\",
    "https://b",
    "&",
    "#",
    '"',
)
PATTERN = ("a", "b", ".", "[ab]", "(?:", "(", ")", "|", "*", "+", "?", "{0,9}", "{2,80}", "(?=", "^", "$", "\\w", "\\.")


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_once_stays_mended(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


def test_every_target_has_cases() -> None:
    assert {path.parent.name for path in CASES} == set(TARGETS)


def _of(words: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    text = st.lists(st.one_of(st.sampled_from(words), st.text(max_size=3)), max_size=60).map("".join)
    return st.one_of(text.map(lambda made: made.encode("utf-8", "replace")), st.binary(max_size=80))


@BOUNDED
@given(_of(YAML))
def test_any_content_file(data: bytes) -> None:
    TARGETS["yaml"](data)


@BOUNDED
@given(_of(PO))
def test_any_catalogue(data: bytes) -> None:
    TARGETS["po"](data)


@BOUNDED
@given(_of(("a", ",", '"', "\n", "code", "\r", "\x00", " ")))
def test_any_registry(data: bytes) -> None:
    TARGETS["csv"](data)


@BOUNDED
@given(_of(MARKDOWN))
def test_any_passage(data: bytes) -> None:
    TARGETS["markdown"](data)


RUNS = """
import random, sys
from fuzz.targets import TARGETS
words, made = sys.argv[1:], random.Random(1)
for _ in range(15000):
    TARGETS["patterns"]("".join(made.choices(words, k=made.randint(1, 14))).encode())
"""


def test_no_pattern_that_is_taken_runs_away() -> None:
    """In a process of its own, as nothing could end one that did in this."""
    subprocess.run([sys.executable, "-c", RUNS, *PATTERN], cwd=ROOT, check=True, timeout=300)
