"""A small knowledge for reports: two frameworks, three leaves, three controls, and text that tries to be more."""

from __future__ import annotations

from pathlib import Path

from harmonizer.api import Harmonizer
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.store import TableDataset
from harmonizer.knowledge.tables import Files
from harmonizer.model import Constraint, Control, Dimension, Framework, Knowledge, Mapping, Objective, Requirement, Tag

FRAMEWORKS = ("alpha", "beta")


def in_workspace(folder: Path, data: Knowledge | None = None) -> Harmonizer:
    """The small knowledge over a workspace folder, made if need be."""
    folder.mkdir(exist_ok=True)
    return Harmonizer(Index(data or knowledge()), TableDataset(Files((Path("bundled"), folder))))


def _requirement(key: str, position: int, title: str = "Review logs", residual: str = "") -> Requirement:
    return Requirement(key, "", "requirement", "required", title, "", residual=residual, position=position)


def _mapping(requirement: str, leaf: str) -> Mapping:
    return Mapping(requirement, "superset-of", leaf, "primary", "text", "", 0.9, "the text names it", "draft", "me", "",
                   "2026-01-02", "semapv:ManualMappingCuration")  # fmt: skip


def _control(slug: str, leaf: str, statement: str) -> Control:
    return Control(slug, f"Control {slug}", statement, "technical", ("retention", "content"), 2, 5, 9, "", (), (),
                   ("log export", "ticket"), "security lead", (), (leaf,), ("because",))  # fmt: skip


def _retention(requirement: str, operator: str, value: str) -> Constraint:
    return Constraint(requirement, "logs-kept", "retention", operator, value, "", "", "", "", "exact", "")


def knowledge() -> Knowledge:
    frameworks = tuple(
        Framework(slug, "1", f"{slug} law", slug.capitalize(), "=publisher", "law", "EU", f"https://example.org/{slug}",
                  "public domain", "paraphrase", "Apache-2.0", checked=checked)
        for slug, checked in (("alpha", "2026-03-04"), ("beta", "2026-05-06"))
    )  # fmt: skip
    leaves = ("logs-kept", "logs-reviewed", "nobody-does-this")
    objectives = (Objective("logging", "", "domain", "Logging"), Objective("logs", "logging", "objective", "Logs"),
                  *(Objective(leaf, "logs", "leaf", leaf.replace("-", " ")) for leaf in leaves))  # fmt: skip
    return Knowledge(
        frameworks=frameworks,
        requirements=(_requirement("alpha@1:1", 1, "=1+1"), _requirement("alpha@1:2(a)", 2, "-dash\x07 and bell"),
                      _requirement("beta@1:Art.1", 1), _requirement("beta@1:Art.2", 2, residual="a part of its own")),
        objectives=objectives,
        mappings=(_mapping("alpha@1:1", "logs-kept"), _mapping("alpha@1:2(a)", "logs-reviewed"),
                  _mapping("beta@1:Art.1", "logs-kept"), _mapping("beta@1:Art.2", "nobody-does-this")),
        constraints=(_retention("alpha@1:1", "at-least", "P1Y"), _retention("beta@1:Art.1", "at-least", "P6Y")),
        dimensions=(Dimension("retention", "retention", "duration", ("at-least", "at-most"), "", (), ""),),
        tags=(Tag("role:controller", "Controller"),),
        controls=(_control("keep-logs", "logs-kept", "=cmd: keep logs for {retention}."),
                  _control("review-logs", "logs-reviewed", "@reviewer reads logs. " + "Long. " * 8000)),
    )  # fmt: skip
