"""Readers of strangers' documents under fuzz: whatever is in a file, it is read, or refused with an error for people.

``FUZZ_EXAMPLES`` sets how many documents each reader gets (default 50); by hand: ``FUZZ_EXAMPLES=20000``.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmonizer.errors import DataError, UsageError
from harmonizer.formats import azure_policy, ciso_assistant, cprt, prowler
from harmonizer.formats.contents import Contents
from harmonizer.formats.oscal.catalog import faults
from harmonizer.formats.oscal.components import read_components
from harmonizer.formats.oscal.documents import read
from harmonizer.formats.oscal.frameworks import read_framework
from harmonizer.formats.oscal.mappings import read_mappings
from harmonizer.formats.oscal.parameters import quantity
from harmonizer.formats.safe_documents import read_yaml
from tests.formats import test_azure_policy, test_ciso_assistant, test_cprt, test_prowler
from tests.formats.test_oscal import METADATA, SMALL, UUID
from tests.formats.test_oscal_components import DEFINITION
from tests.formats.test_oscal_parameters import catalog

fuzz = settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "50")), deadline=None, database=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
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
    import yaml

    return yaml.safe_load(text)


DOCUMENTS: dict[str, tuple[Any, Callable[[Path], object]]] = {
    "ciso": (ciso(), ciso_assistant.read),
    "cprt": ({"documents": test_cprt.DOCUMENTS, "elements": test_cprt.ELEMENTS, "relationships": test_cprt.RELATIONSHIPS}, cprt.read),
    "prowler": (test_prowler.FRAMEWORK, prowler.read),
    "azure": (test_azure_policy.INITIATIVE, azure_policy.read),
    "catalog": ({"catalog": SMALL}, lambda path: (faults(read(path)), read_framework([path], "own"))),
    "parameters": ({"catalog": catalog()}, lambda path: read_framework([path], "own")),
    "profile": ({"profile": PROFILE}, lambda path: read_framework([path, small(path)], "own")),
    "mappings": ({"mapping-collection": MAPPINGS}, lambda path: read_mappings(read(path))),
    "components": ({"component-definition": DEFINITION}, lambda path: read_components(read(path), [read(small(path))])),
}  # fmt: skip


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
def test_the_documents_that_are_changed_are_read_as_they_are(name: str, tmp_path: Path) -> None:
    document, work = DOCUMENTS[name]
    (tmp_path / "whole").write_text(json.dumps(document))
    assert work(tmp_path / "whole")


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("notation", ["json", "yaml"])
@fuzz
@given(data=st.data())
def test_a_changed_document_is_read_or_refused(name: str, notation: str, tmp_path: Path, data: st.DataObject) -> None:
    import yaml

    document, work = DOCUMENTS[name]
    path = tmp_path / "fuzzed"
    content = data.draw(changed(document))
    text = (
        json.dumps(content)
        if notation == "json"
        else yaml.dump(content, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
    )
    path.write_text(text)
    with contextlib.suppress(DataError, UsageError):
        found = work(path)
        if isinstance(found, Contents):
            assert all(
                one.id and one.title and one.id == " ".join(one.id.split())
                for each in found.frameworks
                for one in each.requirements
            )


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
    for work in (read_yaml, read, ciso_assistant.read, cprt.read, prowler.read, azure_policy.read):
        with contextlib.suppress(DataError, UsageError):
            work(path)


@fuzz
@given(text=st.text() | st.from_regex(r"(at least|within|every) [0-9]{1,8} (day|month|character)s?", fullmatch=True))
def test_any_text_is_a_quantity_or_none(text: str) -> None:
    found = quantity(text)
    assert found is None or found.value
