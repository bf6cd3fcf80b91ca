"""A crosswalk corpus shaped like the largest real ones, made from a seed.

A hub catalogue of controls; frameworks whose requirements map to it; 70 % of the mappings say intersects, 20 % superset
and 10 % equal; a few hub controls are far more popular than most.
"""

from __future__ import annotations

import random

from harmonizer.crosswalk.assertions import Assertion, Reading

SEED = 20261123


def crosswalks(
    *, controls: int = 1_400, frameworks: int = 180, requirements: int = 28_000, mappings: int = 50_000,
    reading: Reading = "plain", seed: int = SEED,
) -> list[Assertion]:  # fmt: skip
    """Mappings of requirements to the hub, as assertions; distinct pairs only."""
    draw = random.Random(seed)
    names = [f"f{number % frameworks:03}@1:r{number}" for number in range(requirements)]
    popularity = [1 / (rank + 5) for rank in range(controls)]
    found: dict[tuple[str, str], Assertion] = {}
    while len(found) < mappings:
        control = f"hub@1:c{draw.choices(range(controls), popularity)[0]}"
        relation = draw.choices(("intersects-with", "superset-of", "equal"), (70, 20, 10))[0]
        name = draw.choice(names)
        found.setdefault((name, control), Assertion(name, relation, control, reading, "corpus"))
    return list(found.values())
