"""Incremental equals clean: whatever is edited, in whatever order, a build leaves what a build from nothing leaves.

The input is edited at random: texts, facts, codes, pairs, translations, templates, assets, settings, languages,
protocols, the program, and the output and its manifest too. After each build the output is compared with a clean one.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import yaml
from babel.messages.pofile import read_po, write_po
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from codepairs import changes, pipeline
from codepairs.errors import ContentError, OutputError
from codepairs.manifest import MANIFEST
from codepairs.write import Data, Folder, Written
from tests.sites import Told, copy_of_tiny

T = TypeVar("T")

FOREIGN = "own/notes.txt"
"""A file in the output that is none of the program's."""
SPARE = ("parcel/4.10.1.yaml", "parcel/5.1.0.yaml", "parcel/5.7.2.yaml")
"""Codes that are not there at first, so that less has to be built."""

SAID: tuple[tuple[str, Any], ...] = (
    ("title", "Empty shelves"),
    ("title", "The street does not exist"),
    ("summary", "Another sentence, and `code`."),
    ("meaning", "The van is late."),
    ("meaning", "A text with **marks** & <odd> letters: ü, שלום."),
    ("when", ["The van is late.", "It comes first."]),
    ("when", None),
    ("action", {"customer": "The van is late."}),
    ("action", None),
    ("wire", "C: DROP parcel\nS: {code} Words"),
    ("wire", None),
    ("sources", ["RFC 5321 section 3", {"title": "Elsewhere", "url": "https://elsewhere.example/"}]),
)
"""What a code may say; some of it others say as well."""
STATED: Mapping[str, tuple[tuple[str, Any], ...]] = {
    "parcel": (
        ("answers", "collect"),
        ("answers", ["drop", "hello"]),
        ("answers", "any"),
        ("answers", None),
        ("phase", ["door", "shelf"]),
        ("outcome", "proceeds"),
        ("acts", "clerk"),
        ("acts", None),
        ("stamps", ["NEW", "FULL"]),
        ("afterwards", "closed"),
    ),
    "names": (("section", "body"), ("section", "header"), ("number", "47"), ("number", None)),
}
SETTINGS: tuple[tuple[str, Any], ...] = (
    ("title", "Little"),
    ("title", "Tiny"),
    ("url", "https://little.example/"),
    ("link_style", "clean"),
    ("link_style", None),
    ("indexing", "all"),
    ("indexing", None),
    ("images", "no"),
    ("images", None),
    ("licence", {"title": "Other terms", "url": "https://other.example/"}),
    ("licence", None),
    ("tagline", "Other codes, told apart."),
    ("tagline", "Small codes, told apart."),
    ("description", "Another description."),
)
DECLARED: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "parcel": (
        ("label", "label: Stamps", "label: Marks"),
        ("sentence", "With {code} the shop stays open.", "{code} leaves the shop open."),
        ("pair's sentence", "{a} and {b} both reply to {values}.", "{values} leads to {a} and {b}."),
        ("class", "label: 2, done", "label: 2, made"),
        ("implied", "implies: {phase: counter}", "implies: {phase: shelf}"),
        ("featured", "order: natural", "featured: [5.1.1-vs-5.7.1]\norder: natural"),
        ("source", "RFC 5321 section 4.2\n", "RFC 5321 section 4.3\n"),
    ),
    "names": (
        ("name", "name: Names", "name: Name"),
        ("title", "title: Name answers", "title: Answers"),
        ("summary", "What a name server of the tests answers.", "What it answers."),
        ("order", "order: registry", "order: natural"),
        ("registry", "date: 2024-01-02", "date: 2024-03-04"),
        ("literal", "label: Number", "label: Figure"),
    ),
}
"""Edits of declarations that can be taken back: what is edited, and the two ways it is written."""

number = st.integers(0, 99)
"""Chooses among what is there."""
flag = st.booleans()


def edits(**drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule that edits something; a build follows, or another edit comes first."""

    def decorate(edit: Callable[..., None]) -> Callable[..., None]:
        @wraps(edit)
        def run(machine: Incremental, build: bool, explains: bool, **values: Any) -> None:
            edit(machine, **values)
            machine.pending = True
            if build:
                machine.build(explains)

        decorated: Callable[..., None] = rule(build=st.sampled_from((True, True, False)), explains=flag, **drawn)(run)
        return decorated

    return decorate


class Incremental(RuleBasedStateMachine):
    """A small site that is edited and built; edits that make its input invalid are taken back by the build."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.input = self.folder / "input"
        self.saved = self.folder / "saved"
        made = copy_of_tiny(self.input)
        shutil.copytree(made.templates, self.input / "templates")
        self.settings = replace(made, templates=self.input / "templates", output=self.folder / "site", jobs=1)
        self.content = made.content
        for name in SPARE:
            self._put_away(self.content / name)
        self.program = ""
        self.patch = patch.object(changes, "program_digest", lambda: self.program)
        self.patch.start()
        self.pending = True
        self.build(explains=False)

    def teardown(self) -> None:
        """Build what is left to build."""
        try:
            if self.pending:
                self.build(explains=False)
        finally:
            self.patch.stop()
            shutil.rmtree(self.folder)

    def build(self, explains: bool) -> None:
        """Build, and hold the result against a clean build; where the input is bad, take the edits back."""
        self.pending = False
        output, before, told = self.settings.output, _state(self.settings.output), Told(explains)
        try:
            report = pipeline.build(self.settings, told)
        except ContentError:
            assert _state(output) == before, "the input is bad, and something was written"
            self._take_back()
            return
        after = _state(output)
        self._is_clean(output)
        kept = {path for path in before.keys() & after.keys() - {MANIFEST} if before[path][0] == after[path][0]}
        assert [path for path in kept if before[path] != after[path]] == [], "files with equal bytes were written"
        assert report.written == len(after.keys() - kept - {MANIFEST})
        assert report.unchanged == len(kept - {FOREIGN})
        if explains:
            pages = {path for path, reason in told.reasons if path.endswith(".html") and "removed" not in reason}
            assert len(pages) == report.rendered
            assert {path for path in after.keys() - kept if path.endswith(".html")} <= pages
        again = pipeline.build(self.settings)
        assert (again.rendered, again.written, again.removed) == (0, 0, 0)
        assert (again.pages, again.unchanged) == (report.pages, len(after.keys() - {MANIFEST, FOREIGN}))
        assert _state(output) == after, "a second build wrote something"
        self._save()

    def _is_clean(self, output: Path) -> None:
        clean = self.folder / "clean"
        pipeline.build(replace(self.settings, output=clean))
        found, wanted = _bytes(output), _bytes(clean)
        assert found.keys() == wanted.keys()
        assert [path for path in wanted if found[path] != wanted[path]] == []
        shutil.rmtree(clean)

    def _save(self) -> None:
        shutil.rmtree(self.saved, ignore_errors=True)
        shutil.copytree(self.input, self.saved)
        self.valid = self.settings, self.program

    def _take_back(self) -> None:
        shutil.rmtree(self.input)
        shutil.copytree(self.saved, self.input)
        self.settings, self.program = self.valid

    # Codes

    @edits(which=number, says=st.sampled_from(SAID))
    def code_says_something_else(self, which: int, says: tuple[str, Any]) -> None:
        """A text, a list of texts, a transcript."""
        path = _pick(self._codes(), which)
        field, value = says
        name = _read(path)["code"]
        _set(path, field, value.format(code=name) if field == "wire" and value else value)

    @edits(which=number, words=st.sampled_from(("Other words", "No error")))
    def code_has_another_phrase(self, which: int, words: str) -> None:
        """In the registry too, where there is one."""
        path = _pick(self._codes(), which)
        code = _read(path)["code"]
        _set(path, "phrase", words)
        if (registry := path.parent / "registry.csv").exists():
            _edit(registry, rf"(?m)^{code},[^,]*", f"{code},{words}")

    @edits(which=number, states=number)
    def code_states_something_else(self, which: int, states: int) -> None:
        """A fact with other values, or with none."""
        path = _pick(self._codes(), which)
        fact, value = _pick(STATED.get(path.parent.name, STATED["names"]), states)
        facts = {**_read(path).get("facts", {}), fact: value}
        _set(path, "facts", {name: values for name, values in facts.items() if values})

    @edits(which=number, other=number, field=st.sampled_from(("confused_with", "refines", "replaced_by")), there=flag)
    def code_refers_to_another(self, which: int, other: int, field: str, there: bool) -> None:
        """Or no longer does."""
        path = _pick(self._codes(), which)
        code = _read(_pick([each for each in self._codes() if each.parent == path.parent], other))["code"]
        _set(path, field, None if not there else [code] if field == "confused_with" else code)

    @edits(which=number)
    def code_goes(self, which: int) -> None:
        """Its row in the registry becomes one that needs no page. One code stays."""
        path = _pick(self._codes(), which)
        if len(self._codes()) == 1:
            return
        if (registry := path.parent / "registry.csv").exists():
            _edit(registry, rf"(?m)^({_read(path)['code']},.*),standard$", r"\1,unassigned")
        self._put_away(path)

    @edits(which=number)
    def code_comes_back(self, which: int) -> None:
        """One that went, or was not there at first."""
        away = sorted((self.input / "away").rglob("*.yaml"))
        if away:
            path = self.content / _pick(away, which).relative_to(self.input / "away")
            if path.parent.exists():
                shutil.move(_pick(away, which), path)
                if (registry := path.parent / "registry.csv").exists():
                    _edit(registry, rf"(?m)^({_read(path)['code']},.*),unassigned$", r"\1,standard")

    @edits(which=st.integers(0, 3), words=st.sampled_from(("No room at the moment", "Something new")))
    def new_code(self, which: int, words: str) -> None:
        """Said in one language only."""
        path = self.content / "parcel" / f"4.3.{which}.yaml"
        if path.parent.exists():
            texts = dict.fromkeys(("summary", "meaning"), f"{words}.")
            _write(path, {"code": path.stem, "phrase": "New", "title": words, "sources": ["RFC 5321"], **texts})

    # Pairs

    @edits(which=number, other=number)
    def new_pair(self, which: int, other: int) -> None:
        """An author writes about two codes."""
        a = _pick(self._codes(), which)
        b = _pick([path for path in self._codes() if path.parent == a.parent], other)
        first, second = sorted((a, b), key=_order)
        codes = [_read(first)["code"], _read(second)["code"]]
        texts = {field: f"The {field} of two." for field in ("verdict", "difference", "guidance")}
        (a.parent / "pairs").mkdir(exist_ok=True)
        _write(a.parent / "pairs" / f"{first.stem}-vs-{second.stem}.yaml", {"codes": codes, **texts})

    @edits(which=number)
    def pair_goes(self, which: int) -> None:
        """What an author wrote about two codes is taken away."""
        if pairs := sorted(self.content.glob("*/pairs/*.yaml")):
            _pick(pairs, which).unlink()

    @edits(
        which=number, field=st.sampled_from(("verdict", "guidance")), words=st.sampled_from(("So.", "The van is late."))
    )
    def pair_says_something_else(self, which: int, field: str, words: str) -> None:
        """A text of a pair, or all its transcript."""
        if pairs := sorted(self.content.glob("*/pairs/*.yaml")):
            _set(_pick(pairs, which), field, words)

    # Translations

    @edits(
        which=number,
        entry=number,
        becomes=st.sampled_from(("other", "other", "fuzzy", "sure", "missing", "gone", "bad")),
    )
    def translation_changes(self, which: int, entry: int, becomes: str) -> None:
        """A message in a PO file."""
        paths = sorted(self.settings.locales.rglob("*.po"))
        if not paths:
            return
        path = _pick(paths, which)
        with path.open("rb") as file:
            catalog = read_po(file)
        messages = [message for message in catalog if message.id]
        if not messages:
            return
        # Every seventh, so that all parts of the file are met.
        message = _pick(messages, entry * 7)
        if becomes == "gone":
            catalog.delete(message.id, message.context)
        elif becomes in ("fuzzy", "sure"):
            message.flags = {*message.flags, "fuzzy"} if becomes == "fuzzy" else message.flags - {"fuzzy"}
        elif isinstance(message.string, tuple | list):
            message.string = (
                *message.string[:-1],
                {"other": f"{message.string[-1]} ü", "bad": "<b>x</b>"}.get(becomes, ""),
            )
        else:
            message.string = {"other": f"{message.string} ü", "bad": "<b>x</b>"}.get(becomes, "")
        with path.open("wb") as file:
            write_po(file, catalog, width=0)

    @edits(which=number)
    def translations_of_a_domain_go(self, which: int) -> None:
        """A whole PO file."""
        if paths := sorted(self.settings.locales.rglob("*.po")):
            _pick(paths, which).unlink()

    # Templates and assets

    @edits(which=number, mark=st.integers(0, 2))
    def template_changes(self, which: int, mark: int) -> None:
        """The first element of a page, fragment or component gets a mark."""
        folder = self.settings.templates
        paths = sorted(path for path in folder.rglob("*.html") if re.search(_ELEMENT, path.read_text(encoding="utf-8")))
        _edit(_pick(paths, which), _ELEMENT, rf'<\1 data-mark="{mark}"')

    @edits(words=st.sampled_from(("Key differences", "Differences")))
    def message_of_a_template_changes(self, words: str) -> None:
        """The message is another one then."""
        _edit(self.settings.templates / "pages" / "pair.html", r"_\('(Key d|D)ifferences'\)", f"_('{words}')")

    @edits(name=st.sampled_from(("base.css", "new.css", "icon.svg", "new.svg", "compare.js")), there=flag)
    def asset_changes(self, name: str, there: bool) -> None:
        """It grows, is new or goes."""
        path = self.settings.templates / "assets" / name
        if there or not name.startswith("new"):
            path.write_text(f"{path.read_text(encoding='utf-8') if path.exists() else ''}\n", encoding="utf-8")
        else:
            path.unlink(missing_ok=True)

    # Settings and declarations

    @edits(setting=st.sampled_from(SETTINGS))
    def setting_changes(self, setting: tuple[str, Any]) -> None:
        """A field of site.yaml."""
        _set(self.content / "site.yaml", *setting)

    @edits(url=st.sampled_from((None, "https://option.example/deep", "https://tiny.example/codes/")))
    def base_url_changes(self, url: str | None) -> None:
        """An option of the run."""
        self.settings = replace(self.settings, base_url=url)

    @edits(lang=st.sampled_from(("de", "ar")))
    def language_goes_or_comes_back(self, lang: str) -> None:
        """Its translations stay where they are."""
        path = self.content / "site.yaml"
        languages = _read(path)["languages"]
        others = [item for item in languages if item["lang"] != lang]
        _set(path, "languages", others if len(others) < len(languages) else [*languages, {"lang": lang}])

    @edits()
    def protocols_change_places(self) -> None:
        """On the home page, and wherever else they are listed."""
        path = self.content / "site.yaml"
        _set(path, "protocols", _read(path)["protocols"][::-1])

    @edits(name=st.sampled_from(("parcel", "names")))
    def protocol_goes_or_comes_back(self, name: str) -> None:
        """With all its codes; not the last one that has any."""
        path, here, away = self.content / "site.yaml", self.content / name, self.input / "away" / f"whole-{name}"
        protocols = _read(path)["protocols"]
        if not here.exists():
            shutil.move(away, here)
            _set(path, "protocols", [*protocols, name])
        elif any(code.parent != here for code in self._codes()):
            away.parent.mkdir(exist_ok=True)
            shutil.move(here, away)
            _set(path, "protocols", [each for each in protocols if each != name])

    @edits(name=st.sampled_from(("parcel", "names")), which=number)
    def declaration_changes(self, name: str, which: int) -> None:
        """A line of protocol.yaml, back or forth."""
        path = self.content / name / "protocol.yaml"
        if path.exists():
            _, one, other = _pick(DECLARED[name], which)
            text = path.read_text(encoding="utf-8")
            text = text.replace(other, one) if other in text else text.replace(one, other)
            path.write_text(text, encoding="utf-8")

    @edits(program=st.sampled_from(("", "another")))
    def program_changes(self, program: str) -> None:
        """Another version of it, or of what it renders with."""
        self.program = program

    # Output

    @edits(which=number, how=st.sampled_from(("longer", "same size", "empty", "touched", "gone")))
    def output_is_touched(self, which: int, how: str) -> None:
        """By hand, some time after the build."""
        path = _pick(_files(self.settings.output), which * 3)
        if how == "gone":
            path.unlink()
            return
        data, later = path.read_bytes(), path.stat().st_mtime_ns + 1_000_000_000
        new = {"longer": data + b"!", "same size": bytes(reversed(data)), "empty": b""}
        path.write_bytes(new.get(how, data))
        os.utime(path, ns=(later, later))

    @edits(lang=st.sampled_from(("en", "de", "ar", "assets")))
    def folder_of_the_output_goes(self, lang: str) -> None:
        """Or all of it, but for what is not ours."""
        shutil.rmtree(self.settings.output / lang, ignore_errors=True)

    @edits()
    def foreign_file_is_there(self) -> None:
        """It stays whatever happens."""
        path = self.settings.output / FOREIGN
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine", encoding="utf-8")

    @rule(after=st.integers(0, 60), explains=flag)
    def build_fails_half_way(self, after: int, explains: bool) -> None:
        """The disk is full; then there is room again."""
        put, files = Folder.put, 0

        def refused(folder: Folder, path: str, data: Data) -> Written:
            nonlocal files
            files += 1
            if files > after:
                raise OutputError(f"{path}: cannot be written")
            return put(folder, path, data)

        with patch.object(Folder, "put", refused), suppress(ContentError, OutputError):
            pipeline.build(self.settings)
        self.build(explains)

    # Without a manifest nobody knows what is to be removed; so nothing else changes meanwhile.

    @precondition(lambda self: not self.pending)
    @rule(how=st.sampled_from(("gone", "empty", "garbage")), explains=flag)
    def manifest_is_lost(self, how: str, explains: bool) -> None:
        """Or nothing in it can be read."""
        path = self.settings.output / MANIFEST
        path.unlink() if how == "gone" else path.write_bytes(b"" if how == "empty" else b"\xff\x00{]")
        # Without any manifest the folder could be anybody's.
        self.settings = replace(self.settings, force=how == "gone")
        self.build(explains)
        self.settings = replace(self.settings, force=False)
        self.valid = self.settings, self.program

    @precondition(lambda self: not self.pending)
    @rule(at=st.floats(0, 1), bit=st.integers(0, 7), how=st.sampled_from(("cut", "flipped")), explains=flag, touch=flag)
    def manifest_is_damaged(self, at: float, bit: int, how: str, explains: bool, touch: bool) -> None:
        """Cut anywhere, or with another byte below its head."""
        path = self.settings.output / MANIFEST
        data = bytearray(path.read_bytes())
        head = data.index(b"\n") + 1
        place = int(at * (len(data) - 1)) if how == "cut" else head + int(at * (len(data) - head - 1))
        if how == "cut":
            del data[place:]
        else:
            data[place] ^= 1 << bit
        path.write_bytes(data)
        if touch:
            (self.settings.output / "index.html").unlink()
        self.build(explains)

    def _codes(self) -> list[Path]:
        return sorted(path for path in self.content.glob("*/*.yaml") if path.name != "protocol.yaml")

    def _put_away(self, path: Path) -> None:
        target = self.input / "away" / path.relative_to(self.content)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)


_ELEMENT = r'<([a-z][a-z0-9]*)(?: data-mark="\d")?(?=[ >])'


def _state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and modification times of all files, by path."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def _bytes(folder: Path) -> dict[str, bytes | None]:
    """The site's files by path, and its folders; without the manifest and what is not ours."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    own = {name: path for name, path in found.items() if name not in (MANIFEST, FOREIGN, "own")}
    return {name: path.read_bytes() if path.is_file() else None for name, path in own.items()}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)


def _pick(items: Sequence[T], number: int) -> T:
    return items[number % len(items)]


def _order(path: Path) -> list[int]:
    """The place of a code of the tiny site in its protocol."""
    if path.parent.name == "names":
        return [("noerror", "nxdomain", "0x2f").index(path.stem)]
    return [int(part) for part in path.stem.split(".")]


def _read(path: Path) -> dict[str, Any]:
    """A YAML file, all values as the author wrote them."""
    document = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    assert isinstance(document, dict)
    return document


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(document), allow_unicode=True, sort_keys=False), encoding="utf-8")


def _set(path: Path, field: str, value: Any) -> None:
    """Set a field of a YAML file, or take it away."""
    document = {name: item for name, item in _read(path).items() if name != field}
    _write(path, document | ({field: value} if value else {}))


def _edit(path: Path, pattern: str, new: str) -> None:
    """Replace the first match, if there is one."""
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(pattern, new, text, count=1), encoding="utf-8")


TestIncremental = Incremental.TestCase
# Shrinking would build hundreds of sites; the steps of a failure are few enough to be read.
TestIncremental.settings = settings(
    max_examples=7,
    stateful_step_count=12,
    deadline=None,
    phases=[phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
