"""The 52 ARKit expressions of the embedded head: what each is mixed from, and the control points they move."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine_bridge.engines.embedded.eyes import LID_FOLLOWS_DOWN, Eye
from engine_bridge.engines.embedded.face_units import SIDES, FaceUnits, load_units, side_mask
from engine_bridge.engines.embedded.mesh import HeadAsset, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.scene import BLENDSHAPES

Array = npt.NDArray[np.float64]

# expression | units and their weights | what it shows. `Side` stands for Left and Right, `side` for left and right; a
# two-sided unit that ends in `*` is given to that side alone. Blinks and the turning of the eyeballs are not linear
# and are done by `eyes`; what stands here for them is what else moves.
_TABLE = """
eyeBlinkSide||The upper lid comes down to the lower one.
eyeLookDownSide|lid-raise-side -0.35|The eye looks down and the lids follow.
eyeLookInSide||The eye looks towards the nose.
eyeLookOutSide||The eye looks away from the nose.
eyeLookUpSide|eye-side-opened-up 0.75|The eye looks up and the upper lid follows.
eyeSquintSide|lid-raise-side 0.85 lid-drop-side 0.30 cheek-raise-side 0.35|The lower lid tightens upwards.
eyeWideSide|eye-side-opened-up 1.1|The upper lid opens further.
jawForward|jaw-forward 1|The lower jaw moves forward.
jawLeft|jaw-left 1|The lower jaw moves to the left.
jawRight|jaw-right 1|The lower jaw moves to the right.
jawOpen|mouth-open 0.85|The lower jaw opens and takes the lower lip along.
mouthClose|lips-closed 0.85|Closes the lips over an open jaw; meant for use with jawOpen at the same weight.
mouthFunnel|mouth-protusion 0.75 evert-lower 0.3 evert-upper 0.3|The lips form an open ring.
mouthPucker|mouth-pursing 1|The closed lips gather and protrude.
mouthLeft|lips-left 1|Both lips move to the left.
mouthRight|lips-right 1|Both lips move to the right.
mouthSmileSide|mouth-corner-puller* 0.9|The mouth corner rises.
mouthFrownSide|mouth-depression* 0.9|The mouth corner falls.
mouthDimpleSide|mouth-retraction* 0.8|The mouth corner draws back.
mouthStretchSide|mouth-retraction* 0.5 neck-platysma* 0.7|The mouth corner stretches outwards and down.
mouthRollLower|roll-lower 1|The lower lip rolls inwards.
mouthRollUpper|roll-upper 0.9|The upper lip rolls inwards.
mouthShrugLower|chin-raise 0.8 evert-lower 0.35|The chin pushes the lower lip up and out.
mouthShrugUpper|upper-lip-raise 1 evert-upper 0.5|The upper lip is pushed up and out.
mouthPressSide|mouth-compression* 0.6|The lips press together.
mouthLowerDownSide|mouth-depression-retraction* 0.75|The lower lip draws down.
mouthUpperUpSide|mouth-elevation* 0.9|The upper lip draws up.
browDownSide|eyebrows-side-down 1 nose-compression* 1|The brow lowers and draws in.
browInnerUp|eyebrows-left-inner-up 1.2 eyebrows-right-inner-up 1.2|The inner ends of both brows rise.
browOuterUpSide|eyebrows-side-extern-up 0.8 eyebrows-side-up 0.4|The outer end of the brow rises.
cheekPuff|cheek-puff-left 1 cheek-puff-right 1|Both cheeks fill with air.
cheekSquintSide|cheek-raise-side 1 lid-raise-side 0.35|The cheek rises towards the eye.
noseSneerSide|nose-side-elevation 1.4 nose-side-dilatation 1 mouth-elevation* 0.3|Nostril and lip rise on one side.
tongueOut||The tongue comes out; the skin stays, but for the lips that it parts in pictures.
"""


def mixes() -> dict[str, tuple[tuple[tuple[str, str | None, float], ...], str]]:
    """Expression name -> its (unit, side that it is cut down to or None, weight) parts, and what it shows."""
    found: dict[str, tuple[tuple[tuple[str, str | None, float], ...], str]] = {}
    for line in _TABLE.strip().splitlines():
        pattern, mix, shows = line.split("|")
        for side in SIDES if pattern.endswith("Side") else (None,):
            words = mix.replace("-side", f"-{side}").split()
            parts = [
                (unit.removesuffix("*"), side if unit.endswith("*") else None, float(weight))
                for unit, weight in zip(words[::2], words[1::2], strict=True)
            ]
            name = pattern if side is None else pattern.removesuffix("Side") + side.capitalize()
            found[name] = (tuple(parts), shows)
    return {name: found[name] for name in BLENDSHAPES}


class Expressions:
    """Moves a face's control points by the 52 expression weights: one sparse product, then eyes and lids."""

    def __init__(self, asset: HeadAsset, neutral: Array) -> None:
        """`neutral` (V, 3) is the face that the units are laid out on, `Morpher.neutral`."""
        units: FaceUnits = load_units(asset, neutral)
        masks = {side: side_mask(neutral, side)[:, None] for side in SIDES}
        columns: list[sparse.csc_array] = []
        for parts, _ in mixes().values():
            total = np.zeros_like(neutral)
            for unit, side, weight in parts:
                total += units.deltas[unit] * (weight if side is None else weight * masks[side])
            total[np.abs(total) < 1e-6] = 0.0
            columns.append(sparse.csc_array(total.reshape(-1, 1)))
        self._matrix = sparse.csr_array(sparse.hstack(columns, format="csr"))
        self._eyes = [(Eye(asset, units, neutral, side), _rows(side)) for side in SIDES]

    def offsets(self, weights: npt.NDArray[np.floating], points: Array) -> Array:
        """Weights (52,) in [0, 1] in the order of BLENDSHAPES -> (V, 3) decimetres to add to control points (V, 3).

        Everything but gaze and lids is linear in the weights. Equal arguments give bit-equal offsets.
        """
        given = np.clip(np.asarray(weights, np.float64), 0.0, 1.0)
        if not given.any():
            return np.zeros_like(points)
        moved = points + np.asarray(self._matrix @ given).reshape(-1, 3)
        for eye, (blink, inwards, outwards, up, down) in self._eyes:
            eye.turn(moved, given[inwards], given[outwards], given[up], given[down])
            eye.close(moved, 1.0 - (1.0 - given[blink]) * (1.0 - LID_FOLLOWS_DOWN * given[down]))
        return moved - points

    def gaze(self, weights: npt.NDArray[np.floating]) -> tuple[Array, Array]:
        """(3, 3) by which the left and the right eyeball are turned at these weights (52,)."""
        given = np.clip(np.asarray(weights, np.float64), 0.0, 1.0)
        left, right = (eye.rotation(*(float(given[k]) for k in rows[1:])) for eye, rows in self._eyes)
        return left, right


def _rows(side: str) -> tuple[int, int, int, int, int]:
    """Where a side's blink and looks in, out, up and down stand in the weights."""
    blink, inwards, outwards, up, down = (
        BLENDSHAPES.index(f"eye{what}{side.capitalize()}")
        for what in ("Blink", "LookIn", "LookOut", "LookUp", "LookDown")
    )
    return blink, inwards, outwards, up, down


@lru_cache(maxsize=1)
def _embedded() -> Expressions:
    asset = load_asset()
    return Expressions(asset, Morpher(asset).neutral)


def expression_offsets(weights: npt.NDArray[np.floating], points: Array) -> Array:
    """`Expressions.offsets` of the embedded head, which is read at the first call."""
    return _embedded().offsets(weights, points)
