"""`new` and `schemas`: what authors begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from codepairs.commands.options import content_options
from codepairs.commands.printing import used_rightly
from codepairs.settings import Settings

if TYPE_CHECKING:
    from codepairs.new import Skeleton

__all__ = ["new", "schemas"]


@click.group()
def new() -> None:
    """Begin a file: a commented skeleton with what is known already. Nothing is ever overwritten."""


@new.command("code")
@click.argument("protocol")
@click.argument("code")
@content_options
def new_code(protocol: str, code: str, **options: Any) -> None:
    """Begin the file of CODE in PROTOCOL; registry.csv gives its phrase and sources."""
    from codepairs import new as skeletons

    settings = Settings(**options)
    _begin(settings, lambda: skeletons.new_code(settings, protocol, code))


@new.command("pair")
@click.argument("protocol")
@click.argument("codes", nargs=2)
@content_options
def new_pair(protocol: str, codes: tuple[str, str], **options: Any) -> None:
    """Begin the file that tells two CODES of PROTOCOL apart, given in any order."""
    from codepairs import new as skeletons

    settings = Settings(**options)
    _begin(settings, lambda: skeletons.new_pair(settings, protocol, codes))


@new.command("protocol")
@click.argument("name")
@content_options
def new_protocol(name: str, **options: Any) -> None:
    """Begin the folder of the protocol NAME."""
    from codepairs import new as skeletons

    settings = Settings(**options)
    _begin(settings, lambda: skeletons.new_protocol(settings, name))


@new.command("language")
@click.argument("tag")
@content_options
def new_language(tag: str, **options: Any) -> None:
    """Begin the translation into the language TAG, as fr or pt-BR."""
    from codepairs import new as skeletons

    settings = Settings(**options)
    _begin(settings, lambda: skeletons.new_language(settings, tag))


def _begin(settings: Settings, made: Callable[[], Skeleton]) -> None:
    """Write a skeleton and the schemas its files name, and say what comes next."""
    from codepairs.new import write, write_schemas

    with used_rightly():
        skeleton = made()
        write(skeleton, (settings.content, settings.locales))
        write_schemas(settings)
    for path in skeleton.files:
        click.echo(f"{path}: written")
    for step in skeleton.next_steps:
        click.echo(f"Next: {step}")


@click.command()
@content_options
def schemas(**options: Any) -> None:
    """Write JSON Schemas of the content files for editors into content/.schemas."""
    from codepairs.new import write_schemas

    with used_rightly():
        for path in write_schemas(Settings(**options)):
            click.echo(path)
