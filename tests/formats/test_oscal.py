"""OSCAL catalogs and profiles come in from JSON, XML and YAML, and go out as they came."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli
from harmonizer.errors import DataError, UsageError
from harmonizer.formats.oscal.catalog import faults, parameters, places, readable, statement
from harmonizer.formats.oscal.documents import Document, read
from harmonizer.formats.oscal.frameworks import export_catalog
from harmonizer.formats.oscal.reading import read as read_all
from harmonizer.formats.oscal.reading import recognise
from harmonizer.formats.oscal.resolve import resolve
from harmonizer.formats.workspace_files import Import, workspace_files, write
from tests.conftest import ROOT

NIST = ROOT.parent / "shared" / "samples" / "nist"
CATALOG = NIST / "NIST_SP-800-53_rev5.0.1_catalog_oscal1.0.0-min.json"
PROFILE = NIST / "NIST_SP-800-53_rev5_PRIVACY-baseline_profile.json"
RESOLVED = NIST / "NIST_SP-800-53_rev5_PRIVACY-baseline-resolved-profile_catalog-min.json"
samples = pytest.mark.skipif(not NIST.is_dir(), reason="the samples of NIST are not beside the repository")

UUID = "11111111-2222-4333-8444-555555555555"
METADATA = {"title": "Own", "last-modified": "2026-01-01T00:00:00Z", "version": "1.0", "oscal-version": "1.1.2"}
SMALL: dict[str, Any] = {
    "uuid": UUID,
    "metadata": METADATA,
    "groups": [{
        "id": "a", "title": "Access",
        "controls": [
            {"id": "a-1", "title": "Accounts",
             "params": [{"id": "a-1_p", "label": "time"},
                        {"id": "a-1_q", "select": {"how-many": "one-or-more", "choice": ["daily", "{{ insert: param, a-1_p }}"]}}],
             "props": [{"name": "label", "value": "A-1"}],
             "parts": [{"id": "a-1_s", "name": "statement", "prose": "Review accounts every {{ insert: param, a-1_p }}.",
                        "parts": [{"id": "a-1_s.a", "name": "item", "props": [{"name": "label", "value": "a."}],
                                   "prose": "Repeat {{ insert: param, a-1_q }}."}]},
                       {"id": "a-1_g", "name": "guidance", "prose": "Advice."}],
             "controls": [{"id": "a-1.1", "title": "By machine"}, {"id": "a-1.2", "title": "By hand"}]},
            {"id": "a-2", "title": "Gone", "props": [{"name": "status", "value": "withdrawn"}],
             "links": [{"href": "#a-1", "rel": "incorporated-into"}]},
        ]},
        {"id": "b", "title": "Backups", "controls": [{"id": "b-1", "title": "Made"}]}],
}  # fmt: skip


def document(body: dict[str, Any], kind: str = "catalog", name: str = "small.json") -> Document:
    return Document(Path(name), kind, copy.deepcopy(body))


def profile(imports: list[dict[str, Any]] | None = None, **more: Any) -> Document:
    body = {"uuid": UUID[:-1] + "6", "metadata": METADATA, "imports": imports or [{"href": "small.json"}]}
    return document(body | more, "profile", "profile.json")


def ids(found: Document) -> list[str]:
    return [place.id for place in places(found.body) if place.kind == "control"]


def control(found: Document, identifier: str) -> dict[str, Any]:
    return next(place.value for place in places(found.body) if place.id == identifier)


def read_framework_files(paths: list[Path], slug: str = "") -> Import:
    """What a catalog would bring in; no index is needed for it."""
    return workspace_files(read_all(paths, slug), hz.load)  # type: ignore[arg-type]


# What the documents of NIST hold


@samples
def test_the_catalog_of_800_53_has_its_controls_and_parameters(tmp_path: Path) -> None:
    found = read_framework_files([CATALOG], "own")
    assert {key: found.figures[key] for key in ("controls", "withdrawn", "parameters", "findings")} == {
        "controls": 1189, "withdrawn": 182, "parameters": 1258, "findings": 0}  # fmt: skip
    rows = list(csv.DictReader(found.files["data/frameworks/own/requirements.csv"].splitlines()))
    by_id = {row["id"]: row for row in rows}
    assert (by_id["ac-2.1"]["parent"], by_id["ac-2"]["parent"]) == ("ac-2", "ac")
    assert by_id["ac-3.1"]["summary"] == "Withdrawn. See ac-6."
    assert "[assignment: organization-defined personnel or roles]" in by_id["ac-1"]["summary"]


@samples
def test_what_came_in_as_json_goes_out_deep_equal(tmp_path: Path) -> None:
    for path in (CATALOG, RESOLVED, *NIST.glob("oscal-examples/catalog/json/*.json")):
        write(read_framework_files([path], "own"), tmp_path)
        assert export_catalog(tmp_path, "own", tmp_path / "out.json") == []
        assert json.loads((tmp_path / "out.json").read_text()) == json.loads(path.read_text()), path.name


@samples
def test_the_privacy_baseline_resolves_to_the_controls_of_nists_own_resolution() -> None:
    selected = {name for call in read(PROFILE).body["imports"][0]["include-controls"] for name in call["with-ids"]}
    found, told = resolve(read(PROFILE), [read(CATALOG)])
    assert ids(found) == ids(read(RESOLVED))
    assert (len(ids(found)), len(selected), len(set(ids(found)) - selected)) == (102, 96, 6)
    assert ["the only catalog" in str(one) for one in told] == [True]


@samples
def test_the_cybersecurity_framework_comes_in_from_xml() -> None:
    found = read(NIST / "NIST_CSF_v2.0_catalog.xml")
    assert len(ids(found)) == 219
    assert control(found, "GV.OC-01")["title"] == "GV.OC-01"
    assert statement(control(found, "GV.OC-01"), {}) == (
        "The organizational mission is understood and informs cybersecurity risk management"
    )
    assert control(found, "GV.OC-01")["props"][0]["remarks"] == "1st Party Risk"
    assert faults(found) == []


# The three notations


def test_the_three_notations_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"catalog": SMALL}))
    (tmp_path / "a.yaml").write_text(YAML)
    (tmp_path / "a.xml").write_text(XML)
    (tmp_path / "y.json").write_text(json.dumps({"catalog": NOTATED}))
    expected = read(tmp_path / "y.json").body
    assert read(tmp_path / "a.yaml").body == expected
    assert read(tmp_path / "a.xml").body == expected
    assert all(recognise(path.read_bytes()) for path in tmp_path.iterdir())


NOTATED: dict[str, Any] = {
    "uuid": UUID,
    "metadata": {"title": "NO *norm*", "last-modified": "2026-01-01T00:00:00Z", "version": "1.10", "oscal-version": "1.2.0"},
    "params": [{"id": "p", "label": "hours", "values": ["12:30"], "constraints": [{"description": "at most a day"}]}],
    "controls": [{
        "id": "c-1", "class": "own", "title": "On", "props": [{"name": "label", "value": "1.10"}],
        "links": [{"href": "#p", "rel": "related", "text": "the hours"}],
        "parts": [{"id": "c-1_s", "name": "statement", "prose": "Wait {{ insert: param, p }} **here**.\n\nThen:\n\n- go\n- stop"}]}],
}  # fmt: skip
YAML = """\
catalog:
  uuid: 11111111-2222-4333-8444-555555555555
  metadata: {title: NO *norm*, last-modified: 2026-01-01T00:00:00Z, version: 1.10, oscal-version: 1.2.0}
  params:
  - {id: p, label: hours, values: [12:30], constraints: [{description: at most a day}]}
  controls:
  - id: c-1
    class: own
    title: On
    props: [{name: label, value: 1.10}]
    links: [{href: '#p', rel: related, text: the hours}]
    parts:
    - id: c-1_s
      name: statement
      prose: "Wait {{ insert: param, p }} **here**.\\n\\nThen:\\n\\n- go\\n- stop"
"""
XML = """\
<?xml version="1.0"?>
<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0" uuid="11111111-2222-4333-8444-555555555555">
  <metadata><title>NO <em>norm</em></title><last-modified>2026-01-01T00:00:00Z</last-modified>
    <version>1.10</version><oscal-version>1.2.0</oscal-version></metadata>
  <param id="p"><label>hours</label><constraint><description><p>at most
    a day</p></description></constraint><value>12:30</value></param>
  <control id="c-1" class="own"><title>On</title><prop name="label" value="1.10"/>
    <link href="#p" rel="related"><text>the hours</text></link>
    <part id="c-1_s" name="statement"><p>Wait <insert type="param" id-ref="p"/> <strong>here</strong>.</p><p>Then:</p>
      <ul><li>go</li><li>stop</li></ul></part></control>
</catalog>
"""


# Reading


def test_parameters_are_readable_in_the_statement() -> None:
    known = parameters(SMALL)
    assert statement(control(document(SMALL), "a-1"), known) == (
        "Review accounts every [assignment: time]. a. Repeat [selection (one or more): daily; [assignment: time]]."
    )


def test_a_parameter_with_values_reads_as_its_values() -> None:
    assert readable("every {{ insert: param, p }}", {"p": {"id": "p", "label": "time", "values": ["90 days"]}}) == (
        "every 90 days"
    )


def test_parameters_that_insert_each_other_end() -> None:
    known = {"p": {"id": "p", "select": {"choice": ["{{ insert: param, p }}", "x"]}}}
    assert "[assignment: p]" in readable("{{ insert: param, p }}", known)


def test_faults_are_listed_with_their_place() -> None:
    body = copy.deepcopy(SMALL)
    body["groups"][1]["controls"].append({"id": "b-1", "title": "", "links": [{"href": "#nowhere"}],
                                          "parts": [{"name": "statement", "prose": "{{ insert: param, none }}"}]})  # fmt: skip
    assert [str(one) for one in faults(document(body))] == [
        "catalog.groups[1].controls[1]: the id 'b-1' stands already at catalog.groups[1].controls[0]",
        "catalog.groups[1].controls[1]: b-1 has no title",
        "catalog.groups[1].controls[1].links: #nowhere leads nowhere in this document",
        "catalog.groups[1].controls[1] part: the parameter 'none' is inserted, not defined",
    ]


VALID = f'"uuid": "{UUID}", "metadata": {json.dumps(METADATA)}'


@pytest.mark.parametrize(("content", "message"), [
    ("[]", "one object with one key"),
    ("{}", "no OSCAL document"),
    ('{"system-security-plan": {}}', "system-security-plan are not read"),
    ('{"catalog": []}', "expected to be an object"),
    ('{"catalog": {"metadata": {"oscal-version": "2.0"}}}', "catalog.metadata.oscal-version: '2.0' is not read"),
    ('{"catalog": {"metadata": {}}}', "catalog.metadata.oscal-version"),
    ('{"catalog": {@, "controls": {"id": "a"}}}', 'catalog.controls: {"id":"a"} is not of type "array"'),
    ('{"catalog": {@, "groups": [{"title": "A", "controls": [7]}]}}', "catalog.groups[0].controls[0]: 7 is not of type"),
    ('{"catalog": {@, "controls": [{"id": 7, "title": "A"}]}}', "catalog.controls[0].id: 7 is not of type"),
    ('{"catalog": {@, "controls": [{"title": "A"}]}}', 'catalog.controls[0]: "id" is a required property'),
    ('{"catalog": {@, "controls": [{"id": "a", "title": "A", "name": "A"}]}}', "'name' was unexpected"),
    ('{"catalog": {@, "params": []}}', "catalog.params: [] has less than 1 item"),
    ('{"profile": {@, "imports": [{"href": "#a", "include-controls": [{"with-ids": "a"}]}]}}',
     'profile.imports[0].include-controls[0].with-ids: "a" is not of type "array"'),
    ("<catalog/>", "expected one in the namespace"),
    ("plain words", "one object with one key"),
    ("", "one object with one key"),
])  # fmt: skip
def test_what_is_no_oscal_is_refused_with_its_place(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text(content.replace("@", VALID))
    with pytest.raises(DataError) as caught:
        read(tmp_path / "x")
    assert message in str(caught.value)


def test_of_many_violations_the_first_are_told(tmp_path: Path) -> None:
    body = SMALL | {"controls": [{"id": f"x{number}", "title": number} for number in range(40)]}
    (tmp_path / "x").write_text(json.dumps({"catalog": body}))
    with pytest.raises(DataError, match=r"5 problems found(?s:.*)catalog.controls\[4\].title: 4 is not of type"):
        read(tmp_path / "x")


def test_a_long_value_is_abridged_in_a_message(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(json.dumps({"catalog": SMALL | {"controls": "long " * 1000}}))
    with pytest.raises(DataError) as caught:
        read(tmp_path / "x")
    assert len(caught.value.message) < 150


@samples
@pytest.mark.parametrize("path", sorted(NIST.rglob("*.json")) + sorted(NIST.rglob("*.xml")), ids=lambda path: path.name)
def test_every_sample_of_nist_is_read_or_refused_by_its_kind(path: Path) -> None:
    """What is not read is refused for its kind alone: no sample breaks the schema, in JSON or XML."""
    try:
        assert read(path).body
    except DataError as error:
        assert "documents of the kind" in error.message


@samples
@pytest.mark.parametrize("path", [CATALOG, PROFILE, NIST / "oscal-examples/component-definition/json/example-component.json"],
                         ids=lambda path: path.name)  # fmt: skip
def test_a_sample_written_as_yaml_reads_the_same(path: Path, tmp_path: Path) -> None:
    import yaml

    content = json.loads(path.read_text())
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    (tmp_path / "x.yaml").write_text(yaml.dump(content, Dumper=dumper, sort_keys=False))
    found = read(tmp_path / "x.yaml")
    assert {found.kind: found.body} == content


@pytest.mark.parametrize("version", ["1.0.0", "1.0.6", "1.1.3", "v1.1.3", "1.2.0"])
def test_the_versions_1_0_to_1_2_are_read(version: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text(json.dumps({"catalog": SMALL | {"metadata": METADATA | {"oscal-version": version}}}))
    assert len(ids(read(tmp_path / "x"))) == 5


# Resolving


def resolved(one: Document, *given: Document) -> Document:
    found, told = resolve(one, given or [document(SMALL)])
    assert told == []
    return found


@pytest.mark.parametrize(("one", "expected"), [
    ({}, ["a-1", "a-1.1", "a-1.2", "a-2", "b-1"]),
    ({"include-all": {}, "exclude-controls": [{"with-ids": ["a-2"]}]}, ["a-1", "a-1.1", "a-1.2", "b-1"]),
    ({"include-controls": [{"with-ids": ["a-1"]}]}, ["a-1"]),
    ({"include-controls": [{"with-ids": ["a-1"], "with-child-controls": "yes"}]}, ["a-1", "a-1.1", "a-1.2"]),
    ({"include-controls": [{"with-ids": ["a-1"], "with-child-controls": "yes"}],
      "exclude-controls": [{"matching": [{"pattern": "*.2"}]}]}, ["a-1", "a-1.1"]),
    ({"include-controls": [{"matching": [{"pattern": "?-1"}]}]}, ["a-1", "b-1"]),
    ({"exclude-controls": [{"with-ids": ["a-1"], "with-child-controls": "yes"}]}, ["a-2", "b-1"]),
])  # fmt: skip
def test_controls_are_selected(one: dict[str, Any], expected: list[str]) -> None:
    assert ids(resolved(profile([{"href": "../other/small.json"} | one]))) == expected


def test_as_is_keeps_the_groups_and_the_controls_above() -> None:
    found = resolved(profile([{"href": "small.json", "include-controls": [{"with-ids": ["a-1.2"]}]}],
                             merge={"as-is": True}))  # fmt: skip
    assert [group["id"] for group in found.body["groups"]] == ["a"]
    assert ids(found) == ["a-1", "a-1.2"]


def test_flat_leaves_groups_and_hierarchy_out() -> None:
    found = resolved(profile(merge={"flat": {}}))
    assert "groups" not in found.body
    assert all("controls" not in one for one in found.body["controls"])


def test_a_profile_can_have_groups_of_its_own() -> None:
    custom = {"groups": [{"id": "x", "title": "X", "insert-controls": [
        {"order": "descending", "include-controls": [{"matching": [{"pattern": "*-1"}]}]}]}]}  # fmt: skip
    found, told = resolve(profile(merge={"custom": custom}), [document(SMALL)])
    assert [one["id"] for one in found.body["groups"][0]["controls"]] == ["b-1", "a-1"]
    assert [str(one) for one in told] == ["profile.merge.custom: selected, but in no group: a-1.1, a-1.2, a-2"]


@pytest.mark.parametrize(("method", "times"), [("keep", 2), ("use-first", 1)])
def test_controls_imported_twice_are_combined(method: str, times: int) -> None:
    one = {"href": "small.json", "include-controls": [{"with-ids": ["b-1"]}]}
    found, told = resolve(profile([one, one], merge={"combine": {"method": method}, "flat": {}}), [document(SMALL)])
    assert ids(found) == ["b-1"] * times
    assert len(told) == times - 1


def test_parameters_are_set() -> None:
    setting = {"param-id": "a-1_p", "values": ["P30D"], "constraints": [{"description": "at most 90 days"}]}
    found = resolved(profile(modify={"set-parameters": [setting]}))
    assert parameters(found.body)["a-1_p"] == {"id": "a-1_p", "label": "time", "values": ["P30D"],
                                               "constraints": [{"description": "at most 90 days"}]}  # fmt: skip
    assert statement(control(found, "a-1"), parameters(found.body)).startswith("Review accounts every P30D.")


@pytest.mark.parametrize(("addition", "expected"), [
    ({}, ["a-1_s", "a-1_g", "new"]),
    ({"position": "starting"}, ["new", "a-1_s", "a-1_g"]),
    ({"position": "before", "by-id": "a-1_g"}, ["a-1_s", "new", "a-1_g"]),
    ({"position": "after", "by-id": "a-1_s"}, ["a-1_s", "new", "a-1_g"]),
    ({"position": "ending", "by-id": "a-1_s"}, ["a-1_s", "a-1_g"]),
])  # fmt: skip
def test_parts_are_added_where_the_profile_says(addition: dict[str, str], expected: list[str]) -> None:
    change = {"control-id": "a-1", "adds": [addition | {"parts": [{"id": "new", "name": "item", "prose": "More."}]}]}
    found = resolved(profile(modify={"alters": [change]}))
    parts = control(found, "a-1")["parts"]
    assert [part["id"] for part in parts] == expected
    if addition.get("position") == "ending":
        assert [part["id"] for part in parts[0]["parts"]] == ["a-1_s.a", "new"]


@pytest.mark.parametrize(("removal", "gone"), [
    ({"by-name": "guidance"}, "Advice."), ({"by-id": "a-1_s.a"}, "Repeat"),
    ({"by-item-name": "prop"}, '"A-1"'), ({"by-name": "label", "by-item-name": "prop"}, '"A-1"'),
])  # fmt: skip
def test_what_the_profile_names_is_removed(removal: dict[str, str], gone: str) -> None:
    found = resolved(profile(modify={"alters": [{"control-id": "a-1", "removes": [removal]}]}))
    assert gone in json.dumps(SMALL)
    assert gone not in json.dumps(found.body)


def test_what_a_profile_names_and_nothing_has_is_listed() -> None:
    one = profile([{"href": "small.json", "include-controls": [{"with-ids": ["a-1", "a-9"]}]}],
                  modify={"set-parameters": [{"param-id": "zz"}],
                          "alters": [{"control-id": "b-1"}, {"control-id": "a-1", "removes": [{"by-id": "zz"}],
                                                             "adds": [{"by-id": "yy", "parts": []}]}]})  # fmt: skip
    assert [str(fault) for fault in resolve(one, [document(SMALL)])[1]] == [
        "profile.imports[0].include-controls[0]: the imported catalog has no control 'a-9'",
        "profile.modify.set-parameters[0]: no parameter 'zz' in the result",
        "profile.modify.alters[0]: no control 'b-1' in the result",
        "profile.modify.alters[1]: nothing in a-1 matches the removal {'by-id': 'zz'}",
        "profile.modify.alters[1]: a-1 holds nothing with the id 'yy' to add at",
    ]


def test_profiles_import_profiles() -> None:
    inner = profile([{"href": "small.json", "include-controls": [{"matching": [{"pattern": "a-*"}]}]}])
    inner = Document(Path("inner.json"), "profile", inner.body)
    outer = profile([{"href": "#r", "exclude-controls": [{"with-ids": ["a-2"]}]}],
                    **{"back-matter": {"resources": [{"uuid": "r", "rlinks": [{"href": "x/inner.xml"}]}]}})  # fmt: skip
    assert ids(resolved(outer, inner, document(SMALL))) == ["a-1", "a-1.1", "a-1.2"]


def test_imports_in_a_circle_are_refused() -> None:
    one, other = profile([{"href": "b.json"}]).body, profile([{"href": "a.json"}]).body
    a, b = Document(Path("a.json"), "profile", one), Document(Path("b.json"), "profile", other)
    with pytest.raises(DataError, match=r"circle: a\.json -> b\.json -> a\.json"):
        resolve(a, [a, b])


def test_an_import_that_was_not_given_is_never_fetched() -> None:
    with pytest.raises(DataError, match=r"imports c\.json, which is not among the files given"):
        resolve(profile([{"href": "https://example.org/c.json"}]), [])


def test_resolving_changes_no_source_and_is_repeatable() -> None:
    source = document(SMALL)
    one = profile(modify={"set-parameters": [{"param-id": "a-1_p", "values": ["x"]}]}, merge={"as-is": True})
    assert resolve(one, [source])[0].body == resolve(one, [source])[0].body
    assert source.body == SMALL


# The workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "own.json").write_text(json.dumps({"catalog": SMALL}))
    arguments = ["import", "oscal", str(tmp_path / "own.json"), "--workspace", str(tmp_path / "w"), "--format", "json"]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    return tmp_path / "w"


def test_an_imported_catalog_stands_beside_the_bundled_frameworks(workspace: Path) -> None:
    kg = hz.load(workspace)
    table = {row["id"]: row for row in kg.requirements("own")}
    assert list(table) == ["a", "a-1", "a-1.1", "a-1.2", "a-2", "b", "b-1"]
    assert (table["a-2"]["kind"], table["a-2"]["summary"]) == ("heading", "Withdrawn. See a-1.")


def test_a_title_changed_in_the_workspace_goes_out_and_the_rest_is_told(workspace: Path, tmp_path: Path) -> None:
    table = workspace / "data" / "frameworks" / "own" / "requirements.csv"
    table.write_text(table.read_text().replace(",Made,", ",Made daily,").replace("Withdrawn. See", "See"))
    arguments = ["export", "oscal-catalog", "own", "-o", str(tmp_path / "o.json"), "--workspace", str(workspace)]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    assert "a-2: its summary was changed" in result.output
    expected = copy.deepcopy(SMALL)
    expected["groups"][1]["controls"][0]["title"] = "Made daily"
    assert json.loads((tmp_path / "o.json").read_text()) == {"catalog": expected}


@pytest.mark.parametrize("content", ['{"catalog": {', '{"catalog": {"metadata": {"oscal-version": "1.1.2"}, "controls": '
                                     '[{"id": "x"}, {"id": "x"}]}}', "<!DOCTYPE a><a/>"])  # fmt: skip
def test_a_bad_file_leaves_the_workspace_untouched(content: str, workspace: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    (tmp_path / "own.json").write_text(content)
    arguments = ["import", "oscal", str(tmp_path / "own.json"), "--workspace", str(workspace)]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 3, result.output
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


def test_a_bundled_framework_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "hipaa.json").write_text(json.dumps({"catalog": SMALL}))
    with pytest.raises(UsageError, match="bundled"):
        read_framework_files([tmp_path / "hipaa.json"])
