"""Optimisers: Adam as in the paper, and orthogonalised momentum for networks that must learn in few steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from core.models.vqvae import Codebook
from core.train.config import ReconstructorConfig, RunConfig
from engine_bridge.errors import InputError

CODE_SPEED = 10.0
# A quintic whose iterates drive every singular value in (0, 1] to about 1 within a few steps (Jordan et al., 2024).
QUINTIC = (3.4445, -4.7750, 2.0315)


@torch.no_grad()
def orthogonalised(matrices: Tensor, iterations: int = 4) -> Tensor:
    """(M, rows, columns) -> the same shape, each matrix with its singular values pushed towards 1."""
    x = matrices / (matrices.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    wide = x.shape[1] < x.shape[2]
    x = x if not wide else x.transpose(1, 2)
    a, b, c = QUINTIC
    for _ in range(iterations):
        gram = x.transpose(1, 2) @ x
        x = a * x + x @ (b * gram + c * (gram @ gram))
    return x.transpose(1, 2) if wide else x


class OrthogonalMomentum(torch.optim.Optimizer):
    """Muon for linear layers, convolutions (as outputs x everything else) and, in groups with `transposed` set,
    4 x 4, stride-2 transposed convolutions.

    A transposed convolution with kernel 4 and stride 2 is four separate linear maps, one for each of the 2 x 2
    output phases, from 2 x 2 taps of all inputs to the outputs; each map's momentum is orthogonalised by itself.
    Why it is here: every direction of a layer learns equally fast, so that the effect of one slider among
    hundreds is not drowned by the few that change the whole picture.
    """

    def __init__(self, parameters: Iterable[Any], lr: float, momentum: float = 0.9) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "transposed": False})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            keep = group["momentum"]
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum: Tensor = state["momentum"].mul_(keep).add_(weight.grad, alpha=1 - keep)
                direction = weight.grad.lerp(momentum, keep)
                if not group["transposed"]:
                    update = orthogonalised(direction.flatten(1)[None])[0].view_as(weight)
                    rows, columns = weight.shape[0], weight[0].numel()
                else:
                    update = _from_phases(orthogonalised(_to_phases(direction)), weight)
                    rows, columns = weight.shape[1], 4 * weight.shape[0]
                weight.add_(update, alpha=-group["lr"] * max(1.0, rows / columns) ** 0.5)


def _to_phases(weight: Tensor) -> Tensor:
    """(inputs, outputs, 4, 4) -> (4, inputs * 4, outputs)."""
    inputs, outputs = weight.shape[:2]
    split = weight.reshape(inputs, outputs, 2, 2, 2, 2)  # kernel row = 2 * tap + phase, likewise the column
    return split.permute(3, 5, 0, 2, 4, 1).reshape(4, inputs * 4, outputs)


def _from_phases(matrices: Tensor, like: Tensor) -> Tensor:
    inputs, outputs = like.shape[:2]
    split = matrices.reshape(2, 2, inputs, 2, 2, outputs)
    return split.permute(2, 5, 3, 0, 4, 1).reshape(inputs, outputs, 4, 4)


def adam(
    parameters: Iterable[Tensor], codes: list[Tensor], lr: float, beta2: float, code_speed: float = CODE_SPEED
) -> torch.optim.Optimizer:
    """Adam with beta1 = 0.9; each group notes its peak learning rate as `peak_lr`. Codes learn `code_speed` times
    faster: each is chosen in few places, and has to keep up with the encoder."""
    groups = [{"params": list(parameters), "peak_lr": lr}]
    if codes:
        groups.append({"params": codes, "peak_lr": code_speed * lr})
    return torch.optim.Adam(groups, lr=lr, betas=(0.9, beta2))


def make_optimizers(module: nn.Module, config: RunConfig) -> list[torch.optim.Optimizer]:
    """Adam for everything (`optimizer = "adam"`, the paper), or orthogonalised momentum for the hidden layers and
    Adam for biases, norms, codes and the layers that touch an image or the answer (`"orthogonal"`)."""
    codes: list[Tensor] = [layer.codes for layer in module.modules() if isinstance(layer, Codebook)]
    known = {id(weight) for weight in codes}
    weights: list[Tensor] = [weight for weight in module.parameters() if id(weight) not in known]
    if config.optimizer == "adam":
        plain_codes = isinstance(config, ReconstructorConfig) and not config.codebook_additions
        return [adam(weights, codes, config.lr, config.beta2, 1.0 if plain_codes else CODE_SPEED)]
    if config.optimizer != "orthogonal":
        raise InputError(f"--optimizer is {config.optimizer!r}; it must be adam or orthogonal.")
    plain: list[Tensor] = []
    transposed: list[Tensor] = []
    for name, layer in module.named_modules():
        if isinstance(layer, nn.ConvTranspose2d):
            transposed += [layer.weight] if layer.out_channels != 3 else []
        elif isinstance(layer, nn.Conv2d):
            plain += [layer.weight] if layer.in_channels != 3 else []
        elif isinstance(layer, nn.Linear) and not name.endswith("head"):
            plain.append(layer.weight)
    taken = {id(weight) for weight in (*plain, *transposed)}
    groups = [
        {"params": group, "peak_lr": config.orthogonal_lr, "transposed": flag}
        for group, flag in ((plain, False), (transposed, True))
        if group
    ]
    rest = [weight for weight in weights if id(weight) not in taken]
    return [OrthogonalMomentum(groups, lr=config.orthogonal_lr), adam(rest, codes, config.lr, config.beta2)]


def set_rate(optimizers: list[torch.optim.Optimizer], share: float) -> None:
    """Every group's learning rate becomes `share` of its own peak."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = share * group["peak_lr"]
