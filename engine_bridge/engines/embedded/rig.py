"""Facial bones: soft regions of the head that can be moved, or scaled about their pivot, as in a game character's rig.

None of them rotates the jaw or a lid: that would be expression, and the parameters describe a neutral face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Bone:
    """A pivot in decimetres on the neutral head (x is positive on the character's left) and its radius of influence."""

    name: str
    pivot: tuple[float, float, float]
    radius_dm: float
    paired: bool = True


@dataclass(frozen=True)
class BoneParameter:
    """One slider over a bone: an offset in decimetres along `axis`, or a relative scale along it."""

    name: str
    group: str
    label: str
    description: str
    bone: Bone
    axis: tuple[float, float, float]
    scales: bool
    reach: float
    side: str | None
    mirror: str | None


# bone | pivot | radius | paired | what its sliders do: (suffix, label, text, axis, reach in dm; s = relative scale)
_BONES: tuple[tuple[Bone, tuple[tuple[str, str, str, tuple[float, float, float], float, bool], ...]], ...] = (
    (Bone("brow_inner", (0.13, 7.47, 1.44), 0.15), (("up", "Inner brow height", "Raises the inner end of the brow.", Y, 0.05, False),)),
    (
        Bone("brow_middle", (0.29, 7.50, 1.40), 0.15),
        (
            ("up", "Middle brow height", "Raises the middle of the brow.", Y, 0.05, False),
            ("forward", "Middle brow depth", "Brings the middle of the brow forward.", Z, 0.06, False),
        ),
    ),
    (Bone("brow_outer", (0.45, 7.46, 1.24), 0.15), (("up", "Outer brow height", "Raises the outer end of the brow.", Y, 0.05, False),)),
    (
        Bone("cheekbone", (0.46, 6.98, 1.10), 0.22),
        (
            ("outward", "Cheekbone width", "Moves the cheekbone outwards.", X, 0.06, False),
            ("up", "Cheekbone height", "Raises the cheekbone.", Y, 0.07, False),
            ("forward", "Cheekbone depth", "Brings the cheekbone forward.", Z, 0.07, False),
        ),
    ),
    (
        Bone("cheek_hollow", (0.46, 6.70, 1.02), 0.20),
        (("outward", "Cheek hollow", "Fills the hollow below the cheekbone.", X, 0.07, False),),
    ),
    (Bone("nasolabial", (0.24, 6.78, 1.36), 0.14), (("forward", "Nasolabial volume", "Swells the cheek beside nose and mouth.", Z, 0.06, False),)),
    (
        Bone("mouth_corner", (0.22, 6.61, 1.40), 0.12),
        (
            ("outward", "Mouth corner width", "Moves the mouth corner outwards.", X, 0.045, False),
            ("up", "Mouth corner height", "Raises the mouth corner.", Y, 0.035, False),
            ("forward", "Mouth corner depth", "Brings the mouth corner forward.", Z, 0.05, False),
        ),
    ),
    (Bone("upper_lip", (0.09, 6.68, 1.53), 0.10), (("forward", "Upper lip depth", "Brings half of the upper lip forward.", Z, 0.05, False),)),
    (Bone("lower_lip", (0.09, 6.55, 1.50), 0.10), (("forward", "Lower lip depth", "Brings half of the lower lip forward.", Z, 0.05, False),)),
    (
        Bone("jaw_corner", (0.56, 6.58, 0.66), 0.28),
        (
            ("outward", "Jaw corner width", "Moves the corner of the jaw outwards.", X, 0.10, False),
            ("up", "Jaw corner height", "Raises the corner of the jaw.", Y, 0.09, False),
        ),
    ),
    (
        Bone("jaw_body", (0.36, 6.38, 1.00), 0.20),
        (
            ("outward", "Jaw width", "Moves the side of the jaw outwards.", X, 0.08, False),
            ("up", "Jaw height", "Raises the side of the jaw.", Y, 0.06, False),
        ),
    ),
    (Bone("temple", (0.60, 7.48, 0.90), 0.24), (("outward", "Temple width", "Moves the temple outwards.", X, 0.07, False),)),
    (
        Bone("nose_wing", (0.13, 6.86, 1.46), 0.09),
        (
            ("outward", "Nose wing width", "Moves the wing of the nose outwards.", X, 0.04, False),
            ("up", "Nose wing height", "Raises the wing of the nose.", Y, 0.04, False),
            ("forward", "Nose wing depth", "Brings the wing of the nose forward.", Z, 0.05, False),
        ),
    ),
    (
        Bone("chin_bone", (0.0, 6.34, 1.37), 0.22, paired=False),
        (
            ("up", "Chin bone height", "Raises the chin.", Y, 0.09, False),
            ("forward", "Chin bone depth", "Brings the chin forward.", Z, 0.10, False),
            ("width", "Chin bone width", "Widens the chin about its middle.", X, 0.30, True),
        ),
    ),
    (
        Bone("nose_root", (0.0, 7.28, 1.45), 0.13, paired=False),
        (
            ("forward", "Nose root depth", "Brings the root of the nose forward.", Z, 0.07, False),
            ("width", "Nose root width", "Widens the root of the nose.", X, 0.30, True),
        ),
    ),
    (
        Bone("nose_tip_bone", (0.0, 6.92, 1.62), 0.12, paired=False),
        (
            ("up", "Nose tip lift", "Raises the tip of the nose.", Y, 0.06, False),
            ("forward", "Nose tip depth", "Brings the tip of the nose forward.", Z, 0.08, False),
            ("width", "Nose tip breadth", "Widens the tip of the nose about its middle.", X, 0.28, True),
        ),
    ),
    (Bone("forehead_bone", (0.0, 7.85, 1.40), 0.30, paired=False), (("forward", "Forehead bulge", "Brings the middle of the forehead forward.", Z, 0.09, False),)),
)


def bone_parameters() -> list[BoneParameter]:
    """Every bone-driven slider in schema order; a paired bone has one a side, each other's mirror."""
    found: list[BoneParameter] = []
    for bone, sliders in _BONES:
        for suffix, label, text, axis, reach, scales in sliders:
            if not bone.paired:
                found.append(BoneParameter(f"{bone.name}.{suffix}", "bones", label, text, bone, axis, scales, reach, None, None))
                continue
            for side, other in (("left", "right"), ("right", "left")):
                found.append(
                    BoneParameter(
                        f"{bone.name}.{side}.{suffix}",
                        "bones",
                        f"{label}, {side}",
                        f"{text[:-1]}, on the character's {side} side.",
                        bone,
                        axis,
                        scales,
                        reach,
                        side,
                        f"{bone.name}.{other}.{suffix}",
                    )
                )
    return found


def bone_offsets(parameter: BoneParameter, points: Array, movable: npt.NDArray[np.bool_]) -> Array:
    """(V, 3) displacement in decimetres of control points (V, 3) when the slider is at its upper end.

    Influence falls off as a Gaussian of the distance to the pivot and is nought from 2.5 radii on; points that are not
    movable (eyeballs, hair) stay. Everything is linear in the slider, so a bone costs no more than a morph target.
    """
    sign = -1.0 if parameter.side == "right" else 1.0
    pivot = np.array(parameter.bone.pivot) * np.array([sign, 1.0, 1.0])
    distance = np.linalg.norm(points - pivot, axis=1) / parameter.bone.radius_dm
    weight = np.where(distance < 2.5, np.exp(-(distance**2)), 0.0) * movable
    axis = np.array(parameter.axis)
    if parameter.scales:
        return weight[:, None] * axis * (points - pivot) * parameter.reach
    outwards = sign if parameter.axis == X else 1.0
    return weight[:, None] * axis * parameter.reach * outwards
