"""Widgets that the pages share."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

import harmonizer as hz
from harmonizer.explorer import session
from harmonizer.explorer.charts import Drawing
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import INK, PALE, Mark, last_check, plain

_HERE = Path(__file__).parent
EXAMPLE = {"requirement": "hipaa:164.312(a)(2)(iv)"}


def open_page(title: str, lead: str) -> tuple[hz.Harmonizer, Question]:
    """Head of a page; stops the page where the sidebar shows that the question must be mended first."""
    st.title(title)
    st.caption(lead)
    kg = session.knowledge_graph()
    question = st.session_state.get(session.QUESTION_KEY)
    if not isinstance(question, Question):
        st.info("Mend the question in the sidebar to see an answer.", icon=":material/edit:")
        st.stop()
    return kg, question


def footer(kg: hz.Harmonizer, question: Question) -> None:
    """What every page that answers must say."""
    st.divider()
    checked = last_check(kg.index.framework(slug) for slug in question.frameworks)
    st.caption(
        "Not legal advice. Mappings support the judgement of an auditor or counsel; they do not replace it. Texts are "
        f"paraphrases; {plain(checked)}. Data {kg.index.hash[:12]}."
    )


# from page to page ----------------------------------------------------------------------------------------------------


def link(kg: hz.Harmonizer, question: Question, page: str, label: str, **parameters: str) -> None:
    """A link to another page (by the name of its file) that takes the question along."""
    st.page_link(_HERE / f"{page}.py", label=plain(label), query_params=session.address(kg, question, parameters))


def go(kg: hz.Harmonizer, question: Question, page: str, **parameters: str) -> None:
    """Open another page with the question; nothing after it runs."""
    st.switch_page(_HERE / f"{page}.py", query_params=session.address(kg, question, parameters))


def load_example(kg: hz.Harmonizer) -> None:
    """For newcomers: a question and a requirement that show what there is to see."""
    if EXAMPLE["requirement"].partition(":")[0] in kg.index.frameworks:
        example = Question(tuple(session.default_frameworks(kg)))
        link(kg, example, "crosswalk", "Load the example: encryption of health data", **EXAMPLE)


def empty(message: str, *, icon: str = "info") -> None:
    """Says why there is nothing to show; the next action follows it."""
    st.info(plain(message), icon=f":material/{icon}:")


def may_change(kg: hz.Harmonizer) -> bool:
    """Whether there is a workspace to write to; says how to get one where there is none."""
    if kg.workspace is None:
        st.info("Read-only: the explorer shows the bundled data. To keep changes, start it on a folder of your own: "
                "`harmonizer explore --workspace my-folder`", icon=":material/lock:")  # fmt: skip
    return kg.workspace is not None


def copy_link(kg: hz.Harmonizer, question: Question, **parameters: str) -> None:
    """The address that restores what is shown, to copy."""
    with st.popover("Copy link", icon=":material/link:"):
        query = urlencode(session.address(kg, question, parameters), doseq=True)
        st.code(f"{st.context.url or ''}?{query}".rstrip("?"), language=None, wrap_lines=True)


def copy_markdown(text: str) -> None:
    """A text for tickets and documents, to copy."""
    with st.popover("Copy Markdown", icon=":material/content_copy:"):
        st.code(text, language=None, wrap_lines=True, height=320)


# tables and charts ----------------------------------------------------------------------------------------------------


def table(frame: pd.DataFrame | Any, name: str, **options: Any) -> None:
    """A table with the name that screen readers are given."""
    st.dataframe(frame, hide_index=options.pop("hide_index", True), alt=name, **options)


def pick(frame: pd.DataFrame | Any, name: str, key: str, chooser: str, values: Sequence[str], **options: Any) -> None:
    """A table in which a click on a row sets the widget ``chooser`` to the row's value."""

    def chosen() -> None:
        for row in st.session_state[key]["selection"]["rows"]:
            st.session_state[chooser] = values[row]

    st.dataframe(frame, hide_index=True, alt=name, key=key, on_select=chosen, selection_mode="single-row", **options)


def with_asked(options: list[str], key: str, known: Container[str]) -> list[str]:
    """Options of the widget ``key``, with what the address and the session ask for, so that neither is dropped."""
    asked = (st.session_state.get(key), st.query_params.get(key))
    return list(dict.fromkeys([*options, *(one for one in asked if one and one in known)]))


def chart(drawing: Drawing, twin: Callable[[], None], name: str, key: str = "") -> int | None:
    """A chart, and the same figures as a table in the tab beside it.

    With a ``key`` the place of the data item that was clicked is returned, if any; the drawing must let it.
    """
    drawn, tabled = st.tabs(["Chart", "Table"], key=f"twin-{name}")
    height = int(drawing["height"])
    option = {part: value for part, value in drawing.items() if part != "height"}
    chosen: int | None = None
    with drawn:
        if key:
            event = st.echarts_chart(option, height=height, alt=name, key=key, on_select="rerun")
            chosen = next((one for group in event["selection"]["selected"] for one in group["data_indices"]), None)
        else:
            st.echarts_chart(option, height=height, alt=name)
    with tabled:
        twin()
    return chosen


def is_dark() -> bool:
    """Whether the reader's theme is the dark one."""
    return st.context.theme.type == "dark"


def _background(mark: Mark) -> str:
    ground, ink = (mark.dark, PALE) if is_dark() else (mark.light, INK)
    return f"background-color: {ground}; color: {ink}"


def shaded_percentages(frame: pd.DataFrame) -> Any:
    """A table of percentages with backgrounds that deepen with the value, the numbers on top."""

    def shade(value: Any) -> str:
        strength = max(0.0, min(float(value) / 100, 1.0)) * 0.75
        ink = "color: #ffffff" if strength > 0.45 else ""
        return f"background-color: rgba(31, 90, 148, {strength:.2f}); {ink}"

    return frame.style.map(shade).format("{:.1f} %")


def marked(frame: pd.DataFrame, column: str, marks: Mapping[str, Mark]) -> Any:
    """A table in which the words of one column have their symbol and stand on their colours."""

    def colour(word: Any) -> str:
        return _background(marks[word]) if word in marks else ""

    def symbol(word: Any) -> str:
        return f"{marks[word].symbol} {word}" if word in marks else str(word)

    return frame.style.map(colour, subset=[column]).format(symbol, subset=[column])


def legend(marks: Mapping[str, Mark]) -> None:
    """Each word with its symbol on its colour, and what it means. Names and meanings are our own constants."""
    parts = [
        f'<div><span style="{_background(mark)};border-radius:4px;padding:1px 8px">{mark.symbol} {name}</span> '
        f"{mark.meaning}</div>"
        for name, mark in marks.items()
    ]
    st.html(f'<div style="font-size:0.85rem;line-height:1.9">{"".join(parts)}</div>')


def colour_keys(colours: Mapping[str, str], words: str) -> None:
    """What the light backgrounds of a drawing mean, and a sentence on its lines."""
    parts = [
        f'<span style="background:{colour};color:{INK};border:1px solid #52606d;border-radius:4px;'
        f'padding:0 8px;margin-right:10px;display:inline-block">{escape(name)}</span>'
        for name, colour in colours.items()
    ]
    st.html(f'<div style="font-size:0.85rem;line-height:2">{"".join(parts)}<br>{escape(words)}</div>')


def csv(frame: pd.DataFrame) -> bytes:
    """A table as CSV that a spreadsheet opens without running any cell as a formula."""
    return frame.map(_inert).to_csv(index=False).encode("utf-8-sig")


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
