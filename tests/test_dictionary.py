"""Dictionaries under the real nginx: who names that of a page gets the copy made with it, and nobody else does."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import zstandard

from codepairs import pipeline
from codepairs.hosting.headers import CACHED, REVALIDATED, SECURITY
from codepairs.settings import Settings
from codepairs.urls import dictionary_path
from tests.sites import copy_of_tiny, site_of, with_dictionaries
from tests.webservers import Answer, Site, serving

URL = "https://codes.example/some/where/"
PAGE = "en/parcel/4.2.1-vs-5.1.1.html"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny site, built with copies."""
    tiny = copy_of_tiny(tmp_path_factory.mktemp("shared"), base_url=URL, compress=("gzip", "dcz"))
    settings = with_dictionaries(tiny)
    pipeline.build(settings)
    return settings


@pytest.fixture(scope="module")
def dictionaries(settings: Settings) -> Mapping[str, bytes]:
    return site_of(settings).dictionaries


@pytest.fixture(scope="module")
def site(settings: Settings, dictionaries: Mapping[str, bytes]) -> Iterator[Site]:
    with serving("nginx", Path(settings.output), URL, dictionaries) as found:
        yield found


def _name(dictionary: bytes) -> str:
    """How a browser says what it has (RFC 9842 section 2.2)."""
    return f":{base64.b64encode(hashlib.sha256(dictionary).digest()).decode()}:"


def _asked(site: Site, path: str, available: str, takes: str = "gzip, deflate, br, zstd, dcb, dcz") -> Answer:
    return site.get(path, Accept_Encoding=takes, Available_Dictionary=available)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        (PAGE, PAGE),
        (PAGE.removesuffix(".html"), PAGE),
        ("en/", "en/index.html"),
        ("en/parcel/", "en/parcel/index.html"),
        ("en/parcel/index.html", "en/parcel/index.html"),
        ("en/about", "en/about.html"),
    ],
)
def test_who_has_the_dictionary_gets_the_copy_made_with_it(
    site: Site, settings: Settings, dictionaries: Mapping[str, bytes], path: str, file: str
) -> None:
    answer, raw = _asked(site, path, _name(dictionaries["en"])), dictionaries["en"]
    decoder = zstandard.ZstdDecompressor(
        dict_data=zstandard.ZstdCompressionDict(raw, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    )
    assert (answer.status, answer.headers["content-encoding"]) == (200, "dcz")
    assert decoder.decompress(answer.body[40:]) == Path(settings.output, file).read_bytes()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == REVALIDATED
    assert answer.headers["vary"] == "Accept-Encoding, Available-Dictionary"
    assert {name: answer.headers.get(name.lower()) for name in SECURITY} == dict(SECURITY)
    again = site.get(path, Accept_Encoding="dcz", Available_Dictionary=_name(raw), If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["vary"] == answer.headers["vary"]


@pytest.mark.parametrize("available", ["none", "of another language", "stale", "in small letters", "bare", "twice"])
def test_who_has_another_dictionary_or_none_gets_a_copy_that_needs_none(
    site: Site, settings: Settings, dictionaries: Mapping[str, bytes], available: str
) -> None:
    name = _name(dictionaries["en"])
    named = {
        "none": "",
        "of another language": _name(dictionaries["de"]),
        "stale": _name(b"an earlier dictionary"),
        "in small letters": name.lower(),
        "bare": name.strip(":"),
        "twice": f"{name}, {name}",
    }
    answer = _asked(site, PAGE, named[available])
    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert answer.body == Path(settings.output, f"{PAGE}.gz").read_bytes()
    assert answer.headers["vary"] == "Accept-Encoding, Available-Dictionary"


@pytest.mark.parametrize(
    ("takes", "coding"),
    [
        ("dcz", "dcz"),
        ("gzip,dcz", "dcz"),
        ("DCZ ; q=0.1, gzip", "dcz"),
        ("dcz;q=0", None),
        ("gzip, dcz;q=0.000", "gzip"),
        ("xdcz, dczx", None),
        ("dcb", None),
        ("", None),
    ],
)
def test_who_takes_no_such_coding_gets_none(
    site: Site, dictionaries: Mapping[str, bytes], takes: str, coding: str | None
) -> None:
    answer = _asked(site, PAGE, _name(dictionaries["en"]), takes)
    assert (answer.status, answer.headers.get("content-encoding")) == (200, coding)


@pytest.mark.parametrize("lang", ["en", "de", "ar"])
def test_pages_name_the_dictionary_of_their_language(site: Site, dictionaries: Mapping[str, bytes], lang: str) -> None:
    path = dictionary_path(lang, dictionaries[lang])
    link = f'<{site.base}{path}>; rel="compression-dictionary"'
    assert site.get(f"{lang}/parcel/").headers["link"] == link
    assert _asked(site, f"{lang}/about", _name(dictionaries[lang])).headers["link"] == link
    answer = site.get(path)
    assert answer.body == dictionaries[lang]
    assert answer.headers["use-as-dictionary"] == f'match="{site.base}{lang}/*", match-dest=("document")'
    assert answer.headers["cache-control"] == CACHED
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("path", ["404.html", "en/nothing", "index.html", "assets/style.css", "en/parcel/5.1.1.json"])
def test_nothing_else_has_to_do_with_dictionaries(site: Site, dictionaries: Mapping[str, bytes], path: str) -> None:
    answer = _asked(site, path, _name(dictionaries["en"]))
    assert answer.headers.get("content-encoding") in (None, "gzip")
    assert answer.headers.keys().isdisjoint({"link", "use-as-dictionary"})
    assert answer.headers.get("vary") in (None, "Accept-Encoding")


def test_a_copy_has_no_address_of_its_own(site: Site, dictionaries: Mapping[str, bytes]) -> None:
    assert site.get(f"{PAGE}.dcz").status == 404
    assert _asked(site, f"{PAGE}.dcz", _name(dictionaries["en"])).status == 404


def test_another_dictionary_is_asked_for_by_another_configuration(
    site: Site, settings: Settings, dictionaries: Mapping[str, bytes]
) -> None:
    """As between a change of a dictionary and that of the server: nobody gets what cannot be read."""
    other = dict(dictionaries, en=b"another dictionary than that of the copies")
    with serving("nginx", Path(settings.output), URL, other) as later:
        assert _asked(later, PAGE, _name(dictionaries["en"])).headers["content-encoding"] == "gzip"
