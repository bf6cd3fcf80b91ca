"""Rates of groups, the metrics that compare them, and how sure they are.

A rate is a share of a group: of all its members (how many are selected), or of those with one label (how many of them
are). The bootstrap resamples rows with replacement within the group, or within the group's rows of that label, so that
their numbers stay as they are in each resample. The number of hits among n rows drawn with replacement has the
binomial distribution of n and the rate: that is what is drawn here, which is the same and needs no rows.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SELECTION, TRUE_POSITIVE, FALSE_POSITIVE = "selection rate", "true positive rate", "false positive rate"
COUNTED = {SELECTION: "people", TRUE_POSITIVE: "people with label 1", FALSE_POSITIVE: "people with label 0"}
"""What each rate is a share of."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` among ``of`` people. A rate of nobody has no value."""

    hits: float
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of


Groups = Mapping[str, Mapping[str, Rate]]
"""The rates of each group of an attribute, by the name of the group and of the rate."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A comparison of a group with another: the ratio of their rates, or the difference, the largest of several."""

    rates: tuple[str, ...]
    ratio: bool


METRICS = {
    "selection-rate-ratio": Metric((SELECTION,), True),
    "demographic-parity-difference": Metric((SELECTION,), False),
    "equal-opportunity-difference": Metric((TRUE_POSITIVE,), False),
    "equalized-odds-difference": Metric((TRUE_POSITIVE, FALSE_POSITIVE), False),
}
"""Metrics that a limit can be set for.

selection-rate-ratio is the impact ratio of 6 RCNY 5-300 and what the four-fifths rule of 29 CFR 1607.4(D) looks at. A
ratio is to be the limit at least (and its inverse at most), a difference at most the limit, either way.
"""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How intervals are made: the percentiles that hold ``confidence`` of ``resamples``, drawn from ``seed``."""

    confidence: float
    resamples: int
    seed: int

    def draws(self, name: str, rate: Rate) -> NDArray[np.float64]:
        """The rate in each resample. ``name`` tells rates apart, so that none depends on which others are looked at."""
        import numpy as np

        source = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        return source.binomial(rate.of, min(max(rate.value, 0.0), 1.0), self.resamples) / rate.of

    def interval(self, values: NDArray[np.float64]) -> tuple[float, float]:
        import numpy as np

        outside = (1 - self.confidence) / 2
        low, high = np.quantile(values, [outside, 1 - outside])
        return float(low), float(high)


def compared(metric: Metric, group: Mapping[str, Rate], references: Mapping[str, Rate]) -> tuple[float, str]:
    """A metric of a group and the rate that decides it.

    A ratio is of the group to the reference; a difference is the reference less the group, of several the largest
    either way.
    """
    if metric.ratio:
        (name,) = metric.rates
        return group[name].value / references[name].value, name
    differences = {name: references[name].value - group[name].value for name in metric.rates}
    name = max(differences, key=lambda one: abs(differences[one]))
    return (differences[name] if len(differences) == 1 else abs(differences[name])), name


def resampled(
    metric: Metric, group: Mapping[str, NDArray[np.float64]], references: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The same metric in each resample. Where both rates of a ratio are 0 they are equal: 1."""
    import numpy as np

    if metric.ratio:
        (name,) = metric.rates
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = group[name] / references[name]
        return np.where(np.isnan(ratios), 1.0, ratios)
    differences = [references[name] - group[name] for name in metric.rates]
    return differences[0] if len(differences) == 1 else np.max(np.abs(differences), axis=0)
