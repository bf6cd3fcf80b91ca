"""The pages as Streamlit runs them."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from .conftest import APP

PAGES = {
    "overview": "harmonizer/explorer/overview.py",
    "requirement": "harmonizer/explorer/requirement.py",
    "most stringent": "harmonizer/explorer/most_stringent.py",
}


def opened(page: str, **query: str | list[str]) -> AppTest:
    """The app on one page."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(PAGES[page])
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
    app = opened("requirement", requirement="hipaa:164.312(a)(2)(iv)")
    assert app.selectbox(key="requirement_framework").value == "hipaa"
    assert app.selectbox(key="requirement_name").value == "hipaa:164.312(a)(2)(iv)"
    assert "Encryption" in app.subheader[0].value


def test_the_address_of_a_heading_opens_what_stands_below_it() -> None:
    app = opened("requirement", requirement="gdpr:Art.32")
    assert str(app.selectbox(key="requirement_name").value).startswith("gdpr:Art.32(1)")


def test_an_unknown_requirement_in_the_address_is_named() -> None:
    app = opened("requirement", requirement="hipaa:164.999")
    assert "164\\.999" in app.warning[0].value


def test_searching_narrows_the_requirements() -> None:
    app = opened("requirement", requirement="hipaa:164.312(a)(2)(iv)")
    whole = len(app.selectbox(key="requirement_name").options)
    app.text_input(key="requirement_words").set_value("encryption").run()
    assert 0 < len(app.selectbox(key="requirement_name").options) < whole
    app.text_input(key="requirement_words").set_value("no such words").run()
    assert not app.exception
    assert "No requirement" in app.info[0].value


def test_the_most_stringent_table_is_filtered_by_status() -> None:
    app = opened("most stringent")
    app.multiselect(key="strictest_status").set_value(["conflict"]).run()
    tables = [one.value for one in app.dataframe if "status" in one.value.columns]
    assert set(tables[0]["status"]) <= {"conflict"}


def test_the_plan_appears_when_asked_for_and_stays() -> None:
    app = opened("most stringent", frameworks=["soc2"], scope="category:availability")
    assert "Lower bound" not in [one.label for one in app.metric]
    app.button(key="solve").click().run()
    assert not app.exception
    assert "Lower bound" in [one.label for one in app.metric]
    app.multiselect(key="strictest_status").set_value(["binding"]).run()
    assert "Lower bound" in [one.label for one in app.metric]
