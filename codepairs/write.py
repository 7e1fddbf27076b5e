"""Bytes -> files: atomic, only where they changed; removals. The only module that writes the site.

Nothing is written where it will be read: files are written elsewhere (`codepairs.staging`) and put in their places when
all are there, so that no visitor and no later run meets half a file, or a page that leads to none. What a run no longer
makes is removed, but only files that an earlier run of ours made. Nothing is written, compared or removed behind a link
in the folder: it could lead anywhere.

`Store` is what a build needs of the place its files go to; `Folder` is the place on this machine.
"""

from __future__ import annotations

import glob
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from codepairs.errors import OutputError
from codepairs.fields import listed
from codepairs.lock import locked
from codepairs.staging import (
    Staging,
    created,
    journals,
    opened,
    remove_left,
    remove_staged,
    synced,
    written,
)

__all__ = ["Data", "Folder", "Plain", "Stamp", "Store", "Written"]

_SHOWN = 5
"""How many names of files a message gives."""

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

    def put_all(self, batch: str, files: Iterable[tuple[str, Data]]) -> Iterator[tuple[str, Written]]:
        """Bring the files of a batch there, maybe several at once or in another order. Raises OutputError."""

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of what lies there now; None where there is nothing."""

    def open(self, path: str) -> BinaryIO | None:
        """A file to read from; None where there is none."""

    def locked(self, told: Callable[[str], None]) -> AbstractContextManager[None]:
        """Keep other builds out for as long as the context lasts; `told` is told what the user should know."""

    def claim(self) -> None:
        """Raises OutputError where something lies there, and no run of ours has left it."""

    def journals(self) -> list[str]:
        """The manifests of builds that were killed while they put files in their places, by path."""

    def replaces(self, path: str) -> bool:
        """Whether this build has a file that is to take the place of one with other bytes."""

    def start(self) -> None:
        """A build begins to write; called once, by the process that builds, before the store is sent to workers."""

    def finish(self, batches: Iterable[str], gone: Iterable[str], manifest: tuple[str, Iterable[bytes]]) -> int:
        """All files are made; called once, by the process that builds, with the names of all batches in the order of
        the plan. They take their places, files that are gone are removed, and the manifest (path and bytes) is written
        last. Returns how many files were removed. Raises OutputError."""

    def abandon(self) -> None:
        """The build has failed; called instead of `finish`, or after it has failed."""


class Plain:
    """What a store answers in which nothing waits for its place, and nothing lies that is somebody else's."""

    def claim(self) -> None:
        """Whoever names the place may write there."""

    def journals(self) -> list[str]:
        """No build leaves one."""
        return []

    def replaces(self, path: str) -> bool:
        """Nothing waits for its place."""
        return False


class Folder:
    """A folder on this machine, or on one that all workers reach.

    A folder that does not exist yet, or is empty, is made beside its place and moved there as a whole: that is quicker
    than to move each file, and nobody ever meets half a site. In any other, files wait in a folder of their own until
    all are there.
    """

    forkable = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._staged: Path | None = None
        self._staging: Staging | None = None
        self._root = str(path)
        self._unlinked: set[str] = set()
        """Folders of which it is known that no link leads to them."""

    @property
    def folder(self) -> Path:
        """Where workers write."""
        return Path(self._staging.root if self._staging else self._root)

    @contextmanager
    def locked(self, told: Callable[[str], None]) -> Iterator[None]:
        """Keep other builds out; what builds that were killed have written, but not put in place, is removed."""
        with locked(self.path, told):
            _remove_beside(self.path)
            remove_staged(self.path)
            yield

    def claim(self) -> None:
        """Refuse a folder with files in it that no build has left."""
        if journals(self.path):
            return
        names = sorted(name for name in _names(self.path) if not name.startswith(_OURS))
        if names:
            raise OutputError(
                f"{self.path}: holds files that no build has made ({listed(names, _SHOWN)}); choose another folder, or "
                "build with --force: what is there stays, but for files in the place of pages"
            )

    def journals(self) -> list[str]:
        """The manifests to come of builds that were killed."""
        return journals(self.path)

    def start(self) -> None:
        """Find out where to write."""
        self._staged = _staged(self.path)
        self._root = str(self._staged or self.path)
        if not self._staged:
            with self._reported():
                self.path.mkdir(parents=True, exist_ok=True)
                self._staging = Staging(self._root)

    def put(self, path: str, data: Data) -> Written:
        """Write one file to where it waits; one that has the same bytes already stays, with its modification time."""
        target = f"{self._root}/{path}"
        folder = path.rpartition("/")[0]
        if folder not in self._unlinked:
            self._see(folder)
        try:
            return _waiting(self._staging, path, data) if self._staging else _made(target, data)
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

    def replaces(self, path: str) -> bool:
        """Whether a file is to take the place of one with other bytes."""
        return self._staging is not None and self._staging.replaces(path)

    def finish(self, batches: Iterable[str], gone: Iterable[str], manifest: tuple[str, Iterable[bytes]]) -> int:
        """Put everything in its place: the folder as a whole, or file by file."""
        path, data = manifest
        with self._reported():
            if self._staging:
                return self._settled(self._staging, gone, path, data)
            synced(f"{self._root}/{path}", data)
            if self._staged:
                if os.name == "nt" and self.path.is_dir():
                    self.path.rmdir()
                os.rename(self._staged, self.path)
            return 0

    def _settled(self, staging: Staging, gone: Iterable[str], path: str, data: Iterable[bytes]) -> int:
        """What leads somewhere comes after that to which it leads, and goes before it."""
        staging.announce(data)
        staging.place()
        removed = self.remove(gone)
        staging.conclude(path)
        remove_left(self.path)
        return removed

    def abandon(self) -> None:
        """Leave everything as it was before; what has taken its place already stays, and the next build knows of it."""
        if self._staged:
            shutil.rmtree(self._staged, ignore_errors=True)
        if self._staging:
            self._staging.abandon()

    def open(self, path: str) -> BinaryIO | None:
        """A file to read from."""
        try:
            file = open(opened(f"{self.path}/{path}"), "rb")  # noqa: SIM115 - for the caller to close
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
        """Remove files, and folders that they leave empty; how many were there. Raises OutputError."""
        removed = 0
        for path in sorted(paths, reverse=True):
            target = self.path / path
            if not self._is_below(path) or (target.is_dir() and not target.is_symlink()):
                continue
            try:
                if os.path.lexists(target):
                    target.unlink()
                    removed += 1
            except OSError as error:
                raise OutputError(f"{target}: cannot be removed: {error.strerror}") from error
            self._remove_empty(target.parent)
        return removed

    def _is_below(self, path: str) -> bool:
        """Whether a path leads to a place in this folder, and by no link."""
        steps = path.split("/")
        return not {"", ".", ".."}.intersection(steps) and not _link_to(str(self.path), "/".join(steps[:-1]))

    def _remove_empty(self, folder: Path) -> None:
        """Remove a folder and those above it, as long as they are empty and below this one."""
        while folder != self.path:
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass
            except OSError:
                return
            folder = folder.parent

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Turns errors of the system into one line."""
        try:
            yield
        except OSError as error:
            name = error.filename2 or error.filename or self.path
            raise OutputError(f"{name}: cannot be written: {error.strerror}") from error


def _link_to(root: str, folder: str) -> str:
    """The first link on the way from a root to a folder below it; empty where there is none."""
    way = root
    for step in filter(None, folder.split("/")):
        way = f"{way}/{step}"
        if os.path.islink(way):
            return way
    return ""


_OURS = (".codepairs",)
"""How the names begin of what builds leave in a folder beside the site."""


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _waiting(staging: Staging, path: str, data: Data) -> Written:
    """Write a file where it waits."""
    if isinstance(data, bytes):
        modified, changed = staging.put(path, data)
        return Written((len(data), modified), changed)
    status, changed = staging.put_streamed(path, data)
    return Written((status.st_size, status.st_mtime_ns), changed)


def _made(target: str, data: Data) -> Written:
    """Write a file of a folder that is to be put in its place as a whole."""
    if isinstance(data, bytes):
        return Written((len(data), written(target, data)), True)
    with os.fdopen(created(target), "wb") as file:
        file.writelines(data)
    status = os.stat(target)
    return Written((status.st_size, status.st_mtime_ns), True)


def _remove_beside(path: Path) -> None:
    """Remove what a build that was killed has left beside the folder."""
    place = path.absolute()
    for left in place.parent.glob(f".{glob.escape(place.name)}.*.new"):
        shutil.rmtree(left, ignore_errors=True)


def _staged(path: Path) -> Path | None:
    """A new folder beside one that is not there yet, or is empty; None where there can be none."""
    if path.is_symlink() or os.path.ismount(path) or (path.exists() and not _is_empty(path)):
        return None
    try:
        place = path.absolute()
        place.parent.mkdir(parents=True, exist_ok=True)
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
