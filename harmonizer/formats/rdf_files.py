"""RDF that follows our ontology: Turtle, TriG, N-Quads (with N-Triples) and JSON-LD, told apart by their content.

Nothing is fetched: a remote JSON-LD context is refused before anything is parsed. Nodes of our classes become records
(:mod:`harmonizer.knowledge.rdf` has the table of classes and properties); what else a file says is listed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harmonizer.errors import DataError, UsageError, did_you_mean, nearest, raise_together
from harmonizer.formats.contents import Contents, Finding
from harmonizer.formats.foreign_text import MAXIMUM_TEXT
from harmonizer.formats.safe_documents import read_json
from harmonizer.formats.workspace_files import slug_problem
from harmonizer.knowledge.tables import read_bytes, read_text
from harmonizer.vocabulary import BASE, HZ, PREFIXES, expand, framework_iri

if TYPE_CHECKING:
    import pyoxigraph as ox

MAXIMUM_STATEMENTS = 5_000_000
STATEMENTS_PER_REPORT = 20_000
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DIRECTIVE = re.compile(rb"\s*(#[^\n]*\n\s*)*(@prefix|@base|prefix\s+[\w.-]*:\s*<|base\s*<)", re.IGNORECASE)
_STATEMENT = re.compile(rb"\s*(#[^\n]*\n\s*)*(<[a-z][a-z0-9+.-]*:[^<>\s]*>|_:\w+)\s*(<[a-z][^<>\s]*>\s|a\s|\{)")
_LINE = re.compile(rb"(<[^<>]*>|_:\S+)\s+<[^<>]*>\s+.*\.\s*(#.*)?")


def recognise(head: bytes) -> bool:
    """Whether a file begins as RDF in one of the notations, or as JSON-LD."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    return bool(_DIRECTIVE.match(head) or _STATEMENT.match(head) or _is_json_ld(head))


def read(path: Path, slug: str = "", progress: Callable[[str, int, int], None] | None = None) -> Contents:
    """The records of a file; with ``slug`` its one framework gets this name.

    Raises :class:`DataError` (``CollectedDataError`` with all of them) for what is not well-formed, a remote context,
    nodes of unknown classes of ours, and texts that are too long or hold control characters.
    """
    from harmonizer.knowledge import rdf

    statements = _checked(path, progress)
    if slug:
        statements = _renamed(statements, slug, path)
    findings = _unread(statements, path)
    try:
        knowledge = rdf.records(statements)
    except (DataError, KeyError, IndexError) as error:
        raise DataError(
            error.message if isinstance(error, DataError) else f"a node lacks {error}", file=path
        ) from error
    return Contents(findings=tuple(findings), knowledge=knowledge, figures={"statements": len(statements)})


def _is_json_ld(head: bytes) -> bool:
    return head.lstrip()[:1] in (b"{", b"[") and bool(re.search(rb'"@(context|graph|id|type)"\s*:', head))


def _parsed(path: Path) -> Iterator[ox.Quad]:
    import pyoxigraph as ox

    data = read_bytes(path).removeprefix(b"\xef\xbb\xbf")
    if _is_json_ld(data[:65_536]):
        _check_contexts(read_json(path), path)
        kind = ox.RdfFormat.JSON_LD
    else:
        read_text(path)  # says where the file is no UTF-8
        lines = (line for line in data.splitlines() if line.strip() and not line.lstrip().startswith(b"#"))
        kind = ox.RdfFormat.N_QUADS if _LINE.fullmatch(next(lines, b"").strip()) else ox.RdfFormat.TRIG
    try:
        yield from ox.parse(data, format=kind)
    except SyntaxError as error:
        raise DataError(f"not well-formed RDF: {error.msg}", file=path, line=error.lineno) from error
    except (ValueError, OSError) as error:
        raise DataError(f"not readable as RDF: {error}", file=path) from error


def _check_contexts(document: Any, path: Path) -> None:
    """Refuse what would be fetched: a context that is an address, an ``@import``."""
    stack = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
            continue
        if not isinstance(value, dict):
            continue
        contexts = value.get("@context")
        remote = [one for one in (contexts if isinstance(contexts, list) else [contexts]) if isinstance(one, str)]
        if remote or "@import" in value:
            address = remote[0] if remote else value["@import"]
            raise DataError(f"the context {address!r} lies elsewhere, and nothing is fetched; write the context into "
                            "the file", file=path)  # fmt: skip
        stack.extend(value.values())


def _checked(path: Path, progress: Callable[[str, int, int], None] | None) -> list[ox.Quad]:
    import pyoxigraph as ox

    found: list[ox.Quad] = []
    problems: list[DataError] = []
    for quad in _parsed(path):
        if len(found) >= MAXIMUM_STATEMENTS:
            raise DataError(f"more than {MAXIMUM_STATEMENTS:,} statements", file=path)
        if progress and len(found) % STATEMENTS_PER_REPORT == 0:
            progress(f"reading {path.name}", len(found), max(len(found), 1))
        term = quad.object
        text = "" if isinstance(term, (ox.BlankNode, ox.Triple)) else term.value
        if len(text) > MAXIMUM_TEXT:
            problems.append(DataError(f"{quad.subject}: a text of {len(text):,} characters; at most {MAXIMUM_TEXT:,} "
                                      "are read", file=path))  # fmt: skip
        elif _UNFIT.search(text):
            problems.append(DataError(f"{quad.subject}: {quad.predicate} holds a control character", file=path))
        found.append(quad)
    raise_together(problems)
    return found


def _renamed(statements: list[ox.Quad], slug: str, path: Path) -> list[ox.Quad]:
    """The statements with their one framework under another slug."""
    import pyoxigraph as ox

    if wrong := slug_problem(slug):
        raise UsageError(wrong)
    version = ox.NamedNode(HZ + "FrameworkVersion")
    subjects = {quad.subject for quad in statements if quad.object == version}
    frameworks = sorted(one.value for one in subjects if isinstance(one, ox.NamedNode))
    if len(frameworks) != 1:
        raise UsageError(f"{path.name} holds {len(frameworks)} frameworks; a slug can be given to one")
    old = frameworks[0].removeprefix(BASE + "framework/").partition("/")[0]
    moves = {f"{BASE}{space}/{old}/": f"{BASE}{space}/{slug}/" for space in ("framework", "mapping-set")}
    new_framework = framework_iri(f"{slug}@").rstrip("/")
    notation = ox.NamedNode(expand("skos:notation"))

    def moved(term: Any) -> Any:
        if isinstance(term, ox.NamedNode):
            for before, after in moves.items():
                if term.value.startswith(before):
                    return ox.NamedNode(after + term.value.removeprefix(before))
        return term

    found = []
    for quad in statements:
        subject, term = moved(quad.subject), moved(quad.object)
        if quad.predicate == notation and getattr(subject, "value", "").startswith(new_framework + "/"):
            term = ox.Literal(slug)
        found.append(ox.Quad(subject, quad.predicate, term))
    return found


def _unread(statements: list[ox.Quad], path: Path) -> list[Finding]:
    """What the file says and no record holds. Raises :class:`DataError` for unknown classes, and for none of ours."""
    import pyoxigraph as ox

    from harmonizer.knowledge.rdf import PROPERTIES

    known = PROPERTIES
    kind = ox.NamedNode(expand("rdf:type"))
    classes: dict[str, set[str]] = defaultdict(set)
    blank = 0
    for quad in statements:
        if not isinstance(quad.subject, ox.NamedNode):
            blank += 1
        elif quad.predicate == kind:
            classes[quad.subject.value].add(quad.object.value)  # type: ignore[union-attr]
    stated = {one for types in classes.values() for one in types}
    if unknown := sorted(one for one in stated if one.startswith(HZ) and one not in known):
        near = nearest(_short(unknown[0]), map(_short, known))
        raise DataError(f"unknown class {_short(unknown[0])}{did_you_mean(near)}", file=path)
    if not stated & set(known):
        raise DataError("no node of our ontology; expected some of " + ", ".join(map(_short, known)), file=path)
    unread: Counter[tuple[str, str]] = Counter()
    for quad in statements:
        types = classes.get(getattr(quad.subject, "value", ""), set()) & set(known)
        for one in types:
            if quad.predicate != kind and quad.predicate.value not in known[one]:
                unread[one, quad.predicate.value] += 1
    findings = [
        Finding(_short(one), f"{_short(predicate)} of {count:,} nodes is not read"
                + did_you_mean(nearest(_short(predicate), map(_short, known[one]), 1)))
        for (one, predicate), count in sorted(unread.items())
    ]  # fmt: skip
    if blank:
        findings.append(Finding(path.name, f"{blank:,} statements about nodes without a name are not read"))
    return findings


def _short(iri: str) -> str:
    for prefix in ("hz", "skos", "dct", "sssom", "odrl"):
        if iri.startswith(PREFIXES[prefix]):
            return f"{prefix}:{iri.removeprefix(PREFIXES[prefix])}"
    return f"<{iri}>"
