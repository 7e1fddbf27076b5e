"""Parts of a regular expression: how both engines write them, and how many steps they can take at worst.

An engine that backtracks tries what follows a part once for each way in which the part can match. So of every part its
ways and its steps are counted, and what it can begin with: where a repetition can go on with nothing that the next part
begins with, it ends in one place only, and of alternatives only those count that can begin with the same character.

A set of characters is a number: bit 0 to 127 for ASCII, one bit for all others. Case never tells two apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["ALL", "COUNTED", "END", "Part", "beside", "following", "members", "repeated"]

COUNTED = 1 << 40
"""More ways or steps than anything may take are not counted to their end."""

_OTHERS = 1 << 128
"""The characters beyond ASCII."""
ALL = (1 << 129) - 1
"""Every character."""
_FOLDED = "iIkKsS"
"""Letters that some character beyond ASCII equals where case does not count."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a pattern, and what it costs."""

    python: str
    script: str
    groups: tuple[str, ...] = ()
    ways: int = 1
    """In how many ways it can match at one place, at most."""
    steps: int = 1
    """How many characters it looks at before none of these is left."""
    entry: int = 1
    """How many it looks at where the first one already is none of its own."""
    first: int = 0
    """What it can begin with; nothing for what has no width."""
    empty: bool = False
    """Whether it can match nothing."""
    tail: int = 0
    """What a repetition at its end can go on with."""
    held: int = 1
    """Its ways where nothing of that follows."""
    literal: str | None = None
    """Its text, where it is nothing else."""


END = Part("", "")
"""The end of a word that has to fit as a whole: nothing begins with it, and it is always there."""


def members(*ranges: tuple[str, str], negated: bool = False) -> int:
    """The set of the characters in ranges, each from one to another."""
    found = 0
    for low, high in ranges:
        for code in range(ord(low), min(ord(high), 127) + 1):
            found |= 1 << code if negated else _either_case(chr(code))
        if ord(high) > 127 and not negated:
            found |= _OTHERS
    if negated:
        return ALL & ~found
    if found & _OTHERS:
        for letter in _FOLDED:
            found |= 1 << ord(letter)
    return found


def _either_case(char: str) -> int:
    found = 1 << ord(char.lower()) | 1 << ord(char.upper())
    return found | _OTHERS if char in _FOLDED else found


def beside(parts: Sequence[Part]) -> Part:
    """Alternatives: at one place only those count that can begin alike."""
    made = _joined("|", parts)
    words = [part.literal for part in parts if part.literal]
    always = [part for part in parts if part.empty]
    others = [part for part in parts if not part.empty]
    # Of words only those match at one place that begin one another.
    worded = max((sum(map(word.startswith, words)) for word in words), default=0)
    told = [[part for part in others if part.first & each] for each in _told_apart({part.first for part in others})]
    ways = max((sum(part.ways for part in some if not part.literal) for some in told), default=0)
    held = max((sum(part.held for part in some if not part.literal) for some in told), default=0)
    tried = max((sum(part.steps for part in some) for some in told), default=0)
    # Each is tried, even one in which there is nothing.
    entry = sum(max(part.entry, 1) for part in parts)
    return replace(
        made,
        ways=min(worded + ways + sum(part.ways for part in always), COUNTED),
        steps=min(entry + tried + sum(part.steps for part in always), COUNTED),
        entry=entry,
        first=_union([part.first for part in parts]),
        empty=bool(always),
        tail=_union([part.tail for part in parts]),
        held=min(worded + held + sum(part.held for part in always), COUNTED),
    )


def _told_apart(sets: set[int]) -> list[int]:
    """Disjoint sets of which these are made."""
    found: list[int] = []
    for each in sets:
        rest, split = each, []
        for known in found:
            split += [part for part in (known & each, known & ~each) if part]
            rest &= ~known
        found = [*split, rest] if rest else split
    return found


def following(parts: Sequence[Part]) -> Part:
    """A sequence: each part is tried once for every way of those before it."""
    made = _joined("", parts)
    ways, held, steps = 1, 1, 0
    for rank, part in enumerate(parts):
        rest = parts[rank + 1 :]
        steps += ways * part.steps
        if part.tail & _begins(rest):
            ways, held = ways * part.ways, held * part.ways
        else:
            # The next part begins where the repetition ends, and nowhere before.
            steps += ways * part.ways * _entered(rest) if part.tail else 0
            held *= part.held
            ways *= part.ways if all(each.empty for each in rest) else part.held
        ways, held, steps = min(ways, COUNTED), min(held, COUNTED), min(steps, COUNTED)
    literals = [part.literal for part in parts]
    last = max((rank for rank, part in enumerate(parts) if not part.empty), default=0)
    return replace(
        made,
        ways=ways,
        steps=max(steps, 1),
        entry=_entered(parts),
        first=_begins(parts),
        empty=all(part.empty for part in parts),
        tail=_union([part.tail for part in parts[last:]]),
        held=held,
        literal=None if None in literals else "".join(map(str, literals)),
    )


def _begins(parts: Sequence[Part]) -> int:
    """What a sequence can begin with."""
    found = 0
    for part in parts:
        found |= part.first
        if not part.empty:
            break
    return found


def _entered(parts: Sequence[Part]) -> int:
    """How many characters a sequence looks at where it cannot even begin."""
    found = 0
    for part in parts:
        found += part.entry
        if not part.empty:
            break
    return found


def repeated(part: Part, least: int, most: int, sign: str) -> Part:
    """A repetition, from `least` to `most` times."""
    through = part.ways if part.empty or part.tail & part.first else part.held
    ways, steps, times = int(least == 0), 1, 1
    for time in range(1, most + 1):
        steps = min(steps + times * part.steps, COUNTED)
        ways = min(ways + (times * part.ways if time >= least else 0), COUNTED)
        times = min(times * through, COUNTED)
    # What goes one way each time ends where it cannot go on.
    certain = through == 1 and not part.empty
    return Part(
        f"{part.python}{sign}",
        f"{part.script}{sign}",
        part.groups,
        ways,
        steps,
        entry=part.entry + 1,
        first=part.first,
        empty=least == 0 or part.empty,
        tail=(part.tail | part.first if least < most else part.tail) if certain else 0,
        held=1 if certain else ways,
    )


def _union(sets: Sequence[int]) -> int:
    found = 0
    for each in sets:
        found |= each
    return found


def _joined(sign: str, parts: Sequence[Part]) -> Part:
    groups = tuple(name for part in parts for name in part.groups)
    return Part(sign.join(part.python for part in parts), sign.join(part.script for part in parts), groups)
