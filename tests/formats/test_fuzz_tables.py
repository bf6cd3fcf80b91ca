"""Readers of tables, sheets and RDF under fuzz: whatever is in a file, it is read, or refused with an error for people.

``FUZZ_EXAMPLES`` sets how many files each test gets (default 20), as in ``test_fuzz_documents``.
"""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import harmonizer as hz
from harmonizer.errors import DataError, UsageError
from harmonizer.formats import registry
from harmonizer.knowledge.index import Index
from tests.formats.samples import JSON_LD, LIST, OLIR, REQUIREMENTS, SSSOM, STRM, TURTLE

fuzz = settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "20")), deadline=None, database=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
MAPPINGS = (
    "source_framework,source_id,target_framework,target_id,relation,strength\n"
    "own,1.1,objective,backups-made,equal,5\nhipaa,164.312(b),gdpr,Article 32(1),Subset Of,\n"
)
QUADS = '<https://w3id.org/harmonizer/framework/own/1> <https://w3id.org/harmonizer/ns#version> "1" <http://g/> .\n'
TEXTS = {"tables": REQUIREMENTS, "mappings": MAPPINGS, "sssom": SSSOM, "olir": OLIR, "list": LIST, "turtle": TURTLE,
         "json-ld": JSON_LD, "quads": QUADS}  # fmt: skip
PIECES = st.sampled_from(["", "\n", "\t", ",", '"', "'", ";", ":", "<", ">", "[", "{", "@prefix", "#", "=", "\0", "\r",
                          "\u2028", "objective", "own", "1e999", "-1", "\\u0000", "%0A", "..", "/"])  # fmt: skip


@cache
def index() -> Index:
    return hz.load().index


def brought_in(path: Path, format_name: str = "") -> None:
    """All the way to the files of a workspace; whatever else than an error for people comes out is a fault."""
    with contextlib.suppress(DataError, UsageError):
        found = registry.bring_in([path], index, format_name=format_name)
        for content in found.files.values():
            content.encode()


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """A text with up to four pieces cut out, said twice or replaced."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        text = text[:start] + draw(PIECES | st.just(text[start:end] * 2) | st.text(max_size=4)) + text[end:]
    return text


@pytest.mark.parametrize("name", TEXTS)
@fuzz
@given(drawn=st.data())
def test_a_damaged_table_is_read_or_refused(name: str, tmp_path: Path, drawn: st.DataObject) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(drawn.draw(damaged(TEXTS[name])).encode(errors="replace"))
    brought_in(path)


@pytest.mark.parametrize("format_name", registry.FORMATS)
@fuzz
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(format_name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(content)
    brought_in(path, format_name)


@fuzz
@given(drawn=st.data())
def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path, drawn: st.DataObject) -> None:
    """A part of the workbook is damaged, or the bytes of the file."""
    if drawn.draw(st.booleans()):
        content = bytearray(STRM)
        for _ in range(drawn.draw(st.integers(1, 4))):
            content[drawn.draw(st.integers(0, len(content) - 1))] = drawn.draw(st.integers(0, 255))
    else:
        content = bytearray(_with_damaged_part(drawn))
    (tmp_path / "book").write_bytes(content)
    brought_in(tmp_path / "book")


def _with_damaged_part(drawn: st.DataObject) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(STRM)) as old, zipfile.ZipFile(buffer, "w") as new:
        chosen = drawn.draw(st.sampled_from(old.namelist()))
        for name in old.namelist():
            part = old.read(name)
            if name == chosen:
                part = drawn.draw(damaged(part.decode())).encode(errors="replace")
            new.writestr(name, part)
    return buffer.getvalue()
