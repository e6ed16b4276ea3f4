"""Pages: well-formed, self-contained, safe against what they are given; charts that put values where they belong."""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from core import html
from core.evaluate.html_charts import Curve, line_chart, scatter


def parsed(page: str) -> ElementTree.Element:
    """The page as strict XML, without its first line, which XML does not know."""
    return ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>"))


def test_a_page_is_well_formed_and_shows_hostile_text_as_text() -> None:
    hostile = '<script>alert("1 & 2")</script>\x00\x1b'
    content = html.table(("name", hostile), [(hostile, "1")], caption=hostile, ours=[0], text=0)
    root = parsed(html.page(hostile, hostile, [html.Headline(hostile, hostile)], [(hostile, content)]))
    assert not root.findall(".//script")
    assert "".join(root.find(".//h1").itertext()) == '<script>alert("1 & 2")</script>'  # pyright: ignore
    assert [link.get("href") for link in root.findall(".//nav/a")] == ["#part-0"]
    assert root.find(".//section").get("id") == "part-0"  # pyright: ignore[reportOptionalMemberAccess]
    assert root.find(".//tbody/tr").get("class") == "ours"  # pyright: ignore[reportOptionalMemberAccess]


def test_pictures_travel_inside_the_page() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 32:] = (250, 10, 10)
    root = parsed(html.page("t", "l", [], [("s", html.grid([html.case([("engine", image)], "first")]))]))
    source = root.find(".//img").get("src")  # pyright: ignore[reportOptionalMemberAccess]
    assert source is not None and source.startswith("data:image/webp;base64,")
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))))
    assert shown.shape == (html.PICTURE_PX, html.PICTURE_PX, 3)
    assert shown[80, 150, 0] > 200 and shown[80, 10].max() < 40


def test_a_card_is_flattened_to_paths() -> None:
    card = {"name": "head", "figures": {"psnr": 31.41592, "none": None}, "weakest": [["iris", 0.5], ["brow", 1]]}
    assert html.flattened(card) == [
        ("name", "head"),
        ("figures.psnr", "31.42"),
        ("figures.none", "None"),
        ("weakest", "iris 0.5, brow 1"),
    ]


def test_a_curve_runs_through_its_values_and_leaves_gaps() -> None:
    values = [0.0, 1.0, float("nan"), 0.5, 1.0]
    chart = line_chart("title", "x", "y", [Curve("one", [0, 1, 2, 3, 4], values), Curve("two", [0, 4], [0, 0], True)])
    lines = ElementTree.fromstring(chart).findall(".//polyline")
    assert len(lines) == 3 and lines[2].get("stroke-dasharray") and not lines[0].get("stroke-dasharray")
    (x0, y0), (x1, y1) = [tuple(map(float, pair.split(","))) for pair in str(lines[0].get("points")).split()]
    assert x0 < x1 and y0 > y1
    last = str(lines[1].get("points")).split()[-1].split(",")
    assert float(last[1]) == pytest.approx(y1) and float(last[0]) > x1


def test_a_logarithmic_axis_has_room_for_nought() -> None:
    chart = line_chart("t", "steps", "y", [Curve("a", [0, 100, 10_000], [1, 2, 3])], log_x=True)
    points = [float(pair.split(",")[0]) for pair in re.findall(r'points="([^"]+)"', chart)[0].split()]
    assert points[2] - points[1] == pytest.approx(2 * (points[1] - points[0]), abs=0.2)
    texts = [element.text for element in ElementTree.fromstring(chart).findall(".//text")]
    assert {"0", "100", "1000", "10000"} <= set(texts)


def test_points_keep_their_shape_and_nothing_measured_is_said() -> None:
    square = np.array([[0.0, 0.0], [0.0, 10.0], [10.0, 0.0]])
    dots = ElementTree.fromstring(scatter("t", [("photos", square), ("renders", square + 5)])).findall(".//circle")
    places = [(float(str(dot.get("cx"))), float(str(dot.get("cy")))) for dot in dots]
    assert len(dots) == 6 and places[1][1] - places[0][1] == pytest.approx(places[2][0] - places[0][0], abs=0.2)
    assert len({dot.get("fill") for dot in dots}) == 2
    assert "nothing could be measured" in line_chart("t", "x", "y", [Curve("a", [0], [float("nan")])])
    flat = line_chart("t", "x", "y", [Curve("a", [0, 1], [0, 0], dots=True)], from_data=True)
    assert len(ElementTree.fromstring(flat).findall(".//circle")) == 2
