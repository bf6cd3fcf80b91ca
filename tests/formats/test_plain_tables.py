"""Anyone's spreadsheet gets in, as a whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import harmonizer as hz
from harmonizer import cli

R = "framework,id,parent,title,summary,core\nown,1,,Access,,0\nown,1.1,1,Logical access,Only those allowed get in.,1\nown,1.2,1,Backups,,1\n"
M = (
    "source_framework,source_id,target_framework,target_id,relation,rationale,strength,source\n"
    "own,1.1,objective,logical-access-restricted,Equal,,,\n"
    "own,1.2,objective,backups-made,Superset Of,backups are named,9,\n"
    "own,1.2,hipaa,164.308(a)(7)(ii)(A),Subset Of,,8,Acme mappings\n"
    "hipaa,164.312(a)(1),gdpr,Article 32(1),intersects with,,,Acme mappings\n"
    "own,1.1,iso-99999,A.1,equal,,,Acme mappings\n"
)


def run(folder: Path, r: str = R, m: str = M) -> Result:
    (folder / "r.csv").write_text(r)
    (folder / "m.csv").write_text(m)
    arguments = ["import", "tables", "--requirements", str(folder / "r.csv"), "--mappings", str(folder / "m.csv"),
                 "--workspace", str(folder / "own"), "--format", "json"]  # fmt: skip
    return CliRunner().invoke(cli.app, arguments)


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    result = run(tmp_path)
    assert result.exit_code == 0, result.output
    return tmp_path / "own"


def test_an_imported_framework_stands_beside_the_bundled_ones(imported: Path) -> None:
    kg = hz.load(imported)
    (row,) = [row for row in kg.frameworks() if row["slug"] == "own"]
    assert (row["requirements"], row["mapped"]) == (2, 2)
    assert [row["id"] for row in kg.requirements("own")] == ["1", "1.1", "1.2"]


def test_its_own_rows_are_read_plainly(imported: Path) -> None:
    kg = hz.load(imported)
    rows = {(row["source_id"], row["target_id"]): row for row in kg.crosswalk("own", "hipaa")}
    backup = rows["1.2", "164.308(a)(7)(ii)(A)"]
    assert (backup["certainty"], backup["relation"]) == ("overlapping", "equal or superset-of")


def test_mappings_between_requirements_become_a_set_of_their_publisher(imported: Path) -> None:
    kg = hz.load(imported)
    (published,) = [one for one in kg.index.knowledge.mapping_sets if one.publisher == "Acme mappings"]
    links = [link for link in kg.index.knowledge.links if link.mapping_set == published.id]
    assert [link.relation for link in links] == ["subset-of", "intersects-with", "equal"]
    assert links[1].object == "gdpr@2016-679:Art.32(1)", "ids are written as their source writes them"


def test_ends_that_are_not_loaded_are_kept_and_named(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert "iso-99999:A.1" in result.stderr
    counts = {row["what"]: row["count"] for row in json.loads(result.stdout)["rows"]}
    assert counts["ends in frameworks that are not loaded"] == 1
    assert counts["mappings to objectives"] == 2


@pytest.mark.parametrize(
    ("r", "m", "message"),
    [
        (R.replace("own,1.2", "own,1.1"), M, "'1.1' stands already in line 3"),
        (R.replace("1.2,1,", "1.2,2,"), M, "unknown parent '2'"),
        (R.replace("own,1,,", "own,1,1.1,"), M, "run in a circle: 1 -> 1.1 -> 1"),
        (R.replace("own,", "hipaa,"), M, "is a bundled framework"),
        (R.replace("own,1,", "Own Rules,1,"), M, "is no slug"),
        (R.replace(",core", ",kore"), M, "unknown columns kore"),
        (R, M.replace("Equal", "Eqal"), "'Eqal' is not a set relation; did you mean equal"),
        (R, M.replace("backups-made", "backup-made"), "did you mean backups-made"),
        (R, M.replace("own,1.2,hipaa", "own,1.3,hipaa"), "own has no requirement '1.3'"),
        (R, M.replace("164.312(a)(1)", "164.312(a)(99)"), "unknown requirement 'hipaa:164.312"),
        (R, M + "own,1.1,objective,logical-access-restricted,equal,,,\n", "stands already in line 2"),
        (R, M[:-30], "cut off"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line_and_nothing_is_written(
    tmp_path: Path, r: str, m: str, message: str
) -> None:
    result = run(tmp_path, r, m)
    assert result.exit_code == 3, result.output
    assert message in result.stderr
    assert "csv:" in result.stderr
    assert not (tmp_path / "own").exists()


def test_a_second_import_replaces_the_first(imported: Path) -> None:
    assert run(imported.parent, R.replace("Backups", "Copies")).exit_code == 0
    assert hz.load(imported)["own:1.2"].title == "Copies"


def test_shuffled_rows_give_the_same_answers(tmp_path: Path) -> None:
    header, *lines = M.splitlines(keepends=True)
    for name, text in (("a", M), ("b", header + "".join(reversed(lines)))):
        (tmp_path / name).mkdir()
        assert run(tmp_path / name, m=text).exit_code == 0
    first, second = (hz.load(tmp_path / name / "own").crosswalk("own", "hipaa").rows for name in "ab")
    assert first == second
