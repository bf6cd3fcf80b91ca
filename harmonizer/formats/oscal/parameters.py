"""What the parameters of a catalog demand, as drafts of constraints.

A parameter is a setting that a catalog leaves to its reader. Where a catalog or a profile gives it a plain quantity
("15 minutes", "at least every 90 days", "annually") it states a constraint on its control, though on no leaf objective,
which is what a row of constraints.csv tightens. So it first is a draft: a row of ``drafts/<slug>-constraints.csv``, in
the columns of constraints.csv, with its objective left open. :func:`attach` makes it a constraint once its control is
mapped. Whatever is no plain quantity ("as needed", "monthly or after a change")
stays text: no number is invented.

"At least every 90 days" allows no longer interval than 90 days, hence operator ``at-most``. What a bare "90 days"
bounds nothing says, unless it is a frequency, which is an interval: it is left for the user to fill in.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmonizer.errors import CollectedDataError, DataError, UnknownNameError, did_you_mean, nearest
from harmonizer.formats.contents import Finding
from harmonizer.formats.oscal.catalog import INSERT, parts, places
from harmonizer.formats.safe_documents import read_json
from harmonizer.formats.workspace_files import DRAFTS
from harmonizer.knowledge.tables import CONSTRAINT_COLUMNS, SSSOM_COLUMNS, Row, dump, rows
from harmonizer.knowledge.workspace import replace_files
from harmonizer.model import Dimension
from harmonizer.values import BUSINESS_DAYS, Duration, parse_value

SOURCES = "data/sources/oscal"
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_UNITS = {"second": "PT{}S", "minute": "PT{}M", "hour": "PT{}H", "day": "P{}D", "week": "P{}W", "month": "P{}M",
          "year": "P{}Y"}  # fmt: skip
_ADVERBS = {"hourly": "PT1H", "daily": "P1D", "weekly": "P1W", "biweekly": "P2W", "monthly": "P1M", "quarterly": "P3M",
            "semiannually": "P6M", "annually": "P1Y", "yearly": "P1Y", "biennially": "P2Y"}  # fmt: skip
_AT_LEAST = r"at least|no less than|not less than|(?:a )?minimum(?: of)?"
_AT_MOST = r"at most|no more than|not more than|within|no later than|not to exceed|up to|(?:a )?maximum(?: of)?"
_AMOUNT = (rf"(?:\w+ \((?P<bracketed>\d{{1,6}})\)|(?P<digits>\d{{1,6}})|(?P<word>{'|'.join(_WORDS)})) ?"
           r"(?P<business>business |working )?(?P<unit>second|minute|hour|day|week|month|year|character)s?"
           )  # fmt: skip
_AGAIN = re.compile(
    rf"(?:at least |no less (?:often|frequently) than )?(?:once )?(?:(?:every|each|per|a|an) (?:{_AMOUNT}|"
    rf"(?P<single>{'|'.join(_UNITS)}))|(?P<adverb>{'|'.join(_ADVERBS)}))"
)
_BOUND = re.compile(
    rf"(?:(?P<least>{_AT_LEAST}) |(?P<most>{_AT_MOST}) )?{_AMOUNT}"
    r"(?:,? (?:(?P<more>or (?:more|longer|greater)|minimum)|(?P<less>or (?:less|fewer|shorter)|maximum)))?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A plain quantity: ISO 8601 or a number, its unit; the operator is empty where the text states none.

    ``recurring`` is a quantity that says how often something is done.
    """

    operator: str
    value: str
    unit: str = ""
    recurring: bool = False


def quantity(text: str) -> Quantity | None:
    """The quantity that a text is, or None where it is more or less than one."""
    plain = " ".join(text.casefold().replace("semi-annually", "semiannually").split()).rstrip(". ")
    if match := _AGAIN.fullmatch(plain):
        if match["adverb"]:
            return Quantity("at-most", _ADVERBS[match["adverb"]], recurring=True)
        if match["single"]:
            return Quantity("at-most", _UNITS[match["single"]].format(1), recurring=True)
        value, unit = _amount(match)
        return None if unit == "{char}" else Quantity("at-most", value, unit, recurring=True)
    match = _BOUND.fullmatch(plain)
    if match is None:
        with contextlib.suppress(ValueError):
            return Quantity("", Duration.parse(text.strip()).text)
        return None
    least, most = match["least"] or match["more"], match["most"] or match["less"]
    if least and most:
        return None
    return Quantity("at-least" if least else "at-most" if most else "", *_amount(match))


def _amount(match: re.Match[str]) -> tuple[str, str]:
    number = match["bracketed"] or match["digits"] or str(_WORDS.index(match["word"]) + 1)
    if match["unit"] == "character":
        return number, "{char}"
    return _UNITS[match["unit"]].format(int(number)), BUSINESS_DAYS if match["business"] else ""


def drafts(body: dict[str, Any]) -> list[dict[str, str]]:
    """The drafts of a catalog's body (a resolved profile's too), as rows of constraints.csv."""
    table = []
    for control, parameter in _owned(body):
        label = str(parameter.get("label", ""))
        texts = [
            *parameter.get("values", ()),
            *(one.get("description", "") for one in parameter.get("constraints", ())),
        ]
        for text in dict.fromkeys(texts):
            if (found := quantity(text)) is None:
                continue
            dimension, operator = _dimension(found, label)
            table.append(dict.fromkeys(CONSTRAINT_COLUMNS, "") | {
                "requirement": control, "dimension": dimension, "operator": operator, "value": found.value,
                "unit": found.unit, "wording": "exact", "note": _note(str(parameter.get("id", "")), label, text),
            })  # fmt: skip
    return table


def _owned(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each parameter with the control that holds it or, for one outside of controls, each control that inserts it."""
    controls = [place for place in places(body) if place.kind == "control"]
    inserting: dict[str, list[str]] = defaultdict(list)
    for place in controls:
        names = {
            match[1] or match[2] for part in parts(place.value) for match in INSERT.finditer(part.get("prose", ""))
        }
        for name in sorted(names):
            inserting[name].append(place.id)
        for parameter in place.value.get("params", ()):
            yield place.id, parameter
    for value in (body, *(place.value for place in places(body) if place.kind == "group")):
        for parameter in value.get("params", ()):
            for control in inserting[str(parameter.get("id", ""))]:
                yield control, parameter


def _dimension(found: Quantity, label: str) -> tuple[str, str]:
    """The dimension and operator that a quantity can only mean, each empty where it can mean several."""
    if found.unit == "{char}":
        return "length", found.operator
    if found.recurring or ("frequenc" in label.casefold() and found.operator != "at-least"):
        return "interval", "at-most"
    if "inactivity" in label.casefold() and found.operator != "at-least":
        return "idle-timeout", "at-most"
    return "", found.operator


def _note(identifier: str, label: str, text: str) -> str:
    said = " ".join(text.split())
    return f"parameter {identifier}{f' ({label})' if label else ''}: {said}"


def attach(workspace: Path, slug: str, dimensions: Mapping[str, Dimension]) -> tuple[int, list[Finding]]:
    """Write the complete drafts of an imported framework into its constraints.csv, the others for the user to fill in.

    The drafts are those of the catalog that is kept beside the tables, with what was filled in in
    ``drafts/<slug>-constraints.csv`` since. A draft is complete where its dimension, operator and value are there and
    its objective too, or its requirement has one primary objective alone. Returns how many were written, and what is
    missing of the others. Raises :class:`DataError` for what was filled in wrongly, :class:`UnknownNameError` for a
    framework that was not imported from OSCAL.
    """
    source = workspace / SOURCES / f"{slug}.json"
    if not source.is_file():
        raise UnknownNameError("imported OSCAL framework", slug, [path.stem for path in source.parent.glob("*.json")])
    folder = workspace / "data" / "frameworks" / slug
    path, constraints = workspace / DRAFTS / f"{slug}-constraints.csv", folder / "constraints.csv"
    standing = [row.cells for row in rows(constraints, CONSTRAINT_COLUMNS)]
    filled = {_key(row): row for row in rows(path, CONSTRAINT_COLUMNS)} if path.is_file() else {}
    written = {_key(row) for row in standing}
    mapped = _mapped(folder / "objectives.sssom.tsv")
    complete, left, missing, problems = [], [], [], []
    for number, cells in enumerate(drafts(read_json(source)["catalog"]), start=2):
        if _key(cells) in written:
            continue
        row = filled.get(_key(cells)) or Row(path, number, cells)
        leaves = mapped[row["requirement"]]
        if reason := _missing(row, leaves):
            missing.append(Finding(row["requirement"], f"{reason} ({row['note']})"))
            left.append(row.cells)
            continue
        try:
            _check(row, dimensions)
        except DataError as error:
            problems.append(error)
        complete.append({**row.cells, "objective": row["objective"] or next(iter(leaves))})
    if problems:
        raise problems[0] if len(problems) == 1 else CollectedDataError(problems)
    tables = {constraints: [*standing, *complete], path: left}
    replace_files(workspace, {file.relative_to(workspace).as_posix(): dump(CONSTRAINT_COLUMNS, table).encode()
                              for file, table in tables.items()})  # fmt: skip
    return len(complete), missing


def _key(row: Row | Mapping[str, str]) -> tuple[str, str]:
    return row["requirement"], row["note"]


def _mapped(path: Path) -> dict[str, set[str]]:
    """The primary objectives of each requirement."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(path, SSSOM_COLUMNS, "\t"):
        if row["part"] == "primary" and row["review_state"] != "withdrawn" and not row["predicate_modifier"]:
            found[row["subject_id"].partition(":")[2]].add(row["object_id"].partition(":")[2])
    return found


def _missing(row: Row, leaves: set[str]) -> str:
    if not row["objective"] and len(leaves) != 1:
        return "mapped to no objective" if not leaves else f"objective to be chosen of {', '.join(sorted(leaves))}"
    empty = [column for column in ("dimension", "operator", "value") if not row[column]]
    return f"{' and '.join(empty)} to be filled in" if empty else ""


def _check(row: Row, dimensions: Mapping[str, Dimension]) -> None:
    if row["dimension"] not in dimensions:
        hint = did_you_mean(nearest(row["dimension"], dimensions))
        raise row.problem(f"unknown dimension {row['dimension']!r}{hint}", "dimension")
    dimension = dimensions[row["dimension"]]
    row.one_of("operator", dimension.operators)
    try:
        parse_value(dimension, row["value"], row["unit"])
    except ValueError as error:
        raise row.problem(str(error), "value") from None
