"""The superset solver. The bare engine for any weighted cover is here; plans are made by :mod:`harmonizer.api`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harmonizer.superset.cover import Cover as Cover
    from harmonizer.superset.cover import minimum_cover as minimum_cover

__all__ = ["Cover", "minimum_cover"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'harmonizer.superset' has no attribute {name!r}")
    from harmonizer.superset import cover

    return getattr(cover, name)
