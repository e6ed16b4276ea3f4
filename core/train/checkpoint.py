"""Training checkpoints: safetensors for every tensor, JSON for the rest, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine_bridge.errors import InputError

FORMAT = "facebridge-checkpoint"
VERSION = 1


def save_checkpoint(path: Path, tensors: dict[str, dict[str, Tensor]], state: dict[str, Any]) -> None:
    """Write groups of named tensors and a JSON-able `state` to the folder `path`, atomically.

    The folder is written beside its final name, flushed to disk and moved into place; a process killed at any
    moment leaves either the previous checkpoint or the new one (at worst under `<name>.old`).
    """
    path = Path(path)
    new, old = path.with_name(path.name + ".new"), path.with_name(path.name + ".old")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    flat = {
        f"{group}/{name}": value.detach().to("cpu").contiguous().clone()
        for group, values in tensors.items()
        for name, value in values.items()
    }
    save_file(flat, str(new / "tensors.safetensors"))
    document = {"format": FORMAT, "version": VERSION, "state": state}
    (new / "state.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    for file in new.iterdir():
        with open(file, "rb+") as handle:
            os.fsync(handle.fileno())
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    new.rename(path)
    shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(path: Path) -> tuple[dict[str, dict[str, Tensor]], dict[str, Any]] | None:
    """The tensors by group and the state, or None where there is no checkpoint; InputError if it is damaged."""
    path = Path(path)
    if not path.exists():
        path = path.with_name(path.name + ".old")
    if not path.exists():
        return None
    try:
        document = json.loads((path / "state.json").read_text(encoding="utf-8"))
        flat = load_file(str(path / "tensors.safetensors"))
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(f"The checkpoint {path} cannot be read ({error}); remove the folder to start anew.") from error
    if document.get("format") != FORMAT or document.get("version") != VERSION:
        raise InputError(
            f"{path} is not a FaceBridge checkpoint of version {VERSION}; give another --out or remove the folder."
        )
    groups: dict[str, dict[str, Tensor]] = {}
    for name, value in flat.items():
        group, _, rest = name.partition("/")
        groups.setdefault(group, {})[rest] = value
    return groups, document["state"]


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Adam's moments and step counts as named tensors (`<parameter index>.<entry>`)."""
    entries = optimizer.state_dict()["state"]
    return {
        f"{index}.{key}": value if isinstance(value, Tensor) else torch.tensor(float(value))
        for index, state in entries.items()
        for key, value in state.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put back what `optimizer_tensors` took; learning rates stay as they are."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, _, key = name.partition(".")
        state.setdefault(int(index), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
