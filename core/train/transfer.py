"""Starts E, D and R from an earlier run: what finds a face in a picture serves the next look and schema too."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from core.models.regressor import Reconstructor
from core.train.results import load_result, load_schema
from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema

HEAD = ("regressor.head.weight", "regressor.head.bias")


def start_from(model: Reconstructor, run: Path, schema: CharacterSchema) -> int:
    """Copy the weights of the run folder `run` into `model`; returns how many parameters have a namesake there.

    R's last layer goes by the parameters' names: those the earlier schema lacks start at their defaults. The earlier
    answers were relative to each range, so another range needs nothing. Raises InputError when the run has no
    reconstructor, or one of another architecture.
    """
    tensors, _ = load_result(run, "reconstructor", None)
    rows = {name: row for row, name in enumerate(load_schema(run).names)}
    new = [index for index, name in enumerate(schema.names) if name in rows]
    old = [rows[schema.names[index]] for index in new]
    wanted: dict[str, Tensor] = model.state_dict()
    for key in HEAD:
        if key in tensors and tensors[key].shape == (len(rows), *wanted[key].shape[1:]):
            moved = torch.zeros_like(wanted[key])
            moved[new] = tensors[key][old].to(moved)
            tensors[key] = moved
    different = [key for key in wanted if key not in tensors or tensors[key].shape != wanted[key].shape]
    if different:
        raise InputError(
            f"The networks in {run} are of another architecture ({different[0]} differs); give --start-from a run of"
            " this version, or leave it out."
        )
    model.load_state_dict({key: tensors[key] for key in wanted})
    return len(new)
