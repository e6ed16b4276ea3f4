"""Judges of the gate: how sure it is that a face has a fault that no single measure tells well enough.

Each is a logistic regression on rows of `core.gate.view`, fitted by scripts/fit_gate_judges.py to photos that people
labelled, to spoiled ones and to an engine's faces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from engine_bridge.errors import BundleError

LOOKS_AT: Mapping[str, tuple[str, ...]] = {
    "turned": ("pose", "whole", "parts"),
    "out-of-frame": ("frame", "pose", "whole", "parts"),
    "covered": ("cells", "whole", "parts"),
    "side-light": ("halves", "cells"),
    "smile": ("lips", "expression", "whole"),
    "open-mouth": ("lips", "whole"),
    "closed-eyes": ("lids", "pose"),
    "expression": ("lips", "expression"),
}
"""Code -> the rows of `core.gate.view` that its judge sees."""
WEIGHTS = Path(__file__).resolve().parents[1] / "data" / "gate" / "judges.safetensors"
REACH = 4.0
"""Numbers further than so many spreads from the mean are taken for that: a strange picture shall not decide alone."""

Row = NDArray[np.float32]


@dataclass(frozen=True)
class Judge:
    """mean, spread and weight (N,) of what it sees, and a bias that makes 0.5 the limit."""

    mean: Row
    spread: Row
    weight: Row
    bias: float

    def __call__(self, row: Row) -> float:
        """How sure it is of the fault, in [0, 1]; from 0.5 on it is said."""
        odds = self.weight @ np.clip((row - self.mean) / self.spread, -REACH, REACH) + self.bias
        return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def sure_name(code: str) -> str:
    """A code's measure: how sure its judge is."""
    return f"sure_{code.replace('-', '_')}"


def seen_by(code: str, rows: Mapping[str, Row]) -> Row:
    """What the judge of a code sees, in one row."""
    return np.concatenate([rows[name] for name in LOOKS_AT[code]])


def _judge(code: str, found: Mapping[str, NDArray[np.generic]]) -> Judge:
    mean, spread, weight, bias = (
        found[f"{code}.{name}"].astype(np.float32) for name in ("mean", "spread", "weight", "bias")
    )
    return Judge(mean, spread, weight, float(bias[0]))


@lru_cache(maxsize=1)
def judges() -> Mapping[str, Judge]:
    """The shipped judges by code; BundleError when they cannot be read."""
    try:
        found = load_file(WEIGHTS)
        return {code: _judge(code, found) for code in LOOKS_AT}
    except (OSError, KeyError, SafetensorError) as error:
        raise BundleError(f"{WEIGHTS.name} cannot be read ({error}); install FaceBridge again.") from error


def sure(rows: Mapping[str, Row]) -> dict[str, float]:
    """`sure_<code>` -> how sure the judge of each code is, in [0, 1]."""
    return {sure_name(code): judge(seen_by(code, rows)) for code, judge in judges().items()}
