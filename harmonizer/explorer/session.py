"""What the pages ask, and the cached answers.

The graph is kept once per dataset, answers by dataset hash and question, so that no session waits for what another
has asked before and none sees answers of an older dataset. Streamlit runs a thread for each session: nothing here
touches rdflib, which is not thread-safe.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx
import streamlit as st

import harmonizer as hz
from harmonizer.answer import Answer
from harmonizer.api import MAIN_FRAMEWORKS
from harmonizer.crosswalk.counterparts import counterparts as find_counterparts
from harmonizer.crosswalk.matrix import matrix
from harmonizer.reports import graph_view
from harmonizer.strictness.applicability import Circumstances

WORKSPACE_VARIABLE = "HARMONIZER_WORKSPACE"
QUESTION_KEY = "asked_question"
KEPT = 64  # answers of each kind


@dataclass(frozen=True)
class Question:
    """What every page is asked for.

    ``frameworks`` are slugs in order, ``scope`` an expression, ``as_of`` an ISO date or empty, ``trust`` publishers or
    ids of published crosswalks.
    """

    frameworks: tuple[str, ...]
    scope: str = "*"
    as_of: str = ""
    trust: tuple[str, ...] = ()

    @property
    def circumstances(self) -> Circumstances:
        return Circumstances(self.scope or "*", self.as_of)


@dataclass(frozen=True)
class Drawn:
    """A graph and the HTML page that draws it."""

    graph: nx.MultiDiGraph[str]
    html: str


def default_frameworks(kg: hz.Harmonizer) -> list[str]:
    """What is compared until the reader chooses."""
    return [slug for slug in MAIN_FRAMEWORKS if slug in kg.index.frameworks] or list(kg.index.frameworks)


def address(kg: hz.Harmonizer, question: Question, more: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """Query parameters that restore a question, and ``more`` of the page; what is as by default is left out."""
    chosen = [] if list(question.frameworks) == default_frameworks(kg) else list(question.frameworks)
    scope = "" if question.scope == "*" else question.scope
    single = {"scope": scope, "as_of": question.as_of, **(more or {})}
    parts = {
        "frameworks": chosen,
        "trust": list(question.trust),
        **{name: [one] for name, one in single.items() if one},
    }
    return {name: values for name, values in parts.items() if values}


def workspace() -> str | None:
    """The workspace that the explorer was started on, if any."""
    return os.environ.get(WORKSPACE_VARIABLE) or None


@st.cache_data(ttl=5, show_spinner=False)
def _current_hash(folder: str | None) -> str:
    if folder and "://" in folder:
        return folder  # nothing tells whether an endpoint has changed
    return hz.load(folder, ready=False).index.hash


@st.cache_resource(max_entries=2, show_spinner="Reading the knowledge graph")
def _opened(folder: str | None, index_hash: str) -> hz.Harmonizer:
    return hz.load(folder)


def knowledge_graph() -> hz.Harmonizer:
    """The graph of the workspace as its files now are."""
    return _opened(workspace(), _current_hash(workspace()))


def asked(kg: hz.Harmonizer, question: Question) -> hz.Harmonizer:
    """The graph with every question asked within the scope and as of the day of a question."""
    return kg.within(scope=question.scope, as_of=question.as_of)


@st.cache_data(max_entries=KEPT, show_spinner="Computing coverage")
def coverage_matrix(index_hash: str, frameworks: tuple[str, ...], scope: str, as_of: str, _kg: hz.Harmonizer) -> Answer:
    """The directed coverage of each of the frameworks by each other; of all that are loaded where none is named."""
    if not frameworks:
        return _kg.coverage(scope=scope, as_of=as_of)
    return matrix(_kg.index, [_kg.index.framework(slug) for slug in frameworks], Circumstances(scope, as_of))


@st.cache_data(max_entries=KEPT, show_spinner="Comparing frameworks")
def overlap(index_hash: str, question: Question, _kg: hz.Harmonizer) -> Answer:
    """Every leaf that the frameworks touch."""
    return _kg.overlap(*question.frameworks, scope=question.scope, as_of=question.as_of)


@st.cache_data(max_entries=KEPT, show_spinner="Ranking constraints")
def strictest(index_hash: str, question: Question, _kg: hz.Harmonizer) -> Answer:
    """Every constraint with its standing."""
    return _kg.strictest(*question.frameworks, scope=question.scope, as_of=question.as_of)


@st.cache_data(max_entries=KEPT, show_spinner="Looking for conflicts")
def conflicts(index_hash: str, question: Question, _kg: hz.Harmonizer) -> Answer:
    """Conflicts and tensions between the frameworks."""
    return _kg.conflicts(*question.frameworks, scope=question.scope, as_of=question.as_of)


@st.cache_data(max_entries=KEPT, show_spinner="Finding counterparts")
def counterparts(index_hash: str, question: Question, key: str, _kg: hz.Harmonizer) -> Answer:
    """The requirements of the question's frameworks that answer to one requirement."""
    requirement = _kg.index.requirement(key)
    others = [_kg.index.framework(slug) for slug in question.frameworks if slug != requirement.framework]
    return find_counterparts(_kg.index, requirement, others, question.circumstances, question.trust)


@st.cache_data(max_entries=KEPT, show_spinner="Comparing two frameworks")
def crosswalk(index_hash: str, question: Question, source: str, target: str, _kg: hz.Harmonizer) -> Answer:
    """The pairs of two frameworks, with what others published between them."""
    return _kg.crosswalk(source, target, trust=question.trust, published=True, scope=question.scope,
                         as_of=question.as_of)  # fmt: skip


@st.cache_data(max_entries=KEPT, show_spinner="Looking for the reasons")
def explanation(index_hash: str, a: str, b: str, trust: tuple[str, ...], _kg: hz.Harmonizer) -> Answer:
    """The derivation of what is known of two requirements, in sentences."""
    return _kg.explain(a, b, trust=trust)


@st.cache_data(max_entries=KEPT, show_spinner="Drawing")
def neighbourhood(index_hash: str, frameworks: tuple[str, ...], node: str, limit: int, _kg: hz.Harmonizer) -> Drawn:
    """A node's neighbourhood as a graph and as a page that draws it."""
    graph = graph_view.around(_kg.index, node, frameworks, limit)
    return Drawn(graph, graph_view.to_html(graph, f"Neighbourhood of {node}"))


@st.cache_data(max_entries=4, show_spinner="Writing the workbook")
def workbook(index_hash: str, question: Question, certificate_hash: str, _plan: hz.Plan) -> bytes:
    """The control matrix workbook of a solved question, of the plan that has this certificate."""
    with TemporaryDirectory() as folder:
        path = asked(knowledge_graph(), question).to_excel(
            Path(folder) / "control-matrix.xlsx", *question.frameworks, plan=_plan
        )
        return Path(path).read_bytes()


@st.cache_data(max_entries=8, show_spinner="Writing the file")
def exported(
    index_hash: str, question: Question, name: str, names: tuple[str, ...], certificate_hash: str, _plan: hz.Plan | None
) -> bytes:  # fmt: skip
    """The file of an export format about these names; of the plan with this certificate, where it writes controls."""
    from harmonizer.explorer import exports

    return exports.file(asked(knowledge_graph(), question), name, names, _plan)
