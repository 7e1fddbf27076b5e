"""docs/hosting.md: its tables are those of hosts.yaml, and what it names is there."""

from __future__ import annotations

import re

from codepairs.hosts import MEASURES, Figures, known_hosts
from codepairs.publishing import CONFIGURATIONS
from tests.support import ROOT

TEXT = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
PAGES = (1_000, 10_000, 50_000, 80_000, 150_000, 1_000_000)


def figures_of(pages: int) -> Figures:
    """About how large a site of so many pages is, as the document says."""
    files = pages * 11 // 10
    return Figures(files=files, entries=files, bytes=pages * 14_000, folder_files=files // 2)


def hosts_table() -> str:
    """Which host takes how many pages."""
    rows = [f"| host | {' | '.join(f'{pages:,}' for pages in PAGES)} |", f"|---|{'---|' * len(PAGES)}"]
    for host in known_hosts().values():
        cells = ("yes" if host.fits(figures_of(pages)) else "–" for pages in PAGES)
        rows.append(f"| {host.label} | {' | '.join(cells)} |")
    return "\n".join(rows)


def limits_table() -> str:
    """All limits, with their sources."""
    rows = (
        f"| {host.label} | {MEASURES[limit.of]} | [{limit.value:,}]({limit.source}) | {limit.read} |"
        for host in known_hosts().values()
        for limit in host.limits
    )
    return "\n".join(rows)


def test_the_tables_are_those_of_the_data() -> None:
    assert hosts_table() in TEXT
    assert limits_table() in TEXT


def test_every_host_with_a_limit_or_a_configuration_is_described() -> None:
    named = [name for name, host in known_hosts().items() if host.limits or name in CONFIGURATIONS]
    assert all(f"`host: {name}`" in TEXT or f"`{name}`" in TEXT for name in named)


def test_every_configuration_is_named_with_its_command() -> None:
    found = set(re.findall(r"build host ([a-z0-9-]+)", TEXT))
    assert found == ({"nginx", "cloudfront"} | set(CONFIGURATIONS)) - {"cloudflare-pages-paid"}


def test_what_no_page_confirms_is_marked() -> None:
    unverified = [limit for host in known_hosts().values() for limit in host.limits if not limit.verified]
    assert all(re.search(rf"{limit.value:,}.*not verified", TEXT) for limit in unverified)
