"""A program that is told to stop: it tidies up, says what is left, and ends by the signal that it was sent.

The first signal (Ctrl-C, SIGTERM, SIGHUP) ends the work in an orderly way; the second ends the program at once, which
the next build makes good as well. A signal that the caller has ignored, as `nohup` does, stays ignored.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

__all__ = ["stoppable"]

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class _Stop(BaseException):
    """A signal has come."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable(told: Callable[[str], None], message: str) -> Iterator[None]:
    """End the program in an orderly way where it is told to stop, and say `message` then."""
    if current_thread() is not main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        for number in numbers:
            if before[number] != signal.SIG_IGN:
                signal.signal(number, _stop)
        yield
    except _Stop as stop:
        told(message)
        # Whoever started the program learns from this that it was stopped; a status could not say so.
        signal.signal(stop.number, signal.SIG_DFL)
        os.kill(os.getpid(), stop.number)
    finally:
        for number in numbers:
            signal.signal(number, before[number])


def _stop(number: int, frame: FrameType | None) -> None:
    for name in _SIGNALS:
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == _stop:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    raise _Stop(number)
