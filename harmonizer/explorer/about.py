"""About the data: versions, licences, sources, how far it is reviewed, and what it is not."""

from __future__ import annotations

import streamlit as st

from harmonizer.explorer import components, provenance
from harmonizer.explorer.wording import plain

DISCLAIMERS = """
- This is **not legal advice**. Mappings support the judgement of an auditor or counsel; they do not replace it.
- Titles and summaries are paraphrases in our own words. The source alone has force: read it before you decide.
- A mapping row says what a requirement asks for, never that somebody meets it.
- Efforts are estimates in person-days in the first year for a company of 100 people, each with its basis.
"""
MADE = """
1. Each requirement is read in its source and mapped to **leaf objectives**, each one outcome an auditor could test.
   Nobody's crosswalk is copied, and nothing is mapped by keyword.
2. Every row gives its relation, what it rests on (*text*, *guidance* or *practice*), whether failing the leaf alone
   would qualify the requirement (*primary*), and a reason for this pair alone.
3. Crosswalks between frameworks **follow** from these rows by set reasoning; none is authored.
4. A row is *reviewed* once a second reader has confirmed it against the source; until then it is a *draft*.
5. Published crosswalks of others stay apart. They take part in inference only where you trust them in the sidebar.
"""


def page() -> None:
    kg, question = components.open_page(
        "About the data", "Versions, licences and sources, how far the data are reviewed, and what they are not."
    )
    index = kg.index
    found = provenance.totals(index.knowledge)
    for column, (label, value) in zip(st.columns(len(found)), found.items(), strict=True):
        column.metric(label, f"{value:,}", border=True)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What it is not", anchor=False)
        st.markdown(DISCLAIMERS)
    with right:
        st.subheader("How mappings were made", anchor=False)
        st.markdown(MADE)
    st.subheader("Frameworks", anchor=False)
    components.table(provenance.framework_table(index), "Frameworks with sources and licences", height=420,
                     column_config={"source": st.column_config.TextColumn(width="medium"),
                                    "title": st.column_config.TextColumn(width="medium")})  # fmt: skip
    st.subheader("Review", anchor=False)
    states = provenance.review_figures(index)
    total = sum(states.values())
    words = ", ".join(f"{count:,} of {total:,} mapping rows are {state}" for state, count in states.items())
    st.markdown(plain(f"{words}."))
    left, right = st.columns([3, 2], gap="large")
    with left:
        components.table(provenance.review_table(index), "Review by framework", height=420)
    with right:
        components.table(provenance.basis_table(index), "What mapping rows rest on")
    st.subheader("Published crosswalks", anchor=False)
    sets = provenance.set_table(index)
    if sets.empty:
        components.empty("No crosswalk of others is loaded.")
    else:
        components.table(sets, "Published crosswalks with licences")
    st.subheader("This dataset", anchor=False)
    st.markdown("Every answer carries the beginning of this hash: the same hash gives the same answers.")
    st.code(index.hash, language=None)
    components.footer(kg, question)


if __name__ == "__main__":
    page()
