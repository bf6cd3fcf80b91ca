"""Read-only SPARQL 1.1 over the dataset.

A query is parsed before it runs: updates, ``SERVICE``, ``FROM`` and ``LOAD`` are refused, so that no query can
change the dataset or reach the network. The default graph is the union of all named graphs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from harmonizer.answer import Answer
from harmonizer.errors import UsageError
from harmonizer.vocabulary import PREFIXES

if TYPE_CHECKING:
    import pyoxigraph as ox

_REFUSED = {"ServiceGraphPattern": "SERVICE", "DatasetClause": "FROM"}


def select(store: ox.Store, text: str) -> Answer:
    """The result of a SELECT, ASK, CONSTRUCT or DESCRIBE query as a table.

    The project's prefixes are known without declaring them. Raises :class:`UsageError` for what is not allowed.
    """
    import pyoxigraph as ox

    check(text)
    try:
        result = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"the query cannot be read: {error}") from error
    if isinstance(result, ox.QueryBoolean):
        return Answer.of(("result",), [("true" if result else "false",)])
    if isinstance(result, ox.QueryTriples):
        return Answer.of(("subject", "predicate", "object"), [tuple(map(_show, triple)) for triple in result])
    names = tuple(variable.value for variable in result.variables)
    return Answer.of(names, [tuple(_show(term) for term in solution) for solution in result])


def _show(term: Any) -> str:
    return "" if term is None else str(term.value) if hasattr(term, "value") else str(term)


def check(text: str) -> None:
    """Raise :class:`UsageError` unless ``text`` is a query that only reads what is here."""
    from rdflib.plugins.sparql.parser import parseQuery, parseUpdate

    declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    try:
        tree = parseQuery(declared + text)
    except Exception as error:
        try:
            parseUpdate(declared + text)
        except Exception:
            raise UsageError(f"the query cannot be read: {error}") from error
        raise UsageError("updates are refused: queries are read-only") from error
    for node in _nodes(tree):
        if node.name in _REFUSED:
            raise UsageError(f"{_REFUSED[node.name]} is refused: queries read only the dataset that is loaded")


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
