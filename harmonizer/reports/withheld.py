"""Keeping other frameworks out of what an auditor gets: their names are taken out of every text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from harmonizer.answer import Cell
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework
from harmonizer.reports.tables import Page, Report, Section, Sheet

WITHHELD = "[withheld]"


_LIKE_AN_ID = re.compile(r"(?<![\w.])(?:\d+ CFR )?([A-Za-z]*\d*[.(-][\w.()-]*[\w)])")


class Guard:
    """Takes the names and the ids of other frameworks out of texts, and counts how many it found."""

    def __init__(self, index: Index, included: Sequence[Framework]) -> None:
        own = {term.casefold() for one in included for term in _terms(one)}
        own_ids = {requirement.id for one in included for requirement in index.requirements_of(one)}
        others = [one for one in index.knowledge.frameworks if one.slug not in {mine.slug for mine in included}]
        self._terms = {term.casefold(): one.short_title for one in others for term in _terms(one)
                       if not any(term.casefold() in mine for mine in own)}  # fmt: skip
        self._ids = {requirement.id: one.short_title for one in others for requirement in index.requirements_of(one)
                     if _telling(requirement.id) and requirement.id not in own_ids}  # fmt: skip
        self.found = 0

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Each term as a word of its own, with the id that follows a slug and its colon."""
        longest_first = sorted(self._terms, key=len, reverse=True)
        return re.compile(rf"(?<![^\W_])({'|'.join(map(re.escape, longest_first))})(?![^\W_])(?::[\w.()§-]+)?", re.I)

    def names(self, text: str) -> list[str]:
        """The short titles of the other frameworks that a text names or cites."""
        named = {self._terms[match[1].casefold()] for match in self._pattern.finditer(text)} if self._terms else set()
        cited = {self._ids[match[1]] for match in _LIKE_AN_ID.finditer(text) if match[1] in self._ids}
        return sorted(named | cited)

    def text(self, text: str) -> str:
        """The text without them."""
        if not self._terms:
            return text
        cleaned, named = self._pattern.subn(WITHHELD, text)
        self.found += named
        return _LIKE_AN_ID.sub(self._without, cleaned)

    def _without(self, match: re.Match[str]) -> str:
        if match[1] not in self._ids:
            return match[0]
        self.found += 1
        return WITHHELD

    def cell(self, cell: Cell) -> Cell:
        return self.text(cell) if isinstance(cell, str) else cell

    def rows(self, rows: Iterable[Sequence[Cell]]) -> list[list[Cell]]:
        return [[self.cell(cell) for cell in row] for row in rows]

    def report(self, report: Report) -> Report:
        """A report without the names."""
        return replace(report, title=self.text(report.title), scope=self.text(report.scope),
                       parts=tuple(self._part(part) for part in report.parts))  # fmt: skip

    def _part(self, part: Page | Sheet) -> Page | Sheet:
        if isinstance(part, Sheet):
            columns = [replace(one, heading=self.text(one.heading)) for one in part.columns]
            return replace(part, title=self.text(part.title), note=self.text(part.note), columns=columns,
                           rows=self.rows(part.rows))  # fmt: skip
        sections = [Section(self.text(one.heading), self.rows(one.rows), [self.text(word) for word in one.header],
                            one.links, one.chart) for one in part.sections]  # fmt: skip
        return replace(part, title=self.text(part.title), note=self.text(part.note), sections=sections)


def _terms(framework: Framework) -> set[str]:
    """What a framework is called: slug, short title, and the parts of its title."""
    pieces = re.split(r"\((?!EU\))|(?<!EU)\)|: | and its |as amended by", framework.title)
    titles = {piece.strip(" ,") for piece in pieces if re.search(r"[A-Z].* .", piece.strip())}
    return {framework.slug, framework.key, framework.short_title, *titles}


def _telling(identifier: str) -> bool:
    """Whether an id can be told from any other number or word: ``164.312(a)(1)`` and ``PR.DS-01``, not ``3.5.1``."""
    return bool(re.search(r"\d", identifier) and re.search(r"[A-Za-z(]", identifier) and len(identifier) > 4)
