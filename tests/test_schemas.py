"""The published schemas: the data fits them, and data that is broken does not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from codepairs.model import Source
from codepairs.outputs.data import DATA
from codepairs.outputs.schemas import SCHEMA_NAMES, SCHEMAS, schema_of
from codepairs.plan import Site
from codepairs.settings import Settings
from tests.sites import output_files, site_of, with_catalogue

BASE = "https://tiny.example/codes/"


def _validators(site: Site) -> dict[str, Draft7Validator]:
    """By the address of their schema, as it is published."""
    schemas = [json.loads(data) for data in output_files(site, SCHEMAS).values()]
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )
    return {
        schema["$id"]: Draft7Validator(schema, registry=registry, format_checker=Draft7Validator.FORMAT_CHECKER)
        for schema in schemas
    }


def _assert_valid(site: Site) -> None:
    validators = _validators(site)
    found = {path: json.loads(data) for path, data in output_files(site, DATA).items()}
    assert {data["$schema"] for data in found.values()} == set(validators)
    for path, data in found.items():
        assert [error.message for error in validators[data["$schema"]].iter_errors(data)] == [], path


def test_schemas_are_schemas_at_the_addresses_they_name(tiny_site: Site) -> None:
    files = output_files(tiny_site, SCHEMAS)
    assert list(files) == [f"schemas/{name}.schema.json" for name in SCHEMA_NAMES]
    for path, data in files.items():
        schema = json.loads(data)
        Draft7Validator.check_schema(schema)
        assert schema["$id"] == BASE + path


def test_data_of_the_tiny_site_fits(tiny_site: Site) -> None:
    _assert_valid(tiny_site)
    licence = Source(title="Terms", url="https://terms.example/")
    info = replace(tiny_site.catalogue.site, licence=licence, link_style="clean")
    _assert_valid(with_catalogue(tiny_site, replace(tiny_site.catalogue, site=info)))


def test_data_of_the_project_fits(project: Settings) -> None:
    _assert_valid(site_of(project))


BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "member is missing": lambda data: data.pop("summary"),
    "unknown member": lambda data: data.update(colour="red"),
    "code is a number": lambda data: data.update(code=421),
    "unknown tone": lambda data: data.update(tone="fine"),
    "no address": lambda data: data.update(url="4.2.1.html"),
    "empty text": lambda data: data.update(title=""),
    "one value for a list": lambda data: data["facts"].update(outcome="failed_now"),
    "line of nobody": lambda data: data["wire"].append("250 OK"),
    "unknown relation": lambda data: data["comparisons"][0].update(relation="friends"),
    "source without an address": lambda data: data["sources"][0].pop("url"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_data_does_not_fit(tiny_site: Site, name: str) -> None:
    files = output_files(tiny_site, DATA)
    validators = _validators(tiny_site)
    code = json.loads(files["en/parcel/4.2.1.json"])
    bundle = json.loads(files["en/parcel/index.json"])
    broken = copy.deepcopy(code)
    BROKEN[name](broken)
    assert not validators[code["$schema"]].is_valid(broken)
    bundle["codes"][0] = broken
    assert not validators[bundle["$schema"]].is_valid(bundle), "the schema of a protocol holds that of its codes"


def test_every_member_is_explained_or_says_it_all(tiny_site: Site) -> None:
    for name in SCHEMA_NAMES:
        members = schema_of(name, tiny_site)["properties"]
        assert {member for member, schema in members.items() if "description" not in schema} <= {"name", "title"}
