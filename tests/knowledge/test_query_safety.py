"""Queries only read what is loaded, and not for longer than they may."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.errors import UsageError
from harmonizer.knowledge.query import MAXIMUM_LENGTH, check

CROSS_JOIN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ELSEWHERE = "<http://127.0.0.1:9/>"

REACHING_OUT = {
    "SERVICE": [
        f"SELECT * {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }}",
        f"select * {{ service {ELSEWHERE} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ sErViCe SiLeNt {ELSEWHERE} {{ ?s ?p ?o }} }}",
        "SELECT * { ?s ?p ?where SERVICE ?where { ?a ?b ?c } }",
        f"SELECT * {{ SERVICE # a comment\n {ELSEWHERE}{{?s ?p ?o}}}}",
        f"#SELECT\nSELECT*{{SERVICE{ELSEWHERE}{{?s ?p ?o}}}}",
        "PREFIX away: <http://127.0.0.1:9/>\nSELECT * { SERVICE away:sparql { ?s ?p ?o } }",
        "BASE <http://127.0.0.1:9/> SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
        f"SELECT * {{ {{ SELECT ?s {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }} }} }}",
        f"SELECT * {{ ?s ?p ?o MINUS {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }} }}",
        f"SELECT * {{ {{ ?s ?p ?o }} UNION {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }} }}",
        f"SELECT * {{ GRAPH ?g {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }} }}",
        f"SELECT * {{ ?s ?p ?o FILTER(1 = 1 && EXISTS {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }}) }}",
        f"SELECT * {{ BIND(EXISTS {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }} AS ?x) }}",
        f"SELECT (EXISTS {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }} AS ?x) {{ ?s ?p ?o }}",
        f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING(EXISTS {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }})",
        f"SELECT ?s {{ ?s ?p ?o }} ORDER BY (EXISTS {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }})",
        f"ASK {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }}",
        f"CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }}",
        f"DESCRIBE ?s {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }}",
    ],
    "FROM": [
        f"SELECT * FROM {ELSEWHERE} {{ ?s ?p ?o }}",
        f"select * from named {ELSEWHERE} {{ graph ?g {{ ?s ?p ?o }} }}",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        f"ASK FROM {ELSEWHERE} {{ ?s ?p ?o }}",
        f"CONSTRUCT {{ ?s ?p ?o }} FROM {ELSEWHERE} WHERE {{ ?s ?p ?o }}",
        f"CONSTRUCT FROM {ELSEWHERE} WHERE {{ ?s ?p ?o }}",
        f"DESCRIBE <x:a> FROM {ELSEWHERE}",
    ],
    "updates": [
        f"LOAD {ELSEWHERE}", f"load silent {ELSEWHERE} into graph <x:g>", "LOAD <file:///etc/passwd>",
        "# SELECT * { ?s ?p ?o }\nINSERT DATA { <x:a> <x:b> <x:c> }", "insert { ?s ?p 1 } where { ?s ?p ?o }",
        "DELETE WHERE { ?s ?p ?o }", "DELETE DATA { <x:a> <x:b> <x:c> }", "WITH <x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR ALL", "DROP SILENT GRAPH <x:g>", "CREATE GRAPH <x:g>", "ADD <x:a> TO <x:b>", "MOVE <x:a> TO <x:b>",
        "COPY DEFAULT TO <x:b>", "PREFIX select: <x:s>\nCLEAR DEFAULT",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("what", "query"), [(what, one) for what, many in REACHING_OUT.items() for one in many])
def test_what_reaches_out_or_writes_is_refused_by_its_name_in_every_spelling(what: str, query: str) -> None:
    with pytest.raises(UsageError, match=f"^{what} (is|are) refused"):
        check(query)


@pytest.mark.parametrize(
    "query",
    ["SELECT * { ?s ?p ?o } ; DROP ALL", "SELECT * { ?s ?p ?o } INSERT DATA { <x:a> <x:b> <x:c> }",
     "SELECT * { ?s ?p ?o }\nLOAD <http://127.0.0.1:9/>", "", "SELECT", "\0", "SELECT * { ?s ?p '''",
     "SELECT * { ?s ?p ?o \\u007D SERVICE"],
)  # fmt: skip
def test_what_is_no_one_query_is_refused(query: str) -> None:
    with pytest.raises(UsageError, match="cannot be read|refused"):
        check(query)


@pytest.mark.parametrize(
    "query",
    ['SELECT * { ?s ?p "SERVICE <http://127.0.0.1:9/> { ?s ?p ?o }" }', "SELECT * { ?s ?p '''LOAD\nFROM <x:y>''' }",
     "SELECT * { ?s ?p ?o } # SERVICE <x:y> { ?s ?p ?o }", "PREFIX service: <x:s> SELECT * { ?s service:from ?o }",
     "SELECT ?service ?from ?load { ?service ?from ?load }", "SELECT * { ?s <http://127.0.0.1:9/SERVICE> ?o }",
     "SELECT * { ?s ?p 'a' FILTER(CONTAINS(STR(?p), 'INSERT DATA')) }"],
)  # fmt: skip
def test_a_query_that_only_names_them_is_answered(kg: hz.Harmonizer, query: str) -> None:
    kg.sparql(query + " LIMIT 1" if "#" not in query else query + "\nLIMIT 1")


@pytest.mark.parametrize(
    "query",
    ["SELECT * " + "{" * 3000 + "?s ?p ?o" + "}" * 3000, "SELECT * { ?s ?p ?o FILTER(" + "(" * 3000 + "1" + ")" * 3001 + "}",
     "SELECT * { ?s " + "(" * 3000 + "hz:a" + ")" * 3000 + " ?o }", "SELECT * { ?s ?p ?o FILTER(" + "!(" * 3000 + "?o" + ")" * 3001 + "}",
     "SELECT * { ?s ?p " + "[ hz:a " * 3000 + "1" + "]" * 3000 + "}", "SELECT * { ?s ?p " + "(" * 3000 + "1" + ")" * 3000 + "}"],
)  # fmt: skip
def test_deep_nesting_is_refused(query: str) -> None:
    with pytest.raises(UsageError, match="nested too deeply"):
        check(query)


def test_a_query_of_a_megabyte_is_refused_unread() -> None:
    with pytest.raises(UsageError, match=f"longer than {MAXIMUM_LENGTH:,} characters"):
        check("SELECT * { ?s ?p '" + "x" * 1_000_000 + "' }")


def test_a_query_is_stopped_at_its_time_limit_and_leaves_no_process_behind(kg: hz.Harmonizer) -> None:
    kg.sparql("ASK { ?s ?p ?o }")  # builds the store, where it is not there
    before = children()
    with pytest.raises(UsageError, match=r"took longer than 0\.5 seconds and was stopped"):
        kg.sparql(CROSS_JOIN, time_limit=0.5)
    assert children() == before


def children() -> set[str]:
    """The processes that this one has started and that still run, where the system tells."""
    return {pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()}


def test_the_command_says_that_a_query_was_stopped_and_exits_with_2() -> None:
    command = [sys.executable, "-m", "harmonizer.cli", "query", CROSS_JOIN, "--time-limit", "0.5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "took longer than 0.5 seconds" in done.stderr
    assert "Traceback" not in done.stderr
