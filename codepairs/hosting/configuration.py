"""Configurations of servers and the files that hosts read, made of the one definition of headers. Reads its own models.

A model is a file of this package with `@NAME@` for what differs from site to site, and with lines between `@?NAME@` and
`@.@` for those where that is not empty.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from codepairs.hosting.headers import CACHED, REVALIDATED, RULES, SECURITY, TRANSPORT, expression
from codepairs.urls import dictionary_path

__all__ = ["cloudfront", "headers_file", "htaccess", "nginx"]

_BETWEEN = re.compile(r"^@\?([A-Z_]+)@\n(.*?)^@\.@\n", re.MULTILINE | re.DOTALL)


def nginx(title: str, url: str, folder: str, dictionaries: Mapping[str, bytes] | None = None) -> str:
    """The configuration of nginx for a site with this title and address that is copied to a folder.

    `dictionaries` are those of its languages, where its pages have copies made with them. The folder of an address with
    a path ends in this path, so that addresses are paths below one root. Raises ValueError where it does not, and where
    the address cannot stand in a configuration as it is.
    """
    base, root = urlsplit(url).path or "/", PurePosixPath(folder)
    steps = [step for step in base.split("/") if step]
    if steps and list(root.parts[-len(steps) :]) != steps:
        raise ValueError(f"the site lies below {base}, so its folder has to end in {base.strip('/')!r}; it is {folder}")
    if not re.fullmatch(r"[\w.-]*:[\w./~-]*", f"{urlsplit(url).hostname}:{base}", re.ASCII):
        raise ValueError(f"{url} has signs that mean something to nginx; use letters, digits, . _ ~ and -")
    for _ in steps:
        root = root.parent
    cached = (f'    "~^{re.escape(base)}{expression(rule.pattern)}$" "{rule.cache}";' for rule in RULES)
    headers = (f'    add_header {name} "{value}" always;' for name, value in SECURITY.items())
    return _filled(
        "nginx.conf",
        {
            "TITLE": _word(title),
            "FOLDER": _word(folder),
            "ROOT": _word(str(root)),
            "NAME": urlsplit(url).hostname or "_",
            "BASE": base,
            "TRANSPORT_NAME": TRANSPORT[0],
            "TRANSPORT": TRANSPORT[1],
            "REVALIDATED": REVALIDATED,
            "CACHED": "\n".join(cached),
            "HEADERS": "\n".join(headers),
            **_dictionaries(base, dictionaries or {}),
            "ELSEWHERE": "" if base == "/" else "\n    location / {\n        return 404;\n    }\n",
        },
    )


def _dictionaries(base: str, dictionaries: Mapping[str, bytes]) -> dict[str, str]:
    """What tells nginx who gets copies that need a dictionary: only those who name the hash of the right one.

    All keys are regular expressions: nginx would compare other keys without regard to case.
    """
    known, linked, used = list[str](), list[str](), list[str]()
    for lang, data in dictionaries.items():
        below, path = f"{re.escape(base)}{lang}/", base + dictionary_path(lang, data)
        digest = re.escape(b64encode(sha256(data).digest()).decode())
        known.append(f'    "~^dcz :{digest}: {below}" .dcz;')
        linked.append(f'    "~^{below}.*\\.html(?:\\.dcz)?$" \'<{path}>; rel="compression-dictionary"\';')
        used.append(f'    "~^{re.escape(path)}$" \'match="{base}{lang}/*", match-dest=("document")\';')
    varying = f'    "~^{re.escape(base)}(?:{"|".join(dictionaries)})/.*\\.html$" Available-Dictionary;'
    return {"KNOWN": "\n".join(known), "LINKED": "\n".join(linked), "USED": "\n".join(used), "VARYING": varying}


def htaccess(url: str) -> str:
    """What Apache reads in the folder of a site at this address."""
    headers = (f'    Header always set {name} "{value}"' for name, value in SECURITY.items())
    rules = (
        f'    Header set Cache-Control "{rule.cache}" "expr=%{{REQUEST_URI}} =~ m#/{expression(rule.pattern)}$#"'
        for rule in RULES
    )
    return _filled(
        "htaccess",
        {
            "BASE": urlsplit(url).path or "/",
            "HEADERS": "\n".join(headers),
            "TRANSPORT_NAME": TRANSPORT[0],
            "TRANSPORT": TRANSPORT[1],
            "REVALIDATED": REVALIDATED,
            "CACHED": "\n".join(rules),
        },
    )


def cloudfront(title: str) -> str:
    """The response headers policy of CloudFront, as `aws cloudfront create-response-headers-policy` takes it."""
    rest = dict(SECURITY)
    secured = {
        "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": rest.pop("Content-Security-Policy")},
        "ContentTypeOptions": {"Override": rest.pop("X-Content-Type-Options") == "nosniff"},
        "FrameOptions": {"Override": True, "FrameOption": rest.pop("X-Frame-Options")},
        "ReferrerPolicy": {"Override": True, "ReferrerPolicy": rest.pop("Referrer-Policy")},
        "StrictTransportSecurity": {"Override": True, "AccessControlMaxAgeSec": int(TRANSPORT[1].rpartition("=")[2])},
    }
    custom = [{"Header": name, "Value": value, "Override": True} for name, value in rest.items()]
    policy = {
        "Name": "codepairs",
        "Comment": f"Headers of {_word(title)}",
        "SecurityHeadersConfig": secured,
        "CustomHeadersConfig": {"Quantity": len(custom), "Items": custom},
    }
    return f"{json.dumps(policy, ensure_ascii=False, indent=2)}\n"


def headers_file() -> str:
    """The `_headers` of Netlify and of Cloudflare Pages, which let caches ask each time if nothing else is said."""
    return "\n".join(_header_lines()) + "\n"


def _header_lines() -> Iterator[str]:
    yield "/*"
    yield from (f"  {name}: {value}" for name, value in (*SECURITY.items(), TRANSPORT))
    for rule in RULES:
        # One star a line is all that both read; a folder by itself is a placeholder.
        yield f"/{rule.pattern.replace('**', '*').replace('*/', ':folder/', 1)}"
        yield f"  Cache-Control: {CACHED}"


def _filled(model: str, values: Mapping[str, str]) -> str:
    text = files(__package__).joinpath(model).read_text(encoding="utf-8")
    text = _BETWEEN.sub(lambda match: match[2] if values[match[1]] else "", text)
    return re.sub("@([A-Z_]+)@", lambda match: values[match[1]], text)


def _word(text: str) -> str:
    """A text for a comment or a path: one line."""
    return " ".join(text.split())
