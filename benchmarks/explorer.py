"""Server time of the explorer's interactions with the full bundled data, and twenty sessions at once.

    explorer.py            page switches, filter changes and searches, as Streamlit runs them without a browser
    explorer.py sessions   twenty tabs in a browser, each with a question of its own, that check what they see

The baseline is the same interaction in an app that only draws as many widgets as the sidebar has: what Streamlit itself
takes. Filters are changed to values that nobody has asked for before, so that no answer comes from the cache.
"""

from __future__ import annotations

import itertools
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("overview", "crosswalk", "objectives", "graph", "superset", "export", "query", "about")
SCOPES = ("data:ephi", "role:processor", "data:personal-eu", "role:controller", "data:cardholder", "ai:gpai",
          "role:ai-provider", "category:availability", "role:ai-deployer", "data:confidential")  # fmt: skip
WORDS = ("encryption", "backup", "breach notice", "access", "training", "164.312", "Art.32", "vendor", "log", "risk")
SESSIONS = 20
PORT = 8597


def bare() -> None:
    import streamlit as st

    st.multiselect("Frameworks", [str(number) for number in range(17)])
    for name in ("scope", "day", "trust", "words"):
        st.text_input(name, key=name)


def timed(run: Callable[[], AppTest]) -> float:
    start = time.perf_counter()
    app = run()
    assert not app.exception, app.exception
    return time.perf_counter() - start


def told(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    print(f"{what:34} median {1000 * statistics.median(ordered):5.0f} ms   worst {1000 * ordered[-1]:5.0f} ms")


def interactions() -> None:
    base = AppTest.from_function(bare, default_timeout=120).run()
    told("bare app, text typed", [timed(lambda word=word: base.text_input(key="words").set_value(word).run())
                                  for word in WORDS])  # fmt: skip
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    print(f"first paint, index cached on disk: {timed(app.run):.1f} s")

    def switch(page: str) -> AppTest:
        return app.switch_page(f"harmonizer/explorer/{page}.py").run()

    for page in PAGES:
        switch(page)
    told("page switch, all pages", [timed(lambda page=page: switch(page)) for page in PAGES * 3])
    for page, scopes in zip(("overview", "crosswalk", "objectives", "graph"), itertools.cycle((SCOPES,))):
        switch(page)
        told(f"scope changed on {page}", [timed(lambda one=one: app.text_input(key="scope").set_value(one).run())
                                          for one in scopes])  # fmt: skip
        app.text_input(key="scope").set_value("").run()
    for page in ("crosswalk", "objectives", "graph"):
        switch(page)
        told(f"search on {page}", [timed(lambda word=word: app.text_input(key="words").set_value(word).run())
                                   for word in WORDS])  # fmt: skip


def sessions() -> None:
    from playwright.sync_api import sync_playwright

    server = subprocess.Popen([sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port",
                               str(PORT), "--server.address", "127.0.0.1", "--server.headless", "true"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        time.sleep(5)
        with sync_playwright() as machinery:
            browser = machinery.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            asked = [(("soc2", "hipaa", "gdpr", "nis2", "dora")[number % 5], SCOPES[number // 2])
                     for number in range(SESSIONS)]  # fmt: skip
            start = time.perf_counter()
            tabs = [browser.new_page() for _ in asked]
            for tab, (framework, scope) in zip(tabs, asked, strict=True):
                tab.goto(f"http://127.0.0.1:{PORT}/crosswalk?frameworks={framework}&scope={scope}",
                         wait_until="commit")  # fmt: skip
            for tab in tabs:
                tab.get_by_text("Not legal advice").wait_for(timeout=300_000)
            print(
                f"{SESSIONS} sessions opened at once: {time.perf_counter() - start:.1f} s until the last one is drawn"
            )
            for tab in tabs:  # all ask something of their own, before any is looked at
                tab.get_by_role("textbox", name="Search").fill("access")
                tab.keyboard.press("Enter")
            for tab, (framework, scope) in zip(tabs, asked, strict=True):
                tab.wait_for_url("**words=access*")
                tab.locator("[data-testid=stStatusWidget]").wait_for(state="detached", timeout=120_000)
                assert tab.get_by_role("textbox", name="Scope").input_value() == scope
                assert f"frameworks={framework}" in tab.url
                chosen = tab.locator("[data-testid=stMultiSelect]").first.inner_text()
                assert chosen.count("\n") <= 2, chosen
                assert tab.locator("[data-testid=stException]").count() == 0
            print(f"each saw its own question and no error; {time.perf_counter() - start:.1f} s in all")
            browser.close()
    finally:
        server.kill()


if __name__ == "__main__":
    sessions() if sys.argv[1:] == ["sessions"] else interactions()
