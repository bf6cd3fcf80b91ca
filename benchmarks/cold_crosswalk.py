"""`harmonizer crosswalk hipaa gdpr` in a cold process, beside loading the same dataset through plain rdflib.

The baseline parses the dataset's N-Quads with rdflib's own parser into rdflib's own store and joins the two
frameworks' mappings by SPARQL: what a program does that computes on the RDF itself, before it ranks or explains.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
BASELINE = """
import sys, rdflib
dataset = rdflib.Dataset(default_union=True)
dataset.parse(sys.argv[1], format="nquads")
query = '''
PREFIX sssom: <https://w3id.org/sssom/>
SELECT ?a ?b ?leaf WHERE {
  ?m sssom:subject_id ?a ; sssom:object_id ?leaf . ?n sssom:subject_id ?b ; sssom:object_id ?leaf .
  FILTER(CONTAINS(STR(?a), "/hipaa/") && CONTAINS(STR(?b), "/gdpr/"))
}'''
print(len(list(dataset.query(query))))
"""


def wall(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    ours = [sys.executable, "-m", "harmonizer.cli", "crosswalk", "hipaa", "gdpr"]
    with tempfile.TemporaryDirectory() as folder:
        quads = Path(folder) / "dataset.nq"
        subprocess.run([sys.executable, "-m", "harmonizer.cli", "export", "nquads", "-o", str(quads)], check=True)
        theirs = [sys.executable, "-c", BASELINE, str(quads)]
        wall(ours), wall(theirs)  # the first run fills the index cache and the disk cache
        times = [(wall(ours), wall(theirs)) for _ in range(RUNS)]
    print(f"{'':24}{'median s':>10}{'min s':>10}{'max s':>10}")
    for name, column in (("harmonizer crosswalk", 0), ("plain rdflib", 1)):
        own = [pair[column] for pair in times]
        print(f"{name:24}{statistics.median(own):10.2f}{min(own):10.2f}{max(own):10.2f}")
    print(f"plain rdflib / harmonizer, pair by pair: {statistics.median(b / a for a, b in times):.1f}")


if __name__ == "__main__":
    main()
