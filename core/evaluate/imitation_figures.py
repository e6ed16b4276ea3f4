"""What is reported of a finished imitator: figures of sets of pictures, of parameters and of their groups."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from core.evaluate.gradients import GradientFigures

SWEEPS, PHOTOS = "sweeps", "photos"
"""Names of the regimes beside the random ones."""


@dataclass(frozen=True)
class Perceived:
    """Mean distance between imitator and engine in one network's features (0 to 4), and the share of the change from
    neutral that the imitator explains in them."""

    distance: float
    explained_change: float


@dataclass(frozen=True)
class PictureFigures:
    """Of one set of pictures; everything but `psnr_picture_db` is measured over the head.

    explained_change: 1 - sum |G(p)-I(p)|^2 / sum |I(neutral)-I(p)|^2; it stands first because near neutral a constant
    neutral picture has a high PSNR. psnr_db: mean, and its tenth percentile.
    """

    samples: int
    explained_change: float
    psnr_db: float
    psnr_p10_db: float
    psnr_picture_db: float
    ssim: float
    perceived: dict[str, Perceived] = field(default_factory=dict)


@dataclass(frozen=True)
class ParameterFigures:
    """Of one parameter; NaN where the engine's change cannot be seen. Gradient cosines at neutral and near it."""

    name: str
    group: str
    sweep_correlation: float
    sweep_explained_change: float
    gradient_neutral: float
    gradient_near: float
    gradient_same_step: float


@dataclass(frozen=True)
class GroupFigures:
    """Of the parameters of one group: medians over them, their sweeps' pictures, and, of the other regimes, the change
    that is explained where the group's sweeps move the picture (pixels weighted by how much)."""

    parameters: int
    sweep_correlation: float
    sweep_explained_change: float
    gradient_neutral: float
    gradient_near: float
    sweeps: PictureFigures
    explained_where_it_acts: dict[str, float]


@dataclass(frozen=True)
class Imitation:
    """Everything that is measured of an imitator; `weakest` are the parameters of lowest sweep correlation, `unseen`
    those whose sweep changes no pixel."""

    regimes: dict[str, PictureFigures]
    sweep_correlation: float
    sweep_correlation_p10: float
    sweep_explained_change: float
    gradient_neutral: GradientFigures | None
    gradient_near: GradientFigures | None
    groups: dict[str, GroupFigures]
    parameters: tuple[ParameterFigures, ...]
    weakest: tuple[str, ...]
    unseen: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values by name; what could not be measured is NaN."""
        return asdict(self)
