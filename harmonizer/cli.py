"""The command line: parse, call the API, print.

Rows go to stdout, everything else to stderr. Exit codes: 0 fine, 1 findings, 2 usage, 3 bad input data, 130
interrupted. Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harmonizer.errors import HarmonizerError, UsageError

if TYPE_CHECKING:
    from harmonizer.answer import Answer
    from harmonizer.api import Harmonizer

app = typer.Typer(
    name="harmonizer", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]},
    help="Harmonize compliance frameworks: overlaps, strictest requirements, conflicts, and the cheapest superset of "
    "controls, each with its citation. Mappings support an auditor's judgement; they are not legal advice.",
)  # fmt: skip

FormatName = Literal["table", "csv", "json", "md"]
Frameworks = Annotated[list[str], typer.Argument(metavar="FRAMEWORK...", help="Slugs, such as soc2 hipaa gdpr.")]
Trust = Annotated[
    str | None, typer.Option(metavar="PUBLISHER,...", help="Published crosswalks that take part in inference.")
]
Output = Annotated[Path, typer.Option("--output", "-o", help="File to write.")]

_COMMON: dict[str, tuple[Any, Any]] = {
    "format": (FormatName | None, typer.Option("--format", "-f", help="Default: table on a terminal, csv otherwise.")),
    "workspace": (str | None, typer.Option(metavar="DIR-or-URL", help="A folder laid over the bundled data.")),
    "as_of": (str | None, typer.Option(metavar="DATE", help="What holds on this day, YYYY-MM-DD.")),
    "scope": (str | None, typer.Option(metavar="EXPR", help="Only where this can be true, e.g. 'data:ephi'.")),
    "debug": (bool, typer.Option("--debug", help="Show the traceback of an error.")),
}


class Session:
    """What a command needs beside its own arguments: the graph, opened when first asked for, and where to print."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self.workspace: str | None = options["workspace"]

    @functools.cached_property
    def graph(self) -> Harmonizer:
        from harmonizer.api import load

        return load(self.workspace, scope=self._options["scope"] or "*", as_of=self._options["as_of"] or "")

    @property
    def format(self) -> str:
        return str(self._options["format"] or ("table" if sys.stdout.isatty() else "csv"))

    def print(self, answer: Answer) -> None:
        """Print an answer in the format asked for."""
        from harmonizer import printing

        printing.write(answer, self.format, sys.stdout)


def command(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a command that takes a :class:`Session` first; the common options and the error handling are added."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function, eval_str=True)
        own = [one for key, one in signature.parameters.items() if key != "session"]
        common = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[annotation, option],
                              default=False if annotation is bool else None)
            for key, (annotation, option) in _COMMON.items()
        ]  # fmt: skip

        @functools.wraps(function)
        def run(**arguments: Any) -> None:
            options = {key: arguments.pop(key) for key in _COMMON}
            try:
                function(Session(options), **arguments)
            except HarmonizerError as error:
                if options["debug"]:
                    raise
                typer.echo(f"harmonizer: {error}", err=True)
                raise typer.Exit(error.exit_code) from error
            except KeyboardInterrupt:
                typer.echo("harmonizer: interrupted", err=True)
                raise typer.Exit(130) from None
            except BrokenPipeError:
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

        run.__signature__ = signature.replace(parameters=[*own, *common])  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in (*own, *common)}
        app.command(name)(run)
        return function

    return register


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
        source, target, level=level, everything=everything, trust=_listed(trust), published=published
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
    session.print(session.graph.explain(a, b, trust=_listed(trust)))


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
    session.print(session.graph.coverage(of=of, by=_listed(by)))


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
        *frameworks, have=_listed(have), have_framework=_listed(have_framework), budget=budget, candidates=candidates,
        exclude=_listed(exclude), also=_listed(also), addressable=addressable,
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
    with _progress() as progress:
        answer = session.graph.shares(*frameworks, progress=progress)
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
    session.print(session.graph.gap(framework, have_framework=_listed(have_framework)))


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

        with _progress() as progress:
            answer = lint_crosswalk(files, session.graph.index, progress)
    else:
        tables = store.files_of(session.workspace)
        if write:
            for path in linter.write_canonical(tables):
                typer.echo(f"wrote {path}", err=True)
        answer = linter.lint(tables)
    session.print(answer)
    if answer.summary["fatal"]:
        raise typer.Exit(3)
    if answer.summary["error"]:
        raise typer.Exit(1)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on stderr where that is a terminal, else nothing; called with what, done and total."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield report


@command("query")
def query(session: Session, sparql: Annotated[str, typer.Argument(metavar="SPARQL-or-FILE")]) -> None:
    """Run read-only SPARQL 1.1 over the dataset."""
    from harmonizer.knowledge.tables import read_text

    path = Path(sparql)
    text = read_text(path) if path.suffix in (".rq", ".sparql") else sparql
    session.print(session.graph.sparql(text))


IMPORTS = {"tables": "anyone's requirements and mappings as two plain CSV tables"}


@command("import")
def import_(
    session: Session,
    format_name: Annotated[str | None, typer.Argument(metavar="FORMAT")] = None,
    requirements: Annotated[
        list[Path] | None, typer.Option(metavar="R.csv", help="framework, id, parent, title[, summary, core]")
    ] = None,
    mappings: Annotated[
        list[Path] | None,
        typer.Option(metavar="M.csv", help="source_framework, source_id, target_framework, target_id, relation, ..."),
    ] = None,
    list_formats: Annotated[bool, typer.Option("--list", help="List the formats.")] = False,
) -> None:
    """Bring requirements and mappings into a workspace."""
    from harmonizer.answer import Answer

    if list_formats:
        session.print(Answer.of(("format", "content"), list(IMPORTS.items())))
        return
    if format_name not in IMPORTS:
        raise UsageError(f"name a format, one of {', '.join(IMPORTS)}; got {format_name!r}")
    if session.workspace is None:
        raise UsageError("name the workspace folder to import into with --workspace DIR")
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


EXPORTS = {"xlsx": "control matrix workbook", "nquads": "the dataset as N-Quads", "trig": "the dataset as TriG"}


@command("export")
def export(
    session: Session,
    format_name: Annotated[str | None, typer.Argument(metavar="FORMAT")] = None,
    frameworks: Annotated[list[str] | None, typer.Argument(metavar="[FRAMEWORK...]")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write.")] = None,
    list_formats: Annotated[bool, typer.Option("--list", help="List the formats.")] = False,
) -> None:
    """Write a workbook or the dataset to a file."""
    from harmonizer.answer import Answer

    if list_formats:
        session.print(Answer.of(("format", "content"), list(EXPORTS.items())))
        return
    if format_name not in EXPORTS:
        raise UsageError(f"name a format, one of {', '.join(EXPORTS)}; got {format_name!r}")
    if output is None:
        raise UsageError("name the file to write with -o FILE")
    if format_name == "xlsx":
        session.graph.to_excel(output, *(frameworks or ()))
    else:
        session.graph.export(format_name, output)
    typer.echo(f"wrote {output}", err=True)


@command("explore")
def explore(session: Session, port: Annotated[int, typer.Option(help="Port on this machine.")] = 8501) -> None:
    """Open the explorer in the browser."""
    raise typer.Exit(open_explorer(port, session.workspace))


@command("harmonize")
def harmonize(
    session: Session,
    output: Output = Path("out/control-matrix.xlsx"),
    explorer: Annotated[bool, typer.Option(help="Open the explorer at the end.")] = True,
) -> None:
    """Do the main job: harmonize SOC 2, HIPAA and GDPR, print the summary, write the workbook, open the explorer."""
    from harmonizer import printing
    from harmonizer.api import MAIN_FRAMEWORKS

    plan = session.graph.solve(*MAIN_FRAMEWORKS)
    printing.write_summary(session.graph, MAIN_FRAMEWORKS, plan, sys.stdout)
    session.graph.to_excel(output, *MAIN_FRAMEWORKS, plan=plan)
    typer.echo(f"\nControl matrix: {output}")
    if explorer:
        raise typer.Exit(open_explorer(8501, session.workspace))


def open_explorer(port: int, workspace: str | None) -> int:
    """Run the Streamlit explorer on the loopback interface until it is stopped; its exit code."""
    import subprocess

    page = Path(__file__).parent / "explorer" / "main.py"
    environment = {**os.environ, **({"HARMONIZER_WORKSPACE": workspace} if workspace else {})}
    arguments = [sys.executable, "-m", "streamlit", "run", str(page), "--server.address", "127.0.0.1",
                 "--server.port", str(port), "--browser.gatherUsageStats", "false",
                 "--server.showEmailPrompt", "false"]  # fmt: skip
    try:
        return subprocess.run(arguments, check=False, env=environment).returncode
    except KeyboardInterrupt:
        return 0


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
