"""Documents -> Catalogue: what is taken over, what is filled in, and every mistake of a single file.

The folder `data/wrong` is wrong in every way that loading, validation and the rules know; what a run says of it is
compared as a whole with `expected.txt` there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from codepairs.errors import ContentError
from codepairs.load import read_sources
from codepairs.model import Catalogue, Language, Protocol, Source, WireLine
from codepairs.rules import broken_rules
from codepairs.settings import Settings
from codepairs.validate import default_slug, validate
from tests.support import ROOT, SMALL, make_sources, make_text, shown

SITE = """-- site.yaml --
title: T
url: https://t.example
tagline: T.
description: D.
languages: [{lang: en, source: true}]
"""

PROTOCOL = """-- demo/protocol.yaml --
id: demo
name: Demo
title: T
summary: S.
"""

CODE = "phrase: P\ntitle: T\nsummary: S.\nmeaning: M.\n"


def code(name: str, more: str = "") -> str:
    """The section of a code's file."""
    return f"-- demo/{default_slug(name) or 'x'}.yaml --\ncode: {name!r}\n{CODE}{more}"


def judged(text: str) -> tuple[Catalogue, list[str]]:
    catalogue, problems = validate(make_sources(text))
    return catalogue, shown(problems)


def protocol_of(text: str) -> Protocol:
    """The protocol of SITE, PROTOCOL and `text`, which has no problems."""
    catalogue, problems = judged(SITE + PROTOCOL + text)
    assert problems == []
    return catalogue.protocols["demo"]


def problems_of(text: str) -> list[str]:
    """What is wrong with SITE, PROTOCOL and `text`."""
    return judged(SITE + PROTOCOL + text)[1]


def test_a_language_stands_in_the_list_once() -> None:
    text = SITE.replace("languages: [", "languages: [{lang: de}, {lang: de}, ")
    assert judged(text)[1] == ["site.yaml:5:25: language 'de' stands twice in the list"]


def test_featured_pairs_are_curated_ones() -> None:
    pair = "-- demo/pairs/1-vs-2.yaml --\ncodes: [1, 2]\nverdict: V.\ndifference: D.\nguidance: G.\n"
    codes = code("1") + code("2") + pair
    catalogue, problems = judged(SITE + PROTOCOL + "featured: [1-vs-2, 1-vs-3]\n" + codes)
    assert catalogue.protocols["demo"].featured == (("1", "2"),)
    assert problems == ["demo/protocol.yaml:5:20: unknown pair '1-vs-3' in 'featured'; did you mean '1-vs-2'?"]


def test_the_wrong_folder_has_exactly_the_expected_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    folder = Path("tests/data/wrong")
    catalogue, problems = validate(read_sources(Settings(content=folder)))
    found = ContentError([*problems, *broken_rules(catalogue)]).problems
    assert [str(problem) for problem in found] == (folder / "expected.txt").read_text(encoding="utf-8").splitlines()


def test_a_good_site_has_no_problems() -> None:
    catalogue, problems = judged(SMALL.replace("content/", ""))
    assert problems == []
    assert list(catalogue.protocols["demo"].codes) == ["1", "2"]


def test_a_site_may_be_empty() -> None:
    catalogue, problems = judged(SITE)
    assert problems == []
    assert catalogue.protocols == {}
    assert catalogue.site.url == "https://t.example/"
    assert catalogue.site.languages == (Language("en", True),)
    assert (catalogue.site.link_style, catalogue.site.indexing) == ("file", "notable")


def test_site_yaml_is_taken_over() -> None:
    more = "link_style: clean\nindexing: all\nprotocols: [b, a]\nsuperseded: {'821': '5321'}\n"
    folders = "".join(PROTOCOL.replace("demo", name) for name in "ab")
    catalogue, problems = judged(SITE.replace("[{lang: en, source: true}]", "") + LANGUAGES + more + folders)
    assert problems == []
    site = catalogue.site
    assert site.languages == (Language("zh-Hant"), Language("en", True), Language("pt-BR"), Language("ar-x-mirrored"))
    assert (site.link_style, site.indexing, site.superseded) == ("clean", "all", {"821": "5321"})
    assert site.protocols == tuple(catalogue.protocols) == ("b", "a")


LANGUAGES = "- lang: zh-Hant\n- lang: en\n  source: true\n- lang: pt-BR\n- lang: ar-x-mirrored\n"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title: T\n", "", "site.yaml:1:1: the site lacks the field 'title'"),
        (
            "https://t.example",
            "ftp://t.example",
            "site.yaml:2:1: 'ftp://t.example' is no base address; write one like ",
        ),
        ("https://t.example", "https://t.example/?a", "site.yaml:2:1: 'https://t.example/?a' is no base address; "),
        ("lang: en", "lang: english", "site.yaml:5:14: 'english' is no language tag; write one like 'de' or 'pt-BR' "),
        ("lang: en", "lang: EN", "site.yaml:5:14: 'EN' is no language tag; write one like 'de' or 'pt-BR' (RFC 5646)"),
        (", source: true", "", "site.yaml:5:1: exactly one language must have 'source: true'"),
        ("true}]", "true}, {lang: de, source: true}]", "site.yaml:5:1: exactly one language must have 'source: true'"),
        ("[{lang: en, source: true}]", "en", "site.yaml:5:12: field 'languages' must be a list"),
    ],
)
def test_mistakes_in_site_yaml(old: str, new: str, problem: str) -> None:
    assert old in SITE
    found = judged(SITE.replace(old, new))[1]
    assert any(line.startswith(problem) for line in found), found


def test_protocols_of_the_site_and_folders_must_agree() -> None:
    folders = "".join(PROTOCOL.replace("demo", name) for name in ("demo", "other"))
    assert judged(f"{SITE}protocols: [other, dmo]\n{folders}")[1] == [
        "site.yaml:6:1: protocol 'demo' has a folder but is not in this list",
        "site.yaml:6:20: unknown protocol 'dmo'; did you mean 'demo'?",
    ]


def test_a_code_is_taken_over() -> None:
    more = """when: [W1., W2.]
wire: |-
  C: <x>
  S: 5.7.1 “no” 📧
sources: [RFC 5321]
refines: '1'
replaced_by: '2'
confused_with: ['2', '1']
"""
    made = protocol_of(code("5.7.1", more)).codes["5.7.1"]
    assert (made.protocol, made.code, made.slug, made.phrase) == ("demo", "5.7.1", "5.7.1", "P")
    assert (made.title, made.summary, made.meaning) == (
        make_text("T", "title"),
        make_text("S."),
        make_text("M.", "meaning"),
    )
    assert made.when == (make_text("W1.", "when"), make_text("W2.", "when"))
    assert made.wire == (WireLine("C", "<x>"), WireLine("S", "5.7.1 “no” 📧"))
    assert made.sources == (Source(rfc="5321"),)
    assert (made.refines, made.replaced_by, made.confused_with) == ("1", "2", ("2", "1"))
    assert (made.place.path, made.place.line) == ("demo/5.7.1.yaml", 1)


@pytest.mark.parametrize("name", ["550", "5.7.1", "NXDOMAIN", "0x2F", "no", "2024-08-14", "a b", "0"])
def test_codes_of_any_form_are_texts(name: str) -> None:
    assert list(protocol_of(code(name)).codes) == [name]


@pytest.mark.parametrize("phrase", ['"quoted" <b>&amp;</b>', "📧 👩‍💻", "رد الخادم \u200f550", "`code` {a}", "x" * 500])
def test_phrases_are_taken_as_they_stand(phrase: str) -> None:
    quoted = phrase.replace("'", "''")
    assert protocol_of(code("1").replace("phrase: P", f"phrase: '{quoted}'")).codes["1"].phrase == phrase


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("550", "550"),
        ("5.7.1", "5.7.1"),
        ("NXDOMAIN", "nxdomain"),
        ("0x2F", "0x2f"),
        ("Größe 5", "groe-5"),
        ("a_b", "a_b"),
        ("--x--", "x"),
        ("../etc/passwd", "etc-passwd"),
        ("<script>", "script"),
        ("📧", ""),
        ("رد", ""),
        ("", ""),
    ],
)
def test_the_default_slug_is_ascii(name: str, slug: str) -> None:
    assert default_slug(name) == slug


@pytest.mark.parametrize(
    "slug",
    ["index", "Matrix", "protocol", "a-vs-b", "a-VS-b", "vs-b", "a-vs", ".x", "a/b", "é", "a b", "x.json", "x.HTML"],
)
def test_slugs_that_cannot_name_files(slug: str) -> None:
    # `a-vs` with `b` and `a` with `vs-b` would both name a-vs-vs-b.html.
    found = problems_of(f"-- demo/x.yaml --\ncode: '1'\nslug: '{slug}'\n{CODE}")
    assert found == [
        f"demo/x.yaml:2:1: {slug!r} cannot name the files of code '1'; set 'slug' to other letters and digits"
    ]


def test_a_code_without_ascii_needs_a_slug() -> None:
    assert problems_of("-- demo/x.yaml --\ncode: 📧\n" + CODE) == [
        "demo/x.yaml:1:1: '' cannot name the files of code '📧'; set 'slug' to other letters and digits"
    ]
    assert protocol_of("-- demo/mail.yaml --\ncode: 📧\nslug: mail\n" + CODE).codes["📧"].slug == "mail"


def test_the_slug_is_the_name_of_the_file() -> None:
    assert problems_of("-- demo/NXDOMAIN.yaml --\ncode: NXDOMAIN\n" + CODE) == [
        "demo/NXDOMAIN.yaml:1:1: code 'NXDOMAIN' has the slug 'nxdomain', so its file must be named nxdomain.yaml"
    ]


def test_codes_and_slugs_stand_once() -> None:
    text = f"-- demo/1.yaml --\ncode: 1\n{CODE}-- demo/one.yaml --\ncode: 1\nslug: one\n{CODE}"
    assert problems_of(text) == ["demo/one.yaml:1:1: code '1' stands twice; first in demo/1.yaml"]
    text = f"-- demo/ab.yaml --\ncode: ab\n{CODE}-- demo/AB.yaml --\ncode: AB\nslug: AB\n{CODE}"
    assert problems_of(text) == [
        "demo/AB.yaml:1:1: slug 'AB' is also that of code 'ab' in demo/ab.yaml; set another slug"
    ]


def order_of(order: str, *codes: str, registry: str = "") -> list[tuple[str, int]]:
    text = SITE + PROTOCOL + f"order: {order}\n" + "".join(map(code, codes)) + registry
    catalogue, problems = judged(text)
    assert problems == []
    return [(made.code, made.rank) for made in catalogue.protocols["demo"].codes.values()]


def test_codes_stand_in_the_order_of_their_protocol() -> None:
    assert order_of("natural", "5.7.10", "5.7.2", "550") == [("5.7.2", 0), ("5.7.10", 1), ("550", 2)]
    assert order_of("hex", "0x10", "0xA", "0x9") == [("0x9", 0), ("0xA", 1), ("0x10", 2)]
    registry = "-- demo/registry.csv --\ncode,name,reference,status\nB,P,R,S\nA,P,R,S\n"
    assert order_of("registry", "A", "B", registry=registry) == [("B", 0), ("A", 1)]


FACTS = """classes:
- {id: good, pattern: '2.*', label: G, summary: G., implies: {retry: none, acts: [developer]}}
- {id: bad, pattern: '[35].*', label: B, summary: B.}
facts:
- {id: kind, role: class, label: K}
- id: to
  label: To
  many: true
  values:
  - {id: mail, label: M, implies: {stage: [send]}}
  - {id: auth, label: A, implies: {stage: [login]}}
- {id: stage, label: S, many: true, values: [{id: login, label: L}, {id: send, label: S}]}
- {id: retry, label: R, values: [{id: none, label: N}, {id: later, label: L, implies: {acts: [sender]}}]}
- {id: acts, role: acts, label: A, many: true, values: [{id: sender, label: S}, {id: developer, label: D}]}
- {id: enhanced, label: E, many: true, open: '[245][.][0-9.]+'}
"""


@pytest.mark.parametrize(
    ("name", "own", "facts"),
    [
        ("2", "", {"kind": ("good",), "retry": ("none",), "acts": ("developer",)}),
        ("5", "", {"kind": ("bad",)}),
        # What a code says itself is never replaced.
        ("2", "retry: later", {"kind": ("good",), "retry": ("later",), "acts": ("developer",)}),
        ("2", "acts: []", {"kind": ("good",), "retry": ("none",), "acts": ()}),
        # Values imply other values, gathered in declared order.
        ("5", "retry: later", {"kind": ("bad",), "retry": ("later",), "acts": ("sender",)}),
        ("5", "to: [auth, mail]", {"kind": ("bad",), "to": ("auth", "mail"), "stage": ("login", "send")}),
        ("5", "to: [mail, auth]", {"kind": ("bad",), "to": ("mail", "auth"), "stage": ("login", "send")}),
        ("5", "{to: mail, stage: login}", {"kind": ("bad",), "to": ("mail",), "stage": ("login",)}),
        ("5", "enhanced: [5.7.1, 5.7.1, 5.1.1]", {"kind": ("bad",), "enhanced": ("5.7.1", "5.1.1")}),
    ],
)
def test_facts_are_filled_in_where_the_code_says_nothing(
    name: str, own: str, facts: dict[str, tuple[str, ...]]
) -> None:
    line = f"facts: {own}\n" if own.startswith("{") else f"facts:\n  {own}\n" if own else ""
    made = protocol_of(FACTS + code(name, line)).codes[name]
    assert made.facts == facts
    assert made.class_id == facts["kind"][0]
    order = ["kind", "to", "stage", "retry", "acts", "enhanced"]
    assert list(made.facts) == [fact for fact in order if fact in facts]


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        ("retyr: none", "7:3: unknown fact 'retyr'; did you mean 'retry'?"),
        ("retry: lter", "7:10: unknown value 'lter' of fact 'retry'; did you mean 'later'?"),
        ("retry: [none]", "7:10: fact 'retry' takes one value, not a list"),
        ("retry: {none: x}", "7:10: fact 'retry' takes values, not a mapping"),
        ("to: [mail, [auth]]", "7:14: each item of 'to' must be one text"),
        ("kind: good", "7:3: fact 'kind' follows from the code itself; leave it out"),
        ("enhanced: 3.7.1", "7:13: value '3.7.1' of fact 'enhanced' does not match [245][.][0-9.]+"),
    ],
)
def test_mistakes_in_facts(own: str, problem: str) -> None:
    assert problems_of(FACTS + code("2", f"facts:\n  {own}\n")) == [f"demo/2.yaml:{problem}"]


def test_a_class_that_implies_what_nobody_declared_stops_nothing_else() -> None:
    facts = FACTS.replace("acts: [developer]", "acts: [devel], colour: red")
    catalogue, problems = judged(SITE + PROTOCOL + facts + code("2"))
    assert [problem.partition(": ")[2] for problem in problems] == [
        "value 'good' implies the unknown acts 'devel'; did you mean 'developer'?",
        "value 'good' implies the unknown fact 'colour'; known: kind, to, stage, retry, acts, enhanced",
    ]
    assert broken_rules(catalogue)


def test_a_code_fits_the_pattern_and_a_class() -> None:
    assert problems_of("pattern: '[25]'\n" + FACTS + code("25")) == [
        "demo/25.yaml:1:1: code '25' does not match the protocol's pattern [25]"
    ]
    assert problems_of(FACTS + code("4")) == ["demo/4.yaml:1:1: code '4' fits the pattern of no class"]


def test_the_first_class_that_fits_holds_a_code() -> None:
    facts = FACTS.replace("'[35].*'", "'.*'")
    assert protocol_of(facts + code("2")).codes["2"].class_id == "good"
    assert protocol_of(facts + code("9")).codes["9"].class_id == "bad"


def test_actions_are_told_to_declared_roles_in_their_order() -> None:
    made = protocol_of(FACTS + code("5", "action:\n  developer: D.\n  sender: S.\n")).codes["5"]
    assert list(made.action.items()) == [
        ("sender", make_text("S.", "action.sender")),
        ("developer", make_text("D.", "action.developer")),
    ]
    assert problems_of(FACTS + code("5", "action: {sendr: S.}\n")) == [
        "demo/5.yaml:6:10: unknown role 'sendr' in 'action'; did you mean 'sender'?"
    ]


PAIR = "verdict: V.\ndifference: D.\nguidance: G.\n"


def test_a_pair_is_taken_over_in_canonical_order() -> None:
    text = code("10") + code("5.7.1") + code("2")
    text += f"-- demo/pairs/5.7.1-vs-10.yaml --\ncodes: [5.7.1, 10]\n{PAIR}wire: 'C: x'\nsources: [RFC 5321]\n"
    text += f"-- demo/pairs/2-vs-10.yaml --\ncodes: [2, 10]\n{PAIR}"
    protocol = protocol_of(text)
    assert list(protocol.curated) == [("2", "10"), ("5.7.1", "10")]
    pair = protocol.curated["5.7.1", "10"]
    assert [text.source for text in pair.texts()] == ["V.", "D.", "G."]
    assert (pair.wire, pair.sources) == ((WireLine("C", "x"),), (Source(rfc="5321"),))


@pytest.mark.parametrize(
    ("name", "codes", "problem"),
    [
        ("2-vs-10", "[10, 2]", "codes stand in the wrong order; write [2, 10] in a file 2-vs-10.yaml"),
        ("10-vs-2", "[2, 10]", "the file of this pair must be named 2-vs-10.yaml"),
        ("2-vs-10", "[2]", "field 'codes' must list two different codes"),
        ("2-vs-10", "[2, 2]", "field 'codes' must list two different codes"),
        ("2-vs-10", "[2, 10, 3]", "field 'codes' must list two different codes"),
        ("2-vs-10", "[2, 11]", "unknown code '11'; known: 2, 10"),
    ],
)
def test_mistakes_in_pairs(name: str, codes: str, problem: str) -> None:
    text = f"{code('2')}{code('10')}-- demo/pairs/{name}.yaml --\ncodes: {codes}\n{PAIR}"
    column = 12 if "unknown" in problem else 1
    assert problems_of(text) == [f"demo/pairs/{name}.yaml:1:{column}: {problem}"]


def test_names_of_pairs_use_slugs() -> None:
    text = code("A") + code("B") + f"-- demo/pairs/A-vs-B.yaml --\ncodes: [A, B]\n{PAIR}"
    assert problems_of(text) == ["demo/pairs/A-vs-B.yaml:1:1: the file of this pair must be named a-vs-b.yaml"]


def test_one_bad_file_leaves_the_others() -> None:
    catalogue, problems = judged(
        f"{SITE}{PROTOCOL}{code('1')}-- demo/2.yaml --\ncode: [2\n-- demo/3.yaml --\nphrase: P\n"
    )
    assert list(catalogue.protocols["demo"].codes) == ["1"]
    assert problems[0].startswith("demo/2.yaml:1:7: is not YAML")
    assert "demo/3.yaml:1:1: the code lacks the field 'code'" in problems


def test_a_protocol_that_cannot_be_read_is_left_out() -> None:
    catalogue, problems = judged(f"{SITE}-- demo/protocol.yaml --\n- [\n{code('1')}")
    assert catalogue.protocols == {}
    assert len(problems) == 1
