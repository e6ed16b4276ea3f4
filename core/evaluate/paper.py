"""What the paper reports, for tables: face verification (Tables 3 and 6), accuracies in [0, 1] of ten folds."""

from __future__ import annotations

COLUMNS = ("LFW", "CFP_FF", "CFP_FP", "AgeDB", "mean")

VERIFICATION: dict[str, tuple[float | None, ...]] = {
    "3DMM-CNN": (0.9235, None, None, None, None),
    "F2P": (0.6977, 0.7060, 0.5800, 0.6013, 0.6463),
    "DECA": (0.8580, 0.8527, 0.6717, 0.7642, 0.7867),
    "Deep3D": (0.9130, 0.9177, 0.7966, 0.8475, 0.8687),
    "FastF2P": (0.9402, 0.9450, 0.8236, 0.8408, 0.8874),
    "the paper without L_domain": (0.9310, 0.9347, 0.8256, 0.8588, 0.8875),
    "the paper without L_contrastive": (0.6530, 0.6617, 0.5560, 0.5982, 0.6172),
    "the paper without L_consistency": (0.9340, 0.9333, 0.8139, 0.8555, 0.8842),
    "the paper": (0.9480, 0.9434, 0.8317, 0.8702, 0.8983),
    "LightCNN-29v2 (upper bound)": (0.9958, 0.9940, 0.9494, 0.9597, 0.9747),
}
"""Method -> accuracy on each of COLUMNS; None where none is reported."""

MASKED: dict[str, tuple[float, ...]] = {
    "upper": (0.9080, 0.9114, 0.7563, 0.8135, 0.8473),
    "middle": (0.9050, 0.9139, 0.7441, 0.8178, 0.8452),
    "lower": (0.9120, 0.9196, 0.7537, 0.8423, 0.8569),
}
"""Part of the face under a black rectangle -> the paper's accuracy on each of COLUMNS."""


def kept_above_chance(accuracy: float, clean: float) -> float:
    """The share of the clean accuracy above chance (0.5) that is left; NaN where there was none."""
    return (accuracy - 0.5) / (clean - 0.5) if clean > 0.5 else float("nan")
