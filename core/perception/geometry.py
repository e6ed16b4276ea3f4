"""F_3d: MediaPipe's 478-point face landmarker in torch, its geometry with pose removed, and its expression net.

Everything is differentiable except detection. Landmark numbers are MediaPipe's: 0..467 the face mesh, 468..477 the
irises; "right" is the subject's right, on the left of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from core.perception.blendshapes import BlendshapeNet
from core.perception.detector import Face, FaceDetector
from core.perception.graph import ConvGraph
from core.perception.warp import apply, sample
from core.perception.weights import load_json, load_tensors

CROP_PX = 256
LANDMARKS = 478
MESH_POINTS = 468
_ROI_SCALE = 1.5
"""The landmarker expects the box of the points, made square, one and a half times as large (MediaPipe's graph)."""
_RIGHT_EYE_OUTER, _RIGHT_EYE_INNER, _LEFT_EYE_INNER, _LEFT_EYE_OUTER = 33, 133, 362, 263
_NOSE_BASE = 2
# Activations of the landmarker's graph (landmarks.json) after its last blocks at 8 x 8, 4 x 4 and 2 x 2 places, 128
# channels each: what it made of the crop before it named any point.
_INNER = (408, 439, 470)
SIGHT = 128 * (2 * 2 + 4 * 4 + 4 * 4)
"""Length of what `LandmarkNet.seen` gives of a face."""


@dataclass(frozen=True)
class Roi:
    """Where to crop faces: `to_image` (B,2,3) maps points of a 256-px crop onto the image."""

    to_image: Tensor

    def points_to_image(self, landmarks: Tensor) -> Tensor:
        """(B,N,2) or (B,N,3) crop px -> image px."""
        return apply(self.to_image, landmarks)


def roi_from_points(points: Tensor) -> Roi:
    """Landmarks (B,478,2 or 3) image px -> where the landmarker wants its next crop: eyes level, 1.5 times the box."""
    points = points[..., :2]
    across = points[:, _LEFT_EYE_OUTER] - points[:, _RIGHT_EYE_OUTER]
    across = across / across.norm(dim=1, keepdim=True)
    down = torch.stack([-across[:, 1], across[:, 0]], 1)
    axes = torch.stack([across, down], 2)
    levelled = points @ axes
    low, high = levelled.amin(1), levelled.amax(1)
    centre = (axes @ ((low + high) / 2)[..., None])[..., 0]
    return _square_roi(centre, across, (high - low).amax(1) * _ROI_SCALE)


def roi_from_faces(faces: list[Face]) -> Roi:
    """Detections -> the landmarker's first crop: the box's centre, 1.5 times its longer side, eyes level."""
    boxes = torch.tensor([face.box for face in faces], dtype=torch.float32)
    keypoints = torch.from_numpy(np.stack([face.keypoints for face in faces])).float()
    across = keypoints[:, 1] - keypoints[:, 0]
    across = across / across.norm(dim=1, keepdim=True).clamp_min(1e-6)
    return _square_roi(boxes[:, :2] + boxes[:, 2:] / 2, across, boxes[:, 2:].amax(1) * _ROI_SCALE)


def _square_roi(centre: Tensor, across: Tensor, side: Tensor) -> Roi:
    """A square of `side` px around `centre` whose upper edge runs along the unit vector `across`."""
    down = torch.stack([-across[:, 1], across[:, 0]], 1)
    linear = torch.stack([across, down], 2) * (side / CROP_PX)[:, None, None]
    shift = centre - linear.sum(2) * (CROP_PX / 2)
    return Roi(torch.cat([linear, shift[..., None]], 2))


def crop_by_points(images: Tensor, points: Tensor | Roi, antialias: bool = True) -> Tensor:
    """Images (B,3,H,W) and landmarks (B,478,2+) px, or a Roi -> landmarker crops (B,3,256,256), differentiable.

    `Roi.points_to_image` brings landmarks of the crop back. `antialias=False` skips a check that would make a GPU wait.
    """
    roi = points if isinstance(points, Roi) else roi_from_points(points)
    return sample(images, roi.to_image.to(images), CROP_PX, "border", antialias)


def points5(landmarks: Tensor) -> Tensor:
    """Landmarks (B,478,2+) -> (B,5,2) in dlib's order: left eye outer, inner, right eye outer, inner, nose base."""
    order = [_LEFT_EYE_OUTER, _LEFT_EYE_INNER, _RIGHT_EYE_OUTER, _RIGHT_EYE_INNER, _NOSE_BASE]
    return landmarks[:, order, :2]


class LandmarkNet(nn.Module):
    """Detector, landmarker, geometry and expression of MediaPipe's face landmarker, frozen."""

    canonical_mesh: Tensor
    procrustes: Tensor
    triangles: Tensor

    def __init__(self) -> None:
        super().__init__()
        graphs, tensors = load_json("landmarks.json"), load_tensors("landmarks.safetensors")
        self.detector = FaceDetector(ConvGraph(graphs["detector"], tensors))
        points = graphs["points"]
        self.points = ConvGraph({**points, "outputs": [*points["outputs"], *_INNER]}, tensors)
        self.expression = BlendshapeNet(tensors)
        self.register_buffer("canonical_mesh", tensors["canonical"])
        self.register_buffer("procrustes", (tensors["procrustes"] / tensors["procrustes"].sum())[None, :, None])
        self.register_buffer("triangles", tensors["triangles"].long())
        self.requires_grad_(False)
        self.eval()

    @classmethod
    def load(cls) -> LandmarkNet:
        """The networks with the shipped weights; BundleError when they cannot be read."""
        return cls()

    def host(self, device: torch.device) -> LandmarkNet:
        """Have the convolutions run on a device, and return self.

        Everything else takes and gives what is on the CPU, as before: it is too little to be worth a GPU.
        """
        self.detector.graph.to(device)
        self.points.to(device)
        return self

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces of one picture (H,W,3) uint8, the largest first."""
        return self.detector.detect(image)

    def detect_all(self, images: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """The same of many pictures, whose first look is taken together."""
        return self.detector.detect_all(images)

    def landmarks(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Crops (B,3,256,256) RGB in [0,1] -> landmarks (B,478,3) in crop px (z: same unit, towards the back), and
        the probability (B,) that the crop shows a face; on the crops' device, wherever the convolutions run."""
        _tongue, presence, points, *_inner = self.points(crops.to(self.points.device))
        return (
            points.reshape(-1, LANDMARKS, 3).to(crops.device),
            presence.reshape(-1).sigmoid().to(crops.device),
        )

    def seen(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The same, and what the landmarker made of each crop (B,SIGHT): its last activations at 2 x 2 places, those at
        4 x 4, and the strongest of each 2 x 2 of those at 8 x 8. It costs nothing, and knows more than points can say:
        what lies over a face, and what is no skin."""
        _tongue, presence, points, eighth, quarter, half = self.points(crops.to(self.points.device))
        sight = torch.cat([part.flatten(1) for part in (half, quarter, F.max_pool2d(eighth, 2))], 1)
        return (
            points.reshape(-1, LANDMARKS, 3).to(crops.device),
            presence.reshape(-1).sigmoid().to(crops.device),
            sight.to(crops.device),
        )

    def canonical(self, landmarks: Tensor) -> Tensor:
        """Landmarks (B,478,3) px -> (B,468,3) cm with position, rotation and scale removed.

        x points to the right of the picture, y up, z to the viewer. Weighted Umeyama onto MediaPipe's canonical face,
        its own 33 points deciding; differentiable.
        """
        return self._fit(landmarks)[0]

    def rotation(self, landmarks: Tensor) -> Tensor:
        """Landmarks (B,478,3) -> (B,3,3): turns the seen face onto the canonical, frontal one."""
        return self._fit(landmarks)[1]

    def _fit(self, landmarks: Tensor) -> tuple[Tensor, Tensor]:
        seen = landmarks[:, :MESH_POINTS] * landmarks.new_tensor([1.0, -1.0, -1.0])
        target, weights = self.canonical_mesh[None].to(seen.device), self.procrustes.to(seen.device)
        seen = seen - (seen * weights).sum(1, keepdim=True)
        target_mean = (target * weights).sum(1, keepdim=True)
        u, singular, vh = torch.linalg.svd(((target - target_mean) * weights).transpose(1, 2) @ seen)
        sign = torch.linalg.det(u @ vh).sign()
        signs = torch.stack([torch.ones_like(sign), torch.ones_like(sign), sign], -1)
        rotation = (u * signs[:, None]) @ vh
        scale = (singular * signs).sum(-1) / (seen.square() * weights).sum((1, 2))
        return scale[:, None, None] * seen @ rotation.transpose(1, 2) + target_mean, rotation

    def blendshapes(self, landmarks: Tensor) -> Tensor:
        """Landmarks (B,478,2+) in any unit of square pixels -> 52 expression coefficients (B,52) in [0,1]."""
        return cast(Tensor, self.expression(landmarks))
