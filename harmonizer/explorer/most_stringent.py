"""Most stringent and superset: what binds, where duties collide, and the cheapest set of controls for all of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import harmonizer as hz
from harmonizer.explorer import components, rulings, session
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import STATUS_COLOURS, STATUS_MEANINGS, plain

SOLVED_KEY = "solved_questions"


def page() -> None:
    kg, question = components.open_page(
        "Most stringent and superset",
        "Of every number, deadline and element that the frameworks state: which one binds, and what satisfies all.",
    )
    answer = session.strictest(kg.index.hash, question, kg)
    cards = rulings.conflict_cards(session.conflicts(kg.index.hash, question, kg))
    binding, colliding, superset = st.tabs(
        ["Most stringent", f"Conflicts ({len(cards)})", "Superset controls"], key="ruling-tabs"
    )
    with binding:
        _in_practice(rulings.in_practice(kg.index, answer))
        _strictest(rulings.strictest_table(kg.index, answer))
    with colliding:
        _conflicts(cards)
    with superset:
        _superset(kg, question)
    components.footer(kg, question.frameworks)


def _in_practice(found: list[rulings.InPractice]) -> None:
    if not found:
        return
    st.subheader("One deadline for several duties", anchor=False)
    for start in range(0, len(found), 3):
        for column, one in zip(st.columns(3), found[start : start + 3], strict=False):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{plain(one.objective)}**, {plain(one.dimension)}")
                st.markdown(f":violet-background[{plain(one.asks)}] {_from(one.clock)}")
                st.caption(f"Satisfies {plain(', '.join(one.satisfies))}")
                with st.popover("Note"):
                    st.markdown(plain(one.note))


def _from(clock: str) -> str:
    return plain(f"from the earliest of: {clock}" if "," in clock else f"from {clock}" if clock else "")


def _strictest(table: pd.DataFrame) -> None:
    st.subheader("Every constraint with its standing", anchor=False)
    if table.empty:
        st.info("The chosen frameworks state no number, deadline or required element in this scope.")
        return
    statuses, domains, dimensions = st.columns(3)
    counts = rulings.status_counts(table)
    chosen = statuses.multiselect("Status", list(counts), key="strictest_status", placeholder="any status",
                                  format_func=lambda name: f"{name} ({counts[name]})")  # fmt: skip
    domain = domains.selectbox("Domain", sorted(set(table["domain"])), index=None, placeholder="any domain",
                               key="strictest_domain")  # fmt: skip
    dimension = dimensions.selectbox("Dimension", sorted(set(table["dimension"])), index=None,
                                     placeholder="any dimension", key="strictest_dimension")  # fmt: skip
    shown = rulings.only(table, domain=domain or "", statuses=chosen, dimension=dimension or "")
    st.caption(f"{len(shown):,} of {len(table):,} rows")
    components.table(components.coloured(shown, "status", STATUS_COLOURS), "Constraints with their standing",
                     height=520, column_config={
                         "objective": st.column_config.TextColumn(width="medium"),
                         "asks": st.column_config.TextColumn(width="medium"),
                     })  # fmt: skip
    left, right = st.columns([4, 1])
    with left.expander("What the status words mean"):
        components.legend(STATUS_COLOURS, STATUS_MEANINGS)
    right.download_button("Download as CSV", components.csv(shown), "most-stringent.csv", "text/csv",
                          on_click="ignore", icon=":material/download:", key="strictest_csv")  # fmt: skip


def _conflicts(cards: list[rulings.ConflictCard]) -> None:
    if not cards:
        st.success("No duties of the chosen frameworks are known to collide in this scope.")
        return
    st.caption("Ways out are offered, never picked: which one is taken is for a person with authority to decide.")
    for card in cards:
        with st.container(border=True):
            st.markdown(f"**{plain(card.title)}**")
            st.badge("authored tension" if card.kind == "authored" else "computed conflict",
                     color="orange" if card.kind == "authored" else "red")  # fmt: skip
            st.markdown(plain(card.nature))
            st.caption(f"Between {plain(', '.join(card.members))}. Where {plain(card.condition)}.")
            with st.expander(f"Ways out ({len(card.ways_out)})"):
                st.markdown("\n".join(_way(one) for one in card.ways_out))


def _way(way: rulings.WayOut) -> str:
    return f"- {plain(way.text)}" + (f" (opened by {plain(way.opened_by)})" if way.opened_by else "")


def _superset(kg: hz.Harmonizer, question: Question) -> None:
    st.markdown(
        "The cheapest set of candidate controls that satisfies everything in scope at the strictest settings. "
        "Effort is in person-days in the first year for a company of 100 people."
    )
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
