"""Answers as text: tables for a terminal, csv, json and Markdown for everything else."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from harmonizer.answer import Answer, show
from harmonizer.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from harmonizer.api import Harmonizer
    from harmonizer.superset.plan import Plan

DISCLAIMER = "Mappings support an auditor's judgement. They are not legal advice."


def write(answer: Answer, format_name: str, out: TextIO) -> None:
    """Print an answer as ``table``, ``csv``, ``json`` or ``md``."""
    writers = {"table": _table, "csv": _csv, "json": _json, "md": _markdown}
    if format_name not in writers:
        raise UsageError(f"unknown format {format_name!r}; expected {', '.join(writers)}")
    writers[format_name](answer, out)


def _csv(answer: Answer, out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([show(cell) for cell in row] for row in answer.rows)


def _json(answer: Answer, out: TextIO) -> None:
    content: dict[str, Any] = {"rows": list(answer)}
    if answer.summary:
        content["summary"] = answer.summary
    json.dump(content, out, ensure_ascii=False, indent=2, default=_plain)
    out.write("\n")


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def _markdown(answer: Answer, out: TextIO) -> None:
    out.write("| " + " | ".join(answer.columns) + " |\n")
    out.write("|" + " --- |" * len(answer.columns) + "\n")
    for row in answer.rows:
        cells = (show(cell).replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>") for cell in row)
        out.write("| " + " | ".join(cells) + " |\n")
    if answer.summary:
        out.write("\n" + "\n".join(f"- {line}" for line in summary_lines(answer.summary)) + "\n")


def _table(answer: Answer, out: TextIO) -> None:
    """A table where the terminal is wide enough for one, else a card per row."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out)
    shown = [
        place for place, _ in enumerate(answer.columns) if any(row[place] not in ("", None) for row in answer.rows)
    ]
    widths = [max(len(answer.columns[place]), *(_widest(show(row[place])) for row in answer.rows)) for place in shown]
    if not answer.rows:
        console.print(Text("nothing found"))
    elif sum(min(width, _READABLE) + 2 for width in widths) <= console.width:
        _grid(answer, shown, widths, console)
    else:
        _cards(answer, shown, console)
    for line in summary_lines(answer.summary):
        console.print(Text(line))
    console.print(Text(DISCLAIMER, style="dim"))


_READABLE = 32  # characters; a narrower column of prose is tiring to read


def _widest(text: str) -> int:
    return max(map(len, text.split("\n")), default=0)


def _grid(answer: Answer, shown: Sequence[int], widths: Sequence[int], console: Console) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=answer.title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for place, width in zip(shown, widths, strict=True):
        numeric = all(isinstance(row[place], (int, float)) for row in answer.rows if row[place] not in ("", None))
        table.add_column(answer.columns[place], justify="right" if numeric else "left",
                         no_wrap=width <= _READABLE, overflow="fold")  # fmt: skip
    for row in answer.rows:
        table.add_row(*(Text(show(row[place])) for place in shown))
    console.print(table)


def _cards(answer: Answer, shown: Sequence[int], console: Console) -> None:
    from rich.padding import Padding
    from rich.text import Text

    if answer.title:
        console.print(Text(answer.title, style="italic"))
    same = [place for place in shown if len(answer.rows) > 1 and len({row[place] for row in answer.rows}) == 1]
    for place in same:
        console.print(Text(f"{answer.columns[place]}: {show(answer.rows[0][place])} (all rows)", style="dim"))
    varying = [place for place in shown if place not in same]
    for row in answer.rows:
        console.print()
        first, *rest = [place for place in varying if row[place] not in ("", None)]
        console.print(Text(show(row[first]), style="bold"))
        for place in rest:
            line = Text(f"{answer.columns[place]}: ", style="dim").append(show(row[place]), style="not dim")
            console.print(Padding(line, (0, 0, 0, 2)))
    console.print()


def summary_lines(summary: Mapping[str, Any]) -> list[str]:
    """The summary figures, one a line; lists are counted and their first members shown."""
    lines = []
    for name, value in summary.items():
        if isinstance(value, (list, tuple)) and any(isinstance(one, Mapping) for one in value):
            lines.append(f"{name}: {len(value)}")
            lines += [f"  - {', '.join(_words(part) for part in one.values() if part)}" for one in value[:5]]
            if len(value) > 5:
                lines.append(f"  - and {len(value) - 5} more (json holds them all)")
        else:
            lines.append(f"{name}: {_words(value)}")
    return lines


def _words(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else show(value)


def write_summary(graph: Harmonizer, frameworks: Sequence[str], plan: Plan, out: TextIO) -> None:
    """What the main job found, in a screenful."""
    index = graph.index
    titles = [index.framework(slug).short_title for slug in frameworks]
    organisation = graph.organisation
    applying = graph.applicability(*frameworks).summary if organisation else {}
    out.write(f"Harmonized {', '.join(titles)}{f' for {organisation.name}' if organisation else ''}\n")
    out.write(f"({organisation.document.path})\n\n" if organisation else "\n")
    for row in graph.frameworks():
        if row["slug"] in frameworks:
            applies = f", {applying[str(row['slug'])]} apply" if organisation else ""
            out.write(f"  {index.framework(str(row['slug'])).short_title:<8} {row['mapped']} of {row['requirements']} "
                      f"requirements mapped{applies}, {row['constraints']} constraints\n")  # fmt: skip
    overlap = graph.overlap(*frameworks)
    shared = overlap.summary
    out.write(f"\n  {len(overlap)} control objectives are asked for: "
              + ", ".join(f"{shared[f'shared by {k}']} by {k}" for k in range(len(frameworks), 0, -1))
              + " of the frameworks\n")  # fmt: skip
    standing = graph.strictest(*frameworks).column("status")
    out.write(f"  {standing.count('binding')} binding settings, {standing.count('dominated')} dominated by stricter "
              f"ones, {standing.count('qualitative')} qualitative\n")  # fmt: skip
    kinds = graph.conflicts(*frameworks).column("kind")
    out.write(f"  {kinds.count('computed')} conflicts computed, {kinds.count('authored')} known tensions, "
              "each with ways out\n")  # fmt: skip
    candidates = len(index.knowledge.controls)
    out.write(f"\n  One superset of {len(plan.controls)} controls (of {candidates} candidates) satisfies them at "
              f"{plan.effort} person-days\n  in the first year for a company of 100; {plan.status}, lower bound "
              f"{plan.lower_bound}\n")  # fmt: skip
    out.write(f"  {len(plan.uncovered)} demands stay uncovered\n")
    checked = sorted({index.framework(slug).checked for slug in frameworks})
    out.write(f"\n{DISCLAIMER} Last checked against the sources: {', '.join(checked)}.\n")
