"""Files in the output that no build has made: they are never touched, so somebody should know of them. Reads names.

They are counted exactly: all files less those of the manifest. The names of some of them are found with a table of
fixed size, as the manifest grows with the pages; a name may be missed by chance where there are millions.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from codepairs.manifest import MANIFEST, files_of
from codepairs.staging import is_staged

__all__ = ["foreign_files"]

_SLOTS = 1 << 24
_SHOWN = 5


def foreign_files(output: Path, lines: Iterable[bytes], known: int) -> Iterator[str]:
    """A line on the files below `output` that stand in none of the lines of a manifest, where there are any.

    `known` is how many stand there.
    """
    count = sum(1 for _ in _paths(output)) - known
    if count <= 0:
        return
    slots = bytearray(_SLOTS)
    for line in lines:
        for path in files_of(line):
            slots[hash(path) % _SLOTS] = 1
    names = list(islice((path for path in _paths(output) if not slots[hash(path) % _SLOTS]), _SHOWN))
    files = "1 file" if count == 1 else f"{count:,} files"
    more = ", …" if count > len(names) else ""
    yield f"{output}: holds {files} that no build has made: {', '.join(names)}{more}"


def _paths(output: Path) -> Iterator[str]:
    """The paths of all files but those of the program itself; folders are not named, nor links to them followed."""
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(output / folder) as entries:
            for entry in entries:
                path = folder + entry.name
                if not entry.is_dir(follow_symlinks=False):
                    if path != MANIFEST:
                        yield path
                elif not is_staged(path):
                    folders.append(f"{path}/")
