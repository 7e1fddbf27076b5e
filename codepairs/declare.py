"""protocol.yaml -> the declarations of a protocol: its classes, its facts, its order, its registry.

A fact is declared, not programmed; what it means to relations, timeline and tones is the role it declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from codepairs.characters import hidden
from codepairs.errors import Place, Problem
from codepairs.fields import Fields, did_you_mean, listed
from codepairs.limits import LONGEST_EXAMPLE, LONGEST_NAME, MOST_CLASSES, MOST_FORMS
from codepairs.load import CsvRow, MappingNode, Node, ProtocolFiles, ScalarNode, SequenceNode
from codepairs.model import TONES, Class, Empty, Fact, Form, Registry, RegistryRow, Source, Text, Value
from codepairs.patterns import PatternError, pattern_of
from codepairs.shapes import (
    CLASS,
    DATE,
    DECODE,
    EMPTY,
    FACT,
    FORM,
    IDENTIFIER,
    PROTOCOL,
    REGISTRY,
    VALUE,
    Shape,
    is_device,
)

__all__ = ["RESERVED", "Declaration", "declaration"]

T = TypeVar("T", Class, Fact, Value)

_COLUMNS = ("code", "name", "reference", "status")
_ALONE = r"(?<![0-9A-Za-z_])(?<![0-9]\.)(?<{name}>{form})(?![0-9A-Za-z_])(?!\.[0-9])"
"""A code or a value by itself: neither letter nor digit touches it."""
RESERVED = frozenset({"number", "assets", "index", "about", "decode", "404", "pagefind", "search"})
_PLACEHOLDERS = {
    "one": {"code"},
    "both": {"a", "b"},
    "many.one": {"code", "values"},
    "many.both": {"a", "b", "values"},
    "many.apart": {"a", "b", "a_values", "b_values"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """All that protocol.yaml and registry.csv say, before any code is read."""

    id: str
    name: str
    title: Text
    summary: Text
    sources: tuple[Source, ...]
    pattern: str | None
    order: str
    classes: Mapping[str, Class]
    facts: Mapping[str, Fact]
    registry: Registry
    featured: tuple[ScalarNode, ...]
    """Names of curated pairs, `<a>-vs-<b>`, for the first page."""
    decode: tuple[Form, ...]
    place: Place

    def sort_key(self) -> Callable[[str], tuple[object, ...]]:
        """A key that puts codes in the protocol's canonical order; equal only for equal codes."""
        listed_codes = {row.code: rank for rank, row in reversed(list(enumerate(self.registry.rows)))}
        ranks: dict[str, Callable[[str], tuple[object, ...]]] = {
            "natural": _natural,
            "hex": lambda code: (int(code, 16) if re.fullmatch(r"(0[xX])?[0-9a-fA-F]+", code) else -1,),
            "registry": lambda code: (listed_codes.get(code, len(listed_codes)),),
        }
        rank = ranks[self.order]
        return lambda code: (*rank(code), code)


def declaration(files: ProtocolFiles, problems: list[Problem]) -> Declaration:
    """The declarations of one protocol; problems are added to the list."""
    document = files.protocol
    fields = Fields(document.root, Place(str(document.path)), PROTOCOL, problems)
    identity = files.folder.name
    _check_id(fields, fields.word("id") or identity, identity)
    classes = _unique(_class(node, identity, problems) for node in _most(fields, "classes", MOST_CLASSES))
    facts = _unique(_fact(node, identity, problems) for node in fields.sequence("facts"))
    facts = {key: _with_classes(fact, classes) if fact.role == "class" else fact for key, fact in facts.items()}
    result = Declaration(
        id=identity,
        name=fields.word("name") or identity,
        title=fields.needed("title", identity),
        summary=fields.needed("summary", identity),
        sources=fields.sources(),
        pattern=(pattern := fields.pattern("pattern")),
        order=fields.word("order") or "natural",
        classes=classes,
        facts=facts,
        registry=_registry(fields, files.registry, problems),
        featured=fields.scalars("featured"),
        decode=_decode(fields.mapping("decode", DECODE), pattern, facts),
        place=fields.place,
    )
    fields.close()
    problems.extend(_declaration_problems(result, fields))
    return result


def _check_id(fields: Fields, identity: str, folder: str) -> None:
    place = fields.place_of("id")
    if identity != folder:
        fields.problem(place, f"id {identity!r} must equal the folder's name {folder!r}")
    if not re.fullmatch(IDENTIFIER, identity) or identity in RESERVED or is_device(identity):
        fields.problem(place, f"id {identity!r} cannot name a folder; use other lower-case letters and digits")


def _unique(items: Iterator[tuple[Fields, str, T]]) -> dict[str, T]:
    result: dict[str, T] = {}
    for fields, key, item in items:
        if fields.misshapen:
            continue
        if key in result:
            fields.problem(fields.place_of("id"), f"id {key!r} stands twice in the list")
        result.setdefault(key, item)
    return result


def _class(node: object, domain: str, problems: list[Problem]) -> tuple[Fields, str, Class]:
    fields = _entry(node, CLASS, problems)
    key = fields.word("id") or ""
    pattern = fields.pattern("pattern") or ""
    summary = fields.needed("summary", domain, context="class.summary")
    value = Value(
        id=key,
        label=fields.needed("label", domain, context="class.label"),
        one=_sentence(fields, "one", domain, "class.one", "one"),
        both=_sentence(fields, "both", domain, "class.both", "both"),
        implies=_implied(fields),
        implied_at=fields.place_of("implies"),
    )
    fields.close()
    return fields, key, Class(value=value, pattern=pattern, summary=summary)


def _fact(node: object, domain: str, problems: list[Problem]) -> tuple[Fields, str, Fact]:
    fields = _entry(node, FACT, problems)
    key = fields.word("id") or ""
    many = fields.flag("many")
    context = f"fact.{key}"
    kinds = ("many.one", "many.both") if many else ("one", "both")
    fact = Fact(
        id=key,
        label=fields.needed("label", domain, context=f"{context}.label"),
        role=fields.word("role"),
        many=many,
        open=fields.pattern("open"),
        values=_unique(_value(item, domain, context, problems) for item in fields.sequence("values")),
        one=_sentence(fields, "one", domain, f"{context}.one", kinds[0]),
        both=_sentence(fields, "both", domain, f"{context}.both", kinds[1]),
        apart=_sentence(fields, "apart", domain, f"{context}.apart", "many.apart"),
        empty=_empty(fields, domain, context),
    )
    fields.close()
    return fields, key, fact


def _value(node: object, domain: str, context: str, problems: list[Problem]) -> tuple[Fields, str, Value]:
    fields = _entry(node, VALUE, problems)
    key = fields.word("id") or ""
    value = Value(
        id=key,
        label=fields.needed("label", domain, context=f"{context}.value.label"),
        one=_sentence(fields, "one", domain, f"{context}.value.one", "one"),
        both=_sentence(fields, "both", domain, f"{context}.value.both", "both"),
        tone=fields.word("tone"),
        ends=fields.flag("ends"),
        matches=fields.word("matches") == "all",
        implies=_implied(fields),
        implied_at=fields.place_of("implies"),
    )
    fields.close()
    return fields, key, value


def _empty(fields: Fields, domain: str, context: str) -> Empty | None:
    if "empty" not in fields.node.items:
        fields.known.append("empty")
        return None
    inner = fields.mapping("empty", EMPTY)
    one = _sentence(inner, "one", domain, f"{context}.empty.one", "one")
    both = _sentence(inner, "both", domain, f"{context}.empty.both", "both")
    label = inner.needed("label", domain, context=f"{context}.empty.label")
    inner.close()
    return Empty(label=label, one=one, both=both)


def _entry(node: object, what: Shape, problems: list[Problem]) -> Fields:
    place = node.place if isinstance(node, MappingNode | ScalarNode | SequenceNode) else Place("")
    return Fields(node if isinstance(node, MappingNode | ScalarNode | SequenceNode) else None, place, what, problems)


def _sentence(fields: Fields, name: str, domain: str, context: str, kind: str) -> Text | None:
    text = fields.text(name, domain, context=context)
    if text is None:
        return None
    wanted, found = _PLACEHOLDERS[kind], set(re.findall(r"\{([^{}]*)\}", text.source))
    if found != wanted:
        names = listed(sorted(f"{{{name}}}" for name in wanted))
        fields.problem(text.place, f"the sentence {name!r} must hold exactly the placeholders {names}")
    return text


def _implied(fields: Fields) -> dict[str, tuple[str, ...]]:
    inner = fields.mapping("implies", "implied facts")
    return {name: tuple(node.value for node in inner.scalars(name)) for name in inner.node.items}


def _with_classes(fact: Fact, classes: Mapping[str, Class]) -> Fact:
    """The fact with the role `class` takes its values from the classes."""
    values = {key: item.value for key, item in classes.items()}
    return Fact(id=fact.id, label=fact.label, role=fact.role, values=values)


def _registry(fields: Fields, rows: tuple[CsvRow, ...] | None, problems: list[Problem]) -> Registry:
    inner = fields.mapping("registry", REGISTRY)
    optional = frozenset(node.value for node in inner.scalars("optional"))
    source, date = inner.word("source") or "", inner.word("date") or ""
    inner.close()
    if rows and (missing := [name for name in _COLUMNS if name not in rows[0].cells]):
        problems.append(Problem(Place(rows[0].place.path), _lacking(missing, rows[0])))
        rows = ()
    for row in rows or ():
        if not row.cells["code"].strip():
            problems.append(Problem(row.place, "the row has no code"))
        if any(len(cell) > LONGEST_NAME or hidden(cell) for cell in row.cells.values()):
            message = f"a cell of the row has more than {LONGEST_NAME} characters, or one that cannot be seen"
            problems.append(Problem(row.place, message))
    if date and not re.fullmatch(DATE, date):
        fields.problem(inner.place_of("date"), f"{date!r} is no date; write one like 2024-12-06")
    return Registry(
        rows=tuple(
            RegistryRow(
                code=row.cells["code"],
                name=row.cells["name"],
                reference=row.cells["reference"],
                status=row.cells["status"],
                place=row.place,
            )
            for row in rows or ()
            if row.cells["code"].strip()
        ),
        optional=optional,
        source=source,
        date=date,
    )


def _lacking(missing: list[str], row: CsvRow) -> str:
    hint = "; columns are separated by commas" if len(row.cells) == 1 else f"; it has {listed(row.cells)}"
    return f"the registry lacks the columns {listed(missing)}{hint}"


def _decode(fields: Fields, pattern: str | None, facts: Mapping[str, Fact]) -> tuple[Form, ...]:
    """The forms, and the pieces that their patterns name: `{code}`, `{<fact>}`, and what `pieces` declares."""
    declared = fields.mapping("pieces", "the pieces of patterns")
    own = {name: declared.word(name) or "" for name in declared.node.items}
    forms = {"code": pattern, **{fact.id: _form_of(fact) for fact in facts.values()}}
    pieces = {name: _ALONE.format(name=name, form=form) for name, form in forms.items() if form} | own
    for name in own.keys() & {"code", *facts}:
        fields.problem(declared.place_of(name), f"the piece {name!r} stands for itself already; give it another name")
    known = ("code", *facts)
    found = (_form(node, pieces, known, fields.problems) for node in _most(fields, "forms", MOST_FORMS))
    forms_of = tuple(form for form in found if form)
    fields.close()
    return forms_of


def _most(fields: Fields, name: str, most: int) -> tuple[Node, ...]:
    """The items of a list that has a bound."""
    items = fields.sequence(name)
    if len(items) > most:
        fields.problem(fields.place_of(name), f"{name!r} has {len(items):,} items; it may have {most}")
    return items[:most]


def _form_of(fact: Fact) -> str | None:
    """The pattern of the values of a fact."""
    if fact.open or fact.role == "class":
        return fact.open
    return "|".join(re.sub(r"([^0-9A-Za-z])", r"\\\1", value) for value in fact.values)


def _form(node: object, pieces: Mapping[str, str], known: tuple[str, ...], problems: list[Problem]) -> Form | None:
    fields = _entry(node, FORM, problems)
    source = fields.literal("pattern")
    example = fields.literal("example")
    listed_only, nothing, exact = fields.flag("listed"), fields.flag("nothing"), fields.flag("exact")
    fields.close()
    if not isinstance(source, ScalarNode) or not isinstance(example, ScalarNode):
        for name, item in (("pattern", source), ("example", example)):
            if item is not None:
                fields.scalar(item, name)
        return None
    if len(example.value) > LONGEST_EXAMPLE:
        fields.problem(example.place, f"an example has at most {LONGEST_EXAMPLE} characters; shorten it")
        return None
    try:
        pattern = pattern_of(source.value, pieces, exact=exact)
    except PatternError as error:
        fields.problem(source.place, f"the pattern cannot be used: {error}")
        return None
    unknown = [name for name in pattern.groups if name not in known]
    if unknown:
        fields.problem(source.place, f"unknown group {unknown[0]!r}; {did_you_mean(unknown[0], known)}")
        return None
    if not pattern.groups and not nothing:
        fields.problem(source.place, "the pattern finds no code: it needs {code}, or a fact such as {enhanced}")
        return None
    return Form(
        pattern=pattern, example=example.value.strip("\n"), listed=listed_only, nothing=nothing, place=source.place
    )


def _declaration_problems(declared: Declaration, fields: Fields) -> Iterator[Problem]:
    roles: dict[str, str] = {}
    for fact in declared.facts.values():
        if fact.role and fact.role in roles:
            yield Problem(fact.label.place, f"facts {roles[fact.role]!r} and {fact.id!r} both play {fact.role!r}")
        if fact.role:
            roles[fact.role] = fact.id
        if fact.role == "outcome":
            for value in fact.values.values():
                if value.tone is None:
                    yield Problem(value.label.place, f"value {value.id!r} lacks its tone: one of {listed(TONES)}")
        if not fact.values and not fact.open and fact.role != "class":
            yield Problem(fact.label.place, f"fact {fact.id!r} needs 'values', or 'open' with a pattern")
        for value in fact.values.values():
            yield from _implied_problems(declared, value)


def _implied_problems(declared: Declaration, value: Value) -> Iterator[Problem]:
    for name, values in value.implies.items():
        fact = declared.facts.get(name)
        if fact is None:
            hint = did_you_mean(name, declared.facts)
            yield Problem(value.implied_at, f"value {value.id!r} implies the unknown fact {name!r}; {hint}")
            continue
        for item in values:
            if item not in fact.values:
                hint = did_you_mean(item, fact.values)
                yield Problem(value.implied_at, f"value {value.id!r} implies the unknown {name} {item!r}; {hint}")


def _natural(code: str) -> tuple[object, ...]:
    """Numbers inside the code compare as numbers: 5.7.2 before 5.7.10."""
    # More digits than a number may have at once are several: Python reads no number of thousands of them.
    parts = re.findall(r"[0-9]{1,640}|[^0-9]+", code)
    return (tuple((0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts),)
