"""Puts a run folder's results together as a bundle, and writes the card that says what it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from core import __version__
from core.bundle import Bundle, bundle_constants
from core.models.reader import Reader
from core.models.regressor import Reconstructor
from core.train.landmark_map import Constants
from core.train.results import PHOTO_MEANS, bounds, load_imitator, load_result, load_schema

# CelebA's agreement binds what is learned from it; another set of photos is for its owner to state.
CELEBA = "CelebA (Liu et al., ICCV 2015), aligned"
CELEBA_LICENCE = (
    "Reconstructor and reader saw photos of CelebA, whose agreement allows non-commercial research only: use these "
    "weights for non-commercial research only. `make bundle PHOTOS=DIR` trains a bundle on photos of your own."
)
UNSTATED = "Not stated by whoever trained this bundle; ask them before you use it."


def pack_bundle(
    run: Path, name: str | None = None, version: str = "1", photos_name: str | None = None, licence: str | None = None
) -> Bundle:
    """The bundle of a run folder that went through all stages; InputError names the stage that is missing."""
    schema = load_schema(run)
    imitator = load_imitator(run, schema)
    _, imitator_facts = load_result(run, "imitator", schema)
    weights, reconstructor_facts = load_result(run, "reconstructor", schema)
    reader_tensors, reader_facts = load_result(run, "reader", schema)
    tensors, constants_facts = load_result(run, "constants", schema)
    means, _ = load_result(run, PHOTO_MEANS, schema)
    reconstructor = Reconstructor(*bounds(schema))
    reconstructor.load_state_dict(weights)
    reconstructor.eval().requires_grad_(False)
    named = {key.removeprefix("photo_"): value for key, value in means.items()}
    celeba = photos_name is not None and "celeba" in photos_name.lower()
    card: dict[str, Any] = {
        "name": name or schema.character,
        "version": version,
        "made_with": {"facebridge": __version__, "torch": torch.__version__},
        "character": schema.character,
        "parameters": schema.count,
        "captures": imitator_facts["data"],
        "photos": {"source": photos_name or "not stated", **reconstructor_facts["photos"]},
        "licence": licence or (CELEBA_LICENCE if celeba else UNSTATED),
        "limits": (
            "Frontal faces of adults. Trained on photos of few people: skin, hair and shape may be averaged, and no"
            " fairness across groups was measured. Not for identifying people."
        ),
        "figures": {
            "imitator": imitator_facts["figures"],
            "landmarks": constants_facts["fit"],
            "reader": reader_facts["fit"],
            "reconstructor": reconstructor_facts["figures"],
        },
        "groups": reader_facts["groups"],
        "training": {"imitator": imitator_facts["config"], "reconstructor": reconstructor_facts["config"]},
    }
    constants = bundle_constants(Constants(**tensors), named)
    return Bundle(schema, imitator, reconstructor, Reader(reader_tensors), constants, card)
