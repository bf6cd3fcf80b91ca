"""The explorer in a real browser: every page draws, nothing is fetched from elsewhere, nothing fails."""

from __future__ import annotations

import os
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

from .conftest import APP

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]

WAIT = 90_000  # milliseconds
LOCAL = ("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("streamlit") / "log.txt").open("w")
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port),
               "--server.address", "127.0.0.1", "--server.headless", "true"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(APP.parent), os.environ.get("PYTHONPATH", "")])}
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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab that notes every failure and every request to another host, and fails the test for them."""
    tab = browser.new_page(viewport={"width": 1400, "height": 1000})
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


def test_the_overview_draws_its_charts(address: str, page: Page) -> None:
    page.goto(address)
    page.get_by_text("Not legal advice").wait_for()
    page.get_by_text("Requirements mapped").wait_for()
    page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg").first.wait_for()
    page.get_by_role("tab", name="Table").first.click()
    page.locator("[data-testid=stDataFrame]:visible").first.wait_for()


def test_a_requirement_shows_its_drawing(address: str, page: Page) -> None:
    page.goto(f"{address}/requirement?requirement=soc2:CC7.4")
    page.get_by_text("Not legal advice").wait_for()
    drawing = page.frame_locator("iframe[title='Neighbourhood of soc2:CC7.4']")
    drawing.locator("#mynetwork canvas").wait_for()
    assert page.locator("[data-testid=stException]").count() == 0


def test_the_most_stringent_page_shows_table_conflicts_and_plan(address: str, page: Page) -> None:
    page.goto(f"{address}/most-stringent?frameworks=soc2&scope=category:availability")
    page.get_by_text("Not legal advice").wait_for()
    page.locator("[data-testid=stDataFrame]:visible").first.wait_for()
    page.get_by_role("tab", name="Superset controls").click()
    page.get_by_role("button", name="Find the cheapest set").click()
    page.get_by_text("Lower bound").wait_for()
    page.get_by_role("tab", name="Conflicts").click()
    assert page.locator("[data-testid=stException]").count() == 0


def test_the_question_stays_in_the_address_from_page_to_page(address: str, page: Page) -> None:
    page.goto(address)
    page.get_by_text("Not legal advice").wait_for()
    page.get_by_role("textbox", name="Scope").fill("data:ephi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?scope=data*ephi")
    page.get_by_role("link", name="Requirement").click()
    page.get_by_text("Counterparts").wait_for()
    assert "scope=data" in page.url
    assert "requirement=" in page.url
    page.get_by_role("link", name="Most stringent and superset").click()
    page.get_by_text("Every constraint with its standing").wait_for()
    assert "scope=data" in page.url


def test_the_workbook_can_be_downloaded(address: str, page: Page) -> None:
    page.goto(f"{address}/most-stringent?frameworks=soc2&scope=category:availability")
    page.get_by_role("tab", name="Superset controls").click()
    page.get_by_role("button", name="Find the cheapest set").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Workbook (xlsx)").click()
    assert Path(waiting.value.path()).read_bytes()[:2] == b"PK"
