"""Figures and tables of the overview: pure functions of the index and of answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from harmonizer import model
from harmonizer.answer import Answer
from harmonizer.explorer.wording import share
from harmonizer.knowledge.index import Index
from harmonizer.strictness.applicability import Circumstances, applicable


@dataclass(frozen=True)
class Figure:
    """A number with what it is a part of."""

    label: str
    part: int
    whole: int
    meaning: str

    @property
    def text(self) -> str:
        return f"{self.part:,} of {self.whole:,}"

    @property
    def share(self) -> str:
        return share(self.part, self.whole)


def key_figures(
    index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances, overlap: Answer,
    strictest: Answer,
) -> list[Figure]:  # fmt: skip
    """The figures at the head of the overview, each with its denominator."""
    applying = [one for framework in frameworks for one in applicable(index, framework, circumstances, modalities=None)]
    mapped = sum(one.key in index.mappings_of for one in applying)
    touched = [str(leaf) for leaf in overlap.column("objective")]
    shared = sum(int(count or 0) >= 2 for count in overlap.column("shared_by"))
    stated = [row["status"] for row in strictest if row["requirement"]]
    reachable = {leaf for control in index.knowledge.controls for leaf in control.satisfies}
    return [
        Figure("Requirements mapped", mapped, len(applying),
               "Requirements in scope with at least one mapping to a leaf objective, of all in scope"),
        Figure("Leaves shared by ≥ 2", shared, len(touched),
               "Leaf objectives that at least two of the frameworks ask for, of all that one of them asks for"),
        Figure("Constraints that bind", stated.count("binding"), len(stated),
               "Numbers, deadlines and required elements that nothing stricter dominates, of all that are stated"),
        Figure(f"Within reach of {len(index.controls)} controls", sum(leaf in reachable for leaf in touched),
               len(touched), "Leaf objectives that one of the candidate controls claims, of those asked for"),
    ]  # fmt: skip


def framework_names(index: Index) -> dict[str, str]:
    """The short title of each framework by slug; where two share one, with the slug."""
    shared = Counter(one.short_title for one in index.frameworks.values())
    return {slug: one.short_title if shared[one.short_title] == 1 else f"{one.short_title} ({slug})"
            for slug, one in index.frameworks.items()}  # fmt: skip


def coverage_cells(index: Index, matrix: Answer) -> pd.DataFrame:
    """One row for each cell of the coverage matrix: what a heatmap is drawn from."""
    names = framework_names(index)
    slugs = matrix.columns[1:]
    rows = [
        (str(row["framework"]), by, names[str(row["framework"])], names[by], round(100 * float(row[by] or 0), 1),
         row["framework"] == by)
        for row in matrix for by in slugs
    ]  # fmt: skip
    cells = pd.DataFrame(rows, columns=["of_slug", "by_slug", "of", "by", "percent", "itself"])
    cells["words"] = [f"{row.by} covers {row.percent:.1f} % of {row.of}" for row in cells.itertuples()]
    return cells


def coverage_table(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells as a matrix in per cent, a row for each framework that is covered."""
    order = list(dict.fromkeys(cells["of"]))
    return cells.pivot(index="of", columns="by", values="percent").loc[order, order].rename_axis("framework")


def domain_cells(index: Index, overlap: Answer) -> pd.DataFrame:
    """Each objective that the frameworks touch: its domain, how many of its leaves are asked for, and by how many
    frameworks each leaf is asked for on average; the busiest domain first, and in it the busiest objective.
    """
    counted: dict[tuple[str, str], list[int]] = {}
    for row in overlap:
        leaf = str(row["objective"])
        names = index.domain(leaf).title, index.middle(leaf).title
        counted.setdefault(names, []).append(int(row["shared_by"] or 0))
    rows = [(*names, len(counts), round(sum(counts) / len(counts), 2)) for names, counts in counted.items()]
    frame = pd.DataFrame(rows, columns=["domain", "objective", "leaves", "frameworks"])
    frame["total"] = frame.groupby("domain")["leaves"].transform("sum")
    ordered = frame.sort_values(["total", "domain", "leaves", "objective"], ascending=[False, True, False, True],
                                ignore_index=True)  # fmt: skip
    return ordered.drop(columns="total")


def sharing_table(overlap: Answer, frameworks: int) -> pd.DataFrame:
    """How many leaves are asked for by exactly one, two, ... of the frameworks, with their share."""
    counts = Counter(int(count or 0) for count in overlap.column("shared_by"))
    total = sum(counts.values())
    rows = [(_by(k), counts[k], share(counts[k], total)) for k in range(1, frameworks + 1)]
    return pd.DataFrame(rows, columns=["asked for by", "leaves", "share"])


def _by(count: int) -> str:
    return f"{count} framework{'s' if count > 1 else ''}"


@dataclass(frozen=True)
class Action:
    """Something worth doing next: the page (by the name of its file), its parameters, and why."""

    label: str
    reason: str
    page: str
    parameters: dict[str, str]


def next_actions(
    index: Index, frameworks: Sequence[str], matrix: Answer, conflicts: Answer, strictest: Answer
) -> list[Action]:
    """Three next actions: the pair that covers least, what collides or else what is to be judged, and the plan."""
    actions = []
    cells = {(str(row["framework"]), other): float(row[other] or 0) for row in matrix for other in frameworks
             if row["framework"] in frameworks and row["framework"] != other}  # fmt: skip
    if cells:
        of, by = min(cells, key=lambda pair: (cells[pair], pair))
        names = index.framework(of).short_title, index.framework(by).short_title
        actions.append(Action(f"See what {names[1]} leaves open of {names[0]}",
                              f"Of all chosen pairs it covers least: {100 * cells[of, by]:.0f} %.", "crosswalk",
                              {"source": of, "target": by}))  # fmt: skip
    else:
        actions.append(Action("Look at one requirement", "Choose a second framework to compare; until then, read what "
                              "a requirement asks for.", "crosswalk", {"source": frameworks[0]}))  # fmt: skip
    judged = sum(row["status"] == "qualitative" for row in strictest)
    if len(conflicts):
        actions.append(Action(f"Decide {len(conflicts)} conflicts and tensions", "Each has its ways out; which one is "
                              "taken is for a person to decide.", "objectives", {"show": "Conflicts"}))  # fmt: skip
    else:
        actions.append(Action("See what binds", f"No duties collide; {judged} without a number are to be judged.",
                              "objectives", {"show": "Most stringent"}))  # fmt: skip
    actions.append(Action("Find the cheapest set of controls", f"{len(index.controls)} candidates, one plan for all "
                          "that is in scope, with proof.", "superset", {}))  # fmt: skip
    return actions


def flow_table(index: Index, overlap: Answer) -> pd.DataFrame:
    """How many leaves each framework asks for in each domain."""
    frameworks = [name for name in overlap.columns if name not in ("objective", "title", "shared_by")]
    counts: Counter[tuple[str, str]] = Counter()
    for row in overlap:
        domain = index.domain(str(row["objective"])).title
        counts.update((index.framework(slug).short_title, domain) for slug in frameworks if row[slug])
    rows = [(framework, domain, count) for (framework, domain), count in counts.items()]
    return pd.DataFrame(rows, columns=["framework", "domain", "leaves"])
