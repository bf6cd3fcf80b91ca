"""The explorer: Streamlit pages over the public API. Pages arrange; what they show comes from pure functions."""
