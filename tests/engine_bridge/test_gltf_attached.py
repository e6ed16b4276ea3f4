"""The exported hair, teeth and tongue open as the engine places them and move with the head's targets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from engine_bridge.engines.embedded import facemap
from engine_bridge.engines.embedded.expression import Expressions
from engine_bridge.engines.embedded.falling_hair import FALLS, FallingHair, HiddenEars
from engine_bridge.engines.embedded.gltf import export_glb
from engine_bridge.engines.embedded.hair import HairSheet
from engine_bridge.engines.embedded.maps import load_maps, sample
from engine_bridge.engines.embedded.materials import material_parameters
from engine_bridge.engines.embedded.mesh import HeadLevel, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.mouth import PARTED, Mouth
from engine_bridge.engines.embedded.schema import embedded_schema
from engine_bridge.engines.embedded.skull import Skull
from engine_bridge.scene import BLENDSHAPES
from tests.engine_bridge.glb_reader import Glb

Array = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]

DM = 0.1  # in metres
EXACT_DM = 1e-4
SCHEMA = embedded_schema()
ASSET = load_asset()
MORPH = Morpher(ASSET)
LEVEL = HeadLevel(ASSET, refined=False)
REST = np.asarray(LEVEL.smooth @ MORPH.neutral)
EARS = sample(load_maps().regions[..., 3], facemap.to_texture(facemap.unroll(REST)), tiled=False)
FACE = np.random.default_rng(5).uniform(-1.5, 1.5, len(SCHEMA.names)).astype(np.float32)


def exported(folder: Path, style: str) -> Path:
    path = folder / f"{style}.glb"
    path.write_bytes(export_glb(FACE, SCHEMA.choice_vector({"hair.style": style}), texture_px=256))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("glb")
    return {style: exported(folder, style) for style in ("bald", "short", "long")}


def engine_hair(style: str, points: Array) -> Array:
    """The engine's hair on coarse points, those of its triangles only."""
    named = {p.name: float(FACE[SCHEMA.index(p.name)]) / 2.5 for p in material_parameters()}
    given = points.astype(np.float32)
    if style in FALLS:
        hair = FallingHair(FALLS[style], Skull.load(), REST, EARS)
        return hair.follow(given, named)[np.unique(hair.triangles()), :3].astype(np.float64)
    sheet = HairSheet(Skull.load(), REST)
    return sheet.follow(style, given, named)[np.unique(sheet.triangles(style)), :3].astype(np.float64)


def coarse(parameters: Vector) -> Array:
    return np.asarray(LEVEL.smooth @ MORPH.points(parameters, 0))


def test_only_styles_with_a_volume_have_a_mesh_of_hair(files: dict[str, Path]) -> None:
    names = {style: [mesh.name for mesh in Glb(path).document.meshes] for style, path in files.items()}
    assert names == {"bald": ["head", "mouth"], "short": ["head", "mouth", "hair"], "long": ["head", "mouth", "hair"]}


@pytest.mark.parametrize("style", ["short", "long"])
def test_hair_opens_where_the_engine_places_it_on_that_face(files: dict[str, Path], style: str) -> None:
    points = coarse(FACE).astype(np.float32)
    if style in FALLS:
        HiddenEars(REST, EARS).press(points)
    hair = Glb(files[style], "hair")
    assert np.abs(hair.shown() / DM - engine_hair(style, points.astype(np.float64))).max() < EXACT_DM


def test_a_short_sheet_follows_the_skull_under_every_target(files: dict[str, Path]) -> None:
    hair = Glb(files["short"], "hair")
    rest = np.array([FACE[k] if n.startswith("person.") else 0.0 for k, n in enumerate(SCHEMA.names)], np.float32)
    moving = [name for name in hair.target_names if "." in name and np.abs(hair.target(name)).max() > 1e-3]
    assert len(moving) >= 4
    for name in moving:
        parameter, end = name.rsplit(".", 1)
        moved = rest.copy()
        moved[SCHEMA.index(parameter)] = -2.5 if end == "min" else 2.5
        expected = engine_hair("short", coarse(moved)) - engine_hair("short", coarse(rest))
        assert np.abs(hair.target(name) / DM - expected).max() < EXACT_DM, name


def test_ears_lie_flat_under_long_hair_and_stand_out_under_short(files: dict[str, Path]) -> None:
    def width(style: str) -> float:
        points = Glb(files[style]).shown()
        return float(np.ptp(points[(points[:, 1] > 0.69) & (points[:, 1] < 0.75), 0]))

    assert width("long") < width("short") - 0.01


def test_all_meshes_share_one_list_of_targets_and_weights(files: dict[str, Path]) -> None:
    head, mouth, hair = (Glb(files["long"], name) for name in ("head", "mouth", "hair"))
    assert head.target_names == mouth.target_names == hair.target_names
    assert head.mesh.weights == mouth.mesh.weights == hair.mesh.weights


def engine_mouth(weights: Array) -> Array:
    control = MORPH.points(FACE, 0)
    moved = control + Expressions(ASSET, MORPH.neutral).offsets(weights, control)
    return Mouth(ASSET, MORPH.neutral).shape(FACE, 0, moved, weights).surface[:, :3].astype(np.float64)


def weights_of(**given: float) -> Array:
    return np.array([given.get(name, 0.0) for name in BLENDSHAPES])


def test_teeth_and_tongue_open_where_the_engine_has_them(files: dict[str, Path]) -> None:
    mouth = Glb(files["short"], "mouth")
    assert np.abs(mouth.shown() / DM - engine_mouth(weights_of())).max() < EXACT_DM


def test_the_lower_teeth_go_with_the_jaw_and_the_upper_ones_stay(files: dict[str, Path]) -> None:
    mouth = Glb(files["short"], "mouth")
    expected = engine_mouth(weights_of(jawOpen=1.0)) - engine_mouth(weights_of())
    assert np.abs(mouth.target("jawOpen") / DM - expected).max() < EXACT_DM
    moved = np.linalg.norm(mouth.target("jawOpen"), axis=1)
    assert (moved == 0.0).sum() > 500 and (moved > 0.01).sum() > 500


def test_the_tongue_comes_out_of_lips_that_the_jaw_opens(files: dict[str, Path]) -> None:
    mouth = Glb(files["short"], "mouth")
    posed = mouth.shown() + PARTED * mouth.target("jawOpen") + mouth.target("tongueOut")
    expected = engine_mouth(weights_of(tongueOut=1.0, jawOpen=PARTED))
    assert np.abs(posed / DM - expected).max() < EXACT_DM
    assert not Glb(files["short"]).target("tongueOut").any()
