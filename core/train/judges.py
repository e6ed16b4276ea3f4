"""What photo and character are compared by: a frozen net's description of each, with what it says of every photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.perception.geometry import LandmarkNet, crop_by_points, points5
from core.perception.identity import IdentityNet, face_chips
from core.train.landmark_map import Constants
from core.train.photos import Photos

# Pictures (B, 3, H, W) in [0, 1] and their landmarks (B, 478, 2) px -> (B, ...); differentiable in the pictures.
Describe = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Judge:
    """A frozen net, and what it says of the training photos and, on average, of renders."""

    describe: Describe
    photos: Tensor  # (N, ...) of every row of the photo cache
    photo_mean: Tensor  # (...)
    render_mean: Tensor  # (...)
    unit: float  # mean squared distance of photos from their mean, summed over the last dimension

    def uncentred(self) -> Judge:
        """The same without means: descriptions are compared as they are."""
        return replace(
            self, photo_mean=torch.zeros_like(self.photo_mean), render_mean=torch.zeros_like(self.render_mean)
        )

    def to(self, device: torch.device) -> Judge:
        """The same with its tensors on a device."""
        moved = {name: getattr(self, name).to(device) for name in ("photos", "photo_mean", "render_mean")}
        return replace(self, **moved)


def identity_judge(net: IdentityNet, photos: Photos, constants: Constants) -> Judge:
    """F_id by the shipped network, dlib's ResNet-29: (B, 128)."""

    def describe(images: Tensor, points: Tensor) -> Tensor:
        return net(face_chips(images, points5(points), antialias=False))

    return Judge(describe, photos.embeddings, photos.embedding_mean, constants.embedding_mean, 1.0)


def geometry_judge(net: LandmarkNet, photos: Photos, constants: Constants) -> Judge:
    """F_3d by the shipped network, MediaPipe's landmarks with pose removed: (B, 468, 3) cm."""

    def describe(images: Tensor, points: Tensor) -> Tensor:
        landmarks, _ = net.landmarks(crop_by_points(images, points, antialias=False))
        return net.canonical(landmarks)

    return Judge(describe, photos.geometry, photos.geometry_mean, constants.geometry_mean, photos.geometry_unit)
