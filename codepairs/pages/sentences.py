"""What facts say of codes: labels for tables, and whole sentences about one code, about two that agree or differ.

A code is named by the HTML given for it, so that a sentence can be made once for a combination of values and filled
with the names of many pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from codepairs.model import Fact, Text, Value
from codepairs.prose import Voice

__all__ = ["Values", "apart_sentences", "both_sentences", "labels", "one_sentences"]

Values = Sequence[str]
"""The values that a code has for a fact."""


def labels(voice: Voice, fact: Fact, values: Values) -> Iterator[Markup]:
    """The labels of values as HTML; literal values as code."""
    for value in values:
        known = fact.values.get(value)
        yield voice.inline(known.label) if known else Markup("<code>{}</code>").format(value)


def one_sentences(voice: Voice, fact: Fact, values: Values, name: Markup) -> list[Markup]:
    """What a fact says of one code, as whole sentences; none where its protocol declares none."""
    if not values:
        return [voice.inline(fact.empty.one, {"code": name})] if fact.empty else []
    if fact.one:
        return [voice.inline(fact.one, {"code": name, "values": _list(voice.saying(fact.one), fact, values)})]
    return [voice.inline(text, {"code": name}) for text in _of_values(fact, values, lambda value: value.one)]


def both_sentences(
    voice: Voice, fact: Fact, of_a: Values, of_b: Values, shared: Values, names: tuple[Markup, Markup]
) -> list[Markup]:
    """What a fact says of two codes that share values, or that both have none."""
    a, b = names
    if not shared:
        return [voice.inline(fact.empty.both, {"a": a, "b": b})] if fact.empty and not of_a and not of_b else []
    if fact.both and fact.many:
        return [voice.inline(fact.both, {"a": a, "b": b, "values": _list(voice.saying(fact.both), fact, shared)})]
    return [voice.inline(text, {"a": a, "b": b}) for text in _of_values(fact, shared, lambda value: value.both)]


def apart_sentences(voice: Voice, fact: Fact, of_a: Values, of_b: Values, names: tuple[Markup, Markup]) -> list[Markup]:
    """What a fact says of two codes that differ in it; none where they agree."""
    a, b = names
    if tuple(of_a) == tuple(of_b):
        return []
    if fact.apart and of_a and of_b:
        saying = voice.saying(fact.apart)
        values = {"a": a, "b": b, "a_values": _list(saying, fact, of_a), "b_values": _list(saying, fact, of_b)}
        return [voice.inline(fact.apart, values)]
    return one_sentences(voice, fact, of_a, a) + one_sentences(voice, fact, of_b, b)


def _list(voice: Voice, fact: Fact, values: Values) -> Markup:
    return voice.list(labels(voice, fact, values))


def _of_values(fact: Fact, values: Values, which: Callable[[Value], Text | None]) -> Iterator[Text]:
    for value in values:
        text = which(fact.values[value]) if value in fact.values else None
        if text is not None:
            yield text
