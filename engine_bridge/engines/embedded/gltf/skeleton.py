"""The head's bones as glTF joints: linear skinning that reproduces every bone parameter's displacement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.gltf.container import GlbWriter
from engine_bridge.engines.embedded.rig import BoneParameter, Y, bone_offsets, bone_parameters
from engine_bridge.engines.embedded.schema import REACH

Array = npt.NDArray[np.float64]

METRES = 0.1  # a decimetre
# Joints that may move one vertex, the root among them: two sets of four, which every importer that we aim at reads.
INFLUENCES = 8


@dataclass(frozen=True)
class Joint:
    """One joint: its pivot (3,) in decimetres on the neutral head, and how strongly it holds each vertex (V,)."""

    name: str
    pivot: Array
    weight: Array
    parameters: tuple[BoneParameter, ...]


class Skeleton:
    """All joints below one root.

    Regions overlap until their weights sum to more than 1, which glTF forbids. All are therefore divided by the largest
    sum, `gain`, and the transforms that the parameters drive are multiplied by it; the product is unchanged.
    """

    def __init__(self, neutral: Array, movable: npt.NDArray[np.bool_], at_surface: Callable[[Array], Array]) -> None:
        """`neutral` (V, 3) dm are the control points that the rig is laid out on; `at_surface` maps (V, K) to (N, K).

        A refined point is held as the control points are that it is an average of, which moves it as the engine does.
        """
        grouped: dict[str, list[BoneParameter]] = {}
        for parameter in bone_parameters():
            side = f".{parameter.side}" if parameter.side else ""
            grouped.setdefault(parameter.bone.name + side, []).append(parameter)
        self.joints: list[Joint] = []
        for name, parameters in grouped.items():
            first = parameters[0]
            sign = -1.0 if first.side == "right" else 1.0
            # What a unit offset moves is the weight itself.
            weight = bone_offsets(replace(first, axis=Y, scales=False, reach=1.0), neutral, movable)[:, 1]
            pivot = np.array(first.bone.pivot) * np.array([sign, 1.0, 1.0])
            self.joints.append(Joint(name, pivot, weight, tuple(parameters)))
        weights = at_surface(np.stack([joint.weight for joint in self.joints], 1))
        self.gain = float(weights.sum(1).max())
        strongest = np.argsort(-weights, axis=1, kind="stable")[:, : INFLUENCES - 1]
        kept = np.take_along_axis(weights, strongest, 1)
        left_out = weights.copy()
        np.put_along_axis(left_out, strongest, 0.0, 1)
        reach = [sum(p.reach * (0.2 if p.scales else 1.0) for p in joint.parameters) for joint in self.joints]
        self.left_out_dm = float((left_out @ np.array(reach)).max())
        """The furthest that the joints left out for `INFLUENCES` could move a vertex, all sliders at their ends."""
        kept = kept / self.gain
        root = np.maximum(1.0 - kept.sum(1, keepdims=True), 0.0)
        # The root is joint 0; a weight of nought must name joint 0 as well.
        self.indices = np.where(kept > 0.0, strongest + 1, 0)
        self.indices = np.concatenate([np.zeros_like(self.indices[:, :1]), self.indices], 1).astype(np.uint8)
        self.weights = np.concatenate([root, kept], 1).astype(np.float32)
        self.weights /= self.weights.sum(1, keepdims=True)

    def drives(self, first_node: int) -> dict[str, dict[str, Any]]:
        """Parameter name -> the joint, the channel, and what one unit of the parameter adds to its rest value."""
        found: dict[str, dict[str, Any]] = {}
        for row, joint in enumerate(self.joints):
            for parameter in joint.parameters:
                outwards = -1.0 if parameter.side == "right" and parameter.axis == (1.0, 0.0, 0.0) else 1.0
                unit = 1.0 if parameter.scales else METRES
                per_unit = np.array(parameter.axis) * parameter.reach * outwards * self.gain * unit / REACH
                found[parameter.name] = {
                    "joint": joint.name,
                    "node": first_node + row,
                    "channel": "scale" if parameter.scales else "translation",
                    "per_unit": per_unit.tolist(),
                }
        return found

    def nodes(self, first_node: int, values: dict[str, float]) -> list[dict[str, Any]]:
        """The joints as nodes, posed for the parameters' values; their rest is the pivot and a scale of 1."""
        drives = self.drives(first_node)
        found: list[dict[str, Any]] = []
        for joint in self.joints:
            rest = joint.pivot * METRES
            pose = {"translation": rest.copy(), "scale": np.ones(3)}
            for parameter in joint.parameters:
                drive = drives[parameter.name]
                pose[drive["channel"]] += np.array(drive["per_unit"]) * values[parameter.name]
            found.append(
                {
                    "name": joint.name,
                    "translation": pose["translation"].tolist(),
                    "scale": pose["scale"].tolist(),
                    "extras": {"rest_translation": rest.tolist()},
                }
            )
        return found

    def skin(self, writer: GlbWriter, root: int, first_node: int) -> dict[str, Any]:
        """The skin, whose inverse bind matrices take each joint's pivot to the origin."""
        matrices = np.repeat(np.eye(4, dtype=np.float32)[None], len(self.joints) + 1, 0)
        for row, joint in enumerate(self.joints, 1):
            matrices[row, 3, :3] = -joint.pivot * METRES  # column-major: the translation is the last row in memory
        nodes = [root, *range(first_node, first_node + len(self.joints))]
        return {
            "name": "face",
            "skeleton": root,
            "joints": nodes,
            "inverseBindMatrices": writer.array(matrices, target=None),
        }

    def attributes(self, writer: GlbWriter, rows: npt.NDArray[np.int64]) -> dict[str, int]:
        """JOINTS_0, WEIGHTS_0 and so on for the vertices that stand for these points of the surface."""
        found: dict[str, int] = {}
        for part in range(INFLUENCES // 4):
            columns = slice(4 * part, 4 * part + 4)
            found[f"JOINTS_{part}"] = writer.array(self.indices[rows, columns])
            found[f"WEIGHTS_{part}"] = writer.array(self.weights[rows, columns])
        return found
