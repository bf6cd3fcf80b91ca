"""The command line: columns, formats, exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harmonizer import cli

COLUMNS = {
    "frameworks": "slug,title,version,publisher,kind,requirements,mapped,constraints,text_status,valid_from,valid_to",
    "requirements hipaa": "id,parent,kind,modality,title,summary,applies_when,valid_from,valid_to,objectives,residual,checked",
    "objectives": "objective,parent,title,requirements,frameworks",
    "objectives --tree": "objective,parent,title,requirements,frameworks",
    "crosswalk hipaa gdpr": "source_framework,source_id,target_framework,target_id,relation,certainty,coverage,objectives,"
    "reason,sources",
    "coverage --of hipaa --by soc2,gdpr": "id,status,coverage,missing objectives,looser constraints,residual",
    "coverage": "framework,ccpa,colorado-ai-act,dora,eu-ai-act,fedramp,gdpr,hipaa,iso-27001,iso-42001,nis2,nist-800-53,"
    "nist-ai-rmf,nist-csf,nist-privacy,nyc-ll144,pci-dss,soc2",
    "overlap soc2 hipaa": "objective,title,soc2,hipaa,shared_by",
    "strictest soc2 hipaa": "objective,dimension,operator,value,unit,extension,clock,wording,framework,requirement,scope,"
    "valid_from,valid_to,status,dominated_by,incomparable_with,satisfies,note",
    "conflicts soc2 hipaa gdpr": "id,kind,title,members,nature,ways_out,condition,status",
    "solve soc2": "control,statement,objectives,soc2,effort,only_control_for,cheapest_alternative,regret",
    "roadmap hipaa": "step,control,effort,cumulative effort,hipaa",
    "shares soc2 hipaa": "framework,alone,on top,fair share,share,error",
    "sensitivity hipaa": "control,title,low,likely,high,chosen under",
    "budget-curve hipaa --steps 2": "budget,effort,controls,pairs met,share of pairs,requirements met,at most,proven",
    "solve soc2 --candidates soc2": "control,statement,objectives,soc2,effort,only_control_for,cheapest_alternative,regret",
    "marginal soc2 --add hipaa": "control,title,effort,standing",
    "gap hipaa --have-framework soc2": "id,status,missing leaves,looser constraints,controls that would close it,effort",
    "show soc2:CC6.1": "section,item,detail,source",
    "export --list": "format,content,arguments,options,file,checked against",
    "query 'SELECT ?f WHERE { ?f a hz:FrameworkVersion }'": "f",
}


def run(line: str) -> Result:
    import shlex

    return CliRunner().invoke(cli.app, shlex.split(line))


@pytest.mark.parametrize("line", COLUMNS)
def test_a_command_prints_csv_with_its_columns_where_there_is_no_terminal(line: str) -> None:
    result = run(line)
    assert result.exit_code == 0, result.stderr
    header, *rows = csv.reader(io.StringIO(result.stdout))
    assert ",".join(header) == COLUMNS[line]
    assert rows
    assert {len(row) for row in rows} == {len(header)}


def test_json_holds_the_rows_and_the_summary() -> None:
    answer = json.loads(run("coverage --of hipaa --by soc2 --format json").stdout)
    assert set(answer) == {"rows", "summary"}
    assert answer["summary"]["in scope"] == len(answer["rows"])


def test_markdown_escapes_what_would_break_a_table() -> None:
    lines = run("requirements hipaa --format md").stdout.splitlines()
    assert lines[0].startswith("| id | parent |")
    bars = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
    assert len(bars) == 1


def test_a_table_says_that_it_is_not_legal_advice() -> None:
    assert "not legal advice" in run("frameworks --format table").stdout


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("requirements hipa", 2, "did you mean hipaa"),
        ("show gdpr:Art.332", 2, "did you mean gdpr:Art.3"),
        ("show data-at-rest-encripted", 2, "did you mean data-at-rest-encrypted"),
        ("strictest soc2 --scope data:ephii", 2, "did you mean data:ephi"),
        ("strictest soc2 --scope 'data:ephi &'", 2, "ends where a tag was expected"),
        ("strictest soc2 --as-of tomorrow", 2, "expected YYYY-MM-DD"),
        ("solve soc2 --have no-such-control", 2, "unknown control"),
        ("solve soc2 --also mandatory", 2, "expected recommended, optional or practice"),
        ("solve soc2 --candidates no-such.csv", 3, "cannot be read"),
        ("solve soc2 --candidates sox2", 2, "did you mean soc2"),
        ("check-certificate no-such.json", 3, "cannot be read"),
        ("plan-diff README.md README.md", 3, "expected the output of `solve --format json`"),
        ("coverage --of hipaa", 2, "needs both"),
        ("export pdf -o x.pdf", 2, "one of xlsx"),
        ("export xlsx", 2, "-o FILE"),
        ("query 'SELECT * WHERE { SERVICE <http://x/> { ?s ?p ?o } }'", 2, "SERVICE is refused"),
        ("frameworks --workspace /no/such/folder", 2, "is not a folder"),
        ("query no-such-file.rq", 3, "cannot be read"),
        ("frameworks --format yaml", 2, "yaml"),
    ],
)  # fmt: skip
def test_what_went_wrong_is_said_on_stderr_with_its_exit_code(line: str, code: int, message: str) -> None:
    result = run(line)
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert result.stdout == ""


def test_common_spellings_of_ids_are_understood() -> None:
    for spelling in ("hipaa:§164.312(a)(2)(iv)", "'hipaa:45 CFR 164.312(a)(2)(iv)'", "'gdpr:Article 32(1)(a)'",
                     "'gdpr:Art. 32 (1) a'", "soc2:cc6.1"):  # fmt: skip
        assert run(f"show {spelling}").exit_code == 0, spelling


def test_lint_of_the_bundled_data_finds_nothing_to_fail_on() -> None:
    result = run("lint --format json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["summary"]["error"] == 0


def test_lint_exits_1_for_findings_and_3_for_data_that_do_not_load(tmp_path: Path) -> None:
    from tests.knowledge.test_bad_input import SOC2, overlay, replace_once

    unsorted = overlay(tmp_path / "a", SOC2 / "constraints.csv", lambda text: _last_row_first(text))
    assert run(f"lint --workspace {unsorted}").exit_code == 1
    broken = overlay(tmp_path / "b", SOC2 / "requirements.csv", replace_once("\nCC1.2,", "\nCC1.1,"))
    result = run(f"lint --workspace {broken}")
    assert result.exit_code == 3
    assert "stands already" in result.stdout


def _last_row_first(text: str) -> str:
    header, *rows = text.splitlines(keepends=True)
    return "".join([header, rows[-1], *rows[:-1]])


def test_lint_write_brings_tables_into_canonical_form(tmp_path: Path) -> None:
    from harmonizer.knowledge import tables
    from tests.knowledge.test_bad_input import SOC2, overlay

    workspace = overlay(tmp_path, SOC2 / "constraints.csv", _last_row_first)
    result = run(f"lint --write --workspace {workspace}")
    path = workspace / SOC2 / "constraints.csv"
    assert f"wrote {path}" in result.stderr
    assert path.read_text() == tables.canonical(path)
    assert result.exit_code == 0


def test_exports_write_files(tmp_path: Path) -> None:
    for name in ("nquads", "turtle"):
        target = tmp_path / name
        assert run(f"export {name} -o {target}").exit_code == 0
        assert target.stat().st_size > 100_000


def test_a_certificate_is_written_checked_and_refuted_once_touched(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    plan = json.loads(run(f"solve hipaa --certificate {file} --format json").stdout)
    assert plan["summary"]["status"] == "optimal"
    checked = run(f"check-certificate {file}")
    assert checked.exit_code == 0
    assert "verified" in checked.stdout
    assert f"less than {plan['summary']['effort']} is impossible" in checked.stdout
    data = file.read_bytes()
    assert json.loads(data)["hash"] == plan["summary"]["certificate"]
    file.write_bytes(data.replace(b'"chosen":[', b'"chosen":[0,', 1))
    refuted = run(f"check-certificate {file}")
    assert refuted.exit_code == 1
    assert "refuted" in refuted.stdout


def test_two_plans_are_compared(tmp_path: Path) -> None:
    files = []
    for name, line in (("old", "solve hipaa"), ("new", "solve hipaa --exclude sso-with-mfa")):
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(run(f"{line} --format json").stdout)
    answer = json.loads(run(f"plan-diff {files[0]} {files[1]} --format json").stdout)
    changes = {row["control"]: row["change"] for row in answer["rows"]}
    assert changes.get("sso-with-mfa", "dropped") == "dropped"
    assert answer["summary"]["effort after"] >= answer["summary"]["effort before"]
