"""The figures and tables that the pages show, asked without Streamlit."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import harmonizer as hz
from harmonizer.answer import Answer
from harmonizer.explorer import charts, components, details, figures, plans, rulings, wording
from harmonizer.strictness.applicability import Circumstances

SLUGS = ("soc2", "hipaa", "gdpr")


@pytest.fixture(scope="module")
def overlap(kg: hz.Harmonizer) -> Answer:
    return kg.overlap(*SLUGS)


@pytest.fixture(scope="module")
def strictest(kg: hz.Harmonizer) -> Answer:
    return kg.strictest(*SLUGS)


def test_key_figures_never_exceed_their_denominators(kg: hz.Harmonizer, overlap: Answer, strictest: Answer) -> None:
    frameworks = [kg.index.framework(slug) for slug in SLUGS]
    found = figures.key_figures(kg.index, frameworks, Circumstances(), overlap, strictest)
    assert len(found) == 4
    assert all(0 <= one.part <= one.whole and one.whole for one in found)


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(0, 0, "–"), (0, 9, "0 %"), (1, 900, "< 1 %"), (899, 900, "> 99 %"), (9, 9, "100 %")]
)
def test_shares_are_not_rounded_into_certainty(part: int, whole: int, words: str) -> None:
    assert wording.share(part, whole) == words


def test_the_coverage_cells_are_the_matrix_in_per_cent(kg: hz.Harmonizer) -> None:
    matrix = kg.coverage()
    cells = figures.coverage_cells(kg.index, matrix)
    row = next(row for row in matrix if row["framework"] == "hipaa")
    table = figures.coverage_table(cells)
    assert table.loc["HIPAA", "SOC 2"] == pytest.approx(100 * float(row["soc2"] or 0), abs=0.05)
    assert len(cells) == table.size == len(kg.index.frameworks) ** 2
    assert cells["itself"].sum() == len(table)


def test_domains_sharing_and_flows_count_every_leaf_once(kg: hz.Harmonizer, overlap: Answer) -> None:
    assert figures.domain_cells(kg.index, overlap)["leaves"].sum() == len(overlap)
    assert figures.sharing_table(overlap, len(SLUGS))["leaves"].sum() == len(overlap)
    asked = sum(int(count or 0) for count in overlap.column("shared_by"))
    assert figures.flow_table(kg.index, overlap)["leaves"].sum() == asked


def test_three_next_actions_lead_to_pages_that_exist(kg: hz.Harmonizer, strictest: Answer) -> None:
    folder = Path(figures.__file__).parent
    for chosen in (SLUGS, ("soc2",)):
        conflicts = kg.conflicts(*chosen) if len(chosen) > 1 else Answer.of(("kind",), [])
        actions = figures.next_actions(kg.index, chosen, kg.coverage(), conflicts, strictest)
        assert len(actions) == 3
        assert all((folder / f"{one.page}.py").exists() for one in actions)


def test_charts_hold_the_figures_and_refer_to_nothing_outside(kg: hz.Harmonizer, overlap: Answer) -> None:
    cells = figures.coverage_cells(kg.index, kg.coverage())
    flows = [(str(one), str(other), int(count)) for one, other, count in
             figures.flow_table(kg.index, overlap).itertuples(index=False)]  # fmt: skip
    drawn = [
        charts.coverage_heatmap(cells), charts.domain_treemap(figures.domain_cells(kg.index, overlap)),
        charts.sharing_bars(figures.sharing_table(overlap, len(SLUGS))), charts.sankey(flows, 600),
        charts.coverage_network(cells[cells["percent"] > 20]),
    ]  # fmt: skip
    for chart in drawn:
        assert "http" not in json.dumps(chart)
        assert chart["height"] > 0
        assert chart["series"][0]["data"]


@pytest.mark.parametrize("words", ["164.312(a)(2)(iv)", "§164.312(a)(2)(iv)", "hipaa:164.312(a)(2)(iv)"])
def test_search_finds_an_id_in_any_spelling_first(kg: hz.Harmonizer, words: str) -> None:
    found = details.search(details.requirements_to_choose(kg.index, ["hipaa"]), words)
    assert found[0].id == "164.312(a)(2)(iv)"


def test_search_finds_words_in_any_order(kg: hz.Harmonizer) -> None:
    everything = details.requirements_to_choose(kg.index, ["hipaa"])
    one, other = (details.search(everything, words) for words in ("decryption encryption", "Encryption decryption"))
    assert one == other
    assert "164.312(a)(2)(iv)" in [requirement.id for requirement in one]
    assert details.search(everything, "no such words at all") == []
    assert details.search(everything, "  ") == everything


def test_the_card_names_source_and_checked_date(kg: hz.Harmonizer) -> None:
    requirement = kg.index.requirement("hipaa:164.312(a)(2)(iv)")
    facts = dict(details.card_facts(kg.index, requirement))
    assert "HIPAA" in facts["Source"]
    assert facts["Checked against the source"] == requirement.checked


def test_counterparts_are_grouped_with_their_reason(kg: hz.Harmonizer) -> None:
    requirement = kg["hipaa:164.312(a)(2)(iv)"]
    found = details.counterparts_by_framework(kg.index, requirement.counterparts("gdpr", "soc2"))
    assert "Art.32(1)(a)" in [one.requirement.id for one in found["gdpr"]]
    assert all(one.reason for rows in found.values() for one in rows)
    text = details.as_markdown(kg.index, requirement.record, found)
    assert "| Art\\.32\\(1\\)\\(a\\) |" in text


def test_any_node_is_found_by_words_and_has_a_label(kg: hz.Harmonizer) -> None:
    found = details.nodes_to_choose(kg.index, SLUGS, "encryption")
    kinds = {name.partition(":")[0] for name in found}
    assert {"objective", "control", "hipaa"} <= kinds
    assert all(details.node_label(kg.index, name) == text for name, text in found.items())
    assert set(kg.index.frameworks) <= set(details.nodes_to_choose(kg.index, SLUGS, ""))


def test_constraints_are_put_in_words(kg: hz.Harmonizer, strictest: Answer) -> None:
    table = rulings.strictest_table(kg.index, strictest)
    assert len(table) == len(strictest)
    assert "at most 72 hours" in set(table[table["requirement"] == "gdpr:Art.33(1)"]["asks"])
    qualitative = table[table["status"] == "qualitative"]["asks"]
    assert qualitative.str.contains("qualitative|organization defined").all()


def test_filters_restrict_and_empty_filters_do_not(kg: hz.Harmonizer, strictest: Answer) -> None:
    table = rulings.strictest_table(kg.index, strictest)
    assert len(rulings.only(table)) == len(table)
    domain = table["domain"].iloc[0]
    shown = rulings.only(table, domain=domain, statuses=["binding"])
    assert set(shown["domain"]) == {domain}
    assert set(shown["status"]) == {"binding"}
    assert sum(rulings.status_counts(table).values()) == len(table)


def test_every_status_has_a_symbol_a_meaning_and_colours_of_its_own(strictest: Answer) -> None:
    assert {str(row["status"]) for row in strictest} <= set(wording.STATUSES)
    for marks in (wording.STATUSES, wording.CERTAINTIES):
        assert all(one.meaning for one in marks.values())
        for seen in ("symbol", "light", "dark"):
            assert len({getattr(one, seen) for one in marks.values()}) == len(marks)


def test_one_deadline_for_breach_notices_is_shown(kg: hz.Harmonizer, strictest: Answer) -> None:
    found = {one.objective: one for one in rulings.in_practice(kg.index, strictest)}
    assert found["Notices of breaches"].asks == "at most 72 hours"
    assert "gdpr:Art.33(1)" in found["Notices of breaches"].satisfies


def test_conflict_cards_keep_each_way_out_with_its_citation(kg: hz.Harmonizer) -> None:
    cards = rulings.conflict_cards(kg.conflicts(*SLUGS))
    authored = [card for card in cards if card.kind == "authored"]
    assert cards[: len(authored)] == authored
    assert authored
    assert all(card.ways_out for card in cards)
    assert any(way.opened_by for way in authored[0].ways_out)


def test_the_plan_is_put_in_tables(kg: hz.Harmonizer) -> None:
    plan = kg.solve("soc2", scope="category:availability")
    assert list(plans.plan_table(kg.index, plan)["control"]) == list(plan.controls)
    assert len(plans.open_table(kg.index, plan.uncovered)) == len(plan.uncovered)
    assert plans.leaves_held(plan) >= 1


def test_markdown_in_data_stays_text() -> None:
    text = "![x](http://evil/x.png) $5 and $6 *bold* <b>"
    escaped = wording.plain(text)
    assert "![" not in escaped
    assert "](" not in escaped
    assert "http:" not in escaped
    assert escaped.count("\\$") == 2


def test_csv_cells_are_not_formulas() -> None:
    frame = pd.DataFrame({"a": ["=1+1", "@x", "plain", "-2", 3]})
    lines = components.csv(frame).decode("utf-8-sig").splitlines()
    assert lines == ["a", "'=1+1", "'@x", "plain", "'-2", "3"]
