"""A writer of binary glTF 2.0 (GLB): packed arrays with their accessors, sparse where that is smaller, and JSON.

The format is Khronos' glTF 2.0 specification, sections 3.6 (accessors, sparse accessors) and 4.4 (GLB layout).
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import numpy.typing as npt

GLB_MAGIC, GLB_VERSION, JSON_CHUNK, BIN_CHUNK = 0x46546C67, 2, 0x4E4F534A, 0x004E4942
_COMPONENT = {"u1": 5121, "u2": 5123, "u4": 5125, "f4": 5126}
_TYPE = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}
VERTEX_BUFFER, INDEX_BUFFER = 34962, 34963
PNG, JPEG = "image/png", "image/jpeg"


class GlbWriter:
    """Collects arrays and images; `finish` adds the rest of the document and returns the file's bytes."""

    def __init__(self) -> None:
        self._blob = bytearray()
        self._views: list[dict[str, Any]] = []
        self._accessors: list[dict[str, Any]] = []
        self._images: list[dict[str, Any]] = []
        self._silent: dict[int, int] = {}

    def _view(self, data: bytes, target: int | None = None) -> int:
        # Accessors must start at a multiple of their component's size, 4 at most here.
        self._blob += b"\0" * (-len(self._blob) % 4)
        view = {"buffer": 0, "byteOffset": len(self._blob), "byteLength": len(data)}
        self._views.append(view if target is None else {**view, "target": target})
        self._blob += data
        return len(self._views) - 1

    def array(self, values: npt.NDArray[Any], target: int | None = VERTEX_BUFFER, bounds: bool = False) -> int:
        """An accessor over (N, ...) values of u1, u2, u4 or f4; `bounds` writes min and max, as positions need them."""
        accessor = self._describe(values, bounds)
        accessor["bufferView"] = self._view(np.ascontiguousarray(values).tobytes(), target)
        self._accessors.append(accessor)
        return len(self._accessors) - 1

    def displacement(self, values: npt.NDArray[np.float32], dense: bool = False) -> int:
        """An accessor over (N, 3) displacements, stored sparse when that takes fewer bytes, unless `dense` is asked."""
        rows = np.flatnonzero(values.any(1))
        # All targets of a mesh that move nothing share one accessor.
        if not len(rows) and len(values) in self._silent:
            return self._silent[len(values)]
        if not len(rows):
            self._silent[len(values)] = len(self._accessors)
        index: npt.NDArray[Any] = rows.astype(np.uint16 if len(values) < 1 << 16 else np.uint32)
        if dense or len(rows) * (12 + index.itemsize) >= len(values) * 12:
            return self.array(values, bounds=True)
        # A sparse accessor without a base is zero but for what it lists; none listed means that nothing moves.
        accessor = self._describe(values, bounds=True)
        if len(rows):
            accessor["sparse"] = {
                "count": len(rows),
                "indices": {
                    "bufferView": self._view(index.tobytes()),
                    "componentType": _COMPONENT[index.dtype.str[1:]],
                },
                "values": {"bufferView": self._view(np.ascontiguousarray(values[rows]).tobytes())},
            }
        self._accessors.append(accessor)
        return len(self._accessors) - 1

    @staticmethod
    def _describe(values: npt.NDArray[Any], bounds: bool) -> dict[str, Any]:
        accessor: dict[str, Any] = {
            "componentType": _COMPONENT[values.dtype.str[1:]],
            "count": len(values),
            "type": _TYPE[values.shape[1:]],
        }
        if bounds:
            accessor |= {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
        return accessor

    def image(self, data: bytes, name: str, mime_type: str) -> int:
        """An embedded PNG or JPEG file."""
        self._images.append({"name": name, "mimeType": mime_type, "bufferView": self._view(data)})
        return len(self._images) - 1

    def finish(self, document: dict[str, Any]) -> bytes:
        """The GLB's bytes: `document` completed by buffers, views, accessors and images."""
        whole = {
            **document,
            "images": self._images,
            "accessors": self._accessors,
            "bufferViews": self._views,
            "buffers": [{"byteLength": len(self._blob)}],
        }
        text = json.dumps(whole, separators=(",", ":"), allow_nan=False).encode()
        text += b" " * (-len(text) % 4)
        blob = bytes(self._blob) + b"\0" * (-len(self._blob) % 4)
        parts = struct.pack("<II", len(text), JSON_CHUNK) + text + struct.pack("<II", len(blob), BIN_CHUNK) + blob
        return struct.pack("<III", GLB_MAGIC, GLB_VERSION, 12 + len(parts)) + parts
