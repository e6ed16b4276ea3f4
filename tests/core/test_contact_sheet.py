"""The contact sheet is one well-formed file that shows what it is given; the table survives spreadsheets."""

from __future__ import annotations

import base64
import csv
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from core.importing.contact_sheet import PICTURE_PX, SheetRow, contact_sheet, failed_row, sheet_row
from core.importing.table import TableRow, parameter_table
from engine_bridge.client import Advice
from engine_bridge.engines import engine_schema
from engine_bridge.parameter_edits import Character, apply_edits, parse_edit

SCHEMA = engine_schema("embedded")
CHARACTER = apply_edits(
    SCHEMA,
    Character.neutral(SCHEMA),
    map(parse_edit, ("nose.width=-2.5", "lips.gloss=1.25", "hair.style=long")),
).character
HOSTILE = '<img src=x onerror=alert(1)>&"\x00.jpg'


def row(name: str, *advice: Advice) -> SheetRow:
    picture = np.zeros((256, 256, 3), np.uint8)
    picture[:, 128:] = (240, 20, 20)
    return sheet_row(name, [("photo", picture), ("character", picture)], advice, SCHEMA, CHARACTER)


def parsed(sheet: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(sheet.decode().removeprefix("<!DOCTYPE html>"))


def names(root: ElementTree.Element) -> list[str]:
    return ["".join(each.itertext()) for each in root.iter("h3")]


def test_pictures_warnings_and_what_stands_out_are_in_the_file() -> None:
    advice = (Advice("blurred", "warning", "The photo is blurred."), Advice("small", "note", "The face is small."))
    root = parsed(contact_sheet("Run", [row("ada.jpg", *advice)], lead="embedded 0.4, CC0"))
    (first, _) = [str(image.get("src")) for image in root.iter("img")]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(first.split(",")[1]))))
    assert shown.shape == (PICTURE_PX, PICTURE_PX, 3) and shown[9, 250, 0] > 200 and shown[9, 5].max() < 40
    text = "".join(root.itertext())
    assert "embedded 0.4, CC0" in text and "Hair style: long" in text
    assert [(each.get("class"), "".join(each.itertext())) for each in root.iter("li")] == [
        ("warning", "warningThe photo is blurred."),
        ("note", "noteThe face is small."),
    ]
    assert [each.get("title") for each in root.iter("span") if each.get("title")] == ["nose.width", "lips.gloss"]
    bars = [str(each.get("style")) for each in root.iter("u")]
    assert bars == ["left:0%;width:50%", "left:50%;width:25%"]


def test_the_worst_come_first_and_file_order_is_kept_when_asked() -> None:
    serious = Advice("turned", "serious", "The head is turned.")
    rows = [row("fine.jpg"), row("bad.jpg", serious), failed_row("broken.jpg", "No face."), row("fine-2.jpg")]
    assert names(parsed(contact_sheet("Run", rows))) == ["broken.jpg", "bad.jpg", "fine.jpg", "fine-2.jpg"]
    kept = parsed(contact_sheet("Run", rows, worst_first=False))
    assert names(kept) == ["fine.jpg", "bad.jpg", "broken.jpg", "fine-2.jpg"]
    for sheet in (parsed(contact_sheet("Run", rows)), kept):
        anchors = {str(each.get("href"))[1:] for each in sheet.iter("a") if each.get("href")}
        assert anchors <= {str(each.get("id")) for each in sheet.iter("section")}


def test_hostile_names_and_words_are_shown_as_text_and_nothing_is_fetched() -> None:
    sheet = contact_sheet(HOSTILE, [row(HOSTILE, Advice("x", HOSTILE, HOSTILE)), failed_row(HOSTILE, HOSTILE)], HOSTILE)
    root = parsed(sheet)
    assert names(root) == [HOSTILE.replace("\x00", "")] * 2
    assert not list(root.iter("script")) and [each.get("class") for each in root.iter("li")] == ["serious", "note"]
    sources = [value for each in root.iter() for key, value in each.items() if key in ("src", "href")]
    assert sources and all(value.startswith(("data:image/webp;base64,", "#")) for value in sources)
    assert b"url(" not in sheet and b"@import" not in sheet


def test_a_run_without_photos_says_so() -> None:
    assert "no photos" in "".join(parsed(contact_sheet("Run", [])).itertext())


def read(table: bytes) -> list[dict[str, str]]:
    assert table.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))


def test_the_table_has_a_row_a_photo_and_a_column_a_parameter() -> None:
    given = [TableRow("ada.jpg", CHARACTER, ("One.", "Two.")), TableRow('b, "b"\n.jpg', None, error="No face.")]
    rows = read(parameter_table(SCHEMA, given))
    assert list(rows[0])[:5] == ["photo", "warnings", "error", "hair.style", "base"]
    assert len(rows[0]) == 3 + len(SCHEMA.choices) + SCHEMA.count
    assert (rows[0]["nose.width"], rows[0]["lips.gloss"], rows[0]["hair.style"]) == ("-2.5", "1.25", "long")
    assert rows[0]["warnings"] == "One. | Two."
    assert rows[1]["photo"] == 'b, "b"\n.jpg' and rows[1]["error"] == "No face." and rows[1]["nose.width"] == ""


@pytest.mark.parametrize("name", ["=1+1.jpg", "+a", "-a", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_a_file_name_is_never_a_formula(name: str) -> None:
    (only,) = read(parameter_table(SCHEMA, [TableRow(name, None, (name,), name)]))
    assert only["photo"] == only["warnings"] == only["error"] == f"'{name}"


def test_ordinary_names_are_left_alone_and_control_characters_are_not() -> None:
    found = read(parameter_table(SCHEMA, [TableRow("Zoë - 2.jpg", None), TableRow("a\x00b", None)]))
    assert [each["photo"] for each in found] == ["Zoë - 2.jpg", "a?b"]
