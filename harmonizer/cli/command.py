"""The frame of every command: common options, error handling, the session, progress."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harmonizer.errors import HarmonizerError

if TYPE_CHECKING:
    from harmonizer.answer import Answer
    from harmonizer.api import Harmonizer

app = typer.Typer(
    name="harmonizer", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]},
    help="Harmonize compliance frameworks: overlaps, strictest requirements, conflicts, and the cheapest superset of "
    "controls, each with its citation. Mappings support an auditor's judgement; they are not legal advice.",
)  # fmt: skip

GROUPS = {
    "organisation": "What the organisation is, and what applies to it.",
    "assess": "How far controls are, and what was found of requirements.",
    "evidence": "The register of evidence.",
    "gate": "Rules that stop a release, and the record of what was judged.",
}
"""Commands of two words, by the first."""

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
    "system": (str | None, typer.Option(metavar="NAME", help="One system of the workspace's organisation file.")),
    "scope": (str | None, typer.Option(metavar="EXPR", help="Only where this can be true, e.g. 'data:ephi'.")),
    "debug": (bool, typer.Option("--debug", help="Show the traceback of an error.")),
}


class Session:
    """What a command needs beside its own arguments: the graph, opened when first asked for, and where to print."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self.workspace: str | None = options["workspace"]
        self.organisation: Path | None = None

    @functools.cached_property
    def graph(self) -> Harmonizer:
        from harmonizer.api import load

        named = {name: self._options[name] or "" for name in ("scope", "as_of", "system")}
        return load(self.workspace, organisation=self.organisation, ready=False, **named)

    @property
    def format(self) -> str:
        return str(self._options["format"] or ("table" if sys.stdout.isatty() else "csv"))

    def print(self, answer: Answer) -> None:
        """Print an answer in the format asked for."""
        from harmonizer import printing

        printing.write(answer, self.format, sys.stdout)


def command(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a command that takes a :class:`Session` first; the common options and the error handling are added.

    Of two words the first is a group: ``evidence add``.
    """
    group, _, word = name.rpartition(" ")

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
        (_group(group) if group else app).command(word)(run)
        return function

    return register


@functools.cache
def _group(name: str) -> typer.Typer:
    """The group of commands of this name."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=GROUPS[name])
    app.add_typer(group, name=name)
    return group


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
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


def listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
