"""Outcomes of a model: a CSV with a row for each person, its label, its prediction and the protected attributes."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from harmonizer.errors import DataError, did_you_mean, nearest
from harmonizer.gates.group_rates import FALSE_POSITIVE, METRICS, SELECTION, TRUE_POSITIVE, Groups, Rate
from harmonizer.gates.rules import BiasRule, attribute_name
from harmonizer.knowledge.tables import read_text

MISSING = "missing"
"""The group of those whose attribute is empty. They are people too, and are judged like any other group."""

Outcome = tuple[bool, bool]
"""Label and prediction; 1 is the favourable outcome."""


def read_predictions(path: Path, rule: BiasRule) -> dict[str, Groups]:
    """The rates of every group, by attribute.

    The label is needed only where a limit looks at it. Raises :class:`DataError` for a column that is not there, with
    the nearest that is, for a cell that is no number, and for a file without rows.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    columns = list(dict.fromkeys(one for names in rule.attributes for one in names))
    labelled = any(name != SELECTION for metric in rule.limits for name in METRICS[metric].rates)
    outcome = rule.score or rule.prediction
    counts: Counter[tuple[tuple[str, ...], Outcome]] = Counter()
    try:
        header = next(reader, [])
        if not header:
            raise DataError("the file is empty; expected a header and a row for each person", file=path, line=1)
        wanted = [*columns, outcome, *([rule.label] if labelled else [])]
        places = [_place(path, header, name, protected=name in columns) for name in wanted]
        for cells in reader:
            if len(cells) != len(header):
                raise DataError(f"the row has {len(cells)} cells, expected {len(header)}", file=path,
                                line=reader.line_num)  # fmt: skip
            values = tuple(cells[place].strip() or MISSING for place in places[: len(columns)])
            at = (path, reader.line_num)
            cell = cells[places[len(columns)]]
            predicted = (_number(cell, rule.score, at) >= rule.score_threshold if rule.score
                         else _zero_or_one(cell, rule.prediction, at))  # fmt: skip
            label = labelled and _zero_or_one(cells[places[-1]], rule.label, at)
            counts[values, (label, predicted)] += 1
    except csv.Error as error:
        raise DataError(f"not well-formed CSV: {error}", file=path, line=reader.line_num) from error
    if not counts:
        raise DataError("the file has a header and no rows: nobody to judge", file=path)
    return {attribute_name(names): _groups(counts, [columns.index(one) for one in names], labelled)
            for names in rule.attributes}  # fmt: skip


def _groups(counts: Counter[tuple[tuple[str, ...], Outcome]], places: Sequence[int], labelled: bool) -> Groups:
    tallies: dict[str, Counter[Outcome]] = {}
    for (values, outcome), count in counts.items():
        tallies.setdefault(attribute_name(tuple(values[place] for place in places)), Counter())[outcome] += count
    return {name: _rates(tally, labelled) for name, tally in sorted(tallies.items())}


def _rates(tally: Counter[Outcome], labelled: bool) -> dict[str, Rate]:
    true, false = tally[True, True], tally[False, True]
    rates = {SELECTION: Rate(true + false, tally.total())}
    if labelled:
        rates[TRUE_POSITIVE] = Rate(true, true + tally[True, False])
        rates[FALSE_POSITIVE] = Rate(false, false + tally[False, False])
    return rates


def _place(path: Path, header: Sequence[str], name: str, *, protected: bool) -> int:
    if header.count(name) > 1:
        raise DataError(f"the header names the column {name!r} twice", file=path, line=1)
    if name not in header:
        what = "unknown protected class" if protected else "there is no column"
        meant = did_you_mean(nearest(name, header)) or f"; the columns are {', '.join(header)}"
        raise DataError(f"{what} {name!r}{meant}", file=path, line=1)
    return header.index(name)


def _number(cell: str, column: str, at: tuple[Path, int]) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{cell!r} is not a number", file=at[0], line=at[1], column=column)
    return value


def _zero_or_one(cell: str, column: str, at: tuple[Path, int]) -> bool:
    value = _number(cell, column, at)
    if value not in (0, 1):
        raise DataError(f"{cell!r} is neither 0 nor 1; where the model gives scores, name the column with score and "
                        "score_threshold", file=at[0], line=at[1], column=column)  # fmt: skip
    return value == 1
