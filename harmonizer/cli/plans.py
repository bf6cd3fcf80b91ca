"""Commands about sets of controls: the cheapest sufficient one, its proof, and what follows from it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import typer

from harmonizer.cli.command import Frameworks, Session, command, listed, progress


@command("solve")
def solve(
    session: Session,
    frameworks: Frameworks,
    have: Annotated[str | None, typer.Option(metavar="CONTROL,...", help="Controls in place.")] = None,
    have_framework: Annotated[str | None, typer.Option(metavar="SLUG,...", help="Frameworks met already.")] = None,
    budget: Annotated[int | None, typer.Option(metavar="N", min=0, help="Person-days.")] = None,
    candidates: Annotated[
        str | None, typer.Option(metavar="FILE", help="CSV of controls, or a loaded catalogue, to choose from.")
    ] = None,
    exclude: Annotated[str | None, typer.Option(metavar="CONTROL,...", help="Controls not to be chosen.")] = None,
    also: Annotated[
        str | None, typer.Option(metavar="WHAT,...", help="Also ask for what is recommended, optional or practice.")
    ] = None,
    addressable: Annotated[
        Literal["implemented", "alternative"],
        typer.Option(help="'alternative' allows a documented equivalent measure (45 CFR 164.306(d)(3))."),
    ] = "implemented",
    time_limit: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="Then the best known plan with its bound.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(metavar="OUT.json", help="Write the proof, for check-certificate.")
    ] = None,
) -> None:
    """Find the cheapest set of controls that satisfies the frameworks at the strictest settings, with a proof.

    Ctrl-C ends the search with the best plan known by then.
    """
    from harmonizer.knowledge.tables import write_aside

    plan = session.graph.solve(
        *frameworks, have=listed(have), have_framework=listed(have_framework), budget=budget, candidates=candidates,
        exclude=listed(exclude), also=listed(also), addressable=addressable,
        time_limit=math.inf if time_limit is None else time_limit,
    )  # fmt: skip
    session.print(plan.answer)
    if certificate:
        write_aside(certificate, plan.certificate.to_bytes())
        typer.echo(f"wrote {certificate}", err=True)


@command("check-certificate")
def check_certificate(session: Session, file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Verify a plan's certificate without the solver, or name the first step that fails (exit code 1)."""
    from harmonizer.answer import Answer
    from harmonizer.knowledge.tables import read_bytes
    from harmonizer.superset import checker

    try:
        content = checker.check_bytes(read_bytes(file))
    except checker.Refuted as refuted:
        session.print(Answer.of(("file", "verdict", "reason"), [(str(file), "refuted", str(refuted))]))
        raise typer.Exit(1) from None
    reason = (f"{len(content['chosen'])} columns chosen at {content['cost']} {content['subject']}; "
              f"proven that less than {content['lower_bound']} is impossible; {content['status']}")  # fmt: skip
    session.print(Answer.of(("file", "verdict", "reason"), [(str(file), "verified", reason)]))


@command("shares")
def shares(session: Session, frameworks: Frameworks) -> None:
    """Say what each framework fairly bears of the joint effort (Shapley value)."""
    with progress() as told:
        answer = session.graph.shares(*frameworks, progress=told)
    session.print(answer)


@command("sensitivity")
def sensitivity(session: Session, frameworks: Frameworks) -> None:
    """Say how the choice of controls changes from the low to the high effort estimates."""
    session.print(session.graph.sensitivity(*frameworks))


@command("budget-curve")
def budget_curve(
    session: Session, frameworks: Frameworks, steps: Annotated[int, typer.Option(min=1, max=50)] = 10
) -> None:
    """Show how much of what the frameworks ask a growing budget can meet."""
    session.print(session.graph.budget_curve(*frameworks, steps=steps))


@command("plan-diff")
def plan_diff(
    session: Session,
    before: Annotated[Path, typer.Argument(metavar="OLD.json")],
    after: Annotated[Path, typer.Argument(metavar="NEW.json")],
) -> None:
    """Say what changed between two plans, each the output of `solve --format json`."""
    from harmonizer.superset.what_if import plan_difference

    session.print(plan_difference(before, after))


@command("roadmap")
def roadmap(session: Session, frameworks: Frameworks) -> None:
    """Put the plan's controls in the order that satisfies most per person-day."""
    session.print(session.graph.roadmap(*frameworks))


@command("marginal")
def marginal(
    session: Session, frameworks: Frameworks, add: Annotated[str, typer.Option(metavar="D", help="What is added.")]
) -> None:
    """Say what one more framework costs on top: extra controls and effort, and the share reused."""
    session.print(session.graph.marginal(*frameworks, add=add))


@command("gap")
def gap(
    session: Session,
    framework: Annotated[str, typer.Argument(metavar="SLUG")],
    have_framework: Annotated[str, typer.Option(metavar="A[,B]", help="Frameworks met already.")],
) -> None:
    """Answer "we have SOC 2: what is left for HIPAA?"."""
    session.print(session.graph.gap(framework, have_framework=listed(have_framework)))
