"""Commands that start things: the explorer, the main job."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from harmonizer.cli.command import Output, Session, command


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
    """Do the main job: harmonize SOC 2, HIPAA and GDPR, print the summary, write the workbook, open the explorer.

    For the organisation of the workspace; without a workspace for the bundled AI platform.
    """
    from harmonizer import printing
    from harmonizer.api import MAIN_FRAMEWORKS
    from harmonizer.programme.new_workspace import MAIN_EXAMPLE, examples
    from harmonizer.programme.organisation import FILE_NAME

    if session.workspace is None:
        session.organisation = examples()[MAIN_EXAMPLE] / FILE_NAME
    plan = session.graph.solve(*MAIN_FRAMEWORKS)
    printing.write_summary(session.graph, MAIN_FRAMEWORKS, plan, sys.stdout)
    session.graph.to_excel(output, *MAIN_FRAMEWORKS, plan=plan)
    typer.echo(f"\nControl matrix: {output}")
    if explorer:
        raise typer.Exit(open_explorer(8501, session.workspace))


def open_explorer(port: int, workspace: str | None) -> int:
    """Run the Streamlit explorer on the loopback interface until it is stopped; its exit code."""
    import subprocess

    package = Path(__file__).parents[1]
    page = package / "explorer" / "main.py"
    # Streamlit reads themes and the settings that keep it offline from the folder that it is started in.
    home = package if (package / ".streamlit").is_dir() else package.parent
    if workspace and "://" not in workspace:
        workspace = str(Path(workspace).resolve())
    environment = {**os.environ, **({"HARMONIZER_WORKSPACE": workspace} if workspace else {})}
    arguments = [sys.executable, "-m", "streamlit", "run", str(page), "--server.address", "127.0.0.1",
                 "--server.port", str(port), "--browser.gatherUsageStats", "false",
                 "--server.showEmailPrompt", "false"]  # fmt: skip
    try:
        return subprocess.run(arguments, check=False, env=environment, cwd=home).returncode
    except KeyboardInterrupt:
        return 0
