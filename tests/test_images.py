"""The pictures that stand for pages: what they hold, how large they are, and that nothing on them becomes a box."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from codepairs.model import TONES
from codepairs.outputs.cards import SIZE, Card, _set, _shown, picture
from codepairs.outputs.images import IMAGES, cards
from codepairs.plan import Site
from tests.sites import output_files

Image = pytest.importorskip("PIL.Image", reason="pictures need Pillow")

CARD = Card(("550",), ("Mailbox unavailable",), ("Demo",), ("A site",), "failed-for-good")
LONG = "Requested action not taken: mailbox unavailable, and more words than anybody wants to read " * 6


def _opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def _ink(data: bytes, box: tuple[int, int, int, int]) -> int:
    """How many pixels in a part of the picture are not of the colour of the ground."""
    part = _opened(data).crop(box)
    return part.width * part.height - part.histogram()[0]


def test_there_is_one_for_each_code_and_protocol_and_one_for_the_site(tiny_site: Site) -> None:
    files = output_files(tiny_site, IMAGES)
    wanted = [f"{protocol.id}/{slug}" for protocol in tiny_site.catalogue.protocols.values()
              for slug in ("index", *(code.slug for code in protocol.codes.values()))]  # fmt: skip
    assert list(files) == [f"assets/og/{name}.png" for name in ("index/index", *wanted)]
    assert output_files(replace(tiny_site, draws=False), IMAGES) == {}


def test_picture_is_a_small_png_of_the_size_that_is_asked_for(tiny_site: Site) -> None:
    for path, data in output_files(tiny_site, IMAGES).items():
        image = _opened(data)
        assert (image.format, image.size) == ("PNG", SIZE), path
        assert len(data) < 13_000, path


def test_same_card_gives_the_same_bytes() -> None:
    assert picture(CARD) == picture(CARD._replace())


@pytest.mark.parametrize(
    "other",
    [
        CARD._replace(main=("551",)),
        CARD._replace(below=("Other words",)),
        CARD._replace(corner=("Other",)),
        CARD._replace(site=("Other",)),
        CARD._replace(tone="failed-for-now"),
    ],
)
def test_all_that_stands_on_a_card_is_shown(other: Card) -> None:
    assert picture(other) != picture(CARD)


def test_tones_differ_in_shape_and_not_in_colour_alone() -> None:
    shapes = {_opened(picture(CARD._replace(tone=tone))).tobytes() for tone in (*TONES, None)}
    assert len(shapes) == len(TONES) + 1


@pytest.mark.parametrize("main", ["1", "5.7.26", "NXDOMAIN", "A_VERY_LONG_NAME_OF_A_CODE_THAT_GOES_ON"])
@pytest.mark.parametrize("below", ["", "Short", LONG, "x" * 300])
def test_nothing_runs_over_the_edges_or_into_the_sign(main: str, below: str) -> None:
    width, height = SIZE
    data = picture(CARD._replace(main=(main,), below=(below,)))
    assert _ink(data, (width - 78, 0, width, height)) == 0
    assert _ink(data, (25, 0, 100, height)) == 0
    assert _ink(data, (0, height - 40, width, height)) == 24 * 40
    assert _ink(data, (width - 80 - 180 - 60, 170, width - 80 - 180, 390)) == 0
    assert _ink(data, (104, 150, 900, 400)) > 500


def test_long_words_of_a_registry_shrink_and_then_end_with_a_mark() -> None:
    room = 1000
    sizes = [_set(text, room) for text in ("Short", "Some words " * 6, "Some words " * 12, LONG)]
    assert [size for size, _ in sizes] == sorted((size for size, _ in sizes), reverse=True)
    assert len(sizes[0][1]) == 1
    assert sizes[-1][1][-1].endswith("…")
    assert all(len(lines) < 4 for _, lines in sizes)


def test_lines_are_about_equally_long() -> None:
    _, lines = _set("Requested action not taken: mailbox name not allowed here", 1000)
    assert len(lines) == 2
    assert min(map(len, lines)) > 0.6 * max(map(len, lines))


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (("Größe – „ja“", "x"), "Grosse - “ja“"),
        (("café\xa0au  lait",), "cafe au lait"),
        (("שלום", "shalom"), "shalom"),
        (("🎁",), ""),
        (("A 🎁 for you", "a-gift"), "a-gift"),
        (("\u0301",), ""),
        (("a\x00b", "ab"), "ab"),
        ((), ""),
    ],
)
def test_letters_that_the_font_lacks_never_become_boxes(texts: tuple[str, ...], shown: str) -> None:
    assert _shown(texts) == shown


def test_card_without_any_letter_of_the_font_is_drawn_all_the_same() -> None:
    assert _opened(picture(Card(("שלום",), ("🎁",), (), ("ÄÖ",)))).size == SIZE


def test_what_the_site_says_is_on_its_cards(tiny_site: Site) -> None:
    found = dict(cards(tiny_site))
    assert found["parcel", "4.2.1"] == Card(
        main=("4.2.1", "4.2.1"),
        below=("Shelf full",),
        corner=("Parcel", "parcel"),
        site=("Tiny", "tiny.example"),
        tone="failed-for-now",
    )
    assert found["parcel", "index"].below[0] == "2.0.0 … 5.7.2"
    assert found["index", "index"].below == ("Parcel · Names", "parcel · names")
