"""Widgets that the pages share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

import harmonizer as hz
from harmonizer.api import MAIN_FRAMEWORKS
from harmonizer.errors import HarmonizerError
from harmonizer.explorer.charts import Drawing
from harmonizer.explorer.session import Question, knowledge_graph
from harmonizer.explorer.wording import INK, last_check, plain
from harmonizer.reports import graph_view

QUESTION_KEY = "asked_question"


def sidebar(kg: hz.Harmonizer) -> Question | None:
    """The question of every page, kept in the address; None where it cannot be asked as it stands."""
    known = list(kg.index.frameworks)
    default = [slug for slug in MAIN_FRAMEWORKS if slug in known] or known
    with st.sidebar:
        chosen = st.multiselect("Frameworks", known, default, key="frameworks", bind="query-params",
                                help="What is compared and satisfied together.")  # fmt: skip
        scope = st.text_input("Scope", key="scope", bind="query-params", max_chars=200,
                              placeholder="anyone, e.g. data:ephi & role:processor",
                              help="Tags joined by &, |, ! and brackets. Empty: all that can apply to someone.",
                              )  # fmt: skip
        problem = _problem(kg, chosen, scope)
        if problem:
            st.error(plain(problem), icon=":material/error:")
        _tags(kg)
    return None if problem else Question(tuple(chosen), scope.strip() or "*")


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


def _tags(kg: hz.Harmonizer) -> None:
    with st.expander("Scope tags"):
        tags = pd.DataFrame([(tag.tag, tag.title) for tag in kg.index.knowledge.tags], columns=["tag", "meaning"])
        st.dataframe(tags, hide_index=True, height=320)


def open_page(title: str, lead: str) -> tuple[hz.Harmonizer, Question]:
    """Head of a page; stops the page where the sidebar shows that the question must be mended first."""
    st.title(title)
    st.caption(lead)
    kg = knowledge_graph()
    question = st.session_state.get(QUESTION_KEY)
    if not isinstance(question, Question):
        st.info("Mend the question in the sidebar to see an answer.", icon=":material/edit:")
        st.stop()
    return kg, question


def footer(kg: hz.Harmonizer, frameworks: Sequence[str]) -> None:
    """What every page that answers must say."""
    st.divider()
    checked = last_check(kg.index.framework(slug) for slug in frameworks)
    st.caption(
        "Not legal advice. Mappings support the judgement of an auditor or counsel; they do not replace it. Texts are "
        f"paraphrases; {plain(checked)}. Data {kg.index.hash[:12]}."
    )


def table(frame: pd.DataFrame | Any, name: str, **options: Any) -> None:
    """A table with the name that screen readers are given."""
    st.dataframe(frame, hide_index=options.pop("hide_index", True), alt=name, **options)


def chart_with_twin(chart: Drawing, twin: Callable[[], None], name: str) -> None:
    """A chart, and the same figures as a table in the tab beside it."""
    drawn, tabled = st.tabs(["Chart", "Table"], key=f"twin-{name}")
    with drawn:
        st.altair_chart(chart, alt=name)
    with tabled:
        twin()


def shaded_percentages(frame: pd.DataFrame) -> Any:
    """A table of percentages with backgrounds that deepen with the value, the numbers on top."""

    def shade(value: Any) -> str:
        strength = max(0.0, min(float(value) / 100, 1.0)) * 0.75
        return f"background-color: rgba(31, 90, 148, {strength:.2f}); color: {'#ffffff' if strength > 0.45 else INK}"

    return frame.style.map(shade).format("{:.1f} %")


def coloured(frame: pd.DataFrame, column: str, colours: Mapping[str, str]) -> Any:
    """A table in which the words of one column stand on their colours."""
    return frame.style.map(lambda word: f"background-color: {colours.get(word, '#ffffff')}; color: {INK}",
                           subset=[column])  # fmt: skip


def legend(colours: Mapping[str, str], meanings: Mapping[str, str]) -> None:
    """Each status on its colour, with what it means. Names and meanings are our own constants."""
    parts = [
        f'<div><span style="background:{colour};color:{INK};border-radius:4px;padding:1px 8px">{name}</span> '
        f"{meanings.get(name, '')}</div>"
        for name, colour in colours.items()
    ]
    st.html(f'<div style="font-size:0.85rem;line-height:1.9">{"".join(parts)}</div>')


def csv(frame: pd.DataFrame) -> bytes:
    """A table as CSV that a spreadsheet opens without running any cell as a formula."""
    return frame.map(_inert).to_csv(index=False).encode("utf-8-sig")


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def graph_legend(frameworks: Mapping[str, str]) -> None:
    """What colours and lines of the drawing mean."""
    boxes = {**frameworks, "leaf objective": graph_view.COLOURS["objective"]}
    parts = [
        f'<span style="background:{colour};color:{INK};border:1px solid #52606d;border-radius:4px;'
        f'padding:0 8px;margin-right:10px">{escape(name)}</span>'
        for name, colour in boxes.items()
    ]
    lines = (
        "Left: the requirement. Middle: the leaf objectives it asks for. Right: who else asks for them. Thick line: "
        "primary. Dashed line: states no fact (guidance, practice or low confidence). Point at a box or a line for "
        "its wording; drag to move."
    )
    st.html(f'<div style="font-size:0.85rem;line-height:2">{"".join(parts)}<br>{lines}</div>')
