"""Bytes -> files: atomic, only where they changed; the manifest; removals. The only module that writes the site.

A file is written beside its target under a temporary name and then put in its place, so that no visitor and no later
run meets half of it. What a run no longer makes is removed, but only files that an earlier run of ours made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from hashlib import blake2b
from pathlib import Path

from codepairs.changes import Record
from codepairs.errors import OutputError
from codepairs.plan import File

__all__ = ["MANIFEST", "Receipt", "digest_of", "read_manifest", "remove_files", "write_file", "write_manifest"]

MANIFEST = ".codepairs.json"
"""Name of the manifest in the output folder."""
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file."""

    path: str
    digest: str
    size: int
    modified: int
    """Modification time in nanoseconds."""
    state: str
    """`written` or `unchanged`."""

    def record(self, fingerprint: str) -> Record:
        """What the manifest keeps of it."""
        return Record(fingerprint, self.digest, self.size, self.modified)


def digest_of(data: bytes) -> str:
    """The digest by which two versions of a file are compared."""
    return blake2b(data, digest_size=12).hexdigest()


def write_file(output: Path, file: File) -> Receipt:
    """Bring one file into the output folder; a file with the same bytes keeps its modification time.

    Raises OutputError where the folder cannot be written.
    """
    target, digest = output / file.path, digest_of(file.data)
    state = "unchanged"
    try:
        if not _holds(target, file.data):
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, file.data)
            state = "written"
        modified = target.stat().st_mtime_ns
    except OSError as error:
        raise OutputError(f"{target}: cannot be written: {error.strerror}") from error
    return Receipt(file.path, digest, len(file.data), modified, state)


def read_manifest(output: Path) -> dict[str, Record]:
    """The files of the last run; empty where there was none, or none whose manifest can be read."""
    try:
        data = json.loads((output / MANIFEST).read_bytes())
        if data["format"] != _FORMAT:
            return {}
        return {str(path): Record(*entry) for path, entry in data["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def write_manifest(output: Path, files: Mapping[str, Record]) -> None:
    """Record the files of this run."""
    entries = (f"{json.dumps(path)}:{json.dumps(astuple(files[path]))}" for path in sorted(files))
    data = f'{{"format":{_FORMAT},"files":{{\n' + ",\n".join(entries) + "\n}}\n"
    try:
        output.mkdir(parents=True, exist_ok=True)
        _replace(output / MANIFEST, data.encode())
    except OSError as error:
        raise OutputError(f"{output / MANIFEST}: cannot be written: {error.strerror}") from error


def remove_files(output: Path, paths: Iterable[str]) -> int:
    """Remove files of an earlier run, and folders that they leave empty; the number of files removed."""
    removed = 0
    root = output.resolve()
    for path in sorted(paths, reverse=True):
        target = output / path
        if root not in target.resolve().parents or not target.is_file():
            continue
        target.unlink()
        removed += 1
        for folder in target.parents:
            if folder == output or any(folder.iterdir()):
                break
            folder.rmdir()
    return removed


def _holds(target: Path, data: bytes) -> bool:
    """Whether the file has these bytes already."""
    try:
        return target.stat().st_size == len(data) and target.read_bytes() == data
    except FileNotFoundError:
        return False


def _replace(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
