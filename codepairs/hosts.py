"""Where a site can be put: hosts.yaml -> Hosts with their limits; a site’s figures -> what does not fit.

The limits stand in `codepairs/hosts.yaml`, each with the page that says so and the day on which it was read there, so
that whoever meets another number changes one line and no Python. Figures come from what a build knows anyway, the sizes
in its manifest, or from a folder.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from codepairs.errors import Place, Problem
from codepairs.fields import Fields
from codepairs.load import Document, Node, parse_document
from codepairs.shapes import ADDRESS, DATE, IDENTIFIER, Field, Shape

__all__ = [
    "HOST_FILES",
    "MEASURES",
    "Figures",
    "Host",
    "Limit",
    "figures_of",
    "hosts_of",
    "known_hosts",
    "misfits",
    "sizes_below",
]

_PATH = Path(__file__).with_name("hosts.yaml")

HOST_FILES = ("_headers", "_redirects", ".htaccess", ".nojekyll")
"""The files that belong into a site for some hosts only."""

_NEAR = 0.9
"""The share of a limit from which on a site is said to come near it."""

MEASURES: Mapping[str, str] = {
    "files": "files",
    "entries": "files and folders",
    "folder_files": "files in one folder",
    "bytes": "bytes",
    "file_bytes": "bytes in one file",
    "redirects": "redirects",
    "header_rules": "rules of headers",
    "header_line": "characters in a line of headers",
    "deploy_minutes": "minutes for a deployment",
    "deploys_hour": "deployments an hour",
    "bytes_month": "bytes a month",
}
"""What a limit can be of, as messages say it."""

_REMEDIES = {
    "files": ("leave out `--compress`, languages, protocols, `images` or `search`",),
    "entries": ("leave out `--compress`, languages, protocols, `images` or `search`",),
    "folder_files": ("leave out codes, as all pairs of a protocol lie in one folder",),
    "bytes": ("leave out `--compress`, languages, protocols, `images` or `search`",),
}

_LIMIT = Shape(
    what="a limit",
    fields=(
        Field(name="of", kind="word", note="what is limited", required=True, choices=tuple(MEASURES)),
        Field(name="value", kind="word", note="a whole number", required=True, form="[1-9][0-9]*"),
        Field(name="source", kind="word", note="the page that says so", required=True, form=ADDRESS),
        Field(name="read", kind="word", note="the day on which it was read there", required=True, form=DATE),
        Field(name="verified", kind="word", note="`no` where no page of the host says so", choices=("yes", "no")),
    ),
)
_HOST = Shape(
    what="a host",
    fields=(
        Field(name="name", kind="word", note="what `host` in site.yaml says", required=True, form=IDENTIFIER),
        Field(name="title", kind="word", note="its own name", required=True),
        Field(name="plan", kind="word", note="the plan for which the limits hold"),
        Field(name="files", kind="scalars", note="files that a build makes for it", choices=HOST_FILES),
        Field(name="limits", kind="sequence", note="what it takes", inner=_LIMIT),
    ),
)
_FILE = Shape(what="hosts.yaml", fields=(Field(name="hosts", kind="sequence", note="the hosts", required=True),))


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a host takes of something."""

    of: str
    """One of MEASURES."""
    value: int
    source: str
    """Address of the page that says so."""
    read: str
    """The day on which it was read there, as `2026-11-25`."""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Host:
    """A place for a site, in one of its plans."""

    name: str
    title: str
    plan: str = ""
    files: tuple[str, ...] = ()
    """Those of HOST_FILES that a build makes for it."""
    limits: tuple[Limit, ...] = ()

    @property
    def label(self) -> str:
        """Its name with the plan: `Cloudflare Pages (Free)`."""
        return f"{self.title} ({self.plan})" if self.plan else self.title

    def limit(self, of: str) -> Limit | None:
        """Its limit of one of MEASURES; None where it has none."""
        return next((limit for limit in self.limits if limit.of == of), None)

    def fits(self, figures: Figures) -> bool:
        """Whether a site of that size keeps to every limit."""
        found = ((figures.of(limit.of), limit.value) for limit in self.limits)
        return all(figure is None or figure <= value for figure, value in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How large a site is, by the names of MEASURES."""

    files: int = 0
    entries: int = 0
    bytes: int = 0
    file_bytes: int = 0
    folder_files: int = 0
    redirects: int = 0
    header_rules: int = 0
    header_line: int = 0
    largest: str = ""
    """Path of the largest file."""
    fullest: str = ""
    """Path of the folder with most files."""

    def of(self, measure: str) -> int | None:
        """The figure for one of MEASURES; None where a site has none, as for a month’s traffic."""
        return getattr(self, measure, None)


@cache
def known_hosts() -> Mapping[str, Host]:
    """The hosts of hosts.yaml by name, in its order. Raises ValueError where that file is broken."""
    hosts, problems = hosts_of(parse_document(_PATH, _PATH.read_text(encoding="utf-8")))
    if problems:
        raise ValueError("\n".join(map(str, problems)))
    return hosts


def hosts_of(document: Document) -> tuple[dict[str, Host], list[Problem]]:
    """The hosts of a document of the form of hosts.yaml, by name, and what is wrong with it."""
    problems = list(document.problems)
    if document.root is None:
        return {}, problems
    fields = Fields(document.root, Place(str(document.path)), _FILE, problems)
    hosts: dict[str, Host] = {}
    for node in fields.sequence("hosts"):
        host = _host(node, problems)
        if host.name in hosts:
            problems.append(Problem(node.place, f"host {host.name!r} stands twice in the list"))
        hosts[host.name] = host
    fields.close()
    return hosts, problems


def _host(node: Node, problems: list[Problem]) -> Host:
    fields = Fields(node, node.place, _HOST, problems)
    host = Host(
        name=_formed(fields, "name"),
        title=fields.word("title") or "",
        plan=fields.word("plan") or "",
        files=tuple(node.value for node in fields.scalars("files") if fields.chosen(node, "file", HOST_FILES)),
        limits=tuple(_limit(each, problems) for each in fields.sequence("limits")),
    )
    fields.close()
    for of, count in Counter(limit.of for limit in host.limits).items():
        if count > 1:
            fields.problem(node.place, f"host {host.name!r} has {count} limits of {of!r}; one holds")
    return host


def _limit(node: Node, problems: list[Problem]) -> Limit:
    fields = Fields(node, node.place, _LIMIT, problems)
    value = _formed(fields, "value")
    limit = Limit(
        of=fields.word("of") or "",
        value=int(value) if value.isdecimal() else 1,
        source=_formed(fields, "source"),
        read=_formed(fields, "read"),
        verified=fields.word("verified") != "no",
    )
    fields.close()
    return limit


def _formed(fields: Fields, name: str) -> str:
    """A word of the form that its field declares."""
    word = fields.word(name) or ""
    field = fields.declared(name, "word")
    if word and not re.fullmatch(field.form, word):
        fields.problem(fields.place_of(name), f"{word!r} is not {field.note}; it has the form {field.form}")
        return ""
    return word


def figures_of(sizes: Iterable[tuple[str, int]], **others: int) -> Figures:
    """The figures of a site by the paths of its files and their sizes in bytes; `others` are taken over."""
    files, total, largest, folders = 0, 0, (0, ""), Counter[str]()
    for path, size in sizes:
        files, total = files + 1, total + size
        largest = max(largest, (size, path))
        folders[path.rpartition("/")[0]] += 1
    most, fullest = max(((count, path) for path, count in folders.items()), default=(0, ""))
    return Figures(
        files=files,
        entries=files + len(_with_parents(folders)),
        bytes=total,
        file_bytes=largest[0],
        largest=largest[1],
        folder_files=most,
        fullest=fullest,
        **others,
    )


def sizes_below(folder: Path) -> Iterator[tuple[str, int]]:
    """The files that lie in a folder, whoever put them there: path and size in bytes."""
    for root, _, names in os.walk(folder):
        below = "" if root == str(folder) else Path(root).relative_to(folder).as_posix()
        for name in names:
            yield posixpath.join(below, name), os.lstat(os.path.join(root, name)).st_size


def _with_parents(folders: Iterable[str]) -> set[str]:
    """The folders and all above them, but for the site itself."""
    return {str(above) for path in folders for above in (PurePosixPath(path), *PurePosixPath(path).parents)} - {"."}


def misfits(host: Host, figures: Figures) -> Iterator[str]:
    """What of a site exceeds a limit of the host or comes near it: the number, the limit, its source, what to do."""
    fitting = [name for name, other in known_hosts().items() if name != host.name and other.fits(figures)]
    for limit in host.limits:
        found = figures.of(limit.of)
        if found is None or found < _NEAR * limit.value:
            continue
        where = {"file_bytes": figures.largest, "folder_files": figures.fullest}.get(limit.of, "")
        place = f" ({where})" if where else ""
        share = "more than" if found > limit.value else f"{100 * found // limit.value} % of"
        doubt = "" if limit.verified else "; not verified"
        remedies = (*_REMEDIES.get(limit.of, ()), f"choose a host that it fits: {', '.join(fitting)}")
        yield (
            f"the site has {found:,} {MEASURES[limit.of]}{place}, {share} the {limit.value:,} that {host.label} takes "
            f"({limit.source}, read {limit.read}{doubt}); {', or '.join(remedies)}"
        )
