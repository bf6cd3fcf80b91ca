"""Text as a cell of a workbook can hold it, and how tall it stands there."""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache

MAXIMUM_CELL_UNITS = 32_767  # UTF-16 code units that a cell of a spreadsheet program holds
CHARACTERS_PER_UNIT = 1.4  # characters of the 9-point font in one unit of column width, on the safe side

UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML 1.0 document may hold these
_LIKE_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def fit_text(text: str) -> str:
    """``text`` as a cell can hold it: without characters that XML forbids, and no longer than a cell.

    Text of nothing but white space reads back as an empty cell, and so is one.
    """
    clean = UNFIT.sub("", text)
    if len(clean) > MAXIMUM_CELL_UNITS // 2:
        clean = clean.encode("utf-16-le")[: 2 * MAXIMUM_CELL_UNITS].decode("utf-16-le", "ignore")
    return clean if clean.strip() else ""


def escaped(text: str) -> str:
    """Text as it stands in the file (ECMA-376 part 1, 22.9.2.19, ST_Xstring): ``_x000D_`` is a carriage return.

    XML readers turn a bare carriage return into a line feed, and text that only looks like an escape would be read as
    one.
    """
    if "_x" in text:
        text = _LIKE_ESCAPE.sub("_x005F_", text)
    return text.replace("\r", "_x000D_") if "\r" in text else text


@lru_cache(maxsize=20_000)
def lines(text: str, width: float) -> int:
    """Lines that text takes in a column of this width."""
    room = max(int(width * CHARACTERS_PER_UNIT), 1)
    return sum(1 if len(part) <= room else len(textwrap.wrap(part, room)) for part in text.split("\n"))
