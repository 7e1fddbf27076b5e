"""The addresses of content: which there are, and what form each has to have."""

from __future__ import annotations

import pytest

from codepairs.errors import Place
from codepairs.links import Link, address_problem, links_of, section_problem, written_links
from codepairs.model import Source
from codepairs.rules import addresses_have_their_form
from tests.support import make_catalogue, make_code, make_pair, make_protocol, make_text, shown


@pytest.mark.parametrize("section", ["1", "4.2.1", "10.10", "A", "A.1", "B.3.2", None])
def test_sections_of_rfcs(section: str | None) -> None:
    assert section_problem(Source(rfc="5321", section=section)) is None


@pytest.mark.parametrize("section", ["0", "4.0", "04", "4A", "AB", "4.01", "A.0"])
def test_what_is_no_section_of_an_rfc(section: str) -> None:
    message = f"no RFC has a section {section!r}; write 4.2.1, or A.1 for an appendix"
    assert section_problem(Source(rfc="5321", section=section)) == message


@pytest.mark.parametrize(
    "url",
    [
        "https://www.rfc-editor.org/errata/eid3227",
        "https://www.iana.org/assignments/smtp-enhanced-status-codes/",
        "https://www.iana.org/assignments/websocket/websocket.xhtml",
        "https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number",
        "https://www.ietf.org/mail-archive/web/hybi/current/msg09670.html",
        "https://creativecommons.org/licenses/by/4.0/",
        "https://example.org/?q=utm",
        "https://example.org/a#b",
    ],
)
def test_addresses_that_are_right(url: str) -> None:
    assert address_problem(url) is None


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("http://example.org/", "is not encrypted; write https://"),
        ("https://example.org:8443/", "leads to no public host"),
        ("https://localhost/", "leads to no public host"),
        ("https://192.0.2.1/", "leads to no public host"),
        ("https://[2001:db8::1]/", "leads to no public host"),
        ("https://example.org:99999/", "is no address"),
        ("https://example.org/?a=1&utm_source=x&fbclid=2", "tells who follows it; leave out utm_source, fbclid"),
        ("https://www.rfc-editor.org/rfc/rfc5321.html#section-4.2", "write 'RFC 5321 section 4.2'"),
        ("https://www.rfc-editor.org/rfc/rfc5321", "write 'RFC 5321' among"),
        ("https://datatracker.ietf.org/doc/html/rfc9110#appendix-B.1", "write 'RFC 9110 section B.1'"),
        ("https://tools.ietf.org/html/rfc0821", "write 'RFC 821' among"),
        ("https://www.rfc-editor.org/info/rfc6455", "write 'RFC 6455' among"),
        ("https://www.rfc-editor.org/errata_search.php?eid=3227", "is no erratum"),
        ("https://iana.org/assignments/websocket/websocket.xhtml", "is no registry"),
        ("https://www.iana.org/assignments/websocket/websocket.xml", "is no registry"),
        ("https://www.iana.org/assignments/websocket", "is no registry"),
        ("https://www.iana.org/assignments/websocket/#?", "is no registry"),
    ],
)
def test_addresses_that_are_wrong(url: str, right: str) -> None:
    problem = address_problem(url)
    assert problem is not None
    assert problem.startswith(repr(url))
    assert right in problem


def test_every_address_of_content_is_found() -> None:
    place = Place("demo/1.yaml", 7, 3)
    code = make_code(
        "1",
        meaning=make_text("See [this](https://a.example/x) and <https://b.example/y>."),
        sources=(Source(rfc="5321", section="4.2", place=place), Source(title="T", url="https://c.example/")),
    )
    pair = make_pair("1", "2", sources=(Source(title="T", url="https://d.example/"),))
    protocol = make_protocol(code, make_code("2"), curated={("1", "2"): pair}, sources=(Source(rfc="5248"),))
    catalogue = make_catalogue(protocol, licence=Source(title="L", url="https://e.example/"))
    written = {"https://a.example/x", "https://b.example/y", "https://c.example/", "https://d.example/"}
    assert {link.url for link in written_links(catalogue)} == written | {"https://e.example/"}
    links = list(links_of(catalogue))
    assert Link("https://www.rfc-editor.org/rfc/rfc5321.html#section-4.2", place) in links
    assert {link.url for link in links} >= written


def test_a_wrong_form_is_a_problem_at_its_place() -> None:
    sources = (
        Source(rfc="5321", section="4A", place=Place("demo/1.yaml", 7, 3)),
        Source(title="T", url="http://a.example/", place=Place("demo/1.yaml", 8, 3)),
    )
    catalogue = make_catalogue(make_protocol(make_code("1", sources=sources)))
    assert shown(addresses_have_their_form(catalogue)) == [
        "demo/1.yaml:7:3: no RFC has a section '4A'; write 4.2.1, or A.1 for an appendix",
        "demo/1.yaml:8:3: 'http://a.example/' is not encrypted; write https://",
    ]
