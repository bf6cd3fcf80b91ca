"""The order of adoption, and what one more framework adds; checked by hand on small cases."""

from __future__ import annotations

from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset.roadmap import marginal, roadmap, unlocks
from tests.builders import Builder

ANYONE = Circumstances()


def test_the_control_that_satisfies_most_per_person_day_comes_first(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("hipaa:2", "b", "c").requirement("soc2:1", "b")
    builder.control("does-a", ["a"], 4).control("does-bc", ["b", "c"], 6)
    index = builder.index()
    answer = roadmap(index, [index.framework("hipaa"), index.framework("soc2")], ANYONE)
    assert answer.columns == ("step", "control", "effort", "cumulative effort", "hipaa", "soc2")
    assert answer.rows == ((1, "does-bc", 6, 6, 1, 1), (2, "does-a", 4, 10, 1, 0))


def test_prerequisites_come_before_what_needs_them_and_count_into_its_price(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("hipaa:2", "b")
    builder.control("base", [], 9).control("needs-base", ["a"], 1, prerequisites=["base"]).control("plain", ["b"], 5)
    index = builder.index()
    steps = roadmap(index, [index.framework("hipaa")], ANYONE).column("control")
    assert steps == ["plain", "base", "needs-base"]


def test_a_requirement_counts_once_all_that_it_asks_for_is_satisfied(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", "b").control("does-a", ["a"], 1).control("does-b", ["b"], 2)
    index = builder.index()
    assert roadmap(index, [index.framework("hipaa")], ANYONE).column("hipaa") == [0, 1]


def test_the_roadmap_ends_with_the_whole_plan(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", "b", "c")
    builder.control("ab", ["a", "b"], 3).control("bc", ["b", "c"], 3).control("c", ["c"], 1)
    index = builder.index()
    answer = roadmap(index, [index.framework("hipaa")], ANYONE)
    assert sorted(map(str, answer.column("control"))) == ["ab", "c"]
    assert answer.column("cumulative effort")[-1] == answer.summary["effort"] == 4


def test_controls_are_ordered_by_what_they_unlock_beside_what_is_in_place(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", "b").requirement("hipaa:2", "b").requirement("soc2:1", "b", "c")
    for leaf in "abc":
        builder.control(f"does-{leaf}", [leaf], 5)
    index = builder.index()
    known = [index.framework("hipaa"), index.framework("soc2")]
    answer = unlocks(index, known, ANYONE, have=["does-a"])
    assert [row[:1] + row[2:] for row in answer.rows] == [("does-b", 5, 2, 1, 1), ("does-c", 5, 0, 0, 1)]
    assert answer.summary["satisfied by what is in place"] == 0
    after = unlocks(index, known, ANYONE, have=["does-a", "does-b"])
    assert after.rows[0][2:] == (5, 1, 1, 0)
    assert after.summary["satisfied by what is in place"] == 2


def test_a_missing_prerequisite_counts_with_what_needs_it(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a")
    builder.control("base", [], 9).control("needs-base", ["a"], 1, prerequisites=["base"])
    index = builder.index()
    answer = unlocks(index, [index.framework("hipaa")], ANYONE)
    assert answer.rows[0][0] == "needs-base"
    assert answer.rows[0][2:4] == (10, 1)


def test_what_a_framework_adds_is_what_the_joint_plan_costs_more(builder: Builder) -> None:
    builder.requirement("soc2:1", "a", "b").requirement("hipaa:1", "b", "c")
    builder.control("does-a", ["a"], 4).control("does-b", ["b"], 5).control("does-c", ["c"], 3)
    index = builder.index()
    answer = marginal(index, [index.framework("soc2")], index.framework("hipaa"), ANYONE)
    assert [(row["control"], row["standing"]) for row in answer] == [("does-c", "extra"), ("does-b", "reused")]
    figures = answer.summary
    assert (figures["extra effort"], figures["effort alone"], figures["joint effort"]) == (3, 8, 12)
    assert figures["share reused"] == 0.5


def test_a_control_that_the_joint_plan_replaces_is_shown_as_dropped(builder: Builder) -> None:
    builder.requirement("soc2:1", "a").requirement("hipaa:1", "b")
    builder.control("does-a", ["a"], 4).control("does-b", ["b"], 4).control("does-both", ["a", "b"], 6)
    index = builder.index()
    answer = marginal(index, [index.framework("soc2")], index.framework("hipaa"), ANYONE)
    assert [(row["control"], row["standing"]) for row in answer] == [("does-both", "extra"), ("does-a", "dropped")]
    assert answer.summary["extra effort"] == 2
