"""Assessment: how far the work on each control is, what was found of each requirement, and what to do next."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

import harmonizer as hz
from harmonizer.errors import HarmonizerError
from harmonizer.explorer import components, runs, statuses
from harmonizer.explorer.plans import PlanQuestion
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import plain
from harmonizer.programme.assessment import CHOICES, STATUSES

VIEWS = ("Controls", "What to do next", "Findings", "History")
DRAFTS_KEY, ROUND_KEY, TOLD_KEY = "assessment_drafts", "assessment_round", "assessment_told"


def page() -> None:
    kg, question = components.open_page(
        "Assessment", "How far the work on each control is, what was found of each requirement, and what to do next."
    )
    if kg.workspace is None:
        components.empty("Statuses and findings are kept in a workspace, a folder of your own. Make one and open the "
                         "explorer on it:", icon="folder")  # fmt: skip
        st.code("mkdir my-folder\nharmonizer explore --workspace my-folder", language=None)
    else:
        _assessment(kg, question)
    components.footer(kg, question)


def _assessment(kg: hz.Harmonizer, question: Question) -> None:
    state = kg.assessment.controls()
    counts = statuses.status_counts(state)
    for column, name in zip(st.columns(len(STATUSES)), STATUSES, strict=True):
        column.metric(name.capitalize(), f"{counts.get(name, 0):,} of {len(kg.index.controls):,}", border=True)
    view = st.segmented_control("View", VIEWS, default=VIEWS[0], required=True, key="assessment_view",
                                bind="query-params", label_visibility="collapsed")  # fmt: skip
    if told := st.session_state.pop(TOLD_KEY, None):
        (st.success if told[0] else st.error)(plain(told[1]))
    if view == "Controls":
        _editor(kg, "control", "")
    elif view == "What to do next":
        _next(kg, question, state)
    elif view == "Findings":
        titles = {slug: kg.index.framework(slug).short_title for slug in question.frameworks}
        framework = st.selectbox("Framework", list(titles), format_func=lambda slug: titles[slug],
                                 key="finding_framework")  # fmt: skip
        _editor(kg, "requirement", framework)
    else:
        _history(kg)


def _editor(kg: hz.Harmonizer, kind: str, framework: str) -> None:
    """The table in which values are typed. What is typed stays, whatever is searched for, until it is saved."""
    drafts = st.session_state.setdefault(DRAFTS_KEY, {}).setdefault(kind, {})
    state = kg.assessment.controls() if kind == "control" else kg.assessment.requirements()
    words = st.text_input("Find", key=f"find_{kind}", placeholder="words of the title or the id")
    shown = statuses.subjects(kg.index, kind, framework, words)
    if not shown:
        components.empty(f"No {kind} has all of these words.")
    key = f"editor-{kind}-{framework}-{words}-{st.session_state.get(ROUND_KEY, 0)}"
    # The table under an editor must not change while it is open, or what is typed would be lost.
    base = st.session_state.get("editor_base")
    if base is None or base[0] != key:
        base = (key, statuses.editor_table(kind, shown, state, drafts))
        st.session_state["editor_base"] = base
    edited = st.data_editor(base[1], key=key, hide_index=True, height=460, disabled=[kind, "title"],
                            column_config=_columns(kind), alt=f"Assessment by {kind}")  # fmt: skip
    for subject in shown:
        drafts.pop(subject, None)
    drafts |= statuses.drafts_of(kind, edited, state)
    count = sum(map(len, drafts.values()))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(f"Save {count} change{'s' if count != 1 else ''}" if count else "Nothing to save", type="primary",
                  disabled=not count, on_click=_save, args=(kg, kind), key="save", icon=":material/save:")  # fmt: skip
        st.button("Discard", disabled=not count, on_click=_discard, args=(kind,), key="discard")
        st.button("Undo the last saved batch", on_click=_undo, args=(kg,), key="undo", icon=":material/undo:",
                  disabled=not kg.assessment.journal.path.exists())  # fmt: skip
        if count:
            st.caption("Not saved yet.")


def _columns(kind: str) -> dict[str, Any]:
    fixed = {name: st.column_config.SelectboxColumn(name.replace("_", " "), options=list(CHOICES[name]))
             for name in statuses.FIELDS[kind] if name in CHOICES}  # fmt: skip
    return {
        kind: st.column_config.TextColumn(width="medium", pinned=True),
        "title": st.column_config.TextColumn(width="medium"),
        "due": st.column_config.DateColumn(format="YYYY-MM-DD"),
        "owner": st.column_config.TextColumn(max_chars=200),
        "notes": st.column_config.TextColumn(width="large", max_chars=5000),
        **fixed,
    }


def _save(kg: hz.Harmonizer, kind: str) -> None:
    drafts = st.session_state[DRAFTS_KEY]
    try:
        batch = kg.assessment.record(statuses.changes(kind, drafts[kind]))
    except HarmonizerError as error:
        st.session_state[TOLD_KEY] = (False, f"Nothing was saved, and nothing that you typed is lost: {error}")
        return
    drafts[kind] = {}
    st.session_state[ROUND_KEY] = st.session_state.get(ROUND_KEY, 0) + 1
    st.session_state[TOLD_KEY] = (True, f"Saved as batch {batch}.")


def _discard(kind: str) -> None:
    st.session_state[DRAFTS_KEY][kind] = {}
    st.session_state[ROUND_KEY] = st.session_state.get(ROUND_KEY, 0) + 1


def _undo(kg: hz.Harmonizer) -> None:
    batch = kg.assessment.undo()
    st.session_state[ROUND_KEY] = st.session_state.get(ROUND_KEY, 0) + 1
    st.session_state[TOLD_KEY] = (True, f"Undone by batch {batch}." if batch else "There is nothing left to undo.")


def _next(kg: hz.Harmonizer, question: Question, state: dict[str, dict[str, str]]) -> None:
    implemented = tuple(slug for slug in kg.assessment.implemented() if slug in kg.index.controls)
    out = tuple(sorted(slug for slug, fields in state.items()
                       if fields.get("status") == "not applicable" and slug in kg.index.controls))  # fmt: skip
    ask = PlanQuestion(question, have=implemented, exclude=out)
    answer = runs.answer((kg.index.hash, "unlocks", ask), partial(ask.unlocks, kg))
    if answer is None:
        return
    figures = answer.summary
    st.markdown(f"{figures['satisfied by what is in place']:,} of {figures['requirements']:,} requirements are "
                f"satisfied by what is implemented. {figures['controls to add']:,} controls of the cheapest plan are "
                "missing.")  # fmt: skip
    table = statuses.gap_table(kg.index, answer, state)
    components.table(table, "Missing controls by what they unlock", height=520, column_config={
        "title": st.column_config.TextColumn(width="medium"),
        "newly met": st.column_config.NumberColumn(help="Requirements that would be satisfied in full"),
        "also serves": st.column_config.NumberColumn(help="Requirements that wait for other controls too"),
    })  # fmt: skip
    st.caption("What satisfies most at once comes first. A control counts with its missing prerequisites. Implemented "
               "controls cost nothing; those that are not applicable are left out. A finding is a judgement of its "
               "own: none follows from these figures.")  # fmt: skip
    st.download_button("CSV", components.csv(table), "next-controls.csv", "text/csv", on_click="ignore",
                       icon=":material/download:", key="next_csv")  # fmt: skip


def _history(kg: hz.Harmonizer) -> None:
    table = statuses.history_table(kg.assessment.history())
    if table.empty:
        components.empty("Nothing has been recorded yet. Set a status under Controls.")
        return
    components.table(table, "Everything that was recorded", height=520)
    st.download_button("CSV", components.csv(table), "history.csv", "text/csv", on_click="ignore",
                       icon=":material/download:", key="history_csv")  # fmt: skip


if __name__ == "__main__":
    page()
