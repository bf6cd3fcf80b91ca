"""Any SSSOM mapping set (TSV) as a published crosswalk, with its provider and licence.

Ends are CURIEs ``slug:id``, IRIs of our own requirements and objectives, or CURIEs whose prefix the set's
``curie_map`` expands to those.
"""

from __future__ import annotations

import re
from pathlib import Path

from harmonizer import vocabulary
from harmonizer.errors import raise_together
from harmonizer.formats.contents import Contents, ReadMapping, ReadMappingSet
from harmonizer.formats.foreign_text import slug_of
from harmonizer.formats.mappings import Progress, read_mappings
from harmonizer.knowledge.tables import read_text, sssom_metadata
from harmonizer.model import short_key
from harmonizer.vocabulary import BASE, SEMAPV

_COLUMNS = {"subject_id", "predicate_id", "object_id"}


def recognise(head: bytes) -> bool:
    """Whether the first line that is no metadata is a header of SSSOM."""
    lines = head.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").splitlines()
    header = next((line for line in lines if not line.startswith("#")), "")
    return set(re.split(r"[\t,;]", header.strip().replace('"', ""))) >= _COLUMNS


def read(path: Path, progress: Progress | None = None) -> Contents:
    """One mapping set. Raises :class:`DataError` (``CollectedDataError`` with all) for rows that cannot be read."""
    found = read_mappings(path, progress)
    raise_together(found.problems)
    metadata = sssom_metadata(path)
    prefixes = _prefixes(path)
    mappings = tuple(
        ReadMapping(_end(one.subject, prefixes), one.relation, _end(one.object, prefixes), one.comment, one.confidence,
                    f"line {one.line}", one.justification.replace(SEMAPV, "semapv:") or "semapv:UnspecifiedMatching")
        for one in found.statements
    )  # fmt: skip
    name = metadata.get("mapping_set_title") or path.name.partition(".")[0]
    return Contents(mapping_sets=(ReadMappingSet(
        name, mappings, provider=metadata.get("mapping_provider", ""), licence=metadata.get("license", ""),
        url=metadata.get("mapping_set_source") or metadata.get("mapping_set_id", ""),
    ),))  # fmt: skip


def _prefixes(path: Path) -> dict[str, str]:
    """The ``curie_map`` of the metadata block."""
    found: dict[str, str] = {}
    inside = False
    for line in read_text(path).splitlines():
        if not line.startswith("#"):
            break
        key, _, value = line[1:].strip().partition(":")
        indented = line[1:2].isspace() and not line[1:].startswith((" curie_map", " mapping", " license"))
        if key == "curie_map":
            inside = True
        elif inside and indented:
            found[key.strip("\"'")] = value.strip().strip("\"'")
        else:
            inside = False
    return found


def _end(text: str, prefixes: dict[str, str]) -> str:
    """``slug:id`` or ``objective:slug`` of an end as written."""
    prefix, _, local = text.partition(":")
    iri = text.strip("<>") if re.match(r"<?https?://", text) else prefixes.get(prefix, "") + local
    for space, known in (("objective/", ""), ("framework/", "requirement")):
        if iri.startswith(BASE + space):
            if not known:
                return "objective:" + iri.removeprefix(BASE + space)
            return short_key(vocabulary.requirement_key(iri))
    if re.match(r"<?https?://", text):
        head, _, tail = iri.rpartition("#" if "#" in iri else "/")
        return f"{slug_of(head.partition('//')[2])}:{tail}"
    return text if prefix == "objective" or re.fullmatch(r"[a-z0-9@.-]+", prefix) else f"{slug_of(prefix)}:{local}"
