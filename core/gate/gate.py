"""Turns measures of a photo into findings: what is wrong, how much it matters, what to do, and how much it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.align.face import AlignedFace
from core.gate.findings import CODES, Finding, GateReport
from core.gate.judges import LOOKS_AT, sure_name
from core.gate.measures import measure
from core.perception.geometry import LandmarkNet

HALF_SURE = 0.5
LEAST_WEIGHT = 0.02
"""Of a photo with every fault: better than none."""


def inspect(photo_rgb: NDArray[np.uint8], face: AlignedFace, net: LandmarkNet) -> GateReport:
    """The report on a face aligned from a photo (H,W,3) uint8 RGB; it warns and never refuses."""
    measures = measure(photo_rgb, face, net)
    return judge(measures, face.face)


def judge(measures: Mapping[str, float], face: int = 0) -> GateReport:
    """The report on what `core.gate.measures.measure` found; `face` is the number of the face that was taken."""
    findings: list[Finding] = []
    weight = 1.0
    for code in CODES:
        said = _several(measures, face) if code == "several-faces" else _RULES[code].finding(measures)
        if said is not None:
            findings.append(said)
        if code in _RULES:
            weight *= _RULES[code].weight(measures)
    return GateReport(tuple(findings), MappingProxyType(dict(measures)), max(LEAST_WEIGHT, weight))


def _several(measures: Mapping[str, float], face: int) -> Finding | None:
    count = round(measures["faces"])
    if count < 2:
        return None
    taken = f"number {face} by size" if face else "the largest"
    return Finding(
        "several-faces",
        "note",
        f"{count} faces were found; {taken} was taken: choose another one by its number, or crop the photo.",
    )


@dataclass(frozen=True)
class Rule:
    """When one code is found. `value` says how far a photo goes, as a number that grows with the fault.

    Where a judge knows the code (`core.gate.judges`), it is found when that is at least half sure; elsewhere from
    `warns` on. From `serious` on it is serious. `counts` and `counts_serious` are the factors of the weight at these
    two, and between them it falls evenly. `words` makes the sentence. `seen` says whether it can be told at all.
    """

    code: str
    value: Callable[[Mapping[str, float]], float]
    warns: float
    serious: float
    counts: float
    counts_serious: float
    words: Callable[[Mapping[str, float]], str]
    seen: Callable[[Mapping[str, float]], bool] = lambda measures: True

    def found(self, measures: Mapping[str, float]) -> bool:
        """Whether the photo has the fault."""
        if not self.seen(measures):
            return False
        if self.code in LOOKS_AT:
            return measures[sure_name(self.code)] >= HALF_SURE
        return self.value(measures) >= self.warns

    def finding(self, measures: Mapping[str, float]) -> Finding | None:
        """What is said of these measures, if anything."""
        if not self.found(measures):
            return None
        serious = self.value(measures) >= self.serious
        return Finding(self.code, "serious" if serious else "warning", self.words(measures))

    def weight(self, measures: Mapping[str, float]) -> float:
        """The factor of a photo's weight: 1 where nothing is found."""
        if not self.found(measures):
            return 1.0
        way = min(1.0, max(0.0, (self.value(measures) - self.warns) / (self.serious - self.warns)))
        return self.counts + way * (self.counts_serious - self.counts)


_SHARP_DETAIL = 0.8
"""What a photo in focus gives, the median of 121 photos."""
_SERIOUS_BLUR = 0.36
_ROLL_REPAIRED_DEG = 50.0
"""Alignment turns the face upright; beyond this the finder itself is unsure."""
_GLASSES_STOPS = 0.7


def _tilt_deg(measures: Mapping[str, float]) -> float:
    roll = abs(measures["roll_deg"])
    return max(abs(measures["pitch_deg"]), roll if roll >= _ROLL_REPAIRED_DEG else 0.0)


def _eyes_seen(measures: Mapping[str, float]) -> bool:
    """A seriously blurred eye looks closed whatever it is, and the blur is said anyway."""
    return measures["detail"] >= _SERIOUS_BLUR


def _percent(share: float) -> str:
    """At least one: what is said to be there is not said to be 0 %."""
    return f"{max(1.0, 100 * share):.0f} %"


def _hidden(measures: Mapping[str, float]) -> float:
    """Share of the face; dark glasses, known by the shade under the eyes in stops, count as a sixth and more."""
    return max(measures["covered"], 0.24 * measures["dark_glasses"])


def _hidden_words(measures: Mapping[str, float]) -> str:
    if measures["dark_glasses"] >= _GLASSES_STOPS:
        return (
            f"Dark glasses hide the eyes (it is {2 ** measures['dark_glasses']:.1f} times darker under them): eyes and "
            "brows are guessed; use a photo without them."
        )
    return (
        f"Part of the face seems to be covered ({100 * measures['sure_covered']:.0f} % sure): what is under it is "
        "guessed; use a photo without hands, hair, masks or other things before the face."
    )


# Each limit lies where the tuning part of benchmarks/gate.py's pictures parts best, at round numbers; of a code with a
# judge it is only where the weight begins to fall.
_ALL = (
    Rule("small", lambda m: -m["face_px"], -90, -60, 0.8, 0.4, lambda m:
         f"The face is small ({m['face_px']:.0f} pixels): fine details are guessed; use a photo that shows it at least "
         "90 pixels large."),
    Rule("blurred", lambda m: -m["detail"], -0.6, -_SERIOUS_BLUR, 0.6, 0.25, lambda m:
         f"The face is blurred (it has {min(99.0, 100 * m['detail'] / _SHARP_DETAIL):.0f} % of a sharp photo's fine "
         "detail): shapes are guessed; use a sharper photo."),
    Rule("compressed", lambda m: m["blockiness"], 1.3, 1.8, 0.8, 0.5, lambda m:
         f"The photo is heavily compressed (8 x 8 blocks stand out by {100 * (m['blockiness'] - 1):.0f} %): details "
         "and colours are blurred; use the original file."),
    Rule("turned", lambda m: abs(m["yaw_deg"]), 25, 40, 0.5, 0.15, lambda m:
         f"The face is turned by {abs(m['yaw_deg']):.0f} degrees: the hidden side is guessed; use a photo from the "
         "front."),
    Rule("tilted", _tilt_deg, 24, 35, 0.5, 0.2, lambda m:
         f"The head is tilted by {_tilt_deg(m):.0f} degrees: chin and brow look shorter or longer than they are; use a "
         "photo taken upright and at eye level."),
    Rule("out-of-frame", lambda m: m["outside"], 0.04, 0.2, 0.5, 0.15, lambda m:
         f"About {_percent(m['outside'])} of the face lie outside the picture: they are guessed; use a photo that "
         "shows all of it."),
    Rule("covered", _hidden, 0.08, 0.24, 0.4, 0.15, _hidden_words),
    Rule("dark", lambda m: -m["dark"], -0.36, -0.2, 0.7, 0.4, lambda m:
         f"The face is dark (its bright skin reaches {100 * m['dark']:.0f} % of white): colours are uncertain; use a "
         "brighter photo."),
    Rule("blown-out", lambda m: m["blown_out"], 0.3, 0.6, 0.7, 0.4, lambda m:
         f"{100 * m['blown_out']:.0f} % of the skin are blown out to white: colours and shapes are lost there; use a "
         "photo with less exposure or a softer light."),
    Rule("side-light", lambda m: abs(m["side_light"]), 1.6, 3, 0.7, 0.4, lambda m:
         f"One side of the face is {2 ** abs(m['side_light']):.1f} times as bright as the other: colours and the dark "
         "side are uncertain; use a photo in even light."),
    Rule("smile", lambda m: m["smile"], 0.37, 1.37, 0.6, 0.2, lambda m:
         f"The person smiles ({_percent(m['smile'])} of a full smile): mouth and cheeks come out wider; use a photo "
         "with a calm face."),
    Rule("open-mouth", lambda m: m["open_mouth"], 0.052, 0.2, 0.6, 0.25, lambda m:
         f"The mouth is open (by {_percent(m['open_mouth'])} of the face's height): jaw and lips come out longer; "
         "use a photo with a closed mouth."),
    Rule("closed-eyes", lambda m: m["closed_eyes"], 0.53, 0.9, 0.6, 0.3, lambda m:
         f"The eyes are closed or nearly so ({_percent(m['closed_eyes'])}): their shape and colour are guessed; use "
         "a photo with open eyes.", _eyes_seen),
    Rule("expression", lambda m: m["expression"], 0.8, 1.8, 0.8, 0.5, lambda m:
         f"The mouth is pursed ({_percent(m['expression'])}): it is taken for the person's own; "
         "use a photo with a calm face."),
)  # fmt: skip
_RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in _ALL})
