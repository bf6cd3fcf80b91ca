"""A large control matrix as a workbook: written and read back, beside pandas, which writes bare cells.

2,000 controls by 12 frameworks with statuses filled in, and 20,000 rows of crosswalk: the columns of the real sheets,
made-up rows. Each step runs in a process of its own, so that its peak memory is its own.
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

CONTROLS, FRAMEWORKS, PAIRS = 2_000, 12, 20_000
DATASET = "0" * 64


def report():
    """The two large tables with the columns that the real ones have, around a real plan of one small framework."""
    from dataclasses import replace

    import harmonizer as hz
    from harmonizer.reports.inputs import INPUTS
    from harmonizer.reports.tables import NUMBER, STRONG, Column, Report, Sheet

    rng = random.Random(1)
    words = "access review log key vendor breach notice record policy risk audit data system change".split()  # noqa: SIM905

    def text(count):
        return " ".join(rng.choices(words, k=count))

    def ids(count):
        return "; ".join(f"{rng.randint(1, 20)}.{rng.randint(1, 20)}({rng.choice('abc')})" for _ in range(count))

    inputs = INPUTS["control"]
    columns = (Column("Control", 18, STRONG), Column("Title", 18), Column("Statement", 38), Column("Settings", 52),
               Column("Bound by", 20), *(Column(f"Framework {one}", 20) for one in range(FRAMEWORKS)),
               Column("Owner role", 11), Column("Effort", 7, NUMBER), *inputs)  # fmt: skip
    controls = [
        (f"control-{one}", text(4), text(30), "\n".join(text(12) for _ in range(3)), ids(4),
         *(ids(rng.randint(0, 4)) for _ in range(FRAMEWORKS)), "lead", rng.randint(1, 40),
         rng.choice(inputs[0].choices), text(2), text(3), "2027-01-31", None, text(8))
        for one in range(CONTROLS)
    ]  # fmt: skip
    (shape,) = [one for one in hz.load().control_matrix("nyc-ll144", only=["Crosswalk"]).parts
                if one.name == "Crosswalk"]  # fmt: skip
    pairs = [("soc2", ids(1), text(4), "hipaa", ids(1), text(4), "superset-of", "definite", rng.random(), text(3),
              text(25), text(2)) for _ in range(PAIRS)]  # fmt: skip
    sheet = Sheet("Controls", "Controls", "", columns, controls, fixed=2, subject="control")
    return Report("Benchmark", DATASET, (), "*", "", datetime(2026, 1, 1), (sheet, replace(shape, rows=pairs)))


def write_ours(path: Path) -> float:
    from harmonizer.reports.workbook import write_workbook

    made = report()
    start = time.perf_counter()
    write_workbook(made, path)
    return time.perf_counter() - start


def write_pandas(path: Path) -> float:
    import pandas as pd

    made = report()
    start = time.perf_counter()
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for sheet in made.parts:
            pd.DataFrame(list(sheet.rows), columns=sheet.headings).to_excel(book, sheet_name=sheet.name, index=False)
    return time.perf_counter() - start


def read_ours(path: Path) -> float:
    """What an import reads: the safety checks, the snapshot, the cells to fill in and the formulas among them."""
    from harmonizer.formats.excel import open_workbook
    from harmonizer.reports.snapshot import SNAPSHOT_SHEET, read_snapshot

    start = time.perf_counter()
    book = open_workbook(path)
    snapshot = read_snapshot(book.rows(SNAPSHOT_SHEET))
    rows, formulas = book.rows("Controls"), book.formulas("Controls")
    assert len(rows) > CONTROLS
    assert len(snapshot.sheets["Controls"].rows) == CONTROLS
    assert not formulas
    return time.perf_counter() - start


def read_pandas(path: Path) -> float:
    import pandas as pd

    start = time.perf_counter()
    pd.read_excel(path, sheet_name="Controls", engine="openpyxl")
    return time.perf_counter() - start


STEPS = {"write, ours": write_ours, "write, pandas": write_pandas, "read, ours": read_ours, "read, pandas": read_pandas}


def main() -> None:
    print(f"{CONTROLS} controls by {FRAMEWORKS} frameworks, {PAIRS} rows of crosswalk")
    with tempfile.TemporaryDirectory() as folder:
        for name in STEPS:
            path = Path(folder) / f"{name.partition(', ')[2]}.xlsx"
            done = subprocess.run(
                [sys.executable, __file__, name, str(path)], capture_output=True, text=True, check=True
            )
            seconds, memory = map(float, done.stdout.split())
            print(f"{name:<14} {seconds:7.2f} s   peak memory {memory:4.0f} MB   {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        took = STEPS[sys.argv[1]](Path(sys.argv[2]))
        print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    else:
        main()
