"""Words and colours that all pages share. Colour never stands alone: each status is written out as well."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harmonizer import model

STATUS_COLOURS = {
    "binding": "#d3ecd9", "covered-in-practice": "#dfd6f4", "conflict": "#f7cfcf", "qualitative": "#d4e6f7",
    "dominated": "#e6e9ed",
}  # fmt: skip
STATUS_MEANINGS = {
    "binding": "nothing stricter is asked where this holds",
    "covered-in-practice": "one internal value that satisfies several duties which do not dominate each other",
    "conflict": "no value can meet this and another one",
    "qualitative": "a duty without a number; to be judged",
    "dominated": "a stricter one binds wherever this does",
}
CERTAINTY_COLOURS = {"definite": "#d3ecd9", "overlapping": "#d4e6f7", "shared": "#fbe8c6"}
CERTAINTY_MEANINGS = {
    "definite": "one relation follows from the mappings, in content",
    "overlapping": "that the two overlap follows from the mappings",
    "shared": "the two meet in a leaf; no more follows",
}
OPERATOR_WORDS = {
    "at-least": "at least", "at-most": "at most", "equals": "exactly", "includes": "including", "one-of": "one of",
    "forbidden": "without",
}  # fmt: skip
INK = "#1d2733"

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")


def plain(text: str) -> str:
    """Text for Markdown that comes out as it is: no formatting, formula, link or picture in it is followed."""
    return _SPECIAL.sub(r"\\\1", text)


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
