"""Documents from strangers are read whole or refused with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmonizer.errors import DataError
from harmonizer.formats.safe_documents import MAXIMUM_DEPTH, read_json, read_xml, read_yaml

DEEP = MAXIMUM_DEPTH + 1
NASTY: dict[str, tuple[str, bytes, str]] = {
    "a key twice": ("a.json", b'{"a": 1,\n "a": 2}', ":2: the key 'a' stands twice"),
    "an escaped key twice": ("a.json", b'{"a": 1, "\\u0061": 2}', "stands twice"),
    "a key twice behind a number that grows": ("a.json", b'{"n": [1e5, 1e5], "a": 1, "a": 2}', "stands twice"),
    "cut off": ("a.json", b'{"a":\n [1, 2', "not well-formed JSON"),
    "empty": ("a.json", b"", "not well-formed JSON"),
    "not a number": ("a.json", b'{"a": NaN}', "not well-formed JSON"),
    "not UTF-8": ("a.json", b'{"a": "\xff"}', "not well-formed JSON"),
    "UTF-16": ("a.json", '{"a": 1}'.encode("utf-16"), "not well-formed JSON"),
    "a lone surrogate": ("a.json", b'{"a": "\\ud800"}', "not well-formed JSON"),
    "two values": ("a.json", b"{} {}", "not well-formed JSON"),
    "deep": ("a.json", b"[" * DEEP + b"]" * DEEP, "nested deeper"),
    "very deep": ("a.json", b"[" * 200_000 + b"]" * 200_000, "nested deeper"),
    "a YAML key twice": ("a.yaml", b"a: 1\nb: 2\na: 3\n", ":3: the key 'a' stands already in line 1"),
    "a bomb of aliases": ("a.yaml", b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", ":2: an alias"),
    "a tag that builds objects": ("a.yaml", b"a: !!python/object/apply:os.system [ls]\n", ":1: the tag"),
    "a tag of the core": ("a.yaml", b"a: !!int 3\n", ":1: the tag"),
    "two documents": ("a.yaml", b"a: 1\n---\nb: 2\n", ":2: several YAML documents"),
    "a key that is a list": ("a.yaml", b"? [a, b]\n: 1\n", ":1: a key is expected"),
    "an open quote": ("a.yaml", b'a: 1\nb: "x\n', "not well-formed YAML"),
    "YAML that is not UTF-8": ("a.yaml", b"a: \xff\n", "not well-formed YAML"),
    "deep YAML": ("a.yaml", b"[" * 300 + b"]" * 300, "nested deeper"),
    "a DOCTYPE": ("a.xml", b'<?xml version="1.0"?>\n<!DOCTYPE a>\n<a/>', ":2: the file has a DOCTYPE"),
    "an entity bomb": ("a.xml", b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>', "DOCTYPE"),
    "a file as an entity": ("a.xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "DOCTYPE"),
    "an unknown entity": ("a.xml", b"<a>&b;</a>", "not well-formed XML"),
    "an open element": ("a.xml", b"<a>\n<b>\n</a>", ":3: not well-formed XML"),
    "an unknown encoding": ("a.xml", b'<?xml version="1.0" encoding="x-none"?><a/>', "XML"),
    "deep XML": ("a.xml", b"<a>" * 5000 + b"</a>" * 5000, "nested deeper"),
    "no XML": ("a.xml", b"hello", "not well-formed XML"),
}  # fmt: skip
READERS = {".json": read_json, ".yaml": read_yaml, ".xml": read_xml}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_file_is_refused_with_its_place(name: str, tmp_path: Path) -> None:
    file, content, message = NASTY[name]
    path = tmp_path / file
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        READERS[path.suffix](path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_json_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": [1, 1.50, 1e5, "\\u00e9\\/", null, true], "b": {"a": {"a": 0}}}')
    assert read_json(path) == {"a": [1, 1.5, 1e5, "é/", None, True], "b": {"a": {"a": 0}}}


def test_json_as_deep_as_allowed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"[" * MAXIMUM_DEPTH + b"]" * MAXIMUM_DEPTH)
    assert read_json(path)


def test_yaml_guesses_no_types_and_knows_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("country: NO\nversion: 1.10\ntime: 12:30\nday: 2024-01-01\nnone:\nempty: ''\nlist:\n- on: yes\n")
    found = read_yaml(path)
    assert found == {"country": "NO", "version": "1.10", "time": "12:30", "day": "2024-01-01", "none": None,
                     "empty": "", "list": [{"on": "yes"}]}  # fmt: skip
    assert found.lines["time"] == 3
    assert found["list"][0].lines["on"] == 8
    assert found["list"].lines[0] == 8


def test_xml_is_read_with_its_namespaces(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text('<a xmlns="urn:x" id="1">t<b>&lt;u</b>v</a>')
    root = read_xml(path)
    assert (root.tag, root.get("id"), root.text, root[0].tag, root[0].text, root[0].tail) == (
        "{urn:x}a", "1", "t", "{urn:x}b", "<u", "v")  # fmt: skip


@pytest.mark.parametrize("suffix", READERS)
def test_a_file_over_the_size_cap_is_refused(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"[]" + b" " * 100)
    monkeypatch.setattr("harmonizer.formats.safe_documents.MAXIMUM_SIZE", 50)
    with pytest.raises(DataError, match="larger than"):
        READERS[suffix](path)
