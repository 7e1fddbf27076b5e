"""Rules over the whole catalogue, one function each, listed in RULES. The docstring of a rule is the rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from codepairs import links
from codepairs.decoding import matching
from codepairs.errors import Problem
from codepairs.fields import did_you_mean
from codepairs.model import Catalogue, Code, Protocol, Text, WireLine
from codepairs.patterns import compiled
from codepairs.validate import default_slug

__all__ = ["RULES", "Rule", "broken_rules", "sentences"]

Rule = Callable[[Catalogue], Iterator[Problem]]

_END = re.compile(r"[.?!…]")
_BETWEEN = re.compile(r"[.?!…]([”“\")]* )(?=[^a-zäöüß])")
"""The end of a sentence and the beginning of another; what stands between them belongs to neither."""


def references_exist(catalogue: Catalogue) -> Iterator[Problem]:
    """A code that another names (refines, replaced_by, confused_with) exists, and is not that code itself."""
    for protocol in catalogue.protocols.values():
        for code in protocol.codes.values():
            named = [("refines", code.refines), ("replaced_by", code.replaced_by)]
            named += [("confused_with", other) for other in code.confused_with]
            for field, other in named:
                place = code.places.get(f"{field}.{other}", code.place_of(field))
                if other == code.code:
                    yield Problem(place, f"code {code.code!r} names itself in {field!r}")
                elif other is not None and other not in protocol.codes and default_slug(other) not in protocol.unread:
                    hint = did_you_mean(other, protocol.codes)
                    yield Problem(place, f"code {code.code!r} names the unknown code {other!r} in {field!r}; {hint}")


def references_are_not_circular(catalogue: Catalogue) -> Iterator[Problem]:
    """No code refines or replaces itself by a detour."""
    for protocol in catalogue.protocols.values():
        for field in ("refines", "replaced_by"):
            for code in protocol.codes.values():
                chain, other = [code.code], getattr(code, field)
                while other in protocol.codes and other not in chain:
                    chain.append(other)
                    other = getattr(protocol.codes[other], field)
                if other == code.code and len(chain) > 1:
                    yield Problem(
                        code.place_of(field), f"{field!r} goes round in a circle: {' → '.join([*chain, other])}"
                    )


def registry_is_covered(catalogue: Catalogue) -> Iterator[Problem]:
    """Every code stands in registry.csv, and every row there has a page, unless its status makes it optional."""
    for protocol in catalogue.protocols.values():
        if not protocol.registry.rows:
            continue
        names = {row.code for row in protocol.registry.rows}
        for code in protocol.codes.values():
            if code.code not in names:
                yield Problem(code.place, f"code {code.code!r} is not in registry.csv; add its row with a reference")
        for row in protocol.registry.rows:
            name = f"{default_slug(row.code)}.yaml"
            known = row.code in protocol.codes or name.removesuffix(".yaml") in protocol.unread
            if not known and row.status not in protocol.registry.optional:
                yield Problem(row.place, f"code {row.code!r} ({row.name}) has no page; add {name}")


def registries_are_dated(catalogue: Catalogue) -> Iterator[Problem]:
    """A registry.csv with rows says where they come from, and of which day they are."""
    for protocol in catalogue.protocols.values():
        lacking = [name for name in ("source", "date") if not getattr(protocol.registry, name)]
        if protocol.registry.rows and lacking:
            message = f"registry.csv has rows, but 'registry' lacks {' and '.join(map(repr, lacking))}"
            yield Problem(protocol.place, message, warning=True)


def phrases_are_registered(catalogue: Catalogue) -> Iterator[Problem]:
    """The phrase of a code is literally the name that the registry gives."""
    for protocol in catalogue.protocols.values():
        names: dict[str, list[str]] = {}
        for row in protocol.registry.rows:
            names.setdefault(row.code, []).append(row.name)
        for code in protocol.codes.values():
            if code.code in names and code.phrase not in names[code.code]:
                message = f"phrase {code.phrase!r} is not the registry's {names[code.code][0]!r}"
                yield Problem(code.place_of("phrase"), message, warning=True)


def sources_are_current(catalogue: Catalogue) -> Iterator[Problem]:
    """No source is an RFC that another has replaced; site.yaml holds the table of successors."""
    for source in links.sources_of(catalogue):
        successor = catalogue.site.superseded.get(source.rfc or "")
        if successor:
            yield Problem(source.place, f"RFC {source.rfc} is obsolete; cite RFC {successor} instead")


def addresses_have_their_form(catalogue: Catalogue) -> Iterator[Problem]:
    """A section is numbered as RFCs number theirs; an address is encrypted, plain, and that of the document itself."""
    for source in links.sources_of(catalogue):
        if message := links.section_problem(source):
            yield Problem(source.place, message)
    for link in links.written_links(catalogue):
        if message := links.address_problem(link.url):
            yield Problem(link.place, message)


def codes_have_sources(catalogue: Catalogue) -> Iterator[Problem]:
    """Every code says where its facts come from."""
    for code in _codes(catalogue):
        if not code.sources:
            yield Problem(code.place, f"code {code.code!r} names no source", warning=True)


def actors_know_what_to_do(catalogue: Catalogue) -> Iterator[Problem]:
    """Every role that has to act on a code is told what to do."""
    for protocol in catalogue.protocols.values():
        for code in protocol.codes.values():
            for role in protocol.values_of(code, "acts"):
                if role.id not in code.action:
                    message = f"{role.id!r} has to act on code {code.code!r}, but 'action' lacks it"
                    yield Problem(code.place_of("action"), message, warning=True)


def transcripts_show_their_codes(catalogue: Catalogue) -> Iterator[Problem]:
    """A transcript contains the codes it is an example of."""
    for protocol in catalogue.protocols.values():
        for code in protocol.codes.values():
            if code.wire and not _shown(code, code.wire):
                yield Problem(
                    code.place_of("wire"), f"code {code.code!r} does not occur in its transcript", warning=True
                )
        for pair in protocol.curated.values():
            for name in pair.codes:
                if pair.wire and not _shown(protocol.codes[name], pair.wire):
                    message = f"code {name!r} does not occur in the transcript of the pair"
                    yield Problem(pair.place, message, warning=True)


def sentences_stand_once(catalogue: Catalogue) -> Iterator[Problem]:
    """No sentence stands twice in what a pair page shows: in one file, in two codes, in a code and a pair."""
    for protocol in catalogue.protocols.values():
        first: dict[str, Text] = {}
        for text in _prose(protocol):
            for sentence in sentences(text.source):
                if sentence in first:
                    other = first[sentence].place
                    message = f"sentence {sentence!r} stands also in {other}; a pair page would show it twice"
                    yield Problem(text.place, message, warning=True)
                first.setdefault(sentence, text)


def forms_find_their_examples(catalogue: Catalogue) -> Iterator[Problem]:
    """A form finds a code in its example, and no earlier form takes it; one that finds nothing leaves none there."""
    for protocol in catalogue.protocols.values():
        # An example may hold a code that could not be read.
        for rank, form in enumerate(protocol.decode) if not protocol.unread else ():
            by = [finding.form for finding in matching(protocol, form.example)]
            if not compiled(form.pattern).search(form.example):
                yield Problem(form.place, f"the pattern does not match its example {form.example!r}")
            elif form.nothing and by:
                yield Problem(form.place, f"its example {form.example!r} is a code to form {by[0] + 1} of the list")
            elif not form.nothing and rank not in by:
                taken = f"form {by[0] + 1} of the list finds it first" if by else "an earlier form takes it"
                unlisted = form.listed and not by
                why = f"{taken}, or the code is not listed" if unlisted else taken
                yield Problem(form.place, f"no code is found in the example {form.example!r} by this form: {why}")


RULES: tuple[Rule, ...] = (
    references_exist,
    references_are_not_circular,
    registry_is_covered,
    registries_are_dated,
    phrases_are_registered,
    sources_are_current,
    addresses_have_their_form,
    codes_have_sources,
    actors_know_what_to_do,
    transcripts_show_their_codes,
    sentences_stand_once,
    forms_find_their_examples,
)


def broken_rules(catalogue: Catalogue) -> list[Problem]:
    """The problems that any of RULES finds."""
    return [problem for rule in RULES for problem in rule(catalogue)]


def sentences(text: str) -> list[str]:
    """The whole sentences of a passage: they end with a full stop, question or exclamation mark.

    >>> sentences("Wait. Then send `MAIL FROM` again (RFC 5321, e.g. later).")
    ['Wait.', 'Then send `MAIL FROM` again (RFC 5321, e.g. later).']
    """
    folded = " ".join(text.split())
    found, start = [], 0
    for match in _BETWEEN.finditer(folded):
        found.append(folded[start : match.start(1)])
        start = match.end()
    rest = folded[start:]
    return [*found, rest] if _END.search(rest) else found


def _prose(protocol: Protocol) -> Iterator[Text]:
    for code in protocol.codes.values():
        yield from (code.summary, code.meaning, *code.when, *code.action.values())
    for pair in protocol.curated.values():
        yield from pair.texts()


def _codes(catalogue: Catalogue) -> Iterator[Code]:
    for protocol in catalogue.protocols.values():
        yield from protocol.codes.values()


def _shown(code: Code, wire: tuple[WireLine, ...]) -> bool:
    return any(_occurs(code.code, line.text) for line in wire)


def _occurs(word: str, text: str) -> bool:
    """Whether the word stands in the text with neither letter nor digit (ASCII) beside it."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        beside = text[max(start - 1, 0) : start] + text[end : end + 1]
        if not any(char.isascii() and char.isalnum() for char in beside):
            return True
        start = text.find(word, start + 1)
    return False
