"""The pages that decide, change and hand out, as Streamlit runs them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import harmonizer as hz
from harmonizer.explorer.plans import PlanQuestion
from harmonizer.explorer.programme import VIEWS
from harmonizer.explorer.session import WORKSPACE_VARIABLE, Question
from harmonizer.programme import new_workspace

from . import hostile
from .conftest import APP

PAGES = ("superset", "assessment", "programme", "import_and_lint", "export", "query", "about")
SMALL = {"frameworks": ["soc2"], "scope": "category:availability"}
ASK = PlanQuestion(Question(("soc2",), "category:availability"))


def opened(page: str, **query: str | list[str]) -> AppTest:
    """The app on one page."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"harmonizer/explorer/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def finished(app: AppTest) -> AppTest:
    """The app once its runs are done."""
    for _ in range(200):
        if not any(str(one.key or "").startswith("stop-") for one in app.button):
            return app
        time.sleep(0.2)
        app.run()
    raise AssertionError("the run does not end")


def captions(app: AppTest) -> str:
    return "\n".join(one.value for one in app.caption)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_and_says_what_it_is_not(page: str) -> None:
    app = opened(page)
    assert not app.error
    assert "Not legal advice" in captions(app)


def test_a_plan_appears_when_it_is_asked_for_and_its_address_asks_again() -> None:
    app = opened("superset", **SMALL)
    assert "Lower bound" not in [one.label for one in app.metric]
    app = finished(app.button(key="solve").click().run())
    assert "Lower bound" in [one.label for one in app.metric]
    assert ASK.fingerprint in app.query_params["run"]
    again = finished(opened("superset", **SMALL, run=ASK.fingerprint))
    assert "Lower bound" in [one.label for one in again.metric]
    app.number_input(key="budget").set_value(3).run()
    assert "Lower bound" not in [one.label for one in app.metric], "an answer to another question than the one asked"


@pytest.mark.parametrize("view", ["Savings", "Budget", "Roadmap", "Changes", "Proof"])
def test_each_view_of_a_plan_opens(view: str) -> None:
    app = finished(opened("superset", **SMALL, run=ASK.fingerprint, view=view))
    assert not app.exception
    assert not app.error
    assert app.segmented_control(key="view").value == view


def test_a_control_says_why_it_is_in_and_what_dropping_it_takes() -> None:
    app = finished(opened("superset", **SMALL, run=ASK.fingerprint))
    slug = app.selectbox(key="control").options[0].rpartition("(")[2].rstrip(")")
    app.selectbox(key="control").set_value(slug).run()
    assert any("Why it is in" in one.value for one in app.markdown)
    app = finished(app.toggle(key="drop").set_value(True).run())
    assert any("come in" in one.value for one in app.markdown)


def test_two_plans_of_a_session_are_compared(kg: hz.Harmonizer) -> None:
    app = finished(opened("superset", **SMALL, run=ASK.fingerprint))
    known = kg.solve("soc2", scope="category:availability").controls[0]
    app.multiselect(key="have").set_value([known]).run()
    app = finished(app.button(key="solve").click().run())
    app = finished(app.segmented_control(key="view").set_value("Changes").run())
    assert any("effort from" in one.value for one in app.markdown)


def test_without_a_workspace_the_assessment_says_how_to_start_one() -> None:
    app = opened("assessment")
    assert "harmonizer explore --workspace my-folder" in app.code[0].value


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(tmp_path))
    return tmp_path


def test_the_implemented_controls_are_taken_over_into_the_plan(workspace: Path) -> None:
    known = hz.load(workspace)
    slug = next(iter(known.index.controls))
    from harmonizer.programme.journal import Change

    known.assessment.record([Change("control", slug, "status", "implemented")])
    app = opened("superset", **SMALL)
    app.button(key="take_implemented").click().run()
    assert app.multiselect(key="have").value == [slug]


def test_without_an_organisation_file_the_programme_says_how_to_make_one(workspace: Path) -> None:
    assert "harmonizer init my-folder" in opened("programme").code[0].value


@pytest.fixture
def platform(workspace: Path) -> Path:
    new_workspace.make_workspace(workspace, new_workspace.from_example("ai-platform"))
    return workspace


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_of_the_programme_opens_for_the_organisation(platform: Path, view: str) -> None:
    app = opened("programme", programme_view=view, frameworks=["soc2", "hipaa"])
    assert not app.error
    assert app.segmented_control(key="programme_view").value == view
    assert any("Answers are for Fernhill Clinical AI" in one.value for one in app.sidebar.caption)


def test_the_page_of_the_programme_makes_the_pack_that_the_api_makes(platform: Path, tmp_path: Path) -> None:
    app = opened("programme", programme_view="Audit pack", frameworks=["soc2"], as_of="2026-06-30")
    app.button(key="pack_make").click().run()
    pack = hz.load(platform, as_of="2026-06-30").audit_pack(
        "soc2", tmp_path / "pack.zip", period="2026-01-01/2026-06-30"
    )
    assert f"SHA-256 of the manifest {pack.manifest}" in captions(app)


def test_ten_thousand_imported_rows_and_hostile_text_open_on_every_page(workspace: Path) -> None:
    hostile.write(workspace, rows=10_000)
    for page in (*PAGES, "overview", "crosswalk", "objectives", "graph"):
        app = opened(page, frameworks=["hostile", "soc2"]) if page != "overview" else opened("about")
        assert not app.exception
        assert not app.error
    app = opened("crosswalk", source="hostile")
    assert "10,008" in app.selectbox(key="requirement").label


@pytest.mark.parametrize("view", ["Controls", "What to do next", "Findings", "History"])
def test_each_view_of_the_assessment_opens_on_a_new_workspace(workspace: Path, view: str) -> None:
    app = finished(opened("assessment", **SMALL, assessment_view=view))
    assert not app.exception
    assert not app.error


def test_the_last_batch_is_undone(workspace: Path) -> None:
    known = hz.load(workspace)
    from harmonizer.programme.journal import Change

    slug = next(iter(known.index.controls))
    known.assessment.record([Change("control", slug, "owner", "Ada")])
    app = opened("assessment")
    app.button(key="undo").click().run()
    assert not app.exception
    assert known.assessment.controls() == {}
    assert "Undone by batch 2" in app.success[0].value


def test_a_query_is_answered_and_a_bad_one_explained() -> None:
    app = opened("query")
    app.button(key="query_run").click().run()
    assert any("rows" in one.value for one in app.caption)
    app.text_area(key="query_text").set_value("DELETE WHERE { ?s ?p ?o }").run()
    app.button(key="query_run").click().run()
    assert not app.exception
    assert "read" in app.error[0].value


def test_an_example_takes_the_place_of_the_query() -> None:
    app = opened("query")
    app.selectbox(key="query_example").select_index(2).run()
    assert "notice-deadline" in app.text_area(key="query_text").value


def test_lint_findings_are_listed() -> None:
    app = opened("import_and_lint", import_view="Lint")
    assert not app.exception
    assert app.dataframe or app.success
