"""LibreOffice without a screen: edits by a Basic macro, as a user would make them, and conversion to PDF."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

SOFFICE = shutil.which("soffice")
needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LIBRARIES = (
    '<!DOCTYPE library:{kind} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{kind}.dtd">\n'
    '<library:{kind} xmlns:library="http://openoffice.org/2000/library" {rest}</library:{kind}>\n'
)
# What every macro may call; columns are found by their heading in the fourth row, rows by their name.
_HELPERS = """
Function PlaceOf(sheet, heading)
  Dim place
  For place = 0 To 60
    If sheet.getCellByPosition(place, 3).String = heading Then
      PlaceOf = place
      Exit Function
    End If
  Next
  Error 1001
End Function

Function RowOf(sheet, key, name)
  Dim number, place
  place = PlaceOf(sheet, key)
  For number = 4 To 3000
    If sheet.getCellByPosition(place, number).String = name Then
      RowOf = number
      Exit Function
    End If
  Next
  Error 1002
End Function

Function CellOf(sheet, key, name, heading)
  CellOf = sheet.getCellByPosition(PlaceOf(sheet, heading), RowOf(sheet, key, name))
End Function

Sub Main(source, target)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  Dim format(0) As New com.sun.star.beans.PropertyValue
  Dim document
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  document = StarDesktop.loadComponentFromURL(source, "_blank", 0, hidden())
  Edit(document)
  format(0).Name = "FilterName"
  format(0).Value = "Calc MS Excel 2007 XML"
  document.storeToURL(target, format())
  document.close(True)
End Sub
"""


def _run(profile: Path, *arguments: str) -> None:
    assert SOFFICE
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def edited(source: Path, target: Path, edit: str, profile: Path) -> Path:
    """``source`` opened, changed by the body of ``Sub Edit(document)``, and saved as another xlsx file."""
    standard = profile / "user" / "basic" / "Standard"
    standard.mkdir(parents=True)
    code = f"Sub Edit(document)\n{edit}\nEnd Sub\n{_HELPERS}"
    (standard / "Module1.xba").write_text(
        f'{_HEAD}<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">\n'
        '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" '
        f'script:language="StarBasic">{escape(code)}</script:module>\n'
    )
    library = 'library:name="Standard" library:readonly="false" library:passwordprotected="false">'
    named = {"script": '<library:element library:name="Module1"/>', "dialog": ""}
    for kind, content in named.items():
        (standard / f"{kind}.xlb").write_text(_HEAD + _LIBRARIES.format(kind="library", rest=library + content))
        link = (f'xmlns:xlink="http://www.w3.org/1999/xlink"><library:library library:name="Standard" '
                f'xlink:href="$(USER)/basic/Standard/{kind}.xlb/" xlink:type="simple" library:link="false"/>')  # fmt: skip
        (standard.parent / f"{kind}.xlc").write_text(_HEAD + _LIBRARIES.format(kind="libraries", rest=link))
    _run(profile, f'macro:///Standard.Module1.Main("{source.as_uri()}","{target.as_uri()}")')
    assert target.exists(), "the macro did not get to its end"
    return target


def as_pdf(source: Path, folder: Path, profile: Path) -> Path:
    """The workbook as LibreOffice prints it."""
    _run(profile, "--convert-to", "pdf", "--outdir", str(folder), str(source))
    return folder / f"{source.stem}.pdf"
