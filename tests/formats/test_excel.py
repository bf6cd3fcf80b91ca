"""What is unsafe or no workbook is refused before anything of it is parsed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from harmonizer.errors import DataError
from harmonizer.formats.excel import open_workbook


def plain() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["a", "=1+1", 3])  # type: ignore[union-attr]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """The plain workbook with one part replaced or added."""
    source = zipfile.ZipFile(io.BytesIO(plain()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for one in source.namelist():
            if one != name:
                target.writestr(one, source.read(one))
        target.writestr(name, content)
    return buffer.getvalue()


def twice() -> bytes:
    buffer = io.BytesIO(plain())
    with zipfile.ZipFile(buffer, "a") as target, pytest.warns(UserWarning, match="Duplicate name"):
        target.writestr("xl/workbook.xml", b"<workbook/>")
    return buffer.getvalue()


def damaged() -> bytes:
    data = bytearray(plain())
    data[data.index(b"xl/worksheets/sheet1.xml") + 60] ^= 0xFF
    return bytes(data)


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
NASTY: dict[str, tuple[Callable[[], bytes], str]] = {
    "a zip bomb": (lambda: with_part("xl/worksheets/sheet1.xml", b" " * 60_000_000), "zip bomb"),
    "a document type": (lambda: with_part("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'),
                        "xl/workbook.xml declares a document type"),
    "a document type in UTF-16": (lambda: with_part("xl/styles.xml", '<?xml version="1.0"?><!DOCTYPE x>'.encode("utf-16")),
                                  "xl/styles.xml declares a document type"),
    "a file cut off": (lambda: plain()[:-200], "cut off or is damaged"),
    "a damaged part": (damaged, "cut off or is damaged"),
    "two parts of one name": (twice, "two parts of one name"),
    "an old Excel file": (lambda: OLE + b"Workbook" * 100, "old Excel file"),
    "a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le") * 10, "protected by a password"),
    "another zip file": (lambda: with_part("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"),
    "text": (lambda: b"framework,id\nx,1\n", "no Excel workbook"),
    "nothing": (lambda: b"", "no Excel workbook"),
}  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_a_file_that_is_no_plain_workbook_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    make, reason = NASTY[name]
    path = tmp_path / "book.xlsx"
    path.write_bytes(make())
    with pytest.raises(DataError, match=reason) as raised:
        open_workbook(path)
    assert raised.value.file == str(path)


def test_values_are_read_and_formulas_are_named_by_their_address(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(plain())
    book = open_workbook(path)
    assert book.names == ["Sheet"]
    assert book.rows("Sheet")[0][0] == "a"
    assert book.formulas("Sheet") == {"B1"}
