"""Words, symbols and colours that all pages share. Colour never stands alone: each status is written out as well."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harmonizer import model


@dataclass(frozen=True)
class Mark:
    """How a word of a closed list is shown: a symbol before it, and backgrounds for the light and the dark theme."""

    symbol: str
    meaning: str
    light: str
    dark: str


GREEN, BLUE, AMBER, RED, VIOLET, GREY = (
    ("#cfe9dd", "#0f4a38"), ("#d2e5f6", "#173f63"), ("#fbe6bd", "#5a4206"), ("#f8d3c8", "#6b2717"),
    ("#e4daf5", "#43306b"), ("#e6e9ed", "#3a424c"),
)  # fmt: skip
"""Backgrounds that stay apart with every kind of colour blindness, after Okabe and Ito; light and dark theme."""

STATUSES = {
    "binding": Mark("●", "nothing stricter is asked where this holds", *GREEN),
    "covered-in-practice": Mark("◆", "one internal value that satisfies several duties which do not dominate each "
                                "other", *VIOLET),
    "conflict": Mark("✕", "no value can meet this and another one", *RED),
    "qualitative": Mark("?", "a duty without a number; to be judged", *BLUE),
    "dominated": Mark("↓", "a stricter one binds wherever this does", *GREY),
}  # fmt: skip
CERTAINTIES = {
    "definite": Mark("●", "one relation follows from the mappings, in content", *GREEN),
    "overlapping": Mark("◐", "that the two overlap follows from the mappings", *BLUE),
    "shared": Mark("○", "the two meet in a leaf; no more follows", *AMBER),
    "related": Mark("·", "the two meet only in the objective above their leaves", *GREY),
    "published": Mark("§", "what somebody else published, as it stands", *VIOLET),
}
RELATIONS = {
    "equal": "= equal", "superset-of": "⊃ superset of", "subset-of": "⊂ subset of",
    "intersects-with": "∩ intersects with", "no-relationship": "∅ nothing in common", "related": "~ related",
}  # fmt: skip
OPERATOR_WORDS = {
    "at-least": "at least", "at-most": "at most", "equals": "exactly", "includes": "including", "one-of": "one of",
    "forbidden": "without",
}  # fmt: skip
INK, PALE = "#1d2733", "#e8edf2"

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=])")


def plain(text: str) -> str:
    """Text for Markdown that comes out as it is: no formatting, formula, link or picture in it is followed."""
    return "  \n".join(_SPECIAL.sub(r"\\\1", line.strip()) for line in text.splitlines())


def relation_words(relation: object) -> str:
    """A relation with its symbol; ``not known`` for none."""
    return RELATIONS.get(str(relation or ""), "not known")


def share(part: int, whole: int) -> str:
    """A percentage in whole numbers, never rounded up to 100 or down to 0."""
    if not whole:
        return "–"
    percent = round(100 * part / whole)
    if percent == 100 and part < whole:
        return "> 99 %"
    if percent == 0 and part:
        return "< 1 %"
    return f"{percent} %"


def modality_words(requirement: model.Requirement) -> str:
    """``requirement, required`` in the words of the data model."""
    return ", ".join(word.replace("-", " ") for word in (requirement.kind, requirement.modality) if word)


def last_check(frameworks: Iterable[model.Framework]) -> str:
    """When the frameworks were last compared with their sources, as one phrase."""
    frameworks = list(frameworks)
    days = sorted({one.checked for one in frameworks if one.checked})
    if not days:
        return "no check against the sources is recorded"
    if len(days) == 1:
        return f"last checked against the sources on {days[0]}"
    parts = [f"{one.short_title} {one.checked or 'never'}" for one in frameworks]
    return f"last checked against the sources: {', '.join(parts)}"
