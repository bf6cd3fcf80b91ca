"""Records of our own ontology as the tables of a workspace: all that they say, not only what foreign formats know.

What is loaded already and says the same is passed over, so that an export of a whole workspace can be brought into
another. The tables are read back and held against everything that is loaded before they may be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harmonizer import model
from harmonizer.errors import DataError
from harmonizer.formats.contents import Finding
from harmonizer.formats.foreign_text import id_problem, line_of
from harmonizer.formats.workspace_files import IMPORTED, Import, framework_file, slug_problem
from harmonizer.knowledge import authored, validate
from harmonizer.knowledge.authored import RELATED_PREDICATE
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import (
    CONSTRAINT_COLUMNS,
    DATE_COLUMNS,
    PUBLISHED_COLUMNS,
    REQUIREMENT_COLUMNS,
    SSSOM_COLUMNS,
    Files,
    dump,
)
from harmonizer.model import Knowledge, short_key
from harmonizer.vocabulary import BASE, RELATION_PREDICATES

_OTHERS = ("objectives", "dimensions", "tags", "tensions", "controls", "differences")
_VERSION = re.compile(r"[A-Za-z0-9.+-]{1,60}")


def add_records(found: Import, problems: list[DataError], path: Path, knowledge: Knowledge, index: Index) -> None:
    """Add the files of a dataset's frameworks and published sets to an import, or what keeps them from it."""
    before = len(problems)
    files: dict[str, str] = {}
    replaced = {one.replaces for one in knowledge.frameworks}
    new: list[model.Framework] = []
    for framework in knowledge.frameworks:
        loaded = index.framework_versions.get(framework.key)
        if loaded and _parts(framework, knowledge) == _parts(loaded, index.knowledge):
            found.findings.append(Finding(framework.key, "is loaded already and says the same; passed over"))
        elif wrong := _framework_problem(framework, knowledge, index):
            problems.append(DataError(wrong, file=path))
        else:
            new.append(framework)
            folder = framework.key if framework.key in replaced else framework.slug
            files |= _framework_files(folder, framework, knowledge)
    sets = _new_sets(found, problems, path, knowledge, index)
    current = {one.key: one.slug for one in (*index.frameworks.values(), *knowledge.frameworks)
               if one.key not in replaced}  # fmt: skip
    for one in sets:
        files[f"data/crosswalks/{one.id}.sssom.tsv"] = _set_file(one, knowledge, current)
    if len(problems) == before:
        problems.extend(_unfit(files, index, path))
    for name in _OTHERS:
        if unknown := set(getattr(knowledge, name)) - set(getattr(index.knowledge, name)):
            found.findings.append(Finding(name, f"{len(unknown):,} that are not loaded are not brought in"))
    keys = {one.key for one in knowledge.frameworks}
    if strays := {one.key for one in knowledge.requirements if one.key.partition(":")[0] not in keys}:
        problems.append(DataError(f"{len(strays):,} requirements of no framework that the file describes, such as "
                                  f"{sorted(strays)[0]}", file=path))  # fmt: skip
    found.files |= files
    for what, count in (("frameworks", len(new)), ("requirements", _count(knowledge.requirements, new)),
                        ("mappings to objectives", _count(knowledge.mappings, new)),
                        ("mappings between requirements", sum(one.mapping_set in {s.id for s in sets}
                                                              for one in knowledge.links))):  # fmt: skip
        found.figures[what] += count


def _key(record: Any) -> str:
    """``slug@version`` of the framework that a record belongs to."""
    return str(getattr(record, "requirement", None) or record.key).partition(":")[0]


def _count(records: Iterable[Any], frameworks: Iterable[model.Framework]) -> int:
    keys = {one.key for one in frameworks}
    return sum(_key(one) in keys for one in records)


def _parts(framework: model.Framework, knowledge: Knowledge) -> tuple[Any, ...]:
    return (framework, *({one for one in records if _key(one) == framework.key} for records in (
        knowledge.requirements, knowledge.mappings, knowledge.constraints, knowledge.dates)))  # fmt: skip


def _framework_problem(framework: model.Framework, knowledge: Knowledge, index: Index) -> str:
    if not _VERSION.fullmatch(framework.version):
        return f"the version {framework.version!r} of {framework.slug} is not letters, digits, dots and hyphens"
    if wrong := slug_problem(framework.slug):
        return wrong
    there = index.frameworks.get(framework.slug)
    if there and there.text_status != IMPORTED:
        return f"{framework.slug!r} is there and says otherwise; give this one another slug, or remove that one first"
    for one in knowledge.requirements:
        if _key(one) == framework.key and (wrong := id_problem(one.id)):
            return wrong
    return ""


def _new_sets(
    found: Import, problems: list[DataError], path: Path, knowledge: Knowledge, index: Index
) -> list[model.MappingSet]:
    new = []
    for one in knowledge.mapping_sets:
        loaded = index.mapping_sets.get(one.id)
        rows, others = ({link for link in known.links if link.mapping_set == one.id}
                        for known in (knowledge, index.knowledge))  # fmt: skip
        if loaded == one and rows == others:
            found.findings.append(Finding(one.id, "is loaded already and says the same; passed over"))
        elif loaded:
            problems.append(DataError(f"the mapping set {one.id!r} is there and says otherwise", file=path))
        elif not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", one.id):
            problems.append(DataError(f"the mapping set's id {one.id!r} is no slug", file=path))
        else:
            new.append(one)
    return new


def _framework_files(folder: str, framework: model.Framework, knowledge: Knowledge) -> dict[str, str]:
    place = f"data/frameworks/{folder}"
    prefix = framework.key + ":"

    def of(records: Iterable[Any]) -> list[dict[str, Any]]:
        return [asdict(one) for one in records if _key(one) == framework.key]

    requirements = [
        one | {"id": one["key"].removeprefix(prefix), "parent": one["parent"].removeprefix(prefix)}
        for one in sorted(of(knowledge.requirements), key=lambda one: (one["position"], one["key"]))
    ]
    mappings = [
        _predicate(one["relation"])
        | {
            "subject_id": f"{framework.slug}:{one['requirement'].removeprefix(prefix)}",
            "object_id": f"objective:{one['objective']}", "mapping_justification": one["justification"],
            "confidence": f"{one['confidence']:g}", "comment": one["comment"], "author_id": one["author"],
            "reviewer_id": one["reviewer"], "mapping_date": one["date"], "part": one["part"], "basis": one["basis"],
            "any_of": one["any_of"], "review_state": one["review_state"],
        }
        for one in of(one for one in knowledge.mappings if not one.is_inherited)
    ]  # fmt: skip
    own = [[one | {"requirement": one["requirement"].removeprefix(prefix)} for one in of(records)]
           for records in (knowledge.constraints, knowledge.dates)]  # fmt: skip
    stated = {name: value for name, value in asdict(framework).items() if value}
    needed = dict.fromkeys(("title", "short_title", "publisher", "kind", "jurisdiction", "url", "licence",
                            "text_status", "mapping_licence"), "")  # fmt: skip
    return {
        f"{place}/framework.toml": framework_file(needed | stated),
        f"{place}/requirements.csv": dump(REQUIREMENT_COLUMNS, requirements),
        f"{place}/objectives.sssom.tsv": dump(SSSOM_COLUMNS, mappings, "\t"),
        f"{place}/constraints.csv": dump(CONSTRAINT_COLUMNS, own[0]),
        f"{place}/dates.csv": dump(DATE_COLUMNS, own[1]),
    }


def _predicate(relation: str) -> dict[str, str]:
    return {"predicate_id": RELATION_PREDICATES.get(relation, RELATED_PREDICATE),
            "predicate_modifier": "Not" if relation == "no-relationship" else ""}  # fmt: skip


def _set_file(one: model.MappingSet, knowledge: Knowledge, current: Mapping[str, str]) -> str:
    head = {"mapping_set_id": f"{BASE}mapping-set/{one.id}", "mapping_set_title": f'"{line_of(one.title)}"',
            "mapping_provider": f'"{line_of(one.publisher)}"', "license": line_of(one.licence),
            "mapping_set_source": line_of(one.source), "mapping_set_version": line_of(one.version),
            "publication_date": line_of(one.date), "reading": one.reading, "comment": line_of(one.note)}  # fmt: skip

    def end(key: str) -> str:
        return short_key(key) if key.partition(":")[0] in current or "@unknown:" in key else key

    links = sorted((link for link in knowledge.links if link.mapping_set == one.id), key=lambda link: link.position)
    table = [
        _predicate(link.relation)
        | {"subject_id": end(link.subject), "object_id": end(link.object), "confidence": f"{link.confidence:g}",
           "mapping_justification": "semapv:UnspecifiedMatching", "comment": link.rationale}
        for link in links
    ]  # fmt: skip
    lines = "".join(f"#{key}: {value}\n" for key, value in head.items() if value not in ("", '""'))
    return lines + dump(PUBLISHED_COLUMNS, table, "\t")


def _unfit(files: Mapping[str, str], index: Index, path: Path) -> list[DataError]:
    """What keeps the tables from being loaded beside what is there."""
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text(content, encoding="utf-8", newline="")
        tables = authored.read(Files((Path(folder),)))
    keys = {one.key for one in tables.frameworks}
    known = index.knowledge
    merged = replace(
        known, frameworks=(*known.frameworks, *tables.frameworks),
        requirements=(*(one for one in known.requirements if _key(one) not in keys), *tables.requirements),
        mappings=(*(one for one in known.mappings if _key(one) not in keys), *tables.mappings),
        constraints=(*(one for one in known.constraints if _key(one) not in keys), *tables.constraints),
        dates=(*(one for one in known.dates if _key(one) not in keys), *tables.dates),
    )  # fmt: skip
    found = tables.problems or validate.check(merged, tables.places)
    return [DataError(f"{Path(one.file or '').name} made from it, {one.column or 'row'}: {one.message}", file=path)
            for one in found]  # fmt: skip
