"""`host` and `dictionary`: what belongs beside a site where it is hosted."""

from __future__ import annotations

from typing import Any

import click

from codepairs.commands.options import site_options
from codepairs.commands.printing import reported
from codepairs.publishing import CONFIGURATIONS, configuration_of
from codepairs.settings import Settings

__all__ = ["dictionary", "host"]


@click.command()
@click.argument("name", type=click.Choice(("nginx", "cloudfront", *CONFIGURATIONS)))
@click.option("--folder", default="/srv/www/site", show_default=True, help="Where the site lies on a server (nginx).")
@site_options
def host(name: str, folder: str, **options: Any) -> None:
    """Print what belongs beside the site for a host: a server's configuration, a workflow, settings."""
    from codepairs import pipeline
    from codepairs.hosting.configuration import cloudfront, nginx

    if name in CONFIGURATIONS:
        click.echo(configuration_of(name), nl=False)
        return
    with reported("text"):
        site, _ = pipeline.read_site(Settings(**options))
    if name == "cloudfront":
        click.echo(cloudfront(site.catalogue.site.title), nl=False)
        return
    try:
        click.echo(nginx(site.catalogue.site.title, site.base_url, folder, site.dictionaries), nl=False)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@click.command()
@site_options
def dictionary(**options: Any) -> None:
    """Make what --compress dcz needs, from pages as they are now; to be kept, as all its copies follow it."""
    from codepairs import pipeline
    from codepairs.dictionary import write_dictionaries

    settings = Settings(**options)
    with reported():
        for path, size in write_dictionaries(settings.templates, pipeline.read_site(settings)[0]):
            click.echo(f"{path}: {size:,} bytes")
