"""Commands about gates: judging a release, and whether what is released is what was judged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harmonizer.cli.assess import Author
from harmonizer.cli.command import Session, command

RulesFile = Annotated[Path, typer.Argument(metavar="RULES.toml")]
Files = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where the files lie that the rules name; by default beside them.")
]


@command("gate check")
def check(
    session: Session,
    rules: RulesFile,
    files: Files = None,
    sarif: Annotated[Path | None, typer.Option(metavar="FILE", help="Write SARIF 2.1.0 as well.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML as well.")] = None,
    record: Annotated[
        bool, typer.Option(help="Append the outcome to the evidence register of the workspace, if there is one.")
    ] = True,
    author: Author = "",
) -> None:
    """Judge a release by rules: bias of a model, coverage, stale evidence, lineage. Exit code 1 if it fails."""
    from harmonizer.gates.junit import junit as as_junit
    from harmonizer.gates.sarif import sarif as as_sarif
    from harmonizer.knowledge.tables import write_aside

    kg = session.graph
    outcome = kg.gate(rules, files=files)
    session.print(outcome.answer)
    for path, write in ((sarif, as_sarif), (junit, as_junit)):
        if path:
            write_aside(path, write(outcome))
            typer.echo(f"wrote {path}", err=True)
    for one in outcome.stopping if session.format != "table" else ():  # a table has shown them already
        typer.echo(f"{one.rule}: {one.verdict}: {one.reason}", err=True)
    if record and kg.workspace:
        kept = kg.record_gate(outcome, author=author)
        typer.echo(f"recorded as {kept.id}, SHA-256 {kept.sha256}", err=True)
    counts = f"{len(outcome.stopping)} of {len(outcome.findings)} findings stop it"
    typer.echo(f"gate {outcome.rules.name} {outcome.result}: {counts}", err=True)
    if not outcome.passed:
        raise typer.Exit(1)


@command("gate verify")
def verify(session: Session, rules: RulesFile, files: Files = None) -> None:
    """Compare the files with the newest record of the gate: exit code 1 if one changed, or if the gate had failed."""
    from harmonizer.gates.record import UNCHANGED, released

    answer = session.graph.verify_gate(rules, files=files)
    session.print(answer)
    for row in answer:
        if row["verdict"] != UNCHANGED:
            typer.echo(f"{row['file']}: {row['verdict']}: {row['reason']}", err=True)
    typer.echo(f"{answer.title}: {answer.summary['not as judged']} of {len(answer)} files are not as judged; "
               f"the result was: {answer.summary['result']}", err=True)  # fmt: skip
    if not released(answer):
        raise typer.Exit(1)
