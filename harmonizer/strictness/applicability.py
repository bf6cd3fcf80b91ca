"""What applies: to whom, for which data, on which day, and at which modality.

Without an organisation file a requirement applies if its condition can be true for some organisation; a scope
expression restricts that to organisations for which the expression can be true as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from harmonizer import model
from harmonizer.errors import UsageError
from harmonizer.knowledge.index import Index
from harmonizer.scope import both

DEFAULT_MODALITIES = frozenset({"required", "prohibited", "addressable", "as-appropriate", "organization-defined"})
"""What is asked unless recommended and optional provisions are asked for too."""


@dataclass(frozen=True)
class Circumstances:
    """For whom and when a question is asked.

    ``scope`` is an expression (``*``: anyone); ``as_of`` an ISO date, or empty for no restriction by date.
    """

    scope: str = "*"
    as_of: str = ""

    def check(self, index: Index) -> None:
        """Raise :class:`UsageError` where the expression or the date cannot be read."""
        index.scope.check(self.scope)
        if self.as_of:
            from datetime import date

            try:
                date.fromisoformat(self.as_of)
            except ValueError:
                raise UsageError(f"{self.as_of!r} is not a date; expected YYYY-MM-DD") from None


def in_force(index: Index, requirement: model.Requirement, circumstances: Circumstances) -> bool:
    """Whether the requirement holds on the day asked, for some scope compatible with the one asked."""
    day = circumstances.as_of
    if not day:
        return True
    framework = index.framework_versions[requirement.key.partition(":")[0]]
    if not _covers(framework.valid_from, framework.valid_to, day):
        return False
    rules = [rule for rule in index.dates_of.get(requirement.key, ()) if rule.status in ("in-force", "adopted")
             and not rule.dimension]  # fmt: skip
    relevant = [rule for rule in rules if index.scope.compatible(rule.scope, circumstances.scope)]
    return not rules or any(_covers(rule.valid_from, rule.valid_to, day) for rule in relevant)


def _covers(start: str, end: str, day: str) -> bool:
    return (not start or start <= day) and (not end or day <= end)


def applies(index: Index, requirement: model.Requirement, circumstances: Circumstances) -> bool:
    """Whether the requirement can bind somebody in the circumstances."""
    return index.scope.compatible(requirement.applies_when, circumstances.scope) and in_force(
        index, requirement, circumstances
    )


def applicable(
    index: Index,
    framework: model.Framework,
    circumstances: Circumstances,
    modalities: frozenset[str] | None = DEFAULT_MODALITIES,
) -> list[model.Requirement]:
    """The framework's requirements (kind ``requirement``) that apply, in source order; any modality for None."""
    return [
        requirement
        for requirement in index.requirements_of(framework)
        if requirement.kind == "requirement"
        and (modalities is None or requirement.modality in modalities)
        and applies(index, requirement, circumstances)
    ]


def condition_of(index: Index, constraint: model.Constraint) -> str:
    """Where a constraint binds: the condition of its requirement and its own, together."""
    general, own = index.requirements[constraint.requirement].applies_when, constraint.scope
    if index.scope.implies(general, own):
        return both(general)
    return both(own) if index.scope.implies(own, general) else both(general, own)


def binding_constraints(
    index: Index, requirement: model.Requirement, objective: str, circumstances: Circumstances
) -> list[model.Constraint]:
    """The constraints that a requirement puts on a leaf in the circumstances."""
    return [
        constraint
        for constraint in index.constraints_of.get(requirement.key, ())
        if constraint.objective == objective
        and index.scope.compatible(condition_of(index, constraint), circumstances.scope)
    ]
