"""Reports as plain files: csv (one file a table, in a folder or zip), json and Markdown."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harmonizer.answer import Cell, show
from harmonizer.knowledge.tables import write_aside
from harmonizer.reports.archive import zipped
from harmonizer.reports.tables import Page, Report, Sheet

_COMPUTED = ("=", "+", "-", "@", "\t", "\r")
_MARKED = re.compile(r"([\\`*_{}\[\]<>|#~])")


def write_csv(report: Report, path: Path) -> Path:
    """Write one csv file for each table into a folder, or into a zip file where ``path`` ends in ``.zip``.

    Text that a spreadsheet program would compute gets an apostrophe before it: these files are for people who open
    them there (OWASP, CSV injection). The json document holds the same tables unchanged.
    """
    files = {
        f"{number:02}-{_file_name(part.name)}.csv": _csv(part).encode() for number, part in enumerate(report.parts)
    }
    if path.suffix == ".zip":
        write_aside(path, zipped(files))
    else:
        for name, data in files.items():
            write_aside(path / name, data)
    return path


def _file_name(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower())


def _csv(part: Page | Sheet) -> str:
    """Tables with their headings; pages as rows that begin with the heading of their section."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if isinstance(part, Sheet):
        writer.writerow(part.headings)
        writer.writerows(map(disarmed, row) for row in part.rows)
    else:
        for section in part.sections:
            writer.writerows([section.heading, *map(disarmed, row)] for row in (section.header, *section.rows) if row)
    return out.getvalue()


def disarmed(cell: Cell) -> str:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_COMPUTED) else show(cell)


def write_json(report: Report, path: Path) -> Path:
    """Write the whole report as one document: what it rests on, and each table with its rows as objects."""
    content = {
        "title": report.title, "dataset": report.dataset, "frameworks": report.frameworks, "scope": report.scope,
        "as_of": report.as_of, "sheets": [_plain(part) for part in report.parts],
    }  # fmt: skip
    write_aside(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    return path


def _plain(part: Page | Sheet) -> dict[str, Any]:
    about = {"name": part.name, "title": part.title, "note": part.note}
    if isinstance(part, Sheet):
        rows = [dict(zip(part.headings, row, strict=True)) for row in part.rows]
        return {**about, "columns": part.headings, "rows": rows}
    sections = [{"heading": one.heading, "header": one.header, "rows": one.rows} for one in part.sections]
    return {**about, "sections": sections}


def write_markdown(report: Report, path: Path) -> Path:
    """Write the whole report as one Markdown document."""
    write_aside(path, ("\n".join(_markdown(report)) + "\n").encode())
    return path


def _markdown(report: Report) -> Iterator[str]:
    yield f"# {_md(report.title)}"
    for part in report.parts:
        yield from ("", f"## {_md(part.name)}: {_md(part.title)}", "", _md(part.note), "")
        if isinstance(part, Sheet):
            yield from _md_table(part.headings, part.rows)
            if not part.rows:
                yield from ("", _md(part.nothing))
        else:
            for section in part.sections:
                yield from ("", f"### {_md(section.heading)}", "")
                longest = max((len(row) for row in section.rows), default=1)
                yield from _md_table(section.header or [""] * longest, section.rows)


def _md_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    yield f"| {' | '.join(map(_md, headings))} |"
    yield "|" + " --- |" * len(headings)
    for row in rows:
        yield f"| {' | '.join(_md(cell) for cell in row)} |"


def _md(cell: Cell) -> str:
    """A cell as Markdown that shows it as it is."""
    return _MARKED.sub(r"\\\1", show(cell)).replace("\r", "").replace("\n", "<br>")
