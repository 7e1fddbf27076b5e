"""Files derived from the site and its plan. OUTPUTS is the list."""

from __future__ import annotations

from codepairs.outputs.assets import ASSETS
from codepairs.outputs.data import DATA
from codepairs.outputs.decode import DECODE
from codepairs.outputs.dictionaries import DICTIONARIES
from codepairs.outputs.finding import ADDRESSES, OPENSEARCH, PICKER, SEARCH
from codepairs.outputs.hosting import HOSTING
from codepairs.outputs.images import IMAGES
from codepairs.outputs.llms import LLMS
from codepairs.outputs.redirects import REDIRECTS
from codepairs.outputs.schemas import EDITING, SCHEMAS
from codepairs.outputs.sitemap import ROBOTS, SITEMAP
from codepairs.outputs.translations import TRANSLATIONS
from codepairs.plan import OutputKind

__all__ = ["OUTPUTS"]

OUTPUTS: tuple[OutputKind, ...] = (
    SITEMAP,
    SEARCH,
    ROBOTS,
    LLMS,
    TRANSLATIONS,
    ASSETS,
    DICTIONARIES,
    PICKER,
    ADDRESSES,
    OPENSEARCH,
    SCHEMAS,
    EDITING,
    DATA,
    DECODE,
    IMAGES,
    HOSTING,
    REDIRECTS,
)
"""The sitemap comes first: with very many pages it takes longest, and the others can be made meanwhile; then the search
index, for which another program runs."""
