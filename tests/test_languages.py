"""A language dropped in: French for the interface and ten codes, and one with six plural forms from right to left."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser

from codepairs import catalogues, pipeline
from codepairs.cli import main
from codepairs.model import Code
from codepairs.pipeline import Report
from codepairs.plan import Site
from codepairs.proofread import language_problems
from codepairs.settings import Settings
from codepairs.translate import Phrase
from tests.sites import copy_of_tiny, edit, main_of, site_of
from tests.support import ROOT, shown

_KEPT = re.compile(r"`[^`]*`|\{[a-z_]+\}|\]\([^)]*\)|https?://\S+|\bRFC \d+")
_VOWELS = str.maketrans("aeiou", "àéîôû")
_MESSAGE = re.compile(r'((?:msgctxt "(.*)"\n)?msgid "(.+)"\n(?:msgid_plural "(.+)"\n)?)((?:msgstr.*""\n)+)')


def foreign(text: str) -> str:
    """The text with other words; what has to stay does."""
    parts, end = [], 0
    for match in _KEPT.finditer(text):
        parts += [text[end : match.start()].translate(_VOWELS), match[0]]
        end = match.end()
    return "".join(parts) + text[end:].translate(_VOWELS)


def translate(path: Path, wanted: Callable[[str, str], bool]) -> None:
    """Fill in the messages of a PO file, by context and source."""

    def filled(match: re.Match[str]) -> str:
        head, context, one, many, strings = match.groups()
        if not wanted(context or "", one.replace("\\n", "\n").replace('\\"', '"')):
            return match[0]
        lines = strings.rstrip("\n").split("\n")
        return head + "".join(f'{line[:-2]}"{foreign(many or one)}"\n' for line in lines)

    path.write_text(_MESSAGE.sub(filled, path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The project with French as somebody would begin it: one line in site.yaml, files by `messages update`."""
    folder = tmp_path_factory.mktemp("french")
    for name in ("content", "locales"):
        shutil.copytree(ROOT / name, folder / name)
    made = Settings(
        content=folder / "content", locales=folder / "locales", templates=ROOT / "templates", output=folder / "site"
    )
    edit(made.content / "site.yaml", "- lang: de\n", "- lang: de\n- lang: fr\n")
    edit(made.content / "site.yaml", "images: yes", "images: no")
    edit(made.content / "site.yaml", "search: yes", "search: no")
    assert {each.state for each in catalogues.update(made) if "/fr/" in str(each.path)} == {"new"}
    own = {(text.context, text.source) for code in chosen(site_of(made)) for text in code.texts()}
    declared = {
        (text.context, text.source)
        for protocol in site_of(made).catalogue.protocols.values()
        for text in protocol.texts()
    }
    messages = made.locales / "fr" / "LC_MESSAGES"
    translate(messages / "site.po", lambda context, source: True)
    for path in messages.glob("[!s]*.po"):
        translate(path, lambda context, source: False)
    translate(messages / f"{first(site_of(made))}.po", lambda *key: key in own | declared)
    return made


def first(site: Site) -> str:
    return next(iter(site.catalogue.protocols))


def chosen(site: Site) -> list[Code]:
    return list(site.catalogue.protocols[first(site)].codes.values())[20:30]


@pytest.fixture(scope="module")
def report(settings: Settings) -> Report:
    """The build with French."""
    return pipeline.build(settings)


def test_it_builds_without_a_warning(settings: Settings, report: Report) -> None:
    assert report.warnings == ()
    interface, protocol, *others = report.coverage["fr"]
    assert (interface.missing, interface.fuzzy) == (0, 0)
    assert 0 < protocol.translated < protocol.total
    assert {other.translated for other in others} == {0}


def test_it_checks_and_says_what_is_not_checked(settings: Settings, report: Report) -> None:
    site = site_of(settings)
    assert [each for each in shown(language_problems(settings.locales, site)) if "/fr/" in each] == []
    options = [f"--{name}={getattr(settings, name)}" for name in ("content", "locales", "templates", "output")]
    result = CliRunner().invoke(main, ["check", *options])
    assert result.exit_code == 0, result.output
    assert "the spelling of 'fr' is not checked" in result.output or Path("/usr/share/hunspell/fr_FR.dic").exists()


def test_what_is_translated_is_french_and_the_rest_falls_back_honestly(settings: Settings, report: Report) -> None:
    site = site_of(settings)
    protocol = site.catalogue.protocols[first(site)]
    ten = {code.code for code in chosen(site)}
    for code in protocol.codes.values():
        tree = LexborHTMLParser((Path(settings.output) / "fr" / protocol.id / f"{code.slug}.html").read_bytes())
        robots, notice = tree.css_first('meta[name="robots"]'), tree.css_first(".notice")
        assert tree.css_first("html").attributes["lang"] == "fr"
        if code.code in ten:
            assert foreign(code.title.source).split("`")[0] in main_of(tree)
            assert (robots, notice) == (None, None)
        else:
            assert robots.attributes["content"] == "noindex, follow"
            assert notice is not None
            assert tree.css_first("main h1 [lang=en]") is not None


def test_formats_are_those_of_cldr(settings: Settings) -> None:
    french = site_of(settings).translators["fr"]
    assert french.number(1234567) == "1\u202f234\u202f567"
    assert french.date(date(2024, 12, 6)) == "6 décembre 2024"
    assert french.list(["a", "b", "c"]) == "a, b et c"
    assert french.language_name("fr") == "français"
    assert (french.direction, french.territory_tag()) == ("ltr", "fr_FR")
    # In French none is one: CLDR's plural rules.
    assert french.catalogs["site"].rule == "(n > 1)"


def test_mistakes_of_a_language_without_rules_are_found(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.locales, tmp_path / "locales")
    path = tmp_path / "locales" / "fr" / "LC_MESSAGES" / "site.po"
    edit(path, f'"{foreign("Skip to the content")}"', '"Aller  au au contenu."')
    found = [each for each in shown(language_problems(tmp_path / "locales", site_of(settings))) if "/fr/" in each]
    line = path.read_text(encoding="utf-8").split("\n").index('msgstr "Aller  au au contenu."') + 1
    assert found == [
        f"{path}:{line}:14: warning: 'Aller  au au cont': one blank too many",
        f"{path}:{line}:16: warning: 'au au': the word stands twice",
        f"{path}:{line}:29: warning: ends with '.'; the source text ends with 'no sign'",
    ]


FORMS = ("لا رموز", "رمز واحد", "رمزان", "{count} رموز", "{count} رمزًا", "{count} رمز")


def arabic(tmp_path: Path) -> tuple[Settings, Path, str]:
    """The tiny site with Arabic brought up to date, and a message with plural forms."""
    settings = copy_of_tiny(tmp_path)
    list(catalogues.update(settings))
    path = settings.locales / "ar" / "LC_MESSAGES" / "site.po"
    block = next(
        block
        for block in path.read_text(encoding="utf-8").split("\n\n")
        if "msgid_plural" in block and "msgstr[5]" in block
    )
    return settings, path, block


def test_an_update_makes_room_for_six_plural_forms(tmp_path: Path) -> None:
    settings, path, block = arabic(tmp_path)
    one, many = re.findall(r'^msgid(?:_plural)? "(.*)"$', block, re.MULTILINE)
    head = block.partition("msgstr[0]")[0].rpartition("\n#")[2].partition("\n")[2]
    forms = "\n".join(f'msgstr[{rank}] "{form}"' for rank, form in enumerate(FORMS))
    edit(path, block, head + forms)
    translator = site_of(settings).translators["ar"]
    said = {count: translator.plural(one, many, count) for count in (0, 1, 2, 3, 100, 11)}
    assert said == {count: Phrase(form, "ar") for count, form in zip(said, FORMS, strict=True)}
    assert translator.direction == "rtl"


def test_a_missing_plural_form_puts_the_message_aside(tmp_path: Path) -> None:
    settings, path, block = arabic(tmp_path)
    head = block.partition("msgstr[0]")[0].rpartition("\n#")[2].partition("\n")[2]
    forms = "\n".join(f'msgstr[{rank}] "{form}"' for rank, form in enumerate(FORMS[:5]))
    edit(path, block, head + forms)
    _, problems = pipeline.read_site(settings)
    assert [str(each).partition("warning: ")[2] for each in problems if each.place.path == str(path)] == [
        "translation put aside: has 5 of the 6 plural forms that the head of the file declares"
    ]
