"""Addresses that are asked: a server on this machine answers them, well and badly. Nothing is timed."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from codepairs import online
from codepairs.cli import main
from codepairs.errors import Place, Problem
from codepairs.links import Link
from codepairs.online import Patience, UnreachedError, online_problems
from tests.sites import edit
from tests.support import ROOT

QUICK = Patience(timeout=5, retries=1, pause=0.01, longest=0.05)
PAGE = """<!doctype html><h2 id="section-4.2">4.2</h2><a name='old'></a><p id=bare>x</p><p id="a&amp;b">"""


class Handler(BaseHTTPRequestHandler):
    """Answers by path; the server counts what was asked."""

    def do_GET(self) -> None:
        self.answer()

    def do_HEAD(self) -> None:
        self.answer()

    def answer(self) -> None:
        server = self.server
        assert isinstance(server, Answering)
        server.asked[f"{self.command} {self.path}"] += 1
        times = sum(count for asked, count in server.asked.items() if asked.endswith(f" {self.path}"))
        name = self.path.strip("/")
        if name == "slow":
            server.ends.wait(30)
            return
        status, headers = 200, {}
        if name.isdecimal():
            status = int(name)
        elif name == "no-head" and self.command == "HEAD":
            status = 405
        elif name in ("moved", "temporary", "circle", "lost"):
            status = 302 if name == "temporary" else 301
            headers["Location"] = {"circle": "/circle", "lost": "/404"}.get(name, "/page")
        elif name.startswith("busy") and times == 1:
            status = 429 if name == "busy" else 503
            headers["Retry-After"] = {"busy-date": "Wed, 25 Nov 2026 00:00:00 GMT", "busy-odd": "soon"}.get(name, "0")
        body = PAGE.encode()
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Answering(ThreadingHTTPServer):
    """The server, with what it was asked, and what ends its slow answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.ends = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Answering]:
    with Answering() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.ends.set()
        made.shutdown()
        thread.join()


def told(server: Answering, *paths: str, patience: Patience = QUICK) -> list[str]:
    """The problems of addresses of the server, each named in a line of its own, without its host."""
    links = [Link(f"{server.url}/{path}", Place("demo/1.yaml", line)) for line, path in enumerate(paths, start=1)]
    return [str(problem).replace(server.url, "") for problem in sorted(online_problems(links, patience))]


def test_what_answers_is_no_problem(server: Answering) -> None:
    assert told(server, "page", "page#section-4.2", "page#old", "page#bare", "page#a%26b") == []
    assert server.asked == {"GET /page": 1}


def test_head_is_enough_where_no_part_is_named(server: Answering) -> None:
    assert told(server, "page", "page") == []
    assert server.asked == {"HEAD /page": 1}


def test_get_is_asked_where_head_is_refused(server: Answering) -> None:
    assert told(server, "no-head") == []
    assert server.asked == {"HEAD /no-head": 1, "GET /no-head": 1}


def test_dead_addresses_are_told_at_every_place(server: Answering) -> None:
    assert told(server, "404", "page", "410", "404", "lost") == [
        "demo/1.yaml:1:1: /404 answers 404 Not Found",
        "demo/1.yaml:3:1: /410 answers 410 Gone",
        "demo/1.yaml:4:1: /404 answers 404 Not Found",
        "demo/1.yaml:5:1: /lost answers 404 Not Found",
    ]


def test_a_part_that_the_page_lacks_is_told(server: Answering) -> None:
    assert told(server, "page#section-4.3", "page#section-4.2", "page#L12", "page#:~:text=x") == [
        "demo/1.yaml:1:1: /page#section-4.3 answers, but its page has no part 'section-4.3'"
    ]


def test_moved_addresses_are_warnings_with_the_new_one(server: Answering) -> None:
    assert told(server, "moved", "temporary#old") == [
        "demo/1.yaml:1:1: warning: /moved has moved to /page",
        "demo/1.yaml:2:1: warning: /temporary#old leads, for now, to /page",
    ]


def test_redirects_without_end_are_told(server: Answering) -> None:
    assert told(server, "circle", "page") == ["demo/1.yaml:1:1: /circle redirects without end"]


@pytest.mark.parametrize("status", ["401", "403"])
def test_what_refuses_programs_is_a_warning(status: str, server: Answering) -> None:
    assert told(server, status) == [
        f"demo/1.yaml:1:1: warning: /{status} answers {status} to programs; look whether it answers people"
    ]


@pytest.mark.parametrize("path", ["busy", "busy-later", "busy-date", "busy-odd"])
def test_a_host_that_asks_for_patience_gets_it(path: str, server: Answering) -> None:
    assert told(server, f"{path}#old") == []
    assert server.asked == {f"GET /{path}": 2}


def test_patience_ends(server: Answering) -> None:
    assert told(server, "503#old", "429#old") == [
        "demo/1.yaml:1:1: /503#old answers 503 Service Unavailable",
        "demo/1.yaml:2:1: warning: /429#old answers 429 to programs; look whether it answers people",
    ]
    assert server.asked == {"GET /503": 2, "GET /429": 2}


def test_what_never_answers_is_told(server: Answering) -> None:
    patience = QUICK._replace(timeout=0.3, retries=0)
    assert told(server, "slow", "page", patience=patience) == ["demo/1.yaml:1:1: /slow does not answer within 0.3 s"]


def test_a_refused_connection_is_told_where_others_answer(server: Answering) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/"
        links = [Link(nobody, Place("x.yaml")), Link(f"{server.url}/page", Place("x.yaml", 2))]
        (problem,) = online_problems(links, QUICK)
    assert str(problem).startswith(f"x.yaml:1:1: {nobody} cannot be reached: ")


def test_a_host_that_cannot_prove_its_name_is_told(server: Answering, tmp_path: Path) -> None:
    with Answering() as untrusted:
        untrusted.socket = _certified(tmp_path).wrap_socket(untrusted.socket, server_side=True)
        thread = threading.Thread(target=untrusted.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = untrusted.url.replace("http:", "https:")
        links = [Link(f"{url}/page", Place("x.yaml")), Link(f"{server.url}/page", Place("x.yaml", 2))]
        (problem,) = online_problems(links, QUICK)
        untrusted.shutdown()
        thread.join()
    assert "cannot be reached" in problem.message
    assert "certificate" in problem.message.lower()


def _certified(folder: Path) -> ssl.SSLContext:
    """A context of a server whose certificate nobody has signed but itself."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


def test_without_any_host_nothing_is_known() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        links = [Link(f"http://127.0.0.1:{free.getsockname()[1]}/{name}", Place("x.yaml")) for name in "ab"]
        with pytest.raises(UnreachedError, match="none of 1 hosts could be reached, so nothing is known: http://127"):
            online_problems(links, QUICK)


def test_no_address_needs_no_host() -> None:
    assert online_problems([]) == []


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command for a small site."""
    shutil.copytree(ROOT / "tests/data/tiny", tmp_path, dirs_exist_ok=True)
    return ["links", "--content", str(tmp_path / "content"), "--locales", str(tmp_path / "locales")]


@pytest.mark.parametrize(("warning", "status"), [(False, 1), (True, 0)])
def test_the_command_tells_places_in_every_form(
    warning: bool, status: int, content: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Problem(Place("content/demo/1.yaml", 7, 3), "https://a.example/ answers 404 Not Found", warning)]
    monkeypatch.setattr(online, "online_problems", lambda links, patience: found if list(links) else [])
    text = CliRunner().invoke(main, content)
    assert text.exit_code == status
    assert "content/demo/1.yaml:7:3: " in text.output
    github = CliRunner().invoke(main, [*content, "--format", "github"])
    assert "file=content/demo/1.yaml,line=7,col=3::https://a.example/ answers 404 Not Found" in github.stdout
    data = json.loads(CliRunner().invoke(main, [*content, "--format", "json"]).stdout)
    assert (data["errors"], data["warnings"]) == (1 - warning, int(warning))
    assert CliRunner().invoke(main, [*content, "--strict"]).exit_code == 1


def test_the_command_says_that_nothing_could_be_asked(content: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setattr(online, "_OF_ONE_HOST", 50)
    monkeypatch.setattr(online.Patience.__new__, "__defaults__", (20, 0, 0, 0))
    result = CliRunner().invoke(main, content)
    assert result.exit_code == 3
    assert "could be reached, so nothing is known" in result.output


def test_content_that_is_wrong_is_not_asked_about(content: list[str]) -> None:
    path = Path(content[2]) / "site.yaml"
    edit(path, "languages:", "langauges:")
    result = CliRunner().invoke(main, content)
    assert result.exit_code == 1
    assert "langauges" in result.output
