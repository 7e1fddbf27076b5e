"""Makes a catalogue of any size: `python -m benchmarks.catalogue FOLDER --codes 200`.

One invented protocol whose codes cycle through those of the real content. A code keeps the length and the form of its
texts, but one word of every sentence is an invented one, so that no two codes share a passage or a sentence, as in real
content. Facts vary from code to code, so that values combine about as often as they do in real content. The curated
pairs, references between codes and transcripts follow the numbers of the codes. The same arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from benchmarks.words import varied
from codepairs.model import normalise

__all__ = ["PROTOCOL", "make"]

PROTOCOL = "bench"
ROOT = Path(__file__).resolve().parent.parent
_REAL = "smtp"
_SOURCE, _TRANSLATED = "en", "de"
_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in the header of PO files; the same on every day."""
_DECLARED = ("class.", "fact.")
"""Contexts of the messages that protocol.yaml holds beside its title and summary."""

Yaml = dict[str, Any]
Messages = dict[tuple[str, str], str]
"""Translations by context and source text."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One code of the catalogue: a real code, and which copy of it."""

    rank: int
    """Its place among all codes; names its invented words."""
    real: str
    turn: int


def make(folder: Path, codes: int, languages: Sequence[str] = (_SOURCE, _TRANSLATED), seed: int = 0) -> None:
    """Write content/ and locales/ with so many codes into the folder, in place of what stands there.

    Texts are English; every other language gets the German translations, whatever its tag.
    """
    for name in ("content", "locales"):
        shutil.rmtree(folder / name, ignore_errors=True)
    maker = _Maker(folder, codes, seed)
    maker.write_content(languages)
    for lang in languages:
        if lang != _SOURCE:
            maker.write_locale(lang)


class _Maker:
    def __init__(self, folder: Path, codes: int, seed: int) -> None:
        self.content, self.locales = folder / "content", folder / "locales"
        self.random = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
        real = ROOT / "content" / _REAL
        self.real = {path.stem: _read(path) for path in sorted(real.glob("[0-9]*.yaml"))}
        self.pairs = [_read(path) for path in sorted((real / "pairs").glob("*.yaml"))]
        self.protocol = _read(real / "protocol.yaml")
        self.german = _messages(ROOT / "locales" / _TRANSLATED / "LC_MESSAGES" / f"{_REAL}.po")
        names = list(self.real)
        self.copies = [Copy(rank, names[rank % len(names)], rank // len(names)) for rank in range(codes)]
        self.numbers = _numbers(self.copies)
        self.known = re.compile(rf"(?<![0-9A-Za-z.])({'|'.join(names)})(?![0-9A-Za-z]|\.[0-9])")
        self.messages: Messages = {}
        """The translations of the texts written so far."""
        self.lists: set[tuple[str, ...]] = set()
        """The lists of literal values given so far."""

    def write_content(self, languages: Sequence[str]) -> None:
        folder = self.content / PROTOCOL
        (folder / "pairs").mkdir(parents=True)
        site = _read(ROOT / "content" / "site.yaml")
        site["languages"] = [
            {"lang": lang, "source": "true"} if lang == _SOURCE else {"lang": lang} for lang in languages
        ]
        site["protocols"] = [PROTOCOL]
        site["images"] = "no"
        site["search"] = "no"
        _write(self.content / "site.yaml", site)
        rows = io.StringIO()
        table = csv.writer(rows, lineterminator="\n")
        table.writerow(("code", "name", "reference", "status"))
        for copy in self.copies:
            code = self.code(copy)
            _write(folder / f"{code['code']}.yaml", code)
            table.writerow((code["code"], code["phrase"], "invented for a measurement", "standard"))
        (folder / "registry.csv").write_text(rows.getvalue(), encoding="utf-8")
        for pair in self.curated():
            _write(folder / "pairs" / f"{'-vs-'.join(pair['codes'])}.yaml", pair)
        _write(folder / "protocol.yaml", self.declarations())

    def write_locale(self, lang: str) -> None:
        source, target = ROOT / "locales" / _TRANSLATED, self.locales / lang / "LC_MESSAGES"
        target.mkdir(parents=True)
        shutil.copy(source / "LC_MESSAGES" / "site.po", target)
        if lang == _TRANSLATED:
            shutil.copy(source / "rules.yaml", self.locales / lang)
        texts = (self.protocol["title"], self.protocol["summary"])
        declared = {key: text for key, text in self.german.items() if key[0].startswith(_DECLARED) or key[1] in texts}
        catalog = Catalog(locale=_TRANSLATED, fuzzy=False, creation_date=_DATE, revision_date=_DATE)
        for (context, source_text), text in {**declared, **self.messages}.items():
            catalog.add(source_text, text, context=context)
        with (target / f"{PROTOCOL}.po").open("wb") as file:
            write_po(file, catalog, width=0, omit_header=False)

    def declarations(self) -> Yaml:
        """protocol.yaml with patterns that the new numbers fit: a class is still told by the first digit."""
        result = dict(self.protocol) | {"id": PROTOCOL, "name": PROTOCOL.capitalize()}
        digits = len(self.numbers[self.copies[0].real, 0])
        # The examples of the forms hold real numbers, which the new ones are not.
        result.pop("decode", None)
        result["pattern"] = f"[2-5][0-9]{{{digits - 1}}}"
        result["classes"] = [{**item, "pattern": item["pattern"][0] + "." * (digits - 1)} for item in result["classes"]]
        first = {(item.real, item.turn) for item in self.copies if item.turn == 0}
        named = [name.split("-vs-") for name in result["featured"]]
        result["featured"] = [
            f"{self.numbers[a, 0]}-vs-{self.numbers[b, 0]}" for a, b in named if {(a, 0), (b, 0)} <= first
        ]
        return result

    def code(self, copy: Copy) -> Yaml:
        """A code with its texts varied; their translations are noted."""
        result = dict(self.real[copy.real])
        result.pop("search", None)
        result["code"] = self.numbers[copy.real, copy.turn]
        result["phrase"] = varied(result["phrase"], copy.rank)
        for name in ("title", "summary", "meaning"):
            result[name] = self.text(name, result[name], copy)
        result["when"] = [self.text("when", text, copy) for text in result["when"]]
        result["action"] = {role: self.text(f"action.{role}", text, copy) for role, text in result["action"].items()}
        result["facts"] = self.facts(result)
        if "wire" in result:
            result["wire"] = self.renumbered(result["wire"], copy.turn)
        result["confused_with"] = list(filter(None, (self.number(name, copy.turn) for name in result["confused_with"])))
        for name in ("refines", "replaced_by"):
            if name in result:
                result[name] = self.number(result[name], copy.turn)
        return {key: value for key, value in result.items() if value is not None}

    def curated(self) -> Iterator[Yaml]:
        """The curated pairs of each turn, as far as both of their codes exist in it."""
        ranks = {(copy.real, copy.turn): copy for copy in self.copies}
        for turn in range(self.copies[-1].turn + 1):
            for pair in self.pairs:
                a, b = pair["codes"]
                if (a, turn) in ranks and (b, turn) in ranks:
                    result = dict(pair) | {"codes": [self.numbers[a, turn], self.numbers[b, turn]]}
                    for name in ("verdict", "difference", "guidance"):
                        result[name] = self.text(name, result[name], ranks[a, turn])
                    if "wire" in result:
                        result["wire"] = self.renumbered(result["wire"], turn)
                    yield result

    def text(self, context: str, source: str, copy: Copy) -> str:
        """The passage as this copy says it; its translation is noted under what it became."""
        source = normalise(source)
        mine = self.renumbered(varied(source, copy.rank), copy.turn)
        translation = self.german.get((context, source))
        if translation:
            self.messages[context, mine] = self.renumbered(varied(translation, copy.rank), copy.turn)
        return mine

    def renumbered(self, text: str, turn: int) -> str:
        """The text with the numbers of this turn in place of those of real codes."""
        return self.known.sub(lambda match: self.number(match[1], turn) or match[1], text)

    def number(self, real: str, turn: int) -> str | None:
        """The number of a real code in this turn; the last turn borrows from the one before what it lacks."""
        return self.numbers.get((real, turn)) or self.numbers.get((real, turn - 1))

    def facts(self, code: Yaml) -> Yaml:
        """The facts of the real code, about half of them varied."""
        found = dict(code["facts"])
        if self._half():
            found["answers"] = self._answers(found["answers"])
        if found["acts"] and self._half():
            found["acts"] = self._some(list(code["action"]))
        # In real content no two codes have the same list, only the same single value.
        if len(found["enhanced"]) > 1 or self._half():
            found["enhanced"] = self._enhanced(found["enhanced"])
        for name in ("sent_by", "standing"):
            if self._half():
                found[name] = self.random.choice(list(self.real.values()))["facts"][name]
        return found

    def _answers(self, values: list[str]) -> list[str]:
        """One value more or less; codes that answer nothing or anything stay so."""
        known = [value["id"] for fact in self.protocol["facts"] if fact["id"] == "answers" for value in fact["values"]]
        if not values or "any" in values:
            return values
        changed = set(values) ^ {self.random.choice([value for value in known if value != "any"])}
        return [value for value in known if value in (changed or set(values))]

    def _some(self, names: list[str]) -> list[str]:
        return sorted(self.random.sample(names, self.random.randint(1, len(names))), key=names.index)

    def _enhanced(self, values: list[str]) -> list[str]:
        """As many literal values, with other numbers; a list of several is never given twice."""
        while True:
            chosen = list(dict.fromkeys(self._literal(value) for value in values))
            if len(chosen) == len(values) and (len(chosen) < 2 or tuple(chosen) not in self.lists):
                self.lists.add(tuple(chosen))
                return chosen

    def _literal(self, value: str) -> str:
        return f"{value[0]}.{self.random.randint(0, 7)}.{self.random.randint(0, 30)}"

    def _half(self) -> bool:
        return self.random.random() < 0.5


def _numbers(copies: Sequence[Copy]) -> dict[tuple[str, int], str]:
    """The number of each code: the first digit is that of its real code, the others count the codes of that class."""
    count: dict[str, int] = {}
    ranks = {}
    for copy in copies:
        ranks[copy.real, copy.turn] = count[copy.real[0]] = count.get(copy.real[0], -1) + 1
    digits = max(3, len(str(max(count.values()))))
    return {key: f"{key[0][0]}{rank:0{digits}}" for key, rank in ranks.items()}


def _messages(path: Path) -> Messages:
    with path.open("rb") as file:
        catalog = read_po(file)
    return {
        (message.context or "", message.id): message.string
        for message in catalog
        if message.id and isinstance(message.id, str) and message.string and not message.fuzzy
    }


def _read(path: Path) -> Yaml:
    # The base loader reads every scalar as the text that stands there, as the project does.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - plain text only


def _write(path: Path, data: Yaml) -> None:
    text = yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1000)
    path.write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.catalogue", description="Make a catalogue of any size.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--codes", type=int, default=200)
    parser.add_argument("--languages", default=f"{_SOURCE},{_TRANSLATED}", help="tags, with commas; en is the source")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    languages = options.languages.split(",")
    if options.codes < 1 or _SOURCE not in languages:
        parser.error(f"at least one code, and {_SOURCE!r} among the languages")
    make(options.folder, options.codes, languages, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
