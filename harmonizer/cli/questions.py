"""Commands that ask the graph: what is there, how requirements relate, what binds."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from harmonizer.cli.command import Frameworks, Session, Trust, command, listed


@command("frameworks")
def frameworks(session: Session) -> None:
    """List the frameworks with their figures."""
    session.print(session.graph.frameworks())


@command("requirements")
def requirements(session: Session, framework: Annotated[str, typer.Argument(metavar="SLUG")]) -> None:
    """List the requirements of a framework in source order."""
    session.print(session.graph.requirements(framework))


@command("diff")
def diff(
    session: Session,
    before: Annotated[str, typer.Argument(metavar="SLUG@V1")],
    after: Annotated[str, typer.Argument(metavar="SLUG@V2")],
) -> None:
    """Say what changed between two versions of a framework, and which objectives and controls that affects."""
    session.print(session.graph.diff(before, after))


@command("objectives")
def objectives(
    session: Session, tree: Annotated[bool, typer.Option("--tree", help="All three levels, indented.")] = False
) -> None:
    """List the control objectives."""
    session.print(session.graph.objectives(tree=tree))


@command("show")
def show(session: Session, name: Annotated[str, typer.Argument(metavar="REQUIREMENT-or-OBJECTIVE")]) -> None:
    """Show everything known of a requirement or objective, with sources."""
    session.print(session.graph.show(name))


@command("search")
def search(
    session: Session,
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="Words, beginnings of words, or an id.")],
    framework: Annotated[str | None, typer.Option(metavar="SLUG", help="In this framework alone.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """Find requirements by their words or ids, best first."""
    session.print(session.graph.search(" ".join(words), framework=framework or "", limit=limit))


@command("crosswalk")
def crosswalk(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="A")],
    target: Annotated[str, typer.Argument(metavar="B")],
    everything: Annotated[bool, typer.Option("--all", help="Also secondary-only and related pairs.")] = False,
    level: Annotated[
        Literal["own", "parent"], typer.Option(help="'parent' rolls specifications up to what they stand below.")
    ] = "own",
    trust: Trust = None,
    published: Annotated[bool, typer.Option("--published", help="Also what others published, as it stands.")] = False,
) -> None:
    """Pair the requirements of two frameworks, best first, each pair with its reason."""
    answer = session.graph.crosswalk(
        source, target, level=level, everything=everything, trust=listed(trust), published=published
    )
    session.print(answer)


@command("explain")
def explain(
    session: Session,
    a: Annotated[str, typer.Argument(metavar="REQ-A")],
    b: Annotated[str, typer.Argument(metavar="REQ-B")],
    trust: Trust = None,
) -> None:
    """Say in sentences what follows about two requirements, from which mappings, and how surely."""
    session.print(session.graph.explain(a, b, trust=listed(trust)))


@command("suggest")
def suggest(
    session: Session,
    framework: Annotated[str, typer.Argument(metavar="SLUG")],
    best: Annotated[int, typer.Option(min=1, max=20, help="Leaves for each requirement.")] = 5,
) -> None:
    """Name leaves that unmapped requirements of an imported framework may ask for: a place to start reading."""
    session.print(session.graph.suggest(framework, best=best))


@command("coverage")
def coverage(
    session: Session,
    of: Annotated[str | None, typer.Option("--of", metavar="B", help="What is covered.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="A[,C...]", help="What covers it.")] = None,
) -> None:
    """Show how far a framework is covered by others; without options, the matrix over all frameworks."""
    session.print(session.graph.coverage(of=of, by=listed(by)))


@command("overlap")
def overlap(session: Session, frameworks: Frameworks) -> None:
    """List the objectives with each framework's requirements side by side."""
    session.print(session.graph.overlap(*frameworks))


@command("strictest")
def strictest(session: Session, frameworks: Frameworks) -> None:
    """Show the most stringent requirement for each objective and dimension."""
    session.print(session.graph.strictest(*frameworks))


@command("conflicts")
def conflicts(session: Session, frameworks: Frameworks) -> None:
    """Show where duties collide, with citations and ways out."""
    session.print(session.graph.conflicts(*frameworks))
