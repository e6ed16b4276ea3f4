"""The embedded character's schema, assembled from its shape, bone and material parameters."""

from __future__ import annotations

from functools import lru_cache

from engine_bridge.engines.embedded.materials import material_parameters
from engine_bridge.engines.embedded.rig import bone_parameters
from engine_bridge.engines.embedded.shape import MACROS, shape_parameters
from engine_bridge.schema import CharacterSchema, Choice, Parameter

CHARACTER = "facebridge-head"
VERSION = "2"
REACH = 2.5  # the paper's range for every parameter

HAIR = Choice("hair.style", "Hair style", "Which hair the head wears.", ("bald", "buzz", "short", "medium", "long"), "short")
BASE = Choice(
    "base",
    "Base face",
    "Which face all parameters at their defaults draw; the feminine-to-masculine parameter starts from there.",
    ("androgynous", "female", "male"),
    "androgynous",
)


@lru_cache(maxsize=1)
def embedded_schema() -> CharacterSchema:
    """The schema of the MakeHuman head; its parameter order is the order of every vector on the wire."""
    parameters = [
        Parameter(m.name, "person", m.label, m.description, -REACH, REACH, 0.0, None, "shape") for m in MACROS
    ]
    parameters += [
        Parameter(s.name, s.group, s.label, s.description, -REACH, REACH, 0.0, s.mirror, "shape")
        for s in shape_parameters()
    ]
    parameters += [
        Parameter(b.name, b.group, b.label, b.description, -REACH, REACH, 0.0, b.mirror, "bone") for b in bone_parameters()
    ]
    parameters += [
        Parameter(m.name, m.group, m.label, m.description, -REACH, REACH, 0.0, None, "material")
        for m in material_parameters()
    ]
    return CharacterSchema(CHARACTER, VERSION, tuple(parameters), (HAIR, BASE))
