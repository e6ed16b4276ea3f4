"""`facebridge studio` in a real browser: sliders, undo, locks, mirror, photos, presets, views, and who is let in."""

from __future__ import annotations

import base64
import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from core.studio.server import READY
from engine_bridge.engines import engine_schema
from engine_bridge.parameter_file import parameters_document
from tests.core.browser import browser, outside_of_pytest, until

SCHEMA = engine_schema("embedded")
STOP_S = 30.0


@dataclass
class Page:
    """The studio's page in the browser."""

    chrome: Chrome

    def find(self, css: str) -> WebElement:
        return self.chrome.find_element(By.CSS_SELECTOR, css)

    def mark(self, name: str) -> WebElement:
        return self.find(f'[data-mark="{name}"]')

    def row(self, name: str, inside: str = "") -> WebElement:
        return self.find(f'[data-name="{name}"] {inside}')

    def value(self, name: str) -> str:
        return str(self.row(name, ".fb-value").get_attribute("value"))

    def classes(self, element: WebElement) -> list[str]:
        return str(element.get_attribute("class")).split()

    def status(self) -> str:
        return self.mark("status").text

    def shot(self) -> int:
        """The version of the picture that the browser shows, not a draft, loaded; 0 for none."""
        picture = self.mark("picture")
        script = "const p = arguments[0]; return p.complete && p.naturalWidth > 0 && p.dataset.draft === 'false'"
        return int(picture.get_attribute("data-version") or 0) if self.chrome.execute_script(script, picture) else 0

    def pixels(self) -> str:
        """The shown picture, 16 x 16 pixels of it."""
        script = """const c = document.createElement('canvas'); c.width = c.height = 16; const t = c.getContext('2d');
            t.drawImage(arguments[0], 0, 0, 16, 16); return c.toDataURL();"""
        return str(self.chrome.execute_script(script, self.mark("picture")))

    def slide(self, name: str, by_px: int) -> None:
        """Drag a slider's thumb in three steps."""
        thumb = self.row(name, ".q-slider__thumb")
        self.chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", thumb)
        drag = ActionChains(self.chrome).click_and_hold(thumb)
        for _ in range(3):
            drag.move_by_offset(by_px // 3, 0)
        drag.release().perform()

    def click(self, element: WebElement) -> None:
        self.chrome.execute_script("arguments[0].click()", element)

    def take(self, name: str, data: bytes) -> None:
        """Hand the page a file, as a drop on it does."""
        self.chrome.execute_script(
            "const text = atob(arguments[0]); const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));"
            "facebridge.take(new File([bytes], arguments[1]));",
            base64.b64encode(data).decode(),
            name,
        )

    def preset(self) -> dict[str, Any]:
        """What the Save button downloads."""
        link = str(self.mark("save").get_attribute("href"))
        script = "return fetch(arguments[0]).then((answer) => answer.text())"
        return json.loads(self.chrome.execute_script(script, link))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-P", "-m", "core.cli", "studio", "--no-open", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=outside_of_pytest(), text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith(READY)
            yield line.removeprefix(READY).strip()
        finally:
            process.terminate()
            process.wait(STOP_S)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, address: str) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as chrome:
        chrome.get(address)
        page = Page(chrome)
        until(page.shot, "a first picture")
        yield page


@pytest.fixture
def page(opened: Page) -> Page:
    """The page with the neutral character on the stage, nothing locked, the nose's sliders listed."""
    document = parameters_document(SCHEMA, SCHEMA.defaults, SCHEMA.default_choices)
    opened.take("neutral.json", json.dumps(document).encode())
    opened.click(opened.find('[data-group="nose"] .title'))
    until(lambda: opened.preset() == document, "a neutral face")
    until(lambda: opened.value("nose.width") == "+0.00" and opened.shot(), "its picture")
    return opened


def test_a_drag_changes_the_picture_and_one_undo_brings_it_back(page: Page) -> None:
    before, version = page.pixels(), page.shot()
    page.slide("nose.compression", 90)
    until(lambda: page.value("nose.compression") > "+0.5", "a larger value")
    until(lambda: "changed" in page.classes(page.row("nose.compression")), "a mark of the change")
    until(lambda: page.shot() > version and page.pixels() != before, "another picture")
    moved = page.value("nose.compression")
    page.click(page.mark("undo"))
    until(lambda: page.value("nose.compression") == "+0.00", "the old value")
    until(lambda: page.shot() and page.pixels() == before, "the old picture")
    page.click(page.mark("redo"))
    until(lambda: page.value("nose.compression") == moved, "the value again")


def test_a_number_can_be_typed_and_the_search_finds_its_slider(page: Page) -> None:
    page.mark("search").send_keys("nose wid")
    until(lambda: page.find("[data-name]").get_attribute("data-name") == "nose.width", "the width of the nose first")
    assert page.mark("search").get_attribute("value") == "nose wid"
    page.row("nose.width", ".fb-value").send_keys(Keys.CONTROL, "a")
    page.row("nose.width", ".fb-value").send_keys("1,25\n")
    until(lambda: page.preset()["parameters"]["nose.width"] == 1.25, "the typed value")
    until(lambda: page.value("nose.width") == "+1.25", "it in the field")
    page.mark("search").send_keys("zzz")
    until(lambda: "Nothing is called" in page.find(".fb-rows").text, "words for nothing found")


def test_a_lock_holds_a_slider_and_a_locked_group_its_parameters(page: Page) -> None:
    page.click(page.mark("lock nose.compression"))
    until(lambda: "locked" in page.classes(page.row("nose.compression")), "a locked row")
    page.slide("nose.compression", 90)
    page.click(page.mark("lock-group"))
    until(lambda: "locked" in page.classes(page.row("nose.width")), "a locked group")
    page.click(page.find('[data-name="nose.width"] .reset'))
    assert page.preset()["locks"] == ["nose"] and not any(page.preset()["parameters"].values())


def test_mirror_moves_both_sides(page: Page) -> None:
    page.click(page.find('[data-group="ears"] .title'))
    until(lambda: page.row("ear.left.size"), "the ears' sliders")
    page.click(page.mark("mirror"))
    until(lambda: "on" in page.classes(page.mark("mirror")), "the mirror link")
    page.slide("ear.left.flap", 60)
    until(lambda: page.value("ear.right.flap") == page.value("ear.left.flap") != "+0.00", "both ears moved")
    page.click(page.mark("mirror"))
    until(lambda: "on" not in page.classes(page.mark("mirror")), "no mirror link")


def test_a_photo_sets_the_parameters_and_can_be_compared(page: Page, grace_hopper: Path) -> None:
    page.take("wall.jpg", b"no picture")
    until(lambda: page.status().startswith("wall.jpg: "), "words about a file that is no photo")
    page.take("Grace Hopper.jpg", grace_hopper.read_bytes())
    until(lambda: page.status().startswith("Imported Grace Hopper.jpg"), "the imported photo")
    preset = page.preset()
    assert preset["photo"] == "Grace Hopper.jpg" and preset["name"]
    assert sum(abs(value) > 0.2 for value in preset["parameters"].values()) > 50
    page.mark("search").send_keys("yellow")  # what a photo's light decides more than its person
    until(lambda: page.row("skin.yellowness", ".fb-guess").is_displayed(), "the word that it is a guess")
    until(lambda: page.find('[data-mark="photo"] img').get_property("naturalWidth") == 256, "the aligned photo")
    until(page.shot, "the character")
    alone = page.pixels()
    page.click(page.mark("view blend"))
    until(lambda: page.shot() and page.pixels() != alone, "a blend")
    page.click(page.mark("view turned"))
    # Two square pictures beside each other.
    until(lambda: int(str(page.mark("picture").get_property("naturalWidth"))) > 1280, "two turned views")
    page.click(page.mark("view character"))


def test_a_preset_is_saved_and_opened_again(page: Page) -> None:
    page.mark("name").send_keys(Keys.CONTROL, "a")
    page.mark("name").send_keys("Ada\n")
    page.slide("nose.compression", 60)
    page.click(page.mark("lock nose.compression"))
    until(lambda: "locks" in page.preset(), "a preset with a lock")
    saved = page.preset()
    assert saved["name"] == "Ada" and saved["parameters"]["nose.compression"] > 0.3
    page.take("other.json", json.dumps({**saved, "name": "Bea", "locks": ["lips"]}).encode())
    until(lambda: page.mark("name").get_attribute("value") == "Bea", "the other preset")
    page.take("saved.json", json.dumps(saved).encode())
    until(lambda: page.preset() == saved, "the saved preset again")
    page.take("broken.json", b"{}")
    until(lambda: "not a parameter file" in page.status(), "words about a broken preset")
    assert page.preset() == saved


def test_nobody_without_the_key_and_no_other_website_is_let_in(address: str) -> None:
    def status(path: str, **headers: str) -> int:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=STOP_S)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    key = urlsplit(address).query
    assert status("/") == status("/preset") == status("/shot/1") == status("/_nicegui_ws/socket.io/?EIO=4") == 403
    assert status(f"/?{key}") == 303
    assert status(f"/?{key}", Host="evil.example") == status(f"/?{key}", Origin="http://evil.example") == 403
