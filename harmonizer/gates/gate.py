"""Judging a gate: every rule over its files and the workspace, with the SHA-256 of every file that was judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from harmonizer.answer import Answer
from harmonizer.errors import DataError, did_you_mean, nearest
from harmonizer.gates.bias import judge_bias
from harmonizer.gates.finding import COLUMNS, Finding
from harmonizer.gates.group_rates import Groups
from harmonizer.gates.metrics_file import read_metrics
from harmonizer.gates.predictions import read_predictions
from harmonizer.gates.rules import BiasRule, CoverageRule, EvidenceRule, LineageRule, Rule, Rules
from harmonizer.gates.workspace_rules import judge_coverage, judge_evidence, judge_lineage
from harmonizer.programme.organisation import Organisation
from harmonizer.programme.programme import Programme

PASSED, FAILED = "passed", "failed"
RULES_ROLE = "rules"


@dataclass(frozen=True, slots=True)
class Judged:
    """A file that was judged: its role, its name as the rules have it, its path, SHA-256 and size in bytes."""

    role: str
    name: str
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gate found. ``rates`` are those of every group, by rule and attribute; ``at`` is when, in UTC."""

    rules: Rules
    findings: tuple[Finding, ...]
    rates: dict[str, dict[str, Groups]]
    files: tuple[Judged, ...]
    at: datetime

    @property
    def passed(self) -> bool:
        return not self.stopping

    @property
    def result(self) -> str:
        return PASSED if self.passed else FAILED

    @property
    def stopping(self) -> list[Finding]:
        """What fails the gate."""
        return [one for one in self.findings if one.stops]

    @property
    def answer(self) -> Answer:
        """The findings as rows, counted by verdict."""
        verdicts = [one.verdict for one in self.findings]
        figures = {"result": self.result, **{verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}}
        return Answer.of(COLUMNS, [one.cells for one in self.findings], figures, f"Gate {self.rules.name}")


def judge(
    rules: Rules, folder: Path, *, programme: Callable[[], Programme], organisation: Callable[[], Organisation],
    today: date | None = None,
) -> Outcome:  # fmt: skip
    """Judge every rule.

    Parameters
    ----------
    folder: what the file names in the rules are relative to.
    programme, organisation: those of the workspace, asked for by the rules that need one.
    today: the day on which evidence is overdue or not.

    Raises :class:`DataError` for a file that is missing, unfit, or changed while it was judged.
    """
    files = judged_files(rules, folder)
    rates: dict[str, dict[str, Groups]] = {}
    findings: list[Finding] = []
    for rule in rules.rules:
        if isinstance(rule, BiasRule):
            read, name = (read_predictions, rule.predictions) if rule.predictions else (read_metrics, rule.metrics)
            rates[rule.id] = read(folder / name, rule)
            findings += judge_bias(rule, rules.path, rates[rule.id])
        elif isinstance(rule, CoverageRule):
            findings += judge_coverage(rule, programme())
        elif isinstance(rule, EvidenceRule):
            findings += judge_evidence(rule, programme(), today or date.today())
        elif isinstance(rule, LineageRule):
            findings += judge_lineage(rule, rules.path, organisation())
    for before, after in zip(files, judged_files(rules, folder), strict=True):
        if before.sha256 != after.sha256:
            raise DataError("the file was changed while it was judged; run the gate again", file=before.path)
    return Outcome(rules, tuple(findings), rates, files, datetime.now(UTC))


def judged_files(rules: Rules, folder: Path) -> tuple[Judged, ...]:
    """The rules file and every file that the rules name, once each."""
    found = {(RULES_ROLE, rules.path.name): _judged(RULES_ROLE, rules.path.name, rules.path)}
    for rule in rules.rules:
        for role, name in rule.files:
            if (role, name) not in found:
                found[role, name] = _judged(role, name, _existing(rules, rule, role, folder / name))
    return tuple(found.values())


def _existing(rules: Rules, rule: Rule, role: str, path: Path) -> Path:
    if path.is_file():
        return path
    beside = [one.name for one in path.parent.iterdir() if one.is_file()] if path.parent.is_dir() else []
    raise DataError(f"rule {rule.id!r}: the {role} file {path} is not there{did_you_mean(nearest(path.name, beside))}",
                    file=rules.path, line=rule.line)  # fmt: skip


def _judged(role: str, name: str, path: Path) -> Judged:
    return Judged(role, name, path, *hash_of(path))


def hash_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file; models are large, so it is not read at once."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise DataError(f"the file cannot be read: {error.strerror}", file=path) from error
    return digest.hexdigest(), size
