"""From parameters to moved control points: one sparse product over morph targets and bones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine_bridge.engines.embedded.mesh import EYE_LEFT, EYE_RIGHT, LASHES, SKIN, HeadAsset
from engine_bridge.engines.embedded.rig import bone_offsets, bone_parameters
from engine_bridge.engines.embedded.schema import REACH
from engine_bridge.engines.embedded.shape import MACROS, shape_parameters

Array = npt.NDArray[np.float64]

ANCESTRIES = ("african", "asian", "caucasian")
# Share of the masculine targets at the neutral slider, by base choice (androgynous, female, male), and its reach.
BASE_MASCULINE = (0.5, 0.2, 0.8)
MASCULINE_REACH = 0.5
# Neutral is about forty: a third of the way from young to old, so that both halves of the slider move the face.
NEUTRAL_OLD = 0.30
ANCESTRY_SHARPNESS = 2.2
# The data's average face frowns a little; these targets take the frown out, so that neutral is neutral.
NEUTRAL_EXPRESSION = {"mouth-angles-up": 0.35, "eyebrows-angle-down": 0.10, "mouth-upperlip-volume-decr": 0.25}
# The data's weight and muscle are the body's: on the face they take these facial targets along, at the slider's end.
WEIGHT_FACE = {
    "l-cheek-volume": 0.45,
    "r-cheek-volume": 0.45,
    "neck-double": 0.45,
    "measure-neck-circ": 0.45,
    "head-fat": 0.22,
}
MUSCLE_FACE = {
    "measure-neck-circ": 0.50,
    "chin-bones": 0.45,
    "chin-width": 0.25,
    "l-cheek-bones": 0.35,
    "r-cheek-bones": 0.35,
}
# The data's hump also moves the whole nose down, which is another slider: what is named here is taken out again.
CARRIED = {"nose-hump-incr": "nose-trans-down"}
EYE_MIDDLE_DM = (0.0, 7.29)
"""Where the middle of the two eyes is kept in x and y, so that every face is framed alike."""


def macro_weights(macro: dict[str, float], base: int) -> dict[str, float]:
    """Weights of the whole-person targets for sliders in [-1, 1], as MakeHuman blends them (products of shares).

    Ancestry shares are a softmax of the three sliders, so that they are positive, sum to one and both halves count.
    """
    masculine = float(np.clip(BASE_MASCULINE[base] + MASCULINE_REACH * macro["person.masculine"], 0.0, 1.0))
    age = macro["person.age"]
    old = NEUTRAL_OLD + (age * (0.85 - NEUTRAL_OLD) if age > 0 else age * NEUTRAL_OLD)
    ancestry_sliders = np.array([macro["person.african"], macro["person.asian"], macro["person.european"]])
    share = np.exp(ANCESTRY_SHARPNESS * ancestry_sliders)
    share /= share.sum()
    thin, heavy = max(-macro["person.weight"], 0.0) * 0.8, max(macro["person.weight"], 0.0) * 0.8
    slight, strong = max(-macro["person.muscle"], 0.0), max(macro["person.muscle"], 0.0)
    weights: dict[str, float] = {}
    for gender, of_gender in (("female", 1.0 - masculine), ("male", masculine)):
        for era, of_era in (("young", 1.0 - old), ("old", old)):
            for ancestry, of_ancestry in zip(ANCESTRIES, share, strict=True):
                weights[f"{ancestry}-{gender}-{era}"] = of_gender * of_era * float(of_ancestry)
            for build, of_build in (("min", thin), ("average", 1.0 - thin - heavy), ("max", heavy)):
                weights[f"universal-{gender}-{era}-averagemuscle-{build}weight"] = of_gender * of_era * of_build
        # Muscle is added on top of the average body rather than blended, which needs no further targets.
        for muscle, of_muscle in (("min", slight), ("max", strong)):
            weights[f"universal-{gender}-young-{muscle}muscle-averageweight"] = of_gender * of_muscle * 0.6
            average = f"universal-{gender}-young-averagemuscle-averageweight"
            weights[average] -= of_gender * of_muscle * 0.6
    for face, slider in ((WEIGHT_FACE, macro["person.weight"]), (MUSCLE_FACE, macro["person.muscle"])):
        for target, at_end in face.items():
            for end, share in (("incr", max(slider, 0.0)), ("decr", max(-slider, 0.0))):
                name = f"{target}-{end}"
                weights[name] = weights.get(name, 0.0) + at_end * share
    return weights


class Morpher:
    """Holds all targets as one sparse matrix; equal parameters give bit-equal points."""

    def __init__(self, asset: HeadAsset) -> None:
        touch = np.zeros(asset.vertices.size)
        for name, weight in NEUTRAL_EXPRESSION.items():
            touch = touch + np.asarray(asset.targets[name].toarray()).ravel() * weight
        self._base = asset.vertices.ravel() + touch
        self._macro_names = [m.name for m in MACROS]
        self._macro_targets = sorted(macro_weights(dict.fromkeys(self._macro_names, 0.0), 0))
        self._shapes = shape_parameters()
        columns = [asset.targets[name] for name in self._macro_targets]
        for shape in self._shapes:
            positive = asset.targets[shape.positive]
            if shape.positive in CARRIED:
                positive = positive - asset.targets[CARRIED[shape.positive]]
            columns.append(positive * shape.gain[1])
            negative = asset.targets[shape.negative] if shape.negative else -positive
            columns.append(negative * shape.gain[0])
        movable = np.zeros(len(asset.vertices), bool)
        movable[np.unique(asset.quads[(asset.parts == SKIN) | (asset.parts == LASHES)])] = True
        # Bones act on the face as it is drawn at neutral, not on the base mesh, whose proportions are another person's.
        macros = sparse.csr_array(sparse.hstack(columns[: len(self._macro_targets)], format="csr"))
        neutral = self._base + np.asarray(macros @ self._macro_vector(np.zeros(len(MACROS)), 0))
        neutral_points = self._centred(neutral.reshape(-1, 3), self._eye_rows(asset))
        for bone in bone_parameters():
            offsets = bone_offsets(bone, neutral_points, movable).ravel()
            offsets[np.abs(offsets) < 1e-6] = 0.0
            columns.append(sparse.csc_array(offsets[:, None]))
        self._targets = sparse.csr_array(sparse.hstack(columns, format="csr"))
        self._eyes = self._eye_rows(asset)
        self.count = len(self._macro_names) + len(self._shapes) + len(bone_parameters())
        """How many leading entries of the parameter vector are geometry."""
        self.neutral = neutral_points

    @staticmethod
    def _eye_rows(asset: HeadAsset) -> npt.NDArray[np.int64]:
        return np.unique(asset.quads[(asset.parts == EYE_LEFT) | (asset.parts == EYE_RIGHT)])

    @staticmethod
    def _centred(points: Array, eyes: npt.NDArray[np.int64]) -> Array:
        shift = np.array([*EYE_MIDDLE_DM, 0.0]) - points[eyes].mean(0) * np.array([1.0, 1.0, 0.0])
        return points + shift

    def _macro_vector(self, sliders: Array, base: int) -> Array:
        weights = macro_weights(dict(zip(self._macro_names, sliders.tolist(), strict=True)), base)
        return np.array([weights[name] for name in self._macro_targets])

    def points(self, parameters: npt.NDArray[np.float32], base: int) -> Array:
        """Leading geometry parameters (at least `count`,) and the base choice -> control points (V, 3) in dm."""
        sliders = parameters[: self.count].astype(np.float64) / REACH
        macros, shapes = len(self._macro_names), len(self._shapes)
        shape = sliders[macros : macros + shapes]
        pairs = np.stack([np.maximum(shape, 0.0), np.maximum(-shape, 0.0)], 1).ravel()
        weights = np.concatenate([self._macro_vector(sliders[:macros], base), pairs, sliders[macros + shapes :]])
        moved = self._base + np.asarray(self._targets @ weights)
        return self._centred(moved.reshape(-1, 3), self._eyes)
