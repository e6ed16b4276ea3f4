"""Fits a reader (core.models.reader) on renders, and centres it on photos of groups of people.

Solved exactly, by ridge regressions: from renders' features to their parameters; from photos' expression coefficients
to their geometry; and from embeddings to the group and the choices that a table of labels gives each person.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.align.cache import PhotoCache
from core.archetypes import Archetypes
from core.models.reader import Reader, log_colours, sparse_geometry
from core.perception.appearance import hair_colours, region_colours
from core.perception.features import FaceFeatures
from core.train.captures import to_float
from core.train.results import load_result
from engine_bridge.errors import DatasetError, InputError
from engine_bridge.schema import CharacterSchema

MIN_RENDERS = 200
_EXPRESSION_RIDGE = 0.05  # relative to the mean variance of an expression coefficient
_GROUP_RIDGE = 3.0
_GROUP_SHARPNESS = 6.0  # of the softmax over scores that are 1 for the right group and 0 for the others
_CHOICE_RIDGE = 30.0


@dataclass(frozen=True)
class ReaderConfig:
    """What was chosen on people held out of training; see docs/benchmarks.md for what each is worth."""

    directions: int = 30  # principal directions of the renders' geometry
    embedding_share: float = 2.0  # weight of the embedding's units against those of colours
    geometry_share: float = 0.5  # less: on photos, pose and expression are left in it
    ridge: float = 1_000.0  # larger than what is best on renders: photos are noisier
    gain: float = 0.8
    asymmetry: float = 0.35  # of a difference between left and right, most is light and pose


@dataclass(frozen=True)
class ReaderFit:
    """How well the map does on what it was not fitted on."""

    renders: int
    explained: float  # share of held-out renders' parameter variance
    photos: int
    group_accuracy: float  # share of held-out people's photos put into their group; NaN without labels
    choice_accuracy: dict[str, float]  # the same of each labelled choice


@dataclass(frozen=True)
class People:
    """Who is on N photos: identity (N,); train (N,) bool; group (N,) and options {choice: (N,)}, -1 where unknown."""

    identity: NDArray[np.integer]
    train: NDArray[np.bool_]
    group: NDArray[np.int64]
    options: dict[int, NDArray[np.int64]]


def photo_features(cache: PhotoCache, block: int = 64) -> FaceFeatures:
    """Features of a cache's photos."""
    colours: list[Tensor] = []
    hair: list[Tensor] = []
    for at in range(0, len(cache.images), block):
        images = to_float(torch.from_numpy(np.array(cache.images[at : at + block])))
        points = torch.from_numpy(np.array(cache.points[at : at + block, :, :2]))
        colours.append(region_colours(images, points))
        hair.append(hair_colours(images, points))
    return FaceFeatures(
        torch.from_numpy(np.array(cache.embeddings, np.float32)),
        torch.from_numpy(np.array(cache.geometry, np.float32)),
        torch.cat(colours),
        torch.cat(hair),
        torch.from_numpy(np.array(cache.blendshapes, np.float32)),
    )


def render_features(run: Path, schema: CharacterSchema) -> tuple[Tensor, FaceFeatures]:
    """Parameters (M, P) in half-range units, and features, of the renders that the constants stage looked at.

    InputError where that stage did not run, or was an older one.
    """
    tensors, _ = load_result(run, "render-features", schema)
    names = {field.name for field in fields(FaceFeatures)} - {"blendshapes"}
    if tensors.keys() != names | {"inputs"}:
        raise InputError(
            f"The renders' features in {run} are those of another release; run facebridge train constants again."
        )
    return tensors.pop("inputs"), FaceFeatures(**tensors)


def fit_reader(
    renders: FaceFeatures,
    parameters: Tensor,
    photos: FaceFeatures,
    people: People,
    archetypes: Archetypes,
    schema: CharacterSchema,
    config: ReaderConfig | None = None,
) -> tuple[Reader, ReaderFit]:
    """The reader and its figures. `parameters` (M, P) of the renders are in half-range units.

    Raises DatasetError when there are too few renders, or no training photo of one of the groups.
    """
    config = config or ReaderConfig()
    if len(parameters) < MIN_RENDERS:
        raise DatasetError(
            f"Only {len(parameters)} renders have features to read parameters from, at least {MIN_RENDERS} are needed;"
            " run `facebridge train constants` with more --samples."
        )
    train = torch.from_numpy(people.train)
    embeddings, blendshapes = photos.embeddings.double(), photos.blendshapes
    assert blendshapes is not None
    geometry = sparse_geometry(renders.geometry.double())
    centre = geometry.mean(0)
    directions = torch.linalg.svd(geometry - centre, full_matrices=False).Vh[: config.directions].t()
    along = (sparse_geometry(photos.geometry.double()) - centre) @ directions
    moved = blendshapes.double() - blendshapes[train].double().mean(0)
    expression = _ridge(moved[train], along[train] - along[train].mean(0), _EXPRESSION_RIDGE, relative=True)

    rendered = (geometry - centre) @ directions
    colours = log_colours(renders.colours.double(), renders.hair.double())
    embedded = renders.embeddings.double() - renders.embeddings.double().mean(0)
    units = torch.cat(
        [
            embedded.std().expand(embedded.shape[1]) / config.embedding_share,
            rendered.std(0).mean().expand(config.directions) / config.geometry_share,
            colours.std(0).clamp_min(1e-6),
        ]
    )
    x = torch.cat([embedded, rendered - rendered.mean(0), colours - colours.mean(0)], 1) / units
    y = parameters.double() - parameters.double().mean(0)
    held = torch.arange(len(x)) % 5 == 4
    left = (x[held] @ _ridge(x[~held], y[~held], config.ridge) - y[held]).square().mean()
    weight = _symmetric(_ridge(x, y, config.ridge), schema, config) * config.gain / units[:, None]

    mean = embeddings[train].mean(0)
    group_weight, group_bias, accuracy = _groups(embeddings - mean, people, len(archetypes.groups))
    shares = torch.softmax((embeddings - mean) @ group_weight + group_bias, 1) * train[:, None]
    if float(shares.sum(0).min()) < 1.0:
        missing = archetypes.groups[int(shares.sum(0).argmin())]
        raise DatasetError(f"No training photo is of the group '{missing}'; label its people or take the group out.")
    seen = torch.cat(
        [embeddings, along - moved @ expression, log_colours(photos.colours.double(), photos.hair.double())], 1
    )
    tensors = {
        "directions": directions,
        "centre": centre,
        "expression": expression,
        "expression_mean": blendshapes[train].double().mean(0),
        "embedding_mean": mean,
        "group_weight": group_weight,
        "group_bias": group_bias,
        "feature_mean": (shares.t() @ seen) / shares.sum(0)[:, None],
        "archetype": torch.from_numpy(_half_range(archetypes.parameters, schema)),
        "gain": torch.from_numpy(archetypes.gains),
        "weight": weight,
        "confidence": torch.zeros(schema.count),
    }
    agreed: dict[str, float] = {}
    for number, labels in people.options.items():
        choice = schema.choices[number]
        fitted = _classes(embeddings - mean, labels, people.train, len(choice.options), _CHOICE_RIDGE)
        tensors[f"choice_{number}_weight"], tensors[f"choice_{number}_bias"], agreed[choice.name] = fitted
    reader = Reader({name: tensor.float() for name, tensor in tensors.items()})
    explained = 1.0 - float(left / y[held].square().mean())
    return reader, ReaderFit(len(x), explained, int(people.train.sum()), accuracy, agreed)


def _ridge(x: Tensor, y: Tensor, ridge: float, relative: bool = False) -> Tensor:
    gram = x.t() @ x
    if relative:
        ridge = ridge * float(gram.trace()) / len(gram) + 1e-9
    return torch.linalg.solve(gram + ridge * torch.eye(len(gram), dtype=x.dtype), x.t() @ y)


def _symmetric(weight: Tensor, schema: CharacterSchema, config: ReaderConfig) -> Tensor:
    """Of what the map says of left and right, the common part and a share of the difference."""
    index = {name: number for number, name in enumerate(schema.names)}
    partner = [index[p.mirror] if p.mirror else n for n, p in enumerate(schema.parameters)]
    mirrored = weight[:, partner]
    weight = 0.5 * (weight + mirrored) + 0.5 * config.asymmetry * (weight - mirrored)
    alone = [n for n, p in enumerate(schema.parameters) if p.name.startswith("asymmetry.") or p.name.endswith(".shift")]
    weight[:, alone] *= config.asymmetry
    return weight


def _half_range(parameters: NDArray[np.float32], schema: CharacterSchema) -> NDArray[np.float32]:
    reach = np.maximum(schema.maximum - schema.defaults, schema.defaults - schema.minimum)
    return ((parameters - schema.defaults) / np.maximum(reach, 1e-6)).astype(np.float32)


def _groups(embeddings: Tensor, people: People, count: int) -> tuple[Tensor, Tensor, float]:
    if count == 1:
        return embeddings.new_zeros(embeddings.shape[1], 1), embeddings.new_zeros(1), float("nan")
    weight, bias, accuracy = _classes(embeddings, people.group, people.train, count, _GROUP_RIDGE)
    return _GROUP_SHARPNESS * weight, _GROUP_SHARPNESS * bias, accuracy


def _classes(
    embeddings: Tensor, labels: NDArray[np.int64], train: NDArray[np.bool_], count: int, ridge: float
) -> tuple[Tensor, Tensor, float]:
    """Scores of `count` classes by ridge regression on their indicators, and their accuracy on people held out."""
    known = labels >= 0
    rows = torch.from_numpy(np.flatnonzero(known & train))
    if not len(rows):
        raise DatasetError("No training photo has a label; the labels' names of people must be those of the photos.")
    wanted = torch.nn.functional.one_hot(torch.from_numpy(labels)[rows], count).to(embeddings)
    bias = wanted.mean(0)
    weight = _ridge(embeddings[rows], wanted - bias, ridge)
    tried = np.flatnonzero(known & ~train)
    guesses = (embeddings[torch.from_numpy(tried)] @ weight + bias).argmax(1).numpy()
    return weight, bias, float((guesses == labels[tried]).mean()) if len(tried) else float("nan")
