"""Compression with a dictionary, in the browser: fetched when there is time, used for the next page; under nginx."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codepairs import pipeline
from codepairs.settings import Settings
from codepairs.urls import dictionary_path
from tests.sites import copy_of_tiny, site_of, with_dictionaries
from tests.webservers import serving

URL = "https://codes.example/some/where/"
FIRST, SECOND = "en/parcel/4.2.1.html", "en/parcel/4.2.1-vs-5.1.1.html"
OTHER = "de/parcel/4.2.1-vs-5.1.1.html"


@pytest.fixture(scope="module")
def settings(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny site, built with copies."""
    tiny = copy_of_tiny(tmp_path_factory.mktemp("shared"), base_url=URL, compress=("gzip", "dcz"))
    settings = with_dictionaries(tiny)
    pipeline.build(settings)
    return settings


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    with serving("nginx", Path(settings.output), URL, site_of(settings).dictionaries) as site:
        yield f"http://127.0.0.1:{site.port}{site.base}"


def _opened(page: Any, address: str) -> tuple[str, int]:
    """The coding of a page that is opened, and how many bytes it came in."""
    response = page.goto(address, wait_until="networkidle")
    size = page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize")
    return response.headers.get("content-encoding", ""), size


def test_the_second_page_comes_in_a_copy_made_with_the_dictionary(
    browser: Any, page: Any, settings: Settings, address: str
) -> None:
    output = Path(settings.output)
    path = dictionary_path("en", site_of(settings).dictionaries["en"])
    with page.expect_response(lambda response: response.url == f"{address}{path}") as waiting:
        assert _opened(page, address + FIRST) == ("gzip", (output / f"{FIRST}.gz").stat().st_size)
    assert waiting.value.finished() is None
    # The browser tells when it has the bytes, and not when it has put them away.
    for _ in range(50):
        coding, size = _opened(page, address + SECOND)
        if coding == "dcz":
            break
        page.wait_for_timeout(100)
    assert (coding, size) == ("dcz", (output / f"{SECOND}.dcz").stat().st_size)
    assert size < (output / f"{SECOND}.gz").stat().st_size / 2
    shown = page.content()
    # Another language has another dictionary.
    assert _opened(page, address + OTHER)[0] == "gzip"
    # Who has none sees the same page.
    with browser.new_context() as context:
        other = context.new_page()
        assert _opened(other, address + SECOND)[0] == "gzip"
        assert other.content() == shown
