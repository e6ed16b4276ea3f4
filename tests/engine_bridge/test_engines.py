"""What an engine announces, and how the pattern engine honours its part of a scene."""

from __future__ import annotations

import numpy as np
import pytest

from engine_bridge.engines import draw_scene, engine_features
from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.errors import EngineError
from engine_bridge.scene import Scene

ENGINE = PatternEngine()
PARAMETERS = np.stack([ENGINE.schema.defaults, ENGINE.schema.defaults])
PARAMETERS[0, 0], PARAMETERS[1, 0] = -2.5, 2.5
CHOICES = np.zeros((2, 1), np.uint8)
GREEN = Scene(background=(0.0, 1.0, 0.0))


class PlainEngine:
    """An engine that draws its canonical screenshot and has never heard of scenes."""

    name, version, renderer = "plain", "1", "numpy"
    schema = ENGINE.schema
    render = staticmethod(ENGINE.render)
    close = staticmethod(ENGINE.close)


def test_an_engine_without_features_needs_no_code_for_scenes() -> None:
    plain = PlainEngine()
    assert engine_features(plain) == ()
    drawn = draw_scene(plain, PARAMETERS, CHOICES, 16, Scene(), ())
    assert np.array_equal(drawn.images, ENGINE.render(PARAMETERS, CHOICES, 16))
    with pytest.raises(EngineError, match="'plain' draws nothing but its canonical screenshot"):
        draw_scene(plain, PARAMETERS, CHOICES, 16, GREEN, ())


def test_an_engine_cannot_announce_what_does_not_exist() -> None:
    engine = PatternEngine()
    engine.features = ("background", "smell")
    with pytest.raises(EngineError, match=r"'pattern' announces the feature 'smell', expected some of camera, light"):
        engine_features(engine)


def test_the_canonical_scene_is_the_canonical_screenshot_to_the_byte() -> None:
    drawn = ENGINE.render_scene(PARAMETERS, CHOICES, 32, Scene(), ())
    assert np.array_equal(drawn.images, ENGINE.render(PARAMETERS, CHOICES, 32))
    assert drawn.truth == {}


def test_the_background_is_where_the_segmentation_says_and_nowhere_else() -> None:
    canonical = ENGINE.render(PARAMETERS, CHOICES, 32)
    drawn = ENGINE.render_scene(PARAMETERS, CHOICES, 32, GREEN, ("segmentation",))
    behind = drawn.truth["segmentation"] == 0
    assert (drawn.images[behind] == (0, 255, 0)).all()
    assert np.array_equal(drawn.images[~behind], canonical[~behind])
    assert set(np.unique(drawn.truth["segmentation"])) == {0, 1}
    small, large = (np.count_nonzero(behind[k]) for k in range(2))
    assert small > large, "the first wave sets the size of the disc"
