"""Mapping sheets of NIST's OLIR program and in the layout of the SCF's set-theory relationship mappings (STRM).

Both relate focal elements to reference elements by the set relations of NIST IR 8477, read as of the focal element:
"subset of" says that the reference holds all of it and more. OLIR also has concept crosswalks, which give no relation,
and supportive relationships ("supports"), which are none of sets: their rows come in as related (NIST IR 8278A r1,
table 2). Rows of one OLIR group speak of their reference elements together, not of each: they come in as related too.
Which frameworks the elements are of is said by ``source`` and ``target``, or by the sheet: a cell *Focal Document* or
*Reference Document* and the one beside it, on this sheet or, in OLIR, on *General Information*.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from harmonizer.errors import DataError, UsageError, raise_together
from harmonizer.formats.contents import Contents, Finding, ReadMapping, ReadMappingSet
from harmonizer.formats.foreign_text import reason_of, slug_of
from harmonizer.formats.mappings import RELATED, relation_of
from harmonizer.formats.sheets import Sheet, folded, read_sheets

HEADINGS = {
    "focal": ("focal document element", "focal document element id", "focal element", "fde #", "fde", "fde id"),
    "relation": ("strm relationship", "relationship", "set theory relationship", "relationship type"),
    "reference": ("reference document element", "reference document element id", "reference element", "scf #",
                  "target #", "target id", "target id #", "reference #", "rde #"),
    "rationale": ("strm rationale", "rationale", "relationship explanation"),
    "strength": ("strength of relationship", "strength of relationship optional", "relationship strength", "strength"),
    "group": ("group identifier", "group identifier optional", "group id", "group"),
    "comments": ("comments", "comments optional", "comment", "notes", "notes optional"),
}  # fmt: skip
_SUPPORTIVE = ("supports", "is supported by", "supported by", "contrary")
_NOTHING = ("", "n/a", "na", "none", "-")


def recognise(sheets: Sequence[Sheet]) -> bool:
    """Whether some sheet has the headings of a mapping sheet."""
    return any(_header(sheet) for sheet in sheets)


def read(path: Path, source: str = "", target: str = "") -> Contents:
    """One published set for each sheet that has the headings.

    Raises :class:`DataError` (``CollectedDataError`` with all of them) for words that are no relation, and
    :class:`UsageError` where nothing says which frameworks are related.
    """
    sheets = read_sheets(path)
    found = [(sheet, header) for sheet in sheets if (header := _header(sheet))]
    if not found:
        raise DataError("no sheet has the headings of a mapping sheet; expected a Focal Document Element and a "
                        "Reference Document Element, or FDE #, STRM Relationship and SCF #", file=path)  # fmt: skip
    sets, findings, problems = [], list[Finding](), list[DataError]()
    for sheet, (at, columns) in found:
        focal = source or _document(sheets, "focal")
        is_scf = sheet.rows[at][1][columns["reference"]].strip().casefold() == "scf #"
        reference = target or ("scf" if is_scf else _document(sheets, "reference"))
        for name, option, value in (("focal", "source", focal), ("reference", "target", reference)):
            if not value:
                raise UsageError(f"{path.name} does not say which framework its {name} elements are of; "
                                 f"name it with --{option} SLUG")  # fmt: skip
        mappings = _mappings(sheet, at, columns, (slug_of(focal), slug_of(reference)), findings, problems)
        name = path.stem if len(found) == 1 else f"{path.stem} {sheet.name}"
        sets.append(ReadMappingSet(name, tuple(mappings), provider=_stated(sheets, ("reference developer",))))
    raise_together(problems)
    return Contents(mapping_sets=tuple(sets), findings=tuple(findings))


def _header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row of headings and the column of each; only OLIR's own headings do without a relation."""
    at, columns = sheet.header(HEADINGS)
    if "focal" not in columns or "reference" not in columns:
        return None
    is_olir = folded(sheet.rows[at][1][columns["focal"]]).startswith("focal document element")
    return (at, columns) if "relation" in columns or is_olir else None


def _mappings(
    sheet: Sheet, header: int, columns: dict[str, int], slugs: tuple[str, str], findings: list[Finding],
    problems: list[DataError],
) -> list[ReadMapping]:  # fmt: skip
    found = []
    for number, cells in sheet.rows[header + 1 :]:
        place = sheet.place(number, columns.get("relation", columns["reference"]))
        try:
            text = {name: sheet.cell(number, cells, columns.get(name)) for name in HEADINGS}
            if text["reference"].casefold() in _NOTHING or not text["focal"]:
                findings.append(Finding(place, "names no counterpart and is passed over"))
                continue
            word = " ".join(text["relation"].split())
            supportive = word if word.casefold() in _SUPPORTIVE else ""
            relation = RELATED if supportive else relation_of(word)
        except DataError as error:
            problems.append(DataError(f"{place}: {error.message}", file=sheet.path))
            continue
        told = "; ".join(filter(None, (supportive, text["rationale"], text["comments"])))
        if text["group"] and relation != RELATED:
            told = f"{relation} of the group {text['group']} together; {told}".rstrip("; ")
            relation = RELATED
        found.append(ReadMapping(
            f"{slugs[0]}:{text['focal']}", relation, f"{slugs[1]}:{text['reference']}",
            reason_of(told, text["strength"], sheet.path.name), place=place,
        ))  # fmt: skip
    return found


def _document(sheets: Sequence[Sheet], side: str) -> str:
    return _stated(sheets, (f"{side} document", f"{side} document name", f"{side} document title",
                            f"{side} document version"))  # fmt: skip


def _stated(sheets: Sequence[Sheet], labels: Sequence[str]) -> str:
    """What stands beside, or after the colon of, a cell with this label above a table or on a sheet without one."""
    for sheet in sheets:
        header = _header(sheet)
        for _, cells in sheet.rows[: header[0] if header else 60]:
            for at, cell in enumerate(cells):
                label, colon, rest = cell.partition(":")
                if re.sub(r"\s+", " ", label).strip().casefold() in labels:
                    beside = next((one.strip() for one in cells[at + 1 :] if one.strip()), "")
                    if value := (rest.strip() if colon and rest.strip() else beside):
                        return value
    return ""
