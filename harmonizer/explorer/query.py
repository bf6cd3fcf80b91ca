"""Query: read-only SPARQL 1.1 over the whole dataset."""

from __future__ import annotations

import streamlit as st

import harmonizer as hz
from harmonizer.answer import Answer
from harmonizer.errors import HarmonizerError
from harmonizer.explorer import components, queries
from harmonizer.explorer.wording import plain
from harmonizer.vocabulary import PREFIXES

SHOWN = 10_000
SECONDS = 20.0
FIRST = next(iter(queries.EXAMPLES))


def page() -> None:
    kg, question = components.open_page(
        "Query", "Read-only SPARQL 1.1 over the whole dataset: frameworks, mappings, constraints, controls."
    )
    st.selectbox("Example", list(queries.EXAMPLES), key="query_example", on_change=_take_example)
    st.session_state.setdefault("query_text", queries.EXAMPLES[FIRST])
    text = st.text_area("Query", height=240, key="query_text", max_chars=20_000)
    with st.container(horizontal=True, vertical_alignment="center"):
        run = st.button("Run", type="primary", icon=":material/play_arrow:", key="query_run")
        st.caption(f"Stopped after {SECONDS:g} seconds. Updates, SERVICE and FROM are refused.")
    with st.expander("Prefixes that are known"):
        st.code("\n".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items()), language="sparql")
    if run:
        st.session_state["query_asked"] = text
    if st.session_state.get("query_asked") == text:
        _result(kg, text)
    components.footer(kg, question)


def _take_example() -> None:
    st.session_state["query_text"] = queries.EXAMPLES[st.session_state["query_example"]]


@st.cache_data(max_entries=8, show_spinner="Asking the graph")
def _asked(index_hash: str, text: str, _kg: hz.Harmonizer) -> Answer:
    return _kg.sparql(text, time_limit=SECONDS)


def _result(kg: hz.Harmonizer, text: str) -> None:
    try:
        answer = _asked(kg.index.hash, text, kg)
    except HarmonizerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    table = answer.to_frame()
    shown = f", the first {SHOWN:,} shown" if len(table) > SHOWN else ""
    st.caption(f"{len(table):,} row{'s' if len(table) != 1 else ''}{shown}")
    components.table(table.head(SHOWN), "Result of the query", height=420 if len(table) > 10 else "auto")
    st.download_button("CSV", components.csv(table), "result.csv", "text/csv", on_click="ignore",
                       icon=":material/download:", key="query_csv")  # fmt: skip


if __name__ == "__main__":
    page()
