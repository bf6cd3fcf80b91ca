"""Tables of the most stringent page and of the plan: pure functions of the index and of answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from harmonizer import model
from harmonizer.answer import Answer
from harmonizer.explorer.details import asks
from harmonizer.explorer.wording import STATUSES
from harmonizer.knowledge.index import Index

if TYPE_CHECKING:
    pass

STRICTEST_COLUMNS = ["status", "objective", "dimension", "asks", "clock", "requirement", "scope", "dominated by",
                     "incomparable with", "satisfies", "in force from", "note", "domain"]  # fmt: skip


def strictest_table(index: Index, answer: Answer, objective: str = "") -> pd.DataFrame:
    """The answer of ``strictest`` in words, with the domain of each objective; of one objective if it is named."""
    rows = [
        (
            row["status"], index.objectives[str(row["objective"])].title,
            index.dimensions[str(row["dimension"])].title, _said(index, row), _words(row["clock"]),
            row["requirement"] or "all together", row["scope"], row["dominated_by"], row["incomparable_with"],
            row["satisfies"], row["valid_from"], row["note"], domain_of(index, str(row["objective"])).title,
        )
        for row in answer
        if objective in ("", row["objective"])
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=STRICTEST_COLUMNS)


def _said(index: Index, row: dict[str, Any]) -> str:
    said = asks(index, row["dimension"], row["operator"], row["value"], row["unit"], row["wording"])
    return f"{said}, extension {row['extension']}" if row["extension"] else said


def _words(text: object) -> str:
    return str(text or "").replace("-", " ").replace(";", ", ")


def domain_of(index: Index, slug: str) -> model.Objective:
    """The domain above an objective of any level."""
    objective = index.objectives[slug]
    while objective.parent:
        objective = index.objectives[objective.parent]
    return objective


def only(table: pd.DataFrame, *, domain: str = "", statuses: Collection[str] = (), dimension: str = "") -> pd.DataFrame:
    """The rows of one domain, of these statuses and of one dimension; what is empty restricts nothing."""
    kept = pd.Series(True, index=table.index)
    if domain:
        kept &= table["domain"] == domain
    if statuses:
        kept &= table["status"].isin(list(statuses))
    if dimension:
        kept &= table["dimension"] == dimension
    return table[kept].reset_index(drop=True)


def status_counts(table: pd.DataFrame) -> dict[str, int]:
    """How many rows have each status, in the order of the legend."""
    counts = table["status"].value_counts()
    return {status: int(counts.get(status, 0)) for status in STATUSES}


@dataclass(frozen=True)
class InPractice:
    """One internal value that satisfies several duties."""

    objective: str
    dimension: str
    asks: str
    clock: str
    satisfies: tuple[str, ...]
    note: str


def in_practice(index: Index, answer: Answer) -> list[InPractice]:
    """The covered-in-practice rows, as they are shown above the table."""
    return [
        InPractice(
            index.objectives[str(row["objective"])].title, index.dimensions[str(row["dimension"])].title,
            _said(index, row), _words(row["clock"]), tuple(str(row["satisfies"]).split("; ")), str(row["note"]),
        )
        for row in answer
        if row["status"] == "covered-in-practice"
    ]  # fmt: skip


@dataclass(frozen=True)
class WayOut:
    """One way out of a conflict, with the citation that opens it where there is one."""

    text: str
    opened_by: str = ""


@dataclass(frozen=True)
class ConflictCard:
    """A conflict or tension as a card."""

    title: str
    kind: str
    members: tuple[str, ...]
    nature: str
    condition: str
    ways_out: tuple[WayOut, ...]


def conflict_cards(answer: Answer) -> list[ConflictCard]:
    """Authored tensions first, then what was computed."""
    cards = [
        ConflictCard(
            str(row["title"]), str(row["kind"]), tuple(str(row["members"]).split("; ")), str(row["nature"]),
            str(row["condition"]), tuple(_way(text) for text in str(row["ways_out"]).split(" || ") if text),
        )
        for row in answer
    ]  # fmt: skip
    return sorted(cards, key=lambda card: card.kind != "authored")


def _way(text: str) -> WayOut:
    words, _, citation = text.partition(" => ")
    return WayOut(words.strip(), citation.strip())
