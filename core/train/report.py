"""What a person sees of a training run: lines of plain text with time left, TensorBoard scalars and image grids."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any, TextIO

import torch
from torch import Tensor


class Report:
    """Writes progress to a stream and scalars and image grids to TensorBoard event files under `folder`.

    Without the `tensorboard` package only the text remains, which is said once. A `quiet` one does nothing: all but
    the first process of a team have it.
    """

    def __init__(self, folder: Path, stream: TextIO | None = None, quiet: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._sums: dict[str, float] = {}
        self._count = 0
        self._writer: Any = None
        if quiet:
            return
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # tensorboard's own imports warn about numpy and protobuf
                from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self.say("TensorBoard is not installed, so there will be no curves: pip install 'facebridge[train]'.")
        else:
            self._writer = SummaryWriter(str(folder / "tensorboard"))

    def say(self, text: str) -> None:
        """One line of text, now."""
        if not self._quiet:
            print(text, file=self._stream, flush=True)

    def add(self, values: dict[str, float]) -> None:
        """Remember one step's losses; `flush` averages them."""
        self._count += 1
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + value

    def flush(self, step: int, progress: float, left_s: float, rate: float, lr: float) -> dict[str, float]:
        """Print and record the averages since the last flush; returns them."""
        means = {name: total / max(self._count, 1) for name, total in self._sums.items()}
        self._sums, self._count = {}, 0
        losses = "  ".join(f"{name} {value:.4g}" for name, value in means.items())
        self.say(
            f"step {step:6d}  {100 * progress:5.1f} %  {duration(left_s)} left  {rate:5.1f} images/s"
            f"  lr {lr:.2e}  {losses}"
        )
        self.scalars({**means, "lr": lr, "images_per_s": rate}, step)
        return means

    def scalars(self, values: dict[str, float], step: int) -> None:
        """Record named numbers."""
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step)

    def pairs(self, name: str, left: Tensor, right: Tensor, step: int, pairs_a_row: int = 4) -> None:
        """Record a grid of `left` | `right` image pairs, each (B, 3, H, W) in [0, 1]."""
        if self._writer is not None:
            self._writer.add_image(name, pair_grid(left, right, pairs_a_row), step)

    def close(self) -> None:
        """Write what is buffered."""
        if self._writer is not None:
            self._writer.close()


def pair_grid(left: Tensor, right: Tensor, pairs_a_row: int = 4) -> Tensor:
    """(B, 3, H, W) twice -> (3, rows * H, pairs_a_row * 2 W): left | right, pair after pair, white where none."""
    pairs = torch.cat([left.detach().cpu().float(), right.detach().cpu().float()], dim=3).clamp(0, 1)
    missing = -len(pairs) % pairs_a_row
    pairs = torch.cat([pairs, pairs.new_ones(missing, *pairs.shape[1:])])
    rows = pairs.unflatten(0, (-1, pairs_a_row))
    return rows.permute(2, 0, 3, 1, 4).flatten(3, 4).flatten(1, 2)


def duration(seconds: float) -> str:
    """`75` -> `1:15`; `inf` -> `?`."""
    if seconds == float("inf"):
        return "?"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
