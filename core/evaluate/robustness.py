"""What is left of likeness when photos are spoiled, and of known characters when their pictures are turned or lit anew.

A photo that is not found any more counts against the figures: a pair with it is a coin's toss, its character is closer
to nobody. Leaving such photos out would flatter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.described import Described, Describer, empty_faces, joined
from core.evaluate.likeness import Faces, centred, describe_faces, measure_likeness
from core.evaluate.paper import kept_above_chance
from core.evaluate.progress import Tell
from core.evaluate.spoil import Spoil
from core.evaluate.verification import FOLDS, Pairs, pairs_of_people, verify
from engine_bridge.scene import Scene
from engine_bridge.session import EngineSession

DRAWS = 8
_BATCH = 8

SCENES: dict[str, Scene] = {
    "as captured": Scene(),
    **{f"yaw {yaw:+d}": Scene(yaw_deg=yaw) for yaw in (-45, -30, -15, 15, 30, 45)},
    **{f"light from {yaw:+d}": Scene(light_yaw_deg=yaw) for yaw in (-90, -45, 45, 90)},
    "light from above": Scene(light_pitch_deg=75),
    "light from below": Scene(light_pitch_deg=-45),
    "half the light": Scene(light_intensity=0.5),
    "twice the light": Scene(light_intensity=2.0),
}
"""Name in tables -> scene, as engine_bridge.scene defines it; the first is what the others are compared with."""


@dataclass(frozen=True)
class Spoiled:
    """Figures of one way to spoil N photos.

    accuracy: verification by parameters, mean of 8 draws of ten folds (None with fewer than twenty people); kept: its
    share above chance of the clean photos' accuracy. closer_share: how often a character is closer to another clean
    photo of its person than to somebody else's; closer_kept: likewise. own_cosine: mean cosine, in SFace, between the
    renders made of the spoiled and of the clean photo, less the renders' mean. lost: photos in which no face is found.
    """

    accuracy: float | None
    kept: float | None
    closer_share: float
    closer_kept: float
    own_cosine: float
    lost: int

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Seen:
    """Figures of known characters imported from pictures in one scene.

    parameters: share of the differences between the characters' parameters that the imported ones explain (squared
    correlation over all parameters, each less its mean over the characters). cosine: mean cosine between the renders
    of a character and of what was imported, each domain less its mean. Both with the share kept of the first scene's.
    lost: pictures in which no face was found; they count as nothing explained.
    """

    parameters: float
    parameters_kept: float
    cosine: float
    cosine_kept: float
    lost: int

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for JSON."""
        return asdict(self)


def import_spoiled(
    describer: Describer,
    names: list[str],
    aligned: NDArray[np.uint8],
    points: NDArray[np.float32],
    spoil: Spoil,
    tell: Tell,
) -> Described:
    """The characters of aligned photos (N,256,256,3) with landmarks (N,478,3) px after `spoil`."""
    parts: list[Described] = []
    for start in range(0, len(names), _BATCH):
        rows = range(start, min(start + _BATCH, len(names)))
        pictures = [spoil(np.array(aligned[row]), np.array(points[row])) for row in rows]
        parts.append(describer.pictures([names[row] for row in rows], pictures, photos=False))
        tell(rows.stop, len(names))
    return joined(parts)


def measure_spoiled(
    photos: Faces,
    identity: NDArray[np.integer],
    names: list[str],
    found: Mapping[str, Described],
) -> dict[str, Spoiled]:
    """Figures of each way to spoil photos `names` (N) of person identity[i] (N,); the first of `found` is the clean
    one. `photos` describes the clean photos. Raises InputError as `measure_likeness` does."""
    draws = (
        [pairs_of_people(identity, seed=seed) for seed in range(DRAWS)] if len(np.unique(identity)) >= 2 * FOLDS else []
    )
    figures: dict[str, Spoiled] = {}
    clean: tuple[float | None, float, NDArray[np.float32]] | None = None
    for condition, described in found.items():
        there = np.isin(names, described.names)
        parameters = np.zeros((len(names), described.parameters.shape[1]), np.float32)
        parameters[there] = described.parameters
        renders = _spread(described.renders, there)
        accuracy = float(np.mean([_with_coins(parameters, pairs, there) for pairs in draws])) if draws else None
        anybody = bool(renders.found.any())
        closer = measure_likeness(photos, renders, identity).closer_share if anybody else 0.0
        shown = centred(renders, identity, None) if anybody else renders.embeddings
        if clean is None:
            clean = accuracy, closer, shown
        both = renders.found & (np.abs(clean[2]).sum(1) > 0)
        figures[condition] = Spoiled(
            accuracy,
            None if accuracy is None or clean[0] is None else kept_above_chance(accuracy, clean[0]),
            closer,
            kept_above_chance(closer, clean[1]),
            float((shown[both] * clean[2][both]).sum(1).mean()) if both.any() else float("nan"),
            int((~there).sum()),
        )
    return figures


def measure_scenes(
    describer: Describer,
    session: EngineSession,
    parameters: NDArray[np.float32],
    choices: NDArray[np.uint8],
    scenes: Mapping[str, Scene],
    tell: Tell,
) -> dict[str, Seen]:
    """Figures of known characters (N,P) and (N,C), drawn in each scene and imported; the first scene is the reference.

    Raises Refused where the engine does not know scenes, and EngineError.
    """
    names = [str(row) for row in range(len(parameters))]
    everybody = np.arange(len(parameters))
    known: NDArray[np.float32] | None = None
    reference: tuple[float, float] | None = None
    figures: dict[str, Seen] = {}
    for number, (title, scene) in enumerate(scenes.items()):
        pictures = session.render(parameters, choices, scene=scene)
        parts = [
            describer.pictures(names[at : at + _BATCH], list(pictures[at : at + _BATCH]), photos=False)
            for at in range(0, len(names), _BATCH)
        ]
        described = joined(parts)
        tell(number + 1, len(scenes))
        there = np.isin(names, described.names)
        imported = np.tile(described.parameters.mean(0), (len(names), 1)) if there.any() else parameters * 0
        imported[there] = described.parameters
        drawn = centred(_spread(described.renders, there), everybody, None) if there.any() else None
        if known is None:
            known = centred(_embedded(describer, pictures), everybody, None)
        explained = _explained(imported, parameters) if there.any() else 0.0
        cosine = 0.0 if drawn is None else float((drawn * known).sum(1).mean())
        if reference is None:
            reference = explained, cosine
        kept = [now / was if was > 0 else float("nan") for now, was in zip((explained, cosine), reference, strict=True)]
        figures[title] = Seen(explained, kept[0], cosine, kept[1], int((~there).sum()))
    return figures


def _embedded(describer: Describer, pictures: NDArray[np.uint8]) -> Faces:
    assert describer.sface is not None  # Instruments of robustness always judge by it.
    return describe_faces(pictures, describer.sface)


def _explained(found: NDArray[np.float32], known: NDArray[np.float32]) -> float:
    """Squared correlation of (N,P) values with known ones, each column less its mean; 0 for one against the other."""
    a, b = (values.astype(np.float64) - values.mean(0) for values in (found, known))
    both, size = float((a * b).sum()), float(np.square(a).sum() * np.square(b).sum())
    return max(0.0, both) ** 2 / size if size > 0 else 0.0


def _with_coins(parameters: NDArray[np.float32], pairs: Pairs, there: NDArray[np.bool_]) -> float:
    """Accuracy over all pairs, where one half of those with a lost photo is right."""
    kept = pairs.among(there)
    if len(kept) < len(pairs) / 2 or len(set(kept.fold.tolist())) < FOLDS:
        return 0.5  # Hardly a face is found: what could be judged of the rest is no figure.
    judged = verify(parameters, kept).accuracy
    return float((judged * len(kept) + 0.5 * (len(pairs) - len(kept))) / len(pairs))


def _spread(faces: Faces, there: NDArray[np.bool_]) -> Faces:
    """Faces of the rows that are `there`, in their places among all."""
    full = empty_faces(len(there))
    full.embeddings[there], full.cheeks[there], full.found[there] = faces.embeddings, faces.cheeks, faces.found
    return full
