"""The README's example and commands work as printed."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from harmonizer import cli
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "gdpr Art.32(1)(a) subset-of definite" in printed
    assert "gdpr:Art.12(3) at-most P1M P2M" in printed
    assert "person-days, optimal" in printed


def test_the_commands_are_those_that_exist(tmp_path) -> None:  # type: ignore[no-untyped-def]
    lines = re.findall(r"^    \.venv/bin/harmonizer ([^#\n]+)", README, re.MULTILINE)
    assert len(lines) >= 6
    for line in lines:
        words = [word.replace("\\", "") for word in shlex.split(line.replace("(", "\\(").replace(")", "\\)"))]
        if words[0] == "export":
            words[-1] = str(tmp_path / "matrix.xlsx")
        result = CliRunner().invoke(cli.app, words)
        assert result.exit_code == 0, (line, result.output[-500:])


def test_the_two_commands_are_run_py() -> None:
    assert "python run.py " in README
    assert "python run.py test" in README
