"""Turns measures of a photo into findings: what is wrong, how much it matters, what to do, and how much it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.align.face import AlignedFace
from core.gate.findings import CODES, Finding, GateReport, Severity
from core.gate.measures import measure
from core.perception.geometry import LandmarkNet

LEAST_WEIGHT = 0.02


def inspect(photo_rgb: NDArray[np.uint8], face: AlignedFace, net: LandmarkNet) -> GateReport:
    """The report on a face aligned from a photo (H,W,3) uint8 RGB; it warns and never refuses."""
    measures = measure(photo_rgb, face, net)
    return judge(measures, face.face)


def judge(measures: Mapping[str, float], face: int = 0) -> GateReport:
    """The report on what `core.gate.measures.measure` found; `face` is the number of the face that was taken."""
    findings: list[Finding] = []
    weight = 1.0
    for code in CODES:
        said = _several(measures, face) if code == "several-faces" else _ruled(code, measures)
        if said is None:
            continue
        findings.append(said)
        if code in _RULES:
            weight *= _RULES[code].weight(measures)
    return GateReport(tuple(findings), MappingProxyType(dict(measures)), max(LEAST_WEIGHT, weight))


def _ruled(code: str, measures: Mapping[str, float]) -> Finding | None:
    return _RULES[code].finding(measures) if code in _RULES else None


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

    From `warns` on it is found, from `serious` on it is serious. `counts` and `counts_serious` are the factors of the
    weight at these two, and between them it falls evenly. `words` has one place for the number that `shown` gives.
    """

    code: str
    value: Callable[[Mapping[str, float]], float]
    warns: float
    serious: float
    counts: float
    counts_serious: float
    words: str
    shown: Callable[[Mapping[str, float]], float]
    severity: Severity = "warning"

    def finding(self, measures: Mapping[str, float]) -> Finding | None:
        """What is said of these measures, if anything."""
        value = self.value(measures)
        if value < self.warns:
            return None
        severity: Severity = "serious" if value >= self.serious else self.severity
        return Finding(self.code, severity, self.words.format(self.shown(measures)))

    def weight(self, measures: Mapping[str, float]) -> float:
        """The factor of a photo's weight: 1 below `warns`."""
        value = self.value(measures)
        if value < self.warns:
            return 1.0
        way = min(1.0, (value - self.warns) / (self.serious - self.warns)) if self.serious > self.warns else 1.0
        return self.counts + way * (self.counts_serious - self.counts)


_NEVER = 1e9
_ALL = (
    Rule("small", lambda m: -m["face_px"], -90, -60, 0.8, 0.4,
         "The face is small ({:.0f} pixels): fine details are guessed; use a larger photo, at least 90 pixels a face.",
         lambda m: m["face_px"]),
    Rule("blurred", lambda m: -m["detail"], -0.3, -0.2, 0.6, 0.25,
         "The face is blurred (it has {:.0f} % of a sharp photo's fine detail): shapes are guessed; use a sharper one.",
         lambda m: 100 * m["detail"] / 0.6),
    Rule("compressed", lambda m: m["blockiness"], 1.3, 1.8, 0.8, 0.5,
         "The photo is heavily compressed (its 8 x 8 blocks stand out by {:.0f} %): details and colours are blurred; "
         "use the original file.",
         lambda m: 100 * (m["blockiness"] - 1)),
    Rule("turned", lambda m: abs(m["yaw_deg"]), 30, 45, 0.5, 0.15,
         "The face is turned by {:.0f} degrees: the hidden side is guessed; use a photo from the front.",
         lambda m: abs(m["yaw_deg"])),
    Rule("tilted", lambda m: max(abs(m["pitch_deg"]), abs(m["roll_deg"]) / 2), 25, 35, 0.5, 0.2,
         "The head is tilted by {:.0f} degrees: chin and brow are foreshortened; use a photo taken at eye level.",
         lambda m: max(abs(m["pitch_deg"]), abs(m["roll_deg"]) if abs(m["roll_deg"]) >= 50 else 0)),
    Rule("out-of-frame", lambda m: m["outside"], 0.04, 0.2, 0.5, 0.15,
         "{:.0f} % of the face lie outside the picture: they are guessed; use a photo that shows all of it.",
         lambda m: 100 * m["outside"]),
    Rule("covered", lambda m: m["covered"], 0.2, 0.4, 0.4, 0.15,
         "About {:.0f} % of the face seem to be covered: what is under it is guessed; use a photo without hands, hair, "
         "masks or dark glasses before it.",
         lambda m: 100 * m["covered"]),
    Rule("dark", lambda m: -m["dark"], -0.3, -0.18, 0.7, 0.4,
         "The face is dark (brightest skin at {:.0f} % of white): colours are uncertain; use a brighter photo.",
         lambda m: 100 * m["dark"]),
    Rule("blown-out", lambda m: m["blown_out"], 0.2, 0.5, 0.7, 0.4,
         "{:.0f} % of the skin are blown out to white: colours and shapes are lost there; use a less exposed photo.",
         lambda m: 100 * m["blown_out"]),
    Rule("side-light", lambda m: abs(m["side_light"]), 1.5, 2.5, 0.7, 0.4,
         "One side of the face is {:.1f} times as bright as the other: colours and the dark side are uncertain; use a "
         "photo in even light.",
         lambda m: 2 ** abs(m["side_light"])),
    Rule("smile", lambda m: m["smile"], 0.5, _NEVER, 0.5, 0.3,
         "The person smiles ({:.0f} % of a full smile): mouth and cheeks come out wider; use a photo with a calm face.",
         lambda m: 100 * m["smile"]),
    Rule("open-mouth", lambda m: m["open_mouth"], 0.25, 0.6, 0.6, 0.25,
         "The mouth is open ({:.0f} % of the way): jaw and lips come out longer; use a photo with a closed mouth.",
         lambda m: 100 * m["open_mouth"]),
    Rule("closed-eyes", lambda m: m["closed_eyes"], 0.5, 0.8, 0.6, 0.4,
         "The eyes are closed ({:.0f} % of the way): their shape and colour are guessed; use a photo with open eyes.",
         lambda m: 100 * m["closed_eyes"]),
    Rule("expression", lambda m: m["expression"], 0.7, _NEVER, 0.8, 0.5,
         "The face makes a strong expression ({:.0f} %): its shape is taken for the person's own; use a calm photo.",
         lambda m: 100 * m["expression"]),
)  # fmt: skip
_RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in _ALL})
