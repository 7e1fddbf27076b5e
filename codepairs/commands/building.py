"""`build`: the site."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codepairs.commands.options import Codings, format_option, site_options
from codepairs.commands.printing import print_first, print_problems, reported, told
from codepairs.settings import Settings
from codepairs.stopping import stoppable

if TYPE_CHECKING:
    from codepairs.console import Console
    from codepairs.pipeline import Report

__all__ = ["build"]

_STOPPED = "stopped; the site can be used as it is, and the next build makes what is missing"


@click.command()
@site_options
@format_option
@click.option("--jobs", type=click.IntRange(min=0), default=0, show_default=True, help="Processes; 0: all cores.")
@click.option("--scheduler", metavar="URL", help="Dask scheduler whose workers make the site, as tcp://host:8786.")
@click.option("--search/--no-search", default=True, help="Make the search index (default), or leave search out.")
@click.option("--compress", type=Codings(), default=(), help="Copies beside the files: gzip,br,zstd,dcz, any of them.")
@click.option("--full", is_flag=True, help="Render every page, whatever the last run left.")
@click.option("--force", is_flag=True, help="Build into a folder with other files; those in the place of ours go.")
@click.option("--explain", is_flag=True, help="Say why each file is made or removed.")
@click.option("--profile", is_flag=True, help="Say how long each step took.")
def build(form: str, **options: Any) -> None:
    """Build the site."""
    from codepairs import pipeline
    from codepairs.console import console_of

    settings = Settings(**options)
    with stoppable(told, _STOPPED), reported(form), console_of(settings) as console:
        report = pipeline.build(settings, console)
    _print_build(report, settings, form, console)
    # What can be known before stopped the run then; what is left was found when the site was there.
    if settings.strict and report.warnings:
        sys.exit(1)


def _print_build(report: Report, settings: Settings, form: str, console: Console) -> None:
    """Print what a build found and did."""
    if form == "text":
        print_first(report.warnings, "more warnings")
    else:
        print_problems(report.warnings, form)
    if form == "json":
        return
    if settings.profile:
        click.echo("\n".join(console.profile()))
    if not settings.quiet:
        _print_report(report, settings)


def _print_report(report: Report, settings: Settings) -> None:
    rate = report.rendered / report.seconds if report.seconds else 0
    click.echo(
        f"{report.pages:,} pages, {report.rendered:,} rendered in {report.seconds:.1f} s ({rate:,.0f} a second); "
        f"files: {report.written:,} written, {report.unchanged:,} unchanged, {report.removed:,} removed"
    )
    for lang, domains in report.coverage.items():
        total, done = sum(item.total for item in domains), sum(item.translated for item in domains)
        share = 100 * done // total if total else 100
        click.echo(f"{lang}: {done:,} of {total:,} messages translated ({share} %)")
    if os.path.isdir(settings.output):
        click.echo(f"Open {Path(settings.output) / 'index.html'} in a browser.")
    else:
        click.echo(f"The site is in {settings.output}.")
