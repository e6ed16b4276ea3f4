"""The embedded head as a glTF document: mesh, morph targets, joints, materials, and the table that maps parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.falling_hair import FALLS, HiddenEars
from engine_bridge.engines.embedded.gltf.container import INDEX_BUFFER, GlbWriter
from engine_bridge.engines.embedded.gltf.hair_mesh import hair_mesh
from engine_bridge.engines.embedded.gltf.look import Look
from engine_bridge.engines.embedded.gltf.mouth_mesh import MouthMesh
from engine_bridge.engines.embedded.gltf.shared import shared
from engine_bridge.engines.embedded.gltf.skeleton import INFLUENCES, METRES, Skeleton
from engine_bridge.engines.embedded.gltf.surface import Surface
from engine_bridge.engines.embedded.gltf.targets import Targets
from engine_bridge.engines.embedded.materials import material_parameters
from engine_bridge.engines.embedded.schema import REACH, embedded_schema
from engine_bridge.engines.embedded.shape import MACROS
from engine_bridge.scene import BLENDSHAPES
from engine_bridge.schema import CharacterSchema

Array = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]

TEXTURES_PX = (256, 512, 1024, 2048, 4096)
TEXTURE_PX = 2048
"""Width and height of the skin's colour; at 2048 a texel is a stroke of a brow across."""
FORMAT, VERSION = "facebridge-head", 2
NONLINEAR = (
    "The person.* parameters blend whole heads by products of shares. The base mesh holds their values exactly; each"
    " alone is exact at both ends of its range, and what lies between or what several do together is approximated by"
    " adding the ends' targets."
)


def export_glb(
    parameters: Vector,
    choices: npt.NDArray[np.uint8],
    refined: bool = False,
    dense: bool = False,
    texture_px: int = TEXTURE_PX,
) -> bytes:
    """Parameters (P,) and choices (C,) of the embedded character -> a GLB that opens as that character.

    Metres, y up, z out of the face. `refined` writes the subdivided mesh that the engine draws in large pictures in
    place of the coarse one that it draws in small ones; `texture_px` is one of `TEXTURES_PX`; `dense` writes morph
    targets without sparse accessors, for importers that cannot read them.
    """
    schema = embedded_schema()
    value = {name: float(number) for name, number in zip(schema.names, parameters, strict=True)}
    sliders = {parameter.name: value[parameter.name] / REACH for parameter in material_parameters()}
    style = schema.choice_mapping(choices)["hair.style"]
    base = int(choices[[choice.name for choice in schema.choices].index("base")])
    of_all = shared(refined)
    surface, coarse, skeleton = of_all.surface, of_all.coarse, of_all.skeleton
    targets = Targets(schema, of_all.morph, of_all.expressions, parameters, base)
    writer = GlbWriter()
    look = Look(writer, of_all, sliders, texture_px)
    points, face = surface.points(targets.rest), surface.points(targets.face)
    if style in FALLS:
        # The engine presses the ears of each face it draws; the file presses them once, as this face needs it.
        pressed = face.astype(np.float32)
        HiddenEars(surface.rest, of_all.ears).press(pressed)
        points, face = points + (pressed - face), pressed.astype(np.float64)
    meshes = [_head(writer, surface, (points, face), targets, skeleton, look.parts(style), dense)]
    inside = MouthMesh(of_all.mouth, of_all.morph, of_all.expressions, base)
    moves = inside.displacements(targets.rest_values, targets.steps())
    teeth = Attached("mouth", inside.shown(parameters), inside.triangles, inside.uvs, moves, look.mouth())
    meshes.append(_attached(writer, teeth, targets, dense))
    hair = hair_mesh(style, surface.rest[:coarse], of_all.ears[:coarse], of_all.maps, sliders, look.colours["hair"])
    if hair is not None:
        shown = hair.follow(face[:coarse].astype(np.float32))
        moves = hair.displacements(points[:coarse], (surface.points(delta)[:coarse] for delta in targets.deltas()))
        worn = Attached("hair", shown, hair.triangles, hair.uvs, moves, look.hair(hair))
        meshes.append(_attached(writer, worn, targets, dense))
    root, first = 1, 2
    skin = skeleton.skin(writer, root, first)
    joints = skeleton.nodes(first, value)
    table = parameter_table(schema, value, targets, skeleton.drives(first))
    after = first + len(joints)
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "FaceBridge"},
        "scene": 0,
        "scenes": [{"name": schema.character, "nodes": [0, root, *range(after, after + len(meshes) - 1)]}],
        "nodes": [
            {"name": "head", "mesh": 0, "skin": 0},
            {"name": "root", "children": list(range(first, first + len(joints)))},
            *joints,
            *({"name": mesh["name"], "mesh": row, "skin": 0} for row, mesh in enumerate(meshes[1:], 1)),
        ],
        "meshes": meshes,
        "skins": [skin],
        **look.document(),
        "extras": {
            "facebridge": {
                "format": FORMAT,
                "version": VERSION,
                "schema": {"character": schema.character, "version": schema.version, "hash": schema.hash},
                "choices": schema.choice_mapping(choices),
                "metres_per_engine_unit": METRES,
                "mesh": "refined" if refined else "coarse",
                "nonlinear": {"parameters": [macro.name for macro in MACROS], "note": NONLINEAR},
                "bones": {"influences": INFLUENCES, "left_out_metres": skeleton.left_out_dm * METRES},
                "expressions": list(BLENDSHAPES),
                "parameters": table,
            }
        },
    }
    return writer.finish(document)


def _head(
    writer: GlbWriter,
    surface: Surface,
    base_and_face: tuple[Array, Array],
    targets: Targets,
    skeleton: Skeleton,
    materials: dict[int, int],
    dense: bool,
) -> dict[str, Any]:
    """From the base mesh's and the given face's points (N, 3)."""
    base, face = base_and_face
    attributes = {
        "POSITION": writer.array(_metres(base[surface.rows]), bounds=True),
        # Few viewers work out normals for morph targets anew, so these are the given face's.
        "NORMAL": writer.array(surface.normals(face)),
        "TEXCOORD_0": writer.array(surface.uvs.astype(np.float32)),
        **skeleton.attributes(writer, surface.rows),
    }
    moves = [{"POSITION": writer.displacement(_metres(surface.vertices(delta)), dense)} for delta in targets.deltas()]
    # All parts share one set of vertices, and so of targets; a part is its triangles.
    primitives = [
        {
            "attributes": attributes,
            "indices": writer.array(triangles.astype(np.uint16).ravel(), INDEX_BUFFER),
            "material": materials[part],
            "targets": moves,
        }
        for part, triangles in surface.triangles.items()
    ]
    return _mesh("head", primitives, targets)


@dataclass(frozen=True)
class Attached:
    """A mesh of its own that moves with the head; H vertices."""

    name: str
    shown: Array
    """(H, 6) points in dm and normals on the given face."""
    triangles: npt.NDArray[np.int64]
    uvs: Array
    """(H, 2) v from the top."""
    moves: list[Array]
    """(H, 3) dm for each target of the head."""
    material: int


def _attached(writer: GlbWriter, part: Attached, targets: Targets, dense: bool) -> dict[str, Any]:
    """What shows on the given face, less what the targets' weights there already move."""
    base = part.shown[:, :3].copy()
    for weight, move in zip(targets.weights(), part.moves, strict=True):
        base -= weight * move
    # The facial joints leave skull and teeth alone; the root holds them, as it holds all that no joint does.
    indices, shares = np.zeros((len(base), 4), np.uint8), np.zeros((len(base), 4), np.float32)
    shares[:, 0] = 1.0
    attributes = {
        "POSITION": writer.array(_metres(base), bounds=True),
        "NORMAL": writer.array(part.shown[:, 3:].astype(np.float32)),
        "TEXCOORD_0": writer.array(part.uvs.astype(np.float32)),
        "JOINTS_0": writer.array(indices),
        "WEIGHTS_0": writer.array(shares),
    }
    primitive = {
        "attributes": attributes,
        "indices": writer.array(part.triangles.astype(np.uint16).ravel(), INDEX_BUFFER),
        "material": part.material,
        "targets": [{"POSITION": writer.displacement(_metres(move), dense)} for move in part.moves],
    }
    return _mesh(part.name, [primitive], targets)


def _mesh(name: str, primitives: list[dict[str, Any]], targets: Targets) -> dict[str, Any]:
    # All meshes have the same targets in the same order, so that one list of weights sets them all.
    return {
        "name": name,
        "primitives": primitives,
        "weights": targets.weights(),
        "extras": {"targetNames": targets.names},
    }


def _metres(decimetres: npt.NDArray[np.floating]) -> Vector:
    return (decimetres * METRES).astype(np.float32)


def parameter_table(
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
