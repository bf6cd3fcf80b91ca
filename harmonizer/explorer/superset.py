"""Superset: the cheapest set of controls that satisfies the chosen frameworks at the strictest settings."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import harmonizer as hz
from harmonizer.explorer import components, rulings, session
from harmonizer.explorer.session import Question

SOLVED_KEY = "solved_questions"


def page() -> None:
    kg, question = components.open_page(
        "Superset",
        "The cheapest set of candidate controls that satisfies everything in scope at the strictest settings.",
    )
    _superset(kg, question)
    components.footer(kg, question)


def _superset(kg: hz.Harmonizer, question: Question) -> None:
    st.markdown("Effort is in person-days in the first year for a company of 100 people.")
    if not kg.index.controls:
        st.info("No candidate controls are loaded, so there is nothing to choose from yet. Put them in "
                "`data/controls/` of the workspace; the run below then lists what stays open.")  # fmt: skip
    solved = st.session_state.setdefault(SOLVED_KEY, set())
    if st.button("Find the cheapest set", type="primary", icon=":material/play_arrow:", key="solve"):
        solved.add(question)
    if question in solved:
        _plan(kg, question, session.plan(kg.index.hash, question, kg))


def _plan(kg: hz.Harmonizer, question: Question, plan: hz.Plan) -> None:
    summary = plan.answer.summary
    _plan_figures(kg, plan)
    table = rulings.plan_table(kg.index, plan)
    if table.empty:
        st.info("No control was chosen.")
    else:
        components.table(table, "Chosen controls", height=560, row_height=72, column_config={
            "statement": st.column_config.TextColumn(width="large")})  # fmt: skip
    _downloads(question, plan, table, kg.index.hash)
    with st.expander(f"Left open ({len(plan.uncovered)})"):
        components.table(rulings.open_table(kg.index, plan.uncovered), "Left open")
    with st.expander(f"Not shown: not or not fully expressed by objectives ({len(summary['not_shown'])})"):
        components.table(pd.DataFrame(summary["not_shown"]), "Not shown")


def _plan_figures(kg: hz.Harmonizer, plan: hz.Plan) -> None:
    summary = plan.answer.summary
    figures = [
        ("Status", plan.status, f"gap {plan.gap:.0%}",
         "optimal: no sufficient set is cheaper; best known: sufficient for all that can be met, not proven cheapest"),
        ("Effort", f"{plan.effort:,}", f"{summary['effort_low']:,} to {summary['effort_high']:,}",
         "Person-days; below, the same set at the low and at the high estimates"),
        ("Lower bound", f"{plan.lower_bound:,}", "person-days", "No sufficient set can cost less"),
        ("Controls chosen", f"{len(plan):,} of {len(kg.index.controls):,}",
         f"{rulings.leaves_held(plan):,} leaves held", "Of the candidates; the leaf objectives that they satisfy"),
        ("Left open", f"{len(plan.uncovered):,}", f"{len(summary['not_shown']):,} not shown",
         "Demands that no candidate satisfies. Not shown: requirements that objectives do not or not fully express. "
         "Neither is ever counted as satisfied."),
    ]  # fmt: skip
    for column, (label, value, below, meaning) in zip(st.columns([4, 3, 3, 4, 3]), figures, strict=True):
        column.metric(label, value, below, delta_color="off", delta_arrow="off", border=True, height="stretch",
                      help=meaning)  # fmt: skip


def _downloads(question: Question, plan: hz.Plan, table: pd.DataFrame, index_hash: str) -> None:
    left, right, _ = st.columns([1, 1, 3])
    left.download_button("Workbook (xlsx)", lambda: session.workbook(index_hash, question, plan), "control-matrix.xlsx",
                         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", on_click="ignore",
                         icon=":material/table:", key="plan_xlsx")  # fmt: skip
    right.download_button("CSV", components.csv(table), "superset-controls.csv", "text/csv", on_click="ignore",
                          icon=":material/download:", key="plan_csv")  # fmt: skip


if __name__ == "__main__":
    page()
