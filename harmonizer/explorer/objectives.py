"""Objectives: the hierarchy, who asks for what, what binds, and where duties collide."""

from __future__ import annotations

import streamlit as st

import harmonizer as hz
from harmonizer.explorer import components, objective_tables, rulings, session
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import STATUSES, plain

VIEWS = ("Hierarchy", "Most stringent", "Conflicts")


def page() -> None:
    kg, question = components.open_page(
        "Objectives",
        "Each outcome with everyone who asks for it; of every number, deadline and element, which one binds.",
    )
    view = st.segmented_control("Show", VIEWS, default=VIEWS[0], required=True, key="show", bind="query-params")
    if view == "Hierarchy":
        _hierarchy(kg, question)
    elif view == "Most stringent":
        answer = session.strictest(kg.index.hash, question, kg)
        _in_practice(rulings.in_practice(kg.index, answer))
        _strictest(kg, answer)
    else:
        _conflicts(kg, question, rulings.conflict_cards(session.conflicts(kg.index.hash, question, kg)))
    components.footer(kg, question)


# the hierarchy --------------------------------------------------------------------------------------------------------


def _hierarchy(kg: hz.Harmonizer, question: Question) -> None:
    overlap = session.overlap(kg.index.hash, question, kg)
    titles = {slug: one.title for slug, one in kg.index.objectives.items()}
    by_domain, by_words, by_name = st.columns([2, 2, 3])
    domains = [one.slug for one in kg.index.narrower("")]
    domain = by_domain.selectbox("Domain", domains, index=None, placeholder="any domain", key="domain",
                                 bind="query-params", format_func=lambda slug: titles[slug])  # fmt: skip
    words = by_words.text_input("Search", key="words", bind="query-params", placeholder="words, e.g. backup")
    found = objective_tables.leaf_table(kg.index, overlap, domain or "", words)
    if found.empty:
        components.empty("No objective that the chosen frameworks ask for matches. Take words or domain away.",
                         icon="search_off")  # fmt: skip
        return
    options = components.with_asked(list(found["slug"]), "objective", kg.index.objectives)
    chosen = by_name.selectbox(f"Objective ({len(found):,} found)", options, index=None, key="objective",
                               bind="query-params", placeholder="choose one, or click a row",
                               format_func=lambda slug: titles[slug])  # fmt: skip
    if chosen:
        _objective(kg, question, chosen)
    components.pick(found.drop(columns="slug"), "Objectives that the chosen frameworks ask for", "objective_rows",
                    "objective", list(found["slug"]), height=420)  # fmt: skip


def _objective(kg: hz.Harmonizer, question: Question, slug: str) -> None:
    objective = kg.index.objectives[slug]
    with st.container(border=True):
        st.subheader(plain(objective.title), anchor=False)
        st.markdown(plain(objective.outcome) or "No outcome is written down.")
        st.caption(plain(" › ".join(one.title for one in objective_tables.path(kg.index, slug)[:-1])))
        table = objective_tables.askers(kg.index, slug, question.frameworks, question.circumstances)
        if table.empty:
            components.empty("None of the chosen frameworks asks for it in this scope. Add frameworks in the sidebar.")
        else:
            components.table(table, f"Requirements that ask for {objective.title}", row_height=64, column_config={
                "why": st.column_config.TextColumn(width="large"),
                "title": st.column_config.TextColumn(width="medium")})  # fmt: skip
        standing = rulings.strictest_table(kg.index, session.strictest(kg.index.hash, question, kg), slug)
        if not standing.empty:
            st.markdown("**What binds here**")
            components.table(components.marked(standing, "status", STATUSES), "Constraints on this objective")
        left, right, _ = st.columns([1, 1, 3])
        with left:
            components.copy_link(kg, question, objective=slug)
        with right:
            components.link(kg, question, "graph", "Show in the graph", node=f"objective:{slug}")


# what binds -----------------------------------------------------------------------------------------------------------


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


def _strictest(kg: hz.Harmonizer, answer: hz.Answer) -> None:
    st.subheader("Every constraint with its standing", anchor=False)
    table = rulings.strictest_table(kg.index, answer)
    if table.empty:
        components.empty("The chosen frameworks state no number, deadline or required element in this scope. Widen the "
                         "scope or add a framework in the sidebar.")  # fmt: skip
        return
    statuses, domains, dimensions = st.columns(3)
    counts = rulings.status_counts(table)
    chosen = statuses.multiselect("Status", list(STATUSES), key="status", placeholder="any status",
                                  bind="query-params",
                                  format_func=lambda name: f"{STATUSES[name].symbol} {name} ({counts.get(name, 0)})",
                                  )  # fmt: skip
    domain = domains.selectbox("Domain", sorted(set(table["domain"])), index=None, placeholder="any domain",
                               key="strictest_domain", bind="query-params")  # fmt: skip
    dimension = dimensions.selectbox("Dimension", sorted(set(table["dimension"])), index=None, key="dimension",
                                     placeholder="any dimension", bind="query-params")  # fmt: skip
    shown = rulings.only(table, domain=domain or "", statuses=chosen, dimension=dimension or "")
    st.caption(f"{len(shown):,} of {len(table):,} rows")
    components.table(components.marked(shown, "status", STATUSES), "Constraints with their standing", height=520,
                     column_config={"objective": st.column_config.TextColumn(width="medium"),
                                    "asks": st.column_config.TextColumn(width="medium")})  # fmt: skip
    left, right = st.columns([4, 1])
    with left.expander("What the status words mean"):
        components.legend(STATUSES)
    right.download_button("Download as CSV", components.csv(shown), "most-stringent.csv", "text/csv",
                          on_click="ignore", icon=":material/download:", key="strictest_csv")  # fmt: skip


# where duties collide -------------------------------------------------------------------------------------------------


def _conflicts(kg: hz.Harmonizer, question: Question, cards: list[rulings.ConflictCard]) -> None:
    if not cards:
        st.success("No duties of the chosen frameworks are known to collide in this scope.")
        return
    st.caption("Ways out are offered, never picked: which one is taken is for a person with authority to decide.")
    for place, card in enumerate(cards):
        with st.container(border=True):
            st.markdown(f"**{plain(card.title)}**")
            st.badge("authored tension" if card.kind == "authored" else "computed conflict",
                     icon=":material/balance:" if card.kind == "authored" else ":material/close:",
                     color="orange" if card.kind == "authored" else "red")  # fmt: skip
            st.markdown(plain(card.nature))
            st.caption(f"Between {plain(', '.join(card.members))}. Where {plain(card.condition)}.")
            with st.expander(f"Ways out ({len(card.ways_out)})", key=f"ways-{place}"):
                st.markdown("\n".join(_way(one) for one in card.ways_out))


def _way(way: rulings.WayOut) -> str:
    return f"- {plain(way.text)}" + (f" (opened by {plain(way.opened_by)})" if way.opened_by else "")


if __name__ == "__main__":
    page()
