"""What the frozen networks say of aligned faces: embedding, geometry, expression and regional colours."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.perception.appearance import hair_colours, region_colours
from core.perception.geometry import LandmarkNet, points5
from core.perception.identity import IdentityNet, face_chips


@dataclass(frozen=True)
class FaceFeatures:
    """Features of N faces of one domain, photos or renders."""

    embeddings: Tensor  # (N, 128), F_id
    geometry: Tensor  # (N, 468, 3) cm, F_3d, pose removed
    colours: Tensor  # (N, R, 3) in [0, 1]
    hair: Tensor  # (N, 3) in [0, 1]
    blendshapes: Tensor | None = None  # (N, 52) in [0, 1]; None: no face has an expression

    def to(self, device: torch.device) -> FaceFeatures:
        """The same on a device."""
        return FaceFeatures(
            self.embeddings.to(device),
            self.geometry.to(device),
            self.colours.to(device),
            self.hair.to(device),
            None if self.blendshapes is None else self.blendshapes.to(device),
        )

    def rows(self, chosen: Tensor) -> FaceFeatures:
        """The features of these rows."""
        blendshapes = None if self.blendshapes is None else self.blendshapes[chosen]
        return FaceFeatures(
            self.embeddings[chosen], self.geometry[chosen], self.colours[chosen], self.hair[chosen], blendshapes
        )


@torch.no_grad()
def face_features(images: Tensor, points: Tensor, landmark_net: LandmarkNet, identity_net: IdentityNet) -> FaceFeatures:
    """Aligned pictures (B, 3, 256, 256) in [0, 1] with landmarks (B, 478, 3) px -> their features."""
    return FaceFeatures(
        identity_net(face_chips(images, points5(points))),
        landmark_net.canonical(points),
        region_colours(images, points[..., :2]),
        hair_colours(images, points[..., :2]),
        landmark_net.blendshapes(points),
    )
