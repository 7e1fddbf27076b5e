"""The latest good state of a site, and what is wrong since. Reads; knows nothing of the network.

The site is read anew after every change, each content file only where it is another. It takes the place of the one
before when nothing is wrong with it: it reads without errors, the pages that are open render, and, where templates
changed, so does a page of each kind.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from codepairs.errors import CodepairsError, ContentError, Place, Problem, errors_of
from codepairs.pipeline import Readers, draft_of, read_site, uncollected
from codepairs.plan import Page
from codepairs.preview import Found, Preview
from codepairs.report import lines_of
from codepairs.serve.ahead import Stamp, stamp_of
from codepairs.serve.editors import editor_address, written_at
from codepairs.settings import Settings
from codepairs.templates import located

__all__ = ["Desk", "excerpt"]

T = TypeVar("T")

_AROUND = 2
"""Lines of an excerpt before and after the one that is meant."""
_LONGEST = 240
"""Characters of a line in an excerpt."""
_MOST = 50
"""Problems that a page shows; the terminal has them all."""


class Desk:
    """A site that is worked at."""

    def __init__(self, settings: Settings, editor: str = "", readers: Readers | None = None) -> None:
        self.settings = settings
        self.preview: Preview | None = None
        """The latest good state; None before there was any."""
        self.problems: tuple[Problem, ...] = ()
        """What keeps the sources from being the next one."""
        self.warnings: tuple[Problem, ...] = ()
        """What a check has to say of them beside that; of files that were just saved first."""
        self._editor = editor
        read = readers or Readers()
        self._readers = Readers(_Remembering(read.document), _Remembering(read.catalogue))
        self._rendering: Page | None = None
        self._changed: set[str] = set()
        self._saved: set[str] = set()
        """The files that were saved last."""
        self._judged = False
        """Whether there was a good state; what is shown before may yet be found to be none."""

    def open(self) -> None:
        """Read the sources for the first time, so that pages can be shown before the site is judged as a whole."""
        with uncollected():
            with suppress(Exception):
                # What is wrong is told when they are judged.
                self.preview = Preview(draft_of(self.settings, self._readers), self._told)
            # What was read is there to stay, and need not be looked through for garbage again and again.
            gc.freeze()

    def refresh(self, addresses: Iterable[str] = (), changed: Iterable[str] = ()) -> None:
        """Read the sources again; `addresses` are those of open pages, `changed` are the files to blame."""
        saved = set(map(os.path.realpath, changed))
        self._saved = saved or self._saved
        self._changed |= saved
        with uncollected():
            self._refresh(addresses)

    def _refresh(self, addresses: Iterable[str]) -> None:
        self._rendering = None
        try:
            site, _ = read_site(self.settings, self._readers)
            preview = Preview(site, self._told)
            before = self.preview.site.templates if self.preview else site.templates
            for page in preview.samples() if site.templates != before else ():
                preview.html(page)
            for address in addresses:
                preview.version(address)
        except Exception as error:
            # Whatever an author does while files are half written, the server goes on.
            self.problems = _first(self._problems_of(error), self._changed)
            if not self._judged:
                self.preview = None
        else:
            self.preview, self.problems, self._judged = preview, (), True
            self._changed.clear()

    def warn(self, problems: Iterable[Problem]) -> None:
        """Take over what a check has found."""
        self.warnings = _first(sorted(problems), self._saved)

    def find(self, address: str) -> Found | None:
        """What lies at an address, in the latest good state. Raises ContentError where it cannot be made."""
        return self._tried(lambda preview: preview.find(address))

    def missing(self) -> Found | None:
        """The page that stands for what is not there. Raises ContentError where it cannot be made."""
        return self._tried(lambda preview: preview.missing())

    def version(self, address: str) -> str:
        """What tells whether the page at an address is another than before; empty where it cannot be made."""
        try:
            return self._tried(lambda preview: preview.version(address)) or ""
        except ContentError:
            return ""

    def state(self, address: str) -> Mapping[str, Any]:
        """What a tab is told: the version of its page, where it was written, and what is wrong."""
        found, version, problems = None, "", self.problems
        try:
            found = self.find(address)
            version = self._tried(lambda preview: preview.version(address)) or ""
        except ContentError as error:
            problems = problems or error.problems
        return {
            "version": version,
            "edit": self._edit(found.page if found else None),
            "problems": [self._shown(problem) for problem in problems[:_MOST]],
            "count": len(problems),
            "warnings": [self._listed(problem) for problem in self.warnings[:_MOST]],
            "warned": len(self.warnings),
        }

    def _tried(self, make: Callable[[Preview], T]) -> T | None:
        """What `make` makes of the latest good state, None where there is none. Raises ContentError."""
        self._rendering = None
        try:
            return make(self.preview) if self.preview else None
        except Exception as error:
            raise ContentError(self._problems_of(error)) from error

    def _told(self, page: Page) -> None:
        self._rendering = page

    def _edit(self, page: Page | None) -> Mapping[str, str] | None:
        """The link that opens what a page shows."""
        if page is None or self.preview is None or not self._editor:
            return None
        place = written_at(page, self.preview.site, self.settings)
        return {"href": editor_address(self._editor, place), "label": place.path}

    def _listed(self, problem: Problem) -> Mapping[str, Any]:
        place = problem.place
        return {"place": str(place), "message": problem.message, "href": editor_address(self._editor, place)}

    def _shown(self, problem: Problem) -> Mapping[str, Any]:
        place = problem.place
        return {**self._listed(problem), "column": place.column, "line": place.line, "excerpt": excerpt(place)}

    def _problems_of(self, error: Exception) -> tuple[Problem, ...]:
        """An error as problems with their places."""
        if isinstance(error, ContentError):
            return errors_of(located(error, self.settings.templates).problems, strict=self.settings.strict)
        if isinstance(error, CodepairsError):
            return (Problem(Place(str(self.settings.content)), str(error)),)
        text = f"{type(error).__name__}: {' '.join(str(error).split())}"
        page = f" (in {self._rendering.path})" if self._rendering else ""
        return (Problem(Place(str(self.settings.content)), text + page),)


def _first(problems: Iterable[Problem], paths: Container[str]) -> tuple[Problem, ...]:
    """The problems of some files first: the others may follow from them."""
    return tuple(sorted(problems, key=lambda problem: os.path.realpath(problem.place.path) not in paths))


class _Remembering(Generic[T]):
    """Reads files, each again only where it is another than last time."""

    def __init__(self, read: Callable[[Path], T]) -> None:
        self._read = read
        self._known: dict[Path, tuple[Stamp | None, T]] = {}

    def __call__(self, path: Path) -> T:
        stamp, known = stamp_of(path), self._known.get(path)
        if known is None or known[0] is None or known[0] != stamp:
            known = self._known[path] = (stamp, self._read(path))
        return known[1]


def excerpt(place: Place) -> list[tuple[int, str]]:
    """The lines around a place with their numbers; none where the file cannot be read."""
    first = max(place.line - _AROUND, 1)
    around = lines_of(place.path)[first - 1 : place.line + _AROUND]
    return [(rank, line[:_LONGEST]) for rank, line in enumerate(around, first)]
