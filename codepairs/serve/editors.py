"""Where a page was written, and the address that opens a file at a line in an editor."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from urllib.parse import quote

from codepairs.errors import Place
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Page, Site
from codepairs.settings import Settings

__all__ = ["EDITORS", "editor_address", "editor_of", "written_at"]

EDITORS = {
    "vscode": "vscode://file{path}:{line}",
    "vscodium": "vscodium://file{path}:{line}",
    "cursor": "cursor://file{path}:{line}",
    "zed": "zed://file{path}:{line}",
    "idea": "idea://open?file={path}&line={line}",
    "pycharm": "pycharm://open?file={path}&line={line}",
    "sublime": "subl://open?url=file://{path}&line={line}",
    "textmate": "txmt://open?url=file://{path}&line={line}",
    "none": "",
}
"""Addresses by the name of the editor; `{path}` is absolute and begins with a slash."""
_PROGRAMS = {"code": "vscode", "code-insiders": "vscode", "codium": "vscodium", "subl": "sublime", "mate": "textmate"}
"""Names of programs that are not called like their editor."""
_SITE = ("root", "home")
"""The kinds of pages that show what site.yaml says."""
_KINDS = {kind.name: kind for kind in PAGE_KINDS}


def editor_of(wanted: str | None, command: str) -> str:
    """The address with places for path and line: of the editor that is wanted, or of what EDITOR runs.

    Empty where neither has one; raises ValueError where what is wanted is neither a name nor such an address.

    >>> editor_of(None, "/usr/bin/code --wait"), editor_of("emacs://{path}#{line}", ""), editor_of(None, "vi")
    ('vscode://file{path}:{line}', 'emacs://{path}#{line}', '')
    """
    if wanted is None:
        program = PurePath(command.split()[0]).stem if command.split() else ""
        return EDITORS.get(_PROGRAMS.get(program, program), "")
    if wanted in EDITORS:
        return EDITORS[wanted]
    if "{path}" in wanted and not wanted.lower().startswith(("javascript:", "data:")):
        return wanted
    raise ValueError(f"{wanted!r} is none of {', '.join(EDITORS)}, and no address with {{path}} and {{line}}")


def editor_address(template: str, place: Place) -> str:
    """The address that opens a place; empty where there is no template."""
    path = Path(place.path).absolute().as_posix()
    path = quote(path if path.startswith("/") else f"/{path}", safe="/:")
    return re.sub(r"\{(path|line)\}", lambda found: path if found[1] == "path" else str(place.line), template)


def written_at(page: Page, site: Site, settings: Settings) -> Place:
    """Where the content of a page stands: its pair, its code, its protocol, the site; else its template."""
    if not page.key:
        if page.kind in _SITE:
            return Place(str(settings.content / "site.yaml"))
        return Place(str(settings.templates / _KINDS[page.kind].template))
    protocol = site.catalogue.protocols[page.key[0]]
    if len(page.key) == 3 and (page.key[1], page.key[2]) in protocol.curated:
        return protocol.curated[page.key[1], page.key[2]].place
    return protocol.codes[page.key[1]].place if len(page.key) > 1 else protocol.place
