"""Bytes -> files: atomic, only where they changed; the manifest; removals. The only module that writes the site.

A file is written beside its target under a temporary name and then put in its place, so that no visitor and no later
run meets half of it. What a run no longer makes is removed, but only files that an earlier run of ours made.
"""

from __future__ import annotations

import io
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
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


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
    target = f"{output}/{file.path}"
    try:
        modified = _kept(target, file.data)
        state = "unchanged" if modified is not None else "written"
        if modified is None:
            modified = _replaced(target, file.data)
    except OSError as error:
        raise OutputError(f"{target}: cannot be written: {error.strerror}") from error
    return Receipt(file.path, digest_of(file.data), len(file.data), modified, state)


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
        _replaced(str(output / MANIFEST), data.encode())
    except OSError as error:
        raise OutputError(f"{output / MANIFEST}: cannot be written: {error.strerror}") from error


def remove_files(output: Path, paths: Iterable[str]) -> int:
    """Remove files of an earlier run, and folders that they leave empty; the number of files removed.

    Raises OutputError where a file cannot be removed.
    """
    removed = 0
    root = output.resolve()
    for path in sorted(paths, reverse=True):
        target = output / path
        if root not in target.resolve().parents or not target.is_file():
            continue
        try:
            target.unlink()
            removed += 1
            _remove_empty(target.parent, output)
        except OSError as error:
            raise OutputError(f"{target}: cannot be removed: {error.strerror}") from error
    return removed


def _remove_empty(folder: Path, output: Path) -> None:
    """Remove a folder and those above it, as long as they are empty and below the output folder."""
    while folder != output and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _kept(target: str, data: bytes) -> int | None:
    """The modification time of the file if it has these bytes already."""
    try:
        status = os.stat(target)
        if status.st_size != len(data):
            return None
        with open(target, "rb") as file:
            return status.st_mtime_ns if file.read() == data else None
    except FileNotFoundError:
        return None


def _replaced(target: str, data: bytes) -> int:
    """Put the bytes in the place of the target at once; the modification time."""
    folder, name = os.path.split(target)
    temporary = f"{folder}/.{name}.{os.getpid()}.tmp"
    try:
        try:
            descriptor = os.open(temporary, _NEW, 0o666)
        except FileNotFoundError:
            os.makedirs(folder, exist_ok=True)
            descriptor = os.open(temporary, _NEW, 0o666)
        with open(descriptor, "wb", buffering=0) as file:
            _write_all(file, data)
            modified = os.fstat(descriptor).st_mtime_ns
        os.replace(temporary, target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    return modified


def _write_all(file: io.FileIO, data: bytes) -> None:
    """A single call writes all of it but on a full disk, where it may write less."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
