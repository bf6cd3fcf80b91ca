"""LibreOffice without a screen: saving a workbook anew, and printing it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


def converted(source: Path, kind: str, folder: Path) -> Path:
    """The workbook as LibreOffice saves it (``xlsx``) or prints it (``pdf``), in another folder."""
    assert SOFFICE
    profile = (folder / "profile").as_uri()
    command = [SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", kind,
               "--outdir", str(folder), str(source)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / f"{source.stem}.{kind}"
