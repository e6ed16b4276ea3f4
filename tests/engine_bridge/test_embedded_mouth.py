"""The mouth's inside: teeth and tongue follow face and jaw, show only in expressions, and stay behind the lips."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from engine_bridge.engines.embedded.engine import EmbeddedEngine
from engine_bridge.engines.embedded.expression import Expressions
from engine_bridge.engines.embedded.mesh import SKIN, HeadLevel, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.mouth import PARTED, Mouth, MouthShape, settled
from engine_bridge.scene import BLENDSHAPES, Scene
from engine_bridge.truth import SEGMENTS

Array = npt.NDArray[np.float64]
PX = 160
LIPS, INNER_MOUTH, SKIN_SEGMENT = (SEGMENTS.index(name) for name in ("lips", "inner_mouth", "skin"))


class Head:
    """The head with its mouth, as the engine puts them together."""

    def __init__(self) -> None:
        self.asset = load_asset()
        self.morph = Morpher(self.asset)
        self.expressions = Expressions(self.asset, self.morph.neutral)
        self.mouth = Mouth(self.asset, self.morph.neutral)

    def shape(self, vector: npt.NDArray[np.float32], **weights: float) -> MouthShape:
        given = settled(np.array([weights.get(name, 0.0) for name in BLENDSHAPES]))
        control = self.morph.points(vector, 0)
        return self.mouth.shape(vector, 0, control + self.expressions.offsets(given, control), given)

    def part(self, shape: MouthShape, part: str) -> Array:
        """Points of "upper" or "lower" crowns, or of the "tongue"."""
        what, _, across, upper = self.mouth.place.T
        row = (what == 0.0) & (across > 0.0) & (across <= 1.0) & (upper == (1.0 if part == "upper" else 0.0))
        return shape.surface[what == 1.0 if part == "tongue" else row, :3].astype(np.float64)


@pytest.fixture(scope="module")
def head() -> Head:
    return Head()


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    opened = EmbeddedEngine()
    yield opened
    opened.close()


def neutral(engine: EmbeddedEngine) -> npt.NDArray[np.float32]:
    return engine.schema.defaults


def segments(
    engine: EmbeddedEngine, vectors: npt.NDArray[np.float32], yaw_deg: float = 0.0, **weights: float
) -> npt.NDArray[np.uint8]:
    schema = engine.schema
    bald = schema.choice_vector({**schema.choice_mapping(schema.default_choices), "hair.style": "bald"})
    scene = Scene(yaw_deg=yaw_deg, expression=weights)
    choices = np.repeat(bald[None], len(vectors), 0)
    found = engine.render_scene(vectors, choices, PX, scene, ("segmentation",)).truth["segmentation"]
    return found.astype(np.uint8)


def test_the_lower_teeth_and_the_tongue_go_with_the_jaw_and_the_upper_teeth_stay(
    head: Head, engine: EmbeddedEngine
) -> None:
    closed, opened = (head.shape(neutral(engine), jawOpen=weight) for weight in (0.0, 1.0))
    assert np.array_equal(head.part(closed, "upper"), head.part(opened, "upper"))
    fallen = head.part(opened, "lower") - head.part(closed, "lower")
    front = head.part(closed, "lower")[:, 2] > 1.25
    assert fallen[front, 1].max() < -0.15
    assert (head.part(opened, "tongue") - head.part(closed, "tongue"))[:, 1].mean() < -0.05
    aside = head.part(head.shape(neutral(engine), jawLeft=1.0), "lower") - head.part(closed, "lower")
    assert aside[:, 0].min() > 0.04


def test_teeth_stand_behind_the_lips_in_two_rows_that_meet(head: Head, engine: EmbeddedEngine) -> None:
    shape = head.shape(neutral(engine))
    upper, lower = head.part(shape, "upper"), head.part(shape, "lower")
    lips = head.morph.neutral[(np.abs(head.morph.neutral[:, 0]) < 0.1) & (np.abs(head.morph.neutral[:, 1] - 6.6) < 0.1)]
    assert upper[:, 2].max() < lips[:, 2].max() - 0.05
    assert lower[:, 2].max() < upper[:, 2].max()
    assert abs(upper[:, 1].min() - lower[:, 1].max()) < 0.12
    assert np.allclose(upper[:, 0].max(), -upper[:, 0].min(), atol=0.02)


@pytest.mark.parametrize("name", ["mouth.forward", "head.depth", "mouth.width", "person.masculine"])
def test_the_mouth_follows_the_face_s_shape(head: Head, engine: EmbeddedEngine, name: str) -> None:
    vector = neutral(engine).copy()
    vector[engine.schema.index(name)] = 2.5
    plain, changed = head.shape(neutral(engine)), head.shape(vector)
    for part in ("upper", "lower"):
        assert np.abs(head.part(changed, part) - head.part(plain, part)).max() > 0.01, part


def test_normals_have_unit_length_and_crowns_face_outwards(head: Head, engine: EmbeddedEngine) -> None:
    shape = head.shape(neutral(engine))
    normals = shape.surface[:, 3:]
    assert np.allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-3)
    what, tooth, across, _ = head.mouth.place.T
    incisors = (what == 0.0) & (np.abs(tooth) < 1.5) & (across > 0.2) & (across < 0.8)
    assert normals[incisors, 2].min() > 0.5
    corner = shape.surface[head.mouth.triangles][:, :, :3]
    facing = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    agrees = np.einsum("tk,tk->t", facing, normals[head.mouth.triangles].mean(1)) > 0.0
    assert agrees.mean() > 0.99


def test_the_lining_is_one_patch_of_skin_behind_the_lips(head: Head) -> None:
    lined = np.unique(head.asset.quads[head.mouth.lining])
    points = head.morph.neutral[lined]
    assert 100 < len(lined) < 800
    assert points[:, 2].max() < 1.5 and np.abs(points[:, 0]).max() < 0.5
    level = HeadLevel(head.asset, refined=True)
    inner, outer = (level.triangles(SKIN, chosen) for chosen in (head.mouth.lining, ~head.mouth.lining))
    assert len(inner) + len(outer) == len(level.triangles(SKIN)) and len(inner) == 8 * head.mouth.lining.sum()


def test_a_weight_of_nought_is_the_canonical_picture_and_so_is_what_follows_an_expression(
    engine: EmbeddedEngine,
) -> None:
    schema = engine.schema
    request = schema.defaults[None], schema.default_choices[None], PX
    canonical = engine.render(*request)
    assert np.array_equal(engine.render_scene(*request, Scene(expression={"jawOpen": 0.0}), ()).images, canonical)
    opened = engine.render_scene(*request, Scene(expression={"jawOpen": 1.0}), ()).images
    assert not np.array_equal(opened, canonical)
    assert np.array_equal(engine.render(*request), canonical)


def test_an_open_mouth_shows_teeth_and_tongue_in_a_dark_cavity(engine: EmbeddedEngine) -> None:
    schema = engine.schema
    scene = Scene(expression={"jawOpen": 1.0})
    drawn = engine.render_scene(schema.defaults[None], schema.default_choices[None], 320, scene, ("segmentation",))
    inside = drawn.truth["segmentation"][0] == INNER_MOUTH
    assert 0.01 < inside.mean() < 0.05
    red, green, blue = drawn.images[0][inside].astype(float).T
    white = (red > 110.0) & (blue > 0.7 * red)
    flesh = (red > 60.0) & (green < 0.6 * red)
    assert 0.03 < white.mean() < 0.5 and flesh.mean() > 0.2
    assert np.median(red + green + blue) < np.median(drawn.images[0][~inside].astype(float).sum(1))


def test_the_tongue_comes_out_over_the_lower_lip_and_parts_the_lips(head: Head, engine: EmbeddedEngine) -> None:
    weights = np.zeros(len(BLENDSHAPES))
    weights[BLENDSHAPES.index("tongueOut")] = 1.0
    assert settled(weights)[BLENDSHAPES.index("jawOpen")] == PARTED
    weights[BLENDSHAPES.index("jawOpen")] = 0.9
    assert settled(weights)[BLENDSHAPES.index("jawOpen")] == 0.9
    lip_z = head.morph.neutral[np.abs(head.morph.neutral[:, 1] - 6.56) < 0.05][:, 2].max()
    out, within = (head.part(head.shape(neutral(engine), **given), "tongue")[:, 2].max() for given in
                   ({"tongueOut": 1.0}, {"jawOpen": PARTED}))  # fmt: skip
    assert out > lip_z + 0.1 > lip_z > within
    before, after = (segments(engine, neutral(engine)[None], **given)[0] for given in
                     ({"jawOpen": PARTED}, {"tongueOut": 1.0}))  # fmt: skip
    hidden = (before == LIPS) & (after == INNER_MOUTH)
    assert hidden.sum() > 20
    assert np.argwhere(hidden)[:, 0].mean() > np.argwhere(before == INNER_MOUTH)[:, 0].mean()


def test_lips_close_no_further_than_the_jaw_has_opened_them(engine: EmbeddedEngine) -> None:
    jaw, tongue, close = (BLENDSHAPES.index(name) for name in ("jawOpen", "tongueOut", "mouthClose"))
    for given, expected in (
        ((0.0, 0.0, 1.0), 0.0),
        ((0.6, 0.0, 1.0), 0.6),
        ((0.6, 0.0, 0.3), 0.3),
        ((0.6, 1.0, 1.0), 0.15),
    ):
        weights = np.zeros(len(BLENDSHAPES))
        weights[[jaw, tongue, close]] = given
        assert settled(weights)[close] == pytest.approx(expected)
    opened, closed = (
        (segments(engine, neutral(engine)[None], jawOpen=1.0, mouthClose=close) == INNER_MOUTH).sum()
        for close in (0.0, 1.0)
    )
    assert closed < 0.2 * opened


@pytest.mark.parametrize("yaw_deg", [0.0, 55.0, -90.0])
@pytest.mark.parametrize(
    "name", ["jawOpen", "mouthFunnel", "mouthPucker", "mouthSmileLeft", "jawForward", "mouthClose"]
)
def test_nothing_of_the_mouth_is_seen_but_between_the_lips(engine: EmbeddedEngine, name: str, yaw_deg: float) -> None:
    vectors = np.random.default_rng(5).uniform(-2.5, 2.5, (4, engine.schema.count)).astype(np.float32)
    for found in segments(engine, vectors, yaw_deg, **{name: 1.0}):
        inside, lips = np.argwhere(found == INNER_MOUTH), np.argwhere(found == LIPS)
        if len(inside):
            assert (inside >= lips.min(0) - 2).all() and (inside <= lips.max(0) + 2).all()
