"""The files that :class:`~harmonizer.api.Harmonizer` brings in and writes: workbooks, foreign formats, OSCAL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from harmonizer.answer import Answer
from harmonizer.errors import UsageError
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework
from harmonizer.programme_api import MAIN_FRAMEWORKS
from harmonizer.strictness.applicability import Circumstances

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer
    from harmonizer.formats.registry import Options
    from harmonizer.programme.assessment import Assessment
    from harmonizer.reports.tables import Report
    from harmonizer.superset.plan import Plan


class FileQuestions:
    """What reads or writes files; a part of :class:`~harmonizer.api.Harmonizer`."""

    index: Index
    circumstances: Circumstances

    if TYPE_CHECKING:  # what the whole has

        @property
        def workspace(self) -> Path | None: ...
        @property
        def assessment(self) -> Assessment: ...
        def _whole(self) -> Harmonizer: ...
        def _frameworks(self, names: Sequence[str]) -> list[Framework]: ...

    def control_matrix(self, *frameworks: str, plan: Plan | None = None, only: Sequence[str] = ()) -> Report:
        """The control matrix of these frameworks as tables, whole or ``only`` the tables named."""
        from harmonizer.reports.control_matrix import control_matrix

        chosen = [one.key for one in self._frameworks(frameworks or MAIN_FRAMEWORKS)]
        return control_matrix(self._whole(), chosen, plan or self._whole().solve(*chosen), only)

    def to_excel(self, path: str | Path, *frameworks: str, plan: Plan | None = None) -> Path:
        """Write the control matrix workbook of these frameworks; returns its path."""
        return self.write_matrix("xlsx", path, *frameworks, plan=plan)

    def write_matrix(
        self, format_name: str, path: str | Path, *frameworks: str, plan: Plan | None = None, only: Sequence[str] = ()
    ) -> Path:
        """Write the control matrix, whole or ``only`` the tables named, as ``xlsx``, csv, json, md or html."""
        from harmonizer.reports.control_matrix import write_matrix

        return write_matrix(self.control_matrix(*frameworks, plan=plan, only=only), format_name, Path(path))

    def import_files(
        self, *paths: str | Path, format_name: str = "", dry_run: bool = False, **options: Unpack[Options]
    ) -> Answer:
        """Bring files of any format that ``harmonizer import --list`` names into the workspace; with ``dry_run`` not.

        The format is that of the content unless it is named. What was found on the way is in the answer's summary as
        ``findings``. Load the workspace again to ask about what came in.
        """
        from harmonizer.formats import registry, workspace_files

        if self.workspace is None:
            raise UsageError("load a workspace folder to import into")
        found = registry.bring_in([Path(path) for path in paths], lambda: self.index, workspace=self.workspace,
                                  format_name=format_name, **options)  # fmt: skip
        if not dry_run:
            workspace_files.write(found, self.workspace)
        summary = {"files": list(found.files), "findings": [str(one) for one in found.findings]}
        return Answer.of(("what", "count"), list(found.figures.items()), summary, "What the files bring in")

    def import_workbook(self, path: str | Path, *, apply: bool = False, other_dataset: bool = False) -> Answer:
        """What the edits in a control matrix workbook change in the workspace; recorded only with ``apply``.

        ``other_dataset`` lets edits of a workbook be recorded that was made from another dataset.
        """
        from harmonizer.reports.workbook_edits import import_workbook

        return import_workbook(Path(path), self.assessment, apply=apply, other_dataset=other_dataset)

    def draft_constraints(self, slug: str) -> Answer:
        """What the parameters of an imported OSCAL catalog demand: complete drafts become constraints, others are told.

        See :mod:`harmonizer.formats.oscal.parameters`. Needs a workspace folder; load again to see the constraints.
        """
        from harmonizer.formats.oscal.parameters import attach
        from harmonizer.formats.workspace_files import DRAFTS

        if self.workspace is None:
            raise UsageError("name the workspace folder that the catalog was imported into")
        number, missing = attach(self.workspace, slug, self.index.dimensions)
        rows = [(one.place, one.message) for one in missing]
        return Answer.of(("requirement", "missing"), rows, {
            "constraints written": number, "drafts left": len(missing),
            "drafts": str(self.workspace / DRAFTS / f"{slug}-constraints.csv")})  # fmt: skip

    def export(
        self, format_name: str, path: str | Path, *names: str, plan: Plan | None = None, only: Sequence[str] = ()
    ) -> Path:
        """Write any export format to a file or folder; returns its path. ``kg.export_formats()`` lists them.

        Parameters
        ----------
        names: the frameworks, or for ``graph-html`` the node and then frameworks.
        plan: for formats that write a set of controls; by default the cheapest for the frameworks.
        only: the tables wanted, for the formats of the control matrix.

        What a user of the file has to know (pairs left out, columns unverified) is told as a :class:`UserWarning`.
        """
        from harmonizer.reports.exports import export

        return export(self._whole(), format_name, names, Path(path), plan=plan, only=only)

    def export_formats(self) -> Answer:
        """The formats of :meth:`export`: what each holds, the names it takes, and what it was checked against."""
        from harmonizer.reports.exports import formats

        return formats()

    def export_oscal(self, folder: str | Path, *frameworks: str, plan: Plan | None = None) -> list[Path]:
        """Write the superset for the frameworks as OSCAL 1.2 into a folder; returns the files.

        A catalog, a profile, a mapping-collection and the skeleton of a component definition, see
        :mod:`harmonizer.reports.oscal_plan`.
        """
        from harmonizer.reports import oscal_plan

        slugs = [self.index.framework(name).slug for name in frameworks]
        made = plan or self._whole().solve(*frameworks)
        return oscal_plan.write(made, self.index, slugs, Path(folder), self.circumstances.as_of)
