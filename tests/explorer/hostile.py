"""An imported framework whose ids, titles and summaries try to be more than text."""

from __future__ import annotations

from pathlib import Path

from harmonizer.api import load
from harmonizer.formats import registry, workspace_files
from harmonizer.knowledge.tables import dump

SCRIPT = "<script>window.hostile=1</script><img src=x onerror=window.hostile=2>"
TEXTS = (
    SCRIPT, "[link](javascript:window.hostile=3) ![x](http://127.0.0.1:9/x.png) **bold** `code` $x^2$ :material/close:",
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627", '=HYPERLINK("http://127.0.0.1:9")', "{{7*7}} %s {0} \\u003cscript>",
    "x" * 5_000, "a|b\tc # d ~ e > f", "😀" * 50,
)  # fmt: skip
IDS = ("<b>1</b>", "2](x)", "3 \u05d0", "i" * 200, "5%2F..%2F", "6#?&=", "7\u202e", "8'\"")
TURNED = "7-turned"  # what imports for an id that an import refuses, but that a user can write into a table by hand


def _importable(identifier: str) -> str:
    return TURNED if identifier == IDS[6] else identifier


def write(workspace: Path, rows: int = 0) -> None:
    """Import the framework into the workspace, with so many more harmless rows."""
    workspace.mkdir(parents=True, exist_ok=True)
    table = [{"framework": "hostile", "id": name, "parent": "", "title": text[:400], "summary": text}
             for name, text in zip(map(_importable, IDS), TEXTS, strict=True)]  # fmt: skip
    table += [{"framework": "hostile", "id": f"row {number}", "parent": "", "title": f"Row {number}", "summary": ""}
              for number in range(rows)]  # fmt: skip
    links = [{"source_framework": "hostile", "source_id": name, "target_framework": "objective",
              "target_id": "data-at-rest-encrypted", "relation": "intersects-with", "rationale": text[:900]}
             for name, text in zip(map(_importable, IDS), TEXTS, strict=True)]  # fmt: skip
    requirements, mappings = workspace / "requirements.csv", workspace / "mappings.csv"
    requirements.write_text(dump(tuple(table[0]), table))
    mappings.write_text(dump(tuple(links[0]), links))
    found = registry.bring_in([requirements, mappings], lambda: load().index)
    found.files = {name: content.replace(TURNED, IDS[6]) for name, content in found.files.items()}
    workspace_files.write(found, workspace)
