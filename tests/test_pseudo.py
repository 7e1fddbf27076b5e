"""Two pseudo-locales, made from the project's own content and templates: what they do not change was never translated.

In en-XA every letter that a translator could change carries an accent; ar-XB is written from right to left, in Arabic
letters. The messages are those that extraction finds, so that a text it misses shows too.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from selectolax.lexbor import LexborHTMLParser, LexborNode

from codepairs import catalogues, pipeline
from codepairs.model import Protocol
from codepairs.plan import Page, Site
from codepairs.settings import Settings
from tests.sites import plan_of, with_catalogue, with_codes, write_pages
from tests.support import ROOT

ACCENTED, MIRRORED = "en-XA", "ar-XB"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ACCENTS = str.maketrans(_LATIN + _LATIN.upper(), "ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ")
_ARABIC = str.maketrans(_LATIN + _LATIN.upper(), "ابتثجحخدذرزسشصضطظعغفقكلمنه" * 2)
_KEPT = re.compile(r"(`[^`]*`|\{[a-z_]+\}|\]\([^)]*\)|https?://\S+)")
_PLAIN = re.compile("[A-Za-z]+")
NAMELESS = "1"
"""Stands for the names of site and protocols, which are the same in every language."""


def _pseudo(text: str, table: dict[int, int]) -> str:
    """The text in a pseudo-language: whatever a translator has to keep stays as it is."""
    return "".join(part if _KEPT.fullmatch(part) else part.translate(table) for part in _KEPT.split(text))


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The project in both pseudo-locales, with a few codes of each protocol."""
    folder = tmp_path_factory.mktemp("pseudo")
    settings = Settings(
        content=shutil.copytree(ROOT / "content", folder / "content"),
        locales=folder / "locales",
        templates=ROOT / "templates",
        output=folder / "site",
    )
    site_yaml = settings.content / "site.yaml"
    languages = f"languages:\n- {{lang: en, source: 'true'}}\n- {{lang: {ACCENTED}}}\n- {{lang: {MIRRORED}}}\n"
    text = site_yaml.read_text(encoding="utf-8")
    site_yaml.write_text(re.sub(r"^languages:\n(?:[ -].*\n)+", languages, text, flags=re.MULTILINE), encoding="utf-8")
    catalogues.extract(settings)
    for lang, table in ((ACCENTED, _ACCENTS), (MIRRORED, _ARABIC)):
        _translate(settings.locales, lang, lambda source, table=table: _pseudo(source, table))
    site, warnings = pipeline.read_site(settings)
    assert warnings == (), "a pseudo-translation keeps what has to be kept"
    return _reduced(site)


def _translate(locales: Path, lang: str, translation: Callable[[str], str]) -> None:
    """Write the PO files of a language from the templates that extraction wrote."""
    for path in locales.glob("*.pot"):
        with path.open("rb") as file:
            template = read_po(file)
        catalog = Catalog(charset="utf-8", fuzzy=False)
        for message in template:
            if message.id:
                ids = (message.id,) if isinstance(message.id, str) else message.id
                found = tuple(map(translation, ids))
                catalog.add(message.id, found if len(found) > 1 else found[0], context=message.context)
        target = locales / lang / "LC_MESSAGES" / f"{path.stem}.po"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write_po(file, catalog, width=0)


def _reduced(site: Site) -> Site:
    """A few codes of each protocol: some pairs that authors wrote about, and the first code of each class."""
    catalogue = site.catalogue
    protocols = {name: _few(protocol) for name, protocol in catalogue.protocols.items()}
    return with_catalogue(site, replace(catalogue, site=replace(catalogue.site, title=NAMELESS), protocols=protocols))


def _few(protocol: Protocol) -> Protocol:
    curated = dict(list(protocol.curated.items())[:2])
    chosen = {code for pair in curated for code in pair}
    chosen |= {next(code.code for code in protocol.codes.values() if code.class_id == key) for key in protocol.classes}
    assert 3 <= len(chosen) <= 9
    return with_codes(protocol, *(code for code in protocol.codes if code in chosen), name=NAMELESS, curated=curated)


@pytest.fixture(scope="module")
def pages(pseudo: Site, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Page, LexborHTMLParser]]:
    """The built pages of both pseudo-locales."""
    output = tmp_path_factory.mktemp("pseudo-site")
    write_pages(pseudo, output)
    chosen = [page for page in plan_of(pseudo) if page.lang != "en"]
    return [(page, LexborHTMLParser((output / page.path).read_bytes())) for page in chosen]


def test_every_message_of_content_and_templates_is_extracted(pseudo: Site) -> None:
    for lang, domains in pseudo.coverage().items():
        for domain in domains:
            assert (domain.missing, domain.fuzzy) == (0, 0), f"{lang} {domain.domain}"
            assert domain.total > 10


def test_no_page_falls_back(pages: list[tuple[Page, LexborHTMLParser]]) -> None:
    assert len(pages) > 40
    for page, tree in pages:
        assert page.translated
        assert tree.css_first(".notice") is None


def _texts(node: LexborNode, lang: str) -> Iterator[str]:
    """What a reader of `lang` reads as words of that language."""
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            yield child.text(deep=False)
        elif child.tag not in ("code", "pre", "bdi", "script", "style", "-comment"):
            attributes = child.attributes
            # The names of languages are CLDR's.
            if (
                attributes.get("translate") != "no"
                and attributes.get("lang", lang) == lang
                and "hreflang" not in attributes
            ):
                yield from _texts(child, lang)


def _known(site: Site, lang: str) -> set[str]:
    """Words that come from CLDR: the name of the language, what joins the items of a list, the months of dates."""
    translator = site.translators[lang]
    days = (date.fromisoformat(protocol.registry.date) for protocol in site.catalogue.protocols.values())
    dates = " ".join(map(translator.date, days))
    return set(_PLAIN.findall(f"{translator.list('123')} {translator.language_name(lang)} {dates}"))


def test_no_text_on_a_page_escaped_translation(pseudo: Site, pages: list[tuple[Page, LexborHTMLParser]]) -> None:
    seen = 0
    for page, tree in pages:
        known = _known(pseudo, page.lang)
        assert tree.body is not None
        for text in _texts(tree.body, page.lang):
            assert set(_PLAIN.findall(text)) <= known, f"{page.path}: {' '.join(text.split())}"
            seen += any(map(str.isalpha, text))
    assert seen > 1000


def test_no_title_description_or_label_escaped_translation(
    pseudo: Site, pages: list[tuple[Page, LexborHTMLParser]]
) -> None:
    spans = {span for text in pseudo.catalogue.texts() for span in re.findall("`([^`]*)`", text.source)}
    literal = {word for span in spans for word in _PLAIN.findall(span)}
    for page, tree in pages:
        known = _known(pseudo, page.lang)
        labels = [node.text() for node in tree.css("title")]
        labels += [str(node.attributes["content"]) for node in tree.css('meta[name="description"]')]
        labels += [
            str(node.attributes[name])
            for name in ("aria-label", "title", "alt")
            for node in tree.css(f"[{name}]")
            if node.attributes.get("translate") != "no" or name == "aria-label"
        ]
        for label in labels:
            assert set(_PLAIN.findall(label)) <= literal | known, f"{page.path}: {label}"


def test_mirrored_locale_is_written_from_right_to_left(pages: list[tuple[Page, LexborHTMLParser]]) -> None:
    for page, tree in pages:
        root = tree.css_first("html")
        assert root is not None
        assert root.attributes["lang"] == page.lang
        assert root.attributes["dir"] == ("rtl" if page.lang == MIRRORED else "ltr")


def test_transcripts_and_codes_keep_their_direction(pages: list[tuple[Page, LexborHTMLParser]]) -> None:
    found = 0
    for _, tree in pages:
        for node in tree.css("pre"):
            assert node.attributes.get("dir") == "ltr"
            found += 1
        for node in tree.css("h1 .code, h3 .code, th .code"):
            assert node.tag == "bdi"
    assert found


SHEETS = sorted((*(ROOT / "templates" / "assets").rglob("*.css"), *(ROOT / "templates" / "components").glob("*.css")))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_style_sheet_knows_no_left_and_right(path: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"\b(left|right)\b", css)
    for name, values in re.findall(r"([a-z-]+)\s*:\s*([^;{}]+)", css):
        sides = values.replace("!important", "").split("/")[0].split()
        if name in ("margin", "padding", "inset", "border-width", "border-color", "border-style") and len(sides) == 4:
            assert sides[1] == sides[3], f"{name}: {values} differs between the sides; use the logical property"


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "templates").rglob("*.html")),
    ids=lambda path: path.relative_to(ROOT / "templates").as_posix(),
)
def test_template_carries_no_style_of_its_own(path: Path) -> None:
    assert not re.search(r"\bstyle=|<style|\balign=", path.read_text(encoding="utf-8"))
