"""Long computations beside the pages: a thread for each, with progress and a button that stops it.

A run belongs to the session that started it, so that nobody stops another's. Answers that were found to the end are
shared by all sessions; their keys hold the hash of the dataset and the whole question.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st

from harmonizer.errors import HarmonizerError
from harmonizer.explorer.wording import plain
from harmonizer.superset.deadline import Deadline, Progress

T = TypeVar("T")
Work = Callable[[Deadline, Progress], T]
TIME_LIMIT = 300.0
"""Seconds after which a run ends by itself with the best it knows."""
KEPT = 64
_SLOTS = threading.Semaphore(2)  # runs at a time; the others wait, so that pages stay quick
_RUNS = "runs"


class Finished:
    """The latest answers by key."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """The answer, or None."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def keep(self, key: Hashable, answer: Any) -> None:
        """Keep an answer, and let go of the one that nobody has asked for longest."""
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > self._kept:
                self._answers.popitem(last=False)


FINISHED = Finished()


class Run:
    """One computation in a thread of its own."""

    def __init__(self, key: Hashable, work: Work[Any], finished: Finished = FINISHED) -> None:
        self.progress = ("waiting for other runs", 0, 1)
        self.answer: Any = None
        self.error: Exception | None = None
        self._deadline = Deadline(TIME_LIMIT)
        self._thread = threading.Thread(target=self._work, args=(key, work, finished), daemon=True)
        self._thread.start()

    def _work(self, key: Hashable, work: Work[Any], finished: Finished) -> None:
        with _SLOTS:
            try:
                self.answer = work(self._deadline, self._tell)
            except Exception as error:
                self.error = error
        if self.error is None and not self._deadline.has_passed:
            finished.keep(key, self.answer)

    def _tell(self, what: str, done: int, total: int) -> None:
        self.progress = (what, done, total)

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    @property
    def was_cut_short(self) -> bool:
        """Whether it ended before all was done."""
        return self._deadline.has_passed

    def stop(self) -> None:
        """End it soon, with what it knows by then."""
        self._deadline.stop()

    def wait(self, seconds: float) -> None:
        """Wait until it is done, so long at most."""
        self._thread.join(seconds)


def answer(key: Hashable, work: Work[T]) -> T | None:
    """The answer for ``key``; None while it is being worked on, which then shows on the page, or where it failed."""
    known: T | None = FINISHED.get(key)
    if known is not None:
        return known
    runs: dict[Hashable, Run] = st.session_state.setdefault(_RUNS, {})
    if key not in runs:
        runs[key] = Run(key, work)
    run = runs[key]
    run.wait(0.2)  # what is quick needs no progress bar
    if not run.is_done:
        _follow(key)
        return None
    if run.error is not None and not isinstance(run.error, HarmonizerError):
        raise run.error
    if run.error is not None:
        st.error(plain(str(run.error)), icon=":material/error:")
    elif run.was_cut_short:
        st.warning("Stopped early: this is the best that was known by then.", icon=":material/timer_off:")
    if run.error is not None or run.was_cut_short:
        st.button("Run it to the end", on_click=_forget, args=(key,), key=f"again-{hash(key)}")
    found: T | None = run.answer
    return found


def _forget(key: Hashable) -> None:
    st.session_state[_RUNS].pop(key, None)


@st.fragment(run_every=0.7)
def _follow(key: Hashable) -> None:
    """Progress and the stop button; the page is run anew when the work is done."""
    run: Run | None = st.session_state.get(_RUNS, {}).get(key)
    if run is None or run.is_done:
        st.rerun()
    what, done, total = run.progress
    shown, button = st.columns([5, 1], vertical_alignment="center")
    shown.progress(done / max(total, 1), f"{what}: {done} of {total}" if total > 1 else what)
    button.button("Stop", on_click=run.stop, icon=":material/stop:", key=f"stop-{hash(key)}",
                  help="Ends the search with the best that is known.")  # fmt: skip
