"""What the knowledge graph holds: the tables behind ``frameworks``, ``requirements``, ``objectives`` and ``show``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from harmonizer import model
from harmonizer.answer import Answer, joined
from harmonizer.errors import UnknownNameError
from harmonizer.knowledge.index import Index
from harmonizer.model import short_key
from harmonizer.strictness.applicability import Circumstances, condition_of
from harmonizer.values import describe_value

FRAMEWORK_COLUMNS = ("slug", "title", "version", "publisher", "kind", "requirements", "mapped", "constraints",
                     "text_status", "valid_from", "valid_to")  # fmt: skip
REQUIREMENT_COLUMNS = ("id", "parent", "kind", "modality", "title", "summary", "applies_when", "valid_from",
                       "valid_to", "objectives", "residual", "checked")  # fmt: skip
OBJECTIVE_COLUMNS = ("objective", "parent", "title", "requirements", "frameworks")
DIFF_COLUMNS = ("id", "change", "before", "after", "objectives", "controls")
SHOW_COLUMNS = ("section", "item", "detail", "source")


def frameworks(index: Index) -> Answer:
    """One row per framework version.

    ``requirements`` counts rows of kind requirement, ``mapped`` those with a mapping row of their own.
    """
    rows = []
    for framework in index.knowledge.frameworks:
        requirements = [one for one in index.requirements_of(framework) if one.kind == "requirement"]
        mapped = sum(any(not row.is_inherited for row in index.mappings_of.get(one.key, ())) for one in requirements)
        constraints = sum(len(index.constraints_of.get(one.key, ())) for one in requirements)
        rows.append((framework.slug, framework.title, framework.version, framework.publisher, framework.kind,
                     len(requirements), mapped, constraints, framework.text_status, framework.valid_from,
                     framework.valid_to))  # fmt: skip
    return Answer.of(FRAMEWORK_COLUMNS, rows, title="Frameworks")


def requirements(index: Index, framework: model.Framework) -> Answer:
    """Every row of a framework in source order, headings included."""
    rows = []
    for one in index.requirements_of(framework):
        dates = [rule for rule in index.dates_of.get(one.key, ()) if rule.status != "proposed" and not rule.dimension]
        parent = one.parent.partition(":")[2]
        leaves = [mapping.objective for mapping in index.mappings_of.get(one.key, ())]
        rows.append((one.id, parent, one.kind, one.modality, one.title, one.summary, one.applies_when,
                     _dated((rule.valid_from, rule.scope) for rule in dates) or framework.valid_from,
                     _dated((rule.valid_to, rule.scope) for rule in dates) or framework.valid_to,
                     joined(leaves), one.residual, one.checked))  # fmt: skip
    return Answer.of(REQUIREMENT_COLUMNS, rows, title=framework.title)


def _dated(dates: Iterable[tuple[str, str]]) -> str:
    return joined([f"{day} [{scope}]" if scope else day for day, scope in dates if day])


def objectives(index: Index, *, tree: bool = False) -> Answer:
    """Leaves with the number of requirements and frameworks that ask for each; with ``tree`` all three levels."""
    indent = {"domain": "", "objective": "  ", "leaf": "    "}
    rows = []
    for objective in index.knowledge.objectives:
        if not tree and objective.level != "leaf":
            continue
        keys = {mapping.requirement for leaf in index.leaves_below(objective.slug)
                for mapping in index.mappings_to.get(leaf.slug, ())
                if not mapping.is_inherited and index.is_current(mapping.requirement)}  # fmt: skip
        slugs = sorted({key.partition("@")[0] for key in keys})
        title = indent[objective.level] + objective.title if tree else objective.title
        rows.append((objective.slug, objective.parent, title, len(keys), joined(slugs)))
    return Answer.of(OBJECTIVE_COLUMNS, rows, title="Control objectives")


def diff(index: Index, before: model.Framework, after: model.Framework) -> Answer:
    """What changed from one version of a framework to another, with the objectives and controls that it affects.

    ``change`` is added, removed, moved (another parent) or changed (in what is named: text, kind, modality, scope,
    mapping, constraints, dates); ``before`` and ``after`` hold the summaries, or the parents of what moved.
    """
    old = {one.id: one for one in index.requirements_of(before)}
    new = {one.id: one for one in index.requirements_of(after)}
    rows = []
    for identifier in [*new, *(one for one in old if one not in new)]:
        one, other = old.get(identifier), new.get(identifier)
        if one is None or other is None:
            change = "added" if one is None else "removed"
            texts = (one.summary or one.title if one else "", other.summary or other.title if other else "")
        else:
            parts = _changed_parts(index, one, other)
            moved = one.parent.partition(":")[2] != other.parent.partition(":")[2]
            if not parts and not moved:
                continue
            change = "; ".join([*(["moved"] if moved else []), *([f"changed: {', '.join(parts)}"] if parts else [])])
            texts = (one.summary, other.summary) if parts else (one.parent, other.parent)
        leaves = sorted({row.objective for side in (one, other) if side
                         for row in index.mappings_of.get(side.key, ())})  # fmt: skip
        controls = sorted(slug for slug, control in index.controls.items() if set(control.satisfies) & set(leaves))
        rows.append((identifier, change, *map(short_key, texts), joined(leaves), joined(controls)))
    kinds = [part.partition(":")[0] for row in rows for part in str(row[1]).split("; ")]
    counts = {name: kinds.count(name) for name in ("added", "removed", "moved", "changed")}
    return Answer.of(DIFF_COLUMNS, rows, counts, f"From {before.key} to {after.key}")


def _changed_parts(index: Index, one: model.Requirement, other: model.Requirement) -> list[str]:
    def stripped(records: Iterable[Any], *left_out: str) -> list[str]:
        return sorted(repr(replace(record, requirement="", **dict.fromkeys(left_out, ""))) for record in records)

    provenance = ("comment", "author", "reviewer", "date", "review_state")
    compared = {
        "text": (one.title, one.summary) == (other.title, other.summary),
        "kind": one.kind == other.kind,
        "modality": one.modality == other.modality,
        "scope": one.applies_when == other.applies_when,
        "mapping": stripped(index.mappings_of.get(one.key, ()), *provenance)
        == stripped(index.mappings_of.get(other.key, ()), *provenance),
        "constraints": stripped(index.constraints_of.get(one.key, ()))
        == stripped(index.constraints_of.get(other.key, ())),
        "dates": stripped(index.dates_of.get(one.key, ())) == stripped(index.dates_of.get(other.key, ())),
    }
    return [name for name, same in compared.items() if not same]


def show(index: Index, name: str, circumstances: Circumstances) -> Answer:
    """Everything known of a requirement or an objective."""
    if ":" in name.removeprefix("objective:"):
        return _show_requirement(index, index.requirement(name))
    try:
        return _show_objective(index, index.objective(name), circumstances)
    except UnknownNameError as error:
        raise UnknownNameError(
            "requirement or objective", name, [*index.objectives, *(one.short for one in index.requirements.values())]
        ) from error


def _show_requirement(index: Index, one: model.Requirement) -> Answer:
    framework = index.framework_versions[one.key.partition(":")[0]]
    rows = [("requirement", one.short, one.title, framework.title), ("summary", "", one.summary, framework.url),
            ("kind", "", ", ".join(part for part in (one.kind, one.modality) if part), ""),
            ("applies when", "", one.applies_when or "whenever the framework applies", "")]  # fmt: skip
    if one.parent:
        rows.append(("part of", short_key(one.parent), index.requirements[one.parent].title, ""))
    rows += [("has part", child.short, child.title, "") for child in index.children(one.key)]
    rows += [_mapping_row(mapping, mapping.objective) for mapping in index.mappings_of.get(one.key, ())]
    rows += [_constraint_row(index, constraint) for constraint in index.constraints_of.get(one.key, ())]
    rows += [("date", rule.status, f"{rule.valid_from or '…'} to {rule.valid_to or '…'} {rule.note}".strip(),
              rule.source) for rule in index.dates_of.get(one.key, ())]  # fmt: skip
    if one.residual:
        rows.append(("not expressed", "", one.residual, ""))
    rows += [("tension", tension.id, tension.title, joined([short_key(key) for key in tension.members]))
             for tension in index.knowledge.tensions if one.key in tension.members]  # fmt: skip
    rows.append(("checked", one.checked, f"summary {framework.text_status}, review {one.status}", framework.licence))
    return Answer.of(SHOW_COLUMNS, [row for row in rows if row[2]], title=f"{one.short}: {one.title}")


def _mapping_row(mapping: model.Mapping, item: str) -> tuple[str, str, str, str]:
    detail = f"{mapping.relation}, {mapping.part}, basis {mapping.basis}, confidence {mapping.confidence:g}"
    if mapping.any_of:
        detail += f", any of group {mapping.any_of}"
    origin = f"{mapping.author}, {mapping.date}, {mapping.review_state}"
    return ("mapping", item, f"{detail}: {mapping.comment}", origin)


def _constraint_row(index: Index, constraint: model.Constraint) -> tuple[str, str, str, str]:
    dimension = index.dimensions[constraint.dimension]
    value = describe_value(dimension, constraint.value, constraint.unit)
    parts = [f"{dimension.slug} {constraint.operator} {value}"]
    if constraint.extension:
        parts.append(f"extension {constraint.extension}")
    if constraint.clock:
        parts.append(f"from {constraint.clock}")
    scope = condition_of(index, constraint)
    if scope != "*":
        parts.append(f"where {scope}")
    parts.append(constraint.wording)
    if constraint.note:
        parts.append(constraint.note)
    return ("constraint", constraint.objective, "; ".join(parts), short_key(constraint.requirement))


def _show_objective(index: Index, objective: model.Objective, circumstances: Circumstances) -> Answer:
    rows = [(objective.level, objective.slug, objective.title, ""), ("outcome", "", objective.outcome, "")]
    above = objective
    while above.parent:
        above = index.objectives[above.parent]
        rows.append(("belongs to", above.slug, above.title, ""))
    rows += [("has part", child.slug, child.title, "") for child in index.narrower(objective.slug)]
    for leaf in index.leaves_below(objective.slug):
        prefix = "" if leaf is objective else f"{leaf.slug}: "
        for mapping in index.mappings_to.get(leaf.slug, ()):
            one = index.requirements[mapping.requirement]
            if not index.is_current(one.key) or not index.scope.compatible(one.applies_when, circumstances.scope):
                continue
            section, _, detail, origin = _mapping_row(mapping, "")
            rows.append((section, one.short, f"{prefix}{one.title}. {detail}", origin))
        rows += [_constraint_row(index, constraint) for constraint in index.constraints_on.get(leaf.slug, ())]
        rows += [("control", control.slug, f"{control.title}: {control.reasons[control.satisfies.index(leaf.slug)]}",
                  f"{control.effort_likely} person-days")
                 for control in index.knowledge.controls if leaf.slug in control.satisfies]  # fmt: skip
    return Answer.of(SHOW_COLUMNS, [row for row in rows if row[2]], title=f"{objective.slug}: {objective.title}")
