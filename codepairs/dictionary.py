"""Dictionaries of languages: what pages have in common, from which the coding dcz takes it. Reads, writes.

A dictionary is a file beside the templates, `dictionaries/<lang>.dict`, made once and then kept: visitors hold it for a
year, and every copy follows it, so one that each build made anew would change all of them with every edit.

It is whole pages of pairs, one after the other, with other codes on each: raw content, which zstd takes as it is. Of
dictionaries that are sent in as many bytes, one trained by zstd makes copies no smaller (1,057 bytes against 1,024).

Source: RFC 8878 section 5; RFC 9842.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from codepairs.errors import ContentError, OutputError, Place, Problem
from codepairs.pages import PAGE_KINDS
from codepairs.pages.shared import Shared
from codepairs.plan import Site
from codepairs.reading import UnreadableError, leads_out, linked_out, read_bytes
from codepairs.render import render_pages
from codepairs.staging import replaced

__all__ = ["read_dictionaries", "write_dictionaries"]

_LEAST = 8
"""Bytes of a dictionary (RFC 8878 section 5)."""
_PAGES = 12
"""Pages of which a dictionary consists: about 150,000 bytes, of which a tenth is sent."""
_PAIRS = next(kind for kind in PAGE_KINDS if kind.name == "pair")


def read_dictionaries(templates: Path, languages: Iterable[str]) -> tuple[dict[str, bytes], list[Problem]]:
    """The dictionaries that there are by language, and those that cannot be read."""
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    for lang in languages:
        path = _path(templates, lang)
        try:
            if path.exists():
                found[lang] = read_bytes(path, within=templates)
        except UnreadableError as error:
            problems.append(error.problem)
        if len(found.get(lang, b" " * _LEAST)) < _LEAST:
            problems.append(Problem(Place(str(path)), f"is too short; a dictionary has {_LEAST} bytes or more"))
    return found, problems


def write_dictionaries(templates: Path, site: Site) -> Iterator[tuple[Path, int]]:
    """Make the dictionary of every language of a site; path and bytes of each. Raises OutputError
    where one cannot be written, ContentError where a link leads elsewhere."""
    for lang in site.translators:
        data, path = b"".join(_sample(site, lang)), _path(templates, lang)
        if leads_out(path, templates):
            raise ContentError([linked_out(path, templates)])
        try:
            path.parent.mkdir(exist_ok=True)
            replaced(path, data)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
        yield path, len(data)


def _path(templates: Path, lang: str) -> Path:
    return templates / "dictionaries" / f"{lang}.dict"


def _sample(site: Site, lang: str) -> Iterator[bytes]:
    """Pages of pairs from all over the protocols, no two of them with the same code."""
    shared = Shared(site, lang)
    # The first page of a batch is that of two neighbours.
    batches = list(_PAIRS.batches(site, lang))[::2]
    count = min(_PAGES, len(batches))
    for rank in range(count):
        batch = batches[rank * len(batches) // count]
        page = next(_PAIRS.pages(site, lang, batch.key))
        yield from (data for _, data in render_pages([page], shared))
