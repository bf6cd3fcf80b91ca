"""Import and lint: bring in tables of your own, and see what a careful reviewer would ask of the data."""

from __future__ import annotations

import streamlit as st

import harmonizer as hz
from harmonizer.answer import Answer
from harmonizer.explorer import bringing_in, components
from harmonizer.explorer.wording import plain
from harmonizer.formats import plain_tables

VIEWS = ("Import", "Lint")
TOLD_KEY, ROUND_KEY = "import_told", "import_round"


def page() -> None:
    kg, question = components.open_page(
        "Import and lint", "Bring in requirements and mappings of your own, and see what is to be mended in the data."
    )
    view = st.segmented_control("View", VIEWS, default=VIEWS[0], required=True, key="import_view", bind="query-params",
                                label_visibility="collapsed")  # fmt: skip
    if view == "Import":
        _import(kg)
    else:
        _lint(kg)
    components.footer(kg, question)


def _import(kg: hz.Harmonizer) -> None:
    if told := st.session_state.pop(TOLD_KEY, None):
        st.success(plain(told))
    writable = components.may_change(kg)
    st.markdown("Two plain CSV tables, either of them or both; nothing is written before you confirm.")
    key = st.session_state.get(ROUND_KEY, 0)
    left, right = st.columns(2)
    with left:
        requirements = st.file_uploader("Requirements", ["csv"], accept_multiple_files=True, key=f"requirements-{key}")
        st.caption(
            f"Columns {', '.join(plain_tables.REQUIREMENTS)}; also {', '.join(plain_tables.REQUIREMENTS_OPTIONAL)}"
        )
    with right:
        mappings = st.file_uploader("Mappings", ["csv"], accept_multiple_files=True, key=f"mappings-{key}")
        _columns(plain_tables.MAPPINGS, plain_tables.MAPPINGS_OPTIONAL)
    if not requirements and not mappings:
        components.empty("Choose files to see what they would bring in.", icon="upload_file")
        return
    found = bringing_in.preview({one.name: one.getvalue() for one in requirements},
                                {one.name: one.getvalue() for one in mappings}, kg.index)  # fmt: skip
    if found.found is None:
        count = len(found.problems)
        st.error(f"{count:,} problem{'s' if count != 1 else ''}: nothing can be imported until the files are mended.",
                 icon=":material/error:")  # fmt: skip
        components.table(found.problems, "Problems of the uploaded files",
                         column_config={"problem": st.column_config.TextColumn(width="large")})  # fmt: skip
        st.download_button("CSV", components.csv(found.problems), "problems.csv", "text/csv", on_click="ignore",
                           icon=":material/download:", key="problems_csv")  # fmt: skip
        return
    st.subheader("What would be brought in", anchor=False)
    components.table(bringing_in.figure_table(found.found), "What would be brought in")
    if found.found.dangling:
        st.caption(plain(f"Kept though their frameworks are not loaded: {', '.join(found.found.dangling[:20])}"))
    for name, rows in bringing_in.row_tables(found.found).items():
        with st.expander(plain(f"{name}: the first {len(rows):,} rows")):
            components.table(rows, name)
    st.button("Write into the workspace", type="primary", disabled=not writable, icon=":material/save:", key="confirm",
              on_click=_write, args=(kg, found.found))  # fmt: skip


def _columns(needed: tuple[str, ...], optional: tuple[str, ...]) -> None:
    st.caption(plain(f"Columns {', '.join(needed)}; also {', '.join(optional)}"))


def _write(kg: hz.Harmonizer, found: plain_tables.Import) -> None:
    if kg.workspace is not None:
        plain_tables.write(found, kg.workspace)
        st.session_state[TOLD_KEY] = (
            f"Written: {', '.join(found.files)}. It can be chosen in the sidebar in some seconds."
        )
        st.session_state[ROUND_KEY] = st.session_state.get(ROUND_KEY, 0) + 1


@st.cache_data(max_entries=4, show_spinner="Looking for what is to be mended")
def _findings(index_hash: str, _kg: hz.Harmonizer) -> Answer:
    return _kg.lint()


def _lint(kg: hz.Harmonizer) -> None:
    answer = _findings(kg.index.hash, kg)
    counts = answer.summary
    table = answer.to_frame()
    if table.empty:
        st.success("Nothing to mend: the data load, keep their invariants and are in canonical form.",
                   icon=":material/check_circle:")  # fmt: skip
        return
    st.markdown(f"{counts['fatal']:,} that keep data from loading, {counts['error']:,} errors, "
                f"{counts['warning']:,} warnings.")  # fmt: skip
    components.table(table, "Findings", height=520, column_config={
        "message": st.column_config.TextColumn(width="large"),
        "mend": st.column_config.TextColumn(width="medium")})  # fmt: skip
    st.download_button("CSV", components.csv(table), "findings.csv", "text/csv", on_click="ignore",
                       icon=":material/download:", key="lint_csv")  # fmt: skip


if __name__ == "__main__":
    page()
