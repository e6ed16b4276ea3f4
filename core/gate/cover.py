"""Which parts of a face are covered: hands, hair, masks, hats, dark glasses, microphones, anything painted over it.

The face is cut into 96 cells of the landmark mesh. Each gives the colour, texture and size that it shows beside those
of the whole skin, and a small network (scripts/fit_gate_cover.py) says how likely each of the cells is covered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file

from core.gate.mesh import Mesh, Painted, median
from engine_bridge.errors import BundleError

CELLS = 96
PER_CELL = 6
WEIGHTS = Path(__file__).resolve().parents[1] / "data" / "gate" / "cover.safetensors"
# Of 8-bit values as a share of white, squared: below it is noise.
_FLOOR = 0.004
_CLUSTER_TURNS = 12


def cells_of(mesh: Mesh) -> NDArray[np.int64]:
    """Triangle -> cell (T,): neighbours on the canonical face, about equally many each; the same every time."""
    points = mesh.middles_cm.astype(np.float64)
    chosen = [int(points[:, 2].argmax())]
    near = np.square(points - points[chosen[0]]).sum(1)
    while len(chosen) < CELLS:
        chosen.append(int(near.argmax()))
        near = np.minimum(near, np.square(points - points[chosen[-1]]).sum(1))
    centres = points[chosen]
    cells = np.zeros(len(points), np.int64)
    for _ in range(_CLUSTER_TURNS):
        cells = np.square(points[:, None] - centres[None]).sum(2).argmin(1)
        centres = np.stack([points[cells == c].mean(0) if (cells == c).any() else centres[c] for c in range(CELLS)])
    return cells


def features(painted: Painted, mesh: Mesh, cells: NDArray[np.int64]) -> NDArray[np.float32]:
    """What the triangles of a face show -> (CELLS * 6,).

    Of each cell: the mean of three logarithmic colours against the skin's median, their spread, the finest texture,
    and the share of the face that it shows.
    """
    areas = painted.areas_px2
    log = np.log2(np.square(painted.colours) + _FLOOR)
    middle = np.array([median(log[mesh.skin, k], areas[mesh.skin]) for k in range(3)], np.float32)
    away = log - middle
    grey = away.mean(1)
    colour = np.stack([grey, away[:, 0] - grey, away[:, 2] - grey], 1)
    weight = areas + 1e-3
    total = np.bincount(cells, weight, CELLS)
    means = np.stack([np.bincount(cells, weight * colour[:, k], CELLS) / total for k in range(3)], 1)
    square = np.bincount(cells, weight * grey * grey, CELLS) / total
    spread = np.sqrt(np.maximum(square - means[:, 0] ** 2, 0))
    texture = np.bincount(cells, weight * painted.texture, CELLS) / total
    seen = total / max(float(total.sum()), 1e-6) * CELLS
    rows = np.concatenate([means, spread[:, None], np.log2(texture + 0.002)[:, None], seen[:, None]], 1)
    return rows.ravel().astype(np.float32)


@dataclass(frozen=True)
class CoverNet:
    """The network's weights in float32, and the cell of each triangle."""

    cells: NDArray[np.int64]
    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    first: tuple[NDArray[np.float32], NDArray[np.float32]]
    last: tuple[NDArray[np.float32], NDArray[np.float32]]

    def __call__(self, row: NDArray[np.float32]) -> NDArray[np.float32]:
        """Features -> probability (CELLS,) that each cell is covered."""
        inputs = np.clip((row - self.mean) / self.spread, -6, 6)
        hidden = np.maximum(self.first[0] @ inputs + self.first[1], 0)
        return (1 / (1 + np.exp(-(self.last[0] @ hidden + self.last[1])))).astype(np.float32)


@lru_cache(maxsize=1)
def cover_net() -> CoverNet:
    """The shipped network; BundleError when it cannot be read."""
    try:
        tensors = load_file(WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise BundleError(f"{WEIGHTS.name} cannot be read ({error}); install FaceBridge again.") from error
    wide = {key: value.float().numpy() for key, value in tensors.items() if value.dtype != torch.int16}
    return CoverNet(
        tensors["cells"].long().numpy(),
        wide["mean"],
        wide["spread"],
        (wide["first.weight"], wide["first.bias"]),
        (wide["last.weight"], wide["last.bias"]),
    )


def covered_share(painted: Painted, mesh: Mesh) -> float:
    """How much of what is seen of a face is covered, in [0, 1]."""
    network = cover_net()
    shown = np.bincount(network.cells, painted.areas_px2, CELLS)
    return float(network(features(painted, mesh, network.cells)) @ shown / max(float(shown.sum()), 1e-6))
