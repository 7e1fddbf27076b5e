"""Whether two built sites show the same pages of pairs: the whole document, as a browser reads it.

Documents are parsed and written anew by one parser. The one normalisation: a run of blanks (space, tab, line break,
non-breaking space) counts as one blank, because the two programs break lines in different places, and in a title or a
description only one of them keeps a non-breaking space.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

__all__ = ["differing_pages", "normal_form", "pages_of"]

_BLANKS = re.compile(r"(?:\s|&nbsp;)+")
_SHOWN = 60
"""Characters shown around the first difference."""


def normal_form(html: str) -> str:
    """The document as a browser reads it, with single blanks.

    >>> normal_form("<p>One&nbsp;line,\\n two.") == normal_form("<p>One\\u00a0line, two.</p>")
    True
    """
    return _BLANKS.sub(" ", LexborHTMLParser(html).html or "").strip()


def pages_of(site: Path) -> list[str]:
    """The pages of all pairs: paths below the folder, in order."""
    return sorted(path.relative_to(site).as_posix() for path in site.glob("*/*/*-vs-*.html"))


def differing_pages(site: Path, other: Path, sample: int, seed: int = 0) -> tuple[int, list[str]]:
    """How many pages were compared, and a line for each that differs; pages that only one site has count too.

    The sample is random.
    """
    pages, others = pages_of(site), set(pages_of(other))
    problems = [f"{path}: only one of the sites has it" for path in sorted(others.symmetric_difference(pages))]
    shared = [path for path in pages if path in others]
    chosen = set(random.Random(seed).sample(shared, min(sample, len(shared))))  # noqa: S311 - no secret
    for path in sorted(chosen):
        one, two = (normal_form((each / path).read_text(encoding="utf-8")) for each in (site, other))
        if one != two:
            problems.append(f"{path}: {_first_difference(one, two)}")
    return len(chosen), problems


def _first_difference(one: str, other: str) -> str:
    place = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, place - _SHOWN // 2)
    return f"{one[start : start + _SHOWN]!r} is not {other[start : start + _SHOWN]!r}"
