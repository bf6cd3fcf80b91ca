"""What can be wrong in an organisation file: its form (a JSON Schema) and whether its parts fit each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harmonizer.errors import DataError, did_you_mean, nearest
from harmonizer.programme.document import Document, Place
from harmonizer.programme.organisation import ENDPOINTS, TAG_KINDS, Entry, Organisation
from harmonizer.programme.settings import setting_problems
from harmonizer.scope import is_event

if TYPE_CHECKING:
    from harmonizer.knowledge.index import Index

SCHEMA_FILE = Path(__file__).with_name("organisation.schema.json")
TYPE_NAMES = {"object": "a mapping", "array": "a list", "string": "a text"}


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the organisation file."""
    found: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return found


def problems(organisation: Organisation, index: Index | None = None) -> Iterator[DataError]:
    """Everything that is wrong, in no order."""
    document = organisation.document
    yield from _form(document)
    if isinstance(document.content, Mapping):
        yield from _names(organisation)
        yield from _ids(organisation)
        yield from _references(organisation)
        yield from _flows(organisation)
        yield from _access(organisation)
        yield from _processing(organisation)
        yield from _dates(organisation)
        yield from _exclusions(organisation)
        if index is not None:
            yield from setting_problems(organisation, index)


def _form(document: Document) -> Iterator[DataError]:
    from jsonschema import Draft202012Validator, FormatChecker

    validator = Draft202012Validator(schema(), format_checker=FormatChecker(["date"]))
    for error in validator.iter_errors(document.content):
        place: Place = tuple(error.absolute_path)
        for at, message in _said(error, place):
            yield document.problem(message, at)


def _said(error: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """A schema error in words, at the place where it has to be mended."""
    value, expected = error.instance, error.validator_value
    field = next((str(part) for part in reversed(place) if isinstance(part, str)), "the file")
    match error.validator:
        case "additionalProperties":
            known = error.schema["properties"]
            for key in sorted(set(value) - set(known)):
                meant = did_you_mean(nearest(key, known)) or f"; expected {', '.join(known)}"
                yield (*place, key), f"there is no field {key!r} here{meant}"
        case "required":
            missing = next(name for name in expected if f"'{name}'" in error.message)
            yield place, f"the field {missing!r} is missing"
        case "enum":
            meant = did_you_mean(nearest(str(value), expected, 1))
            yield place, f"{value!r} does not fit {field!r}{meant}; expected one of {', '.join(expected)}"
        case "type":
            yield place, f"{field!r} must be {TYPE_NAMES[expected]}, not {_shown(value)}"
        case "pattern":
            yield place, f"{value!r} is no id: expected lower-case letters, digits and hyphens"
        case "format":
            yield place, f"{value!r} is not a date; expected YYYY-MM-DD"
        case _:  # minItems, minLength
            yield place, f"{field!r} must not be empty"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else repr(value) if value else "empty"


def _names(organisation: Organisation) -> Iterator[DataError]:
    """Words that should name a tag and do not, and events, which no organisation is."""
    document, known = organisation.document, organisation.scope.known
    everything = [organisation.top, *(entry for group in organisation.entries.values() for entry in group)]
    for entry in everything:
        for field, kinds in TAG_KINDS.items():
            if field in ("as", "risk"):  # closed lists of the schema
                continue
            allowed = [tag.partition(":")[2] for tag in known if tag.partition(":")[0] in kinds]
            for number, word in enumerate(entry.many(field)):
                if word not in allowed:
                    plain = word.partition(":")[2] or word
                    message = f"there is no {' or '.join(kinds)} {word!r}{did_you_mean(nearest(plain, allowed))}"
                    yield document.problem(message, (*entry.place, field, number))
    for number, slug in enumerate(organisation.frameworks):
        if slug not in organisation.known_frameworks:
            message = f"there is no framework {slug!r}{did_you_mean(nearest(slug, organisation.known_frameworks))}"
            yield document.problem(message, ("frameworks", number))
    for number, tag in enumerate(organisation.top.many("tags")):
        if tag not in known:
            message = f"there is no tag {tag!r}{did_you_mean(nearest(tag, known))}"
            yield document.problem(message, ("tags", number))
        elif is_event(tag):
            yield document.problem(f"{tag} is an event: it comes and goes and is not set here; restrict a question "
                                   f"with --scope {tag}", ("tags", number))  # fmt: skip


def _ids(organisation: Organisation) -> Iterator[DataError]:
    """Two things of one name: what data flows between is one name space, processing activities another."""
    for collections in (ENDPOINTS, ("processing",), ("access",), ("bodies",), ("audits",)):
        first: dict[str, Entry] = {}
        for entry in (one for name in collections for one in organisation.entries[name]):
            if entry["id"] in first:
                other = first[entry["id"]]
                message = f"the id {entry['id']!r} is taken by {other.collection} in line {other.line}"
                yield organisation.document.problem(message, (*entry.place, "id"))
            elif entry["id"]:
                first[entry["id"]] = entry


def _references(organisation: Organisation) -> Iterator[DataError]:
    ids = {name: [entry["id"] for entry in organisation.entries[name]] for name in ENDPOINTS}
    anything = [one for name in ENDPOINTS for one in ids[name]]
    outside = [*ids["parties"], *ids["vendors"]]
    bodies = [entry["id"] for entry in organisation.entries["bodies"]]
    single = (("stores", "system", "system", ids["systems"]), ("ai_systems", "system", "system", ids["systems"]),
              ("flows", "from", "party, system, store, AI system or vendor", anything),
              ("flows", "to", "party, system, store, AI system or vendor", anything),
              ("audits", "framework", "framework", organisation.known_frameworks),
              ("audits", "reports_to", "body", bodies), ("bodies", "reports_to", "body", bodies))  # fmt: skip
    for collection, field, kind, known in single:
        for entry in organisation.entries[collection]:
            if entry[field] and entry[field] not in known:
                message = f"there is no {kind} {entry[field]!r}{did_you_mean(nearest(entry[field], known))}"
                yield organisation.document.problem(message, (*entry.place, field))
    several = (("ai_systems", "trained_on", "store", ids["stores"]),
               ("access", "stores", "store", ids["stores"]),
               ("processing", "systems", "system", ids["systems"]),
               ("processing", "recipients", "party or vendor", outside))  # fmt: skip
    for collection, field, kind, known in several:
        for entry in organisation.entries[collection]:
            for number, name in enumerate(entry.many(field)):
                if name not in known:
                    message = f"there is no {kind} {name!r}{did_you_mean(nearest(name, known))}"
                    yield organisation.document.problem(message, (*entry.place, field, number))


def _access(organisation: Organisation) -> Iterator[DataError]:
    """Nobody can be given data that none of the stores named holds."""
    for entry in organisation.entries["access"]:
        stores = [one for name in entry.many("stores") if (one := organisation.endpoints.get(name))]
        held = {tag for store in stores for tag in _held(organisation, store)}
        for number, word in enumerate(entry.many("data")):
            if stores and f"data:{word}" in organisation.scope.known and f"data:{word}" not in held:
                message = f"none of the stores {', '.join(entry.many('stores'))} holds {word}"
                yield organisation.document.problem(message, (*entry.place, "data", number))


def _held(organisation: Organisation, store: Entry) -> set[str]:
    return {one for word in store.many("data") if f"data:{word}" in organisation.scope.known
            for one in organisation.scope.implied_by(f"data:{word}")}  # fmt: skip


def _flows(organisation: Organisation) -> Iterator[DataError]:
    """A flow cannot carry what the store that it starts from does not hold."""
    for flow in organisation.entries["flows"]:
        source = organisation.endpoints.get(flow["from"])
        if flow["from"] and flow["from"] == flow["to"]:
            yield organisation.document.problem(f"the flow leads from {flow['from']} to itself", (*flow.place, "to"))
        if source is None or source.collection != "stores":
            continue
        held = _held(organisation, source)
        for number, word in enumerate(flow.many("data")):
            if f"data:{word}" in organisation.scope.known and f"data:{word}" not in held:
                message = (f"the flow carries {word}, which its source {source['id']} (line {source.line}) does not "
                           f"hold; it holds {', '.join(source.many('data'))}")  # fmt: skip
                yield organisation.document.problem(message, (*flow.place, "data", number))


def _processing(organisation: Organisation) -> Iterator[DataError]:
    """A processor acts for somebody (GDPR Art. 4(8)), joint controllers are several (Art. 26(1))."""
    for entry in organisation.entries["processing"]:
        for role, field, why in (
            ("processor", "on_behalf_of", "a processor acts for controllers; its record names them (Art.30(2)(a))"),
            ("joint-controller", "joint_with", "the record names joint controllers (GDPR Art.30(1)(a))"),
        ):  # fmt: skip
            if entry["as"] == role and not entry.many(field):
                yield organisation.document.problem(f"the field {field!r} is missing: {why}", entry.place)
            if entry["as"] != role and entry.many(field):
                yield organisation.document.problem(f"{field!r} does not fit 'as: {entry['as']}'; expected 'as: "
                                                    f"{role}'", (*entry.place, field))  # fmt: skip


def _dates(organisation: Organisation) -> Iterator[DataError]:
    for audit in organisation.entries["audits"]:
        if audit["from"] and audit["to"] and audit["to"] < audit["from"]:
            message = f"the audit's period ends on {audit['to']}, before it starts on {audit['from']}"
            yield organisation.document.problem(message, (*audit.place, "to"))
    for vendor in organisation.entries["vendors"]:
        for number, one in enumerate(vendor.tables("agreements")):
            signed, expires = str(one.get("signed") or ""), str(one.get("expires") or "")
            if signed and expires and expires < signed:
                message = f"the agreement expires on {expires}, before it was signed on {signed}"
                yield organisation.document.problem(message, (*vendor.place, "agreements", number, "expires"))


def _exclusions(organisation: Organisation) -> Iterator[DataError]:
    """Tags that cannot both be true of one system, each pair said once."""
    said: set[frozenset[str]] = set()
    for system in organisation.systems:
        facts = organisation.facts(system)
        for tag in facts:
            for other in sorted(organisation.scope.excluded_by(tag) & facts.keys()):
                if frozenset((tag, other)) not in said:
                    said.add(frozenset((tag, other)))
                    later, earlier = sorted((facts[tag][0], facts[other][0]), key=lambda one: -one.line)
                    yield DataError(f"{later.tag} and {earlier.tag} (line {earlier.line}) exclude each other",
                                    file=organisation.document.path, line=later.line)  # fmt: skip
