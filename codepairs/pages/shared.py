"""What the pages of one language have in common: its voice, its templates, its links."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from markupsafe import Markup

from codepairs.compose import Skeleton
from codepairs.model import Code, Protocol, Source, Text
from codepairs.plan import Site
from codepairs.prose import Voice
from codepairs.templates import environment
from codepairs.urls import code_path, pair_path, protocol_path, relative, source_url

__all__ = ["CodeLink", "Context", "PairLink", "Shared", "SourceLink"]

T = TypeVar("T")

Context = dict[str, Any]
"""What a template receives, by name; docs/templates.md lists it for each kind of page."""


@dataclass(frozen=True, slots=True)
class SourceLink:
    """A document to read more in; `rfc` and `section` are None for documents with a title of their own."""

    url: str
    rfc: str | None
    section: str | None
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLink:
    """A code as lists name it."""

    code: str
    slug: str
    title: Text
    summary: Text
    tone: str | None
    href: str
    """Link from any page in the folder of the protocol."""


@dataclass(frozen=True, slots=True)
class PairLink:
    """A link to the page of two codes, from any page in the folder of their protocol."""

    href: str
    a: str
    b: str
    other: Code
    """The code that the page's own code is compared with."""


class Shared:
    """The state that renders the pages of one language; made once per process and language."""

    def __init__(self, site: Site, lang: str) -> None:
        self.site = site
        self.lang = lang
        self.voice = Voice(site.translators[lang])
        self.env = environment(site.templates, self.voice)
        self._states: dict[Hashable, Any] = {}

    def protocol(self, name: str) -> Protocol:
        """The protocol with this id."""
        return self.site.catalogue.protocols[name]

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` returned when it was first asked for under this key."""
        if key not in self._states:
            self._states[key] = make()
        state: T = self._states[key]
        return state

    def code_link(self, protocol: Protocol, code: Code) -> CodeLink:
        """A code for a list of codes."""
        return CodeLink(
            code=code.code,
            slug=code.slug,
            title=code.title,
            summary=code.summary,
            tone=self.tone(protocol, code),
            href=self.href(protocol, code_path(self.lang, protocol.id, code.slug)),
        )

    def tone(self, protocol: Protocol, code: Code) -> str | None:
        """The tone of the code's outcome."""
        return next((value.tone for value in protocol.values_of(code, "outcome")), None)

    def sources(self, sources: Sequence[Source]) -> tuple[SourceLink, ...]:
        """The documents as links, each once."""
        links = (SourceLink(source_url(item), item.rfc, item.section, item.title) for item in sources)
        return tuple(dict.fromkeys(links))

    def source_items(self, sources: Sequence[Source]) -> tuple[bytes, ...]:
        """The same as items of a list, UTF-8."""
        return tuple(map(self._source_item, self.sources(sources)))

    def _source_item(self, link: SourceLink) -> bytes:
        return self.once(("source", link), lambda: str(self.rendered("source", {"source": link})).encode())

    def shown(self, text: Text) -> str:
        """The passage as readers of this language get it, Markdown."""
        return self.voice.translator.phrase(text).text

    def href(self, protocol: Protocol, target: str) -> str:
        """The link to an output path from any page in the folder of the protocol."""
        return relative(target, protocol_path(self.lang, protocol.id), self.site.link_style)

    def pair_link(self, code: Code, other: Code) -> PairLink:
        """The comparison of `code` with `other`, in canonical order."""
        a, b = (code, other) if code.rank < other.rank else (other, code)
        path = pair_path(self.lang, code.protocol, a.slug, b.slug)
        return PairLink(self.href(self.protocol(code.protocol), path), a.code, b.code, other)

    def pair_item(self, code: Code, other: Code) -> Markup:
        """The comparison of two codes as an item of a list, named by the title of the other."""
        link = self.pair_link(code, other)
        title = self.voice.inline(other.title)
        return self.rendered("related", {"href": link.href, "a": link.a, "b": link.b, "title": title})

    def skeleton(self, fragment: str, context: Mapping[str, Hashable]) -> Skeleton:
        """A fragment that is made very often, with places for the tokens in its context; rendered once."""
        key = (fragment, *context.items())
        return self.once(key, lambda: Skeleton.of(self.rendered(fragment, dict(context))))

    def rendered(self, fragment: str, context: Context) -> Markup:
        """A fragment as HTML, without blanks around it."""
        template = self.once(("fragment", fragment), lambda: self.env.get_template(f"fragments/{fragment}.html"))
        return Markup(template.render(context)).strip()  # noqa: S704 - autoescaped
