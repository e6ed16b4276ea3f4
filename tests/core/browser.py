"""A real browser for tests of pages: headless Chromium driven by selenium, and the sentence that says how to get it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, WebDriverException

from core import threads

WAIT_S = 30.0
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1440,1000",
)
_CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

T = TypeVar("T")


@contextmanager
def browser(profile: Path) -> Iterator[webdriver.Chrome]:
    """Headless Chromium with a fresh profile in a folder; the test fails, in words, where there is none."""
    chrome = next(filter(None, map(shutil.which, _CHROMES)), None)
    driver = shutil.which("chromedriver")
    if chrome is None or driver is None:
        pytest.fail("Pages are tested in a real browser; please run: sudo apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chrome
    for option in (*_OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield started
    finally:
        started.quit()


def until(look: Callable[[], T], what: str) -> T:
    """The first true thing that `look` sees; fails with `what` in time."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except (NoSuchElementException, StaleElementReferenceException):
            pass  # it is not there yet, or the page replaced it while we looked
        except WebDriverException as error:
            if "javascript error" not in str(error):
                raise
        time.sleep(0.03)
    pytest.fail(f"within {WAIT_S:.0f} s there was not {what}")


def outside_of_pytest() -> dict[str, str]:
    """The environment for a process with NiceGUI, which in pytest's would serve its own tests instead of our page."""
    return {name: value for name, value in threads.environment(1).items() if not name.startswith("PYTEST")}
