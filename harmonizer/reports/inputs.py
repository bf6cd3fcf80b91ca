"""The columns that people fill in, with what the workspace holds for them.

Each is kept in a field of the assessment (:mod:`harmonizer.programme.assessment`), so that a report shows how things
stand and a workbook that comes back can be taken in field by field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harmonizer.answer import Cell
from harmonizer.crosswalk.carry import AT_MOST, FINDINGS, MET, NOT_AT_ALL, NOT_FULLY, PARTLY
from harmonizer.programme.assessment import OWN_FIELD, REASON_CODES, STATUSES
from harmonizer.reports.tables import AMBER, BLUE, DATE, GREEN, GREY, ORANGE, Column

STATUS_TINTS = {"not started": ORANGE, "in progress": AMBER, "implemented": GREEN, "not applicable": GREY}
FINDING_TINTS = {MET: GREEN, "at least partly": BLUE, PARTLY: AMBER, AT_MOST: AMBER, NOT_FULLY: AMBER,
                 NOT_AT_ALL: ORANGE}  # fmt: skip

_DAY = "A day, YYYY-MM-DD."
INPUTS: Mapping[str, tuple[Column, ...]] = {
    "control": (
        Column("Status", 12, tints=STATUS_TINTS, field="status", choices=STATUSES,
               hint="How far the work is. Not applicable needs a reason code or notes."),
        Column("Owner", 12, field="owner", hint="The person who answers for the control."),
        Column("Evidence", 20, field="evidence", hint="Where the evidence is: a name, path or link."),
        Column("Due date", 11, DATE, field="due", hint=_DAY),
        Column("Reason code", 12, field="reason_code", choices=REASON_CODES,
               hint="Why the control is not applicable."),
        Column("Notes", 24, field="notes", hint="Anything else that a reader should know."),
    ),
    "requirement": (
        Column("Finding", 12, tints=FINDING_TINTS, field="finding", choices=tuple(FINDINGS),
               hint="What somebody judged of this requirement. It does not follow from the controls' progress."),
        Column("Finding owner", 12, field="owner", hint="The person who answers for the finding."),
        Column("Finding due", 11, DATE, field="due", hint=_DAY),
        Column("Finding notes", 24, field="notes", hint="What the finding rests on."),
    ),
}  # fmt: skip

Held = Mapping[str, Mapping[str, str]]
"""What the workspace holds of one kind of subject: fields and values by subject."""


def input_columns(kind: str, subjects: Sequence[str], held: Held) -> list[Column]:
    """The columns to fill in on a sheet about these subjects, and those that somebody added to an earlier workbook."""
    own = sorted({field for one in subjects for field in held.get(one, ()) if field.startswith(OWN_FIELD)})
    return [*INPUTS[kind], *(Column(field.removeprefix(OWN_FIELD), 16, field=field) for field in own)]


def input_cells(columns: Sequence[Column], subject: str, held: Held) -> list[Cell]:
    """The cells of one row in these columns; None where nothing is held."""
    return [held.get(subject, {}).get(column.field) for column in columns]
