"""The hosts that are known, what they read, and how much they take. Reads `hosts.toml` of this package."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["HOSTS", "Extent", "Host", "Limit", "exceeded"]

_NEAR = 0.9
"""The share of a limit from which on it is told."""
_UNITS = {"files": "files", "entries": "files and folders", "bytes": "bytes", "file_bytes": "bytes in one file"}
_ADVICE = "fewer languages or protocols make it smaller, files without `--compress` fewer; or choose another host"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a site is."""

    files: int
    entries: int
    """Files and folders."""
    bytes: int
    file_bytes: int
    """Of the largest file."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a host does not exceed."""

    what: str
    """A field of `Extent`."""
    most: int
    source: str
    read: date
    """The day on which the source was read."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host."""

    name: str
    title: str
    own: tuple[str, ...]
    """The files that it reads itself, which a build writes into the site."""
    headers: bool
    """Whether it can be told which headers to send."""
    limits: tuple[Limit, ...]


@cache
def _hosts() -> Mapping[str, Host]:
    text = files(__package__).joinpath("hosts.toml").read_text(encoding="utf-8")
    return {name: _host(name, data) for name, data in tomllib.loads(text).items()}


def _host(name: str, data: Mapping[str, Any]) -> Host:
    limits = tuple(Limit(**each) for each in data["limits"])
    return Host(name, data["title"], tuple(data["own"]), data["headers"], limits)


HOSTS = _hosts()
"""All hosts by name."""


def exceeded(host: Host, extent: Extent) -> Iterator[str]:
    """What a site of this extent exceeds, or nearly does, in whole sentences."""
    for limit in host.limits:
        found = getattr(extent, limit.what)
        if found > limit.most * _NEAR:
            how = "more than" if found > limit.most else "nearly"
            yield (
                f"the site has {found:,} {_UNITS[limit.what]}, {how} the {limit.most:,} that {host.title} takes "
                f"({limit.source}, read on {limit.read}); {_ADVICE}"
            )
