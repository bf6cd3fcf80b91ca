"""IRIs and prefixes: how the things of the domain are named in RDF.

Ids are percent-encoded into IRIs in one place, :func:`requirement_iri`; ``skos:notation`` carries the id as written.
"""

from __future__ import annotations

from functools import cache
from urllib.parse import quote, unquote

BASE = "https://w3id.org/harmonizer/"
HZ = BASE + "ns#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
ODRL = "http://www.w3.org/ns/odrl/2/"
SSSOM = "https://w3id.org/sssom/"
SEMAPV = "https://w3id.org/semapv/vocab/"

PREFIXES = {
    "hz": HZ, "rdf": RDF, "rdfs": RDFS, "owl": OWL, "xsd": XSD, "skos": SKOS, "dct": DCT, "prov": PROV,
    "odrl": ODRL, "sssom": SSSOM, "semapv": SEMAPV,
    "objective": BASE + "objective/", "dimension": BASE + "dimension/", "control": BASE + "control/",
    "tag": BASE + "tag/", "framework": BASE + "framework/", "mapping": BASE + "mapping/",
    "tension": BASE + "tension/", "constraint": BASE + "constraint/", "date": BASE + "date/",
    "level": BASE + "level/", "satisfaction": BASE + "satisfaction/",
}  # fmt: skip

ONTOLOGY_GRAPH = BASE + "ontology"
CONTROLS_GRAPH = BASE + "controls"
TENSIONS_GRAPH = BASE + "tensions"

RELATION_PREDICATES = {
    "equal": "skos:exactMatch",
    "subset-of": "skos:broadMatch",
    "superset-of": "skos:narrowMatch",
    "intersects-with": "skos:relatedMatch",
    "no-relationship": "skos:relatedMatch",  # with predicate_modifier Not
}


def framework_iri(key: str) -> str:
    """IRI of the framework version ``slug@version``; it also names the version's graph."""
    slug, _, version = key.partition("@")
    return f"{BASE}framework/{quote(slug, safe='')}/{quote(version, safe='')}"


def mapping_set_iri(key: str) -> str:
    """IRI of the graph of a mapping set: ours of the framework version ``slug@version``, or a published one's id."""
    slug, at, version = key.partition("@")
    return f"{BASE}mapping-set/{quote(slug, safe='')}" + (f"/{quote(version, safe='')}" if at else "")


def requirement_iri(key: str) -> str:
    """IRI of the requirement ``slug@version:id``."""
    framework, _, identifier = key.partition(":")
    return f"{framework_iri(framework)}/{quote(identifier, safe='')}"


def framework_key(iri: str) -> str:
    """``slug@version`` of a framework IRI."""
    slug, _, version = iri.removeprefix(BASE + "framework/").partition("/")
    return f"{unquote(slug)}@{unquote(version)}"


def requirement_key(iri: str) -> str:
    """``slug@version:id`` of a requirement IRI."""
    framework, _, identifier = iri.rpartition("/")
    return f"{framework_key(framework)}:{unquote(identifier)}"


@cache
def expand(name: str) -> str:
    """Full IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local
