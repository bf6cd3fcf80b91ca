"""Export: everything as files, for spreadsheets, other tools and other graphs."""

from __future__ import annotations

from functools import partial

import streamlit as st

import harmonizer as hz
from harmonizer.explorer import components, exports, runs, session
from harmonizer.explorer.plans import PlanQuestion
from harmonizer.explorer.session import Question
from harmonizer.reports.dataset import FORMATS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page() -> None:
    kg, question = components.open_page(
        "Export", "Everything as files, for spreadsheets, other tools and other graphs."
    )
    left, right = st.columns(2, gap="large")
    with left:
        _workbook(kg, question)
        _graph(kg, question)
    with right:
        _tables(kg, question)
        _documents(kg)
        _dataset(kg)
    components.footer(kg, question)


def _workbook(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Control matrix workbook", anchor=False)
    st.markdown("Controls, requirements, crosswalk and constraints of the chosen frameworks with the cheapest set of "
                "controls, as an Excel workbook.")  # fmt: skip
    ask = PlanQuestion(question)
    if not st.toggle("Prepare the workbook", key="export_workbook", help="Finds the cheapest set first."):
        return
    plan = runs.answer((kg.index.hash, "plan", ask), partial(ask.solve, kg))
    if plan is not None:
        st.download_button("Workbook (xlsx)", partial(session.workbook, kg.index.hash, question,
                                                      plan.certificate.hash, plan),
                           "control-matrix.xlsx", XLSX, on_click="ignore", icon=":material/table:",
                           key="export_xlsx")  # fmt: skip


def _tables(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Tables", anchor=False)
    name = st.selectbox("Table", list(exports.TABLES), format_func=lambda one: exports.TABLES[one], key="export_table")
    with st.container(horizontal=True):
        for form, mime in (("csv", "text/csv"), ("json", "application/json"), ("md", "text/markdown")):
            st.download_button(form.upper(), partial(_table, kg.index.hash, question, name, form, kg),
                               f"{name}.{form}", mime, on_click="ignore", icon=":material/download:",
                               key=f"export_{form}")  # fmt: skip


@st.cache_data(max_entries=16, show_spinner="Writing the table")
def _table(index_hash: str, question: Question, name: str, form: str, _kg: hz.Harmonizer) -> bytes:
    answer = exports.table(_kg, question, name)
    return components.csv(answer.to_frame()) if form == "csv" else exports.serialized(answer, form)


def _documents(kg: hz.Harmonizer) -> None:
    """Documents of the workspace, made when they are asked for: they speak of its state at that moment."""
    if kg.organisation is None:
        return
    from harmonizer.reports.documents.bundled import DOCUMENTS, fitting

    st.subheader("Documents", anchor=False)
    name = st.selectbox("Document", fitting(kg), format_func=lambda one: DOCUMENTS[one].content, key="export_document")
    mimes = {"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "html": "text/html",
             "md": "text/markdown"}  # fmt: skip
    with st.container(horizontal=True):
        for form, mime in mimes.items():
            st.download_button(
                form.upper(),
                partial(exports.document, kg, name, form),
                f"{name}.{form}",
                mime,
                on_click="ignore",
                icon=":material/description:",
                key=f"export_document_{form}",
            )


def _dataset(kg: hz.Harmonizer) -> None:
    st.subheader("The dataset", anchor=False)
    st.markdown("All frameworks, mappings, constraints, controls and published crosswalks as one RDF dataset.")
    forms = {"nquads": ("nq", "application/n-quads"), "trig": ("trig", "application/trig")}
    with st.container(horizontal=True):
        for form, words in FORMATS.items():
            ending, mime = forms.get(form, (form, "application/octet-stream"))
            st.download_button(words, partial(_quads, kg.index.hash, form, kg), f"harmonizer.{ending}", mime,
                               on_click="ignore", icon=":material/hub:", key=f"export_{form}")  # fmt: skip


@st.cache_data(max_entries=2, show_spinner="Writing the dataset")
def _quads(index_hash: str, form: str, _kg: hz.Harmonizer) -> bytes:
    return exports.dataset(_kg, form)


def _graph(kg: hz.Harmonizer, question: Question) -> None:
    st.subheader("Drawings", anchor=False)
    st.markdown("The neighbourhood of any requirement, objective, control or framework, in one HTML file that stands "
                "alone and fetches nothing.")  # fmt: skip
    components.link(kg, question, "graph", "Choose what to draw")


if __name__ == "__main__":
    page()
