"""A plan as OSCAL 1.2: the superset as a catalog, the profile that selects it, the mappings of its controls to the
requirements that they serve, and the skeleton of a component definition to say how each control is implemented.

Every identifier is derived (uuid5) from what it names and every time is the date of the data, so that the same plan
gives the same bytes. A control that meets all that a requirement asks is ``superset-of`` it, any other
``intersects-with`` it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import write_aside
from harmonizer.model import short_key
from harmonizer.superset.plan import Plan
from harmonizer.vocabulary import BASE

OSCAL_VERSION = "1.2.1"
FILES = {"catalog": "superset-catalog.json", "profile": "superset-profile.json",
         "mapping-collection": "superset-mappings.json",
         "component-definition": "superset-components.json"}  # fmt: skip
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, f"{BASE}oscal")


def documents(plan: Plan, index: Index, frameworks: Sequence[str], date: str = "") -> dict[str, dict[str, Any]]:
    """The four documents by kind, each as ``{kind: {...}}``.

    ``date`` (ISO 8601) is what they state as last modified; empty: the latest date on which a framework of the data was
    checked. ``frameworks`` are the slugs that the plan was made for.
    """
    date = date or max(one.checked for one in index.frameworks.values())
    names = ", ".join(index.frameworks[slug].short_title or slug for slug in frameworks)
    plan_id = f"{index.hash}/{','.join(frameworks)}/{','.join(plan.controls)}"

    def body(kind: str, title: str, content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        metadata = {"title": title, "last-modified": f"{date}T00:00:00Z", "version": date,
                    "oscal-version": OSCAL_VERSION}  # fmt: skip
        return {kind: {"uuid": _uuid(plan_id, kind), "metadata": metadata, **content}}

    resource = {"uuid": _uuid(plan_id, "catalog-resource"), "title": "The superset",
                "rlinks": [{"href": FILES["catalog"], "media-type": "application/oscal.catalog+json"}]}  # fmt: skip
    back_matter = {"resources": [resource]}
    href = f"#{resource['uuid']}"
    controls = [_control(row, plan, index) for row in plan]
    mappings = [one for slug in frameworks if (one := _mapping(plan, index, slug, plan_id, href))]
    component = {
        "uuid": _uuid(plan_id, "component"), "type": "policy", "title": "This organisation",
        "description": "A skeleton: say for each control how it is implemented, and split it into your components.",
        "control-implementations": [{
            "uuid": _uuid(plan_id, "implementation"), "source": href, "description": f"The superset for {names}.",
            "implemented-requirements": [
                {"uuid": _uuid(plan_id, "implemented", control), "control-id": control,
                 "description": "To be described."}
                for control in plan.controls
            ],
        }],
    }  # fmt: skip
    found: dict[str, dict[str, Any]] = body(
        "catalog", f"Superset of controls for {names}", {"controls": controls} if controls else {}
    )
    found |= body("profile", f"Superset for {names}", {
        "imports": [{"href": href, "include-all": {}}], "merge": {"as-is": True}, "back-matter": back_matter,
    })  # fmt: skip
    if mappings:
        found |= body("mapping-collection", f"Superset controls and the requirements of {names}", {
            "provenance": {"method": "human", "matching-rationale": "semantic", "status": "complete",
                           "mapping-description": "Each control with the requirements that it serves in the plan, by "
                                                  "the objectives that both are mapped to."},
            "mappings": mappings, "back-matter": back_matter,
        })  # fmt: skip
    if controls:
        found |= body("component-definition", f"Implementation of the superset for {names}",
                      {"components": [component], "back-matter": back_matter})  # fmt: skip
    return found


def write(plan: Plan, index: Index, frameworks: Sequence[str], folder: Path, date: str = "") -> list[Path]:
    """Write the documents into a folder, under the names of :data:`FILES`; returns their paths."""
    found = documents(plan, index, frameworks, date)
    for kind, content in found.items():
        text = json.dumps({kind: content}, ensure_ascii=False, indent=2) + "\n"
        write_aside(folder / FILES[kind], text.encode())
    return [folder / FILES[kind] for kind in found]


def _uuid(*names: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join(names)))


def _control(row: Mapping[str, Any], plan: Plan, index: Index) -> dict[str, Any]:
    slug = str(row["control"])
    statement = plan.details[slug].statement
    items = [{"id": f"{slug}_smt.{at}", "name": "item", "prose": setting}
             for at, setting in enumerate(statement.settings, 1)]  # fmt: skip
    part: dict[str, Any] = {"id": f"{slug}_smt", "name": "statement", "prose": statement.text}
    props = [{"name": "label", "value": slug},
             {"name": "effort-person-days", "ns": BASE, "value": str(row["effort"])},
             *({"name": "objective", "ns": BASE, "value": leaf} for leaf in _several(row["objectives"]))]  # fmt: skip
    known = index.controls.get(slug)
    title = known.title if known else slug
    return {"id": slug, "title": title, "props": props, "parts": [part | ({"parts": items} if items else {})]}


def _mapping(plan: Plan, index: Index, slug: str, plan_id: str, href: str) -> dict[str, Any]:
    framework = index.frameworks[slug]
    maps = []
    for row in plan:
        control = str(row["control"])
        whole = {short_key(key).partition(":")[2] for key in plan.details[control].whole
                 if short_key(key).startswith(f"{slug}:")}  # fmt: skip
        maps += [
            {"uuid": _uuid(plan_id, "map", slug, control, identifier),
             "relationship": "superset-of" if identifier in whole else "intersects-with",
             "sources": [{"type": "control", "id-ref": control}],
             "targets": [{"type": "control", "id-ref": identifier}]}
            for identifier in _several(row[slug])
        ]  # fmt: skip
    if not maps:
        return {}
    return {
        "uuid": _uuid(plan_id, "mapping", slug),
        "source-resource": {"type": "catalog", "href": href},
        "target-resource": {"type": "catalog", "href": framework.url,
                            "props": [{"name": "framework", "ns": BASE, "value": slug}]},
        "maps": maps,
    }  # fmt: skip


def _several(cell: Any) -> list[str]:
    return [one.strip() for one in str(cell or "").split(";") if one.strip()]
