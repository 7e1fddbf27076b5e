"""What each kind of page shows: what the relation of a pair chooses, what stands once, what is ranked first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from codepairs.inspect import passages_of, repeated_sentences
from codepairs.model import Code, Text
from codepairs.plan import Site
from codepairs.relations import RELATIONS, relation_of
from tests.sites import main_of, rendered, section_of, tree_of, with_catalogue, with_codes

RELATED = {
    "alternatives": ("5.1.1", "5.7.2"),
    "retry-or-stop": ("4.2.1", "5.1.1"),
    "steps": ("2.0.0", "5.1.1"),
    "refines": ("5.7.1", "5.7.2"),
    "replaced": ("5.1.0", "5.1.1"),
    "unrelated": ("4.10.1", "5.1.1"),
}
"""A pair of the tiny site for each relation."""


def _pair(site: Site, a: str, b: str, lang: str = "en") -> LexborHTMLParser:
    return tree_of(site, f"{lang}/parcel/{a}-vs-{b}.html")


def _text(tree: LexborHTMLParser, selector: str) -> str:
    return " | ".join(" ".join(node.text().split()) for node in tree.css(selector))


def _changed(site: Site, **codes: Mapping[str, Any]) -> Site:
    """The tiny site with fields of some parcel codes replaced; `x5_1_1` stands for 5.1.1."""
    parcel = site.catalogue.protocols["parcel"]
    changed: dict[str, Code] = dict(parcel.codes)
    for name, fields in codes.items():
        code = name.removeprefix("x").replace("_", ".")
        changed[code] = replace(parcel.codes[code], **fields)
    protocols = {**site.catalogue.protocols, "parcel": replace(parcel, codes=changed)}
    return with_catalogue(site, replace(site.catalogue, protocols=protocols))


def test_every_relation_occurs_in_the_tiny_site() -> None:
    assert tuple(RELATED) == RELATIONS


SAID = {
    "alternatives": ("Alternatives", "Which one applies", "In the same place (DROP) either 5.1.1 or 5.7.2 can come."),
    "retry-or-stop": (
        "Retry or stop",
        "Which one applies",
        "4.2.1 is a refusal for the moment, 5.1.1 a refusal for good.",
    ),
    "steps": ("Steps of one session", "How they follow each other", "2.0.0 and 5.1.1 do not exclude each other"),
    "refines": (
        "General and precise",
        "When the precise one applies",
        "5.7.2 says more precisely what 5.7.1 says in general.",
    ),
    "replaced": ("Old and new", "Which one to expect", "5.1.1 has taken the place of 5.1.0."),
    "unrelated": ("Different situations", "Why they do not compete", "4.10.1 and 5.1.1 belong to different situations"),
}


@pytest.mark.parametrize("kind", RELATIONS)
def test_relation_chooses_name_heading_and_sentence(tiny_site: Site, kind: str) -> None:
    name, heading, sentence = SAID[kind]
    tree = _pair(tiny_site, *RELATED[kind])
    parcel = tiny_site.catalogue.protocols["parcel"]
    assert relation_of(parcel, *(parcel.codes[code] for code in RELATED[kind])).kind == kind
    assert sentence in _text(tree, ".verdict")
    # Two codes that differ in nothing that decides have no such section.
    assert _text(tree, "#which") in (heading, "")
    assert name in _text(tree, ".kicker")


def test_heading_of_a_relation_is_used_where_something_decides(tiny_site: Site) -> None:
    assert _text(_pair(tiny_site, "2.0.0", "5.1.1"), "#which") == "How they follow each other"
    assert _text(_pair(tiny_site, "4.2.1", "5.1.1"), "#which") == "Which one applies"
    assert _text(_pair(tiny_site, "4.10.1", "5.1.1"), "#which") == "Why they do not compete"


@pytest.mark.parametrize("lang", ["en", "de", "ar"])
def test_no_sentence_of_a_pair_page_stands_twice(tiny_site: Site, lang: str) -> None:
    pairs = [(page, html) for page, html in rendered(tiny_site) if page.kind == "pair" and page.lang == lang]
    assert pairs
    for page, html in pairs:
        assert list(repeated_sentences(passages_of(LexborHTMLParser(html)))) == [], page.path


def test_verdict_of_a_curated_pair_is_what_its_author_wrote(tiny_site: Site) -> None:
    tree = _pair(tiny_site, "5.1.1", "5.7.1")
    assert _text(tree, ".verdict") == "With 5.1.1 the label is wrong; with 5.7.1 the goods are."
    assert "A street can be corrected" in section_of(tree, "differences")
    assert "Read the label first." in section_of(tree, "which")
    assert "In the same place (DROP) either 5.1.1 or 5.7.1 can come." in section_of(tree, "which")
    assert len(tree.css("pre.wire")) == 1


def test_table_puts_the_facts_side_by_side_and_says_what_differs(tiny_site: Site) -> None:
    rows = {
        " ".join(row.css_first("th").text().split()): [cell.text() for cell in row.css("td")]
        for row in _pair(tiny_site, "4.2.1", "5.1.1").css("table.facts tbody tr")
    }
    assert rows == {
        "Class differs": ["4, later", "5, never"],
        "Outcome differs": ["failed for now", "failed for good"],
        "Try again differs": ["later", "never"],
        "In reply to same": ["DROP", "DROP"],
        "Who acts differs": ["the customer and the clerk", "the customer"],
        "Place same": ["at the counter", "at the counter"],
        "Afterwards same": ["the shop stays open", "the shop stays open"],
        "Stamps differs": ["FULL and A<B", "not stated"],
    }


def test_what_to_do_stands_below_the_verdict_and_nowhere_else(tiny_site: Site) -> None:
    tree = _pair(tiny_site, "4.2.1", "5.1.1")
    said = [
        "After 4.2.1, wait and ask again.",
        "After 5.1.1, do not ask again.",
        "It falls to the customer and the clerk to act on 4.2.1, and to the customer to act on 5.1.1.",
    ]
    assert [" ".join(item.text().split()) for item in tree.css("main > header .lead li")] == said
    assert all(main_of(tree).count(sentence) == 1 for sentence in said)
    assert "It falls to the customer to act on 4.2.1 and on 5.1.1." not in main_of(tree)


def test_facts_that_decide_stand_under_the_question_which_and_nowhere_else(tiny_site: Site) -> None:
    tree = _pair(tiny_site, "4.2.1", "5.1.1")
    for sentence in ("4.2.1 can turn into success.", "5.1.1 is the last word."):
        assert sentence in section_of(tree, "which")
        assert main_of(tree).count(sentence) == 1
    assert "With 4.2.1 and with 5.1.1 the shop stays open." in section_of(tree, "shared")


def test_a_sentence_with_the_values_of_both_codes_leaves_no_other_about_those_they_share(tiny_site: Site) -> None:
    tree = _pair(tiny_site, "5.1.1", "5.7.1")
    assert "5.1.1 replies to" in main_of(tree)
    assert "both reply to" not in main_of(tree)
    assert "both reply to" in main_of(_pair(tiny_site, "4.2.1", "5.1.1"))


def test_action_is_told_by_role_for_both_codes(tiny_site: Site) -> None:
    parts = [" ".join(node.text(separator=" ").split()) for node in _pair(tiny_site, "4.2.1", "5.1.1").css(".actions")]
    assert parts == [
        "the customer Come back tomorrow with the same parcel. the clerk Call the van, and see the handbook .",
        "the customer Correct the label, then come back.",
    ]


def test_passage_that_both_codes_share_is_said_once(tiny_site: Site) -> None:
    same = Text("action.customer", "Go home.", "parcel")
    site = _changed(tiny_site, x5_1_1={"action": {"customer": same}}, x5_7_2={"action": {"customer": same}})
    tree = _pair(site, "5.1.1", "5.7.2")
    assert main_of(tree).count("Go home.") == 1
    assert "Go home." in section_of(tree, "shared")
    # Each code alone, and each pair with another code, still says it in its place.
    assert "Go home." in _text(tree_of(site, "en/parcel/5.1.1.html"), ".actions")
    assert "Go home." in section_of(_pair(site, "4.2.1", "5.1.1"), "actions")


def test_timeline_shows_every_phase_and_where_each_code_occurs(tiny_site: Site) -> None:
    tree = _pair(tiny_site, "2.0.0", "5.7.1")
    phases = [" ".join(node.text().split()) for node in tree.css(".timeline li")]
    assert phases == ["at the door 2.0.0", "at the counter 5.7.1", "at the shelf 5.7.1"]


def test_protocol_without_classes_and_roles_has_pages_without_their_sections(tiny_site: Site) -> None:
    pair = tree_of(tiny_site, "en/names/noerror-vs-nxdomain.html")
    assert "Different situations" in _text(pair, ".kicker")
    assert pair.css_first(".timeline") is None
    assert "NOERROR and NXDOMAIN both stand in the header." in section_of(pair, "shared")
    protocol = tree_of(tiny_site, "en/names/index.html")
    assert _text(protocol, "#class-1") == "Codes"
    assert protocol.css_first(".phases") is None


def test_sources_of_both_codes_and_of_the_pair_are_linked_once(tiny_site: Site) -> None:
    links = [
        node.attributes["href"]
        for node in _pair(tiny_site, "5.1.1", "5.7.1").css(".sources a")
        if "://" in str(node.attributes["href"])
    ]
    assert links == ["https://www.rfc-editor.org/rfc/rfc5321.html#section-4.2.2", "https://parcel.example/list?a=1&b=2"]


def test_related_comparisons_leave_out_the_one_that_is_read(tiny_site: Site) -> None:
    for page, html in rendered(tiny_site):
        if page.kind == "pair":
            links = LexborHTMLParser(html).css("section:has(> #related) a")
            own = page.path.rpartition("/")[2]
            assert own not in [node.attributes["href"] for node in links], page.path


def test_code_page_lists_declared_confusions_first_in_their_order(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/5.1.1.html")
    confused = [node.attributes["href"] for node in tree.css("section:has(> #confused) a")]
    assert confused == ["5.1.1-vs-5.7.1.html", "4.2.1-vs-5.1.1.html"]


def test_code_page_lists_all_other_comparisons_in_canonical_order(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/5.1.1.html")
    assert [node.attributes["href"] for node in tree.css("section:has(> #others) a")] == [
        "2.0.0-vs-5.1.1.html",
        "4.10.1-vs-5.1.1.html",
        "5.1.0-vs-5.1.1.html",
        "5.1.1-vs-5.7.2.html",
    ]
    assert _text(tree, "section:has(> #others) summary") == "4 comparisons"


def test_comparisons_are_named_by_the_other_code(tiny_site: Site) -> None:
    listed = _text(tree_of(tiny_site, "en/parcel/5.1.1.html"), ".pairs li").split(" | ")
    assert listed[1] == "4.2.1 vs 5.1.1 No room at the moment"
    assert "5.1.1 vs 5.7.2 Animals are not taken" in listed


def test_code_page_links_to_every_comparison_of_its_code_once(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/5.1.1.html")
    links = sorted(str(node.attributes["href"]) for node in tree.css(".pairs a"))
    assert links == [
        "2.0.0-vs-5.1.1.html",
        "4.10.1-vs-5.1.1.html",
        "4.2.1-vs-5.1.1.html",
        "5.1.0-vs-5.1.1.html",
        "5.1.1-vs-5.7.1.html",
        "5.1.1-vs-5.7.2.html",
    ]


def test_code_page_answers_first_whether_to_try_again_and_who_acts(tiny_site: Site) -> None:
    assert _text(tree_of(tiny_site, "en/parcel/4.2.1.html"), ".lead li").split(" | ") == [
        "Outcome 4.2.1 can turn into success.",
        "Try again After 4.2.1, wait and ask again.",
        "Who acts It falls to the customer and the clerk to act on 4.2.1.",
    ]
    assert "Nobody has to act on 2.0.0." in _text(tree_of(tiny_site, "en/parcel/2.0.0.html"), ".lead")


def test_code_page_names_its_outcome_beside_the_sign(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/4.2.1.html")
    assert _text(tree, "header.tone-failed-for-now > .kicker > span") == "failed for now"
    assert _text(tree_of(tiny_site, "en/names/noerror.html"), ".kicker") == "Name answers"


def test_code_page_says_what_to_do_and_what_it_is_taken_for_before_all_else(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/5.1.1.html")
    assert [node.attributes["id"] for node in tree.css("main h2")][:3] == ["actions", "confused", "meaning"]


@pytest.mark.parametrize("path", ["index.html", "404.html", "en/index.html", "de/parcel/5.1.1-vs-5.7.1.html"])
def test_colours_are_set_before_the_style_sheet_is_read(tiny_site: Site, path: str) -> None:
    """Otherwise a page would be drawn in the colours of the system and then in those that were chosen."""
    names = [
        node.attributes.get("name") or str(node.attributes.get("src") or node.attributes.get("href")).rpartition("/")[2]
        for node in tree_of(tiny_site, path).css("head > :is(meta[name=color-scheme], script, link[rel=stylesheet])")
    ]
    assert names[:3] == ["color-scheme", "theme.js", "style.css"]
    script = tree_of(tiny_site, path).css_first("script")
    assert script is not None
    assert not {"defer", "async", "type"} & script.attributes.keys()


def test_switch_of_colours_is_hidden_until_its_script_runs_and_has_a_name(tiny_site: Site) -> None:
    button = tree_of(tiny_site, "de/parcel/index.html").css_first("body > header > button.theme")
    assert button is not None
    assert "hidden" in button.attributes
    assert (button.attributes["type"], button.attributes["title"]) == ("button", "Dunkle Farben")


def test_filter_finds_codes_by_what_their_item_says(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "de/parcel/index.html")
    form = tree.css_first("form.filter")
    assert form is not None
    assert "hidden" in form.attributes
    assert form.attributes["data-count"] == "# von 7 Codes"
    assert len(form.css("input, output")) == 2
    items = tree.css("main > section > .codes > li")
    assert len(items) == 7
    item = next(" ".join(node.text().split()) for node in items if "5.1.1" in node.text())
    for said in ("5.1.1", "Die Straße gibt es nicht", "Das Etikett nennt eine Straße, die niemand kennt."):
        assert said in item


def test_session_names_the_codes_of_each_phase_in_order(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/index.html")
    phases = [" ".join(node.text(separator=" ").split()) for node in tree.css(".session > li")]
    assert phases[0].startswith("at the door 2.0.0")
    assert len(phases) == 3


def test_timeline_draws_the_first_code_and_the_second_differently(tiny_site: Site) -> None:
    tree = _pair(tiny_site, "2.0.0", "5.7.1")
    marks = [(len(item.css("svg > circle")), len(item.css("svg > path ~ path"))) for item in tree.css(".timeline li")]
    assert marks == [(1, 0), (0, 1), (0, 1)]
    assert all(node.attributes["aria-hidden"] == "true" for node in tree.css(".timeline svg"))


def test_no_page_has_a_style_or_a_script_of_its_own(tiny_site: Site) -> None:
    for page, html in rendered(tiny_site):
        tree = LexborHTMLParser(html)
        assert not tree.css("style, [style], script:not([src], [type='application/ld+json']), [onclick]"), page.path


def test_protocol_page_groups_the_codes_by_class_in_order(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/parcel/index.html")
    groups = [
        (_text_of(section.css_first("h2")), [node.text() for node in section.css("ul.codes bdi")])
        for section in tree.css("section:has(ul.codes)")
    ]
    assert groups == [
        ("2, done", ["2.0.0"]),
        ("4, later", ["4.2.1", "4.10.1"]),
        ("5, never", ["5.1.0", "5.1.1", "5.7.1", "5.7.2"]),
    ]
    assert "7 codes, 21 comparisons" in main_of(tree)


def test_class_without_codes_is_not_shown(tiny_site: Site) -> None:
    parcel = tiny_site.catalogue.protocols["parcel"]
    few = with_codes(parcel, "2.0.0")
    site = with_catalogue(tiny_site, replace(tiny_site.catalogue, protocols={"parcel": few}))
    assert _text(tree_of(site, "en/parcel/index.html"), "section:has(ul.codes) h2") == "2, done"


def test_numbers_and_lists_follow_the_language(tiny_site: Site) -> None:
    assert "der Kunde und die Angestellte" in main_of(_pair(tiny_site, "4.2.1", "5.1.1", "de"))
    assert "7 Codes" in main_of(tree_of(tiny_site, "de/parcel/index.html"))


def test_home_page_names_the_protocols_and_their_curated_pairs(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "en/index.html")
    assert [node.attributes["href"] for node in tree.css("main a")] == [
        "decode.html",
        "parcel/index.html",
        "parcel/index.html",
        "parcel/matrix.html",
        "parcel/5.1.1-vs-5.7.1.html",
        "names/index.html",
        "names/index.html",
        "names/matrix.html",
    ]


def test_about_page_tells_sources_registry_and_coverage(tiny_site: Site) -> None:
    text = _text(tree_of(tiny_site, "en/about.html"), "main p, main td")
    assert "The registry of the tests, as of January 2, 2024" in text
    parcel = tiny_site.coverage()["ar"][1]
    assert (parcel.domain, parcel.fuzzy) == ("parcel", 1)
    assert f"{parcel.translated} of {parcel.total} messages" in text
    assert 0 < parcel.translated < parcel.total


def test_root_page_offers_every_language_in_that_language(tiny_site: Site) -> None:
    tree = tree_of(tiny_site, "index.html")
    assert [
        (node.attributes["lang"], node.attributes["dir"], " ".join(node.text().split()))
        for node in tree.css(".choice li")
    ] == [
        ("en", "ltr", "English Small codes, told apart."),
        ("de", "ltr", "Deutsch Kleine Codes, unterschieden."),
        ("ar", "rtl", "العربية رموز صغيرة، والفرق بينها."),
    ]


def test_phrase_of_the_registry_is_never_translated(tiny_site: Site) -> None:
    node = tree_of(tiny_site, "de/parcel/4.2.1.html").css_first(".phrase")
    assert node is not None
    assert (node.text(), node.attributes["lang"], node.attributes["translate"]) == ("Shelf full", "en", "no")


def _text_of(node: Any) -> str:
    return " ".join(node.text().split())
