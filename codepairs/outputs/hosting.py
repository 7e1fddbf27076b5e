"""Files that hosts read in the folder of a site: headers, switches. Which ones, `host` in site.yaml says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from codepairs.hosting.configuration import headers_file, htaccess
from codepairs.hosts import known_hosts
from codepairs.plan import Batch, File, OutputKind, Plan, Site

__all__ = ["HOSTING"]

_MADE: Mapping[str, Callable[[Site], str]] = {
    ".htaccess": lambda site: htaccess(site.base_url),
    ".nojekyll": lambda site: "",
    "_headers": lambda site: headers_file(),
}


def _keys(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    host = known_hosts().get(site.catalogue.site.host)
    return ((site.source_lang, (name,)) for name in (host.files if host else ()) if name in _MADE)


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    (name,) = batch.key
    yield File(name, _MADE[name](site).encode())


HOSTING = OutputKind(name="hosting", needs=("program", "settings"), holds="{0}", files=_files, keys=_keys)
