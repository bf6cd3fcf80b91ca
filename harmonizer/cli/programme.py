"""Commands about the organisation: a new workspace, what it is, what applies to it, and packs for its auditors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from harmonizer.cli.command import Session, command, listed
from harmonizer.errors import UsageError


@command("init")
def init(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or one without organisation.yaml.")],
    example: Annotated[str | None, typer.Option(metavar="NAME", help="Start from a bundled example.")] = None,
    interview: Annotated[bool, typer.Option("--interview", help="Answer a few questions.")] = False,
) -> None:
    """Make a workspace with an organisation file: a commented template, an example, or from a short interview."""
    from harmonizer.programme import new_workspace

    if example and interview:
        raise UsageError("an example asks no questions: give --example or --interview")
    if example:
        content = new_workspace.from_example(example)
    elif interview:
        scope = session.graph.index.scope
        content = new_workspace.from_interview(lambda question, default: _ask(question, default), scope)
    else:
        content = new_workspace.from_template()
    for path in new_workspace.make_workspace(folder, content):
        typer.echo(f"wrote {path}", err=True)
    typer.echo(f"Next: harmonizer organisation applies --workspace {folder}", err=True)


def _ask(question: str, default: str) -> str:
    return str(typer.prompt(question, default=default, err=True))


@command("organisation check")
def check(session: Session) -> None:
    """Check the organisation file; every mistake is listed with its line (exit code 3).

    A setting that is weaker than what binds is listed with its citation (exit code 1).
    """
    from harmonizer.answer import Answer
    from harmonizer.programme.settings import WEAKER

    kg = session.graph
    weak = [row for row in kg.settings() if row["standing"] == WEAKER]
    counts = [(name.replace("_", " "), len(found)) for name, found in kg.known_organisation.entries.items()]
    session.print(Answer.of(("what", "count"), [*counts, ("true tags", len(kg.known_organisation.tags()))]))
    for row in weak:
        typer.echo(f"{kg.known_organisation.document.path}:{row['line']}: {row['system']}, {row['objective']}: "
                   f"{row['setting']} is {row['because']} [{row['citations']}]", err=True)  # fmt: skip
    if weak:
        raise typer.Exit(1)


@command("organisation tags")
def tags(session: Session) -> None:
    """List every scope tag: true, false or (events) open, for which systems, and what in the file makes it so."""
    session.print(session.graph.tags())


@command("organisation applies")
def applies(
    session: Session,
    frameworks: Annotated[list[str] | None, typer.Argument(metavar="[FRAMEWORK...]")] = None,
) -> None:
    """Say what applies and why or why not: the frameworks, or every requirement of those named."""
    session.print(session.graph.applicability(*(frameworks or ())))


@command("organisation flows")
def flows(
    session: Session,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Draw them instead: .svg or .md (Mermaid).")
    ] = None,
) -> None:
    """List the data flows, or draw them."""
    if output:
        typer.echo(f"wrote {session.graph.draw_data_flows(output)}", err=True)
    else:
        session.print(session.graph.data_flows())


@command("organisation lineage")
def lineage(session: Session) -> None:
    """Trace what the training data and the inputs of each AI system come from."""
    session.print(session.graph.lineage())


@command("organisation classes")
def classes(session: Session) -> None:
    """List the classes of data: where they lie, how long, and which frameworks name them."""
    session.print(session.graph.classification())


@command("organisation settings")
def settings(session: Session) -> None:
    """List the settings that the organisation has chosen, and how each stands to what binds."""
    session.print(session.graph.settings())


@command("organisation processing")
def processing(
    session: Session,
    role: Annotated[
        Literal["controller", "processor"], typer.Option("--as", help="GDPR Art. 30(1) or Art. 30(2).")
    ] = "controller",
) -> None:
    """Write the record of processing activities (GDPR Art. 30)."""
    session.print(session.graph.record_of_processing(role))


@command("audit-pack")
def audit_pack(
    session: Session,
    framework: Annotated[str, typer.Argument(metavar="FRAMEWORK")],
    period: Annotated[str, typer.Option(metavar="DATE/DATE", help="First and last day.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE.zip")] = None,
    include: Annotated[str | None, typer.Option(metavar="SLUG,...", help="Other frameworks that may be in it.")] = None,
) -> None:
    """Pack matrix, statement of applicability, evidence and exceptions for an auditor, as they stood.

    The state is that of the end of the period, or of --as-of. Other frameworks are kept out.
    """
    path = output or Path(f"{framework}-{period.replace('/', '-to-')}.zip")
    pack = session.graph.audit_pack(framework, path, period=period, include=listed(include))
    for warning in pack.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if pack.withheld:
        typer.echo(f"left out other frameworks' names and ids {pack.withheld} times", err=True)
    typer.echo(f"wrote {pack.path}: {pack.parts} parts, SHA-256 of the manifest {pack.manifest}", err=True)


@command("document")
def document(
    session: Session,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="As .md, .html or .docx; may be repeated. Default NAME.docx."
        ),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the documents.")] = False,
) -> None:
    """Write a document from the graph and the workspace, with citations; --list names them."""
    if listing:
        session.print(session.graph.documents())
        return
    if name is None:
        raise UsageError("name a document; harmonizer document --list names them")
    made = session.graph.document(name)
    for path in output or [Path(f"{name}.docx")]:
        typer.echo(f"wrote {made.write(path)}, version {made.version}", err=True)


@command("document-changes")
def document_changes(
    session: Session,
    old: Annotated[Path, typer.Argument(metavar="OLD")],
    new: Annotated[Path, typer.Argument(metavar="NEW")],
) -> None:
    """Say what differs between two versions of a document, section by section, with citations."""
    from harmonizer.reports.documents.changes import changes

    session.print(changes(old, new))


@command("verify-pack")
def verify_pack(session: Session, file: Annotated[Path, typer.Argument(metavar="FILE.zip")]) -> None:
    """Compare a pack with its manifest: every part that was changed, is missing or was added (exit code 1)."""
    from harmonizer.reports.pack_check import verify_pack as check_pack

    answer = check_pack(file)
    session.print(answer)
    counts = ", ".join(f"{answer.summary[word]} {word}" for word in ("changed", "missing", "added"))
    typer.echo(f"{answer.title}; {counts}; SHA-256 of the manifest {answer.summary['manifest']}", err=True)
    if answer.rows:
        raise typer.Exit(1)
