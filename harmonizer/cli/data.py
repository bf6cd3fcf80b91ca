"""Commands about the data: check, query, bring in, write out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harmonizer.cli.command import Session, command, listed, progress
from harmonizer.errors import UsageError


@command("lint")
def lint(
    session: Session,
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE...]", help="Mapping files.")] = None,
    crosswalk: Annotated[
        bool, typer.Option("--crosswalk", help="Check these mapping files against each other.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Bring the workspace's tables into canonical form.")] = False,
    published: Annotated[
        bool, typer.Option("--published", help="List where published crosswalks and ours differ, and why.")
    ] = False,
) -> None:
    """Check the data, or with --crosswalk FILE... anyone's mapping files.

    Exit 1 for findings in data that load, 3 for data that do not.
    """
    from harmonizer.knowledge import lint as linter
    from harmonizer.knowledge import store

    if crosswalk != bool(files):
        raise UsageError("mapping files are checked with --crosswalk FILE...")
    if published:
        from harmonizer.crosswalk.differences import differences

        answer = differences(session.graph.index)
    elif files:
        from harmonizer.crosswalk.lint import lint_crosswalk

        with progress() as told:
            answer = lint_crosswalk(files, session.graph.index, told)
    else:
        tables = store.open_dataset(session.workspace).files
        if write:
            for path in linter.write_canonical(tables):
                typer.echo(f"wrote {path}", err=True)
        answer = linter.lint(tables)
    session.print(answer)
    if answer.summary["fatal"]:
        raise typer.Exit(3)
    if answer.summary["error"]:
        raise typer.Exit(1)


@command("query")
def query(
    session: Session,
    sparql: Annotated[str, typer.Argument(metavar="SPARQL-or-FILE")],
    time_limit: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="Then the query is stopped.")] = 30.0,
) -> None:
    """Run read-only SPARQL 1.1 over the dataset."""
    from harmonizer.knowledge.tables import read_text

    path = Path(sparql)
    text = read_text(path) if path.suffix in (".rq", ".sparql") else sparql
    session.print(session.graph.sparql(text, time_limit=time_limit))


IMPORTS = {
    "tables": "anyone's requirements and mappings as two plain CSV tables",
    "workbook": "the columns that were filled in in a control matrix workbook",
    "oscal": "an OSCAL catalog, a profile and then what it imports, or a mapping-collection; JSON, XML or YAML",
}


@command("import")
def import_(
    session: Session,
    format_name: Annotated[str | None, typer.Argument(metavar="FORMAT")] = None,
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE...]")] = None,
    requirements: Annotated[
        list[Path] | None, typer.Option(metavar="R.csv", help="framework, id, parent, title[, summary, core]")
    ] = None,
    mappings: Annotated[
        list[Path] | None,
        typer.Option(metavar="M.csv", help="source_framework, source_id, target_framework, target_id, relation, ..."),
    ] = None,
    slug: Annotated[str | None, typer.Option(metavar="SLUG", help="Name of the framework, for oscal.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Record a workbook's changes, not only list them.")] = False,
    other_dataset: Annotated[
        bool, typer.Option("--other-dataset", help="Apply a workbook that was made from another dataset.")
    ] = False,
    list_formats: Annotated[bool, typer.Option("--list", help="List the formats.")] = False,
) -> None:
    """Bring requirements and mappings, or what was filled in in a workbook, into a workspace.

    Of a workbook the differences are listed; exit 1 where some of them cannot be taken over.
    """
    from harmonizer.answer import Answer

    if list_formats:
        session.print(Answer.of(("format", "content"), list(IMPORTS.items())))
        return
    if format_name not in IMPORTS:
        raise UsageError(f"name a format, one of {', '.join(IMPORTS)}; got {format_name!r}")
    if session.workspace is None:
        raise UsageError("name the workspace folder to import into with --workspace DIR")
    if format_name == "workbook":
        _import_workbook(session, files or [], apply=apply, other_dataset=other_dataset)
        return
    if format_name == "oscal":
        _import_oscal(session, files or [], slug)
        return
    if not requirements and not mappings:
        raise UsageError("name what to import with --requirements R.csv and --mappings M.csv")
    from harmonizer.api import load
    from harmonizer.formats import plain_tables

    graph = session.graph if Path(session.workspace).is_dir() else load()
    found = plain_tables.read(requirements or (), mappings or (), graph.index)
    plain_tables.write(found, Path(session.workspace))
    for end in found.dangling[:20]:
        typer.echo(f"kept, though its framework is not loaded: {end}", err=True)
    session.print(Answer.of(("what", "count"), list(found.figures.items())))


def _import_oscal(session: Session, files: list[Path], slug: str | None) -> None:
    from harmonizer.answer import Answer
    from harmonizer.formats.oscal import frameworks
    from harmonizer.formats.oscal.documents import read
    from harmonizer.formats.oscal.mappings import read_mappings

    if len(files) == 1 and (document := read(files[0])).kind == "mapping-collection":
        found = read_mappings(document)
    else:
        found = frameworks.read_framework(files, slug)
    frameworks.write(found, Path(session.workspace or ""))
    _tell(found.faults)
    session.print(Answer.of(("what", "count"), list(found.figures.items())))


def _tell(findings: Sequence[object]) -> None:
    for one in findings[:20]:
        typer.echo(str(one), err=True)
    if len(findings) > 20:
        typer.echo(f"... and {len(findings) - 20} more", err=True)


def _import_workbook(session: Session, files: list[Path], *, apply: bool, other_dataset: bool) -> None:
    if len(files) != 1:
        raise UsageError("name one workbook: import workbook FILE.xlsx --workspace DIR")
    from harmonizer.reports.workbook_edits import VERDICTS

    answer = session.graph.import_workbook(files[0], apply=apply, other_dataset=other_dataset)
    session.print(answer)
    if answer.summary["other dataset"] and not other_dataset:
        typer.echo("the workbook was made from another dataset: its rows may have changed their meaning. "
                   "To merge it anyway: --apply --other-dataset", err=True)  # fmt: skip
    figures = ", ".join(f"{answer.summary[verdict]} {verdict}" for verdict in VERDICTS)
    batch = answer.summary["recorded as batch"]
    done = f"Recorded as batch {batch}." if batch else "Nothing was recorded."
    typer.echo(f"{figures}. {done}" + ("" if apply else " To record the changes: --apply"), err=True)
    if answer.summary["conflict"] or answer.summary["refused"]:
        raise typer.Exit(1)


@command("export")
def export(
    session: Session,
    format_name: Annotated[str | None, typer.Argument(metavar="FORMAT")] = None,
    names: Annotated[list[str] | None, typer.Argument(metavar="[FRAMEWORK...]")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write.")] = None,
    sheets: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="Only these tables of the control matrix.")
    ] = None,
    list_formats: Annotated[bool, typer.Option("--list", help="List the formats.")] = False,
) -> None:
    """Write controls, mappings, frameworks, the graph or the dataset to a file; --list says what there is."""
    import warnings

    from harmonizer.reports.exports import format_named, formats

    if list_formats:
        session.print(formats())
        return
    format_named(format_name or "")
    if output is None:
        raise UsageError("name the file to write with -o FILE")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        session.graph.export(format_name or "", output, *(names or ()), only=listed(sheets))
    for one in told:
        typer.echo(f"warning: {one.message}", err=True)
    typer.echo(f"wrote {output}", err=True)
