"""The controls of a plan as CSV lists for the import of custom controls into Vanta, Drata and Secureframe.

None of the three publishes its import template where it can be read without an account, and nothing here was tried
against a live account: all three lists are *unverified*. :data:`VENDORS` says what was seen of each, and where (pages
read on 2026-11-26 in stored copies). What the platforms have in common is written: an id, a name, a description; what
a control serves stands in its description, because requirements have ids of their own in every platform.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harmonizer.knowledge.tables import write_aside
from harmonizer.reports.plain import disarmed
from harmonizer.reports.planned_controls import PlannedControl

CODE_LENGTH = 20
_UNFIT = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Vendor:
    """A platform: the headings for id, name and description, and what was seen of its import."""

    name: str
    columns: tuple[str, str, str]
    seen: str


VENDORS = {
    "vanta": Vendor(
        "Vanta", ("externalId", "name", "description"),
        "the columns of Vanta's template were not seen; these are the fields of its API («Create custom control», "
        "developer.vanta.com/api-reference/controls/create-custom-control), and help.vanta.com («Controls Page») says "
        "that controls can be added from the import controls page: copy them into the template that it offers"),
    "drata": Vendor(
        "Drata", ("Control Code", "Name", "Description"),
        "Control Code (required, unique, without spaces, 1 to 20 characters) is as help.drata.com states («Import or "
        "Update Controls in Bulk»), where any column can be mapped to any field; the other two names are those of the "
        "form for one control («Create, Edit, and Manage Controls»), and their limits were not seen"),
    "secureframe": Vendor(
        "Secureframe", ("Control ID", "Name", "Description"),
        "no page of Secureframe about importing controls was found, only that controls can be custom "
        "(support.secureframe.com, «Using the Controls View in Secureframe»): the column names are ours"),
}  # fmt: skip


def write_controls(controls: Sequence[PlannedControl], vendor: Vendor, path: Path) -> int:
    """Write the list; returns how many cells a spreadsheet program would compute and so begin with an apostrophe."""
    rows = [(code(one.slug), one.title, "\n".join(part for part in (one.statement, one.serving) if part))
            for one in controls]  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerows([vendor.columns, *(map(disarmed, row) for row in rows)])
    write_aside(path, out.getvalue().encode())
    return sum(disarmed(cell) != cell for row in rows for cell in row)


def code(slug: str) -> str:
    """An id of at most 20 characters without spaces: the slug where it is one, else its beginning and a digest.

    It depends on the slug alone, so that a control keeps its id from one plan to the next.
    """
    plain = _UNFIT.sub("-", slug).strip("-.")
    if plain == slug and len(slug) <= CODE_LENGTH:
        return slug
    digest = hashlib.sha256(slug.encode()).hexdigest()[:6]
    return f"{plain[: CODE_LENGTH - 7].rstrip('-.')}-{digest}"
