"""What uploaded files would bring in, and what is wrong with them: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

import pandas as pd

from harmonizer.errors import CollectedDataError, DataError, HarmonizerError
from harmonizer.formats import plain_tables
from harmonizer.formats.plain_tables import Import
from harmonizer.knowledge.index import Index

PROBLEM_COLUMNS = ["file", "line", "column", "problem"]


@dataclass(frozen=True)
class Preview:
    """What an import would do: either what it found, or the problems that keep it from being written."""

    found: Import | None
    problems: pd.DataFrame


def preview(requirements: Mapping[str, bytes], mappings: Mapping[str, bytes], index: Index) -> Preview:
    """Read uploaded tables (contents by name) without writing anything."""
    with TemporaryDirectory() as folder:
        try:
            found = plain_tables.read(_written(Path(folder) / "requirements", requirements),
                                      _written(Path(folder) / "mappings", mappings), index)  # fmt: skip
        except HarmonizerError as error:
            return Preview(None, problem_table(error))
    return Preview(found, problem_table(None))


def _written(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """The uploads as files under their own names, which messages then carry; a name cannot lead elsewhere."""
    folder.mkdir()
    paths = []
    for name, content in files.items():
        path = folder / (PurePath(name.replace("\\", "/")).name or "upload.csv")
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
