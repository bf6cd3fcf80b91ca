"""The explorer in a real browser: every page draws, nothing is fetched from elsewhere, nothing fails."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

import harmonizer as hz
from harmonizer.explorer.session import WORKSPACE_VARIABLE

from . import hostile
from .conftest import APP

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]

WAIT = 120_000  # milliseconds; two cores shared by servers and browsers are slow at times
LOCAL = ("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an imported framework whose every text tries to be more than text."""
    folder = tmp_path_factory.mktemp("workspace")
    hostile.write(folder)
    return folder


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, workspace: Path) -> Iterator[str]:
    """The explorer on the workspace."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("streamlit") / "log.txt").open("w")
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port),
               "--server.address", "127.0.0.1", "--server.headless", "true"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(APP.parent), os.environ.get("PYTHONPATH", "")]),
                   WORKSPACE_VARIABLE: str(workspace)}  # fmt: skip
    server = subprocess.Popen(command, cwd=APP.parent, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(port, server, Path(log.name))
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise AssertionError(f"the explorer did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as machinery:
        opened = machinery.chromium.launch(executable_path=CHROMIUM,
                                           args=["--no-sandbox", "--disable-background-networking"])  # fmt: skip
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def windows(browser: Browser) -> dict[str, BrowserContext]:
    """A window for each theme, whose tabs fetch the explorer's own scripts only once."""
    size: ViewportSize = {"width": 1400, "height": 1000}
    return {"light": browser.new_context(viewport=size, color_scheme="light"),
            "dark": browser.new_context(viewport=size, color_scheme="dark")}  # fmt: skip


@pytest.fixture
def page(windows: dict[str, BrowserContext]) -> Iterator[Page]:
    """A tab that notes every failure and every request to another host, and fails the test for them."""
    tab = windows["light"].new_page()
    tab.set_default_timeout(WAIT)
    failures: list[str] = []
    tab.on("request", lambda request: _note_request(request.url, failures))
    tab.on("pageerror", lambda error: failures.append(f"script: {error}"))
    tab.on("console", lambda message: _note_message(message, failures))
    yield tab
    tab.close()
    assert failures == []


def _note_request(url: str, failures: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("data", "blob") and parts.hostname not in LOCAL and url != "about:srcdoc":
        failures.append(f"request to {url}")


def _note_message(message: ConsoleMessage, failures: list[str]) -> None:
    source = message.location.get("url", "")
    # Opened below the root, Streamlit looks for its endpoints there first and then finds them at the root.
    if message.type == "error" and not ("404" in message.text and "/_stcore/" in source):
        failures.append(f"console: {message.text} {source}")


PAGES = {
    "overview": "",
    "crosswalk": "crosswalk?requirement=hipaa:164.312(a)(2)(iv)&against=gdpr:Art.32(1)(a)",
    "pairs": "crosswalk?source=soc2&target=hipaa",
    "objectives": "objectives?objective=data-at-rest-encrypted",
    "most stringent": "objectives?show=Most+stringent",
    "conflicts": "objectives?show=Conflicts",
    "graph": "graph?node=soc2:CC7.4",
    "flows": "graph?view=Frameworks+and+domains",
    "superset": "superset?frameworks=soc2&scope=category:availability",
    "assessment": "assessment",
    "programme": "programme",
    "import": "import",
    "export": "export",
    "query": "query",
    "about": "about",
}
AXE = os.environ.get("AXE_CORE", "")


def opened(page: Page, address: str, name: str) -> None:
    """Open a page and wait until all of it is there."""
    page.goto(f"{address}/{PAGES.get(name, name)}")
    page.locator("[data-testid=stCaptionContainer]").get_by_text("Not legal advice").wait_for()
    page.locator("[data-testid=stStatusWidget]").wait_for(state="detached")
    page.wait_for_function("!document.querySelector('[data-stale=true], [data-testid=stSkeleton]')")
    assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_and_its_address_opens_the_same_in_a_new_tab(
    address: str, page: Page, windows: dict[str, BrowserContext], name: str
) -> None:
    opened(page, address, name)
    page.wait_for_timeout(1000)
    text = page.locator("[data-testid=stMain]").inner_text()
    other = windows["light"].new_page()
    try:
        other.set_default_timeout(WAIT)
        opened(other, address, page.url.removeprefix(f"{address}/"))
        for _ in range(40):
            if other.locator("[data-testid=stMain]").inner_text() == text:
                break
            other.wait_for_timeout(250)  # charts and grids draw in steps
        assert other.locator("[data-testid=stMain]").inner_text() == text
    finally:
        other.close()


@pytest.mark.skipif(not Path(AXE).is_file(), reason="axe-core is not there: AXE_CORE names its axe.min.js")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_violates_no_serious_rule_of_accessibility(
    address: str, windows: dict[str, BrowserContext], name: str, theme: str
) -> None:
    page = windows[theme].new_page()
    try:
        page.set_default_timeout(WAIT)
        opened(page, address, name)
        page.wait_for_timeout(800)  # what was drawn anew fades in
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        serious = [(one["id"], [node["html"][:300] for node in one["nodes"]][:3]) for one in found["violations"]
                   if one["impact"] in ("serious", "critical")]  # fmt: skip
        assert serious == []
    finally:
        page.close()


def test_the_back_button_returns_to_what_was_shown(address: str, page: Page) -> None:
    opened(page, address, "objectives?objective=data-at-rest-encrypted")
    page.get_by_role("link", name="Show in the graph").first.click()
    page.get_by_text("Nodes at most").wait_for()
    assert "node=objective" in page.url
    page.go_back()
    page.get_by_text("What binds here").wait_for()
    assert "objective=data-at-rest-encrypted" in page.url


def test_the_question_stays_in_the_address_from_page_to_page(address: str, page: Page) -> None:
    opened(page, address, "overview")
    page.get_by_role("textbox", name="Scope").fill("data:ephi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?scope=data*ephi")
    for name in ("Crosswalk", "Objectives", "Superset", "About the data"):
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("heading", name=name).wait_for()
        page.wait_for_url("**scope=data*ephi*")


def test_a_search_leads_to_a_requirement_and_its_counterparts(address: str, page: Page) -> None:
    opened(page, address, "crosswalk?source=hipaa")
    page.get_by_role("textbox", name="Search").fill("encryption decryption")
    page.keyboard.press("Enter")
    page.get_by_text("Requirement (1 found)").or_(page.get_by_text("Requirement (2 found)")).wait_for()
    page.get_by_role("combobox", name="Requirement").click()
    page.get_by_role("option", name="hipaa:164.312(a)(2)(iv)").click()
    page.get_by_text("Counterparts", exact=True).wait_for()
    page.wait_for_url("**requirement=hipaa*164.312*")


def test_a_click_on_the_heatmap_opens_the_pair(address: str, page: Page) -> None:
    opened(page, address, "overview")
    canvas = page.locator("[data-testid=stMain] canvas").first
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box
    page.wait_for_timeout(1500)  # the chart draws itself in steps, and says nothing when it is done
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.5)
    page.get_by_role("heading", name="Crosswalk").wait_for()
    page.wait_for_url("**source=*target=*")


def test_a_plan_is_found_looked_into_and_downloaded(address: str, page: Page) -> None:
    opened(page, address, "superset")
    page.get_by_role("button", name="Find the cheapest set").click()
    page.get_by_text("Lower bound").wait_for()
    page.wait_for_url("**run=*")
    page.locator("[data-testid=stDataFrame]:visible").first.click(position={"x": 20, "y": 60})
    page.get_by_text("Why it is in").wait_for()
    page.wait_for_url("**control=*")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Workbook (xlsx)").click()
    assert Path(waiting.value.path()).read_bytes()[:2] == b"PK"


def test_a_status_that_is_typed_reaches_the_journal_and_is_undone(address: str, page: Page, workspace: Path) -> None:
    opened(page, address, "assessment")
    page.get_by_role("textbox", name="Find").fill("sso-with-mfa")
    page.keyboard.press("Enter")
    table = page.locator("[data-testid=stDataFrame]:visible").first
    table.wait_for()
    page.wait_for_timeout(1000)  # the grid takes its rows in a later step, and says nothing when it is done
    table.click(position={"x": 444, "y": 55})
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    page.keyboard.type("implemented")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Save")).click()
    page.get_by_text("Saved").first.wait_for()
    assert hz.load(workspace).assessment.controls() == {"sso-with-mfa": {"status": "implemented"}}
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone").first.wait_for()
    assert hz.load(workspace).assessment.controls() == {}


@pytest.mark.parametrize(
    "name",
    ["crosswalk?source=hostile&target=soc2", f"crosswalk?requirement=hostile:{hostile.IDS[0]}", "graph?node=hostile",
     f"graph?node=hostile:{hostile.IDS[1]}", "about", "query", "?frameworks=hostile&frameworks=soc2"],
)  # fmt: skip
def test_hostile_text_of_an_imported_framework_stays_text(address: str, page: Page, name: str) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    opened(page, address, name)
    assert page.evaluate("window.hostile") is None
    assert page.locator("[data-testid=stMain] img[src=x]").count() == 0
    assert not dialogs


def test_a_list_comes_in_by_columns_that_the_user_corrects(page: Page, address: str, workspace: Path) -> None:
    opened(page, address, "import")
    table = {"name": "controls.csv", "mimeType": "text/csv", "buffer": b"Nr,Control Name,Note\n1,One,x\n2,Two,y\n"}
    page.locator("input[type=file]").set_input_files(table)  # type: ignore[arg-type]
    page.get_by_text("Which column holds what").wait_for()
    page.get_by_text("nothing can be imported").wait_for()
    page.get_by_role("combobox", name="id", exact=True).click()
    page.get_by_role("option", name="Nr").click()
    page.get_by_text("What would be brought in").first.wait_for()
    page.get_by_role("button", name="Write into the workspace").click()
    page.get_by_text("Written:").wait_for()
    assert (
        (workspace / "data/frameworks/controls/requirements.csv")
        .read_text()
        .splitlines()[1]
        .startswith("1,,requirement")
    )
