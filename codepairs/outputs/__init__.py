"""Files derived from the site and its plan. OUTPUTS is the list; each is a function that yields finished files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from codepairs.outputs.assets import asset_files
from codepairs.outputs.data import data_files
from codepairs.outputs.sitemap import robots_files, sitemap_files
from codepairs.plan import File, Plan, Site

__all__ = ["OUTPUTS"]

OUTPUTS: tuple[Callable[[Site, Plan], Iterator[File]], ...] = (asset_files, data_files, sitemap_files, robots_files)
