"""Scenes: what a field may be, which features it needs, and the same scene on the wire and in a file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_bridge.errors import InputError, Refused
from engine_bridge.scene import BLENDSHAPES, FEATURES, SCENE_FEATURES, Scene, read_scene, require_features

FULL = Scene(
    yaw_deg=-30,
    pitch_deg=10,
    roll_deg=0,
    distance=1.5,
    focal_length_mm=85,
    light_yaw_deg=45,
    light_pitch_deg=-5,
    light_colour=(1.0, 0.5, 4.0),
    light_intensity=0.5,
    background=(0.0, 0.5, 1.0),
    expression={"tongueOut": 0.125, "jawOpen": 1},
)


def test_the_canonical_scene_needs_nothing_and_says_nothing() -> None:
    assert Scene().features() == ()
    assert Scene().to_wire() == {}
    assert Scene(expression={}) == Scene.from_wire({}) == Scene()


def test_the_expressions_are_the_52_of_arkit_in_its_order() -> None:
    assert len(set(BLENDSHAPES)) == 52
    assert (BLENDSHAPES[0], BLENDSHAPES[24], BLENDSHAPES[-2:]) == (
        "browDownLeft",
        "jawOpen",
        ("noseSneerRight", "tongueOut"),
    )


@pytest.mark.parametrize(
    ("fields", "feature"),
    [
        ({"yaw_deg": 0}, "camera"),
        ({"focal_length_mm": 50}, "camera"),
        ({"light_yaw_deg": 10}, "light"),
        ({"light_colour": (1, 1, 1)}, "light"),
        ({"background": (0, 0, 0)}, "background"),
        ({"expression": {"jawOpen": 0}}, "expression"),
    ],
)
def test_a_field_that_is_set_needs_its_feature_even_at_zero(fields: dict[str, Any], feature: str) -> None:
    assert Scene(**fields).features() == (feature,)


def test_every_field_belongs_to_a_feature() -> None:
    assert FULL.features() == SCENE_FEATURES
    named = [name for feature in SCENE_FEATURES for name in FULL.set_fields(feature)]
    assert sorted(named) == sorted(field.name for field in dataclasses.fields(Scene))


RANGES = {
    "yaw_deg": (-90, 90),
    "pitch_deg": (-60, 60),
    "roll_deg": (-180, 180),
    "distance": (0.5, 4),
    "focal_length_mm": (15, 400),
    "light_yaw_deg": (-180, 180),
    "light_pitch_deg": (-90, 90),
    "light_intensity": (0, 4),
}


@pytest.mark.parametrize("name", RANGES)
def test_a_number_reaches_both_ends_of_its_range_and_not_beyond(name: str) -> None:
    low, high = RANGES[name]
    for good in (low, high, np.float32(high)):
        assert getattr(Scene.from_document({name: good}), name) == good
    for bad in (low - 0.01, high + 0.01, float("nan"), float("inf"), 10**400, True, "1", [1]):
        with pytest.raises(InputError) as caught:
            Scene.from_document({name: bad})
        assert f"The scene's {name} is " in str(caught.value)
        assert f"expected a number from {low:g} to {high:g}." in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"light_colour": (1, 5, 1)}, "light_colour.green is 5, expected a number from 0 to 4"),
        ({"background": (0, 0, 1.5)}, "background.blue is 1.5, expected a number from 0 to 1"),
        ({"background": (0, 0)}, "background is (0, 0), expected red, green and blue from 0 to 1"),
        ({"background": "red"}, "background is 'red', expected red, green and blue"),
        ({"expression": {"smile": 1}}, "has 'smile', which is not one of ARKit's 52 blendshapes"),
        ({"expression": {"jawOpen": 1.5}}, "expression.jawOpen is 1.5, expected a number from 0 to 1"),
        ({"expression": ["jawOpen"]}, "expected a map of names to weights"),
    ],
)
def test_a_wrong_colour_or_expression_is_named_with_its_value_and_range(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        Scene(**fields)
    assert words in str(caught.value)


def test_the_wire_has_the_fields_in_declared_order_and_only_those_that_are_set() -> None:
    assert list(FULL.to_wire().items()) == [
        ("yaw_deg", -30.0),
        ("pitch_deg", 10.0),
        ("roll_deg", 0.0),
        ("distance", 1.5),
        ("focal_length_mm", 85.0),
        ("light_yaw_deg", 45.0),
        ("light_pitch_deg", -5.0),
        ("light_colour.red", 1.0),
        ("light_colour.green", 0.5),
        ("light_colour.blue", 4.0),
        ("light_intensity", 0.5),
        ("background.red", 0.0),
        ("background.green", 0.5),
        ("background.blue", 1.0),
        ("expression.jawOpen", 1.0),
        ("expression.tongueOut", 0.125),
    ]
    assert Scene(roll_deg=3).to_wire() == {"roll_deg": 3.0}


def test_a_scene_survives_the_wire_and_a_file(tmp_path: Path) -> None:
    assert Scene.from_wire(dict(reversed(FULL.to_wire().items()))) == FULL
    path = tmp_path / "scene.json"
    path.write_bytes(FULL.to_json())
    assert read_scene(path) == FULL


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"zoom": 1.0}, "a field 'zoom', which this version does not know"),
        ({"background": 1.0, "background.red": 1.0}, "a field 'background', which"),
        ({"background.alpha": 1.0}, "a field 'background.alpha', which"),
        ({"yaw_deg.x": 1.0}, "a field 'yaw_deg.x', which"),
        ({"expression": 1.0, "expression.jawOpen": 1.0}, "a field 'expression', which"),
        ({"expression.": 1.0}, "a field 'expression.', which"),
        ({"background.red": 1.0}, "background has only red, expected red, green and blue"),
        ({"yaw_deg": 91.0}, "yaw_deg is 91.0, expected a number from -90 to 90"),
    ],
)
def test_a_wrong_map_from_the_wire_is_refused_in_words(values: dict[str, float], words: str) -> None:
    with pytest.raises(InputError) as caught:
        Scene.from_wire(values)
    assert words in str(caught.value)


NAMES = st.sampled_from([*FULL.to_wire(), "background", "expression", "expression.x", ".", "", "light_colour"])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(NAMES | st.text(max_size=20), st.floats()))
def test_any_map_is_a_scene_or_an_input_error(values: dict[str, float]) -> None:
    try:
        scene = Scene.from_wire(values)
    except InputError:
        return
    assert scene.to_wire() == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "must be UTF-8 JSON"),
        ("[]", "whose 'format' is 'facebridge-scene'"),
        (json.dumps({"yaw_deg": 3}), "whose 'format' is 'facebridge-scene'"),
        (json.dumps({"format": "facebridge-scene", "version": 2}), "has version 2, this program reads 1"),
        (
            json.dumps({"format": "facebridge-scene", "version": 1, "zoom": 3}),
            "a field 'zoom', expected one of yaw_deg",
        ),
        (json.dumps({"format": "facebridge-scene", "version": 1, "yaw_deg": 300}), "yaw_deg is 300"),
        (" " * 70_000, "at most 64 KiB"),
    ],
)
def test_a_wrong_scene_file_is_refused_naming_the_file(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_scene(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_missing_scene_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Cannot read the scene file .*no\.json"):
        read_scene(tmp_path / "no.json")


def test_what_an_engine_lacks_is_refused_naming_it_the_fields_and_what_it_has() -> None:
    require_features("e", FEATURES, FULL, ("depth",))
    require_features("e", (), Scene(), ())
    with pytest.raises(Refused) as caught:
        require_features(
            "e", ("light", "future", "points"), Scene(yaw_deg=1, roll_deg=2, light_intensity=1), ("depth",)
        )
    assert str(caught.value) == (
        "The engine 'e' does not support camera (yaw_deg, roll_deg), depth as truth; it supports light, points."
    )
    with pytest.raises(Refused, match="it supports none of the features of a scene or of truth"):
        require_features("e", (), FULL, ())


def test_a_feature_of_scenes_is_no_truth() -> None:
    with pytest.raises(Refused, match="does not support camera as truth"):
        require_features("e", FEATURES, Scene(), ("camera",))
