"""Style sheets and other files below templates/assets -> Assets with their public names. Reads.

All `.css` files are joined into one sheet in the order of their declared layers, so that a page costs one request;
everything else is copied as it is, scripts without their lines of comment; what a link leads to outside of the folder
is left out. Names are stable: a name that followed the bytes would touch every page with every change of style.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from codepairs.errors import Place, Problem
from codepairs.reading import leads_out
from codepairs.urls import asset_path

__all__ = ["Assets", "read_assets"]

_LAYERS = ("reset", "tokens", "base", "layout", "components", "utilities", "print")
_SHEET = "style.css"


@dataclass(frozen=True, slots=True)
class Assets:
    """The files that pages refer to: content by output path."""

    files: Mapping[str, bytes]

    @property
    def style(self) -> str:
        """Output path of the style sheet."""
        return asset_path(_SHEET)

    @property
    def digest(self) -> str:
        """Changes whenever a public name changes; pages hold names, not bytes."""
        return blake2b("\n".join(sorted(self.files)).encode(), digest_size=16).hexdigest()


def read_assets(templates: Path) -> tuple[Assets, list[Problem]]:
    """Every asset of the templates folder, and those that cannot be read."""
    folder = templates / "assets"
    problems: list[Problem] = []
    sheets: dict[str, list[str]] = {layer: [] for layer in _LAYERS}
    files: dict[str, bytes] = {}
    for path in sorted((*folder.rglob("*"), *templates.glob("components/*.css"))):
        if leads_out(path, templates) or not path.is_file():
            continue
        try:
            # What is no text cannot stand in an address.
            str(path).encode()
            if path.suffix == ".css":
                layer = path.stem if path.stem in sheets else "components"
                sheets[layer].append(_without_comments(path.read_text(encoding="utf-8")))
            elif not path.is_symlink():
                files[asset_path(path.relative_to(folder).as_posix())] = _published(path)
        except UnicodeError:
            problems.append(Problem(Place(str(path)), "is not UTF-8, or its name is not"))
        except OSError as error:
            problems.append(Problem(Place(str(path)), f"cannot be read: {error.strerror}"))
    order = f"@layer {', '.join(_LAYERS)};"
    layers = (f"@layer {layer} {{\n{''.join(parts)}}}" for layer, parts in sheets.items() if parts)
    files[asset_path(_SHEET)] = "\n".join((order, *layers, "")).encode()
    return Assets(files), problems


def _published(path: Path) -> bytes:
    data = path.read_bytes()
    return re.sub(rb"^[ \t]*//.*\n", b"", data, flags=re.MULTILINE) if path.suffix == ".js" else data


def _without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/\s*", "", css, flags=re.DOTALL)
