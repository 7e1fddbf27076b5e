"""The style sheet and whatever else lies below templates/assets."""

from __future__ import annotations

from collections.abc import Iterator

from codepairs.plan import File, Plan, Site

__all__ = ["asset_files"]


def asset_files(site: Site, plan: Plan) -> Iterator[File]:
    """Every asset under its public name."""
    for path, data in sorted(site.assets.files.items()):
        yield File(path, data)
