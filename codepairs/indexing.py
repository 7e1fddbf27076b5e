"""Records -> the files of a search index, by Pagefind. Runs a program, in a folder of its own.

Pagefind is given a small page for each record instead of the pages of the site: so it needs no site in a folder, knows
nothing but what should be found, and is told by weights what counts most. What comes back depends on the records alone.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from markupsafe import escape

from codepairs.errors import OutputError

__all__ = ["Record", "index_files", "is_installed"]

_UNUSED = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight")
"""Files that Pagefind makes for those who use its own interface."""


class Record(NamedTuple):
    """Something that can be found."""

    name: str
    """What it is called in a list: a code, a pair."""
    title: str
    text: str
    """What its result says below the title."""
    href: str
    """Its link from the folder of its language."""
    texts: Sequence[tuple[float, str]]
    """All its words, in parts, with what each part counts: 0 to 10."""


def is_installed() -> bool:
    """Whether there is a Pagefind to run."""
    return find_spec("pagefind_bin") is not None


def index_files(records: Iterable[Record], lang: str) -> Iterator[tuple[str, bytes]]:
    """The files of an index of records in one language, by name and in the order of the names. Raises OutputError."""
    with TemporaryDirectory(prefix="codepairs-") as name:
        pages, index = Path(name, "pages"), Path(name, "index")
        pages.mkdir()
        for rank, record in enumerate(records):
            (pages / f"{rank:06}.html").write_text(_page(record, lang), encoding="utf-8")
        # Of nothing, Pagefind makes no index but an error.
        if any(pages.iterdir()):
            _run(pages, index)
        for path in sorted(path for path in index.rglob("*") if path.is_file()):
            if not path.name.startswith(_UNUSED):
                yield path.relative_to(index).as_posix(), path.read_bytes()


def _page(record: Record, lang: str) -> str:
    """What Pagefind reads of a record: each part with its weight, and what its result says, which is not indexed."""
    texts = "".join(f'<p data-pagefind-weight="{weight}">{escape(text)}</p>\n' for weight, text in record.texts)
    said = "".join(
        f'<p data-pagefind-meta="{name}" data-pagefind-ignore>{escape(getattr(record, name))}</p>\n'
        for name in ("name", "title", "text", "href")
    )
    return f'<!doctype html><html lang="{lang}"><body data-pagefind-body>\n{said}{texts}</body></html>\n'


def _run(pages: Path, index: Path) -> None:
    try:
        from pagefind_bin import get_executable  # type: ignore[import-untyped]

        # In its own folder and without settings of the environment, so that none of the caller's are read.
        subprocess.run(  # noqa: S603 - the program of the installed package
            [get_executable(), "--site", pages, "--output-path", index, "--silent"],
            cwd=pages,
            env={name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")},
            check=True,
            capture_output=True,
        )
    except ModuleNotFoundError as error:
        raise OutputError(f"{error.name} is not installed; pip install codepairs[search]") from None
    except OSError as error:
        raise OutputError(f"Pagefind cannot be started: {error}") from error
    except subprocess.CalledProcessError as error:
        raise OutputError(f"Pagefind has failed: {(error.stderr + error.stdout).decode(errors='replace')}") from error
