"""YAML and CSV as they stand: nothing is typed, every mistake has its place, nothing can exhaust the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from codepairs.errors import Place
from codepairs.load import Document, MappingNode, Node, ScalarNode, SequenceNode, parse_document, read_document
from codepairs.load import read_sources as read_settings
from codepairs.settings import Settings
from tests.support import SMALL, shown, unpack


def parse(text: str) -> Document:
    return parse_document(Path("x.yaml"), text)


def plain(node: Node | None) -> object:
    """The node as text, lists and dictionaries."""
    match node:
        case ScalarNode(value=value):
            return value
        case SequenceNode(items=items):
            return [plain(item) for item in items]
        case MappingNode(items=items):
            return {key: plain(item) for key, item in items.items()}
    return None


def test_nothing_is_typed() -> None:
    text = "{a: 550, b: 5.70, c: no, d: on, e: 2024-08-14, f: 0x2F, g: null, h: ~, i: 1_000, j: }"
    values = ["550", "5.70", "no", "on", "2024-08-14", "0x2F", "null", "~", "1_000", ""]
    assert plain(parse(text).root) == dict(zip("abcdefghij", values, strict=True))
    assert plain(parse("no: yes\n5.7.1: x").root) == {"no": "yes", "5.7.1": "x"}


def test_python_objects_are_text() -> None:
    assert plain(parse("a: !!python/object/apply:os.system ['x']").root) == {"a": ["x"]}


def test_every_node_and_name_knows_its_place() -> None:
    root = parse("a: 1\nlist:\n  - x\n  - {b: y}\n").root
    assert isinstance(root, MappingNode)
    assert root.place == Place("x.yaml", 1, 1)
    assert root.keys == {"a": Place("x.yaml", 1, 1), "list": Place("x.yaml", 2, 1)}
    inner = root.items["list"]
    assert isinstance(inner, SequenceNode)
    assert [item.place for item in inner.items] == [Place("x.yaml", 3, 5), Place("x.yaml", 4, 5)]
    mapping = inner.items[1]
    assert isinstance(mapping, MappingNode)
    assert mapping.keys["b"] == Place("x.yaml", 4, 6)
    assert mapping.items["b"].place == Place("x.yaml", 4, 9)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "x.yaml:1:1: is empty"),
        ("# only a comment\n", "x.yaml:1:1: is empty"),
        (
            "a: [1",
            "x.yaml:1:4: is not YAML: did not find expected ',' or ']'; "
            "the list that opens with '[' is not closed, or a comma is missing",
        ),
        (
            "a: b: c",
            "x.yaml:1:5: is not YAML: mapping values are not allowed in this context; "
            "if the text holds ': ', put the text between quotation marks",
        ),
        (
            "a: 1\n\tb: 2",
            "x.yaml:2:1: is not YAML: found a tab character that violates indentation; write blanks instead",
        ),
        (
            "--- a\n--- b",
            "x.yaml:2:1: is not YAML: but found another document; a file holds one; remove the line '---'",
        ),
        ("a: 1\nb: 2\na: 3", "x.yaml:3:1: field 'a' stands twice; first in line 1"),
        ("? [a]\n: 1", "x.yaml:1:3: a field's name must be a word, not a list or mapping"),
        (
            "a: 1\n\tb: 2\nc: 3",
            "x.yaml:2:1: is not YAML: found a tab character that violates indentation; write blanks instead",
        ),
        (
            "a: 1\nb: %x",
            "x.yaml:2:4: is not YAML: found character that cannot start any token; "
            "if the text begins with '%', put the text between quotation marks",
        ),
        (
            "a: 1\nb: 'x\nc: 2\n",
            "x.yaml:2:4: is not YAML: found unexpected end of stream; "
            "the quotation mark that opens here is never closed",
        ),
        (
            "a: !b c",
            "x.yaml:1:4: the tag '!b' means nothing here; if the text begins with '!', "
            "put the text between quotation marks",
        ),
        ("a: b\u2028c\nd: 1", "x.yaml:1:5: holds the control character U+2028"),
        ("a: x\nb: \u0007", "x.yaml:2:4: holds the control character U+0007"),
        ("\ufeffa: x", "x.yaml:1:1: holds the control character U+FEFF"),
        ("a: \ufdd0lt;", "x.yaml:1:4: holds the control character U+FDD0"),
        ('a: "x\\0y"', "x.yaml:1:4: holds the control character U+0000"),
        ('a: "\\uFDD0lt;"', "x.yaml:1:4: holds the control character U+FDD0"),
        ("a: &x [1]\nb: *x", "x.yaml:1:4: is used twice by an alias; write the text out instead"),
        ("a: &x text\nb: *x", "x.yaml:1:4: is used twice by an alias; write the text out instead"),
        ("a: &x [*x]", "x.yaml:1:4: is used twice by an alias; write the text out instead"),
    ],
)
def test_what_is_wrong_with_the_yaml_itself(text: str, problem: str) -> None:
    assert shown(parse(text).problems) == [problem]


def test_a_file_that_is_no_yaml_has_no_root_but_other_mistakes_leave_one() -> None:
    assert parse("a: [1").root is None
    assert plain(parse("a: 1\na: 2").root) == {"a": "1"}
    assert plain(parse("a: &x [1]\nb: *x").root) == {"a": ["1"], "b": ""}


def test_a_single_quoted_backslash_is_no_escape() -> None:
    document = parse("a: '\\0'")
    assert document.problems == ()
    assert plain(document.root) == {"a": "\\0"}


def test_other_scripts_and_emoji_are_no_mistake() -> None:
    document = parse("a: '“quoted” <b> 📧👩‍💻 العربية'")
    assert document.problems == ()
    assert plain(document.root) == {"a": "“quoted” <b> 📧👩‍💻 العربية"}


def test_nested_aliases_cannot_expand() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    problems = parse("\n".join(lines)).problems
    assert len(problems) == 39 * 2
    assert {problem.message for problem in problems} == {"is used twice by an alias; write the text out instead"}


def test_deep_nesting_is_refused() -> None:
    assert parse("[" * 50 + "x" + "]" * 50).problems == ()
    assert shown(parse("[" * 51 + "x" + "]" * 51).problems) == ["x.yaml:1:52: lies more than 50 levels deep"]


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "[a: "])
def test_nesting_that_would_exhaust_the_parser_is_not_parsed(opening: str) -> None:
    document = parse(opening * 100_000)
    assert document.root is None
    assert shown(document.problems) == ["x.yaml:1:1: is not YAML: holds more than 5,000 lists"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: caf\xe9\n")
    (tmp_path / "large.yaml").write_bytes(b"#" * 1_000_001)
    (tmp_path / "folder.yaml").mkdir()
    names = ("missing", "latin", "large", "folder")
    documents = [read_document(tmp_path / f"{name}.yaml") for name in names]
    assert [document.root for document in documents] == [None] * 4
    assert [shown(document.problems, tmp_path) for document in documents] == [
        ["missing.yaml:1:1: cannot be read: No such file or directory"],
        ["latin.yaml:2:1: is not UTF-8; save the file as UTF-8"],
        ["large.yaml:1:1: has 1,000,001 bytes; a content file has at most 1 MB"],
        ["folder.yaml:1:1: cannot be read: Is a directory"],
    ]


def test_the_stem_keeps_dots_of_the_code() -> None:
    assert parse_document(Path("demo/5.7.1.yaml"), "a: 1").stem == "5.7.1"


def test_sources_are_found_in_the_order_of_their_names(tmp_path: Path) -> None:
    unpack(
        tmp_path,
        """
        -- site.yaml --
        a: 1
        -- b/protocol.yaml --
        a: 1
        -- b/2.yaml --
        a: 1
        -- b/10.yaml --
        a: 1
        -- b/pairs/10-vs-2.yaml --
        a: 1
        -- b/registry.csv --
        code,name
        10,"Ten, and
        more"
        2,Two
        -- a/protocol.yaml --
        a: 1
        """,
    )
    sources = read_settings(Settings(content=tmp_path))
    assert sources.problems == ()
    assert [files.folder.name for files in sources.protocols] == ["a", "b"]
    a, b = sources.protocols
    assert ([document.stem for document in b.codes], [document.stem for document in b.pairs]) == (
        ["10", "2"],
        ["10-vs-2"],
    )
    assert a.registry is None
    assert b.registry is not None
    assert [(row.cells, row.place.line) for row in b.registry] == [
        ({"code": "10", "name": "Ten, and\nmore"}, 3),
        ({"code": "2", "name": "Two"}, 4),
    ]


def registry(tmp_path: Path, data: bytes) -> tuple[list[dict[str, str]] | None, list[str]]:
    """The rows and problems of a protocol's registry.csv."""
    unpack(tmp_path, SMALL)
    (tmp_path / "content/demo/registry.csv").write_bytes(data)
    sources = read_settings(Settings(content=tmp_path / "content"))
    rows = sources.protocols[0].registry
    return None if rows is None else [row.cells for row in rows], shown(sources.problems, tmp_path / "content")


def test_a_short_row_of_the_registry_has_empty_cells_and_a_long_one_is_reported(tmp_path: Path) -> None:
    rows = [{"code": "1", "name": ""}, {"code": "2", "name": "Two"}]
    problem = (
        "demo/registry.csv:3:1: the row has more cells than the 2 columns; "
        "if a text holds commas, put the text between quotation marks"
    )
    assert registry(tmp_path, b"code,name\n1\n2,Two,more,cells\n") == (rows, [problem])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "1:1: is empty; its first line names the columns"),
        (b"code,name\n1,On\0e\n", "2:5: holds the control character U+0000"),
        (b'code,name\n1,One\n2,"Two\n', "3:1: is not CSV: unexpected end of data; a quotation mark is not closed"),
        (b"code,name\n1," + b"x" * 200_000, "2:1: is not CSV: field larger than field limit (131072); put the text"),
    ],
)
def test_a_registry_that_is_no_table_is_reported(tmp_path: Path, data: bytes, problem: str) -> None:
    (found,) = registry(tmp_path, data)[1]
    assert found.startswith(f"demo/registry.csv:{problem}")


def test_a_folder_in_place_of_the_registry_is_reported(tmp_path: Path) -> None:
    (unpack(tmp_path, SMALL) / "content/demo/registry.csv").mkdir()
    problems = read_settings(Settings(content=tmp_path / "content")).problems
    assert shown(problems, tmp_path) == ["content/demo/registry.csv:1:1: cannot be read: Is a directory"]


def test_a_registry_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    assert registry(tmp_path, b"\xef\xbb\xbfcode,name\r\n1,One\r\n") == ([{"code": "1", "name": "One"}], [])


def test_a_registry_in_another_encoding_is_reported(tmp_path: Path) -> None:
    assert registry(tmp_path, b"code,name\n1,caf\xe9\n") == (
        None,
        ["demo/registry.csv:2:1: is not UTF-8; save the file as UTF-8"],
    )


def test_files_that_would_be_overlooked_are_reported(tmp_path: Path) -> None:
    unpack(tmp_path, "-- stray/550.yaml --\na: 1\n-- demo/protocol.yaml --\na: 1\n-- demo/551.yml --\na: 1\n")
    assert shown(read_settings(Settings(content=tmp_path)).problems, tmp_path) == [
        "demo/551.yml:1:1: is not read; name it 551.yaml",
        "stray:1:1: has no protocol.yaml, so its files belong to no protocol",
    ]
