"""Published crosswalks take part in inference only where the user trusts them, and are named where they do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli
from harmonizer.errors import UnknownNameError

R = "framework,id,parent,title\nown,1,,Encryption of stored data\n"
M = (
    "source_framework,source_id,target_framework,target_id,relation,rationale,source\n"
    "own,1,hipaa,164.312(a)(2)(iv),equal,the same words,Acme\n"
    "own,1,soc2,CC6.1,subset of,encryption is part of access,Other\n"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trust")
    (folder / "r.csv").write_text(R)
    (folder / "m.csv").write_text(M)
    arguments = ["import", "tables", "--requirements", str(folder / "r.csv"), "--mappings", str(folder / "m.csv"),
                 "--workspace", str(folder / "own")]  # fmt: skip
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    return folder / "own"


def test_without_trust_nothing_follows_from_a_published_crosswalk(workspace: Path) -> None:
    kg = hz.load(workspace)
    assert len(kg.crosswalk("own", "gdpr")) == 0
    assert len(kg.crosswalk("own", "hipaa")) == 0


def test_with_trust_what_follows_names_its_sources(workspace: Path) -> None:
    kg = hz.load(workspace)
    rows = {row["target_id"]: row for row in kg.crosswalk("own", "gdpr", trust=["Acme"])}
    row = rows["Art.32(1)(a)"]
    assert (row["certainty"], row["relation"]) == ("definite", "subset-of")
    assert str(row["sources"]).split("; ") == ["acme", "harmonizer:hipaa@2013", "harmonizer:gdpr@2016-679"]
    assert "the same words (acme)" in str(row["reason"])


def test_trust_in_one_publisher_is_no_trust_in_another(workspace: Path) -> None:
    kg = hz.load(workspace)
    assert len(kg.crosswalk("own", "soc2", trust=["Acme"])) == 0
    assert len(kg.crosswalk("own", "soc2", trust=["Other"])) == 1
    assert len(kg.crosswalk("own", "soc2", trust=["*"])) == 1


def test_an_unknown_publisher_is_answered_with_the_nearest(workspace: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean Acme"):
        hz.load(workspace).crosswalk("own", "gdpr", trust=["Acmee"])


def test_published_rows_are_shown_as_they_stand_in_either_direction(workspace: Path) -> None:
    kg = hz.load(workspace)
    (row,) = [row for row in kg.crosswalk("own", "soc2", published=True) if row["certainty"] == "published"]
    assert (row["relation"], row["coverage"], row["sources"]) == ("subset-of", None, "Other")
    (turned,) = [row for row in kg.crosswalk("soc2", "own", published=True) if row["certainty"] == "published"]
    assert (turned["source_id"], turned["relation"]) == ("CC6.1", "superset-of")


def test_an_explanation_uses_what_is_trusted(workspace: Path) -> None:
    kg = hz.load(workspace)
    sentences = " ".join(map(str, kg.explain("own:1", "gdpr:Art.32(1)(a)", trust=["Acme"]).column("sentence")))
    assert "the same words" in sentences
    assert kg.explain("own:1", "gdpr:Art.32(1)(a)").summary["certainty"] == "unknown"
