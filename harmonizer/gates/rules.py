"""The rules of a gate: a TOML file with a name and one ``[[rule]]`` after the other.

    name = "screening-release"

    [[rule]]
    id = "screening-bias"
    kind = "bias"
    predictions = "predictions.csv"
    attributes = ["sex", "race", ["sex", "race"]]
    limits = { selection-rate-ratio = 0.8 }

The kinds are ``bias``, ``coverage``, ``evidence`` and ``lineage``; docs/gates.md says what each can hold. Everything
that is wrong is said at once, with its line and the nearest that would be right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harmonizer.errors import DataError, did_you_mean, nearest
from harmonizer.gates.group_rates import METRICS
from harmonizer.gates.rule_fields import Fields, TomlFile, is_number, is_text, is_texts
from harmonizer.knowledge.index import Index

JUDGE_BY = ("estimate", "interval")


@dataclass(frozen=True, slots=True)
class Rule:
    """What all rules have. ``line`` is where it begins; ``controls`` are slugs that the record of the gate serves."""

    id: str
    line: int
    controls: tuple[str, ...]

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """What it judges: the role and the name of each file."""
        return ()


@dataclass(frozen=True, slots=True)
class BiasRule(Rule):
    """A model against protected classes.

    Its outcomes come from ``predictions`` (CSV) or from ``metrics`` (JSON of Fairlearn or AIF360). ``attributes`` are
    the protected classes, each a column or several that are crossed. ``limits`` are by metric, see
    :data:`~harmonizer.gates.group_rates.METRICS`. With ``judge_by`` interval both bounds of the bootstrap interval have
    to keep the limit. A rate of fewer than ``minimum_group`` people is not judged. By the name of an attribute:
    ``reference`` the group to compare with (else that with the highest rate), ``groups`` those that must be there,
    ``leave_out`` those that are reported and not judged. Without ``score`` the column ``prediction`` holds 0 and 1,
    else 1 is predicted where the score reaches ``score_threshold``.
    """

    predictions: str
    metrics: str
    model: str
    label: str
    prediction: str
    score: str
    score_threshold: float
    attributes: tuple[tuple[str, ...], ...]
    limits: Mapping[str, float]
    judge_by: str
    confidence: float
    resamples: int
    seed: int
    minimum_group: int
    reference: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]
    leave_out: Mapping[str, tuple[str, ...]]

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        named = (("predictions", self.predictions), ("metrics", self.metrics), ("model", self.model))
        return tuple((role, name) for role, name in named if name)


@dataclass(frozen=True, slots=True)
class CoverageRule(Rule):
    """The share of the requirements of each framework that what is implemented satisfies, ``minimum`` at least."""

    frameworks: tuple[str, ...]
    minimum: float


@dataclass(frozen=True, slots=True)
class EvidenceRule(Rule):
    """Nothing in the register is overdue, by the intervals that bind for the frameworks (else those of the file)."""

    frameworks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineageRule(Rule):
    """Every AI system has its training data traced, but those ``trained_elsewhere``, by others."""

    trained_elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """A rules file. ``evidence_kind`` is what the controls call a record of this gate, or empty."""

    path: Path
    name: str
    evidence_kind: str
    rules: tuple[Rule, ...]

    @property
    def controls(self) -> tuple[str, ...]:
        """The controls that a record of the gate serves."""
        return tuple(dict.fromkeys(one for rule in self.rules for one in rule.controls))


def attribute_name(columns: tuple[str, ...]) -> str:
    """What an attribute is called: its column, or crossed columns joined by ``&``."""
    return " & ".join(columns)


def read_rules(path: Path) -> Rules:
    """The rules in a file; :class:`DataError` with the lines of everything that is wrong."""
    file = TomlFile(path, "rule")
    top = Fields(file, file.content, 0)
    name, kind = top.identifier("name"), top.text("evidence_kind", "")
    tables = top.get("rule", None, _tables, "one [[rule]] at least") or []
    top.done()
    rules = [_rule(Fields(file, table, number)) for number, table in enumerate(tables, 1)]
    ids = Counter(rule.id for rule in rules if rule.id)
    for number, rule in enumerate(rules, 1):
        if ids[rule.id] > 1:
            file.problem(f"the id {rule.id!r} stands twice", number, "id")
    file.done()
    return Rules(path, name, kind, tuple(rules))


def check_names(rules: Rules, index: Index) -> None:
    """Raise :class:`DataError` where rules name a control, framework or kind of evidence that is not there."""
    for rule in rules.rules:
        for control in rule.controls:
            _check(rules, rule, "control", control, list(index.controls))
        if isinstance(rule, (CoverageRule, EvidenceRule)):
            for framework in rule.frameworks:
                _check(rules, rule, "framework", framework, [*index.frameworks, *index.framework_versions])
    kinds = sorted({kind for control in rules.controls for kind in index.controls[control].evidence})
    if rules.evidence_kind and rules.evidence_kind not in kinds:
        meant = did_you_mean(nearest(rules.evidence_kind, kinds)) or f"; expected {', '.join(kinds) or 'none'}"
        raise DataError(f"no control of the rules has evidence of the kind {rules.evidence_kind!r}{meant}",
                        file=rules.path)  # fmt: skip


def _check(rules: Rules, rule: Rule, what: str, name: str, known: list[str]) -> None:
    if name not in known:
        raise DataError(f"rule {rule.id!r} names an unknown {what} {name!r}{did_you_mean(nearest(name, known))}",
                        file=rules.path, line=rule.line)  # fmt: skip


def _tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _rule(own: Fields) -> Rule:
    kinds = {"bias": _bias, "coverage": _coverage, "evidence": _evidence, "lineage": _lineage}
    kind = own.choice("kind", None, list(kinds))
    line = own.file.line(own.number)
    common = (own.identifier("id"), line, own.texts("controls"))
    if kind not in kinds:
        return Rule(*common)
    found = kinds[kind](own, common)
    own.done()
    return found


def _coverage(own: Fields, common: tuple[str, int, tuple[str, ...]]) -> Rule:
    frameworks = own.texts("frameworks")
    if not frameworks:
        own.problem('a coverage rule names its frameworks, such as frameworks = ["soc2"]', "frameworks")
    return CoverageRule(*common, frameworks, own.number_in("minimum", None, 0, 1))


def _evidence(own: Fields, common: tuple[str, int, tuple[str, ...]]) -> Rule:
    return EvidenceRule(*common, own.texts("frameworks"))


def _lineage(own: Fields, common: tuple[str, int, tuple[str, ...]]) -> Rule:
    return LineageRule(*common, own.texts("trained_elsewhere"))


def _bias(own: Fields, common: tuple[str, int, tuple[str, ...]]) -> Rule:
    predictions, metrics = own.text("predictions", ""), own.text("metrics", "")
    if bool(predictions) == bool(metrics):
        own.problem("a bias rule names either predictions (CSV) or metrics (JSON)", "metrics", "predictions")
    score = own.text("score", "")
    if bool(score) != own.has("score_threshold"):
        own.problem("score and score_threshold are given together or not at all", "score_threshold", "score")
    if score and own.has("prediction"):
        own.problem("the outcome is either a prediction or a score with its threshold", "prediction")
    attributes = own.get("attributes", None, _attributes, 'columns, such as ["sex", ["sex", "race"]]') or []
    columns = tuple((one,) if isinstance(one, str) else tuple(one) for one in attributes)
    limits = own.table_of("limits", lambda value: is_number(value) and 0 <= value <= 1,
                          "a number from 0 to 1", None)  # fmt: skip
    for metric in limits:
        if metric not in METRICS:
            own.unknown("metric", metric, list(METRICS), "limits", metric)
        elif METRICS[metric].ratio and limits[metric] == 0:
            own.problem(f"{metric} of 0 is always kept; expected more", "limits", metric)
    named = [attribute_name(one) for one in columns]
    reference = own.table_of("reference", is_text, "the name of a group")
    groups, leave_out = (own.table_of(key, is_texts, "a list of groups") for key in ("groups", "leave_out"))
    for key, table in (("reference", reference), ("groups", groups), ("leave_out", leave_out)):
        for name in table:
            if name not in named:
                own.unknown("attribute", name, named, key, name)
    return BiasRule(
        *common, predictions=predictions, metrics=metrics, model=own.text("model", ""),
        label=own.text("label", "label"), prediction=own.text("prediction", "prediction"),
        score=score, score_threshold=own.number_in("score_threshold", 0, -1e300, 1e300),
        attributes=columns, limits=limits, judge_by=own.choice("judge_by", JUDGE_BY[0], JUDGE_BY),
        confidence=own.number_in("confidence", 0.95, 0.5, 0.999),
        resamples=own.whole_from("resamples", 2000, 100, 1_000_000), seed=own.whole_from("seed", 0, 0, 2**32 - 1),
        minimum_group=own.whole_from("minimum_group", 30, 1, 1_000_000_000),
        reference=reference, groups={name: tuple(value) for name, value in groups.items()},
        leave_out={name: tuple(value) for name, value in leave_out.items()},
    )  # fmt: skip


def _attributes(value: object) -> bool:
    return (isinstance(value, list) and bool(value)
            and all(is_text(one) or (isinstance(one, list) and len(set(one)) > 1 and all(map(is_text, one)))
                    for one in value))  # fmt: skip
