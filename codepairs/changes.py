"""Plan x manifest of the last run -> which pages are stale, and why. Pure but for one look at each file.

Everything that a page can depend on is a part with a digest: program and settings, templates, messages of the
interface, declarations of a protocol, each code and each curated pair in each language. Which parts a page depends on
follows from the page itself, so the digests grow with the codes and not with the pages. Where in doubt a part is
coarse: a page that is rendered in vain costs little, and its bytes are compared before anything is written.
Correctness means that an incremental build equals a clean one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

from codepairs.editing import editor_schemas
from codepairs.limits import MOST_FILES, MOST_PO_BYTES
from codepairs.model import Code, CuratedPair, Protocol, Text
from codepairs.outputs.images import cards
from codepairs.pages.number import shared_numbers
from codepairs.plan import Batch, OutputKind, Page, PageKind, Site
from codepairs.reading import UnreadableError, read_bytes
from codepairs.settings import Settings
from codepairs.translate import Translator
from codepairs.urls import image_path

__all__ = ["Changes", "Parts", "indexer_digest", "inputs_digest", "parts_of", "program_digest"]

_INDEXES_WITH = ("pagefind_bin",)
_RENDERS_WITH = ("babel", "jinja2", "markdown", "markupsafe", "nh3")
_DRAWS = ("outputs/cards.py", "outputs/images.py")
_DRAWS_WITH = ("pillow",)

_MOST_WALKED = 4 * MOST_FILES
"""Files among which changes are looked for, of content, translations and templates."""

_EVERYWHERE = ("program", "settings", "assets", "fragments", "messages")
"""The parts that all pages of a language depend on."""

_LABELS = ("components/picker.html", "components/search.html")
"""The templates of what scripts put on pages."""

Parts = Mapping[str, str]
"""Digests by the names of parts. A name is made of words: what it is, the language or `*`, protocol, slugs."""


def parts_of(site: Site, kinds: Iterable[PageKind]) -> dict[str, str]:
    """The digest of everything that the files of a site depend on."""
    catalogue = site.catalogue
    fragments = sorted(item for item in site.template_digests.items() if item[0].startswith("fragments/"))
    names = [f"{protocol.id} {protocol.name}" for protocol in catalogue.protocols.values()]
    parts = {
        "program *": program_digest(),
        "settings *": _digest(repr(catalogue.site), site.base_url, str(site.draws), *names),
        "drawing *": _drawing_digest(),
        "assets *": site.assets.digest,
        "fragments *": _digest(*map(str, fragments)),
        "listing *": _digest(*_listing(site)),
        "labels *": _digest(*(site.template_digests.get(name, "") for name in _LABELS)),
        "editing *": _digest(repr(editor_schemas(catalogue))),
        "indexer *": indexer_digest(),
    }
    parts |= {f"asset * {path}": blake2b(data, digest_size=6).hexdigest() for path, data in site.assets.files.items()}
    parts |= {
        f"dictionary {lang}": blake2b(data, digest_size=6).hexdigest() for lang, data in site.dictionaries.items()
    }
    parts |= {" ".join(("image *", *key)): _digest(repr(card), image_path(*key)) for key, card in cards(site)}
    parts |= {f"template * {kind.name}": site.template_digests[kind.template] for kind in kinds}
    in_languages = sorted(site.languages_of(tuple(catalogue.site.texts())))
    # Every language shows how far all of them have come.
    coverage = _digest(repr(site.coverage()))
    for lang, translator in site.translators.items():
        said = (*_phrases(site, site.interface, lang), *_phrases(site, catalogue.site.texts(), lang))
        parts[f"messages {lang}"] = _digest(*said, _plurals(translator), *in_languages)
        parts[f"coverage {lang}"] = coverage
    shared = {(code.protocol, code.code) for codes in shared_numbers(catalogue).values() for code in codes}
    for protocol in catalogue.protocols.values():
        parts |= _protocol_parts(site, protocol, shared)
    return parts


def _protocol_parts(site: Site, protocol: Protocol, shared: Container[tuple[str, str]]) -> dict[str, str]:
    """The declarations of a protocol, what the pages of a code derive from all others, its codes, its pairs."""
    codes, pairs = protocol.codes.values(), protocol.curated.values()
    parts: dict[str, str] = {}
    declared = (protocol.name, protocol.sources, protocol.classes, protocol.facts, protocol.featured, protocol.decode)
    in_languages = sorted(site.languages_of(tuple(protocol.texts())))
    registry = f"{protocol.registry.source} {protocol.registry.date}"
    order = _digest(*(repr((code.slug, code.code, code.facts, code.confused_with)) for code in codes))
    items: list[tuple[str, str, tuple[Text, ...]]] = [
        *(
            (f"{protocol.id} {code.slug}", _of_code(code, (protocol.id, code.code) in shared), _texts(code))
            for code in codes
        ),
        *((f"{protocol.id} {_slugs(protocol, pair)}", _of_pair(pair), tuple(pair.texts())) for pair in pairs),
    ]
    known = site.languages
    languages = [
        *(sorted(known[protocol.id, code.code]) for code in codes),
        *(sorted(known[protocol.id, *pair.codes]) for pair in pairs),
    ]
    for lang in site.translators:
        said = _phrases(site, protocol.texts(), lang)
        parts[f"protocol {lang} {protocol.id}"] = _digest(repr(declared), registry, *in_languages, *said)
        parts[f"order {lang} {protocol.id}"] = _digest(order, *_phrases(site, [code.title for code in codes], lang))
        for (name, item, texts), translated in zip(items, languages, strict=True):
            what = "code" if name.count(" ") == 1 else "pair"
            parts[f"{what} {lang} {name}"] = _digest(item, *translated, *_phrases(site, texts, lang))
    return parts


def _listing(site: Site) -> Iterator[str]:
    """Which pages there are, and in which languages search engines are offered them."""
    yield repr(sorted(site.languages_of(tuple(site.catalogue.site.texts()))))
    for protocol in site.catalogue.protocols.values():
        yield repr((protocol.id, sorted(site.languages_of(tuple(protocol.texts())))))
        for code in protocol.codes.values():
            relates = (code.refines, code.replaced_by, code.confused_with)
            yield repr((code.slug, code.facts, relates, sorted(site.languages[protocol.id, code.code])))
        for pair in protocol.curated:
            yield repr((pair, sorted(site.languages[protocol.id, *pair])))
        yield repr(protocol.facts)


def _slugs(protocol: Protocol, pair: CuratedPair) -> str:
    a, b = (protocol.codes[code].slug for code in pair.codes)
    return f"{a} {b}"


def _texts(code: Code) -> tuple[Text, ...]:
    return (*code.texts(), *code.searched())


def _of_code(code: Code, shared: bool) -> str:
    """What pages show of a code beside its texts; `shared` says whether another protocol has it too."""
    refers = (code.refines, code.replaced_by, code.confused_with, tuple(code.action), len(code.when))
    return repr((code.code, code.slug, code.phrase, code.class_id, code.facts, code.wire, code.sources, refers, shared))


def _of_pair(pair: CuratedPair) -> str:
    return repr((pair.codes, pair.wire, pair.sources))


class Changes:
    """The parts that are not as they were in the last run, and which of them a file depends on."""

    def __init__(self, site: Site, before: Parts, after: Parts) -> None:
        names = [name for name in dict.fromkeys((*after, *before)) if before.get(name) != after.get(name)]
        self._words = [tuple(name.split(" ")) for name in names]
        self._site = site
        protocols = site.catalogue.protocols.values()
        self._by_slug = {(each.id, code.slug): code.code for each in protocols for code in each.codes.values()}
        self._by_lang: dict[str, list[tuple[str, ...]]] = {}
        # By language and protocol, the codes that are touched; None stands for all.
        self._touched: dict[tuple[str, str], set[str | None]] = {}
        for words in self._words:
            self._by_lang.setdefault(words[1], []).append(words)
            if words[0] in ("protocol", "order", "code", "pair"):
                self._touched.setdefault((words[1], words[2]), set()).update(self._codes(words))

    def of_batch(self, batch: Batch) -> list[str]:
        """The changed parts that every page of a batch depends on."""
        return [" ".join(words) for words in self._words if _common(words, batch)]

    def of_page(self, page: Page) -> list[str]:
        """The changed parts that a page depends on beside those of its batch."""
        if page.outside:
            return [" ".join(each) for each in self._words if each[0] == "messages" and each[1] != page.lang]
        words = self._by_lang.get(page.lang)
        if not words or (len(page.key) > 1 and not self._may_show(page)):
            return []
        own = self._own(page) if len(page.key) > 1 else None
        return [" ".join(each) for each in words if _shown(each, page, own)]

    def _may_show(self, page: Page) -> bool:
        """Whether a page of codes depends on any changed part; quick, as it is asked of every page."""
        protocol, *codes = page.key
        touched = self._touched.get((page.lang, protocol))
        return touched is not None and (None in touched or not touched.isdisjoint(codes))

    def of_output(self, output: OutputKind, batch: Batch) -> list[str]:
        """The changed parts that the files of a batch depend on."""
        return [
            " ".join(words)
            for words in self._words
            if words[0] in output.needs
            and (words[1] in ("*", batch.lang) or not output.keys)
            and all(word == own for word, own in zip(words[2:], batch.key, strict=False))
        ]

    def _codes(self, words: tuple[str, ...]) -> Iterable[str | None]:
        """The codes that a part is about; those that are no more have no pages."""
        if len(words) == 3:
            return (None,)
        return [self._by_slug[words[2], slug] for slug in words[3:] if (words[2], slug) in self._by_slug]

    def _own(self, page: Page) -> set[tuple[str, ...]]:
        """The parts that are a page's codes, and their pair."""
        protocol, *names = page.key
        codes = self._site.catalogue.protocols[protocol].codes
        slugs = [codes[name].slug for name in names]
        return {("code", page.lang, protocol, slug) for slug in slugs} | {("pair", page.lang, protocol, *slugs)}


def _common(words: tuple[str, ...], batch: Batch) -> bool:
    """Whether all pages of a batch depend on a part."""
    if words[0] == "template":
        return words[2] == batch.kind
    return words[0] in _EVERYWHERE and words[1] in ("*", batch.lang)


def _shown(words: tuple[str, ...], page: Page, own: set[tuple[str, ...]] | None) -> bool:
    """Whether a page depends on a part of its language; `own` are its codes and its pair, None where it shows all."""
    if words[0] in ("protocol", "order"):
        return not page.key or words[2] == page.key[0]
    if words[0] in ("code", "pair"):
        return words in own if own is not None else not page.key or words[2] == page.key[0]
    return words[0] == "coverage" and not page.key


def inputs_digest(settings: Settings) -> str:
    """The digest of all files and options that a build reads: where it is the same, nothing can have changed."""
    made = blake2b(program_digest().encode(), digest_size=16)
    tools = (_drawing_digest(), indexer_digest())
    made.update(repr((settings.base_url, settings.strict, settings.search, settings.compress, *tools)).encode())
    for folder in (settings.content, settings.locales, settings.templates):
        made.update(b"\0")
        for path in _files_below(folder):
            data = _told_by(path)
            made.update(f"{path.relative_to(folder).as_posix()} {len(data)} ".encode("utf-8", "surrogateescape"))
            made.update(data)
    return made.hexdigest()


def _told_by(path: Path) -> bytes:
    """What tells a file from what it was: its bytes, or its size and time where it is larger than any that is read."""
    try:
        return read_bytes(path, most=MOST_PO_BYTES)
    except UnreadableError:
        status = path.lstat()
        return f"{status.st_size} {status.st_mtime_ns}".encode()


def _files_below(folder: Path) -> list[Path]:
    """All files below a folder, in order; also below links to folders, each folder once."""
    found: list[Path] = []
    known: set[tuple[int, int]] = set()
    for root, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in sorted(folders) if _is_new(Path(root, name), known)]
        found += (path for name in names if (path := Path(root, name)).is_file())
        if len(found) > _MOST_WALKED:
            # A link leads to half of the machine: what is read is told to be wrong, so that nothing rests on this.
            break
    return sorted(found)


def _is_new(folder: Path, known: set[tuple[int, int]]) -> bool:
    try:
        status = folder.stat()
    except OSError:
        return False
    own = (status.st_dev, status.st_ino)
    new = own not in known
    known.add(own)
    return new


@cache
def program_digest() -> str:
    """Digest of the package and of what it renders with: another version of either makes every page anew."""
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return _digest(*(path.read_text(encoding="utf-8") for path in files), *_installed(_RENDERS_WITH))


@cache
def _drawing_digest() -> str:
    """Digest of what draws pictures; they depend on no more of the program, so that its other parts can change."""
    texts = ((Path(__file__).parent / name).read_text(encoding="utf-8") for name in _DRAWS)
    return _digest(*texts, *_installed(_DRAWS_WITH))


@cache
def indexer_digest() -> str:
    """Digest of what makes the search index: another version makes it anew, and nothing else."""
    return _digest(*_installed(_INDEXES_WITH))


def _installed(names: Iterable[str]) -> list[str]:
    """The distributions with these names, as their folders of metadata are called: name and version.

    Asking importlib.metadata for the versions would take longer than to build a small site's pages.
    """
    wanted = tuple(f"{name}-" for name in names)
    folders = (path for path in map(Path, sys.path) if path.is_dir())
    names_there = (each.name.lower() for folder in folders for each in os.scandir(folder))
    return sorted(
        {name for name in names_there if name.startswith(wanted) and name.endswith(("dist-info", "egg-info"))}
    )


def _phrases(site: Site, texts: Iterable[Text], lang: str) -> Iterator[str]:
    translator = site.translators[lang]
    return (f"{phrase.lang} {phrase.text}" for phrase in map(translator.phrase, texts))


def _plurals(translator: Translator) -> str:
    """The forms of the messages that depend on a number; a phrase is only the one for one."""
    messages = translator.catalogs.get("site")
    return repr((messages.rule, sorted(messages.plurals.items()))) if messages else ""


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=6).hexdigest()
