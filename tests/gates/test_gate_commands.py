"""The commands: what they print, write, record and refuse, on the shipped made-up applicants."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from junitparser import JUnitXml
from typer.testing import CliRunner, Result

import harmonizer as hz
from harmonizer import cli
from harmonizer.errors import DataError
from harmonizer.gates.finding import FAIL, LACKING, PASS, Finding
from harmonizer.gates.gate import Outcome, judge
from harmonizer.gates.junit import junit
from harmonizer.gates.rules import read_rules
from harmonizer.gates.sarif import sarif
from tests.conftest import ROOT
from tests.gates.make_example import FOLDER, files

Run = Callable[..., Result]
SCHEMA = json.loads((Path(__file__).parent / "sarif" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
APPLICANTS = 1200


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a new workspace of the example, and expects it to end with ``code``."""
    shutil.copytree(FOLDER, tmp_path / "w")
    monkeypatch.chdir(tmp_path / "w")

    def invoke(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli.app, list(words))
        assert result.exit_code == code, (words, result.output[-900:])
        return result

    return invoke


CHECK = ("gate", "check", "gates.toml", "--workspace", ".", "--no-record", "--files")


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout)))


# the shipped example --------------------------------------------------------------------------------------------------


def test_the_shipped_applicants_are_those_that_the_script_draws() -> None:
    for name, content in files().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == content, name
    assert sum(path.stat().st_size for path in FOLDER.rglob("*")) < 200_000


def test_the_fair_model_passes(run: Run) -> None:
    result = run(*CHECK, "fair")
    assert {row["verdict"] for row in rows(result)} == {PASS, "left out"}
    assert "gate screening-release passed: 0 of 11" in result.stderr


def test_the_biased_model_fails_with_group_metric_value_interval_and_threshold(run: Run) -> None:
    result = run(*CHECK, "biased", code=1)
    ratio, opportunity = (row for row in rows(result) if row["verdict"] == FAIL)
    assert (ratio["group"], ratio["reference"], ratio["metric"]) == ("female", "male", "selection-rate-ratio")
    people = list(csv.DictReader((FOLDER / "biased" / "predictions.csv").open(encoding="utf-8")))
    assert len(people) == APPLICANTS
    shares = {sex: [int(one["prediction"]) for one in people if one["sex"] == sex] for sex in ("female", "male")}
    by_hand = {sex: sum(chosen) / len(chosen) for sex, chosen in shares.items()}
    assert float(ratio["value"]) == round(by_hand["female"] / by_hand["male"], 3) == 0.599
    assert float(ratio["low"]) < 0.599 < float(ratio["high"]) < float(ratio["threshold"]) == 0.8
    assert opportunity["metric"] == "equal-opportunity-difference"
    assert "screening-bias: fail: The selection rate of female is 0.334 (206 of 616)" in result.stderr


def test_groups_that_are_too_small_fail_the_gate_even_of_a_fair_model(run: Run) -> None:
    result = run("gate", "check", "intersections.toml", "--files", "fair", code=1)
    verdicts = {row["group"]: row["verdict"] for row in rows(result)}
    assert verdicts["female & Two or More Races"] == LACKING
    assert set(verdicts.values()) == {PASS, LACKING}


# the record -----------------------------------------------------------------------------------------------------------


def test_a_release_is_recorded_and_a_changed_model_breaks_verification(run: Run) -> None:
    run("gate", "check", "gates.toml", "--files", "fair", "--workspace", ".", "--author", "ann")
    verified = run("gate", "verify", "gates.toml", "--files", "fair", "--workspace", ".")
    assert [row["verdict"] for row in rows(verified)] == ["unchanged"] * 3
    model = Path("fair/model.json")
    before, changed = model.read_text(), model.read_text().replace("1.1", "1.2")
    model.write_text(changed)
    broken = run("gate", "verify", "gates.toml", "--files", "fair", "--workspace", ".", code=1)
    assert {row["file"]: row["verdict"] for row in rows(broken)}["fair/model.json"] == "changed"
    assert "fair/model.json: changed: its SHA-256 is" in broken.stderr
    model.unlink()
    gone = run("gate", "verify", "gates.toml", "--files", "fair", "--workspace", ".", code=1)
    assert "fair/model.json: missing" in gone.stderr
    model.write_text(before)
    run("gate", "verify", "gates.toml", "--files", "fair", "--workspace", ".")


def test_the_record_holds_every_file_the_findings_and_the_rates_and_serves_its_controls(run: Run) -> None:
    begin = datetime.now(UTC).isoformat(timespec="seconds")
    run("gate", "check", "gates.toml", "--files", "biased", "--workspace", ".", code=1)
    (listed,) = rows(run("evidence", "list", "nyc-ll144", "--workspace", "."))
    assert listed["controls"] == "bias-release-gate; training-data-governance"
    assert (listed["title"], listed["kind"]) == ("Gate screening-release: failed", "model bias test report")
    held: dict[str, Any] = json.loads(Path(listed["place"]).read_text(encoding="utf-8"))
    for name, path in (("gates.toml", "gates.toml"), ("predictions.csv", "biased/predictions.csv"),
                       ("model.json", "biased/model.json")):  # fmt: skip
        (one,) = (one for one in held["files"] if one["name"] == name)
        assert one["sha256"] == sha256(Path(path).read_bytes()).hexdigest()
    assert held["result"] == "failed" and held["judged_at"] >= begin
    assert sum(one["verdict"] == FAIL for one in held["findings"]) == 2
    rate = next(one for one in held["rates"] if one["group"] == "female" and one["rate"] == "selection rate")
    assert (rate["hits"], rate["of"]) == (206, 616)


def test_the_record_answers_what_an_auditor_asks_for(run: Run) -> None:
    run("gate", "check", "gates.toml", "--files", "fair", "--workspace", ".")
    run("assess", "set", "bias-release-gate", "status=implemented", "--workspace", ".")
    asked = {row["evidence"]: row for row in rows(run("evidence", "requests", "nyc-ll144", "--workspace", "."))}
    report = asked["model bias test report"]
    assert (report["artefacts"], report["internal"]) == ("gate-screening-release", "ready")
    assert report["requirements"] == "nyc-ll144:6RCNY 5-301(b); nyc-ll144:6RCNY 5-301(c)"


def test_what_failed_is_not_released_and_the_newest_record_counts(run: Run) -> None:
    check = ("gate", "check", "gates.toml", "--workspace", ".", "--files")
    run(*check, "biased", code=1)
    refused = run("gate", "verify", "gates.toml", "--files", "biased", "--workspace", ".", code=1)
    assert "0 of 3 files are not as judged; the result was: failed" in refused.stderr
    run(*check, "fair")
    run("gate", "verify", "gates.toml", "--files", "fair", "--workspace", ".")
    run("gate", "verify", "gates.toml", "--files", "biased", "--workspace", ".", code=1)
    history = run("assess", "history", "gate-screening-release", "--workspace", ".")
    assert "Gate screening-release: failed" in history.stdout  # the past stays


def test_a_record_that_was_tampered_with_is_refused(run: Run) -> None:
    run("gate", "check", "gates.toml", "--files", "fair", "--workspace", ".")
    (path,) = Path("evidence").glob("*.json")
    path.write_text(path.read_text().replace('"pass"', '"fail"'))
    refused = run("gate", "verify", "gates.toml", "--files", "fair", "--workspace", ".", code=3)
    assert "changed after it was registered" in refused.stderr


def test_nothing_is_recorded_unless_asked_for(run: Run) -> None:
    run(*CHECK, "fair")
    refused = run("gate", "verify", "gates.toml", "--files", "fair", "--workspace", ".", code=2)
    assert "has no record of the gate 'screening-release'; harmonizer gate check gates.toml" in refused.stderr


def test_a_record_needs_a_control_to_serve(run: Run) -> None:
    text = Path("intersections.toml").read_text().replace('controls = ["model-bias-testing"]\n', "")
    Path("intersections.toml").write_text(text)
    refused = run("gate", "check", "intersections.toml", "--files", "fair", "--workspace", ".", code=2)
    assert "names the controls that a record would serve" in refused.stderr


# rules over the workspace ---------------------------------------------------------------------------------------------


def test_coverage_and_evidence_are_judged_as_the_workspace_says_them(run: Run) -> None:
    check = ("gate", "check", "programme.toml", "--no-record", "--workspace", ".")
    coverage, register = rows(run(*check, code=1))
    assert (coverage["value"], coverage["verdict"]) == ("0", FAIL)
    assert "are satisfied by what is implemented, 0.0%; the rule asks for 20.0%" in coverage["reason"]
    assert register["verdict"] == LACKING
    run("assess", "set", "selection-tool-audit-service,selection-tool-page", "status=implemented", "--workspace", ".")
    run("evidence", "add", "gates.toml", "--control", "selection-tool-audit-service", "--collected", "2026-01-10",
        "--every", "P1M", "--id", "old", "--workspace", ".")  # fmt: skip
    coverage, register = rows(run(*check, code=1))
    assert coverage["verdict"] == PASS and float(coverage["value"]) >= 0.2
    assert (register["subject"], register["verdict"]) == ("old", FAIL)
    assert "was due on 2026-02-10" in register["reason"]
    run("evidence", "add", "gates.toml", "--control", "selection-tool-audit-service", "--id", "old", "--workspace", ".",
        "--collected", datetime.now(UTC).date().isoformat())  # fmt: skip
    assert {row["verdict"] for row in rows(run(*check))} == {PASS}


def test_an_ai_system_without_traced_training_data_fails(run: Run) -> None:
    organisation = Path("organisation.yaml")
    text = organisation.read_text()
    organisation.write_text(text.replace("stage: training", "stage: inference"))
    result = run(*CHECK, "fair", code=1)
    (finding,) = (row for row in rows(result) if row["verdict"] == FAIL)
    assert finding["reason"] == ("No data flow of the stage training leads to screening-model "
                                 f"(organisation.yaml, line {text[: text.index('- id: screening-model')].count(chr(10)) + 1}).")  # fmt: skip
    rules = Path("gates.toml").read_text()
    Path("gates.toml").write_text(rules + 'trained_elsewhere = ["screening-modle"]\n')
    nearest = run(*CHECK, "fair", code=3)
    assert "did you mean screening-model" in nearest.stderr
    Path("gates.toml").write_text(rules + 'trained_elsewhere = ["screening-model"]\n')
    none = run(*CHECK, "fair", code=1)
    assert "names no AI system that is trained here" in none.stderr


def test_every_place_that_a_model_is_said_to_be_trained_on_must_be_traced(run: Run) -> None:
    organisation = Path("organisation.yaml")
    text = organisation.read_text().replace("trained_on: [applications]", "trained_on: [applications, staff]")
    store = "  - {id: staff, name: Staff, system: screening, data: [employee]}\n"
    organisation.write_text(text.replace("stores:\n", f"stores:\n{store}"))
    result = run(*CHECK, "fair", code=1)
    assert "is trained on staff, which no flow of the stage training shows" in result.stderr


# what is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("predictions.csv", "prediction.csv", 3, "gates.toml:6: rule 'screening-bias': the predictions file "
                                                 "fair/prediction.csv is not there; did you mean predictions.csv?"),
        ("model.json", "model.onnx", 3, "the model file fair/model.onnx is not there; did you mean model.json"),
        ('["sex", "race"]', '["sex", "rac"]', 3, "unknown attribute 'race'; did you mean rac?"),
        ('["sex", "race"]', '["sexx", "race"]', 3, "predictions.csv:1: unknown protected class 'sexx'; did you mean sex"),
        ("seed = 144", 'label = "lable"', 3, "predictions.csv:1: there is no column 'lable'; did you mean label?"),
        ("seed = 144", 'reference = { sex = "mal" }', 3, "unknown group 'mal' of 'sex'; did you mean male"),
        ("seed = 144", 'groups = { sex = ["nonbinary"] }', 1, "Nobody in the data is nonbinary"),
        ("seed = 144", 'prediction = "score"', 3, "predictions.csv:2, column score: '0.843' is neither 0 nor 1"),
        ("seed = 144", "sed = 144", 3, "unknown field 'sed'; did you mean seed"),
        ("bias-release-gate", "bias-release", 3, "unknown control 'bias-release'; did you mean bias-release-gate"),
        ("model bias test report", "bias report", 3, "no control of the rules has evidence of the kind 'bias report'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_the_nearest_and_an_exit_code(
    run: Run, old: str, new: str, code: int, words: str
) -> None:
    rules = Path("gates.toml")
    assert old in rules.read_text()
    rules.write_text(rules.read_text().replace(old, new))
    assert words in run(*CHECK, "fair", code=code).stderr


def test_a_missing_rules_file_and_a_missing_workspace_are_told(run: Run) -> None:
    assert "cannot be read" in run("gate", "check", "no.toml", code=3).stderr
    assert "Missing argument" in run("gate", "check", code=2).stderr
    assert "kept in a workspace" in run("gate", "check", "programme.toml", code=2).stderr
    assert "kept in a workspace" in run("gate", "verify", "gates.toml", code=2).stderr


def test_a_file_that_changes_while_it_is_judged_is_refused(kg: hz.Harmonizer, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "w")
    rules = read_rules(tmp_path / "w" / "gates.toml")

    def meanwhile() -> Any:
        (tmp_path / "w" / "fair" / "model.json").write_text("{}")
        return hz.load(organisation=tmp_path / "w" / "organisation.yaml").known_organisation

    with pytest.raises(DataError, match="model.json: the file was changed while it was judged"):
        judge(rules, tmp_path / "w" / "fair", programme=lambda: kg.programme, organisation=meanwhile)


# reports --------------------------------------------------------------------------------------------------------------


def problems(log: Any) -> list[str]:
    return [error.message for error in Draft4Validator(SCHEMA, format_checker=FormatChecker()).iter_errors(log)]


@pytest.mark.parametrize(("model", "code"), [("fair", 0), ("biased", 1)])
def test_sarif_validates_against_its_schema_and_names_line_kind_and_hashes(run: Run, model: str, code: int) -> None:
    run(*CHECK, model, "--sarif", "out/gate.sarif", code=code)
    log = json.loads(Path("out/gate.sarif").read_text(encoding="utf-8"))
    assert not problems(log)
    (one,) = log["runs"]
    failing = [result for result in one["results"] if result["level"] == "error"]
    assert (len(failing), one["invocations"][0]["exitCode"]) == (2 * code, code)
    assert all(result["kind"] == "fail" and result["message"]["text"].startswith("Fail: ") for result in failing)
    place = one["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "gates.toml"}, "region": {"startLine": 6}}
    hashes = {part["location"]["uri"]: part["hashes"]["sha-256"] for part in one["artifacts"]}
    assert hashes[f"{model}/model.json"] == sha256(Path(model, "model.json").read_bytes()).hexdigest()
    assert len({result["partialFingerprints"]["finding/v1"] for result in one["results"]}) == len(one["results"])


def test_the_schema_that_sarif_is_held_against_refuses_what_is_wrong(run: Run) -> None:
    run(*CHECK, "fair", "--sarif", "gate.sarif")
    log = json.loads(Path("gate.sarif").read_text(encoding="utf-8"))
    log["runs"][0]["results"][0]["kind"] = "passed"
    assert problems(log)


@pytest.mark.parametrize(("model", "code"), [("fair", 0), ("biased", 1)])
def test_junit_is_read_by_a_parser_with_its_counts(run: Run, model: str, code: int) -> None:
    run(*CHECK, model, "--junit", "gate.xml", code=code)
    report = JUnitXml.fromfile("gate.xml")
    assert (report.tests, report.failures, report.skipped) == (11, 2 * code, 2)
    suites = {suite.name: list(suite) for suite in report}
    assert set(suites) == {"screening-bias", "screening-lineage"}
    failed = [case for case in suites["screening-bias"] if case.result and case.result[0].type == FAIL]
    assert len(failed) == 2 * code
    assert all("breaks the limit" in case.result[0].message for case in failed)


def test_names_of_groups_cannot_break_the_reports(tmp_path: Path) -> None:
    name = "<b>&\"'\x00\x1b|☃"
    finding = Finding("screening-bias", "sex", name, name, "m", float(1), None, None, 0.5, LACKING, f"{name} fails")
    rules = read_rules(FOLDER / "gates.toml")
    outcome = Outcome(rules, (finding,), {}, (), datetime.now(UTC))
    assert not problems(json.loads(sarif(outcome)))
    path = tmp_path / "x.xml"
    path.write_bytes(junit(outcome))
    assert JUnitXml.fromfile(str(path)).failures == 1
    assert str(ROOT) in json.loads(sarif(outcome))["runs"][0]["results"][0]["locations"][0]["physicalLocation"][
        "artifactLocation"]["uri"] or Path.cwd() == ROOT  # fmt: skip
