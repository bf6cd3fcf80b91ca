"""What uploaded files would bring in, and what is wrong with them: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from harmonizer.errors import CollectedDataError, DataError, HarmonizerError
from harmonizer.formats import registry, sheet_columns
from harmonizer.formats.sheets import read_sheets
from harmonizer.formats.workspace_files import Import
from harmonizer.knowledge.index import Index

PROBLEM_COLUMNS = ["file", "line", "column", "problem"]


@dataclass(frozen=True)
class Preview:
    """What an import would do: either what it found, or the problems that keep it from being written."""

    found: Import | None
    problems: pd.DataFrame


@dataclass(frozen=True)
class Columns:
    """What a sheet offers to a user who says which column holds what: headings, a proposal, the first rows."""

    headings: list[str]
    proposed: dict[str, str]
    first_rows: pd.DataFrame


def preview(
    files: Mapping[str, bytes], index: Index, *, workspace: Path | None = None, format_name: str = "", **options: Any
) -> Preview:
    """Read uploaded files (contents by name) without writing anything; see :func:`registry.bring_in`."""
    with TemporaryDirectory() as folder:
        try:
            found = registry.bring_in(_written(Path(folder), files), lambda: index, workspace=workspace,
                                      format_name=format_name, **options)  # fmt: skip
        except HarmonizerError as error:
            return Preview(None, problem_table(error))
    return Preview(found, problem_table(None))


def format_of(files: Mapping[str, bytes]) -> str:
    """The format of the first file, or nothing where none is recognised."""
    with TemporaryDirectory() as folder:
        try:
            return registry.recognised(_written(Path(folder), files)[0]).name
        except DataError:
            return ""


def columns_of(name: str, content: bytes, most: int = 5) -> Columns | None:
    """The columns of a table, or None for a file that is none."""
    with TemporaryDirectory() as folder:
        try:
            sheets = [one for one in read_sheets(_written(Path(folder), {name: content})[0]) if one.rows]
        except DataError:
            return None
    if not sheets:
        return None
    best = max(map(sheet_columns.propose, sheets), key=lambda one: (one.complete, len(one.columns)))
    below = best.sheet.rows[best.header + 1 : best.header + 1 + most]
    shown = {place: heading for place, heading in enumerate(best.sheet.rows[best.header][1]) if heading.strip()}
    rows = [[cells[place] if place < len(cells) else "" for place in shown] for _, cells in below]
    return Columns(
        list(dict.fromkeys(best.headings)), best.columns, pd.DataFrame(rows, columns=_unique(shown.values()))
    )


def _unique(names: Any) -> list[str]:
    found: list[str] = []
    for name in names:
        found.append(name if name not in found else f"{name} ({len(found) + 1})")
    return found


def _written(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """The uploads as files under their own names, which messages then carry; a name cannot lead elsewhere."""
    paths = []
    for name, content in files.items():
        path = folder / (PurePath(name.replace("\\", "/").replace("\0", "")).name or "upload")
        path.write_bytes(content)
        paths.append(path)
    return paths


def problem_table(error: HarmonizerError | None) -> pd.DataFrame:
    """Each problem with where it is."""
    errors = error.errors if isinstance(error, CollectedDataError) else () if error is None else (error,)
    rows = [
        (PurePath(one.file).name if one.file else "", one.line, one.column or "", one.message)
        if isinstance(one, DataError)
        else ("", None, "", str(one))
        for one in errors
    ]
    return pd.DataFrame(rows, columns=PROBLEM_COLUMNS).astype({"line": "Int64"})


def figure_table(found: Import) -> pd.DataFrame:
    """What would be written, counted."""
    return pd.DataFrame(list(found.figures.items()), columns=["what", "count"])


def finding_table(found: Import) -> pd.DataFrame:
    """What a user should know and stops nothing."""
    return pd.DataFrame([(one.place, one.message) for one in found.findings], columns=["where", "finding"])


def row_tables(found: Import, most: int = 200) -> dict[str, pd.DataFrame]:
    """The first rows of each table that would be written, by its name in the workspace."""
    from io import StringIO

    tables = {}
    for name, content in found.files.items():
        if name.endswith((".csv", ".tsv")):
            separator = "\t" if name.endswith(".tsv") else ","
            frame = pd.read_csv(StringIO(content), sep=separator, comment="#" if separator == "\t" else None, dtype=str,
                                keep_default_na=False, nrows=most)  # fmt: skip
            if not frame.empty:
                tables[name] = frame
    return tables
