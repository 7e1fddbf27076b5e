"""Schemas for editors: all real content fits them, mistakes do not; they know the fields that the checks know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from codepairs import shapes
from codepairs.changes import Changes, parts_of
from codepairs.editing import editor_schemas, locale_schemas, modeline
from codepairs.errors import Place, Problem
from codepairs.fields import Fields
from codepairs.glossary import read_glossary
from codepairs.load import parse_document
from codepairs.model import Catalogue
from codepairs.outputs.schemas import EDITING
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Site
from codepairs.proofread import read_rules
from codepairs.settings import Settings
from codepairs.shapes import LOCALE_SHAPES, SHAPES, Shape
from codepairs.validate import validate
from tests.sites import output_files, with_catalogue
from tests.support import ROOT, make_sources, unpack

ALL_SHAPES = (*SHAPES, *LOCALE_SHAPES)


class _AsEditors(yaml.SafeLoader):
    """Types scalars by the core schema of YAML 1.2, as editors do."""


_AsEditors.yaml_implicit_resolvers = {}
for tag, form, first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]+\.[0-9]*$", "-+0123456789"),
):
    _AsEditors.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(form), list(first))

LOADERS = {"as text": yaml.BaseLoader, "as editors do": _AsEditors}


def _schema_names(content: Path) -> Iterator[tuple[Path, str]]:
    """Each content file with the name of its schema."""
    yield content / "site.yaml", "site"
    for folder in sorted(path.parent for path in content.glob("*/protocol.yaml")):
        for path in sorted(folder.rglob("*.yaml")):
            kind = "pair" if path.parent.name == "pairs" else "code"
            yield path, "protocol" if path.name == "protocol.yaml" else f"{folder.name}.{kind}"
    locales = content.parent / "locales"
    yield from ((path, "rules") for path in sorted(locales.glob("*/rules.yaml")))
    yield from ((path, "glossary") for path in sorted(locales.glob("glossary.yaml")))


def _problems(schema: Any, text: str, loader: Any = yaml.BaseLoader) -> list[str]:
    data = yaml.load(text, Loader=loader)
    return sorted("/".join(map(str, error.absolute_path)) or "." for error in Draft7Validator(schema).iter_errors(data))


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("content", ["content", "tests/data/tiny/content"])
def test_all_content_fits(content: str, loader: str, project_site: Site, tiny_site: Site) -> None:
    site = project_site if content == "content" else tiny_site
    schemas = editor_schemas(site.catalogue)
    found = dict(_schema_names(ROOT / content))
    assert set(found.values()) <= set(schemas)
    for path, name in found.items():
        assert _problems(schemas[name], path.read_text(encoding="utf-8"), LOADERS[loader]) == [], path


def test_every_file_that_people_edit_names_its_schema(project_site: Site) -> None:
    named = dict(_schema_names(ROOT / "content"))
    files = [path for folder in ("content", "locales") for path in (ROOT / folder).rglob("*.yaml")]
    assert sorted(named) == sorted(path for path in files if ".schemas" not in path.parts)
    for path, name in named.items():
        line = path.read_text(encoding="utf-8").partition("\n")[0]
        target = path.parent / line.removeprefix("# yaml-language-server: $schema=")
        folder = ROOT / path.relative_to(ROOT).parts[0]
        assert target.resolve() == folder / ".schemas" / f"{name}.schema.json", path


@pytest.mark.parametrize("name", ["site", "protocol", "smtp.code", "smtp.pair", "rules", "glossary"])
def test_schemas_are_schemas(name: str, project_site: Site) -> None:
    Draft7Validator.check_schema(editor_schemas(project_site.catalogue)[name])


WRONG = {
    "facts: {retry: latr}": "facts/retry",
    "facts: {retyr: later}": "facts",
    "facts: {class: 5yz}": "facts",
    "facts: {retry: [later]}": "facts/retry",
    "facts: {enhanced: 5.7.x}": "facts/enhanced",
    "action: {nobody: Wait.}": "action",
    "wire: 250 OK": "wire",
    "wire: |-\n  C: NOOP\n  250 OK": "wire",
    "sources: [RFC5321]": "sources/0",
    "sources: [{title: T}]": "sources/0",
    "sources: [{title: T, url: example.org}]": "sources/0/url",
    "sources: RFC 5321": "sources",
    "sumary: X": ".",
    "when: Once.": "when",
    "slug: a/b": "slug",
    "confused_with: {a: b}": "confused_with",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_the_check_refuses_is_underlined(text: str, project_site: Site) -> None:
    schema = editor_schemas(project_site.catalogue)["smtp.code"]
    code = "code: 556\nphrase: P\ntitle: T\nsummary: S.\nmeaning: M.\n"
    for loader in LOADERS.values():
        assert _problems(schema, code, loader) == []
        assert _problems(schema, code + text, loader) == [WRONG[text]]


WRONG_IN_LOCALES = [
    ("rules", "nevr: []", "."),
    ("rules", "never: [{not: a}]", "never/0"),
    ("rules", "never: [{not: a, because: b, why: c}]", "never/0"),
    ("rules", "quotes: ['“']", "quotes"),
    ("rules", "longest: many", "longest"),
    ("glossary", "terms: [{forms: [a]}]", "terms/0"),
    ("glossary", "terms: [{term: a, translations: {de: {use: [b]}}}]", "terms/0/translations/de"),
    ("glossary", "terms: [{term: a, translations: {de: {say: b, nevr: [c]}}}]", "terms/0/translations/de"),
    ("site", "licence: MIT", "licence"),
]


@pytest.mark.parametrize(("name", "text", "place"), WRONG_IN_LOCALES)
def test_what_is_wrong_in_other_files_is_underlined(name: str, text: str, place: str, project_site: Site) -> None:
    schema = editor_schemas(project_site.catalogue)[name]
    needed = schema["required"]
    for loader in LOADERS.values():
        found = [each for each in _problems(schema, text, loader) if each != "." or not needed]
        assert found == [place]


def test_what_is_missing_or_empty_is_underlined(project_site: Site) -> None:
    schema = editor_schemas(project_site.catalogue)["smtp.code"]
    text = "code: 556\nphrase: P\ntitle:\nsummary: S.\n"
    assert _problems(schema, text, _AsEditors) == [".", "title"]
    assert _problems(schema, f"{text}meaning: M.\nwire:\nfacts: {{retry: }}\n", _AsEditors) == ["title"]


def test_an_editor_is_told_what_a_value_means(project_site: Site) -> None:
    facts = editor_schemas(project_site.catalogue)["smtp.code"]["properties"]["facts"]["properties"]
    retry = facts["retry"]
    assert dict(zip(retry["enum"], retry["enumDescriptions"], strict=True))["later"] == "the same again, later"
    assert "class" not in facts


class _Recorder(Fields):
    """Notes which fields are taken by which shape."""

    taken: dict[str, set[str]]

    def close(self) -> None:
        super().close()
        if self.shape:
            self.taken.setdefault(self.shape.what, set()).update(self.known)


ALL = """
-- site.yaml --
title: T
url: https://x.example/
tagline: T.
description: D.
licence: {title: T, url: https://x.example}
languages: [{lang: en, source: true}]
-- demo/protocol.yaml --
id: demo
name: Demo
title: T
summary: S.
pattern: '[0-9]'
registry: {}
classes: [{id: a, pattern: '.', label: L, summary: S.}]
facts: [{id: f, label: L, values: [{id: v, label: L}], empty: {label: none}}]
decode: {forms: [{pattern: '{code}', example: '1'}]}
-- demo/1.yaml --
code: 1
phrase: P
title: T
summary: S.
meaning: M.
-- demo/2.yaml --
code: 2
phrase: P
title: U
summary: S.
meaning: N.
-- demo/pairs/1-vs-2.yaml --
codes: [1, 2]
verdict: V.
difference: D.
guidance: G.
"""


LOCALES = """
-- rules.yaml --
never: [{not: a, because: b}]
-- glossary.yaml --
terms: [{term: a, translations: {de: {say: b}}}]
"""


def test_the_checks_take_exactly_the_fields_of_the_shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a field that is declared is read, and one that is read is declared."""
    taken: dict[str, set[str]] = {}
    monkeypatch.setattr(_Recorder, "taken", taken, raising=False)
    for module in ("fields", "declare", "validate", "proofread", "glossary"):
        monkeypatch.setattr(f"codepairs.{module}.Fields", _Recorder)
    _, problems = validate(make_sources(ALL))
    unpack(tmp_path, LOCALES)
    assert (problems, read_rules(tmp_path / "rules.yaml")[1], read_glossary(tmp_path / "glossary.yaml")[1]) == (
        [],
        [],
        [],
    )
    expected = {shape.what: {field.name for field in shape.fields} for shape in ALL_SHAPES if shape.what != "a source"}
    assert taken == expected | {"the licence": {"title", "url"}}


@pytest.mark.parametrize("shape", ALL_SHAPES, ids=lambda shape: shape.what)
def test_shapes_are_whole(shape: Shape) -> None:
    names = [field.name for field in shape.fields]
    assert len(set(names)) == len(names)
    for field in shape.fields:
        assert hasattr(Fields, field.kind)
        assert field.note
        assert not field.note.endswith(".")
        assert {field.inner, field.each} <= {None, *ALL_SHAPES}
    assert {value for name, value in vars(shapes).items() if isinstance(value, Shape)} == set(ALL_SHAPES)


def test_to_take_a_field_that_no_shape_names_is_a_mistake_of_the_program() -> None:
    problems: list[Problem] = []
    fields = Fields(parse_document(Path("x.yaml"), "a: 1").root, Place("x.yaml"), shapes.PAIR, problems)
    with pytest.raises(KeyError):
        fields.word("a")
    with pytest.raises(AssertionError):
        fields.word("wire")


def test_schemas_are_published_with_their_addresses(tiny_site: Site) -> None:
    files = {path: json.loads(data) for path, data in output_files(tiny_site, EDITING).items()}
    assert "schemas/content/parcel.code.schema.json" in files
    for path, schema in files.items():
        Draft7Validator.check_schema(schema)
        assert schema["$id"] == f"https://tiny.example/codes/{path}"


def test_the_modeline_leads_from_the_file_to_its_schema() -> None:
    line = modeline("demo.pair", 2)
    assert line == "# yaml-language-server: $schema=../../.schemas/demo.pair.schema.json\n"


def test_a_catalogue_without_protocols_has_schemas_too(tiny: Settings, tiny_site: Site) -> None:
    schemas = editor_schemas(Catalogue(site=tiny_site.catalogue.site, protocols={}))
    assert set(schemas) == {"site", "protocol", *locale_schemas()}


def _stale(site: Site, after: Catalogue) -> list[str]:
    """Why the published schemas have to be made again."""
    before, now = parts_of(site, PAGE_KINDS), parts_of(with_catalogue(site, after), PAGE_KINDS)
    (batch,) = EDITING.batches(site)
    return Changes(site, before, now).of_output(EDITING, batch)


def test_published_schemas_follow_what_protocols_declare_and_no_text(tiny_site: Site) -> None:
    catalogue = tiny_site.catalogue
    protocol = catalogue.protocols["parcel"]
    code = protocol.codes["4.2.1"]
    texts = replace(protocol, codes={**protocol.codes, "4.2.1": replace(code, phrase="Other words")})
    assert _stale(tiny_site, replace(catalogue, protocols={**catalogue.protocols, "parcel": texts})) == []
    facts = {name: fact for name, fact in protocol.facts.items() if name != "stamps"}
    fewer = replace(protocol, facts=facts)
    assert _stale(tiny_site, replace(catalogue, protocols={**catalogue.protocols, "parcel": fewer})) == ["editing *"]
