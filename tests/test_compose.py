"""Composing: a skeleton with its pieces is the text with its tokens replaced, whichever way it is filled."""

from __future__ import annotations

from itertools import islice
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from codepairs.compose import FIRST, SECOND, Base, Skeleton, Slots, named, nested, probe, token, whole

NAMES = ("rows", "verdict", "a.code", "b.code", "b.title_2")

texts = st.text(st.sampled_from("ab <>&{}%\n“ü\u202e🎁"), max_size=5)
pieces = texts.map(str.encode)
names = st.lists(st.sampled_from(NAMES), max_size=6)


@st.composite
def templates(draw: st.DrawFn, count: st.SearchStrategy[list[str]] = names) -> tuple[list[str], list[str]]:
    """Texts, and the names of the pieces between them."""
    between = draw(count)
    return [draw(texts) for _ in range(len(between) + 1)], between


def with_tokens(template: tuple[list[str], list[str]]) -> str:
    """The template as it is rendered."""
    parts, between = template
    return parts[0] + "".join(f"{token(name)}{part}" for name, part in zip(between, parts[1:], strict=True))


def replaced(template: tuple[list[str], list[str]], values: dict[str, bytes]) -> bytes:
    """What comes out, worked out without the program."""
    parts, between = template
    rest = zip(between, parts[1:], strict=True)
    return parts[0].encode() + b"".join(values[name] + part.encode() for name, part in rest)


every_piece = st.fixed_dictionaries(dict.fromkeys(NAMES, pieces))


@given(templates(), every_piece)
def test_filled_skeleton_is_the_text_with_its_tokens_replaced(
    template: tuple[list[str], list[str]], values: dict[str, bytes]
) -> None:
    skeleton = Skeleton.of(with_tokens(template))
    assert list(skeleton.names) == template[1]
    assert skeleton.filled(values) == replaced(template, values)
    assert skeleton.filled(values) == replaced(template, values), "filling leaves the skeleton as it is"


@given(templates(), every_piece, st.sets(st.sampled_from(NAMES)))
def test_pieces_may_be_bound_beforehand(
    template: tuple[list[str], list[str]], values: dict[str, bytes], first: set[str]
) -> None:
    bound = Skeleton.of(with_tokens(template)).bound({name: values[name] for name in first})
    assert list(bound.names) == [name for name in template[1] if name not in first]
    assert bound.filled({name: values[name] for name in NAMES if name not in first}) == replaced(template, values)


@given(templates(), st.lists(every_piece, max_size=4))
def test_woven_pages_equal_pages_filled_one_by_one(
    template: tuple[list[str], list[str]], pages: list[dict[str, bytes]]
) -> None:
    skeleton = Skeleton.of(with_tokens(template))
    columns = [[page[name] for page in pages] for name in NAMES]
    # A skeleton without places knows no number of pages.
    woven = list(islice(skeleton.woven(NAMES, columns), len(pages)))
    assert woven == [skeleton.filled(page) for page in pages]


@given(templates(names.map(lambda found: found[:1] * len(found))), pieces)
def test_what_stands_around_a_single_piece_joins_to_the_text(
    template: tuple[list[str], list[str]], piece: bytes
) -> None:
    around = Skeleton.of(with_tokens(template)).around
    assert piece.join(around) == replaced(template, dict.fromkeys(NAMES, piece))


def test_what_stands_around_two_pieces_is_not_to_be_asked() -> None:
    with pytest.raises(AssertionError):
        _ = Skeleton.of(f"{token('a')} {token('b')}").around


def test_a_missing_piece_is_an_error() -> None:
    with pytest.raises(KeyError):
        Skeleton.of(f"{token('a')} {token('b')}").filled({"a": b"x"})


@pytest.mark.parametrize("name", NAMES)
def test_a_token_stands_escaping_stripping_and_addresses(name: str) -> None:
    for made in (
        escape(token(name)),
        Markup("<b>{}</b>").format(token(name)).striptags(),
        quote(f"a/{token(name)}.html"),
        Markup("{}").format(Markup(f" {token(name)} ").strip()),
    ):
        assert Skeleton.of(str(made)).names == (name,)


def _slots(**changes: Any) -> Slots:
    fields: dict[str, Any] = {
        "pages": ["one", "two"],
        "flags": {"relation": "steps", "curated": False},
        "base": Base({"protocol": b"P", "a.code": b"1"}),
        "names": ("b.code", "b.wire", "rows"),
        "columns": [[b"2", b"3"], [b"", b""], [b"<tr>", b"<td>"]],
        "form": (),
        "name": "x.html",
    }
    return Slots(**(fields | changes))


def test_pieces_of_a_page_are_those_of_its_base_and_its_own() -> None:
    assert _slots().pieces(1) == {"protocol": b"P", "a.code": b"1", "b.code": b"3", "b.wire": b"", "rows": b"<td>"}


def test_own_pieces_of_a_page_replace_those_of_its_base() -> None:
    slots = _slots(names=("a.code",), columns=[[b"7", b"8"]])
    assert slots.pieces() == {"protocol": b"P", "a.code": b"7"}
    assert slots.base.pieces["a.code"] == b"1"


def test_template_is_given_tokens_where_pieces_have_text_and_nothing_where_they_are_empty() -> None:
    context = probe(_slots())
    assert (context["relation"], context["curated"]) == ("steps", False)
    assert context["protocol"] == token("protocol")
    assert context["a"] == {"code": token("a.code")}
    assert context["b"] == {"code": token("b.code"), "wire": ""}
    assert not context["b"]["wire"]


def test_page_that_is_rendered_in_one_go_is_given_its_pieces_as_html() -> None:
    context = whole(_slots(), 1)
    assert context["rows"] == Markup("<td>")
    assert isinstance(context["rows"], Markup)
    assert (context["b"]["code"], context["b"]["wire"], context["curated"]) == ("3", "", False)


def test_names_with_a_dot_are_mappings() -> None:
    values = {"a.code": Markup("1"), "b.code": Markup("2"), "a.title": Markup("T"), "rows": Markup("R")}
    assert nested(values) == {"a": {"code": "1", "title": "T"}, "b": {"code": "2"}, "rows": "R"}


def test_names_of_both_codes_are_put_in_when_a_page_is_whole() -> None:
    said = b"<li>" + FIRST + b" and " + SECOND + b".</li>"
    slots = _slots(columns=[[b"2", b"3"], [b"", b""], [said, said]], first=b"450", seconds=[b"550", b"0x2F"])
    skeleton = Skeleton.of(f"{token('a.code')}: {token('rows')} {SECOND.decode()}").bound({"a.code": FIRST})
    assert list(slots.woven(skeleton)) == [b"450: <li>450 and 550.</li> 550", b"450: <li>450 and 0x2F.</li> 0x2F"]
    assert whole(slots, 1)["rows"] == "<li>450 and 0x2F.</li>"


def test_pages_that_name_no_two_codes_stay_as_they_are() -> None:
    assert list(_slots().woven(Skeleton.of(str(token("rows"))))) == [b"<tr>", b"<td>"]


@given(st.lists(pieces, max_size=4), pieces, pieces)
def test_naming_touches_nothing_but_the_names(texts: list[bytes], first: bytes, second: bytes) -> None:
    between = [text + FIRST + text + SECOND for text in texts]
    found = list(named(between, first, [second] * len(texts)))
    assert found == [text + first + text + second for text in texts]


def test_bases_tell_which_of_their_pieces_are_empty() -> None:
    assert Base({"a": b"1", "b": b""}).form == Base({"a": b"2", "b": b""}).form
    assert Base({"a": b"1", "b": b""}).form != Base({"a": b"1", "b": b"2"}).form
