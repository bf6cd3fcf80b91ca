"""What a rule of a gate found, one row for each judgement."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

from harmonizer.answer import Cell

PASS, FAIL, LACKING, LEFT_OUT = "pass", "fail", "not enough data", "left out"
STOPPING = (FAIL, LACKING)
"""The verdicts that fail a gate: what cannot be judged is not taken for good."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement of one rule.

    ``subject`` is what was looked at (an attribute, a framework, an AI system), ``group`` and ``reference`` are two of
    its groups where groups are compared. ``low`` and ``high`` bound the interval, ``threshold`` is the rule's limit;
    all are ``None`` where there is no such thing. ``reason`` is a sentence that stands alone.
    """

    rule: str
    subject: str
    group: str
    reference: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    threshold: float | None
    verdict: str
    reason: str

    @property
    def stops(self) -> bool:
        return self.verdict in STOPPING

    @property
    def cells(self) -> tuple[Cell, ...]:
        return astuple(self)


COLUMNS = tuple(field.name for field in fields(Finding))


def whole(
    rule: str, subject: str, metric: str, value: float | None, threshold: float | None, verdict: str, reason: str
) -> Finding:
    """A judgement that compares no groups."""
    return Finding(rule, subject, "", "", metric, value, None, None, threshold, verdict, reason)
