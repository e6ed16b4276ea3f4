"""Equations 1 to 12: values that can be worked out by hand, and where gradients go."""

from __future__ import annotations

import math

import pytest
import torch

from core import losses


def test_the_imitation_loss_is_the_mean_square_and_takes_weights() -> None:
    drawn, image = torch.zeros(2, 3, 4, 4), torch.ones(2, 3, 4, 4)
    image[1] *= 2
    assert losses.imitation_loss(drawn, image) == pytest.approx(2.5)
    assert losses.imitation_loss(drawn, image, torch.tensor([2.0, 0.0])) == pytest.approx(1.0)
    assert losses.restored_pixel_loss(drawn, image, unit=2.5) == pytest.approx(1.0)


def test_the_squared_mmd_of_single_points_is_what_the_kernel_says() -> None:
    x, y = torch.zeros(1, 2), torch.tensor([[3.0, 4.0]])
    kernel = sum(math.exp(-1.0 / scale) for scale in losses.MMD_SCALES) / len(losses.MMD_SCALES)
    assert losses.squared_mmd(x, y) == pytest.approx(2 - 2 * kernel, rel=1e-5)
    assert losses.squared_mmd(x, y, median=torch.tensor(1e9)) == pytest.approx(0.0, abs=1e-6)


def test_the_squared_mmd_is_small_for_one_distribution_and_large_for_two() -> None:
    rng = torch.Generator().manual_seed(0)
    a, b = torch.randn(64, 8, generator=rng), torch.randn(64, 8, generator=rng)
    same, apart = losses.squared_mmd(a, b), losses.squared_mmd(a, b + 2.0)
    assert 0 <= float(same) < 0.05 < 0.2 < float(apart)
    assert losses.squared_mmd(a, a) == pytest.approx(0.0, abs=1e-6)


def test_the_domain_loss_pulls_photos_towards_renders() -> None:
    rng = torch.Generator().manual_seed(1)
    f_target, p_target = torch.randn(16, 5, generator=rng), torch.randn(16, 3, generator=rng)
    f_source = (torch.randn(16, 5, generator=rng) + 3).requires_grad_()
    p_source = (torch.randn(16, 3, generator=rng) + 3).requires_grad_()
    losses.domain_loss(f_source, f_target, p_source, p_target).backward()
    assert f_source.grad is not None and p_source.grad is not None
    assert float(f_source.grad.mean()) > 0 and float(p_source.grad.mean()) > 0


def test_the_contrastive_loss_matches_equation_8_by_hand() -> None:
    query = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    positive = torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    expected = -math.log(math.exp(1.0 / 0.5) / (math.exp(1.0 / 0.5) + math.exp(0.0)))
    assert losses.contrastive_loss(query, positive, torch.tensor([4, 9]), 0.5) == pytest.approx(expected)


def test_a_second_pair_of_the_same_person_is_no_negative() -> None:
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert losses.contrastive_loss(vectors, vectors, torch.tensor([7, 7])) == pytest.approx(0.0, abs=1e-6)
    assert losses.contrastive_loss(vectors, vectors, torch.tensor([7, 8])) == pytest.approx(math.log(2))


def test_consistency_ignores_what_is_constant_between_the_domains() -> None:
    rng = torch.Generator().manual_seed(2)
    people = torch.randn(6, 128, generator=rng)
    photo_mean, render_mean = torch.randn(128, generator=rng), 5 + torch.randn(128, generator=rng)
    args = (people + render_mean, people + photo_mean, render_mean, photo_mean)
    assert losses.identity_loss(*args) == pytest.approx(0.0, abs=1e-5)
    assert losses.identity_loss(-people + render_mean, *args[1:]) == pytest.approx(2.0, abs=1e-5)
    shapes = torch.randn(2, 468, 3, generator=rng)
    mean = torch.ones(468, 3)
    assert losses.geometry_loss(shapes + mean, shapes, mean, torch.zeros(468, 3), 1.0) == pytest.approx(0.0, abs=1e-5)
    zero = torch.zeros(468, 3)
    assert losses.geometry_loss(zero[None], zero[None] + 1, zero, zero, 3.0) == pytest.approx(1.0)
    assert losses.appearance_loss(shapes + mean, shapes, mean, zero, 1.0) == pytest.approx(0.0, abs=1e-5)


def test_the_total_weighs_every_term_as_equation_12() -> None:
    one = torch.tensor(1.0)
    terms = losses.Terms(one, one, one, one, one, one, one, one, one)
    assert terms.total(losses.Weights()) == pytest.approx(1 + 0.25 + 0.01 + 0.02 + 2 * 0.02)
    assert terms.total(losses.Weights(parameter=3.0, appearance=2.0, prior=1.0)) == pytest.approx(1.32 + 6.0)
    assert losses.Terms(pixel=one).numbers() == {"pixel": 1.0}
    with pytest.raises(ValueError, match="nothing to learn"):
        losses.Terms(parameter=one).total(losses.Weights())
