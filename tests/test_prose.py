"""Passages -> HTML: Markdown is kept, everything else comes out as text, fallbacks are marked."""

from __future__ import annotations

import re
from html import unescape
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

from codepairs.prose import Template, Voice, block_html, inline_html, plain_text, unmarked
from tests.support import make_text, make_translator

TAGS = {"p", "ul", "ol", "li", "code", "pre", "strong", "em", "a", "br", "blockquote"}


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("", ""),
        ("One.", "<p>One.</p>"),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("`MAIL FROM` *now* **please**", "<p><code>MAIL FROM</code> <em>now</em> <strong>please</strong></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("“Quoted” 📧👩‍💻 رد", "<p>“Quoted” 📧👩‍💻 رد</p>"),
        ("5.7.1 is 0x2F", "<p>5.7.1 is 0x2F</p>"),
        ("A `<b>&amp;</b>` span", "<p>A <code>&lt;b&gt;&amp;amp;&lt;/b&gt;</code> span</p>"),
    ],
)
def test_blocks(source: str, html: str) -> None:
    assert block_html(source) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("", ""),
        ("One.", "One."),
        ("`RSET` *now*", "<code>RSET</code> <em>now</em>"),
        ("One `A`.\n\nTwo.", "One <code>A</code>. Two."),
        # Inside a line there are no lists and no indented code.
        ("1. a", "1. a"),
        ("- a", "- a"),
        ("    x*y", "x*y"),
        ('"quoted" & <b>', "&#34;quoted&#34; &amp; &lt;b&gt;"),
    ],
)
def test_inlines(source: str, html: str) -> None:
    assert Markup(inline_html(source)).unescape() == Markup(html).unescape()
    assert inline_html(source).count("<") == html.count("<")


def test_links_lead_to_the_web_and_nowhere_else() -> None:
    assert block_html("[RFC](https://example.org/?a=b&c)") == (
        '<p><a href="https://example.org/?a=b&amp;c" rel="nofollow">RFC</a></p>'
    )
    assert 'href="mailto:a@example.org"' in inline_html("[write](mailto:a@example.org)")


HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<b onclick=alert(1)>x</b>",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "<!-- comment --> *x*",
    "<?php x ?> *x*",
    "<iframe src=https://evil.example></iframe>",
    "<style>*{display:none}</style>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    '[x](https://example.org/" onmouseover="alert(1))',
    "[x](https://example.org 'title\" onclick=\"x')",
    "![x](https://evil.example/pixel.png)",
    "![x][1]\n\n[1]: https://evil.example/pixel.png",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "`<script>alert(1)</script>`",
    "# <script>alert(1)</script>",
    "> <script>alert(1)</script>",
    "*<script>alert(1)</script>*",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "\\<script>alert(1)</script>",
    "\u0002<script>\u0003 klzzwxh:0000 `a`",
    "\ufdd0lt;script\ufdd0gt; *x*",
    '" onmouseover="alert(1) `x`',
]


@pytest.mark.parametrize("source", HOSTILE)
@pytest.mark.parametrize("convert", [block_html, inline_html])
def test_hostile_markdown_comes_out_as_text(source: str, convert: object) -> None:
    html = convert(source)  # type: ignore[operator]
    tags = re.findall(r"</?([A-Za-z!?][^\s/>]*)([^>]*)>", html)
    assert {name for name, _ in tags} <= TAGS
    for name, attributes in tags:
        found = dict(re.findall(r' ([^\s="]+)="([^"]*)"', attributes))
        assert "".join(f' {key}="{value}"' for key, value in found.items()) == attributes
        assert set(found) <= ({"href", "rel", "title"} if name == "a" else set())
        assert urlsplit(unescape(found.get("href", ""))).scheme in ("", "http", "https", "mailto")
    rest = re.sub(r"<[^>]*>", "", html)
    assert "<" not in rest
    assert ">" not in rest.replace("-->", "")
    assert re.fullmatch(r"([^&]|&(amp|lt|gt|quot|#34|#39);)*", rest), html


@pytest.mark.parametrize("entity", ["&lt;", "&amp;", "&#60;", "&nbsp;", "&copy;"])
def test_entities_are_shown_as_they_are_written(entity: str) -> None:
    shown = str(escape(entity))
    assert block_html(f"{entity} *x*") == f"<p>{shown} <em>x</em></p>"
    assert block_html(entity) == f"<p>{shown}</p>"
    assert inline_html(f"`{entity}`") == f"<code>{shown}</code>"


@pytest.mark.parametrize(
    "source",
    [
        "# Heading",
        "Heading\n=======",
        "> quote",
        "---",
        "[a]: https://example.org",
        "<b>bold</b>",
        "![x](https://x.example)",
    ],
)
def test_what_is_no_markdown_here_stays_readable(source: str) -> None:
    html = block_html(source)
    assert html.startswith("<p>")
    assert "<h" not in html
    assert "<img" not in html
    assert plain_text(source)


@pytest.mark.parametrize(
    "source", ["<script>x</script>", "<div>\n*a*\n</div>", "<!-- a -->", "<img src=x>", "<pre>*</pre>"]
)
def test_raw_html_is_shown_and_not_swallowed(source: str) -> None:
    html = block_html(f"{source}\n\n*x*")
    assert str(escape(re.match(r"<[^>]*>", source)[0])) in html  # type: ignore[index]
    assert html.endswith("<p><em>x</em></p>")


def test_a_reference_of_one_passage_does_not_reach_another() -> None:
    block_html("[x][1]\n\n[1]: https://example.org/")
    assert "href" not in block_html("[x][1] *again*")


def test_a_short_cut_and_the_converter_agree() -> None:
    # The text without anything special skips Markdown; a comment in it would not.
    assert block_html("Wait & see; \"quoted\" 'so'.").replace("&#34;", '"').replace("&#39;", "'") == (
        "<p>Wait &amp; see; \"quoted\" 'so'.</p>"
    )


_PIECES = (
    *(
        "a",
        "Grün",
        " ",
        "  ",
        "1. ",
        "1.",
        "٣. ",
        "12) ",
        "- ",
        "-",
        "+ ",
        "+",
        "* ",
        "*",
        "_",
        "__",
        "!",
        "#",
        "# ",
        "=",
    ),
    *(">", "> ", "<", "<b>", "<http://a.example>", "http://a.example", "a@b.example", "[", "]", "](b)", "[a](b)", "!["),
    *(
        "`",
        "``",
        "`a`",
        "` a`",
        "`a `",
        "`<b>&`",
        "`a_b*c*`",
        "`\\`",
        "`[a](b)`",
        "`~`",
        "\\",
        "\\`",
        "a_b",
        "{a_b}",
        "_a_",
    ),
    *(
        "&",
        "&amp;",
        "&#60;",
        "&nbsp;",
        '"',
        "'",
        "\xa0",
        "\u2028",
        "\x85",
        "\ufeff",
        "\u200b",
        "\u202e",
        "📧",
        "e\u0301",
    ),
    *("klzzwxh:0000", "\x02", "\t", "\n", "\n\n", "\r", "    ", "\ufdd0", "\ufffe", "|", "~", "~~", "--"),
)


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(_PIECES), max_size=9).map("".join))
def test_code_spans_come_out_as_the_converter_makes_them(source: str) -> None:
    found = [convert(source) for convert in (block_html, inline_html, plain_text)]
    with patch("codepairs.prose._has_only_spans", return_value=False):
        assert [convert(source) for convert in (block_html, inline_html, plain_text)] == found


def test_plain_text_has_neither_markdown_nor_html() -> None:
    assert plain_text("`<b>` & *more* [RFC](https://example.org)") == "<b> & more RFC"
    assert plain_text("“x” 📧 &lt;") == "“x” 📧 &lt;"


GERMAN = {"Go *on*.": "*Weiter* gehen.", "Use {code}.": "{code} nutzen."}


def test_a_voice_says_passages_in_its_language() -> None:
    voice = Voice(make_translator("de", GERMAN))
    assert voice.lang == "de"
    assert voice.block(make_text("Go *on*.")) == "<p><em>Weiter</em> gehen.</p>"
    assert voice.inline(make_text("Go *on*.")) == "<em>Weiter</em> gehen."
    assert voice.plain(make_text("Go *on*.")) == "Weiter gehen."


def test_a_passage_of_the_other_direction_says_so_too() -> None:
    voice = Voice(make_translator("ar", {}))
    assert voice.inline(make_text("Go *on*.")) == '<span lang="en" dir="ltr">Go <em>on</em>.</span>'
    assert unmarked(voice.message("Go <on>")) == "Go &lt;on&gt;"


def test_a_passage_in_another_language_says_so() -> None:
    voice = Voice(make_translator("fr", {}))
    assert voice.block(make_text("Go *on*.")) == '<div lang="en"><p>Go <em>on</em>.</p></div>'
    assert voice.inline(make_text("Go *on*.")) == '<span lang="en">Go <em>on</em>.</span>'
    assert voice.message("Go <on>") == '<span lang="en">Go &lt;on&gt;</span>'
    assert voice.plain(make_text("Go *on*.")) == "Go on."
    assert voice.inline(make_text("`RSET`")) == "<code>RSET</code>"


def test_values_are_filled_in_escaped_unless_they_are_html() -> None:
    voice = Voice(make_translator("de", GERMAN))
    text = make_text("Use {code}.")
    assert voice.inline(text, {"code": "<&>"}) == "&lt;&amp;&gt; nutzen."
    assert voice.inline(text, {"code": Markup("<b>1</b>")}) == "<b>1</b> nutzen."
    assert voice.inline(text, {"code": "{code}"}) == "{code} nutzen."
    assert voice.inline(text, {"other": "x"}) == "{code} nutzen."
    # The passage itself is kept for the next code.
    assert voice.inline(text, {"code": "2"}) == "2 nutzen."


def test_values_can_stand_twice_and_in_markdown() -> None:
    template = Template(Markup("<em>{a}</em> {b} {a} {A} {} {a-b}"))
    assert template.filled({"a": "1", "b": Markup("<i>")}) == "<em>1</em> <i> 1 {A} {} {a-b}"


def test_messages_of_the_interface_are_escaped() -> None:
    voice = Voice(make_translator("de", {"{a} & {n} codes": "{n} <Codes>: {a}"}, "site"))
    shown = voice.message("{a} & {n} codes", a="<x>", n=1485)
    assert shown == "1.485 &lt;Codes&gt;: &lt;x&gt;"
    assert isinstance(shown, Markup)
    assert voice.message("{a} & {n} codes", a=Markup("<b>x</b>"), n=1) == "1 &lt;Codes&gt;: <b>x</b>"


def test_plurals_show_their_number_in_the_language() -> None:
    forms = {("{count} code", "{count} codes"): ("{count} Kode", "{count} Kodes von {name}")}
    voice = Voice(make_translator("de", forms, "site"))
    assert voice.plural("{count} code", "{count} codes", 1) == "1 Kode"
    assert voice.plural("{count} code", "{count} codes", 1485, name="<x>") == "1.485 Kodes von &lt;x&gt;"
    assert voice.plural("{count} other", "{count} others", 0) == '<span lang="en">0 others</span>'


def test_a_message_can_stand_where_no_element_can() -> None:
    voice = Voice(make_translator("de", {}, "site"))
    assert unmarked(voice.message("{a} & <b>", a="<x>")) == "&lt;x&gt; &amp; &lt;b&gt;"
    assert unmarked(Markup("plain")) == "plain"


def test_lists_of_html() -> None:
    voice = Voice(make_translator("de"))
    items = [Markup("<b>a</b>"), Markup("b"), Markup("c")]
    assert voice.list(iter(items)) == "<b>a</b>, b und c"
    assert voice.list(items[:1]) == "<b>a</b>"
    assert voice.list([]) == ""


def test_knows_only_what_is_all_translated() -> None:
    voice = Voice(make_translator("de", GERMAN))
    known, unknown = make_text("Go *on*."), make_text("Stop.")
    assert voice.knows([known, make_text("`RSET`")])
    assert not voice.knows([known, unknown])
    assert voice.knows([])
