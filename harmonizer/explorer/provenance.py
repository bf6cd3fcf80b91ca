"""Where the data come from: tables of the page about the data, pure functions of the index."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from harmonizer import model
from harmonizer.knowledge.index import Index


def framework_table(index: Index) -> pd.DataFrame:
    """Each framework version with its source, licence, text status and when it was last checked."""
    rows = [
        (one.short_title, one.title, one.version, one.publisher, one.jurisdiction, one.valid_from, one.valid_to,
         one.text_status, one.licence, one.mapping_licence, one.checked or "not recorded", one.url, one.note)
        for one in index.framework_versions.values()
    ]  # fmt: skip
    columns = ["framework", "title", "version", "publisher", "jurisdiction", "in force from", "to", "text",
               "licence of the text", "licence of our mapping", "checked", "source", "note"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def review_table(index: Index) -> pd.DataFrame:
    """Of each framework version, how many mapping rows and requirements are reviewed and how many are drafts."""
    rows_of: dict[str, Counter[str]] = {}
    for mapping in index.knowledge.mappings:
        rows_of.setdefault(mapping.requirement.partition(":")[0], Counter())[mapping.review_state] += 1
    texts: dict[str, Counter[str]] = {}
    for one in index.knowledge.requirements:
        texts.setdefault(one.key.partition(":")[0], Counter())[one.status] += 1
    states = sorted({state for counts in (*rows_of.values(), *texts.values()) for state in counts})
    rows = [
        (one.short_title, one.version, *(rows_of.get(key, Counter())[state] for state in states),
         *(texts.get(key, Counter())[state] for state in states))
        for key, one in index.framework_versions.items()
    ]  # fmt: skip
    columns = [
        "framework",
        "version",
        *(f"mapping rows {state}" for state in states),
        *(f"requirements {state}" for state in states),
    ]
    return pd.DataFrame(rows, columns=columns)


def review_figures(index: Index) -> dict[str, int]:
    """How many mapping rows are in each state of review."""
    return dict(Counter(mapping.review_state for mapping in index.knowledge.mappings).most_common())


def basis_table(index: Index) -> pd.DataFrame:
    """On what the mapping rows rest, and who judged them."""
    counts = Counter((mapping.basis, mapping.justification) for mapping in index.knowledge.mappings)
    return pd.DataFrame([(*key, count) for key, count in counts.most_common()],
                        columns=["basis", "justification", "rows"])  # fmt: skip


def set_table(index: Index) -> pd.DataFrame:
    """The mapping sets of others, with their licences."""
    counts = Counter(link.mapping_set for link in index.knowledge.links)
    rows = [(one.title, one.publisher, one.version, one.date, one.licence, counts[one.id], one.source, one.note)
            for one in index.knowledge.mapping_sets]  # fmt: skip
    return pd.DataFrame(rows, columns=["title", "publisher", "version", "date", "licence", "rows", "source", "note"])


def totals(knowledge: model.Knowledge) -> dict[str, int]:
    """How much there is of each kind of record."""
    return {
        "Framework versions": len(knowledge.frameworks),
        "Requirements": sum(one.kind == "requirement" for one in knowledge.requirements),
        "Leaf objectives": sum(one.level == "leaf" for one in knowledge.objectives),
        "Mapping rows": len(knowledge.mappings),
        "Constraints": len(knowledge.constraints),
        "Candidate controls": len(knowledge.controls),
    }
