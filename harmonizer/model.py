"""The nouns of the field as frozen records.

These records are what the tables hold line by line, what the RDF dataset holds node by node, and what
answers are made of. They carry text as authored; values with an order (durations, sets, steps) are read
by :mod:`harmonizer.values`, scope expressions by :mod:`harmonizer.scope`.

A requirement is named by its *key*, ``slug@version:id`` (``gdpr@2016-679:Art.32(1)(a)``); users write and
read the *short key*, ``slug:id``, which means the current version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Relation = Literal["equal", "subset-of", "superset-of", "intersects-with", "no-relationship"]
"""The set relations of NIST IR 8477, stated of the subject relative to the object."""

KINDS = ("heading", "requirement", "definition", "exemption", "enforcement")
MODALITIES = ("required", "addressable", "as-appropriate", "recommended", "optional", "prohibited",
              "organization-defined")  # fmt: skip
OPERATORS = ("at-least", "at-most", "equals", "includes", "one-of", "forbidden")
WORDINGS = ("exact", "derived", "qualitative", "organization-defined")
PARTS = ("primary", "secondary")
BASES = ("text", "guidance", "practice")
INHERITED = "inherited"
"""The basis of a row that an enhancement takes over from its control: it entails nothing and is never authored."""
REVIEW_STATES = ("draft", "reviewed", "disputed", "withdrawn")
DATE_STATUSES = ("in-force", "adopted", "proposed", "stayed", "superseded")

FACT_CONFIDENCE = 0.65
"""Rows below this confidence entail nothing (reasoning.md, section 1)."""


@dataclass(frozen=True, slots=True)
class Framework:
    """One version of a framework: a law, standard or set of criteria."""

    slug: str
    version: str
    title: str
    short_title: str
    publisher: str
    kind: str
    jurisdiction: str
    url: str
    licence: str
    text_status: str
    mapping_licence: str
    valid_from: str = ""
    valid_to: str = ""
    replaces: str = ""
    checked: str = ""
    note: str = ""
    reading: str = "strict"  # how the mapping rows of this framework are read, see crosswalk.assertions
    unmapped: str = ""  # ``inherited``: a requirement without rows takes over those of the one it enhances

    @property
    def key(self) -> str:
        return f"{self.slug}@{self.version}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One provision of a framework, as its source numbers it."""

    key: str
    parent: str  # key of the parent, or empty
    kind: str
    modality: str
    title: str
    summary: str
    applies_when: str = ""
    status: str = "draft"
    checked: str = ""
    residual: str = ""
    position: int = 0  # place in the source document

    @property
    def framework(self) -> str:
        """Slug of the framework."""
        return self.key.partition("@")[0]

    @property
    def id(self) -> str:
        """The id as the source writes it."""
        return self.key.partition(":")[2]

    @property
    def short(self) -> str:
        """``slug:id``."""
        return short_key(self.key)


@dataclass(frozen=True, slots=True)
class Objective:
    """A control objective: domain, objective or leaf. The leaves are the atoms of every computation."""

    slug: str
    parent: str
    level: str  # domain, objective, leaf
    title: str
    outcome: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Mapping:
    """The claim that a requirement stands in a relation to a leaf objective, with its reason."""

    requirement: str
    relation: str
    objective: str
    part: str
    basis: str
    any_of: str
    confidence: float
    comment: str
    review_state: str
    author: str
    reviewer: str
    date: str
    justification: str

    @property
    def states_fact(self) -> bool:
        """Whether the row may enter inference: basis text, confidence 0.65 and up, outside any any-of group."""
        return (
            self.basis == "text"
            and self.confidence >= FACT_CONFIDENCE
            and not self.any_of
            and self.review_state != "withdrawn"
        )

    @property
    def is_inherited(self) -> bool:
        """Whether the row was taken over from the control that its requirement enhances."""
        return self.basis == INHERITED

    @property
    def contains_leaf(self) -> bool:
        """Whether meeting the requirement entails reaching the leaf."""
        return self.states_fact and self.relation in ("equal", "superset-of")


@dataclass(frozen=True, slots=True)
class MappingSet:
    """A crosswalk that somebody published, kept apart from our own mappings."""

    id: str
    title: str
    publisher: str
    licence: str
    source: str
    version: str
    date: str
    reading: str = "plain"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One row of a published crosswalk. Its ends are requirement keys or ``objective:<slug>``, and may dangle."""

    mapping_set: str
    subject: str
    relation: str  # one of the five, or ``related`` where the publisher gives no type
    object: str
    confidence: float
    rationale: str
    position: int = 0  # line in its file


@dataclass(frozen=True, slots=True)
class Difference:
    """Why a row of a published crosswalk has no counterpart among our mappings, as the reviewer saw it."""

    mapping_set: str
    subject: str
    object: str
    reason: str


@dataclass(frozen=True, slots=True)
class Constraint:
    """A number, deadline, element or prohibition that a requirement puts on a leaf objective."""

    requirement: str
    objective: str
    dimension: str
    operator: str
    value: str
    unit: str
    extension: str
    clock: str
    scope: str
    wording: str
    note: str

    @property
    def comparable(self) -> bool:
        """Whether the value is a setting that can be compared.

        Qualitative and organization-defined values cannot, and a trigger (a number of persons from which a duty
        exists) is a condition, not a setting.
        """
        return self.wording in ("exact", "derived") and not self.is_trigger

    @property
    def is_trigger(self) -> bool:
        return self.dimension.startswith("trigger-")


@dataclass(frozen=True, slots=True)
class DateRule:
    """From when to when a requirement (or one dimension of it) holds for a scope."""

    requirement: str
    dimension: str
    scope: str
    valid_from: str
    valid_to: str
    status: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something that strictness is measured along."""

    slug: str
    title: str
    type: str  # duration, quantity, trigger, ordinal, set
    operators: tuple[str, ...]
    unit: str
    steps: tuple[str, ...]
    definition: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Tag:
    """A scope tag, ``kind:name``."""

    tag: str
    title: str
    implies: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True, slots=True)
class Tension:
    """An authored tension between duties on different leaves, with its ways out."""

    id: str
    title: str
    members: tuple[str, ...]
    nature: str
    ways_out: tuple[str, ...]  # each ``way => citation that opens it``
    condition: str
    status: str


@dataclass(frozen=True, slots=True)
class Level:
    """A setting at which a control can be run, with the effort it adds."""

    objective: str  # a leaf, or empty: every leaf of the control
    dimension: str
    value: str
    unit: str
    effort_low: int
    effort_likely: int
    effort_high: int
    note: str


@dataclass(frozen=True, slots=True)
class Control:
    """A candidate control. Effort is in person-days, first year, company of 100 people."""

    slug: str
    title: str
    statement: str
    kind: str
    settable: tuple[str, ...]  # ``dimension`` or ``leaf.dimension`` that can be set to any value at no further effort
    effort_low: int
    effort_likely: int
    effort_high: int
    effort_basis: str
    prerequisites: tuple[str, ...]
    exclusions: tuple[str, ...]
    evidence: tuple[str, ...]
    owner: str
    automation: tuple[str, ...]
    satisfies: tuple[str, ...] = ()  # leaves
    reasons: tuple[str, ...] = ()  # one clause for each leaf
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that a dataset says, as tuples in canonical order."""

    frameworks: tuple[Framework, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    objectives: tuple[Objective, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    dates: tuple[DateRule, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    tags: tuple[Tag, ...] = ()
    tensions: tuple[Tension, ...] = ()
    controls: tuple[Control, ...] = ()
    mapping_sets: tuple[MappingSet, ...] = ()
    links: tuple[Link, ...] = ()
    differences: tuple[Difference, ...] = ()


def short_key(key: str) -> str:
    """``slug:id`` of a key ``slug@version:id``; what is short already stays."""
    head, colon, identifier = key.partition(":")
    return head.partition("@")[0] + colon + identifier
