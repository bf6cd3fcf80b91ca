"""The largest corpora through the product's own commands, each step beside a bare baseline in the same run.

200 frameworks of skewed sizes, 50,000 requirements in hierarchies two to four deep, 75,000 mapping rows: 60,000 to the
bundled leaf objectives in the proportions of the bundled rows, 15,000 in twenty published sets between frameworks.
``--times 10`` makes ten times that. Every step is a process of its own, so that its peak memory is its own; the
baseline of a step does the bare minimum with a good library, and never checks, explains or ranks anything.

    python benchmarks/scale.py [--times 10] [--lint]
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import harmonizer as hz

SEED, FRAMEWORKS, REQUIREMENTS, OWN, PUBLISHED, SETS = 20261123, 200, 50_000, 60_000, 15_000, 20
OWN_RELATIONS = (("intersects-with", "superset-of", "subset-of", "equal"), (42, 30, 19, 9))
PUBLISHED_RELATIONS = (("intersects-with", "superset-of", "subset-of", "equal"), (70, 12, 12, 6))
QUERY = "SELECT ?r ?t { ?m sssom:object_id objective:data-at-rest-encrypted ; sssom:subject_id ?r . ?r dct:title ?t }"
WORDS = "encrypt backup"
LONGEST = 900  # seconds, then a step is given up


def corpus(folder: Path, times: int) -> None:
    """Write requirements.csv and mappings.csv, the two plain tables of ``import tables``."""
    draw = random.Random(SEED)
    leaves = hz.load().index.leaves
    words = sorted({word for leaf in leaves for word in f"{leaf.title} {leaf.outcome}".lower().split()})
    shares = [1 / (number % FRAMEWORKS + 8) for number in range(FRAMEWORKS * times)]
    mapped: list[tuple[str, str]] = []
    with (folder / "requirements.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("framework", "id", "parent", "title", "summary", "core"))
        for number, share in enumerate(shares):
            slug, size = f"corpus-{number:04}", max(12, round(REQUIREMENTS * times * share / sum(shares)))
            wide = max(3, round(size ** (1 / (2 + number % 3))))  # so many on each level: two to four levels
            ids: list[str] = []
            for place in range(size):
                parent = ids[place // wide - 1] if place >= wide else ""
                ids.append(f"{parent}.{place % wide + 1}" if parent else str(place + 1))
                core = "1" if parent else "0"
                title = f"{draw.choice(leaves).title} ({draw.choice(words)} {place})"
                table.writerow((slug, ids[-1], parent, title, " ".join(draw.choices(words, k=20)), core))
                if core == "1":
                    mapped.append((slug, ids[-1]))
    popularity = [1 / (rank + 10) for rank in range(len(leaves))]
    rows: dict[tuple[str, ...], tuple[str, str]] = {}
    while len(rows) < OWN * times:
        leaf = draw.choices(leaves, popularity)[0].slug
        rows.setdefault((*draw.choice(mapped), "objective", leaf), (draw.choices(*OWN_RELATIONS)[0], ""))
    while len(rows) < (OWN + PUBLISHED) * times:
        one, other = draw.choice(mapped), draw.choice(mapped)
        if one[0] != other[0]:
            source = f"Publisher {draw.randrange(SETS)}"
            rows.setdefault((*one, *other), (draw.choices(*PUBLISHED_RELATIONS)[0], source))
    with (folder / "mappings.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("source_framework", "source_id", "target_framework", "target_id", "relation", "rationale",
                        "source"))  # fmt: skip
        for number, (ends, (relation, source)) in enumerate(rows.items()):
            reason = f"row {number}: {' '.join(draw.choices(words, k=6))}"
            table.writerow((*ends, relation, reason, source))


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process and those it started: on a machine that others use too, wall time says little."""
    start = spent()
    found = action()
    return spent() - start, found


def spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


# what a person asks of the corpus; each function is a process of its own ----------------------------------------


def opened(folder: Path) -> dict[str, float]:
    return {"load, ready for the first question": timed(lambda: hz.load(folder / "workspace"))[0]}


def counterparts(folder: Path) -> dict[str, float]:
    kg = hz.load(folder / "workspace")  # nothing else comes before the first question, which is the largest there is
    draw = random.Random(SEED)
    rows = kg.index.mappings_of
    asked = draw.sample(sorted(rows), 100) + sorted(rows, key=lambda key: -len(rows[key]))[:20]
    names = [kg.index.requirements[key].short for key in asked]
    first, largest = timed(lambda: kg["gdpr:Art.32(1)"].counterparts())
    times = [timed(lambda name=name: kg[name].counterparts())[0] for name in names]
    return {f"first of a process, {len(largest)} rows": first, "median": statistics.median(times),
            "worst of 120": max(times)}  # fmt: skip


def coverage(folder: Path) -> dict[str, float]:
    kg = hz.load(folder / "workspace")
    return {"all pairs": timed(kg.coverage)[0]}


def crosswalk(folder: Path) -> dict[str, float]:
    from harmonizer.crosswalk.known import known_of

    kg = hz.load(folder / "workspace")
    first, found = timed(lambda: kg.crosswalk("corpus-0000", "corpus-0001"))
    trusted = timed(lambda: kg.crosswalk("corpus-0100", "corpus-0101", trust=["*"]))[0]
    checked = timed(known_of(kg.index, ["*"]).closure.contradictions)[0]
    return {
        f"largest two, {len(found.rows)} pairs": first,
        "a middling pair with all published sets": trusted,
        "contradictions": checked,
    }


def sparql(folder: Path) -> dict[str, float]:
    kg = hz.load(folder / "workspace")
    first, again = (timed(lambda: kg.sparql(QUERY, time_limit=600))[0] for _ in range(2))
    return {"first, store built": first, "again": again}


def search(folder: Path) -> dict[str, float]:
    kg = hz.load(folder / "workspace")
    first, again = (timed(lambda: kg.search(WORDS))[0] for _ in range(2))
    return {"first, text index built": first, "again": again}


def lint(folder: Path) -> dict[str, float]:
    kg = hz.load(folder / "workspace")
    return {"lint with SHACL": timed(kg.lint)[0]}


# the bare minimum, with a good library ------------------------------------------------------------------------------


def bare_import(folder: Path) -> dict[str, float]:
    import pandas as pd

    def read() -> None:
        requirements, mappings = (
            pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
            for name in ("requirements", "mappings")
        )  # fmt: skip
        mappings.merge(requirements, left_on=["source_framework", "source_id"], right_on=["framework", "id"])

    return {"pandas read_csv and merge": timed(read)[0]}


def bare_counterparts(folder: Path) -> dict[str, float]:
    import pandas as pd

    rows = pd.read_csv(folder / "mappings.csv", dtype=str, keep_default_na=False)
    own = rows[rows.target_framework == "objective"]

    def merge(identifier: str) -> None:
        asked = own[(own.source_framework == "corpus-0000") & (own.source_id == identifier)]
        asked.merge(own, on="target_id")

    ids = own[own.source_framework == "corpus-0000"].source_id.unique()[:100]
    return {"pandas merge, median": statistics.median(timed(lambda one=one: merge(one))[0] for one in ids)}


def bare_coverage(folder: Path) -> dict[str, float]:
    import pandas as pd

    rows = pd.read_csv(folder / "mappings.csv", dtype=str, keep_default_na=False)
    own = rows[rows.target_framework == "objective"]

    def merge() -> None:
        holds = own[own.relation.isin(["equal", "superset-of"])][["source_framework", "target_id"]].drop_duplicates()
        asked = own[["source_framework", "source_id", "target_id"]]
        met = asked.merge(holds, on="target_id", suffixes=("", "_by"))
        counts = met.groupby(["source_framework", "source_id", "source_framework_by"]).size()
        total = asked.groupby(["source_framework", "source_id"]).size()
        counts.div(total).groupby(level=["source_framework", "source_framework_by"]).sum()

    return {"pandas merge, own rows only": timed(merge)[0]}


def bare_store(folder: Path) -> dict[str, float]:
    import pyoxigraph as ox

    (built,) = (folder / "workspace" / "store").iterdir()
    ox.Store.read_only(str(built)).dump(str(folder / "all.nq"), format=ox.RdfFormat.N_QUADS)
    store = ox.Store(str(folder / "bare"))
    loading = timed(lambda: store.bulk_load(path=str(folder / "all.nq"), format=ox.RdfFormat.N_QUADS))[0]
    return {f"pyoxigraph bulk_load of {len(store)} quads": loading}


def bare_search(folder: Path) -> dict[str, float]:
    with (folder / "requirements.csv").open(newline="", encoding="utf-8") as file:
        texts = [(row["title"], row["summary"]) for row in csv.DictReader(file)]
    connection = sqlite3.connect(folder / "bare.sqlite")

    def fill() -> None:
        connection.execute("CREATE VIRTUAL TABLE text USING fts5(title, summary)")
        connection.executemany("INSERT INTO text VALUES (?, ?)", texts)
        connection.commit()

    building = timed(fill)[0]
    asked = "SELECT rowid FROM text WHERE text MATCH 'encrypt* AND backup*' ORDER BY rank LIMIT 50"
    return {"SQLite FTS5, fill": building, "SQLite FTS5, ask": timed(connection.execute(asked).fetchall)[0]}


STEPS = (bare_import, opened, counterparts, bare_counterparts, coverage, bare_coverage, search, bare_search, sparql,
         bare_store, crosswalk, lint)  # fmt: skip


def in_own_process(command: list[str], folder: Path) -> tuple[float, float, float, str]:
    """CPU seconds, peak memory in MB, wall seconds, and what it printed."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    with (folder / "printed").open("w+", encoding="utf-8") as printed:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=printed, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        if process.returncode:
            print(f"failed ({process.returncode}): {' '.join(command)}", flush=True)
        return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, seconds, printed.read()


def report(what: str, seconds: float, memory: float, wall: float = 0.0) -> None:
    shown = f"{wall:10.3f} s wall" if wall else ""
    print(f"{what:60}{seconds:9.3f} s{memory:7.0f} MB{shown}", flush=True)


def main() -> None:
    if len(sys.argv) == 4 and sys.argv[1] == "step":
        signal.alarm(LONGEST)
        print(json.dumps(globals()[sys.argv[2]](Path(sys.argv[3]))))
        return
    times = int(sys.argv[sys.argv.index("--times") + 1]) if "--times" in sys.argv else 1
    command = [sys.executable, "-m", "harmonizer.cli"]
    folder = Path(tempfile.mkdtemp(prefix="scale-"))
    try:
        (folder / "workspace").mkdir()
        in_own_process([*command, "frameworks"], folder)  # the bundled index, which every import starts from
        corpus(folder, times)
        bulk = sum((folder / name).stat().st_size for name in ("requirements.csv", "mappings.csv")) / 1e6
        print(f"{FRAMEWORKS * times} frameworks, {bulk:.0f} MB of plain tables; load {os.getloadavg()[0]:.1f}; "
              "CPU seconds, peak memory")  # fmt: skip
        tables = ["--requirements", str(folder / "requirements.csv"), "--mappings", str(folder / "mappings.csv")]
        workspace = ["--workspace", str(folder / "workspace")]
        report("import tables, whole command",
               *in_own_process([*command, "import", "tables", *tables, *workspace], folder)[:3])  # fmt: skip
        report("frameworks, whole command, index built",
               *in_own_process([*command, "frameworks", *workspace], folder)[:3])  # fmt: skip
        report("frameworks, whole command, again",
               *in_own_process([*command, "frameworks", *workspace], folder)[:3])  # fmt: skip
        for step in STEPS:
            if step is not lint or "--lint" in sys.argv:
                own = [sys.executable, __file__, "step", step.__name__, str(folder)]
                _, memory, _, printed = in_own_process(own, folder)
                for what, seconds in json.loads(printed or "{}").items():
                    report(f"{step.__name__.replace('_', ' ')}: {what}", seconds, memory)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
