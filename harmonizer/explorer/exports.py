"""Files that the export page offers: pure functions of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import harmonizer as hz
from harmonizer.answer import Answer
from harmonizer.explorer.session import Question
from harmonizer.printing import write
from harmonizer.reports.archive import zipped
from harmonizer.reports.exports import FORMATS

TABLES = {
    "requirements": "Every requirement of the chosen frameworks",
    "overlap": "Leaf objectives with the requirements of each framework",
    "strictest": "Every constraint with its standing",
    "conflicts": "Conflicts and tensions with their ways out",
    "coverage": "Directed coverage of each framework by each other",
}
ELSEWHERE = ("xlsx", "graph-html")
"""Formats that have a place of their own on the page."""


def table(kg: hz.Harmonizer, question: Question, name: str) -> Answer:
    """One of :data:`TABLES` for the question."""
    asked = {"scope": question.scope, "as_of": question.as_of}
    if name == "requirements":
        parts = [(slug, kg.requirements(slug)) for slug in question.frameworks]
        columns = ("framework", *parts[0][1].columns)
        return Answer.of(columns, [(slug, *row) for slug, part in parts for row in part.rows], title="Requirements")
    if name == "coverage":
        return kg.coverage(**asked)
    asking = {"overlap": kg.overlap, "strictest": kg.strictest, "conflicts": kg.conflicts}[name]
    return asking(*question.frameworks, **asked)


def serialized(answer: Answer, form: str) -> bytes:
    """An answer as ``json``, ``csv`` or ``md``, as the command line prints it."""
    out = StringIO()
    write(answer, form, out)
    return out.getvalue().encode()


def document(kg: hz.Harmonizer, name: str, form: str) -> bytes:
    """A document as ``md``, ``html`` or ``docx``."""
    made = kg.document(name)
    return made.docx() if form == "docx" else (made.html() if form == "html" else made.markdown()).encode()


def file(kg: hz.Harmonizer, name: str, names: Sequence[str], plan: hz.Plan | None = None) -> bytes:
    """What one of the export formats writes for these names; a folder as a zip archive."""
    with TemporaryDirectory() as folder:
        path = kg.export(name, Path(folder) / f"export{FORMATS[name].ending}", *names, plan=plan)
        if path.is_file():
            return path.read_bytes()
        return zipped({one.name: one.read_bytes() for one in sorted(path.iterdir())})
