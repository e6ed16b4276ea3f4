"""The reader: parameters from what frozen networks say of a face, by one linear map around archetypes.

A small head on frozen face encoders instead of the paper's E, D and R, fitted on engine pairs only (the idea is that
of EasyCraft, Wang et al. 2025): renders have known parameters, so a ridge regression from their features to their
parameters is solved exactly (core.train.reader). Photos have the same features, save for a constant between real skin
and a shader. That constant is taken out by groups of people: a face is read as its group's *archetype*, a preset that
shows the group's average face, plus what sets the face apart from the group's average photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.perception.features import FaceFeatures
from engine_bridge.errors import BundleError

GEOMETRY_STEP = 4  # every fourth of the 468 landmarks: neighbours move together, and a bundle has a size
EMBEDDING = 128
BLENDSHAPES = 52
COLOUR_FLOOR = 0.03  # added before the logarithm: pigment multiplies light, and black has no logarithm


@dataclass(frozen=True)
class Reading:
    """What the reader says of B faces."""

    parameters: Tensor
    """(B, P) in half-range units: measured from the default, divided by the larger half-range; within [-1, 1]."""
    groups: Tensor
    """(B, G) share of each group of people, rows summing to 1."""
    choices: dict[int, Tensor]
    """Number of a schema's choice -> (B, options) scores, the largest of which is the option read."""


class Reader(nn.Module):
    """F features -> P parameters: `groups @ archetype + gain * ((features - groups @ feature_mean) @ weight)`.

    Tensors (all buffers): directions (D0, D) and centre (D0,) of the landmarks looked at; expression (BLENDSHAPES, D)
    and expression_mean: what the expression adds to the geometry; embedding_mean (EMBEDDING,); group_weight
    (EMBEDDING, G) and group_bias (G,); feature_mean (G, F); archetype and gain (G, P); weight (F, P); confidence (P,)
    in [0, 1]; and for each choice k that was labelled choice_k_weight (EMBEDDING, O) and choice_k_bias (O,).
    """

    directions: Tensor
    centre: Tensor
    expression: Tensor
    expression_mean: Tensor
    embedding_mean: Tensor
    group_weight: Tensor
    group_bias: Tensor
    feature_mean: Tensor
    archetype: Tensor
    gain: Tensor
    weight: Tensor
    confidence: Tensor

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        """Raises BundleError for a tensor that is missing, unknown or of another shape than the others imply."""
        super().__init__()
        self.choices = tuple(
            sorted(int(n.split("_")[1]) for n in tensors if n.startswith("choice_") and n.endswith("bias"))
        )
        _check(tensors, self.choices)
        for name, tensor in tensors.items():
            self.register_buffer(name, tensor.detach().float().clone())
        self.eval()

    @property
    def parameter_count(self) -> int:
        """P, the number of parameters of the character that is read."""
        return self.weight.shape[1]

    def rows(self, faces: FaceFeatures) -> Tensor:
        """The features (B, F) that the map reads: embedding, directions of the geometry, logarithms of colours."""
        return torch.cat([faces.embeddings, self.shape(faces), log_colours(faces.colours, faces.hair)], dim=1)

    def shape(self, faces: FaceFeatures) -> Tensor:
        """(B, D) the geometry in its directions, without what the expression adds to it."""
        along = (sparse_geometry(faces.geometry) - self.centre) @ self.directions
        if faces.blendshapes is None:
            return along
        return along - (faces.blendshapes - self.expression_mean) @ self.expression

    def forward(self, faces: FaceFeatures, groups: Tensor | None = None) -> Reading:
        """Features of B faces -> what is read of them, around `groups` (B, G) or, without, those they look like."""
        embedding = faces.embeddings - self.embedding_mean
        if groups is None:
            groups = torch.softmax(embedding @ self.group_weight + self.group_bias, dim=1)
        apart = (self.rows(faces) - groups @ self.feature_mean) @ self.weight
        parameters = groups @ self.archetype + (groups @ self.gain) * apart
        scores = {
            k: embedding @ self.get_buffer(f"choice_{k}_weight") + self.get_buffer(f"choice_{k}_bias")
            for k in self.choices
        }
        return Reading(parameters.clamp(-1.0, 1.0), groups, scores)


def sparse_geometry(geometry: Tensor) -> Tensor:
    """(B, 468, 3) cm -> (B, D0), the coordinates of every GEOMETRY_STEP-th landmark."""
    return geometry[:, ::GEOMETRY_STEP].flatten(1)


def log_colours(colours: Tensor, hair: Tensor) -> Tensor:
    """Regional colours (B, R, 3) and the hair's (B, 3), in [0, 1] -> (B, 3R + 3)."""
    return torch.log(torch.cat([colours.flatten(1), hair], 1).clamp_min(0.0) + COLOUR_FLOOR)


def _check(tensors: dict[str, Tensor], choices: tuple[int, ...]) -> None:
    try:
        (read, kept), (features, count) = tensors["directions"].shape, tensors["weight"].shape
        groups = len(tensors["group_bias"])
        options = {k: len(tensors[f"choice_{k}_bias"]) for k in choices}
    except (KeyError, ValueError, TypeError) as error:
        raise BundleError(f"The reader's tensors lack or misshape {error}; get the bundle again.") from error
    expected = {
        "directions": (read, kept),
        "centre": (read,),
        "expression": (BLENDSHAPES, kept),
        "expression_mean": (BLENDSHAPES,),
        "embedding_mean": (EMBEDDING,),
        "group_weight": (EMBEDDING, groups),
        "group_bias": (groups,),
        "feature_mean": (groups, features),
        "archetype": (groups, count),
        "gain": (groups, count),
        "weight": (features, count),
        "confidence": (count,),
    }
    for k, number in options.items():
        expected |= {f"choice_{k}_weight": (EMBEDDING, number), f"choice_{k}_bias": (number,)}
    for name in sorted(expected.keys() | tensors.keys()):
        found = tuple(tensors[name].shape) if name in tensors else None
        if found != expected.get(name):
            raise BundleError(
                f"The reader's tensor {name} has shape {found}, expected {expected.get(name)}; get the bundle again."
            )
