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


def coverage_table(index: Index, matrix: Answer) -> pd.DataFrame:
    """The coverage matrix with short titles, a row for each framework that is covered, in per cent."""
    names = {slug: one.short_title for slug, one in index.frameworks.items()}
    frame = matrix.to_frame().set_index("framework").astype(float)
    frame = (frame * 100).round(1).rename(index=names, columns=names)
    frame.index.name = "framework"
    return frame


def coverage_cells(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each cell of the coverage table: what a heatmap is drawn from."""
    cells = table.reset_index().melt(id_vars="framework", var_name="by", value_name="percent")
    cells = cells.rename(columns={"framework": "of"})
    cells["itself"] = cells["of"] == cells["by"]
    cells["words"] = [f"{row.by} covers {row.percent:.1f} % of {row.of}" for row in cells.itertuples()]
    return cells


def domain_table(index: Index, overlap: Answer) -> pd.DataFrame:
    """Leaves of each domain that the frameworks touch, by how many of them ask for it; busiest domain first."""
    counted: dict[str, Counter[int]] = {}
    for row in overlap:
        domain = index.domain(str(row["objective"])).title
        counted.setdefault(domain, Counter())[int(row["shared_by"] or 0)] += 1
    most = max((max(counts) for counts in counted.values()), default=1)
    rows = [(domain, sum(counts.values()), *(counts[k] for k in range(1, most + 1)))
            for domain, counts in counted.items()]  # fmt: skip
    columns = ["domain", "leaves", *(_by(k) for k in range(1, most + 1))]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["leaves", "domain"], ascending=[False, True], ignore_index=True)


def domain_cells(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each domain and number of frameworks: what stacked bars are drawn from."""
    cells = table.drop(columns="leaves").melt(id_vars="domain", var_name="asked for by", value_name="leaves")
    cells["frameworks"] = cells["asked for by"].str.partition(" ")[0].astype(int)
    return cells[cells["leaves"] > 0].reset_index(drop=True)


def sharing_table(overlap: Answer, frameworks: int) -> pd.DataFrame:
    """How many leaves are asked for by exactly one, two, ... of the frameworks, with their share."""
    counts = Counter(int(count or 0) for count in overlap.column("shared_by"))
    total = sum(counts.values())
    rows = [(_by(k), counts[k], share(counts[k], total)) for k in range(1, frameworks + 1)]
    return pd.DataFrame(rows, columns=["asked for by", "leaves", "share"])


def _by(count: int) -> str:
    return f"{count} framework{'s' if count > 1 else ''}"
