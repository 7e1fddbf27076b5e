"""Links and output paths; the form of every path is promised to readers, so it is tested literally."""

from __future__ import annotations

import pytest

from codepairs import urls
from codepairs.model import Source


def test_output_paths() -> None:
    assert urls.lang_path("de") == "de/index.html"
    assert urls.lang_path("de", "about") == "de/about.html"
    assert urls.protocol_path("de", "demo") == "de/demo/index.html"
    assert urls.protocol_data_path("de", "demo") == "de/demo/index.json"
    assert urls.code_path("de", "demo", "5.7.1") == "de/demo/5.7.1.html"
    assert urls.code_data_path("de", "demo", "0x2f") == "de/demo/0x2f.json"
    assert urls.pair_path("de", "demo", "nxdomain", "refused") == "de/demo/nxdomain-vs-refused.html"
    assert urls.asset_path("icons/a.svg") == "assets/icons/a.svg"


@pytest.mark.parametrize(
    ("target", "page", "link", "clean"),
    [
        ("en/demo/1.html", "en/demo/2.html", "1.html", "1"),
        ("en/demo/1.html", "en/demo/1.html", "1.html", "1"),
        ("en/demo/5.7.1.html", "en/demo/2.html", "5.7.1.html", "5.7.1"),
        ("en/demo/index.html", "en/demo/2.html", "index.html", "./"),
        ("en/index.html", "en/demo/2.html", "../index.html", "../"),
        ("de/demo/1.html", "en/demo/1.html", "../../de/demo/1.html", "../../de/demo/1"),
        ("en/demo/1.html", "index.html", "en/demo/1.html", "en/demo/1"),
        ("index.html", "en/demo/1.html", "../../index.html", "../../"),
        ("index.html", "404.html", "index.html", "./"),
        ("assets/style.css", "en/demo/1.html", "../../assets/style.css", "../../assets/style.css"),
        ("en/demo/1.json", "en/demo/1.html", "1.json", "1.json"),
        ("en/other/1.html", "en/demo/1.html", "../other/1.html", "../other/1"),
    ],
)
def test_links_are_relative(target: str, page: str, link: str, clean: str) -> None:
    assert urls.relative(target, page) == link
    assert urls.relative(target, page, "clean") == clean


def test_links_quote_what_a_url_may_not_hold() -> None:
    assert urls.relative("en/a b/ü<\"'?#%.html", "en/x.html") == "a%20b/%C3%BC%3C%22%27%3F%23%25.html"
    # A colon would make the first segment a scheme (RFC 3986 section 4.2).
    assert urls.relative("en/a:b.html", "en/x.html") == "a%3Ab.html"


@pytest.mark.parametrize(
    ("target", "address", "clean"),
    [
        ("en/demo/1.html", "en/demo/1.html", "en/demo/1"),
        ("en/demo/index.html", "en/demo/", "en/demo/"),
        ("index.html", "", ""),
        ("404.html", "404.html", "404"),
        ("sitemap.xml", "sitemap.xml", "sitemap.xml"),
        ("en/a b.html", "en/a%20b.html", "en/a%20b"),
    ],
)
def test_absolute_addresses_name_a_folder_by_its_slash(target: str, address: str, clean: str) -> None:
    base = "https://example.org/codes/"
    assert urls.absolute(target, base) == base + address
    assert urls.absolute(target, base, "clean") == base + clean


@pytest.mark.parametrize(
    ("source", "address"),
    [
        (Source(rfc="5321"), "https://www.rfc-editor.org/rfc/rfc5321.html"),
        (Source(rfc="5321", section="4.2.3"), "https://www.rfc-editor.org/rfc/rfc5321.html#section-4.2.3"),
        (Source(rfc="5321", section="A.1"), "https://www.rfc-editor.org/rfc/rfc5321.html#appendix-A.1"),
        (Source(title="Registry", url="https://example.org/?a=b&c"), "https://example.org/?a=b&c"),
        (Source(title="A book"), ""),
    ],
)
def test_sources_have_addresses(source: Source, address: str) -> None:
    assert urls.source_url(source) == address


def test_pictures_and_schemas_belong_to_no_language() -> None:
    assert urls.image_path("parcel", "4.2.1") == "assets/og/parcel/4.2.1.png"
    assert (urls.image_path("parcel"), urls.image_path()) == ("assets/og/parcel/index.png", "assets/og/index/index.png")
    assert urls.schema_path("code") == "schemas/code.schema.json"
