"""What is fitted once a character: a linear map from parameters to landmarks, and the renders' mean features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.perception.appearance import hair_colours, region_colours
from core.perception.features import FaceFeatures
from core.perception.geometry import LANDMARKS, LandmarkNet, crop_by_points, points5, roi_from_points
from core.perception.identity import IdentityNet, face_chips
from core.train.captures import Captures
from engine_bridge.errors import DatasetError

PRESENCE = 0.5  # a render whose landmarks the net itself doubts is left out
RIDGES = (1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)  # tried on a held-out fifth; in units of one sample
BLOCK = 16


@dataclass(frozen=True)
class Constants:
    """Everything about one character that importing and training need beside the networks."""

    landmark_weight: Tensor  # (P, 478, 2) px for one half-range of each parameter
    landmark_bias: Tensor  # (478, 2) px, the neutral character's landmarks
    embedding_mean: Tensor  # (128,) of renders
    geometry_mean: Tensor  # (468, 3) cm, of renders
    colour_mean: Tensor  # (R, 3) of renders
    template: Tensor  # (5, 2) px, where photos are aligned to

    def landmarks(self, normalised: Tensor) -> Tensor:
        """(B, P) in half-range units -> (B, 478, 2) px of the 256-px render."""
        return self.landmark_bias + torch.einsum("bp,pnc->bnc", normalised, self.landmark_weight)

    def tensors(self) -> dict[str, Tensor]:
        """By name, as they are stored."""
        return dict(vars(self))

    def to(self, device: torch.device) -> Constants:
        """The same on a device."""
        return Constants(**{name: value.float().to(device) for name, value in vars(self).items()})


@dataclass(frozen=True)
class LandmarkFit:
    """How well the linear map predicts: root mean square distance in px on renders it was not fitted on."""

    renders: int
    doubted: int
    error_px: float
    neutral_error_px: float  # of always predicting the mean
    ridge: float


@torch.no_grad()
def fit_constants(
    captures: Captures,
    normalise: Callable[[Tensor], Tensor],
    neutral: NDArray[np.uint8],
    template: NDArray[np.float32],
    neutral_landmarks: NDArray[np.float32],
    samples: int = 2_000,
    report: Callable[[int, int], None] | None = None,
    nets: tuple[LandmarkNet, IdentityNet] | None = None,
) -> tuple[Constants, LandmarkFit, Tensor, FaceFeatures]:
    """Find the landmarks of `samples` evenly spaced captures and fit everything that `Constants` holds.

    `normalise` brings (B, P) parameters into half-range units; `neutral_landmarks` (478, 2+) px of the neutral
    render tell where to look: the camera is fixed, so no detector is needed. Also returns what it saw, for
    `suggest_parameters`: inputs (N, P) in half-range units and their features. DatasetError when too few captures
    show a face.
    """
    landmark_net, identity_net = nets or (LandmarkNet.load(), IdentityNet.load())
    picks = np.unique(np.linspace(0, len(captures) - 1, min(samples, len(captures))).astype(np.int64))
    start = torch.from_numpy(np.ascontiguousarray(neutral_landmarks[:, :2])).float()
    found: dict[str, list[Tensor]] = {
        name: [] for name in ("input", "points", "embedding", "geometry", "colour", "hair")
    }
    doubted = 0
    for i in range(0, len(picks), BLOCK):
        parameters, images = captures.batch(picks[i : i + BLOCK])
        landmarks, presence = locate(landmark_net, images, start.expand(len(images), -1, -1))
        sure = presence > PRESENCE
        doubted += int((~sure).sum())
        if bool(sure.any()):
            landmarks, images = landmarks[sure], images[sure]
            found["input"].append(normalise(parameters[sure]))
            found["points"].append(landmarks[..., :2])
            found["embedding"].append(identity_net(face_chips(images, points5(landmarks))))
            found["geometry"].append(landmark_net.canonical(landmarks))
            found["colour"].append(region_colours(images, landmarks[..., :2]))
            found["hair"].append(hair_colours(images, landmarks[..., :2]))
        if report:
            report(min(i + BLOCK, len(picks)), len(picks))
    stacked = {name: torch.cat(parts) if parts else torch.zeros(0) for name, parts in found.items()}
    if len(stacked["points"]) < 20:
        raise DatasetError(
            f"Only {len(stacked['points'])} of {len(picks)} captures show a face that landmarks can be found in;"
            " capture a character whose face is in the frame."
        )
    weight, bias, fit = fit_landmarks(stacked["input"], stacked["points"], doubted)
    constants = Constants(
        weight,
        bias,
        stacked["embedding"].mean(0),
        stacked["geometry"].mean(0),
        stacked["colour"].mean(0),
        torch.from_numpy(template).float(),
    )
    seen = FaceFeatures(stacked["embedding"], stacked["geometry"], stacked["colour"], stacked["hair"])
    return constants, fit, stacked["input"], seen


def locate(net: LandmarkNet, images: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """Landmarks (B, 478, 3) image px and presence (B,) of images (B, 3, 256, 256), starting near points (B, 478, 2).

    Two rounds: the first finds the face, the second looks at it in the framing that the net was trained for.
    """
    landmarks, presence = points, points.new_zeros(len(points))
    for _ in range(2):
        roi = roi_from_points(landmarks[..., :2])
        inside, presence = net.landmarks(crop_by_points(images, roi))
        landmarks = roi.points_to_image(inside)
    return landmarks, presence


def fit_landmarks(inputs: Tensor, points: Tensor, doubted: int = 0) -> tuple[Tensor, Tensor, LandmarkFit]:
    """Ridge regression of points (N, 478, 2) on inputs (N, P): weight (P, 478, 2), bias (478, 2) and its error.

    The ridge is the best of RIDGES on every fifth sample; the map returned is fitted on all of them.
    """
    x, y = inputs.double(), points.flatten(1).double()
    held = torch.arange(len(x)) % 5 == 4
    errors = {}
    for ridge in RIDGES:
        weight, bias = _ridge(x[~held], y[~held], ridge)
        errors[ridge] = float((x[held] @ weight + bias - y[held]).square().mean())
    best = min(errors, key=lambda ridge: errors[ridge])
    weight, bias = _ridge(x, y, best)
    still = float((y[held] - y[~held].mean(0)).square().mean())
    # The mean over x and y is half the squared distance.
    fit = LandmarkFit(len(x), doubted, (2 * errors[best]) ** 0.5, (2 * still) ** 0.5, best)
    shape = (LANDMARKS, 2)
    return weight.float().unflatten(1, shape), bias.float().unflatten(0, shape), fit


def _ridge(x: Tensor, y: Tensor, ridge: float) -> tuple[Tensor, Tensor]:
    mean_x, mean_y = x.mean(0), y.mean(0)
    centred = x - mean_x
    gram = centred.t() @ centred + ridge * torch.eye(x.shape[1], dtype=x.dtype)
    weight = torch.linalg.solve(gram, centred.t() @ (y - mean_y))
    return weight, mean_y - mean_x @ weight
