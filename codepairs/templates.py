"""The Jinja environment of a language, and the digest of a template with all templates it names. Reads.

The environment is strict, autoescaped and made for one language: `_` and `ngettext` answer in it, `inline` and `block`
turn a passage of the content into HTML. Templates are trusted; content never is one. Each is parsed and compiled once,
whatever is asked of it and however many languages it speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

from jinja2 import (
    BaseLoader,
    DictLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.ext import extract_from_ast

from codepairs.errors import Place, Problem
from codepairs.model import Text
from codepairs.prose import Voice, unmarked

__all__ = ["digests", "environment", "interface_texts", "read_templates", "template_problems"]

_FILTERS = ("inline", "block", "plain", "unmarked")


def environment(templates: Mapping[str, str], voice: Voice | None = None) -> Environment:
    """An environment over the texts of templates by name; without a voice it can parse, but not render."""
    env = _environment(_Loader(templates))
    if voice is not None:
        env.globals.update(_=voice.message, ngettext=voice.plural, list_of=voice.list, date_of=_date_of)
        env.filters.update(inline=voice.inline, block=voice.block, plain=voice.plain, unmarked=unmarked)
    return env


def _environment(loader: BaseLoader | None = None) -> Environment:
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # There are no constant expressions to work out beforehand, and looking for them is a sixth of compiling.
        optimized=False,
        auto_reload=False,
    )


class _Loader(DictLoader):
    """Gives all languages the same code; what differs between them are the globals and filters of the environment."""

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja calls it so
    ) -> Template:
        source, _, uptodate = self.get_source(environment, name)
        code = _compiled(source, name)
        return environment.template_class.from_code(environment, code, globals or {}, uptodate)


class _Parsed(NamedTuple):
    """What a template is made of."""

    tree: nodes.Template
    references: tuple[str | None, ...]
    """The templates it names; None where a name is computed."""
    messages: tuple[tuple[int, str], ...]
    """The messages in it with their lines; of plural forms the singular."""


@lru_cache(maxsize=256)
def _parsed(source: str) -> _Parsed:
    tree = _compiler().parse(source)
    found = ((line, text[0] if isinstance(text, tuple) else text) for line, _, text in extract_from_ast(tree))
    messages = tuple((line, text) for line, text in found if text)
    return _Parsed(tree, tuple(meta.find_referenced_templates(tree)), messages)


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


def digests(folder: Path) -> Mapping[str, str]:
    """For every template a digest of its text and of all templates that it names, directly or not."""
    texts = read_templates(folder)
    return {name: _digest(texts, name) for name in texts}


def interface_texts(folder: Path) -> tuple[Text, ...]:
    """The messages of the templates, each once; of plural forms the singular."""
    found: dict[Text, None] = {}
    for name, source in read_templates(folder).items():
        for line, message in _parsed(source).messages:
            found.setdefault(Text("", message, "site", Place(str(folder / name), line)))
    return tuple(found)


def read_templates(folder: Path) -> dict[str, str]:
    """The texts of all templates by name, in the order of their names."""
    return {name: (folder / name).read_text(encoding="utf-8") for name in _names(folder)}


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html") if path.is_file())


def template_problems(folder: Path) -> list[Problem]:
    """Syntax errors of the templates, with their places."""
    problems = []
    if not folder.is_dir():
        return [Problem(Place(str(folder)), "is no folder; templates are read from it")]
    for name in _names(folder):
        try:
            _parsed((folder / name).read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            problems.append(Problem(Place(str(folder / name), error.lineno), f"is no template: {error.message}"))
        except (TemplateError, OSError, UnicodeDecodeError) as error:
            problems.append(Problem(Place(str(folder / name)), f"cannot be read: {error}"))
    return problems


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
