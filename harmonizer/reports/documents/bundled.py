"""The documents that can be made, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harmonizer.answer import Answer
from harmonizer.errors import UnknownNameError
from harmonizer.programme.applicability import frameworks
from harmonizer.reports.documents.breach_response import breach_response
from harmonizer.reports.documents.compliance_strategy import compliance_strategy
from harmonizer.reports.documents.document import Document
from harmonizer.reports.documents.hipaa_safeguards import hipaa_safeguards
from harmonizer.reports.documents.minimum_necessary import minimum_necessary
from harmonizer.reports.documents.soc2_mapping import soc2_mapping

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer


@dataclass(frozen=True)
class Kind:
    """What a document says in a sentence, of which frameworks something has to apply for it, and what makes it."""

    content: str
    frameworks: tuple[str, ...]
    make: Callable[[Harmonizer], Document]


DOCUMENTS: Mapping[str, Kind] = {
    "soc2-mapping": Kind("From each SOC 2 criterion to control, activity and evidence; one activity worked out.",
                         ("soc2",), soc2_mapping),
    "hipaa-safeguards": Kind("Where PHI flows and lies; technical safeguards of 45 CFR 164.312 with what is set.",
                             ("hipaa",), hipaa_safeguards),
    "minimum-necessary": Kind("Who needs which PHI; rules for data scientists (45 CFR 164.502(b), 164.514(d)).",
                              ("hipaa",), minimum_necessary),
    "breach-response": Kind("Whom to tell of a breach, by when, with what (HIPAA, GDPR).", ("hipaa", "gdpr"),
                            breach_response),
    "strategy": Kind("One programme under several frameworks: inventory, classes, objectives, controls, audits.", (),
                     compliance_strategy),
}  # fmt: skip


def make(kg: Harmonizer, name: str) -> Document:
    """The document of this name; :class:`UnknownNameError` names the nearest."""
    if name not in DOCUMENTS:
        raise UnknownNameError("document", name, DOCUMENTS)
    return DOCUMENTS[name].make(kg)


def fitting(kg: Harmonizer) -> list[str]:
    """The documents about what the organisation answers to: the frameworks that it names, or all that apply to it."""
    applying = {str(row["framework"]) for row in frameworks(kg.judge) if row["applies"] == "yes"}
    applying &= {*(kg.known_organisation.frameworks or applying)}
    return [name for name, kind in DOCUMENTS.items() if not kind.frameworks or applying & {*kind.frameworks}]


def listing(kg: Harmonizer) -> Answer:
    """The documents with what they say; where there is an organisation, whether they fit it."""
    fit = fitting(kg) if kg.organisation else None
    rows = [(name, kind.content, "" if fit is None else "yes" if name in fit else "no")
            for name, kind in DOCUMENTS.items()]  # fmt: skip
    return Answer.of(("document", "content", "applies"), rows, title="Documents")
