"""Every option of a run, built once from the command line, then frozen and passed as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Options of one run; the defaults are those of `python build.py` in a checkout."""

    content: Path = Path("content")
    """Folder of site.yaml and the protocols."""
    locales: Path = Path("locales")
    """Folder of `<lang>/LC_MESSAGES/<domain>.po`."""
    templates: Path = Path("templates")
    """Folder of the Jinja templates and, below `assets/`, of the style sheets."""
    output: Path | str = Path("site")
    """What receives the site: a folder, an archive (a path that ends in `.tar.zst`), the address of an object store."""
    base_url: str | None = None
    """Absolute address of the site; replaces `url` of site.yaml."""
    jobs: int = 0
    """Worker processes; 0 means one for each core."""
    scheduler: str | None = None
    """Address of a Dask scheduler whose workers make the site, instead of processes."""
    search: bool = True
    """Whether the site can be searched, where site.yaml does not say no."""
    compress: tuple[str, ...] = ()
    """The codings of which the files of a folder get copies: `gzip`, `br`, `zstd`, `dcz`."""
    full: bool = False
    """Render every page, whatever the manifest of the last run says."""
    force: bool = False
    """Build into a folder that holds other files, and replace those that lie where the site's are to go."""
    explain: bool = False
    """Report why each page is rendered or removed."""
    profile: bool = False
    """Report how long each step took."""
    strict: bool = False
    """Warnings, untranslated and fuzzy messages fail the run."""
    quiet: bool = False
    """Print problems only."""
