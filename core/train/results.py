"""What a training stage leaves in its run folder for the next one: weights in safetensors, facts in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from core.files import write_atomically
from core.models.imitator import Imitator
from engine_bridge.errors import InputError, SchemaMismatch
from engine_bridge.schema import CharacterSchema

PHOTO_MEANS = "photo-means"  # what the reconstructor stage leaves beside its weights


def save_result(
    folder: Path, name: str, tensors: dict[str, Tensor], facts: dict[str, Any], schema: CharacterSchema
) -> None:
    """Write `name`.safetensors and `name`.json (facts and the schema's hash) and schema.json to `folder`."""
    flat = {key: value.detach().to("cpu").contiguous().clone() for key, value in tensors.items()}
    write_atomically(Path(folder) / "schema.json", schema.to_json())
    write_atomically(Path(folder) / f"{name}.safetensors", save(flat))
    document = {"format": f"facebridge-{name}", "version": 1, "schema": schema.hash, **facts}
    write_atomically(Path(folder) / f"{name}.json", json.dumps(document, indent=1).encode())


def load_result(folder: Path, name: str, schema: CharacterSchema | None) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and facts of one stage; InputError where missing or damaged, SchemaMismatch for another schema."""
    weights, facts = Path(folder) / f"{name}.safetensors", Path(folder) / f"{name}.json"
    if not weights.exists() or not facts.exists():
        stage = "reconstructor" if name == PHOTO_MEANS else name
        raise InputError(f"There is no {weights}; run facebridge train {stage} --out {folder} first.")
    try:
        tensors = load(weights.read_bytes())
        document = json.loads(facts.read_text(encoding="utf-8"))
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(f"{weights} cannot be read ({error}); train that stage again.") from error
    if schema is not None and document.get("schema") != schema.hash:
        raise SchemaMismatch(
            f"{weights} was made for schema {str(document.get('schema'))[:12]}, not for {schema.hash[:12]};"
            " train it on the same character."
        )
    return tensors, document


def load_schema(folder: Path) -> CharacterSchema:
    """The schema that a run folder's results were made for."""
    path = Path(folder) / "schema.json"
    if not path.exists():
        raise InputError(f"There is no {path}; run facebridge train imitator --out {folder} first.")
    return CharacterSchema.from_json(path.read_bytes())


def bounds(schema: CharacterSchema) -> tuple[Tensor, Tensor, Tensor]:
    """Minimum, maximum and default of every parameter, (P,) float32 each."""
    low, high, default = (torch.from_numpy(np.array(v)) for v in (schema.minimum, schema.maximum, schema.defaults))
    return low, high, default


def load_imitator(folder: Path, schema: CharacterSchema) -> Imitator:
    """The frozen imitator of a run folder, in eval mode."""
    tensors, _ = load_result(folder, "imitator", schema)
    imitator = Imitator(*bounds(schema))
    imitator.load_state_dict(tensors)
    return imitator.eval().requires_grad_(False)
