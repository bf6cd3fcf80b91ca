"""``python -m harmonizer.cli``."""

from harmonizer.cli import main

main()
