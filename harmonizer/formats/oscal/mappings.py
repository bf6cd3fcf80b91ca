"""A mapping-collection (OSCAL 1.2) as published mapping sets of the workspace.

NIST's schema takes any word as a relationship; here the words of the specification count. A map between several
sources or targets speaks of them together, not of each pair: its pairs come in as related, of no stated type.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from harmonizer.errors import DataError, did_you_mean, nearest, raise_together
from harmonizer.formats.contents import Contents, ReadMapping, ReadMappingSet
from harmonizer.formats.foreign_text import slug_of
from harmonizer.formats.oscal.documents import Document

RELATIONS = {"equal-to": "equal", "equivalent-to": "equal", "subset-of": "subset-of", "superset-of": "superset-of",
             "intersects-with": "intersects-with", "no-relationship": "no-relationship"}  # fmt: skip


def read_mappings(document: Document) -> Contents:
    """The mappings of a collection as one published set.

    Raises :class:`DataError` (``CollectedDataError`` with all of them) for unknown relationships, ends without an id,
    and confidences outside 0 to 1.
    """
    problems: list[DataError] = []
    table: list[ReadMapping] = []
    mappings = document.body.get("mappings", ())
    for at, mapping in enumerate(mappings):
        source = _framework(document, mapping.get("source-resource", {}))
        target = _framework(document, mapping.get("target-resource", {}))
        for number, one in enumerate(mapping.get("maps", ())):
            try:
                place = f"mapping-collection.mappings[{at}].maps[{number}]"
                table += _pairs(document, place, one, source, target)
            except DataError as error:
                problems.append(error)
    raise_together(problems)
    one_set = ReadMappingSet(document.path.stem, tuple(table), provider=document.title, url="OSCAL mapping-collection")
    return Contents(mapping_sets=(one_set,), figures={"mappings": len(mappings)})


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
    return slug_of(stem.removesuffix(PurePosixPath(stem).suffix)) or "unknown"


def _pairs(document: Document, place: str, one: dict[str, Any], source: str, target: str,
           ) -> list[ReadMapping]:  # fmt: skip
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
    return [
        ReadMapping(f"{source}:{first}", "related" if together else relation, f"{target}:{second}", comment, confidence,
                    place)
        for first in ends[0] for second in ends[1]
    ]  # fmt: skip
