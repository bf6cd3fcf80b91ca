"""The tables that compare the frameworks: crosswalk, strictness, conflicts, coverage, objectives, sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from harmonizer.answer import Cell, joined
from harmonizer.crosswalk.matrix import matrix
from harmonizer.model import Dimension, Framework
from harmonizer.reports.subject import Subject
from harmonizer.reports.tables import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    LINK,
    NUMBER,
    ORANGE,
    PERCENT,
    STRONG,
    TEXT,
    Column,
    Sheet,
)
from harmonizer.values import describe_value
from harmonizer.vocabulary import mapping_set_iri

ITSELF = "itself"

COVERAGE_TINTS = {"covered": BLUE, "partly": AMBER, "not-covered": ORANGE, "not-reviewed": GREY, "out-of-scope": GREY}
CERTAINTY_TINTS = {"definite": BLUE, "overlapping": GREEN, "shared": GREY}
STANDING_TINTS = {"binding": BLUE, "covered-in-practice": GREEN, "qualitative": AMBER, "conflict": ORANGE,
                  "dominated": GREY}  # fmt: skip


def crosswalk(subject: Subject) -> Sheet:
    """Each unordered pair of the frameworks once, in long form."""
    index = subject.kg.index
    rows: list[Sequence[Cell]] = []
    for source, target in combinations(subject.frameworks, 2):
        answer = subject.ask(subject.kg.crosswalk, source.key, target.key)
        rows += [
            (*row[:2], index.requirements[f"{source.key}:{row[1]}"].title, *row[2:4],
             index.requirements[f"{target.key}:{row[3]}"].title, *row[4:])
            for row in answer.rows
        ]  # fmt: skip
    counts = Counter(str(row[7]) for row in rows)
    figures = ", ".join(f"{counts[certainty]} {certainty}" for certainty in CERTAINTY_TINTS)
    return Sheet(
        "Crosswalk", "How the requirements relate",
        f"{len(rows)} pairs: {figures}. Best first within each pair of frameworks. Coverage is the share of the source "
        "that the target covers. Definite means definite in content.",
        (Column("Source framework", 11), Column("Source id", 20, STRONG), Column("Source title", 24),
         Column("Target framework", 11), Column("Target id", 18, STRONG), Column("Target title", 24),
         Column("Relation", 16), Column("Certainty", 12, tints=CERTAINTY_TINTS), Column("Coverage", 10, PERCENT),
         Column("Objectives", 30), Column("Reason", 64), Column("Sources", 23)),
        rows, "no pair of requirements",
    )  # fmt: skip


def strictest(subject: Subject) -> Sheet:
    """Every constraint with its standing, its value in words."""
    index = subject.kg.index
    rows: list[Sequence[Cell]] = []
    for row in subject.ask(subject.kg.strictest, *subject.keys):
        objective, dimension = index.objectives[str(row["objective"])], index.dimensions[str(row["dimension"])]
        unit = str(row["unit"] or "")
        rows.append((
            objective.slug, objective.title, dimension.title or dimension.slug, str(row["operator"]).replace("-", " "),
            _in_words(dimension, row["value"], unit), _in_words(dimension, row["extension"], unit), row["clock"],
            row["wording"], row["framework"], row["requirement"], row["scope"], row["valid_from"], row["valid_to"],
            row["status"], row["dominated_by"], row["incomparable_with"], row["satisfies"], row["note"],
        ))  # fmt: skip
    counts = Counter(str(row[13]) for row in rows)
    figures = ", ".join(f"{counts[standing]} {standing}" for standing in STANDING_TINTS if counts[standing])
    return Sheet(
        "Most stringent", "The most stringent requirement for each objective",
        f"{len(rows)} rows: {figures}. Rows on one objective and one dimension are compared; filter the status for "
        "binding to see what decides.",
        (Column("Objective", 24, STRONG), Column("Title", 24), Column("Dimension", 13), Column("Operator", 9),
         Column("Value", 28), Column("Extension", 10), Column("Clock", 14), Column("Wording", 12),
         Column("Framework", 11), Column("Requirement", 18), Column("Scope", 26), Column("Valid from", 12),
         Column("Valid to", 12), Column("Status", 13, tints=STANDING_TINTS), Column("Dominated by", 16),
         Column("Incomparable with", 16), Column("Satisfies", 18), Column("Note", 34)),
        rows, "no constraint",
    )  # fmt: skip


def _in_words(dimension: Dimension, value: Cell, unit: str) -> str:
    return describe_value(dimension, str(value), unit) if value else ""


def conflicts(subject: Subject) -> Sheet:
    """Computed conflicts and authored tensions, one way out to a line."""
    rows = [
        (row["id"], row["kind"], row["title"], row["members"], row["nature"], _numbered(str(row["ways_out"] or "")),
         row["condition"], row["status"])
        for row in subject.ask(subject.kg.conflicts, *subject.keys)
    ]  # fmt: skip
    return Sheet(
        "Conflicts", "Where duties collide",
        f"{len(rows)} sets of duties that collide or pull apart. The ways out are offered, none is picked; a person "
        "with authority decides.",
        (Column("Id", 30, STRONG), Column("Kind", 11, tints={"computed": BLUE, "authored": GREEN}), Column("Title", 28),
         Column("Members", 24), Column("Nature", 54), Column("Ways out", 70), Column("Condition", 32),
         Column("Status", 11)),
        rows, "no conflict is known",
    )  # fmt: skip


def _numbered(ways: str) -> str:
    parts = [way.strip().replace(" => ", " → ") for way in ways.split("||") if way.strip()]
    return "\n".join(f"{number}. {part}" for number, part in enumerate(parts, 1))


def _others(subject: Subject, framework: Framework) -> list[str]:
    return [key for key in subject.keys if key != framework.key]


def coverage(subject: Subject) -> Sheet:
    """The directed matrix, and for each framework the figures of its coverage by the others together."""
    shares = matrix(subject.kg.index, list(subject.frameworks), subject.circumstances).rows
    states = ("in scope", *COVERAGE_TINTS)
    rows: list[Sequence[Cell]] = []
    for place, (framework, (_, *cells)) in enumerate(zip(subject.frameworks, shares, strict=True)):
        cells[place] = ITSELF
        others = _others(subject, framework)
        figures = subject.ask(subject.kg.coverage, of=framework.key, by=others).summary if others else {}
        rows.append((subject.headings[place], *cells, figures.get("share"), *(figures.get(state) for state in states)))
    size = len(subject.frameworks)
    return Sheet(
        "Coverage", "How far the frameworks cover each other",
        "Share of the requirements of the row's framework that the column's framework covers, and their number by "
        "coverage by the others together. Directed: read rows.",
        (Column("Framework", 20, STRONG), *(Column(f"By {heading}", 12, PERCENT) for heading in subject.headings),
         Column("By the others together", 14, PERCENT), *(Column(state.capitalize(), 12, NUMBER) for state in states)),
        rows, scaled=(2, size + 2),
    )  # fmt: skip


def coverage_by_requirement(subject: Subject) -> Sheet:
    """Each requirement's coverage by the other frameworks together.

    A sheet of its own: two tables on one sheet cannot share a frozen header, print titles and column widths.
    """
    index = subject.kg.index
    rows: list[Sequence[Cell]] = []
    for framework in subject.frameworks:
        if others := _others(subject, framework):
            answer = subject.ask(subject.kg.coverage, of=framework.key, by=others)
            rows += [(framework.slug, row[0], index.requirements[f"{framework.key}:{row[0]}"].title, *row[1:])
                     for row in answer.rows]  # fmt: skip
    return Sheet(
        "Coverage by requirement", "Each requirement's coverage by the other frameworks together",
        f"{len(rows)} requirements. Covered: all of it is contained in requirements of the others, as strictly and "
        "within scope, and nothing is left unexpressed.",
        (Column("Framework", 11), Column("Id", 20, STRONG), Column("Title", 36),
         Column("Status", 14, tints=COVERAGE_TINTS), Column("Coverage", 10, PERCENT), Column("Missing objectives", 48),
         Column("Looser constraints", 48), Column("Not expressed by any objective", 48)),
        rows, "there is no other framework to compare with",
    )  # fmt: skip


def objectives(subject: Subject) -> Sheet:
    """Every leaf that one of the frameworks touches, with the requirements that ask for it and who reaches it."""
    index = subject.kg.index
    rows: list[Sequence[Cell]] = []
    for slug, title, *ids, shared in subject.ask(subject.kg.overlap, *subject.keys).rows:
        leaf = str(slug)
        rows.append((leaf, title, index.objectives[leaf].outcome, index.domain(leaf).title, *ids, shared,
                     joined(subject.reaching.get(leaf, ()))))  # fmt: skip
    return Sheet(
        "Objectives", "Control objectives and the requirements that ask for them",
        f"{len(rows)} of {len(index.leaves)} leaf objectives are asked for by one of the frameworks. Controls: those "
        "of the plan that reach the objective.",
        (Column("Objective", 32, STRONG), Column("Title", 32), Column("Outcome", 54), Column("Domain", 20),
         *(Column(heading, 24) for heading in subject.headings), Column("Shared by", 9, NUMBER),
         Column("Controls", 30)),
        rows, "no objective is touched",
    )  # fmt: skip


def sources(subject: Subject) -> Sheet:
    """The frameworks and our mapping sets, each with its licence and the day of the last check."""
    rows: list[Sequence[Cell]] = [
        ("framework", one.short_title, one.title, one.version, one.publisher, one.url, one.licence, one.text_status,
         one.checked, one.valid_from, one.note)
        for one in subject.frameworks
    ]  # fmt: skip
    for framework, name in zip(subject.frameworks, subject.headings, strict=True):
        mappings = subject.mappings(framework)
        dates = sorted(row.date for row in mappings)
        rows.append(("mapping set", name, f"{name} to control objectives", framework.version, "harmonizer",
                     mapping_set_iri(framework.key), framework.mapping_licence, f"{len(mappings)} rows",
                     dates[-1] if dates else "", "", ""))  # fmt: skip
    return Sheet(
        "Sources", "Sources and licences",
        "Text status says whether the wording is the source's own or a paraphrase; the source decides. Checked: for a "
        "mapping set the day of its youngest row.",
        (Column("Kind", 13, tints={"framework": BLUE, "mapping set": GREEN}), Column("Short title", 14, STRONG),
         Column("Title", 44), Column("Version", 11), Column("Publisher", 24), Column("Url", 44, LINK),
         Column("Licence", 40), Column("Text status", 13), Column("Checked", 12), Column("Valid from", 12),
         Column("Note", 54, TEXT)),
        rows,
    )  # fmt: skip
