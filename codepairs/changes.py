"""Plan x manifest of the last run -> which pages are stale, and why. Pure but for one look at each file.

A fingerprint has a part for each thing a page depends on: program and settings, templates, messages of the interface,
declarations of its protocol, each of its codes, the curated pair. Where in doubt a part is coarse: a page that is
rendered in vain costs little, and its bytes are compared before anything is written. Correctness means that an
incremental build equals a clean one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from codepairs.model import Code, CuratedPair, Protocol, Text
from codepairs.plan import Page, PageKind, Site

__all__ = ["Fingerprints", "Record", "stale_reason"]


@dataclass(frozen=True, slots=True)
class Record:
    """What the manifest knows of a file."""

    fingerprint: str
    """Parts joined by spaces, each `name=digest`; empty for files that are made anew in every run."""
    digest: str
    size: int
    """Bytes."""
    modified: int
    """Modification time in nanoseconds."""


_RENDERS_WITH = ("babel", "jinja2", "markdown", "markupsafe", "nh3")


class Fingerprints:
    """The fingerprints of a site's pages; digests of what many pages share are made once."""

    def __init__(self, site: Site, kinds: Iterable[PageKind]) -> None:
        self.site = site
        self._kinds = {kind.name: kind for kind in kinds}
        self._setting = _digest(
            _program(),
            repr(site.catalogue.site),
            site.base_url,
            site.assets.digest,
            *(f"{protocol.id} {protocol.name}" for protocol in site.catalogue.protocols.values()),
        )
        self._fragments = _digest(
            *(f"{name} {text}" for name, text in sorted(site.template_digests.items()) if name.startswith("fragments/"))
        )
        # Remembered per instance: a new site never meets the digests of an old one.
        self._messages: Callable[[str], str] = cache(self._messages_of)
        self._declared: Callable[[str, str], str] = cache(self._declared_of)
        self._code: Callable[[str, str, str], str] = cache(self._code_of)
        self._everything: Callable[[str], str] = cache(self._everything_of)

    def of(self, page: Page) -> str:
        """The fingerprint of a page."""
        template = self.site.template_digests[self._kinds[page.kind].template]
        flags = _digest(page.path, *sorted(page.languages), str(page.notable))
        parts = {"settings": self._setting, "template": template[:12], "fragments": self._fragments, "page": flags}
        parts["messages"] = self._messages(page.lang)
        if len(page.key) < 2:
            parts["content"] = self._everything(page.lang)
        else:
            protocol, *codes = page.key
            parts["protocol"] = self._declared(protocol, page.lang)
            parts |= {code: self._code(protocol, code, page.lang) for code in codes}
            curated = self.site.catalogue.protocols[protocol].curated.get((codes[0], codes[-1]))
            if curated:
                parts["pair"] = self._texts(curated, page.lang)
        return " ".join(f"{name}={value}" for name, value in parts.items())

    def _texts(self, item: Code | CuratedPair, lang: str) -> str:
        return _digest(repr(item), *self._phrases(item.texts(), lang))

    def _phrases(self, texts: Iterable[Text], lang: str) -> Iterable[str]:
        translator = self.site.translators[lang]
        return (f"{phrase.lang} {phrase.text}" for phrase in map(translator.phrase, texts))

    def _messages_of(self, lang: str) -> str:
        return _digest(
            *self._phrases(self.site.interface, lang), *self._phrases(self.site.catalogue.site.texts(), lang)
        )

    def _declared_of(self, name: str, lang: str) -> str:
        """The declarations of a protocol, and what pages of one code show or derive from the others."""
        protocol = self.site.catalogue.protocols[name]
        declared = repr((protocol.id, protocol.name, protocol.sources, protocol.classes, protocol.facts))
        others = (repr((code.code, code.slug, code.facts, code.confused_with)) for code in protocol.codes.values())
        titles = self._phrases((code.title for code in protocol.codes.values()), lang)
        return _digest(declared, *self._phrases(protocol.texts(), lang), *others, *titles)

    def _code_of(self, protocol: str, code: str, lang: str) -> str:
        return self._texts(self.site.catalogue.protocols[protocol].codes[code], lang)

    def _everything_of(self, lang: str) -> str:
        parts: list[str] = []
        for protocol in self.site.catalogue.protocols.values():
            parts.append(self._declared(protocol.id, lang))
            parts += [self._code(protocol.id, code, lang) for code in protocol.codes]
            parts += [" ".join(pair) for pair in (*protocol.curated, *protocol.featured)]
            parts.append(_registry(protocol))
        coverage = self.site.coverage()
        return _digest(*parts, repr(coverage))


def stale_reason(output: Path, path: str, fingerprint: str, record: Record | None) -> str | None:
    """Why a page has to be rendered; None where the file of the last run can stay."""
    if record is None:
        return "it is new"
    if record.fingerprint != fingerprint:
        return f"changed: {', '.join(_differing(record.fingerprint, fingerprint))}"
    try:
        status = (output / path).stat()
    except OSError:
        return "its file is missing"
    if (status.st_size, status.st_mtime_ns) != (record.size, record.modified):
        return "its file was changed by something else"
    return None


def _differing(before: str, after: str) -> list[str]:
    old, new = _parts(before), _parts(after)
    return [name for name in dict.fromkeys((*new, *old)) if old.get(name) != new.get(name)]


def _parts(fingerprint: str) -> Mapping[str, str]:
    return dict(part.rpartition("=")[::2] for part in fingerprint.split(" "))


def _registry(protocol: Protocol) -> str:
    return f"{protocol.registry.source} {protocol.registry.date}"


@cache
def _program() -> str:
    """Digest of the package and of what it renders with: another version of either makes every page anew."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return _digest(*(path.read_text(encoding="utf-8") for path in files), *map(version, _RENDERS_WITH))


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=6).hexdigest()
