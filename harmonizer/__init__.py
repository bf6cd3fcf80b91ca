"""A knowledge-graph control harmonizer.

>>> import harmonizer as hz
>>> kg = hz.load()
>>> kg["soc2:CC6.1"].title
'Logical access security'

Everything public is here; see :class:`~harmonizer.api.Harmonizer`. Names are loaded on first use, so that importing
the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harmonizer.answer import Answer as Answer
    from harmonizer.api import Harmonizer as Harmonizer
    from harmonizer.api import RequirementView as RequirementView
    from harmonizer.api import load as load
    from harmonizer.errors import DataError as DataError
    from harmonizer.errors import HarmonizerError as HarmonizerError
    from harmonizer.errors import UnknownNameError as UnknownNameError
    from harmonizer.superset.plan import Plan as Plan

__version__ = "0.1.0"

_HOMES = {
    "Answer": "harmonizer.answer",
    "DataError": "harmonizer.errors",
    "Harmonizer": "harmonizer.api",
    "HarmonizerError": "harmonizer.errors",
    "Plan": "harmonizer.superset.plan",
    "RequirementView": "harmonizer.api",
    "UnknownNameError": "harmonizer.errors",
    "load": "harmonizer.api",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'harmonizer' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
