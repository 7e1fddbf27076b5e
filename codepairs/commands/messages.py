"""`messages`: the translations."""

from __future__ import annotations

from typing import Any

import click

from codepairs.commands.options import site_options
from codepairs.commands.printing import reported
from codepairs.settings import Settings

__all__ = ["messages"]


@click.group()
def messages() -> None:
    """Keep the translations: extract, update, status."""


_lines = click.option("--lines", is_flag=True, help="Write the numbers of lines into the references too.")


@messages.command()
@site_options
@_lines
def extract(lines: bool, **options: Any) -> None:
    """Write a template (.pot) of every domain into the locales folder."""
    from codepairs import catalogues

    with reported():
        for path, count in catalogues.extract(Settings(**options), lines=lines):
            click.echo(f"{path}: {count} messages")


@messages.command()
@site_options
@_lines
def update(lines: bool, **options: Any) -> None:
    """Bring every .po file up to date with content and templates; translations are kept."""
    from codepairs import catalogues

    with reported():
        for each in catalogues.update(Settings(**options), lines=lines):
            click.echo(f"{each.path}: {each}")


@messages.command()
@site_options
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def status(form: str, **options: Any) -> None:
    """Print how far each language has come, by domain."""
    from codepairs import catalogues

    with reported():
        settings = Settings(**options)
        for line in catalogues.status(settings) if form == "text" else [catalogues.status_data(settings)]:
            click.echo(line)
