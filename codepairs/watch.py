"""What a run tells while it goes on."""

from __future__ import annotations

__all__ = ["Watcher"]


class Watcher:
    """Is told what a build does; this one ignores it all."""

    explains = False
    """Whether it wants to know the reason for every file."""

    def step(self, name: str) -> None:
        """A step begins; the one before it has ended."""

    def progress(self, done: int, total: int) -> None:
        """So many of all pages are done."""

    def reason(self, path: str, reason: str) -> None:
        """Why a file is made or removed."""

    def message(self, text: str) -> None:
        """Something the user should know."""
