"""Readers of strangers' documents under fuzz: whatever is in a file, it is read, or refused with an error for people.

``FUZZ_EXAMPLES`` sets how many documents each reader gets (default 20); by hand: ``FUZZ_EXAMPLES=20000``.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import harmonizer as hz
from harmonizer.errors import DataError, UsageError
from harmonizer.formats import azure_policy, ciso_assistant, cprt, prowler
from harmonizer.formats.oscal.parameters import quantity
from harmonizer.formats.registry import bring_in, recognised
from harmonizer.formats.safe_documents import read_yaml
from harmonizer.formats.workspace_files import Import
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import REQUIREMENT_COLUMNS, rows
from tests.formats import test_azure_policy, test_ciso_assistant, test_cprt, test_oscal, test_oscal_xml, test_prowler
from tests.formats.test_oscal import METADATA, SMALL, UUID
from tests.formats.test_oscal_components import DEFINITION
from tests.formats.test_oscal_parameters import catalog

fuzz = settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "20")), deadline=None, database=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
WORDS = st.sampled_from(
    ["", "a", "a-1", "urn:a:b", "none", "true", "{{ insert: param, a-1_p }}", "\x00", "é", "equal", "1e400"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | WORDS
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8
)

PROFILE = {"uuid": UUID, "metadata": METADATA, "imports": [
    {"href": "#" + UUID, "include-controls": [{"with-ids": ["a-1"], "with-child-controls": "yes", "matching": [{"pattern": "b*"}]}]}],
    "merge": {"combine": {"method": "merge"}, "custom": {"groups": [{"id": "x", "title": "X", "insert-controls": [{"include-all": {}}]}]}},
    "modify": {"set-parameters": [{"param-id": "a-1_p", "values": ["at least every 30 days"]}],
               "alters": [{"control-id": "a-1", "removes": [{"by-name": "guidance"}],
                           "adds": [{"position": "after", "by-id": "a-1_s", "parts": [{"id": "new", "name": "item", "prose": "More."}]}]}]},
    "back-matter": {"resources": [{"uuid": UUID, "rlinks": [{"href": "catalog.json"}]}]}}  # fmt: skip
MAPPINGS = {"uuid": UUID, "metadata": METADATA, "provenance": {"method": "human", "matching-rationale": "semantic",
            "status": "complete", "mapping-description": "own"}, "mappings": [{"uuid": UUID,
            "source-resource": {"type": "catalog", "href": "a.json"}, "target-resource": {"type": "catalog", "href": "b.json"},
            "maps": [{"uuid": UUID, "relationship": "equal-to", "sources": [{"type": "control", "id-ref": "a-1"}],
                      "targets": [{"type": "control", "id-ref": "b-1"}]}]}]}  # fmt: skip


def ciso() -> Any:
    library = test_ciso_assistant
    text = (
        library.HEAD
        + "  framework:\n"
        + library.block(library.FRAMEWORK)
        + "  requirement_mapping_set:\n"
        + library.block(library.MAPPINGS)
    )
    return yaml.safe_load(text)


DOCUMENTS: dict[str, tuple[Any, str]] = {
    "ciso": (ciso(), "ciso-assistant"),
    "cprt": ({"documents": test_cprt.DOCUMENTS, "elements": test_cprt.ELEMENTS, "relationships": test_cprt.RELATIONSHIPS}, "cprt"),
    "prowler": (test_prowler.FRAMEWORK, "prowler"),
    "azure": (test_azure_policy.INITIATIVE, "azure-policy"),
    "catalog": ({"catalog": SMALL}, "oscal"),
    "parameters": ({"catalog": catalog()}, "oscal"),
    "profile": ({"profile": PROFILE}, "oscal"),
    "mappings": ({"mapping-collection": MAPPINGS}, "oscal"),
    "components": ({"component-definition": DEFINITION}, "oscal"),
}  # fmt: skip


@cache
def index() -> Index:
    return hz.load().index


def brought_in(name: str, path: Path) -> Import:
    """All the way to the files of a workspace, each of which can be read as its table."""
    others = [small(path)] if name in ("profile", "components") else []
    found = bring_in([path, *others], index, format_name=DOCUMENTS[name][1])
    for file, content in found.files.items():
        (path.parent / "table").write_text(content)
        if file.endswith("requirements.csv"):
            assert rows(path.parent / "table", REQUIREMENT_COLUMNS)
    return found


def small(beside: Path) -> Path:
    path = beside.parent / "catalog.json"
    if not path.exists():
        path.write_text(json.dumps({"catalog": SMALL}))
    return path


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(place for key, child in children for place in places(child, (*above, key)))]


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """The document with one to three values replaced, taken out or repeated."""
    value = [copy.deepcopy(document)]
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(value)[1:]))
        holder: Any = value
        for step in place[:-1]:
            holder = holder[step]
        how = draw(st.sampled_from(["replace", "take out", "repeat", "move"]))
        if how == "take out" and len(place) > 1:
            del holder[place[-1]]
        elif how == "repeat" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[place[-1]]))
        elif how == "move":
            holder[place[-1]] = copy.deepcopy(document)
        else:
            holder[place[-1]] = draw(VALUES)
    return value[0]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_that_are_changed_are_recognised_and_read_as_they_are(name: str, tmp_path: Path) -> None:
    document, format_name = DOCUMENTS[name]
    (tmp_path / "whole").write_text(json.dumps(document))
    assert recognised(tmp_path / "whole").name == format_name
    assert brought_in(name, tmp_path / "whole").files


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("notation", ["json", "yaml"])
@fuzz
@given(data=st.data())
def test_a_changed_document_is_read_or_refused(name: str, notation: str, tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "fuzzed"
    content = data.draw(changed(DOCUMENTS[name][0]))
    path.write_text(json.dumps(content) if notation == "json" else yaml.dump(content, Dumper=DUMPER))
    with contextlib.suppress(DataError, UsageError):
        brought_in(name, path)


@pytest.mark.parametrize("module", [ciso_assistant, cprt, prowler, azure_policy])
@fuzz
@given(document=VALUES)
def test_any_value_is_recognised_or_not(module: Any, document: Any) -> None:
    assert module.recognise(document) in (True, False)


@fuzz
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(content)
    for work in (read_yaml, recognised, oscal, ciso_assistant.read, cprt.read, prowler.read, azure_policy.read):
        with contextlib.suppress(DataError, UsageError):
            work(path)


def oscal(path: Path) -> object:
    return bring_in([path], index, format_name="oscal")


TEXTS = [
    test_oscal.XML, test_oscal.YAML,
    *(f"<{kind} {test_oscal_xml.HEAD}{content}\n</{kind}>" for kind, content in (
        ("profile", test_oscal_xml.PROFILE), ("mapping-collection", test_oscal_xml.MAPPINGS),
        ("component-definition", test_oscal_xml.COMPONENTS))),
    test_ciso_assistant.HEAD + "  framework:\n" + test_ciso_assistant.block(test_ciso_assistant.FRAMEWORK),
    json.dumps({"elements": test_cprt.ELEMENTS, "documents": [], "relationships": test_cprt.RELATIONSHIPS}),
]  # fmt: skip


@fuzz
@given(text=st.sampled_from(TEXTS), data=st.data())
def test_a_damaged_text_is_read_or_refused(text: str, tmp_path: Path, data: st.DataObject) -> None:
    """A piece is cut out, said twice or replaced."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    piece = data.draw(
        st.sampled_from(["", text[start:end] * 2, "<", ">", "{", "]", ": ", "- ", "&a ", '"', "\x00"])
        | st.text(max_size=5)
    )
    path = tmp_path / "damaged"
    path.write_bytes((text[:start] + piece + text[end:]).encode(errors="replace"))
    for work in (recognised, oscal, ciso_assistant.read, cprt.read):
        with contextlib.suppress(DataError, UsageError):
            work(path)


@fuzz
@given(text=st.text() | st.from_regex(r"(at least|within|every) [0-9]{1,8} (day|month|character)s?", fullmatch=True))
def test_any_text_is_a_quantity_or_none(text: str) -> None:
    found = quantity(text)
    assert found is None or found.value
