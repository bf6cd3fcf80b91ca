"""What applies: to whom, for which data, on which day, and at which modality.

Without an organisation file a requirement applies if its condition can be true for some organisation; a scope
expression restricts that to organisations for which the expression can be true as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from harmonizer import model
from harmonizer.errors import UsageError
from harmonizer.knowledge.index import Index
from harmonizer.scope import both, either, parse

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


ANYONE = Circumstances()
"""No restriction by scope or by date."""

NEVER = "!*"
"""The scope expression that holds for nobody."""


def in_force(index: Index, requirement: model.Requirement, circumstances: Circumstances) -> bool:
    """Whether the requirement holds on the day asked, for some scope compatible with the one asked."""
    when = in_force_where(index, requirement.key, circumstances.as_of)
    return index.scope.compatible(when, circumstances.scope)


def in_force_where(index: Index, key: str, day: str, dimension: str = "") -> str:
    """For whom a requirement holds on a day, as a scope expression; ``*`` where no day is asked.

    A row of ``dates.csv`` dates its own scope and nothing else: a requirement with a rule for scope A from 2027 and
    none for B holds for B as long as its framework does, and for A from 2027, where several rules meet on any day
    that one of them covers. Both ends of a period count. By status:

    - in force and adopted: from ``valid_from`` to ``valid_to``;
    - superseded: the same, being what applied until ``valid_to``;
    - stayed: not at all for its scope, whatever other rules say, since its dates are those it would have had;
    - proposed: changes nothing, what stands now stands on.

    With ``dimension`` the rules that name it are obeyed as well as those of the whole requirement: they date only the
    constraints of that dimension. Rules that name another dimension never count.
    """
    if not day:
        return "*"
    framework = index.framework_versions[key.partition(":")[0]]
    if not _covers(framework.valid_from, framework.valid_to, day):
        return NEVER
    rules = [rule for rule in index.dates_of.get(key, ()) if rule.status != "proposed"]
    whole = _valid_where([rule for rule in rules if not rule.dimension], day)
    return both(whole, _valid_where([rule for rule in rules if dimension and rule.dimension == dimension], day))


def _valid_where(rules: list[model.DateRule], day: str) -> str:
    """Where some rule covers the day or no rule counts, and none is stayed."""
    stayed = [rule.scope for rule in rules if rule.status == "stayed"]
    dated = [rule for rule in rules if rule.status != "stayed"]
    covering = [rule.scope for rule in dated if _covers(rule.valid_from, rule.valid_to, day)]
    missing = [rule.scope for rule in dated if rule.scope not in covering]
    elsewhere = [negation(either(*missing))] if missing and "" not in missing else []
    held = either(*covering, *elsewhere) if covering or elsewhere else NEVER
    return both(held if missing else "*", *([negation(either(*stayed))] if stayed else []))


def negation(text: str) -> str:
    """The contrary of an expression, written without needless brackets; :data:`NEVER` for what always holds."""
    if text in ("", "*"):
        return NEVER
    return f"!{text}" if parse(text)[0] == "tag" else f"!({text})"


def _covers(start: str, end: str, day: str) -> bool:
    return (not start or start <= day) and (not end or day <= end)


def applies(index: Index, requirement: model.Requirement, circumstances: Circumstances) -> bool:
    """Whether the requirement can bind somebody in the circumstances."""
    when = in_force_where(index, requirement.key, circumstances.as_of) if circumstances.as_of else "*"
    return index.scope.compatible(requirement.applies_when, when, circumstances.scope)


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


def condition_of(index: Index, constraint: model.Constraint, circumstances: Circumstances = ANYONE) -> str:
    """Where a constraint binds: the condition of its requirement and its own, together.

    On the day of the circumstances also where its dates let it; their scope does not enter.
    """
    general, own = index.requirements[constraint.requirement].applies_when, constraint.scope
    when = in_force_where(index, constraint.requirement, circumstances.as_of, constraint.dimension)
    if index.scope.implies(general, own):
        return both(general, when)
    return both(own, when) if index.scope.implies(own, general) else both(general, own, when)


def binding_constraints(
    index: Index, requirement: model.Requirement, objective: str, circumstances: Circumstances
) -> list[model.Constraint]:
    """The constraints that a requirement puts on a leaf in the circumstances."""
    return [
        constraint
        for constraint in index.constraints_of.get(requirement.key, ())
        if constraint.objective == objective
        and index.scope.compatible(condition_of(index, constraint, circumstances), circumstances.scope)
    ]
