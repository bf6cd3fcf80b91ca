"""The invariants of the authored knowledge. A failure names the file, the line and the mend."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

import harmonizer as hz
from harmonizer.knowledge import store, tables
from tests.conftest import ROOT

REFERENCE = ROOT / "tests" / "reference"
FRAMEWORKS = ("ccpa", "colorado-ai-act", "dora", "eu-ai-act", "fedramp", "gdpr", "hipaa", "iso-27001", "iso-42001", "nis2",
              "nist-800-53", "nist-ai-rmf", "nist-csf", "nist-privacy", "nyc-ll144", "pci-dss", "soc2")  # fmt: skip
LISTS = {"ccpa": ("ccpa", "ccpareg"), "eu-ai-act": ("aiact",), "nist-ai-rmf": ("airmf",), "nist-csf": ("csf2",),
         "dora": ("dora",), "gdpr": ("gdpr",), "hipaa": ("hipaa",), "iso-27001": ("iso27001",),
         "iso-42001": ("iso42001",), "nis2": ("nis2", "nis2ir"), "nyc-ll144": ("nyc_ll144",), "pci-dss": ("pci",),
         "nist-privacy": ("pf",), "soc2": ("soc2",), "nist-800-53": ("sp80053",)}  # fmt: skip
"""The names of the reference lists; fedramp and colorado-ai-act have lists of our own, see tests/reference."""
SHARED = ROOT.parent / "shared"

with (REFERENCE / "corrections.csv").open(encoding="utf-8") as _file:
    CORRECTIONS = list(csv.DictReader(_file))


def reference(slug: str) -> dict[str, dict[str, str]]:
    """The reference list of a framework, with the corrections that name their source."""
    with (REFERENCE / f"{slug}.csv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    for row in CORRECTIONS:
        if row["framework"] == slug:
            rows[row["id"]] = {"id": row["id"], "parent": row["parent"], "type": "", "core": "1"}
    return rows


def due(slug: str, identifier: str, row: dict[str, str]) -> bool:
    """Whether this round carries the id."""
    if slug != "hipaa" or row["core"] != "1":
        return row["core"] == "1"
    whole = identifier.startswith(("164.306(a)", "164.306(d)", "164.306(e)", "164.524", "164.530(j)"))
    shallow = (
        identifier.count("(") <= 2
    )  # of the Privacy Rule deeper ids are carried where a duty or number stands there
    return whole or shallow or row["type"].startswith(("security:", "breach:"))


def test_every_bundled_framework_is_held_against_a_list(kg: hz.Harmonizer) -> None:
    assert sorted(kg.index.frameworks) == sorted(FRAMEWORKS)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reference lists are not here")
@pytest.mark.parametrize("slug", LISTS)
def test_our_copy_of_a_reference_list_lacks_none_of_its_ids(slug: str) -> None:
    known = reference(slug)
    for name in LISTS[slug]:
        with (SHARED / "reference" / "ids" / f"{name}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                assert row["id"] in known, f"{slug}:{row['id']}"
                if row["core"] == "1" and slug != "nyc-ll144":  # its sections are headings of finer ids here
                    assert known[row["id"]]["core"] == "1", f"{slug}:{row['id']}"


@pytest.mark.parametrize("slug", FRAMEWORKS)
def test_every_id_that_is_due_is_carried(kg: hz.Harmonizer, slug: str) -> None:
    carried = set(kg.requirements(slug).column("id"))
    missing = [one for one, row in reference(slug).items() if due(slug, one, row) and one not in carried]
    assert not missing


@pytest.mark.parametrize("slug", FRAMEWORKS)
def test_no_id_is_carried_that_the_source_lacks_and_parents_agree(kg: hz.Harmonizer, slug: str) -> None:
    known = reference(slug)
    for row in kg.requirements(slug):
        if row["kind"] != "heading":
            assert row["id"] in known, f"{slug}:{row['id']} is not in the reference list"
        if row["id"] in known:
            assert row["parent"] == known[str(row["id"])]["parent"], f"{slug}:{row['id']}"


@pytest.mark.parametrize("slug", FRAMEWORKS)
def test_requirements_stand_in_the_order_of_the_source(kg: hz.Harmonizer, slug: str) -> None:
    place = {one: position for position, one in enumerate(reference(slug))}
    siblings: dict[object, list[int]] = {}
    for row in kg.requirements(slug):
        if row["id"] in place and not any(row["id"] == one["id"] for one in CORRECTIONS):
            siblings.setdefault(row["parent"], []).append(place[str(row["id"])])
    for parent, places in siblings.items():
        if parent:
            assert places == sorted(places), f"{slug}: the children of {parent}"


def test_required_and_addressable_specifications_are_told_apart(kg: hz.Harmonizer) -> None:
    known = reference("hipaa")
    for row in kg.requirements("hipaa"):
        kind = known[str(row["id"])]["type"] if row["id"] in known else ""
        if kind.startswith("security:impl-spec:") and row["kind"] == "requirement":
            assert row["modality"] == kind.rpartition(":")[2], row["id"]


def test_lint_finds_no_error(kg: hz.Harmonizer) -> None:
    errors = [row for row in kg.lint() if row["severity"] != "warning"]
    assert not errors, "\n".join(f"{row['file']}:{row['line']}: {row['message']}; {row['mend']}" for row in errors[:20])


@pytest.mark.parametrize("path", sorted(tables.authored_tables(store.files_of())), ids=lambda path: path.name)
def test_tables_are_in_canonical_form(path) -> None:  # type: ignore[no-untyped-def]
    assert path.read_text(encoding="utf-8") == tables.canonical(path), "harmonizer lint --write"


def test_reasons_are_not_templates(kg: hz.Harmonizer) -> None:
    """No opening of six words serves more than three mappings."""
    openings = Counter(" ".join(mapping.comment.casefold().split()[:6]) for mapping in kg.index.knowledge.mappings)
    worn = {opening: count for opening, count in openings.items() if count > 3 and len(opening.split()) == 6}
    assert not worn


def test_every_leaf_states_an_outcome_in_one_sentence(kg: hz.Harmonizer) -> None:
    for leaf in kg.index.leaves:
        assert leaf.outcome.endswith("."), leaf.slug
        assert leaf.outcome.count(". ") == 0, leaf.slug
        assert len(leaf.outcome.split()) >= 5, leaf.slug


def test_the_hierarchy_has_three_levels(kg: hz.Harmonizer) -> None:
    above = {"domain": "", "objective": "domain", "leaf": "objective"}
    for objective in kg.index.knowledge.objectives:
        parent = kg.index.objectives[objective.parent].level if objective.parent else ""
        assert parent == above[objective.level], objective.slug


def test_every_leaf_is_asked_for(kg: hz.Harmonizer) -> None:
    assert [leaf.slug for leaf in kg.index.leaves if leaf.slug not in kg.index.mappings_to] == []


def test_numbers_are_cited_where_they_stand(kg: hz.Harmonizer) -> None:
    for constraint in kg.index.knowledge.constraints:
        assert kg.index.requirements[constraint.requirement].kind == "requirement"
        if constraint.wording == "organization-defined":
            assert not re.search(r"\d", constraint.value), constraint
        if constraint.wording == "qualitative":
            assert not re.fullmatch(r"P[\dTYMDHW]+", constraint.value), constraint


def test_every_way_out_of_a_tension_cites_what_opens_it(kg: hz.Harmonizer) -> None:
    for tension in kg.index.knowledge.tensions:
        assert len(tension.members) >= 2, tension.id
        for way in tension.ways_out:
            citation = way.rpartition("=>")[2].strip()
            slug, _, identifier = citation.partition(":")
            assert identifier in reference(slug), f"{tension.id}: {citation}"


def test_every_controls_effort_has_a_basis_and_every_claim_a_reason(kg: hz.Harmonizer) -> None:
    reasons: Counter[str] = Counter()
    for control in kg.index.knowledge.controls:
        assert control.effort_basis, control.slug
        assert control.evidence, control.slug
        assert control.satisfies, control.slug
        reasons.update(control.reasons)
    assert [reason for reason, count in reasons.items() if count > 1] == []


def test_there_are_real_alternatives_among_the_controls(kg: hz.Harmonizer) -> None:
    claimed = Counter(leaf for control in kg.index.knowledge.controls for leaf in control.satisfies)
    assert len(kg.index.knowledge.controls) >= 90
    assert sum(count > 1 for count in claimed.values()) >= len(kg.index.leaves) / 5
