"""What an organisation file says shows in the reports."""

from __future__ import annotations

import harmonizer as hz
from harmonizer.reports.tables import Page, Sheet
from tests.conftest import ROOT


def test_the_matrix_says_for_whom_it_is_and_why_a_requirement_applies_or_not() -> None:
    kg = hz.load(organisation=ROOT / "data" / "examples" / "ai-platform" / "organisation.yaml")
    report = kg.control_matrix("soc2", only=["Statement of Applicability"])
    front, statement = report.parts
    assert isinstance(front, Page) and isinstance(statement, Sheet)
    made = {str(row[0]): row[1] for section in front.sections for row in section.rows if len(row) > 1}
    assert made["Scope"] == "Fernhill Clinical AI, Inc."
    rows = {str(row[0]): row for row in statement.rows}
    assert rows["soc2:A1.1"][2:4] == ("yes", "required; category:availability (line 23: categories)")
    assert rows["soc2:P1.1"][2:4] == ("no", "category:privacy is false: nothing in organisation.yaml says so")
