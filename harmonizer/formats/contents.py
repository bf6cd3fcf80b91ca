"""What a foreign file says, before anything of it is checked against what is loaded: what every reader returns.

A reader only reads; ``workspace_files`` decides which file of a workspace each thing becomes. Every ``place`` is a
``line 12`` of a text, a cell (``Sheet1!B12``) or a path in a document (``catalog.groups[0]``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from harmonizer.model import Knowledge


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a user should know and that stops nothing: where it stands and what it is."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class ReadRequirement:
    """One requirement or heading of a foreign framework; ``place`` is its line, cell or path in the file."""

    id: str
    title: str
    parent: str = ""
    summary: str = ""
    heading: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class ReadFramework:
    """A framework as a file gives it. ``licence`` is empty where the file states none."""

    slug: str
    requirements: tuple[ReadRequirement, ...]
    title: str = ""
    version: str = ""
    publisher: str = ""
    licence: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ReadMapping:
    """One row of a mapping set. Ends are ``slug:id``, or ``objective:slug`` for a leaf objective.

    ``relation`` is one of the set relations of NIST IR 8477 as :mod:`harmonizer.vocabulary` spells them, or ``related``
    where the file states that two things belong together without saying how. ``justification`` is a term of SEMAPV.
    """

    source: str
    relation: str
    target: str
    rationale: str = ""
    confidence: float = 1.0
    place: str = ""
    justification: str = "semapv:ManualMappingCuration"


@dataclass(frozen=True, slots=True)
class ReadMappingSet:
    """Mappings from one source; they take part in inference only where the user trusts the set."""

    name: str
    mappings: tuple[ReadMapping, ...]
    provider: str = ""
    licence: str = ""
    url: str = ""


@dataclass(frozen=True)
class Contents:
    """All that one file says.

    ``kept`` are documents to keep beside the tables, by their name in the workspace. ``figures`` counts what the
    format knows beside frameworks, requirements and mappings. ``knowledge`` holds records of our own ontology, which
    say more than the others can.
    """

    frameworks: tuple[ReadFramework, ...] = ()
    mapping_sets: tuple[ReadMappingSet, ...] = ()
    findings: tuple[Finding, ...] = ()
    kept: dict[str, str] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    knowledge: Knowledge | None = None
