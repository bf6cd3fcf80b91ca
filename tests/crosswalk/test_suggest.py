"""Suggestions name leaves for unmapped requirements and never map anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli

R = (
    "framework,id,parent,title,summary\n"
    "own,1,,Encryption of stored data,Stored records are encrypted so that nobody without the key can read them\n"
    "own,2,,Backups,Copies of data are made regularly so that they can be restored\n"
    "own,3,,Zzyzx qwfp,Arstdh neio\n"
    "own,4,,Multi-factor authentication,Users authenticate with several factors\n"
)
M = (
    "source_framework,source_id,target_framework,target_id,relation\n"
    "own,4,objective,multi-factor-authentication-used,equal\n"
)


@pytest.fixture(scope="module")
def kg_own(tmp_path_factory: pytest.TempPathFactory) -> hz.Harmonizer:
    folder: Path = tmp_path_factory.mktemp("suggest")
    (folder / "r.csv").write_text(R)
    (folder / "m.csv").write_text(M)
    arguments = ["import", "tables", "--requirements", str(folder / "r.csv"), "--mappings", str(folder / "m.csv"),
                 "--workspace", str(folder / "own")]  # fmt: skip
    assert CliRunner().invoke(cli.app, arguments).exit_code == 0
    return hz.load(folder / "own")


def test_the_leaf_that_a_reader_would_look_at_is_among_the_first(kg_own: hz.Harmonizer) -> None:
    answer = kg_own.suggest("own")
    by_id: dict[object, list[object]] = {}
    for row in answer:
        by_id.setdefault(row["id"], []).append(row["objective"])
    assert "data-at-rest-encrypted" in by_id["1"]
    assert "backups-made" in by_id["2"]


def test_what_is_like_nothing_gets_no_suggestion_and_what_is_mapped_none_either(kg_own: hz.Harmonizer) -> None:
    answer = kg_own.suggest("own")
    assert {row["id"] for row in answer} == {"1", "2"}
    assert answer.summary["requirements without mapping"] == 3


def test_suggestions_come_with_the_most_like_first_and_change_nothing(kg_own: hz.Harmonizer) -> None:
    before = kg_own.index.hash
    scores = [float(str(row["likeness"])) for row in kg_own.suggest("own", best=3) if row["id"] == "1"]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 3
    assert kg_own.index.hash == before


def test_nothing_is_suggested_where_all_is_mapped(kg: hz.Harmonizer) -> None:
    assert len(kg.suggest("soc2")) == 0
