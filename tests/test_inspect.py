"""The checks of a built site, each met by a site that is broken in exactly that way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from codepairs import pipeline
from codepairs.inspect import page_problems, passages_of, record_of, repeated_sentences, site_problems
from codepairs.plan import Site
from codepairs.settings import Settings
from tests.sites import edit, site_of
from tests.support import shown

CODE = "de/parcel/4.2.1.html"
PAIR = "de/parcel/5.1.1-vs-5.7.1.html"
BASE = "https://tiny.example/codes/"

Break = Callable[..., list[str]]


@pytest.fixture(scope="module")
def folder(tiny_built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built tiny site; each test puts back what it broke."""
    return shutil.copytree(tiny_built.output, tmp_path_factory.mktemp("broken") / "site")


@pytest.fixture
def broken(folder: Path, tiny_built: Settings, tiny_site: Site) -> Break:
    """Replace text in one page of the site, and give the problems found then."""

    def problems(path: str, old: str, new: str) -> list[str]:
        before = (folder / path).read_bytes()
        try:
            edit(folder / path, old, new)
            return shown(site_problems(folder, tiny_built.locales, tiny_site), folder)
        finally:
            (folder / path).write_bytes(before)

    return problems


def _added(broken: Break, path: str, html: str) -> list[str]:
    """The problems after `html` was put at the end of <main>."""
    return broken(path, "</main>", f"{html}</main>")


def test_site_as_it_was_built_has_no_problems(tiny_built: Settings, tiny_site: Site) -> None:
    assert shown(site_problems(tiny_built.output, tiny_built.locales, tiny_site)) == []


def test_site_with_clean_links_has_no_problems_on_a_host_that_resolves_them(tiny: Settings) -> None:
    edit(tiny.content / "site.yaml", "url:", "link_style: clean\nurl:")
    pipeline.build(tiny)
    assert shown(site_problems(tiny.output, tiny.locales, site_of(tiny))) == []


def test_missing_page(folder: Path, tiny_built: Settings, tiny_site: Site) -> None:
    path = folder / "en" / "about.html"
    data = path.read_bytes()
    try:
        path.unlink()
        found = shown(site_problems(folder, tiny_built.locales, tiny_site), folder)
    finally:
        path.write_bytes(data)
    assert "en/about.html:1:1: is missing; build the site first" in found
    assert "en/index.html:1:1: links to 'about.html', which does not exist" in found


def test_link_without_target(broken: Break) -> None:
    links = ["../../../codes/de/parcel/4.2.1.html", "../nowhere/", "/codes/de/nowhere.html", "4.2.1", "nowhere.html"]
    found = _added(broken, CODE, "".join(f'<a href="{link}"></a>' for link in links))
    assert found == [f"{CODE}:1:1: links to {link!r}, which does not exist" for link in links]


def test_link_with_target(broken: Break) -> None:
    links = [
        "../",
        "./",
        "5.1.1.html#main",
        "#main",
        "/codes/de/",
        "4.2.1.json",
        "../../404.html",
        "mailto:a@b.example",
    ]
    assert _added(broken, CODE, "".join(f'<a href="{link}"></a>' for link in links)) == []


def test_missing_image_or_script(broken: Break) -> None:
    assert _added(broken, CODE, '<img src="../../assets/no.svg" alt="">') == [
        f"{CODE}:1:1: links to '../../assets/no.svg', which does not exist"
    ]


@pytest.mark.parametrize("link", ["#nowhere", "5.1.1.html#nowhere"])
def test_link_to_a_missing_place(broken: Break, link: str) -> None:
    assert _added(broken, CODE, f'<a href="{link}"></a>') == [
        f"{CODE}:1:1: links to {link!r}, but that page has no such id"
    ]


def test_alternates_that_are_not_mutual(broken: Break) -> None:
    line = f'<link rel="alternate" hreflang="ar" href="{BASE}ar/parcel/4.2.1.html">'
    found = broken(CODE, line, "")
    assert f"{CODE}:1:1: and en/parcel/4.2.1.html (en) do not name the same alternates" in found
    assert f"en/parcel/4.2.1.html:1:1: and {CODE} (de) do not name the same alternates" in found


def test_alternate_that_does_not_exist(broken: Break) -> None:
    found = broken(CODE, f'hreflang="ar" href="{BASE}ar/parcel/4.2.1.html"', f'hreflang="ar" href="{BASE}ar/none.html"')
    message = f"names the alternate {BASE}ar/none.html, which does not exist or is not indexed"
    assert f"{CODE}:1:1: {message}" in found


def test_alternate_that_is_not_indexed(broken: Break) -> None:
    found = broken(CODE, '<link rel="canonical"', '<meta name="robots" content="noindex"><link rel="canonical"')
    message = f"names the alternate {BASE}{CODE}, which does not exist or is not indexed"
    assert f"en/parcel/4.2.1.html:1:1: {message}" in found


def test_page_that_is_not_among_its_own_alternates(broken: Break) -> None:
    found = broken(CODE, f'hreflang="de" href="{BASE}{CODE}"', f'hreflang="de" href="{BASE}de/parcel/5.1.1.html"')
    assert f"{CODE}:1:1: does not name itself among its alternates" in found


def test_sentence_that_stands_twice_on_a_pair_page(broken: Break) -> None:
    sentence = "Bei 5.1.1 stimmt das Etikett nicht; bei 5.7.1 sind es die Waren."
    assert _added(broken, PAIR, f"<p>{sentence}</p>") == [f"{PAIR}:1:1: says twice: {sentence!r}"]


def test_sentence_that_is_marked_up_differently_is_still_the_same(broken: Break) -> None:
    html = "<p>Bei <b>5.1.1</b> stimmt\n das Etikett <em>nicht</em>; bei 5.7.1 sind es die Waren.</p>"
    assert len(_added(broken, PAIR, html)) == 1


def test_sentence_may_stand_twice_outside_main_and_on_other_pages(broken: Break) -> None:
    sentence = "Bei 5.1.1 stimmt das Etikett nicht; bei 5.7.1 sind es die Waren."
    assert broken(PAIR, "</footer>", f"<p>{sentence}</p></footer>") == []
    assert _added(broken, CODE, "<p>Das steht hier zweimal.</p><p>Das steht hier zweimal.</p>") == []


def test_doubled_word(broken: Break) -> None:
    assert _added(broken, CODE, "<p>Das ist ist zu viel.</p>") == [f"{CODE}:1:1: has a doubled word: 'ist ist'"]


def test_words_side_by_side_in_two_blocks_are_not_doubled(broken: Break) -> None:
    assert _added(broken, CODE, "<ul><li>Hier</li><li>Hier</li></ul>") == []


def test_language_may_allow_doubled_words(tiny_built: Settings, tiny_site: Site, folder: Path, tmp_path: Path) -> None:
    rules = tmp_path / "de" / "rules.yaml"
    rules.parent.mkdir()
    rules.write_text("doubled: [die]\n", encoding="utf-8")
    path = folder / CODE
    before = path.read_bytes()
    try:
        edit(path, "</main>", "<p>Waren, die die Stelle hat, und und.</p></main>")
        found = shown(site_problems(folder, tmp_path, tiny_site), folder)
    finally:
        path.write_bytes(before)
    assert found == [f"{CODE}:1:1: has a doubled word: 'und und'"]


def test_placeholder_that_nobody_filled(broken: Break) -> None:
    assert _added(broken, CODE, "<p>Nach {code} warten.</p>") == [
        f"{CODE}:1:1: shows the unfilled placeholder {{code}}"
    ]


def test_braces_that_a_text_quotes_are_no_placeholder(broken: Break) -> None:
    assert _added(broken, CODE, "<p>Nach {anything} warten; <code>{code}</code>.</p>") == []


def test_passage_in_the_source_language_that_does_not_say_so(broken: Break) -> None:
    texts = ["Key differences", "The shop has no room for the parcel now, but will have some.", "the clerk"]
    found = _added(broken, CODE, "".join(f"<p>{text}</p>" for text in texts))
    assert found == [f"{CODE}:1:1: {text[:60]!r} is in the source language, but no 'lang' says so" for text in texts]


def test_passage_that_says_its_language_may_be_in_another(broken: Break) -> None:
    assert _added(broken, CODE, '<p lang="en">Key differences</p><p><span lang="en">the clerk</span></p>') == []


def test_passage_that_lost_its_lang_is_found_on_the_page_that_falls_back(broken: Break) -> None:
    path = "ar/parcel/5.7.2.html"
    found = broken(path, '<span lang="en" dir="ltr">Animals are not taken</span>', "<span>Animals are not taken</span>")
    assert found == [f"{path}:1:1: 'Animals are not taken' is in the source language, but no 'lang' says so"]


@pytest.mark.parametrize(("old", "new", "count"), [("</main>", "<h1>Noch eine</h1></main>", 2), ("<h1", "<h5", 0)])
def test_page_has_one_h1(broken: Break, old: str, new: str, count: int) -> None:
    assert f"{CODE}:1:1: has {count} <h1>; a page has one" in broken(CODE, old, new)


def test_title_that_another_page_has(broken: Break, folder: Path) -> None:
    def title(path: str) -> str:
        return (folder / path).read_text(encoding="utf-8").partition("<title>")[2].partition("</title>")[0]

    other = "de/parcel/5.1.1.html"
    assert broken(other, f"<title>{title(other)}<", f"<title>{title(CODE)}<") == [
        f"{other}:1:1: has the same title as {CODE}"
    ]
    # The same title in another language is no mistake.
    assert broken("en/parcel/4.2.1.html", f"<title>{title('en/parcel/4.2.1.html')}<", f"<title>{title(CODE)}<") == []


def test_description_that_another_page_has(broken: Break) -> None:
    old = "Das Etikett nennt eine Straße, die niemand kennt."
    new = "Die Stelle hat jetzt keinen Platz für das Paket, aber bald."
    found = broken("de/parcel/5.1.1.html", f'content="{old}"', f'content="{new}"')
    assert found == [f"de/parcel/5.1.1.html:1:1: has the same description as {CODE}"]


def test_page_without_title_and_description(broken: Break) -> None:
    tree = LexborHTMLParser("<!doctype html><title> </title><main><h1>One</h1></main>")
    assert list(page_problems(tree, passages_of(tree))) == ["has no <title>", "has no description"]


def test_list_item_that_says_nothing(broken: Break) -> None:
    assert _added(broken, CODE, "<ul><li></li></ul>") == [f"{CODE}:1:1: has an empty <li>"]


def test_id_that_stands_twice(broken: Break) -> None:
    assert _added(broken, CODE, '<p id="main"></p>') == [f"{CODE}:1:1: has the id 'main' twice"]


def test_sentences_of_transcripts_may_repeat() -> None:
    wire = "<pre>S: 1 It is so. S: 1 It is so.</pre>"
    tree = LexborHTMLParser(f"<main><p>It is so again.</p>{wire}{wire}</main>")
    assert list(repeated_sentences(passages_of(tree))) == []


def test_record_of_a_page_holds_what_is_compared() -> None:
    html = """<!doctype html><title>T</title><meta name="description" content="D">
    <link rel="alternate" hreflang="de" href="https://x.example/de/">
    <body><a id="one" href="b.html#two">b</a><a href="https://y.example/">y</a><img src="c.svg">"""
    record = record_of("en/a.html", LexborHTMLParser(html))
    assert (record.title, record.description, record.indexed) == ("T", "D", True)
    assert (record.links, record.ids) == ({"b.html#two", "c.svg"}, {"one"})
    assert record.alternates == {"de": "https://x.example/de/"}


def test_site_under_another_address_is_judged_by_that_address(tiny: Settings) -> None:
    settings = replace(tiny, base_url="https://other.example/deep/er/")
    pipeline.build(settings)
    assert shown(site_problems(settings.output, settings.locales, site_of(settings))) == []


def test_linked_data_that_is_no_json(broken: Break) -> None:
    found = broken(CODE, '{"@context":', "{@context:")
    assert [text.partition(": Expecting")[0] for text in found] == [f"{CODE}:1:1: has linked data that is no JSON"]


def test_linked_data_that_names_no_page(broken: Break) -> None:
    found = broken(CODE, f'"item":{{"@id":"{BASE}{CODE}"}}', f'"item":{{"@id":"{BASE}de/none.html"}}')
    assert found == [f"{CODE}:1:1: names {BASE}de/none.html, which does not exist"]


@pytest.mark.parametrize("path", ["de/index.html", "de/parcel/index.html", CODE])
def test_picture_that_does_not_exist(broken: Break, path: str) -> None:
    found = broken(path, ".png", ".gif")
    assert [text.endswith(".gif, which does not exist") for text in found] == [True]


@pytest.mark.parametrize(
    ("path", "old", "new", "problem"),
    [
        ("de/parcel/4.2.1.json", "code.schema", "coder.schema", "names {}schemas/coder.schema.json"),
        ("de/parcel/index.json", "4.2.1.html", "4.2.0.html", "names {}de/parcel/4.2.0.html"),
        ("de/names/0x2f.json", '{"$schema":', "{$schema:", "is no JSON"),
        ("llms.txt", "en/parcel/index.json", "en/parcel/all.json", "names {}en/parcel/all.json"),
    ],
)
def test_data_that_names_what_does_not_exist(broken: Break, path: str, old: str, new: str, problem: str) -> None:
    (found,) = broken(path, old, new)
    assert found.startswith(f"{path}:1:1: {problem.format(BASE)}")


def test_missing_data(folder: Path, tiny_built: Settings, tiny_site: Site) -> None:
    path = folder / "schemas" / "code.schema.json"
    data = path.read_bytes()
    try:
        path.unlink()
        found = shown(site_problems(folder, tiny_built.locales, tiny_site), folder)
    finally:
        path.write_bytes(data)
    assert f"en/parcel/4.2.1.json:1:1: names {BASE}schemas/code.schema.json, which does not exist" in found
