"""The dictionaries of languages, as browsers keep them: each under a name that follows its bytes."""

from __future__ import annotations

from collections.abc import Iterator

from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.urls import asset_path, dictionary_path

__all__ = ["DICTIONARIES"]


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    data = site.dictionaries[batch.lang]
    yield File(dictionary_path(batch.lang, data), data)


DICTIONARIES = OutputKind(
    name="dictionaries",
    needs=("dictionary",),
    holds=asset_path("dictionaries/{lang}-*.dict"),
    files=_files,
    keys=lambda site: [(lang, ()) for lang in site.dictionaries],
)
