"""The 52 expressions move what they name, on the side they name, and closed lids cover the eyeball on every face."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from engine_bridge.engines.embedded import face_units
from engine_bridge.engines.embedded.expression import Expressions, expression_offsets, mixes
from engine_bridge.engines.embedded.face_units import load_units
from engine_bridge.engines.embedded.mesh import EYE_LEFT, SKIN, HeadAsset, HeadLevel, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.errors import EngineError
from engine_bridge.scene import BLENDSHAPES

Array = npt.NDArray[np.float64]
STILL = {"tongueOut"}


class Face:
    """The head and its expressions, read once for all tests."""

    def __init__(self) -> None:
        self.asset: HeadAsset = load_asset()
        self.morph = Morpher(self.asset)
        self.neutral = self.morph.neutral
        self.expressions = Expressions(self.asset, self.neutral)
        self.head = HeadLevel(self.asset)

    def offsets(self, weights: dict[str, float], points: Array | None = None) -> Array:
        vector = np.zeros(len(BLENDSHAPES))
        for name, weight in weights.items():
            vector[BLENDSHAPES.index(name)] = weight
        return self.expressions.offsets(vector, self.neutral if points is None else points)

    def random(self, seed: int, reach: float = 2.5) -> Array:
        vector = np.random.default_rng(seed).uniform(-reach, reach, self.morph.count).astype(np.float32)
        return self.morph.points(vector, seed % 3)

    def seen(self, points: Array) -> npt.NDArray[np.bool_]:
        """Refined points of the left eyeball that no skin hides from a viewer far in front."""
        refined = np.asarray(self.head.smooth @ points)
        ball = self.head.part_points(EYE_LEFT)
        skin = self.head.quads[self.head.parts == SKIN]
        low, high = refined[ball].min(0), refined[ball].max(0)
        corner = refined[skin]
        over = (corner.max(1) > low).all(1) & (corner.min(1) < high)[:, :2].all(1)
        skin = skin[over]
        a, b, c = (refined[np.concatenate([skin[:, k], skin[:, j]])] for k, j in ((0, 0), (1, 2), (2, 3)))
        area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
        area = np.where(np.abs(area) < 1e-12, 1e-12, area)
        at = refined[ball]
        dx, dy = at[:, :1] - a[:, 0], at[:, 1:2] - a[:, 1]
        u = (dx * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * dy) / area
        v = ((b[:, 0] - a[:, 0]) * dy - dx * (b[:, 1] - a[:, 1])) / area
        depth = a[:, 2] + u * (b[:, 2] - a[:, 2]) + v * (c[:, 2] - a[:, 2])
        front = np.where((u >= 0) & (v >= 0) & (u + v <= 1), depth, -np.inf).max(1)
        towards = self.head.normals(refined.astype(np.float32))[ball][:, 2] > 0.1
        return towards & (at[:, 2] > front)


@pytest.fixture(scope="module")
def face() -> Face:
    return Face()


def mirrored(name: str) -> str:
    if name.endswith("Left"):
        return name.removesuffix("Left") + "Right"
    return name.removesuffix("Right") + "Left" if name.endswith("Right") else name


def test_every_arkit_expression_has_a_mix_and_a_sentence() -> None:
    assert tuple(mixes()) == BLENDSHAPES and len(BLENDSHAPES) == 52
    assert all(shows.endswith(".") for _, shows in mixes().values())


def test_every_expression_but_the_missing_tongue_moves_the_face(face: Face) -> None:
    still = {name for name in BLENDSHAPES if np.abs(face.offsets({name: 1.0})).max() < 0.01}
    assert still == STILL


def test_no_two_expressions_are_the_same_movement(face: Face) -> None:
    moves = np.stack([face.offsets({name: 1.0}).ravel() for name in BLENDSHAPES if name not in STILL])
    moves /= np.linalg.norm(moves, axis=1, keepdims=True)
    alike = moves @ moves.T - np.eye(len(moves))
    assert alike.max() < 0.9


@pytest.mark.parametrize("name", [name for name in BLENDSHAPES if name.endswith("Left")])
def test_left_and_right_are_mirror_images_on_the_character_s_own_sides(face: Face, name: str) -> None:
    left, right = face.offsets({name: 1.0}), face.offsets({mirrored(name): 1.0})
    weight = np.abs(left).sum(1)
    towards_left = name not in ("jawLeft", "mouthLeft")
    if towards_left:
        assert (weight * face.neutral[:, 0]).sum() / weight.sum() > 0.05
    total = left + right * np.array([-1.0, 1.0, 1.0])
    assert np.abs(total.sum(0) - 2 * left.sum(0)).max() < 0.05 * np.abs(left).sum()


@pytest.mark.parametrize(
    ("name", "axis", "sign"),
    [("jawForward", 2, 1), ("jawLeft", 0, 1), ("jawRight", 0, -1), ("jawOpen", 1, -1), ("mouthLeft", 0, 1)],
)
def test_the_jaw_and_the_mouth_go_where_their_names_say(face: Face, name: str, axis: int, sign: int) -> None:
    assert sign * face.offsets({name: 1.0})[:, axis].sum() > 1.0


@pytest.mark.parametrize(
    ("name", "axis", "sign"),
    [("eyeLookUpLeft", 1, 1), ("eyeLookDownLeft", 1, -1), ("eyeLookInLeft", 0, -1), ("eyeLookOutLeft", 0, 1)],
)
def test_a_look_turns_the_front_of_the_eyeball_and_keeps_its_shape(face: Face, name: str, axis: int, sign: int) -> None:
    ball = np.unique(face.asset.quads[face.asset.parts == EYE_LEFT])
    before, moved = face.neutral[ball], (face.neutral + face.offsets({name: 1.0}))[ball]
    front = before[:, 2] > np.quantile(before[:, 2], 0.8)
    assert sign * (moved - before)[front, axis].mean() > 0.05
    gaps = [np.linalg.norm(p[:, None] - p[None], axis=2) for p in (before, moved)]
    assert np.abs(gaps[0] - gaps[1]).max() < 1e-9


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4])
def test_a_blink_covers_the_eyeball_and_uncovers_nothing_on_its_way(face: Face, seed: int | None) -> None:
    points = face.neutral if seed is None else face.random(seed, reach=1.5)
    open_eye = face.seen(points)
    assert open_eye.sum() > 25
    for weight in (0.25, 0.5, 0.75):
        half = face.seen(points + face.offsets({"eyeBlinkLeft": weight}, points))
        assert not (half & ~open_eye).any()
        assert 0 < half.sum() < open_eye.sum()
        # A morph target takes the straight way; it must not cut through the eyeball either.
        straight = face.seen(points + weight * face.offsets({"eyeBlinkLeft": 1.0}, points))
        assert not (straight & ~open_eye).any()
    shut = face.seen(points + face.offsets({"eyeBlinkLeft": 1.0}, points))
    assert shut.sum() == 0


@pytest.mark.parametrize("other", ["eyeSquint", "eyeWide", "eyeLookDown", "eyeLookUp", "cheekSquint"])
def test_a_blink_closes_whatever_else_the_eye_does(face: Face, other: str) -> None:
    weights = {f"{name}Left": 1.0 for name in ("eyeBlink", other)}
    assert face.seen(face.neutral + face.offsets(weights)).sum() == 0


def test_mouth_close_brings_the_lips_of_an_open_jaw_together(face: Face) -> None:
    near_middle = np.abs(face.neutral[:, 0]) < 0.03
    lips = face_units.mask_at_vertices(face.asset, face.asset.masks[..., 0]) > 0.5

    def gap(points: Array) -> float:
        """Between the lips' facing points in the middle, which stand on either side of the neutral mouth's line."""
        rows = lips & near_middle & (np.abs(face.neutral[:, 1] - 6.62) < 0.025) & (face.neutral[:, 2] > 1.48)
        upper = face.neutral[:, 1] > 6.618
        return float(points[rows & upper, 1].min() - points[rows & ~upper, 1].max())

    neutral = gap(face.neutral)
    opened = gap(face.neutral + face.offsets({"jawOpen": 1.0}))
    closed = gap(face.neutral + face.offsets({"jawOpen": 1.0, "mouthClose": 1.0}))
    assert opened > neutral + 0.1
    assert abs(closed - neutral) < 0.01


def test_no_expression_is_no_movement_and_equal_weights_give_equal_bytes(face: Face) -> None:
    weights = np.random.default_rng(0).uniform(0, 1, 52)
    assert not expression_offsets(np.zeros(52), face.neutral).any()
    assert (
        expression_offsets(weights, face.neutral).tobytes() == face.expressions.offsets(weights, face.neutral).tobytes()
    )


def test_without_gaze_and_lids_the_expressions_add_up(face: Face) -> None:
    apart = face.offsets({"jawOpen": 0.5}) + face.offsets({"mouthSmileLeft": 0.7}) + face.offsets({"browInnerUp": 1.0})
    assert np.allclose(face.offsets({"jawOpen": 0.5, "mouthSmileLeft": 0.7, "browInnerUp": 1.0}), apart, atol=1e-9)


def test_an_asset_of_another_head_is_refused(face: Face) -> None:
    with pytest.raises(EngineError, match="for another head"):
        load_units(face.asset, face.neutral[:1000])
