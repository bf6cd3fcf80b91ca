"""The explorer's frame: navigation, sidebar, and the page that is open."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from harmonizer.errors import HarmonizerError
from harmonizer.explorer import session, sidebar
from harmonizer.explorer.wording import plain

HERE = Path(__file__).parent
# By section: file, title, icon. The address of a page is the first word of its file's name.
PAGES = {
    "Look": (
        ("overview.py", "Overview", "grid_on"),
        ("crosswalk.py", "Crosswalk", "compare_arrows"),
        ("objectives.py", "Objectives", "account_tree"),
        ("graph.py", "Graph", "hub"),
    ),
    "Decide": (
        ("superset.py", "Superset", "rule"),
    ),
}  # fmt: skip
# Drawn here because Streamlit fetches the pictures of its named icons from a font server when they stand in a tab.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g stroke="#1f5a94" stroke-width="2.5">'
    '<path d="M7 8 16 16M25 8 16 16M16 27V16"/></g><g fill="#1f5a94"><circle cx="16" cy="16" r="5"/>'
    '<circle cx="7" cy="8" r="4"/><circle cx="25" cy="8" r="4"/><circle cx="16" cy="27" r="4"/></g></svg>'
)


def main() -> None:
    """Run the explorer; called by ``app.py`` on every rerun."""
    st.set_page_config(page_title="Control harmonizer", page_icon=_ICON, layout="wide")
    st.html("<style>[data-testid=stMainBlockContainer] { padding-top: 3rem; }</style>")
    page = st.navigation({
        section: [
            st.Page(HERE / file, title=title, icon=f":material/{icon}:", default=file == "overview.py",
                    url_path=file.removesuffix(".py").partition("_")[0])
            for file, title, icon in pages
        ]
        for section, pages in PAGES.items()
    })  # fmt: skip
    try:
        st.session_state[session.QUESTION_KEY] = sidebar.ask(session.knowledge_graph())
        page.run()
    except HarmonizerError as error:
        st.error(plain(str(error)), icon=":material/error:")


if __name__ == "__main__":
    main()
