"""Which constraint binds: orders, domination, uniform and covered-in-practice rows, conflicts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmonizer.knowledge.index import Index
from harmonizer.model import Constraint, DateRule, Dimension, Tag
from harmonizer.strictness.applicability import Circumstances, applicable
from harmonizer.strictness.conflicts import conflicts
from harmonizer.strictness.ordering import admits, at_least_as_strict, contradicts
from harmonizer.strictness.strictest import longest_within, strictest
from harmonizer.values import Duration
from tests.builders import Builder, shuffled

RETENTION = Dimension("retention", "", "duration", ("at-least", "at-most"), "", (), "")
CONTENT = Dimension("content", "", "set", ("includes", "one-of", "forbidden"), "", (), "")
ANYONE = Circumstances()


def constraint(operator: str, value: str, dimension: str = "retention", extension: str = "") -> Constraint:
    return Constraint("f@1:r", "leaf", dimension, operator, value, "", extension, "", "", "exact", "")


years = st.integers(1, 9).map(lambda count: f"P{count}Y")
sets = st.sets(st.sampled_from("abcd"), min_size=1).map(lambda letters: ";".join(sorted(letters)))
retentions = st.builds(constraint, st.sampled_from(["at-least", "at-most", "equals"]), years)
contents = st.builds(
    lambda o, v: constraint(o, v, "content"), st.sampled_from(["includes", "one-of", "forbidden"]), sets
)


@given(st.one_of(st.tuples(st.just(RETENTION), retentions, retentions, years),
                 st.tuples(st.just(CONTENT), contents, contents, sets)))  # fmt: skip
def test_whatever_meets_the_stricter_meets_the_other(case: tuple[Dimension, Constraint, Constraint, str]) -> None:
    dimension, one, other, setting = case
    if at_least_as_strict(dimension, one, other) and admits(dimension, one, setting):
        assert admits(dimension, other, setting)


@given(st.one_of(st.tuples(st.just(RETENTION), retentions, retentions, years),
                 st.tuples(st.just(CONTENT), contents, contents, sets)))  # fmt: skip
def test_nothing_meets_both_sides_of_a_contradiction(case: tuple[Dimension, Constraint, Constraint, str]) -> None:
    dimension, one, other, setting = case
    assert contradicts(dimension, one, other) == contradicts(dimension, other, one)
    if contradicts(dimension, one, other):
        assert not (admits(dimension, one, setting) and admits(dimension, other, setting))


def test_a_longer_extension_is_looser() -> None:
    short, long = constraint("at-most", "P30D", extension="P30D"), constraint("at-most", "P30D", extension="P60D")
    none = constraint("at-most", "P30D")
    assert at_least_as_strict(RETENTION, none, short)
    assert at_least_as_strict(RETENTION, short, long)
    assert not at_least_as_strict(RETENTION, short, none)
    assert not at_least_as_strict(RETENTION, long, short)


def test_the_stricter_bound_dominates_and_is_named(builder: Builder) -> None:
    builder.requirement("hipaa:1", "kept").constraint("hipaa:1", "kept", "retention", "at-least", "P6Y")
    builder.requirement("soc2:1", "kept").constraint("soc2:1", "kept", "retention", "at-least", "P1Y")
    rows = {row["requirement"]: row for row in _strictest(builder.index())}
    assert rows["hipaa:1"]["status"] == "binding"
    assert (rows["soc2:1"]["status"], rows["soc2:1"]["dominated_by"]) == ("dominated", "hipaa:1")


def _strictest(index: Index, scope: str = "*") -> list[dict[str, object]]:
    return list(strictest(index, list(index.frameworks.values()), Circumstances(scope)))


def test_equal_values_from_two_sources_both_bind(builder: Builder) -> None:
    for short in ("hipaa:1", "soc2:1"):
        builder.requirement(short, "kept").constraint(short, "kept", "retention", "at-least", "P6Y")
    assert [row["status"] for row in _strictest(builder.index())] == ["binding", "binding"]


def test_thirty_days_and_one_month_both_bind(builder: Builder) -> None:
    for short, value in (("hipaa:1", "P30D"), ("gdpr:1", "P1M")):
        builder.requirement(short, "told").constraint(short, "told", "notice-deadline", "at-most", value)
    rows = {row["requirement"]: row for row in _strictest(builder.index())}
    assert rows["hipaa:1"]["status"] == rows["gdpr:1"]["status"] == "binding"
    assert rows["hipaa:1"]["incomparable_with"] == "gdpr:1"
    practice = rows[""]
    assert (practice["status"], practice["value"]) == ("covered-in-practice", "P28D")
    assert practice["satisfies"] == "gdpr:1; hipaa:1"


def test_different_clocks_do_not_dominate_each_other(builder: Builder) -> None:
    for short, value, clock in (("hipaa:1", "P60D", "discovery"), ("gdpr:1", "PT72H", "awareness")):
        builder.requirement(short, "told").constraint(short, "told", "notice-deadline", "at-most", value, clock=clock)
    statuses = [row["status"] for row in _strictest(builder.index())]
    assert sorted(map(str, statuses)) == ["binding", "binding", "covered-in-practice"]


def test_a_stricter_bound_in_a_narrower_scope_does_not_dominate(builder: Builder) -> None:
    builder.requirement("hipaa:1", "kept", applies_when="role:controller")
    builder.constraint("hipaa:1", "kept", "retention", "at-least", "P6Y")
    builder.requirement("soc2:1", "kept").constraint("soc2:1", "kept", "retention", "at-least", "P1Y")
    assert {row["status"] for row in _strictest(builder.index())} == {"binding"}


def test_qualitative_duties_stay_beside_the_number(builder: Builder) -> None:
    builder.requirement("gdpr:1", "told")
    builder.constraint("gdpr:1", "told", "notice-deadline", "at-most", "PT72H")
    builder.constraint("gdpr:1", "told", "notice-deadline", "at-most", "without undue delay", wording="qualitative")
    assert [row["status"] for row in _strictest(builder.index())] == ["binding", "qualitative"]


def test_required_elements_add_up_to_one_uniform_set(builder: Builder) -> None:
    for short, value in (("hipaa:1", "name;date"), ("gdpr:1", "name;contact")):
        builder.requirement(short, "told").constraint(short, "told", "content", "includes", value)
    (uniform,) = [row for row in _strictest(builder.index()) if row["scope"] == "*" and not row["requirement"]]
    assert uniform["value"] == "contact;date;name"
    assert uniform["satisfies"] == "gdpr:1; hipaa:1"


def test_the_longest_period_within_several_is_found_across_units() -> None:
    found = longest_within([Duration.parse("P30D"), Duration.parse("P1M")])
    assert found.text == "P28D"
    assert longest_within([Duration.parse("PT72H"), Duration.parse("P60D")]).text == "PT72H"


@pytest.fixture
def contradiction(builder: Builder) -> Builder:
    builder.requirement("hipaa:1", "kept", applies_when="role:controller")
    builder.constraint("hipaa:1", "kept", "retention", "at-least", "P6Y")
    builder.requirement("gdpr:1", "kept").constraint("gdpr:1", "kept", "retention", "at-most", "P5Y")
    return builder


def test_a_contradiction_is_a_conflict_with_exactly_its_two_citations(contradiction: Builder) -> None:
    index = contradiction.index()
    (row,) = conflicts(index, list(index.frameworks.values()), ANYONE)
    assert row["members"] == "gdpr:1; hipaa:1"
    assert "split the scope" in str(row["ways_out"])
    assert {one["status"] for one in _strictest(index)} == {"conflict"}


def test_a_scope_split_resolves_it(contradiction: Builder) -> None:
    index = contradiction.index()
    frameworks = list(index.frameworks.values())
    assert len(conflicts(index, frameworks, Circumstances("!role:controller"))) == 0


def test_a_date_that_holds_for_one_scope_changes_only_that_scope(builder: Builder) -> None:
    builder.requirement("gdpr:1", "kept")
    knowledge = builder.knowledge()
    dates = (DateRule("gdpr@1:1", "", "role:controller", "2020-01-01", "", "in-force", "law", ""),
             DateRule("gdpr@1:1", "", "role:processor", "2030-01-01", "", "in-force", "law", ""))  # fmt: skip
    tags = (Tag("role:controller", "", excludes=("role:processor",)), Tag("role:processor", ""))
    index = Index(replace(knowledge, dates=dates, tags=tags))
    framework = index.frameworks["gdpr"]

    def applying(scope: str, day: str) -> int:
        return len(applicable(index, framework, Circumstances(scope, day)))

    assert [applying("role:controller", day) for day in ("2019-12-31", "2020-01-01", "2030-01-01")] == [0, 1, 1]
    assert [applying("role:processor", day) for day in ("2019-12-31", "2020-01-01", "2030-01-01")] == [0, 0, 1]


def test_the_order_of_rows_changes_nothing(builder: Builder) -> None:
    for short, value in (("hipaa:1", "P30D"), ("gdpr:1", "P1M"), ("soc2:1", "P60D"), ("soc2:2", "P30D")):
        builder.requirement(short, "told", "kept").constraint(short, "told", "notice-deadline", "at-most", value)
    first = sorted(map(str, _strictest(builder.index())))
    for seed in range(5):
        assert sorted(map(str, _strictest(Index(shuffled(builder.knowledge(), seed))))) == first
