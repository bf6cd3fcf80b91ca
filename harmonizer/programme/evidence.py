"""The register of evidence: what was collected, when, for which period, and which controls it shows at work.

Each artefact is a subject of the workspace's journal, so that the register of any past day can be asked for. Files are
kept by their content (:mod:`harmonizer.programme.artefacts`); what lies elsewhere is named by its address.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from harmonizer.errors import UnknownNameError, UsageError, did_you_mean, nearest
from harmonizer.programme.artefacts import keep
from harmonizer.programme.days import check_day, duration_of, period_of
from harmonizer.programme.journal import Change, Journal

KIND = "evidence"
SENSITIVITIES = ("public", "internal", "confidential", "restricted")
FIELDS = ("title", "kind", "place", "name", "sha256", "size", "collected", "period", "source", "sensitivity",
          "controls", "every", "notes", "withdrawn")  # fmt: skip
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Artefact:
    """One piece of evidence.

    ``place`` is the path of the kept file relative to the workspace, or an address; ``sha256`` and ``size`` (bytes) are
    of the file. ``collected`` is an ISO date, ``period`` two of them joined by ``/`` or empty. ``kind`` is what the
    controls call it, such as ``user list``; ``every`` how often the organisation itself wants it, an ISO 8601 duration.
    """

    id: str
    title: str
    kind: str
    place: str
    name: str
    sha256: str
    size: int
    collected: str
    period: str
    source: str
    sensitivity: str
    controls: tuple[str, ...]
    every: str
    notes: str

    @property
    def until(self) -> str:
        """The last day that it says something about: the end of its period, or the day it was collected."""
        return self.period.partition("/")[2] or self.collected

    def covers(self, start: str, end: str) -> bool:
        """Whether it says something about a day from ``start`` to ``end``."""
        first = self.period.partition("/")[0] or self.collected
        return first <= end and start <= self.until


@dataclass(frozen=True)
class Register:
    """The register of a workspace. ``controls`` are the slugs that evidence can be for."""

    workspace: Path
    controls: Collection[str]
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "journal", Journal(self.workspace))

    def artefacts(self, *, as_of: str = "") -> dict[str, Artefact]:
        """The artefacts by id as they stand, or stood at the end of a day; withdrawn ones left out."""
        states = self.journal.state(KIND, as_of=as_of)
        return {name: _artefact(name, fields) for name, fields in sorted(states.items()) if "withdrawn" not in fields}

    def add(
        self, source: str, *, controls: Sequence[str], title: str = "", kind: str = "", collected: str = "",
        period: str = "", every: str = "", origin: str = "", sensitivity: str = "internal", notes: str = "",
        name: str = "",
        author: str = "unknown", at: datetime | None = None,
    ) -> Artefact:  # fmt: skip
        """Register a file, which is copied into the workspace, or an address; returns once it is durable.

        Parameters
        ----------
        source: a path or an address such as ``https://...``.
        controls: slugs of the controls that it shows at work, one at least.
        collected: ISO date, by default today. ``period``: ``2026-01-01/2026-06-30``, what it says something about.
        every: an ISO 8601 duration such as ``P3M``: how often the organisation itself wants such evidence.
        origin: the system or person that it comes from.
        name: its id; by default the first characters of its SHA-256, or of that of its address.

        What is known already of the same id is changed where it differs. Raises :class:`UsageError` for what does not
        fit, with the nearest that does; nothing is kept then.
        """
        if not controls:
            raise UsageError("name the controls that the evidence is for")
        for one in controls:
            if one not in self.controls:
                raise UnknownNameError("control", one, self.controls)
        if sensitivity not in SENSITIVITIES:
            meant = did_you_mean(nearest(sensitivity, SENSITIVITIES, 1))
            raise UsageError(f"{sensitivity!r} is no sensitivity{meant}; expected one of {', '.join(SENSITIVITIES)}")
        collected = collected or date.today().isoformat()
        check_day(collected)
        if period:
            period_of(period)
        if every:
            duration_of(every)
        fields = {
            "title": title or kind or Path(source).name, "kind": kind, "collected": collected, "period": period,
            "source": origin, "sensitivity": sensitivity, "controls": ";".join(sorted(set(controls))), "every": every,
            "notes": notes, "withdrawn": "",
        }  # fmt: skip
        if _ADDRESS.fullmatch(source):
            import hashlib

            fields |= {"place": source, "name": "", "sha256": "", "size": ""}
            known_by = hashlib.sha256(source.encode()).hexdigest()
        else:
            kept = keep(self.workspace, Path(source))
            fields |= {"place": kept.path, "name": Path(source).name, "sha256": kept.sha256, "size": str(kept.size)}
            known_by = kept.sha256
        subject = name or known_by[:12]
        self.journal.append([Change(KIND, subject, key, value) for key, value in fields.items()], author, at=at)
        return _artefact(subject, fields)

    def withdraw(self, name: str, reason: str, *, author: str = "unknown", at: datetime | None = None) -> None:
        """Take an artefact out of the register from now on; its file and its past stay."""
        if name not in self.artefacts():
            raise UnknownNameError("artefact", name, self.artefacts())
        if not reason:
            raise UsageError("say why the artefact is withdrawn")
        self.journal.append([Change(KIND, name, "withdrawn", reason)], author, at=at)


def _artefact(name: str, fields: Mapping[str, str]) -> Artefact:
    text = {key: fields.get(key, "") for key in FIELDS}
    return Artefact(
        name, text["title"], text["kind"], text["place"], text["name"], text["sha256"], int(text["size"] or 0),
        text["collected"], text["period"], text["source"], text["sensitivity"],
        tuple(one for one in text["controls"].split(";") if one), text["every"], text["notes"],
    )  # fmt: skip
