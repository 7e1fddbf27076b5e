"""The texts of `data/decode.yaml` with the codes in them, and how tests name what was found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import yaml

from codepairs.decoding import findings
from codepairs.model import Protocol
from tests.support import ROOT


class Case(NamedTuple):
    """A text as people paste it."""

    name: str
    text: str
    finds: tuple[str, ...]
    of: str
    """The protocol of all that is found; empty where nothing is, or codes of several are."""


def _cases() -> list[Case]:
    path = ROOT / "tests" / "data" / "decode.yaml"
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return [Case(entry["from"], entry["text"], tuple(entry["finds"]), entry.get("of", "")) for entry in entries]


CASES = _cases()


def named(protocols: Iterable[Protocol], text: str) -> list[str]:
    """What stands in a text, each once, in the order of its first place."""
    return [name for _, name in dict.fromkeys((each.protocol, each.name) for each in findings(protocols, text))]
