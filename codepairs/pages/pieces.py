"""What is said about each code of a protocol in one language, ready to be put on pages.

A piece is a function of a code and a language and nothing else, so it is rendered once and every page that shows the
code uses its bytes. The one exception is named: where two codes happen to share a passage, their pair page says it once
and asks for both codes' pieces without it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import NamedTuple

from markupsafe import Markup, escape

from codepairs.compose import Skeleton, token, utf8
from codepairs.model import Code, Protocol, Text, Value
from codepairs.pages.facts import FactPieces
from codepairs.pages.sentences import texts_of
from codepairs.pages.shared import Shared
from codepairs.relations import Neighbours
from codepairs.urls import code_path, pair_path, protocol_path

__all__ = ["FRAGMENTS", "NAMED", "CodePieces", "ProtocolPieces", "Related"]

FRAGMENTS = ("card", "meaning", "when", "actions", "wire")
"""The parts of a code that pages show; each has a template of its name below templates/fragments."""
NAMED = ("slug", "href", "title", "summary", *FRAGMENTS)
"""The pieces of a code that have names, in the order in which they are kept."""
_RELATED = 3
"""How many related comparisons a page offers for each of its codes."""
_TOKENS = {name: str(token(f"other.{name}")).encode() for name in ("code", "slug")}
"""The names of the other code in an item that many lists share."""


class CodePieces(NamedTuple):
    """The pieces of one code, UTF-8."""

    name: bytes
    """The code itself."""
    named: Mapping[str, bytes]
    """`slug`, `href`, `title` and `summary` (plain), and the fragments, by name."""
    sources: tuple[bytes, ...]
    """Items: its documents."""
    related: Related
    """Items: its comparisons with the codes it is most easily confused with."""
    repeated: frozenset[str]
    """Its passages, as shown, that other codes have as well."""


class Related:
    """The first of a code's comparisons, without the one that they stand on the page of."""

    __slots__ = ("others", "without")

    def __init__(self, items: Mapping[str, bytes]) -> None:
        self.others = self._joined(items.values())
        """On the pages of most codes."""
        self.without = {
            left_out: self._joined(item for code, item in items.items() if code != left_out) for left_out in items
        }
        """On the pages of the codes that are named here."""

    @staticmethod
    def _joined(items: Iterable[bytes]) -> bytes:
        return b"\n".join(islice(items, _RELATED))


class ProtocolPieces:
    """The pieces of a protocol and of all its codes."""

    def __init__(self, shared: Shared, protocol: Protocol) -> None:
        self.shared = shared
        self.protocol = protocol
        self.neighbours = Neighbours(protocol)
        self.facts = tuple(self._facts())
        self.named: Mapping[str, bytes] = {
            "protocol": utf8(escape(protocol.name)),
            "protocol_title": utf8(shared.voice.inline(protocol.title)),
            "protocol_href": shared.href(protocol, protocol_path(shared.lang, protocol.id)).encode(),
        }
        self._codes: dict[str, CodePieces] = {}
        self._items: dict[str, tuple[bytes, bytes]] = {}
        shown: dict[str, list[str]] = {}
        for code in protocol.codes.values():
            for text in set(map(shared.shown, _passages(code))):
                shown.setdefault(text, []).append(code.code)
        self.repeating = {text: codes for text, codes in shown.items() if len(codes) > 1}
        """The codes that have a passage in common, by passage."""
        # Few codes share passages, and those that do share them with many; the bound holds where content is generated.
        self.parts_without = lru_cache(maxsize=4096)(self._parts_without)

    @classmethod
    def of(cls, shared: Shared, protocol: Protocol) -> ProtocolPieces:
        """The pieces of a protocol in the language of `shared`; made once."""
        return shared.once(("pieces", protocol.id), lambda: cls(shared, protocol))

    def code(self, code: Code) -> CodePieces:
        """The pieces of a code; made on first use."""
        found = self._codes.get(code.code)
        if found is None:
            found = self._codes[code.code] = self._code(code)
        return found

    def compared(self, code: Code, others: Sequence[Code]) -> bytes:
        """The comparisons of a code with others, as items of a list named by the titles of the others."""
        items = b"\n".join([self._item(other)[other.rank < code.rank] for other in others])
        return items.replace(_TOKENS["code"], utf8(escape(code.code))).replace(_TOKENS["slug"], code.slug.encode())

    def _item(self, code: Code) -> tuple[bytes, bytes]:
        """The comparison of any other code with this one, which is the second of both; then the same as the first."""
        found = self._items.get(code.code)
        if found is None:
            own = {"code": utf8(escape(code.code)), "slug": code.slug.encode()}
            title = {"title": utf8(self.shared.voice.inline(code.title))}
            pairs = ((_TOKENS, own), (own, _TOKENS))
            second, first = (self._related.filled(title | _sided("a", a) | _sided("b", b)) for a, b in pairs)
            found = self._items[code.code] = second, first
        return found

    @cached_property
    def _related(self) -> Skeleton:
        path = pair_path(self.shared.lang, self.protocol.id, token("a.slug"), token("b.slug"))
        context = {"a": token("a.code"), "b": token("b.code"), "title": token("title")}
        return self.shared.skeleton("related", context | {"href": self.shared.href(self.protocol, path)})

    def _facts(self) -> Iterator[FactPieces]:
        said: set[Text] = set()
        for fact in self.protocol.facts.values():
            yield FactPieces(self.shared, fact, said.intersection(texts_of(fact)))
            said.update(texts_of(fact))

    def _code(self, code: Code) -> CodePieces:
        shared = self.shared
        pieces = {
            "slug": Markup(code.slug),  # noqa: S704 - letters, digits, dots and hyphens only
            "href": escape(self._href(code)),
            "title": escape(shared.voice.plain(code.title)),
            "summary": escape(shared.voice.plain(code.summary)),
        }
        near = self.neighbours.declared(code) or self.neighbours.nearest(code, _RELATED + 1)
        return CodePieces(
            name=utf8(escape(code.code)),
            named={name: utf8(piece) for name, piece in pieces.items()} | self.parts(code),
            sources=shared.source_items(code.sources),
            related=Related({other.code: self.compared(code, [other]) for other in near[: _RELATED + 1]}),
            repeated=frozenset(text for text in map(shared.shown, _passages(code)) if text in self.repeating),
        )

    def _href(self, code: Code) -> str:
        return self.shared.href(self.protocol, code_path(self.shared.lang, self.protocol.id, code.slug))

    def parts(self, code: Code, omit: frozenset[str] = frozenset()) -> dict[str, bytes]:
        """The fragments of a code, without the passages in `omit`."""
        voice, shown = self.shared.voice, self.shared.shown
        card = {
            "href": escape(self._href(code)),
            "code": escape(code.code),
            "title": voice.inline(code.title),
            "phrase": escape(code.phrase),
            "summary": voice.inline(code.summary),
        }
        when = [{"text": voice.inline(text)} for text in code.when if shown(text) not in omit]
        actions = [
            {"role": voice.inline(value.label), "text": voice.block(code.action[value.id])}
            for value in _roles(self.protocol)
            if value.id in code.action and shown(code.action[value.id]) not in omit
        ]
        return {
            "card": self._filled("card", card, tone=self.shared.tone(self.protocol, code)),
            "meaning": b"" if shown(code.meaning) in omit else utf8(voice.block(code.meaning)),
            "when": self._list("when", "sentence", when),
            "actions": self._list("actions", "action", actions),
            "wire": utf8(self.shared.rendered("wire", {"code": code})) if code.wire else b"",
        }

    def _list(self, fragment: str, item: str, items: Sequence[Mapping[str, Markup]]) -> bytes:
        """A fragment that is a list of others; empty where there is none."""
        listed = b"\n".join([self._filled(item, pieces) for pieces in items])
        return self.shared.skeleton(fragment, {"items": token("items")}).filled({"items": listed}) if listed else b""

    def _filled(self, fragment: str, pieces: Mapping[str, Markup], **flags: str | None) -> bytes:
        """A fragment with its pieces, all of which have text."""
        context: dict[str, Hashable] = {**{name: token(name) for name in pieces}, **flags}
        skeleton = self.shared.skeleton(fragment, context)
        return skeleton.filled({name: utf8(piece) for name, piece in pieces.items()})

    def _parts_without(self, name: str, omit: frozenset[str]) -> tuple[dict[str, bytes], bytes]:
        """The fragments of a code without the passages it has in common with another, and those passages."""
        code = self.protocol.codes[name]
        shown, block = self.shared.shown, self.shared.voice.block
        passages = dict.fromkeys(block(text) for text in _passages(code) if shown(text) in omit)
        return self.parts(code, omit), utf8(Markup("\n").join(passages))


def _passages(code: Code) -> Iterator[Text]:
    yield code.meaning
    yield from code.when
    yield from code.action.values()


def _roles(protocol: Protocol) -> Sequence[Value]:
    fact = protocol.fact_of("acts")
    return tuple(fact.values.values()) if fact else ()


def _sided(side: str, named: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{side}.{name}": piece for name, piece in named.items()}
