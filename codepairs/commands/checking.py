"""`check` and `links`: content, translations, the built site, and what answers on the web."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from codepairs.commands.options import format_option, site_options
from codepairs.commands.printing import print_problems, reported
from codepairs.errors import OutputError, Place, Problem
from codepairs.report import counted
from codepairs.settings import Settings

__all__ = ["ask_links", "check"]


@click.command()
@site_options
@format_option
@click.option("--site", "built", is_flag=True, help="Check the built site too: links, HTML, hreflang.")
def check(built: bool, form: str, **options: Any) -> None:
    """Check content and translations; with --site the built site as well."""
    from codepairs import pipeline
    from codepairs.freshness import freshness
    from codepairs.proofread import language_problems, unchecked_languages

    settings = Settings(**options)
    if built and (isinstance(settings.output, str) or settings.output.is_file()):
        raise click.UsageError(f"--site checks a folder, and {settings.output} is none")
    with reported(form):
        site, warnings = pipeline.read_site(settings)
        problems = [*warnings, *language_problems(settings.locales, site)]
        problems += pipeline.rendering_problems(site, settings)
        if built:
            from codepairs.hosts import sizes_below
            from codepairs.inspect import site_problems

            folder = Path(settings.output)
            problems += site_problems(folder, settings.locales, site)
            problems += pipeline.host_problems(site, partial(sizes_below, folder))
    for message in (*unchecked_languages(site), *(_foreign(Path(settings.output)) if built else ())):
        click.echo(message, err=True)
    print_problems(problems, form)
    errors = [problem for problem in problems if settings.strict or not problem.warning]
    if not settings.quiet and form != "json":
        for line in freshness(site.catalogue):
            click.echo(line)
        click.echo(counted(problems))
    sys.exit(1 if errors else 0)


def _foreign(output: Path) -> Iterator[str]:
    """A line on the files that no build has made, if there are any."""
    from codepairs.foreign import foreign_files
    from codepairs.manifest import Manifest
    from codepairs.write import Folder

    with Manifest(Folder(output)) as manifest:
        if manifest.head:
            yield from foreign_files(output, manifest.lines(), manifest.head["files"])


@click.command("links")
@site_options
@format_option
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=20, show_default=True, help="Seconds to wait.")
def ask_links(form: str, timeout: float, **options: Any) -> None:
    """Ask the web for every address that content names; needs the network.

    Exit status 1: something is dead; 3: no host could be reached, so nothing is known.
    """
    from codepairs import pipeline
    from codepairs.links import links_of

    settings = Settings(**options)
    with reported(form):
        try:
            from codepairs.online import Patience, UnreachedError, online_problems
        except ModuleNotFoundError as error:
            raise OutputError(f"{error.name} is not installed; pip install codepairs[links]") from None
        links = list(links_of(pipeline.read_site(settings)[0].catalogue))
    try:
        problems = online_problems(links, Patience(timeout=timeout))
    except UnreachedError as error:
        print_problems([Problem(Place(""), str(error))], form)
        sys.exit(3)
    print_problems(problems, form)
    if not settings.quiet and form != "json":
        click.echo(f"{len({link.url for link in links}):,} addresses: {counted(problems)}")
    sys.exit(1 if any(settings.strict or not problem.warning for problem in problems) else 0)
