"""A text -> the codes in it, by the forms that protocols declare: what the script of the decode page does, in Python.

The forms of a protocol are tried in their order. A form takes the characters of the codes it finds, one that finds
nothing takes all it matches, and what is taken is not looked at again. So the particular forms stand before the general
ones. Of two protocols the first one takes; what a protocol declares to be no code is still open to the others.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from codepairs.model import Code, Form, Protocol
from codepairs.patterns import compiled

__all__ = ["Finding", "findings", "holders", "matching"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A place of a text in which a code stands, or a value of a fact of codes."""

    protocol: str
    parts: Mapping[str, str]
    """What stands there: the `code` and values by fact, as the protocol writes them where it lists them."""
    start: int
    end: int
    form: int
    """The position of the form among those of the protocol."""

    @property
    def name(self) -> str:
        """What was found, as a list names it: `550 5.7.1`."""
        return " ".join(self.parts.values())


def findings(protocols: Iterable[Protocol], text: str) -> list[Finding]:
    """The codes of all protocols in a text, in their order there."""
    taken = bytearray(len(text))
    found: list[Finding] = []
    for protocol in protocols:
        for finding in matching(protocol, text):
            if not any(taken[finding.start : finding.end]):
                _take(taken, finding.start, finding.end)
                found.append(finding)
    return sorted(found, key=lambda finding: finding.start)


def matching(protocol: Protocol, text: str) -> list[Finding]:
    """The codes of one protocol in a text, form by form."""
    taken = bytearray(len(text))
    known = _spellings(protocol)
    found: list[Finding] = []
    for rank, form in enumerate(protocol.decode):
        for match in compiled(form.pattern).finditer(text):
            groups = {name: match[name] for name in form.pattern.groups if match[name] is not None}
            spans = [match.span()] if form.nothing else [match.span(name) for name in groups]
            start, end = min((start for start, _ in spans), default=0), max((end for _, end in spans), default=0)
            if start == end or any(taken[start:end]) or not (form.nothing or _counts(form, groups, known)):
                continue
            _take(taken, start, end)
            if not form.nothing:
                parts = {name: known[name].get(value.casefold(), value) for name, value in _ordered(groups)}
                found.append(Finding(protocol.id, parts, start, end, rank))
    return found


def holders(protocol: Protocol, fact: str, value: str) -> list[Code]:
    """The codes with this value of a fact, the most likely first.

    Those that carry most values of the fact are the most general ones; among equals, those that others are most often
    confused with.
    """
    found = [code for code in protocol.codes.values() if value in code.facts.get(fact, ())]
    named = [other for code in protocol.codes.values() for other in code.confused_with]
    return sorted(found, key=lambda code: (-len(code.facts[fact]), -named.count(code.code), code.rank))


def _spellings(protocol: Protocol) -> dict[str, dict[str, str]]:
    """How codes, and the values that codes have, are spelt, by what they are in either case."""
    known = {fact: {value.casefold(): value for value in _values(protocol, fact)} for fact in protocol.facts}
    return known | {"code": {code.casefold(): code for code in protocol.codes}}


def _values(protocol: Protocol, fact: str) -> Iterable[str]:
    return dict.fromkeys(value for code in protocol.codes.values() for value in code.facts.get(fact, ()))


def _counts(form: Form, groups: Mapping[str, str], known: Mapping[str, Container[str]]) -> bool:
    """Whether a match is a finding: always, or if what leads it is listed."""
    name, value = _ordered(groups)[0]
    return not form.listed or value.casefold() in known[name]


def _ordered(groups: Mapping[str, str]) -> list[tuple[str, str]]:
    """The code first."""
    return sorted(groups.items(), key=lambda item: item[0] != "code")


def _take(taken: bytearray, start: int, end: int) -> None:
    taken[start:end] = b"\1" * (end - start)
