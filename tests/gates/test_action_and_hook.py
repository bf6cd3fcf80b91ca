"""The GitHub Action and the pre-commit hook, run by their own entry points.

Both install this repository into an environment of their own: the dependencies are those of the tests, so that only
the build tool is fetched; without it the tests are skipped.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.gates.make_example import FOLDER

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
TUTORIAL = (ROOT / "docs" / "gates.md").read_text(encoding="utf-8")
UNREACHABLE = "No matching distribution found for hatchling"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the action runs in bash")


def step(name: str) -> dict[str, Any]:
    (found,) = (one for one in ACTION["runs"]["steps"] if one["name"] == name)
    return dict(found)


def run_step(name: str, folder: Path, environment: Mapping[str, str], **inputs: str) -> tuple[int, dict[str, str], str]:
    """Run a step as a runner does: inputs put into its ``env``, its script given to bash; code, outputs, summary."""
    one, temporary = step(name), folder.parent / "runner"
    temporary.mkdir(exist_ok=True)
    values = {key: about.get("default", "") for key, about in ACTION["inputs"].items()} | inputs
    given = {key: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: values[match[1]], value)
             for key, value in one.get("env", {}).items()}  # fmt: skip
    output, summary, script = (temporary / part for part in ("output", "summary", "step.sh"))
    output.write_text("")
    summary.write_text("")
    script.write_text(one["run"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)], cwd=folder, text=True,
        capture_output=True,
        env={**environment, **given, "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(output),
             "GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(temporary)},
    )  # fmt: skip
    if UNREACHABLE in done.stderr:
        pytest.skip("the build tool cannot be fetched")
    outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
    return done.returncode, outputs, summary.read_text() + done.stderr


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a runner on which the action's first step has installed the harmonizer."""
    folder = tmp_path_factory.mktemp("runner")
    venv.create(folder / "python", with_pip=True)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    site = folder / "python" / "lib" / version / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"])  # after its own, and none of its .pth
    environment = {**os.environ, "PATH": f"{folder / 'python' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)
    (folder / "work").mkdir()
    code, _, said = run_step("Install harmonizer", folder / "work", environment)
    assert code == 0, said[-2000:]
    assert (site / "harmonizer" / "gates" / "gate.py").exists()
    return environment


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "repository")
    return tmp_path / "repository"


def test_no_input_of_the_action_is_part_of_a_script() -> None:
    assert [one["name"] for one in ACTION["runs"]["steps"]] == ["Install harmonizer", "Judge"]
    for one in ACTION["runs"]["steps"]:
        assert "${{" not in one["run"]
    passed = set(re.findall(r"inputs\.(\w+)", " ".join(step("Judge")["env"].values())))
    assert passed == set(ACTION["inputs"])


@pytest.mark.parametrize(("model", "code", "result"), [("fair", 0, "passed"), ("biased", 1, "failed")])
def test_the_action_judges_records_and_writes_its_reports(
    runner: dict[str, str], repository: Path, model: str, code: int, result: str
) -> None:
    ended, outputs, said = run_step("Judge", repository, runner, files=model, workspace=".")
    assert (ended, outputs) == (code, {"result": result}), said[-2000:]
    assert "| screening-bias | sex | female | male | selection-rate-ratio |" in said
    assert (repository / "gate.sarif").exists() and (repository / "gate-junit.xml").exists()
    assert list((repository / "evidence").glob("*.json"))


def test_the_action_tells_what_could_not_be_judged_from_what_failed(runner: dict[str, str], repository: Path) -> None:
    code, outputs, said = run_step("Judge", repository, runner, files="none", record="false", sarif="", junit="")
    assert (code, outputs) == (3, {"result": "error"})
    assert "is not there" in said
    assert not (repository / "gate.sarif").exists() and not (repository / "evidence").exists()


def test_inputs_that_look_like_commands_or_options_are_only_names(runner: dict[str, str], repository: Path) -> None:
    for rules in ("$(touch pwned).toml", "`touch pwned`", '"; touch pwned; "', "--help", "--sarif=pwned"):
        code, outputs, _ = run_step("Judge", repository, runner, rules=rules, files='"; touch pwned; "')
        assert (code, outputs) == (3, {"result": "error"}), rules
    assert not list(repository.rglob("pwned"))


def test_the_hook_runs_in_pre_commit_from_this_repository(repository: Path, tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    shutil.copytree(repository / "fair", repository, dirs_exist_ok=True)
    rules = repository / "gates.toml"
    rules.write_text(rules.read_text().partition('[[rule]]\nid = "screening-lineage"')[0])  # which needs a workspace
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=repository, check=True)
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home"),
                   "PYTHONPATH": sysconfig.get_paths()["purelib"]}  # fmt: skip
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), HOOK["id"], "--verbose", "--all-files"]

    def try_repo() -> subprocess.CompletedProcess[str]:
        subprocess.run([*git, "add", "-A"], cwd=repository, check=True)
        done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True)
        if UNREACHABLE in done.stdout + done.stderr:
            pytest.skip("the build tool cannot be fetched")
        return done

    passed = try_repo()
    assert passed.returncode == 0, passed.stdout[-2000:] + passed.stderr[-2000:]
    assert "gate screening-release passed" in passed.stdout
    shutil.copytree(repository / "biased", repository, dirs_exist_ok=True)
    failed = try_repo()
    assert failed.returncode == 1
    assert "gate screening-release failed" in failed.stdout and "exit code: 1" in failed.stdout
    assert not (repository / "evidence").exists()


def test_the_tutorial_uses_the_action_and_the_hook_as_they_are() -> None:
    workflow, commits = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TUTORIAL, re.DOTALL))
    (job,) = workflow["jobs"].values()
    (use,) = (one for one in job["steps"] if "harmonizer" in one.get("uses", ""))
    assert set(use["with"]) <= set(ACTION["inputs"])
    (repo,) = commits["repos"]
    assert [one["id"] for one in repo["hooks"]] == [HOOK["id"]]
