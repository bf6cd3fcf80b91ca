"""Shares, sensitivity, budget curve, differences, clashes and candidate lists: checked by hand on small cases."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from harmonizer.errors import DataError, UnknownNameError
from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset import mixed_integer, shares, what_if
from harmonizer.superset.candidate_lists import candidate_list
from harmonizer.superset.deadline import Deadline
from harmonizer.superset.optimize import CoverModel, solve
from harmonizer.superset.plan import plan
from harmonizer.superset.problem import build
from tests.builders import Builder, random_builder

ANYONE = Circumstances()


def frameworks(builder: Builder) -> tuple[object, list[object]]:
    index = builder.index()
    return index, [index.framework(slug) for slug in builder.frameworks]


@pytest.fixture
def three(builder: Builder) -> Builder:
    """Alone: gdpr 6, hipaa 6, soc2 4. Together: both-gh (8) for gdpr and hipaa, and does-s (4)."""
    builder.requirement("gdpr:1", "g").requirement("hipaa:1", "h").requirement("soc2:1", "s")
    builder.control("does-g", ["g"], 6).control("does-h", ["h"], 6).control("does-s", ["s"], 4)
    return builder.control("both-gh", ["g", "h"], 8)


def test_fair_shares_split_what_is_saved_between_those_who_save_it(three: Builder) -> None:
    index, known = frameworks(three)
    answer = shares.shares(index, known, ANYONE)  # type: ignore[arg-type]
    assert [(row["framework"], row["alone"], row["on top"], row["fair share"]) for row in answer] == [
        ("gdpr", 6, 2, 4.0), ("hipaa", 6, 2, 4.0), ("soc2", 4, 4, 4.0),
    ]  # fmt: skip
    assert answer.summary["joint effort"] == 12
    assert answer.summary["saved"] == 0.25


def test_sampled_shares_agree_with_exact_ones_within_their_error(
    three: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, known = frameworks(three)
    monkeypatch.setattr(shares, "EXACT", 0)
    answer = shares.shares(index, known, ANYONE)  # type: ignore[arg-type]
    for row in answer:
        assert abs(float(str(row["fair share"])) - 4.0) <= 2 * float(str(row["error"])) + 0.1
    assert sum(float(str(one)) for one in answer.column("fair share")) == pytest.approx(12, abs=0.2)


def test_prices_of_sets_are_those_of_plans_for_them() -> None:
    for seed in range(30):
        builder = random_builder(seed)
        index, known = frameworks(builder)
        whole = plan(index, builder.frameworks)  # type: ignore[arg-type]
        if any("clash" in one["reason"] for one in whole.uncovered):
            continue
        prices = shares.SetPrices(index, known, ANYONE)  # type: ignore[arg-type]
        assert prices.of(one.key for one in known) == whole.effort, seed  # type: ignore[attr-defined]
        for one in known:
            alone = plan(index, [one.key])  # type: ignore[arg-type, attr-defined]
            if not any("clash" in left["reason"] for left in alone.uncovered):
                assert prices.of([one.key]) == alone.effort, seed  # type: ignore[attr-defined]


def test_sensitivity_names_what_each_estimate_chooses(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a")
    builder.control("steady", ["a"], 10)  # 5, 10, 20
    builder.control("gamble", ["a"], 11)  # 5, 11, 22
    index, known = frameworks(builder)
    answer = what_if.sensitivity(index, known, ANYONE)  # type: ignore[arg-type]
    by_control = {row["control"]: row["chosen under"] for row in answer}
    assert by_control == {"gamble": "low", "steady": "likely, high"}
    assert answer.summary["regret of the likely plan if high"] == 0


def test_the_budget_curve_rises_to_everything(three: Builder) -> None:
    index, known = frameworks(three)
    answer = what_if.budget_curve(index, known, ANYONE, steps=3)  # type: ignore[arg-type]
    assert [(row["budget"], row["pairs met"], row["requirements met"], row["proven"]) for row in answer] == [
        (4, 1, 1, True), (8, 2, 2, True), (12, 3, 3, True),
    ]  # fmt: skip


def test_plans_are_compared_control_by_control(three: Builder, tmp_path: Path) -> None:
    index = three.index()
    files = []
    for name, slugs in (("old", ["gdpr", "soc2"]), ("new", ["gdpr", "hipaa"])):
        answer = plan(index, slugs).answer
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps({"rows": list(answer), "summary": dict(answer.summary)}))
        files.append(file)
    answer = what_if.plan_difference(*files)
    assert [(row["control"], row["change"]) for row in answer] == [
        ("both-gh", "added"), ("does-g", "dropped"), ("does-s", "dropped"),
    ]  # fmt: skip
    assert answer.summary["effort after"] == 8


@pytest.mark.parametrize("content", ["{", "[]", '{"rows": 1}'])
def test_what_is_no_plan_is_refused_with_what_was_expected(content: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(content)
    with pytest.raises(DataError, match="expected the output of `solve --format json`"):
        what_if.plan_difference(file, file)


def test_the_smallest_clash_names_only_those_who_clash(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("hipaa:2", "b").requirement("gdpr:1", "c", "d")
    builder.control("does-a", ["a"], exclusions=["does-c"]).control("does-b", ["b"]).control("does-c", ["c"])
    builder.control("does-d", ["d"])
    found = plan(builder.index(), builder.frameworks)
    [left] = found.uncovered
    assert left["reason"].endswith("the smallest clash: a for hipaa:1 against c for gdpr:1")
    problem = build(builder.index(), builder.frameworks, circumstances=ANYONE)
    assert len(CoverModel(problem).smallest_clash()) == 2


def test_a_clash_of_three_is_found_where_no_two_clash(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("hipaa:2", "b").requirement("hipaa:3", "c")
    builder.control("ab", ["a", "b"], exclusions=["c1", "c2"]).control("c1", ["c", "a"], exclusions=["b1"])
    builder.control("c2", ["c", "b"], exclusions=["a1", "c1"]).control("a1", ["a"], exclusions=["b1"])
    builder.control("b1", ["b"])
    problem = build(builder.index(), builder.frameworks, circumstances=ANYONE)
    assert len(CoverModel(problem).smallest_clash()) == 3


def test_the_number_of_threads_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []
    for threads in (1, 2):
        monkeypatch.setattr(mixed_integer, "THREADS", threads)
        answers.append([plan((builder := random_builder(seed)).index(), builder.frameworks).answer.rows
                        for seed in range(10)])  # fmt: skip
    assert answers[0] == answers[1]


def test_a_plan_made_in_another_thread_is_the_same() -> None:
    builder = random_builder(3)
    found = []
    worker = threading.Thread(target=lambda: found.append(plan(builder.index(), builder.frameworks).answer))
    worker.start()
    worker.join()
    assert found == [plan(builder.index(), builder.frameworks).answer]


def test_when_the_time_is_up_the_plan_still_satisfies_everything() -> None:
    builder = random_builder(5)
    problem = build(builder.index(), builder.frameworks, circumstances=ANYONE)
    solution = solve(problem, deadline=Deadline(0))
    assert len(solution.met) == len(problem.demands)
    assert solution.lower_bound <= solution.effort
    found = plan(builder.index(), builder.frameworks, deadline=Deadline(0))
    shown = set(found.answer.column("cheapest_alternative"))
    assert shown <= {"none", "not looked for, the time was up"}


def test_another_thread_can_stop_a_plan_and_gets_the_best_known(builder: Builder) -> None:
    for leaf in "abc":
        builder.requirement(f"hipaa:{leaf}", leaf).control(f"does-{leaf}", [leaf], 2).control(f"also-{leaf}", [leaf], 3)
    deadline = Deadline()
    told = []

    def stop_at_the_second(what: str, done: int, total: int) -> None:
        told.append((what, done, total))
        if done == 1:
            deadline.stop()

    found = plan(builder.index(), ["hipaa"], deadline=deadline, progress=stop_at_the_second)
    assert found.controls == ("does-a", "does-b", "does-c")
    assert found.answer.column("regret") == [1, None, None]
    assert told[0] == ("the cheapest set", 0, 1)
    assert told[1:] == [("alternatives to each control", place, 3) for place in range(3)]


def test_what_frameworks_add_in_turn_sums_to_the_joint_effort(three: Builder) -> None:
    index, known = frameworks(three)
    answer = shares.in_turn(index, known, ANYONE)  # type: ignore[arg-type]
    assert answer.rows == (("gdpr", 6, 6, 6), ("hipaa", 6, 2, 8), ("soc2", 4, 4, 12))
    assert answer.summary == {"joint effort": 12, "effort one by one": 16, "saved": 0.25}


def test_what_is_in_place_costs_nothing_in_any_of_the_answers(three: Builder) -> None:
    index, known = frameworks(three)
    answer = shares.in_turn(index, known, ANYONE, have=["does-g"])  # type: ignore[arg-type]
    assert answer.rows == (("gdpr", 0, 0, 0), ("hipaa", 6, 6, 6), ("soc2", 4, 4, 10))
    curve = what_if.budget_curve(index, known, ANYONE, have=["does-g"])  # type: ignore[arg-type]
    assert curve.summary["full effort"] == 10


def test_a_stopped_curve_keeps_the_budgets_that_it_has_looked_at(three: Builder) -> None:
    index, known = frameworks(three)
    deadline = Deadline()
    curve = what_if.budget_curve(index, known, ANYONE, deadline=deadline,  # type: ignore[arg-type]
                                 progress=lambda what, done, total: deadline.stop() if done == 1 else None)  # fmt: skip
    assert len(curve) == 2


def test_plans_that_differ_in_regret_alone_do_not_differ() -> None:
    row = {"control": "c", "statement": "s", "objectives": "o", "effort": 3, "regret": 1}
    assert len(what_if.difference([row], [{**row, "regret": 2}])) == 0
    dropped = what_if.difference([row], [])
    assert dropped.rows == (("c", "dropped", 3, None, "s", ""),)
    assert dropped.summary["effort before"] == 3


def test_an_addressable_specification_may_be_met_by_a_documented_alternative(builder: Builder) -> None:
    builder.requirement("hipaa:1", "encrypted", modality="addressable").requirement("soc2:1", "encrypted")
    builder.control("encrypt", ["encrypted"], 20)
    builder.control("decide", ["equivalent-measures-implemented"], 3)
    index = builder.index()
    assert plan(index, ["hipaa"]).controls == ("encrypt",)
    assert plan(index, ["hipaa"], addressable="alternative").controls == ("decide",)
    assert plan(index, ["hipaa", "soc2"], addressable="alternative").controls == ("encrypt",)


def candidates(tmp_path: Path, text: str) -> str:
    file = tmp_path / "candidates.csv"
    file.write_text(text)
    return str(file)


def test_a_list_of_the_users_own_serves_as_candidates(builder: Builder, tmp_path: Path) -> None:
    builder.requirement("hipaa:1", "a", "b").requirement("soc2:1", "c")
    builder.constraint("hipaa:1", "a", "retention", "at-least", "P6Y").control("bundled", ["a", "b", "c"], 1)
    index = builder.index()
    name = candidates(tmp_path, "control,satisfies,effort\nX-1,hipaa:1,7\nX-2,a;b,9\nX-3,c,2\n")
    found = plan(index, ["hipaa", "soc2"], controls=candidate_list(index, name))
    assert (found.controls, found.effort, found.uncovered) == (("X-1", "X-3"), 9, ())


def test_without_efforts_the_fewest_controls_are_chosen(builder: Builder, tmp_path: Path) -> None:
    builder.requirement("hipaa:1", "a").requirement("hipaa:2", "b")
    index = builder.index()
    name = candidates(tmp_path, "satisfies,control\na,one\nb,two\na;b,three\n")
    assert plan(index, ["hipaa"], controls=candidate_list(index, name)).controls == ("three",)


def test_a_loaded_catalogue_serves_as_candidates(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", "b").requirement("soc2:CC1", "a").requirement("soc2:CC2", "a", "b")
    index = builder.index()
    assert plan(index, ["hipaa"], controls=candidate_list(index, "soc2")).controls == ("CC2",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("control,satisfies\nx,hippa:1\n", r"candidates.csv:2, column satisfies: unknown framework 'hippa'; did you mean"),
        ("control,satisfies\nx,logs-kep\n", "unknown objective 'logs-kep'; did you mean logs-kept"),
        ("control,satisfies\nx,logs-kept\nx,logs-kept\n", "stands already in line 2"),
        ("control,satisfies,effort\nx,logs-kept,-3\n", "-3 is negative"),
        ("control,satisfies,effort,effort_low\nx,logs-kept,3,9\n", "do not rise from low to high"),
        ("control,satisfies,prerequisites\nx,logs-kept,y\n", "unknown control 'y'"),
        ("control,satisfies,settable\nx,logs-kept,retentoin\n", "did you mean retention"),
        ("control\nx\n", "the header lacks satisfies"),
    ],
)  # fmt: skip
def test_a_bad_list_is_refused_with_line_and_nearest_name(
    builder: Builder, tmp_path: Path, text: str, message: str
) -> None:
    builder.requirement("hipaa:1", "logs-kept")
    with pytest.raises(DataError, match=message):
        candidate_list(builder.index(), candidates(tmp_path, text))


def test_a_name_that_is_neither_file_nor_framework_is_refused(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept")
    with pytest.raises(UnknownNameError, match="did you mean hipaa"):
        candidate_list(builder.index(), "hippa")
