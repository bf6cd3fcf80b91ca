"""What a profile's ``modify`` does to one parameter and to one control, in place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

_HELD = ("params", "props", "links", "parts")
_CONDITIONS = {"by-name": "name", "by-class": "class", "by-id": "id", "by-ns": "ns"}
_ITEMS = {"param": "params", "prop": "props", "link": "links", "part": "parts"}


def set_parameter(parameter: dict[str, Any], setting: dict[str, Any]) -> None:
    """Replace what a parameter says by what the setting says; properties, links, constraints, guidelines are added."""
    for key, value in setting.items():
        if key in ("props", "links", "constraints", "guidelines"):
            parameter[key] = [*parameter.get(key, ()), *copy.deepcopy(value)]
        elif key != "param-id":
            parameter[key] = copy.deepcopy(value)


def alter(control: dict[str, Any], change: dict[str, Any]) -> list[str]:
    """Carry out the removes, then the adds; returns what could not be done, as sentences."""
    problems = [
        f"nothing in {control.get('id')} matches the removal {removal}"
        for removal in change.get("removes", ())
        if not _remove(control, removal)
    ]
    for addition in change.get("adds", ()):
        target = addition.get("by-id", "")
        if not target or target == control.get("id"):
            _add_within(control, addition, first=addition.get("position") == "starting")
        elif not _add_at(control, addition, target):
            problems.append(f"{control.get('id')} holds nothing with the id {target!r} to add at")
    return problems


def _holders(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The control and everything inside it that can hold parts; not the controls below it."""
    yield value
    for key in ("params", "parts"):
        for child in value.get(key, ()):
            yield from _holders(child)


def _remove(control: dict[str, Any], removal: dict[str, Any]) -> bool:
    keys = [_ITEMS[removal["by-item-name"]]] if removal.get("by-item-name") in _ITEMS else list(_HELD)
    wanted = {_CONDITIONS[key]: value for key, value in removal.items() if key in _CONDITIONS}
    if not wanted and "by-item-name" not in removal:
        return False
    done = False
    for holder in list(_holders(control)):
        for key in keys:
            if key not in holder:
                continue
            kept = [one for one in holder[key] if any(one.get(name) != value for name, value in wanted.items())]
            done |= len(kept) < len(holder[key])
            holder[key] = kept
            if not kept:
                del holder[key]
    return done


def _add_within(value: dict[str, Any], addition: dict[str, Any], *, first: bool) -> None:
    if "title" in addition:
        value["title"] = addition["title"]
    for key in _HELD:
        if added := copy.deepcopy(addition.get(key, [])):
            value[key] = [*added, *value.get(key, ())] if first else [*value.get(key, ()), *added]


def _add_at(control: dict[str, Any], addition: dict[str, Any], target: str) -> bool:
    """Add inside, before or after the part or parameter with that id."""
    position = addition.get("position", "ending")
    for holder in _holders(control):
        for key in ("parts", "params"):
            for at, one in enumerate(holder.get(key, ())):
                if one.get("id") != target:
                    continue
                if position in ("starting", "ending"):
                    _add_within(one, addition, first=position == "starting")
                    return True
                place = at if position == "before" else at + 1
                for held in _HELD:
                    added = copy.deepcopy(addition.get(held, []))
                    if held == key:
                        holder[key][place:place] = added
                    elif added:
                        holder[held] = [*holder.get(held, ()), *added]
                return True
    return False
