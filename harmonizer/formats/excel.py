"""Reading an Excel workbook that came from somebody else: what is unsafe is refused before anything is parsed.

Values are read by calamine; it gives no formulas, so their addresses are found in the parts of the zip file.
"""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from harmonizer.errors import DataError
from harmonizer.knowledge.tables import read_bytes

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MAXIMUM_UNZIPPED = 500_000_000  # bytes
MAXIMUM_RATIO = 250  # unzipped over zipped, where it is large; a sheet of equal rows reaches about 100
LARGE = 20_000_000  # bytes
MAXIMUM_PARTS = 5_000
MAXIMUM_CELLS = 20_000_000  # of a sheet, empty ones too

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))

Value = str | int | float | bool | date | datetime | time | timedelta


class ExcelBook:
    """The values of a workbook sheet by sheet, and where it has formulas. Made by :func:`open_workbook`."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, values: CalamineWorkbook) -> None:
        self._path, self._archive, self._values = path, archive, values

    @property
    def names(self) -> list[str]:
        """The sheets in their order, hidden ones too."""
        return list(self._values.sheet_names)

    def rows(self, name: str) -> list[list[Value]]:
        """The cells of a sheet from A1 on; an empty cell is an empty text.

        Raises :class:`DataError` where the sheet is damaged or reaches further than any that a person filled in.
        """
        with _damage_told(self._path):
            sheet = self._values.get_sheet_by_name(name)
            if sheet.height * sheet.width > MAXIMUM_CELLS or (sheet.end or (0, 0))[0] >= MAXIMUM_CELLS:
                raise DataError(f"the sheet {name!r} has more than {MAXIMUM_CELLS:,} cells", file=self._path)
            return sheet.to_python(skip_empty_area=False)

    def formulas(self, name: str) -> frozenset[str]:
        """The addresses of the cells of a sheet that hold a formula."""
        found, holds = set(), False
        with _damage_told(self._path), self._archive.open(self._part(name)) as part:
            for _, element in ElementTree.iterparse(part):
                tag = _local(element.tag)
                if tag == "f":
                    holds = True
                elif tag == "c":
                    if holds:
                        found.add(element.get("r", ""))
                    holds = False
                elif tag == "row":
                    element.clear()
        return frozenset(found)

    def _part(self, name: str) -> str:
        """The part that holds a sheet, by way of the workbook's relations."""
        workbook = ElementTree.fromstring(self._archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(self._archive.read("xl/_rels/workbook.xml.rels"))
        targets = {one.get("Id"): str(one.get("Target")) for one in relations}
        (relation,) = (value for one in workbook.iter() if _local(one.tag) == "sheet" and one.get("name") == name
                       for key, value in one.items() if _local(key) == "id")  # fmt: skip
        target = targets[relation]
        return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _local(name: str) -> str:
    """A name without its namespace; that of strict workbooks is another."""
    return name.rpartition("}")[2]


def open_workbook(path: Path) -> ExcelBook:
    """Open an .xlsx file for reading.

    Raises :class:`DataError` for anything else (old .xls, protected by a password, OpenDocument, cut off), and for
    what no spreadsheet program writes: a zip bomb, or a part with a document type.
    """
    from python_calamine import load_workbook

    data = read_bytes(path)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise DataError("the workbook is protected by a password; save it without one", file=path)
        raise DataError("this is an old Excel file (.xls); save it as .xlsx", file=path)
    if not data.startswith(b"PK"):
        raise DataError("this is no Excel workbook (.xlsx)", file=path)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_parts(archive, len(data), path)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise DataError(f"the file was cut off or is damaged ({error}); save or send it again", file=path) from error
    with _damage_told(path):
        return ExcelBook(path, archive, load_workbook(io.BytesIO(data)))


@contextlib.contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    """Whatever a damaged part makes its readers raise, as one error for people."""
    from python_calamine import CalamineError

    try:
        yield
    except DataError:
        raise
    except (CalamineError, ElementTree.ParseError, LookupError, ValueError, OSError, EOFError, zlib.error,
            zipfile.BadZipFile) as error:  # fmt: skip
        raise DataError(f"the workbook is damaged: {' '.join(str(error).split())}", file=path) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what calamine, which is Rust, raises for what it did not foresee
            raise
        raise DataError(f"the workbook is damaged: {error}", file=path) from error


def _check_parts(archive: zipfile.ZipFile, size: int, path: Path) -> None:
    """Refuse what is unsafe; reads every part once, so that sizes and checksums are known to be true."""
    entries = archive.infolist()
    unzipped = sum(entry.file_size for entry in entries)
    too_dense = unzipped > LARGE and unzipped > MAXIMUM_RATIO * size
    if unzipped > MAXIMUM_UNZIPPED or too_dense or len(entries) > MAXIMUM_PARTS:
        raise DataError(f"the file of {size / 1e6:.1f} MB unzips to {unzipped / 1e6:.0f} MB in {len(entries)} parts; "
                        "that is a zip bomb, not a workbook", file=path)  # fmt: skip
    names = {entry.filename for entry in entries}
    if len(names) < len(entries):
        raise DataError("the file holds two parts of one name", file=path)
    if "mimetype" in names:
        raise DataError("this is an OpenDocument spreadsheet (.ods); save it as .xlsx", file=path)
    if "xl/workbook.xml" not in names:
        raise DataError("this is no Excel workbook (.xlsx); expected a part xl/workbook.xml", file=path)
    if outside := [name for name in names if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name)]:
        raise DataError(f"the part {outside[0]!r} leads out of the archive", file=path)
    for entry in entries:
        content = archive.read(entry)
        if entry.filename.endswith((".xml", ".rels", ".vml")) and any(one in content for one in _DOCTYPES):
            raise DataError(f"the part {entry.filename} declares a document type, which no spreadsheet program does",
                            file=path)  # fmt: skip
