"""The documents that can be made, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from harmonizer.answer import Answer
from harmonizer.errors import UnknownNameError
from harmonizer.reports.documents.breach_response import breach_response
from harmonizer.reports.documents.compliance_strategy import compliance_strategy
from harmonizer.reports.documents.document import Document
from harmonizer.reports.documents.hipaa_safeguards import hipaa_safeguards
from harmonizer.reports.documents.minimum_necessary import minimum_necessary
from harmonizer.reports.documents.soc2_mapping import soc2_mapping

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer

DOCUMENTS: Mapping[str, tuple[str, Callable[[Harmonizer], Document]]] = {
    "soc2-mapping": ("From each SOC 2 criterion to control, activity and evidence; one activity worked out.",
                     soc2_mapping),
    "hipaa-safeguards": ("Where PHI flows and lies; technical safeguards of 45 CFR 164.312 with what is set.",
                         hipaa_safeguards),
    "minimum-necessary": ("Who needs which PHI, and rules for data scientists (45 CFR 164.502(b), 164.514(d)).",
                          minimum_necessary),
    "breach-response": ("Whom to tell of a breach, by when, with what (HIPAA, GDPR).", breach_response),
    "strategy": ("One programme under several frameworks: inventory, classes, objectives, controls, audits.",
                 compliance_strategy),
}  # fmt: skip
"""What each document says in a sentence, and what makes it."""


def make(kg: Harmonizer, name: str) -> Document:
    """The document of this name; :class:`UnknownNameError` names the nearest."""
    if name not in DOCUMENTS:
        raise UnknownNameError("document", name, DOCUMENTS)
    return DOCUMENTS[name][1](kg)


def listing() -> Answer:
    """The documents with what they say."""
    return Answer.of(("document", "content"), [(name, words) for name, (words, _) in DOCUMENTS.items()],
                     title="Documents")  # fmt: skip
