"""The shape of the program: who imports whom, what is public, and what no module may know."""

from __future__ import annotations

import ast
import importlib
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from jinja2 import Environment, FileSystemLoader, meta, nodes

import codepairs
from codepairs.rules import RULES
from tests.support import ROOT

PACKAGE = ROOT / "codepairs"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = ROOT / "templates"

ONLY_IN = {
    "yaml": {"load"},
    "jinja2": {"templates"},
    "markdown": {"prose"},
    "nh3": {"prose"},
    "babel": {"po", "translate", "extraction", "catalogues"},
    "click": {"cli", "commands", "console"},
    "rich": {"console"},
    "httpx": {"online"},
    "selectolax": {"inspect"},
    "distributed": {"cluster"},
    "obstore": {"stores"},
    "PIL": {"outputs"},
    "starlette": {"serve"},
    "uvicorn": {"serve"},
    "watchfiles": {"serve"},
    "brotli": {"compress"},
    "zstandard": {"compress", "stores"},
    "pagefind_bin": {"indexing"},
    "spylls": {"spelling"},
}
"""What one part of the program knows, and no other."""
EXTRAS = (
    "brotli",
    "distributed",
    "httpx",
    "obstore",
    "pagefind_bin",
    "starlette",
    "uvicorn",
    "watchfiles",
    "zstandard",
)
"""Libraries that only some installations have."""
SERVED_BY = "http"
"""The protocol by which sites are served and asked for: the program has to speak it."""


def _part(path: Path) -> str:
    """The name of a module in the map: of a package, the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of a file, wherever in it: line and full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the full name"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _order() -> list[str]:
    """The modules in the order of the map in `codepairs/__init__.py`."""
    assert codepairs.__doc__ is not None
    return re.findall(r"^(\w+) {2,}\S", codepairs.__doc__, flags=re.MULTILINE)


def test_map_names_every_module_once() -> None:
    found = {_part(path) for path in SOURCES} - {"__init__"}
    assert sorted(_order()) == sorted(found)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_imports_only_from_those_above_it_in_the_map(path: Path) -> None:
    order = _order()
    own = _part(path)
    for line, name in _imports(path):
        first, _, rest = name.partition(".")
        if first == "codepairs":
            other = rest.split(".")[0]
            if other in ("", "__version__") or (other == own and path.parent != PACKAGE):
                continue
            assert order.index(other) < order.index(own), f"{path.name}:{line}: {other} stands below {own}"


@pytest.mark.parametrize("library", ONLY_IN)
def test_library_is_known_in_one_place(library: str) -> None:
    users = {
        (_part(path), line) for path in SOURCES for line, name in _imports(path) if name.partition(".")[0] == library
    }
    assert {part for part, _ in users} == ONLY_IN[library], users


def test_only_the_parts_that_say_so_touch_files() -> None:
    """The map marks who reads, writes and runs; the others are functions of their arguments."""
    assert codepairs.__doc__ is not None
    effects = dict(
        re.findall(r"^(\w+) {2,}\S.*? {3,}(reads|writes|runs|reads, writes)$", codepairs.__doc__, re.MULTILINE)
    )
    for path in SOURCES:
        calls = {
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        writes = calls & {"write_text", "write_bytes", "unlink", "rmdir", "mkdir"}
        reads = calls & {"read_text", "read_bytes", "rglob", "iterdir"}
        assert not writes or effects.get(_part(path)) in ("writes", "runs", "reads, writes"), f"{path.name}: {writes}"
        assert not reads or _part(path) in effects, f"{path.name}: {reads}"


def _public(path: Path) -> set[str]:
    """What a module defines under a public name; type variables are no names to import."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign) and "TypeVar(" not in ast.unparse(node.value):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path != PACKAGE / "__init__.py"],
    ids=lambda p: p.relative_to(PACKAGE).as_posix(),
)
def test_public_names_are_those_of_all(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    try:
        module = importlib.import_module(name.removesuffix(".__init__"))
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        pytest.skip(f"{error.name} is an extra")
    exported = list(module.__all__)
    assert len(set(exported)) == len(exported)
    assert exported == sorted(exported, key=_case_first), "__all__ is sorted"
    public = _public(path)
    # A list that is public stands for what it lists: the rules, and the commands of the program.
    listed = {rule.__name__ for rule in RULES} if module.__name__ == "codepairs.rules" else set()
    commands = {name for name in public if isinstance(getattr(module, name), click.Command)}
    # Commands of a group are reached through it.
    assert public - listed - (commands - set(exported)) == set(exported)


def _case_first(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def _contents() -> dict[str, set[str]]:
    """What content declares: ids and names of the protocols, and their codes."""
    found: dict[str, set[str]] = {"protocols": set(), "codes": set()}
    for path in set((ROOT / "content").glob("*/protocol.yaml")) - {ROOT / "content" / SERVED_BY / "protocol.yaml"}:
        text = path.read_text(encoding="utf-8")
        found["protocols"] |= set(re.findall(r"^(?:id|name): *['\"]?([^'\"\n]+)", text, flags=re.MULTILINE))
        found["codes"] |= {code.stem for code in path.parent.glob("*.yaml") if code != path}
    return found


def test_content_is_there_to_be_unknown() -> None:
    found = _contents()
    assert len(found["protocols"]) >= 2
    assert len(found["codes"]) > 40


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_knows_a_protocol_or_a_code(path: Path) -> None:
    """Neither in names nor in texts, not even in comments; codes are looked for where the program would use them.

    The one by which sites are served is left out: its name stands in every address, its codes in what servers say.
    """
    contents = _contents()
    text = path.read_text(encoding="utf-8")
    for protocol in contents["protocols"]:
        assert not re.search(rf"(?<![a-z]){re.escape(protocol)}(?![a-z])", text, re.IGNORECASE), protocol
    used = {word for token in _used_tokens(text) for word in re.findall(r"[0-9A-Za-z]+", token)}
    assert not used & contents["codes"]


def _used_tokens(text: str) -> Iterator[str]:
    """Names and strings, but for docstrings, which may give examples."""
    docstrings = {
        node.body[0].value.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }
    fields = {node.value.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr)}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME or (token.type == tokenize.STRING and token.start[0] not in docstrings | fields):
            yield token.string


ENVIRONMENT = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"])
# Templates compile only where their filters are known; what the filters do is no matter here.
ENVIRONMENT.filters.update(dict.fromkeys(("inline", "block", "plain", "unmarked"), str))
GUIDE = ROOT / "docs" / "templates.md"


def _documented(name: str) -> set[str]:
    """The variables that the guide gives a template: those of every template, of every page, of its kind, its own."""
    parts = dict(
        re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    )
    folder, _, stem = name.removesuffix(".html").rpartition("/")
    found = _first_cells(parts["In every template"])
    if folder == "fragments":
        row = re.search(rf"^\| `{stem}` \|(.+)\|$", parts["What fragments receive"], re.MULTILINE)
        assert row, f"docs/templates.md does not name the fragment {stem}"
        found |= set(re.findall(r"`([a-z_]+)`", row[1]))
    elif folder != "components":
        found |= _first_cells(parts["What every page receives"])
    if folder == "pages":
        kinds = re.split(r"^(?=\*\*)", parts["What each kind of page receives beside that"], flags=re.MULTILINE)
        own = [part for part in kinds if stem in re.findall(r"\*\*(\w+)\*\*", part.partition("\n")[0])]
        assert own, f"docs/templates.md does not name the page {stem}"
        found |= _first_cells("".join(own))
    return found


def _first_cells(text: str) -> set[str]:
    cells = re.findall(r"^\|([^|]+)\|", text, flags=re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}


@pytest.mark.parametrize("name", ENVIRONMENT.list_templates(["html"]))
def test_template_uses_only_documented_variables(name: str) -> None:
    tree = ENVIRONMENT.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    assert meta.find_undeclared_variables(tree) - _own_names(tree) - _documented(name) == set()


def _own_names(tree: nodes.Template) -> set[str]:
    """What a template imports or sets; Jinja takes it for undeclared inside a block."""
    imported = {name for node in tree.find_all(nodes.FromImport) for name in node.names}
    assigned = {node.target.name for node in tree.find_all((nodes.Assign, nodes.AssignBlock))}
    return {name[-1] if isinstance(name, tuple) else name for name in imported} | assigned


@pytest.mark.parametrize("name", ENVIRONMENT.list_templates(["html"]))
def test_template_names_others_literally(name: str) -> None:
    """A name made at run time would hide what a page depends on."""
    tree = ENVIRONMENT.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    assert None not in list(meta.find_referenced_templates(tree))
