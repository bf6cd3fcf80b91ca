"""Facts of NIST SP 800-53 that its own files state: baselines, titles, and that our wording is ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import harmonizer as hz
from tests.conftest import ROOT

SAMPLES = ROOT.parent / "shared" / "samples" / "nist"
CATALOG = SAMPLES / "NIST_SP-800-53_rev5.0.1_catalog_oscal1.0.0-min.json"
SHINGLE = 8

pytestmark = pytest.mark.skipif(not CATALOG.is_file(), reason="the sample files of NIST are not here")


def notation(identifier: str) -> str:
    """``ac-2.1`` as AC-2(1)."""
    return re.sub(r"\.(\d+)$", r"(\1)", identifier.upper())


@pytest.mark.parametrize("name", ["LOW", "MODERATE", "HIGH", "PRIVACY"])
def test_baselines_are_those_of_nists_profiles(kg: hz.Harmonizer, name: str) -> None:
    profile = json.loads((SAMPLES / f"NIST_SP-800-53_rev5_{name}-baseline_profile.json").read_text())["profile"]
    selected = {notation(one) for part in profile["imports"] for included in part["include-controls"]
                for one in included["with-ids"]}  # fmt: skip
    framework = kg.index.framework("nist-800-53")
    carried = set()
    for one in kg.index.requirements_of(framework):
        tags = set(re.findall(r"category:baseline-(\w+)", one.applies_when))
        security = not one.applies_when  # selected in all three security baselines
        if one.kind == "requirement" and (name.lower() in tags or (security and name != "PRIVACY")):
            carried.add(one.id)
    if name == "PRIVACY":  # controls that every security baseline selects carry no tags at all
        always = {one.id for one in kg.index.requirements_of(framework) if not one.applies_when}
        assert selected - always == carried
    else:
        assert selected == carried


def prose(part: Any) -> Iterator[str]:
    """Every statement, guidance and title of an OSCAL catalog."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("prose", "title", "label") and isinstance(value, str):
                yield value
            else:
                yield from prose(value)
    elif isinstance(part, list):
        for one in part:
            yield from prose(one)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"\{\{.*?\}\}", " ", text).casefold())


def shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[place : place + SHINGLE]) for place in range(len(found) - SHINGLE + 1)}


@pytest.fixture(scope="module")
def public_text() -> set[tuple[str, ...]]:
    """Every run of eight words in NIST's public-domain sources."""
    found: set[tuple[str, ...]] = set()
    for path in sorted(SAMPLES.glob("*.json")):
        for text in prose(json.loads(path.read_text(encoding="utf-8"))):
            found |= shingles(text)
    for path in sorted(Path(SAMPLES).glob("*.xml")):
        for element in ElementTree.parse(path).getroot().iter():
            found |= shingles(element.text or "")
    assert len(found) > 50_000
    return found


def test_no_title_or_summary_shares_eight_words_in_a_row_with_a_public_source(
    kg: hz.Harmonizer, public_text: set[tuple[str, ...]]
) -> None:
    copied = [f"{one.short}: {' '.join(run)}" for one in kg.index.knowledge.requirements
              for text in (one.title, one.summary, one.residual) for run in shingles(text) & public_text]  # fmt: skip
    assert copied == []


def test_no_leaf_or_control_shares_eight_words_in_a_row_with_a_public_source(
    kg: hz.Harmonizer, public_text: set[tuple[str, ...]]
) -> None:
    texts = [(one.slug, text) for one in kg.index.knowledge.objectives for text in (one.title, one.outcome)]
    texts += [(one.slug, one.statement) for one in kg.index.knowledge.controls]
    assert [f"{slug}: {' '.join(run)}" for slug, text in texts for run in shingles(text) & public_text] == []
