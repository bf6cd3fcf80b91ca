"""docs/programme.md leads from an empty folder to an audit pack in ten commands, as printed."""

from __future__ import annotations

import re
import shlex
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harmonizer import cli
from tests.conftest import ROOT

TUTORIAL = (ROOT / "docs" / "programme.md").read_text(encoding="utf-8")
COMMANDS = [shlex.split(line) for line in re.findall(r"^    harmonizer (.+)$", TUTORIAL, re.MULTILINE)]


@pytest.mark.parametrize("start", ["example", "template"])
def test_ten_commands_lead_from_init_to_an_audit_pack(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    *ten, verify = COMMANDS
    assert (len(ten), ten[0][0], ten[-1][0], verify[0]) == (10, "init", "audit-pack", "verify-pack")
    for words in COMMANDS:
        asked = words[:2] if start == "template" and words[0] == "init" else words
        result = CliRunner().invoke(cli.app, asked)
        assert result.exit_code == 0, (asked, result.output[-800:])
    with zipfile.ZipFile("soc2.zip") as archive:
        names = set(archive.namelist())
        assert {"MANIFEST.json", "control-matrix.xlsx", "requirements.csv", "statement-of-applicability-soc2.csv",
                "exceptions.csv", "evidence.csv"} <= names  # fmt: skip
        assert any(name.startswith("evidence/") and name.endswith(".svg") for name in names)
        assert "two shared accounts were found" in archive.read("exceptions.csv").decode()


def test_the_tutorial_names_only_commands_that_exist() -> None:
    known = {command.name for command in cli.app.registered_commands}
    groups = {group.name: {one.name for one in group.typer_instance.registered_commands}
              for group in cli.app.registered_groups if group.typer_instance}  # fmt: skip
    for words in re.findall(r"`(?:harmonizer )?((?:organisation|assess|evidence) [a-z-]+)", TUTORIAL):
        group, word = words.split()
        assert word in groups[group], words
    assert {words[0] for words in COMMANDS} <= known | set(groups)
