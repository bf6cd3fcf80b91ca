"""Metrics of bias: they agree with Fairlearn's, keep to hand-computed figures, and never pass what is too small."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harmonizer.errors import DataError
from harmonizer.gates.bias import judge_bias
from harmonizer.gates.finding import FAIL, LACKING, LEFT_OUT, PASS, Finding
from harmonizer.gates.group_rates import METRICS, SELECTION, Bootstrap, Rate
from harmonizer.gates.metrics_file import read_metrics
from harmonizer.gates.predictions import read_predictions
from harmonizer.gates.rules import BiasRule

RULE = BiasRule(
    "bias", 1, (), predictions="p.csv", metrics="", model="", label="label", prediction="prediction", score="",
    score_threshold=0, attributes=(("sex",),), limits=dict.fromkeys(METRICS, 0.5), judge_by="estimate",
    confidence=0.95, resamples=500, seed=1, minimum_group=1, reference={}, groups={}, leave_out={},
)  # fmt: skip
RULES = Path("gates.toml")
Person = tuple[str, str, int, int]


def table(folder: Path, people: Sequence[Person]) -> Path:
    """Rows of sex, race, label and prediction."""
    path = folder / "p.csv"
    path.write_text("sex,race,label,prediction\n" + "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in people))
    return path


def group(name: str, selected: int, of: int, label: int = 1) -> list[Person]:
    return [(name, "x", label, int(n < selected)) for n in range(of)]


def judged(folder: Path, people: Sequence[Person], **changes: Any) -> list[Finding]:
    rule = replace(RULE, **changes)
    return judge_bias(rule, RULES, read_predictions(table(folder, people), rule))


def only(findings: list[Finding]) -> Finding:
    (one,) = findings
    return one


RATIO = {"selection-rate-ratio": 0.8}


# agreement ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("columns", [("sex",), ("race",), ("sex", "race")])
def test_every_metric_agrees_with_fairlearn(tmp_path: Path, seed: int, columns: tuple[str, ...]) -> None:
    import fairlearn.metrics as fm

    draw = random.Random(seed)
    people = [(draw.choice("fm"), draw.choice("abcd"), draw.randint(0, 1), int(draw.random() < draw.choice((0.3, 0.6))))
              for _ in range(600)]  # fmt: skip
    found = judged(tmp_path, people, attributes=(columns,))
    label, prediction = ([one[place] for one in people] for place in (2, 3))
    features = [[one[{"sex": 0, "race": 1}[column]] for column in columns] for one in people]
    theirs = {
        "selection-rate-ratio": (min, fm.demographic_parity_ratio),
        "demographic-parity-difference": (max, fm.demographic_parity_difference),
        "equal-opportunity-difference": (max, fm.equal_opportunity_difference),
        "equalized-odds-difference": (max, fm.equalized_odds_difference),
    }
    for metric, (worst, function) in theirs.items():
        own = worst(one.value for one in found if one.metric == metric and one.value is not None)
        expected = function(label, prediction, sensitive_features=np.array(features))
        assert math.isclose(own, expected, abs_tol=1e-9), (metric, own, expected)


def test_metrics_of_a_metric_frame_and_of_its_predictions_are_the_same(tmp_path: Path) -> None:
    import fairlearn.metrics as fm

    draw = random.Random(7)
    people = [(draw.choice("fm"), "x", draw.randint(0, 1), int(draw.random() < 0.5)) for _ in range(300)]
    frame = fm.MetricFrame(
        metrics={"count": fm.count, "selection_rate": fm.selection_rate, "true_positive_rate": fm.true_positive_rate,
                 "false_positive_rate": fm.false_positive_rate, "positives": lambda truth, _: sum(truth)},
        y_true=[one[2] for one in people], y_pred=[one[3] for one in people],
        sensitive_features=[one[0] for one in people],
    )  # fmt: skip
    path = tmp_path / "m.json"
    path.write_text(frame.by_group.to_json())
    rule = replace(RULE, predictions="", metrics="m.json")
    from_metrics = judge_bias(rule, RULES, read_metrics(path, rule))
    from_rows = judged(tmp_path, people)
    assert [(one.group, one.metric, one.verdict) for one in from_metrics] == [
        (one.group, one.metric, one.verdict) for one in from_rows
    ]
    for a, b in zip(from_metrics, from_rows, strict=True):
        assert a.value == pytest.approx(b.value, abs=1e-9)
        assert (a.low, a.high) == pytest.approx((b.low, b.high), abs=1e-9)


def test_counts_that_aif360_explains_are_judged(tmp_path: Path) -> None:
    # The keys are those of aif360.explainers.MetricJSONExplainer; the same names hold other numbers in each object.
    impact = {"metric": "Disparate Impact", "message": "Disparate impact: 0.5", "numPositivePredictionsUnprivileged": 20.0,
              "numUnprivileged": 100.0, "numPositivePredictionsPrivileged": 80.0, "numPrivileged": 200.0}  # fmt: skip
    parity = {"metric": "Statistical Parity Difference", "numPositivesUnprivileged": 20.0,
              "numInstancesUnprivileged": 100.0, "numPositivesPrivileged": 80.0, "numInstancesPrivileged": 200.0}  # fmt: skip
    odds = {"metric": "True Positive Rate Difference", "numTruePositivesUnprivileged": 18.0,
            "numPositivesUnprivileged": 60.0, "numTruePositivesPrivileged": 70.0, "numPositivesPrivileged": 100.0}  # fmt: skip
    path = tmp_path / "m.json"
    path.write_text(json.dumps([impact, parity, odds]))
    rule = replace(RULE, limits={"selection-rate-ratio": 0.8, "equal-opportunity-difference": 0.1})
    ratio, opportunity = judge_bias(rule, RULES, read_metrics(path, rule))
    assert (ratio.group, ratio.reference, ratio.value, ratio.verdict) == ("unprivileged", "privileged", 0.5, FAIL)
    assert opportunity.value == pytest.approx(0.7 - 0.3)
    with pytest.raises(DataError, match="no 'Average Odds Difference' or"):
        read_metrics(path, replace(rule, limits={"equalized-odds-difference": 0.1}))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[1]", "neither the metrics of a Fairlearn MetricFrame nor"),
        ('{"selection_rate": {"f": 0.5}}', "there is no 'count'"),
        ('{"count": {"f": 9}}', "no number 'selection_rate' of the group 'f'"),
        ('{"count": {"f": 9}, "selection_rate": {"f": 1.5}}', "not between 0 and all"),
        ('{"count": {"f": 9}, "selection_rate": {"f": "x"}}', "no number 'selection_rate'"),
        ('{"metric": "Disparate Impact"}', "has no number 'numPositivePredictionsUnprivileged'"),
        ("{", "not well-formed JSON"),
    ],
)
def test_metrics_that_lack_what_is_needed_are_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "m.json"
    path.write_text(content)
    with pytest.raises(DataError, match=words):
        read_metrics(path, replace(RULE, limits=RATIO))


# verdicts -------------------------------------------------------------------------------------------------------------


def test_four_fifths_is_kept_where_it_is_reached_exactly(tmp_path: Path) -> None:
    for selected, verdict in ((40, PASS), (39, FAIL)):
        one = only(judged(tmp_path, [*group("f", selected, 100), *group("m", 50, 100)], limits=RATIO))
        assert (one.group, one.reference, one.value, one.threshold) == ("f", "m", selected / 50, 0.8)
        assert one.verdict == verdict
        assert f"0.{selected}0 ({selected} of 100)" in one.reason and "0.500 (50 of 100)" in one.reason


def test_every_limit_holds_when_reached_exactly_whatever_the_group_sizes(tmp_path: Path) -> None:
    for size in range(5, 200, 5):
        one = only(judged(tmp_path, [*group("f", size * 3 // 5, size), *group("m", size * 4 // 5, size)],
                          limits={"demographic-parity-difference": 0.2}))  # fmt: skip
        assert one.verdict == PASS, (size, one.value)


def test_a_named_reference_is_compared_with_either_way(tmp_path: Path) -> None:
    people = [*group("f", 90, 100), *group("m", 50, 100)]
    ratio, difference = judged(tmp_path, people, reference={"sex": "m"},
                               limits={**RATIO, "demographic-parity-difference": 0.3})  # fmt: skip
    assert (ratio.reference, ratio.value, ratio.verdict) == ("m", 1.8, FAIL)  # the reference itself is worse off
    assert (difference.value, difference.verdict) == (pytest.approx(-0.4), FAIL)


def test_too_small_a_group_is_not_enough_data_and_no_reference(tmp_path: Path) -> None:
    people = [*group("f", 20, 40), *group("m", 20, 40), *group("n", 9, 9)]
    small, judgeable = judged(tmp_path, people, limits=RATIO, minimum_group=10)
    assert (small.group, small.verdict, small.value) == ("n", LACKING, None)
    assert small.stops and "9 people are too few" in small.reason and "asks for 10" in small.reason
    assert (judgeable.verdict, judgeable.value) == (PASS, 1.0)


def test_the_minimum_counts_the_people_that_a_rate_is_of(tmp_path: Path) -> None:
    people = [*group("f", 30, 60, label=0), *group("f", 3, 5), *group("m", 20, 40)]
    one = only(judged(tmp_path, people, limits={"equal-opportunity-difference": 0.1}, minimum_group=10))
    assert (one.group, one.verdict) == ("f", LACKING)
    assert "5 people with label 1 are too few for a true positive rate" in one.reason


def test_a_group_without_positives_has_no_true_positive_rate(tmp_path: Path) -> None:
    people = [*group("f", 30, 60, label=0), *group("m", 20, 40)]
    one = only(judged(tmp_path, people, limits={"equal-opportunity-difference": 0.1}))
    assert (one.verdict, one.value) == (LACKING, None)
    assert "no people with label 1" in one.reason


def test_a_reference_that_is_too_small_leaves_nothing_judged(tmp_path: Path) -> None:
    found = judged(tmp_path, [*group("f", 20, 40), *group("m", 5, 9)], limits=RATIO, minimum_group=10,
                   reference={"sex": "m"})  # fmt: skip
    assert {(one.group, one.verdict) for one in found} == {("f", LACKING), ("m", LACKING)}


def test_a_group_that_must_be_there_and_is_empty_is_not_enough_data(tmp_path: Path) -> None:
    found = judged(tmp_path, [*group("female", 20, 40), *group("male", 20, 40)], limits=RATIO,
                   groups={"sex": ("female", "mal", "male")})  # fmt: skip
    empty = next(one for one in found if one.group == "mal")
    assert empty.verdict == LACKING and "Nobody in the data is mal" in empty.reason
    assert "did you mean male" in empty.reason


def test_one_group_alone_or_nobody_selected_is_not_enough_data(tmp_path: Path) -> None:
    assert only(judged(tmp_path, group("f", 20, 40), limits=RATIO)).verdict == LACKING
    nobody = only(judged(tmp_path, [*group("f", 0, 40), *group("m", 0, 40)], limits=RATIO))
    assert nobody.verdict == LACKING and "there is no ratio" in nobody.reason


def test_those_whose_attribute_is_missing_are_a_group_of_their_own(tmp_path: Path) -> None:
    people = [*group("f", 20, 40), *group("m", 20, 40), *group("", 2, 40), *group(" ", 0, 1)]
    found = {one.group: one for one in judged(tmp_path, people, limits=RATIO)}
    assert found["missing"].verdict == FAIL and "(2 of 41)" in found["missing"].reason


def test_what_is_left_out_is_told_with_number_and_rate_and_not_judged(tmp_path: Path) -> None:
    people = [*group("f", 200, 400), *group("m", 200, 400), *group("", 2, 4)]
    left, judgeable = judged(tmp_path, people, limits=RATIO, minimum_group=30, leave_out={"sex": ("missing",)})
    assert (left.group, left.verdict, left.stops) == ("missing", LEFT_OUT, False)
    assert "0.5%" in left.reason and "(2 of 4)" in left.reason
    assert judgeable.verdict == PASS


def test_an_unknown_group_is_told_with_the_nearest_of_the_data(tmp_path: Path) -> None:
    for changes in ({"reference": {"sex": "femal"}}, {"leave_out": {"sex": ("femal",)}}):
        with pytest.raises(DataError, match="unknown group 'femal' of 'sex'; did you mean female"):
            judged(tmp_path, [*group("female", 1, 2), *group("male", 1, 2)], limits=RATIO, **changes)


# intervals ------------------------------------------------------------------------------------------------------------


def test_judged_by_its_interval_a_small_sample_fails_that_its_estimate_would_pass(tmp_path: Path) -> None:
    for size, by_interval in ((40, FAIL), (4000, PASS)):
        people = [*group("f", size * 9 // 20, size), *group("m", size // 2, size)]
        verdicts = [
            only(judged(tmp_path, people, limits=RATIO, judge_by=by)).verdict for by in ("estimate", "interval")
        ]
        assert verdicts == [PASS, by_interval], size


def test_intervals_are_the_same_for_the_same_seed_and_differ_for_another(tmp_path: Path) -> None:
    people = [*group("f", 40, 100), *group("m", 50, 100)]
    first, again, other = (only(judged(tmp_path, people, limits=RATIO, seed=seed)) for seed in (1, 1, 2))
    assert (first.low, first.high) == (again.low, again.high) != (other.low, other.high)
    more = judged(tmp_path, [*people, *group("x", 10, 100)], limits=RATIO, seed=1)
    assert next(one for one in more if one.group == "f").low == first.low  # a further group changes no other's interval


def test_the_bootstrap_is_that_of_resampled_rows() -> None:
    """Drawing the number of hits is the same as drawing rows: both have the same percentiles."""
    generator = np.random.default_rng(5)
    rows = np.repeat([1.0, 0.0], [30, 70])
    by_rows = generator.choice(rows, (20_000, 100)).mean(axis=1)
    ours = Bootstrap(0.95, 20_000, 5)
    assert ours.interval(ours.draws("x", Rate(30, 100))) == pytest.approx(ours.interval(by_rows), abs=0.011)


def test_intervals_hold_the_true_difference_about_as_often_as_they_say() -> None:
    generator = np.random.default_rng(11)
    bootstrap, held = Bootstrap(0.9, 400, 3), 0
    for trial in range(400):
        a, b = (Rate(int(generator.binomial(150, p)), 150) for p in (0.5, 0.4))
        low, high = bootstrap.interval(bootstrap.draws(f"a{trial}", a) - bootstrap.draws(f"b{trial}", b))
        held += low <= 0.1 <= high
    assert 0.85 <= held / 400 <= 0.94


# what cannot be read --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", r"p\.csv:1: the file is empty"),
        ("sex,label,prediction\n", "has a header and no rows"),
        ("sexx,label,prediction\nf,1,1\n", r"p\.csv:1: unknown protected class 'sex'; did you mean sexx\?"),
        ("sex,lable,prediction\nf,1,1\n", "there is no column 'label'; did you mean lable"),
        ("sex,label,sex,prediction\nf,1,m,1\n", "the header names the column 'sex' twice"),
        ("sex,label,prediction\nf,1,yes\n", r"p\.csv:2, column prediction: 'yes' is not a number"),
        ("sex,label,prediction\nf,1,0.7\n", "'0.7' is neither 0 nor 1; where the model gives scores"),
        ("sex,label,prediction\nf,nan,1\n", r"p\.csv:2, column label: 'nan' is not a number"),
        ("sex,label,prediction\nf,1\n", r"p\.csv:2: the row has 2 cells, expected 3"),
        ('sex,label,prediction\n"f,1,1\n', "not well-formed CSV"),
        ("sex,label,prediction\nf\xff,1,1\n".encode("latin-1"), "is not UTF-8"),
    ],
)
def test_predictions_that_cannot_be_read_are_told_with_line_and_column(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=words):
        read_predictions(path, RULE)


def test_scores_are_turned_into_predictions_at_the_threshold_and_need_no_label_for_selection(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sex,score\nf,0.5\nf,0.49\nm,1e3\n")
    rule = replace(RULE, limits=RATIO, score="score", score_threshold=0.5)
    rates = read_predictions(path, rule)["sex"]
    assert {name: one[SELECTION] for name, one in rates.items()} == {"f": Rate(1, 2), "m": Rate(1, 1)}
