"""The house: rooms import one way, and nothing heavy is loaded before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "harmonizer"
# From the ground up: a room imports only from rooms on lower floors, or from itself.
FLOORS = (
    {"errors", "vocabulary", "model"},
    {"answer", "scope", "values"},
    {"knowledge"},
    {"formats"},
    {"strictness"},
    {"crosswalk", "catalogue"},
    {"superset"},
    {"programme"},
    {"gates"},
    {"reports"},
    {"programme_api"},
    {"files_api"},
    {"api"},
    {"printing"},
    {"explorer", "cli"},
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Rooms that a module imports at run time, with the line."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "harmonizer" and len(parts) > 1:
                yield parts[1], node.lineno


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_floors_below_its_own(path: Path) -> None:
    own = room(path)
    for other, line in imports(path):
        if other in FLOOR_OF and other != own:
            assert FLOOR_OF[other] < FLOOR_OF[own], f"{path}:{line}: {own} imports {other}"


def test_every_room_has_its_floor() -> None:
    assert {room(path) for path in modules()} == set(FLOOR_OF)


def test_nothing_is_called_utils() -> None:
    assert not [path for path in modules() if path.stem in ("utils", "helpers", "misc", "common")]


def test_the_top_level_holds_what_was_agreed() -> None:
    for name in ("app.py", "run.py", "harmonizer", "ontologies", "data", "tests", "pyproject.toml", "LICENSE"):
        assert (ROOT / name).exists(), name


def test_asking_for_help_imports_nothing_heavy() -> None:
    heavy = ["pandas", "scipy", "rdflib", "streamlit", "highspy", "numpy", "pyoxigraph", "networkx", "openpyxl"]
    code = (
        "import sys\n"
        "from harmonizer import cli\n"
        "try:\n    cli.app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"loaded = [name for name in {heavy!r} if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_no_registry_host_or_machine_path_is_committed() -> None:
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    for name in tracked.stdout.splitlines():
        path = ROOT / name
        if path.suffix in (".txt", ".toml", ".cfg", ".py", ".md", ".lock") and path.exists():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert "/simple" + "/" not in text, name
            assert "--index" + "-url" not in text, name
