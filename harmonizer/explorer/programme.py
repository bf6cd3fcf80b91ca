"""Programme: what applies to the organisation, what its evidence shows and when it is due, and packs for auditors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

import harmonizer as hz
from harmonizer.answer import Answer
from harmonizer.errors import HarmonizerError
from harmonizer.explorer import components, session
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import plain
from harmonizer.reports.audit_pack import Pack

VIEWS = ("What applies", "Data", "What is left", "Evidence", "Requests", "Audit pack")


def page() -> None:
    kg, question = components.open_page(
        "Programme", "From what you are to what you can show an auditor: what applies, what is left, evidence, packs."
    )
    if kg.workspace is None or kg.organisation is None:
        components.empty("What applies follows from an organisation file, which a workspace holds. Make one, then open "
                         "the explorer on it:", icon="corporate_fare")  # fmt: skip
        st.code("harmonizer init my-folder --example ai-platform\nharmonizer explore --workspace my-folder",
                language=None)  # fmt: skip
    else:
        asked = session.asked(kg, question)
        view = st.segmented_control("View", VIEWS, default=VIEWS[0], required=True, key="programme_view",
                                    bind="query-params", label_visibility="collapsed")  # fmt: skip
        shown: dict[str, Callable[[hz.Harmonizer, Question], None]] = {
            "What applies": _applies, "Data": _data, "What is left": _left, "Evidence": _evidence,
            "Requests": _requests, "Audit pack": _pack,
        }  # fmt: skip
        with st.spinner("Looking it up"):
            shown[view or VIEWS[0]](asked, question)
    components.footer(kg, question)


def _applies(kg: hz.Harmonizer, question: Question) -> None:
    st.markdown(f"For **{plain(kg.known_organisation.name)}**: what its file does not name is false. Events such as a "
                "breach stay open: they come and go.")  # fmt: skip
    _table(kg.applicability(), "Frameworks that apply", "applies")
    framework = _framework(kg, question, "applies_framework")
    _table(kg.applicability(framework), "Requirements that apply", framework)


def _data(kg: hz.Harmonizer, question: Question) -> None:
    with TemporaryDirectory() as folder:
        st.image(kg.draw_data_flows(Path(folder) / "flows.svg").read_text(encoding="utf-8"), width="stretch")
    for answer, name in ((kg.classification(), "Classes of data"), (kg.lineage(), "Lineage of AI systems"),
                         (kg.record_of_processing("controller"), "Record of processing as a controller"),
                         (kg.record_of_processing("processor"), "Record of processing as a processor")):  # fmt: skip
        st.subheader(name, anchor=False)
        _table(answer, name, name.lower().replace(" ", "-"))


def _left(kg: hz.Harmonizer, question: Question) -> None:
    framework = _framework(kg, question, "left_framework")
    answer = kg.left(framework, trust=question.trust)
    figures = answer.summary
    st.markdown(f"{figures['satisfied by what is implemented']:,} of {figures['requirements']:,} requirements are "
                f"satisfied by what is implemented. The rest takes {figures['effort left']:,} person-days in "
                f"{figures['controls to add']:,} controls; what is in place saves {figures['effort saved']:,}.",
                )  # fmt: skip
    _table(answer, "What is left", f"left-{framework}")


def _evidence(kg: hz.Harmonizer, question: Question) -> None:
    use = kg.programme.use(*question.frameworks)
    reuse = use.reuse()
    figures = reuse.summary
    st.markdown(f"{figures['artefacts']:,} artefacts serve {figures['requirements served']:,} requirements of "
                f"{figures['frameworks served']:,} frameworks; the smallest set for all of them together has "
                f"{figures['smallest set']:,} ({figures['status']}).")  # fmt: skip
    st.subheader("When it is due", anchor=False)
    _table(kg.programme.due(*question.frameworks, today=_day(question)), "What is due", "due")
    st.subheader("Collect once, show many", anchor=False)
    _table(reuse, "What each artefact serves", "evidence-reuse")


def _requests(kg: hz.Harmonizer, question: Question) -> None:
    framework = _framework(kg, question, "requests_framework")
    _table(kg.programme.requests(framework), "Requests of the audit", f"requests-{framework}")


def _pack(kg: hz.Harmonizer, question: Question) -> None:
    framework = _framework(kg, question, "pack_framework")
    today = _day(question)
    period = st.date_input("Period", (date(today.year, 1, 1), today), key="pack_period", format="YYYY-MM-DD")
    if not isinstance(period, tuple) or len(period) != 2:
        components.empty("Choose the first and the last day of the period.")
        return
    start, end = period
    st.markdown("Matrix, statement of applicability, evidence with its hashes, exceptions and history, as they stood "
                "at the end of the period. Names and ids of other frameworks are taken out.")  # fmt: skip
    if not st.button("Make the pack", type="primary", key="pack_make", icon=":material/inventory_2:"):
        return
    try:
        pack, content = _made(kg, framework, f"{start}/{end}")
    except HarmonizerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    for warning in pack.warnings:
        st.warning(plain(warning), icon=":material/warning:")
    st.download_button("Audit pack (zip)", content, f"{framework}-{start}-to-{end}.zip", "application/zip",
                       on_click="ignore", icon=":material/download:", key="pack_zip")  # fmt: skip
    st.caption(f"{pack.parts} parts; SHA-256 of the manifest {pack.manifest}. Tell it to the auditor by another way.")


def _made(kg: hz.Harmonizer, framework: str, period: str) -> tuple[Pack, bytes]:
    with TemporaryDirectory() as folder:
        pack = kg.audit_pack(framework, Path(folder) / "pack.zip", period=period)
        return pack, pack.path.read_bytes()


def _day(question: Question) -> date:
    return date.fromisoformat(question.as_of) if question.as_of else date.today()


def _framework(kg: hz.Harmonizer, question: Question, key: str) -> str:
    titles = {slug: kg.index.framework(slug).short_title for slug in question.frameworks}
    return st.selectbox("Framework", list(titles), format_func=lambda slug: titles[slug], key=key)


def _table(answer: Answer, name: str, file: str) -> None:
    if not answer.rows:
        components.empty(f"{name}: nothing to show.")
        return
    frame = answer.to_frame()
    components.table(frame, name, height="auto" if len(frame) < 12 else 420)
    st.download_button("CSV", partial(components.csv, frame), f"{file}.csv", "text/csv", on_click="ignore",
                       icon=":material/download:", key=f"csv_{file}")  # fmt: skip


if __name__ == "__main__":
    page()
