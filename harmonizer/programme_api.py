"""The questions about an organisation and its programme, which :class:`~harmonizer.api.Harmonizer` answers too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from harmonizer.answer import Answer
from harmonizer.errors import UsageError
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework
from harmonizer.strictness.applicability import Circumstances

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer
    from harmonizer.gates.gate import Outcome
    from harmonizer.programme.applicability import Judge
    from harmonizer.programme.assessment import Assessment
    from harmonizer.programme.evidence import Artefact
    from harmonizer.programme.organisation import Organisation
    from harmonizer.programme.processing_record import Record
    from harmonizer.programme.programme import Programme
    from harmonizer.reports.audit_pack import Pack
    from harmonizer.reports.documents.document import Document

MAIN_FRAMEWORKS = ("soc2", "hipaa", "gdpr")
"""The frameworks of the main job."""


class ProgrammeQuestions:
    """What needs an organisation file or a workspace; a part of :class:`~harmonizer.api.Harmonizer`."""

    index: Index
    circumstances: Circumstances
    organisation: Organisation | None
    system: str

    if TYPE_CHECKING:  # what the whole has

        @property
        def workspace(self) -> Path | None: ...
        def within(self, *, scope: str | None = None, as_of: str | None = None) -> Harmonizer: ...
        def carry(self, findings: Mapping[str, str], to: str, *, trust: Sequence[str] = ()) -> Answer: ...
        @property
        def nobody_in_particular(self) -> Index: ...
        def _whole(self) -> Harmonizer: ...
        def _asked(self, scope: str | None, as_of: str | None) -> Circumstances: ...
        def _frameworks(self, names: Sequence[str]) -> list[Framework]: ...

    # what the organisation is -----------------------------------------------------------------------------------

    def applicability(self, *frameworks: str, scope: str | None = None, as_of: str | None = None) -> Answer:
        """What applies to the organisation of the workspace, and why or why not, with the lines of its file.

        Every requirement of the frameworks, or without any the frameworks themselves.
        """
        from harmonizer.programme import applicability

        judge = self._judge(scope, as_of)
        if not frameworks:
            return applicability.frameworks(judge)
        return applicability.requirements(judge, self._frameworks(frameworks))

    def tags(self) -> Answer:
        """Every scope tag with its value for the organisation or the system asked for, and what makes it so."""
        from harmonizer.programme.applicability import tags

        return tags(self.known_organisation, self.system)

    def data_flows(self) -> Answer:
        """Every data flow of the organisation, with where it starts and ends."""
        from harmonizer.programme.data_flow import flows

        return flows(self.known_organisation)

    def lineage(self) -> Answer:
        """What the training data and the inputs of each AI system come from, step by step."""
        from harmonizer.programme.data_flow import lineage

        return lineage(self.known_organisation)

    def classification(self, *, scope: str | None = None, as_of: str | None = None) -> Answer:
        """Every class of data that the organisation holds: where, how long, and which frameworks name it."""
        from harmonizer.programme.data_flow import classification

        return classification(self._judge(scope, as_of))

    def record_of_processing(self, record: Record) -> Answer:
        """The record of processing activities of GDPR Art. 30: paragraph 1 for a controller, 2 for a processor."""
        from harmonizer.programme.processing_record import record_of_processing

        return record_of_processing(self.known_organisation, record)

    def draw_data_flows(self, path: str | Path) -> Path:
        """Write the data flows as a picture, ``.svg`` or ``.md`` (Mermaid); returns its path."""
        from harmonizer.reports.data_flow_picture import write_data_flow

        return write_data_flow(self.known_organisation, Path(path))

    def settings(self) -> Answer:
        """What the organisation has set, held against what binds each system; what falls short comes first."""
        from harmonizer.programme import settings

        organisation = self.known_organisation
        known = self._frameworks(organisation.frameworks or MAIN_FRAMEWORKS)
        found = settings.settings(self.nobody_in_particular, organisation, self.circumstances, known)
        return settings.listing(self.index, [one for one in found if self.system in ("", one.system)])

    def document(self, name: str) -> Document:
        """A document made from the graph and the workspace; :meth:`documents` lists them.

        ``.write(path)`` writes it as its ending says; ``.markdown()``, ``.html()`` and ``.docx()`` give the content.
        """
        from harmonizer.reports.documents.bundled import make

        return make(self._whole(), name)

    def documents(self) -> Answer:
        """The documents that can be made."""
        from harmonizer.reports.documents.bundled import listing

        return listing(self._whole())

    @property
    def judge(self) -> Judge:
        """Says what applies to the organisation, and why."""
        return self._judge(None, None)

    def _judge(self, scope: str | None, as_of: str | None) -> Judge:
        from harmonizer.programme.applicability import Judge

        return Judge(self.index, self.known_organisation, self._asked(scope, as_of), self.system)

    @property
    def known_organisation(self) -> Organisation:
        """The organisation; :class:`UsageError` where there is no organisation file."""
        if self.organisation is None:
            raise UsageError("this needs the organisation file of a workspace: harmonizer init DIR makes one, "
                             "--workspace DIR names it")  # fmt: skip
        return self.organisation

    # what is done and can be shown --------------------------------------------------------------------------------

    @cached_property
    def assessment(self) -> Assessment:
        """Statuses, owners and findings of the workspace; :class:`UsageError` without one."""
        from harmonizer.programme.assessment import Assessment

        if self.workspace is None:
            raise UsageError("statuses and findings are kept in a workspace; name one with --workspace DIR")
        return Assessment(self.index, self.workspace)

    @cached_property
    def programme(self) -> Programme:
        """Evidence, requests and what is left to do in the workspace; :class:`UsageError` without one."""
        from harmonizer.programme.programme import Programme

        own = self.organisation.frameworks if self.organisation else []
        return Programme(self.assessment, self.circumstances, tuple(own or MAIN_FRAMEWORKS))

    def left(self, framework: str, *, trust: Sequence[str] = ()) -> Answer:
        """What is left for a framework beside what is implemented in the workspace, what saves most effort first.

        Where nothing was found of a requirement, the finding is what the findings on others carry over.
        """
        carried = self.carry(self.assessment.findings(as_of=self.circumstances.as_of), framework, trust=trust)
        slug = self.index.framework(framework).key
        return self.programme.left(framework, carried={f"{slug}:{row['id']}": str(row["finding"]) for row in carried})

    def audit_pack(self, framework: str, path: str | Path, *, period: str, include: Sequence[str] = ()) -> Pack:
        """Write the pack for an auditor of one framework, a zip file, as things stood at the end of the period.

        Parameters
        ----------
        period: ``2026-01-01/2026-06-30``. Where the graph was loaded with ``as_of``, the state of that day counts.
        include: further frameworks that the pack may hold; nothing of any other is in it.
        """
        from harmonizer.programme.days import period_of
        from harmonizer.reports.audit_pack import write_pack

        start, end = period_of(period)
        asked = self.within(as_of=self.circumstances.as_of or end)
        return write_pack(asked, framework, (start, end), Path(path), include=include)

    # gates --------------------------------------------------------------------------------------------------------

    def gate(self, rules: str | Path, *, files: str | Path | None = None) -> Outcome:
        """Judge a release by the rules in a TOML file, see :mod:`harmonizer.gates.rules`.

        ``files`` is the folder of the files that the rules name, by default that of the rules.
        """
        from harmonizer.gates.gate import judge
        from harmonizer.gates.rules import check_names, read_rules

        read = read_rules(Path(rules))
        check_names(read, self.index)
        day = self.circumstances.as_of
        return judge(read, Path(files) if files else read.path.parent, programme=lambda: self.programme,
                     organisation=lambda: self.known_organisation,
                     today=date.fromisoformat(day) if day else None)  # fmt: skip

    def record_gate(self, outcome: Outcome, *, author: str = "") -> Artefact:
        """Append the outcome of a gate to the evidence register of the workspace."""
        from harmonizer.gates.record import record
        from harmonizer.programme.assessment import user

        return record(outcome, self.programme.register, author=author or user())

    def verify_gate(self, rules: str | Path, *, files: str | Path | None = None) -> Answer:
        """Whether the files are still those of the newest record of the gate, a row for each."""
        from harmonizer.gates.record import verify
        from harmonizer.gates.rules import read_rules

        read = read_rules(Path(rules))
        return verify(read, Path(files) if files else read.path.parent, self.programme.register)


def organisation_of(workspace: Path | None, named: str | Path | None, index: Index, system: str) -> Organisation | None:
    """What the organisation file says that is named, or that the workspace has."""
    from harmonizer.programme.organisation import FILE_NAME, read_organisation

    if named is None and workspace is not None and (workspace / FILE_NAME).exists():
        named = workspace / FILE_NAME
    if named is not None:
        return read_organisation(Path(named), index.scope, index.frameworks, index)
    if system:
        raise UsageError(f"systems are named in the {FILE_NAME} of a workspace; name one with --workspace DIR")
    return None
