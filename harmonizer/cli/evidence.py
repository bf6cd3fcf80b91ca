"""Commands about evidence: the register, what it serves, what is due, what auditors ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harmonizer.cli.assess import At, Author, day, pairs
from harmonizer.cli.command import Session, command, listed

Frameworks = Annotated[
    list[str] | None, typer.Argument(metavar="[FRAMEWORK...]", help="By default those of the organisation file.")
]


@command("evidence add")
def add(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="FILE-or-ADDRESS")],
    control: Annotated[str, typer.Option(metavar="CONTROL,...", help="What it shows at work.")],
    title: Annotated[str, typer.Option()] = "",
    kind: Annotated[str, typer.Option(help="What the controls call it, such as 'user list'.")] = "",
    collected: Annotated[str, typer.Option(metavar="DATE", help="By default today.")] = "",
    period: Annotated[str, typer.Option(metavar="DATE/DATE", help="What it says something about.")] = "",
    every: Annotated[str, typer.Option(metavar="DURATION", help="How often you want it, such as P3M.")] = "",
    origin: Annotated[str, typer.Option("--from", help="The system or person that it comes from.")] = "",
    sensitivity: Annotated[str, typer.Option(help="public, internal, confidential or restricted.")] = "internal",
    notes: Annotated[str, typer.Option()] = "",
    name: Annotated[str, typer.Option("--id", metavar="ID", help="By default from its SHA-256.")] = "",
    author: Author = "",
    at: At = None,
) -> None:
    """Register a file, which is copied into the workspace, or an address. It is durable once this returns."""
    from harmonizer.programme.assessment import user

    found = session.graph.programme.register.add(
        source, controls=listed(control), title=title, kind=kind, collected=collected, period=period, every=every,
        origin=origin, sensitivity=sensitivity, notes=notes, name=name, author=author or user(), at=day(at),
    )  # fmt: skip
    typer.echo(f"registered {found.id}" + (f", SHA-256 {found.sha256}" if found.sha256 else ""), err=True)


@command("evidence withdraw")
def withdraw(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="ID")],
    reason: Annotated[str, typer.Option(help="Why it no longer counts.")],
    author: Author = "",
) -> None:
    """Take an artefact out of the register from now on; its file and its past stay."""
    from harmonizer.programme.assessment import user

    session.graph.programme.register.withdraw(name, reason, author=author or user())
    typer.echo(f"withdrew {name}", err=True)


@command("evidence list")
def list_(session: Session, frameworks: Frameworks = None) -> None:
    """List the register with the requirements that each artefact serves; with --as-of as it stood on that day."""
    session.print(session.graph.programme.evidence(*(frameworks or ())))


@command("evidence due")
def due(
    session: Session,
    frameworks: Frameworks = None,
    today: Annotated[str | None, typer.Option(metavar="DATE", help="Seen from this day.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.ics", help="Write a calendar instead.")
    ] = None,
) -> None:
    """List what is due: evidence by the intervals that bind, with citation, and the dates that were set."""
    from datetime import date

    from harmonizer.knowledge.tables import write_aside
    from harmonizer.programme.days import check_day
    from harmonizer.programme.evidence_due import calendar_file

    programme, now = session.graph.programme, check_day(today) if today else date.today()
    if output:
        write_aside(output, calendar_file(programme.dues(*(frameworks or ())), now))
        typer.echo(f"wrote {output}", err=True)
    else:
        session.print(programme.due(*(frameworks or ()), today=now))


@command("evidence reuse")
def reuse(session: Session, frameworks: Frameworks = None) -> None:
    """Count how many requirements of how many frameworks each artefact serves, and the smallest set that serves all."""
    session.print(session.graph.programme.use(*(frameworks or ())).reuse())


@command("evidence minimum")
def minimum(session: Session, frameworks: Frameworks = None) -> None:
    """Find the smallest set of evidence that shows everything the audits of the frameworks ask, with a proof."""
    session.print(session.graph.programme.use(*(frameworks or ())).minimum())


@command("evidence requests")
def requests(
    session: Session,
    framework: Annotated[str, typer.Argument(metavar="FRAMEWORK")],
    audit: Annotated[str, typer.Option(help="Its name, by default that of the framework.")] = "",
) -> None:
    """List what the auditor of a framework asks for: our status and the auditor's, apart."""
    session.print(session.graph.programme.requests(framework, audit=audit))


@command("evidence request")
def request(
    session: Session,
    framework: Annotated[str, typer.Argument(metavar="FRAMEWORK")],
    name: Annotated[str, typer.Argument(metavar="REQUEST", help="Such as sso-with-mfa/2.")],
    values: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE...", help="internal, auditor, owner, due, notes.")
    ],
    audit: Annotated[str, typer.Option(help="Its name, by default that of the framework.")] = "",
    author: Author = "",
) -> None:
    """Record our status of a request (internal=...) or the auditor's (auditor=...)."""
    batch = session.graph.programme.set_request(framework, name, pairs(values), audit=audit, author=author)
    typer.echo(f"recorded as batch {batch}" if batch else "nothing to record: it stands so already", err=True)
