"""The style sheet and whatever else lies below templates/assets."""

from __future__ import annotations

from collections.abc import Iterator

from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.urls import asset_path

__all__ = ["ASSETS"]


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    """Every asset under its public name."""
    for path, data in sorted(site.assets.files.items()):
        yield File(path, data)


ASSETS = OutputKind(name="assets", needs=("program", "asset"), holds=asset_path("*"), files=_files)
