"""One table of export formats: every format is written, the same bytes each time, whole or not at all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli
from harmonizer.errors import UsageError
from harmonizer.reports.exports import FORMATS
from tests.conftest import ROOT

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

NAMES = {
    "[FRAMEWORK...]": ("nyc-ll144",),
    "FRAMEWORK...": ("nyc-ll144",),
    "FRAMEWORK": ("nyc-ll144",),
    "FRAMEWORK FRAMEWORK": ("nyc-ll144", "colorado-ai-act"),
    "NODE [FRAMEWORK...]": ("nyc-ll144",),
}
WRITTEN = [name for name in FORMATS if name != "oscal-catalog"]  # needs an import: tests/formats/test_oscal.py
DIGESTS = f"""
import hashlib, sys, warnings
from pathlib import Path
import harmonizer as hz
from harmonizer.reports.exports import FORMATS
warnings.simplefilter("ignore")
kg, names, folder = hz.load(), {NAMES!r}, Path(sys.argv[1])
for name in {WRITTEN!r}:
    path = kg.export(name, folder / (name + FORMATS[name].ending), *names[FORMATS[name].arguments])
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    print(name, *(hashlib.sha256(one.read_bytes()).hexdigest() for one in files), sum(one.stat().st_size for one in files))
"""


def test_every_format_is_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", DIGESTS, str(tmp_path / seed)], cwd=ROOT, stdout=subprocess.PIPE,
                         text=True, env={**os.environ, "PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    ]  # fmt: skip
    one, other = (run.communicate()[0].splitlines() for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert one == other
    assert [line.split()[0] for line in one] == WRITTEN
    assert all(int(line.split()[-1]) > 200 for line in one)


@pytest.mark.parametrize("name", [name for name in WRITTEN if FORMATS[name].ending and name != "xlsx"])
def test_a_file_that_cannot_be_written_whole_stays_as_it_was(
    name: str, kg: hz.Harmonizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError("no space left on device")

    path = tmp_path / f"old{FORMATS[name].ending}"
    path.write_text("old")
    monkeypatch.setattr("harmonizer.knowledge.tables.os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        kg.export(name, path, *NAMES[FORMATS[name].arguments])
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [(path.name, "old")]


@pytest.mark.parametrize(
    ("name", "names", "words"),
    [("turtel", (), "did you mean turtle"), ("sssom", (), "takes FRAMEWORK"), ("graph-html", (), "takes NODE"),
     ("sssom-crosswalk", ("hipaa", "hipaa"), "takes FRAMEWORK FRAMEWORK; got hipaa hipaa"),
     ("ciso-mapping", ("hipaa", "hipaa@2013"), "takes FRAMEWORK FRAMEWORK; got hipaa hipaa@2013"),
     ("ciso-framework", ("hipaa", "gdpr"), "takes FRAMEWORK; got hipaa gdpr"), ("turtle", ("hippa",), "hipaa")],
)  # fmt: skip
def test_a_format_says_what_it_takes(
    name: str, names: tuple[str, ...], words: str, kg: hz.Harmonizer, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=words):
        kg.export(name, tmp_path / "file", *names)
    assert list(tmp_path.iterdir()) == []


def test_an_option_of_another_format_is_refused(kg: hz.Harmonizer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no option sheets"):
        kg.export("graphml", tmp_path / "file", "hipaa", only=["Gaps"])


def test_the_list_says_which_formats_are_unverified_and_writing_one_says_so_again(tmp_path: Path) -> None:
    listed = {row["format"]: str(row["checked against"]) for row in hz.load().export_formats()}
    assert list(listed) == list(FORMATS)
    assert [name for name, checked in listed.items() if checked.startswith("unverified: ")] == \
        ["vanta", "drata", "secureframe"]  # fmt: skip
    written = CliRunner().invoke(cli.app, ["export", "vanta", "nyc-ll144", "-o", str(tmp_path / "controls.csv")])
    assert written.exit_code == 0
    assert "warning: unverified: " in written.stderr
    quiet = CliRunner().invoke(cli.app, ["export", "graphml", "nyc-ll144", "-o", str(tmp_path / "g.graphml")])
    assert quiet.stderr == f"wrote {tmp_path / 'g.graphml'}\n"


def test_a_plan_that_is_given_is_the_one_that_is_written(kg: hz.Harmonizer, tmp_path: Path) -> None:
    plan = kg.solve("nyc-ll144")
    small = kg.solve("nyc-ll144", exclude=[plan.controls[0]])
    for name in ("vanta", "ciso-controls"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = kg.export(name, tmp_path / name, "nyc-ll144", plan=small).read_text()
        titles = [kg.index.controls[one].title for one in small.controls]
        assert all(title in text for title in titles)
        assert kg.index.controls[plan.controls[0]].title not in text


def test_the_documentation_lists_the_formats_as_the_table_has_them() -> None:
    text = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| [^|]+ \| `([^`]+)` \| ([^|]+) \|", text, re.MULTILINE)
    assert [(name, names, checked.startswith("**unverified**")) for name, names, checked in rows] == [
        (name, one.arguments, not one.verified) for name, one in FORMATS.items()
    ]
