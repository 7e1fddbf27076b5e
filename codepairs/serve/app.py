"""The server: answers requests, watches the sources, tells the tabs. Runs, on this machine only.

Everything that reads or renders happens in one thread, one thing after another. A tab is told by server-sent events:
the version of its page, which it compares with its own, and what is wrong. The HTML of a page is that of a build with
one script tag more.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import cache
from html import escape
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar
from urllib.parse import unquote

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from watchfiles import awatch

from codepairs.errors import ContentError, OutputError, Problem
from codepairs.pipeline import Readers
from codepairs.report import counted
from codepairs.serve.checking import check_of
from codepairs.serve.desk import Desk
from codepairs.settings import Settings
from codepairs.translate import Usable, read_usable

__all__ = ["HOST", "OWN", "Server", "listening", "run"]

T = TypeVar("T")

HOST = "127.0.0.1"
OWN = "/_serve/"
"""Where the server's own files lie; no page does, as no language is called so."""
_NAMES = (HOST, "localhost")
"""What a browser may call this machine; a page from elsewhere that has its name point here cannot read anything."""
_FILES = ("live.js", "live.css")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_QUIET = 10
"""Milliseconds without a change after which files are read."""
_LATEST = 200
"""Milliseconds after which they are read even if changes go on."""
_ALIVE = 15
"""Seconds after which a tab that is told nothing is told so, to see whether it is still there."""


class Server:
    """A site, and the tabs that show it; `told` hears what is newly wrong after a change, and a line that sums up."""

    def __init__(
        self,
        settings: Settings,
        editor: str = "",
        told: Callable[[Sequence[Problem], str], None] = lambda *_: None,
        catalogue: Callable[[Path], Usable] = read_usable,
        checked: Callable[[Settings], Awaitable[Sequence[Problem]]] = check_of,
    ) -> None:
        self._settings = settings
        self._desk = Desk(settings, editor, Readers(catalogue=catalogue))
        self._told = told
        self._checked = checked
        self._checking: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="codepairs")
        self._tabs: dict[asyncio.Event, str] = {}
        self._closing = False
        self._folders = [path for path in (settings.content, settings.locales, settings.templates) if path.is_dir()]
        # Read while the libraries of the server are still being imported.
        self._first = self._thread.submit(self._desk.open)

    def app(self) -> Starlette:
        """What answers requests, and watches for as long as it runs."""
        return Starlette(
            routes=[
                Route(f"{OWN}events", self._events),
                Route(f"{OWN}{{name}}", self._own),
                Route("/{path:path}", self._answer),
            ],
            middleware=[
                Middleware(TrustedHostMiddleware, allowed_hosts=list(_NAMES), www_redirect=False),
                Middleware(_OwnPages),
            ],
            lifespan=self._lifespan,
        )

    def close(self) -> None:
        """Let all tabs go."""
        self._closing = True
        self._wake()

    async def refresh(self, changed: Iterable[str] = ()) -> None:
        """Read the sources again, of which these files changed, and tell the tabs."""
        before = self._desk.problems
        await self._done(self._desk.refresh, sorted(set(self._tabs.values())), changed)
        problems = self._desk.problems
        if problems != before:
            line = f"{counted(problems)}; the last good state is shown" if problems else "no errors"
            self._told(problems, line)
        self._wake()
        if self._checking:
            self._checking.cancel()
        self._checking = None if problems else asyncio.create_task(self._check())

    async def _check(self) -> None:
        """See what is to be warned of, while pages are shown already."""
        found, before = await self._checked(self._settings), set(self._desk.warnings)
        self._desk.warn(found)
        if before != set(found):
            new = [problem for problem in self._desk.warnings if problem not in before]
            self._told(new, counted(found) if found else "no warnings")
            self._wake()

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._judge()), asyncio.create_task(self._watch())]
        try:
            yield
        finally:
            self.close()
            for task in (*tasks, *filter(None, [self._checking])):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _judge(self) -> None:
        """See whether what was read first is good; whoever waits for a page gets it before."""
        await asyncio.wrap_future(self._first)
        await self.refresh()

    async def _watch(self) -> None:
        async for changes in awatch(*self._folders, step=_QUIET, debounce=_LATEST):
            await self.refresh([path for _, path in changes])

    async def _done(self, act: Callable[..., T], *arguments: Any) -> T:
        """What a function returns that reads or renders."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, act, *arguments)

    def _wake(self) -> None:
        for changed in self._tabs:
            changed.set()

    async def _answer(self, request: Request) -> Response:
        return await self._done(self._answered, request.url.path, request.path_params["path"])

    def _answered(self, raw: str, path: str) -> Response:
        desk, address = self._desk, f"/{path}"
        try:
            found, status = desk.find(address), 200
            if found is None and desk.preview is not None:
                base = desk.preview.base
                folder = base if address == "/" else desk.preview.folder(address)
                if folder:
                    return RedirectResponse(_local(folder), headers=_HEADERS)
                found, status = desk.missing(), 404
        except ContentError:
            found, status = None, 500
        if found is None:
            return _html(_waiting(), "", 500)
        if found.page is None:
            return Response(found.data, media_type=_media_type(found.path), headers=_HEADERS)
        return _html(found.data, desk.version(address), status)

    async def _own(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _FILES:
            return Response("not found", 404, headers=_HEADERS)
        return Response(_file(name), media_type=_media_type(name), headers=_HEADERS)

    async def _events(self, request: Request) -> Response:
        address = unquote(request.query_params.get("address", "/"))
        return StreamingResponse(self._states(address), media_type="text/event-stream", headers=_HEADERS)

    async def _states(self, address: str) -> AsyncIterator[str]:
        """What the tab at an address is told: at once, and whenever it is something else."""
        changed, said = asyncio.Event(), None
        self._tabs[changed] = address
        try:
            while not self._closing:
                changed.clear()
                state = await self._done(self._desk.state, address)
                if state != said:
                    yield f"data: {json.dumps(state)}\n\n"
                    said = state
                try:
                    await asyncio.wait_for(changed.wait(), _ALIVE)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            del self._tabs[changed]


class _OwnPages:
    """Answers what pages of this server ask for, and people; not what a page from elsewhere has a browser ask for.

    Source: Fetch Metadata Request Headers; a browser that sends none of them sends `Origin` with what is no navigation.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "http" and _is_foreign(Headers(scope=scope)):
            await Response("only pages of this server may ask", 403, _HEADERS)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_foreign(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{headers.get('host', '')}":
        return True
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not followed


def run(server: Server, listener: socket.socket) -> None:
    """Serve until the program is interrupted."""
    config = uvicorn.Config(
        server.app(),
        log_config=None,
        access_log=False,
        ws="none",
        http="h11",
        loop="asyncio",
        timeout_graceful_shutdown=1,
    )
    # Once everything is closed, uvicorn hands the interruption on.
    with suppress(KeyboardInterrupt):
        _Uvicorn(config, server).run(sockets=[listener])


def listening(port: int) -> socket.socket:
    """A socket of this machine that nobody else can reach; port 0 takes any that is free. Raises OutputError."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise OutputError(f"port {port} cannot be used: {error.strerror}; choose another with --port") from None


class _Uvicorn(uvicorn.Server):
    """Lets the tabs go before it waits for the end of their requests."""

    def __init__(self, config: uvicorn.Config, server: Server) -> None:
        super().__init__(config)
        self._site = server

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._site.close()


def _html(data: bytes, version: str, status: int) -> Response:
    """A page with the script that keeps it up to date, the last thing in its body."""
    tag = f'<script src="{OWN}live.js" data-version="{escape(version)}" defer></script>\n'.encode()
    start, body, end = data.rpartition(b"</body>")
    return Response(start + tag + body + end if body else data + tag, status, _HEADERS, "text/html")


def _local(path: str) -> str:
    """A path of this host as an address: never that of another, which two slashes would begin."""
    return "/" + path.lstrip("/")


def _media_type(path: str) -> str:
    return _types().guess_type(path)[0] or "application/octet-stream"


@cache
def _types() -> mimetypes.MimeTypes:
    """Media types as Python knows them, whatever this machine's files say; that of scripts by RFC 9239."""
    types = mimetypes.MimeTypes(filenames=())
    types.add_type("text/javascript", ".js")
    return types


def _waiting() -> bytes:
    return _file("waiting.html")


@cache
def _file(name: str) -> bytes:
    return (Path(__file__).parent / name).read_bytes()
