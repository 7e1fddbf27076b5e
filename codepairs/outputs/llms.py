"""llms.txt: what is where, for programs that read a site on somebody's behalf.

Source: llmstxt.org, a title, a quotation that sums the site up, and lists of links below headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codepairs.model import Text
from codepairs.outputs.schemas import SCHEMA_NAMES
from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.prose import plain_text
from codepairs.translate import Translator
from codepairs.urls import absolute, lang_path, protocol_data_path, protocol_path, schema_path

__all__ = ["LLMS"]

_NAME = "llms.txt"


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    yield File(_NAME, "\n".join(_lines(site)).encode() + b"\n")


def _lines(site: Site) -> Iterator[str]:
    info, source = site.catalogue.site, site.translators[site.source_lang]
    said = f"{_said(source, info.tagline)} {_said(source, info.description)}"
    yield from (f"# {_flat(info.title)}", "", f"> {_flat(said)}", "")
    yield (
        "Below each protocol, a code has a page `<code>.html` and its data `<code>.json`; two codes have a page"
        " `<a>-vs-<b>.html`, in the order in which the protocol lists them. Codes stand in addresses by their `slug`."
    )
    for lang, translator in site.translators.items():
        links = tuple(_links(site, translator))
        if links:
            yield from ("", f"## {translator.language_name(lang)} ({lang})", "", *links)
    yield from ("", "## JSON Schema", "")
    for name in SCHEMA_NAMES:
        yield _link(f"{name}.schema.json", absolute(schema_path(name), site.base_url), f"the data of each {name}")
    yield from ("", "## Optional", "")
    yield _link("Sitemap", absolute("sitemap.xml", site.base_url), "all pages that search engines are offered")
    yield _link(
        "About", _page(site, lang_path(site.source_lang, "about")), "sources, and how far translations have come"
    )
    if info.licence:
        yield _link(info.licence.title or "", info.licence.url or "", "the licence of the texts")


def _links(site: Site, translator: Translator) -> Iterator[str]:
    """The protocols in a language that has them."""
    lang = translator.lang
    for protocol in site.catalogue.protocols.values():
        if lang in site.languages_of(tuple(protocol.texts())):
            title, summary = _said(translator, protocol.title), _said(translator, protocol.summary)
            yield _link(title, _page(site, protocol_path(lang, protocol.id)), summary)
            yield _link(f"{title} (JSON)", absolute(protocol_data_path(lang, protocol.id), site.base_url))


def _page(site: Site, path: str) -> str:
    return absolute(path, site.base_url, site.link_style)


def _link(name: str, address: str, note: str = "") -> str:
    address = address.translate({ord("("): "%28", ord(")"): "%29"})
    return f"- [{_flat(name)}]({address})" + (f": {_flat(note)}" if note else "")


def _said(translator: Translator, text: Text) -> str:
    return plain_text(translator.phrase(text).text)


def _flat(text: str) -> str:
    """Text in a line, with nothing in it that Markdown would take for a link."""
    return re.sub(r"[\[\]<\\]", r"\\\g<0>", " ".join(text.split()))


LLMS = OutputKind(name="llms", needs=("program", "settings", "protocol"), holds=_NAME, files=_files)
