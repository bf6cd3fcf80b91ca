"""The way out and back on the command line: what is printed, and the exit codes."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from harmonizer import cli
from harmonizer.programme.journal import Journal
from harmonizer.reports.spreadsheet import HEADER_ROW

pytestmark = pytest.mark.xdist_group("workbook")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workbook of bundled data, beside an empty workspace."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "workspace" / "data").mkdir(parents=True)
    done = run("export", "xlsx", "nyc-ll144", "-o", folder / "m.xlsx", "--sheets", "Controls", "--workspace",
               folder / "workspace")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return folder / "m.xlsx"


def filled_in(exported: Path, *words: str) -> Path:
    """The workbook with these words in the status of the first controls."""
    book = openpyxl.load_workbook(exported)
    ws = book["Controls"]
    place = [cell.value for cell in ws[HEADER_ROW]].index("Status") + 1
    for number, word in enumerate(words, HEADER_ROW + 1):
        ws.cell(number, place, word)
    target = exported.with_name(f"{'-'.join(words)}.xlsx")
    book.save(target)
    return target


def test_an_import_lists_what_it_would_change_and_changes_nothing_until_told(exported: Path) -> None:
    workspace = exported.with_name("workspace")
    returned = filled_in(exported, "in progress")
    done = run("import", "workbook", returned, "--workspace", workspace)
    assert (done.exit_code, Journal(workspace).entries()) == (0, [])
    assert done.stdout.startswith("sheet,row,field,was,theirs,now,verdict,reason\nControls,")
    assert (
        "1 change, 0 conflict, 0 refused, 0 reported. Nothing was recorded. To record the changes: --apply"
        in done.stderr
    )
    done = run("import", "workbook", returned, "--workspace", workspace, "--apply")
    assert done.exit_code == 0
    assert "Recorded as batch 1." in done.stderr
    assert [entry.value for entry in Journal(workspace).entries()] == ["in progress"]


def test_an_import_that_cannot_take_everything_exits_1(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = run("import", "workbook", filled_in(exported, "implementd"), "--workspace", tmp_path)
    assert done.exit_code == 1
    assert "did you mean implemented?" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["import", "workbook"], 2, "name one workbook"),
        (["import", "workbook", "missing.xlsx"], 3, "cannot be read"),
        (["export", "html", "nyc-ll144", "-o", "{folder}/x.html", "--sheets", "Contrls"], 2, "did you mean Controls"),
    ],
)
def test_what_went_wrong_is_said_with_its_exit_code(
    arguments: list[str], code: int, message: str, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    done = run(*(one.format(folder=tmp_path) for one in arguments), "--workspace", tmp_path)
    assert (done.exit_code, Journal(tmp_path).entries()) == (code, [])
    assert not list(tmp_path.glob("*.html"))
    assert message in done.stderr
