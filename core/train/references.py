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


def draw_references(
    schema: CharacterSchema,
    draw: Render,
    per_regime: int = 64,
    seed: int = 20_011,
    progress: Callable[[int, int], None] | None = None,
) -> References:
    """Everything of References, drawn now; `progress(done, total)` counts renders."""
    rng = np.random.default_rng(seed)
    wanted = {"neutral": schema.defaults[None].astype(np.float32)}
    wanted |= {name: cube(schema, rng, per_regime, scale) for name, scale in SCALES.items()}
    wanted["sweeps"] = sweep_parameters(schema)
    total, done = sum(len(rows) for rows in wanted.values()), 0
    images: dict[str, NDArray[np.uint8]] = {}
    for name, rows in wanted.items():
        images[name] = drawn(draw, rows, progress and _after(progress, done, total))
        done += len(rows)
    regimes = {name: (wanted[name], images[name]) for name in SCALES}
    return References(images["neutral"][0], regimes, (wanted["sweeps"], images["sweeps"]))


def open_references(
    schema: CharacterSchema,
    cache: Path,
    render: Callable[[], Render],
    per_regime: int = 64,
    seed: int = 20_011,
    progress: Callable[[int, int], None] | None = None,
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
    found = draw_references(schema, render(), per_regime, seed, progress)
    arrays: dict[str, NDArray[np.generic]] = {"neutral": found.neutral}
    for name, (parameters, images) in {**found.regimes, "sweep": found.sweeps}.items():
        arrays |= {f"{name}_parameters": parameters, f"{name}_images": images}
    Path(cache).mkdir(parents=True, exist_ok=True)
    temporary = store.with_suffix(".tmp.npz")
    np.savez(temporary, schema=np.array(schema.hash), **arrays)  # type: ignore[arg-type]
    os.replace(temporary, store)
    return found


def drawn(
    draw: Render,
    parameters: NDArray[np.float32],
    progress: Callable[[int, int], None] | None = None,
    block: int = 16,
) -> NDArray[np.uint8]:
    """Renders of parameters (N, P), block by block; DatasetError when the engine draws another number of them."""
    images: list[NDArray[np.uint8]] = []
    for i in range(0, len(parameters), block):
        images.append(draw(parameters[i : i + block]))
        if progress:
            progress(min(i + block, len(parameters)), len(parameters))
    result = np.concatenate(images)
    if result.shape[0] != len(parameters) or result.dtype != np.uint8:
        raise DatasetError(f"The engine drew {result.dtype} {result.shape} for {len(parameters)} parameter vectors.")
    return result


def _after(progress: Callable[[int, int], None], before: int, total: int) -> Callable[[int, int], None]:
    return lambda done, _: progress(before + done, total)
