"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

import harmonizer as hz
from tests.builders import Builder

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def kg() -> hz.Harmonizer:
    """The bundled knowledge graph."""
    return hz.load()


@pytest.fixture
def builder() -> Builder:
    """An empty hand-made knowledge."""
    return Builder()


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests use a cache folder of their own, so that they neither see nor touch the user's."""
    import os

    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
