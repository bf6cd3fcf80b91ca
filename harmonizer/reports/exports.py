"""Everything that can be written to a file, in one table that the command line, the API and the explorer share."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harmonizer.answer import Answer
from harmonizer.errors import UsageError, did_you_mean, nearest
from harmonizer.model import Framework

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer
    from harmonizer.superset.plan import Plan

FAULTS_TOLD = 20


@dataclass(frozen=True)
class Request:
    """One export: of what, named how, to where. ``plan`` and ``only`` are options of some formats."""

    kg: Harmonizer
    format_name: str
    names: tuple[str, ...]
    path: Path
    plan: Plan | None = None
    only: tuple[str, ...] = ()

    @property
    def frameworks(self) -> list[Framework]:
        return list({(one := self.kg.index.framework(name)).key: one for name in self.names}.values())

    @property
    def solved(self) -> Plan:
        """The plan that was given, or the cheapest for the frameworks."""
        return self.plan or self.kg.solve(*self.names)


@dataclass(frozen=True)
class ExportFormat:
    """What a format holds, the names that it takes, what it writes, and what its layout was checked against."""

    content: str
    write: Callable[[Request], None]
    ending: str  # of the file; empty: a folder
    media_type: str
    checked: str
    arguments: str = "[FRAMEWORK...]"
    options: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        return not self.checked.startswith("unverified")


_COUNTS: dict[str, tuple[int, float]] = {
    "[FRAMEWORK...]": (0, float("inf")),
    "FRAMEWORK...": (1, float("inf")),
    "FRAMEWORK": (1, 1),
    "FRAMEWORK FRAMEWORK": (2, 2),
    "NODE [FRAMEWORK...]": (1, float("inf")),
}


def export(
    kg: Harmonizer, format_name: str, names: Sequence[str], path: Path, *, plan: Plan | None = None,
    only: Sequence[str] = (),
) -> Path:  # fmt: skip
    """Write one of :data:`FORMATS`; returns the path. What a reader of the file has to know is told as a warning.

    Raises
    ------
    UsageError: for an unknown format, for too few or too many names, and for an option that the format does not take.
    """
    known = format_named(format_name)
    asked = Request(kg, format_name, tuple(names), path, plan, tuple(only))
    least, most = _COUNTS[known.arguments]
    if not least <= len(names if known.arguments.startswith("NODE") else asked.frameworks) <= most:
        raise UsageError(f"export {format_name} takes {known.arguments}; got {' '.join(names) or 'nothing'}")
    for option, given in (("plan", plan is not None), ("sheets", bool(only))):
        if given and option not in known.options:
            raise UsageError(f"export {format_name} has no option {option}")
    known.write(asked)
    if not known.verified:
        warnings.warn(f"{known.checked}. Try it with one control first", UserWarning, stacklevel=2)
    return path


def format_named(name: str) -> ExportFormat:
    """One of :data:`FORMATS`. Raises :class:`UsageError` for any other name, with the nearest."""
    if name not in FORMATS:
        raise UsageError(f"name a format, one of {', '.join(FORMATS)}; got {name!r}"
                         f"{did_you_mean(nearest(name, FORMATS))}")  # fmt: skip
    return FORMATS[name]


def formats() -> Answer:
    """The formats with their names: what ``export --list`` prints."""
    rows = [(name, one.content, one.arguments, " ".join(f"--{option}" for option in one.options if option != "plan"),
             one.ending or "a folder", one.checked) for name, one in FORMATS.items()]  # fmt: skip
    return Answer.of(("format", "content", "arguments", "options", "file", "checked against"), rows)


# the writers --------------------------------------------------------------------------------------------------------


def _matrix(asked: Request) -> None:
    asked.kg.write_matrix(asked.format_name, asked.path, *asked.names, plan=asked.plan, only=asked.only)


def _dataset(asked: Request) -> None:
    from harmonizer.reports.dataset import write_dataset

    write_dataset(asked.kg.quads, asked.format_name, asked.path, asked.frameworks)


def _oscal_catalog(asked: Request) -> None:
    from harmonizer.formats.oscal.frameworks import export_catalog

    if asked.kg.workspace is None:
        raise UsageError("name the workspace that the framework was imported into: "
                         "export oscal-catalog SLUG --workspace DIR -o FILE")  # fmt: skip
    faults = export_catalog(asked.kg.workspace, asked.names[0], asked.path)
    for fault in faults[:FAULTS_TOLD]:
        _tell(str(fault))
    if len(faults) > FAULTS_TOLD:
        _tell(f"... and {len(faults) - FAULTS_TOLD} more")


def _oscal_superset(asked: Request) -> None:
    asked.kg.export_oscal(asked.path, *asked.names, plan=asked.plan)


def _sssom(asked: Request) -> None:
    from harmonizer.reports.sssom import write_mappings

    write_mappings(asked.kg, asked.frameworks, asked.path)


def _sssom_crosswalk(asked: Request) -> None:
    from harmonizer.reports.sssom import write_crosswalk

    source, target = asked.frameworks
    _tell_left_out(write_crosswalk(asked.kg, source, target, asked.path))


def _ciso_framework(asked: Request) -> None:
    from harmonizer.reports import ciso_library

    library = ciso_library.framework_library(asked.kg.index, asked.frameworks[0])
    ciso_library.write_library(library, asked.path)


def _ciso_mapping(asked: Request) -> None:
    from harmonizer.reports import ciso_library
    from harmonizer.reports.derived_crosswalk import derived

    index, (source, target) = asked.kg.index, asked.frameworks
    statements, left_out = derived(index, source, target, asked.kg.circumstances)
    if not statements:
        raise UsageError(f"nothing follows from the mappings about {source.slug} and {target.slug}; CISO Assistant "
                         "takes no library without mappings")  # fmt: skip
    ciso_library.write_library(ciso_library.mapping_library(index, source, target, statements), asked.path)
    _tell_left_out(left_out)


def _ciso_controls(asked: Request) -> None:
    from harmonizer.reports import ciso_library
    from harmonizer.reports.planned_controls import planned_controls

    controls = planned_controls(asked.solved, asked.kg.index)
    ciso_library.write_library(ciso_library.controls_library(asked.frameworks, controls), asked.path)


def _vendor(asked: Request) -> None:
    from harmonizer.reports.planned_controls import planned_controls
    from harmonizer.reports.vendor_controls import VENDORS, write_controls

    controls = planned_controls(asked.solved, asked.kg.index)
    if disarmed := write_controls(controls, VENDORS[asked.format_name], asked.path):
        _tell(f"{disarmed} cells begin as a formula does: an apostrophe stands before them")


def _graphml(asked: Request) -> None:
    from harmonizer.reports.graph_files import write_graphml

    if lost := write_graphml(asked.kg.index, asked.frameworks, asked.path):
        _tell(f"{lost} texts held control characters, which XML cannot hold: they are left out")


def _graph_html(asked: Request) -> None:
    from harmonizer.reports.graph_files import write_html

    node, *frameworks = asked.names
    write_html(asked.kg.index, node, [asked.kg.index.framework(name) for name in frameworks], asked.path)


def _tell(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=2)


def _tell_left_out(count: int) -> None:
    if count:
        _tell(f"{count} pairs that meet in an objective are left out: no relation follows there "
              "(the crosswalk command lists them as shared)")  # fmt: skip


# the table ----------------------------------------------------------------------------------------------------------


def _table() -> dict[str, ExportFormat]:
    from harmonizer.reports.vendor_controls import VENDORS

    json_type, csv_type, yaml_type = "application/json", "text/csv", "application/yaml"
    matrix = ("sheets", "plan")
    ciso = "CISO Assistant's documentation and loader, read and not run; our own reader"
    found = {
        "xlsx": ExportFormat("control matrix workbook, to be filled in and read back with import workbook", _matrix,
                             ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                             "openpyxl, LibreOffice", options=matrix),
        "csv": ExportFormat("control matrix as csv, one file a table, in a folder or .zip", _matrix, ".zip",
                            "application/zip", "Python's csv, LibreOffice", options=matrix),
        "json": ExportFormat("control matrix as one json document", _matrix, ".json", json_type, "Python's json",
                             options=matrix),
        "md": ExportFormat("control matrix as one Markdown document", _matrix, ".md", "text/markdown", "read by eye",
                           options=matrix),
        "html": ExportFormat("control matrix as one HTML page that stands alone", _matrix, ".html", "text/html",
                             "Chromium", options=matrix),
        "nquads": ExportFormat("the dataset, or what it says of frameworks, as N-Quads", _dataset, ".nq",
                               "application/n-quads", "pyoxigraph, rdflib"),
        "trig": ExportFormat("the dataset, or what it says of frameworks, as TriG", _dataset, ".trig",
                             "application/trig", "pyoxigraph, rdflib"),
        "turtle": ExportFormat("the dataset, or what it says of frameworks, as Turtle, without named graphs", _dataset,
                               ".ttl", "text/turtle", "pyoxigraph, rdflib"),
        "json-ld": ExportFormat("the dataset, or what it says of frameworks, as JSON-LD with its context inside",
                                _dataset, ".jsonld", "application/ld+json", "pyoxigraph, rdflib"),
        "oscal-catalog": ExportFormat("the OSCAL catalog that a framework of the workspace was imported from, with "
                                      "your titles", _oscal_catalog, ".json", json_type, "oscal-bindings",
                                      "FRAMEWORK"),
        "oscal-superset": ExportFormat("the superset for these frameworks as OSCAL catalog, profile, mappings and "
                                       "components: a folder", _oscal_superset, "", json_type, "oscal-bindings",
                                       "FRAMEWORK...", ("plan",)),
        "sssom": ExportFormat("our mappings of frameworks to control objectives as SSSOM TSV", _sssom, ".sssom.tsv",
                              "text/tab-separated-values", "the slots of SSSOM 1.0, sssom-py", "FRAMEWORK..."),
        "sssom-crosswalk": ExportFormat("what follows about the requirements of two frameworks as SSSOM TSV, with the "
                                        "derivations", _sssom_crosswalk, ".sssom.tsv", "text/tab-separated-values",
                                        "the slots of SSSOM 1.0, sssom-py", "FRAMEWORK FRAMEWORK"),
        "ciso-framework": ExportFormat("a framework as a library of CISO Assistant", _ciso_framework, ".yaml",
                                       yaml_type, ciso, "FRAMEWORK"),
        "ciso-mapping": ExportFormat("what follows about the requirements of two frameworks as a library of CISO "
                                     "Assistant", _ciso_mapping, ".yaml", yaml_type, ciso, "FRAMEWORK FRAMEWORK"),
        "ciso-controls": ExportFormat("the superset for these frameworks as reference controls of CISO Assistant",
                                      _ciso_controls, ".yaml", yaml_type, ciso, "FRAMEWORK...", ("plan",)),
    }  # fmt: skip
    for name, vendor in VENDORS.items():
        found[name] = ExportFormat(
            f"the superset for these frameworks as a csv list of custom controls for {vendor.name}", _vendor, ".csv",
            csv_type, f"unverified: {vendor.seen}", "FRAMEWORK...", ("plan",),
        )  # fmt: skip
    found["graphml"] = ExportFormat("frameworks with their requirements, objectives and controls as a GraphML graph",
                                    _graphml, ".graphml", "application/xml", "networkx")  # fmt: skip
    found["graph-html"] = ExportFormat("what stands around a requirement, objective:SLUG, control:SLUG or framework "
                                       "as one HTML page, at most 150 nodes", _graph_html, ".html", "text/html",
                                       "Chromium", "NODE [FRAMEWORK...]")  # fmt: skip
    return found


FORMATS: dict[str, ExportFormat] = _table()
"""The export formats by name, in the order in which they are listed."""
