"""The exported head, read by independent readers and posed by glTF's rules alone, is the engine's own head."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial import KDTree

from engine_bridge.engines.embedded.expression import expression_offsets
from engine_bridge.engines.embedded.gltf import export_glb
from engine_bridge.engines.embedded.gltf.surface import Surface
from engine_bridge.engines.embedded.maps import load_maps
from engine_bridge.engines.embedded.mesh import HeadLevel, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.mouth import Mouth
from engine_bridge.engines.embedded.schema import embedded_schema
from engine_bridge.scene import BLENDSHAPES
from tests.engine_bridge.glb_reader import Glb

Array = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]

DM = 0.1  # in metres
EXACT_DM = 1e-4  # a hundredth of a millimetre: float32 metres, summed over 300 targets
SCHEMA = embedded_schema()
ASSET = load_asset()
MORPH = Morpher(ASSET)
SURFACE = Surface(ASSET, MORPH.neutral, load_maps(), Mouth(ASSET, MORPH.neutral).lining)
MACROS = [name for name in SCHEMA.names if name.startswith("person.")]


@pytest.fixture(scope="module")
def neutral(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("glb") / "neutral.glb"
    path.write_bytes(export_glb(SCHEMA.defaults, SCHEMA.choice_vector({}), texture_px=256))
    return path


@pytest.fixture(scope="module")
def glb(neutral: Path) -> Glb:
    return Glb(neutral)


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Glb:
    path = tmp_path_factory.mktemp("glb") / "face.glb"
    path.write_bytes(export_glb(FACE, SCHEMA.choice_vector({"base": "female"}), texture_px=256))
    return Glb(path)


def vector(seed: int, *kinds: str, macros: bool = False) -> Vector:
    """Uniform random values of the parameters of some kinds, the others at their defaults."""
    random = np.random.default_rng(seed).uniform(SCHEMA.minimum, SCHEMA.maximum).astype(np.float32)
    chosen = [p.kind in kinds and (macros or p.name not in MACROS) for p in SCHEMA.parameters]
    return np.where(chosen, random, SCHEMA.defaults).astype(np.float32)


FACE = vector(9, "shape", "material", macros=True)
FACE[SCHEMA.index("skin.lightness")] = -2.0


def only(name: str, value: float) -> Vector:
    """The defaults but for one parameter."""
    return SCHEMA.vector({**SCHEMA.mapping(SCHEMA.defaults), name: value})


def engine(parameters: Vector, base: int = 0) -> Array:
    """The engine's own points, at the file's vertices."""
    return SURFACE.vertices(MORPH.points(parameters, base))


def worst_dm(glb: Glb, parameters: Vector) -> float:
    """The furthest vertex from the engine's, in decimetres."""
    posed = glb.pose(SCHEMA.mapping(parameters)) / DM
    return float(np.linalg.norm(posed - engine(parameters), axis=1).max())


@pytest.mark.parametrize("seed", range(4))
def test_shape_parameters_move_the_file_s_vertices_as_the_engine_moves_its_own(glb: Glb, seed: int) -> None:
    assert worst_dm(glb, vector(seed, "shape")) < EXACT_DM


@pytest.mark.parametrize("name", MACROS)
def test_each_person_parameter_alone_is_exact_at_both_ends(glb: Glb, name: str) -> None:
    for value in (-2.5, 2.5):
        assert worst_dm(glb, only(name, value)) < EXACT_DM


def test_person_parameters_together_are_an_approximation_of_known_size(glb: Glb) -> None:
    errors: list[float] = []
    moves: list[float] = []
    for seed in range(12):
        parameters = vector(seed, "shape", macros=True)
        parameters[[row for row, name in enumerate(SCHEMA.names) if name not in MACROS]] = 0.0
        posed = glb.pose(SCHEMA.mapping(parameters)) / DM
        errors.append(float(np.linalg.norm(posed - engine(parameters), axis=1).mean()))
        moves.append(float(np.linalg.norm(engine(SCHEMA.defaults) - engine(parameters), axis=1).mean()))
    # docs/own_character.md states this figure: products of shares do not add up.
    share = sum(errors) / sum(moves)
    assert 0.3 < share < 0.5


@pytest.mark.parametrize("seed", range(4))
def test_bones_move_the_vertices_up_to_the_influences_that_the_file_says_it_left_out(glb: Glb, seed: int) -> None:
    parameters = vector(seed, "bone")
    assert worst_dm(glb, parameters) < glb.extras["bones"]["left_out_metres"] / DM + EXACT_DM


def test_the_influences_left_out_are_less_than_a_millimetre(glb: Glb) -> None:
    assert 0.0 < glb.extras["bones"]["left_out_metres"] < 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_bones_and_shapes_together_differ_only_by_what_scales_scale(glb: Glb, seed: int) -> None:
    parameters = vector(seed, "shape", "bone")
    # A joint scales the moved vertex, the engine the neutral one: at most 0.3 (the largest scale) times how far other
    # parameters have moved chin and nose sideways, 0.05 dm here.
    assert worst_dm(glb, parameters) < glb.extras["bones"]["left_out_metres"] / DM + 0.3 * 0.05


@pytest.mark.parametrize("name", BLENDSHAPES)
def test_every_expression_is_a_target_by_arkit_s_name_and_as_the_engine_has_it(glb: Glb, name: str) -> None:
    weights = np.zeros(len(BLENDSHAPES))
    weights[BLENDSHAPES.index(name)] = 1.0
    expected = SURFACE.vertices(expression_offsets(weights, MORPH.neutral))
    assert np.abs(glb.target(name) / DM - expected).max() < EXACT_DM


def test_a_face_opens_as_itself_in_any_viewer(face: Glb) -> None:
    # Its person.* values are in the base mesh, so that nothing is approximated here.
    assert np.linalg.norm(face.shown() / DM - engine(FACE, base=1), axis=1).max() < EXACT_DM
    assert np.abs(face.pose({}) - face.shown()).max() < 1e-9
    assert face.extras["choices"]["base"] == "female"


def test_a_blink_of_an_exported_face_is_the_blink_of_that_face(face: Glb) -> None:
    weights = np.zeros(len(BLENDSHAPES))
    weights[BLENDSHAPES.index("eyeBlinkLeft")] = 1.0
    expected = SURFACE.vertices(expression_offsets(weights, MORPH.points(FACE, 1)))
    assert np.abs(face.target("eyeBlinkLeft") / DM - expected).max() < EXACT_DM


def test_the_refined_file_is_the_mesh_that_the_engine_draws(tmp_path: Path) -> None:
    (tmp_path / "refined.glb").write_bytes(
        export_glb(SCHEMA.defaults, SCHEMA.choice_vector({}), refined=True, texture_px=256)
    )
    glb = Glb(tmp_path / "refined.glb")
    head = HeadLevel(ASSET)
    parameters = vector(1, "shape")
    drawn = np.asarray(head.smooth @ MORPH.points(parameters, 0))
    posed = glb.pose(SCHEMA.mapping(parameters)) / DM
    # The file repeats a point for each texture coordinate it has, so the order is its own.
    neutral = np.asarray(head.smooth @ MORPH.points(SCHEMA.defaults, 0))
    near, of = KDTree(neutral).query(glb.pose(SCHEMA.mapping(SCHEMA.defaults)) / DM)
    assert np.max(near) < EXACT_DM and set(np.asarray(of).tolist()) == set(np.unique(head.quads).tolist())
    assert np.max(KDTree(drawn).query(posed)[0]) < EXACT_DM


def test_without_sparse_accessors_the_file_says_the_same(glb: Glb, tmp_path: Path) -> None:
    (tmp_path / "dense.glb").write_bytes(
        export_glb(SCHEMA.defaults, SCHEMA.choice_vector({}), dense=True, texture_px=256)
    )
    dense = Glb(tmp_path / "dense.glb")
    assert all(accessor.sparse is None for accessor in dense.document.accessors)
    assert any(accessor.sparse is not None for accessor in glb.document.accessors)
    for name in ("nose.width.max", "jawOpen", "tongueOut"):
        assert np.array_equal(dense.target(name), glb.target(name))


def test_the_table_names_every_parameter_in_order_and_what_drives_it(glb: Glb) -> None:
    table = glb.extras["parameters"]
    assert [entry["name"] for entry in table] == list(SCHEMA.names)
    assert glb.extras["schema"]["hash"] == SCHEMA.hash
    for entry, parameter in zip(table, SCHEMA.parameters, strict=True):
        key = {"shape": "targets", "bone": "drives", "material": "baked"}[parameter.kind]
        assert key in entry and entry["minimum"] == parameter.minimum and entry["maximum"] == parameter.maximum
        if parameter.kind == "shape":
            names = [glb.target_names[index] for index in entry["targets"]]
            assert names == [f"{parameter.name}.min", f"{parameter.name}.max"]
    assert glb.target_names[-52:] == list(BLENDSHAPES)
    assert len(glb.target_names) == len(glb.primitive.targets) == len(glb.mesh.weights)


def test_skinning_weights_are_shares_of_one(glb: Glb) -> None:
    attributes = glb.primitive.attributes
    weights = np.concatenate([glb.accessor(attributes.WEIGHTS_0), glb.accessor(attributes.WEIGHTS_1)], 1)
    assert weights.min() >= 0.0 and np.abs(weights.sum(1) - 1.0).max() < 1e-6
