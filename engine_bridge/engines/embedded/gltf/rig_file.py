"""The exported head's rig file: what moves each parameter in the GLB, as a table that game engines bind by name."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.gltf.head import parameter_table
from engine_bridge.engines.embedded.gltf.shared import shared
from engine_bridge.engines.embedded.gltf.skeleton import METRES
from engine_bridge.engines.embedded.gltf.targets import Targets
from engine_bridge.engines.embedded.schema import embedded_schema
from engine_bridge.scene import BLENDSHAPES

FORMAT, VERSION = "facebridge-rig", 1
FIRST_JOINT = 2
"""The nodes before it are the head's and the root's."""


def export_rig(parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], refined: bool = False) -> bytes:
    """The rig file (UTF-8 JSON) of the GLB that `export_glb` writes for the same arguments.

    Lengths are in metres, y up, z out of the face. A target gets `scale` for each unit of its parameter beyond `rest`,
    on the `half` that it serves; what is not said is 'both' halves, a rest of 0, no offset.
    """
    schema = embedded_schema()
    of_all = shared(refined)
    base = int(choices[[choice.name for choice in schema.choices].index("base")])
    targets = Targets(schema, of_all.morph, of_all.expressions, parameters, base)
    value = {name: float(number) for name, number in zip(schema.names, parameters, strict=True)}
    table = parameter_table(schema, value, targets, of_all.skeleton.drives(FIRST_JOINT))
    document = {
        "format": FORMAT,
        "version": VERSION,
        "schema": {"character": schema.character, "version": schema.version, "hash": schema.hash},
        "bones": [{"name": joint.name, "rest": (joint.pivot * METRES).tolist()} for joint in of_all.skeleton.joints],
        "parameters": [_entry(row, targets.names) for row in table],
        "expressions": list(BLENDSHAPES),
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _entry(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": row["name"]}
    if "targets" in row:
        ends = zip(row["targets"], ("low", "high"), ("minimum", "maximum"), strict=True)
        entry["targets"] = [
            {"morph": names[target], "half": half, "rest": row["rest"], "scale": _share(row[end] - row["rest"])}
            for target, half, end in ends
        ]
    elif "drives" in row:
        drive = row["drives"]
        entry["targets"] = [
            {"bone": drive["joint"], "channel": drive["channel"], "axis": axis, "scale": per_unit}
            for axis, per_unit in zip("xyz", drive["per_unit"], strict=True)
            if per_unit
        ]
    else:
        entry["baked"] = True
    return entry


def _share(reach: float) -> float:
    # A face at its range's very end has no way to go there: the target stays, for its weight must be cleared.
    return 1.0 / reach if reach else 0.0
