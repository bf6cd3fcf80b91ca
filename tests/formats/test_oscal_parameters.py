"""Parameters of OSCAL with values become drafts of constraints, and constraints once their control is mapped."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli
from harmonizer.errors import DataError, UnknownNameError
from harmonizer.formats.oscal.parameters import Quantity, attach, drafts, quantity
from harmonizer.formats.oscal.reading import read
from harmonizer.formats.workspace_files import workspace_files, write
from harmonizer.knowledge.tables import CONSTRAINT_COLUMNS, SSSOM_COLUMNS, dump
from harmonizer.model import Dimension
from harmonizer.values import parse_value

INTERVAL = Dimension("interval", "interval", "duration", ("at-most",), "", (), "")
DIMENSIONS = {
    "interval": INTERVAL,
    "retention": Dimension("retention", "", "duration", ("at-least", "at-most"), "", (), ""),
}
METADATA = {"title": "Own", "last-modified": "2026-01-01T00:00:00Z", "version": "1.0", "oscal-version": "1.1.2"}
PARAMETERS: list[dict[str, Any]] = [
    {"id": "p1", "label": "frequency", "values": ["at least every 90 days"]},
    {"id": "p2", "label": "time period", "values": ["thirty (30) days"]},
    {"id": "p3", "label": "frequency", "constraints": [{"description": "annually"}]},
    {"id": "p4", "label": "time of inactivity", "values": ["15 minutes"]},
    {"id": "p5", "label": "roles", "values": ["the owner"]}, {"id": "p6", "label": "open"},
]  # fmt: skip


def catalog(parameters: list[dict[str, Any]] = PARAMETERS) -> dict[str, Any]:
    prose = [{"name": "statement", "id": "g-2_s", "prose": "Keep {{ insert: param, loose }}."}]
    return {"uuid": "11111111-2222-4333-8444-555555555555", "metadata": METADATA,
            "params": [{"id": "loose", "values": ["at least six months"]}],
            "controls": [{"id": "g-1", "title": "Gates", "params": parameters},
                         {"id": "g-2", "title": "Records", "parts": prose}]}  # fmt: skip


def imported(tmp_path: Path, parameters: list[dict[str, Any]] = PARAMETERS) -> Path:
    (tmp_path / "own.json").write_text(json.dumps({"catalog": catalog(parameters)}))
    workspace = tmp_path / "workspace"
    write(workspace_files(read([tmp_path / "own.json"]), lambda: hz.load().index, workspace=workspace), workspace)
    return tmp_path / "workspace"


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def mapped(workspace: Path, *leaves: tuple[str, str]) -> None:
    rows = [dict.fromkeys(SSSOM_COLUMNS, "") | {"subject_id": f"own:{control}", "object_id": f"objective:{leaf}",
                                                "predicate_id": "skos:narrowMatch", "part": "primary"}
            for control, leaf in leaves]  # fmt: skip
    (workspace / "data/frameworks/own/objectives.sssom.tsv").write_text(dump(SSSOM_COLUMNS, rows, "\t"))


@pytest.mark.parametrize(("text", "expected"), [
    ("15 minutes", Quantity("", "PT15M")), ("at least 90 days", Quantity("at-least", "P90D")),
    ("At least annually.", Quantity("at-most", "P1Y", recurring=True)),
    ("at least every three (3) years", Quantity("at-most", "P3Y", recurring=True)),
    ("once every two weeks", Quantity("at-most", "P2W", recurring=True)),
    ("semi-annually", Quantity("at-most", "P6M", recurring=True)), ("once a day", Quantity("at-most", "P1D", recurring=True)),
    ("ninety (90) days", Quantity("", "P90D")), ("no more than 24 hours", Quantity("at-most", "PT24H")),
    ("within ten business days", Quantity("at-most", "P10D", "business-day")),
    ("30 days or less", Quantity("at-most", "P30D")), ("a minimum of 12 characters", Quantity("at-least", "12", "{char}")),
    ("P6M", Quantity("", "P6M")),
])  # fmt: skip
def test_a_plain_quantity_is_read(text: str, expected: Quantity) -> None:
    assert quantity(text) == expected
    if expected.unit != "{char}":
        parse_value(INTERVAL, expected.value, expected.unit)


@pytest.mark.parametrize("text", [
    "", "as needed", "monthly or after a change", "at least 3 days or less", "30 days and 12 characters", "30",
    "5 000 days", "every 8 characters", "annually for moderate systems", "biannually", "days", "-5 days", "P", "PT",
])  # fmt: skip
def test_what_is_more_or_less_than_a_quantity_is_not_read_as_one(text: str) -> None:
    assert quantity(text) is None


def test_drafts_say_only_what_the_parameter_says() -> None:
    columns = ("requirement", "dimension", "operator", "value", "note")
    assert [tuple(row[column] for column in columns) for row in drafts(catalog())] == [
        ("g-1", "interval", "at-most", "P90D", "parameter p1 (frequency): at least every 90 days"),
        ("g-1", "", "", "P30D", "parameter p2 (time period): thirty (30) days"),
        ("g-1", "interval", "at-most", "P1Y", "parameter p3 (frequency): annually"),
        ("g-1", "idle-timeout", "at-most", "PT15M", "parameter p4 (time of inactivity): 15 minutes"),
        ("g-2", "", "at-least", "P6M", "parameter loose: at least six months"),
    ]


def test_complete_drafts_become_constraints_and_the_others_say_what_they_lack(tmp_path: Path) -> None:
    workspace = imported(tmp_path, PARAMETERS[:3])
    path = workspace / "drafts/own-constraints.csv"
    number, missing = attach(workspace, "own", DIMENSIONS)
    assert (number, len(missing), len(table(path))) == (0, 4, 4)
    mapped(workspace, ("g-1", "gates-checked"), ("g-2", "records-kept"), ("g-2", "records-found"))
    number, missing = attach(workspace, "own", DIMENSIONS)
    assert number == 2
    assert [str(one) for one in missing] == [
        "g-1: dimension and operator to be filled in (parameter p2 (time period): thirty (30) days)",
        "g-2: objective to be chosen of records-found, records-kept (parameter loose: at least six months)",
    ]
    kept = table(workspace / "data/frameworks/own/constraints.csv")
    assert [(row["requirement"], row["objective"], row["dimension"], row["value"]) for row in kept] == [
        ("g-1", "gates-checked", "interval", "P90D"), ("g-1", "gates-checked", "interval", "P1Y")]  # fmt: skip
    filled = {"objective": "records-kept", "dimension": "retention", "operator": "at-least"}
    path.write_text(dump(CONSTRAINT_COLUMNS, [row | filled for row in table(path)]))
    assert attach(workspace, "own", DIMENSIONS) == (2, [])
    assert attach(workspace, "own", DIMENSIONS) == (0, [])
    assert len(table(workspace / "data/frameworks/own/constraints.csv")) == 4
    assert table(path) == []


@pytest.mark.parametrize(("cells", "message"), [
    ({"dimension": "intervall"}, "unknown dimension 'intervall'; did you mean interval?"),
    ({"operator": "at-least"}, "'at-least' is not allowed"), ({"value": "90 days"}, "'90 days' is not an ISO 8601"),
])  # fmt: skip
def test_what_is_filled_in_wrongly_is_refused_and_nothing_is_written(
    cells: dict[str, str], message: str, tmp_path: Path
) -> None:
    workspace = imported(tmp_path, PARAMETERS[:1])
    path = workspace / "drafts/own-constraints.csv"
    attach(workspace, "own", DIMENSIONS)
    mapped(workspace, ("g-1", "gates-checked"))
    path.write_text(dump(CONSTRAINT_COLUMNS, [row | cells for row in table(path)]))
    before = {one: one.read_bytes() for one in workspace.rglob("*.csv")}
    with pytest.raises(DataError) as caught:
        attach(workspace, "own", DIMENSIONS)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert {one: one.read_bytes() for one in workspace.rglob("*.csv")} == before


def test_what_was_filled_in_outlives_another_import(tmp_path: Path) -> None:
    workspace = imported(tmp_path)
    path = workspace / "drafts/own-constraints.csv"
    attach(workspace, "own", DIMENSIONS)
    path.write_text(dump(CONSTRAINT_COLUMNS, [row | {"objective": "gates-checked"} for row in table(path)]))
    imported(tmp_path, [{"id": "p7", "label": "time", "values": ["30 days"]}, *PARAMETERS])
    attach(workspace, "own", DIMENSIONS | {"idle-timeout": INTERVAL})
    assert [(row["value"], row["objective"]) for row in table(path)] == [
        ("P30D", ""), ("P30D", "gates-checked"), ("P6M", "gates-checked")]  # fmt: skip


def test_a_framework_that_was_not_imported_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean own"):
        attach(imported(tmp_path), "owns", DIMENSIONS)


def test_a_parameter_of_a_mapped_control_binds_in_the_graph(tmp_path: Path) -> None:
    """From the file to the strictest value."""
    workspace = imported(tmp_path, PARAMETERS[:2])
    leaf = "access-reviewed"
    rows = [dict.fromkeys(SSSOM_COLUMNS, "") | {
        "subject_id": "own:g-1", "object_id": f"objective:{leaf}", "predicate_id": "skos:narrowMatch", "part": "primary",
        "mapping_justification": "semapv:ManualMappingCuration", "confidence": "1", "comment": "own reading",
        "author_id": "own", "basis": "text", "review_state": "draft"}]  # fmt: skip
    (workspace / "data/frameworks/own/objectives.sssom.tsv").write_text(dump(SSSOM_COLUMNS, rows, "\t"))
    answer = hz.load(workspace).draft_constraints("own")
    assert (answer.summary["constraints written"], answer.summary["drafts left"]) == (1, 2)
    found = [row for row in hz.load(workspace).strictest("own") if row["objective"] == leaf]
    assert [(row["dimension"], row["operator"], row["value"], row["requirement"]) for row in found] == [
        ("interval", "at-most", "P90D", "own:g-1")]  # fmt: skip


def test_constraints_without_a_workspace_are_refused() -> None:
    told = CliRunner().invoke(cli.app, ["constraints", "own"])
    assert told.exit_code == 2
    assert "workspace" in told.stderr
