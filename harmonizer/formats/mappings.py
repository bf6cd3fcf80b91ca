"""Crosswalks as people publish them: SSSOM TSV, and the CSV of ``import tables``, told apart by their header.

CSV: ``source_framework, source_id, target_framework, target_id, relation[, rationale, strength, source]``; any further
column is passed over, but for ``confidence``, ``reading`` (plain or strict), ``source_text`` and ``target_text``.
SSSOM: ``subject_id, predicate_id, object_id`` and the slots of SSSOM 1.0 that are read below; lines that begin with
``#`` before the header hold the set's metadata, of which ``mapping_set_id`` and ``reading`` count; ids may be
percent-encoded, as CURIEs of ids with brackets or spaces are. Both may be
separated by commas, tabs or semicolons. ``strength`` (1 to 10 in NIST IR 8477) is no confidence and is not read as one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from harmonizer.errors import DataError, did_you_mean, nearest
from harmonizer.knowledge.tables import Row, read_text
from harmonizer.model import FACT_CONFIDENCE
from harmonizer.vocabulary import BASE, OWL, RDFS, SEMAPV, SKOS

Progress = Callable[[str, int, int], None]
"""Called now and then with what is being done, how much of it is done, and how much there is."""

CSV_COLUMNS = ("source_framework", "source_id", "target_framework", "target_id", "relation")
SSSOM_COLUMNS = ("subject_id", "predicate_id", "object_id")
READINGS = ("", "plain", "strict")
RELATED = "related"
ROWS_PER_REPORT = 2_000

_WORDS = {
    "equal": ("equal", "equals", "equal to", "is equal to", "equivalent", "equivalent to", "is equivalent to",
              "identical", "identical to", "skos:exactmatch", "owl:sameas", "owl:equivalentclass"),
    "subset-of": ("subset of", "subset", "is subset of", "is a subset of", "skos:broadmatch", "rdfs:subclassof"),
    "superset-of": ("superset of", "superset", "is superset of", "is a superset of", "skos:narrowmatch"),
    "intersects-with": ("intersects with", "intersects", "intersect", "intersects to", "overlaps", "overlaps with",
                        "skos:relatedmatch"),
    "no-relationship": ("no relationship", "no relation", "not related", "not related to", "disjoint",
                        "disjoint with", "owl:disjointwith"),
    RELATED: ("", "related", "related to", "relates to", "is related to", "skos:closematch", "skos:mappingrelation"),
}  # fmt: skip
RELATION_OF_WORD = {word: relation for relation, words in _WORDS.items() for word in words}
_HEADER_ALIASES = {"relationship": "relation"}
_HUMAN_JUSTIFICATIONS = ("", "semapv:ManualMappingCuration", "semapv:MappingReview")


@dataclass(frozen=True, slots=True)
class Statement:
    """One row of a mapping set, its ends as written: ``slug:id``, ``slug@version:id`` or ``objective:slug``.

    ``reading`` is empty where the set does not state one. A row that ``states_fact`` may enter inference; those of
    our own layout that rest on guidance or practice, stand in an any-of group, are unsure or withdrawn may not.
    """

    subject: str
    relation: str
    object: str
    source: str
    confidence: float
    comment: str
    file: str
    line: int
    reading: str = ""
    reviewed: bool = True
    states_fact: bool = True
    subject_text: str = ""
    object_text: str = ""
    justification: str = ""


@dataclass(frozen=True)
class MappingFile:
    """What a file says, row by row, and what could not be read."""

    path: Path
    statements: tuple[Statement, ...]
    problems: tuple[DataError, ...]


def relation_of(text: str, *, negated: bool = False) -> str:
    """The relation that a word or SSSOM predicate means, ``related`` for none given.

    Raises
    ------
    DataError: for other words, with the nearest that is known.
    """
    found, hint = _relation(text.strip())
    if found is None:
        raise DataError(f"{text!r} is not a set relation{hint or '; expected one of ' + ', '.join(_WORDS)}")
    if not negated:
        return found
    if found in ("intersects-with", RELATED):
        return "no-relationship"
    raise DataError(f"'Not' with {text!r} leaves several relations open; only 'Not' with skos:relatedMatch states one")


@cache
def _relation(text: str) -> tuple[str | None, str]:
    short = text
    for prefix, iri in (("skos:", SKOS), ("owl:", OWL), ("rdfs:", RDFS)):
        short = short.replace(iri, prefix)
    found = RELATION_OF_WORD.get(re.sub(r"[\s_-]+", " ", short).casefold())
    return found, "" if found else did_you_mean(nearest(short, [word for word in RELATION_OF_WORD if word]))


def read_mappings(path: Path, progress: Progress | None = None) -> MappingFile:
    """Read a mapping file of either format. A row that cannot be read is a problem, and the rest is still read.

    Raises
    ------
    DataError: for a file that is missing, not text, or of neither format.
    """
    text = read_text(path)
    lines = text.splitlines(keepends=True)
    skipped = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header, delimiter = _header(lines[skipped] if skipped < len(lines) else "", path, skipped + 1)
    metadata = _metadata(lines[:skipped])
    statement = _from_sssom if "subject_id" in header else _from_csv
    statements: list[Statement] = []
    problems: list[DataError] = []
    for number, row in enumerate(_rows(path, lines[skipped:], skipped, header, delimiter, problems)):
        if progress and number % ROWS_PER_REPORT == 0:
            progress(f"reading {path.name}", min(row.line, len(lines)), len(lines))
        try:
            if one := statement(row, metadata):
                statements.append(one)
        except DataError as error:
            problems.append(error if error.line else row.problem(error.message, "relation"))
    return MappingFile(path, tuple(statements), tuple(problems))


def _header(line: str, path: Path, number: int) -> tuple[tuple[str, ...], str]:
    """The columns by their canonical names, and the delimiter under which the header is one of the two known."""
    shown: tuple[str, ...] = ()
    for delimiter in ("\t", ",", ";"):
        names = next(csv.reader([line], delimiter=delimiter), [])
        columns = tuple(re.sub(r"[\s-]+", "_", name.strip()).casefold() for name in names)
        columns = tuple(_HEADER_ALIASES.get(column, column) for column in columns)
        if any(set(known) <= set(columns) for known in (CSV_COLUMNS, SSSOM_COLUMNS)):
            return columns, delimiter
        shown = max(shown, columns, key=len)
    raise DataError(f"the header is neither SSSOM ({', '.join(SSSOM_COLUMNS)}) nor a mapping table "
                    f"({', '.join(CSV_COLUMNS)}); found {', '.join(shown) or 'nothing'}",
                    file=path, line=number)  # fmt: skip


def _metadata(lines: list[str]) -> dict[str, str]:
    """The plain ``#name: value`` lines of the metadata block."""
    found = {}
    for line in lines:
        if match := re.match(r"#\s?([a-z_]+):\s*(\S.*?)\s*$", line):
            found[match[1]] = match[2].strip("\"'")
    return found


def _rows(path: Path, lines: list[str], skipped: int, header: tuple[str, ...], delimiter: str,
          problems: list[DataError]) -> Iterator[Row]:  # fmt: skip
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    next(reader)
    start = reader.line_num + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row = Row(path, skipped + start, {c: v.strip() for c, v in zip(header, cells, strict=False)})
                if len(cells) == len(header):
                    yield row
                else:
                    problems.append(row.problem(f"the row has {len(cells)} cells, expected {len(header)}"))
            start = reader.line_num + 1
    except csv.Error as error:
        problems.append(DataError(f"not well-formed: {error}", file=path, line=skipped + reader.line_num))


def _from_csv(row: Row, metadata: Mapping[str, str]) -> Statement:
    cells = row.cells
    relation = relation_of(cells["relation"])
    return Statement(
        _end(row, "source_framework", "source_id"), relation, _end(row, "target_framework", "target_id"),
        cells.get("source") or metadata.get("mapping_set_id") or row.path.stem, _confidence(row),
        cells.get("rationale", ""), str(row.path), row.line, _reading(row, metadata), relation != RELATED,
        subject_text=cells.get("source_text", ""), object_text=cells.get("target_text", ""),
    )  # fmt: skip


def _end(row: Row, framework: str, identifier: str) -> str:
    """``slug:id``; an id that names its framework itself needs no other cell."""
    slug, name = row[framework], row[identifier]
    if not name:
        raise row.problem("the id is empty", identifier)
    if not slug and ":" not in name:
        raise row.problem("the framework is empty", framework)
    slug = "objective" if slug in ("objectives", "objective") else slug
    return name if not slug or name.startswith(f"{slug}:") else f"{slug}:{name}"


def _from_sssom(row: Row, metadata: Mapping[str, str]) -> Statement | None:
    cells = row.cells
    if "sssom:NoTermFound" in (cells["subject_id"], cells["object_id"]):
        return None  # says that nothing was found, not that nothing is there
    for column in SSSOM_COLUMNS:
        if not cells[column]:
            raise row.problem("the cell is empty", column)
    relation = relation_of(cells["predicate_id"], negated=cells.get("predicate_modifier", "") == "Not")
    confidence, state = _confidence(row), cells.get("review_state", "")
    justification = cells.get("mapping_justification", "").replace(SEMAPV, "semapv:")
    own = bool(cells.get("basis"))
    return Statement(
        unquote(cells["subject_id"]), relation, unquote(cells["object_id"]),
        cells.get("mapping_source") or metadata.get("mapping_set_id") or row.path.name.partition(".")[0], confidence,
        cells.get("comment", ""), str(row.path), row.line, _reading(row, metadata),
        state == "reviewed" if state else relation != RELATED and justification in _HUMAN_JUSTIFICATIONS,
        state != "withdrawn" and not cells.get("any_of")
        and (not own or (cells["basis"] == "text" and confidence >= FACT_CONFIDENCE)),
        cells.get("subject_label", ""), cells.get("object_label", ""), justification,
    )  # fmt: skip


def _reading(row: Row, metadata: Mapping[str, str]) -> str:
    """The reading that the row or its set states; our own sets are read strictly (reasoning.md, section 1)."""
    stated = row.cells.get("reading") or metadata.get("reading", "")
    if stated not in READINGS:
        raise row.problem(f"the reading is {stated!r}, expected plain or strict", "reading")
    return stated or ("strict" if metadata.get("mapping_set_id", "").startswith(BASE) else "")


def _confidence(row: Row) -> float:
    text = row.cells.get("confidence", "")
    try:
        number = float(text) if text else 1.0
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise row.problem(f"{text!r} is not a number between 0 and 1", "confidence")
    return number
