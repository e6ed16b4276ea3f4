"""Similarity fits and sampling: exact on known transforms, blind to batch mates, differentiable."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.perception.warp import apply, fit_similarity, invert, sample


def similarity(scale: float, angle: float, x: float, y: float) -> torch.Tensor:
    c, s = scale * math.cos(angle), scale * math.sin(angle)
    return torch.tensor([[[c, -s, x], [s, c, y]]], dtype=torch.float64)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.1, 8), st.floats(-3, 3), st.floats(-300, 300), st.floats(-300, 300))
def test_a_fit_finds_the_transform_that_moved_the_points(scale: float, angle: float, x: float, y: float) -> None:
    points = torch.tensor([[[0.0, 0.0], [3.0, 1.0], [-2.0, 5.0], [7.0, -4.0]]], dtype=torch.float64)
    moved = similarity(scale, angle, x, y)
    assert torch.allclose(fit_similarity(points, apply(moved, points)), moved, atol=1e-9)
    assert torch.allclose(apply(invert(moved), apply(moved, points)), points, atol=1e-8)


def test_a_fit_never_mirrors_the_face() -> None:
    points = torch.tensor([[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])
    mirrored = points * torch.tensor([-1.0, 1.0])
    assert torch.linalg.det(fit_similarity(points, mirrored)[0, :, :2]) > 0


def test_weights_decide_which_points_must_match() -> None:
    source = torch.tensor([[[0.0, 0.0], [1.0, 0.0], [5.0, 5.0]]])
    target = torch.tensor([[[2.0, 2.0], [3.0, 2.0], [-9.0, 0.0]]])
    fitted = fit_similarity(source, target, torch.tensor([1.0, 1.0, 0.0]))
    assert torch.allclose(apply(fitted, source)[0, :2], target[0, :2], atol=1e-5)


def test_depth_is_scaled_and_not_moved() -> None:
    points = torch.tensor([[[1.0, 2.0, 3.0]]], dtype=torch.float64)
    assert apply(similarity(2.0, 0.3, 50, 60), points)[0, 0, 2].item() == pytest.approx(6.0)


def test_the_identity_samples_the_image_itself() -> None:
    image = torch.rand(1, 3, 12, 12, dtype=torch.float64)
    assert torch.allclose(sample(image, similarity(1, 0, 0, 0), 12), image, atol=1e-12)


def test_a_whole_pixel_shift_moves_whole_pixels() -> None:
    image = torch.rand(1, 1, 10, 10, dtype=torch.float64)
    assert torch.allclose(sample(image, similarity(1, 0, 3, 2), 4), image[:, :, 2:6, 3:7], atol=1e-12)


def test_shrinking_averages_where_plain_sampling_would_alias() -> None:
    columns = (torch.arange(64) % 2).double().expand(1, 1, 64, 64)
    small = sample(columns, similarity(4, 0, 0, 0), 16)
    assert torch.allclose(small, torch.full_like(small, 0.5), atol=1e-6)
    assert sample(columns, similarity(4, 0, 0.5, 0), 16, antialias=False).std() == 0
    assert not torch.allclose(sample(columns, similarity(4, 0, 0.5, 0), 16, antialias=False), small, atol=0.1)


def test_a_crop_is_the_same_alone_and_beside_a_crop_of_another_scale() -> None:
    images = torch.rand(3, 3, 96, 96, dtype=torch.float64)
    transforms = torch.cat([similarity(1, 0.2, 4, 4), similarity(4, 0, 0, 0), similarity(2.2, -0.4, 9, 30)])
    together = sample(images, transforms, 20)
    for index in range(3):
        alone = sample(images[index : index + 1], transforms[index : index + 1], 20)
        assert torch.equal(together[index], alone[0])


def test_gradients_reach_both_the_image_and_the_points() -> None:
    image = torch.rand(1, 1, 9, 9, dtype=torch.float64, requires_grad=True)
    target = torch.tensor([[[1.3, 1.1], [6.2, 1.4], [4.1, 6.3]]], dtype=torch.float64, requires_grad=True)
    corners = torch.tensor([[[0.0, 0.0], [4.0, 0.0], [2.0, 4.0]]], dtype=torch.float64)

    def crop(picture: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        return sample(picture, fit_similarity(corners, points), 4)

    assert torch.autograd.gradcheck(crop, (image, target), eps=1e-7, atol=1e-4)
