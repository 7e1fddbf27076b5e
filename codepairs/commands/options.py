"""What the command line takes: options that several commands have, and the types of their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from codepairs.compress import CODINGS
from codepairs.report import FORMATS
from codepairs.settings import Settings
from codepairs.shapes import SITE_ADDRESS

__all__ = ["Codings", "content_options", "format_option", "site_options"]

F = TypeVar("F", bound=Callable[..., Any])

_PATHS = (
    ("content", "Folder of site.yaml and the protocols."),
    ("locales", "Folder of the translations."),
    ("templates", "Folder of the Jinja templates and assets."),
    ("output", "Folder, archive (.tar.zst) or address of an object store (s3://…) that receives the site."),
)


class _Place(click.Path):
    """A folder, or what receives a site instead."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if "://" in str(value):
            return value
        return Path(value) if str(value).endswith(".tar.zst") else super().convert(value, param, ctx)


class Codings(click.ParamType):  # type: ignore[type-arg]
    """Names of codings with commas between, in any order."""

    name = "LIST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        names = value.split(",") if isinstance(value, str) else value
        for name in names:
            if name not in CODINGS:
                self.fail(f"{name!r} is no coding; known: {', '.join(CODINGS)}, with commas between", param, ctx)
        return tuple(name for name in CODINGS if name in names)


def _site_address(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """An address of the form that `url` of site.yaml has."""
    if value and not re.fullmatch(SITE_ADDRESS, value):
        raise click.BadParameter(f"{value!r} is no address of a site; one is like https://example.org/codes/")
    return value


def site_options(command: F) -> F:
    """The options that every sub-command takes."""
    command = click.option("--quiet", is_flag=True, help="Print problems only.")(command)
    command = click.option("--strict", is_flag=True, help="Warnings and missing translations fail the run.")(command)
    command = click.option(
        "--base-url",
        metavar="URL",
        callback=_site_address,
        help="Absolute address of the site; replaces that of site.yaml.",
    )(command)
    return _with_paths(command, _PATHS)


def format_option(command: F) -> F:
    """How problems are printed."""
    kind = click.Choice(FORMATS)
    text = "How problems are printed; github: annotations, json: one object and nothing else on standard output."
    return click.option("--format", "form", type=kind, default="text", show_default=True, help=text)(command)


def content_options(command: F) -> F:
    """The folders that hold what authors and translators write."""
    return _with_paths(command, _PATHS[:2])


def _with_paths(command: F, paths: Sequence[tuple[str, str]]) -> F:
    for name, text in reversed(paths):
        kind = (_Place if name == "output" else click.Path)(file_okay=False, path_type=Path)
        default = getattr(Settings(), name)
        command = click.option(f"--{name}", type=kind, default=default, show_default=True, help=text)(command)
    return command
