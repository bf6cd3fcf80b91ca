"""Superset: the cheapest set of controls that satisfies the chosen frameworks at the strictest settings."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

import harmonizer as hz
from harmonizer.explorer import address, components, plan_charts, plans, runs, session
from harmonizer.explorer.plans import PlanQuestion
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import plain
from harmonizer.superset.what_if import difference

VIEWS = ("Plan", "Savings", "Budget", "Roadmap", "Changes", "Proof")
SEEN_KEY = "plans_seen"


def page() -> None:
    kg, question = components.open_page(
        "Superset", "The cheapest set of candidate controls that satisfies everything in scope at the strictest "
        "settings. Effort is in person-days in the first year for a company of 100 people.",
    )  # fmt: skip
    if kg.index.controls:
        ask = _ask(kg, question)
        if st.query_params.get("run") == ask.fingerprint:
            _answer(kg, ask)
        else:
            st.info("Choose what is in place and what is ruled out, then find the cheapest set.",
                    icon=":material/play_arrow:")  # fmt: skip
    else:
        components.empty("No candidate controls are loaded, so there is nothing to choose from. Put them in "
                         "data/controls/ of the workspace.")  # fmt: skip
    components.footer(kg, question)


def _ask(kg: hz.Harmonizer, question: Question) -> PlanQuestion:
    controls = {slug: f"{one.title} ({slug})" for slug, one in kg.index.controls.items()}
    titles = {slug: one.short_title for slug, one in kg.index.frameworks.items()}
    asked = "run" in st.query_params  # the answer then comes first
    with st.expander("In place, ruled out, budget", expanded=not asked, icon=":material/tune:"):
        left, right = st.columns(2)
        have = address.choose_many(left, "Controls in place", list(controls), "have",
                                   lambda slug: controls[slug], placeholder="none",
                                   help="They cost nothing; a stricter setting still costs what it adds.",
                                   )  # fmt: skip
        exclude = address.choose_many(right, "Controls that may not be chosen", list(controls), "exclude",
                                      lambda slug: controls[slug], placeholder="none")  # fmt: skip
        met = address.choose_many(left, "Frameworks met already", list(titles), "met",
                                  lambda slug: titles[slug], placeholder="none",
                                  help="What they contain counts as reached, at their own settings.")  # fmt: skip
        budget = right.number_input("Budget in person-days", min_value=0, value=None, step=10, key="budget",
                                    bind="query-params", placeholder="no limit",
                                    help="Within it, as much as possible is satisfied.")  # fmt: skip
        if kg.workspace is not None:
            left.button("Take the implemented controls of the assessment", on_click=_take_implemented, args=(kg,),
                        icon=":material/fact_check:", key="take_implemented")  # fmt: skip
    ask = PlanQuestion(question, tuple(sorted(have)), tuple(sorted(met)), tuple(sorted(exclude)),
                       None if budget is None else int(budget))  # fmt: skip
    if st.button("Find the cheapest set", type="primary", icon=":material/play_arrow:", key="solve"):
        st.query_params["run"] = ask.fingerprint
    return ask


def _take_implemented(kg: hz.Harmonizer) -> None:
    st.session_state["have"] = [slug for slug in kg.assessment.implemented() if slug in kg.index.controls]


def _answer(kg: hz.Harmonizer, ask: PlanQuestion) -> None:
    plan = runs.answer((kg.index.hash, "plan", ask), partial(ask.solve, kg))
    if plan is None:
        return
    _remember(ask, plan)
    _figures(kg, plan)
    view = st.segmented_control("View", VIEWS, default=VIEWS[0], required=True, key="view", bind="query-params",
                                label_visibility="collapsed")  # fmt: skip
    if view == "Plan":
        _plan(kg, ask, plan)
    elif view == "Savings":
        _savings(kg, ask)
    elif view == "Budget":
        _budget(kg, ask)
    elif view == "Roadmap":
        _roadmap(kg, ask)
    elif view == "Changes":
        _changes(kg, plan)
    else:
        _proof(plan)


def _remember(ask: PlanQuestion, plan: hz.Plan) -> None:
    """Keep this plan and the one before it, so that the two can be compared."""
    seen = st.session_state.setdefault(SEEN_KEY, [])
    if not seen or seen[-1][0] != ask:
        st.session_state[SEEN_KEY] = [*seen[-1:], (ask, plan)]


def _figures(kg: hz.Harmonizer, plan: hz.Plan) -> None:
    summary = plan.answer.summary
    figures = [
        ("Status", plan.status, f"gap {plan.gap:.0%}",
         "optimal: no sufficient set is cheaper; best known: sufficient for all that can be met, not proven cheapest"),
        ("Effort", f"{plan.effort:,}", f"{summary['effort_low']:,} to {summary['effort_high']:,}",
         "Person-days; below, the same set at the low and at the high estimates"),
        ("Lower bound", f"{plan.lower_bound:,}", "person-days", "No sufficient set can cost less"),
        ("Controls chosen", f"{len(plan):,} of {len(kg.index.controls):,}",
         f"{plans.leaves_held(plan):,} leaves held", "Of the candidates; the leaf objectives that they satisfy"),
        ("Left open", f"{len(plan.uncovered):,}", f"{len(summary['not_shown']):,} not shown",
         "Demands that stay unmet, with the reasons below. Not shown: requirements that objectives do not or not fully "
         "express. Neither is ever counted as satisfied."),
    ]  # fmt: skip
    for column, (label, value, below, meaning) in zip(st.columns([4, 3, 3, 4, 3]), figures, strict=True):
        column.metric(label, value, below, delta_color="off", delta_arrow="off", border=True, height="stretch",
                      help=meaning)  # fmt: skip


def _plan(kg: hz.Harmonizer, ask: PlanQuestion, plan: hz.Plan) -> None:
    table = plans.plan_table(kg.index, plan)
    if table.empty:
        components.empty("No control was chosen: nothing that is asked needs one, or none is within the budget.")
    else:
        st.caption("Click on a row, or choose below, to see why a control is in.")
        components.pick(table, "Chosen controls", "plan_rows", "control", list(table["control"]), height=420,
                        row_height=52, column_config={
                            "title": st.column_config.TextColumn(width="medium"),
                            "statement": st.column_config.TextColumn(width="large"),
                            "effort": st.column_config.NumberColumn(width="small"),
                        })  # fmt: skip
        _downloads(kg, ask, plan, table)
        _control(kg, ask, plan)
    with st.expander(f"Left open ({len(plan.uncovered)})"):
        components.table(plans.open_table(kg.index, plan.uncovered), "Left open")
    not_shown = plan.answer.summary["not_shown"]
    with st.expander(f"Not shown: not or not fully expressed by objectives ({len(not_shown)})"):
        components.table(pd.DataFrame(not_shown, columns=["requirement", "reason"]), "Not shown")


def _downloads(kg: hz.Harmonizer, ask: PlanQuestion, plan: hz.Plan, table: pd.DataFrame) -> None:
    with st.container(horizontal=True):
        st.download_button("Workbook (xlsx)", partial(session.workbook, kg.index.hash, ask.question,
                                                      plan.certificate.hash, plan), "control-matrix.xlsx",
                           "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", on_click="ignore",
                           icon=":material/table:", key="plan_xlsx")  # fmt: skip
        st.download_button("CSV", components.csv(table), "superset-controls.csv", "text/csv", on_click="ignore",
                           icon=":material/download:", key="plan_csv")  # fmt: skip


def _control(kg: hz.Harmonizer, ask: PlanQuestion, plan: hz.Plan) -> None:
    slugs = list(plan.controls)
    titles = {slug: f"{plans.control_title(kg.index, slug)} ({slug})" for slug in slugs}
    slug = address.choose(st.container(), "Control", slugs, "control", lambda one: titles[one],
                          placeholder="choose a control")  # fmt: skip
    if slug is None:
        return
    found = plans.chosen(kg.index, plan, session.strictest(kg.index.hash, ask.question, kg), slug)
    with st.container(border=True):
        st.subheader(plain(found.title or found.slug), anchor=False)
        st.caption(f"{plain(found.slug)}, {found.effort:,} person-days")
        st.markdown(plain(found.statement))
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**Why it is in**")
            alone = plain("; ".join(found.alone_for))
            others = "Others hold each of its leaves as well; it is part of the cheapest set together with them."
            st.markdown(f"Only it holds: {alone}." if alone else others)
            components.table(found.requirements, f"Requirements that {slug} serves", height=260)
        with right:
            st.markdown("**What binds its settings**")
            if found.binding.empty:
                st.markdown("No number, deadline or element binds what it does.")
            else:
                components.table(found.binding, f"Constraints that bind {slug}", height=260)
        st.markdown(f"**Without it.** {plain(found.drop)}")
        if st.toggle("Show the whole plan without it", key="drop"):
            _without(kg, ask.without(slug), plan)


def _without(kg: hz.Harmonizer, other: PlanQuestion, plan: hz.Plan) -> None:
    found = runs.answer((kg.index.hash, "plan", other), partial(other.solve, kg))
    if found is not None:
        answer = difference(plan.answer, found.answer)
        st.markdown(plain(plans.changes(answer)) + f" Left open: {len(found.uncovered):,}.")
        components.table(plans.change_table(kg.index, answer), "The plan without it, compared")


def _savings(kg: hz.Harmonizer, ask: PlanQuestion) -> None:
    answer = runs.answer((kg.index.hash, "in turn", ask), partial(ask.in_turn, kg))
    if answer is None:
        return
    table = plans.marginal_table(kg.index, answer)
    st.markdown(plain(plans.savings(answer)))
    components.chart(plan_charts.waterfall(table), lambda: components.table(table, "What each framework adds"),
                     "What each framework adds")  # fmt: skip
    st.caption("Each bar: what the cheapest plan costs more once the framework joins those to its left. The order is "
               "that of the sidebar; the whole does not depend on it. No budget is set here.")  # fmt: skip


def _budget(kg: hz.Harmonizer, ask: PlanQuestion) -> None:
    answer = runs.answer((kg.index.hash, "budget", ask), partial(ask.budget_curve, kg))
    if answer is None:
        return
    name = "How far a budget reaches"
    components.chart(plan_charts.budget_line(answer), lambda: components.table(answer.to_frame(), name), name)
    st.caption(f"Of {answer.summary['pairs']:,} pairs of a requirement and a leaf objective that it asks for. The full "
               f"plan takes {answer.summary['full effort']:,} person-days.")  # fmt: skip


def _roadmap(kg: hz.Harmonizer, ask: PlanQuestion) -> None:
    answer = runs.answer((kg.index.hash, "roadmap", ask), partial(ask.roadmap, kg))
    if answer is None:
        return
    table = plans.roadmap_table(kg.index, answer)
    st.caption("What newly satisfies most per person-day comes first. The columns of the frameworks count the "
               "requirements that are satisfied in full from that step on. No budget is set here.")  # fmt: skip
    components.table(table, "Roadmap", height=560)
    st.download_button("CSV", components.csv(table), "roadmap.csv", "text/csv", on_click="ignore",
                       icon=":material/download:", key="roadmap_csv")  # fmt: skip


def _changes(kg: hz.Harmonizer, plan: hz.Plan) -> None:
    seen = st.session_state[SEEN_KEY]
    if len(seen) < 2:
        components.empty("There is no earlier plan yet. Change what is in place, ruled out or asked, and find the "
                         "cheapest set again.")  # fmt: skip
        return
    answer = difference(seen[0][1].answer, plan.answer)
    st.markdown(f"Against the plan before it in this session: {plain(plans.changes(answer))}")
    components.table(plans.change_table(kg.index, answer), "Changes against the plan before", height=480)


@st.cache_data(max_entries=16, show_spinner="Verifying the certificate")
def _verdict(certificate_hash: str, _certificate: bytes) -> str:
    return plans.verdict(_certificate)


def _proof(plan: hz.Plan) -> None:
    content = plan.certificate.to_bytes()
    words = _verdict(plan.certificate.hash, content)
    (st.success if words.startswith("Verified") else st.error)(plain(words), icon=":material/verified:")
    st.markdown("The certificate holds what was asked, what was chosen and every step of the proof. It was checked "
                "just now by a program of its own that knows nothing of the solver; check it again with "
                "`harmonizer check-certificate certificate.json`.")  # fmt: skip
    st.code(plan.certificate.hash, language=None)
    st.download_button("Certificate (JSON)", content, "certificate.json", "application/json", on_click="ignore",
                       icon=":material/download:", key="certificate")  # fmt: skip


if __name__ == "__main__":
    page()
