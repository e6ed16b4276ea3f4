"""Loads the frozen networks' weights from the package data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from engine_bridge.errors import BundleError

FOLDER = Path(__file__).resolve().parents[1] / "data" / "perception"
"""Where scripts/convert_perception.py writes: *.safetensors (fp16), landmarks.json and sources.json."""


def load_tensors(name: str) -> dict[str, torch.Tensor]:
    """Tensors of one package file, half precision widened to float32; BundleError when it cannot be read."""
    path = FOLDER / name
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise BundleError(
            f"The face network file {path} cannot be read ({error}); reinstall facebridge, "
            "or write it again with scripts/convert_perception.py."
        ) from error
    return {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}


def load_json(name: str) -> dict[str, Any]:
    """A JSON file of the package data; BundleError when it cannot be read."""
    path = FOLDER / name
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(
            f"The face network file {path} cannot be read ({error}); reinstall facebridge, "
            "or write it again with scripts/convert_perception.py."
        ) from error
