"""Mapping files as assertions: what others publish, ready for inference where the user trusts it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from harmonizer.crosswalk.assertions import Assertion, Reading
from harmonizer.errors import DataError
from harmonizer.formats.mappings import Progress, Statement, read_mappings


def assertion_of(statement: Statement, unstated: Reading = "plain") -> Assertion:
    """A row as an assertion; ``unstated`` is the reading where its set states none."""
    return Assertion(
        statement.subject, statement.relation, statement.object, cast(Reading, statement.reading or unstated),
        statement.source, statement.confidence, statement.comment, f"{statement.file}:{statement.line}",
        statement.reviewed,
    )  # fmt: skip


def read_assertions(path: Path, progress: Progress | None = None) -> tuple[list[Assertion], tuple[DataError, ...]]:
    """The rows of a mapping file that state facts, read plainly unless the set says otherwise, and its problems.

    The ends stand as they are written; a framework's slug without a version means its current version.
    Raises :class:`DataError` for a file that cannot be read at all.
    """
    read = read_mappings(path, progress)
    return [assertion_of(one) for one in read.statements if one.states_fact], read.problems
