"""Addresses -> problems: what does not answer, has moved, or lacks the part that is named. Asks the web.

Each address is asked once, however often content names it, and at most two at a time of one host. HEAD is enough, and
GET where a host refuses that or a part of the page is named (`#section-4.2`), which has to be an `id` in it. A host
that asks for patience (429 or 503 with Retry-After, RFC 9110 section 10.2.3) gets it, within bounds. What refuses
programs (401, 403, 429) may well answer people: that is a warning.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from time import sleep
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urlsplit

import httpx

from codepairs import __version__
from codepairs.errors import CodepairsError, Problem
from codepairs.links import Link

__all__ = ["Patience", "UnreachedError", "online_problems"]

_AT_A_TIME, _OF_ONE_HOST = 8, 2
"""How many addresses are asked at a time: of all hosts, and of one."""
_MOST_BYTES = 20_000_000
"""Bytes of a page that are read to find a part of it."""
_PART = re.compile(rb"""\b(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_BY_SCRIPT = re.compile(r"L[0-9]+(?:-L[0-9]+)?|:~:text=.*")
"""Parts that browsers or scripts find, in no page by themselves."""
_REFUSE_PROGRAMS = (401, 403, 429)
_WAIT = (429, 503)


class Patience(NamedTuple):
    """How long to wait; all in seconds."""

    timeout: float = 20
    """For an answer to begin, and for each part of it."""
    retries: int = 2
    pause: float = 2
    """Before a retry, where the host does not say."""
    longest: float = 60
    """Before a retry, whatever the host says."""


class UnreachedError(CodepairsError):
    """No host could be reached: nothing is known of any address."""


class _Answer(NamedTuple):
    """What came of an address."""

    error: str = ""
    warning: str = ""
    reached: bool = True
    """Whether any host answered."""
    parts: frozenset[str] | None = None
    """The ids in the page; None where it was not read."""


def online_problems(links: Iterable[Link], patience: Patience | None = None) -> list[Problem]:
    """A problem for every place that names an address which does not do; dead ones are errors, moved ones warnings.

    Raises UnreachedError where nothing answered at all.
    """
    named: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        named[urldefrag(link.url).url].append(link)
    with_parts = {url for url, group in named.items() if any(map(_part, group))}
    answers = _answers(named, with_parts, patience or Patience())
    if named and not any(answer.reached for answer in answers.values()):
        hosts = len({urlsplit(url).hostname for url in named})
        first = next(iter(answers.items()))
        raise UnreachedError(
            f"none of {hosts} hosts could be reached, so nothing is known: {first[0]} {first[1].error}"
        )
    return [problem for url, group in named.items() for link in group for problem in _judged(link, answers[url])]


def _part(link: Link) -> str:
    fragment = unquote(urldefrag(link.url).fragment)
    return "" if _BY_SCRIPT.fullmatch(fragment) else fragment


def _judged(link: Link, answer: _Answer) -> Iterator[Problem]:
    if answer.error:
        yield Problem(link.place, f"{link.url} {answer.error}")
    elif (part := _part(link)) and answer.parts is not None and part not in answer.parts:
        yield Problem(link.place, f"{link.url} answers, but its page has no part {part!r}")
    if answer.warning:
        yield Problem(link.place, f"{link.url} {answer.warning}", warning=True)


def _answers(urls: Iterable[str], with_parts: set[str], patience: Patience) -> Mapping[str, _Answer]:
    of_host: dict[str, deque[str]] = defaultdict(deque)
    for url in urls:
        of_host[urlsplit(url).hostname or ""].append(url)
    answers: dict[str, _Answer] = {}
    agent = {"User-Agent": f"codepairs/{__version__} (link check)", "Accept": "text/html, */*;q=0.5"}
    with httpx.Client(headers=agent, timeout=patience.timeout, follow_redirects=True) as client:

        def work_off(waiting: deque[str]) -> None:
            while waiting:
                with suppress(IndexError):
                    url = waiting.popleft()
                    answers[url] = _asked(client, url, url in with_parts, patience)

        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            tasks = [pool.submit(work_off, waiting) for waiting in of_host.values() for _ in range(_OF_ONE_HOST)]
        for task in tasks:
            task.result()
    return answers


def _asked(client: httpx.Client, url: str, with_parts: bool, patience: Patience) -> _Answer:
    method, left = "GET" if with_parts else "HEAD", patience.retries
    while True:
        answer, wait = _once(client, method, url, patience)
        if method == "HEAD" and answer.reached and (answer.error or answer.warning):
            # Some servers know no HEAD, or answer it otherwise than GET.
            method = "GET"
        elif wait is None or not left:
            return answer
        else:
            left -= 1
            sleep(wait)


def _once(client: httpx.Client, method: str, url: str, patience: Patience) -> tuple[_Answer, float | None]:
    """One request: what came of it, and the seconds after which another is worth its while."""
    try:
        with client.stream(method, url) as response:
            parts = _parts(_beginning(response)) if method == "GET" and response.is_success else None
            wait = _wait(response, patience) if response.status_code in _WAIT else None
            return _Answer(_error(response), _warning(response), True, parts), wait
    except httpx.TooManyRedirects:
        return _Answer("redirects without end"), None
    except httpx.TimeoutException:
        return _Answer(f"does not answer within {patience.timeout:g} s", reached=False), patience.pause
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return _Answer(f"cannot be reached: {error or type(error).__name__}", reached=False), patience.pause


def _beginning(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > _MOST_BYTES:
            break
    return bytes(body)


def _parts(body: bytes) -> frozenset[str]:
    found = (next(filter(None, groups), b"") for groups in _PART.findall(body))
    return frozenset(unescape(name.decode("utf-8", "replace")) for name in found)


def _error(response: httpx.Response) -> str:
    status = response.status_code
    return "" if response.is_success or status in _REFUSE_PROGRAMS else f"answers {status} {response.reason_phrase}"


def _warning(response: httpx.Response) -> str:
    status = response.status_code
    if status in _REFUSE_PROGRAMS:
        return f"answers {status} to programs; look whether it answers people"
    moves = [each.status_code for each in response.history]
    if not moves or not response.is_success:
        return ""
    verb = "has moved to" if all(move in (301, 308) for move in moves) else "leads, for now, to"
    return f"{verb} {response.url}"


def _wait(response: httpx.Response, patience: Patience) -> float:
    """Seconds until another request is welcome. Source: RFC 9110 section 10.2.3."""
    said = response.headers.get("Retry-After", "").strip()
    wait = patience.pause
    if said.isascii() and said.isdecimal():
        wait = float(said[:9])
    elif said:
        with suppress(TypeError, ValueError):
            wait = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
    return min(max(wait, 0), patience.longest)
