"""docs/gates.md runs as it is printed, with the exit codes that it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harmonizer import cli
from harmonizer.gates.group_rates import METRICS
from harmonizer.gates.rules import BiasRule, CoverageRule, EvidenceRule, LineageRule
from tests.conftest import ROOT

TUTORIAL = (ROOT / "docs" / "gates.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (harmonizer .+?|cp .+?)(?:  # exit code (\d))?$", TUTORIAL, re.MULTILINE)


def test_every_command_of_the_tutorial_ends_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert {code for _, code in COMMANDS} == {"", "1"}
    for line, code in COMMANDS:
        program, *words = shlex.split(line)
        if program == "cp":
            source, target = words
            Path(target).write_bytes(Path(source).read_bytes())
            continue
        result = CliRunner().invoke(cli.app, words)
        assert result.exit_code == int(code or 0), (line, result.output[-800:])
    assert Path("gate.sarif").exists() and Path("gate.xml").exists()


def test_the_tutorial_names_every_field_and_metric() -> None:
    fields = {
        name for kind in (BiasRule, CoverageRule, EvidenceRule, LineageRule) for name in kind.__dataclass_fields__
    }
    for name in (*(fields - {"line"}), *METRICS, "evidence_kind"):
        assert f"`{name}`" in TUTORIAL, name
