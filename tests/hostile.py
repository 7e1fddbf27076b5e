"""What the tests of hostile input share: a site with a payload in every field, and what a page may consist of.

`planted` writes content in which every field of every shape that can hold a free text holds the payload as well;
`everything_translated` gives it to every message of a language, past the checks that would put it aside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from codepairs.hosting.headers import META_POLICY
from codepairs.plan import Site
from codepairs.settings import Settings
from codepairs.translate import Messages, Translator
from tests.support import ROOT

TEXTS = (
    "<script>pwned()</script>",
    '"><img src=x onerror=pwned()>',
    "' onmouseover='pwned()' x='",
    '" onfocus=pwned() autofocus tabindex=1 x="',
    "</title></script></textarea></style><svg onload=pwned()>",
    "<!-- <script>",
    "--><script>pwned()</script>",
    "]]><x onclick=pwned()>",
    "<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
    "<iframe srcdoc=x><form action=//evil.example><style>b{}</style><link rel=stylesheet href=//e>",
    "&lt;script&gt;pwned()&lt;/script&gt; &#60;b onclick=x&#62; &quot; onx=1",
    '&amp;lt;img src=x onerror=pwned()&amp;gt;"',
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "${pwned()} #{pwned()}",
    '\\"-pwned()-\\" \';pwned();//',
    "%22%3E%3Cscript%3Epwned()%3C/script%3E",
    "constructor prototype",
    "=pwned()|' /C calc'!A1",
    "javascript:pwned()",
)
"""Texts that are no Markdown: a page with one of them consists of what the page with a harmless word consists of."""
MARKDOWN = (
    "[x](javascript:pwned())",
    "[x](JaVaScRiPt:pwned())",
    "[x](data:text/html,pwned())",
    "[x](vbscript:pwned())",
    "[x](java\tscript:pwned())",
    "[x](&#106;avascript:pwned())",
    "[x](javascript&colon;pwned())",
    "[x](<javascript:pwned()>)",
    '[x](https://a.example/" onclick="pwned())',
    "[x](https://a.example 't\" onclick=\"pwned()')",
    "[<img src=x onerror=pwned()>](https://a.example/)",
    "![x](//evil.example/x.png) ![y][z]",
    "<javascript:pwned()> <pwned@evil.example>",
    '<https://a.example/?"onmouseover="pwned()>',
    "**<b onclick=pwned()>** _<i onclick=pwned()>_",
    "`</code><script>pwned()</script>`",
    "__proto__ ` onfocus=pwned() autofocus",
    "``` <script>pwned()</script> ```",
    "\\<script>pwned()\\</script>",
    "[a]: javascript:pwned()",
    "[x]\\(javascript:pwned())",
    "[x](//evil.example/a) <style>*{}</style>",
)
"""Texts that Markdown makes something of: only what the list of elements below has."""

ELEMENTS = frozenset(
    re.findall(
        "[a-z0-9]+",
        "html head meta title link script body a header nav ul li search noscript button main footer p bdi form label"
        " input output datalist option section h1 h2 h3 div span table thead tbody tr th td small dl dt dd b ol pre"
        " mark details summary svg path circle code strong em br blockquote textarea",
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        "[a-zA-Z-]+",
        "action aria-current aria-describedby aria-hidden aria-label aria-labelledby autocapitalize autocomplete"
        " charset class colspan content cx cy d defer dir for hidden href hreflang id lang name novalidate placeholder"
        " property r rel role rows rowspan scope spellcheck src tabindex title translate type viewBox",
    )
)
_FOREIGN = ("canonical", "alternate")
"""Links of a head that name full addresses."""

Where = set[tuple[str, str]]


class Planted:
    """Content with a payload in it, and the fields that hold it."""

    def __init__(self, payload: str) -> None:
        self.payload = payload
        self.fields: Where = set()

    def __call__(self, shape: str, field: str, text: str = "Word") -> str:
        """The text of a field, with the payload behind it."""
        self.fields.add((shape, field))
        return f"{text} {self.payload}"

    def sentences(self, shape: str, many: bool = False) -> dict[str, str]:
        """The sentences of a shape, whose places are braces: so the payload is there without any."""
        self.fields |= {(shape, "one"), (shape, "both")}
        bare, values = re.sub(r"[{}]", "", self.payload), " {values}" if many else ""
        return {"one": f"Of {{code}}{values} {bare}", "both": f"Of {{a}} and {{b}}{values} {bare}"}

    def word(self, text: str, most: int = 40) -> str:
        """A short word of it, as codes and ids are."""
        return f"{text}{''.join(self.payload.split())}"[:most]

    def files(self) -> dict[str, Any]:
        """The content files by name."""
        codes = {"a1": self.word("1"), "b2": self.word("2"), "c3": "3"}
        files: dict[str, Any] = {"site.yaml": self.site()}
        for protocol in ("first", "second"):
            files[f"{protocol}/protocol.yaml"] = self.protocol(protocol)
            for slug, code in codes.items():
                files[f"{protocol}/{slug}.yaml"] = self.code(slug, code, list(codes.values()))
            files[f"{protocol}/pairs/a1-vs-b2.yaml"] = self.pair(codes["a1"], codes["b2"])
        return files

    def site(self) -> dict[str, Any]:
        return {
            "title": self("the site", "title", "Site"),
            "url": "https://site.example/codes/",
            "tagline": self("the site", "tagline"),
            "description": self("the site", "description"),
            "link_style": "file",
            "indexing": "all",
            "images": "yes",
            "licence": {"title": self("a source", "title"), "url": "https://site.example/licence?a=1&b=(2)"},
            "search": "no",
            "languages": [{"lang": "en", "source": "true"}, {"lang": "de"}, {"lang": "ar"}],
            "protocols": ["first", "second"],
            "superseded": {"821": "5321"},
        }

    def protocol(self, name: str) -> dict[str, Any]:
        exact = "".join(char if char.isalnum() else f"\\{char}" for char in self.payload).replace("\t", "t")
        self.fields |= {("a class", "id"), ("a class", "pattern"), ("a form", "pattern"), ("a form", "example")}
        return {
            "id": name,
            "name": self("the protocol", "name"),
            "title": self("the protocol", "title"),
            "summary": self("the protocol", "summary"),
            "pattern": ".+",
            "order": "natural",
            "sources": self.sources(),
            "featured": ["a1-vs-b2"],
            "registry": {
                "source": self("the registry", "source"),
                "date": "2024-12-06",
                "optional": [self("the registry", "optional")],
            },
            "classes": [
                {
                    "id": self.word("c"),
                    "pattern": f"{exact}|.+",
                    "label": self("a class", "label"),
                    "summary": self("a class", "summary"),
                    **self.sentences("a class"),
                    "implies": {self.fact("retry"): [self.value("v")]},
                }
            ],
            "facts": [
                *(self.declared(role) for role in ("class", "outcome", "phase", "acts", "retry")),
                {"id": self.fact("open"), "label": self("a fact", "label"), "many": "true", "open": ".+"},
            ],
            "decode": {
                "pieces": {self.word("piece"): "a"},
                "forms": [
                    {"pattern": f"answer (?<code>[^ ]{{1,40}}) {exact}", "example": f"answer 3 {self.payload}"},
                    {"pattern": "reply (?<code>[^ ]{1,40})", "example": f"reply {self.word('1')}", "listed": "true"},
                ],
            },
        }

    def fact(self, role: str) -> str:
        return self.word(role)

    def value(self, name: str) -> str:
        return self.word(name)

    def declared(self, role: str) -> dict[str, Any]:
        self.fields |= {("a fact", "id"), ("a value", "id")}
        if role == "class":
            return {"id": self.fact(role), "role": role, "label": self("a fact", "label")}
        many = role in ("phase", "acts")
        value = {"label": self("a value", "label"), **self.sentences("a value")}
        if role == "outcome":
            value["tone"] = "succeeded"
        apart = re.sub(r"[{}]", "", self.payload)
        self.fields.add(("a fact", "apart"))
        return {
            "id": self.fact(role),
            "role": role,
            "label": self("a fact", "label"),
            "many": "true" if many else "false",
            "values": [{"id": self.value("v"), **value}, {"id": self.value("w"), **value}],
            "apart": f"{{a}} {{a_values}} {{b}} {{b_values}} {apart}",
            "empty": {"label": self("what is said without a value", "label"), **self.empty()},
            **(self.sentences("a fact", many=True) if many else {}),
        }

    def empty(self) -> dict[str, str]:
        return self.sentences("what is said without a value")

    def code(self, slug: str, code: str, codes: list[str]) -> dict[str, Any]:
        self.fields |= {("the code", name) for name in ("code", "wire", "confused_with", "facts", "action")}
        made = {
            "code": code,
            "phrase": self("the code", "phrase"),
            "title": self("the code", "title", f"Title {slug}"),
            "facts": {
                self.fact("outcome"): self.value("v" if slug == "a1" else "w"),
                self.fact("acts"): [self.value("v"), self.value("w")],
                self.fact("phase"): [self.value("v" if slug == "a1" else "w")],
                self.fact("open"): [self.word("literal")],
            },
            "summary": self("the code", "summary", f"Summary {slug}"),
            "meaning": self("the code", "meaning", f"Meaning {slug}"),
            "when": [self("the code", "when", f"When {slug}")],
            "action": {self.value("v"): self("the code", "action", f"Act {slug}")},
            "wire": f"C: {self.payload}\nS: {code} {self.payload}",
            "search": self("the code", "search", f"words {slug}"),
            "sources": self.sources(),
            "confused_with": [other for other in codes if other != code],
            "slug": slug,
        }
        if slug == "a1":
            made["refines"], made["replaced_by"] = codes[1], codes[2]
            self.fields |= {("the code", "refines"), ("the code", "replaced_by")}
        return made

    def pair(self, a: str, b: str) -> dict[str, Any]:
        self.fields |= {("the pair", "codes"), ("the pair", "wire")}
        return {
            "codes": [a, b],
            "verdict": self("the pair", "verdict"),
            "difference": self("the pair", "difference"),
            "guidance": self("the pair", "guidance"),
            "wire": f"C: {self.payload}\nS: {a} {b} {self.payload}",
            "sources": self.sources(),
        }

    def sources(self) -> list[Any]:
        url = "https://source.example/?a=1&b=(javascript:pwned())"
        return ["RFC 5321 section 4.2", {"title": self("a source", "title"), "url": url}]


def planted(folder: Path, payload: str, search: str = "no") -> Settings:
    """The settings of a site below `folder` that holds the payload in every field."""
    for name, data in Planted(payload).files().items():
        path = folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # JSON is YAML, and says exactly what it says.
        path.write_text(json.dumps(data, ensure_ascii=False).replace('"search": "no"', f'"search": "{search}"'))
    return Settings(
        content=folder / "content", locales=folder / "locales", templates=ROOT / "templates", output=folder / "site"
    )


class _Every(dict[Any, Any]):
    """Translates every text by itself and the payload behind it."""

    def __init__(self, payload: str) -> None:
        super().__init__()
        self._payload = payload

    def get(self, key: Any, default: Any = None) -> Any:
        """The translation; of plural forms all."""
        return f"{key[1]} {self._payload}" if isinstance(key, tuple) else (f"{key} {self._payload}",) * 2


def everything_translated(site: Site, payload: str) -> Site:
    """The site with the payload in every message of every language, whatever the checks would say."""
    messages = Messages(_Every(payload), _Every(payload))
    names = ("site", *site.catalogue.protocols)
    translators = {
        lang: each if each.is_source else Translator(lang, site.source_lang, dict.fromkeys(names, messages), {})
        for lang, each in site.translators.items()
    }
    return replace(site, translators=translators)


def skeleton(html: str) -> list[tuple[str, ...]]:
    """What a page consists of: every element with the names of its attributes, in order."""
    # Whether a line of a transcript names a code is for its words to say.
    return [(node.tag.replace("mark", "span"), *sorted(node.attributes)) for node in _elements(html)]


def _elements(html: str) -> Iterator[Any]:
    root = LexborHTMLParser(html).root
    return (node for node in root.traverse(include_text=False) if not node.tag.startswith(("-", "!", "_")))


def complaints(html: str) -> Iterator[str]:
    """What no page may have: elements and attributes beyond the lists, addresses that run something or load more."""
    for node in _elements(html):
        names = node.attributes
        if names == {"http-equiv": "Content-Security-Policy", "content": META_POLICY}:
            continue
        if node.tag not in ELEMENTS:
            yield f"<{node.tag}>"
        for name, value in names.items():
            if name not in ATTRIBUTES and not name.startswith("data-"):
                yield f"<{node.tag} {name}={value!r}>"
            if name in ("href", "src", "action") and urlsplit((value or "").strip()).scheme not in _schemes(node):
                yield f"<{node.tag} {name}={value!r}>"
        if node.tag == "script" and names.get("type") == "application/ld+json":
            json.loads(node.text())
        elif node.tag == "script" and (not names.get("src") or node.text().strip()):
            yield "a script in the page"
        if node.tag == "form" and "action" in names:
            yield "a form that sends"


def _schemes(node: Any) -> tuple[str, ...]:
    if node.tag == "a":
        return ("", "http", "https", "mailto")
    if node.tag == "link" and node.attributes.get("rel") in _FOREIGN:
        return ("https",) if node.attributes.get("rel") == "canonical" else ("", "https")
    return ("",)
