"""The Jinja environment of a language, and the digest of a template with all templates it names. Reads.

The environment is strict, autoescaped and made for one language: `_` and `ngettext` answer in it, `inline` and `block`
turn a passage of the content into HTML. Templates are trusted; content never is one. Each is parsed and compiled once,
whatever is asked of it and however many languages it speaks. What goes wrong while one is rendered is a ContentError
with the line of the template and the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from traceback import walk_tb
from types import CodeType
from typing import Any, NamedTuple

from jinja2 import (
    BaseLoader,
    DictLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.ext import extract_from_ast
from jinja2.utils import missing

from codepairs.errors import ContentError, Place, Problem
from codepairs.fields import did_you_mean
from codepairs.model import Text
from codepairs.prose import Voice, unmarked
from codepairs.reading import leads_out, linked_out

__all__ = [
    "digests",
    "environment",
    "failures",
    "interface_texts",
    "located",
    "missing_templates",
    "read_templates",
    "template_problems",
]

_FILTERS = ("inline", "block", "plain", "unmarked")


def environment(templates: Mapping[str, str], voice: Voice | None = None) -> Environment:
    """An environment over the texts of templates by name; without a voice it can parse, but not render."""
    env = _environment(_Loader(templates))
    if voice is not None:
        env.globals.update(_=voice.message, ngettext=voice.plural, list_of=voice.list, date_of=_date_of)
        env.filters.update(inline=voice.inline, block=voice.block, plain=voice.plain, unmarked=unmarked)
    return env


def _environment(loader: BaseLoader | None = None) -> Environment:
    env = Environment(
        loader=loader,
        autoescape=True,
        undefined=_Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # There are no constant expressions to work out beforehand, and looking for them is a sixth of compiling.
        optimized=False,
        auto_reload=False,
    )
    env.template_class = _Template
    return env


class _Undefined(StrictUndefined):
    """Says what the value has instead of what was asked of it."""

    @property
    def _undefined_message(self) -> str:
        message = super()._undefined_message
        owner, name = self._undefined_obj, self._undefined_name
        if self._undefined_hint or not isinstance(name, str):
            return message
        known = owner if isinstance(owner, Mapping) else [each for each in dir(owner) if not each.startswith("_")]
        return message if owner is missing else f"{type(owner).__name__} has no {name!r}; {did_you_mean(name, known)}"


class _Template(Template):
    """A template whose failures are problems."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The template with the values given."""
        values = dict(*args, **kwargs)
        with failures(self.name, known=(*values, *self.globals)):
            return super().render(values)


@contextmanager
def failures(name: str | None = None, *, page: str = "", known: Iterable[str] = ()) -> Iterator[None]:
    """Makes problems of what goes wrong in the template of that name, and tells of each the page that was rendered.

    `known` are the names that the template may use.
    """
    try:
        yield
    except ContentError as error:
        raise ContentError(_on_page(problem, page) for problem in error.problems) from error
    except Exception as error:
        if name is None:
            raise
        raise ContentError([_failure(error, name, known)]) from error


_ON_PAGE = " (in the page "


def _on_page(problem: Problem, page: str) -> Problem:
    if not page or _ON_PAGE in problem.message:
        return problem
    return problem._replace(message=f"{problem.message}{_ON_PAGE}{page})")


def _failure(error: Exception, name: str, known: Iterable[str]) -> Problem:
    """What went wrong in a template, at its innermost line."""
    place = Place(name, getattr(error, "lineno", None) or 1)
    for frame, line in walk_tb(error.__traceback__):
        if "__jinja_template__" in frame.f_globals or frame.f_code.co_filename.endswith(".html"):
            place = Place(frame.f_code.co_filename, line)
    text = str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
    undefined = re.fullmatch(r"'(\w+)' is undefined", text)
    hint = f"; {did_you_mean(undefined[1], known)}" if undefined else ""
    return Problem(place, f"cannot be rendered: {text}{hint}")


def located(error: ContentError, folder: Path) -> ContentError:
    """The error with the paths of templates; where they fail, only their names are known."""
    moved = (
        each._replace(place=each.place._replace(path=str(folder / each.place.path)))
        if each.place.path.endswith(".html") and not Path(each.place.path).is_relative_to(folder)
        else each
        for each in error.problems
    )
    return ContentError(moved)


class _Loader(DictLoader):
    """Gives all languages the same code; what differs between them are the globals and filters of the environment."""

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja calls it so
    ) -> Template:
        try:
            source, _, uptodate = self.get_source(environment, name)
        except TemplateNotFound:
            raise ContentError([Problem(Place(name), "is missing; the program renders this template")]) from None
        code = _compiled(source, name)
        return environment.template_class.from_code(environment, code, globals or {}, uptodate)


class _Parsed(NamedTuple):
    """What a template is made of."""

    tree: nodes.Template
    references: tuple[str | None, ...]
    """The templates it names; None where a name is computed."""
    lines: Mapping[str, int]
    """The lines in which it names others."""
    messages: tuple[tuple[int, str], ...]
    """The messages in it with their lines; of plural forms the singular."""


@lru_cache(maxsize=256)
def _parsed(source: str) -> _Parsed:
    tree = _compiler().parse(source)
    found = ((line, text[0] if isinstance(text, tuple) else text) for line, _, text in extract_from_ast(tree))
    messages = tuple((line, text) for line, text in found if text)
    lines = dict(_named_lines(tree))
    return _Parsed(tree, tuple(meta.find_referenced_templates(tree)), lines, messages)


def _named_lines(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    for kind in (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport):
        for node in tree.find_all(kind):
            name = getattr(node, "template", None)
            if isinstance(name, nodes.Const):
                yield name.value, node.lineno


@lru_cache(maxsize=256)
def _compiled(source: str, name: str) -> CodeType:
    return _compiler().compile(_parsed(source).tree, name, name)


@lru_cache(maxsize=1)
def _compiler() -> Environment:
    """An environment that knows the names of the filters, and none of them: what they say differs between languages."""
    env = _environment()
    env.filters.update(dict.fromkeys(_FILTERS, _not_yet))
    return env


def _not_yet(*_: object) -> str:
    # Jinja tries filters on constants while it compiles; where that fails, it leaves them for later.
    raise NotImplementedError


def digests(texts: Mapping[str, str]) -> Mapping[str, str]:
    """For every template a digest of its text and of all templates that it names, directly or not."""
    return {name: _digest(texts, name) for name in texts}


def interface_texts(texts: Mapping[str, str], folder: Path) -> tuple[Text, ...]:
    """The messages of the templates of a folder, each once; of plural forms the singular."""
    found: dict[Text, None] = {}
    for name, source in texts.items():
        for line, message in _parsed(source).messages:
            found.setdefault(Text("", message, "site", Place(str(folder / name), line)))
    return tuple(found)


def read_templates(folder: Path) -> dict[str, str]:
    """The texts of all templates by name, in the order of their names."""
    return {name: (folder / name).read_text(encoding="utf-8") for name in _names(folder)}


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html") if path.is_file())


def missing_templates(folder: Path, wanted: Iterable[str]) -> list[Problem]:
    """Templates that the program itself renders, and that are not there."""
    message = "is missing; pages are made by it"
    return [Problem(Place(str(folder / name)), message) for name in wanted if not (folder / name).is_file()]


def template_problems(folder: Path) -> list[Problem]:
    """Syntax errors of the templates, with their places, and templates that are named but not there."""
    if not folder.is_dir():
        return [Problem(Place(str(folder)), "is no folder; templates are read from it")]
    names = _names(folder)
    problems = []
    for name in names:
        path = folder / name
        if leads_out(path, folder):
            problems.append(linked_out(path, folder))
            continue
        try:
            source = path.read_text(encoding="utf-8")
            _compiled(source, name)
        except TemplateSyntaxError as error:
            problems.append(Problem(Place(str(path), error.lineno), f"is no template: {error.message}"))
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            problems.append(Problem(Place(str(path), line), "is not UTF-8; save the file as UTF-8"))
        except (TemplateError, OSError, RecursionError) as error:
            problems.append(Problem(Place(str(path)), f"cannot be read: {error}"))
        else:
            problems += _unknown_names(path, source, names)
    return problems


def _unknown_names(path: Path, source: str, names: list[str]) -> Iterator[Problem]:
    """The templates that another names and that are not there."""
    for name, line in _parsed(source).lines.items():
        if name not in names:
            yield Problem(Place(str(path), line), f"names the unknown template {name!r}; {did_you_mean(name, names)}")


def _date_of(text: str) -> date | str:
    """A date like `2024-12-06`; any other text as it is."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _digest(texts: Mapping[str, str], name: str) -> str:
    named, queue = {name}, [name]
    while queue:
        for other in _parsed(texts[queue.pop()]).references:
            # A name that is computed at run time is None: then every template may be meant.
            for reached in [other] if other else texts:
                if reached in texts and reached not in named:
                    named.add(reached)
                    queue.append(reached)
    return blake2b("\0".join(texts[part] for part in sorted(named)).encode(), digest_size=16).hexdigest()
