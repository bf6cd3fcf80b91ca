"""The pack for an auditor: what applies, what meets it, what shows it, and what does not, as it stood.

A zip file with the control matrix, the statement of applicability, the register of evidence with its files, the
exceptions, and a manifest with the SHA-256 of every part. It holds one framework, and others only where they are asked
for: their names and ids are taken out of every text. Equal state makes equal bytes.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from harmonizer.answer import Cell, joined
from harmonizer.knowledge.tables import write_aside
from harmonizer.model import Framework, Requirement, short_key
from harmonizer.programme.artefacts import read_kept
from harmonizer.programme.assessment import STATUSES
from harmonizer.programme.evidence import Artefact
from harmonizer.programme.evidence_use import EvidenceUse
from harmonizer.reports.applicability_statement import statement_of_applicability
from harmonizer.reports.archive import zipped
from harmonizer.reports.control_matrix import control_matrix, write_matrix
from harmonizer.reports.plain import disarmed
from harmonizer.reports.subject import ANSWERED, Subject
from harmonizer.reports.tables import Page, Report, Section, Sheet
from harmonizer.reports.withheld import Guard

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer

FORMAT = "harmonizer-audit-pack/1"
MANIFEST = "MANIFEST.json"
CONTROLS_NOTE = "The controls in use, as they stood."
MATRIX_TABLES = ("Coverage by requirement", "Controls", "Gaps", "Statement of Applicability", "Evidence requests",
                 "Sources")  # fmt: skip
REQUIREMENT_COLUMNS = ("requirement", "title", "applies", "reason", "met", "controls", "progress", "evidence",
                       "finding", "finding owner", "finding notes")  # fmt: skip
CONTROL_COLUMNS = ("control", "title", "statement", "status", "owner", "due", "requirements", "evidence", "notes")
EVIDENCE_COLUMNS = ("artefact", "title", "kind", "collected", "period", "source", "sensitivity", "controls",
                    "requirements", "file", "sha256", "bytes", "original name or address", "notes")  # fmt: skip
EXCEPTION_COLUMNS = ("what", "kind", "state", "reason", "owner", "due")
HISTORY_COLUMNS = ("recorded at", "author", "kind", "subject", "field", "before", "value")


@dataclass(frozen=True)
class Pack:
    """What was written: the file, its manifest's SHA-256, and what somebody should look at before it is sent."""

    path: Path
    manifest: str
    parts: int
    withheld: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Content:
    """What goes into a pack. ``kg`` is asked as of the day whose state counts."""

    kg: Harmonizer
    frameworks: tuple[Framework, ...]
    start: str
    end: str

    @cached_property
    def guard(self) -> Guard:
        return Guard(self.kg.index, self.frameworks)

    @cached_property
    def day(self) -> str:
        return self.kg.circumstances.as_of

    @cached_property
    def use(self) -> EvidenceUse:
        return self.kg.programme.use(*(one.key for one in self.frameworks))

    @cached_property
    def subject(self) -> Subject:
        """The matrix of the controls in use: what they leave open stays open, whatever other controls could do."""
        controls = self.use.controls
        others = [slug for slug in self.kg.index.controls if slug not in set(controls)]
        plan = self.kg.solve(*(one.key for one in self.frameworks), have=list(controls), exclude=others)
        return Subject(self.kg, self.frameworks, plan)

    @cached_property
    def artefacts(self) -> dict[str, Artefact]:
        """The artefacts that say something of the period and serve the frameworks."""
        return {name: one for name, one in self.use.artefacts.items()
                if one.covers(self.start, self.end) and self.use.served(one.controls)}  # fmt: skip

    @cached_property
    def shown(self) -> dict[str, list[str]]:
        """The artefacts for each requirement, by its key."""
        found: dict[str, list[str]] = {}
        for one in self.artefacts.values():
            for key in self.use.served(one.controls):
                found.setdefault(key, []).append(one.id)
        return found

    @cached_property
    def statements(self) -> list[Sheet]:
        return [statement_of_applicability(self.subject, one, heading)
                for one, heading in zip(self.frameworks, self.subject.headings, strict=True)]  # fmt: skip

    @cached_property
    def asked(self) -> list[Requirement]:
        """The requirements, in the order of their sources."""
        return [one for framework in self.frameworks for one in self.kg.index.requirements_of(framework)
                if one.kind == "requirement"]  # fmt: skip

    def requirements(self) -> Iterable[Sequence[Cell]]:
        """How each requirement is met: the controls, how far they are, what shows it, and what was found."""
        stated = [row for sheet in self.statements for row in sheet.rows]
        held = self.subject.held["requirement"]
        for one, row in zip(self.asked, stated, strict=True):
            own = held.get(one.key, {})
            yield (*row[:7], joined(self.shown.get(one.key, [])), own.get("finding"), own.get("owner"),
                   own.get("notes"))  # fmt: skip

    def controls(self) -> Iterable[Sequence[Cell]]:
        held = self.subject.held["control"]
        for slug in sorted(set(self.use.controls) & set(self.use.served_by)):
            own = held.get(slug, {})
            detail = self.subject.plan.details.get(slug)
            statement = str(detail.statement) if detail else self.kg.index.controls[slug].statement
            yield (slug, self.kg.index.controls[slug].title, statement, own.get("status", STATUSES[0]),
                   own.get("owner"), own.get("due"), joined(self._names(self.use.served([slug]))),
                   joined([one.id for one in self.artefacts.values() if slug in one.controls]),
                   own.get("notes"))  # fmt: skip

    def evidence(self) -> Iterable[Sequence[Cell]]:
        for one in self.artefacts.values():
            kept = f"evidence/{Path(one.place).name}" if one.sha256 else ""
            yield (one.id, one.title, one.kind, one.collected, one.period, one.source, one.sensitivity,
                   joined([slug for slug in one.controls if slug in self.use.served_by]),
                   joined(self._names(self.use.served(one.controls))), kept, one.sha256, one.size or None,
                   one.name or one.place, one.notes)  # fmt: skip

    def exceptions(self) -> Iterable[Sequence[Cell]]:
        """What an auditor will ask about: what is left out, not done, not met or not shown, each with its reason."""
        index, held = self.kg.index, self.subject.held
        leaves = {row.objective for one in self.asked for row in index.mappings_of.get(one.key, ())}
        for slug, own in sorted(held["control"].items()):
            if (
                own.get("status") == STATUSES[3]
                and slug in index.controls
                and leaves & {*index.controls[slug].satisfies}
            ):
                reason = joined([part for part in (own.get("reason_code"), own.get("notes")) if part])
                yield slug, "control", STATUSES[3], reason, own.get("owner"), own.get("due")
        for slug in sorted(set(self.use.controls) & set(self.use.served_by)):
            own = held["control"].get(slug, {})
            if own.get("status", STATUSES[0]) != STATUSES[2]:
                yield (
                    slug,
                    "control",
                    own.get("status", STATUSES[0]),
                    "not implemented",
                    own.get("owner"),
                    own.get("due"),
                )
        for one in self.asked:
            own = held["requirement"].get(one.key, {})
            if own.get("finding") not in (None, "met"):
                yield one.short, "requirement", own["finding"], own.get("notes"), own.get("owner"), own.get("due")
            answered = self.subject.answered.get(one.key)
            if answered in ANSWERED[1:]:
                yield one.short, "requirement", f"met {answered}", "no control in use answers the rest", None, None
            if answered and answered != ANSWERED[2] and one.key not in self.shown:
                yield one.short, "requirement", "not shown", "no evidence of the period", None, None

    def history(self) -> Iterable[Sequence[Cell]]:
        """What was recorded in the period of the controls and requirements of the pack."""
        subjects = {*self.use.served_by, *(one.key for one in self.asked)}
        for one in self.kg.assessment.journal.entries(as_of=self.day):
            if one.subject in subjects and self.start <= one.recorded_at[:10]:
                yield (one.recorded_at, one.author, one.kind, short_key(one.subject), one.field, one.before,
                       one.value)  # fmt: skip

    def _names(self, keys: Iterable[str]) -> list[str]:
        ordered = sorted(keys, key=lambda key: (key.partition(":")[0], self.kg.index.requirements[key].position))
        return [short_key(key) for key in ordered]

    def parts(self) -> dict[str, bytes]:
        """Every file of the pack but the manifest, by name."""
        tables = {
            "requirements.csv": (REQUIREMENT_COLUMNS, self.requirements()),
            "controls.csv": (CONTROL_COLUMNS, self.controls()),
            "evidence.csv": (EVIDENCE_COLUMNS, self.evidence()),
            "exceptions.csv": (EXCEPTION_COLUMNS, self.exceptions()),
            "history.csv": (HISTORY_COLUMNS, self.history()),
        }
        found = {name: self._csv(columns, rows) for name, (columns, rows) in tables.items()}
        for framework, sheet in zip(self.frameworks, self.statements, strict=True):
            found[f"statement-of-applicability-{framework.slug}.csv"] = self._csv(sheet.headings, sheet.rows)
        for one in self.artefacts.values():
            if one.sha256:
                found[f"evidence/{Path(one.place).name}"] = read_kept(
                    self.kg.assessment.workspace, one.place, one.sha256
                )
        found["control-matrix.xlsx"] = self._matrix()
        found["README.md"] = self._about(found).encode()
        return found

    def _matrix(self) -> bytes:
        report = control_matrix(self.kg, [one.key for one in self.frameworks], self.subject.plan, MATRIX_TABLES)
        with tempfile.TemporaryDirectory() as folder:
            cleaned = self.guard.report(_without_effort(report))
            return write_matrix(cleaned, "xlsx", Path(folder) / "matrix.xlsx").read_bytes()

    def _csv(self, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([disarmed(cell) for cell in row] for row in self.guard.rows(rows))
        return out.getvalue().encode()

    def _about(self, found: Mapping[str, bytes]) -> str:
        whose = self.kg.organisation.name if self.kg.organisation else "(no organisation file)"
        applying = sum(row[2] == "yes" for sheet in self.statements for row in sheet.rows)
        titles = "; ".join(one.title for one in self.frameworks)
        return self.guard.text(f"""\
# Audit pack

- Organisation: {whose}
- Framework: {titles}
- Period: {self.start} to {self.end}; statuses, findings and the register as they stood at the end of {self.day}
- Requirements: {applying} of {len(self.asked)} apply
- Evidence: {len(self.artefacts)} artefacts that say something of the period
- Dataset: SHA-256 {self.kg.index.hash}

`requirements.csv` says how each requirement is met, `controls.csv` what the controls say and how far they are,
`evidence.csv` what was collected (files in `evidence/`, named by their SHA-256), `exceptions.csv` what is left out, not
done, not met or not shown, `history.csv` what was recorded in the period. `control-matrix.xlsx` holds the same for
reading. `{MANIFEST}` holds the SHA-256 of every part: `harmonizer verify-pack FILE` compares them.

A mapping supports the judgement of an auditor; it does not replace it. Not legal advice.
""")


def _without_effort(report: Report) -> Report:
    """The report without what controls cost: that is no business of an auditor, and what is in use costs no more."""
    parts: list[Page | Sheet] = []
    for part in report.parts:
        if isinstance(part, Page):
            parts.append(
                replace(part, sections=[replace(one, rows=_rows_without_effort(one)) for one in part.sections])
            )
        else:
            kept = [place for place, column in enumerate(part.columns) if column.heading != "Effort"]
            note = CONTROLS_NOTE if part.name == "Controls" else part.note
            parts.append(replace(part, note=note, columns=[part.columns[place] for place in kept],
                                 rows=[[row[place] for place in kept] for row in part.rows]))  # fmt: skip
    return replace(report, parts=tuple(parts))


def _rows_without_effort(section: Section) -> list[Sequence[Cell]]:
    told = [row for row in section.rows if row[0] not in ("Effort", "Status", "Certificate")]
    return [(row[0], CONTROLS_NOTE) if section.links and row[0] == "Controls" else row for row in told]


def write_pack(
    kg: Harmonizer, framework: str, period: tuple[str, str], path: Path, *, include: Sequence[str] = ()
) -> Pack:
    """Write the pack of one framework for a period, its first and last day; see :class:`Pack`.

    Parameters
    ----------
    kg: asked as of the day whose state counts, by default the end of the period.
    include: further frameworks that the pack may hold; all others are kept out.

    Raises :class:`~harmonizer.errors.DataError` where a kept artefact is missing or was changed.
    """
    names = dict.fromkeys([framework, *include])
    content = _Content(kg, tuple(kg.index.framework(name) for name in names), *period)
    parts = content.parts()
    files = {name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for name, data in sorted(parts.items())}
    manifest = {
        "format": FORMAT, "frameworks": [one.key for one in content.frameworks], "period": "/".join(period),
        "as_of": content.day, "dataset": kg.index.hash, "files": files,
    }  # fmt: skip
    written = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    write_aside(path, zipped({**dict(sorted(parts.items())), MANIFEST: written}))
    return Pack(path, sha256(written).hexdigest(), len(parts), content.guard.found, tuple(_warnings(content, parts)))


def _warnings(content: _Content, parts: Mapping[str, bytes]) -> Iterable[str]:
    """Files of evidence that name another framework: their content is the organisation's own and is not touched."""
    for one in content.artefacts.values():
        data = parts.get(f"evidence/{Path(one.place).name}", b"")
        named = content.guard.names(data.decode("utf-8", errors="ignore"))
        if named:
            yield f"the artefact {one.id} ({one.title}) names {', '.join(named)}: look at it before it is sent"
