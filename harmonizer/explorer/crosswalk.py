"""Crosswalk: one requirement with its counterparts and their reasons, or all pairs of two frameworks."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import harmonizer as hz
from harmonizer import model
from harmonizer.explorer import components, details, session
from harmonizer.explorer.details import Counterpart
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import CERTAINTIES, modality_words, plain

COLOUR_WORDS = {"definite": "green", "overlapping": "blue", "shared": "orange"}


def page() -> None:
    kg, question = components.open_page(
        "Crosswalk", "What one requirement asks for, and which requirements of the chosen frameworks answer to it."
    )
    source, target, requirement = _choose(kg, question)
    if requirement:
        _requirement(kg, question, requirement)
    elif source and target and source != target:
        _pairs(kg, question, source, target)
    else:
        components.empty("Choose a requirement by its id or by words; or choose two frameworks to see all their pairs.")
        components.load_example(kg)
    components.footer(kg, question)


def _choose(kg: hz.Harmonizer, question: Question) -> tuple[str | None, str | None, model.Requirement | None]:
    titles = {slug: one.short_title for slug, one in kg.index.frameworks.items()}
    by_source, by_target, by_words, by_name = st.columns([2, 2, 3, 5])
    source = by_source.selectbox("Framework", list(titles), index=None, key="source", bind="query-params",
                                 placeholder="any chosen", format_func=titles.__getitem__)  # fmt: skip
    target = by_target.selectbox("compared with", list(titles), index=None, key="target", bind="query-params",
                                 placeholder="all chosen", format_func=titles.__getitem__)  # fmt: skip
    words = by_words.text_input("Search", key="words", bind="query-params", placeholder="id or words: encryption")
    found = details.search(details.requirements_to_choose(kg.index, [source] if source else question.frameworks), words)
    _follow_address(kg)
    names = {one.short: one for one in found[: details.SHOWN]}
    options = components.with_asked(list(names), "requirement", details.Names(kg.index))
    label = f"Requirement ({len(found):,} found)" if len(found) <= details.SHOWN else (
        f"Requirement (first {details.SHOWN} of {len(found):,})")  # fmt: skip
    chosen = by_name.selectbox(label, options, index=None, key="requirement", bind="query-params",
                               placeholder="choose one" if found else "nothing matches: take words away",
                               format_func=lambda name: details.label(kg.index.requirement(name)))  # fmt: skip
    return source, target, kg.index.requirement(chosen) if chosen else None


def _follow_address(kg: hz.Harmonizer) -> None:
    """Mend what the address names: another spelling of an id, or a heading, which has no counterparts of its own."""
    asked = st.query_params.get("requirement", "")
    if not asked:
        return
    try:
        found = details.nearest_to_choose(kg.index, kg.index.requirement(asked))
    except hz.UnknownNameError as error:
        st.warning(plain(str(error)))
        return
    if found and found.short != asked:
        st.session_state["requirement"] = found.short


# one requirement ------------------------------------------------------------------------------------------------------


def _requirement(kg: hz.Harmonizer, question: Question, requirement: model.Requirement) -> None:
    answer = session.counterparts(kg.index.hash, question, requirement.key, kg)
    found = details.counterparts_by_framework(kg.index, answer)
    _card(kg, question, requirement, found)
    st.subheader("Counterparts", anchor=False)
    others = [slug for slug in question.frameworks if slug != requirement.framework]
    if not others:
        components.empty("Choose a second framework in the sidebar to see counterparts.", icon="add")
        return
    _open(kg, question, requirement, others)
    for slug in others:
        _counterparts(kg, slug, found.get(slug, []))
    with st.expander("What the words mean"):
        components.legend({name: CERTAINTIES[name] for name in COLOUR_WORDS})
    _derivation(kg, question, requirement, [one.requirement for rows in found.values() for one in rows])
    _published(kg, requirement, answer)


def _card(
    kg: hz.Harmonizer, question: Question, requirement: model.Requirement, found: dict[str, list[Counterpart]]
) -> None:
    with st.container(border=True):
        st.subheader(plain(f"{requirement.short}  {requirement.title}"), anchor=False)
        st.badge(modality_words(requirement), color="blue")
        st.markdown(plain(requirement.summary) or "No summary.")
        facts = details.card_facts(kg.index, requirement)
        columns = st.columns(2, gap="large")
        for place, (name, value) in enumerate(facts):
            columns[place % 2].markdown(f"**{plain(name)}**  \n{plain(value)}")
        if requirement.residual:
            st.warning(f"**Not expressed by any objective:** {plain(requirement.residual)}", icon=":material/warning:")
        with st.container(horizontal=True):
            components.copy_link(kg, question, requirement=requirement.short)
            components.copy_markdown(details.as_markdown(kg.index, requirement, found))
            components.link(kg, question, "graph", "Show in the graph", node=requirement.short)
    left, right = st.tabs(["Objectives it asks for", "Constraints"], key="requirement-tabs")
    with left:
        _or_nothing(details.mapping_table(kg.index, requirement), "Leaf objectives", "It is mapped to no objective.")
    with right:
        _or_nothing(details.constraint_table(kg.index, requirement), "Constraints",
                    "It states no number, deadline or required element.")  # fmt: skip


def _or_nothing(frame: pd.DataFrame, name: str, otherwise: str) -> None:
    if frame.empty:
        st.caption(otherwise)
    else:
        components.table(frame, name, row_height=64 if "why" in frame else None,
                         column_config={"why": st.column_config.TextColumn(width="large")})  # fmt: skip


def _open(kg: hz.Harmonizer, question: Question, requirement: model.Requirement, others: list[str]) -> None:
    """How far the others together cover the requirement, and what they leave open."""
    covered = details.open_of(kg.index, requirement, others, question.circumstances)
    names = " and ".join(kg.index.framework(slug).short_title for slug in others)
    st.markdown(f"**{plain(names)}** together: {covered.status.replace('-', ' ')}, **{covered.share:.0%}**")
    for title, lines in (("Left open", covered.missing_shown), ("Looser", "; ".join(covered.looser))):
        if lines:
            st.caption(f"{title}: {plain(lines)}")


def _counterparts(kg: hz.Harmonizer, slug: str, rows: list[Counterpart]) -> None:
    title = kg.index.framework(slug).short_title
    if not rows:
        st.caption(f"**{plain(title)}** (0): none in this scope.")
        return
    with st.expander(f"**{plain(title)}** ({len(rows)})", expanded=True, key=f"counterparts-{slug}"):
        st.table(pd.DataFrame([{
            "id": plain(one.requirement.id), "title": plain(one.requirement.title), "relation": plain(one.relation),
            "certainty": f":{COLOUR_WORDS[one.certainty]}-background[{CERTAINTIES[one.certainty].symbol} "
                         f"{one.certainty}]",
            "covers": f"{one.coverage:.0%}", "why": plain(one.reason),
        } for one in rows]).set_index("id"))  # fmt: skip


def _derivation(
    kg: hz.Harmonizer, question: Question, requirement: model.Requirement, others: list[model.Requirement]
) -> None:
    if not others:
        return
    st.subheader("How it follows", anchor=False)
    names = {one.short: one for one in others}
    options = components.with_asked(list(names), "against", names)
    chosen = st.selectbox("Counterpart", options, key="against", bind="query-params",
                          format_func=lambda name: details.label(names[name]))  # fmt: skip
    answer = session.explanation(kg.index.hash, requirement.key, names[chosen].key, question.trust, kg)
    with st.container(border=True):
        for row in answer:
            source = f" ({plain(str(row['source']))}, {row['confidence']:g})" if row["source"] else ""
            st.markdown(f"**{plain(str(row['step']))}**: {plain(str(row['sentence']))}{source}")


def _published(kg: hz.Harmonizer, requirement: model.Requirement, ours: hz.Answer) -> None:
    table = details.published_table(kg.index, requirement, ours)
    with st.expander(f"Published crosswalks beside ours ({len(table)})", key="published"):
        if table.empty:
            st.caption("None of the published crosswalks that ship names this requirement.")
        else:
            components.table(table, "Published crosswalks beside ours")


# two frameworks -------------------------------------------------------------------------------------------------------


def _pairs(kg: hz.Harmonizer, question: Question, source: str, target: str) -> None:
    names = [kg.index.framework(slug).short_title for slug in (source, target)]
    table = details.pair_table(kg.index, session.crosswalk(kg.index.hash, question, source, target, kg))
    counts = table["certainty"].value_counts()
    st.subheader(plain(f"{names[0]} to {names[1]}"), anchor=False)
    chosen = st.pills("Certainty", [name for name in CERTAINTIES if name in counts], selection_mode="multi",
                      key="certainty", bind="query-params",
                      format_func=lambda name: f"{CERTAINTIES[name].symbol} {name} ({counts[name]:,})")  # fmt: skip
    shown = table[table["certainty"].isin(chosen)] if chosen else table
    if shown.empty:
        components.empty("No pair in this scope. Widen the scope in the sidebar, or compare other frameworks.")
        return
    st.caption(f"{len(shown):,} of {len(table):,} rows; click a row to open the requirement of {plain(names[0])}.")
    components.pick(
        components.marked(shown, "certainty", CERTAINTIES), f"Pairs of {names[0]} and {names[1]}", "pair_rows",
        "requirement", [f"{source}:{identifier}" for identifier in shown["source"]], height=560,
        column_config={
            "covers": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100,
                                                      help="How much of the source the target alone covers"),
            "why": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    with st.container(horizontal=True):
        components.copy_link(kg, question, source=source, target=target)
        st.download_button("Download as CSV", components.csv(shown), f"{source}-{target}.csv", "text/csv",
                           on_click="ignore", icon=":material/download:", key="pairs_csv")  # fmt: skip


if __name__ == "__main__":
    page()
