"""`serve`: the site while it is edited."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import click

from codepairs.commands.options import site_options
from codepairs.commands.printing import print_first, reported, told
from codepairs.errors import OutputError, Problem
from codepairs.settings import Settings

__all__ = ["serve"]


@click.command()
@site_options
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0: any free one.")
@click.option(
    "--editor",
    metavar="NAME",
    help="What opens the file of a page: vscode, idea, none … or an address with {path} and {line}. Default: EDITOR.",
)
@click.option("--search/--no-search", default=True, help="Search as the built site does (default), or leave it out.")
def serve(port: int, editor: str | None, **options: Any) -> None:
    """Show the site while it is edited, without a build; tabs reload when their page changes."""
    from codepairs.serve.ahead import read_ahead

    settings = Settings(**options)
    catalogue = read_ahead(settings.locales)
    from codepairs.serve.editors import editor_of

    try:
        opens = editor_of(editor, os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--editor") from None
    with reported():
        try:
            from codepairs.serve import app
        except ModuleNotFoundError as error:
            raise OutputError(f"{error.name} is not installed; pip install codepairs[serve]") from None
        with app.listening(port) as listener:
            click.echo(f"http://{app.HOST}:{listener.getsockname()[1]}/ shows the site until Ctrl-C ends it.")
            app.run(app.Server(settings, opens, _print_state, catalogue), listener)


def _print_state(problems: Sequence[Problem], line: str) -> None:
    print_first(problems)
    told(line)
