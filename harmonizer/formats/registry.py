"""The formats that can be brought in, each recognised by what a file holds and never by its name.

A reader is a module with ``recognise``, over one view of :class:`~harmonizer.formats.first_look.FirstLook`, and
``read``, which gives :class:`~harmonizer.formats.contents.Contents`; modules are imported when they are asked.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypedDict

from harmonizer.errors import DataError, UsageError, did_you_mean, nearest
from harmonizer.formats.contents import Contents
from harmonizer.formats.first_look import FirstLook
from harmonizer.formats.workspace_files import Import, workspace_files
from harmonizer.knowledge.index import Index

Progress = Callable[[str, int, int], None]
"""Called now and then with what is being done, how much of it is done, and how much there is."""


class Options(TypedDict, total=False):
    """What a user can say about a file that it does not say itself."""

    slug: str  # of the framework that is read
    source: str  # the framework of a mapping sheet's focal elements
    target: str  # the framework of its reference elements
    columns: Mapping[str, str]  # what is read from which column, by its heading


@dataclass(frozen=True)
class Format:
    """One format: its name, what it holds, the sign that it is told by, and the module that reads it.

    ``view`` is what the sign is looked for in. ``together``: several files make one import. ``fallback``: recognised
    only where nothing else is. ``authored``: the user's own tables, see :func:`workspace_files`.
    """

    name: str
    content: str
    sign: str
    module: str
    view: Literal["head", "document", "sheets"]
    together: bool = False
    fallback: bool = False
    authored: bool = False

    @property
    def reader(self) -> Any:
        return import_module(f"harmonizer.formats.{self.module}")

    @property
    def options(self) -> frozenset[str]:
        """What a user may say to its reader, see :class:`Options`."""
        return frozenset(inspect.signature(self.reader.read).parameters) - {"path", "paths"}

    def fits(self, look: FirstLook) -> bool:
        """Whether a file has the sign of this format."""
        return bool(self.reader.recognise(getattr(look, self.view)))


WORKBOOK = "workbook"

_FORMATS = (
    Format("tables", "anyone's requirements and mappings as two plain CSV tables",
           "a header framework,id,parent,title or source_framework,source_id,target_framework,target_id,relation",
           "plain_tables", "head", together=True, authored=True),
    Format(WORKBOOK, "the columns that were filled in in a control matrix workbook",
           "the hidden sheet of a control matrix", "control_matrix", "sheets"),
    Format("oscal", "an OSCAL catalog, a profile and then what it imports, a mapping-collection, or a "
           "component-definition; JSON, XML or YAML",
           "the one key or root element of an OSCAL document", "oscal.reading", "head", together=True),
    Format("ciso-assistant", "the frameworks and mapping sets of a CISO Assistant library; YAML",
           "objects with a framework or a requirement_mapping_set", "ciso_assistant", "document"),
    Format("cprt", "an export of NIST's Cybersecurity and Privacy Reference Tool; JSON",
           "documents, elements and relationships", "cprt", "document"),
    Format("prowler", "a compliance framework of Prowler; JSON",
           "Framework, and Requirements with Checks", "prowler", "document"),
    Format("azure-policy", "a regulatory compliance initiative of Azure Policy; JSON",
           "policyDefinitionGroups", "azure_policy", "document"),
    Format("sssom", "a mapping set as SSSOM TSV",
           "a header with subject_id, predicate_id, object_id", "sssom", "head"),
    Format("strm", "a mapping sheet of NIST OLIR or in the SCF's STRM layout; CSV or Excel",
           "headings such as Focal Document Element, Relationship and Reference Document Element (or FDE #, SCF #)",
           "strm", "sheets"),
    Format("rdf", "Turtle, TriG, N-Quads or JSON-LD that follows our ontology",
           "statements of RDF", "rdf_files", "head"),
    Format("sheet", "any CSV or Excel list of requirements or mappings, with --columns",
           "a heading for the id and one for the title", "sheet_columns", "sheets", fallback=True),
)  # fmt: skip
FORMATS = {one.name: one for one in _FORMATS}


def named(name: str) -> Format:
    """The format of this name; :class:`UsageError` with the nearest."""
    if name not in FORMATS:
        hint = did_you_mean(nearest(name, FORMATS)) or f"; expected one of {', '.join(FORMATS)}"
        raise UsageError(f"unknown format {name!r}{hint}")
    return FORMATS[name]


def recognised(path: Path) -> Format:
    """The one format that a file is of. Raises :class:`DataError` where none fits, or several do."""
    look = FirstLook(path)
    fitting = [one for one in _FORMATS if one.fits(look)]
    chosen = [one for one in fitting if not one.fallback] or fitting
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        names = " and ".join(one.name for one in chosen)
        raise DataError(f"fits the formats {names}; say which with: import FORMAT FILE", file=path)
    signs = "; ".join(f"{one.name} ({one.sign})" for one in _FORMATS)
    raise DataError(f"no format fits {look.described()}. Looked for: {signs}", file=path)


def read(
    paths: Sequence[Path], format_name: str = "", *, progress: Progress | None = None, **options: Any
) -> tuple[dict[Path, Contents], bool]:
    """What files say, each in its own format or all in the one named, and whether they are the user's own tables.

    Raises :class:`DataError` for what cannot be read, :class:`UsageError` for an option that no format here knows.
    """
    by_format: dict[str, list[Path]] = {}
    for path in paths:
        by_format.setdefault((named(format_name) if format_name else recognised(path)).name, []).append(path)
    given: dict[str, Any] = {name: value for name, value in options.items() if value}
    if unknown := [name for name in given if not any(name in FORMATS[one].options for one in by_format)]:
        raise UsageError(f"the format {' or '.join(by_format)} takes no --{' or --'.join(unknown)}")
    found: dict[Path, Contents] = {}
    for name, group in by_format.items():
        one = FORMATS[name]
        passed = {key: value for key, value in (given | {"progress": progress}).items() if value and key in one.options}
        if one.together:
            found |= one.reader.read(group, **passed)
        else:
            found |= {path: one.reader.read(path, **passed) for path in group}
    return found, all(FORMATS[name].authored for name in by_format)


def bring_in(
    paths: Sequence[Path], index: Callable[[], Index], *, workspace: Path | None = None, format_name: str = "",
    progress: Progress | None = None, **options: Any,
) -> Import:  # fmt: skip
    """What files would bring into a workspace; nothing is written. See :func:`read` and :func:`workspace_files`."""
    found, authored = read(paths, format_name, progress=progress, **options)
    return workspace_files(found, index, workspace=workspace, authored=authored)
