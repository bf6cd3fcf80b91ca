"""What the pages about the data show and hand out, asked without Streamlit."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.explorer import bringing_in, exports, plan_charts, plans, provenance, queries
from harmonizer.explorer.session import Question
from tests.conftest import ROOT

QUESTION = Question(("soc2", "hipaa", "gdpr"))
REQUIREMENTS = b"framework,id,parent,title\nown,1,,First\nown,2,1,Second\n"
MAPPINGS = b"source_framework,source_id,target_framework,target_id,relation\nown,1,objective,no-such-leaf,equal\n"


@pytest.mark.parametrize("name", queries.EXAMPLES)
def test_each_example_of_a_query_has_an_answer(kg: hz.Harmonizer, name: str) -> None:
    assert len(kg.sparql(queries.EXAMPLES[name])) > 2


@pytest.mark.parametrize("name", exports.TABLES)
def test_each_table_is_the_same_in_every_form(kg: hz.Harmonizer, name: str) -> None:
    answer = exports.table(kg, QUESTION, name)
    assert len(answer)
    assert len(json.loads(exports.serialized(answer, "json"))["rows"]) == len(answer)
    assert len(list(csv.reader(io.StringIO(exports.serialized(answer, "csv").decode())))) == len(answer) + 1
    assert exports.serialized(answer, "md").startswith(b"|") or b"\n|" in exports.serialized(answer, "md")


def test_an_upload_is_looked_through_before_anything_is_written(kg: hz.Harmonizer) -> None:
    good = bringing_in.preview({"../R.csv": REQUIREMENTS}, kg.index)
    assert good.found and good.found.figures["requirements"] == 2
    assert good.problems.empty
    bad = bringing_in.preview({"R.csv": REQUIREMENTS, "M.csv": MAPPINGS}, kg.index)
    assert bad.found is None
    (problem,) = bad.problems.to_dict("records")
    assert (problem["file"], problem["line"]) == ("M.csv", 2)
    assert "no-such-leaf" in problem["problem"]


def test_a_list_is_offered_with_a_proposal_of_its_columns(kg: hz.Harmonizer) -> None:
    content = b"About,this list\nNr,Control Name,Note\n1,One,x\n2,Two,y\n"
    offer = bringing_in.columns_of("list.csv", content)
    assert offer is not None
    assert (offer.headings, offer.proposed) == (["Nr", "Control Name", "Note"], {"title": "Control Name"})
    assert offer.first_rows.to_numpy().tolist() == [["1", "One", "x"], ["2", "Two", "y"]]
    said = {"id": "Nr", "title": "Control Name"}
    found = bringing_in.preview({"list.csv": content}, kg.index, format_name="sheet", slug="mine", columns=said).found
    assert found is not None and found.figures["requirements"] == 2
    assert bringing_in.format_of({"list.csv": content}) == ""
    assert bringing_in.columns_of("broken", b"\0") is None


def test_the_page_about_the_data_counts_what_is_loaded(kg: hz.Harmonizer) -> None:
    index = kg.index
    assert len(provenance.framework_table(index)) == len(index.knowledge.frameworks)
    assert len(provenance.set_table(index)) == len(index.knowledge.mapping_sets)
    assert provenance.review_figures(index)["reviewed"] == sum(
        row.review_state == "reviewed" for row in index.knowledge.mappings
    )


def test_the_waterfall_stands_on_what_came_before_and_ends_with_the_whole(kg: hz.Harmonizer) -> None:
    table = plans.marginal_table(kg.index, kg.in_turn("colorado-ai-act", "nyc-ll144"))
    drawing = plan_charts.waterfall(table)
    below, adds = (series["data"] for series in drawing["series"])
    assert below[0] == 0 and below[1] == adds[0]["value"]
    assert adds[-1]["value"] == sum(one["value"] for one in adds[:-1])


@pytest.mark.parametrize("form", ["docx", "html", "md"])
def test_a_document_comes_in_every_form(form: str) -> None:
    kg = hz.load(organisation=ROOT / "data" / "examples" / "hipaa-imaging" / "organisation.yaml")
    data = exports.document(kg, "breach-response", form)
    assert data == {"docx": kg.document("breach-response").docx, "html": lambda: kg.document("breach-response").html().encode(),
                    "md": lambda: kg.document("breach-response").markdown().encode()}[form]()  # fmt: skip


@pytest.mark.parametrize("name", ["turtle", "oscal-superset"])
def test_an_export_is_the_file_that_the_command_writes_and_a_folder_is_packed(
    kg: hz.Harmonizer, name: str, tmp_path: Path
) -> None:
    content = exports.file(kg, name, ("nyc-ll144",))
    written = kg.export(name, tmp_path / "written", "nyc-ll144")
    if written.is_file():
        assert content == written.read_bytes()
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert {one: archive.read(one) for one in archive.namelist()} == {
                one.name: one.read_bytes() for one in written.iterdir()
            }
        assert content == exports.file(kg, name, ("nyc-ll144",))
