"""Style sheets joined in the order of their layers; everything else as it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codepairs.assets import Assets, read_assets
from tests.support import unpack


def read(tmp_path: Path, text: str) -> Assets:
    return read_assets(unpack(tmp_path, text))[0]


def test_sheets_are_joined_by_layer_not_by_name(tmp_path: Path) -> None:
    assets = read(
        tmp_path,
        """
        -- assets/base.css --
        body {}
        -- assets/tokens.css --
        :root {}
        -- assets/reset.css --
        * {}
        -- assets/print.css --
        @page {}
        -- components/wire.css --
        .wire {}
        -- components/card.css --
        .card {}
        """,
    )
    assert assets.style == "assets/style.css"
    assert assets.files["assets/style.css"].decode() == (
        "@layer reset, tokens, base, layout, components, utilities, print;\n"
        "@layer reset {\n* {}\n}\n"
        "@layer tokens {\n:root {}\n}\n"
        "@layer base {\nbody {}\n}\n"
        "@layer components {\n.card {}\n.wire {}\n}\n"
        "@layer print {\n@page {}\n}\n"
    )
    assert list(assets.files) == ["assets/style.css"]


def test_comments_are_left_out(tmp_path: Path) -> None:
    sheet = read(tmp_path, "-- assets/base.css --\n/* one\n two */\na { b: c; /* d */ }\n/* e */").files[
        "assets/style.css"
    ]
    assert b"@layer base {\na { b: c; }\n}" in sheet


def test_a_sheet_of_another_name_is_a_component(tmp_path: Path) -> None:
    sheet = read(tmp_path, "-- assets/more/extra.css --\n.x {}\n").files["assets/style.css"]
    assert b"@layer components {\n.x {}\n}" in sheet


def test_other_files_are_copied_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "assets/fonts").mkdir(parents=True)
    (tmp_path / "assets/fonts/a.woff2").write_bytes(b"\x00\xff\r\n/* x */")
    unpack(tmp_path, "-- assets/icon.svg --\n<svg/><!-- رد 📧 -->\n-- components/wire.html --\n{# no asset #}\n")
    files = read_assets(tmp_path)[0].files
    assert set(files) == {"assets/style.css", "assets/icon.svg", "assets/fonts/a.woff2"}
    assert files["assets/fonts/a.woff2"] == b"\x00\xff\r\n/* x */"
    assert files["assets/icon.svg"].decode() == "<svg/><!-- رد 📧 -->\n"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    unpack(tmp_path, "-- secret.txt --\nx\n-- templates/assets/a.txt --\ny\n")
    (tmp_path / "templates/assets/b.txt").symlink_to(tmp_path / "secret.txt")
    assert set(read_assets(tmp_path / "templates")[0].files) == {"assets/style.css", "assets/a.txt"}


def test_without_any_file_there_is_still_a_sheet(tmp_path: Path) -> None:
    assert read_assets(tmp_path)[0].files == {
        "assets/style.css": b"@layer reset, tokens, base, layout, components, utilities, print;\n"
    }


def test_the_digest_follows_names_not_bytes() -> None:
    assert Assets({"a": b"1", "b": b"2"}).digest == Assets({"b": b"3", "a": b"4"}).digest
    assert Assets({"a": b"1"}).digest != Assets({"b": b"1"}).digest
    assert Assets({}).digest != Assets({"a": b""}).digest


def test_scripts_lose_their_lines_of_comment(tmp_path: Path) -> None:
    files = read(tmp_path, '-- assets/a.js --\n// What it does.\na("// b"); // c\n  // d\n/* e */\n').files
    assert files["assets/a.js"] == b'a("// b"); // c\n/* e */\n'


@pytest.mark.parametrize("name", [b"x.css", b"x\xff.css", b"x\xff.png"])
def test_what_is_no_text_is_named(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "assets").mkdir()
    path = os.fsencode(tmp_path / "assets") + b"/" + name
    with open(path, "wb") as file:
        file.write(b"a::after { content: '\xff' }")
    assets, (problem,) = read_assets(tmp_path)
    assert (problem.place.path, problem.message) == (os.fsdecode(path), "is not UTF-8, or its name is not")
    assert list(assets.files) == ["assets/style.css"]
