"""A dataset behind a SPARQL 1.1 endpoint: Oxigraph server, Virtuoso, GraphDB, Stardog, Neptune and their like.

Only the address that the user gave is asked, by POST of a form (SPARQL 1.1 Protocol, 2.1.2), which every engine takes.
The graphs of the dataset are named in each request, so that the default graph is their union whatever an engine's own
default is, and what else the endpoint holds does not enter.
"""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from harmonizer.answer import Answer
from harmonizer.errors import DataError, UsageError
from harmonizer.knowledge import query
from harmonizer.vocabulary import BASE, PREFIXES

if TYPE_CHECKING:
    import pyoxigraph as ox

PAGE = 10_000  # triples; as much as Virtuoso gives at once unless it is set up for more
_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"


class Endpoint:
    """The dataset that an endpoint holds."""

    def __init__(self, url: str) -> None:
        self.url = url

    def select(self, text: str, *, seconds: float = query.SECONDS) -> Answer:
        """The result of a read-only query, as :func:`harmonizer.knowledge.query.run` gives it."""
        form = query.check(text)
        declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
        accept = _TRIPLES if form.triples else _RESULTS
        return self._answer(self._ask(declared + text, accept, seconds, self.graphs), ordered=form.ordered)

    @cached_property
    def graphs(self) -> tuple[str, ...]:
        """The named graphs of the dataset, by name."""
        text = f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), '{BASE}')) }}"
        found = tuple(str(row[0]) for row in self._answer(self._ask(text, _RESULTS), ordered=False).rows)
        if not found:
            raise DataError(f"the endpoint holds no graph of a harmonizer's dataset (named {BASE}...); "
                            "load the output of 'harmonizer export nquads' first", file=self.url)  # fmt: skip
        return found

    def quads(self) -> Iterator[ox.Quad]:
        """Every quad of the dataset, graph by graph; page by page where the engine gives only part of a graph."""
        import pyoxigraph as ox

        for name in self.graphs:
            graph, wanted = ox.NamedNode(name), self._size(name)
            triples = self._triples(name, "")
            if len(triples) < wanted:
                triples = []
                while len(triples) < wanted:
                    page = self._triples(name, f"ORDER BY ?s ?p ?o LIMIT {PAGE} OFFSET {len(triples)}")
                    if not page:
                        raise DataError(f"the endpoint counts {wanted} triples in <{name}> but gives only "
                                        f"{len(triples)}", file=self.url)  # fmt: skip
                    triples += page
            yield from (ox.Quad(one.subject, one.predicate, one.object, graph) for one in triples)

    def _triples(self, name: str, part: str) -> list[ox.Triple]:
        import pyoxigraph as ox

        inner = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }} {part}"
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {inner} }} }}"
        parsed = ox.parse(self._ask(text, _TRIPLES), format=ox.RdfFormat.N_TRIPLES)
        return [ox.Triple(one.subject, one.predicate, one.object) for one in parsed]

    def _size(self, name: str) -> int:
        text = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"
        return int(str(self._answer(self._ask(text, _RESULTS), ordered=True).rows[0][0]))

    def _answer(self, result: bytes, *, ordered: bool) -> Answer:
        try:
            return query.answer(result, ordered)
        except (ValueError, SyntaxError) as error:
            raise DataError(f"the endpoint answers neither SPARQL JSON nor N-Triples: {error}",
                            file=self.url) from error  # fmt: skip

    def _ask(self, text: str, accept: str, seconds: float = 120.0, graphs: tuple[str, ...] = ()) -> bytes:
        form = [("query", text), *(("default-graph-uri", one) for one in graphs),
                *(("named-graph-uri", one) for one in graphs)]  # fmt: skip
        request = urllib.request.Request(
            self.url, data=urllib.parse.urlencode(form).encode(),
            headers={"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        try:
            with _opener().open(request, timeout=seconds) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            said = error.read(500).decode(errors="replace").strip()
            raise UsageError(f"{self.url} refuses the query ({error.code} {error.reason}): {said}") from error
        except TimeoutError:
            raise UsageError(f"{self.url} did not answer within {seconds:g} seconds") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise UsageError(f"{self.url} did not answer within {seconds:g} seconds") from None
            raise UsageError(f"{self.url} cannot be reached: {reason}") from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Another address than the one the user gave is not followed."""

    def redirect_request(self, *_: object) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
