"""One build at a time in a folder.

The folder itself is locked, not a file in it: nothing has to be cleaned up, and the lock of a build that was killed is
gone with its last process. Worker processes that are forked inherit it, so the next build waits until none of them can
write any more.

Not everywhere can a folder be locked: NFS refuses, and Windows has nothing like it. The build then goes on, and says so
where it was refused.

Source: flock(2), for which the descriptors of forked processes are one lock.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from codepairs.errors import OutputError

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ModuleNotFoundError:  # Windows
    flock = None  # type: ignore[assignment]

__all__ = ["locked"]


@contextmanager
def locked(folder: Path, told: Callable[[str], None]) -> Iterator[None]:
    """Hold a folder, which is made where it is missing; wait for another build that holds it, of which `told` is told.

    A folder that was made for this, and is still empty, is removed again. Raises OutputError where it cannot be made.
    """
    if flock is None:
        yield
        return
    made = not folder.exists()
    descriptor = _held(folder, told)
    try:
        yield
    finally:
        if made:
            with suppress(OSError):
                folder.rmdir()
        os.close(descriptor)


def _held(folder: Path, told: Callable[[str], None]) -> int:
    """A descriptor of the folder, locked."""
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder, os.O_RDONLY)
        except OSError as error:
            raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
        try:
            _lock(descriptor, folder, told)
            if _is_at(descriptor, folder):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int, folder: Path, told: Callable[[str], None]) -> None:
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        told(f"{folder}: another build is at work there; waiting for it to end")
        flock(descriptor, LOCK_EX)
    except OSError as error:
        told(f"{folder}: cannot be locked ({error.strerror}); see to it that no other build runs there")


def _is_at(descriptor: int, folder: Path) -> bool:
    """Whether this is still the folder: the build waited for may have put another in its place."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(folder))
    except FileNotFoundError:
        return False
