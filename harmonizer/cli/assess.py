"""Commands about where things stand: progress of controls, findings on requirements, what is left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from harmonizer.cli.command import Session, Trust, command, listed
from harmonizer.errors import UsageError

if TYPE_CHECKING:
    from harmonizer.programme.journal import Change

Author = Annotated[str, typer.Option(metavar="NAME", help="Who says so; by default the user of this machine.")]
At = Annotated[str | None, typer.Option(metavar="DATE", help="Record as of a past day, never before the last entry.")]


@command("assess list")
def list_(
    session: Session,
    requirements: Annotated[bool, typer.Option("--requirements", help="Findings, in place of controls.")] = False,
) -> None:
    """List what is recorded of controls, or of requirements; with --as-of as it stood at the end of that day."""
    from harmonizer.answer import Answer
    from harmonizer.model import short_key
    from harmonizer.programme.assessment import CONTROL_FIELDS, REQUIREMENT_FIELDS

    assessment, day = session.graph.assessment, session.graph.circumstances.as_of
    held = assessment.requirements(as_of=day) if requirements else assessment.controls(as_of=day)
    fields: tuple[str, ...] = REQUIREMENT_FIELDS if requirements else CONTROL_FIELDS
    rows = [(short_key(subject) if requirements else subject, *(values.get(field, "") for field in fields))
            for subject, values in sorted(held.items())]  # fmt: skip
    session.print(Answer.of(("requirement" if requirements else "control", *fields), rows, {"recorded": len(rows)}))


@command("assess set")
def set_(
    session: Session,
    control: Annotated[str, typer.Argument(metavar="CONTROL[,CONTROL...]")],
    values: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="status, owner, due, notes, ...")],
    reason: Annotated[str | None, typer.Option(metavar="CODE", help="Why it is not applicable.")] = None,
    author: Author = "",
    at: At = None,
) -> None:
    """Record the status, owner, due date or notes of controls."""
    from harmonizer.programme.journal import Change

    fields = [_pair(one) for one in values] + ([("reason_code", reason)] if reason else [])
    _record(session, [Change("control", one, *field) for one in listed(control) for field in fields], author, at)


@command("assess find")
def find(
    session: Session,
    requirement: Annotated[str, typer.Argument(metavar="REQUIREMENT")],
    finding: Annotated[str, typer.Argument(help="met, at least partly, partly, at most partly, not fully met, ...")],
    notes: Annotated[str | None, typer.Option(help="What the finding rests on.")] = None,
    author: Author = "",
    at: At = None,
) -> None:
    """Record what was found of a requirement; it follows from no status and changes none."""
    from harmonizer.programme.journal import Change

    changes = [Change("requirement", requirement, "finding", finding)]
    changes += [Change("requirement", requirement, "notes", notes)] if notes else []
    _record(session, changes, author, at)


def _record(session: Session, changes: list[Change], author: str, at: str | None) -> None:
    batch = session.graph.assessment.record(changes, author=author, at=day(at))
    typer.echo(f"recorded as batch {batch}" if batch else "nothing to record: it stands so already", err=True)


@command("assess undo")
def undo(session: Session, author: Author = "") -> None:
    """Put back what was last recorded of controls or requirements; the undoing is recorded as well."""
    batch = session.graph.assessment.undo(author=author)
    typer.echo(f"recorded as batch {batch}" if batch else "there is nothing to undo", err=True)


@command("assess history")
def history(
    session: Session,
    subject: Annotated[str, typer.Argument(metavar="[CONTROL-or-REQUIREMENT]")] = "",
) -> None:
    """List everything that was recorded, of one control or requirement or of all, oldest first."""
    from harmonizer.answer import Answer

    kg = session.graph
    key = kg.index.requirement(subject).key if ":" in subject else subject
    columns = ("number", "batch", "recorded_at", "author", "kind", "subject", "field", "before", "value", "undoes")
    rows = [[getattr(one, name) for name in columns] for one in kg.assessment.history(subject=key)]
    session.print(Answer.of(columns, rows))


@command("assess carry")
def carry(session: Session, framework: Annotated[str, typer.Argument(metavar="SLUG")], trust: Trust = None) -> None:
    """Carry the recorded findings to a framework: what follows for its requirements, and never more."""
    findings = session.graph.assessment.findings(as_of=session.graph.circumstances.as_of)
    session.print(session.graph.carry(findings, framework, trust=listed(trust)))


@command("assess left")
def left(session: Session, framework: Annotated[str, typer.Argument(metavar="SLUG")]) -> None:
    """Say what is left for a framework beside what is implemented, what saves most effort first."""
    session.print(session.graph.left(framework))


def day(text: str | None) -> datetime | None:
    """The end of a past day (UTC), to record what stood then; None for now."""
    from harmonizer.programme.days import check_day

    if text is None:
        return None
    found = check_day(text)
    if found > datetime.now(UTC).date():
        raise UsageError(f"{text} has not come yet")
    return datetime(found.year, found.month, found.day, 12, tzinfo=UTC)


def _pair(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} sets nothing; expected FIELD=VALUE, such as status=implemented")
    return field.strip(), value.strip()


def pairs(values: list[str]) -> dict[str, str]:
    """``FIELD=VALUE`` words as a mapping."""
    return dict(_pair(one) for one in values)
