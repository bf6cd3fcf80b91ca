"""Requirement: one provision, its constraints, and who else asks for the same."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import harmonizer as hz
from harmonizer import model
from harmonizer.explorer import components, details, session
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import CERTAINTY_COLOURS, CERTAINTY_MEANINGS, modality_words, plain
from harmonizer.reports import graph_view


def page() -> None:
    kg, question = components.open_page(
        "Requirement", "One requirement, what it asks for, and the requirements of the chosen frameworks that answer."
    )
    requirement = _choose(kg, question)
    if requirement is None:
        components.footer(kg, question.frameworks)
        return
    _card(kg, requirement)
    answers = session.counterparts(kg.index.hash, question, requirement.key, kg)
    _counterparts(kg, details.counterpart_tables(kg.index, answers), question, requirement)
    _graph(kg, question, requirement)
    components.footer(kg, [*question.frameworks, requirement.framework])


def _choose(kg: hz.Harmonizer, question: Question) -> model.Requirement | None:
    _follow_address(kg)
    slugs = list(kg.index.frameworks)
    by_framework, by_words, by_name = st.columns([1, 2, 4])
    st.session_state.setdefault("requirement_framework", question.frameworks[0])
    framework = by_framework.selectbox("Framework", slugs, key="requirement_framework")
    words = by_words.text_input("Search", key="requirement_words", placeholder="id or words, e.g. encryption")
    found = details.search(details.requirements_to_choose(kg.index, framework), words)
    if not found:
        st.info(f"No requirement of this framework matches “{plain(words)}”.", icon=":material/search_off:")
        return None
    names = {one.short: one for one in found}
    chosen = by_name.selectbox(f"Requirement ({len(found):,} found)", list(names), key="requirement_name",
                               format_func=lambda name: details.label(kg.index.requirement(name)))  # fmt: skip
    st.query_params["requirement"] = chosen
    return names[chosen]


def _follow_address(kg: hz.Harmonizer) -> None:
    """Open the requirement that the address names, once for each address that is followed."""
    asked = st.query_params.get("requirement", "")
    if not asked or "requirement_name" in st.session_state:  # nothing named, or the reader has chosen since
        return
    try:
        found = kg.index.requirement(asked)
    except hz.UnknownNameError as error:
        st.warning(plain(str(error)))
        return
    shown = details.nearest_to_choose(kg.index, found)
    st.session_state["requirement_framework"] = found.framework
    if shown:
        st.session_state["requirement_name"] = shown.short


def _card(kg: hz.Harmonizer, requirement: model.Requirement) -> None:
    with st.container(border=True):
        st.subheader(plain(f"{requirement.short}  {requirement.title}"), anchor=False)
        st.badge(modality_words(requirement), color="blue")
        st.markdown(plain(requirement.summary) or "No summary.")
        facts = details.card_facts(kg.index, requirement)
        columns = st.columns(2, gap="large")
        for place, (name, value) in enumerate(facts):
            columns[place % 2].markdown(f"**{plain(name)}**  \n{plain(value)}")
    left, right = st.tabs(["Constraints", "Objectives it asks for"], key="requirement-tabs")
    with left:
        _or_nothing(details.constraint_table(kg.index, requirement), "Constraints",
                    "It states no number, deadline or required element.")  # fmt: skip
    with right:
        _or_nothing(details.mapping_table(kg.index, requirement), "Leaf objectives", "It is mapped to no objective.")


def _or_nothing(frame: pd.DataFrame, name: str, otherwise: str) -> None:
    if frame.empty:
        st.caption(otherwise)
    else:
        components.table(frame, name)


def _counterparts(
    kg: hz.Harmonizer, tables: dict[str, pd.DataFrame], question: Question, requirement: model.Requirement
) -> None:
    st.subheader("Counterparts")
    others = [slug for slug in question.frameworks if slug != requirement.framework]
    if not others:
        st.info("Choose a second framework in the sidebar to see counterparts.")
        return
    for slug in others:
        framework = kg.index.framework(slug)
        frame = tables.get(slug)
        count = 0 if frame is None else len(frame)
        st.markdown(f"**{plain(framework.short_title)}** ({count})")
        if frame is None:
            st.caption("None in this scope.")
        else:
            components.table(
                components.coloured(frame, "certainty", CERTAINTY_COLOURS), f"Counterparts in {framework.short_title}",
                row_height=84,
                column_config={
                    "coverage": st.column_config.ProgressColumn(
                        "covers", format="%.0f %%", min_value=0, max_value=100,
                        help="How much of the requirement above this counterpart alone covers"),
                    "reason": st.column_config.TextColumn("reason", width="large"),
                    "title": st.column_config.TextColumn("title", width="medium"),
                    "relation": st.column_config.TextColumn(help="Of the requirement above to this counterpart"),
                },
            )  # fmt: skip
    with st.expander("What the words mean"):
        components.legend(CERTAINTY_COLOURS, CERTAINTY_MEANINGS)


def _graph(kg: hz.Harmonizer, question: Question, requirement: model.Requirement) -> None:
    st.subheader("Neighbourhood")
    others = [slug for slug in question.frameworks if slug != requirement.framework]
    limit = st.select_slider("Nodes at most", [20, 40, 60, 100, 150], 60, key="graph_limit")
    graph = graph_view.neighbourhood(kg.index, requirement.key, others, limit)
    if graph.number_of_edges() == 0:
        st.info("It is mapped to no objective, so it has no neighbours.")
        return
    html = session.neighbourhood_html(kg.index.hash, question, requirement.key, limit, kg)
    st.iframe(html, height=graph_view.height_of(graph) + 8, alt=f"Neighbourhood of {requirement.short}")
    components.graph_legend(graph_view.framework_colours(graph))
    with st.expander("The same as a table", key="graph-table"):
        components.table(details.neighbour_table(graph), "Edges of the neighbourhood")


if __name__ == "__main__":
    page()
