"""Profiles, mapping-collections and component-definitions in OSCAL's XML say what they say in its JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harmonizer.formats.oscal.documents import read

UUID = "11111111-2222-4333-8444-555555555555"
HEAD = f"""xmlns="http://csrc.nist.gov/ns/oscal/1.0" uuid="{UUID}">
  <metadata><title>Own</title><last-modified>2026-01-01T00:00:00Z</last-modified><version>1</version>
    <oscal-version>1.2.0</oscal-version>
    <party uuid="{UUID}" type="organization"><name>Own press</name>
      <email-address>own@own.example</email-address></party></metadata>"""
METADATA: dict[str, Any] = {
    "title": "Own", "last-modified": "2026-01-01T00:00:00Z", "version": "1", "oscal-version": "1.2.0",
    "parties": [{"uuid": UUID, "type": "organization", "name": "Own press", "email-addresses": ["own@own.example"]}],
}  # fmt: skip
PROFILE = """
  <import href="a.xml"><include-controls with-child-controls="yes"><with-id>a-1</with-id><with-id>a-2</with-id>
    <matching pattern="b-*"/></include-controls><exclude-controls><with-id>a-3</with-id></exclude-controls></import>
  <import href="b.xml"><include-all/></import>
  <merge><combine method="use-first"/><as-is>true</as-is></merge>
  <modify><set-parameter param-id="a-1_p"><label>time</label><constraint><description><p>at least <em>daily</em></p>
      </description></constraint><value>1 day</value></set-parameter>
    <alter control-id="a-1"><remove by-name="guidance"/><add position="ending" by-id="a-1_s"><prop name="label" value="z"/>
      <part id="n" name="item"><p>More.</p></part></add></alter></modify>"""
MAPPINGS = f"""
  <provenance><method>human</method><matching-rationale>semantic</matching-rationale><status>complete</status>
    <mapping-description><p>By hand.</p></mapping-description></provenance>
  <mapping uuid="{UUID}"><source-resource type="catalog" href="a.xml"/><target-resource type="catalog" href="b.xml"/>
    <map uuid="{UUID}"><relationship>subset-of</relationship><source type="control" id-ref="a-1"/>
      <target type="control" id-ref="b-1"/><target type="control" id-ref="b-2"/>
      <remarks><p>Both lock.</p></remarks></map></mapping>"""
COMPONENTS = f"""
  <component uuid="{UUID}" type="software"><title>Gate</title><description><p>Keeps gates.</p></description>
    <purpose>To <strong>keep</strong></purpose>
    <protocol uuid="{UUID}" name="https"><port-range start="443" end="444" transport="TCP"/></protocol>
    <control-implementation uuid="{UUID}" source="#x"><description><p>How</p></description>
      <set-parameter param-id="a-1_p"><value>1 day</value></set-parameter>
      <implemented-requirement uuid="{UUID}" control-id="a-1"><description><p>It does.</p></description>
        <statement statement-id="a-1_s" uuid="{UUID}"><description><p>Daily.</p><ul><li>one</li></ul></description>
        </statement></implemented-requirement></control-implementation></component>"""


@pytest.mark.parametrize(("kind", "content", "expected"), [
    ("profile", PROFILE, {
        "imports": [{"href": "a.xml", "include-controls": [{"with-child-controls": "yes", "with-ids": ["a-1", "a-2"],
                                                            "matching": [{"pattern": "b-*"}]}],
                     "exclude-controls": [{"with-ids": ["a-3"]}]}, {"href": "b.xml", "include-all": {}}],
        "merge": {"combine": {"method": "use-first"}, "as-is": True},
        "modify": {"set-parameters": [{"param-id": "a-1_p", "label": "time", "values": ["1 day"],
                                       "constraints": [{"description": "at least *daily*"}]}],
                   "alters": [{"control-id": "a-1", "removes": [{"by-name": "guidance"}],
                               "adds": [{"position": "ending", "by-id": "a-1_s", "props": [{"name": "label", "value": "z"}],
                                         "parts": [{"id": "n", "name": "item", "prose": "More."}]}]}]}}),
    ("mapping-collection", MAPPINGS, {
        "provenance": {"method": "human", "matching-rationale": "semantic", "status": "complete",
                       "mapping-description": "By hand."},
        "mappings": [{"uuid": UUID, "source-resource": {"type": "catalog", "href": "a.xml"},
                      "target-resource": {"type": "catalog", "href": "b.xml"},
                      "maps": [{"uuid": UUID, "relationship": "subset-of", "sources": [{"type": "control", "id-ref": "a-1"}],
                                "targets": [{"type": "control", "id-ref": "b-1"}, {"type": "control", "id-ref": "b-2"}],
                                "remarks": "Both lock."}]}]}),
    ("component-definition", COMPONENTS, {
        "components": [{"uuid": UUID, "type": "software", "title": "Gate", "description": "Keeps gates.",
                        "purpose": "To **keep**", "protocols": [{"uuid": UUID, "name": "https", "port-ranges": [
                            {"start": 443, "end": 444, "transport": "TCP"}]}],
                        "control-implementations": [{"uuid": UUID, "source": "#x", "description": "How",
                            "set-parameters": [{"param-id": "a-1_p", "values": ["1 day"]}],
                            "implemented-requirements": [{"uuid": UUID, "control-id": "a-1", "description": "It does.",
                                "statements": [{"statement-id": "a-1_s", "uuid": UUID,
                                                "description": "Daily.\n\n- one"}]}]}]}]}),
])  # fmt: skip
def test_a_document_says_the_same_in_xml(kind: str, content: str, expected: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(f"<{kind} {HEAD}{content}\n</{kind}>")
    assert read(tmp_path / "x.xml").body == {"uuid": UUID, "metadata": METADATA, **expected}
