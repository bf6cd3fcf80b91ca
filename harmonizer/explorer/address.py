"""Widgets whose value stands in the address, so that a link, a new tab and the back button restore them.

Streamlit's own binding writes the label that is shown; these write the value, which is shorter and stays when a title
changes. Between two runs the address changes by the reader alone (a link, the back button): then it decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_WRITTEN = "address:{}"
_PAGE, _MOVED = "address of the page", "came from another page"


def open_page(name: str) -> None:
    """Say which page is open: navigation drops the parameters of an address, and that is no choice of the reader's."""
    st.session_state[_MOVED] = st.session_state.get(_PAGE, name) != name
    st.session_state[_PAGE] = name


def choose(
    place: DeltaGenerator, label: str, options: Sequence[str], key: str, name: Callable[[str], str], **settings: Any
) -> str | None:
    """A selectbox of values, shown by their names, without a choice to begin with."""
    asked = [one for one in st.query_params.get_all(key)[:1] if one in options]
    _follow(key, asked, lambda found: found[0] if found else None)
    if st.session_state.get(key) not in options:
        st.session_state[key] = None
    chosen: str | None = place.selectbox(label, options, index=None, key=key, format_func=name, **settings)
    _keep(key, [chosen] if chosen else [])
    return chosen


def choose_many(
    place: DeltaGenerator, label: str, options: Sequence[str], key: str, name: Callable[[str], str],
    default: Sequence[str] = (), *, widget: str = "multiselect", **settings: Any,
) -> list[str]:  # fmt: skip
    """Several of the values, shown by their names; what is as by default is left out of the address."""
    asked = [one for one in st.query_params.get_all(key) if one in options]
    _follow(key, asked, lambda found: found or list(default))
    st.session_state[key] = [one for one in st.session_state[key] if one in options]
    chosen = list(getattr(place, widget)(label, options, key=key, format_func=name, **settings))
    _keep(key, [] if chosen == list(default) else chosen)
    return chosen


def _follow(key: str, asked: list[str], value: Callable[[list[str]], Any]) -> None:
    """Set the widget to what the address asks for where that is not what was written there last."""
    there = st.query_params.get_all(key)
    dropped = st.session_state.get(_MOVED) and not there
    if key not in st.session_state or (st.session_state.get(_WRITTEN.format(key)) != there and not dropped):
        st.session_state[key] = value(asked)


def _keep(key: str, values: list[str]) -> None:
    if st.query_params.get_all(key) != values:
        if values:
            st.query_params[key] = values
        else:
            del st.query_params[key]
    st.session_state[_WRITTEN.format(key)] = values
