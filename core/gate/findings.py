"""What the photo gate answers with: findings in plain words, the measures behind them, and how much a photo counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["note", "warning", "serious"]
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "serious")
"""From what only should be known to what spoils the character."""

CODES = (
    "several-faces", "small", "blurred", "compressed", "turned", "tilted", "out-of-frame", "covered",
    "dark", "blown-out", "side-light", "smile", "open-mouth", "closed-eyes", "expression",
)  # fmt: skip
"""Every code that a finding may have, in the order in which findings are given."""


@dataclass(frozen=True)
class Finding:
    """One thing that people should know of a photo: its code, how much it matters, and a sentence with the remedy."""

    code: str
    severity: Severity
    words: str


@dataclass(frozen=True)
class GateReport:
    """What the gate found in one photo.

    `findings` are in the order of CODES, `measures` name -> what was measured (units in the names; see `measures`), and
    `weight`, in (0, 1], says how much the photo should count among several of one person: 1 for a faultless one.
    """

    findings: tuple[Finding, ...]
    measures: Mapping[str, float]
    weight: float
