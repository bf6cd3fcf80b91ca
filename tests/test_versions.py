"""Two versions of one framework: the old one stays, the current one answers, and a difference can be asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harmonizer import catalogue
from harmonizer.knowledge.index import Index
from harmonizer.model import Requirement
from tests.builders import Builder


@pytest.fixture
def versions(builder: Builder) -> Index:
    builder.requirement("gdpr:1", "a").requirement("gdpr:2", "b").requirement("gdpr:3", "c")
    builder.control("does-a", ["a"]).control("does-d", ["d"])
    knowledge = builder.knowledge()
    [first] = knowledge.frameworks
    second = replace(first, version="2", replaces=first.key)
    moved = [replace(one, key=one.key.replace("@1:", "@2:")) for one in knowledge.requirements if one.id != "3"]
    moved[1] = replace(moved[1], modality="recommended")
    added = Requirement("gdpr@2:4", "", "requirement", "required", "New", "", position=9)
    rows = [replace(one, requirement=one.requirement.replace("@1:", "@2:")) for one in knowledge.mappings
            if not one.requirement.endswith(":3")]  # fmt: skip
    fresh = replace(rows[0], requirement="gdpr@2:4", objective="d")
    return Index(replace(knowledge, frameworks=(first, second),
                         requirements=(*knowledge.requirements, *moved, added),
                         mappings=(*knowledge.mappings, *rows, fresh)))  # fmt: skip


def test_a_difference_names_what_was_added_removed_and_changed(versions: Index) -> None:
    answer = catalogue.diff(versions, versions.framework("gdpr@1"), versions.framework("gdpr"))
    assert [(row["id"], row["change"]) for row in answer] == [
        ("2", "changed: modality"), ("4", "added"), ("3", "removed"),
    ]  # fmt: skip
    [added] = [row for row in answer if row["id"] == "4"]
    assert (added["objectives"], added["controls"]) == ("d", "does-d")
    assert answer.summary == {"added": 1, "removed": 1, "moved": 0, "changed": 1}


def test_the_slug_means_the_current_version_and_the_old_one_can_be_named(versions: Index) -> None:
    assert versions.framework("gdpr").version == "2"
    assert versions.requirement("gdpr@1:3").id == "3"
    assert versions.is_current("gdpr@2:1")
    assert not versions.is_current("gdpr@1:1")


def test_objectives_count_the_current_version_only(versions: Index) -> None:
    counts = {row["objective"]: row["requirements"] for row in catalogue.objectives(versions)}
    assert counts == {"a": 1, "b": 1, "c": 0, "d": 1}
