"""What a build writes before any of it is seen: a folder in the output, from which files are put in their places.

    .codepairs.new-…/added/<path>      where nothing lies yet
    .codepairs.new-…/changed/<path>    where a file has other bytes
    .codepairs.new-…/manifest          the manifest to come; there as soon as the first file is to take its place

First all that is new takes its place, then what changed, then goes what is gone, and last comes the manifest: no page
ever leads to one that is not there yet. A build that is killed leaves the folder. The next one reads in its manifest
which files are ours, and removes the folder at its end. The name is another one for each build, so that a worker which
outlived its build writes nothing that a later build would take for its own.
"""

from __future__ import annotations

import errno
import filecmp
import glob
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

__all__ = [
    "Staging",
    "copied_over",
    "created",
    "is_ordinary",
    "is_staged",
    "journals",
    "kept",
    "opened",
    "remove_left",
    "remove_staged",
    "replaced",
    "synced",
    "written",
]

_PREFIX = ".codepairs.new-"
_MANIFEST = "manifest"
_TREES = ("added", "changed")
_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _BINARY | _NO_LINK | getattr(os, "O_NONBLOCK", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY | _NO_LINK
_IN_THE_WAY = (errno.ELOOP, errno.ENXIO)
"""What is said of a link, and of a socket, which a file may take the place of."""
_AT_ONCE = 10_000
"""Names of a folder that are read before their files take their places."""


class Staging:
    """The folder of one build. It travels to the workers, so it holds names only."""

    def __init__(self, output: str) -> None:
        self.root = tempfile.mkdtemp(dir=output, prefix=_PREFIX)
        self._output = output
        self._added, self._changed = (f"{self.root}/{tree}" for tree in _TREES)

    def put(self, path: str, data: bytes) -> tuple[int, bool]:
        """Write a file, unless one with the same bytes lies in its place; modification time, and whether it differs."""
        try:
            modified = kept(f"{self._output}/{path}", data)
        except FileNotFoundError:
            return written(f"{self._added}/{path}", data), True
        if modified is not None:
            return modified, False
        return written(f"{self._changed}/{path}", data), True

    def put_streamed(self, path: str, data: Iterable[bytes]) -> tuple[os.stat_result, bool]:
        """The same for bytes that come piece by piece; what is known of the file, and whether it differs."""
        target = f"{self._output}/{path}"
        there = os.path.lexists(target)
        staged = f"{self._changed if there else self._added}/{path}"
        with os.fdopen(created(staged), "wb") as file:
            file.writelines(data)
        if there and is_ordinary(target) and filecmp.cmp(staged, target, shallow=False):
            os.unlink(staged)
            return os.stat(target), False
        return os.stat(staged), True

    def replaces(self, path: str) -> bool:
        """Whether another file lies where this one is to go."""
        return os.path.lexists(f"{self._changed}/{path}")

    def announce(self, manifest: Iterable[bytes]) -> None:
        """Write the manifest to come; what it names counts as ours from now on, even if this build ends here."""
        unfinished = f"{self.root}/{_MANIFEST}.part"
        synced(unfinished, manifest)
        os.replace(unfinished, f"{self.root}/{_MANIFEST}")

    def place(self) -> int:
        """Put all files in their places, new ones first; how many there were."""
        return sum(_moved(tree, self._output, self._moved_over) for tree in (self._added, self._changed))

    def conclude(self, path: str) -> None:
        """Put the manifest in its place, when all else is done."""
        os.replace(f"{self.root}/{_MANIFEST}", f"{self._output}/{path}")
        _sync_folder(self._output)

    def abandon(self) -> None:
        """Remove what has not taken its place; if anything may have, the manifest to come stays for the next build."""
        _remove(self.root)

    @staticmethod
    def _moved_over(source: str, target: str) -> None:
        try:
            os.replace(source, target)
        except OSError as error:
            if not _elsewhere(source, os.path.dirname(target)):
                raise
            try:
                copied_over(source, target)
            except OSError:
                raise error from None


def journals(output: Path) -> list[str]:
    """The manifests to come of builds that were killed while files took their places; paths below the output."""
    return sorted(f"{name}/{_MANIFEST}" for name in _left(output) if (output / name / _MANIFEST).exists())


def remove_staged(output: Path) -> None:
    """Remove what builds that were killed have written but not put in place; their manifests stay for now."""
    for name in _left(output):
        _remove(f"{output}/{name}")


def remove_left(output: Path) -> None:
    """Remove all that builds have left beside what they put in place."""
    for name in _left(output):
        shutil.rmtree(output / name, ignore_errors=True)


def is_staged(path: str) -> bool:
    """Whether a path below an output is that of such a folder."""
    return path.startswith(_PREFIX)


def _remove(root: str) -> None:
    for tree in _TREES if os.path.exists(f"{root}/{_MANIFEST}") else ("",):
        shutil.rmtree(f"{root}/{tree}", ignore_errors=True)


def _left(output: Path) -> list[str]:
    """The folders of builds that were killed, by name; a link is none: what it leads to is not ours."""
    found = glob.glob(f"{glob.escape(str(output))}/{_PREFIX}*")
    return [os.path.basename(path) for path in found if os.path.isdir(path) and not os.path.islink(path)]


def _moved(source: str, target: str, move: Callable[[str, str], None]) -> int:
    """Move all files below a folder to where they belong, and remove it; folders of any size, some names at a time."""
    count = 0
    made = False
    while entries := _some(source):
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                count += _moved(entry.path, f"{target}/{entry.name}", move)
                continue
            if not made:
                os.makedirs(target, exist_ok=True)
                made = True
            move(entry.path, f"{target}/{entry.name}")
            count += 1
    if os.path.isdir(source):
        os.rmdir(source)
    return count


def _some(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for _, entry in zip(range(_AT_ONCE), entries, strict=False)]
    except FileNotFoundError:
        return []


def _elsewhere(source: str, folder: str) -> bool:
    """Whether a folder of the output lies on another file system, from which nothing can be moved there."""
    return os.stat(source).st_dev != os.stat(folder).st_dev


def copied_over(source: str, target: str) -> None:
    """Put a copy of a file, with its modification time, in the place of another at once."""
    folder, _, name = target.rpartition("/")
    temporary = f"{folder}/.{name}.codepairs.tmp"
    try:
        shutil.copyfile(source, temporary)
        shutil.copystat(source, temporary)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def replaced(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Put bytes in the place of a file at once: a reader, or whoever comes after a full disk, meets the old or the new.

    A file that has them already stays as it is; of a link, the link is replaced. Raises OSError.
    """
    target, temporary = str(path), str(path.with_name(f".codepairs.{os.getpid()}.tmp"))
    try:
        with os.fdopen(created(temporary), "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
        if is_ordinary(target):
            if filecmp.cmp(temporary, target, shallow=False):
                return
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def kept(target: str, data: bytes) -> int | None:
    """The modification time of a file if it has these bytes already. Raises FileNotFoundError where there is none."""
    try:
        descriptor = opened(target)
    except OSError as error:
        if error.errno in _IN_THE_WAY:
            return None
        raise
    try:
        status = os.fstat(descriptor)
        ordinary = stat.S_ISREG(status.st_mode)
        same = ordinary and status.st_size == len(data) and os.read(descriptor, len(data) + 1) == data
        return status.st_mtime_ns if same else None
    finally:
        os.close(descriptor)


def is_ordinary(path: str) -> bool:
    """Whether a file lies at the path, and neither a link nor anything that only looks like one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def opened(path: str) -> int:
    """A descriptor of a file to read from; of what a link leads to there is none. Raises OSError."""
    return os.open(path, _READ)


def written(path: str, data: bytes) -> int:
    """Write a new file; the modification time."""
    try:
        descriptor = os.open(path, _NEW, 0o666)
    except FileNotFoundError:
        descriptor = created(path)
    try:
        rest = data
        # A single call writes all of it but on a full disk, where it may write less.
        while (count := os.write(descriptor, rest)) < len(rest):
            rest = rest[count:]
        return os.fstat(descriptor).st_mtime_ns
    finally:
        os.close(descriptor)


def created(path: str) -> int:
    """A descriptor of a new file; its folders are made where they are missing."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return os.open(path, _NEW, 0o666)


def synced(path: str, data: Iterable[bytes]) -> None:
    """Write a new file and wait until the disk has it."""
    with os.fdopen(created(path), "wb") as file:
        file.writelines(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: str) -> None:
    """Wait until the disk has the names in a folder; Windows cannot, and need not."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
