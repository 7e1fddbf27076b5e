"""The environment of a language; digests that change with every template a template names; messages; syntax."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import Markup

from codepairs.errors import ContentError
from codepairs.prose import Voice
from codepairs.templates import digests, environment, interface_texts, read_templates, template_problems
from tests.support import make_text, make_translator, shown, unpack

FILES = """-- base.html --
<html>{% block main %}{% endblock %}</html>
-- components/code.html --
{% macro number(code) %}<b>{{ code }}</b>{% endmacro %}
-- fragments/card.html --
{% from 'components/code.html' import number %}{{ number(1) }}
-- pages/a.html --
{% extends 'base.html' %}{% block main %}{% include 'fragments/card.html' %}{% endblock %}
-- pages/b.html --
{% extends 'base.html' %}
-- pages/c.html --
alone
-- pages/d.html --
{% include name %}
-- notes.txt --
no template
"""


def changed_by(tmp_path: Path, name: str) -> set[str]:
    """The templates whose digests a change of `name` changes."""
    before = digests(read_templates(unpack(tmp_path / "before", FILES)))
    after_folder = unpack(tmp_path / "after", FILES)
    path = after_folder / name
    path.write_text(path.read_text(encoding="utf-8") + "more", encoding="utf-8")
    after = digests(read_templates(after_folder))
    assert before.keys() == after.keys()
    return {template for template in before if before[template] != after[template]}


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("base.html", {"base.html", "pages/a.html", "pages/b.html"}),
        ("components/code.html", {"components/code.html", "fragments/card.html", "pages/a.html"}),
        ("fragments/card.html", {"fragments/card.html", "pages/a.html"}),
        ("pages/c.html", {"pages/c.html"}),
        ("notes.txt", set()),
    ],
)
def test_a_change_reaches_every_template_that_names_it(tmp_path: Path, name: str, changed: set[str]) -> None:
    # A name that is computed may be any of them.
    assert changed_by(tmp_path, name) == changed | ({"pages/d.html"} if changed else set())


def test_templates_that_name_each_other_have_digests(tmp_path: Path) -> None:
    unpack(
        tmp_path,
        "-- a.html --\n{% include 'b.html' %}\n-- b.html --\n{% include 'a.html' %}{% include 'gone.html' %}\n",
    )
    assert set(digests(read_templates(tmp_path))) == {"a.html", "b.html"}


def rendered(tmp_path: Path, source: str, voice: Voice | None = None, **values: object) -> str:
    (tmp_path / "x.html").write_text(source, encoding="utf-8")
    return environment(read_templates(tmp_path), voice).get_template("x.html").render(**values)


def test_values_are_escaped(tmp_path: Path) -> None:
    html = rendered(tmp_path, "{{ a }} {{ b }}", a="<script>\"'&", b=Markup("<b>"))
    assert html == "&lt;script&gt;&#34;&#39;&amp; <b>"


@pytest.mark.parametrize("source", ["{{ missing }}", "{{ a.missing }}", "{% if missing %}{% endif %}"])
def test_a_missing_value_is_an_error(tmp_path: Path, source: str) -> None:
    with pytest.raises(ContentError, match=r"x\.html:1:1: cannot be rendered: "):
        rendered(tmp_path, source, a={})


def test_content_is_never_a_template(tmp_path: Path) -> None:
    voice = Voice(make_translator("en"))
    text = make_text("{{ 7 * 7 }} {% raw %} *x*")
    assert rendered(tmp_path, "{{ a|inline }}", voice, a=text) == "{{ 7 * 7 }} {% raw %} <em>x</em>"


def test_templates_speak_with_the_voice(tmp_path: Path) -> None:
    voice = Voice(make_translator("de", {"Go *on*.": "*Weiter*."}))
    text, other = make_text("Go *on*."), make_text("Stop.")
    source = "{{ a|inline }}|{{ a|block }}|{{ a|plain }}|{{ b|inline }}|{{ list_of(['a', 'b']) }}"
    assert rendered(tmp_path, source, voice, a=text, b=other) == (
        '<em>Weiter</em>.|<p><em>Weiter</em>.</p>|Weiter.|<span lang="en">Stop.</span>|a und b'
    )


def test_messages_and_plurals_of_the_interface(tmp_path: Path) -> None:
    messages = {"{a} & b": "{a} & B", ("{count} code", "{count} codes"): ("{count} Kode", "{count} Kodes")}
    voice = Voice(make_translator("de", messages, "site"))
    source = "{{ _('{a} & b', a='<x>') }} {{ ngettext('{count} code', '{count} codes', 1500) }}"
    assert rendered(tmp_path, source, voice) == "&lt;x&gt; &amp; B 1.500 Kodes"


def test_languages_share_templates_and_nothing_that_they_say(tmp_path: Path) -> None:
    english, german = Voice(make_translator("en")), Voice(make_translator("de", {"Go.": "Los."}, "site"))
    source = "{{ _('Go.') }} {{ list_of(['a', 'b']) }} {{ 'a <span lang=\"en\">b</span>'|unmarked }}"
    assert rendered(tmp_path, source, english) == "Go. a and b a b"
    assert rendered(tmp_path, source, german) == "Los. a und b a b"


def test_a_template_that_changed_is_not_mixed_up_with_what_it_was(tmp_path: Path) -> None:
    assert [rendered(tmp_path, source) for source in ("one", "two", "one")] == ["one", "two", "one"]


def test_blocks_leave_no_blank_lines(tmp_path: Path) -> None:
    assert rendered(tmp_path, "a\n  {% if true %}\nb\n  {% endif %}\nc") == "a\nb\nc"


def test_interface_texts_are_listed_once_with_their_places(tmp_path: Path) -> None:
    unpack(
        tmp_path,
        """
        -- a.html --
        <p>{{ _('One “x”') }}</p>
        {{ _('Two {name}', name=1) }} {{ _(variable) }}
        -- b.html --
        {{ _('One “x”') }}
        {{ ngettext('{count} code', '{count} codes', 3) }}
        """,
    )
    texts = interface_texts(read_templates(tmp_path), tmp_path)
    assert [(text.source, text.context, text.domain) for text in texts] == [
        ("One “x”", "", "site"),
        ("Two {name}", "", "site"),
        ("{count} code", "", "site"),
    ]
    assert [str(text.place).removeprefix(f"{tmp_path}/") for text in texts] == [
        "a.html:1:1",
        "a.html:2:1",
        "b.html:2:1",
    ]


def test_syntax_errors_have_places(tmp_path: Path) -> None:
    unpack(tmp_path, "-- good.html --\nx\n-- pages/bad.html --\nx\n{% if %}\n-- worse.html --\n{{ a }\n")
    (tmp_path / "latin.html").write_bytes(b"caf\xe9")
    assert shown(template_problems(tmp_path), tmp_path) == [
        "latin.html:1:1: is not UTF-8; save the file as UTF-8",
        "pages/bad.html:2:1: is no template: Expected an expression, got 'end of statement block'",
        "worse.html:1:1: is no template: unexpected '}'",
    ]


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    assert shown(template_problems(tmp_path / "gone"), tmp_path) == [
        "gone:1:1: is no folder; templates are read from it"
    ]
