"""Captured samples for training: every image of a dataset decoded once into a uint8 memory map."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.files import write_atomically
from core.models.imitator import IMAGE_PX
from core.room import require_room
from data_capture.reader import Dataset
from engine_bridge.errors import DatasetError, InputError
from engine_bridge.schema import CharacterSchema

CHUNK = 250  # images decoded between two notes of progress


@dataclass(frozen=True)
class Captures:
    """The decoded samples of one dataset that show the default choices, in the order of their index."""

    schema: CharacterSchema
    parameters: NDArray[np.float32]  # (N, P)
    images: NDArray[np.uint8]  # (M, 256, 256, 3), a read-only memory map of all decoded samples
    rows: NDArray[np.int64]  # (N,) row of `images` for each sample kept

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, indices: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """(B,) sample numbers -> parameters (B, P) float32 and images (B, 3, 256, 256) in [0, 1]."""
        images = torch.from_numpy(self.images[self.rows[indices]])
        return torch.from_numpy(self.parameters[indices]), to_float(images)

    def split(self, held_out: int) -> tuple[int, int]:
        """Numbers of training and held-out samples; the held-out ones are the last `held_out`."""
        if len(self) <= held_out:
            raise DatasetError(
                f"The dataset has {len(self)} usable samples, but {held_out} are to be held out;"
                " capture more or lower --held-out."
            )
        return len(self) - held_out, held_out


def to_float(images: Tensor) -> Tensor:
    """(B, H, W, 3) uint8 -> (B, 3, H, W) float32 in [0, 1]; the memory layout stays channels-last."""
    return images.permute(0, 3, 1, 2).float().div_(255.0)


def open_captures(dataset: Dataset, cache: Path, report: Callable[[int, int], None] | None = None) -> Captures:
    """Decode what is missing of `dataset` into the folder `cache` and map it.

    The cache is resumable (an interrupted decode goes on) and grows with the dataset; a cache made from another
    dataset is refused with DatasetError. `report(done, total)` is called now and then.
    """
    cache = Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    identity = {
        "schema": dataset.schema.hash,
        "image_px": IMAGE_PX,
        **{key: getattr(dataset.info, key) for key in ("seed", "sampling", "choices", "engine", "engine_version")},
    }
    note, store = cache / "decoded.json", cache / "images.u8"
    done = 0
    if note.exists():
        known = json.loads(note.read_text(encoding="utf-8"))
        if known["identity"] != identity:
            raise DatasetError(f"{cache} holds the decoded images of another dataset; give another --cache.")
        done = int(known["count"])
    total, size = len(dataset), IMAGE_PX * IMAGE_PX * 3
    require_room(cache, (total - done) * size, "The decoded images", "give another --cache")
    with _made_or_cut(store, lambda: done * size) as file:
        file.seek(done * size)
        while done < total:
            indices = np.arange(done, min(done + CHUNK, total))
            images = np.ascontiguousarray(dataset.images(indices))
            if images.shape != (len(indices), IMAGE_PX, IMAGE_PX, 3) or images.dtype != np.uint8:
                raise DatasetError(
                    f"The dataset's images are {images.dtype} {images.shape[1:]}; the imitator learns from"
                    f" uint8 ({IMAGE_PX}, {IMAGE_PX}, 3), so capture at {IMAGE_PX} px."
                )
            file.write(images.tobytes())
            file.flush()
            done += len(indices)
            write_atomically(note, json.dumps({"identity": identity, "count": done}).encode())
            if report:
                report(done, total)
    if not total:
        raise DatasetError("The dataset is empty; run facebridge capture first.")
    images = np.memmap(store, np.uint8, "r", shape=(total, IMAGE_PX, IMAGE_PX, 3))
    plain = (dataset.choices() == dataset.schema.default_choices).all(axis=1)
    rows = np.flatnonzero(plain).astype(np.int64)
    return Captures(dataset.schema, np.ascontiguousarray(dataset.parameters()[rows]), images, rows)


@contextmanager
def _made_or_cut(store: Path, whole_bytes: Callable[[], int]) -> Iterator[BinaryIO]:
    """The store, open for writing; cut back to what is whole, with InputError, when the disk fills up after all."""
    with open(store, "r+b" if store.exists() else "w+b") as file:
        try:
            yield file
        except OSError as error:
            with suppress(OSError):
                file.truncate(whole_bytes())
            raise InputError(
                f"Cannot write {store}: {error.strerror or error}; make room or give another --cache, and run the same"
                " command again."
            ) from error


def change_from_neutral(captures: Captures, neutral: NDArray[np.uint8], cache: Path) -> NDArray[np.float32]:
    """(N,) mean squared change of each sample from the neutral render, in [0, 1]^2 units; kept in `cache`."""
    store = Path(cache) / "change.npz"
    known = np.zeros(0, np.float32)
    if store.exists():
        with np.load(store, allow_pickle=False) as saved:
            if np.array_equal(saved["neutral"], neutral):
                known = saved["change"]
    if len(known) >= len(captures):
        return known[: len(captures)]
    base = neutral.astype(np.int16)
    values = np.empty(len(captures), np.float32)
    values[: len(known)] = known
    for i in range(len(known), len(captures)):
        difference = (captures.images[captures.rows[i]].astype(np.int16) - base).astype(np.float32)
        values[i] = np.mean(np.square(difference)) / 255.0**2
    buffer = io.BytesIO()
    np.savez(buffer, neutral=neutral, change=values)
    write_atomically(store, buffer.getvalue())
    return values


def head_mask(captures: Captures, neutral: NDArray[np.uint8], samples: int = 200) -> NDArray[np.bool_]:
    """(256, 256) pixels where the head can be: those that differ from the neutral render by more than 2/255
    in at least one of `samples` evenly spaced captures (the background never changes)."""
    mask = np.zeros(neutral.shape[:2], bool)
    base = neutral.astype(np.int16)
    for i in np.unique(np.linspace(0, len(captures) - 1, min(samples, len(captures))).astype(int)):
        difference = np.abs(captures.images[captures.rows[i]].astype(np.int16) - base)
        mask |= difference.max(axis=2) > 2
    return mask
