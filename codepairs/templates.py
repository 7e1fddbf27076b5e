"""The Jinja environment of a language, and the digest of a template with all templates it names. Reads.

The environment is strict, autoescaped and made for one language: `_` and `ngettext` answer in it, `inline` and `block`
turn a passage of the content into HTML. Templates are trusted; content never is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import blake2b
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2.ext import extract_from_ast

from codepairs.errors import Place, Problem
from codepairs.model import Text
from codepairs.prose import Voice, unmarked

__all__ = ["digests", "environment", "interface_texts", "template_problems"]


def environment(folder: Path, voice: Voice | None = None) -> Environment:
    """An environment over the templates of `folder`; without a voice it can parse, but not render."""
    env = Environment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    if voice is not None:
        env.globals.update(_=voice.message, ngettext=voice.plural, list_of=voice.list, date_of=_date_of)
        env.filters.update(inline=voice.inline, block=voice.block, plain=voice.plain, unmarked=unmarked)
    return env


def digests(folder: Path) -> Mapping[str, str]:
    """For every template a digest of its text and of all templates that it names, directly or not."""
    env = environment(folder)
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in env.list_templates(["html"])}
    return {name: _digest(env, texts, name) for name in texts}


def interface_texts(folder: Path) -> tuple[Text, ...]:
    """The messages of the templates, each once; of plural forms the singular."""
    env = environment(folder)
    found: dict[Text, None] = {}
    for name in env.list_templates(["html"]):
        path = folder / name
        for line, _, message in extract_from_ast(env.parse(path.read_text(encoding="utf-8"))):
            source = message[0] if isinstance(message, tuple) else message
            if source:
                found.setdefault(Text("", source, "site", Place(str(path), line)))
    return tuple(found)


def template_problems(folder: Path) -> list[Problem]:
    """Syntax errors of the templates, with their places."""
    env = environment(folder)
    problems = []
    if not folder.is_dir():
        return [Problem(Place(str(folder)), "is no folder; templates are read from it")]
    for name in env.list_templates(["html"]):
        try:
            env.parse((folder / name).read_text(encoding="utf-8"))
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


def _digest(env: Environment, texts: Mapping[str, str], name: str) -> str:
    named, queue = {name}, [name]
    while queue:
        for other in meta.find_referenced_templates(env.parse(texts[queue.pop()])):
            # A name that is computed at run time is None: then every template may be meant.
            for reached in [other] if other else texts:
                if reached in texts and reached not in named:
                    named.add(reached)
                    queue.append(reached)
    return blake2b("\0".join(texts[part] for part in sorted(named)).encode(), digest_size=16).hexdigest()
