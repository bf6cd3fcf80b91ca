"""The lattice of admissible sets, segments of scope, and dates by scope."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmonizer.knowledge.index import Index
from harmonizer.model import Constraint, DateRule, Dimension, Tag
from harmonizer.strictness.admissible import Admissible, admissible, join
from harmonizer.strictness.applicability import Circumstances, applicable
from harmonizer.strictness.conflicts import conflicts
from harmonizer.strictness.standing import Group, dominators
from harmonizer.strictness.strictest import strictest
from harmonizer.values import parse_value
from tests.builders import Builder

RETENTION = Dimension("retention", "", "duration", ("at-least", "at-most"), "", (), "")
CONTENT = Dimension("content", "", "set", ("includes", "one-of", "forbidden"), "", (), "")
LENGTH = Dimension("length", "", "quantity", ("at-least", "at-most"), "", (), "")
FEE = Dimension("fee", "", "ordinal", ("at-least", "at-most"), "", ("none", "cost", "any"), "")


def constraint(dimension: Dimension, operator: str, value: str, extension: str = "") -> Constraint:
    return Constraint("f@1:r", "leaf", dimension.slug, operator, value, "", extension, "", "", "exact", "")


bounds = st.sampled_from(["at-least", "at-most", "equals"])
periods = st.sampled_from(["PT72H", "P3D", "P28D", "P30D", "P1M", "P31D", "P60D", "P2M", "P1Y", "P6Y"])
elements = st.sets(st.sampled_from("abc"), min_size=1).map(lambda letters: ";".join(sorted(letters)))
values = {
    RETENTION: st.tuples(st.builds(lambda o, v, e: constraint(RETENTION, o, v, e if o == "at-most" else ""), bounds,
                                   periods, st.sampled_from(["", "", "P30D"])), periods),
    CONTENT: st.tuples(st.builds(lambda o, v: constraint(CONTENT, o, v),
                                 st.sampled_from(["includes", "one-of", "forbidden"]), elements), elements),
    LENGTH: st.tuples(st.builds(lambda o, v: constraint(LENGTH, o, str(v)), bounds, st.integers(1, 5)),
                      st.integers(1, 5).map(str)),
    FEE: st.tuples(st.builds(lambda o, v: constraint(FEE, o, v), bounds, st.sampled_from(FEE.steps)),
                   st.sampled_from(FEE.steps)),
}  # fmt: skip


@st.composite
def several(draw: st.DrawFn, most: int = 4) -> tuple[Dimension, list[Admissible], object]:
    """A dimension, admissible sets on it, and a value."""
    dimension = draw(st.sampled_from(list(values)))
    drawn = [draw(values[dimension]) for _ in range(draw(st.integers(1, most)))]
    sets = [admissible(dimension, one) for one, _ in drawn]
    return dimension, sets, parse_value(dimension, drawn[0][1])


@given(several(), st.randoms())
def test_the_join_is_commutative_associative_and_idempotent(case, draw) -> None:  # type: ignore[no-untyped-def]
    _, sets, _ = case
    assert join(sets) == join(draw.sample(sets, len(sets)))
    assert join([*sets, *sets]) == join(sets)
    assert join([join(sets[:1]), join(sets)]) == join(sets)


@given(several())
def test_a_value_meets_the_join_if_it_meets_every_one(case) -> None:  # type: ignore[no-untyped-def]
    _, sets, value = case
    assert join(sets).admits(value) == all(one.admits(value) for one in sets)
    if join(sets).empty:
        assert not join(sets).admits(value)


@given(several(), several())
def test_what_is_stricter_admits_less(first, second) -> None:  # type: ignore[no-untyped-def]
    _, (one, *_), value = first
    _, (other, *_), _ = second
    if type(one) is type(other) and one.within(other) and one.admits(value):
        assert other.admits(value)


@given(several(most=6))
def test_what_binds_is_an_antichain_that_asks_as_much_as_all(case) -> None:  # type: ignore[no-untyped-def]
    _, sets, value = case
    superfluous = dominators(sets)
    binding = [one for place, one in enumerate(sets) if place not in superfluous]
    assert binding
    for one in binding:
        for other in binding:
            assert not (one.within(other) and not other.within(one))
    assert join(binding).admits(value) == join(sets).admits(value)


@given(several(most=5))
def test_adding_a_framework_never_loosens(case) -> None:  # type: ignore[no-untyped-def]
    _, sets, value = case
    if join(sets).admits(value):
        assert join(sets[:-1] or sets).admits(value)


def _rows(index: Index, scope: str = "*", day: str = "") -> list[dict[str, object]]:
    return list(strictest(index, list(index.frameworks.values()), Circumstances(scope, day)))


def test_a_constraint_binds_only_where_nothing_stricter_does(builder: Builder) -> None:
    builder.requirement("hipaa:1", "kept", applies_when="role:controller")
    builder.constraint("hipaa:1", "kept", "retention", "at-least", "P6Y")
    builder.requirement("soc2:1", "kept").constraint("soc2:1", "kept", "retention", "at-least", "P1Y")
    rows = {row["requirement"]: row for row in _rows(builder.index())}
    assert (rows["hipaa:1"]["scope"], rows["soc2:1"]["scope"]) == ("role:controller", "!role:controller")
    assert rows["soc2:1"]["status"] == "binding"


def test_two_together_can_dominate_a_third_that_neither_does_alone(builder: Builder) -> None:
    for short, scope, period in (("hipaa:1", "role:controller", "P6Y"), ("gdpr:1", "!role:controller", "P5Y"),
                                 ("soc2:1", "", "P1Y")):  # fmt: skip
        builder.requirement(short, "kept", applies_when=scope)
        builder.constraint(short, "kept", "retention", "at-least", period)
    rows = {row["requirement"]: row for row in _rows(builder.index())}
    assert rows["soc2:1"]["status"] == "dominated"
    assert rows["soc2:1"]["dominated_by"] == "gdpr:1; hipaa:1"


def test_segments_are_as_few_as_binding_sets(builder: Builder) -> None:
    for short, scope, period in (("hipaa:1", "role:controller", "P6Y"), ("soc2:1", "", "P1Y")):
        builder.requirement(short, "kept", applies_when=scope)
        builder.constraint(short, "kept", "retention", "at-least", period)
    index = builder.index()
    segments = Group(index, index.knowledge.constraints).segments()
    assert sorted(one.scope for one in segments) == ["!role:controller", "role:controller"]


def test_three_can_conflict_where_no_two_do(builder: Builder) -> None:
    for short, operator, value in (("hipaa:1", "includes", "name"), ("gdpr:1", "one-of", "contact;name"),
                                   ("soc2:1", "includes", "contact"), ("soc2:2", "forbidden", "contact")):  # fmt: skip
        builder.requirement(short, "told").constraint(short, "told", "content", operator, value)
    index = builder.index()
    members = [row["members"] for row in conflicts(index, list(index.frameworks.values()), Circumstances())]
    assert members == ["soc2:1; soc2:2"], "the smallest set alone, and nothing that contains it"


@pytest.fixture
def dated(builder: Builder) -> Index:
    """A duty that holds for processors from 2030 only, and whose number changes for controllers in 2025."""
    builder.requirement("gdpr:1", "kept").constraint("gdpr:1", "kept", "retention", "at-least", "P6Y")
    tags = (Tag("role:controller", "", excludes=("role:processor",)), Tag("role:processor", ""))
    dates = (
        DateRule("gdpr@1:1", "", "role:processor", "2030-01-01", "", "adopted", "law", ""),
        DateRule("gdpr@1:1", "retention", "role:controller", "2025-01-01", "", "in-force", "law", ""),
        DateRule("gdpr@1:1", "", "role:controller", "", "", "proposed", "draft", "changes nothing"),
    )
    return Index(replace(builder.knowledge(), tags=tags, dates=dates))


@pytest.mark.parametrize(
    ("scope", "day", "applies", "numbers"),
    [
        ("role:processor", "2029-12-31", 0, 0), ("role:processor", "2030-01-01", 1, 1),
        ("role:controller", "2024-12-31", 1, 0), ("role:controller", "2025-01-01", 1, 1),
        ("!role:controller & !role:processor", "2020-01-01", 1, 1),
    ],
)  # fmt: skip
def test_as_of_changes_what_is_dated_and_nothing_else(
    dated: Index, scope: str, day: str, applies: int, numbers: int
) -> None:
    framework = dated.framework("gdpr")
    assert len(applicable(dated, framework, Circumstances(scope, day))) == applies
    assert len([row for row in _rows(dated, scope, day) if row["status"] == "binding"]) == numbers


def test_a_stayed_rule_does_not_apply_and_a_superseded_one_did_until_its_end(builder: Builder) -> None:
    builder.requirement("gdpr:1", "kept").requirement("gdpr:2", "kept")
    dates = (DateRule("gdpr@1:1", "", "", "2026-01-01", "", "stayed", "court", ""),
             DateRule("gdpr@1:2", "", "", "", "2025-12-31", "superseded", "law", ""))  # fmt: skip
    index = Index(replace(builder.knowledge(), dates=dates))

    def ids(day: str) -> list[str]:
        return [one.id for one in applicable(index, index.framework("gdpr"), Circumstances("*", day))]

    assert ids("2025-12-31") == ["2"]
    assert ids("2026-06-01") == []
