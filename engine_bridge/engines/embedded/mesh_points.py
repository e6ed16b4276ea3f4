"""Where the 468 points of MediaPipe's face mesh lie on the embedded head, and where a camera sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.assets import read_asset

CM_PER_DM = 10.0

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class MeshPoints:
    """Each point as a weighted mean of three points of the coarse level, so that it moves with the skin."""

    corners: npt.NDArray[np.int64]
    """(468, 3)"""
    weights: Array
    """(468, 3), each row sums to 1."""

    @classmethod
    def load(cls) -> MeshPoints:
        """Read the packaged table; raises EngineError when it is missing or damaged."""
        data = read_asset("mesh_points.npz")
        weights = data["weights"].astype(np.float64) / 65535.0
        return cls(data["corners"].astype(np.int64), weights / weights.sum(1, keepdims=True))

    def place(self, points: Array, camera: Floats, image_px: int) -> Floats:
        """Coarse points (N, 3) in dm and a camera (4, 4) -> (468, 5): x, y px from the top left, X, Y, Z cm."""
        at = np.einsum("pk,pkc->pc", self.weights, points[self.corners])
        clip = np.concatenate([at, np.ones((len(at), 1))], 1) @ camera.T.astype(np.float64)
        seen = clip[:, :2] / clip[:, 3:4]
        x, y = (0.5 + 0.5 * seen[:, 0]) * image_px, (0.5 - 0.5 * seen[:, 1]) * image_px
        return np.concatenate([np.stack([x, y], 1), at * CM_PER_DM], 1).astype(np.float32)
