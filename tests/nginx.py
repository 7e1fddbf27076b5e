"""The real nginx with the configuration that `host nginx` prints, on a port of this machine.

Tests that ask for it are skipped with a message where nginx is not installed; with CODEPAIRS_NGINX=required they fail.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from codepairs.hosting.configuration import nginx

__all__ = ["Answer", "Site", "serving"]

_AROUND = """
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
daemon off;
{user}
events {{ worker_connections 256; }}
http {{
    include {types};
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
_TYPES = ("/etc/nginx/mime.types", "/usr/local/nginx/conf/mime.types", "/opt/homebrew/etc/nginx/mime.types")


class Answer(NamedTuple):
    """What a server says; the names of header fields in small letters, the values of equal ones joined."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Site(NamedTuple):
    """A site that nginx serves."""

    port: int
    base: str
    """The path of its first page."""

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for a path below the base; one that begins with a slash is taken as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            target = path if path.startswith("/") else self.base + path
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            response = connection.getresponse()
            found: dict[str, str] = {}
            for name, value in response.getheaders():
                name = name.lower()
                found[name] = f"{found[name]}, {value}" if name in found else value
            return Answer(response.status, found, response.read())
        finally:
            connection.close()


@contextmanager
def serving(site: Path, url: str, work: Path) -> Iterator[Site]:
    """Serve a built site with this address; `work` is an empty folder for what nginx needs."""
    program, types = _program(), next((path for path in _TYPES if Path(path).exists()), None)
    base = "/" + url.split("/", 3)[3]
    root = work / "root"
    place = root / base.strip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(site)
    port = _free_port()
    text = nginx("Test", url, str(place)).replace("listen 80;", f"listen 127.0.0.1:{port};")
    (work / "site.conf").write_text(text.replace("    listen [::]:80;\n", ""), encoding="utf-8")
    user = "user root;" if os.getuid() == 0 else ""
    (work / "nginx.conf").write_text(_AROUND.format(folder=work, types=types, user=user), encoding="utf-8")
    command = [program, "-p", str(work), "-c", str(work / "nginx.conf"), "-e", str(work / "error.log")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process, work / "error.log")
        yield Site(port, base)
    finally:
        process.terminate()
        process.wait()


def _program() -> str:
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        message = "not tried under nginx: it is not installed"
        if os.environ.get("CODEPAIRS_NGINX") == "required":
            pytest.fail(message)
        pytest.skip(message)
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"nginx does not answer: {log.read_text(encoding='utf-8') if log.exists() else ''}")
