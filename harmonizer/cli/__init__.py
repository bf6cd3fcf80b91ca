"""The command line: parse, call the API, print.

Rows go to stdout, everything else to stderr. Exit codes: 0 fine, 1 findings, 2 usage, 3 bad input data, 130
interrupted. Nothing heavy is imported before a command runs.
"""

from importlib import import_module

from harmonizer.cli.command import app

# In the order in which the help lists commands.
_MODULES = ("questions", "plans", "programme", "assess", "evidence", "gate", "data", "parameters", "start")
for _module in _MODULES:
    import_module(f"harmonizer.cli.{_module}")


def main() -> None:
    """Entry point of the console script."""
    app()
