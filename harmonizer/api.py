"""The Python API: load the knowledge graph, ask it questions.

Every method answers the question of the command line's command of the same name, with the same columns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from harmonizer import model
from harmonizer.answer import Answer, joined
from harmonizer.errors import UsageError
from harmonizer.files_api import FileQuestions
from harmonizer.knowledge import store
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.query import SECONDS
from harmonizer.programme_api import MAIN_FRAMEWORKS as MAIN_FRAMEWORKS
from harmonizer.programme_api import ProgrammeQuestions, organisation_of
from harmonizer.strictness.applicability import DEFAULT_MODALITIES, Circumstances

if TYPE_CHECKING:
    import networkx as nx
    import pyoxigraph as ox
    import rdflib

    from harmonizer.programme.organisation import Organisation
    from harmonizer.superset.deadline import Deadline, Progress
    from harmonizer.superset.plan import Plan
    from harmonizer.superset.problem import Addressable, Given


def load(
    workspace: str | Path | None = None, *, scope: str = "*", as_of: str = "", system: str = "",
    organisation: str | Path | None = None, ready: bool = True,
) -> Harmonizer:  # fmt: skip
    """Open the bundled knowledge graph, with the files of a workspace folder laid over it, or one behind an endpoint.

    Parameters
    ----------
    workspace: a folder with ``ontologies/`` or ``data/`` of its own, the URL of a SPARQL 1.1 endpoint, or None.
    scope: a scope expression that every question is asked for, unless it names its own.
    as_of: an ISO date, likewise.
    system: one system of the organisation, which is then all that questions are asked for.
    organisation: an organisation file; by default the ``organisation.yaml`` of the workspace, if it has one.
    ready: make what questions share now, so that the first of them does not wait for it.

    An organisation file fixes every tag but the events: what it does not name is false.

    Raises
    ------
    DataError: where a file is unfit; the message names file, line and column.
    UsageError: where the workspace, scope, date or system cannot be read.
    """
    dataset = store.open_dataset(workspace)
    index = dataset.index()
    known = organisation_of(dataset.workspace, organisation, index, system)
    graph = Harmonizer(index, dataset, Circumstances(scope or "*", as_of), known, system)
    if ready:
        from harmonizer.crosswalk.counterparts import make_ready

        make_ready(graph.index)
    return graph


class Harmonizer(FileQuestions, ProgrammeQuestions):
    """The knowledge graph with its questions. Made by :func:`load`; read-only."""

    def __init__(
        self, index: Index, dataset: store.Dataset, circumstances: Circumstances | None = None,
        organisation: Organisation | None = None, system: str = "",
    ) -> None:  # fmt: skip
        self.organisation, self.system = organisation, system
        self.index = index.seen_by(organisation.seen(system)) if organisation else index
        self._base, self._dataset = index, dataset
        self.circumstances = circumstances or Circumstances()
        self.circumstances.check(self.index)

    @property
    def workspace(self) -> Path | None:
        """The workspace folder that is laid over the bundled data, if any."""
        return self._dataset.workspace

    def __repr__(self) -> str:
        knowledge = self.index.knowledge
        return (f"<Harmonizer: {len(self.index.frameworks)} frameworks, {len(knowledge.requirements)} requirements, "
                f"{len(self.index.leaves)} leaf objectives, {len(knowledge.mappings)} mappings>")  # fmt: skip

    def __getitem__(self, name: str) -> RequirementView:
        """The requirement ``slug:id``; :class:`UnknownNameError` (a KeyError) names the nearest."""
        return RequirementView(self, self.index.requirement(name))

    @property
    def nobody_in_particular(self) -> Index:
        """The graph as it is without an organisation; its hash is that of the dataset."""
        return self._base

    def _whole(self) -> Harmonizer:
        return self

    def within(self, *, scope: str | None = None, as_of: str | None = None) -> Harmonizer:
        """The same graph, every question asked for a scope and as of a day; nothing is read again."""
        return Harmonizer(self._base, self._dataset, self._asked(scope, as_of), self.organisation, self.system)

    def _asked(self, scope: str | None, as_of: str | None) -> Circumstances:
        asked = Circumstances(
            self.circumstances.scope if scope is None else scope or "*",
            self.circumstances.as_of if as_of is None else as_of,
        )
        asked.check(self.index)
        return asked

    def _frameworks(self, names: Sequence[str]) -> list[model.Framework]:
        if not names:
            raise UsageError(f"name at least one framework, of {', '.join(self.index.frameworks)}")
        return list({(one := self.index.framework(name)).key: one for name in names}.values())

    # what is there ----------------------------------------------------------------------------------------------

    def frameworks(self) -> Answer:
        """Every framework version with its figures."""
        from harmonizer import catalogue

        return catalogue.frameworks(self.index)

    def requirements(self, framework: str) -> Answer:
        """Every row of a framework in source order, headings included."""
        from harmonizer import catalogue

        return catalogue.requirements(self.index, self.index.framework(framework))

    def diff(self, before: str, after: str) -> Answer:
        """What changed between two versions of a framework, each ``slug@version`` or a slug for the current one."""
        from harmonizer import catalogue

        return catalogue.diff(self.index, self.index.framework(before), self.index.framework(after))

    def objectives(self, *, tree: bool = False) -> Answer:
        """The leaf objectives, or with ``tree`` all three levels."""
        from harmonizer import catalogue

        return catalogue.objectives(self.index, tree=tree)

    def show(self, name: str) -> Answer:
        """Everything known of a requirement or objective, with sources."""
        from harmonizer import catalogue

        return catalogue.show(self.index, name, self.circumstances)

    def search(self, words: str, *, framework: str = "", limit: int = 50) -> Answer:
        """Requirements that hold all the words, or ids that begin so, best first."""
        from harmonizer.knowledge.search import search

        key = self.index.framework(framework).key if framework else ""
        return search(self.index, store.cache_folder(), words, key, limit)

    # how requirements relate ------------------------------------------------------------------------------------

    def crosswalk(
        self, source: str, target: str, *, level: str = "own", everything: bool = False,
        trust: Sequence[str] = (), published: bool = False, scope: str | None = None, as_of: str | None = None,
    ) -> Answer:  # fmt: skip
        """Pairs of requirements of two frameworks, best first.

        Parameters
        ----------
        level: ``own``, or ``parent`` to roll specifications up to what they stand below.
        everything: also pairs that meet only in leaves secondary to both, and related ones.
        trust: publishers or ids of published crosswalks that take part in inference; ``*`` for all.
        published: also the rows that others published between the two, as they stand.
        """
        from harmonizer.crosswalk import counterparts

        if level not in ("own", "parent"):
            raise UsageError(f"level is 'own' or 'parent', not {level!r}")
        return counterparts.crosswalk(
            self.index, self.index.framework(source), self.index.framework(target), self._asked(scope, as_of),
            level=level, everything=everything, trust=trust, published=published,
        )  # fmt: skip

    def explain(self, a: str, b: str, *, trust: Sequence[str] = ()) -> Answer:
        """What follows from the mappings about two requirements, and how, as sentences with their sources."""
        from harmonizer.crosswalk.explain import explain
        from harmonizer.crosswalk.known import known_of

        return explain(self.index, a, b, known_of(self.index, trust).graph)

    def suggest(self, framework: str, *, best: int = 5) -> Answer:
        """Leaves that the unmapped requirements of an imported framework may ask for, for a human to read."""
        from harmonizer.crosswalk.suggest import suggest

        return suggest(self.index, self.index.framework(framework), best)

    def coverage(
        self, *, of: str | None = None, by: Sequence[str] = (), scope: str | None = None, as_of: str | None = None
    ) -> Answer:
        """Coverage of each requirement of ``of`` by the frameworks ``by`` together; without both, the matrix."""
        from harmonizer.crosswalk import coverage, matrix

        asked = self._asked(scope, as_of)
        if of is None and not by:
            return matrix.matrix(self.index, list(self.index.frameworks.values()), asked)
        if of is None or not by:
            raise UsageError("coverage needs both what is covered (of) and what covers it (by), or neither")
        return coverage.coverage_answer(self.index, self.index.framework(of), self._frameworks(by), asked)

    def overlap(self, *frameworks: str, scope: str | None = None, as_of: str | None = None) -> Answer:
        """Every leaf that one of the frameworks touches, with each framework's requirement ids."""
        from harmonizer.crosswalk import coverage

        return coverage.overlap(self.index, self._frameworks(frameworks), self._asked(scope, as_of))

    def carry(
        self, findings: Mapping[str, str], to: str, *, trust: Sequence[str] = (),
        scope: str | None = None, as_of: str | None = None,
    ) -> Answer:  # fmt: skip
        """What findings on requirements say of the requirements of another framework, and never more.

        Parameters
        ----------
        findings: by requirement (``slug:id``): met, at least partly, partly, at most partly, not fully met, not met at
            all or unknown.
        to: the framework to carry them to.
        trust: publishers or ids of published crosswalks that take part in inference.
        """
        from harmonizer.crosswalk.assertions import own_assertions, trusted_assertions
        from harmonizer.crosswalk.carry import carry_all

        known = [*own_assertions(self.index.knowledge), *trusted_assertions(self.index.knowledge, trust)]
        by_key = {self.index.requirement(name).key: finding for name, finding in findings.items()}
        carried = carry_all(self.index, by_key, self.index.framework(to), known, self._asked(scope, as_of))
        rows = [
            (
                self.index.requirements[key].id,
                one.finding,
                one.reason,
                joined([model.short_key(k) for k in one.sources]),
            )
            for key, one in carried.items()
        ]
        return Answer.of(("id", "finding", "reason", "from"), rows, title=f"Findings carried to {to}")

    # what binds -------------------------------------------------------------------------------------------------

    def strictest(self, *frameworks: str, scope: str | None = None, as_of: str | None = None) -> Answer:
        """Every constraint with its standing: binding, dominated, qualitative, conflict, covered-in-practice."""
        from harmonizer.strictness import strictest

        return strictest.strictest(self.index, self._frameworks(frameworks), self._asked(scope, as_of))

    def conflicts(self, *frameworks: str, scope: str | None = None, as_of: str | None = None) -> Answer:
        """Computed conflicts and authored tensions, with citations and ways out."""
        from harmonizer.strictness import conflicts

        return conflicts.conflicts(self.index, self._frameworks(frameworks), self._asked(scope, as_of))

    # what to do -------------------------------------------------------------------------------------------------

    def solve(
        self, *frameworks: str, have: Sequence[str] = (), have_framework: Sequence[str] = (),
        exclude: Sequence[str] = (), budget: int | None = None, candidates: str | Path | None = None,
        also: Sequence[str] = (), addressable: Addressable = "implemented", time_limit: float | Deadline = math.inf,
        progress: Progress | None = None,
        scope: str | None = None, as_of: str | None = None,
    ) -> Plan:  # fmt: skip
        """The cheapest set of candidate controls that satisfies the frameworks at the strictest settings.

        Parameters
        ----------
        have: controls that are in place already, at no effort.
        have_framework: frameworks that are met already; what they contain counts as reached.
        exclude: controls that must not be chosen.
        budget: person-days; within it, as much as possible is satisfied.
        candidates: a CSV list of controls, or a loaded catalogue, instead of the bundled candidates; see
            :mod:`harmonizer.superset.candidate_lists`.
        also: what is asked beside what binds: ``recommended`` and ``optional`` requirements, and readings of
            ``practice``.
        addressable: ``alternative`` lets addressable specifications be met by a documented equivalent measure.
        time_limit: seconds after which the best known plan is returned with the bound proven by then, or a
            :class:`~harmonizer.superset.deadline.Deadline`, which another thread can stop.
        progress: is told what is being done, how much of it is done, and how much there is.
        """
        from harmonizer.superset.candidate_lists import candidate_list
        from harmonizer.superset.deadline import Deadline
        from harmonizer.superset.plan import plan

        names = [framework.key for framework in self._frameworks(frameworks)]
        controls = None if candidates is None else candidate_list(self.index, str(candidates))
        found = plan(self.index, names, circumstances=self._asked(scope, as_of), have=have,
                     have_framework=have_framework, exclude=exclude, budget=budget, controls=controls,
                     modalities=self._modalities(also), addressable=addressable, progress=progress,
                     deadline=time_limit if isinstance(time_limit, Deadline) else Deadline(time_limit))  # fmt: skip
        return replace(found, write_workbook=lambda made, path: self.to_excel(path, *frameworks, plan=made))

    def _modalities(self, also: Sequence[str]) -> frozenset[str]:
        for one in also:
            if one not in ("recommended", "optional", "practice"):
                raise UsageError(f"{one!r} cannot be asked for as well; expected recommended, optional or practice")
        return DEFAULT_MODALITIES | set(also)

    def shares(
        self, *frameworks: str, scope: str | None = None, as_of: str | None = None, progress: Progress | None = None
    ) -> Answer:
        """Each framework's fair share (Shapley value) of the joint effort; ``progress`` is told what is done."""
        from harmonizer.superset.shares import shares

        return shares(self.index, self._frameworks(frameworks), self._asked(scope, as_of), progress)

    def sensitivity(self, *frameworks: str, scope: str | None = None, as_of: str | None = None) -> Answer:
        """How the choice of controls changes from the low to the high effort estimates."""
        from harmonizer.superset.what_if import sensitivity

        return sensitivity(self.index, self._frameworks(frameworks), self._asked(scope, as_of))

    def in_turn(
        self, *frameworks: str, scope: str | None = None, as_of: str | None = None, progress: Progress | None = None,
        **given: Unpack[Given],
    ) -> Answer:  # fmt: skip
        """What each framework adds to those before it, beside its effort alone, and what doing all at once saves."""
        from harmonizer.superset.shares import in_turn

        return in_turn(self.index, self._frameworks(frameworks), self._asked(scope, as_of), progress, **given)

    def budget_curve(
        self, *frameworks: str, steps: int = 10, scope: str | None = None, as_of: str | None = None,
        deadline: Deadline | None = None, progress: Progress | None = None, **given: Unpack[Given],
    ) -> Answer:  # fmt: skip
        """How much of what the frameworks ask a growing budget can meet."""
        from harmonizer.superset.what_if import budget_curve

        return budget_curve(self.index, self._frameworks(frameworks), self._asked(scope, as_of), steps,
                            deadline=deadline, progress=progress, **given)  # fmt: skip

    def gap(
        self, framework: str, *, have_framework: Sequence[str], scope: str | None = None, as_of: str | None = None
    ) -> Answer:
        """What is left to do for a framework when others are met."""
        from harmonizer.superset.gap import gap

        return gap(self.index, self.index.framework(framework), self._frameworks(have_framework),
                   self._asked(scope, as_of))  # fmt: skip

    def roadmap(
        self, *frameworks: str, scope: str | None = None, as_of: str | None = None, deadline: Deadline | None = None,
        **given: Unpack[Given],
    ) -> Answer:  # fmt: skip
        """The cheapest sufficient plan in the order that satisfies most per person-day."""
        from harmonizer.superset.roadmap import roadmap

        return roadmap(self.index, self._frameworks(frameworks), self._asked(scope, as_of), deadline, **given)

    def unlocks(
        self, *frameworks: str, scope: str | None = None, as_of: str | None = None, deadline: Deadline | None = None,
        **given: Unpack[Given],
    ) -> Answer:  # fmt: skip
        """What each control that the plan still lacks would newly satisfy, what unlocks most first."""
        from harmonizer.superset.roadmap import unlocks

        return unlocks(self.index, self._frameworks(frameworks), self._asked(scope, as_of), deadline, **given)

    def marginal(self, *frameworks: str, add: str, scope: str | None = None, as_of: str | None = None) -> Answer:
        """What one more framework adds to the others: extra controls and effort, and what is reused."""
        from harmonizer.superset.roadmap import marginal

        return marginal(self.index, self._frameworks(frameworks), self.index.framework(add), self._asked(scope, as_of))

    # the graph --------------------------------------------------------------------------------------------------

    @cached_property
    def quads(self) -> ox.Store:
        """The dataset as an Oxigraph store."""
        return self._dataset.store()

    def sparql(self, query: str, *, time_limit: float = SECONDS) -> Answer:
        """Run a read-only SPARQL 1.1 query for at most so many seconds; the project's prefixes are known.

        Rows come sorted unless the query orders them itself.
        """
        return self._dataset.select(query, seconds=time_limit)

    @cached_property
    def rdf(self) -> rdflib.Dataset:
        """The dataset as an rdflib Dataset over an Oxigraph store."""
        import rdflib
        from oxrdflib import OxigraphStore

        return rdflib.Dataset(store=OxigraphStore(store=self.quads), default_union=True)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """Frameworks, requirements, objectives and controls as a networkx graph, nodes and edges with attributes."""
        from harmonizer.reports.graph_view import to_networkx

        return to_networkx(self.index)

    def lint(self) -> Answer:
        """Findings in the data that are loaded: shapes, invariants of authored knowledge, canonical form."""
        from harmonizer.knowledge.lint import lint

        return lint(self._dataset.files)


@dataclass(frozen=True)
class RequirementView:
    """A requirement that answers questions about itself."""

    _graph: Harmonizer
    record: model.Requirement

    def __getattr__(self, name: str) -> Any:
        return getattr(self.record, name)

    def __repr__(self) -> str:
        return f"<Requirement {self.record.short}: {self.record.title}>"

    @property
    def objectives(self) -> list[str]:
        """Slugs of the leaf objectives it maps to."""
        return [mapping.objective for mapping in self._graph.index.mappings_of.get(self.record.key, ())]

    @property
    def constraints(self) -> list[model.Constraint]:
        return self._graph.index.constraints_of.get(self.record.key, [])

    def counterparts(self, *frameworks: str) -> Answer:
        """The requirements of other frameworks that answer to this one, best first; all frameworks by default."""
        from harmonizer.crosswalk import counterparts

        index = self._graph.index
        names = frameworks or [slug for slug in index.frameworks if slug != self.record.framework]
        return counterparts.counterparts(index, self.record, [index.framework(name) for name in names],
                                         self._graph.circumstances)  # fmt: skip

    def _repr_html_(self) -> str:
        record = self.record
        facts = [("id", record.short), ("kind", f"{record.kind}, {record.modality}".strip(", ")),
                 ("applies when", record.applies_when or "always"), ("objectives", joined(self.objectives)),
                 ("not expressed", record.residual), ("checked", record.checked)]  # fmt: skip
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts if value)
        return f"<h4>{escape(record.title)}</h4><p>{escape(record.summary)}</p><table>{rows}</table>"
