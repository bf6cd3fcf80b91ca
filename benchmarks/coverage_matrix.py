"""All directed coverage between 200 frameworks, beside asking requirement by requirement on a slice of them.

The corpus is generated: 200 frameworks of 140 requirements, 1,400 leaf objectives of skewed popularity, 50,000 mappings
of which 70 % intersect, 20 % contain and 10 % equal their leaf.
"""

from __future__ import annotations

import random
import resource
import time

from harmonizer.crosswalk.coverage import coverage
from harmonizer.crosswalk.matrix import shares
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework, Knowledge, Mapping, Objective, Requirement
from harmonizer.strictness.applicability import Circumstances

SEED, FRAMEWORKS, REQUIREMENTS, LEAVES, MAPPINGS, SLICE = 20261123, 200, 140, 1400, 50_000, 6


def corpus() -> Knowledge:
    draw = random.Random(SEED)
    leaves = [f"leaf-{number}" for number in range(LEAVES)]
    popularity = [1 / (rank + 10) for rank in range(LEAVES)]
    frameworks = [
        Framework(f"f{number:03}", "1", f"F{number}", f"F{number}", "", "standard", "", "", "", "", "")
        for number in range(FRAMEWORKS)
    ]
    requirements = [
        Requirement(f"{framework.key}:{number}", "", "requirement", "required", "r", "", position=number)
        for framework in frameworks for number in range(REQUIREMENTS)
    ]  # fmt: skip
    pairs: dict[tuple[str, str], str] = {}
    while len(pairs) < MAPPINGS:
        leaf = draw.choices(leaves, popularity)[0]
        relation = draw.choices(["intersects-with", "superset-of", "equal"], [70, 20, 10])[0]
        pairs[draw.choice(requirements).key, leaf] = relation
    mappings = [
        Mapping(key, relation, leaf, "primary", "text", "", 0.9, "", "draft", "", "", "", "")
        for (key, leaf), relation in pairs.items()
    ]  # fmt: skip
    objectives = [Objective("domain", "", "domain", ""), Objective("middle", "domain", "objective", "")]
    objectives += [Objective(leaf, "middle", "leaf", leaf) for leaf in leaves]
    return Knowledge(tuple(frameworks), tuple(requirements), tuple(objectives), tuple(mappings))


def main() -> None:
    index = Index(corpus())
    frameworks = list(index.frameworks.values())
    index.mappings_of, index.mappings_to, index.requirements_of(frameworks[0])  # what every question shares
    anyone = Circumstances()
    start = time.perf_counter()
    found = shares(index, frameworks, anyone)
    at_once = time.perf_counter() - start
    start = time.perf_counter()
    slice_ = frameworks[:SLICE]
    for of in slice_:
        for by in slice_:
            coverage(index, of, [by], anyone)
    one_by_one = (time.perf_counter() - start) * (FRAMEWORKS / SLICE) ** 2
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{found.size} directed shares between {FRAMEWORKS} frameworks, {len(index.requirements)} requirements")
    print(f"one sparse product          {at_once:8.2f} s   peak memory {memory:.0f} MB")
    print(f"requirement by requirement  {one_by_one:8.2f} s   (from {SLICE} x {SLICE} frameworks, scaled)")
    print(f"ratio                       {one_by_one / at_once:8.1f}")


if __name__ == "__main__":
    main()
