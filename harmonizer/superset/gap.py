"""What is left to do for one framework when others are met: the commonest question of all."""

from __future__ import annotations

from collections.abc import Sequence

from harmonizer import model
from harmonizer.answer import Answer, joined
from harmonizer.crosswalk.coverage import coverage
from harmonizer.knowledge.index import Index
from harmonizer.strictness.applicability import DEFAULT_MODALITIES, Circumstances
from harmonizer.superset.optimize import solve
from harmonizer.superset.problem import build

COLUMNS = ("id", "status", "missing leaves", "looser constraints", "controls that would close it", "effort")


def gap(
    index: Index, framework: model.Framework, have: Sequence[model.Framework], circumstances: Circumstances
) -> Answer:
    """One row per requirement in scope that the frameworks in place do not cover.

    ``controls`` are those of the cheapest plan for what is left that reach a missing leaf of the row; ``effort`` is
    their joint effort in person-days. The summary has the plan's own effort, which counts each control once.
    """
    problem = build(index, [framework.key], circumstances=circumstances, have_framework=[one.key for one in have])
    chosen = solve(problem)
    reach = {slug: set(index.controls[slug].satisfies) for slug in chosen.controls}
    effort = {slug: problem.effort(slug, chosen.selection.levels_of(slug)) for slug in chosen.controls}
    found = coverage(index, framework, have, circumstances)
    rows = []
    for one in found:
        if one.status in ("covered", "out-of-scope") or one.requirement.modality not in DEFAULT_MODALITIES:
            continue
        missing = {leaf for alternatives in one.missing for leaf in alternatives.split(" or ")}
        closing = [slug for slug in chosen.controls if reach[slug] & missing]
        rows.append((one.requirement.id, one.status, one.missing_shown, joined(one.looser), joined(closing),
                     sum(effort[slug] for slug in closing)))  # fmt: skip
    in_scope = [one for one in found if one.status != "out-of-scope"]
    figures = {
        "requirements in scope": len(in_scope),
        "covered": sum(one.status == "covered" for one in in_scope),
        "partly": sum(one.status == "partly" for one in in_scope),
        "not-covered": sum(one.status == "not-covered" for one in in_scope),
        "controls to add": len(chosen.controls),
        "effort in person-days": chosen.effort,
        "status": chosen.status,
        "lower_bound": chosen.lower_bound,
        "uncovered": len(chosen.uncovered),
    }
    names = ", ".join(one.short_title for one in have)
    return Answer.of(COLUMNS, rows, figures, f"What is left for {framework.short_title} when {names} is met")
