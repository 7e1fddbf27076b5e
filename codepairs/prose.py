"""Passages -> safe HTML in one language, each marked with the language it is really in.

Content is Markdown from strangers: raw HTML, images, headings and odd addresses come out as text, and what Markdown
makes of the rest is sanitised once more. A `Voice` is the one place where text becomes HTML, and it renders each
passage once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup, escape

from codepairs.model import Text
from codepairs.translate import Phrase, Translator

if TYPE_CHECKING:
    from markdown import Markdown

__all__ = ["Template", "Value", "Voice", "block_html", "inline_html", "plain_text", "unmarked"]

_TAGS = {"p", "ul", "ol", "li", "code", "pre", "strong", "em", "a", "br", "blockquote"}
_BLOCKS = ("hashheader", "setextheader", "hr", "reference", "quote")
_INLINES = (
    "html",
    "entity",
    "image_link",
    "image_reference",
    "short_image_ref",
    "automail",
    "reference",
    "short_reference",
)
_AMPERSAND = "\ufdd0"
"""Stands for `&` while Markdown runs, which would take `&lt;` for an entity; refused in every input."""
_MARK = re.compile(r'<span lang="[^"]*"( dir="[^"]*")?>|</span>')
_SPECIAL = re.compile(r"[\\`*_\[\]<>#+\-!|~=\n]")
_NUMBERED = re.compile(r"[0-9][.)]")
_SPANS = re.compile(
    r"""(?: [^\\`*_\[<\x00-\x1f\x7f-\x9f\ufdd0\ud800-\udfff]++  # nothing that begins anything in Markdown
        | (?<=[^\W_])_(?=[^\W_])                             # an underscore inside a word
        | `(?!\s)[^`\x00-\x1f\x7f-\x9f\ufdd0\ud800-\udfff]++(?<!\s)`(?!`)
        )+""",
    re.VERBOSE,
)
"""A line with code spans and no other Markdown."""
_ITEM = re.compile(r"(?:\d+\.|[-+]) ")
_BLANKS = re.compile(r"[^\S\xa0]+")
_NAME = re.compile(r"\{([a-z_]+)\}")


Value = Markup | str | int | date
"""What can be filled into a message."""


class Voice:
    """Says the passages of one language: every method returns HTML that is safe to put on a page."""

    def __init__(self, translator: Translator) -> None:
        self.translator = translator
        self.lang = translator.lang
        self._blocks: dict[Text, Markup] = {}
        self._inlines: dict[Text, Template] = {}
        self._messages: dict[str, tuple[Template, Voice]] = {}
        self._lists: dict[tuple[Markup, ...], Markup] = {}

    def block(self, text: Text) -> Markup:
        """Paragraphs and lists of a prose field."""
        found = self._blocks.get(text)
        if found is None:
            phrase = self.translator.phrase(text)
            found = self._blocks[text] = self._marked(block_html(phrase.text), phrase, "div")
        return found

    def inline(self, text: Text, values: Mapping[str, Markup | str] | None = None) -> Markup:
        """A passage inside a paragraph; `{name}` is replaced by the value of that name, escaped where it is no HTML."""
        found = self._inlines.get(text)
        if found is None:
            phrase = self.translator.phrase(text)
            found = self._inlines[text] = Template(self._marked(inline_html(phrase.text), phrase, "span"))
        return found.filled(values) if values else found.html

    def plain(self, text: Text) -> str:
        """The passage without Markdown, for titles, descriptions and data."""
        return plain_text(self.translator.phrase(text).text)

    def saying(self, text: Text) -> Voice:
        """The voice that says the text: that of the source language where it is not translated.

        What is filled into a sentence has to be in the sentence's language, or the mark on it would not be true.
        """
        return self if self.translator.knows(text) else self._source

    @cached_property
    def _source(self) -> Voice:
        lang = self.translator.source_lang
        return Voice(Translator(lang, lang, {}, {}))

    def knows(self, texts: Iterable[Text]) -> bool:
        """Whether every one of the texts is translated."""
        return all(map(self.translator.knows, texts))

    def list(self, items: Iterable[Markup | str]) -> Markup:
        """The items as a list in a sentence, by CLDR, escaped where they are no HTML."""
        key = tuple(map(escape, items))
        found = self._lists.get(key)
        if found is None:
            found = self._lists[key] = Markup(self.translator.list(key))  # noqa: S704 - the items are HTML already
        return found

    def message(self, source: str, /, **values: Value) -> Markup:
        """A message of the interface, escaped, with its named values filled in."""
        found = self._messages.get(source)
        if found is None:
            found = self._messages[source] = self._interface(self.translator.message(source))
        template, voice = found
        return template.filled(voice.written(values)) if values else template.html

    def plural(self, one: str, many: str, count: int, /, **values: Value) -> Markup:
        """A message of the interface that depends on `count`; `{count}` is the number."""
        template, voice = self._interface(self.translator.plural(one, many, count))
        return template.filled(voice.written({"count": count, **values}))

    def _interface(self, phrase: Phrase) -> tuple[Template, Voice]:
        """The message as HTML, and the voice for what is filled into it: that of the message's own language."""
        template = Template(self._marked(escape(phrase.text), phrase, "span"))
        return template, self if phrase.lang == self.lang else self._source

    def written(self, values: Mapping[str, Value]) -> Mapping[str, Markup | str]:
        """Numbers and dates as the language writes them; everything else as it is."""
        return {name: self._written(value) for name, value in values.items()}

    def _written(self, value: Value) -> Markup | str:
        if isinstance(value, int):
            return self.translator.number(value)
        return self.translator.date(value) if isinstance(value, date) else value

    def _marked(self, html: str, phrase: Phrase, tag: str) -> Markup:
        if phrase.lang == self.lang:
            return Markup(html)  # noqa: S704 - sanitised by its maker
        direction = self._source.translator.direction
        turned = f' dir="{direction}"' if direction != self.translator.direction else ""
        return Markup(f'<{tag} lang="{phrase.lang}"{turned}>{html}</{tag}>')  # noqa: S704 - sanitised, tags by RFC 5646


class Template:
    """HTML with places to fill: every `{name}` is replaced by its value; unknown names stay as they are."""

    __slots__ = ("_parts", "html")

    def __init__(self, html: Markup) -> None:
        self.html = html
        # Every second part is a name.
        self._parts = _NAME.split(html) if "{" in html else [html]

    def filled(self, values: Mapping[str, Markup | str]) -> Markup:
        """The HTML with the values in it, escaped where they are no HTML."""
        parts = list(self._parts)
        for rank in range(1, len(parts), 2):
            name = parts[rank]
            parts[rank] = str(escape(values[name])) if name in values else f"{{{name}}}"
        return Markup("".join(parts))  # noqa: S704 - values are escaped, the rest is HTML already


def block_html(source: str) -> str:
    """Markdown as blocks of safe HTML.

    >>> block_html("Wait; <b>do not</b> resend.")
    '<p>Wait; &lt;b&gt;do not&lt;/b&gt; resend.</p>'
    """
    if _is_plain(source):
        return f"<p>{escape(source)}</p>" if source else ""
    if _has_only_spans(source) and not _ITEM.match(source):
        return f"<p>{_with_spans(source)}</p>"
    return _converted(source, "block")


def inline_html(source: str) -> str:
    """Markdown inside one paragraph as safe HTML, without the paragraph itself.

    >>> inline_html("`MAIL FROM` & *more*")
    '<code>MAIL FROM</code> &amp; <em>more</em>'
    """
    if _is_plain(source):
        return str(escape(source))
    if _has_only_spans(source):
        return _with_spans(source)
    html = _converted(source, "inline")
    return re.sub(r"</p>\s*<p>", " ", html).removeprefix("<p>").removesuffix("</p>")


# Nearly all passages have code spans and no other Markdown. Here they take a hundredth of the converter's time, and
# come out byte for byte as it would make them; a test holds that.


def _is_plain(source: str) -> bool:
    return not (_SPECIAL.search(source) or _NUMBERED.search(source) or "http:" in source or "https:" in source)


def _has_only_spans(source: str) -> bool:
    return _SPANS.fullmatch(source) is not None and source == source.strip()


def _with_spans(source: str) -> str:
    html = source.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\xa0", "&nbsp;")
    parts = html.split("`")
    parts[1::2] = [f"<code>{code}</code>" for code in parts[1::2]]
    return "".join(parts)


@lru_cache(maxsize=16384)
def _converted(source: str, form: Literal["block", "inline"]) -> str:
    import nh3

    block, inline = _markdowns()
    markdown = block if form == "block" else inline
    html = markdown.reset().convert(source.replace("&", _AMPERSAND)).replace(_AMPERSAND, "&amp;")
    return nh3.clean(
        html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}, link_rel="nofollow"
    )


@lru_cache(maxsize=1)
def _markdowns() -> tuple[Markdown, Markdown]:
    """The converters for blocks and for text inside a line; the second knows paragraphs only."""
    from markdown import Markdown

    block, inline = Markdown(output_format="html"), Markdown(output_format="html")
    for markdown in (block, inline):
        markdown.preprocessors.deregister("html_block")
        for name in _INLINES:
            markdown.inlinePatterns.deregister(name)
        for name in _BLOCKS:
            markdown.parser.blockprocessors.deregister(name)
    for name in ("ulist", "olist", "indent", "code"):
        inline.parser.blockprocessors.deregister(name)
    return block, inline


def plain_text(source: str) -> str:
    """Markdown as plain text.

    >>> plain_text("`MAIL FROM` & *more*")
    'MAIL FROM & more'
    """
    if _is_plain(source):
        return " ".join(source.split())
    if _has_only_spans(source):
        return _BLANKS.sub(" ", source.replace("`", ""))
    return str(Markup(inline_html(source)).striptags())  # noqa: S704 - only to take the tags off again


def unmarked(html: Markup) -> Markup:
    """A message without the mark of its language, for a title or an attribute, where no element can stand.

    >>> unmarked(Markup('<span lang="en">A &lt;b&gt;</span>'))
    Markup('A &lt;b&gt;')
    """
    return Markup(_MARK.sub("", html))  # noqa: S704 - what is left was HTML before
