"""What facts say of codes: labels for tables, and whole sentences about one code, about two that agree or differ.

A sentence is a skeleton whose places are the names of the codes and the lists of their values: it is rendered once, and
filled for every pair. So the work for a pair does not grow with the number of values that the codes of a protocol have.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import lru_cache

from markupsafe import Markup, escape

from codepairs.compose import Skeleton, token, utf8
from codepairs.model import Fact, Text, Value
from codepairs.prose import Voice

__all__ = ["Sentences", "Values", "Words", "texts_of"]

Values = tuple[str, ...]
"""The values that a code has for a fact."""

_CODE, _A, _B, _LIST, _A_LIST, _B_LIST = "code", "a", "b", "values", "a_values", "b_values"
"""The places of sentences, as protocol.yaml names them."""
_KEPT = 1024
"""How many lists of values are remembered: those of the codes, and what pairs of them most often share."""


class Words:
    """The labels of a fact's values as one voice says them, UTF-8."""

    def __init__(self, voice: Voice, fact: Fact) -> None:
        self._fact = fact
        self._voice = voice
        self._pattern = lru_cache(maxsize=64)(lambda count: _pattern(voice, count))
        self._label = lru_cache(maxsize=_KEPT)(self._label_of)
        self.list = lru_cache(maxsize=_KEPT)(self._list)
        self.plain = lru_cache(maxsize=_KEPT)(self._plain)

    def _list(self, values: Values) -> bytes:
        """The labels as a list in a sentence, by CLDR; literal values as code."""
        labels = {str(rank): self._label(value) for rank, value in enumerate(values)}
        return self._pattern(len(labels)).filled(labels)

    def _plain(self, values: Values) -> bytes:
        """The same without markup, for an attribute."""
        return str(escape(Markup(self.list(values).decode()).striptags())).encode()  # noqa: S704 - labels are HTML

    def _label_of(self, value: str) -> bytes:
        known = self._fact.values.get(value)
        return utf8(self._voice.inline(known.label) if known else Markup("<code>{}</code>").format(value))


class Sentences:
    """The sentences of one fact in one language.

    `wrapped` puts a sentence where it will stand, say into a list; `unsaid` are sentences that stay away because
    another fact says the same.
    """

    def __init__(
        self,
        voice: Voice,
        fact: Fact,
        wrapped: Callable[[Markup], Markup] = lambda html: html,
        unsaid: Container[Text] = (),
    ) -> None:
        self._fact = fact
        self._voice = voice
        self._wrapped = wrapped
        self._unsaid = unsaid
        self._made: dict[Text, tuple[Skeleton, Words]] = {}
        self._words = lru_cache(maxsize=None)(lambda voice: Words(voice, fact))

    def one(self, values: Values, name: bytes) -> bytes:
        """What the fact says of one code, given by its name as HTML; empty where it declares no sentence."""
        fact = self._fact
        if not values:
            texts = [fact.empty.one] if fact.empty and fact.empty.one else []
        elif fact.one:
            texts = [fact.one]
        else:
            texts = self._of_values(values, lambda value: value.one)
        return b"".join(self.listed(text, values).join(self._around(text, {_CODE: name})) for text in self._new(texts))

    def neither(self, a: bytes, b: bytes) -> bytes:
        """What it says of two codes that have no values."""
        empty = self._fact.empty
        texts = [empty.both] if empty and empty.both else []
        return b"".join(self._filled(text, a, b) for text in self._new(texts))

    def apart(self, of_a: Values, a: bytes, b: bytes) -> tuple[bytes, ...] | None:
        """What it says of two codes that both have values and differ in them: the text around the second one's list.

        None where the fact has no such sentence, or one code has no values: then each has sentences of its own.
        """
        text = self._fact.apart
        if text is None or not of_a:
            return None
        if text in self._unsaid:
            return (b"",)
        return self._around(text, {_A: a, _B: b, _A_LIST: self.listed(text, of_a)})

    def together(self, a: bytes, b: bytes) -> tuple[bytes, ...] | None:
        """What it says of two codes that share values: the text around the list of these; None as for `apart`."""
        text = self._fact.both if self._fact.many else None
        if text is None:
            return None
        return (b"",) if text in self._unsaid else self._around(text, {_A: a, _B: b})

    def both(self, shared: Values, a: bytes, b: bytes) -> bytes:
        """What it says of two codes that share values, where each value has a sentence of its own."""
        texts = self._of_values(shared, lambda value: value.both)
        return b"".join(self._filled(text, a, b) for text in self._new(texts))

    def said(self, shared: Values) -> bytes:
        """Values as a list for the sentence about two codes that share them."""
        return self.listed(self._fact.both, shared) if self._fact.both else b""

    def listed(self, text: Text, values: Values) -> bytes:
        """Values as a list for a sentence, in the language that the sentence is really in."""
        return self._said(text)[1].list(values) if values else b""

    def _filled(self, text: Text, a: bytes, b: bytes) -> bytes:
        return self._said(text)[0].filled({_A: a, _B: b})

    def _around(self, text: Text, pieces: Mapping[str, bytes]) -> tuple[bytes, ...]:
        """A sentence but for a list of values: the text around it."""
        return self._said(text)[0].bound(pieces).around

    def _new(self, texts: Iterable[Text]) -> list[Text]:
        """The texts, each once, without those that are said elsewhere."""
        return [text for text in dict.fromkeys(texts) if text not in self._unsaid]

    def _said(self, text: Text) -> tuple[Skeleton, Words]:
        """The sentence with places for what it names, and the words of the language that it is really in."""
        found = self._made.get(text)
        if found is None:
            places = {name: token(name) for name in (_CODE, _A, _B, _LIST, _A_LIST, _B_LIST)}
            sentence = Skeleton.of(self._wrapped(self._voice.inline(text, places)))
            found = self._made[text] = sentence, self._words(self._voice.saying(text))
        return found

    def _of_values(self, values: Iterable[str], which: Callable[[Value], Text | None]) -> list[Text]:
        known = self._fact.values
        return [text for value in values if value in known and (text := which(known[value])) is not None]


def texts_of(fact: Fact) -> Iterator[Text]:
    """Every sentence of a fact."""
    own = (fact.one, fact.both, fact.apart, *((fact.empty.one, fact.empty.both) if fact.empty else ()))
    of_values = (text for value in fact.values.values() for text in (value.one, value.both))
    return (text for text in (*own, *of_values) if text is not None)


def _pattern(voice: Voice, count: int) -> Skeleton:
    return Skeleton.of(voice.list([token(str(rank)) for rank in range(count)]))
