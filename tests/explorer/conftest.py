"""Fixtures of the explorer's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

import harmonizer as hz

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture(scope="session")
def kg() -> hz.Harmonizer:
    return hz.load()
