"""Ids and texts from strangers: what is fit to become a cell of our tables, and how the rest is made fit."""

from __future__ import annotations

import re
import unicodedata

MAXIMUM_ID = 500  # characters
MAXIMUM_TEXT = 100_000

_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")  # categories of characters that nobody sees
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")


def id_problem(identifier: str, kind: str = "id") -> str:
    """What makes an id unfit, or nothing."""
    if not identifier:
        return f"the {kind} is empty"
    if len(identifier) > MAXIMUM_ID:
        return f"the {kind} {identifier[:20]!r}... has {len(identifier):,} characters; at most {MAXIMUM_ID} are read"
    if any(unicodedata.category(character) in _UNSEEN for character in identifier):
        return f"the {kind} {identifier!r} holds a character that nobody sees"
    if identifier != identifier.strip():
        return f"the {kind} {identifier!r} begins or ends with a space"
    if identifier.startswith("="):
        return f"the {kind} {identifier!r} begins with =, which spreadsheet programs run as a formula"
    return ""


def slug_of(name: str) -> str:
    """A name as a slug: lower case letters, digits and hyphens; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:100].strip("-")


def line_of(text: str) -> str:
    """A text on one line, without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def text_of(text: str) -> str:
    """A text that may have several lines, without control characters."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n")).strip()


def reason_of(rationale: str, strength: str, source: str) -> str:
    """The comment of a mapping row: why, and how strong its publisher finds it (NIST IR 8477: 1 to 10)."""
    reason = rationale or f"stated by {source} without a reason"
    return f"{reason} (strength {strength})" if strength else reason
