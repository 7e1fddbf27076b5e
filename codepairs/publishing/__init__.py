"""What brings a site to its host, as files to be put beside the project: workflows, settings of hosts, a command.

They are plain texts in this folder, printed as they are: whatever differs from project to project is asked of the host
when they run, as the address of the site. Files that belong into the site are made by `codepairs.outputs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from codepairs.errors import OutputError
from codepairs.fields import did_you_mean

__all__ = ["CONFIGURATIONS", "configuration_of"]

CONFIGURATIONS: Mapping[str, tuple[str, str]] = {
    "cloudflare-pages": ("cloudflare-pages.toml", "wrangler.toml"),
    "cloudflare-pages-paid": ("cloudflare-pages.toml", "wrangler.toml"),
    "github-pages": ("github-pages.yml", ".github/workflows/pages.yml"),
    "gitlab-pages": ("gitlab-pages.yml", ".gitlab-ci.yml"),
    "netlify": ("netlify.toml", "netlify.toml"),
    "rsync": ("rsync.sh", "publish.sh"),
}
"""By the name of a host, or of a way to it: the text in this folder, and where it belongs in a project."""


def configuration_of(name: str) -> str:
    """The text that belongs beside the project. Raises OutputError for a name that has none."""
    if name not in CONFIGURATIONS:
        raise OutputError(f"there is no configuration of {name!r}; {did_you_mean(name, CONFIGURATIONS)}")
    return (Path(__file__).parent / CONFIGURATIONS[name][0]).read_text(encoding="utf-8")
