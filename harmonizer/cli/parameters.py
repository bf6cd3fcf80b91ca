"""Command about what the parameters of an imported catalog demand."""

from __future__ import annotations

from typing import Annotated

import typer

from harmonizer.cli.command import Session, command


@command("constraints")
def constraints(
    session: Session, slug: Annotated[str, typer.Argument(metavar="SLUG", help="A framework imported from OSCAL.")]
) -> None:
    """Draft constraints from the parameters of an imported OSCAL catalog; complete ones become constraints."""
    session.print(session.graph.draft_constraints(slug))
