"""The picture that stands for a page where it is shared: a large code, what it is called, the sign of its tone.

A picture says nothing in any language of the site, so that one serves all of them. It is drawn with the font that
comes with Pillow, whose letters are few: what the font lacks is folded to what it has, or left out, and never becomes
a box. Three inks in few steps from the ground keep a picture small. The same card gives the same bytes with the same
Pillow, which is imported where a picture is drawn, because not every installation has it.
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from math import cos, pi, sin
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

__all__ = ["SIZE", "Card", "picture"]

SIZE = (1200, 630)
"""Width and height of a picture in pixels, as those who show pictures of links ask for."""
_EDGE = 80
"""Free space at the left, at the right, above and below."""
_BAR = 24
"""Width of the bar in the colour of the tone."""
_ROOM = SIZE[0] - 2 * _EDGE - _BAR
"""Width that texts may take."""
_SIGN = 180
"""Diameter of the sign."""
_FINE = 4
"""How many times larger signs are drawn, to be made smooth."""

_GROUND, _INK, _QUIET = "#fbfaf7", "#1c1f24", "#575d66"
_TONES = {
    "proceeds": "#0b6075",
    "succeeded": "#1c693b",
    "failed-for-now": "#855000",
    "failed-for-good": "#a6271f",
    None: "#17509b",
}
_RAMPS = {"ink": range(1, 3), "quiet": range(3, 5), "tone": range(5, 7)}
"""The places of an ink in the palette, from a trace of it on the ground to all of it."""
_FOLDED = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | {"„": "“", "ß": "ss", "×": "x", "Æ": "AE", "æ": "ae", "ø": "o"})

_Point = tuple[float, float]


class Card(NamedTuple):
    """What a picture shows; each text may have others, to be taken where the font lacks letters of the first."""

    main: tuple[str, ...]
    """The largest text: a code, or the name of a protocol."""
    below: tuple[str, ...]
    """A sentence or so, on up to three lines: the words of the registry."""
    corner: tuple[str, ...]
    """What the main text belongs to: the name of the protocol."""
    site: tuple[str, ...]
    tone: str | None = None
    """One of `codepairs.model.TONES`; None: without a sign."""


def picture(card: Card) -> bytes:
    """A card as a PNG file."""
    from PIL import Image

    image = Image.new("L", SIZE, 0)
    image.paste(_RAMPS["tone"][-1], (0, 0, _BAR, SIZE[1]))
    _draw_head(image, card)
    if card.tone:
        image.paste(_sign(card.tone), (SIZE[0] - _EDGE - _SIGN, _MIDDLE - _SIGN // 2))
    _draw_main(image, _shown(card.main), _ROOM - (_SIGN + _EDGE if card.tone else 0))
    _draw_below(image, _shown(card.below))
    return _png(image, _palette(card.tone))


_UP = 2
"""The filter of a row that holds the differences from the row above."""
_HEAD = 104
"""Where the line of the first row stands: distance from above."""
_MIDDLE = 282
"""Where the middle of the largest text and of the sign is."""
_LINES = ((48, 2), (42, 2), (36, 3), (32, 3))
"""Sizes of the text below, each with the number of lines it may take; the first that has room is taken."""


def _draw_head(image: Image, card: Card) -> None:
    """The first row: what the code belongs to, and at its end the site."""
    corner, site = _shown(card.corner), _shown(card.site)
    size = _fitting(f"{corner}    {site}", 40, _ROOM)
    _write(image, corner, size, "ink", (_EDGE + _BAR, _HEAD))
    _write(image, site, size, "quiet", (SIZE[0] - _EDGE - _width(site, size), _HEAD))


def _draw_main(image: Image, text: str, room: int) -> None:
    size = _fitting(text, 260, room)
    line = _line(text, size, "ink")
    if line:
        image.paste(line.image, (_EDGE + _BAR, _MIDDLE - line.image.height // 2))


def _draw_below(image: Image, text: str) -> None:
    size, lines = _set(text, _ROOM)
    last = SIZE[1] - _EDGE + 10
    for rank, line in enumerate(reversed(lines)):
        _write(image, line, size, "ink", (_EDGE + _BAR, last - rank * round(size * 1.25)))


def _set(text: str, room: int) -> tuple[int, list[str]]:
    """The size at which a text has room, and its lines, about equally long; a text that is too long for any is cut."""
    words = text.split()
    for size, most in _LINES:
        widths = [_width(word, size) for word in words]
        lines = _wrapped(words, widths, _width(" ", size), room)
        if len(lines) <= most and max(widths, default=0) <= room:
            return size, _balanced(words, widths, _width(" ", size), room, len(lines))
    *others, last = lines[:most]
    return size, [*(_cut(line, size, room) for line in others), _cut(last, size, room, more=len(lines) > most)]


def _wrapped(words: Sequence[str], widths: Sequence[int], space: int, room: int) -> list[str]:
    """The words in lines, each as long as has room."""
    lines: list[list[str]] = []
    left = 0
    for word, width in zip(words, widths, strict=True):
        if lines and space + width <= left:
            lines[-1].append(word)
            left -= space + width
        else:
            lines.append([word])
            left = room - width
    return [" ".join(line) for line in lines]


def _balanced(words: Sequence[str], widths: Sequence[int], space: int, room: int, count: int) -> list[str]:
    """The words in so many lines, in as little room as these need."""
    narrow = max((sum(widths) + space * (len(words) - count)) // max(count, 1), *widths, 0)
    rooms = (*range(narrow, room, 20), room)
    return next(lines for lines in (_wrapped(words, widths, space, each) for each in rooms) if len(lines) <= count)


def _cut(line: str, size: int, room: int, more: bool = False) -> str:
    """The line, or as much of it as has room with the sign that there is more."""
    if not more and _width(line, size) <= room:
        return line
    while line and _width(f"{line}…", size) > room:
        line = line[:-1].rstrip()
    return f"{line}…"


class _Line(NamedTuple):
    """A line as it is drawn."""

    image: Image
    """Its ink and nothing around it, as places in the palette."""
    at: tuple[int, int]
    """Where that begins, as seen from the beginning of its base line."""


@lru_cache(maxsize=64)
def _line(text: str, size: int, ink: str) -> _Line | None:
    """A line drawn; None where there is nothing to see. Names of site and protocol stand on very many cards."""
    from PIL import Image as Images
    from PIL import ImageDraw

    left, top, right, bottom = map(round, _font(size).getbbox(text, anchor="ls"))
    if right <= left or bottom <= top:
        return None
    layer = Images.new("L", (right - left, bottom - top))
    ImageDraw.Draw(layer).text((-left, -top), text, 255, _font(size), "ls")
    box = layer.getbbox()
    if box is None:
        return None
    return _Line(layer.crop(box).point(_places(ink)), (left + box[0], top + box[1]))


def _write(image: Image, text: str, size: int, ink: str, at: tuple[int, int]) -> None:
    """Write a line that begins at a point of its base line."""
    line = _line(text, size, ink)
    if line:
        image.paste(line.image, (at[0] + line.at[0], at[1] + line.at[1]))


@cache
def _places(ink: str) -> list[int]:
    """For each degree of cover the place of its colour in the palette."""
    ramp = _RAMPS[ink]
    steps = (round(cover / 255 * len(ramp)) for cover in range(256))
    return [ramp[step - 1] if step else 0 for step in steps]


@cache
def _palette(tone: str | None) -> bytes:
    """The colours, three numbers each: the ground, then each ink in steps."""
    ground = _rgb(_GROUND)
    colours = list(ground)
    for name, hexadecimal in (("ink", _INK), ("quiet", _QUIET), ("tone", _TONES[tone])):
        ink, count = _rgb(hexadecimal), len(_RAMPS[name])
        for step in range(1, count + 1):
            colours += [round(a + (b - a) * step / count) for a, b in zip(ground, ink, strict=True)]
    return bytes(colours)


def _png(image: Image, colours: bytes) -> bytes:
    """Places in a palette of sixteen colours as a PNG file. Source: the PNG specification, sections 9.2 and 11.2.

    Pillow writes the rows of such a picture as they are, and then either takes twice the time or makes half as many
    bytes more: most rows are like the one above, and in the differences nearly everything is a run.
    """
    from PIL import Image as Images
    from PIL import ImageChops

    width, height = image.size
    left, right = Images.frombytes("LA", (width // 2, height), image.tobytes()).split()
    packed = ImageChops.add(left.point([place << 4 & 0xFF for place in range(256)]), right)
    above = Images.new("L", packed.size)
    above.paste(packed, (0, 1))
    rows = Images.new("L", (width // 2 + 1, height), _UP)
    rows.paste(ImageChops.subtract_modulo(packed, above), (1, 0))
    press = zlib.compressobj(zlib.Z_BEST_COMPRESSION, wbits=15, memLevel=9, strategy=zlib.Z_RLE)
    data = press.compress(rows.tobytes()) + press.flush()
    head = struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _rgb(hexadecimal: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(hexadecimal[1:]))


@cache
def _sign(tone: str) -> Image:
    """The sign of a tone, cut out of a disc; an octagon where it failed for good."""
    from PIL import Image as Images
    from PIL import ImageDraw

    whole = _SIGN * _FINE
    layer = Images.new("L", (whole, whole), 0)
    draw = ImageDraw.Draw(layer)
    if tone == "failed-for-good":
        corners = (pi / 8 + pi / 4 * rank for rank in range(8))
        draw.polygon([(whole / 2 * (1 + cos(at)), whole / 2 * (1 + sin(at))) for at in corners], 255)
    else:
        draw.ellipse((0, 0, whole - 1, whole - 1), 255)
    _carve(draw, tone, whole)
    return layer.resize((_SIGN, _SIGN), Images.Resampling.BOX).point(_places("tone"))


def _carve(draw: ImageDraw, tone: str, whole: int) -> None:
    """Three dots, a tick, the hands of a clock, a cross."""
    if tone == "proceeds":
        for x in (0.27, 0.5, 0.73):
            _dot(draw, (x * whole, 0.5 * whole), 0.075 * whole)
    for line in _STROKES[tone]:
        _stroke(draw, [(x * whole, y * whole) for x, y in line], 0.1 * whole)


_STROKES: dict[str, Sequence[Sequence[_Point]]] = {
    "proceeds": (),
    "succeeded": (((0.27, 0.53), (0.43, 0.69), (0.73, 0.34)),),
    "failed-for-now": (((0.5, 0.22), (0.5, 0.52), (0.69, 0.63)),),
    "failed-for-good": (((0.32, 0.32), (0.68, 0.68)), ((0.68, 0.32), (0.32, 0.68))),
}
"""Lines of the signs, in parts of their size."""


def _stroke(draw: ImageDraw, points: Sequence[_Point], width: float) -> None:
    draw.line(points, 0, round(width), joint="curve")
    for end in points:
        _dot(draw, end, width / 2)


def _dot(draw: ImageDraw, at: _Point, radius: float) -> None:
    draw.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), 0)


def _fitting(text: str, size: int, room: int) -> int:
    """The size, or the largest below it at which the text has room."""
    width = _width(text, size)
    return size if width <= room else max(12, size * room // width)


@lru_cache(maxsize=1024)
def _width(text: str, size: int) -> int:
    return round(_font(size).getlength(text))


def _shown(texts: Sequence[str]) -> str:
    """The first of the texts that can be written with the font; empty where none can."""
    folded = (" ".join(text.translate(_FOLDED).split()) for text in texts)
    return next((text for text in map(_plain, folded) if all(map(_has, text))), "")


def _plain(text: str) -> str:
    """The text with letters that the font lacks in place of their compositions."""
    if all(map(_has, text)):
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


@cache
def _has(character: str) -> bool:
    """Whether the font has a shape for it; what it lacks has the shape of a character that there never is."""
    return character == " " or _shape(character) != _shape("\uffff")


def _shape(character: str) -> tuple[tuple[int, int], bytes]:
    mask = _font(20).getmask(character)
    return mask.size, bytes(mask)


@cache
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
