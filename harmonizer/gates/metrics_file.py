"""Metrics that another tool computed, as JSON.

Of Fairlearn: ``MetricFrame.by_group`` as ``to_json()`` writes it (by metric, then by group), alone or under
``by_group``. It must hold ``count``, and beside true or false positive rates ``positives``, the number of people with
label 1 (``lambda y_true, y_pred: y_true.sum()``): a rate says nothing without the number of people that it is of.

Of AIF360: what ``MetricJSONExplainer`` returns for ``disparate_impact`` (selection rates),
``average_odds_difference`` or ``equal_opportunity_difference``, one object or a list of them. The groups are then
``unprivileged`` and ``privileged``. The counts in it are read, not the sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harmonizer.errors import DataError
from harmonizer.formats.safe_documents import read_json
from harmonizer.gates.group_rates import FALSE_POSITIVE, METRICS, SELECTION, TRUE_POSITIVE, Groups, Rate
from harmonizer.gates.rule_fields import is_number
from harmonizer.gates.rules import BiasRule, attribute_name

FAIRLEARN = {
    SELECTION: ("selection_rate", "count"),
    TRUE_POSITIVE: ("true_positive_rate", "positives"),
    FALSE_POSITIVE: ("false_positive_rate", "negatives"),
}
_ODDS = ("Average Odds Difference", "Average Absolute Odds Difference")
AIF360 = {
    SELECTION: ("numPositivePredictions{}", "num{}", ("Disparate Impact",)),
    TRUE_POSITIVE: ("numTruePositives{}", "numPositives{}", (*_ODDS, "True Positive Rate Difference")),
    FALSE_POSITIVE: ("numFalsePositives{}", "numNegatives{}", _ODDS),
}
"""What holds each rate's counts: other metrics use the same names for other numbers."""


def read_metrics(path: Path, rule: BiasRule) -> dict[str, Groups]:
    """The rates of every group of the one attribute that the file is about; :class:`DataError` for what it lacks."""
    content = read_json(path)
    if len(rule.attributes) != 1:
        raise DataError("a metrics file is about one attribute; name that one in the rule", file=path)
    needed = list(dict.fromkeys(name for metric in rule.limits for name in METRICS[metric].rates))
    objects = content if isinstance(content, list) else [content]
    if objects and all(isinstance(one, dict) and "metric" in one for one in objects):
        groups = _aif360(path, {str(one["metric"]): one for one in objects}, needed)
    elif isinstance(content, dict):
        groups = _fairlearn(path, content.get("by_group", content), needed)
    else:
        raise DataError("neither the metrics of a Fairlearn MetricFrame nor of AIF360's MetricJSONExplainer", file=path)
    return {attribute_name(rule.attributes[0]): groups}


def _fairlearn(path: Path, by_metric: Any, needed: list[str]) -> Groups:
    if not isinstance(by_metric, Mapping) or not isinstance(by_metric.get("count"), Mapping) or not by_metric["count"]:
        raise DataError("there is no 'count' of the people in each group; add fairlearn.metrics.count to the "
                        "MetricFrame", file=path)  # fmt: skip
    held = dict(by_metric)
    if "positives" in held and isinstance(held["positives"], Mapping):
        held["negatives"] = {group: _amount(path, held, "count", group) - _amount(path, held, "positives", group)
                             for group in held["count"]}  # fmt: skip
    groups: dict[str, dict[str, Rate]] = {}
    for group in sorted(held["count"]):
        rates = groups.setdefault(group, {})
        for name in needed:
            share, number = FAIRLEARN[name]
            of = round(_amount(path, held, number, group))
            rates[name] = Rate(_amount(path, held, share, group) * of if of else 0.0, of)
            _check(path, rates[name], f"{share} of {group!r}")
    return groups


def _aif360(path: Path, by_name: Mapping[str, Mapping[str, Any]], needed: list[str]) -> Groups:
    groups: dict[str, dict[str, Rate]] = {"unprivileged": {}, "privileged": {}}
    for name in needed:
        hits, of, sources = AIF360[name]
        source = next((by_name[one] for one in sources if one in by_name), None)
        if source is None:
            raise DataError(f"there is no {' or '.join(map(repr, sources))} to take the {name} from", file=path)
        for group, rates in groups.items():
            words = [word.format(group.capitalize()) for word in (hits, of)]
            for word in words:
                if not is_number(source.get(word)):
                    raise DataError(f"{source['metric']!r} has no number {word!r}", file=path)
            rates[name] = Rate(float(source[words[0]]), round(source[words[1]]))
            _check(path, rates[name], f"{words[0]} of {words[1]}")
    return groups


def _amount(path: Path, by_metric: Mapping[str, Any], metric: str, group: str) -> float:
    values = by_metric.get(metric)
    value = values.get(group) if isinstance(values, Mapping) else None
    if not is_number(value):
        wanted = "positives" if metric == "negatives" else metric
        raise DataError(f"there is no number {wanted!r} of the group {group!r}", file=path)
    return float(value)  # type: ignore[arg-type]  # a number, as just looked


def _check(path: Path, rate: Rate, what: str) -> None:
    if rate.of < 0 or not 0 <= rate.hits <= rate.of * (1 + 1e-9):
        raise DataError(f"{what} is not between 0 and all of them", file=path)
