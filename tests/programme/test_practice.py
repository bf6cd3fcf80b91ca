"""The three practice projects lead from an example to final documents and a workbook, as their tutorials print them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harmonizer import cli
from harmonizer.programme.new_workspace import examples
from harmonizer.reports.documents.changes import Outline, read
from tests.conftest import ROOT

STEP = re.compile(
    r"^    (?:harmonizer (?P<command>.+)|# in (?P<file>\S+): (?P<old>.+) becomes (?P<new>.+))$", re.MULTILINE
)


def follow(tutorial: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """Runs every command of a tutorial as printed, and makes the changes between; all end with exit code 0."""
    monkeypatch.chdir(folder)
    results = []
    for step in STEP.finditer((ROOT / "docs" / f"practice-{tutorial}.md").read_text(encoding="utf-8")):
        if step["file"]:
            path = folder / step["file"]
            text = path.read_text(encoding="utf-8")
            assert step["old"] in text
            path.write_text(text.replace(step["old"], step["new"]), encoding="utf-8")
            continue
        result = CliRunner().invoke(cli.app, shlex.split(step["command"]))
        assert result.exit_code == 0, (step["command"], result.output[-800:])
        results.append(result)
    return results


def cells(outline: Outline, section: str) -> list[tuple[str, ...]]:
    return [row for table in outline[section].tables for row in table]


def test_soc2_chatbot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    *_, changes = follow("soc2-chatbot", tmp_path, monkeypatch)
    assert (tmp_path / "soc2.xlsx").stat().st_size > 10_000
    outline = read(tmp_path / "mapping-june.docx")
    criteria = {row[0].split(" ")[0] for section in outline if section.startswith("Mapping table > ")
                for row in cells(outline, section)[1:]}  # fmt: skip
    assert {"CC1.1", "CC6.1", "CC7.4", "CC9.2", "A1.1", "A1.2", "A1.3"} <= criteria
    assert len(criteria) == 36
    assert not {one for one in criteria if one.startswith(("C1", "PI", "P1"))}
    worked = next(section for section in outline if section.startswith("A control activity worked out"))
    assert worked.endswith("Periodic access review")
    facts = dict(row[:2] for row in cells(outline, worked))
    assert (facts["Owner"], facts["Frequency"], facts["Status"]) == ("Hanna Brandt", "every 3 months", "implemented")
    (artefact,) = cells(outline, f"{worked} > Evidence on file")[1:]
    assert "SHA-256" in artefact[-1]
    assert "Incident" in changes.output
    assert "implemented" in changes.output


def test_hipaa_imaging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    *_, changes = follow("hipaa-imaging", tmp_path, monkeypatch)
    assert (tmp_path / "hipaa.xlsx").stat().st_size > 10_000
    outline = read(tmp_path / "safeguards.html")
    for letter in "abcde":
        assert any(section.startswith(f"Safeguards > 164.312({letter})") for section in outline)
    said = " ".join(cell for section in outline for row in cells(outline, section) for cell in row)
    assert "TLS 1.3" in said
    assert "AES-256" in said
    policy = read(tmp_path / "minimum-necessary.docx")
    assert any("Data scientists" in row[0] for row in cells(policy, "Who needs what"))
    assert "PT8M" in (tmp_path / "larkmoor" / "organisation.yaml").read_text(encoding="utf-8")
    assert "164.312(a)(2)(iii)" in changes.output


def test_global_ai(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow("global-ai", tmp_path, monkeypatch)
    assert (tmp_path / "matrix.xlsx").stat().st_size > 10_000
    outline = read(tmp_path / "strategy.docx")
    assert outline == read(tmp_path / "strategy.md")
    for section in ("Inventory > AI systems", "Classification > What applies", "Objectives", "Governance",
                    "One set of controls > What each framework adds", "Audits and reporting"):  # fmt: skip
        assert cells(outline, section), section
    assert [row[0] for row in cells(outline, "Audits and reporting")[1:]] == ["SOC 2", "HIPAA", "GDPR", "EU AI Act"]
    assert any("Ann Lee" in row for row in cells(outline, "Governance > Who owns how many controls"))


def test_each_project_starts_from_an_example_of_its_own() -> None:
    started = {name for path in (ROOT / "docs").glob("practice-*.md")
               for name in re.findall(r"--example (\S+)", path.read_text(encoding="utf-8"))}  # fmt: skip
    assert len(started) == 3
    assert started <= set(examples())
