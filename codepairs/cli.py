"""The command line: flags -> Settings -> pipeline; problems -> exit status.

Exit status: 0 done, 1 problems in the input or the built site, 2 wrong usage, 3 (`links` alone) no host could be
reached. A command imports what it needs when it runs, so that none waits for the libraries of another.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from codepairs import __version__
from codepairs.compress import CODINGS
from codepairs.errors import CodepairsError, ContentError, OutputError, Place, Problem
from codepairs.publishing import CONFIGURATIONS, configuration_of
from codepairs.report import FORMATS, as_github, as_json, as_text, counted
from codepairs.settings import Settings
from codepairs.shapes import SITE_ADDRESS
from codepairs.stopping import stoppable

if TYPE_CHECKING:
    from codepairs.console import Console
    from codepairs.new import Skeleton
    from codepairs.pipeline import Report

__all__ = ["main"]

F = TypeVar("F", bound=Callable[..., Any])

_STOPPED = "stopped; the site can be used as it is, and the next build makes what is missing"
_SHOWN_WARNINGS = 20
"""How many warnings a build prints, and how many problems a server; a check prints all."""
_COLOURS: dict[str, dict[str, Any]] = {
    "place": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "margin": {"fg": "blue"},
    "mark": {"fg": "red", "bold": True},
}
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


class _Codings(click.ParamType):  # type: ignore[type-arg]
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


class _DefaultGroup(click.Group):
    """A group that runs `build` where no sub-command is named, and says in a line what the system refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            click.echo(f"{error.filename or 'standard output, or a temporary file'}: {error.strerror}", err=True)
            sys.exit(1)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["build", *args]
        return super().parse_args(ctx, args)


def _options(command: F) -> F:
    """The options that every sub-command takes."""
    command = click.option("--quiet", is_flag=True, help="Print problems only.")(command)
    command = click.option("--strict", is_flag=True, help="Warnings and missing translations fail the run.")(command)
    command = click.option(
        "--base-url",
        metavar="URL",
        callback=_site_address,
        help="Absolute address of the site; replaces that of site.yaml.",
    )(command)
    for name, text in reversed(_PATHS):
        kind = (_Place if name == "output" else click.Path)(file_okay=False, path_type=Path)
        default = getattr(Settings(), name)
        command = click.option(f"--{name}", type=kind, default=default, show_default=True, help=text)(command)
    return command


def _format_option(command: F) -> F:
    kind = click.Choice(FORMATS)
    text = "How problems are printed; github: annotations, json: one object and nothing else on standard output."
    return click.option("--format", "form", type=kind, default="text", show_default=True, help=text)(command)


@click.group(cls=_DefaultGroup)
@click.version_option(__version__, prog_name="codepairs")
def main() -> None:
    """Make a static, multilingual reference site for protocol codes.

    Without a command: build. `build --help` lists its options.
    """


@main.command()
@_options
@_format_option
@click.option("--jobs", type=click.IntRange(min=0), default=0, show_default=True, help="Processes; 0: all cores.")
@click.option("--scheduler", metavar="URL", help="Dask scheduler whose workers make the site, as tcp://host:8786.")
@click.option("--search/--no-search", default=True, help="Make the search index (default), or leave search out.")
@click.option("--compress", type=_Codings(), default=(), help="Copies beside the files: gzip,br,zstd,dcz, any of them.")
@click.option("--full", is_flag=True, help="Render every page, whatever the last run left.")
@click.option("--force", is_flag=True, help="Build into a folder with other files; those in the place of ours go.")
@click.option("--explain", is_flag=True, help="Say why each file is made or removed.")
@click.option("--profile", is_flag=True, help="Say how long each step took.")
def build(form: str, **options: Any) -> None:
    """Build the site."""
    from codepairs import pipeline
    from codepairs.console import console_of

    settings = Settings(**options)
    with stoppable(_told, _STOPPED), _reported(form), console_of(settings) as console:
        report = pipeline.build(settings, console)
    _print_build(report, settings, form, console)
    # What can be known before stopped the run then; what is left was found when the site was there.
    if settings.strict and report.warnings:
        sys.exit(1)


def _print_build(report: Report, settings: Settings, form: str, console: Console) -> None:
    """Print what a build found and did."""
    limit = _SHOWN_WARNINGS if form == "text" else None
    _print_problems(report.warnings[:limit], form)
    if form == "json":
        return
    if form == "text" and len(report.warnings) > _SHOWN_WARNINGS:
        more = len(report.warnings) - _SHOWN_WARNINGS
        click.echo(f"and {more:,} more warnings; `check` lists them all", err=True)
    if settings.profile:
        click.echo("\n".join(console.profile()))
    if not settings.quiet:
        _print_report(report, settings)


@main.command()
@_options
@_format_option
@click.option("--site", "built", is_flag=True, help="Check the built site too: links, HTML, hreflang.")
def check(built: bool, form: str, **options: Any) -> None:
    """Check content and translations; with --site the built site as well."""
    from codepairs import pipeline
    from codepairs.freshness import freshness
    from codepairs.proofread import language_problems, unchecked_languages

    settings = Settings(**options)
    if built and (isinstance(settings.output, str) or settings.output.is_file()):
        raise click.UsageError(f"--site checks a folder, and {settings.output} is none")
    with _reported(form):
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
    _print_problems(problems, form)
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


@main.command("links")
@_options
@_format_option
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=20, show_default=True, help="Seconds to wait.")
def ask_links(form: str, timeout: float, **options: Any) -> None:
    """Ask the web for every address that content names; needs the network.

    Exit status 1: something is dead; 3: no host could be reached, so nothing is known.
    """
    from codepairs import pipeline
    from codepairs.links import links_of

    settings = Settings(**options)
    with _reported(form):
        try:
            from codepairs.online import Patience, UnreachedError, online_problems
        except ModuleNotFoundError as error:
            raise OutputError(f"{error.name} is not installed; pip install codepairs[links]") from None
        links = list(links_of(pipeline.read_site(settings)[0].catalogue))
    try:
        problems = online_problems(links, Patience(timeout=timeout))
    except UnreachedError as error:
        _print_problems([Problem(Place(""), str(error))], form)
        sys.exit(3)
    _print_problems(problems, form)
    if not settings.quiet and form != "json":
        click.echo(f"{len({link.url for link in links}):,} addresses: {counted(problems)}")
    sys.exit(1 if any(settings.strict or not problem.warning for problem in problems) else 0)


@main.command()
@_options
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
    with _reported():
        try:
            from codepairs.serve import app
        except ModuleNotFoundError as error:
            raise OutputError(f"{error.name} is not installed; pip install codepairs[serve]") from None
        with app.listening(port) as listener:
            click.echo(f"http://{app.HOST}:{listener.getsockname()[1]}/ shows the site until Ctrl-C ends it.")
            app.run(app.Server(settings, opens, _print_state, catalogue), listener)


def _print_state(problems: Sequence[Problem], line: str) -> None:
    _print_problems(problems[:_SHOWN_WARNINGS])
    if len(problems) > _SHOWN_WARNINGS:
        click.echo(f"and {len(problems) - _SHOWN_WARNINGS:,} more; `check` lists them all", err=True)
    click.echo(line, err=True)


@main.group()
def messages() -> None:
    """Keep the translations: extract, update, status."""


_lines = click.option("--lines", is_flag=True, help="Write the numbers of lines into the references too.")


@messages.command()
@_options
@_lines
def extract(lines: bool, **options: Any) -> None:
    """Write a template (.pot) of every domain into the locales folder."""
    from codepairs import catalogues

    with _reported():
        for path, count in catalogues.extract(Settings(**options), lines=lines):
            click.echo(f"{path}: {count} messages")


@messages.command()
@_options
@_lines
def update(lines: bool, **options: Any) -> None:
    """Bring every .po file up to date with content and templates; translations are kept."""
    from codepairs import catalogues

    with _reported():
        for each in catalogues.update(Settings(**options), lines=lines):
            click.echo(f"{each.path}: {each}")


@messages.command()
@_options
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def status(form: str, **options: Any) -> None:
    """Print how far each language has come, by domain."""
    from codepairs import catalogues

    with _reported():
        settings = Settings(**options)
        for line in catalogues.status(settings) if form == "text" else [catalogues.status_data(settings)]:
            click.echo(line)


def _content_options(command: F) -> F:
    """The folders that hold what authors and translators write."""
    for name, text in reversed(_PATHS[:2]):
        kind = click.Path(file_okay=False, path_type=Path)
        default = getattr(Settings(), name)
        command = click.option(f"--{name}", type=kind, default=default, show_default=True, help=text)(command)
    return command


@main.command()
@_content_options
def schemas(**options: Any) -> None:
    """Write JSON Schemas of the content files for editors into content/.schemas."""
    from codepairs.new import write_schemas

    with _used_rightly():
        for path in write_schemas(Settings(**options)):
            click.echo(path)


@main.command()
@click.argument("name", type=click.Choice(("nginx", "cloudfront", *CONFIGURATIONS)))
@click.option("--folder", default="/srv/www/site", show_default=True, help="Where the site lies on a server (nginx).")
@_options
def host(name: str, folder: str, **options: Any) -> None:
    """Print what belongs beside the site for a host: a server's configuration, a workflow, settings."""
    from codepairs import pipeline
    from codepairs.hosting.configuration import cloudfront, nginx

    if name in CONFIGURATIONS:
        click.echo(configuration_of(name), nl=False)
        return
    with _reported("text"):
        site, _ = pipeline.read_site(Settings(**options))
    if name == "cloudfront":
        click.echo(cloudfront(site.catalogue.site.title), nl=False)
        return
    try:
        click.echo(nginx(site.catalogue.site.title, site.base_url, folder, site.dictionaries), nl=False)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@main.command()
@_options
def dictionary(**options: Any) -> None:
    """Make what --compress dcz needs, from pages as they are now; to be kept, as all its copies follow it."""
    from codepairs import pipeline
    from codepairs.dictionary import write_dictionaries

    settings = Settings(**options)
    with _reported():
        for path, size in write_dictionaries(settings.templates, pipeline.read_site(settings)[0]):
            click.echo(f"{path}: {size:,} bytes")


@main.group()
def new() -> None:
    """Begin a file: a commented skeleton with what is known already. Nothing is ever overwritten."""


@new.command("code")
@click.argument("protocol")
@click.argument("code")
@_content_options
def new_code(protocol: str, code: str, **options: Any) -> None:
    """Begin the file of CODE in PROTOCOL; registry.csv gives its phrase and sources."""
    from codepairs import new as skeletons

    settings = Settings(**options)
    _begin(settings, lambda: skeletons.new_code(settings, protocol, code))


@new.command("pair")
@click.argument("protocol")
@click.argument("codes", nargs=2)
@_content_options
def new_pair(protocol: str, codes: tuple[str, str], **options: Any) -> None:
    """Begin the file that tells two CODES of PROTOCOL apart, given in any order."""
    from codepairs import new as skeletons

    settings = Settings(**options)
    _begin(settings, lambda: skeletons.new_pair(settings, protocol, codes))


@new.command("protocol")
@click.argument("name")
@_content_options
def new_protocol(name: str, **options: Any) -> None:
    """Begin the folder of the protocol NAME."""
    from codepairs import new as skeletons

    settings = Settings(**options)
    _begin(settings, lambda: skeletons.new_protocol(settings, name))


@new.command("language")
@click.argument("tag")
@_content_options
def new_language(tag: str, **options: Any) -> None:
    """Begin the translation into the language TAG, as fr or pt-BR."""
    from codepairs import new as skeletons

    settings = Settings(**options)
    _begin(settings, lambda: skeletons.new_language(settings, tag))


def _begin(settings: Settings, made: Callable[[], Skeleton]) -> None:
    """Write a skeleton and the schemas its files name, and say what comes next."""
    from codepairs.new import write, write_schemas

    with _used_rightly():
        skeleton = made()
        write(skeleton, (settings.content, settings.locales))
        write_schemas(settings)
    for path in skeleton.files:
        click.echo(f"{path}: written")
    for step in skeleton.next_steps:
        click.echo(f"Next: {step}")


@contextmanager
def _used_rightly() -> Iterator[None]:
    """Turns what cannot be made into wrong usage, with the exit status 2."""
    try:
        yield
    except CodepairsError as error:
        raise click.UsageError(str(error)) from error


@contextmanager
def _reported(form: str = "text") -> Iterator[None]:
    """Turns errors of the program into messages and the exit status 1."""
    try:
        yield
    except ContentError as error:
        _print_problems(error.problems, form)
        if form == "text":
            click.echo(f"{counted(error.problems)}; nothing was written", err=True)
        sys.exit(1)
    except CodepairsError as error:
        _print_problems([Problem(Place(""), str(error))], form)
        sys.exit(1)


def _print_problems(problems: Sequence[Problem], form: str = "text") -> None:
    if form == "json":
        click.echo(as_json(problems))
    for line in as_github(problems) if form == "github" else ():
        click.echo(line)
    for line in as_text(problems, _paint if _coloured() else _plain) if form == "text" else ():
        click.echo(line, err=True)


def _told(message: str) -> None:
    click.echo(message, err=True)


def _coloured() -> bool:
    """Whether problems are printed in colour: on a terminal, unless NO_COLOR says no (https://no-color.org)."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _paint(text: str, what: str) -> str:
    return click.style(text, **_COLOURS[what])


def _plain(text: str, what: str) -> str:
    return text


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
