"""One small valid file of each format that is read here, made from text and by openpyxl."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

REQUIREMENTS = "framework,id,parent,title\nown,1,,Access\nown,1.1,1,Logical access\nown,1.2,1,Backups\n"
SSSOM = (
    '#mapping_set_title: "Acme to ours"\n#mapping_provider: "Acme"\n#license: https://creativecommons.org/licenses/by/4.0/\n'
    "#curie_map:\n#  law: https://w3id.org/harmonizer/framework/hipaa/2013/\n"
    "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"
    "law:164.312%28b%29\tskos:broadMatch\tgdpr:Article 32(1)\tsemapv:LexicalMatching\t0.8\n"
    "acme:A.1\tskos:exactMatch\tgdpr:Art.99999\tsemapv:ManualMappingCuration\t\n"
)
OLIR = (
    "Focal Document Element,Rationale,Relationship,Reference Document Element,Group Identifier (optional),"
    "Comments (optional),Strength of Relationship (optional)\n"
    "164.312(b),functional,subset of,Art.32(1),,logs,8\n164.312(d),semantic,equal,Art.32(1)(b),X:G1,,\n164.312(c)(1),,,N/A,,,\n"
)
LIST = (
    'Control ID,Domain,Control Name,Description\nA-1,Access,Accounts,"Accounts have\nowners."\nA-2,Access,Keys,\n'
    "B-1,Backups,Copies,Copies are made.\n"
)
TURTLE = """@prefix hz: <https://w3id.org/harmonizer/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <https://w3id.org/harmonizer/framework/> .
<own/1> a hz:FrameworkVersion ; skos:notation "own" ; hz:version "1" ; dct:title "Own rules" ; hz:shortTitle "Own" ;
  dct:publisher "Us" ; hz:kind "standard" ; dct:source "https://example.org" ; dct:license "ours" ; hz:textStatus "own" ;
  hz:mappingLicence "ours" ; hz:reading "plain" .
<own/1/A> a hz:Requirement ; hz:kind "requirement" ; hz:modality "required" ; dct:title "Access" ;
  hz:reviewState "draft" ; hz:position 1 .
"""
JSON_LD = """{"@context": {"hz": "https://w3id.org/harmonizer/ns#", "dct": "http://purl.org/dc/terms/",
 "skos": "http://www.w3.org/2004/02/skos/core#"}, "@graph": [
 {"@id": "https://w3id.org/harmonizer/framework/own/1", "@type": "hz:FrameworkVersion", "skos:notation": "own",
  "hz:version": "1", "dct:title": "Own rules", "hz:textStatus": "own", "hz:reading": "plain"},
 {"@id": "https://w3id.org/harmonizer/framework/own/1/A", "@type": "hz:Requirement", "hz:kind": "requirement",
  "hz:modality": "required", "dct:title": "Access", "hz:reviewState": "draft", "hz:position": 1}]}
"""


def workbook(**sheets: list[list[Any]]) -> bytes:
    """An .xlsx file of these rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


STRM = workbook(
    Mapping=[
        ["Set Theory Relationship Mapping (STRM)"],
        ["Focal Document:", "HIPAA"],
        [],
        ["FDE #", "FDE Name", "Focal Document Element (FDE) Description", "STRM\nRationale", "STRM\nRelationship",
         "SCF Control", "SCF #", "Strength of Relationship (optional)"],
        ["164.312(b)", "Audit controls", "...", "Functional", "Intersects With", "Monitoring", "MON-01", 5],
        ["164.312(d)", "Authentication", "...", "Functional", "Subset Of", "Identification", "IAC-02", 10],
    ]
)  # fmt: skip

SAMPLES: dict[str, bytes] = {
    "tables": REQUIREMENTS.encode(), "sssom": SSSOM.encode(), "strm": STRM, "rdf": TURTLE.encode(),
    "sheet": LIST.encode(),
}  # fmt: skip
"""By format; those of the document readers are built in their own tests."""
