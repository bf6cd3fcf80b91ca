"""The question that every page is asked, in the sidebar and in the address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

import harmonizer as hz
from harmonizer.errors import HarmonizerError
from harmonizer.explorer import address
from harmonizer.explorer.session import Question, default_frameworks
from harmonizer.explorer.wording import plain
from harmonizer.scope import both

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)


def ask(kg: hz.Harmonizer) -> Question | None:
    """The question of every page; None where it cannot be asked as it stands.

    Each part stands in the address under its own name, so that a link restores the whole question.
    """
    titles = {slug: one.short_title for slug, one in kg.index.frameworks.items()}
    publishers = _publishers(kg)
    with st.sidebar:
        if kg.organisation:
            st.caption(f"Answers are for {plain(kg.organisation.name)}, as its file describes it.")
        chosen = address.choose_many(st.sidebar, "Frameworks", list(titles), "frameworks",
                                     lambda slug: titles[slug], default_frameworks(kg),
                                     help="What is compared and satisfied together.")  # fmt: skip
        scope = st.text_input("Scope", key="scope", bind="query-params", max_chars=200,
                              placeholder="anyone, e.g. data:ephi & role:processor",
                              help="Tags joined by &, |, ! and brackets. Empty: all that can apply to someone.",
                              )  # fmt: skip
        problem = _problem(kg, chosen, scope)
        if problem:
            st.error(plain(problem), icon=":material/error:")
        _pick_tags(kg)
        day = st.date_input("As of", None, EARLIEST, LATEST, key="as_of", bind="query-params", format="YYYY-MM-DD",
                            help="Only what is in force on this day. Empty: whatever is on the books.")  # fmt: skip
        trust = address.choose_many(st.sidebar, "Trust in published crosswalks", list(publishers), "trust",
                                    lambda name: publishers[name], placeholder="none",
                                    help="Whose rows may take part in inference, beside our own mappings.",
                                    )  # fmt: skip
    if problem:
        return None
    return Question(tuple(chosen), scope.strip() or "*", day.isoformat() if isinstance(day, date) else "",
                    tuple(trust))  # fmt: skip


def _publishers(kg: hz.Harmonizer) -> dict[str, str]:
    """Publishers of mapping sets, then the sets by id, each with its title."""
    sets = kg.index.knowledge.mapping_sets
    by_publisher = {one.publisher: f"{one.publisher}: all" for one in sets}
    return by_publisher | {one.id: f"{one.publisher}: {one.title}" for one in sets}


def _problem(kg: hz.Harmonizer, frameworks: Sequence[str], scope: str) -> str:
    """Why the question cannot be asked, or nothing."""
    if not frameworks:
        return "Choose at least one framework."
    try:
        kg.index.scope.check(scope)
    except HarmonizerError as error:
        return str(error)
    if not kg.index.scope.compatible(scope):
        return f"No organisation can meet the scope {scope!r}: its tags exclude each other."
    return ""


def _pick_tags(kg: hz.Harmonizer) -> None:
    """Tags by what they mean, for those who do not know the expressions."""
    titles = {tag.tag: f"{tag.title} ({tag.tag})" for tag in kg.index.knowledge.tags}
    with st.popover("Add scope tags", icon=":material/sell:", width="stretch"):
        st.multiselect("All of these hold", list(titles), key="scope_tags", placeholder="find a tag",
                       format_func=lambda tag: titles[tag])  # fmt: skip
        st.button("Add to the scope", on_click=_add_tags, key="scope_add")
        st.button("Clear the scope", on_click=_clear_scope, key="scope_clear")


def _add_tags() -> None:
    st.session_state["scope"] = both(st.session_state["scope"].strip(), *st.session_state["scope_tags"]).strip("*")
    st.session_state["scope_tags"] = []


def _clear_scope() -> None:
    st.session_state["scope"] = ""
