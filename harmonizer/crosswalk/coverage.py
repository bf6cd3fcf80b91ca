"""How far requirements are covered by another framework, in directed shares.

A(r) is the set of leaf objectives that a requirement asks for: its own and, where specifications stand below it,
theirs. A leaf is *contained* by a framework X where a requirement of X that states a fact is equal to it or more, at
least as strict on every number that r puts on it, and within scope. coverage(r by X) is the weight of the contained
leaves over the weight of A(r), with 1 for a primary and 1/3 for a secondary row (reasoning.md, section 2).

Weights count in thirds, so that sums are exact and no result depends on the order of summation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from harmonizer import model
from harmonizer.answer import Answer, Cell, joined
from harmonizer.knowledge.index import Index
from harmonizer.scope import both, either
from harmonizer.strictness.applicability import Circumstances, applicable, applies, condition_of
from harmonizer.strictness.ordering import at_least_as_strict
from harmonizer.values import describe_value

COLUMNS = ("id", "status", "coverage", "missing objectives", "looser constraints", "residual")
PRIMARY, SECONDARY = 3, 1


@dataclass(frozen=True)
class Asked:
    """One leaf, or one any-of group of leaves, that a requirement asks for.

    ``rows`` are the mapping rows that ask for it; ``weight`` counts in thirds.
    """

    leaves: tuple[str, ...]
    weight: int
    rows: tuple[model.Mapping, ...]


def asked_by(index: Index, requirement: model.Requirement, below: Iterable[model.Requirement]) -> list[Asked]:
    """A(r): what a requirement asks for, with what is asked ``below`` it."""
    requirements = [requirement, *below]
    single: dict[str, list[model.Mapping]] = {}
    groups: dict[tuple[str, str], list[model.Mapping]] = {}
    for one in requirements:
        for row in index.mappings_of.get(one.key, ()):
            if row.any_of:
                groups.setdefault((one.key, row.any_of), []).append(row)
            else:
                single.setdefault(row.objective, []).append(row)
    asked = [Asked((leaf,), _weight(rows), tuple(rows)) for leaf, rows in single.items()]
    for rows in groups.values():
        leaves = tuple(sorted({row.objective for row in rows}))
        if not any(leaf in single for leaf in leaves):
            asked.append(Asked(leaves, _weight(rows), tuple(rows)))
    return asked


def _weight(rows: Iterable[model.Mapping]) -> int:
    return PRIMARY if any(row.part == "primary" for row in rows) else SECONDARY


@dataclass(frozen=True)
class Coverage:
    """How far one requirement is covered."""

    requirement: model.Requirement
    status: str
    share: float
    missing: tuple[str, ...] = ()  # leaves, the members of an any-of group joined by " or "
    possible: tuple[str, ...] = ()  # for each missing one: who may reach it by rows that entail nothing
    looser: tuple[str, ...] = ()
    residual: str = ""

    @property
    def missing_shown(self) -> str:
        """The missing leaves, each with the requirements that touch it without containing it."""
        return joined([f"{leaf} (possibly by {keys.replace('; ', ', ')})" if keys else leaf
                       for leaf, keys in zip(self.missing, self.possible, strict=True)])  # fmt: skip


class Coverer:
    """Answers how far requirements are covered by one set of requirements, in one set of circumstances."""

    def __init__(self, index: Index, by: Iterable[model.Requirement], circumstances: Circumstances) -> None:
        self.index, self.circumstances, self._by = index, circumstances, tuple(by)
        self.containing: dict[str, list[model.Mapping]] = {}
        grouped: dict[tuple[str, str], set[str]] = {}
        for requirement in self._by:
            for row in index.mappings_of.get(requirement.key, ()):
                if row.contains_leaf:
                    self.containing.setdefault(row.objective, []).append(row)
                elif row.any_of and row.basis == "text":
                    grouped.setdefault((row.requirement, row.any_of), set()).add(row.objective)
        self.groups = [frozenset(leaves) for leaves in grouped.values()]
        self._elsewhere: dict[tuple[str, str], str] = {}

    @classmethod
    def by_frameworks(cls, index: Index, by: Sequence[model.Framework], circumstances: Circumstances) -> Coverer:
        """Everything that applies of these frameworks, taken together."""
        requirements = [one for framework in by for one in applicable(index, framework, circumstances, modalities=None)]
        return cls(index, requirements, circumstances)

    @cached_property
    def touching(self) -> dict[str, list[str]]:
        """Who has a row to each leaf, whatever it entails."""
        touching: dict[str, list[str]] = {}
        for requirement in self._by:
            for row in self.index.mappings_of.get(requirement.key, ()):
                touching.setdefault(row.objective, []).append(requirement.short)
        return touching

    def of(self, requirement: model.Requirement) -> Coverage:
        """Coverage of one requirement."""
        if not applies(self.index, requirement, self.circumstances):
            return Coverage(requirement, "out-of-scope", 0.0)
        asked = asked_by(self.index, requirement, self.index.parts(requirement.key))
        residual = requirement.residual
        if not asked:
            return Coverage(requirement, "not-reviewed", 0.0, residual=residual)
        total = sum(one.weight for one in asked)
        reached, missing, possible, looser = 0, [], [], []
        for one in asked:
            met, why = self.meets(one)
            if met:
                reached += one.weight
            else:
                missing.append(" or ".join(one.leaves))
                possible.append(joined([key for leaf in one.leaves for key in self.touching.get(leaf, ())]))
                looser.extend(why)
        status = "not-covered" if not reached else "covered" if reached == total and not residual else "partly"
        return Coverage(requirement, status, reached / total, tuple(missing), tuple(possible),
                        tuple(dict.fromkeys(looser)), residual)  # fmt: skip

    def touches(self, asked: Asked) -> bool:
        """Whether anything here could meet what is asked; cheap, and false only where :meth:`meets` is."""
        return not self.containing.keys().isdisjoint(asked.leaves) or (len(asked.leaves) > 1 and bool(self.groups))

    def meets(self, asked: Asked) -> tuple[bool, list[str]]:
        """Whether one member of what is asked is contained strictly enough; if not, the looser constraints."""
        looser: list[str] = []
        for leaf in asked.leaves:
            rows = [row for row in asked.rows if row.objective == leaf]
            met, why = self.contains(leaf, rows)
            if met:
                return True, []
            looser.extend(why)
        if len(asked.leaves) > 1 and any(group <= set(asked.leaves) for group in self.groups):
            return True, []
        return False, looser

    def contains(self, leaf: str, rows: Iterable[model.Mapping]) -> tuple[bool, list[str]]:
        """Whether the leaf is contained for every one of the asking rows; if not, what is looser."""
        looser: list[str] = []
        containing = self.containing.get(leaf)
        if not containing:
            return False, []
        for row in rows:
            if elsewhere := self._holds_elsewhere(leaf, self.index.requirements[row.requirement].applies_when):
                return False, [elsewhere]
            looser += [
                self._looser(constraint, containing) for constraint in self._numbers(row)
                if not any(self._as_strict(other, constraint) for one in containing for other in self._numbers(one))
            ]  # fmt: skip
        return not looser, looser

    def _holds_elsewhere(self, leaf: str, scope: str) -> str:
        """Where the leaf is contained, in words, unless that serves whoever is asked in this scope."""
        if (leaf, scope) not in self._elsewhere:
            asked = both(scope, self.circumstances.scope)
            where = sorted({self.index.requirements[one.requirement].applies_when for one in self.containing[leaf]})
            served = self.index.scope.serves(asked, *where)
            self._elsewhere[leaf, scope] = "" if served else f"{leaf}: only where {either(*where)}"
        return self._elsewhere[leaf, scope]

    def _numbers(self, row: model.Mapping) -> list[model.Constraint]:
        return [one for one in self.index.constraints_of.get(row.requirement, ())
                if one.objective == row.objective and one.comparable
                and self.index.scope.compatible(condition_of(self.index, one, self.circumstances),
                                                self.circumstances.scope)]  # fmt: skip

    def _as_strict(self, one: model.Constraint, asked: model.Constraint) -> bool:
        dimension = self.index.dimensions[asked.dimension]
        clocks = one.clock == asked.clock or not asked.dimension.endswith("-deadline")
        scopes = (
            condition_of(self.index, asked, self.circumstances),
            condition_of(self.index, one, self.circumstances),
        )
        return clocks and at_least_as_strict(dimension, one, asked) and self.index.scope.serves(*scopes)

    def _looser(self, asked: model.Constraint, within: Sequence[model.Mapping]) -> str:
        dimension = self.index.dimensions[asked.dimension]
        wanted = describe_value(dimension, asked.value, asked.unit)
        offered = [
            f"{model.short_key(other.requirement)} {describe_value(dimension, other.value, other.unit)}"
            for one in within for other in self.index.constraints_of.get(one.requirement, ())
            if other.objective == asked.objective and other.dimension == asked.dimension
        ]  # fmt: skip
        instead = joined(list(dict.fromkeys(offered))) or "no such value"
        return f"{asked.objective}: {asked.dimension} {asked.operator} {wanted} ({instead})"


def coverage(
    index: Index, of: model.Framework, by: Sequence[model.Framework], circumstances: Circumstances
) -> list[Coverage]:
    """Coverage of every requirement of one framework by the others taken together, in source order."""
    coverer = Coverer.by_frameworks(index, by, circumstances)
    return [coverer.of(one) for one in index.requirements_of(of) if one.kind == "requirement"]


def coverage_answer(
    index: Index, of: model.Framework, by: Sequence[model.Framework], circumstances: Circumstances
) -> Answer:
    """The table of ``coverage --of B --by A,...``."""
    found = coverage(index, of, by, circumstances)
    rows = [(one.requirement.id, one.status, round(one.share, 4), one.missing_shown, joined(one.looser),
             one.residual) for one in found]  # fmt: skip
    return Answer.of(COLUMNS, rows, _figures(found), f"{of.short_title} covered by {', '.join(f.slug for f in by)}")


def _figures(found: Sequence[Coverage]) -> dict[str, int | float]:
    """Counts by status, and the share over the requirements in scope."""
    counts = {status: sum(one.status == status for one in found)
              for status in ("covered", "partly", "not-covered", "not-reviewed", "out-of-scope")}  # fmt: skip
    in_scope = [one for one in found if one.status != "out-of-scope"]
    share = sum(one.share for one in in_scope) / len(in_scope) if in_scope else 0.0
    return {**counts, "in scope": len(in_scope), "share": round(share, 4)}


def overlap(index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances) -> Answer:
    """Every leaf that one of the frameworks touches, with each framework's requirement ids."""
    applying = [{one.key for one in applicable(index, framework, circumstances, modalities=None)}
                for framework in frameworks]  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for leaf in index.leaves:
        mappings = [row for row in index.mappings_to.get(leaf.slug, ()) if not row.is_inherited]
        ids = [joined([index.requirements[row.requirement].id for row in mappings if row.requirement in keys])
               for keys in applying]  # fmt: skip
        if any(ids):
            rows.append((leaf.slug, leaf.title, *ids, sum(bool(one) for one in ids)))
    shared = [row[-1] for row in rows]
    figures = {f"shared by {k}": sum(count == k for count in shared) for k in range(len(frameworks), 0, -1)}
    columns = ("objective", "title", *(framework.slug for framework in frameworks), "shared_by")
    return Answer.of(columns, rows, figures, "Objectives and the requirements that ask for them")
