"""Some pages of every kind, rendered to see whether the templates hold; nothing is kept.

Where templates have changed, a build that changes a site in place tries them first, so that it stops before it has
written anything; and so does a check.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice

from codepairs.errors import ContentError, Problem
from codepairs.pages import PAGE_KINDS
from codepairs.pages.shared import Shared
from codepairs.plan import Site, plan_site
from codepairs.render import render_pages

__all__ = ["trial_problems"]

_BATCHES = 50
"""Batches of a kind in one language that are tried, at most, one page of each."""
_PAGES = 500
"""Pages of a batch that are tried where its pages are not put together from pieces."""


def trial_problems(site: Site) -> list[Problem]:
    """What goes wrong in templates, each place once."""
    found: dict[tuple[str, int], Problem] = {}
    kinds = {kind.name: kind for kind in PAGE_KINDS}
    shared: dict[str, Shared] = {}
    tried: Counter[tuple[str, str]] = Counter()
    for batch in plan_site(site, PAGE_KINDS).batches():
        kind, place = kinds[batch.kind], (batch.kind, batch.lang)
        tried[place] += 1
        if tried[place] > _BATCHES:
            continue
        if batch.lang not in shared:
            shared[batch.lang] = Shared(site, batch.lang)
        pages = islice(kind.pages(site, batch.lang, batch.key), 1 if kind.slots else _PAGES)
        try:
            for _ in render_pages(list(pages), shared[batch.lang]):
                pass
        except ContentError as error:
            for problem in error.problems:
                found.setdefault(problem.place[:2], problem)
    return list(found.values())
