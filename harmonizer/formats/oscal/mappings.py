"""A mapping-collection (OSCAL 1.2) as published mapping sets of the workspace.

NIST's schema takes any word as a relationship; here the words of the specification count. A map between several
sources or targets speaks of them together, not of each pair: its pairs come in as related, of no stated type.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

from harmonizer.errors import CollectedDataError, DataError, did_you_mean, nearest
from harmonizer.formats.oscal.catalog import Fault
from harmonizer.formats.oscal.documents import Document
from harmonizer.formats.oscal.frameworks import Import
from harmonizer.knowledge.authored import RELATED_PREDICATE
from harmonizer.knowledge.tables import PUBLISHED_COLUMNS, dump
from harmonizer.vocabulary import BASE, RELATION_PREDICATES

RELATIONS = {"equal-to": "equal", "equivalent-to": "equal", "subset-of": "subset-of", "superset-of": "superset-of",
             "intersects-with": "intersects-with", "no-relationship": "no-relationship"}  # fmt: skip


def read_mappings(document: Document) -> Import:
    """The mappings of a collection as files of the workspace.

    Raises :class:`DataError` (``CollectedDataError`` with all of them) for unknown relationships, ends without an id,
    and confidences outside 0 to 1. Pairs that stand twice are listed and taken once.
    """
    found, problems = Import(), []
    table: dict[tuple[str, str], dict[str, str]] = {}
    mappings = document.body.get("mappings", ())
    for at, mapping in enumerate(mappings):
        source = _framework(document, mapping.get("source-resource", {}))
        target = _framework(document, mapping.get("target-resource", {}))
        for number, one in enumerate(mapping.get("maps", ())):
            place = f"mapping-collection.mappings[{at}].maps[{number}]"
            try:
                pairs = _pairs(document, place, one, source, target)
            except DataError as error:
                problems.append(error)
                continue
            for ends, cells in pairs:
                if ends in table:
                    found.faults.append(Fault(place, f"{ends[0]} to {ends[1]} stands twice; the first counts"))
                table.setdefault(ends, cells)
    if problems:
        raise problems[0] if len(problems) == 1 else CollectedDataError(problems)
    name = re.sub(r"[^a-z0-9]+", "-", document.path.stem.casefold()).strip("-") or "oscal"
    head = (f"#mapping_set_id: {BASE}mapping-set/{name}\n#mapping_set_title: {json.dumps(document.title)}\n"
            f"#mapping_provider: {json.dumps(document.title)}\n#license: unknown; see your source\n")  # fmt: skip
    found.files[f"data/crosswalks/{name}.sssom.tsv"] = head + dump(PUBLISHED_COLUMNS, table.values(), "\t")
    found.figures = {"mappings": len(mappings), "mapping rows": len(table), "findings": len(found.faults)}
    return found


def _framework(document: Document, resource: dict[str, Any]) -> str:
    """The slug of a mapped resource: what its property ``framework`` says, or its file name."""
    for prop in resource.get("props", ()):
        if prop.get("name") == "framework" and prop.get("value"):
            return str(prop["value"])
    href = str(resource.get("href", ""))
    for one in document.body.get("back-matter", {}).get("resources", ()):
        if href == f"#{one.get('uuid')}":
            href = next((str(link.get("href")) for link in one.get("rlinks", ())), str(one.get("title", href)))
    stem = PurePosixPath(href.rstrip("/")).name
    return re.sub(r"[^a-z0-9]+", "-", stem.removesuffix(PurePosixPath(stem).suffix).casefold()).strip("-") or "unknown"


def _pairs(document: Document, place: str, one: dict[str, Any], source: str, target: str,
           ) -> list[tuple[tuple[str, str], dict[str, str]]]:  # fmt: skip
    word = one.get("relationship")
    if word not in RELATIONS:
        hint = did_you_mean(nearest(str(word), RELATIONS, 1)) or f"; expected one of {', '.join(RELATIONS)}"
        raise document.problem(place, f"unknown relationship {word!r}{hint}")
    ends = [[str(end.get("id-ref") or "") for end in one.get(key, ())] for key in ("sources", "targets")]
    if not all(ends) or not all(map(all, ends)):
        raise document.problem(place, "a map needs sources and targets, each with an id-ref")
    score = one.get("confidence-score", {}).get("percentage", 1)
    try:
        confidence = float(score)
    except (TypeError, ValueError):
        confidence = -1.0
    if not 0 <= confidence <= 1:
        raise document.problem(place, f"the confidence {score!r} is not between 0 and 1")
    together = len(ends[0]) > 1 or len(ends[1]) > 1
    relation = RELATIONS[word]
    comment = str(one.get("remarks") or "stated without a reason")
    if together:
        comment = f"{word} of several together; {comment}"
    cells = {
        "predicate_id": RELATED_PREDICATE if together else RELATION_PREDICATES[relation],
        "predicate_modifier": "Not" if relation == "no-relationship" and not together else "",
        "mapping_justification": "semapv:ManualMappingCuration", "confidence": f"{confidence:g}",
        "comment": " ".join(comment.split()),
    }  # fmt: skip
    return [
        ((f"{source}:{first}", f"{target}:{second}"),
         cells | {"subject_id": f"{source}:{first}", "object_id": f"{target}:{second}"})
        for first in ends[0] for second in ends[1]
    ]  # fmt: skip
