"""Open the explorer: ``streamlit run app.py``."""

from harmonizer.explorer.main import main

main()
