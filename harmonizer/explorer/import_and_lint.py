"""Import and lint: bring in files of your own, and see what a careful reviewer would ask of the data."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pandas as pd
import streamlit as st

import harmonizer as hz
from harmonizer.answer import Answer
from harmonizer.explorer import bringing_in, components
from harmonizer.explorer.wording import plain
from harmonizer.formats import registry, sheet_columns, workspace_files

VIEWS = ("Import", "Lint")
TOLD_KEY, ROUND_KEY = "import_told", "import_round"


def page() -> None:
    kg, question = components.open_page(
        "Import and lint",
        "Bring in requirements and mappings of your own or from others, and see what is to be mended in the data.",
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
    st.markdown("Files of any of the formats below; what they are is recognised by their content, and nothing is "
                "written before you confirm.")  # fmt: skip
    key = st.session_state.get(ROUND_KEY, 0)
    uploads = st.file_uploader("Files", accept_multiple_files=True, key=f"files-{key}")
    if not uploads:
        _formats()
        components.empty("Choose files to see what they would bring in.", icon="upload_file")
        return
    files = {one.name: one.getvalue() for one in uploads}
    options = _options(files, key)
    preview = bringing_in.preview(files, kg.index, workspace=kg.workspace, **options)
    found = preview.found
    if found is None:
        count = len(preview.problems)
        st.error(f"{count:,} problem{'s' if count != 1 else ''}: nothing can be imported until the files are mended.",
                 icon=":material/error:")  # fmt: skip
        components.table(preview.problems, "Problems of the uploaded files",
                         column_config={"problem": st.column_config.TextColumn(width="large")})  # fmt: skip
        st.download_button("CSV", components.csv(preview.problems), "problems.csv", "text/csv", on_click="ignore",
                           icon=":material/download:", key="problems_csv")  # fmt: skip
        return
    st.subheader("What would be brought in", anchor=False)
    components.table(bringing_in.figure_table(found), "What would be brought in")
    if found.findings:
        with st.expander(f"{len(found.findings):,} findings"):
            components.table(bringing_in.finding_table(found), "Findings")
    if found.dangling:
        st.caption(plain(f"Kept though their frameworks are not loaded: {', '.join(found.dangling[:20])}"))
    for name, rows in bringing_in.row_tables(found).items():
        with st.expander(plain(f"{name}: the first {len(rows):,} rows")):
            components.table(rows, name)
    st.button("Write into the workspace", type="primary", disabled=not writable, icon=":material/save:", key="confirm",
              on_click=_write, args=(kg, found))  # fmt: skip


def _formats() -> None:
    rows = [(one.name, one.content) for one in registry.FORMATS.values() if one.name != registry.WORKBOOK]
    components.table(pd.DataFrame(rows, columns=["format", "content"]), "Formats")


def _options(files: dict[str, bytes], key: int) -> dict[str, Any]:
    """What the files do not say themselves: the format where it is in doubt, names of frameworks, columns."""
    offer = bringing_in.columns_of(*next(iter(files.items())))
    known = bringing_in.format_of(files) or ("sheet" if offer and len(offer.headings) > 1 else "")
    names = [one for one in registry.FORMATS if one != registry.WORKBOOK]
    left, right = st.columns(2)
    with left:
        chosen = st.selectbox(
            "Format", names, index=names.index(known) if known in names else None,
            placeholder="not recognised: choose one", key=f"format-{key}-{'-'.join(files)}",
        )  # fmt: skip
    options: dict[str, Any] = {"format_name": chosen or ""}
    with right:
        known_options = registry.FORMATS[chosen].options if chosen else frozenset()
        if "slug" in known_options:
            options["slug"] = st.text_input(
                "Slug of the framework", key=f"slug-{key}",
                help="Lower case letters, digits and hyphens; the file's name if empty.",
            )  # fmt: skip
        if "source" in known_options:
            options["source"] = st.text_input("Framework mapped from", key=f"source-{key}")
            options["target"] = st.text_input("Framework mapped to", key=f"target-{key}")
    if chosen == "sheet" and offer:
        options["columns"] = _columns(offer, key)
    return options


def _columns(offer: bringing_in.Columns, key: int) -> dict[str, str]:
    """The wizard: which column holds what, proposed from the headings."""
    st.subheader("Which column holds what", anchor=False)
    components.table(offer.first_rows, "The first rows")
    mapped = "source" in offer.proposed and "id" not in offer.proposed
    kind = st.segmented_control("The rows are", ("requirements", "mappings"), required=True, key=f"kind-{key}",
                                default="mappings" if mapped else "requirements")  # fmt: skip
    roles = sheet_columns.MAPPING_ROLES if kind == "mappings" else sheet_columns.REQUIREMENT_ROLES
    chosen: dict[str, str] = {}
    for role, column in zip(roles, cycle(st.columns(4)), strict=False):
        proposed = offer.proposed.get(role)
        with column:
            heading = st.selectbox(
                role.replace("_", " "), offer.headings, placeholder="none", key=f"role-{role}-{key}",
                index=offer.headings.index(proposed) if proposed in offer.headings else None,
            )  # fmt: skip
        if heading:
            chosen[role] = heading
    return chosen


def _write(kg: hz.Harmonizer, found: workspace_files.Import) -> None:
    if kg.workspace is not None:
        workspace_files.write(found, kg.workspace)
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
