"""A profile resolved to the catalog that it means, by NIST's OSCAL profile resolution specification.

Import selects controls, merge orders them, modify changes them. What a profile imports is looked for among the files
that were given: nothing is fetched. The source documents are never changed.
"""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from harmonizer.formats.contents import Finding
from harmonizer.formats.oscal.alter import alter, set_parameter
from harmonizer.formats.oscal.catalog import parameters, places
from harmonizer.formats.oscal.documents import Document

_OWN = uuid.UUID("5c9e3f0e-6f43-5d0b-9a52-6f0c1f1f9d11")  # names the uuids that are derived here


def resolve(profile: Document, given: Sequence[Document]) -> tuple[Document, list[Finding]]:
    """The resolved catalog and what was found wrong on the way: unknown ids, imports taken by exclusion, clashes.

    Raises :class:`DataError` where an import is not among ``given`` or imports run in a circle.
    """
    faults: list[Finding] = []
    return Document(profile.path, "catalog", _resolved(profile, given, faults, ())), faults


def _resolved(profile: Document, given: Sequence[Document], faults: list[Finding], above: tuple[Document, ...],
              ) -> dict[str, Any]:  # fmt: skip
    if profile in above:
        raise profile.problem("", f"the imports run in a circle: {' -> '.join(d.path.name for d in (*above, profile))}")
    body, chosen = profile.body, []
    imports = body.get("imports", ())
    sources = []
    for at, one in enumerate(imports):
        place = f"profile.imports[{at}]"
        source = _source(profile, str(one.get("href", "")), place, given, len(imports), faults)
        whole = source.body if source.kind == "catalog" else _resolved(source, given, faults, (*above, profile))
        chosen.append((whole, _selected(whole, one, place, faults)))
        sources.append(whole)
    merge = body.get("merge", {})
    result = _merged(merge, chosen, faults)
    _modify(body.get("modify", {}), result, faults)
    metadata = {key: value for key, value in body.get("metadata", {}).items() if key != "links"}
    metadata["links"] = [*body.get("metadata", {}).get("links", ()),
                         {"href": profile.path.name, "rel": "source-profile"}]  # fmt: skip
    catalog = {"uuid": str(uuid.uuid5(_OWN, str(body.get("uuid", profile.path.name)))), "metadata": metadata} | result
    if resources := _resources([*sources, body], json.dumps(result)):
        catalog["back-matter"] = {"resources": resources}
    return catalog


def _source(profile: Document, href: str, place: str, given: Sequence[Document], imports: int, faults: list[Finding],
            ) -> Document:  # fmt: skip
    """The given document that an import means, or the only catalog for the only import."""
    if (found := meant(profile, href, given)) is not None:
        return found
    catalogs = [one for one in given if one.kind == "catalog"]
    wanted = ", ".join(sorted(_names(profile, href))) or href
    if imports == 1 and len(catalogs) == 1:
        faults.append(Finding(place, f"{wanted} was not given; taken from {catalogs[0].path.name}, the only catalog"))
        return catalogs[0]
    raise profile.problem(place, f"imports {wanted}, which is not among the files given; nothing is fetched, "
                                 "so name that file too")  # fmt: skip


def meant(document: Document, href: str, given: Sequence[Document]) -> Document | None:
    """The given catalog or profile that an href means: by uuid, by file name, by file name in another notation."""
    others = [one for one in given if one.path != document.path and one.kind in ("catalog", "profile")]
    hrefs, names = hrefs_of(document, href), _names(document, href)
    stems = {PurePosixPath(name).stem for name in names}
    tests: tuple[Callable[[Document], bool], ...] = (
        lambda one: f"#{one.body.get('uuid')}" in hrefs,
        lambda one: one.path.name in names,
        lambda one: one.path.stem in stems,
    )
    return next((one for test in tests for one in others if test(one)), None)


def hrefs_of(document: Document, href: str) -> list[str]:
    """An href and, where it points into the back-matter, the hrefs of that resource."""
    resources = document.body.get("back-matter", {}).get("resources", ()) if href.startswith("#") else ()
    return [href, *(str(link.get("href", "")) for resource in resources if resource.get("uuid") == href[1:]
                    for link in resource.get("rlinks", ()))]  # fmt: skip


def _names(document: Document, href: str) -> set[str]:
    return {PurePosixPath(one.partition("#")[0]).name for one in hrefs_of(document, href)} - {""}


def _selected(whole: dict[str, Any], one: dict[str, Any], place: str, faults: list[Finding]) -> set[str]:
    """The ids of the controls that an import selects."""
    controls = [found for found in places(whole) if found.kind == "control"]
    children: dict[str, list[str]] = {}
    for control in controls:
        children.setdefault(control.parent, []).append(control.id)
    everything = [control.id for control in controls]
    known = set(everything)

    def ids(key: str) -> set[str]:
        found: set[str] = set()
        for at, call in enumerate(one.get(key, ())):
            named = list(call.get("with-ids", ()))
            faults.extend(
                Finding(f"{place}.{key}[{at}]", f"the imported catalog has no control {name!r}")
                for name in named
                if name not in known
            )
            patterns = [str(match.get("pattern", "")) for match in call.get("matching", ())]
            hits = {name for name in named if name in known}
            hits |= {name for name in everything if any(fnmatchcase(name, pattern) for pattern in patterns)}
            found |= hits | (_descendants(hits, children) if call.get("with-child-controls") == "yes" else set())
        return found

    included = ids("include-controls") if "include-controls" in one else known
    return included - ids("exclude-controls")


def _descendants(names: set[str], children: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        for child in children.get(ahead.pop(), ()):
            if child not in found:
                found.add(child)
                ahead.append(child)
    return found


Chosen = list[tuple[dict[str, Any], set[str]]]


def _merged(merge: dict[str, Any], chosen: Chosen, faults: list[Finding]) -> dict[str, Any]:
    """The selected controls as-is (with their groups), in groups of the profile's own, or else flat."""
    method = merge.get("combine", {}).get("method", "keep")
    taken: set[str] = set()
    narrowed: Chosen = []
    for whole, ids in chosen:
        clashes = sorted(ids & taken)
        if clashes and method == "keep":
            faults.append(Finding("profile.merge", f"imported more than once and kept: {', '.join(clashes)}"))
        narrowed.append((whole, ids if method == "keep" else ids - taken))
        taken |= ids
    result: dict[str, Any] = {}
    if merge.get("as-is"):
        for whole, ids in narrowed:
            part = _as_is(whole, ids)
            for key in ("params", "controls"):
                if key in part:
                    result.setdefault(key, []).extend(part[key])
            for group in part.get("groups", ()):
                _join(result.setdefault("groups", []), group)
        return result
    flat = [control for whole, ids in narrowed for control in _flat(whole, ids)]
    loose = [copy.deepcopy(one) for whole, _ in narrowed for one in _loose(whole)]
    used = json.dumps(flat)
    if kept := [one for one in loose if json.dumps(one.get("id"))[1:-1] in used]:
        result["params"] = kept
    if custom := merge.get("custom"):
        return result | _custom(custom, flat, faults)
    return result | ({"controls": flat} if flat else {})


def _as_is(value: dict[str, Any], ids: set[str]) -> dict[str, Any]:
    """A copy that keeps the selected controls, the controls above them and the groups around them."""
    found = {key: copy.deepcopy(child) for key, child in value.items()
             if key not in ("groups", "controls", "metadata", "back-matter", "uuid")}  # fmt: skip
    for key in ("groups", "controls"):
        kept = [one for child in value.get(key, ()) if (one := _as_is(child, ids)) and _wanted(one, key, ids)]
        if kept:
            found[key] = kept
    return found


def _wanted(value: dict[str, Any], key: str, ids: set[str]) -> bool:
    return (key == "controls" and value.get("id") in ids) or bool(value.get("controls") or value.get("groups"))


def _join(groups: list[dict[str, Any]], group: dict[str, Any]) -> None:
    """Add a group, into the one with the same id where there is one."""
    same = next((one for one in groups if group.get("id") and one.get("id") == group["id"]), None)
    if same is None:
        groups.append(group)
        return
    if "controls" in group:
        same.setdefault("controls", []).extend(group["controls"])
    for child in group.get("groups", ()):
        _join(same.setdefault("groups", []), child)


def _flat(whole: dict[str, Any], ids: set[str]) -> Iterator[dict[str, Any]]:
    for place in places(whole):
        if place.kind == "control" and place.id in ids:
            yield {key: copy.deepcopy(child) for key, child in place.value.items() if key != "controls"}


def _loose(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Parameters outside controls, which a flat catalog keeps at its top."""
    yield from whole.get("params", ())
    for place in places(whole):
        if place.kind == "group":
            yield from place.value.get("params", ())


def _custom(custom: dict[str, Any], flat: list[dict[str, Any]], faults: list[Finding]) -> dict[str, Any]:
    """The profile's own groups, each filled by its insert-controls; what no group takes is listed and left out."""
    left = {str(control.get("id")): control for control in flat}

    def built(group: dict[str, Any], place: str) -> dict[str, Any]:
        made = {key: copy.deepcopy(value) for key, value in group.items() if key not in ("groups", "insert-controls")}
        controls: list[dict[str, Any]] = []
        for call in group.get("insert-controls", ()):
            whole = {"controls": list(left.values())}
            ids = _selected(whole, call, f"{place}.insert-controls", faults)
            hits = [name for name in left if name in ids]
            if call.get("order") in ("ascending", "descending"):
                hits.sort(reverse=call["order"] == "descending")
            controls += [left.pop(name) for name in hits]
        if controls:
            made["controls"] = controls
        if groups := [built(child, place) for child in group.get("groups", ())]:
            made["groups"] = groups
        return made

    made = built(custom, "profile.merge.custom")
    if left:
        faults.append(Finding("profile.merge.custom", f"selected, but in no group: {', '.join(left)}"))
    return made


def _modify(modify: dict[str, Any], result: dict[str, Any], faults: list[Finding]) -> None:
    known = parameters(result)
    for at, setting in enumerate(modify.get("set-parameters", ())):
        identifier = str(setting.get("param-id", ""))
        if identifier in known:
            set_parameter(known[identifier], setting)
        else:
            faults.append(Finding(f"profile.modify.set-parameters[{at}]", f"no parameter {identifier!r} in the result"))
    controls: dict[str, list[dict[str, Any]]] = {}
    for place in places(result):
        if place.kind == "control":
            controls.setdefault(place.id, []).append(place.value)
    for at, change in enumerate(modify.get("alters", ())):
        identifier, place_ = str(change.get("control-id", "")), f"profile.modify.alters[{at}]"
        if identifier not in controls:
            faults.append(Finding(place_, f"no control {identifier!r} in the result"))
        for control in controls.get(identifier, ()):
            faults += [Finding(place_, message) for message in alter(control, change)]


def _resources(bodies: Sequence[dict[str, Any]], used: str) -> list[dict[str, Any]]:
    """The back-matter resources that the result refers to, each once."""
    found = {str(one.get("uuid")): one for body in bodies for one in body.get("back-matter", {}).get("resources", ())}
    return [copy.deepcopy(one) for identifier, one in found.items() if f"#{identifier}" in used]
