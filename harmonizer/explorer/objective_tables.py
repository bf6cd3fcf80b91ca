"""Tables of the objectives page: pure functions of the index and of answers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from harmonizer import model
from harmonizer.answer import Answer
from harmonizer.explorer.wording import relation_words
from harmonizer.knowledge.index import Index
from harmonizer.strictness.applicability import Circumstances, applies


def path(index: Index, slug: str) -> list[model.Objective]:
    """An objective with what stands above it, the domain first."""
    objective = index.objectives[slug]
    return [*(path(index, objective.parent) if objective.parent else []), objective]


def leaf_table(index: Index, overlap: Answer, domain: str = "", words: str = "") -> pd.DataFrame:
    """The leaves that are asked for, below one domain and holding all the words, where these are given.

    Beside the slug: the titles of all three levels, and for each framework how many of its requirements ask.
    """
    frameworks = [name for name in overlap.columns if name not in ("objective", "title", "shared_by")]
    names = [index.framework(slug).short_title for slug in frameworks]
    wanted = words.casefold().split()
    rows = []
    for row in overlap:
        top, middle, leaf = path(index, str(row["objective"]))
        text = f"{top.title} {middle.title} {leaf.title} {leaf.outcome} {leaf.slug}".casefold()
        if (not domain or top.slug == domain) and all(word in text for word in wanted):
            counts = [len(str(row[slug]).split("; ")) if row[slug] else 0 for slug in frameworks]
            rows.append((leaf.slug, top.title, middle.title, leaf.title, row["shared_by"], *counts))
    return pd.DataFrame(rows, columns=["slug", "domain", "objective", "leaf", "frameworks", *names])


def askers(index: Index, slug: str, frameworks: Sequence[str], circumstances: Circumstances) -> pd.DataFrame:
    """Everyone of the frameworks who asks for a leaf in the circumstances, with how and why."""
    keys = {index.framework(name).key: place for place, name in enumerate(frameworks)}
    found = [(keys[head], index.requirements[row.requirement], row) for row in index.mappings_to.get(slug, ())
             if (head := row.requirement.partition(":")[0]) in keys]  # fmt: skip
    rows = [
        (index.framework_versions[one.key.partition(":")[0]].short_title, one.id, one.title or one.summary,
         relation_words(row.relation), row.part, row.basis, row.confidence, row.comment, one.applies_when)
        for _, one, row in sorted(found, key=lambda each: (each[0], each[1].position))
        if applies(index, one, circumstances)
    ]  # fmt: skip
    columns = ["framework", "id", "title", "relation", "part", "basis", "confidence", "why", "applies when"]
    return pd.DataFrame(rows, columns=columns)
