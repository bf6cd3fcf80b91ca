"""Overview: how much is mapped, shared and covered."""

from __future__ import annotations

import streamlit as st

import harmonizer as hz
from harmonizer.explorer import charts, components, figures, session
from harmonizer.explorer.session import Question


def page() -> None:
    kg, question = components.open_page(
        "Overview", "What the chosen frameworks ask for together, where they meet, and how far each covers the others."
    )
    _key_figures(kg, question)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _coverage(kg, question)
    with right:
        _sharing(kg, question)
    _domains(kg, question)
    components.footer(kg, question.frameworks)


def _key_figures(kg: hz.Harmonizer, question: Question) -> None:
    frameworks = [kg.index.framework(slug) for slug in question.frameworks]
    found = figures.key_figures(
        kg.index, frameworks, question.circumstances, session.overlap(kg.index.hash, question, kg),
        session.strictest(kg.index.hash, question, kg),
    )  # fmt: skip
    for column, figure in zip(st.columns(len(found)), found, strict=True):
        column.metric(figure.label, figure.text, figure.share, delta_color="off", delta_arrow="off", border=True,
                      help=figure.meaning)  # fmt: skip


def _coverage(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Coverage, row by column")
    table = figures.coverage_table(kg.index, session.coverage_matrix(kg.index.hash, question.scope, kg))
    components.chart_with_twin(
        charts.coverage_heatmap(figures.coverage_cells(table)),
        lambda: components.table(components.shaded_percentages(table), "Coverage of each framework by each other",
                                 hide_index=False),
        "Coverage heatmap",
    )  # fmt: skip
    st.caption(
        "Per cent of the row's requirements, weighted by leaf, that the column contains at least as strictly and "
        "within scope; all loaded frameworks. It is directed: a row covered by a column says nothing of the reverse. "
        "Grey: how much of its own leaves a framework's text contains outright."
    )


def _sharing(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Leaves shared")
    overlap = session.overlap(kg.index.hash, question, kg)
    table = figures.sharing_table(overlap, len(question.frameworks))
    components.chart_with_twin(charts.sharing_bars(table), lambda: components.table(table, "Leaves shared"),
                               "Leaves by number of frameworks")  # fmt: skip
    st.caption("Leaf objectives, each one verifiable outcome, by how many of the chosen frameworks ask for them.")


def _domains(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Objectives by domain")
    table = figures.domain_table(kg.index, session.overlap(kg.index.hash, question, kg))
    if table.empty:
        st.info("Nothing in this scope asks for any objective.")
        return
    components.chart_with_twin(charts.domain_bars(figures.domain_cells(table)),
                               lambda: components.table(table, "Leaf objectives by domain"),
                               "Leaf objectives by domain")  # fmt: skip


if __name__ == "__main__":
    page()
