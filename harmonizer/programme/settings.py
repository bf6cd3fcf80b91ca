"""The settings that an organisation has chosen, and how they stand to what binds.

A setting names a leaf objective and says how it is reached; where the graph measures the objective, it names the
dimension and the value too, and is compared with every constraint that binds the system. Much law names no number: then
the document says that the number is the organisation's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harmonizer.answer import Answer, Cell, joined
from harmonizer.errors import DataError, did_you_mean, nearest
from harmonizer.knowledge.index import Index
from harmonizer.model import Constraint, Framework, short_key
from harmonizer.strictness.applicability import DEFAULT_MODALITIES, Circumstances
from harmonizer.strictness.ordering import at_least_as_strict
from harmonizer.strictness.strictest import constraints_in
from harmonizer.values import describe_value, parse_value

if TYPE_CHECKING:
    from harmonizer.programme.organisation import Organisation

COLUMNS = ("system", "objective", "setting", "how", "standing", "because", "citations", "line")
FIELDS = ("objective", "dimension", "value", "how")
WEAKER, MEETS, JUDGED, OWN = "weaker than what binds", "meets what binds", "to be judged", "own choice"


@dataclass(frozen=True)
class Setting:
    """What is chosen for one system, and the constraints that it misses, meets, must be judged by or fills in."""

    system: str
    objective: str
    dimension: str
    value: str
    how: str
    line: int
    missed: tuple[Constraint, ...] = ()
    met: tuple[Constraint, ...] = ()
    judged: tuple[Constraint, ...] = ()
    left_open: tuple[Constraint, ...] = ()

    @property
    def standing(self) -> str:
        """:data:`WEAKER` where one constraint is missed, else :data:`MEETS`, :data:`JUDGED` or :data:`OWN`."""
        return WEAKER if self.missed else MEETS if self.met else JUDGED if self.judged else OWN

    @property
    def cited(self) -> tuple[Constraint, ...]:
        """The constraints that make its standing."""
        return self.missed or self.met or self.judged or self.left_open

    def measured(self, index: Index) -> str:
        """``idle timeout 10 minutes``; nothing for a setting without a value."""
        if not self.dimension:
            return ""
        dimension = index.dimensions[self.dimension]
        return f"{dimension.title} {describe_value(dimension, self.value, dimension.unit)}"

    def because(self, index: Index) -> str:
        """Its standing in words."""
        said = [_said(index, one) for one in self.cited]
        match self.standing:
            case "weaker than what binds" | "meets what binds":
                return f"{self.standing}: {joined(said)}"
            case "to be judged":
                return f"to be judged by a person: {joined(said)}"
        if self.left_open:
            return "own choice: the rule leaves the number to the organisation"
        return "own choice: no framework in scope names a value for it"


def _said(index: Index, one: Constraint) -> str:
    dimension = index.dimensions[one.dimension]
    return f"{one.operator.replace('-', ' ')} {describe_value(dimension, one.value, one.unit)}"


def settings(
    index: Index, organisation: Organisation, circumstances: Circumstances, frameworks: Sequence[Framework]
) -> list[Setting]:
    """The settings of every system, each held against what the frameworks ask of that system.

    ``index`` is the graph as nobody in particular sees it.
    """
    found = []
    for system in organisation.entries["systems"]:
        seen = index.seen_by(organisation.seen(system["id"]))
        bound = [one for one in constraints_in(seen, frameworks, circumstances)
                 if index.requirements[one.requirement].modality in DEFAULT_MODALITIES]  # fmt: skip
        for number, fields in enumerate(system.tables("settings")):
            objective, slug, value, how = (str(fields.get(name) or "") for name in FIELDS)
            line = organisation.document.line((*system.place, "settings", number))
            found.append(_held_against(index, Setting(system["id"], objective, slug, value, how, line), bound))
    return found


def _held_against(index: Index, setting: Setting, bound: Iterable[Constraint]) -> Setting:
    """The setting with the constraints on its objective and dimension, sorted by how it stands to them."""
    own = [one for one in bound if one.objective == setting.objective and one.dimension == setting.dimension]
    comparable = [one for one in own if one.comparable]
    chosen = {one: replace(one, value=setting.value, unit=index.dimensions[one.dimension].unit) for one in comparable}
    met = [one for one in comparable if at_least_as_strict(index.dimensions[one.dimension], chosen[one], one)]
    return replace(
        setting, met=tuple(met), missed=tuple(one for one in comparable if one not in met),
        judged=tuple(one for one in own if one.wording == "qualitative"),
        left_open=tuple(one for one in own if one.wording == "organization-defined"),
    )  # fmt: skip


def listing(index: Index, found: Sequence[Setting]) -> Answer:
    """The settings as a table, what falls short first."""
    rows: list[Sequence[Cell]] = [
        (one.system, one.objective, one.measured(index), one.how, one.standing, one.because(index),
         joined(list(dict.fromkeys(short_key(each.requirement) for each in one.cited))), one.line)
        for one in sorted(found, key=lambda one: not one.missed)
    ]  # fmt: skip
    weaker = sum(bool(one.missed) for one in found)
    return Answer.of(COLUMNS, rows, {"settings": len(rows), "weaker than what binds": weaker}, "Chosen settings")


def setting_problems(organisation: Organisation, index: Index) -> Iterator[DataError]:
    """Objectives and dimensions that are not there, and values that do not fit their dimension."""
    leaves = {one.slug for one in index.leaves}
    problem = organisation.document.problem
    for system in organisation.entries["systems"]:
        for number, fields in enumerate(system.tables("settings")):
            place = (*system.place, "settings", number)
            objective, slug, value = (str(fields.get(name) or "") for name in ("objective", "dimension", "value"))
            if objective and objective not in leaves:
                yield problem(f"there is no leaf objective {objective!r}{did_you_mean(nearest(objective, leaves))}",
                              (*place, "objective"))  # fmt: skip
            if bool(slug) != bool(value):
                missing = "dimension" if value else "value"
                yield problem(f"the field {missing!r} is missing: a setting that is measured names both", place)
            elif slug and slug not in index.dimensions:
                meant = did_you_mean(nearest(slug, index.dimensions))
                yield problem(f"there is no dimension {slug!r}{meant}", (*place, "dimension"))
            elif slug:
                dimension = index.dimensions[slug]
                try:
                    parse_value(dimension, value, dimension.unit)
                except ValueError as error:
                    yield problem(f"the value does not fit {slug}: {error}", (*place, "value"))
