"""The last layer that is solved explains what the features can explain, and no more."""

import torch

from core.models.regressor import FEATURE_SIZE, Reconstructor
from core.train.refit import LARGEST, features, refit_head, widen_head

PARAMETERS = 5


def model() -> Reconstructor:
    torch.manual_seed(0)
    half = torch.full((PARAMETERS,), 2.5)
    return Reconstructor(-half, half, torch.zeros(PARAMETERS)).eval()


def test_a_linear_relation_is_found_and_answers_stay_in_range() -> None:
    networks = model()
    draw = torch.Generator().manual_seed(1)
    f = torch.randn(1_500, FEATURE_SIZE, generator=draw)
    truth = torch.tanh(f[:, :40] @ torch.randn(40, PARAMETERS, generator=draw) / 12)
    found = refit_head(networks, f, truth, torch.ones(len(f)), torch.arange(len(f)))
    assert found.explained > 0.8
    assert found.before < 0.1
    answers = (networks.regressor.to_parameters(networks.regressor.head(f)) / 2.5).detach()
    assert float(answers.abs().max()) <= 1.0
    assert torch.corrcoef(torch.stack([answers.flatten(), truth.flatten()]))[0, 1] > 0.95


def test_features_without_a_message_are_ignored() -> None:
    networks = model()
    draw = torch.Generator().manual_seed(2)
    f = torch.randn(400, FEATURE_SIZE, generator=draw)
    wanted = (0.3 + 0.1 * torch.randn(400, PARAMETERS, generator=draw)).clamp(-1, 1)
    found = refit_head(networks, f, wanted, torch.ones(400), torch.arange(400))
    assert found.explained < 0.05
    answer = torch.tanh(networks.regressor.head(f)).mean().detach()
    assert abs(float(answer) - 0.3) < 0.03


def test_a_face_of_weight_nought_changes_nothing() -> None:
    draw = torch.Generator().manual_seed(3)
    f = torch.randn(300, FEATURE_SIZE, generator=draw)
    wanted = torch.rand(300, PARAMETERS, generator=draw) * 2 * LARGEST - LARGEST
    weights = torch.ones(300)
    weights[::2] = 0.0
    spoilt = wanted.clone()
    spoilt[::2] = LARGEST
    heads = []
    for targets in (wanted, spoilt):
        networks = model()
        refit_head(networks, f, targets, weights, torch.arange(300))
        heads.append(networks.regressor.head.weight.clone())
    assert torch.allclose(heads[0], heads[1], atol=1e-6)


def test_features_are_those_of_the_networks_at_rest() -> None:
    networks = model().train()
    images = torch.rand(3, 3, 256, 256, generator=torch.Generator().manual_seed(4))
    counted: list[int] = []
    f = features(networks, [images[:2], images[2:]], counted.append)
    assert counted == [2, 3]
    assert networks.training
    assert torch.allclose(f, networks.eval().reconstruct(images).feature, atol=1e-5)


def test_a_wider_head_moves_answers_away_from_their_mean_and_keeps_their_order() -> None:
    networks = model()
    f = torch.randn(300, FEATURE_SIZE, generator=torch.Generator().manual_seed(3))
    before = networks.regressor.head(f).detach()
    widen_head(networks, f, 1.5)
    after = networks.regressor.head(f).detach()
    assert torch.allclose(after.mean(0), before.mean(0), atol=1e-5)
    assert torch.allclose(after.std(0), 1.5 * before.std(0), rtol=1e-4)
