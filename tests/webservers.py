"""The real nginx and Apache on a port of this machine, each with what the program makes for it.

Tests that ask for one are skipped with a message where it is not installed; with CODEPAIRS_SERVERS=required they fail.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from mimetypes import MimeTypes
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from codepairs.hosting.configuration import htaccess, nginx

__all__ = ["SERVERS", "Answer", "Site", "serving"]

_NGINX = """
pid {work}/nginx.pid;
error_log {work}/error.log warn;
daemon off;
{user}
events {{ worker_connections 256; }}
http {{
    include {types};
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {work}/body;
    proxy_temp_path {work}/proxy;
    fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi;
    scgi_temp_path {work}/scgi;
    include {work}/site.conf;
}}
"""
_TYPES = ("/etc/nginx/mime.types", "/usr/local/nginx/conf/mime.types", "/opt/homebrew/etc/nginx/mime.types")
_APACHE = """
ServerRoot {work}
DefaultRuntimeDir {work}
PidFile {work}/apache.pid
ErrorLog {work}/error.log
Listen 127.0.0.1:{port}
ServerName 127.0.0.1
ServerTokens Prod
TraceEnable off
{modules}
{user}
TypesConfig {work}/mime.types
DocumentRoot {root}
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory {root}>
    AllowOverride FileInfo Indexes Options
    Require all granted
</Directory>
"""
_MODULES = ("mpm_event", "unixd", "authz_core", "dir", "mime", "headers", "rewrite")
_MODULE_FOLDERS = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/local/libexec/apache24")


class Answer(NamedTuple):
    """What a server says; the names of header fields in small letters, the values of equal ones joined."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Site(NamedTuple):
    """A site that is served."""

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
def serving(server: str, site: Path, url: str, dictionaries: Mapping[str, bytes] | None = None) -> Iterator[Site]:
    """Serve a copy of a built site with this address by one of SERVERS."""
    with TemporaryDirectory(prefix="codepairs-") as folder:
        # A server may give up the rights of who starts it.
        work = Path(folder)
        work.chmod(0o755)
        place = work / "root" / url.split("/", 3)[3].strip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(site, place, dirs_exist_ok=True)
        port = _free_port()
        command = SERVERS[server](work, place, url, port, dictionaries or {})
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, process, work / "error.log")
            yield Site(port, "/" + url.split("/", 3)[3])
        finally:
            process.terminate()
            process.wait()


def _nginx(work: Path, place: Path, url: str, port: int, dictionaries: Mapping[str, bytes]) -> Sequence[str]:
    """The command of nginx, with the configuration that `host nginx` prints."""
    program, types = _program("nginx"), next((path for path in _TYPES if Path(path).exists()), None)
    text = nginx("Test", url, str(place), dictionaries).replace("listen 80;", f"listen 127.0.0.1:{port};")
    (work / "site.conf").write_text(text.replace("    listen [::]:80;\n", ""), encoding="utf-8")
    user = "user root;" if os.getuid() == 0 else ""
    (work / "nginx.conf").write_text(_NGINX.format(work=work, types=types, user=user), encoding="utf-8")
    return [program, "-p", str(work), "-c", str(work / "nginx.conf"), "-e", str(work / "error.log")]


def _apache(work: Path, place: Path, url: str, port: int, dictionaries: Mapping[str, bytes]) -> Sequence[str]:
    """The command of Apache, with the `.htaccess` that a build makes."""
    program = _program("apache2", "httpd")
    folder = next((Path(path) for path in _MODULE_FOLDERS if Path(path).exists()), Path())
    found = [name for name in _MODULES if (folder / f"mod_{name}.so").exists()]
    modules = "\n".join(f"LoadModule {name}_module {folder}/mod_{name}.so" for name in found)
    user = "User nobody\nGroup #65534" if os.getuid() == 0 else ""
    text = _APACHE.format(work=work, root=work / "root", port=port, modules=modules, user=user)
    (work / "apache.conf").write_text(text, encoding="utf-8")
    types = (f"{kind} {ending[1:]}\n" for ending, kind in MimeTypes().types_map[True].items())
    (work / "mime.types").write_text("".join(types), encoding="utf-8")
    (place / ".htaccess").write_text(htaccess(url), encoding="utf-8")
    return [program, "-f", str(work / "apache.conf"), "-D", "FOREGROUND"]


SERVERS: Mapping[str, Callable[[Path, Path, str, int, Mapping[str, bytes]], Sequence[str]]] = {
    "nginx": _nginx,
    "apache": _apache,
}
"""What starts a server, by its name."""


def _program(*names: str) -> str:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    found = next(filter(None, (shutil.which(name, path=path) for name in names)), None)
    if found is None:
        message = f"not tried under {names[0]}: it is not installed"
        if os.environ.get("CODEPAIRS_SERVERS") == "required":
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
    raise AssertionError(f"no server answers: {log.read_text(encoding='utf-8') if log.exists() else ''}")
