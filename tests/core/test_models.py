"""Encoder, decoder and regressor: the shapes of Table 1 and section 3.1, quantisation, and the parameters' range."""

from __future__ import annotations

import pytest
import torch

from core.models.regressor import FEATURE_SIZE, Reconstructor, Regressor
from core.models.vqvae import Codebook, VectorQuantisedCoder


@pytest.fixture
def codebook() -> Codebook:
    torch.manual_seed(0)
    return Codebook(codes=8, size=4)


def test_e_d_and_r_have_the_size_that_the_bundle_budget_counts_on() -> None:
    limit = torch.full((267,), 2.5)
    model = Reconstructor(-limit, limit, torch.zeros(267))
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(3.17e6, rel=0.01)


def test_the_coder_and_the_regressor_have_the_maps_of_table_1() -> None:
    torch.manual_seed(0)
    limit = torch.full((5,), 2.5)
    model = Reconstructor(-limit, limit, torch.zeros(5)).eval()
    sizes: list[tuple[int, ...]] = []
    for layer in model.regressor.layers:
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(lambda _m, _i, output: sizes.append(tuple(output.shape[1:])))
    with torch.no_grad():
        found = model.reconstruct(torch.rand(1, 3, 256, 256))
    assert found.latents.top.chosen.shape == (1, 32, 32)
    assert found.latents.bottom.chosen.shape == (1, 64, 64)
    assert found.latents.features.shape == (1, 128, 64, 64)
    assert sizes == [(32, 32, 32), (64, 16, 16), (128, 8, 8), (256, 4, 4), (256, 2, 2)]
    assert found.feature.shape == (1, FEATURE_SIZE) and FEATURE_SIZE == 1024
    assert found.parameters.shape == (1, 5)


def test_parameters_stay_in_their_range_and_start_at_the_default() -> None:
    regressor = Regressor(torch.tensor([-2.5, 0.0]), torch.tensor([2.5, 4.0]), torch.tensor([0.0, 1.0]))
    ends = regressor.to_parameters(torch.tensor([[-50.0, -50.0], [0.0, 0.0], [50.0, 50.0]]))
    assert torch.allclose(ends, torch.tensor([[-2.5, 0.0], [0.0, 1.0], [2.5, 4.0]]))
    middle = regressor.to_parameters(torch.tensor([[0.5, 0.5]]))
    expected = torch.tensor([[2.5, 3.0]]) * torch.tanh(torch.tensor(0.5)) + torch.tensor([[0.0, 1.0]])
    assert torch.allclose(middle, expected)


def test_every_place_takes_its_nearest_code(codebook: Codebook) -> None:
    codebook.eval()
    encoded = torch.randn(2, 4, 3, 5)
    out = codebook(encoded)
    flat = encoded.permute(0, 2, 3, 1).reshape(-1, 4)
    nearest = torch.cdist(flat, codebook.codes.detach()).argmin(1)
    assert torch.equal(out.chosen.flatten(), nearest)
    assert torch.allclose(out.codes.permute(0, 2, 3, 1).reshape(-1, 4), codebook.codes.detach()[nearest], atol=1e-6)


def test_gradients_pass_straight_through_and_each_error_moves_its_own_side(codebook: Codebook) -> None:
    codebook.eval()
    encoded = torch.randn(1, 4, 2, 2, requires_grad=True)
    codebook(encoded).codes.sum().backward()
    assert encoded.grad is not None and torch.equal(encoded.grad, torch.ones_like(encoded))
    assert codebook.codes.grad is None or float(codebook.codes.grad.abs().sum()) == 0.0
    encoded.grad = None
    codebook(encoded).codebook_error.sum().backward()
    assert encoded.grad is None and codebook.codes.grad is not None
    codebook.codes.grad = None
    codebook(encoded).commitment_error.sum().backward()
    assert encoded.grad is not None and codebook.codes.grad is None


def test_codes_start_at_encoder_outputs_and_unused_ones_are_moved(codebook: Codebook) -> None:
    codebook.train()
    encoded = torch.full((1, 4, 4, 4), 7.0)
    codebook(encoded)
    assert (codebook.codes.detach() - 7.0).abs().max() < 0.02
    with torch.no_grad():
        codebook.codes[3] = 100.0
    for _ in range(300):
        codebook(encoded)
    moved = codebook.revive(encoded)
    assert moved >= 1 and (codebook.codes.detach() - 7.0).abs().max() < 0.02


def test_quantised_features_hold_nothing_but_codes() -> None:
    torch.manual_seed(0)
    coder = VectorQuantisedCoder().eval()
    with torch.no_grad():
        latents = coder(torch.rand(1, 3, 256, 256))
    bottom = latents.features[:, 64:].permute(0, 2, 3, 1).reshape(-1, 64)
    codes = coder.bottom_codebook.codes.detach()
    assert torch.allclose(bottom, codes[latents.bottom.chosen.flatten()], atol=1e-5)
    assert latents.encoded_top.square().mean(1).sub(1).abs().max() < 1e-3
