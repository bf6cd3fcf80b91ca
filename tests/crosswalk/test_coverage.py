"""Directed coverage: weights, strictness, scope, alternatives, roll-up."""

from __future__ import annotations

from dataclasses import replace

from harmonizer.crosswalk.counterparts import pairs
from harmonizer.crosswalk.coverage import Coverage, coverage, overlap
from harmonizer.crosswalk.matrix import matrix, shares
from harmonizer.knowledge.index import Index
from harmonizer.strictness.applicability import Circumstances
from tests.builders import Builder, shuffled

ANYONE = Circumstances()


def covered(index: Index, of: str = "hipaa", by: str = "soc2") -> dict[str, Coverage]:
    found = coverage(index, index.framework(of), [index.framework(by)], ANYONE)
    return {one.requirement.id: one for one in found}


def test_a_requirement_is_covered_when_all_it_asks_for_is_contained(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", "b").requirement("soc2:1", "a").requirement("soc2:2", "b")
    assert covered(builder.index())["1"].status == "covered"


def test_what_is_missing_is_named_and_weighed(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", "b", "c").requirement("soc2:1", "a")
    found = covered(builder.index())["1"]
    assert (found.status, found.share, found.missing) == ("partly", 1 / 3, ("b", "c"))


def test_a_residual_keeps_a_requirement_from_being_covered(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", residual="something else").requirement("soc2:1", "a")
    assert covered(builder.index())["1"].status == "partly"


def test_part_of_a_leaf_contains_nothing_but_is_listed_as_possible(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("soc2:1", "a", relation="subset-of")
    found = covered(builder.index())["1"]
    assert (found.status, found.possible) == ("not-covered", ("soc2:1",))


def test_a_looser_number_does_not_cover(builder: Builder) -> None:
    builder.requirement("hipaa:1", "kept").constraint("hipaa:1", "kept", "retention", "at-least", "P6Y")
    builder.requirement("soc2:1", "kept").constraint("soc2:1", "kept", "retention", "at-least", "P1Y")
    found = covered(builder.index())["1"]
    assert found.status == "not-covered"
    assert "at-least 6 years (soc2:1 1 year)" in found.looser[0]
    assert covered(builder.index(), "soc2", "hipaa")["1"].status == "covered"


def test_a_qualitative_setting_meets_no_number(builder: Builder) -> None:
    builder.requirement("hipaa:1", "kept").constraint("hipaa:1", "kept", "retention", "at-least", "P6Y")
    builder.requirement("soc2:1", "kept")
    builder.constraint(
        "soc2:1", "kept", "retention", "at-least", "organization-defined", wording="organization-defined"
    )
    assert covered(builder.index())["1"].status == "not-covered"
    assert covered(builder.index(), "soc2", "hipaa")["1"].status == "covered"


def test_one_member_of_an_any_of_group_suffices(builder: Builder) -> None:
    builder.requirement("hipaa:1", any_of=("a", "b")).requirement("soc2:1", "b")
    assert covered(builder.index())["1"].status == "covered"


def test_a_group_covers_only_a_group_that_holds_all_its_members(builder: Builder) -> None:
    builder.requirement("hipaa:1", any_of=("a", "b")).requirement("hipaa:2", "a")
    builder.requirement("soc2:1", any_of=("a", "b"))
    found = covered(builder.index())
    assert (found["1"].status, found["2"].status) == ("covered", "not-covered")


def test_what_binds_only_in_some_events_does_not_cover_what_always_binds(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("soc2:1", "a", applies_when="event:breach")
    index = builder.index()
    tagged = Index(replace(index.knowledge, tags=(*index.knowledge.tags, _tag("event:breach"))))
    found = covered(tagged)["1"]
    assert found.status == "not-covered"
    assert "only where event:breach" in found.looser[0]


def _tag(name: str):  # type: ignore[no-untyped-def]
    from harmonizer.model import Tag

    return Tag(name, "")


def test_a_standard_asks_for_what_its_specifications_ask_for(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("hipaa:1(i)", "b").requirement("soc2:1", "a")
    knowledge = builder.knowledge()
    requirements = tuple(
        replace(one, parent="hipaa@1:1") if one.id == "1(i)" else one for one in knowledge.requirements
    )
    assert covered(Index(replace(knowledge, requirements=requirements)))["1"].missing == ("b",)


def test_adding_a_framework_changes_no_coverage(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", "b").requirement("soc2:1", "a")
    before = covered(builder.index())["1"]
    builder.requirement("gdpr:1", "a", "b", "c")
    assert covered(builder.index())["1"].share == before.share


def test_the_matrix_is_directed(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("soc2:1", "a", "b")
    index = builder.index()
    cells = {row["framework"]: row for row in matrix(index, list(index.frameworks.values()), ANYONE)}
    assert cells["hipaa"]["soc2"] == 1
    assert cells["soc2"]["hipaa"] == 0.5


def test_overlap_counts_the_frameworks_that_share_a_leaf(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("soc2:1", "a", "b")
    index = builder.index()
    rows = {row["objective"]: row["shared_by"] for row in overlap(index, list(index.frameworks.values()), ANYONE)}
    assert rows == {"a": 2, "b": 1}


def test_pairs_keep_what_is_entailed_apart_from_what_is_shared(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", relation="equal").requirement("soc2:1", "a", "b").requirement("soc2:2", "a")
    builder.requirement("hipaa:2", "b", relation="intersects-with")
    index = builder.index()
    found = {(pair.source.requirement.id, pair.target.requirement.id): pair
             for pair in pairs(index, index.framework("hipaa"), index.framework("soc2"), ANYONE)}  # fmt: skip
    assert (found["1", "1"].certainty, found["1", "1"].relation) == ("definite", "subset-of")
    assert (found["2", "1"].certainty, found["2", "1"].relation) == ("overlapping", "subset-of or intersects-with")
    assert found["1", "1"].coverage == 1
    assert found["1", "1"].back == 0.5


def test_two_parts_of_a_leaf_only_share_it(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", relation="subset-of").requirement("soc2:1", "a", relation="subset-of")
    index = builder.index()
    (pair,) = pairs(index, index.framework("hipaa"), index.framework("soc2"), ANYONE)
    assert (pair.certainty, pair.relation) == ("shared", "")


def test_related_pairs_are_shown_only_on_request(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("soc2:1", "b")
    index = builder.index()
    hipaa, soc2 = index.framework("hipaa"), index.framework("soc2")
    assert pairs(index, hipaa, soc2, ANYONE) == []
    (pair,) = pairs(index, hipaa, soc2, ANYONE, everything=True)
    assert (pair.certainty, pair.objectives) == ("related", ("middle",))


def test_the_order_of_rows_changes_nothing(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", "b").requirement("hipaa:2", "b").requirement("soc2:1", "a", "b", "c")

    def answer(index: Index) -> list[tuple[str, str, float]]:
        found = pairs(index, index.framework("hipaa"), index.framework("soc2"), ANYONE)
        return sorted((p.source.requirement.id, p.target.requirement.id, p.coverage) for p in found)

    first = answer(builder.index())
    assert all(answer(Index(shuffled(builder.knowledge(), seed))) == first for seed in range(5))


def test_the_matrix_holds_what_is_computed_requirement_by_requirement(kg) -> None:  # type: ignore[no-untyped-def]
    index = kg.index
    frameworks = list(index.frameworks.values())
    for scope in ("*", "data:ephi & role:business-associate"):
        asked = Circumstances(scope)
        found = shares(index, frameworks, asked)
        for row, of in enumerate(frameworks):
            for column, by in enumerate(frameworks):
                one_by_one = [one.share for one in coverage(index, of, [by], asked) if one.status != "out-of-scope"]
                expected = sum(one_by_one) / len(one_by_one) if one_by_one else 0
                assert abs(found[row, column] - expected) < 1e-9, (of.slug, by.slug, scope)
