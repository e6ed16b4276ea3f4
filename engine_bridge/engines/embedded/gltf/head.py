"""The embedded head as a glTF document: mesh, morph targets, joints, materials, and the table that maps parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine_bridge.engines.embedded.expression import Expressions
from engine_bridge.engines.embedded.face_units import load_units
from engine_bridge.engines.embedded.gltf.container import INDEX_BUFFER, GlbWriter
from engine_bridge.engines.embedded.gltf.skeleton import METRES, Skeleton
from engine_bridge.engines.embedded.gltf.targets import Targets
from engine_bridge.engines.embedded.gltf.textures import eye_png, skin_png
from engine_bridge.engines.embedded.materials import colours, material_parameters
from engine_bridge.engines.embedded.mesh import (
    EYE_LEFT,
    EYE_RIGHT,
    LASHES,
    SKIN,
    HeadAsset,
    load_asset,
    subdivide_linear,
    subdivide_smooth,
)
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.schema import REACH, embedded_schema
from engine_bridge.engines.embedded.shape import MACROS
from engine_bridge.scene import BLENDSHAPES
from engine_bridge.schema import CharacterSchema

Array = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]

FORMAT, VERSION = "facebridge-head", 1
PARTS = {SKIN: "skin", EYE_LEFT: "eye.left", EYE_RIGHT: "eye.right", LASHES: "lashes"}
NONLINEAR = (
    "The person.* parameters blend whole heads by products of shares. The base mesh holds their values exactly; each"
    " alone is exact at both ends of its range, and what lies between or what several do together is approximated by"
    " adding the ends' targets."
)


class Surface:
    """The mesh that is written: the control mesh or its refinement, one vertex for each texture coordinate it has."""

    def __init__(self, asset: HeadAsset, refined: bool) -> None:
        count, quads, uv_quads = len(asset.vertices), asset.quads, asset.uv_quads
        self._smooth: sparse.csr_array | None = None
        parts, uvs = asset.parts, asset.uvs
        if refined:
            self._smooth, quads = subdivide_smooth(count, quads)
            to_uv, uv_quads = subdivide_linear(len(uvs), uv_quads)
            uvs, parts = np.asarray(to_uv @ uvs), np.repeat(parts, 4)
        pairs, drawn = np.unique(np.stack([quads.ravel(), uv_quads.ravel()], 1), axis=0, return_inverse=True)
        self.rows = pairs[:, 0]
        """(D,) the point of each vertex."""
        self.uvs = uvs[pairs[:, 1]]
        corners = drawn.reshape(quads.shape)
        split = np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])
        self.triangles = {part: split[np.tile(parts, 2) == part] for part in PARTS}

    def points(self, control: Array) -> Array:
        """Control quantities (V, 3) at the surface's own points (N, 3)."""
        return control if self._smooth is None else np.asarray(self._smooth @ control)

    def vertices(self, control: Array) -> Array:
        """Control quantities (V, 3) at the vertices that are written (D, 3)."""
        return self.points(control)[self.rows]

    def normals(self, control: Array) -> npt.NDArray[np.float32]:
        """(D, 3) unit normals, shared by the vertices of one point."""
        points = self.points(control)
        corner = self.rows[np.concatenate(list(self.triangles.values()))]
        a, b, c = points[corner[:, 0]], points[corner[:, 1]], points[corner[:, 2]]
        face = np.cross(b - a, c - a)
        total = np.zeros_like(points)
        for k in range(3):
            np.add.at(total, corner[:, k], face)
        length = np.linalg.norm(total, axis=1, keepdims=True)
        unit = np.where(length > 1e-12, total / np.maximum(length, 1e-12), np.array([0.0, 0.0, 1.0]))
        return unit[self.rows].astype(np.float32)


def export_glb(parameters: Vector, choices: npt.NDArray[np.uint8], refined: bool = False, dense: bool = False) -> bytes:
    """Parameters (P,) and choices (C,) of the embedded character -> a GLB that opens as that character.

    Metres, y up, z out of the face. `refined` writes the subdivided mesh that the engine draws in place of the control
    mesh; `dense` writes morph targets without sparse accessors, for importers that cannot read them.
    """
    schema = embedded_schema()
    value = {name: float(number) for name, number in zip(schema.names, parameters, strict=True)}
    asset = load_asset()
    morph = Morpher(asset)
    base = int(choices[[choice.name for choice in schema.choices].index("base")])
    surface = Surface(asset, refined)
    movable = np.zeros(len(asset.vertices), bool)
    movable[np.unique(asset.quads[(asset.parts == SKIN) | (asset.parts == LASHES)])] = True
    skeleton = Skeleton(morph.neutral, movable, surface.points)
    targets = Targets(schema, morph, Expressions(asset, morph.neutral), parameters, base)
    writer = GlbWriter()
    attributes = {
        "POSITION": writer.array((surface.vertices(targets.rest) * METRES).astype(np.float32), bounds=True),
        "NORMAL": writer.array(surface.normals(targets.rest)),
    }
    uvs, painted = _materials(writer, asset, surface, morph.neutral, value)
    attributes["TEXCOORD_0"] = writer.array(uvs)
    attributes |= skeleton.attributes(writer, surface.rows)
    moves = [
        {"POSITION": writer.displacement((surface.vertices(delta) * METRES).astype(np.float32), dense)}
        for delta in targets.deltas()
    ]
    # All parts share one set of vertices, and so of targets; a part is its triangles.
    primitives = [
        {
            "attributes": attributes,
            "indices": writer.array(triangles.astype(np.uint16).ravel(), INDEX_BUFFER),
            "material": row,
            "targets": moves,
        }
        for row, triangles in enumerate(surface.triangles.values())
    ]
    root, first = 1, 2
    skin = skeleton.skin(writer, root, first)
    joints = skeleton.nodes(first, value)
    table = _table(schema, value, targets, skeleton.drives(first))
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "FaceBridge"},
        "scene": 0,
        "scenes": [{"name": schema.character, "nodes": [0, root]}],
        "nodes": [
            {"name": "head", "mesh": 0, "skin": 0},
            {"name": "root", "children": list(range(first, first + len(joints)))},
            *joints,
        ],
        "meshes": [
            {
                "name": "head",
                "primitives": primitives,
                "weights": targets.weights(),
                "extras": {"targetNames": targets.names},
            }
        ],
        "skins": [skin],
        **painted,
        "extras": {
            "facebridge": {
                "format": FORMAT,
                "version": VERSION,
                "schema": {"character": schema.character, "version": schema.version, "hash": schema.hash},
                "choices": schema.choice_mapping(choices),
                "metres_per_engine_unit": METRES,
                "mesh": "refined" if refined else "control",
                "nonlinear": {"parameters": [macro.name for macro in MACROS], "note": NONLINEAR},
                "bones": {"influences": skeleton.indices.shape[1], "left_out_metres": skeleton.left_out_dm * METRES},
                "expressions": list(BLENDSHAPES),
                "parameters": table,
            }
        },
    }
    return writer.finish(document)


def _materials(
    writer: GlbWriter, asset: HeadAsset, surface: Surface, neutral: Array, value: dict[str, float]
) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
    """Texture coordinates (D, 2) with v from the top, and the document's materials, textures and samplers."""
    sliders = {parameter.name: value[parameter.name] / REACH for parameter in material_parameters()}
    colour = colours(sliders)
    uvs = surface.uvs * np.array([1.0, -1.0]) + np.array([0.0, 1.0])
    inside = load_units(asset, neutral).inside_mouth
    rest = surface.vertices(neutral)
    skin = surface.triangles[SKIN]
    painted = skin_png(asset.masks[..., 0], inside, rest[skin], uvs[skin], colour, sliders)
    pictures = [writer.image(painted, "skin")]
    for part in (EYE_LEFT, EYE_RIGHT):
        triangles = surface.triangles[part]
        used = np.unique(triangles)
        # An eye's island is a hundredth of the skin's texture: it gets a texture of its own.
        low, high = uvs[used].min(0), uvs[used].max(0)
        uvs[used] = (uvs[used] - low) / (high - low)
        ball = rest[used]
        centre, size = (ball.min(0) + ball.max(0)) / 2.0, ball.max(0) - ball.min(0)
        picture = eye_png(
            rest[triangles],
            uvs[triangles],
            centre,
            float(size[:2].mean() / 2.0),
            colour,
            sliders["iris.size"],
            sliders["iris.pupil"],
        )
        pictures.append(writer.image(picture, PARTS[part]))
    rough = 0.5 - 0.15 * sliders["skin.shine"]
    materials = [
        _material("skin", {"baseColorTexture": {"index": 0}, "roughnessFactor": rough}),
        _material("eye.left", {"baseColorTexture": {"index": 1}, "roughnessFactor": 0.08}),
        _material("eye.right", {"baseColorTexture": {"index": 2}, "roughnessFactor": 0.08}),
        _material("lashes", {"baseColorFactor": [*colour["hair"].tolist(), 0.6], "roughnessFactor": 0.8})
        | {"alphaMode": "BLEND", "doubleSided": True},
    ]
    textures = [{"source": picture, "sampler": 0} for picture in pictures]
    samplers = [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}]  # linear, mipmaps, clamped
    return uvs.astype(np.float32), {"materials": materials, "textures": textures, "samplers": samplers}


def _material(name: str, surface: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "pbrMetallicRoughness": {"metallicFactor": 0.0, **surface}}


def _table(
    schema: CharacterSchema, value: dict[str, float], targets: Targets, joints: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """One entry a parameter, in schema order: its range, what the file holds it at, and what drives it."""
    indices = targets.indices()
    found: list[dict[str, Any]] = []
    for row, parameter in enumerate(schema.parameters):
        entry: dict[str, Any] = {
            "name": parameter.name,
            "kind": parameter.kind,
            "minimum": parameter.minimum,
            "maximum": parameter.maximum,
            "default": parameter.default,
            "rest": float(targets.rest_values[row]),
            "value": value[parameter.name],
        }
        if parameter.name in indices:
            entry["targets"] = indices[parameter.name]
        elif parameter.name in joints:
            entry["drives"] = joints[parameter.name]
        else:
            entry["baked"] = True  # into the materials; it cannot be moved in this file
        found.append(entry)
    return found
