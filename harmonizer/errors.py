"""The exception tree. Every error is written for the person who must mend its cause.

An error names where it was found (file, line or cell), what was expected, and the nearest valid value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import PurePath


class HarmonizerError(Exception):
    """Base of all errors that the harmonizer raises on purpose.

    ``exit_code`` is what the command line ends with.
    """

    exit_code = 3


class UsageError(HarmonizerError):
    """The question was asked wrongly: an unknown name, an option that does not fit."""

    exit_code = 2


class DataError(HarmonizerError):
    """Data that cannot be taken in as they stand.

    Parameters
    ----------
    message: what is wrong and what was expected, one sentence without a full stop.
    file, line, column: where, as far as known; ``column`` is a column name or a cell address.
    """

    def __init__(
        self,
        message: str,
        *,
        file: PurePath | str | None = None,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        self.message = message
        self.file = None if file is None else str(file)
        self.line = line
        self.column = column
        super().__init__(f"{self.where}: {message}" if self.where else message)

    @property
    def where(self) -> str:
        """``file:line, column x``, with the parts that are known."""
        place = self.file or ""
        if self.line is not None:
            place += f":{self.line}"
        if self.column:
            place += f", column {self.column}" if place else f"column {self.column}"
        return place


class CollectedDataError(DataError):
    """Several data errors found in one pass, so that all can be mended at once."""

    def __init__(self, errors: Iterable[DataError]) -> None:
        self.errors = tuple(errors)
        count = len(self.errors)
        lines = "\n".join(f"  {error}" for error in self.errors[:20])
        more = f"\n  ... and {count - 20} more" if count > 20 else ""
        HarmonizerError.__init__(self, f"{count} problem{'s' if count != 1 else ''} found\n{lines}{more}")
        first = self.errors[0]
        self.message, self.file, self.line, self.column = first.message, first.file, first.line, first.column


def raise_together(errors: Sequence[DataError]) -> None:
    """Raise the errors as one, or do nothing where there are none."""
    if errors:
        raise errors[0] if len(errors) == 1 else CollectedDataError(errors)


class UnknownNameError(UsageError, KeyError):
    """A name that nothing in the knowledge graph has."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name = kind, name
        self.nearest = nearest(name, known)
        super().__init__(f"unknown {kind} {name!r}{did_you_mean(self.nearest)}")

    def __str__(self) -> str:
        return str(self.args[0])


MOST_HINTS = 25
"""Nearest names are looked up for so many unknown ones: each takes a while, and nobody reads hundreds."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names most like ``name``, best first, compared without regard to case."""
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.casefold(), candidate)
    return [by_folded[match] for match in get_close_matches(name.casefold(), by_folded, n=count, cutoff=0.5)]


def did_you_mean(matches: list[str]) -> str:
    """``; did you mean a, b or c?`` or nothing."""
    if not matches:
        return ""
    *firsts, last = matches
    return f"; did you mean {', '.join(firsts) + ' or ' if firsts else ''}{last}?"
