"""The texts of a site, read as a proofreader does: rules of the language, spelling, glossary, translation and source.

A language states its rules in `locales/<lang>/rules.yaml` and the words that its dictionary lacks in `words.txt` beside
it; the glossary is `locales/glossary.yaml`. The source language has rules and words too: they hold for content and
templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from codepairs.errors import Place, Problem, Remark
from codepairs.fields import Fields, did_you_mean
from codepairs.glossary import Term, forbidden, missing_terms, read_glossary
from codepairs.limits import MOST_PO_BYTES
from codepairs.load import Node, read_document
from codepairs.patterns import rule_pattern
from codepairs.plan import Site
from codepairs.po import PoMessage, PoPlaces
from codepairs.reading import UnreadableError, read_bytes
from codepairs.shapes import RULE, RULES
from codepairs.spelling import missing_dictionary, misspelt, read_words, words_of
from codepairs.translate import Translator, read_messages
from codepairs.wording import LanguageRule, LanguageRules, source_problems, text_problems, translation_problems

__all__ = ["language_problems", "read_rules", "unchecked_languages"]

_TYPED = "search"
"""The field of what people type into a search, which is no prose."""
_LANGUAGE = re.compile(r'"Language: ([^"\\]+)\\n"')
_TYPEABLE = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"“([^“”]+)”")


@dataclass(frozen=True, slots=True)
class _Passage:
    """A text in one language, with the source text it translates; equal in the source language."""

    at: Callable[[str], Place]
    """The place of what a remark on the text means."""
    context: str
    source: str
    text: str


def language_problems(locales: Path, site: Site) -> Iterator[Problem]:
    """What the texts have against the rules of their language: translations, and the source text itself."""
    terms, problems = read_glossary(locales / "glossary.yaml")
    yield from problems
    for folder in sorted(locales.glob("*/LC_MESSAGES")):
        if folder.parent.name not in site.translators:
            hint = did_you_mean(folder.parent.name, site.translators)
            text = f"the site has no language {folder.parent.name!r}, so nothing here is shown; {hint}"
            yield Problem(Place(str(folder.parent)), text, warning=True)
    for lang, translator in site.translators.items():
        rules, problems = read_rules(locales / lang / "rules.yaml")
        yield from problems
        if translator.is_source:
            passages = list(_source_texts(site))
        else:
            yield from _strays(locales / lang / "LC_MESSAGES", site, lang)
            passages = list(_translations(locales / lang / "LC_MESSAGES"))
        for passage in passages:
            for found in _broken(rules, terms, translator, passage):
                yield Problem(passage.at(found), found, warning=True)
        yield from _misspellings(locales, site, translator, passages)


def unchecked_languages(site: Site) -> list[str]:
    """What has to be installed so that the spelling of all languages can be checked."""
    missing = (missing_dictionary(each.territory_tag()) for each in site.translators.values())
    return list(dict.fromkeys(message for message in missing if message))


def _broken(rules: LanguageRules, terms: tuple[Term, ...], translator: Translator, passage: _Passage) -> Iterator[str]:
    yield from text_problems(rules, passage.text)
    yield from forbidden(terms, translator.lang, _spoken(passage))
    if translator.is_source:
        yield from source_problems(rules, passage.context, passage.text)
    else:
        yield from translation_problems(rules, passage.source, passage.text)
        if passage.context != _TYPED:
            yield from missing_terms(terms, translator.lang, passage.source, passage.text)


def _misspellings(locales: Path, site: Site, translator: Translator, passages: Iterable[_Passage]) -> Iterator[Problem]:
    path = locales / translator.lang / "words.txt"
    try:
        known = read_words(path)
    except UnreadableError as error:
        yield error.problem
        return
    phrases = _phrases(site)
    words = {passage: list(words_of(phrases.sub(" ", _spoken(passage)))) for passage in passages}
    prose = {word for passage, found in words.items() for word in found if passage.context != _TYPED}
    typed = {word for passage, found in words.items() for word in found if passage.context == _TYPED}
    wrong_prose = misspelt(prose, translator.territory_tag(), known)
    wrong_typed = _mistyped(typed, locales, site, translator, passages) if typed else {}
    for passage, found in words.items():
        wrong = wrong_typed if passage.context == _TYPED else wrong_prose
        for word in dict.fromkeys(found):
            if word in wrong:
                hint = f"did you mean {wrong[word]!r}?" if wrong[word] else f"if it is right, add it to {path}"
                remark = Remark(f"{word!r} is in no dictionary; {hint}", word)
                yield Problem(passage.at(remark), remark, warning=True)


def _mistyped(
    words: Iterable[str], locales: Path, site: Site, translator: Translator, passages: Iterable[_Passage]
) -> Mapping[str, str]:
    """The words to search for that are wrong, with the nearest right one.

    People type them in any case, and those of the source language in every language; also what stands in a text. What
    has a capital letter inside is the name of something, which no dictionary knows.
    """
    texts = (text for passage in passages if passage.context != _TYPED for text in (passage.source, passage.text))
    seen = {word.casefold() for text in (*texts, *_names(site)) for word in _TYPEABLE.findall(text)}
    forms = {word: {word, word.lower(), word.capitalize()} for word in words if not _is_known(word, seen)}
    wrong: dict[str, str] = dict.fromkeys(forms, "")
    for lang in dict.fromkeys((translator.lang, site.source_lang)):
        with suppress(UnreadableError):
            known = read_words(locales / lang / "words.txt")
            found = misspelt(set().union(*forms.values()), site.translators[lang].territory_tag(), known)
            near = {word: found[form] for word in wrong for form in forms[word] if found.get(form)}
            wrong = {word: wrong[word] or near.get(word, "") for word in wrong if forms[word] <= found.keys()}
    return wrong


def _is_known(word: str, seen: Container[str]) -> bool:
    return word.casefold() in seen or not word[1:].islower()


def _spoken(passage: _Passage) -> str:
    """The text without what it quotes literally from its source: the words of servers stay English."""
    text = passage.text
    for quoted in _QUOTED.findall(passage.source) if text != passage.source else ():
        text = text.replace(quoted, " ")
    return text


def _names(site: Site) -> set[str]:
    """The phrases of the registries, which no language changes."""
    return {code.phrase for protocol in site.catalogue.protocols.values() for code in protocol.codes.values()}


def _phrases(site: Site) -> re.Pattern[str]:
    longest_first = sorted((re.escape(phrase) for phrase in _names(site) if " " in phrase), key=len, reverse=True)
    return re.compile("|".join(longest_first) or r"(?!)")


def _source_texts(site: Site) -> Iterator[_Passage]:
    for text in (*site.interface, *site.catalogue.texts()):
        yield _Passage(partial(_whole, text.place), text.context, text.source, text.source)


def _whole(place: Place, _: str) -> Place:
    return place


def _translations(folder: Path) -> Iterator[_Passage]:
    for path in sorted(folder.glob("*.po")):
        places = PoPlaces(path)
        for message in read_messages(path):
            for form, text in enumerate(message.strings):
                source = message.ids[0] if text == message.strings[0] else message.ids[-1]
                if text:
                    yield _Passage(partial(places.of, message, form), message.context, source, text)


def _strays(folder: Path, site: Site, lang: str) -> Iterator[Problem]:
    """What is never shown: files that belong to no domain or to another language, messages of no text."""
    known = {(text.context, text.source) for text in (*site.interface, *site.catalogue.texts())}
    fields: dict[str, list[str]] = {}
    for context, source in sorted(known):
        fields.setdefault(source, []).append(context)
    for path in sorted(folder.glob("*.po")):
        head, places = _head(path), PoPlaces(path)
        said = _LANGUAGE.search(head)
        if said and said[1].replace("_", "-") != lang.partition("-x-")[0]:
            text = f"the head of the file says {said[1]!r}; its folder is that of {lang!r}"
            start = said.start(1)
            place = Place(str(path), head.count("\n", 0, start) + 1, start - head.rfind("\n", 0, start))
            yield Problem(place, text, warning=True)
        for message in read_messages(path):
            if (message.context, message.ids[0]) not in known:
                moved = message.ids[0] in fields
                place = places.of_context(message) if moved else places.of_source(message)
                yield Problem(place, _no_text(message, fields), warning=True)
        if path.stem not in site.domains:
            hint = did_you_mean(path.stem, site.domains)
            yield Problem(Place(str(path)), f"no protocol is called {path.stem!r}; {hint}", warning=True)


def _head(path: Path) -> str:
    """The beginning of a PO file; empty where it cannot be read, which is told when its messages are."""
    try:
        data = read_bytes(path, within=path.parent.parent.parent, most=MOST_PO_BYTES)
    except UnreadableError:
        return ""
    return data[:2000].decode("utf-8", "replace")


def read_rules(path: Path) -> tuple[LanguageRules, list[Problem]]:
    """The rules of a language; none where it states none."""
    problems: list[Problem] = []
    if not path.exists() and not path.is_symlink():
        return LanguageRules(), problems
    document = read_document(path, path.parent.parent)
    problems += document.problems
    fields = Fields(document.root, Place(str(path)), RULES, problems)
    rules = [rule for node in fields.sequence("never") if (rule := _rule(node, problems))]
    made = LanguageRules(
        never=tuple(rules),
        doubled=frozenset(_words(fields, "doubled")),
        quotes=tuple(_quotes(fields)),
        same=frozenset(_words(fields, "same")),
        sentences=tuple(_words(fields, "sentences")),
        longest=_count(fields, "longest"),
    )
    fields.close()
    return made, problems


def _words(fields: Fields, name: str) -> Iterator[str]:
    return (node.value for node in fields.scalars(name))


def _quotes(fields: Fields) -> Iterator[str]:
    for node in fields.scalars("quotes"):
        if len(node.value) == 2 and node.value[0] != node.value[1]:
            yield node.value
        else:
            fields.problem(node.place, f"{node.value!r} is no pair of quotation marks; write one like '“”'")


def _count(fields: Fields, name: str) -> int:
    value = fields.word(name) or "0"
    if not re.fullmatch("[0-9]{1,9}", value):
        fields.problem(fields.place_of(name), f"field {name!r} must be a number")
        return 0
    return int(value)


def _no_text(message: PoMessage, fields: Mapping[str, list[str]]) -> str:
    """Why a translation is never shown: its source text or its field is not what it was."""
    if message.ids[0] in fields:
        listed = " or ".join(repr(field) for field in fields[message.ids[0]])
        return f"this text does not stand in the field {message.context!r}; write {listed} after msgctxt"
    return "the site has no such text any more; run `messages update`, and leave msgid as it is"


def _rule(node: Node, problems: list[Problem]) -> LanguageRule | None:
    fields = Fields(node, node.place, RULE, problems)
    pattern, message = fields.pattern("not", read=rule_pattern), fields.word("because")
    fields.close()
    return LanguageRule(rule_pattern(pattern), message) if pattern and message else None
