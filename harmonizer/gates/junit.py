"""The outcome of a gate as JUnit XML, which pipelines show as test results: a suite for each rule."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from harmonizer.gates.finding import LEFT_OUT, Finding
from harmonizer.gates.gate import Outcome

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML 1.0 document may hold these


def junit(outcome: Outcome) -> bytes:
    """A test case for each finding. What cannot be judged fails; what a rule leaves out is skipped."""
    suites = [(rule.id, [one for one in outcome.findings if one.rule == rule.id]) for rule in outcome.rules.rules]
    top = ElementTree.Element("testsuites", {"name": outcome.rules.name, **_counts(list(outcome.findings))})
    for rule, findings in suites:
        at = outcome.at.strftime("%Y-%m-%dT%H:%M:%S")
        suite = ElementTree.SubElement(top, "testsuite", {"name": rule, "timestamp": at, **_counts(findings)})
        for one in findings:
            name = _fit(" ".join(part for part in (one.metric, one.subject, one.group) if part))
            case = ElementTree.SubElement(suite, "testcase", classname=f"{outcome.rules.name}.{rule}", name=name,
                                          time="0")  # fmt: skip
            if one.stops:
                failure = ElementTree.SubElement(case, "failure", type=one.verdict, message=_fit(one.reason))
                failure.text = _fit(one.reason)
            elif one.verdict == LEFT_OUT:
                ElementTree.SubElement(case, "skipped", message=_fit(one.reason))
    return bytes(ElementTree.tostring(top, encoding="utf-8", xml_declaration=True))


def _counts(findings: list[Finding]) -> dict[str, str]:
    skipped = sum(one.verdict == LEFT_OUT for one in findings)
    return {"tests": str(len(findings)), "failures": str(sum(one.stops for one in findings)), "errors": "0",
            "skipped": str(skipped), "time": "0"}  # fmt: skip


def _fit(text: str) -> str:
    return _UNFIT.sub("", text)
