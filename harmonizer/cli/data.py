"""Commands about the data: check, query, bring in, write out."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harmonizer.cli.command import Session, command, listed, progress
from harmonizer.errors import UsageError, did_you_mean, nearest

if TYPE_CHECKING:
    from harmonizer.knowledge.index import Index


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


@command("import")
def import_(
    session: Session,
    format_or_file: Annotated[str | None, typer.Argument(metavar="[FORMAT]")] = None,
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...")] = None,
    requirements: Annotated[
        list[Path] | None, typer.Option(metavar="R.csv", help="framework, id, parent, title[, summary, core]")
    ] = None,
    mappings: Annotated[
        list[Path] | None,
        typer.Option(metavar="M.csv", help="source_framework, source_id, target_framework, target_id, relation, ..."),
    ] = None,
    slug: Annotated[str | None, typer.Option(metavar="SLUG", help="Name of the framework that is read.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="SLUG", help="The framework that a mapping sheet maps from.")
    ] = None,
    target: Annotated[str | None, typer.Option(metavar="SLUG", help="The framework that it maps to.")] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="ROLE=HEADING,...", help="Of a sheet: id=Control ID,title=Name")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be brought in; write nothing.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Record a workbook's changes, not only list them.")] = False,
    other_dataset: Annotated[
        bool, typer.Option("--other-dataset", help="Apply a workbook that was made from another dataset.")
    ] = False,
    list_formats: Annotated[bool, typer.Option("--list", help="List the formats.")] = False,
) -> None:
    """Bring requirements and mappings, or what was filled in in a workbook, into a workspace.

    The format is recognised by the content of the files; name one to be sure. Of a workbook the differences are
    listed; exit 1 where some of them cannot be taken over.
    """
    from harmonizer.answer import Answer
    from harmonizer.formats import registry

    if list_formats:
        session.print(Answer.of(("format", "content"), [(one.name, one.content) for one in registry.FORMATS.values()]))
        return
    format_name, paths = _named(format_or_file, files or [], registry.FORMATS)
    paths += [*(requirements or ()), *(mappings or ())]
    if session.workspace is None:
        raise UsageError("name the workspace folder to import into with --workspace DIR")
    if format_name == registry.WORKBOOK or (not format_name and _is_workbook(paths)):
        _import_workbook(session, paths, apply=apply, other_dataset=other_dataset)
        return
    if not paths:
        raise UsageError("name what to import: FILE..., or --requirements R.csv and --mappings M.csv")
    from harmonizer.formats import sheet_columns, workspace_files

    folder = Path(session.workspace)
    with progress() as told:
        found = registry.bring_in(
            paths, lambda: _index(session, folder), workspace=folder, format_name=format_name, progress=told,
            slug=slug, source=source, target=target, columns=sheet_columns.parse_columns(columns) if columns else None,
        )  # fmt: skip
        if not dry_run:
            workspace_files.write(found, folder)
    for end in found.dangling[:20]:
        typer.echo(f"kept, though its framework is not loaded: {end}", err=True)
    _tell(found.findings, None if dry_run else 20)
    if dry_run:
        typer.echo(f"nothing was written; would be: {', '.join(found.files)}", err=True)
    session.print(Answer.of(("what", "count"), list(found.figures.items())))


def _named(first: str | None, files: list[Path], formats: Collection[str]) -> tuple[str, list[Path]]:
    """The format, or nothing, and the files: the first argument may be either."""
    if first is None or first in formats:
        return first or "", files
    if Path(first).suffix or os.path.lexists(first):
        return "", [Path(first), *files]
    hint = did_you_mean(nearest(first, formats)) or f"; the formats are {', '.join(formats)}"
    raise UsageError(f"{first!r} is neither a format nor a file{hint}")


def _is_workbook(paths: list[Path]) -> bool:
    from harmonizer.formats import registry

    return len(paths) == 1 and paths[0].suffix == ".xlsx" and registry.recognised(paths[0]).name == registry.WORKBOOK


def _index(session: Session, folder: Path) -> Index:
    from harmonizer.api import load

    return (session.graph if folder.is_dir() else load(ready=False)).index


def _tell(findings: Sequence[object], most: int | None = 20) -> None:
    for one in findings[:most]:
        typer.echo(str(one), err=True)
    if most and len(findings) > most:
        typer.echo(f"... and {len(findings) - most:,} more", err=True)


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
