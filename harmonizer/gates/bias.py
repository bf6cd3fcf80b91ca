"""A model against protected classes: every group compared with a reference, on the metrics that a rule limits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harmonizer.errors import DataError, did_you_mean, nearest
from harmonizer.gates.finding import FAIL, LACKING, LEFT_OUT, PASS, Finding
from harmonizer.gates.group_rates import (
    COUNTED,
    METRICS,
    SELECTION,
    Bootstrap,
    Groups,
    Metric,
    Rate,
    compared,
    resampled,
)
from harmonizer.gates.rules import BiasRule, attribute_name

TOLERANCE = 1e-12
"""Rates are quotients in floating point; a limit that is reached exactly is kept."""


def judge_bias(rule: BiasRule, rules: Path, by_attribute: Mapping[str, Groups]) -> list[Finding]:
    """What is found for every attribute, metric and group; ``rules`` is the rules file, for errors."""
    found: list[Finding] = []
    for columns in rule.attributes:
        name = attribute_name(columns)
        own = _Attribute(rule, rules, name, by_attribute[name])
        found += own.left_out()
        for metric in rule.limits:
            found += own.judge(metric)
    return found


@dataclass(frozen=True)
class _Attribute:
    """One attribute of a rule with the rates of its groups."""

    rule: BiasRule
    rules: Path
    name: str
    groups: Groups

    def __post_init__(self) -> None:
        named = [*self.rule.leave_out.get(self.name, ()), *([self.reference] if self.reference else [])]
        for group in named:
            if group not in self.groups:
                meant = did_you_mean(nearest(group, self.groups)) or f"; the data have {', '.join(self.groups)}"
                raise DataError(f"rule {self.rule.id!r} names an unknown group {group!r} of {self.name!r}{meant}",
                                file=self.rules, line=self.rule.line)  # fmt: skip

    @property
    def reference(self) -> str:
        return self.rule.reference.get(self.name, "")

    def _finding(self, group: str, reference: str, metric: str, verdict: str, reason: str, value: float | None = None,
                 interval: tuple[float, float] | None = None) -> Finding:  # fmt: skip
        low, high = (one if math.isfinite(one) else None for one in interval) if interval else (None, None)
        return Finding(self.rule.id, self.name, group, reference, metric, value, low, high,
                       self.rule.limits.get(metric), verdict, reason)  # fmt: skip

    def left_out(self) -> Iterator[Finding]:
        """What the rule leaves out, with its number and rate, as 6 RCNY 5-301(d) wants them told."""
        for group in self.rule.leave_out.get(self.name, ()):
            rates = self.groups[group]
            told = [f"{name} {_share(rates[name])}" for name in rates if rates[name].of]
            everybody = sum(next(iter(one.values())).of for one in self.groups.values())
            share = next(iter(rates.values())).of / everybody
            selection = rates.get(SELECTION)
            yield self._finding(group, "", "", LEFT_OUT,
                                f"The rule leaves {group!r} out, {share:.1%} of those counted: {', '.join(told)}.",
                                selection.value if selection and selection.of else None)  # fmt: skip

    def judge(self, metric: str) -> list[Finding]:
        """Every group that is not left out against its reference."""
        found, enough = [], {}
        for group in self.rule.groups.get(self.name, ()):
            if group not in self.groups:
                meant = did_you_mean(nearest(group, self.groups))
                found.append(self._finding(group, "", metric, LACKING, f"Nobody in the data is {group}, who must be "
                                           f"there; the data have {', '.join(self.groups)}{meant}"))  # fmt: skip
        for group, rates in self.groups.items():
            if group in self.rule.leave_out.get(self.name, ()):
                continue
            if lacking := self._lacking(METRICS[metric], rates):
                found.append(self._finding(group, self.reference, metric, LACKING, f"{group}: {lacking}."))
            else:
                enough[group] = rates
        references = {name: self._reference(enough, name) for name in METRICS[metric].rates}
        if enough and "" in references.values():
            reason = f"The reference {self.reference} is left out or has too few people to compare with."
            found += [self._finding(group, self.reference, metric, LACKING, reason) for group in enough]
        elif len(enough) > 1:
            found += [self._compare(metric, group, enough, references) for group in enough
                      if set(references.values()) != {group}]  # fmt: skip
        elif not found:
            reason = f"There is one group of {self.name} and nothing to compare it with."
            found.append(self._finding(next(iter(enough), ""), "", metric, LACKING, reason))
        return found

    def _lacking(self, metric: Metric, rates: Mapping[str, Rate]) -> str:
        """Why a group cannot be judged, or nothing."""
        for name in metric.rates:
            if not rates[name].of:
                return f"there are no {COUNTED[name]}, so that it has no {name}"
            if rates[name].of < self.rule.minimum_group:
                return f"{rates[name].of} {COUNTED[name]} are too few for a {name}, the rule asks for " \
                       f"{self.rule.minimum_group}"  # fmt: skip
        return ""

    def _reference(self, enough: Groups, rate: str) -> str:
        """The group to compare with: the one that the rule names, else that with the highest rate; empty if none."""
        if self.reference:
            return self.reference if self.reference in enough else ""
        return max(enough, key=lambda group: enough[group][rate].value, default="")

    def _compare(self, metric: str, group: str, enough: Groups, references: Mapping[str, str]) -> Finding:
        kind, limit = METRICS[metric], self.rule.limits[metric]
        others = {name: enough[other][name] for name, other in references.items()}
        if kind.ratio and not others[kind.rates[0]].hits:
            other = references[kind.rates[0]]
            return self._finding(group, other, metric, LACKING, f"Nobody of the reference {other} is selected, so that "
                                 "there is no ratio.")  # fmt: skip
        value, name = compared(kind, enough[group], others)
        draws = Bootstrap(self.rule.confidence, self.rule.resamples, self.rule.seed)
        interval = draws.interval(resampled(
            kind,
            {one: draws.draws(f"{self.name}\0{group}\0{one}", enough[group][one]) for one in kind.rates},
            {one: draws.draws(f"{self.name}\0{references[one]}\0{one}", others[one]) for one in kind.rates},
        ))  # fmt: skip
        judged = [value] if self.rule.judge_by == "estimate" else [value, *interval]
        verdict = PASS if all(_kept(kind, one, limit) for one in judged) else FAIL
        reason = self._reason(metric, (group, references[name]), (enough[group][name], others[name]), name, value,
                              interval, verdict)  # fmt: skip
        return self._finding(group, references[name], metric, verdict, reason, value, interval)

    def _reason(self, metric: str, names: tuple[str, str], rates: tuple[Rate, Rate], rate: str, value: float,
                interval: tuple[float, float], verdict: str) -> str:  # fmt: skip
        kind, limit = METRICS[metric], self.rule.limits[metric]
        word = "ratio" if kind.ratio else "difference"
        bound = f"between {limit:g} and {1 / limit:.3g}" if kind.ratio else f"at most {limit:g} either way"
        by = f"{100 * self.rule.confidence:.4g}% interval {interval[0]:.3f} to {interval[1]:.3f}"
        judged = f"the {word} {value:.3f}" + (f" with its {by}" if self.rule.judge_by == "interval" else f" ({by})")
        outcome = "keeps to" if verdict == PASS else "breaks"
        return (f"The {rate} of {names[0]} is {_share(rates[0])}, that of {names[1]} {_share(rates[1])}: "
                f"{judged} {outcome} the limit, {bound}.")  # fmt: skip


def _share(rate: Rate) -> str:
    return f"{rate.value:.3f} ({rate.hits:g} of {rate.of})"


def _kept(metric: Metric, value: float, limit: float) -> bool:
    if metric.ratio:
        return limit - TOLERANCE <= value <= 1 / limit + TOLERANCE
    return abs(value) <= limit + TOLERANCE
