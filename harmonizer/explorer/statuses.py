"""Tables of the assessment page, and the changes that an edited table stands for: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from harmonizer.answer import Answer
from harmonizer.knowledge.index import Index
from harmonizer.model import Requirement, short_key
from harmonizer.programme.assessment import CONTROL_FIELDS, REQUIREMENT_FIELDS
from harmonizer.programme.journal import Change, Entry

FIELDS = {"control": CONTROL_FIELDS, "requirement": REQUIREMENT_FIELDS}
Drafts = dict[str, dict[str, str]]
"""What is typed and not saved yet: values by subject and field."""


def subjects(index: Index, kind: str, framework: str, words: str) -> dict[str, str]:
    """Keys and titles of the controls, or of a framework's requirements, that hold all the words."""
    if kind == "control":
        found = {slug: one.title for slug, one in index.controls.items()}
    else:
        rows: Iterable[Requirement] = index.requirements_of(index.framework(framework))
        found = {one.key: one.title or one.summary for one in rows if one.kind == "requirement"}
    wanted = words.casefold().split()
    return {key: title for key, title in found.items() if all(word in f"{key} {title}".casefold() for word in wanted)}


def editor_table(
    kind: str, shown: Mapping[str, str], state: Mapping[str, Mapping[str, str]], drafts: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """A row for each subject with its fields, what is typed over what is saved; dates as dates."""
    rows = []
    for subject, title in shown.items():
        values = {**state.get(subject, {}), **drafts.get(subject, {})}
        cells = [_day(values.get(name, "")) if name == "due" else values.get(name) or None for name in FIELDS[kind]]
        rows.append((short_key(subject) if kind == "requirement" else subject, title, *cells))
    frame = pd.DataFrame(rows, columns=[kind, "title", *FIELDS[kind]], index=list(shown))
    return frame.astype(dict.fromkeys(FIELDS[kind], "object"))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def drafts_of(kind: str, edited: pd.DataFrame, state: Mapping[str, Mapping[str, str]]) -> Drafts:
    """Where an edited table differs from what is saved."""
    found: Drafts = {}
    for subject, row in edited.iterrows():
        saved = state.get(str(subject), {})
        for name in FIELDS[kind]:
            value = _text(row[name])
            if value != saved.get(name, ""):
                found.setdefault(str(subject), {})[name] = value
    return found


def _text(cell: Any) -> str:
    if cell is None or pd.isna(cell):
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def changes(kind: str, drafts: Mapping[str, Mapping[str, str]]) -> list[Change]:
    """The drafts as changes of the journal."""
    return [Change(kind, subject, name, value) for subject, fields in drafts.items() for name, value in fields.items()]


def history_table(entries: Iterable[Entry]) -> pd.DataFrame:
    """What was recorded, latest first."""
    rows = [
        (one.recorded_at[:19].replace("T", " "), one.author, one.kind, short_key(one.subject), one.field, one.before,
         one.value, f"undoes batch {one.undoes}" if one.undoes else "", one.batch)
        for one in entries
    ]  # fmt: skip
    columns = ["when (UTC)", "who", "kind", "subject", "field", "before", "after", "note", "batch"]
    return pd.DataFrame(rows[::-1], columns=columns)


def status_counts(state: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """How many controls have each status; those without one are not counted."""
    found: dict[str, int] = {}
    for fields in state.values():
        if "status" in fields:
            found[fields["status"]] = found.get(fields["status"], 0) + 1
    return found


def gap_table(index: Index, answer: Answer, state: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """What is missing, what unlocks most first, with status and owner."""
    frame = answer.to_frame()
    slugs = [str(slug) for slug in frame["control"]]
    frame["status"] = [state.get(slug, {}).get("status", "no status") for slug in slugs]
    frame["owner"] = [state.get(slug, {}).get("owner", "") or index.controls[slug].owner for slug in slugs]
    return frame.rename(columns={"requirements": "newly met", "frameworks": "in frameworks", "waiting": "also serves"})
