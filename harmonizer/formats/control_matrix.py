"""Our own control matrix workbook, told from other workbooks; its edits are read by ``reports.workbook_edits``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harmonizer.errors import UsageError
from harmonizer.formats.contents import Contents
from harmonizer.formats.sheets import Sheet

SNAPSHOT_SHEET = "hz snapshot"


def recognise(sheets: Sequence[Sheet]) -> bool:
    """Whether the workbook has the hidden sheet that every control matrix carries."""
    return any(sheet.name == SNAPSHOT_SHEET for sheet in sheets)


def read(path: Path) -> Contents:
    """Refused: what was filled in there are answers, not requirements."""
    raise UsageError(f"{path.name} is a control matrix; its edits are taken over by: import workbook {path.name}")
