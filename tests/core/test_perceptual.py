"""The perceptual distance: nothing between equal pictures, more with more damage, in every resolution's features."""

from __future__ import annotations

import numpy as np
import torch

from core.align.face import find_landmarks, shared_net
from core.evaluate.perceptual import PerceptualDistance
from engine_bridge.errors import InputError


def test_equal_pictures_are_at_zero_and_damage_grows(astronaut: np.ndarray) -> None:
    face = np.ascontiguousarray(astronaut[:256, 96:352])
    net = shared_net()
    points = find_landmarks([face], net)[0]
    assert not isinstance(points, InputError)
    measure = PerceptualDistance.of_neutral(face, None, net)
    assert measure is not None and measure.networks == ("landmarker",)
    generator = torch.Generator().manual_seed(0)
    image = torch.from_numpy(face).permute(2, 0, 1)[None].float() / 255
    noise = torch.randn(image.shape, generator=generator)
    damaged = torch.cat([image, (image + 0.02 * noise).clamp(0, 1), (image + 0.1 * noise).clamp(0, 1)])
    seen, others = measure.features(image), measure.features(damaged)
    sizes = [layer.shape[-1] for layer in seen["landmarker"]]
    assert sizes == [128, 64, 32, 16, 8, 4]
    same, little, much = measure.between(seen, others)["landmarker"].tolist()
    assert same < 1e-6 < 1e-3 < little < much < 4.0


def test_a_neutral_picture_without_a_face_has_no_perceptual_distance() -> None:
    assert PerceptualDistance.of_neutral(np.full((256, 256, 3), 90, np.uint8), None, shared_net()) is None
