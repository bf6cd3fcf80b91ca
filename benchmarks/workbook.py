"""A control matrix as large as they get, written and read back, beside pandas on the same rows.

2,000 controls by 12 frameworks and 20,000 rows of crosswalk, with statements, columns to fill in, their snapshot and
the hidden lists. pandas writes bare cells through openpyxl: no styles, tables, validations, links or print set-up.
Each is measured in a process of its own, so that peak memory is its own.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from harmonizer.reports.inputs import input_columns
from harmonizer.reports.tables import Column, Report, Sheet

CONTROLS, FRAMEWORKS, CROSSWALK = 2_000, 12, 20_000
WORDS = (
    "access",
    "review",
    "encrypt",
    "log",
    "supplier",
    "policy",
    "every",
    "year",
    "owner",
    "record",
    "notice",
    "test",
)


def report() -> Report:
    """The large matrix, the same at each call."""
    draw = random.Random(20261126)

    def text(words: int) -> str:
        return " ".join(draw.choices(WORDS, k=words))

    names = [f"control-{number:04}" for number in range(CONTROLS)]
    frameworks = [f"Framework {number}" for number in range(FRAMEWORKS)]
    columns = [Column("Control", 20), Column("Title", 24), Column("Statement", 60),
               *(Column(name, 16) for name in frameworks), *input_columns("control", names, {})]  # fmt: skip
    controls = [
        [name, text(4), text(40), *("; ".join(f"{draw.randint(1, 12)}.{draw.randint(1, 30)}" for _ in range(3))
                                    for _ in frameworks), *([None] * (len(columns) - 3 - FRAMEWORKS))]
        for name in names
    ]  # fmt: skip
    pairs = [
        (draw.choice(frameworks), f"{draw.randint(1, 12)}.{draw.randint(1, 30)}", draw.choice(frameworks),
         f"{draw.randint(1, 12)}.{draw.randint(1, 30)}", draw.choice(("equal", "subset-of", "intersects-with")),
         draw.random(), text(6), text(14))
        for _ in range(CROSSWALK)
    ]  # fmt: skip
    headings = ("Source framework", "Source id", "Target framework", "Target id", "Relation", "Coverage", "Objectives",
                "Reason")  # fmt: skip
    sheets = (
        Sheet("Controls", "Controls", "Made up.", columns, controls, subject="control"),
        Sheet("Crosswalk", "Crosswalk", "Made up.", [Column(one, 20) for one in headings], pairs),
    )
    return Report("Benchmark", "0" * 64, tuple(frameworks), "*", "", datetime(2026, 1, 1), sheets)


def ours(path: Path) -> None:
    from harmonizer.reports.workbook import write_workbook

    write_workbook(report(), path)


def pandas(path: Path) -> None:
    import pandas as pd

    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for sheet in report().parts:
            if isinstance(sheet, Sheet):
                frame = pd.DataFrame(list(sheet.rows), columns=sheet.headings)
                frame.to_excel(book, sheet_name=sheet.name, index=False)


def read_ours(path: Path) -> None:
    from harmonizer.formats.excel import open_workbook

    book = open_workbook(path)
    for name in book.names:
        book.rows(name)
        book.formulas(name)


def read_pandas(path: Path) -> None:
    import pandas as pd

    pd.read_excel(path, sheet_name=None, engine="openpyxl")


TASKS = {"write": ours, "pandas write": pandas, "read back": read_ours, "pandas read": read_pandas}


def main() -> None:
    if len(sys.argv) > 1:
        start = time.perf_counter()
        TASKS[sys.argv[1]](Path(sys.argv[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{sys.argv[1]:13} {time.perf_counter() - start:6.1f} s {peak:6.0f} MB {sys.argv[2].rpartition('/')[2]}")
        return
    with tempfile.TemporaryDirectory() as folder:
        for task in TASKS:
            path = Path(folder) / ("pandas.xlsx" if "pandas" in task else "ours.xlsx")
            subprocess.run([sys.executable, __file__, task, str(path)], check=True)
            print(f"{'':13} {path.stat().st_size / 1e6:.1f} MB on disk")


if __name__ == "__main__":
    main()
