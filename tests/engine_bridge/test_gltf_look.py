"""The exported head's textures lie where they belong and show what the engine draws; the container is in order."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import trimesh

from engine_bridge.engines.embedded.engine import EmbeddedEngine
from engine_bridge.engines.embedded.gltf import export_glb
from engine_bridge.engines.embedded.mesh import load_asset
from engine_bridge.engines.embedded.schema import embedded_schema
from engine_bridge.engines.embedded.view import View
from tests.engine_bridge.glb_reader import Glb, chunks

Array = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]

SCHEMA = embedded_schema()
PX = 512


def exported(folder: Path, values: dict[str, float], style: str = "short") -> Path:
    """A file of the default face but for some parameters and its hair."""
    path = folder / "face.glb"
    path.write_bytes(export_glb(face(values), SCHEMA.choice_vector({"hair.style": style}), texture_px=PX))
    return path


def face(values: dict[str, float]) -> Vector:
    return SCHEMA.vector({**SCHEMA.mapping(SCHEMA.defaults), **values})


@pytest.fixture(scope="module")
def neutral(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(tmp_path_factory.mktemp("glb"), {})


MADE_UP = {"makeup.blush": 2.5, "makeup.eye_shadow": 2.5, "lips.redness": 2.5, "beard.chin": 2.5, "skin.freckles": 2.5}


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(tmp_path_factory.mktemp("glb"), MADE_UP, "bald")


def light(picture: npt.NDArray[np.uint8]) -> Array:
    """sRGB bytes as linear light."""
    srgb = picture / 255.0
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def read_at(picture: npt.NDArray[np.uint8], uvs: Array) -> Array:
    """(N, 3) linear light of the nearest texels at coordinates (N, 2) with v from the top."""
    column, row = np.clip((uvs * picture.shape[1::-1]).astype(int), 0, np.array(picture.shape[1::-1]) - 1).T
    return light(picture[row, column, :3])


def test_the_texture_shows_at_every_place_of_the_face_what_the_engine_draws_there(made_up: Path) -> None:
    glb, image_px = Glb(made_up), 512
    engine = EmbeddedEngine()
    try:
        choices = SCHEMA.choice_vector({"hair.style": "bald"})
        (drawn,) = engine.render(face(MADE_UP)[None], choices[None], image_px)
    finally:
        engine.close()
    points = glb.shown() * 10.0
    normals = glb.accessor(glb.primitive.attributes.NORMAL)
    skin = np.unique(glb.accessor(glb.primitive.indices).astype(int))
    uvs = glb.accessor(glb.primitive.attributes.TEXCOORD_0)
    # The front of the face without nostrils and mouth, which the engine shades and the texture keeps on its palette.
    front = skin[(normals[skin, 2] > 0.6) & (points[skin, 1] > 6.3) & (points[skin, 2] > 0.9) & (uvs[skin, 1] < 0.95)]
    clip = np.concatenate([points[front], np.ones((len(front), 1))], 1) @ View().camera.T
    at = 0.5 + 0.5 * clip[:, :2] / clip[:, 3:] * np.array([1.0, -1.0])
    seen, painted = read_at(drawn, at), read_at(glb.picture("skin.colour"), uvs[front])
    # Light and shade scale a colour; how red it is, is paint.
    red = [np.log(colour[:, 0] / colour[:, 1]) for colour in (seen, painted)]
    assert len(front) > 700
    assert np.corrcoef(red[0], red[1])[0, 1] > 0.85
    assert abs(float(np.mean(red[0] - red[1]))) < 0.15


def test_each_side_has_freckles_of_its_own(made_up: Path) -> None:
    picture = Glb(made_up).picture("skin.colour").astype(np.float64)
    middle = picture.shape[1] // 2
    left, right = picture[:, middle:], picture[:, middle - 1 :: -1]
    cheek = (slice(210, 260), slice(30, 90))
    assert np.abs(left[cheek] - right[cheek]).mean() > 2.0
    # What the map paints is mirrored: the lips lie in the same place on both sides.
    mouth = (slice(270, 320), slice(0, 20))
    assert np.abs(left[mouth].mean(1) - right[mouth].mean(1)).mean() < 12.0


def test_the_texture_is_seamless_behind_the_head(neutral: Path) -> None:
    picture = Glb(neutral).picture("skin.colour").astype(np.float64)[: int(PX * 0.9)]
    assert np.abs(picture[:, 0] - picture[:, -1]).mean() < 6.0
    # Hair from the crown to the nape: nothing of the ears reaches around the head.
    assert picture[: int(PX * 0.55), :8].max() < 130.0


def test_dark_skin_is_dark_and_lip_gloss_is_glossy(tmp_path: Path, neutral: Path) -> None:
    dark = Glb(exported(tmp_path, {"skin.lightness": -2.5, "lips.gloss": 2.5}))
    plain = Glb(neutral)
    colours = [read.picture("skin.colour")[:480].mean() for read in (plain, dark)]
    assert colours[1] < colours[0] - 20
    lips = (slice(153, 158), slice(124, 132))  # below the middle of the mouth, at half the colour's size
    roughness = [read.picture("skin.occlusion_roughness")[..., 1][lips].mean() for read in (plain, dark)]
    assert roughness[1] < roughness[0] - 15


def test_deep_lines_stand_out_in_the_normal_map(tmp_path: Path, neutral: Path) -> None:
    def relief(path: Path) -> float:
        forehead = Glb(path).picture("skin.normal")[60:75, 110:146].astype(np.float64)
        assert abs(forehead.mean((0, 1)) - [127.5, 127.5, 250.0]).max() < 10.0
        return float(forehead[..., 1].std())

    assert relief(exported(tmp_path, {"complexion.forehead_lines": 2.5})) > relief(neutral) + 3.0


def test_trimesh_finds_the_parts_with_outward_faces_and_their_materials(neutral: Path) -> None:
    scene = trimesh.load_scene(neutral)
    parts = {mesh.visual.material.name: mesh for mesh in scene.geometry.values()}
    assert set(parts) == {"skin", "eye.left", "eye.right", "lashes", "mouth", "hair"}
    head = [parts[name] for name in ("skin", "eye.left", "eye.right", "lashes")]
    assert sum(len(mesh.faces) for mesh in head) == 2 * len(load_asset().quads)
    # A closed ball whose faces point outwards encloses a positive volume: 4/3 pi r^3 of an eye 0.3 dm across.
    for side in ("left", "right"):
        assert 0.5e-5 < parts[f"eye.{side}"].volume < 2e-5
        assert (parts[f"eye.{side}"].triangles_center[:, 0].mean() > 0) == (side == "left")
    assert parts["skin"].visual.material.baseColorTexture.size == (PX, PX)
    assert parts["hair"].visual.material.alphaMode == "MASK" and parts["lashes"].visual.material.alphaMode == "BLEND"
    # Hair lies on the crown, teeth behind the lips; both within the head's own frame.
    assert parts["hair"].bounds[1][1] > parts["skin"].bounds[1][1]
    assert parts["mouth"].bounds[1][2] < 0.15 and 0.6 < parts["mouth"].bounds[0][1] < 0.67


def test_the_pictures_lie_where_they_belong(neutral: Path) -> None:
    parts = {mesh.visual.material.name: mesh for mesh in trimesh.load_scene(neutral).geometry.values()}

    def colour(part: str, at: tuple[float, float, float]) -> npt.NDArray[np.int64]:
        """What the texture shows at the corner of the part's triangles that is nearest to a place, in metres."""
        mesh = parts[part]
        corners = np.unique(mesh.faces)
        row = corners[np.linalg.norm(mesh.vertices[corners] - np.array(at), axis=1).argmin()]
        picture = np.asarray(mesh.visual.material.baseColorTexture).astype(np.int64)
        size = len(picture)
        u, v = mesh.visual.uv[row]  # trimesh counts v from the bottom
        return picture[min(int((1 - v) * size), size - 1), min(int(u * size), size - 1)]

    cheek = colour("skin", (0.045, 0.69, 0.12))
    lip = colour("skin", (0.0, 0.656, 0.152))
    palate = colour("skin", (0.0, 0.67, 0.08))
    nape = colour("skin", (0.0, 0.70, -0.07))
    assert lip[0] - lip[1] > cheek[0] - cheek[1] + 15
    assert palate.sum() < lip.sum() - 60
    assert nape.sum() < cheek.sum() - 150
    for side, sign in (("left", 1.0), ("right", -1.0)):
        assert colour(f"eye.{side}", (sign * 0.0289, 0.729, 0.137)).max() < 40  # the pupil
        assert colour(f"eye.{side}", (sign * 0.0289, 0.729, 0.100)).min() > 120  # the ball's back
    tooth, tongue = colour("mouth", (0.004, 0.657, 0.140)), colour("mouth", (0.0, 0.645, 0.120))
    assert tooth[1] > 1.5 * tongue[1] and tongue[0] > 1.5 * tongue[1]


def test_the_container_is_laid_out_as_the_specification_says(neutral: Path) -> None:
    data = neutral.read_bytes()
    assert struct.unpack_from("<4sII", data) == (b"glTF", 2, len(data))
    (kind, text), (other, blob) = chunks(data)
    assert (kind, other) == (0x4E4F534A, 0x004E4942) and len(text) % 4 == len(blob) % 4 == 0
    document = json.loads(text)
    assert not {"extensionsUsed", "extensionsRequired"} & set(document)
    for view in document["bufferViews"]:
        assert view["byteOffset"] % 4 == 0 and view["byteOffset"] + view["byteLength"] <= len(blob)
    magic = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}
    glb = Glb(neutral)
    for image in document["images"]:
        at = document["bufferViews"][image["bufferView"]]["byteOffset"]
        assert blob[at:].startswith(magic[image["mimeType"]])
        height, width = glb.picture(image["name"]).shape[:2]
        assert height & (height - 1) == width & (width - 1) == 0
    for texture in document["textures"]:
        assert texture["source"] < len(document["images"]) and texture["sampler"] < len(document["samplers"])


def test_accessors_say_their_bounds_and_indices_stay_within_the_vertices(neutral: Path) -> None:
    for name in ("head", "mouth", "hair"):
        glb = Glb(neutral, name)
        accessors = glb.document.accessors
        position = accessors[glb.primitive.attributes.POSITION]
        for index in (glb.primitive.attributes.POSITION, *(target["POSITION"] for target in glb.primitive.targets)):
            values = glb.accessor(index)
            assert np.array_equal(values.min(0), accessors[index].min) and np.array_equal(
                values.max(0), accessors[index].max
            )
            assert accessors[index].count == position.count
        for primitive in glb.mesh.primitives:
            assert glb.accessor(primitive.indices).max() < position.count
        normals = glb.accessor(glb.primitive.attributes.NORMAL)
        assert np.abs(np.linalg.norm(normals, axis=1) - 1.0).max() < 1e-5
        uvs = glb.accessor(glb.primitive.attributes.TEXCOORD_0)
        assert uvs.min() >= 0.0 and uvs.max() <= 1.0


def test_equal_faces_give_equal_bytes(neutral: Path) -> None:
    assert export_glb(SCHEMA.defaults, SCHEMA.choice_vector({}), texture_px=PX) == neutral.read_bytes()
