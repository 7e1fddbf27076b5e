"""Bytes -> files: atomic, only where they changed; removals. The only module that writes the site.

A file is written beside its target under a temporary name and then put in its place, so that no visitor and no later
run meets half of it. What a run no longer makes is removed, but only files that an earlier run of ours made. Nothing is
written, compared or removed behind a link in the folder: it could lead anywhere.

`Store` is what a build needs of the place its files go to; `Folder` is the place on this machine.
"""

from __future__ import annotations

import errno
import filecmp
import glob
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from codepairs.errors import OutputError

__all__ = ["Data", "Folder", "Stamp", "Store", "Written"]

_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _BINARY | _NO_LINK | getattr(os, "O_NONBLOCK", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY | _NO_LINK
_IN_THE_WAY = (errno.ELOOP, errno.ENXIO)
"""What is said of a link, and of a socket, which a file may take the place of."""

Data = bytes | Iterable[bytes]
"""The bytes of a file, in one piece or piece by piece."""

Stamp = tuple[int, int | str]
"""What tells a file from another with the same path: size in bytes, and when or as what it was written; in a folder
the modification time in nanoseconds."""


class Written(NamedTuple):
    """What became of one file."""

    stamp: Stamp
    changed: bool
    """False where the file had these bytes already."""


class Store(Protocol):
    """A place for the files of a site. It is sent to the workers, so it holds what names the place and no more."""

    @property
    def folder(self) -> Path | None:
        """The folder that all workers have to reach; None where they reach the place over the network."""

    @property
    def forkable(self) -> bool:
        """Whether a process that used it may be forked."""

    def put(self, path: str, data: Data) -> Written:
        """Bring one file there. Raises OutputError where that cannot be done."""

    def put_all(self, batch: str, files: Iterable[tuple[str, Data]]) -> Iterator[tuple[str, Written]]:
        """Bring the files of a batch there, maybe several at once or in another order."""

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of what lies there now; None where there is nothing."""

    def remove(self, paths: Iterable[str]) -> int:
        """Remove files of an earlier run; the number of files removed. Raises OutputError."""

    def open(self, path: str) -> BinaryIO | None:
        """A file to read from; None where there is none."""

    def start(self) -> None:
        """A build begins to write; called once, by the process that builds, before the store is sent to workers."""

    def finish(self, batches: Iterable[str]) -> None:
        """All files are there; called once, by the process that builds, with the names of all batches in the order of
        the plan. Raises OutputError."""

    def abandon(self) -> None:
        """The build has failed; called instead of `finish`."""


class Folder:
    """A folder on this machine, or on one that all workers reach.

    A folder that does not exist yet, or is empty, is made beside its place and moved there as a whole: that is quicker
    than to move each file, and nobody ever meets half a site.
    """

    forkable = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._staged: Path | None = None
        self._root = str(path)
        self._unlinked: set[str] = set()
        """Folders of which it is known that no link leads to them."""

    @property
    def folder(self) -> Path:
        """Where files are written."""
        return Path(self._root)

    def start(self) -> None:
        """Find out where to write."""
        self._staged = _staged(self.path)
        self._root = str(self._staged or self.path)

    def put(self, path: str, data: Data) -> Written:
        """Bring one file into the folder; a file with the same bytes keeps its modification time."""
        target = f"{self._root}/{path}"
        folder = path.rpartition("/")[0]
        if folder not in self._unlinked:
            self._see(folder)
        try:
            if not isinstance(data, bytes):
                return _streamed(target, data)
            if self._staged:
                return Written((len(data), _written(target, data)), True)
            kept = _kept(target, data)
            if kept is not None:
                return Written((len(data), kept), False)
            return Written((len(data), _replaced(target, data)), True)
        except OSError as error:
            raise OutputError(f"{self.path / path}: cannot be written: {error.strerror}") from error

    def _see(self, folder: str) -> None:
        """Raises OutputError where a link stands on the way to a folder below this one."""
        if linked := _link_to(self._root, folder):
            raise OutputError(f"{linked}: is a link, and the site is written behind none; remove it")
        self._unlinked.add(folder)

    def put_all(self, batch: str, files: Iterable[tuple[str, Data]]) -> Iterator[tuple[str, Written]]:
        """Bring the files of a batch into the folder, one after the other."""
        return ((path, self.put(path, data)) for path, data in files)

    def finish(self, batches: Iterable[str]) -> None:
        """Put the folder in its place."""
        if self._staged:
            try:
                if self.path.is_dir():
                    self.path.rmdir()
                self._staged.rename(self.path)
            except OSError as error:
                raise OutputError(f"{self.path}: cannot be written: {error.strerror}") from error

    def abandon(self) -> None:
        """Leave everything as it was before; only a folder that was made anew can be taken back."""
        if self._staged:
            shutil.rmtree(self._staged, ignore_errors=True)

    def open(self, path: str) -> BinaryIO | None:
        """A file to read from."""
        try:
            file = open(os.open(self.path / path, _READ), "rb")  # noqa: SIM115 - for the caller to close
        except OSError:
            return None
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file
        file.close()
        return None

    def stamp(self, path: str) -> Stamp | None:
        """Size and modification time of a file."""
        try:
            status = os.lstat(f"{self._root}/{path}")
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None

    def remove(self, paths: Iterable[str]) -> int:
        """Remove files, and folders that they leave empty."""
        removed = 0
        for path in sorted(paths, reverse=True):
            target = self.path / path
            if not self._is_below(path) or not (target.is_symlink() or target.is_file()):
                continue
            try:
                target.unlink()
                removed += 1
                self._remove_empty(target.parent)
            except OSError as error:
                raise OutputError(f"{target}: cannot be removed: {error.strerror}") from error
        return removed

    def _is_below(self, path: str) -> bool:
        """Whether a path leads to a place in this folder, and by no link."""
        steps = path.split("/")
        return not {"", ".", ".."}.intersection(steps) and not _link_to(str(self.path), "/".join(steps[:-1]))

    def _remove_empty(self, folder: Path) -> None:
        """Remove a folder and those above it, as long as they are empty and below this one."""
        while folder != self.path and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


def _link_to(root: str, folder: str) -> str:
    """The first link on the way from a root to a folder below it; empty where there is none."""
    way = root
    for step in filter(None, folder.split("/")):
        way = f"{way}/{step}"
        if os.path.islink(way):
            return way
    return ""


def _kept(target: str, data: bytes) -> int | None:
    """The modification time of the file if it has these bytes already."""
    try:
        descriptor = os.open(target, _READ)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in _IN_THE_WAY:
            return None
        raise
    try:
        status = os.fstat(descriptor)
        same = (
            stat.S_ISREG(status.st_mode) and status.st_size == len(data) and os.read(descriptor, len(data) + 1) == data
        )
        return status.st_mtime_ns if same else None
    finally:
        os.close(descriptor)


def _staged(path: Path) -> Path | None:
    """A new folder beside one that is not there yet, or is empty; None where there can be none.

    What a build that was killed has left there is removed.
    """
    if path.is_symlink() or os.path.ismount(path) or (path.exists() and not _is_empty(path)):
        return None
    try:
        place = path.absolute()
        place.parent.mkdir(parents=True, exist_ok=True)
        for left in place.parent.glob(f".{glob.escape(place.name)}.*.new"):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}.", suffix=".new"))
        folder.chmod(0o777 & ~_umask())
        return folder
    except OSError:
        return None


def _is_empty(path: Path) -> bool:
    if not path.is_dir():
        return False
    with os.scandir(path) as entries:
        return next(entries, None) is None


def _umask() -> int:
    """The permissions that new files do not get; can only be asked by setting them."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _replaced(target: str, data: bytes) -> int:
    """Put the bytes in the place of the target at once; the modification time."""
    temporary = _temporary(target)
    try:
        modified = _written(temporary, data)
        os.replace(temporary, target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    return modified


def _written(path: str, data: bytes) -> int:
    """Write a new file; the modification time."""
    try:
        descriptor = os.open(path, _NEW, 0o666)
    except FileNotFoundError:
        descriptor = _created(path)
    try:
        rest = data
        # A single call writes all of it but on a full disk, where it may write less.
        while (written := os.write(descriptor, rest)) < len(rest):
            rest = rest[written:]
        return os.fstat(descriptor).st_mtime_ns
    finally:
        os.close(descriptor)


def _streamed(target: str, data: Iterable[bytes]) -> Written:
    """The same for bytes that come piece by piece: they are compared when all are written."""
    temporary = _temporary(target)
    try:
        with os.fdopen(_created(temporary), "wb") as file:
            file.writelines(data)
        if _is_ordinary(target) and filecmp.cmp(temporary, target, shallow=False):
            os.unlink(temporary)
            changed = False
        else:
            os.replace(temporary, target)
            changed = True
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    status = os.stat(target)
    return Written((status.st_size, status.st_mtime_ns), changed)


def _is_ordinary(path: str) -> bool:
    """Whether a file lies at the path, and neither a link nor anything that only looks like one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _temporary(target: str) -> str:
    folder, _, name = target.rpartition("/")
    return f"{folder}/.{name}.{os.getpid()}.tmp"


def _created(path: str) -> int:
    """A descriptor of a new file; its folders are made where they are missing."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return os.open(path, _NEW, 0o666)
