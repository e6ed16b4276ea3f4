"""Reads an exported head with pygltflib and poses it by the rules of glTF alone; knows nothing of the engine."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pygltflib
from PIL import Image

Array = npt.NDArray[np.float64]

_DTYPE = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTH = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    """One mesh of a GLB with one skin."""

    def __init__(self, path: Path, name: str = "head") -> None:
        self.document: Any = pygltflib.GLTF2().load(path)
        self._blob: bytes = self.document.binary_blob()
        self.mesh: Any = next(mesh for mesh in self.document.meshes if mesh.name == name)
        self.primitive: Any = self.mesh.primitives[0]
        self.extras: dict[str, Any] = self.document.extras["facebridge"]
        self.target_names: list[str] = self.mesh.extras["targetNames"]
        self.positions = self.accessor(self.primitive.attributes.POSITION)

    def _bytes(self, view: int, offset: int, dtype: str, count: int) -> npt.NDArray[Any]:
        start = self.document.bufferViews[view].byteOffset + offset
        return np.frombuffer(self._blob, dtype, count, start)

    def accessor(self, index: int) -> Array:
        """(N, width) values: specification, sections 3.6.2.2 and 3.6.2.3 (sparse)."""
        accessor: Any = self.document.accessors[index]
        width, dtype = _WIDTH[accessor.type], _DTYPE[accessor.componentType]
        if accessor.bufferView is None:
            values = np.zeros(accessor.count * width)
        else:
            values = self._bytes(accessor.bufferView, accessor.byteOffset or 0, dtype, accessor.count * width)
        found = values.reshape(accessor.count, width).astype(np.float64)
        if accessor.sparse is not None:
            sparse: Any = accessor.sparse
            rows = self._bytes(
                sparse.indices.bufferView,
                sparse.indices.byteOffset or 0,
                _DTYPE[sparse.indices.componentType],
                sparse.count,
            )
            listed = self._bytes(sparse.values.bufferView, sparse.values.byteOffset or 0, dtype, sparse.count * width)
            found[rows] = listed.reshape(sparse.count, width)
        return found

    def picture(self, name: str) -> npt.NDArray[np.uint8]:
        """(H, W, 3 or 4) an embedded image by its name."""
        image: Any = next(image for image in self.document.images if image.name == name)
        view = self.document.bufferViews[image.bufferView]
        data = self._blob[view.byteOffset : view.byteOffset + view.byteLength]
        with Image.open(io.BytesIO(data), formats=[image.mimeType.removeprefix("image/")]) as opened:
            return np.asarray(opened)

    def target(self, name: str) -> Array:
        """(D, 3) displacement of a morph target, in metres."""
        return self.accessor(self.primitive.targets[self.target_names.index(name)]["POSITION"])

    def pose(self, values: dict[str, float]) -> Array:
        """(D, 3) vertices in metres for parameter values, as an importer that reads only the extras would set them.

        Parameters that are not named stay at the value that the file holds.
        """
        points = self.positions.copy()
        nodes = {
            node.name: {"translation": np.array(node.translation), "scale": np.array(node.scale)}
            for node in self.document.nodes
            if node.translation is not None
        }
        for node in self.document.nodes:
            if node.translation is not None:
                nodes[node.name] = {"translation": np.array(node.extras["rest_translation"]), "scale": np.ones(3)}
        for entry in self.extras["parameters"]:
            value = values.get(entry["name"], entry["value"])
            if "targets" in entry:
                low, high = entry["targets"]
                step = value - entry["rest"]
                if step < 0:
                    points += self._target(low) * (step / (entry["minimum"] - entry["rest"]))
                elif step > 0:
                    points += self._target(high) * (step / (entry["maximum"] - entry["rest"]))
            elif "drives" in entry:
                drive = entry["drives"]
                nodes[drive["joint"]][drive["channel"]] += np.array(drive["per_unit"]) * value
        return self.skinned(points, nodes)

    def _target(self, index: int) -> Array:
        return self.accessor(self.primitive.targets[index]["POSITION"])

    def shown(self) -> Array:
        """(D, 3) vertices as any viewer shows them: the file's own morph weights and joint poses."""
        points = self.positions.copy()
        for index, weight in enumerate(self.mesh.weights):
            if weight:
                points += self._target(index) * weight
        nodes = {
            node.name: {"translation": np.array(node.translation), "scale": np.array(node.scale)}
            for node in self.document.nodes
            if node.translation is not None
        }
        return self.skinned(points, nodes)

    def skinned(self, points: Array, nodes: dict[str, dict[str, Array]]) -> Array:
        """Linear blend skinning: specification, section 3.7.3.3, with joints directly below an unmoved root."""
        skin: Any = self.document.skins[0]
        inverse = self.accessor(skin.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
        matrices: list[Array] = []
        for row, node in enumerate(skin.joints):
            local = np.eye(4)
            name = self.document.nodes[node].name
            if name in nodes:
                local[:3, :3] = np.diag(nodes[name]["scale"])
                local[:3, 3] = nodes[name]["translation"]
            matrices.append(local @ inverse[row])
        stack = np.stack(matrices)
        whole = np.concatenate([points, np.ones((len(points), 1))], 1)
        result = np.zeros_like(points)
        attributes: Any = self.primitive.attributes
        part = 0
        while getattr(attributes, f"JOINTS_{part}", None) is not None:
            joints = self.accessor(getattr(attributes, f"JOINTS_{part}")).astype(np.int64)
            weights = self.accessor(getattr(attributes, f"WEIGHTS_{part}"))
            for k in range(4):
                moved = np.einsum("nij,nj->ni", stack[joints[:, k]], whole)[:, :3]
                result += weights[:, k : k + 1] * moved
            part += 1
        return result


def chunks(data: bytes) -> list[tuple[int, bytes]]:
    """The chunks of a GLB after its 12-byte header: (type, content)."""
    found: list[tuple[int, bytes]] = []
    at = 12
    while at < len(data):
        length, kind = struct.unpack_from("<II", data, at)
        found.append((kind, data[at + 8 : at + 8 + length]))
        at += 8 + length
    return found
