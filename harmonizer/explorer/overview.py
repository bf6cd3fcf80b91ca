"""Overview: how much is mapped, shared and covered, and what to do next."""

from __future__ import annotations

import streamlit as st

import harmonizer as hz
from harmonizer.explorer import charts, components, figures, session
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import plain


def page() -> None:
    kg, question = components.open_page(
        "Overview", "What the chosen frameworks ask for together, where they meet, and how far each covers the others."
    )
    _key_figures(kg, question)
    _next(kg, question)
    _coverage(kg, question)
    left, right = st.columns([2, 3], gap="large")
    with left:
        _sharing(kg, question)
    with right:
        _domains(kg, question)
    components.footer(kg, question)


def _key_figures(kg: hz.Harmonizer, question: Question) -> None:
    frameworks = [kg.index.framework(slug) for slug in question.frameworks]
    found = figures.key_figures(
        kg.index, frameworks, question.circumstances, session.overlap(kg.index.hash, question, kg),
        session.strictest(kg.index.hash, question, kg),
    )  # fmt: skip
    for column, figure in zip(st.columns(len(found)), found, strict=True):
        column.metric(figure.label, figure.text, figure.share, delta_color="off", delta_arrow="off", border=True,
                      help=figure.meaning)  # fmt: skip


def _next(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Next", anchor=False)
    actions = figures.next_actions(
        kg.index, question.frameworks,
        session.coverage_matrix(kg.index.hash, question.frameworks, question.scope, question.as_of, kg),
        session.conflicts(kg.index.hash, question, kg), session.strictest(kg.index.hash, question, kg),
    )  # fmt: skip
    for column, action in zip(st.columns(len(actions)), actions, strict=True):
        with column.container(border=True, height="stretch"):
            components.link(kg, question, action.page, action.label, **action.parameters)
            st.caption(plain(action.reason))
    components.load_example(kg)


def _coverage(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Coverage, row by column", anchor=False)
    everything = st.toggle(f"All {len(kg.index.frameworks)} loaded frameworks", key="all", bind="query-params")
    shown = () if everything else question.frameworks
    cells = figures.coverage_cells(
        kg.index, session.coverage_matrix(kg.index.hash, shown, question.scope, question.as_of, kg)
    )
    place = components.chart(
        charts.coverage_heatmap(cells),
        lambda: components.table(components.shaded_percentages(figures.coverage_table(cells)),
                                 "Coverage of each framework by each other", hide_index=False),
        "Coverage heatmap: per cent of the row that the column covers", key="heatmap",
    )  # fmt: skip
    st.caption(
        "Per cent of the row's requirements, weighted by leaf, that the column contains at least as strictly and "
        "within scope. It is directed: a row covered by a column says nothing of the reverse. Grey: how much of its "
        "own leaves a framework's text contains outright. Click a cell to open the crosswalk of its pair."
    )
    if place is not None:
        of, by = cells.iloc[place]["of_slug"], cells.iloc[place]["by_slug"]
        components.go(kg, question, "crosswalk", source=of, target=by)


def _sharing(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Leaves shared", anchor=False)
    overlap = session.overlap(kg.index.hash, question, kg)
    table = figures.sharing_table(overlap, len(question.frameworks))
    components.chart(charts.sharing_bars(table), lambda: components.table(table, "Leaves shared"),
                     "Leaf objectives by number of frameworks that ask for them")  # fmt: skip
    st.caption("Leaf objectives, each one verifiable outcome, by how many of the chosen frameworks ask for them.")


def _domains(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Objectives by domain", anchor=False)
    cells = figures.domain_cells(kg.index, session.overlap(kg.index.hash, question, kg))
    if cells.empty:
        components.empty("Nothing in this scope asks for any objective: widen the scope or the day in the sidebar.")
        return
    components.chart(charts.domain_treemap(cells), lambda: components.table(cells, "Leaf objectives by domain"),
                     "Leaf objectives by domain and objective")  # fmt: skip
    st.caption("As large as the leaves that are asked for; deeper blue: by more of the chosen frameworks on average. "
               "Click a domain to look into it.")  # fmt: skip


if __name__ == "__main__":
    page()
