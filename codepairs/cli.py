"""The command line: flags -> Settings -> pipeline; problems -> exit status.

Exit status: 0 done, 1 problems in the input or the built site, 2 wrong usage, 3 (`links` alone) no host could be
reached.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import Any

import click

from codepairs import __version__
from codepairs.commands import COMMANDS

__all__ = ["main"]


class _DefaultGroup(click.Group):
    """A group that runs `build` where no sub-command is named, and says in a line what the system refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            click.echo(f"{error.filename or 'standard output, or a temporary file'}: {error.strerror}", err=True)
            _print_no_more()
            sys.exit(1)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["build", *args]
        return super().parse_args(ctx, args)


def _print_no_more() -> None:
    """What could not be printed is not tried once more at the end, which would fail without a word."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=_DefaultGroup)
@click.version_option(__version__, prog_name="codepairs")
def main() -> None:
    """Make a static, multilingual reference site for protocol codes.

    Without a command: build. `build --help` lists its options.
    """


for _command in COMMANDS:
    main.add_command(_command)
