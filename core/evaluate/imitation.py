"""How well a finished imitator copies its engine, overall and by parameter group, in four regimes.

*Uniform*: the whole parameter cube, which is what the paper samples. *Near neutral*: the cube shrunk to a fifth.
*Sweeps*: one parameter at a time at either end. *Photos*: the parameters that photos were imported to, which is what
the imitator is there for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.evaluate.gradients import PointAgreement, per_parameter, summarise
from core.evaluate.imitation_figures import (
    PHOTOS,
    SWEEPS,
    GroupFigures,
    Imitation,
    ParameterFigures,
    Perceived,
    PictureFigures,
)
from core.evaluate.imitation_measures import (
    Samples,
    changed_pixels,
    decibels,
    masked_mean,
    ssim_map,
    sweep_agreement,
    to_pictures,
)
from core.evaluate.perceptual import PerceptualDistance
from core.evaluate.progress import Tell
from core.models.imitator import Imitator
from core.train.references import References
from engine_bridge.schema import CharacterSchema

PERCEPTUAL_MOST = 64
"""Pictures of a regime that the perceptual networks look at: each costs a fifth of a second on one core."""
PERCEPTUAL_OF_GROUP = 4
"""Parameters of a group whose sweep they look at."""
_BLOCK = 8


@dataclass(frozen=True)
class _Measured:
    """Per picture of a set: squared errors and changes over the head, the whole picture's error, SSIM (N,), and both
    over the pixels where each group acts (N, G)."""

    error: Tensor
    change: Tensor
    whole: Tensor
    ssim: Tensor
    acting_error: Tensor
    acting_change: Tensor


@torch.no_grad()
def measure_imitation(
    imitator: Imitator,
    schema: CharacterSchema,
    references: References,
    photos: Samples | None = None,
    gradients: list[PointAgreement] | None = None,
    perceptual: PerceptualDistance | None = None,
    progress: Tell | None = None,
) -> Imitation:
    """Judge `imitator` by renders with the default choices, the only ones that it knows.

    `photos`: the parameters that photos were imported to and their renders. `gradients`: at neutral first, then near it
    (`core.evaluate.gradients`). `progress(done, total)` counts pictures.
    """
    sets = {**references.regimes, SWEEPS: references.sweeps, **({PHOTOS: photos} if photos is not None else {})}
    mask = head_area(references, photos)
    area, base = torch.from_numpy(mask), to_pictures(references.neutral[None])
    acting = _acting(schema, references, area)
    looked = {name: _looked_at(schema, name, len(rows)) if perceptual else [] for name, (rows, _) in sets.items()}
    counted = _Counted(progress, sum(len(rows) + len(looked[name]) for name, (rows, _) in sets.items()))
    measured = {name: _measure(imitator, base, samples, area, acting, counted) for name, samples in sets.items()}
    perceived = {
        name: _perceive(imitator, base, samples, looked[name], perceptual, counted) if perceptual else {}
        for name, samples in sets.items()
    }
    sweeps = sweep_agreement(imitator, base, references.sweeps, area)
    neutral, near = (gradients or [])[:1], (gradients or [])[1:]
    parameters = _parameters(schema, sweeps.correlation, sweeps.explained_change, neutral, near)
    order = np.argsort(sweeps.correlation)  # NaN comes last
    return Imitation(
        regimes={
            name: _figures(found, np.arange(len(found.error)), looked[name], perceived[name])
            for name, found in measured.items()
        },
        sweep_correlation=_median(sweeps.correlation),
        sweep_correlation_p10=_quantile(sweeps.correlation, 0.1),
        sweep_explained_change=_median(sweeps.explained_change),
        gradient_neutral=summarise(schema.names, neutral) if neutral else None,
        gradient_near=summarise(schema.names, near) if near else None,
        groups=_groups(schema, parameters, measured, looked[SWEEPS], perceived[SWEEPS]),
        parameters=parameters,
        weakest=tuple(schema.names[j] for j in order[:10] if not np.isnan(sweeps.correlation[j])),
        unseen=tuple(parameter.name for parameter in parameters if np.isnan(parameter.sweep_correlation)),
    )


def head_area(references: References, photos: Samples | None = None) -> NDArray[np.bool_]:
    """(256, 256) pixels that any of the renders changes."""
    stacks = [images for _, images in references.regimes.values()] + ([photos[1]] if photos is not None else [])
    return changed_pixels(references.neutral, stacks)


def picture_psnr_db(imitator: Imitator, samples: Samples) -> NDArray[np.float64]:
    """(N,) PSNR of the imitator's whole picture against each render, to put the worst first."""
    values: list[float] = []
    with torch.no_grad():
        for start in range(0, len(samples[0]), _BLOCK):
            guess = imitator(torch.from_numpy(samples[0][start : start + _BLOCK]))
            error = (guess - to_pictures(samples[1][start : start + _BLOCK])).square().mean((1, 2, 3))
            values += decibels(error).tolist()
    return np.array(values)


class _Counted:
    """Adds up pictures for a progress bar."""

    def __init__(self, tell: Tell | None, total: int) -> None:
        self._tell, self._total, self._done = tell, total, 0

    def add(self, count: int) -> None:
        self._done += count
        if self._tell:
            self._tell(self._done, self._total)


def _acting(schema: CharacterSchema, references: References, area: Tensor) -> Tensor:
    """(G, H, W): the share of each group's sweep energy that falls on each pixel of the head."""
    base = references.neutral.astype(np.float32)
    rows = {group: [schema.index(name) for name in names] for group, names in schema.groups.items()}
    maps: list[Tensor] = []
    for numbers in rows.values():
        energy = np.zeros(base.shape[:2], np.float64)
        for j in numbers:
            for image in references.sweeps[1][2 * j : 2 * j + 2]:
                energy += np.square(image.astype(np.float32) - base).sum(-1)
        masked = torch.from_numpy(energy).float() * area
        maps.append(masked / masked.sum().clamp_min(1e-12))
    return torch.stack(maps)


def _looked_at(schema: CharacterSchema, regime: str, count: int) -> list[int]:
    """Rows of a regime that the perceptual networks look at; of the sweeps, upper ends of each group's parameters."""
    if regime != SWEEPS:
        return np.unique(np.linspace(0, count - 1, min(PERCEPTUAL_MOST, count)).astype(int)).tolist()
    chosen: list[int] = []
    for names in schema.groups.values():
        picks = np.unique(np.linspace(0, len(names) - 1, min(PERCEPTUAL_OF_GROUP, len(names))).astype(int))
        chosen += [2 * schema.index(names[k]) + 1 for k in picks]
    return chosen


def _measure(
    imitator: Imitator, base: Tensor, samples: Samples, area: Tensor, acting: Tensor, counted: _Counted
) -> _Measured:
    parts: list[tuple[Tensor, ...]] = []
    for start in range(0, len(samples[0]), _BLOCK):
        guess = imitator(torch.from_numpy(samples[0][start : start + _BLOCK]))
        target = to_pictures(samples[1][start : start + _BLOCK])
        error, change = (guess - target).square(), (base - target).square()
        parts.append(
            (
                masked_mean(error, area),
                masked_mean(change, area),
                error.mean((1, 2, 3)),
                masked_mean(ssim_map(guess, target), area),
                torch.einsum("bhw,ghw->bg", error.sum(1), acting),
                torch.einsum("bhw,ghw->bg", change.sum(1), acting),
            )
        )
        counted.add(len(guess))
    return _Measured(*(torch.cat(part).double() for part in zip(*parts, strict=True)))


def _perceive(
    imitator: Imitator,
    base: Tensor,
    samples: Samples,
    rows: list[int],
    perceptual: PerceptualDistance,
    counted: _Counted,
) -> dict[str, Tensor]:
    """Of each network (K, 2): distances of engine from imitator and of engine from neutral, for these rows."""
    neutral = perceptual.features(base)
    parts: dict[str, list[Tensor]] = {name: [] for name in perceptual.networks}
    for start in range(0, len(rows), _BLOCK):
        picks = rows[start : start + _BLOCK]
        engine = perceptual.features(to_pictures(samples[1][picks]))
        guess = perceptual.features(imitator(torch.from_numpy(samples[0][picks])))
        apart, moved = perceptual.between(guess, engine), perceptual.between(neutral, engine)
        for name, values in parts.items():
            values.append(torch.stack([apart[name], moved[name]], 1))
        counted.add(len(picks))
    return {name: torch.cat(values) for name, values in parts.items()}


def _figures(
    found: _Measured, rows: NDArray[np.int64], looked: list[int], perceived: dict[str, Tensor]
) -> PictureFigures:
    """Of these rows of a set; `perceived` (K, 2) belong to the rows `looked`."""
    picks = torch.from_numpy(rows)
    psnr = decibels(found.error[picks])
    wanted = torch.tensor([row in set(rows.tolist()) for row in looked], dtype=torch.bool)
    seen = {name: values[wanted] for name, values in perceived.items() if wanted.any()}
    return PictureFigures(
        samples=len(rows),
        explained_change=_explained(found.error[picks], found.change[picks]),
        psnr_db=float(psnr.mean()),
        psnr_p10_db=float(psnr.quantile(0.1)),
        psnr_picture_db=float(decibels(found.whole[picks]).mean()),
        ssim=float(found.ssim[picks].mean()),
        perceived={
            name: Perceived(float(values[:, 0].mean()), _explained(values[:, 0], values[:, 1]))
            for name, values in seen.items()
        },
    )


def _groups(
    schema: CharacterSchema,
    parameters: tuple[ParameterFigures, ...],
    measured: dict[str, _Measured],
    looked: list[int],
    perceived: dict[str, Tensor],
) -> dict[str, GroupFigures]:
    found: dict[str, GroupFigures] = {}
    for number, (group, names) in enumerate(schema.groups.items()):
        own = [parameters[schema.index(name)] for name in names]
        each = np.array([schema.index(name) for name in names])
        rows = np.sort(np.concatenate([2 * each, 2 * each + 1]))
        found[group] = GroupFigures(
            len(own),
            *(
                _median(np.array([getattr(parameter, key) for parameter in own]))
                for key in ("sweep_correlation", "sweep_explained_change", "gradient_neutral", "gradient_near")
            ),
            sweeps=_figures(measured[SWEEPS], rows, looked, perceived),
            explained_where_it_acts={
                name: _explained(values.acting_error[:, number], values.acting_change[:, number])
                for name, values in measured.items()
                if name != SWEEPS
            },
        )
    return found


def _parameters(
    schema: CharacterSchema,
    correlation: NDArray[np.float64],
    explained: NDArray[np.float64],
    neutral: list[PointAgreement],
    near: list[PointAgreement],
) -> tuple[ParameterFigures, ...]:
    unknown = np.full(schema.count, np.nan)
    at_neutral = per_parameter(neutral, "cosine") if neutral else unknown
    at_near = per_parameter(near, "cosine") if near else unknown
    same_step = per_parameter(neutral + near, "same_step") if neutral else unknown
    columns = (correlation, explained, at_neutral, at_near, same_step)
    return tuple(
        ParameterFigures(parameter.name, parameter.group, *(float(column[j]) for column in columns))
        for j, parameter in enumerate(schema.parameters)
    )


def _explained(error: Tensor, change: Tensor) -> float:
    """NaN where nothing changes."""
    total = float(change.sum())
    return 1.0 - float(error.sum()) / total if total > 0 else float("nan")


def _median(values: NDArray[np.float64]) -> float:
    return _quantile(values, 0.5)


def _quantile(values: NDArray[np.float64], share: float) -> float:
    known = values[~np.isnan(values)]
    return float(np.quantile(known, share)) if len(known) else float("nan")
