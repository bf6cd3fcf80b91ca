"""The record of a gate in the register of evidence: what was judged, by its SHA-256, with which result, and when.

The register holds the newest record of each gate; those before stay in the workspace's journal with their files.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harmonizer.answer import Answer
from harmonizer.errors import DataError, UsageError
from harmonizer.gates.gate import PASSED, RULES_ROLE, Outcome, hash_of
from harmonizer.gates.rules import Rules
from harmonizer.programme.artefacts import read_kept
from harmonizer.programme.evidence import Artefact, Register

FORMAT = "harmonizer-gate/1"
KIND = "gate record"
COLUMNS = ("file", "role", "verdict", "reason")
UNCHANGED, CHANGED, ABSENT = "unchanged", "changed", "missing"


def record_id(rules: Rules) -> str:
    """The id of a gate's record in the register."""
    return f"gate-{rules.name}"


def record(outcome: Outcome, register: Register, *, author: str) -> Artefact:
    """Append the record of a gate to the register; returns once it is durable.

    Raises :class:`UsageError` where no rule names a control that the record could serve.
    """
    rules = outcome.rules
    if not rules.controls:
        raise UsageError(f"no rule of {rules.path} names the controls that a record would serve, such as "
                         'controls = ["bias-release-gate"]; or judge with --no-record')  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{record_id(rules)}.json"
        path.write_text(json.dumps(content(outcome), ensure_ascii=False, indent=1), encoding="utf-8")
        return register.add(
            str(path), controls=rules.controls, title=f"Gate {rules.name}: {outcome.result}",
            kind=rules.evidence_kind or KIND, collected=outcome.at.date().isoformat(), origin="harmonizer gate",
            name=record_id(rules), author=author,
        )  # fmt: skip


def content(outcome: Outcome) -> dict[str, Any]:
    """The record, as JSON has it."""
    return {
        "format": FORMAT, "gate": outcome.rules.name, "result": outcome.result,
        "judged_at": outcome.at.isoformat(timespec="seconds"),
        "files": [{"role": one.role, "name": one.name, "sha256": one.sha256, "bytes": one.size}
                  for one in outcome.files],
        "findings": list(outcome.answer),
        "rates": [
            {"rule": rule, "attribute": attribute, "group": group, "rate": name, "hits": rate.hits, "of": rate.of,
             "value": rate.value if rate.of else None}
            for rule, attributes in outcome.rates.items() for attribute, groups in attributes.items()
            for group, rates in groups.items() for name, rate in rates.items()
        ],
    }  # fmt: skip


def verify(rules: Rules, folder: Path, register: Register) -> Answer:
    """Whether the files are still those of the newest record, a row for each; and whether its result was passed.

    Raises :class:`UsageError` where there is no record and :class:`DataError` where it is no longer what was kept.
    """
    artefact = register.artefacts().get(record_id(rules))
    if artefact is None:
        raise UsageError(f"the register of {register.workspace} has no record of the gate {rules.name!r}; "
                         f"harmonizer gate check {rules.path} --workspace {register.workspace} makes one")  # fmt: skip
    held = _read(register.workspace, artefact)
    rows = list(_compared(held, rules, folder))
    figures = {"record": artefact.id, "result": held["result"], "judged at": held["judged_at"],
               "SHA-256 of the record": artefact.sha256,
               "not as judged": sum(row[2] != UNCHANGED for row in rows)}  # fmt: skip
    return Answer.of(COLUMNS, rows, figures, f"Gate {rules.name} against its record")


def released(answer: Answer) -> bool:
    """Whether a verification finds everything unchanged and the gate passed."""
    return answer.summary["result"] == PASSED and not answer.summary["not as judged"]


def _read(workspace: Path, artefact: Artefact) -> dict[str, Any]:
    path = workspace / artefact.place
    try:
        held = json.loads(read_kept(workspace, artefact.place, artefact.sha256))
        sound = held["format"] == FORMAT and all(
            isinstance(one[key], str) for one in held["files"] for key in ("role", "name", "sha256")
        ) and {"result", "judged_at"} <= set(held)  # fmt: skip
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise DataError(f"the artefact {artefact.id!r} is no record of a gate ({FORMAT})", file=path)
    return dict(held)


def _compared(held: dict[str, Any], rules: Rules, folder: Path) -> Iterator[tuple[str, str, str, str]]:
    for one in held["files"]:
        role, name, digest = one["role"], one["name"], one["sha256"]
        path = rules.path if role == RULES_ROLE else folder / name
        if not path.is_file():
            yield str(path), role, ABSENT, f"the record of {held['judged_at']} names it"
            continue
        now, _ = hash_of(path)
        if now == digest:
            yield str(path), role, UNCHANGED, f"SHA-256 {digest}"
        else:
            yield str(path), role, CHANGED, f"its SHA-256 is {now}, that of the record of {held['judged_at']} {digest}"
