"""The pages as Streamlit runs them."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from harmonizer.explorer import exports

from .conftest import APP

PAGES = ("overview", "crosswalk", "objectives", "graph")


def opened(page: str, **query: str | list[str]) -> AppTest:
    """The app on one page."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(f"harmonizer/explorer/{page}.py")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception
    return app


def captions(app: AppTest) -> str:
    return "\n".join(one.value for one in app.caption)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_and_says_what_it_is_not(page: str) -> None:
    app = opened(page)
    assert not app.error
    assert "Not legal advice" in captions(app)
    assert "last checked against the sources" in captions(app)


def test_the_overview_shows_figures_with_denominators() -> None:
    metrics = opened("overview").metric
    assert metrics[0].label == "Requirements mapped"
    assert all(" of " in one.value for one in metrics)


@pytest.mark.parametrize("page", PAGES)
def test_a_scope_with_an_unknown_tag_is_answered_with_the_nearest(page: str) -> None:
    app = opened(page)
    app.text_input(key="scope").set_value("data:ephy").run()
    assert not app.exception
    assert "data\\:ephi" in app.error[0].value
    assert "Not legal advice" not in captions(app), "no answer to another question than the one asked"


@pytest.mark.parametrize(("scope", "words"), [("data:ephi &", "ends where"), ("data:ephi & !data:phi", "exclude")])
def test_a_scope_that_nobody_can_meet_is_refused(scope: str, words: str) -> None:
    app = opened("overview")
    app.text_input(key="scope").set_value(scope).run()
    assert words in app.error[0].value


def test_no_framework_is_an_error_in_words() -> None:
    app = opened("overview")
    app.multiselect(key="frameworks").set_value([]).run()
    assert not app.exception
    assert "at least one framework" in app.error[0].value


def test_one_framework_alone_is_fine() -> None:
    for page in PAGES:
        app = opened(page)
        app.multiselect(key="frameworks").set_value(["soc2"]).run()
        assert not app.exception
        assert not app.error


def test_the_address_carries_frameworks_and_scope() -> None:
    app = opened("overview", frameworks=["hipaa", "gdpr"], scope="data:ephi")
    assert app.multiselect(key="frameworks").value == ["hipaa", "gdpr"]
    assert app.text_input(key="scope").value == "data:ephi"


def test_the_address_opens_a_requirement() -> None:
    app = opened("crosswalk", requirement="hipaa:164.312(a)(2)(iv)")
    assert app.selectbox(key="requirement").value == "hipaa:164.312(a)(2)(iv)"
    assert "Encryption" in app.subheader[0].value


def test_the_address_of_a_heading_opens_what_stands_below_it() -> None:
    app = opened("crosswalk", requirement="gdpr:Art.32")
    assert str(app.selectbox(key="requirement").value).startswith("gdpr:Art.32(1)")


def test_an_unknown_requirement_in_the_address_is_named() -> None:
    app = opened("crosswalk", requirement="hipaa:164.999")
    assert "164\\.999" in app.warning[0].value


def test_searching_narrows_the_requirements() -> None:
    app = opened("crosswalk")
    app.selectbox(key="source").set_value("hipaa").run()
    whole = len(app.selectbox(key="requirement").options)
    app.text_input(key="words").set_value("encryption").run()
    assert 0 < len(app.selectbox(key="requirement").options) < whole
    app.text_input(key="words").set_value("no such words").run()
    assert not app.exception
    assert not app.selectbox(key="requirement").options


def test_the_derivation_of_a_pair_is_told_in_sentences() -> None:
    app = opened("crosswalk", requirement="hipaa:164.312(a)(2)(iv)", against="gdpr:Art.32(1)(a)")
    assert app.selectbox(key="against").value == "gdpr:Art.32(1)(a)"
    assert len([one for one in app.markdown if "Art\\.32" in one.value]) > 1


def test_two_frameworks_show_their_pairs_by_certainty() -> None:
    app = opened("crosswalk", source="soc2", target="hipaa", certainty="definite")
    (table,) = [one.value for one in app.dataframe if "certainty" in one.value.columns]
    assert set(table["certainty"]) == {"definite"}


def test_an_objective_shows_who_asks_for_it_and_what_binds() -> None:
    app = opened("objectives", objective="data-at-rest-encrypted")
    asking = [one.value for one in app.dataframe if "basis" in one.value.columns]
    assert {"SOC 2", "HIPAA"} <= set(asking[0]["framework"])


def test_the_most_stringent_table_is_filtered_by_status() -> None:
    app = opened("objectives", show="Most stringent", status="qualitative")
    tables = [one.value for one in app.dataframe if "status" in one.value.columns]
    assert set(tables[0]["status"]) == {"qualitative"}


@pytest.mark.parametrize("node", ["soc2:CC7.4", "objective:data-at-rest-encrypted", "control:sso-with-mfa", "gdpr"])
def test_the_graph_of_any_node_has_its_twin_in_words(node: str) -> None:
    app = opened("graph", node=node)
    assert app.selectbox(key="node").value == node
    assert any("relation" in one.value.columns for one in app.dataframe)


@pytest.mark.parametrize("view", ["Frameworks and domains", "Who covers whom"])
def test_the_overviews_of_the_graph_have_their_twins(view: str) -> None:
    assert opened("graph", view=view).dataframe


def test_a_day_before_a_law_applies_leaves_nothing_of_it() -> None:
    app = opened("overview", frameworks=["colorado-ai-act", "soc2"], as_of="2026-01-01")
    assert not app.exception
    assert app.metric[0].value.endswith(" of 61"), "the Colorado Act holds from 2027"


def test_one_session_does_not_see_the_question_of_another() -> None:
    one, other = opened("overview", scope="data:ephi"), opened("overview", frameworks=["soc2"])
    assert one.text_input(key="scope").value == "data:ephi"
    assert other.text_input(key="scope").value == ""
    assert other.multiselect(key="frameworks").value == ["soc2"]
    assert len(one.run().multiselect(key="frameworks").value) == 3


def test_the_export_page_offers_every_format_and_asks_for_what_it_takes() -> None:
    app = opened("export")
    app.selectbox(key="export_format").set_value("sssom-crosswalk").run()
    assert app.selectbox(key="export_from").value != app.selectbox(key="export_to").value
    app.selectbox(key="export_format").set_value("vanta").run()
    assert any("unverified" in one.value for one in app.warning)
    for name in exports.FORMATS:
        if name not in (*exports.ELSEWHERE, "oscal-catalog"):
            app.selectbox(key="export_format").set_value(name).run()
            assert not app.exception, name


def test_a_format_about_two_frameworks_says_so_where_one_is_chosen() -> None:
    app = opened("export", frameworks="gdpr")
    app.selectbox(key="export_format").set_value("ciso-mapping").run()
    assert any("two frameworks" in one.value for one in app.info)
    assert not app.exception
