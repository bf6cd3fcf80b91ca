"""Writing a report as an Excel workbook that can come back with edits, the same bytes for the same state."""

from __future__ import annotations

import io
import shutil
import warnings
import zipfile
from pathlib import Path
from typing import Any

from openpyxl.packaging.custom import StringProperty
from openpyxl.writer.excel import ExcelWriter

from harmonizer.formats.control_matrix import SNAPSHOT_SHEET
from harmonizer.knowledge.tables import write_aside
from harmonizer.reports.archive import entry
from harmonizer.reports.guides import LISTS_SHEET, list_rows
from harmonizer.reports.snapshot import snapshot_rows
from harmonizer.reports.spreadsheet import Book
from harmonizer.reports.tables import Page, Report

DATASET_PROPERTY = "harmonizer dataset"


def write_workbook(report: Report, path: Path) -> Path:
    """Write the report as a workbook, as a whole or not at all; returns its path.

    Warns of cells that could not hold their text as it was: control characters that XML forbids are left out, and
    what exceeds 32,767 characters is cut off.
    """
    made = Book()
    for part in report.parts:
        if isinstance(part, Page):
            made.add_page(part)
        else:
            made.add_sheet(part)
    made.add_hidden(LISTS_SHEET, list_rows())
    made.add_hidden(SNAPSHOT_SHEET, list(snapshot_rows(report)))
    about = made.book.properties
    about.creator, about.title = "harmonizer", report.title
    about.description = f"Dataset {report.dataset}. Not legal advice."
    about.created = about.modified = report.day
    properties: Any = made.book
    properties.custom_doc_props.append(StringProperty(name=DATASET_PROPERTY, value=report.dataset))
    buffer = io.BytesIO()
    # Workbook.save() would put the present time into the properties.
    ExcelWriter(made.book, _WithoutClock(buffer, "w")).save()
    write_aside(path, buffer.getvalue())
    if made.lost:
        shown = ", ".join(made.lost[:10]) + (f" and {len(made.lost) - 10} more" if len(made.lost) > 10 else "")
        warnings.warn(f"control characters were left out, or text over 32,767 characters was cut off, in {shown}",
                      stacklevel=2)  # fmt: skip
    return path


class _WithoutClock(zipfile.ZipFile):
    """A zip archive with one fixed date and no trace of the system it is written on."""

    def writestr(self, name: Any, data: Any, *rest: Any, **options: Any) -> None:  # type: ignore[override]
        super().writestr(entry(name), data, *rest, **options)

    def write(self, filename: Any, arcname: Any = None, *rest: Any, **options: Any) -> None:
        with Path(filename).open("rb") as source, self.open(entry(arcname), "w") as part:
            shutil.copyfileobj(source, part)
