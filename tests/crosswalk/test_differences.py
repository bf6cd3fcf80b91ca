"""Where published crosswalks and ours differ: on small hand-made knowledge."""

from __future__ import annotations

from dataclasses import replace

import harmonizer as hz
from harmonizer.crosswalk.differences import differences
from harmonizer.knowledge.index import Index
from harmonizer.model import Difference, Link, MappingSet
from tests.builders import Builder

SET = MappingSet("theirs", "Theirs to hipaa", "Publisher", "CC BY 4.0", "", "", "", "plain", "")


def link(subject: str, target: str, line: int) -> Link:
    return Link("theirs", subject, "related", target, 1.0, "", line)


def compared(builder: Builder, *links: Link, reasons: tuple[Difference, ...] = ()) -> hz.Answer:
    knowledge = replace(builder.knowledge(), mapping_sets=(SET,), links=links, differences=reasons)
    return differences(Index(knowledge))


def test_a_leaf_in_common_is_agreement_and_its_lack_a_difference(builder: Builder) -> None:
    builder.requirement("soc2:1", "a").requirement("soc2:2", "b").requirement("hipaa:1", "a")
    answer = compared(builder, link("soc2@1:1", "hipaa@1:1", 11), link("soc2@1:2", "hipaa@1:1", 12))
    [row] = answer
    assert (row["line"], row["rule"]) == (12, "related-only")
    assert str(row["mend"]).startswith("soc2:2 asks for “b”; hipaa:1 asks for “a”; both belong to")
    assert answer.summary["theirs"] == ("2 rows, 2 comparable, 1 agree (50%), 1 related-only, 0 theirs-alone, "
                                        "0 ours-alone")  # fmt: skip


def test_the_reviewers_reason_is_shown_where_one_was_written(builder: Builder) -> None:
    builder.requirement("soc2:2", "b").requirement("hipaa:1", "a")
    reason = Difference("theirs", "soc2@1:2", "hipaa@1:1", "the one is about doors, the other about logs")
    [row] = compared(builder, link("soc2@1:2", "hipaa@1:1", 9), reasons=(reason,))
    assert row["mend"] == "the one is about doors, the other about logs"


def test_what_only_we_have_is_listed_and_unknown_ends_are_not_compared(builder: Builder) -> None:
    builder.requirement("soc2:1", "a").requirement("hipaa:1", "a").requirement("hipaa:2", "b")
    answer = compared(builder, link("soc2@1:1", "hipaa@1:2", 9), link("soc2@1:withdrawn", "hipaa@1:1", 10))
    assert [row["rule"] for row in answer] == ["related-only", "ours-alone"]
    assert "2 rows, 1 comparable" in str(answer.summary["theirs"])


def test_an_end_below_our_units_is_compared_with_the_unit_that_holds_it(builder: Builder) -> None:
    builder.requirement("soc2:1", "a").requirement("hipaa:1", "a")
    assert len(compared(builder, link("soc2@1:1(b)(ii)", "hipaa@1:1", 9))) == 0


def test_the_bundled_published_sets_name_publisher_source_and_licence(kg: hz.Harmonizer) -> None:
    assert len(kg.index.mapping_sets) >= 6
    for one in kg.index.mapping_sets.values():
        assert one.publisher in ("NIST", "ENISA"), one.id
        assert one.source.startswith("https://"), one.id
        assert one.licence.startswith("https://"), one.id
        if one.publisher == "ENISA":
            assert "attribution required" in one.note


def test_the_reviewers_reasons_reach_the_answer(kg: hz.Harmonizer) -> None:
    reasons = {one.reason for one in kg.index.knowledge.differences}
    assert len(reasons) > 1000
    shown = {row["mend"] for row in differences(kg.index)}
    assert len(reasons & shown) > 900
