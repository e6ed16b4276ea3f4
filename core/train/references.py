"""Renders that judge an imitator: the neutral character, fresh samples by regime, and one-parameter sweeps."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine_bridge.errors import DatasetError
from engine_bridge.schema import CharacterSchema

# (N, P) float32 in schema order -> (N, 256, 256, 3) uint8, default choices.
Render = Callable[[NDArray[np.float32]], NDArray[np.uint8]]

# Explained change is reported for these scales of the cube about the default; 1 is the paper's uniform sampling.
SCALES = {"uniform": 1.0, "near_neutral": 0.2}


@dataclass(frozen=True)
class References:
    """Engine renders that no training sees, each regime as (parameters, images)."""

    neutral: NDArray[np.uint8]  # (256, 256, 3)
    regimes: dict[str, tuple[NDArray[np.float32], NDArray[np.uint8]]]
    sweeps: tuple[NDArray[np.float32], NDArray[np.uint8]]  # (2P, P), (2P, ...): every parameter at its ends


def cube(schema: CharacterSchema, rng: np.random.Generator, count: int, scale: float) -> NDArray[np.float32]:
    """(count, P) uniform in the parameter cube shrunk by `scale` about the default."""
    unit = rng.uniform(0.0, 1.0, (count, schema.count))
    points = schema.minimum + unit * (schema.maximum - schema.minimum)
    return (schema.defaults + scale * (points - schema.defaults)).astype(np.float32)


def sweep_parameters(schema: CharacterSchema) -> NDArray[np.float32]:
    """(2P, P): row 2j has parameter j at its minimum, row 2j + 1 at its maximum, everything else neutral."""
    rows = np.repeat(schema.defaults[None], 2 * schema.count, axis=0).astype(np.float32)
    each = np.arange(schema.count)
    rows[2 * each, each] = schema.minimum
    rows[2 * each + 1, each] = schema.maximum
    return rows


def open_references(
    schema: CharacterSchema, cache: Path, render: Callable[[], Render], per_regime: int = 64, seed: int = 20_011
) -> References:
    """The references kept in `cache`, rendered there first if they are missing or of another schema.

    `render()` is called only when something must be drawn; it returns the function that draws.
    """
    store = Path(cache) / "references.npz"
    if store.exists():
        with np.load(store, allow_pickle=False) as saved:
            if str(saved["schema"]) == schema.hash:
                regimes = {name: (saved[f"{name}_parameters"], saved[f"{name}_images"]) for name in SCALES}
                return References(saved["neutral"], regimes, (saved["sweep_parameters"], saved["sweep_images"]))
    draw = render()
    rng = np.random.default_rng(seed)
    arrays: dict[str, NDArray[np.generic]] = {"neutral": _drawn(draw, schema.defaults[None])[0]}
    for name, scale in SCALES.items():
        arrays[f"{name}_parameters"] = cube(schema, rng, per_regime, scale)
        arrays[f"{name}_images"] = _drawn(draw, arrays[f"{name}_parameters"])  # type: ignore[arg-type]
    arrays["sweep_parameters"] = sweep_parameters(schema)
    arrays["sweep_images"] = _drawn(draw, arrays["sweep_parameters"])  # type: ignore[arg-type]
    Path(cache).mkdir(parents=True, exist_ok=True)
    temporary = store.with_suffix(".tmp.npz")
    np.savez(temporary, schema=np.array(schema.hash), **arrays)  # type: ignore[arg-type]
    os.replace(temporary, store)
    return open_references(schema, cache, render, per_regime, seed)


def _drawn(draw: Render, parameters: NDArray[np.float32], block: int = 16) -> NDArray[np.uint8]:
    images = [draw(parameters[i : i + block]) for i in range(0, len(parameters), block)]
    result = np.concatenate(images)
    if result.shape[0] != len(parameters) or result.dtype != np.uint8:
        raise DatasetError(f"The engine drew {result.dtype} {result.shape} for {len(parameters)} parameter vectors.")
    return result
