"""The explorer's frame: navigation, sidebar, and the page that is open."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from harmonizer.errors import HarmonizerError
from harmonizer.explorer import address, components, session, sidebar
from harmonizer.explorer.wording import plain

HERE = Path(__file__).parent
# File, title, icon. The address of a page is the first word of its file's name.
PAGES = (
    ("overview.py", "Overview", "grid_on"),
    ("crosswalk.py", "Crosswalk", "compare_arrows"),
    ("objectives.py", "Objectives", "account_tree"),
    ("superset.py", "Superset", "rule"),
    ("graph.py", "Graph", "hub"),
    ("assessment.py", "Assessment", "fact_check"),
    ("programme.py", "Programme", "corporate_fare"),
    ("import_and_lint.py", "Import and lint", "upload_file"),
    ("export.py", "Export", "download"),
    ("query.py", "Query", "terminal"),
    ("about.py", "About the data", "info"),
)
# Contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3) where Streamlit's own colours have less.
_STYLE = """[data-testid=stMainBlockContainer] { padding-top: 3rem; }
[data-testid=stCaptionContainer], [data-testid=stCaptionContainer] p { color: inherit !important; opacity: 0.9; }"""
_DARK_STYLE = """[data-testid=stMultiSelect] span[title], button[kind=primary] p, button[kind=primary] span
{ color: #12181f !important; fill: #12181f; }"""
# Drawn here because Streamlit fetches the pictures of its named icons from a font server when they stand in a tab.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g stroke="#1f5a94" stroke-width="2.5">'
    '<path d="M7 8 16 16M25 8 16 16M16 27V16"/></g><g fill="#1f5a94"><circle cx="16" cy="16" r="5"/>'
    '<circle cx="7" cy="8" r="4"/><circle cx="25" cy="8" r="4"/><circle cx="16" cy="27" r="4"/></g></svg>'
)


def main() -> None:
    """Run the explorer; called by ``app.py`` on every rerun."""
    st.set_page_config(page_title="Control harmonizer", page_icon=_ICON, layout="wide")
    st.html(f"<style>{_STYLE}{_DARK_STYLE if components.is_dark() else ''}</style>")
    page = st.navigation([
        st.Page(HERE / file, title=title, icon=f":material/{icon}:", default=file == "overview.py",
                url_path=file.removesuffix(".py").partition("_")[0])
        for file, title, icon in PAGES
    ])  # fmt: skip
    address.open_page(page.url_path)
    try:
        st.session_state[session.QUESTION_KEY] = sidebar.ask(session.knowledge_graph())
        page.run()
    except HarmonizerError as error:
        st.error(plain(str(error)), icon=":material/error:")


if __name__ == "__main__":
    main()
