"""When to stop: a time limit, Ctrl-C or another thread, after which the best that is known is returned."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much there is."""


class Deadline:
    """A moment that may also come early, by Ctrl-C or by :meth:`stop`. ``seconds`` from now; never by default."""

    def __init__(self, seconds: float = math.inf) -> None:
        self._at = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, 0 at the least."""
        return max(self._at - time.monotonic(), 0.0)

    @property
    def has_passed(self) -> bool:
        return time.monotonic() >= self._at

    @property
    def was_stopped(self) -> bool:
        """Whether the end came early."""
        return self._at == -math.inf

    def stop(self) -> None:
        """Let it be now."""
        self._at = -math.inf

    @contextmanager
    def stopping_at_interrupt(self) -> Iterator[None]:
        """Take Ctrl-C within as the end of the time, so that no step is cut in two; in the main thread only."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, lambda *_: self.stop())
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
