"""Requirement ids as people write them.

Readers accept the spellings that are common in the field and write only the source's own:
``§164.312(a)(2)(iv)``, ``45 CFR 164.312(a)(2)(iv)``, ``Article 32(1)(a)``, ``Art. 32 (1) a``, ``AC-02(01)``,
``sc-28.1``, ``GV-1.1``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PREFIXES = re.compile(r"^(?:§+|45\s*CFR|CFR|section|sec\.|criterion|control|requirement|clause)\s*", re.IGNORECASE)
_NIST = re.compile(r"^([a-z]{2})-0*(\d+)(?:[.(]0*(\d+)\)?)?$", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:article|art)\.?\s*(?=\d)", re.IGNORECASE)
_AI_RMF = re.compile(r"^(GV|MP|MS|MG)[-. ](\d.*)$", re.IGNORECASE)
_AI_RMF_FUNCTIONS = {"GV": "GOVERN", "MP": "MAP", "MS": "MEASURE", "MG": "MANAGE"}


def resolve(text: str, ids: Mapping[str, str]) -> str | None:
    """The id among ``ids`` that ``text`` means, or None.

    ``ids`` maps folded ids (see :func:`fold`) to ids as written.
    """
    for spelling in _spellings(text.strip()):
        found = ids.get(fold(spelling))
        if found is not None:
            return found
    return None


def fold(identifier: str) -> str:
    """The id without spaces and regardless of case, which is how ids are compared."""
    return re.sub(r"\s+", "", identifier).casefold()


def _spellings(text: str) -> list[str]:
    bare = text
    while (shorter := _PREFIXES.sub("", bare)) != bare:
        bare = shorter
    candidates = [text, bare]
    article = _ARTICLE.sub("Art.", bare)
    # "Art. 32 (1) a": a letter that stands alone is a point and wants its brackets
    candidates += [article, re.sub(r"\)\s*([a-z])$", r")(\1)", article)]
    if match := _NIST.match(bare):
        family, number, enhancement = match.groups()
        candidates.append(f"{family}-{number}" + (f"({enhancement})" if enhancement else ""))
    if match := _AI_RMF.match(bare):
        candidates.append(f"{_AI_RMF_FUNCTIONS[match[1].upper()]} {match[2]}")
    return candidates
