"""Tables and texts of the crosswalk page: pure functions of the index and of answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import pandas as pd

from harmonizer import model
from harmonizer.answer import Answer
from harmonizer.crosswalk.coverage import Coverage, Coverer
from harmonizer.explorer.wording import OPERATOR_WORDS, plain, relation_words
from harmonizer.knowledge import identifiers
from harmonizer.knowledge.index import Index
from harmonizer.strictness.applicability import Circumstances
from harmonizer.values import describe_value

SHOWN = 300
"""Requirements offered at once; more is found by more words."""


def requirements_to_choose(index: Index, frameworks: Iterable[str]) -> list[model.Requirement]:
    """What can be looked at of frameworks: every row but headings, in source order."""
    return [one for slug in frameworks for one in index.requirements_of(index.framework(slug)) if one.kind != "heading"]


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
    meant = words.strip().rpartition(":")[2]
    exact, folded = (
        identifiers.resolve(meant, {identifiers.fold(one.id): one.id for one in requirements}),
        identifiers.fold(meant),
    )
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
    """``slug:id  title``; where there is no title, the beginning of the summary."""
    text = f"{requirement.short}  {requirement.title or requirement.summary}".strip()
    return text if len(text) <= length else text[: length - 1] + "…"


def card_facts(index: Index, requirement: model.Requirement) -> list[tuple[str, str]]:
    """What the card says below title and summary, by name."""
    framework = index.framework_versions[requirement.key.partition(":")[0]]
    above = index.requirements.get(requirement.parent)
    facts = [
        ("Part of", f"{above.id}  {above.title}".strip() if above else ""),
        ("Applies when", requirement.applies_when or "whenever the framework applies"),
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
        (one.id, relation_words(row.relation), index.objectives[row.objective].title, row.part, row.basis,
         row.confidence, "yes" if row.states_fact else "no", row.comment)
        for one in (requirement, *index.descendants(requirement.key))
        for row in index.mappings_of.get(one.key, ())
    ]  # fmt: skip
    columns = ["requirement", "relation", "leaf objective", "part", "basis", "confidence", "states a fact", "why"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class Counterpart:
    """A requirement of another framework that answers, as it is shown."""

    requirement: model.Requirement
    relation: str
    certainty: str
    coverage: float
    reason: str


def counterparts_by_framework(index: Index, answer: Answer) -> dict[str, list[Counterpart]]:
    """The rows of ``counterparts`` by framework slug, best first in each."""
    found: dict[str, list[Counterpart]] = {}
    for row in answer:
        slug = str(row["target_framework"])
        found.setdefault(slug, []).append(Counterpart(
            index.requirement(f"{slug}:{row['target_id']}"), relation_words(row["relation"]), str(row["certainty"]),
            float(row["coverage"] or 0), str(row["reason"]),
        ))  # fmt: skip
    return found


def pair_table(index: Index, answer: Answer) -> pd.DataFrame:
    """The rows of ``crosswalk`` with the titles of both sides, coverage in per cent."""
    rows = []
    for row in answer:
        keys = [f"{row[f'{side}_framework']}:{row[f'{side}_id']}" for side in ("source", "target")]
        ends = [_known(index, key) for key in keys]
        rows.append((
            row["certainty"], row["source_id"], ends[0].title if ends[0] else "", relation_words(row["relation"]),
            row["target_id"], ends[1].title if ends[1] else "",
            None if row["coverage"] is None else 100 * float(row["coverage"]), row["reason"], row["sources"],
        ))  # fmt: skip
    columns = ["certainty", "source", "source title", "relation", "target", "target title", "covers", "why", "from"]
    return pd.DataFrame(rows, columns=columns)


def _known(index: Index, key: str) -> model.Requirement | None:
    """A requirement if it is there; the ends of published rows may dangle."""
    slug, _, identifier = key.partition(":")
    return index.requirements.get(f"{index.frameworks[slug].key}:{identifier}") if slug in index.frameworks else None


def published_table(index: Index, requirement: model.Requirement, ours: Answer) -> pd.DataFrame:
    """What others published on a requirement, read from its side, beside what follows from our own mappings."""
    known = {f"{row['target_framework']}:{row['target_id']}": f"{row['certainty']}, {relation_words(row['relation'])}"
             for row in ours}  # fmt: skip
    turned = {"subset-of": "superset-of", "superset-of": "subset-of"}
    rows = []
    for one in index.knowledge.links:
        if requirement.key not in (one.subject, one.object):
            continue
        forward = one.subject == requirement.key
        other = model.short_key(one.object if forward else one.subject)
        relation = one.relation if forward else turned.get(one.relation, one.relation)
        end, published = _known(index, other), index.mapping_sets[one.mapping_set]
        rows.append((published.publisher, published.title, relation_words(relation), other, end.title if end else "",
                     known.get(other, "no leaf in common, or not asked"), one.rationale))  # fmt: skip
    columns = ["publisher", "crosswalk", "relation", "requirement", "title", "our mappings say", "why"]
    return pd.DataFrame(rows, columns=columns)


def open_of(
    index: Index, requirement: model.Requirement, by: Sequence[str], circumstances: Circumstances
) -> Coverage:  # fmt: skip
    """How far the frameworks together cover a requirement, and what they leave open."""
    return Coverer.by_frameworks(index, [index.framework(slug) for slug in by], circumstances).of(requirement)


def as_markdown(index: Index, requirement: model.Requirement, found: Mapping[str, Sequence[Counterpart]]) -> str:
    """Requirement and counterparts for a ticket or document; cells hold no line breaks and no bare bars."""
    lines = [f"## {plain(requirement.short)} {plain(requirement.title)}", "", plain(requirement.summary), ""]
    lines += [f"**{plain(name)}**: {plain(value)}  " for name, value in card_facts(index, requirement)]
    if requirement.residual:
        lines.append(f"**Not expressed by any objective**: {plain(requirement.residual)}")
    for slug, rows in found.items():
        lines += ["", f"### {plain(index.framework(slug).title)}", "",
                  "| id | title | relation | certainty | covers | why |", "|---|---|---|---|---|---|"]  # fmt: skip
        lines += [
            "| " + " | ".join(plain(" ".join(cell.split())) for cell in (
                one.requirement.id, one.requirement.title, one.relation, one.certainty, f"{one.coverage:.0%}",
                one.reason,
            )) + " |"
            for one in rows
        ]  # fmt: skip
    return "\n".join(lines)


def neighbour_table(graph: nx.MultiDiGraph[str]) -> pd.DataFrame:
    """The edges of a neighbourhood, and what the drawing leaves out: its twin in words."""
    rows = [
        (source, graph.nodes[source].get("title", ""), facts.get("relation") or facts["kind"], target,
         graph.nodes[target].get("title", ""), facts.get("part", ""), facts.get("basis", ""), facts.get("comment", ""))
        for source, target, facts in graph.edges(data=True)
    ]  # fmt: skip
    rows += [("", facts["title"], "not drawn", "", "", "", "", "") for _, facts in graph.nodes(data=True)
             if facts["kind"] == "more"]  # fmt: skip
    columns = ["from", "title", "relation", "to", "title of the other", "part", "basis", "why"]
    return pd.DataFrame(rows, columns=columns)


def nodes_to_choose(index: Index, frameworks: Iterable[str], words: str) -> dict[str, str]:
    """Nodes of the graph that hold all the words, with their labels: frameworks, objectives, controls, requirements.

    Without words the frameworks and the domains, to begin with.
    """
    wanted = words.casefold().split()
    found = {slug: f"{one.short_title} (framework)" for slug, one in index.frameworks.items()}
    objectives = index.narrower("") if not wanted else index.knowledge.objectives
    found |= {f"objective:{one.slug}": f"{one.title} ({one.level})" for one in objectives}
    if wanted:
        found |= {f"control:{one.slug}": f"{one.title} (control)" for one in index.knowledge.controls}
    chosen = {name: text for name, text in found.items()
              if all(word in f"{name} {text}".casefold() for word in wanted)}  # fmt: skip
    if wanted:
        chosen |= {one.short: label(one) for one in search(requirements_to_choose(index, frameworks), words)}
    return chosen


def node_label(index: Index, node: str) -> str:
    """The label of any node; :class:`UnknownNameError` where there is none."""
    kind, colon, slug = node.partition(":")
    if kind == "objective":
        one = index.objective(slug)
        return f"{one.title} ({one.level})"
    if kind == "control":
        return f"{index.control(slug).title} (control)"
    return label(index.requirement(node)) if colon else f"{index.framework(node).short_title} (framework)"


class Names:
    """The requirements of an index as a container of short names in any spelling."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __contains__(self, name: object) -> bool:
        return _known(self._index, str(name)) is not None
