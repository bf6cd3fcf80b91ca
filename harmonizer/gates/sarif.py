"""The outcome of a gate as SARIF 2.1.0 (OASIS), which code hosts show beside a change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harmonizer import __version__
from harmonizer.gates.finding import COLUMNS, LEFT_OUT, Finding
from harmonizer.gates.gate import Outcome
from harmonizer.gates.rules import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(outcome: Outcome) -> bytes:
    """One run with a result for each finding, at the line of its rule. What cannot be judged is an error, as in a gate.

    Files are named relative to the working folder where they lie in it, as code hosts expect.
    """
    rules = [{"id": rule.id, "shortDescription": {"text": f"{_kind(rule)} rule of gate {outcome.rules.name}"},
              "defaultConfiguration": {"level": "error"}} for rule in outcome.rules.rules]  # fmt: skip
    lines = {rule.id: rule.line for rule in outcome.rules.rules}
    places = {rule.id: place for place, rule in enumerate(outcome.rules.rules)}
    at = outcome.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    run = {
        "tool": {"driver": {"name": "harmonizer gate", "version": __version__, "rules": rules}},
        "invocations": [{"executionSuccessful": True, "exitCode": 0 if outcome.passed else 1, "endTimeUtc": at}],
        "artifacts": [{"location": {"uri": uri(one.path)}, "length": one.size, "hashes": {"sha-256": one.sha256},
                       "description": {"text": one.role}} for one in outcome.files],
        "results": [_result(one, places[one.rule], lines[one.rule], uri(outcome.rules.path))
                    for one in outcome.findings],
        "properties": {"gate": outcome.rules.name, "result": outcome.result},
    }  # fmt: skip
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1).encode()


def _result(finding: Finding, place: int, line: int, rules: str) -> dict[str, Any]:
    kind = "fail" if finding.stops else "notApplicable" if finding.verdict == LEFT_OUT else "pass"
    same = "\0".join((finding.rule, finding.subject, finding.metric, finding.group))
    cells = zip(COLUMNS, finding.cells, strict=True)
    told = {name: value for name, value in cells if name not in ("rule", "reason") and value not in ("", None)}
    return {
        "ruleId": finding.rule,
        "ruleIndex": place,
        "kind": kind,
        "level": "error" if finding.stops else "none",
        "message": {"text": f"{finding.verdict[0].upper()}{finding.verdict[1:]}: {finding.reason}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": rules}, "region": {"startLine": line}}}],
        "partialFingerprints": {"finding/v1": hashlib.sha256(same.encode()).hexdigest()},
        "properties": told,
    }


def uri(path: Path) -> str:
    """A file as a URI: relative to the working folder where it lies in it, else absolute."""
    whole, here = path.resolve(), Path.cwd()
    return quote(whole.relative_to(here).as_posix()) if whole.is_relative_to(here) else whole.as_uri()


def _kind(rule: Rule) -> str:
    return type(rule).__name__.removesuffix("Rule")
