"""Tables of the requirement page: pure functions of the index and of answers."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx
import pandas as pd

from harmonizer import model
from harmonizer.answer import Answer
from harmonizer.explorer.wording import OPERATOR_WORDS
from harmonizer.knowledge import identifiers
from harmonizer.knowledge.index import Index
from harmonizer.values import describe_value


def requirements_to_choose(index: Index, framework: str) -> list[model.Requirement]:
    """What can be looked at of a framework: every row but headings, in source order."""
    return [one for one in index.requirements_of(index.framework(framework)) if one.kind != "heading"]


def nearest_to_choose(index: Index, requirement: model.Requirement) -> model.Requirement | None:
    """The requirement itself, or for a heading the first row below it that can be looked at."""
    below = (one for one in (requirement, *index.descendants(requirement.key)) if one.kind != "heading")
    return next(below, None)


def search(requirements: Iterable[model.Requirement], words: str) -> list[model.Requirement]:
    """Requirements whose id contains the search, or whose id, title and summary hold all its words.

    An id in any common spelling counts, and comes first.
    """
    requirements = list(requirements)
    wanted = words.casefold().split()
    if not wanted:
        return requirements
    ids = {identifiers.fold(one.id): one.id for one in requirements}
    meant = words.strip().rpartition(":")[2]
    exact, folded = identifiers.resolve(meant, ids), identifiers.fold(meant)
    ranks = {one.key: _rank(one, exact, folded, wanted) for one in requirements}
    return sorted((one for one in requirements if ranks[one.key] < NO_MATCH), key=lambda one: ranks[one.key])


NO_MATCH = 3


def _rank(requirement: model.Requirement, exact: str | None, folded: str, wanted: list[str]) -> int:
    if requirement.id == exact:
        return 0
    if folded in identifiers.fold(requirement.id):
        return 1
    return 2 if _holds(requirement, wanted) else NO_MATCH


def _holds(requirement: model.Requirement, wanted: list[str]) -> bool:
    text = f"{requirement.id} {requirement.title} {requirement.summary}".casefold()
    return all(word in text for word in wanted)


def label(requirement: model.Requirement, length: int = 110) -> str:
    """``id  title``; where there is no title, the beginning of the summary."""
    text = f"{requirement.id}  {requirement.title or requirement.summary}".strip()
    return text if len(text) <= length else text[: length - 1] + "…"


def card_facts(index: Index, requirement: model.Requirement) -> list[tuple[str, str]]:
    """What the card says below title and summary, by name."""
    framework = index.framework_versions[requirement.key.partition(":")[0]]
    above = index.requirements.get(requirement.parent)
    facts = [
        ("Part of", f"{above.id}  {above.title}".strip() if above else ""),
        ("Applies when", requirement.applies_when or "whenever the framework applies"),
        ("Not expressed by any objective", requirement.residual),
        ("Review", requirement.status),
        ("Source", f"{framework.title}, {framework.publisher}, version {framework.version}"),
        ("Source address", framework.url),
        ("Checked against the source", requirement.checked or framework.checked or "not recorded"),
    ]
    return [(name, value) for name, value in facts if value]


def asks(index: Index, dimension: str, operator: str, value: str, unit: str, wording: str = "") -> str:
    """A constraint in words: ``at most 72 hours``; what has no number in its own words: ``timely (qualitative)``."""
    if wording in ("qualitative", "organization-defined"):
        return f"{value} ({wording.replace('-', ' ')})"
    return f"{OPERATOR_WORDS.get(operator, operator)} {describe_value(index.dimensions[dimension], value, unit)}"


def constraint_table(index: Index, requirement: model.Requirement) -> pd.DataFrame:
    """The numbers, deadlines and elements that a requirement states."""
    rows = [
        (index.objectives[one.objective].title, index.dimensions[one.dimension].title,
         asks(index, one.dimension, one.operator, one.value, one.unit, one.wording),
         one.clock.replace("-", " "), one.extension, one.wording, one.scope, one.note)
        for one in index.constraints_of.get(requirement.key, ())
    ]  # fmt: skip
    columns = ["objective", "dimension", "asks", "clock", "extension", "wording", "scope", "note"]
    return pd.DataFrame(rows, columns=columns)


def mapping_table(index: Index, requirement: model.Requirement) -> pd.DataFrame:
    """The leaves that a requirement, and what stands below it, asks for."""
    rows = [
        (one.id, row.relation, index.objectives[row.objective].title, row.part, row.basis, row.confidence,
         "yes" if row.states_fact else "no", row.comment)
        for one in (requirement, *index.descendants(requirement.key))
        for row in index.mappings_of.get(one.key, ())
    ]  # fmt: skip
    columns = ["requirement", "relation", "leaf objective", "part", "basis", "confidence", "states a fact", "why"]
    return pd.DataFrame(rows, columns=columns)


def counterpart_tables(index: Index, counterparts: Answer) -> dict[str, pd.DataFrame]:
    """The counterparts by framework slug, best first in each."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for row in counterparts:
        slug, identifier = str(row["target_framework"]), str(row["target_id"])
        title = index.requirement(f"{slug}:{identifier}").title
        found.setdefault(slug, []).append((
            identifier, title, row["relation"] or "not known", row["certainty"],
            100 * float(row["coverage"] or 0), row["reason"], row["objectives"],
        ))  # fmt: skip
    columns = ["id", "title", "relation", "certainty", "coverage", "reason", "objectives"]
    return {slug: pd.DataFrame(rows, columns=columns) for slug, rows in found.items()}


def neighbour_table(graph: nx.MultiDiGraph[str]) -> pd.DataFrame:
    """The edges of a neighbourhood, and what the drawing leaves out: its twin in words."""
    rows = [
        (source, graph.nodes[source].get("title", ""), facts["relation"], graph.nodes[target].get("title", ""),
         facts["part"], facts["basis"], facts["confidence"], facts["comment"])
        for source, target, facts in graph.edges(data=True)
    ]  # fmt: skip
    rows += [("", facts["title"], "", "not drawn", "", "", None, "") for _, facts in graph.nodes(data=True)
             if facts["kind"] == "more"]  # fmt: skip
    columns = ["requirement", "title", "relation", "leaf objective", "part", "basis", "confidence", "why"]
    return pd.DataFrame(rows, columns=columns)
