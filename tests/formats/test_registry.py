"""Formats are recognised by content, and the command shows, writes or leaves the workspace as it was."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import harmonizer as hz
from harmonizer import cli
from harmonizer.errors import DataError, UsageError
from harmonizer.formats import registry
from tests.conftest import ROOT
from tests.formats.samples import JSON_LD, LIST, OLIR, REQUIREMENTS, SAMPLES, SSSOM, TURTLE, workbook


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["import", *map(str, arguments)])


def put(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_is_recognised_whatever_the_file_is_called(name: str, tmp_path: Path) -> None:
    for file_name in ("data", "data.json", "data.xlsx", "data.txt"):
        assert registry.recognised(put(tmp_path / file_name, SAMPLES[name])).name == name


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (OLIR, "strm"),
        (JSON_LD, "rdf"),
        ("<http://a/b> <http://a/c> <http://a/d> <http://a/g> .\n", "rdf"),
        ('{"catalog": {"metadata": {}}}', "oscal"),
        ("---\ncatalog:\n  metadata: {}\n", "oscal"),
        (LIST.replace(",", ";"), "sheet"),
        (LIST.replace(",", "\t"), "sheet"),
        (workbook(Notes=[["read me"]], Controls=[["Ref", "Title"], ["1", "One"]]), "sheet"),
        (workbook(**{"hz snapshot": [["dataset", "x"]]}), "workbook"),
        ("source_framework,source_id,target_framework,target_id,relation\n", "tables"),
    ],
)
def test_a_format_is_recognised_by_what_it_holds(content: bytes | str, name: str, tmp_path: Path) -> None:
    assert registry.recognised(put(tmp_path / "file", content)).name == name


def test_what_fits_nothing_is_told_with_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        registry.recognised(put(tmp_path / "letter.csv", "Dear all,\nhello\n"))
    message = str(caught.value)
    assert "no format fits a text that begins with 'Dear all,'" in message
    assert all(name in message for name in registry.FORMATS)


def test_what_fits_several_formats_is_not_guessed(tmp_path: Path) -> None:
    book = workbook(**{
        "hz snapshot": [["dataset"]], "Map": [["FDE #", "STRM Relationship", "SCF #"], ["1", "equal", "A"]],
    })  # fmt: skip
    with pytest.raises(DataError, match="fits the formats workbook and strm; say which"):
        registry.recognised(put(tmp_path / "both", book))


def test_every_format_is_listed_and_none_heavy_is_imported_for_it() -> None:
    listed = run("--list", "--format", "csv").stdout
    assert [line.partition(",")[0] for line in listed.splitlines()[1:]] == list(registry.FORMATS)


def test_an_option_that_no_reader_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the format sssom takes no --slug"):
        registry.read([put(tmp_path / "a", SSSOM)], slug="own")


def test_a_word_that_is_neither_format_nor_file_is_a_usage_error(tmp_path: Path) -> None:
    result = run("sssm", tmp_path / "a.tsv", "--workspace", tmp_path)
    assert (result.exit_code, "neither a format nor a file; did you mean sssom" in result.stderr) == (2, True)


def test_a_dry_run_shows_figures_and_findings_and_writes_nothing(tmp_path: Path) -> None:
    result = run(put(tmp_path / "set.tsv", SSSOM), "--dry-run", "--workspace", tmp_path / "own", "--format", "csv")
    assert result.exit_code == 0, result.output
    assert "mappings between requirements,2" in result.stdout
    assert "gdpr:Art.99999: is not in its framework" in result.stderr
    assert "acme:A.1" in result.stderr
    assert not (tmp_path / "own").exists()


def test_files_of_several_formats_come_in_together(tmp_path: Path) -> None:
    first, second = put(tmp_path / "set.tsv", SSSOM.replace("acme:A.1", "own:1.1")), put(tmp_path / "r", REQUIREMENTS)
    result = run(first, second, "--workspace", tmp_path / "own", "--format", "csv")
    assert result.exit_code == 0, result.output
    assert "ends in frameworks that are not loaded,0" in result.stdout
    table = (tmp_path / "own/data/crosswalks/acme-to-ours.sssom.tsv").read_text().splitlines()
    assert [line.partition("\t")[0] for line in table[-2:]] == ["hipaa:164.312(b)", "own:1.1"]
    assert (tmp_path / "own/data/frameworks/own/requirements.csv").exists()


def test_the_api_imports_too(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    kg = hz.load(tmp_path / "own")  # without tables: the bundled graph
    file = put(tmp_path / "own.ttl", TURTLE)
    assert ("requirements", 1) in kg.import_files(file, dry_run=True).rows
    assert not (tmp_path / "own" / "data").exists()
    kg.import_files(file)
    table = tmp_path / "own/data/frameworks/own/requirements.csv"
    assert table.read_text().endswith("\nA,,requirement,required,Access,,,draft,,\n")


def test_what_a_user_filled_in_survives_a_second_import(tmp_path: Path) -> None:
    table, workspace = put(tmp_path / "r.csv", REQUIREMENTS), tmp_path / "own"
    assert run(table, "--workspace", workspace).exit_code == 0
    mapped = workspace / "data/frameworks/own/objectives.sssom.tsv"
    row = "own:{}\tskos:narrowMatch\t\tobjective:backups-made\tsemapv:ManualMappingCuration\t1\twhy {}\tme\t\t\tprimary\ttext\t\tdraft\n"
    mapped.write_text(mapped.read_text() + row.format("1.1", 1) + row.format("1.2", 2))
    put(table, REQUIREMENTS.replace("own,1.2,1,Backups\n", ""))
    result = run(table, "--workspace", workspace)
    moved = "line 3 of objectives.sssom.tsv is moved to drafts/own-gone-objectives.sssom.tsv"
    assert f"{moved}: own:1.2 is no longer there" in result.stderr
    assert mapped.read_text().splitlines()[1:] == [row.format("1.1", 1).strip("\n")]
    aside = workspace / "drafts/own-gone-objectives.sssom.tsv"
    assert aside.read_text().splitlines()[1:] == [row.format("1.2", 2).strip("\n")]
    put(table, REQUIREMENTS)
    assert run(table, "--workspace", workspace).exit_code == 0
    mapped.write_text(mapped.read_text() + row.format("1.2", 3))
    put(table, REQUIREMENTS.replace("own,1.2,1,Backups\n", ""))
    assert run(table, "--workspace", workspace).exit_code == 0
    assert [line.split("\t")[6] for line in aside.read_text().splitlines()[1:]] == ["why 2", "why 3"]


def test_a_framework_that_was_written_in_the_workspace_is_not_replaced(tmp_path: Path) -> None:
    workspace = tmp_path / "own"
    assert run(put(tmp_path / "r.csv", REQUIREMENTS), "--workspace", workspace).exit_code == 0
    described = workspace / "data/frameworks/own/framework.toml"
    described.write_text(described.read_text().replace('text_status = "imported"', 'text_status = "own"'))
    result = run(tmp_path / "r.csv", "--workspace", workspace)
    assert (result.exit_code, "did not import" in result.stderr) == (3, True)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal")
def test_an_interrupted_import_leaves_the_workspace_as_it_was(tmp_path: Path) -> None:
    workspace = tmp_path / "own"
    assert run(put(tmp_path / "r.csv", REQUIREMENTS), "--workspace", workspace).exit_code == 0
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    head, row = SSSOM.rsplit("\n", 3)[0], "acme:A.{0}\tskos:exactMatch\tother:B.{0}\tsemapv:MappingReview\t\n"
    put(tmp_path / "long.tsv", head + "\n" + "".join(map(row.format, range(400_000))))
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "harmonizer.cli", "import", tmp_path / "long.tsv", "--workspace", workspace],
        cwd=ROOT, stderr=theirs, stdout=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background inherits "ignore"
    )  # fmt: skip
    os.close(theirs)
    shown, deadline = b"", time.monotonic() + 60
    while b"reading" not in shown and time.monotonic() < deadline:
        shown += os.read(mine, 4096)
    process.send_signal(signal.SIGINT)
    while process.poll() is None and time.monotonic() < deadline:
        try:
            shown += os.read(mine, 4096)
        except OSError:
            break
    assert process.wait(30) == 130, shown
    os.close(mine)
    assert b"interrupted" in shown and b"Traceback" not in shown
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before
