"""The `_redirects` of hosts that read one: pairs in the wrong order lead to their page.

Only pairs that an author wrote about are in it, as hosts take some thousand rules at most; of all others the 404 page
knows the way, by its script. Each rule is `from to status`, with the path below which the site lies.

Source: https://docs.netlify.com/routing/redirects/, whose form Cloudflare Pages and GitLab Pages read too (read on
2026-11-25).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from codepairs.hosts import known_hosts
from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.urls import absolute, pair_path

__all__ = ["REDIRECTS", "redirects_of"]


def redirects_of(site: Site) -> Iterator[tuple[str, str]]:
    """The redirects of a site for its host, each from a path to a path; none where the host reads no `_redirects`."""
    if not _reads(site):
        return
    for lang in site.translators:
        for protocol in site.catalogue.protocols.values():
            for pair in protocol.curated.values():
                a, b = (protocol.codes[code].slug for code in pair.codes)
                yield _path(site, pair_path(lang, protocol.id, b, a)), _path(site, pair_path(lang, protocol.id, a, b))


def _reads(site: Site) -> bool:
    host = known_hosts().get(site.catalogue.site.host)
    return host is not None and "_redirects" in host.files


def _path(site: Site, target: str) -> str:
    return urlsplit(absolute(target, site.base_url, site.link_style)).path


def _keys(site: Site) -> Iterable[tuple[str, tuple[str, ...]]]:
    return [(site.source_lang, ())] if _reads(site) else []


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    lines = (f"{source} {target} 301\n" for source, target in redirects_of(site))
    yield File("_redirects", "".join(lines).encode())


REDIRECTS = OutputKind(
    name="redirects", needs=("settings", "program", "pair"), holds="_redirects", files=_files, keys=_keys
)
