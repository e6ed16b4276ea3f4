"""The truth that `facebridge render --truth` writes: each channel in a file that common tools read, and what it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.cli.render_pictures import png
from engine_bridge.truth import SEGMENTS, TruthMap

DEPTH_UNIT_MM = 0.1
_DEPTH_UNITS_PER_CM = 100
_FARTHEST = 65535

# One colour a class of SEGMENTS, far enough apart to be told at a glance.
_PALETTE = (
    (0, 0, 0), (224, 172, 145), (120, 72, 32), (64, 128, 255), (220, 40, 80),
    (110, 0, 40), (255, 210, 60), (160, 90, 200), (60, 60, 60), (40, 150, 90),
)  # fmt: skip


def truth_files(truth: Mapping[str, TruthMap]) -> dict[str, bytes]:
    """Channels of one picture, laid out as engine_bridge.truth says -> file names and contents, with a truth.json."""
    files: dict[str, bytes] = {}
    notes: dict[str, Any] = {}
    if "segmentation" in truth:
        palette = bytes(value for colour in _PALETTE for value in colour)
        files["segmentation.png"] = png(truth["segmentation"], palette, f"classes: {', '.join(SEGMENTS)}")
        notes["segmentation"] = {"file": "segmentation.png", "classes": list(SEGMENTS)}
    if "depth" in truth:
        note = f"depth along the camera's axis in units of {DEPTH_UNIT_MM} mm; 0: nothing; {_FARTHEST}: that or farther"
        files["depth.png"] = png(_depth_units(truth["depth"]), note=note)
        notes["depth"] = {"file": "depth.png", "unit_mm": DEPTH_UNIT_MM, "note": note}
    if "points" in truth:
        columns = ["x_px", "y_px", "X_cm", "Y_cm", "Z_cm"]
        rows = [[round(float(value), 4) for value in point] for point in truth["points"]]
        files["points.json"] = _json({"columns": columns, "points": rows})
        notes["points"] = {"file": "points.json", "columns": columns, "note": "MediaPipe's face mesh, in its order"}
    return {**files, "truth.json": _json(notes)}


def _depth_units(depth_cm: TruthMap) -> Any:
    units = np.clip(np.round(depth_cm.astype(np.float64) * _DEPTH_UNITS_PER_CM), 1, _FARTHEST)
    return np.where(depth_cm > 0, units, 0).astype(np.uint16)


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, allow_nan=False) + "\n").encode()
