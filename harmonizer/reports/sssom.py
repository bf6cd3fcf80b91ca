"""Mappings as SSSOM TSV: our own to the leaf objectives, and the crosswalk that follows from them.

Slots are those of SSSOM 1.0 (Matentzoglu et al., "A Simple Standard for Sharing Ontological Mappings", Database 2022)
in the order of its model; what it has no slot for are extension slots that the header declares. The metadata stand as
YAML behind ``#``. Ids are CURIEs with the percent-encoding of our IRIs, so that they expand to the IRIs of the RDF
exports; the label holds the id as its source writes it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import write_aside
from harmonizer.model import Framework, Requirement
from harmonizer.reports.derived_crosswalk import derived
from harmonizer.vocabulary import BASE, HZ, RELATION_PREDICATES, SEMAPV, SKOS, framework_iri, mapping_set_iri

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer

CORE = ("subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label",
        "mapping_justification")  # fmt: skip
OWN = (*CORE, "author_id", "reviewer_id", "mapping_date", "confidence", "comment")
OWN_EXTENSIONS = {"part": "part", "basis": "basis", "any_of": "anyOf", "review_state": "reviewState"}
DERIVED = (*CORE, "confidence", "comment")
DERIVED_EXTENSIONS = {"known": "knownRelation", "coverage": "coverage", "reading": "reading"}
LICENCES = {"Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0"}
_OTHER_PREFIXES = {"orcid": "https://orcid.org/"}


def write_mappings(kg: Harmonizer, frameworks: Sequence[Framework], path: Path) -> Path:
    """Write the mapping rows of the frameworks to the leaf objectives, without withdrawn and inherited ones."""
    index = kg.index
    rows = [
        {**_pair(_curie(index, one.key), _label(one), row.relation, _objective(row.objective),
                 index.objectives[row.objective].title),
         "mapping_justification": row.justification, "author_id": row.author, "reviewer_id": row.reviewer,
         "mapping_date": row.date, "confidence": f"{row.confidence:g}", "comment": row.comment, "part": row.part,
         "basis": row.basis, "any_of": row.any_of, "review_state": row.review_state}
        for framework in frameworks for one in index.requirements_of(framework)
        for row in index.mappings_of.get(one.key, ()) if not row.is_inherited
    ]  # fmt: skip
    set_id = mapping_set_iri(frameworks[0].key if len(frameworks) == 1 else "+".join(one.key for one in frameworks))
    title = f"{', '.join(one.short_title for one in frameworks)} to control objectives"
    return _write(path, _metadata(index, frameworks, set_id, title, OWN_EXTENSIONS), (*OWN, *OWN_EXTENSIONS), rows)


def write_crosswalk(kg: Harmonizer, source: Framework, target: Framework, path: Path) -> int:
    """Write what follows from the mappings about pairs of requirements; returns how many pairs are left out.

    A row whose ``reading`` is ``plain`` states no more than its predicate (see :class:`Statement`). ``comment`` is the
    derivation sentence by sentence, ``confidence`` that of its weakest step.
    """
    index = kg.index
    statements, left_out = derived(index, source, target, kg.circumstances)
    rows = [
        {**_pair(_curie(index, one.source.key), _label(one.source), one.relation, _curie(index, one.target.key),
                 _label(one.target)),
         "mapping_justification": "semapv:MappingChaining", "confidence": f"{one.confidence:g}", "comment": one.reason,
         "known": one.known, "coverage": f"{one.coverage:g}", "reading": "strict" if one.exact else "plain"}
        for one in statements
    ]  # fmt: skip
    set_id = f"{BASE}crosswalk/{quote(source.key, safe='')}/{quote(target.key, safe='')}"
    about = {
        **_metadata(index, (source, target), set_id, f"{source.short_title} to {target.short_title}, derived",
                    DERIVED_EXTENSIONS),
        "subject_source_version": source.version, "object_source_version": target.version,
    }  # fmt: skip
    _write(path, about, (*DERIVED, *DERIVED_EXTENSIONS), rows)
    return left_out


def _pair(subject: str, subject_label: str, relation: str, target: str, target_label: str) -> dict[str, str]:
    return {"subject_id": subject, "subject_label": subject_label, "predicate_id": RELATION_PREDICATES[relation],
            "predicate_modifier": "Not" if relation == "no-relationship" else "", "object_id": target,
            "object_label": target_label}  # fmt: skip


def _prefix(index: Index, framework: Framework) -> str:
    """The slug; with the version where it is not the current one of its framework."""
    return framework.slug if index.is_current(f"{framework.key}:") else f"{framework.slug}-{framework.version}"


def _curie(index: Index, key: str) -> str:
    framework, _, identifier = key.partition(":")
    return f"{_prefix(index, index.framework_versions[framework])}:{quote(identifier, safe='')}"


def _objective(slug: str) -> str:
    return f"objective:{quote(slug, safe='')}"


def _label(one: Requirement) -> str:
    return f"{one.id} {one.title}".rstrip()


def _metadata(
    index: Index, frameworks: Sequence[Framework], set_id: str, title: str, extensions: Mapping[str, str]
) -> dict[str, Any]:
    """What the set is: nothing of when it was written, so that the same dataset gives the same bytes."""
    from harmonizer import __version__

    prefixes = {_prefix(index, one): framework_iri(one.key) + "/" for one in frameworks}
    prefixes |= {"objective": BASE + "objective/", "harmonizer": BASE, "skos": SKOS, "semapv": SEMAPV}
    licences = list(dict.fromkeys(one.mapping_licence or "not stated" for one in frameworks))
    known = LICENCES.get(licences[0], licences[0])
    uri = len(licences) == 1 and known.startswith("http")  # all that the slot may hold
    licence = {"license": known} if uri else {"other": f"licence of the mappings: {'; '.join(licences)}"}
    return {
        "mapping_set_id": set_id, "mapping_set_title": title, **licence, "mapping_set_version": index.hash[:16],
        "mapping_tool": "harmonizer", "mapping_tool_version": __version__,
        "curie_map": {**prefixes, **_OTHER_PREFIXES},
        "extension_definitions": [{"slot_name": name, "property": HZ + local} for name, local in extensions.items()],
    }  # fmt: skip


def _write(path: Path, about: Mapping[str, Any], columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Path:
    import yaml

    out = io.StringIO()
    header = yaml.safe_dump(dict(about), sort_keys=False, allow_unicode=True, width=10_000)
    out.writelines(f"#{line}\n" for line in header.splitlines())
    writer = csv.DictWriter(out, columns, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_aside(path, out.getvalue().encode())
    return path
