"""Read-only SPARQL 1.1 over a dataset.

A query is parsed before it runs: updates, ``SERVICE``, ``FROM`` and ``LOAD`` are refused, so that no query can
change the dataset or reach the network. The default graph is the union of all named graphs. A query runs in a process
of its own, over the dataset on disk, because only a process can be stopped when its time is up.
"""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from harmonizer.answer import Answer
from harmonizer.errors import UsageError
from harmonizer.vocabulary import PREFIXES

if TYPE_CHECKING:
    import pyoxigraph as ox

SECONDS = 30.0
"""How long a query may take unless told otherwise."""
MAXIMUM_LENGTH = 100_000
MAXIMUM_ROWS = 1_000_000
MAXIMUM_SIZE = 200_000_000
"""Bytes of a result as SPARQL JSON or N-Triples; what grows beyond them is stopped while it is made."""

_REFUSED = {"ServiceGraphPattern": "SERVICE", "DatasetClause": "FROM"}
_parsing = threading.Lock()  # rdflib's parser is not safe under threads

_CHILD = """
import sys
import pyoxigraph as ox
from harmonizer.vocabulary import PREFIXES
from harmonizer.knowledge.query import write_result
try:
    write_result(ox.Store.read_only(sys.argv[1]), sys.stdin.read(), sys.stdout.buffer)
except Exception as error:
    sys.exit(f"{error}")
"""


def run(store: Path, text: str, *, seconds: float = SECONDS) -> Answer:
    """The result of a SELECT, ASK, CONSTRUCT or DESCRIBE query over an Oxigraph store on disk, as a table.

    The project's prefixes are known without declaring them; rows come sorted unless the query orders them. Raises
    :class:`UsageError` for what is not allowed, and for what takes longer than ``seconds``.
    """
    form = check(text)
    try:
        done = subprocess.run([sys.executable, "-c", _CHILD, str(store)], input=text.encode(), capture_output=True,
                              timeout=seconds, check=False)  # fmt: skip
    except subprocess.TimeoutExpired:
        raise UsageError(f"the query took longer than {seconds:g} seconds and was stopped") from None
    if done.returncode:
        raise UsageError(f"the query cannot be answered: {done.stderr.decode(errors='replace').strip()}")
    return answer(done.stdout, form.ordered)


class _Bounded(io.RawIOBase):
    """A stream that refuses more than :data:`MAXIMUM_SIZE` bytes, so that no result fills the memory."""

    def __init__(self, out: BinaryIO) -> None:
        self.out, self.left = out, MAXIMUM_SIZE

    def write(self, data: Any) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise ValueError(f"its result is larger than {MAXIMUM_SIZE / 1e6:g} MB; add a LIMIT")
        return self.out.write(data)


def write_result(store: ox.Store, text: str, out: BinaryIO) -> None:
    """Write the result of a query as SPARQL JSON, or as N-Triples for CONSTRUCT and DESCRIBE.

    Raises :class:`ValueError` where it is too large.
    """
    import pyoxigraph as ox

    result = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
    form = ox.RdfFormat.N_TRIPLES if isinstance(result, ox.QueryTriples) else ox.QueryResultsFormat.JSON
    result.serialize(_Bounded(out), format=form)  # type: ignore[arg-type]


def answer(result: bytes, ordered: bool) -> Answer:
    """What :func:`write_result` (or a SPARQL endpoint) gave, as a table."""
    import pyoxigraph as ox

    if not result.lstrip().startswith(b"{"):  # Virtuoso begins with a newline
        columns: tuple[str, ...] = ("subject", "predicate", "object")
        rows = [(_show(one.subject), _show(one.predicate), _show(one.object))
                for one in ox.parse(result, format=ox.RdfFormat.N_TRIPLES)]  # fmt: skip
        return Answer.of(columns, _bounded(sorted(rows)))
    parsed = ox.parse_query_results(result, format=ox.QueryResultsFormat.JSON)
    if isinstance(parsed, ox.QueryBoolean):
        return Answer.of(("result",), [("true" if parsed else "false",)])
    columns = tuple(variable.value for variable in parsed.variables)
    found = [tuple(_show(term) for term in solution) for solution in parsed]
    if columns == ("__ASK_RETVAL",):  # Virtuoso 7.2's answer to ASK: one row for true, none for false
        return Answer.of(("result",), [("true" if found else "false",)])
    return Answer.of(columns, _bounded(found if ordered else sorted(found)))


def _bounded(rows: list[Any]) -> list[Any]:
    if len(rows) > MAXIMUM_ROWS:
        raise UsageError(f"the query gives {len(rows):,} rows, more than {MAXIMUM_ROWS:,}; add a LIMIT")
    return rows


def _show(term: Any) -> str:
    return "" if term is None else str(term.value) if hasattr(term, "value") else str(term)


@dataclass(frozen=True)
class Form:
    """Whether a query orders its rows itself, and whether it gives triples (CONSTRUCT, DESCRIBE)."""

    ordered: bool
    triples: bool


def check(text: str) -> Form:
    """The form of a query; :class:`UsageError` unless it only reads what is here."""
    from rdflib.plugins.sparql.parser import parseQuery, parseUpdate

    if len(text) > MAXIMUM_LENGTH:
        raise UsageError(f"the query is longer than {MAXIMUM_LENGTH:,} characters")
    declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    with _parsing:
        try:
            tree = parseQuery(declared + text)
        except RecursionError:
            raise UsageError("the query is nested too deeply") from None
        except Exception as error:
            try:
                parseUpdate(declared + text)
            except Exception:
                raise UsageError(f"the query cannot be read: {error}") from error
            raise UsageError("updates are refused: queries are read-only") from error
    try:
        for node in _nodes(tree):
            if node.name in _REFUSED:
                raise UsageError(f"{_REFUSED[node.name]} is refused: queries read only the dataset that is loaded")
    except RecursionError:
        raise UsageError("the query is nested too deeply") from None
    return Form("orderby" in tree[1], tree[1].name in ("ConstructQuery", "DescribeQuery"))


def _nodes(tree: Any) -> Iterator[Any]:
    """Every named node of a parse tree."""
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(tree, CompValue):
        yield tree
        children = list(tree.values())
    elif isinstance(tree, (list, tuple)) or hasattr(tree, "asList"):
        children = list(tree)
    else:
        children = []
    for child in children:
        yield from _nodes(child)
