"""NIST's SP 800-53 catalog into a workspace, beside msgspec decoding the same file and beside ``trestle import``.

The catalog is named on the command line. compliance-trestle is no dependency of the project: it is measured where
TRESTLE names its executable. Whole commands are timed from start to exit.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from harmonizer.formats.oscal.documents import read
from harmonizer.formats.registry import bring_in
from harmonizer.formats.safe_documents import read_json
from harmonizer.formats.workspace_files import write
from harmonizer.knowledge.index import Index


def report(what: str, work: Callable[[], object], times: int = 7) -> None:
    """Print the median and the least time in milliseconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    print(f"{what:35} median {statistics.median(found):8.1f} ms, least {min(found):8.1f} ms", flush=True)


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def load_index() -> Index:
    sys.exit("a catalog has no mappings: no index is needed")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/oscal_import.py CATALOG.json")
    catalog = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        own, theirs = Path(folder) / "own", Path(folder) / "theirs"
        theirs.mkdir()
        ours = (sys.executable, "-m", "harmonizer.cli")
        report("msgspec decodes the file", lambda: msgspec.json.decode(catalog.read_bytes()))
        report("safely parsed (read_json)", lambda: read_json(catalog))
        report("parsed and checked by NIST's schema", lambda: read(catalog))
        report("parsed, checked and written", lambda: write(bring_in([catalog], load_index, slug="own"), own))
        report("the whole command", lambda: run(*ours, "import", "oscal", str(catalog), "--slug", "own", "--workspace",
                                                str(own)), 5)  # fmt: skip
        report("first load of the graph after it", lambda: run(*ours, "frameworks", "--workspace", str(own)), 1)
        if trestle := os.environ.get("TRESTLE"):
            run(trestle, "init", "--trestle-root", str(theirs))
            names = iter(range(100))
            report("trestle import", lambda: run(trestle, "import", "-f", str(catalog), "-o", f"own{next(names)}",
                                                 "--trestle-root", str(theirs)), 3)  # fmt: skip


if __name__ == "__main__":
    main()
