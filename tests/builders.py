"""Small hand-made knowledge for the tests of the superset solver."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from harmonizer.knowledge.index import Index
from harmonizer.model import (
    Constraint,
    Control,
    Dimension,
    Framework,
    Knowledge,
    Level,
    Mapping,
    Objective,
    Requirement,
    Tag,
)

T = TypeVar("T")
DIMENSIONS = (
    Dimension("retention", "Retention", "duration", ("at-least", "at-most"), "", (), ""),
    Dimension("length", "Length", "quantity", ("at-least",), "{char}", (), ""),
    Dimension("notice-deadline", "Notice", "duration", ("at-most",), "", (), ""),
    Dimension("content", "Content", "set", ("includes", "forbidden"), "", (), ""),
)
TAGS = (Tag("role:controller", "Controller"), Tag("role:processor", "Processor"))


def key(short: str) -> str:
    """``hipaa:1`` as the key ``hipaa@1:1``."""
    return short.replace(":", "@1:", 1)


class Builder:
    """Collects records; leaves and frameworks come into being when they are named."""

    def __init__(self) -> None:
        self.requirements: dict[str, Requirement] = {}
        self.mappings: list[Mapping] = []
        self.constraints: list[Constraint] = []
        self.controls: list[Control] = []

    def requirement(self, short: str, *leaves: str, any_of: Sequence[str] = (), relation: str = "superset-of",
                    modality: str = "required", applies_when: str = "", residual: str = "") -> Builder:  # fmt: skip
        name = key(short)
        self.requirements[name] = Requirement(name, "", "requirement", modality, short, "", applies_when,
                                              residual=residual, position=len(self.requirements))  # fmt: skip
        for leaf, group in [*((leaf, "") for leaf in leaves), *((leaf, "either") for leaf in any_of)]:
            self.mappings.append(Mapping(name, relation, leaf, "primary", "text", group, 0.9, "", "draft", "", "", "",
                                         "semapv:ManualMappingCuration"))  # fmt: skip
        return self

    def constraint(self, short: str, leaf: str, dimension: str, operator: str, value: str, *, unit: str = "",
                   clock: str = "", scope: str = "", wording: str = "exact") -> Builder:  # fmt: skip
        self.constraints.append(Constraint(key(short), leaf, dimension, operator, value, unit, "", clock, scope,
                                           wording, ""))  # fmt: skip
        return self

    def control(self, slug: str, leaves: Iterable[str], effort: int = 10, *, levels: Iterable[Level] = (),
                settable: Sequence[str] = (), prerequisites: Sequence[str] = (), exclusions: Sequence[str] = (),
                evidence: Sequence[str] = ("record",), statement: str = "Do it.") -> Builder:  # fmt: skip
        self.controls.append(Control(slug, slug, statement, "technical", tuple(settable), effort // 2, effort,
                                     effort * 2, "", tuple(prerequisites), tuple(exclusions), tuple(evidence), "", (),
                                     tuple(sorted(leaves)), (), tuple(levels)))  # fmt: skip
        return self

    @property
    def frameworks(self) -> list[str]:
        return sorted({requirement.framework for requirement in self.requirements.values()})

    def knowledge(self) -> Knowledge:
        leaves = {row.objective for row in self.mappings} | {leaf for one in self.controls for leaf in one.satisfies}
        objectives = (Objective("domain", "", "domain", ""), Objective("middle", "domain", "objective", ""),
                      *(Objective(leaf, "middle", "leaf", leaf) for leaf in sorted(leaves)))  # fmt: skip
        frameworks = tuple(Framework(slug, "1", slug, slug.upper(), "", "law", "", "", "", "", "")
                           for slug in self.frameworks)  # fmt: skip
        return Knowledge(frameworks, tuple(self.requirements.values()), objectives, tuple(self.mappings),
                         tuple(self.constraints), (), DIMENSIONS, TAGS, (), tuple(self.controls))  # fmt: skip

    def index(self) -> Index:
        return Index(self.knowledge())


def years(count: int, effort: int = 0, leaf: str = "") -> Level:
    """A retention level."""
    return Level(leaf, "retention", f"P{count}Y", "", effort, effort, effort, "")


def random_builder(seed: int) -> Builder:
    """A small random instance with levels, prerequisites, exclusions, any-of groups and bounds of both directions."""
    draw = random.Random(seed)
    leaves = [f"leaf-{letter}" for letter in "abcdef"]
    builder = Builder()
    for number in range(draw.randint(2, 6)):
        short = f"{draw.choice(['hipaa', 'soc2'])}:{number}"
        alone = draw.sample(leaves, draw.randint(1, 2))
        group = draw.sample(leaves, 2) if draw.random() < 0.4 else []
        builder.requirement(short, *alone, any_of=group)
        for leaf in {*alone, *group}:
            if draw.random() < 0.5:
                operator = "at-most" if draw.random() < 0.2 else "at-least"
                builder.constraint(short, leaf, "retention", operator, f"P{draw.randint(1, 5)}Y")
            if draw.random() < 0.15:
                builder.constraint(short, leaf, "length", "at-least", str(draw.choice([8, 12])), unit="{char}")
    slugs = [f"control-{number}" for number in range(draw.randint(3, 6))]
    for slug in slugs:
        claimed = draw.sample(leaves, draw.randint(1, 4))
        levels = [years(count, draw.randint(0, 2), draw.choice(["", "", draw.choice(claimed)]))
                  for count in draw.sample([1, 3, 5, 6], draw.randint(0, 2))]  # fmt: skip
        if draw.random() < 0.5:
            levels.append(Level("", "length", "12", "{char}", 1, 1, 1, ""))
        others = [other for other in slugs if other != slug]
        builder.control(
            slug, claimed, draw.randint(0, 6), levels=levels,
            settable=("retention",) if draw.random() < 0.3 else ("length",) if draw.random() < 0.3 else (),
            prerequisites=draw.sample(others, 1) if draw.random() < 0.2 else (),
            exclusions=draw.sample(others, 1) if draw.random() < 0.25 else (),
            evidence=[f"evidence-{n}" for n in range(draw.randint(0, 2))],
        )  # fmt: skip
    return builder


def shuffled(knowledge: Knowledge, seed: int) -> Knowledge:
    """The same knowledge with all its rows in another order."""
    draw = random.Random(seed)

    def mixed(rows: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(draw.sample(rows, len(rows)))

    controls = tuple(replace(one, satisfies=mixed(one.satisfies), levels=mixed(one.levels),
                             evidence=mixed(one.evidence)) for one in mixed(knowledge.controls))  # fmt: skip
    return replace(knowledge, requirements=mixed(knowledge.requirements), mappings=mixed(knowledge.mappings),
                   constraints=mixed(knowledge.constraints), objectives=mixed(knowledge.objectives),
                   frameworks=mixed(knowledge.frameworks), dimensions=mixed(knowledge.dimensions),
                   controls=controls)  # fmt: skip
