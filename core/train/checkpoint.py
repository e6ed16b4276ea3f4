"""Training checkpoints: safetensors for every tensor, JSON for the rest, written whole or not at all."""

from __future__ import annotations

import dataclasses
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
MAY_CHANGE = frozenset(
    {"minutes", "stop_after", "threads", "device", "log_every", "evaluate_every", "checkpoint_minutes", "snapshots"}
)
"""Settings that may be others when a run goes on: they do not say what is learned."""


def save_checkpoint(path: Path, tensors: dict[str, dict[str, Tensor]], state: dict[str, Any]) -> None:
    """Write groups of named tensors and a JSON-able `state` to the folder `path`, atomically.

    The folder is written beside its final name, flushed to disk and moved into place; a process killed at any
    moment leaves either the previous checkpoint or the new one (at worst under `<name>.old`).
    """
    path = Path(path)
    new, old = path.with_name(path.name + ".new"), path.with_name(path.name + ".old")
    flat = {
        f"{group}/{name}": value.detach().to("cpu").contiguous().clone()
        for group, values in tensors.items()
        for name, value in values.items()
    }
    document = {"format": FORMAT, "version": VERSION, "state": state}
    try:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        save_file(flat, str(new / "tensors.safetensors"))
        (new / "state.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        for file in new.iterdir():
            with open(file, "rb+") as handle:
                os.fsync(handle.fileno())
    except (OSError, SafetensorError) as error:
        shutil.rmtree(new, ignore_errors=True)
        raise InputError(
            f"The checkpoint {path} cannot be written ({error}); the one before it, if any, is untouched: make room and"
            " run the same command again."
        ) from error
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


def require_same_config(saved: dict[str, Any], config: Any, out: Path) -> None:
    """Raise InputError unless the checkpoint's settings are these, apart from those that `MAY_CHANGE`.

    A setting that the checkpoint's version did not know yet counts as at its default.
    """
    defaults = {field.name: field.default for field in dataclasses.fields(config)}
    present = dataclasses.asdict(config)
    if present["minutes"] and saved.get("minutes"):
        saved = {**saved, "steps": present["steps"]}  # the clock decides
    different = [
        f"--{name.replace('_', '-')} {saved.get(name, defaults[name])} (now {value})"
        for name, value in present.items()
        if name not in MAY_CHANGE and saved.get(name, defaults[name]) != value
    ]
    if different:
        raise InputError(
            f"The checkpoint in {out} was made with {', '.join(different)}; go on with the same settings, or give"
            " another --out."
        )


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Adam's moments and step counts as named tensors (`<parameter index>.<entry>`)."""
    entries = optimizer.state_dict()["state"]
    return {
        f"{index}.{key}": value if isinstance(value, Tensor) else torch.tensor(float(value))
        for index, state in entries.items()
        for key, value in state.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put back what `optimizer_tensors` took, laid out in memory as the weights are; learning rates stay."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, _, key = name.partition(".")
        weight = weights[int(index)]
        if value.shape == weight.shape:
            value = torch.empty_like(weight, requires_grad=False).copy_(value)
        state.setdefault(int(index), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
