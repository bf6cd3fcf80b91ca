"""A regulatory compliance initiative of Azure Policy (a policy set definition, JSON).

Its ``policyDefinitionGroups`` are the controls of the standard; each policy names the groups that it serves. Names of
groups begin with the standard's (``NIST_SP_800-53_R5_AC-1``): what they all begin with is left out of the ids. What a
group asks mostly stands in metadata that only Azure serves (``additionalMetadataId``): it is named, never fetched. All
policies stay beside the tables (``data/sources/azure-policy/<slug>.json``).
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from harmonizer.formats.contents import Contents, Finding, ReadFramework, ReadRequirement
from harmonizer.formats.foreign_text import slug_of
from harmonizer.formats.located import Located, read_document, title_of

SOURCES = "data/sources/azure-policy"


def recognise(document: object) -> bool:
    """Whether a document is a policy set definition with groups."""
    properties = document.get("properties", document) if isinstance(document, dict) else None
    return isinstance(properties, dict) and isinstance(properties.get("policyDefinitionGroups"), list)


def read(path: Path, slug: str = "") -> Contents:
    """The initiative as a framework, under the slug given or one of its display name.

    Listed: groups that stand twice, that no policy serves or that the file does not describe, and policies in groups
    that are not there. Raises :class:`DataError` for what is no initiative with groups.
    """
    document = read_document(path)
    if not recognise(document.value):
        raise document.problem("no initiative of Azure Policy; expected policyDefinitionGroups")
    properties = document.object("properties") if "properties" in document.value else document
    findings: list[Finding] = []
    groups: dict[str, Located] = {}
    for group in properties.items("policyDefinitionGroups"):
        name = group.text("name", required=True)
        if name in groups:
            findings.append(group.finding(f"{name} stands already at {groups[name].place} and is left out"))
        groups.setdefault(name, group)
    policies: dict[str, list[str]] = defaultdict(list)
    for policy in properties.items("policyDefinitions"):
        for group in policy.items("groupNames"):
            policies[group.as_text()].append(policy.text("policyDefinitionReferenceId", "policyDefinitionId"))
            if group.as_text() not in groups:
                findings.append(group.finding(f"no group {group.as_text()!r}; the policy is not counted there"))
    prefix = _common_prefix([*groups])
    ids = {name: name.removeprefix(prefix) for name in groups}
    title = properties.text("displayName", required=True)
    metadata = properties.get("metadata")
    version = properties.text("version") or (metadata.text("version") if metadata else "")
    headings: dict[str, str] = {}
    requirements = []
    for name, group in groups.items():
        category = group.text("category")
        if category and category not in headings:
            headings[category] = f"category-{slug_of(category) or len(headings) + 1}"
            while headings[category] in (*ids.values(), *(one for key, one in headings.items() if key != category)):
                headings[category] += "-"
            requirements.append(ReadRequirement(headings[category], title_of(category), heading=True,
                                                place=group.place))  # fmt: skip
        number = len(policies[name])
        served = f"{number} Azure polic{'y' if number == 1 else 'ies'} of the initiative."
        description = group.text("description")
        requirements.append(ReadRequirement(
            ids[name], title_of(group.text("displayName") or description or ids[name]), headings.get(category, ""),
            f"{description} {served if number else ''}".strip(), place=group.place,
        ))  # fmt: skip
    bare = sum(not group.text("description") for group in groups.values())
    if bare:
        findings.append(Finding("policyDefinitionGroups", f"{bare} of {len(groups)} are not described in the file: "
                                "Azure serves their texts by additionalMetadataId"))  # fmt: skip
    if unserved := sum(not policies[name] for name in groups):
        findings.append(Finding("policyDefinitionGroups", f"{unserved} of {len(groups)} have no policy"))
    slug = slug or slug_of(title)
    framework = ReadFramework(slug, tuple(requirements), title, version, "Microsoft Azure Policy",
                              url=document.text("id"))  # fmt: skip
    kept = {ids[name]: {"group": name, "metadata": group.text("additionalMetadataId"), "policies": policies[name]}
            for name, group in groups.items()}  # fmt: skip
    return Contents((framework,), (), tuple(findings), {f"{SOURCES}/{slug}.json": json.dumps(kept, indent=1)})


def _common_prefix(names: list[str]) -> str:
    """What all names begin with, up to its last underscore."""
    first, last = min(names, default=""), max(names, default="")
    same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[: first.rfind("_", 0, same) + 1] if first != last else ""
