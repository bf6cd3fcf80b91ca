"""docs/documents.md: its commands run as printed, on small files of each format."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harmonizer import cli
from tests.conftest import ROOT
from tests.formats import test_azure_policy, test_ciso_assistant, test_cprt, test_fuzz_documents, test_prowler
from tests.formats.test_oscal import SMALL
from tests.formats.test_oscal_components import DEFINITION

GUIDE = (ROOT / "docs" / "documents.md").read_text(encoding="utf-8")
COMMANDS = [shlex.split(line, comments=True) for line in re.findall(r"^    harmonizer (.+)$", GUIDE, re.MULTILINE)]
FILES = {
    "catalog.json": json.dumps({"catalog": SMALL}),
    "profile.json": json.dumps({"profile": test_fuzz_documents.PROFILE}),
    "components.json": json.dumps({"component-definition": DEFINITION}),
    "library.yaml": test_ciso_assistant.HEAD + "  framework:\n" + test_ciso_assistant.block(test_ciso_assistant.FRAMEWORK),
    "cprt.json": json.dumps({"documents": test_cprt.DOCUMENTS, "elements": test_cprt.ELEMENTS,
                             "relationships": test_cprt.RELATIONSHIPS}),
    "prowler.json": json.dumps(test_prowler.FRAMEWORK),
    "initiative.json": json.dumps(test_azure_policy.INITIATIVE),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_bring_all_documents_into_one_workspace(folder: Path) -> None:
    assert {name for words in COMMANDS for name in words if name in FILES} == set(FILES)
    for words in COMMANDS:
        told = CliRunner().invoke(cli.app, words)
        assert told.exit_code == 0, (words, told.output)
    assert (folder / "mine/drafts/profile-constraints.csv").is_file()
    assert {path.name for path in (folder / "mine/data/frameworks").iterdir()} == {
        "catalog", "profile", "components", "garden-1-0", "own-1-0", "garden-aws", "garden-rules-v1"}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_document_that_is_cut_off_is_refused_and_the_workspace_stays(name: str, folder: Path) -> None:
    (folder / name).write_text(FILES[name][: FILES[name].rindex("}")])
    told = CliRunner().invoke(cli.app, ["import", name, "--workspace", "mine"])
    assert told.exit_code == 3, told.output
    assert not (folder / "mine").exists()


def test_an_oscal_document_of_another_kind_is_refused_by_its_kind(folder: Path) -> None:
    (folder / "plan.json").write_text(json.dumps({"system-security-plan": {}}))
    told = CliRunner().invoke(cli.app, ["import", "plan.json", "--workspace", "mine"])
    assert told.exit_code == 3
    assert "documents of the kind system-security-plan are not read; expected one of catalog" in told.stderr
