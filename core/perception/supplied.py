"""Reads checkpoints that a user supplies: tensors only, no code, and a sentence for any other file."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from engine_bridge.errors import InputError


def read_state(path: Path, entry: str, expected: str) -> dict[str, Tensor]:
    """The tensors under `entry` of a checkpoint that torch.save wrote; InputError names what was `expected`.

    torch's restricted unpickler is used: a file that would run code is refused.
    """
    try:
        document = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(f"There is no {path}; expected {expected}.") from error
    except Exception as error:  # what torch raises for a file that is none of its own has no common kind
        reason = str(error).split("\n", 1)[0]
        raise InputError(f"{path} cannot be read as a checkpoint ({reason}); expected {expected}.") from error
    state = document.get(entry) if isinstance(document, dict) else None
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise InputError(f"{path} holds no tensors under '{entry}'; expected {expected}.")
    return {str(name): value for name, value in state.items()}


def fill(net: nn.Module, state: dict[str, Tensor], path: Path, name: str) -> None:
    """Put `state` into `net`; InputError names the first tensor that is missing, too many, or of another shape."""
    wanted = net.state_dict()
    for key, value in wanted.items():
        if key not in state:
            raise InputError(f"{path} is not {name}: the tensor {key} is missing.")
        if state[key].shape != value.shape:
            raise InputError(
                f"{path} is not {name}: the tensor {key} is {tuple(state[key].shape)}, expected {tuple(value.shape)}."
            )
    if unknown := sorted(set(state) - set(wanted)):
        raise InputError(f"{path} is not {name}: it also holds {unknown[0]} ({len(unknown)} tensors too many).")
    if bad := [key for key, value in state.items() if value.is_floating_point() and not bool(value.isfinite().all())]:
        raise InputError(f"{path} is damaged: the tensor {bad[0]} holds values that are no numbers.")
    net.load_state_dict(state)
    net.eval().requires_grad_(False)
