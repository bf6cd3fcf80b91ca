"""A workspace's files change as a whole or not at all, whoever is killed and whoever else writes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harmonizer.errors import DataError, UsageError
from harmonizer.knowledge.lint import lint
from harmonizer.knowledge.store import files_of, open_index, open_store
from harmonizer.knowledge.workspace import STATE_FOLDER, locked, replace_files
from tests.conftest import ROOT

NAMES = ("data/a.csv", "data/frameworks/x/requirements.csv", "data/frameworks/x/framework.toml", "data/b.csv")

WRITER = """
import sys
from pathlib import Path
from harmonizer.knowledge.workspace import replace_files
folder, who, names = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
print("ready", flush=True)
for generation in range(10_000):
    replace_files(folder, {name: f"{who} {generation}".encode() * 2_000 for name in names})
    print(generation, flush=True)
"""


def writer(folder: Path, who: str = "one") -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), who, *NAMES], stdout=subprocess.PIPE, text=True,
                            cwd=ROOT)  # fmt: skip


def contents(folder: Path) -> set[bytes]:
    with locked(folder):
        return {(folder / name).read_bytes() for name in NAMES}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_writer_leaves_the_old_state_or_the_new_one_and_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(25):
        process = writer(tmp_path)
        assert process.stdout and process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.003, 0.05))
        process.send_signal(signal.SIGKILL)
        acknowledged = process.stdout.read().split()
        process.wait()
        if not acknowledged:
            continue
        (whole,) = contents(tmp_path)
        generation = int(whole[: len(whole) // 2_000].decode().split()[1])
        assert generation in (int(acknowledged[-1]), int(acknowledged[-1]) + 1)
        assert not (tmp_path / STATE_FOLDER / "manifest.json").exists()


def test_two_writers_and_a_reader_see_only_whole_states(tmp_path: Path) -> None:
    writers = [writer(tmp_path, who) for who in ("one", "two")]
    try:
        for process in writers:
            assert process.stdout and [process.stdout.readline() for _ in range(3)][-1] == "1\n"
        for _ in range(30):
            assert len(contents(tmp_path)) == 1
    finally:
        for process in writers:
            process.kill()
            process.communicate()


def test_a_change_that_was_decided_is_completed_by_the_next_who_opens(tmp_path: Path) -> None:
    replace_files(tmp_path, {"data/a.csv": b"old", "data/b.csv": b"old"})
    state = tmp_path / STATE_FOLDER
    (state / "aside").mkdir()
    (state / "aside" / "1").write_bytes(b"new")  # the first file had been moved already when the process was killed
    (tmp_path / "data/a.csv").write_bytes(b"new")
    (state / "manifest.json").write_text('["data/a.csv", "data/b.csv"]')
    with locked(tmp_path):
        assert (tmp_path / "data/b.csv").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["../out.csv", "/etc/x", "data/../../x", "", "C:x", "data\\x"])
def test_a_name_that_leads_out_of_the_workspace_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="leads out of the workspace"):
        replace_files(tmp_path / "workspace", {"data/a.csv": b"x", name: b"x"})
    assert not (tmp_path / "workspace").exists()


def test_a_link_that_leads_out_of_the_workspace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "workspace" / "data").symlink_to(tmp_path / "outside")
    with pytest.raises(DataError, match="leads out of the workspace"):
        replace_files(tmp_path / "workspace", {"data/a.csv": b"x"})
    assert not list((tmp_path / "outside").iterdir())


def test_who_waits_too_long_is_told_why(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys,time\nfrom pathlib import Path\n"
         "from harmonizer.knowledge.workspace import locked\n"
         "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(30)", str(tmp_path)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT)  # fmt: skip
    try:
        assert process.stdout and process.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match="another process has been writing"), locked(tmp_path, seconds=0.2):
            pass
    finally:
        process.kill()
        process.communicate()
    with locked(tmp_path, seconds=5):  # the lock went with its process
        pass


def test_the_lock_may_be_nested(tmp_path: Path) -> None:
    with locked(tmp_path, seconds=1), locked(tmp_path, seconds=1):
        replace_files(tmp_path, {"data/a.csv": b"x"})
    assert (tmp_path / "data/a.csv").read_bytes() == b"x"


@pytest.mark.parametrize("read", ["store", "lint", "index"])
def test_every_way_of_reading_first_completes_a_change_that_was_decided(tmp_path: Path, read: str) -> None:
    replace_files(tmp_path, {"data/a.csv": b"old"})
    state = tmp_path / STATE_FOLDER
    (state / "aside").mkdir()
    (state / "aside" / "0").write_bytes(b"new")
    (state / "manifest.json").write_text('["data/a.csv"]')
    {"store": open_store, "lint": lint, "index": open_index}[read](files_of(tmp_path))
    assert (tmp_path / "data/a.csv").read_bytes() == b"new"
