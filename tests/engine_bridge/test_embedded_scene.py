"""The embedded engine's scenes and truth maps: the canonical picture stays, and what is asked for is what is drawn."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from engine_bridge.engines import engine_features
from engine_bridge.engines.embedded.engine import EmbeddedEngine
from engine_bridge.engines.embedded.view import EYE_POSITION_DM, TARGET_DM, View, view_of
from engine_bridge.scene import FEATURES, Scene
from engine_bridge.truth import SEGMENTS, RenderedScene, truth_fault

PX = 160
SKIN, BROWS, EYES, LIPS = (SEGMENTS.index(name) for name in ("skin", "brows", "eyes", "lips"))
NOSE, EARS, HAIR, NECK = (SEGMENTS.index(name) for name in ("nose", "ears", "hair", "neck"))


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    opened = EmbeddedEngine()
    yield opened
    opened.close()


def drawn(engine: EmbeddedEngine, scene: Scene, *truth: str, px: int = PX, **choices: str) -> RenderedScene:
    schema = engine.schema
    chosen = schema.choice_vector({**schema.choice_mapping(schema.default_choices), **choices})
    return engine.render_scene(schema.defaults[None], chosen[None], px, scene, truth)


def picture(engine: EmbeddedEngine, scene: Scene, **choices: str) -> npt.NDArray[np.int16]:
    return drawn(engine, scene, px=PX, **choices).images[0].astype(np.int16)


def test_it_announces_everything_a_scene_may_ask(engine: EmbeddedEngine) -> None:
    assert set(engine_features(engine)) == set(FEATURES)


def test_an_empty_scene_is_the_canonical_screenshot_even_after_truth_was_drawn(engine: EmbeddedEngine) -> None:
    canonical = engine.render(engine.schema.defaults[None], engine.schema.default_choices[None], PX)
    assert np.array_equal(drawn(engine, Scene(), "segmentation", "depth", "points").images, canonical)
    again = engine.render(engine.schema.defaults[None], engine.schema.default_choices[None], PX)
    assert np.array_equal(again, canonical)


def test_a_canonical_camera_that_is_spelled_out_is_the_same_camera() -> None:
    spelled = view_of(Scene(yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0, distance=1.0))
    assert np.allclose(spelled.camera, View().camera, atol=1e-6)
    assert np.allclose(spelled.eye, EYE_POSITION_DM)


def test_the_camera_moves_as_the_scene_says() -> None:
    left, above = view_of(Scene(yaw_deg=90.0)), view_of(Scene(pitch_deg=60.0))
    distance = np.linalg.norm(np.subtract(EYE_POSITION_DM, TARGET_DM))
    assert np.subtract(left.eye, TARGET_DM) == pytest.approx([distance, 0.0, 0.0], abs=1e-9)
    assert above.eye[1] > TARGET_DM[1] + 0.8 * distance
    assert np.linalg.norm(np.subtract(view_of(Scene(distance=2.0)).eye, TARGET_DM)) == pytest.approx(2 * distance)


def test_yaw_shows_the_left_ear_and_hides_the_right_one(engine: EmbeddedEngine) -> None:
    segments = drawn(engine, Scene(yaw_deg=40.0), "segmentation").truth["segmentation"][0]
    ears = np.argwhere(segments == EARS)
    assert len(ears) > 100 and ears[:, 1].mean() > PX / 2


def test_background_light_and_roll_change_what_they_should(engine: EmbeddedEngine) -> None:
    plain = picture(engine, Scene())
    paper = picture(engine, Scene(background=(1.0, 0.5, 0.0)))
    assert np.abs(paper[2, 2] - [255, 128, 0]).max() <= 1
    assert np.array_equal(paper[PX // 2, PX // 2], plain[PX // 2, PX // 2])
    left = picture(engine, Scene(light_yaw_deg=80.0))
    half = PX // 2
    face = slice(PX // 3, 3 * PX // 4)
    assert left[face, half + 10 : half + 40].mean() > left[face, half - 40 : half - 10].mean() + 15
    assert picture(engine, Scene(light_intensity=0.0))[half, half].mean() < plain[half, half].mean() - 25
    blue = picture(engine, Scene(light_colour=(0.2, 0.2, 1.0)))[half, half]
    assert blue[2] - blue[0] > plain[half, half][2] - plain[half, half][0] + 20


def test_expressions_move_the_face_and_open_the_mouth(engine: EmbeddedEngine) -> None:
    plain = drawn(engine, Scene(), "segmentation", "points")
    moved = drawn(engine, Scene(expression={"jawOpen": 1.0}), "segmentation", "points")
    inner = SEGMENTS.index("inner_mouth")
    mouth = (moved.truth["segmentation"][0] == inner).sum() - (plain.truth["segmentation"][0] == inner).sum()
    assert mouth > 50
    chin = 152  # of MediaPipe's mesh
    assert moved.truth["points"][0, chin, 1] > plain.truth["points"][0, chin, 1] + 3
    closed = drawn(engine, Scene(expression={"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}), "segmentation")
    eyes = [int((one.truth["segmentation"][0] == EYES).sum()) for one in (plain, closed)]
    assert eyes[1] < 0.5 * eyes[0]


def test_an_eye_that_looks_aside_shows_its_iris_there(engine: EmbeddedEngine) -> None:
    left = picture(engine, Scene(expression={"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}))
    right = picture(engine, Scene(expression={"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0}))
    rows, columns = np.nonzero(drawn(engine, Scene(), "segmentation").truth["segmentation"][0] == EYES)
    for here, away, outer in (
        (left, right, columns > np.quantile(columns, 0.85)),
        (right, left, columns < np.quantile(columns, 0.15)),
    ):
        # The iris is darker than the white.
        there = rows[outer], columns[outer]
        assert here[there].mean() < away[there].mean() - 15


def test_the_truth_maps_are_well_formed_and_agree_with_the_picture(engine: EmbeddedEngine) -> None:
    found = drawn(engine, Scene(), "points", "depth", "segmentation")
    assert list(found.truth) == ["points", "depth", "segmentation"]
    for channel, values in found.truth.items():
        assert truth_fault(channel, values[0], PX) == ""
    segments, depth = found.truth["segmentation"][0], found.truth["depth"][0]
    assert np.array_equal(segments == 0, depth == 0)
    background = np.abs(found.images[0].astype(int) - found.images[0][1, 1]).max(2) <= 1
    assert (background == (segments == 0)).mean() > 0.99
    counts = np.bincount(segments.ravel(), minlength=len(SEGMENTS))
    assert (counts[[SKIN, BROWS, EYES, LIPS, NOSE, EARS, HAIR, NECK]] > 20).all(), counts
    row = {name: np.nonzero(segments == SEGMENTS.index(name))[0].mean() for name in SEGMENTS if name != "inner_mouth"}
    assert row["hair"] < row["brows"] < row["eyes"] < row["nose"] < row["lips"] < row["neck"]
    # The tip of the nose is nearest; the head is about two decimetres deep and a metre away.
    tip = np.argwhere(depth == depth[depth > 0].min())[0]
    assert segments[tuple(tip)] == NOSE and 95 < depth[tuple(tip)] < 105


def test_points_follow_the_skin_through_camera_and_expression(engine: EmbeddedEngine) -> None:
    nose, left_eye, right_eye = 1, 263, 33  # of MediaPipe's mesh
    plain = drawn(engine, Scene(), "points").truth["points"][0]
    turned = drawn(engine, Scene(yaw_deg=20.0), "points").truth["points"][0]
    assert np.array_equal(plain[:, 2:], turned[:, 2:])
    assert turned[nose, 0] < plain[nose, 0] - 5
    assert plain[left_eye, 0] > plain[nose, 0] > plain[right_eye, 0] and plain[nose, 1] > plain[left_eye, 1]
    depth = drawn(engine, Scene(), "depth").truth["depth"][0]
    x, y = np.floor(plain[nose, :2]).astype(int)
    assert depth[y, x] == pytest.approx(10 * EYE_POSITION_DM[2] - plain[nose, 4], abs=0.4)


def test_large_pictures_use_the_refined_head_and_look_the_same(engine: EmbeddedEngine) -> None:
    small = drawn(engine, Scene(), px=320).images[0].astype(float)
    large = drawn(engine, Scene(), px=640).images[0].reshape(320, 2, 320, 2, 3).mean((1, 3))
    assert np.abs(small - large).mean() < 4.0
