"""The organisation file: what is wrong is said with its line, and what it says decides what applies."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli
from harmonizer.errors import CollectedDataError, DataError, UsageError
from harmonizer.programme import new_workspace
from harmonizer.programme.organisation import FILE_NAME, read_organisation
from tests.conftest import ROOT

EXAMPLE = ROOT / "data" / "examples" / "ai-platform" / FILE_NAME

SMALL = """\
name: Small
roles: [service-organization]
jurisdictions: [us, eu]
systems:
  - id: product
    name: Product
    roles: [{role}]
stores:
  - {{id: main, name: Main, system: product, data: [{data}]}}
"""
WITH_AI = """\
ai_systems:
  - {{id: model, name: Model, system: product, purpose: Scores, roles: [{role}], risk: {risk}}}
"""

Written = Callable[[str], hz.Harmonizer]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Loads the graph for an organisation file with this text."""

    def load(text: str) -> hz.Harmonizer:
        path = tmp_path / FILE_NAME
        path.write_text(text, encoding="utf-8")
        return hz.load(organisation=path)

    return load


@pytest.fixture(scope="session")
def platform() -> hz.Harmonizer:
    """The bundled AI platform."""
    return hz.load(organisation=EXAMPLE)


def applying(kg: hz.Harmonizer, framework: str) -> set[str]:
    """Ids of the framework's requirements that apply."""
    return {str(row["requirement"]).partition(":")[2] for row in kg.applicability(framework) if row["applies"] == "yes"}


def articles(ids: set[str]) -> set[str]:
    """The articles that the ids belong to."""
    return {re.split(r"[(]", one)[0] for one in ids}


PLANTED = """\
name: Planted
rolls: [service-organization]          #! there is no field 'rolls' here; did you mean roles
roles: [busines-associate]             #! there is no role 'busines-associate'; did you mean business-associate
jurisdictions:
  - us
  - us-cal                             #! there is no jurisdiction 'us-cal'; did you mean us-ca
tags: [event:breach]                   #! event:breach is an event: it comes and goes
systems:
  - id: Product One                    #! 'Product One' is no id: expected lower-case letters
    name: Product
  - id: training                       #! the field 'name' is missing
    properties: [production]
    name2: x                           #! there is no field 'name2' here; did you mean name
  - {id: training, name: Twice}        #! the id 'training' is taken by systems in line 11
stores:
  - id: main
    name: Main
    system: trainin                    #! there is no system 'trainin'; did you mean training
    data: [ephi]
  - {id: other, name: Other, system: training, data: personal}   #! 'data' must be a list, not 'personal'
flows:
  - from: main
    to: mian                           #! there is no party, system, store, AI system or vendor 'mian'; did you mean main
    stage: trainings                   #! 'trainings' does not fit 'stage'; did you mean training?
    data:
      - cardholder                     #! the flow carries cardholder, which its source main (line 16) does not hold
ai_systems:
  - {id: model, name: Model, system: training, purpose: x, roles: [ai-provider], risk: high-risk}   #! 'high-risk' does not fit 'risk'
vendors:
  - id: cloud
    name: Cloud
    purpose: Hosting
    agreements:
      - {kind: data-processing-agreement, signed: 31.12.2025}    #! '31.12.2025' is not a date; expected YYYY-MM-DD
      - kind: service-contract
        signed: 2026-05-01
        expires: 2026-04-01            #! expires on 2026-04-01, before it was signed on 2026-05-01
processing:
  - {id: act, name: Act, as: processor, purposes: x, people: [Users], data: [personal-eu], systems: [training]}   #! the field 'on_behalf_of' is missing: a processor acts for controllers
"""


def test_every_planted_mistake_is_named_with_its_line(tmp_path: Path, kg: hz.Harmonizer) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(PLANTED, encoding="utf-8")
    wanted = {number: line.partition("#! ")[2] for number, line in enumerate(PLANTED.splitlines(), 1) if "#! " in line}
    assert len(wanted) >= 12
    with pytest.raises(CollectedDataError) as caught:
        read_organisation(path, kg.index.scope, kg.index.frameworks)
    found = {error.line: error.message for error in caught.value.errors}
    assert len(caught.value.errors) == len(found) == len(wanted)
    for line, message in wanted.items():
        assert message in found[line], (line, found.get(line))
    assert all(error.file == str(path) for error in caught.value.errors)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: a\nname: b\n", r"organisation\.yaml:2: the key .name. stands already in line 1"),
        ("name: [a\n", r"organisation\.yaml:2: not well-formed YAML"),
        ("name: &a x\nroles: [*a]\n", r"organisation\.yaml:2: .*alias"),
        ("- a\n", "'the file' must be a mapping, not a list"),
        ("", "'the file' must be a mapping, not empty"),
        ("[" * 200 + "]" * 200, "nested"),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_line(
    tmp_path: Path, kg: hz.Harmonizer, text: str, message: str
) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_organisation(path, kg.index.scope, kg.index.frameworks)


def test_tags_that_exclude_each_other_are_named(tmp_path: Path, kg: hz.Harmonizer) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(SMALL.format(role="processor", data="personal-eu").replace(
        "[us, eu]", "[established-in-eu, not-established-in-eu]"), encoding="utf-8")  # fmt: skip
    with pytest.raises(CollectedDataError, match="established-in-eu .line 3. exclude each other"):
        read_organisation(path, kg.index.scope, kg.index.frameworks)


def test_words_that_yaml_would_change_stay_as_they_are(written: Written) -> None:
    kg = written(SMALL.format(role="processor", data="personal-eu").replace("name: Small", "name: NO"))
    assert kg.known_organisation.name == "NO"


def test_what_the_file_does_not_name_is_false_and_events_stay_open(written: Written) -> None:
    kg = written(SMALL.format(role="business-associate", data="ephi"))
    values = {str(row["tag"]): row for row in kg.tags()}
    assert values["data:ephi"]["value"] == values["data:phi"]["value"] == "true"
    assert values["data:phi"]["because"] == "line 9: stores main, data, which data:ephi implies"
    assert values["role:covered-entity"]["value"] == "false"
    assert values["event:breach"]["value"] == "open"
    assert "164.410(a)(1)" in applying(kg, "hipaa")  # a business associate's notice, whenever there is a breach
    assert "164.404(a)(1)" not in applying(kg, "hipaa")  # the covered entity's notice to individuals


def test_from_processor_to_controller_changes_what_the_gdpr_says(written: Written) -> None:
    processor = applying(written(SMALL.format(role="processor", data="personal-eu")), "gdpr")
    controller = applying(written(SMALL.format(role="controller", data="personal-eu")), "gdpr")
    # Art. 28(2), (4): bringing in another processor; Art. 30(2): the processor's record; Art. 33(2): telling the controller
    assert {"Art.28(2)", "Art.28(4)", "Art.30(2)", "Art.33(2)"} <= processor - controller
    assert articles(processor - controller) == {"Art.28", "Art.30", "Art.33"}
    # Art. 24(1): responsibility; 30(1): the controller's record; 33(1), 34(1): telling authority and people; 35(1): DPIA
    assert {"Art.5(1)(a)", "Art.6(1)", "Art.12(3)", "Art.15(1)", "Art.17(1)", "Art.24(1)", "Art.25(1)", "Art.28(1)",
            "Art.30(1)", "Art.33(1)", "Art.34(1)", "Art.35(1)"} <= controller - processor  # fmt: skip
    # Art. 28(3): the contract binds both; Art. 32: security of both; Art. 44 ff.: transfers of both
    assert {"Art.28(3)", "Art.32(1)", "Art.37(1)(b)", "Art.44"} <= processor & controller


def test_from_limited_to_high_risk_changes_what_the_ai_act_says(written: Written) -> None:
    def of(role: str, risk: str) -> set[str]:
        text = SMALL.format(role="processor", data="training") + WITH_AI.format(role=role, risk=risk)
        return applying(written(text), "eu-ai-act")

    limited, high = of("ai-provider", "limited-risk"), of("ai-provider", "high-risk-annex-iii")
    assert articles(limited - high) == {"Art.50"}  # Art. 50(1), (2): transparency
    assert {f"Art.{number}" for number in (9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 43, 47, 48, 49, 72, 73)} <= (
        articles(high - limited))  # fmt: skip
    assert not articles(high) & {"Art.26", "Art.27"}  # the deployer's
    deployer_limited, deployer_high = of("ai-deployer", "limited-risk"), of("ai-deployer", "high-risk-annex-iii")
    assert "Art.26" in articles(deployer_high - deployer_limited)
    assert not {"Art.9", "Art.16", "Art.43"} & articles(deployer_high)
    assert "Art.4" in articles(limited) & articles(high) & articles(deployer_high)  # AI literacy, whatever the risk


def test_transparency_stays_owed_for_a_high_risk_system_that_interacts_with_people(written: Written) -> None:
    model = WITH_AI.format(role="ai-provider", risk="high-risk-annex-iii").replace(
        "}", ", properties: [interacts-with-people]}"
    )
    ids = applying(written(SMALL.format(role="processor", data="training") + model), "eu-ai-act")
    assert {"Art.50(1)", "Art.9(1)"} <= ids  # Art. 50(6): transparency leaves Chapter III untouched, both hold
    assert "Art.50(2)" not in ids  # it generates no content


def test_each_yes_and_no_has_its_reason_with_the_line(platform: hz.Harmonizer) -> None:
    rows = {str(row["requirement"]): row for row in platform.applicability("gdpr", "eu-ai-act", "hipaa")}
    record = rows["gdpr:Art.30(2)"]
    assert (record["applies"], record["systems"]) == ("yes", "ingestion; inference")
    line = next(
        n for n, text in enumerate(EXAMPLE.read_text().splitlines(), 1) if "business-associate, processor" in text
    )
    assert f"role:processor (line {line}: systems ingestion, roles)" in str(record["reason"])
    deployer = rows["eu-ai-act:Art.26(1)"]
    assert deployer["applies"] == "no"
    assert deployer["reason"] == "role:ai-deployer is false: nothing in organisation.yaml says so"
    assert "whenever event:breach" in str(rows["hipaa:164.410(a)(1)"]["reason"])
    assert all(row["reason"] for row in rows.values())


def test_the_reasons_agree_with_what_the_graph_computes(platform: hz.Harmonizer) -> None:
    from harmonizer.strictness.applicability import applicable

    for slug, framework in platform.index.frameworks.items():
        computed = {one.id for one in applicable(platform.index, framework, platform.circumstances, modalities=None)}
        assert computed == applying(platform, slug), slug


def test_frameworks_that_do_not_apply_are_named_with_the_fact_that_is_missing(platform: hz.Harmonizer) -> None:
    rows = {str(row["framework"]): row for row in platform.applicability()}
    assert {slug for slug, row in rows.items() if row["applies"] == "no"} == {
        "ccpa", "colorado-ai-act", "dora", "fedramp", "nis2", "nyc-ll144", "pci-dss"}  # fmt: skip
    assert rows["pci-dss"]["reason"] == "data:cardholder is false: nothing in organisation.yaml says so"


def test_one_system_is_asked_for_by_its_name() -> None:
    corporate = hz.load(organisation=EXAMPLE, system="corporate")
    assert not applying(corporate, "hipaa") - {"164.312"}
    assert "Art.30(1)" in applying(corporate, "gdpr")
    assert "Art.30(2)" not in applying(corporate, "gdpr")
    with pytest.raises(KeyError, match="unknown system 'corporat'; did you mean corporate"):
        hz.load(organisation=EXAMPLE, system="corporat")
    with pytest.raises(UsageError, match=r"organisation\.yaml"):
        hz.load(system="corporate")


def test_a_condition_that_excludes_something_holds_for_the_system_without_it(written: Written) -> None:
    two = (
        SMALL.format(role="ai-deployer", data="training")
        + """\
ai_systems:
  - {id: a, name: A, system: product, purpose: x, roles: [ai-deployer], risk: high-risk-annex-iii, properties: [annex-iii-critical-infrastructure]}
  - {id: b, name: B, system: other, purpose: x, roles: [ai-deployer], risk: high-risk-annex-iii, properties: [annex-iii-credit-or-insurance]}
"""
    )
    two = two.replace("stores:", "  - {id: other, name: Other}\nstores:")
    rows = {str(row["requirement"]): row for row in written(two).applicability("eu-ai-act")}
    # Art. 27(1): the impact assessment of a deployer of credit scoring; not for critical infrastructure
    assert (rows["eu-ai-act:Art.27(1)"]["applies"], rows["eu-ai-act:Art.27(1)"]["systems"]) == ("yes", "other")


def test_a_scope_expression_restricts_further(platform: hz.Harmonizer) -> None:
    breach = platform.applicability("hipaa", scope="!event:breach")
    rows = {str(row["requirement"]): row["applies"] for row in breach}
    assert rows["hipaa:164.410(a)(1)"] == "no"
    assert rows["hipaa:164.312(a)(1)"] == "yes"


def test_results_for_different_organisations_are_told_apart(written: Written, kg: hz.Harmonizer) -> None:
    first = written(SMALL.format(role="processor", data="personal-eu")).index.hash
    assert first != written(SMALL.format(role="controller", data="personal-eu")).index.hash != kg.index.hash
    assert first == written(SMALL.format(role="processor", data="personal-eu")).index.hash


def test_the_lineage_of_a_model_leads_back_to_where_the_data_come_from(platform: hz.Harmonizer) -> None:
    rows = [row for row in platform.lineage() if row["ai_system"] == "triage-model"]
    assert {row["reached from"] for row in rows} == {"us-hospitals", "eu-hospitals", "landing-zone", "feature-store"}
    assert {"us-hospitals > landing-zone > feature-store > triage-model"} <= {str(row["path"]) for row in rows}
    assert {row["role"] for row in rows} == {"training"}


def test_the_classes_of_data_say_where_they_lie_and_who_asks_for_more(platform: hz.Harmonizer) -> None:
    rows = {str(row["data"]): row for row in platform.classification()}
    assert rows["data:ephi"]["stores"] == "landing-zone; feature-store; prediction-log"
    assert rows["data:ephi"]["frameworks"] == "hipaa"
    assert "data:cardholder" not in rows


def test_the_record_of_processing_has_the_points_of_article_30(platform: hz.Harmonizer) -> None:
    controller, processor = (platform.record_of_processing(one) for one in ("controller", "processor"))  # type: ignore[arg-type]
    assert [re.findall(r"Art\.30\(1\)\((\w)\)", column) for column in controller.columns[1:-1]] == [
        ["a"], ["b"], ["c"], ["c"], ["d"], ["e"], ["f"], ["g"]]  # fmt: skip
    assert [re.findall(r"Art\.30\(2\)\((\w)\)", column) for column in processor.columns[1:-1]] == [
        ["a"], ["a"], ["b"], ["c"], ["d"]]  # fmt: skip
    assert controller.column("activity") == ["Training of models", "Staff and applicants"]
    assert processor.column("activity") == ["Scoring of patients for hospitals"]


def test_what_the_record_lacks_is_marked(written: Written) -> None:
    kg = written(SMALL.format(role="controller", data="personal-eu") + "processing:\n  - {id: a, name: A, as: controller, "
                 "purposes: x, people: [Users], data: [personal-eu], systems: [product]}\n")  # fmt: skip
    answer = kg.record_of_processing("controller")
    assert answer.summary == {"activities": 1, "not stated": 3}  # contact details, time limits, security measures


@pytest.mark.parametrize("ending", ["svg", "md"])
def test_the_picture_of_the_flows_stands_alone(platform: hz.Harmonizer, tmp_path: Path, ending: str) -> None:
    text = platform.draw_data_flows(tmp_path / f"flows.{ending}").read_text(encoding="utf-8")
    assert "Landing zone" in text and "training" in text
    assert set(re.findall(r"https?://[^\"< ]*", text)) <= {"http://www.w3.org/2000/svg"}


def test_hostile_names_do_not_break_out_of_the_picture(written: Written, tmp_path: Path) -> None:
    from xml.etree import ElementTree

    text = SMALL.format(role="processor", data="personal-eu").replace("name: Main", 'name: "<script>\\"]|x"')
    kg = written(text + "flows:\n  - {from: main, to: product, stage: operation, data: [personal-eu]}\n")
    picture = kg.draw_data_flows(tmp_path / "flows.svg")
    assert not list(ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}script"))
    assert "<script>" not in kg.draw_data_flows(tmp_path / "flows.md").read_text()


@pytest.mark.parametrize("name", sorted(new_workspace.examples()))
def test_every_example_and_the_template_make_a_valid_workspace(tmp_path: Path, name: str) -> None:
    for number, options in enumerate(([], ["--example", name])):
        folder = tmp_path / str(number)
        result = CliRunner().invoke(cli.app, ["init", str(folder), *options])
        assert result.exit_code == 0, result.output
        assert hz.load(folder).organisation
        again = CliRunner().invoke(cli.app, ["init", str(folder), *options])
        assert again.exit_code == 2
        assert "is there already" in again.output


def test_the_interview_asks_again_for_what_it_does_not_know(tmp_path: Path) -> None:
    answers = ["Acme", "us eu", "procesor", "processor", "security", "ephi", "Chat", "Answers", "ai-provider", "limited",
               "limited-risk"]  # fmt: skip
    result = CliRunner().invoke(cli.app, ["init", str(tmp_path / "w"), "--interview"], input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert "did you mean processor" in result.output and "did you mean limited-risk" in result.output
    kg = hz.load(tmp_path / "w")
    assert {"role:processor", "ai:limited-risk", "data:ephi"} <= kg.known_organisation.tags()


def test_mistakes_end_the_command_line_with_code_3_and_all_the_lines(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(PLANTED, encoding="utf-8")
    result = CliRunner().invoke(cli.app, ["organisation", "check", "--workspace", str(tmp_path)])
    assert result.exit_code == 3
    assert len(re.findall(r"organisation\.yaml:\d+: ", result.output)) >= 12
