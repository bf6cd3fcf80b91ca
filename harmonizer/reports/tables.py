"""What a report holds, whatever file it is written to: tables, and pages of text in sections.

Workbook, csv, json, Markdown and HTML are all written from one :class:`Report`. Cells hold values, never formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from harmonizer.answer import Cell

FRONT_PAGE = "Read me"
FOOTER = "not legal advice"

# Styles of cells. Tints are only for words: the word in the cell says the same as its colour.
TEXT, STRONG, NUMBER, PERCENT, LINK, DATE = "text", "strong", "number", "percent", "link", "date"
BLUE, GREEN, AMBER, ORANGE, GREY = "blue", "green", "amber", "orange", "grey"


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, width, style, and the tints of its words.

    ``field`` is set on a column that people fill in: the field of the assessment that its cells are kept in. Such a
    column may name the only ``choices`` that it takes, and says by its ``hint`` what belongs into it.
    """

    heading: str
    width: float = 14
    style: str = TEXT
    tints: Mapping[str, str] = field(default_factory=dict)
    field: str = ""
    choices: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table.

    ``nothing`` is said in place of rows where there are none; ``scaled`` numbers (from 1) the first and last column
    that a colour scale from 0 to 1 lies on; ``fixed`` columns stay in view. Where columns are filled in by people,
    ``subject`` is what a row is about (``control`` or ``requirement``), and the first column names it.
    """

    name: str
    title: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    nothing: str = "nothing to show"
    scaled: tuple[int, int] | None = None
    fixed: int = 1
    subject: str = ""

    @property
    def headings(self) -> list[str]:
        """The headings, numbered where two are alike: a table with equal headings is taken for a damaged file."""
        found: dict[str, int] = {}
        distinct = []
        for column in self.columns:
            count = found[column.heading.lower()] = found.get(column.heading.lower(), 0) + 1
            distinct.append(column.heading if count == 1 else f"{column.heading} ({count})")
        return distinct


@dataclass(frozen=True)
class Section:
    """A heading with rows below it: of two cells the second runs across the page.

    ``header`` names the cells; ``links`` makes of each first cell a link to the sheet of that name. ``chart`` draws
    the numbers of the rows as bars, ``stacked`` or side by side (``bars``), one bar for each row.
    """

    heading: str
    rows: Sequence[Sequence[Cell]]
    header: Sequence[str] = ()
    links: bool = False
    chart: str = ""


@dataclass(frozen=True)
class Page:
    """Sections of text on one sheet."""

    name: str
    title: str
    note: str
    widths: Sequence[float]
    sections: Sequence[Section]


@dataclass(frozen=True)
class Report:
    """Pages and tables in their order, and what they were computed from.

    ``day`` stands for the clock in the properties of documents, so that equal content gives equal bytes.
    """

    title: str
    dataset: str
    frameworks: tuple[str, ...]
    scope: str
    as_of: str
    day: datetime
    parts: tuple[Page | Sheet, ...]
