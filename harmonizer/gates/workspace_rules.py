"""Rules over what a workspace says: coverage by what is implemented, evidence that is due, lineage of AI systems."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from harmonizer.errors import DataError, did_you_mean, nearest
from harmonizer.gates.finding import FAIL, LACKING, PASS, Finding, whole
from harmonizer.gates.rules import CoverageRule, EvidenceRule, LineageRule
from harmonizer.programme.data_flow import lineage
from harmonizer.programme.evidence_due import OVERDUE
from harmonizer.programme.organisation import Organisation
from harmonizer.programme.programme import Programme

SATISFIED, OVERDUE_BY, TRACED = "share satisfied by what is implemented", "days overdue", "training data traced"


def judge_coverage(rule: CoverageRule, programme: Programme) -> list[Finding]:
    """For each framework the share of its requirements that the implemented controls satisfy."""
    found = []
    for name in rule.frameworks:
        left = programme.left(name)
        asked, met = left.summary["requirements"], left.summary["satisfied by what is implemented"]
        if not asked:
            reason = f"No requirement of {name} applies, so that no share of them is satisfied."
            found.append(whole(rule.id, name, SATISFIED, None, rule.minimum, LACKING, reason))
            continue
        share = met / asked
        verdict = PASS if share >= rule.minimum else FAIL
        reason = f"{met} of {asked} requirements of {name} are satisfied by what is implemented, {share:.1%}; " \
                 f"the rule asks for {rule.minimum:.1%}."  # fmt: skip
        if verdict == FAIL:
            controls = [row["controls that would close it"] for row in left if row["controls that would close it"]]
            reason += f" {left.summary['effort left']} person-days are left; next: {controls[0]}." if controls else ""
        found.append(whole(rule.id, name, SATISFIED, share, rule.minimum, verdict, reason))
    return found


def judge_evidence(rule: EvidenceRule, programme: Programme, today: date) -> list[Finding]:
    """Each artefact that is overdue, or one row that says that none is. An empty register shows nothing."""
    dues = [one for one in programme.dues(*rule.frameworks) if one.what == "evidence"]
    if not dues:
        return [whole(rule.id, "register", OVERDUE_BY, None, 0, LACKING, "The register holds no evidence.")]
    late = [
        whole(rule.id, one.id, OVERDUE_BY, (today - one.day).days, 0, FAIL,
              f"{one.title} was due on {one.day.isoformat()}, {one.interval} after {one.since}: {one.because}.")
        for one in dues if one.day and one.state(today) == OVERDUE
    ]  # fmt: skip
    fine = f"None of {len(dues)} artefacts is overdue on {today.isoformat()}."
    return late or [whole(rule.id, "register", OVERDUE_BY, 0, 0, PASS, fine)]


def judge_lineage(rule: LineageRule, rules: Path, organisation: Organisation) -> list[Finding]:
    """For each AI system that is trained here whether what it was trained on is traced by data flows.

    Flows of the stage training must lead to it, and to it from every place that its ``trained_on`` names.
    """
    systems = organisation.entries["ai_systems"]
    known = [system["id"] for system in systems]
    for name in rule.trained_elsewhere:
        if name not in known:
            raise DataError(f"rule {rule.id!r} names an unknown AI system {name!r}{did_you_mean(nearest(name, known))}",
                            file=rules, line=rule.line)  # fmt: skip
    sources: dict[str, list[str]] = {}
    for row in lineage(organisation):
        if row["role"] == "training":
            sources.setdefault(str(row["ai_system"]), []).append(str(row["reached from"]))
    found = []
    for system in systems:
        if system["id"] in rule.trained_elsewhere:
            continue
        own = sources.get(system["id"], [])
        untraced = [place for place in system.many("trained_on") if place not in own]
        verdict = PASS if own and not untraced else FAIL
        if not own:
            line = f"{organisation.document.path.name}, line {system.line}"
            reason = f"No data flow of the stage training leads to {system['id']} ({line})."
        elif untraced:
            reason = f"{system['id']} is trained on {', '.join(untraced)}, which no flow of the stage training shows."
        else:
            reason = f"{system['id']} is trained on what comes from {', '.join(own)}."
        found.append(whole(rule.id, system["id"], TRACED, len(own), 1, verdict, reason))
    return found or [whole(rule.id, "", TRACED, None, 1, LACKING,
                           "The organisation file names no AI system that is trained here.")]  # fmt: skip
