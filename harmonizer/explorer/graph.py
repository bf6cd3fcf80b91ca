"""Graph: the neighbourhood of any node, and what the frameworks share as a whole."""

from __future__ import annotations

import streamlit as st

import harmonizer as hz
from harmonizer.explorer import address, charts, components, details, figures, session
from harmonizer.explorer.session import Question
from harmonizer.explorer.wording import plain
from harmonizer.reports import graph_view

VIEWS = ("Neighbourhood", "Frameworks and domains", "Who covers whom")
LEAST, MOST = 10, graph_view.NODE_LIMIT


def page() -> None:
    kg, question = components.open_page(
        "Graph", "What stands around a requirement, objective, control or framework; and all frameworks at a glance."
    )
    view = st.segmented_control("Show", VIEWS, default=VIEWS[0], required=True, key="view", bind="query-params")
    if view == VIEWS[0]:
        _neighbourhood(kg, question)
    elif view == VIEWS[1]:
        _domains(kg, question)
    else:
        _coverage(kg, question)
    components.footer(kg, question)


def _neighbourhood(kg: hz.Harmonizer, question: Question) -> None:
    node = _choose(kg, question)
    if node is None:
        components.empty("Choose a node: search by words or an id, or take one of the frameworks and domains.")
        components.load_example(kg)
        return
    limit = st.slider("Nodes at most", LEAST, MOST, 60, key="nodes", bind="query-params",
                      help="What is left out is counted as “+37 more”.")  # fmt: skip
    drawn = session.neighbourhood(kg.index.hash, question.frameworks, node, int(limit), kg)
    title = f"Neighbourhood of {node}"
    picture, tabled = st.tabs(["Drawing", "Table"], key="twin-neighbourhood")
    with picture:
        components.colour_keys(
            {"objective": graph_view.COLOURS["objective"], "control": graph_view.COLOURS["control"],
             **graph_view.framework_colours(drawn.graph)},
            "Solid: states a fact; dashed: guidance, practice or a low confidence. Thick: primary. Thick frame: the "
            "node chosen. Hover for the text, drag to move.",
        )  # fmt: skip
        st.iframe(drawn.html, height=graph_view.height_of(drawn.graph) + 20, alt=title)
    with tabled:
        components.table(details.neighbour_table(drawn.graph), title, height=480)
    with st.container(horizontal=True):
        components.copy_link(kg, question, node=node)
        st.download_button("Download as HTML", drawn.html, "neighbourhood.html", "text/html", on_click="ignore",
                           icon=":material/download:", key="graph_html")  # fmt: skip
        if ":" in node and not node.startswith(("objective:", "control:")):
            components.link(kg, question, "crosswalk", "Open in the crosswalk", requirement=node)


def _choose(kg: hz.Harmonizer, question: Question) -> str | None:
    by_words, by_name = st.columns([2, 5])
    words = by_words.text_input("Search", key="words", bind="query-params", placeholder="id or words: encryption")
    found = details.nodes_to_choose(kg.index, question.frameworks, words)
    names = list(found)[: details.SHOWN]
    asked = st.query_params.get("node", "")
    if asked and asked not in names:
        try:
            details.node_label(kg.index, asked)
        except hz.UnknownNameError as error:
            st.warning(plain(str(error)))
        else:
            names.append(asked)
    held = st.session_state.get("node")
    options = list(dict.fromkeys([*names, *([held] if held else [])]))
    return address.choose(by_name, f"Node ({len(found):,} found)", options, "node",
                          lambda name: details.node_label(kg.index, name),
                          placeholder="choose one" if found else "nothing matches: take words away")  # fmt: skip


def _domains(kg: hz.Harmonizer, question: Question) -> None:
    table = figures.flow_table(kg.index, session.overlap(kg.index.hash, question, kg))
    if table.empty:
        components.empty("Nothing in this scope asks for any objective: widen the scope or the day in the sidebar.")
        return
    flows = [(str(source), str(target), int(count)) for source, target, count in table.itertuples(index=False)]
    components.chart(charts.sankey(flows, 26 * table["domain"].nunique() + 40),
                     lambda: components.table(table, "Leaves by framework and domain"),
                     "Leaf objectives that each framework asks for, by domain")  # fmt: skip
    st.caption("As wide as the number of leaf objectives that a framework asks for in a domain.")


def _coverage(kg: hz.Harmonizer, question: Question) -> None:
    least = st.slider("Coverage of at least, per cent", 5, 100, 20, 5, key="least", bind="query-params")
    matrix = session.coverage_matrix(kg.index.hash, (), question.scope, question.as_of, kg)
    cells = figures.coverage_cells(kg.index, matrix)
    strong = cells[(~cells["itself"]) & (cells["percent"] >= int(least))]
    if strong.empty:
        components.empty("No framework covers another one so far; lower the threshold.")
        return
    components.chart(charts.coverage_network(strong),
                     lambda: components.table(strong[["of", "by", "percent"]], "Coverage of one framework by another"),
                     "Which framework covers which")  # fmt: skip
    st.caption("An arrow leads from the framework that covers to the one that is covered, as wide as the share of it.")


if __name__ == "__main__":
    page()
