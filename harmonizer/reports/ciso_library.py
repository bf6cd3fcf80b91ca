"""Libraries for CISO Assistant (intuitem), as YAML: a framework, a mapping of two frameworks, the superset of controls.

The layout follows the documentation of its library objects (docs: «Library objects», «Mappings»; tools/README.md) and
what its loader requires (backend/library/utils.py, ``REQUIRED_FIELDS``) and accepts (backend/core/models.py:
``URN_REGEX``, the relationships and rationales of ``RequirementMapping``, the categories of ``ReferenceControl``) in
the repository intuitem/ciso-assistant-community, as read in November 2026. A framework and a mapping are libraries of
their own there, because the loader loads every library with mappings by itself.

A library is updated only by one of a higher version: ours is the day of its data, ``20261125``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import write_aside
from harmonizer.model import Framework, Requirement
from harmonizer.reports.derived_crosswalk import Statement
from harmonizer.reports.planned_controls import PlannedControl

URN = "urn:harmonizer:risk:"
RELATIONSHIPS = {"equal": "equal", "subset-of": "subset", "superset-of": "superset", "intersects-with": "intersect",
                 "no-relationship": "not_related"}  # fmt: skip
_REVERSED = {"subset": "superset", "superset": "subset"}
_CATEGORIES = {"technical": "technical", "physical": "physical"}  # administrative may be a policy or a procedure


def framework_library(index: Index, framework: Framework) -> dict[str, Any]:
    """The framework as a library: every row a node, those that ask for something assessable."""
    urns = node_urns(index, framework)
    depths: dict[str, int] = {}
    nodes = []
    for one in index.requirements_of(framework):
        depths[one.key] = depths.get(one.parent, 0) + 1
        nodes.append(_filled({
            "urn": urns[one.key], "assessable": one.kind == "requirement", "depth": depths[one.key],
            "parent_urn": urns.get(one.parent), "ref_id": one.id, "name": one.title, "description": one.summary,
            "annotation": f"Applies when {one.applies_when}" if one.applies_when else "",
        }))  # fmt: skip
    name = _name(framework)
    about: dict[str, Any] = {"urn": f"{URN}framework:{name}", "ref_id": name, "name": framework.title,
             "description": f"{framework.title}, {framework.version}: ids as in the source, titles and summaries in "
                            "the words of the harmonizer",
             "requirement_nodes": nodes}  # fmt: skip
    return _library([framework], name, framework.title, about["description"], framework.publisher,
                    {"framework": about})  # fmt: skip


def mapping_library(
    index: Index, source: Framework, target: Framework, statements: Sequence[Statement]
) -> dict[str, Any]:
    """What follows about pairs of requirements, in both directions, as CISO Assistant's own converter writes it.

    Where more than one relation is possible the weaker is written ("intersect": partial coverage), and the annotation
    says what is known.
    """
    urns = node_urns(index, source) | node_urns(index, target)
    name = f"{_name(source)}-to-{_name(target)}"
    title = f"{source.short_title} to {target.short_title}"
    forward = [
        {"source_requirement_urn": urns[one.source.key], "target_requirement_urn": urns[one.target.key],
         "relationship": RELATIONSHIPS[one.relation], "rationale": "semantic",
         "annotation": one.reason if one.exact else f"Known: {one.known}. {one.reason}"}
        for one in statements
    ]  # fmt: skip
    back = [
        {**one, "source_requirement_urn": one["target_requirement_urn"],
         "target_requirement_urn": one["source_requirement_urn"],
         "relationship": _REVERSED.get(one["relationship"], one["relationship"])}
        for one in forward
    ]  # fmt: skip
    ends = [f"{URN}framework:{_name(one)}" for one in (source, target)]
    sets: list[dict[str, Any]] = [
        {"urn": f"{URN}req_mapping_set:{name}{suffix}", "ref_id": f"{name}{suffix}", "name": title,
         "description": f"{title}, derived from the mappings of both to control objectives",
         "source_framework_urn": a, "target_framework_urn": b, "requirement_mappings": rows}
        for suffix, (a, b), rows in (("", ends, forward), ("-revert", ends[::-1], back))
    ]  # fmt: skip
    library = _library([source, target], f"mapping-{name}", title, sets[0]["description"], "harmonizer",
                       {"requirement_mapping_sets": sets})  # fmt: skip
    return {**library, "dependencies": [f"{URN}library:{_name(one)}" for one in (source, target)]}


def controls_library(frameworks: Sequence[Framework], controls: Sequence[PlannedControl]) -> dict[str, Any]:
    """The superset as reference controls; what each serves, and the evidence to expect, is its annotation."""
    name = f"superset-{'-'.join(_name(one) for one in frameworks)}"
    urns = _urns(f"{URN}function:{name}:", [one.slug for one in controls])
    listed = [
        _filled({"urn": urns[one.slug], "ref_id": one.slug, "name": one.title,
                 "category": _CATEGORIES.get(one.kind), "description": one.statement,
                 "annotation": "\n".join(filter(None, (one.serving, _evidence(one.evidence))))})
        for one in controls
    ]  # fmt: skip
    title = f"Superset of controls for {', '.join(one.short_title for one in frameworks)}"
    return _library(frameworks, name, title, f"{title}: the cheapest sufficient set", "harmonizer",
                    {"reference_controls": listed})  # fmt: skip


def write_library(library: Mapping[str, Any], path: Path) -> Path:
    """Write a library as YAML; returns its path."""
    import yaml

    text = yaml.safe_dump(dict(library), sort_keys=False, allow_unicode=True, width=120)
    write_aside(path, text.encode())
    return path


def node_urns(index: Index, framework: Framework) -> dict[str, str]:
    """The URN of each requirement of a framework, by key."""
    rows: list[Requirement] = index.requirements_of(framework)
    urns = _urns(f"{URN}req_node:{_name(framework)}:", [one.id for one in rows])
    return {one.key: urns[one.id] for one in rows}


def _urns(prefix: str, names: Iterable[str]) -> dict[str, str]:
    """URNs in the characters that the loader takes; it folds case, so what then falls together is numbered."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = urn = prefix + _fit(name)
        number = 1
        while urn in taken:
            number += 1
            urn = f"{plain}_{number}"
        taken.add(urn)
        found[name] = urn
    return found


def _fit(text: str) -> str:
    return re.sub(r"[^0-9a-z()\[\]._-]", "_", text.lower().replace(" ", "-"))


def _name(framework: Framework) -> str:
    return _fit(f"{framework.slug}-{framework.version}")


def _evidence(kinds: Sequence[str]) -> str:
    return f"Evidence: {'; '.join(kinds)}." if kinds else ""


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value not in (None, "")}


def _library(
    frameworks: Sequence[Framework], name: str, title: str, description: str, provider: str, objects: Mapping[str, Any]
) -> dict[str, Any]:
    day = max(one.checked for one in frameworks)
    dated = re.fullmatch(r"\d{4}-\d\d-\d\d", day) is not None
    rights = "; ".join(dict.fromkeys(f"{one.short_title}: {one.licence}" for one in frameworks))
    return _filled({
        "urn": f"{URN}library:{name}", "locale": "en", "ref_id": name, "name": title, "description": description,
        "copyright": f"{rights}. Titles, summaries and mappings of the harmonizer: {frameworks[0].mapping_licence}",
        "version": int(day.replace("-", "")) if dated else 1, "publication_date": day if dated else "",
        "provider": provider, "packager": "harmonizer", "objects": dict(objects),
    })  # fmt: skip
