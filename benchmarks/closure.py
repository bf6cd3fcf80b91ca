"""The crosswalk closure at the size of the largest catalogues, beside path enumeration with networkx and semra.

Each measurement of ours runs in a process of its own, so that its peak memory is its own. The baselines enumerate paths
and are given a slice that they can finish; semra is measured where it can be imported by the Python named in
SEMRA_PYTHON (it is no dependency of the project).
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from itertools import pairwise

from corpus import crosswalks

from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.closure import Closure

SIZES = {
    "28,000 requirements, 50,000 mappings": {},
    "100,000 requirements, 300,000 mappings": {
        "controls": 5_000, "frameworks": 400, "requirements": 100_000, "mappings": 300_000,
    },
}  # fmt: skip
SLICE = 2_500
SEMRA = """
import random, sys, time
from semra import Mapping, Reference
from semra.inference import infer_chains, infer_reversible
from semra.vocabulary import EXACT_MATCH, BROAD_MATCH, NARROW_MATCH
predicates = {"equal": EXACT_MATCH, "superset-of": NARROW_MATCH, "subset-of": BROAD_MATCH}
rows = [line.rstrip().split("\\t") for line in sys.stdin]

numbers = {}
def ref(name):
    return Reference(prefix="chebi", identifier=str(100000 + numbers.setdefault(name, len(numbers))))
mappings = [Mapping(subject=ref(s), predicate=predicates[r], object=ref(o), evidence=[]) for s, r, o in rows]
start = time.perf_counter()
found = infer_chains(infer_reversible(mappings, progress=False), progress=False, cutoff=3)
print(time.perf_counter() - start, len(found))
"""


def measure(size: str, reading: str) -> None:
    """One size in this process: closure with contradictions, then what-ifs; prints one line."""
    assertions = crosswalks(**SIZES[size], reading=reading)
    start = time.perf_counter()
    closure = Closure(assertions)
    contradictions = closure.contradictions()
    built = time.perf_counter() - start
    times = []
    for one, other in pairwise(assertions[:60]):
        start = time.perf_counter()
        closure.what_if([Assertion(one.subject, "no-relationship", other.subject)], [other])
        times.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{size:40}{reading:8}{built:9.2f} s{len(contradictions):9}{statistics.median(times) * 1000:10.1f} ms"
        f"{max(times) * 1000:10.1f} ms{memory:9.0f} MB"
    )


def typed_slice() -> list[Assertion]:
    """Mappings of a type that chains, from a corpus of which they are a part."""
    typed = [one for one in crosswalks() if one.relation != "intersects-with"]
    return typed[:SLICE]


def ours_on(assertions: list[Assertion]) -> tuple[float, int]:
    """Every entailed pair of the slice."""
    start = time.perf_counter()
    closure = Closure(assertions)
    nodes = sorted({end for one in assertions for end in (one.subject, one.object)})
    found = sum(1 for _ in closure.pairs(nodes, nodes))
    return time.perf_counter() - start, found


def networkx_on(assertions: list[Assertion]) -> tuple[float, int]:
    """What chaining tools do: walk every simple path of at most three mappings; from 20 nodes, time scaled to all."""
    import networkx as nx

    graph = nx.Graph((one.subject, one.object) for one in assertions)
    nodes = sorted(graph)
    start = time.perf_counter()
    reached = 0
    for node in nodes[:: len(nodes) // 20][:20]:
        reached += len({path[-1] for path in nx.all_simple_paths(graph, node, set(nodes) - {node}, cutoff=3)})
    scale = len(nodes) / 20
    return (time.perf_counter() - start) * scale, round(reached * scale)


def semra_on(assertions: list[Assertion]) -> tuple[float, int] | None:
    python = os.environ.get("SEMRA_PYTHON", sys.executable)
    rows = "".join(f"{one.subject}\t{one.relation}\t{one.object}\n" for one in assertions)
    try:
        done = subprocess.run([python, "-c", SEMRA], input=rows, capture_output=True, text=True, timeout=600)
    except subprocess.TimeoutExpired:
        return 600.0, -1
    if done.returncode:
        print(f"semra was left out: {done.stderr.strip().splitlines()[-1]}")
        return None
    seconds, count = done.stdout.split()
    return float(seconds), int(count)


def main() -> None:
    if len(sys.argv) == 3:
        measure(*sys.argv[1:])
        return
    print(f"{'':40}{'reading':8}{'closure':>11}{'clashes':>9}{'what-if':>13}{'worst':>13}{'peak':>12}")
    for size in SIZES:
        for reading in ("plain", "strict"):
            subprocess.run([sys.executable, __file__, size, reading], check=True)
    slice_ = typed_slice()
    ours = ours_on(slice_)
    print(f"\nall entailed pairs of {len(slice_)} typed mappings\n{'harmonizer':24}{ours[0]:9.2f} s{ours[1]:9} pairs")
    for name, baseline in (("networkx, simple paths", networkx_on), ("semra infer_chains", semra_on)):
        if theirs := baseline(slice_):
            print(f"{name:24}{theirs[0]:9.2f} s{theirs[1]:9} pairs{theirs[0] / ours[0]:9.1f} times as long")


if __name__ == "__main__":
    main()
