"""Leaves that an unmapped requirement may ask for, by likeness of words: a place to start reading, never a mapping.

Each leaf is described by its title, its outcome and what is mapped to it; requirement and leaf are compared by the
cosine of their words, weighted by how rarely a word occurs (tf-idf: Spaerck Jones 1972; Salton and Buckley 1988).
Nothing is accepted without a human, and the bundled frameworks were not made this way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harmonizer.answer import Answer
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework

COLUMNS = ("id", "title", "objective", "likeness", "outcome", "asked for by")
BEST = 5
LEAST = 0.08  # likeness below which a leaf is not worth a look


def suggest(index: Index, framework: Framework, best: int = BEST) -> Answer:
    """For each requirement without a mapping row the ``best`` leaves most like it, most like first.

    ``likeness`` lies between 0 and 1 and compares within one answer only; it says nothing of relation or confidence.
    """
    import numpy as np
    from scipy import sparse

    open_ones = [one for one in index.requirements_of(framework)
                 if one.kind == "requirement" and not index.mappings_of.get(one.key)]  # fmt: skip
    leaves = index.leaves
    about = [_about_leaf(index, leaf.slug) for leaf in leaves]
    asked = [f"{one.title} {one.title} {one.summary}" for one in open_ones]
    place: dict[str, int] = {}
    texts = [_words(text) for text in (*about, *asked)]
    entries = [(row, place.setdefault(word, len(place))) for row, text in enumerate(texts) for word in text]
    found = []
    if entries and open_ones and leaves:
        rows, columns = np.array(entries).T
        counts = sparse.csr_array((np.ones(len(entries)), (rows, columns)), shape=(len(texts), len(place)))
        counts.data = 1 + np.log(counts.data)
        documents = np.maximum(np.bincount(counts[: len(about)].indices, minlength=len(place)), 1)
        weighted = counts * np.log(1 + len(about) / documents)
        lengths = np.sqrt((weighted * weighted).sum(axis=1))
        likeness = (weighted[len(about) :] @ weighted[: len(about)].T).toarray()
        likeness /= np.maximum(np.outer(lengths[len(about) :], lengths[: len(about)]), 1e-12)
        for one, scores in zip(open_ones, likeness, strict=True):
            for where in np.argsort(-scores, kind="stable")[:best]:
                if scores[where] >= LEAST:
                    leaf = leaves[where]
                    found.append((one.id, one.title, leaf.slug, round(float(scores[where]), 3), leaf.outcome,
                                  _asking(index, leaf.slug)))  # fmt: skip
    figures = {"requirements without mapping": len(open_ones),
               "with suggestions": len({row[0] for row in found})}  # fmt: skip
    return Answer.of(COLUMNS, found, figures, "Leaves to look at; read the requirement before mapping it")


def _about_leaf(index: Index, slug: str) -> str:
    leaf = index.objectives[slug]
    mapped = [index.requirements[row.requirement] for row in index.mappings_to.get(slug, ()) if not row.is_inherited]
    return " ".join([leaf.title, leaf.title, leaf.outcome, *(f"{one.title} {one.summary}" for one in mapped)])


def _asking(index: Index, slug: str, shown: int = 3) -> str:
    names = [index.requirements[row.requirement].short for row in index.mappings_to.get(slug, ())
             if row.part == "primary" and not row.is_inherited]  # fmt: skip
    return "; ".join(names[:shown])


def _words(text: str) -> Sequence[str]:
    """Words in small letters, cut to the stem that plurals and tenses share, common ones left out."""
    return [_stem(word) for word in re.findall(r"[a-z]{3,}", text.casefold()) if word not in _COMMON]


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


_COMMON = frozenset(
    [
        "the",
        "and",
        "are",
        "for",
        "that",
        "this",
        "with",
        "from",
        "its",
        "not",
        "has",
        "have",
        "been",
        "was",
        "were",
        "will",
        "shall",
        "must",
        "may",
        "can",
        "each",
        "any",
        "all",
        "such",
        "who",
        "which",
        "what",
        "when",
        "where",
        "how",
        "than",
        "then",
        "them",
        "they",
        "their",
        "your",
        "you",
        "our",
        "other",
        "others",
        "only",
        "also",
        "into",
        "out",
        "over",
        "under",
    ]
)
