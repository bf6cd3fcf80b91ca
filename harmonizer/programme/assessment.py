"""Where an organisation stands: progress per control, kept apart from findings per requirement.

A status says how far the work on a control is; a finding says what somebody judged of a requirement. Neither follows
from the other. Findings are carried to other frameworks by the sound table of :mod:`harmonizer.crosswalk.carry`.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from harmonizer.crosswalk.carry import FINDINGS
from harmonizer.errors import UsageError, did_you_mean, nearest
from harmonizer.knowledge.index import Index
from harmonizer.programme.journal import Change, Entry, Journal

STATUSES = ("not started", "in progress", "implemented", "not applicable")
REASON_CODES = ("outside scope", "risk accepted", "met by a third party", "compensating control", "other")
CONTROL_FIELDS = ("status", "owner", "due", "evidence", "reason_code", "notes")
REQUIREMENT_FIELDS = ("finding", "owner", "due", "notes")
CHOICES: Mapping[str, tuple[str, ...]] = {"status": STATUSES, "reason_code": REASON_CODES, "finding": tuple(FINDINGS)}
OWN_FIELD = "column:"
"""Prefix of a field that the user named: a column that was added to a workbook."""


@dataclass(frozen=True)
class Assessment:
    """The assessment of one workspace."""

    index: Index
    workspace: Path

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.workspace)

    def controls(self, *, as_of: str = "") -> dict[str, dict[str, str]]:
        """What is set for each control, by its slug; see :data:`CONTROL_FIELDS`."""
        return self.journal.state("control", as_of=as_of)

    def requirements(self, *, as_of: str = "") -> dict[str, dict[str, str]]:
        """What is set for each requirement, by its key; see :data:`REQUIREMENT_FIELDS`."""
        return self.journal.state("requirement", as_of=as_of)

    def findings(self, *, as_of: str = "") -> dict[str, str]:
        """The finding on each requirement that has one, by its key."""
        return {key: fields["finding"] for key, fields in self.requirements(as_of=as_of).items() if "finding" in fields}

    def implemented(self, *, as_of: str = "") -> list[str]:
        """Slugs of the controls that are implemented."""
        states = self.controls(as_of=as_of)
        return sorted(slug for slug, fields in states.items() if fields.get("status") == "implemented")

    def record(self, changes: Iterable[Change], *, author: str = "", at: datetime | None = None) -> int:
        """Check changes and record them as one batch; its number, or 0 where nothing differs.

        Raises :class:`UsageError` for an unknown control, requirement, field or value, with the nearest one.
        """
        checked = [self.checked(change) for change in changes]
        self._check_reasons(checked)
        return self.journal.append(checked, author or user(), at=at)

    def undo(self, *, author: str = "", at: datetime | None = None) -> int:
        """Put back what the last batch of the assessment changed; the number of the new batch, 0 if there was none."""
        return self.journal.undo(author or user(), kinds=("control", "requirement"), at=at)

    def history(self, *, subject: str = "") -> list[Entry]:
        """Everything that was recorded, or what was recorded of one subject, oldest first."""
        return self.journal.entries(subject=subject)

    def checked(self, change: Change) -> Change:
        """The change with the subject's full key; :class:`UsageError` where it names or says what is not known."""
        if change.kind == "control":
            subject, fields = self.index.control(change.subject).slug, list(CONTROL_FIELDS)
        elif change.kind == "requirement":
            subject, fields = self.index.requirement(change.subject).key, list(REQUIREMENT_FIELDS)
        else:
            raise UsageError(f"{change.kind!r} is not assessed; expected control or requirement")
        if change.field not in fields and not change.field.startswith(OWN_FIELD):
            raise UsageError(
                f"a {change.kind} has no field {change.field!r}{did_you_mean(nearest(change.field, fields))}"
            )
        check_value(change.field, change.value)
        return Change(change.kind, subject, change.field, change.value)

    def _check_reasons(self, changes: list[Change]) -> None:
        """A control that is not applicable needs a reason, there already or in the same batch."""
        states = self.controls()
        for change in changes:
            if change.kind == "control":
                states.setdefault(change.subject, {})[change.field] = change.value
        for slug in {change.subject for change in changes if change.kind == "control"}:
            if lacks_reason(states[slug]):
                raise UsageError(f"{slug} cannot be 'not applicable' without a reason: give a reason_code or notes")


def lacks_reason(fields: Mapping[str, str]) -> bool:
    """Whether a control's fields set it aside as not applicable without saying why."""
    return fields.get("status") == "not applicable" and not (fields.get("reason_code") or fields.get("notes"))


def check_value(field: str, value: str) -> None:
    """Raise :class:`UsageError` unless the field can hold the value; every field can be empty."""
    if not value:
        return
    if field in CHOICES and value not in CHOICES[field]:
        allowed = CHOICES[field]
        raise UsageError(f"{value!r} is no {field.replace('_', ' ')}{did_you_mean(nearest(value, allowed, 1))}; "
                         f"expected one of {', '.join(allowed)}")  # fmt: skip
    if field == "due":
        try:
            date.fromisoformat(value)
        except ValueError:
            raise UsageError(f"{value!r} is not a date; expected YYYY-MM-DD") from None


def user() -> str:
    """The name that entries are signed with unless another is given."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user, as in a container that runs under a bare number
        return "unknown"
