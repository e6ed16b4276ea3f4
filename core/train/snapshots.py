"""Snapshots of what E, D and R make of the same held-out photos and renders, while they are trained (Figure 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.evaluate.npz import read_npz, write_npz
from core.models.regressor import Reconstructor
from core.train.augment import blur_borders, degrade, replace_background
from core.train.captures import to_float
from engine_bridge.errors import InputError

if TYPE_CHECKING:
    from core.train.captures import Captures
    from core.train.photos import Photos

FOLDER, FACES, FINAL = "snapshots", "faces.npz", "final.npz"
# Figure 4 of the paper shows 0, 100, 200 and 1,000; the others are for the curve between and after them.
STEPS = (0, 25, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
MOST = 200
"""Photos, and as many renders, in a snapshot: a few seconds on one core."""
SHOWN = 16
"""Photos whose pictures are kept beside the snapshots, for imitator output with and without the domain loss."""
_BLOCK = 16
_SEED = 40_004


@dataclass(frozen=True)
class Snapshot:
    """The networks' answers after `step` steps: f (N, 1024) and p (N, P), in the schema's units, of N photos and
    M renders; row i is the same face in every snapshot of a run."""

    step: int
    f_photos: NDArray[np.float32]
    f_renders: NDArray[np.float32]
    p_photos: NDArray[np.float32]
    p_renders: NDArray[np.float32]


class Snapshots:
    """Writes RUN/snapshots/STEP.npz at a few steps, and RUN/snapshots/final.npz at the end.

    Nothing that training depends on is touched: no random numbers are drawn, and the model is put back into the mode
    it was in.
    """

    def __init__(
        self,
        run: Path,
        photos: NDArray[np.uint8],
        renders: NDArray[np.uint8],
        steps: tuple[int, ...] = STEPS,
    ) -> None:
        """`photos` (N, 256, 256, 3) and `renders` (M, 256, 256, 3): what the encoder is shown at each of `steps`."""
        self.folder = Path(run) / FOLDER
        self._photos, self._renders, self._steps = photos, renders, frozenset(steps)
        self._step = 0

    @classmethod
    def of_run(
        cls, run: Path, captures: Captures, photos: Photos, held_out: int, strength: float, most: int = MOST
    ) -> Snapshots:
        """Of up to `most` held-out captures and as many photos of held-out people (of all, where none are held out).

        Renders are shown as in training, before the photos' backgrounds and with their defects (`strength`, the
        config's `degrade`): otherwise the flat backdrop alone would tell the domains apart.
        """
        first, count = captures.split(held_out)
        rows = photos.held_out_rows if len(photos.held_out_rows) else np.arange(len(photos.images))
        scenes = np.ascontiguousarray(photos.images[_spread(rows, most)])
        chosen = _spread(np.arange(first, first + count), most)
        renders = np.ascontiguousarray(captures.images[captures.rows[chosen]])
        return cls(run, scenes, _like_photos(renders, scenes, strength) if strength > 0 else renders)

    def maybe(self, step: int, model: Reconstructor) -> None:
        """Write a snapshot if one is due after `step` steps; raises InputError when it cannot be written."""
        self._step = step
        if step in self._steps:
            self._write(f"{step}.npz", step, model)

    def final(self, model: Reconstructor) -> None:
        """Write the last snapshot, and a few of the photos themselves: of the averaged weights, as they are packed."""
        self._write(FINAL, self._step, model)
        picks = _spread(np.arange(len(self._photos)), SHOWN)
        write_npz(self.folder / FACES, photos=self._photos[picks], rows=picks)

    def _write(self, name: str, step: int, model: Reconstructor) -> None:
        f_photos, p_photos = _answers(model, self._photos)
        f_renders, p_renders = _answers(model, self._renders)
        write_npz(
            self.folder / name,
            step=np.array(step),
            f_photos=f_photos,
            f_renders=f_renders,
            p_photos=p_photos,
            p_renders=p_renders,
        )


def load_snapshots(run: Path) -> list[Snapshot]:
    """Those of a run folder by step, the final one last; InputError where there are none or one is damaged."""
    folder = Path(run) / FOLDER
    found = [_load(path) for path in sorted(folder.glob("*.npz"), key=_order) if path.name != FACES]
    if not found:
        raise InputError(f"There are no snapshots in {folder}; run facebridge train reconstructor --out {run} first.")
    return found


def load_faces(run: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(K, 256, 256, 3) photos kept beside the snapshots of a run, and their rows (K,) in them."""
    path = Path(run) / FOLDER / FACES
    try:
        saved = read_npz(path)
        return saved["photos"], saved["rows"]
    except (ValueError, KeyError) as error:
        raise InputError(f"{path} cannot be read ({error}); let the run reach its end.") from error


@torch.no_grad()
def _answers(model: Reconstructor, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N, 256, 256, 3) -> f (N, 1024) and p (N, P)."""
    device, training = next(model.parameters()).device, model.training
    model.eval()
    found = [model.reconstruct(block.to(device)) for block in _blocks(images)]
    model.train(training)
    return (
        torch.cat([each.feature for each in found]).float().cpu().numpy(),
        torch.cat([each.parameters for each in found]).float().cpu().numpy(),
    )


def _blocks(images: NDArray[np.uint8]) -> Iterator[torch.Tensor]:
    for start in range(0, len(images), _BLOCK):
        yield to_float(torch.from_numpy(np.array(images[start : start + _BLOCK])))


def _like_photos(renders: NDArray[np.uint8], scenes: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """Renders with backgrounds and defects of photos, the same on every call."""
    parts: list[NDArray[np.uint8]] = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        behind = list(_blocks(scenes))
        for number, block in enumerate(_blocks(renders)):
            shown = replace_background(block, block[0, :, 0, 0], behind[number % len(behind)])
            shown = degrade(blur_borders(shown), strength).clamp(0, 1)
            parts.append(shown.mul(255).round().byte().permute(0, 2, 3, 1).contiguous().numpy())
    return np.concatenate(parts)


def _spread(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Up to `most` of `rows`, evenly over them."""
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int))]


def _load(path: Path) -> Snapshot:
    try:
        saved = read_npz(path)
        names = ("f_photos", "f_renders", "p_photos", "p_renders")
        return Snapshot(int(saved["step"]), **{name: saved[name] for name in names})
    except (ValueError, KeyError) as error:
        raise InputError(f"The snapshot {path} cannot be read ({error}); delete it or train again.") from error


def _order(path: Path) -> tuple[int, str]:
    return (int(path.stem), "") if path.stem.isdigit() else (2**62, path.stem)
