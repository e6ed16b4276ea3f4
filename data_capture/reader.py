"""Dataset: random access to a captured folder, for training and for looking at it."""

from __future__ import annotations

import io
import warnings
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from data_capture.folder import read_info, read_schema
from data_capture.manifest import ShardEntry, read_manifest
from data_capture.shards import Member, SampleMembers, ShardFile
from engine_bridge.errors import DatasetError


class Dataset:
    """The finished samples of one capture, in order of their index; rows run from 0 to len - 1.

    Shards are opened on first use, so opening a dataset of a million samples is cheap. A shard that a capture is
    still writing is not seen. Raises DatasetError when the folder holds no dataset, or a shard is missing or has
    another size than the manifest says; a torn last manifest line is left out with a warning.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        info = read_info(self.path)
        if info is None:
            raise DatasetError(f"{self.path} holds no dataset (no dataset.json); capture one with facebridge capture.")
        self.info = info
        self.schema = read_schema(self.path, info)
        self.entries: tuple[ShardEntry, ...] = tuple(read_manifest(self.path))
        for entry in self.entries:
            self._check_size(entry)
        self._stops = list(accumulate(entry.count for entry in self.entries))
        self._shards: dict[int, ShardFile] = {}

    def __len__(self) -> int:
        return self._stops[-1] if self._stops else 0

    def __reduce__(self) -> tuple[type[Dataset], tuple[Path]]:
        # A data loader's worker process opens its own mappings.
        return Dataset, (self.path,)

    def indices(self) -> npt.NDArray[np.int64]:
        """The sample index of every row, (N,); equal to the row unless a shard in the middle is missing."""
        ranges = [np.arange(entry.start, entry.stop, dtype=np.int64) for entry in self.entries]
        return np.concatenate(ranges) if ranges else np.empty(0, np.int64)

    def parameters(self) -> npt.NDArray[np.float32]:
        """The parameters of every sample, float32 (N, P)."""
        values = np.empty((len(self), self.schema.count), np.float32)
        for row, shard, sample in self._every():
            values[row] = np.frombuffer(self._body(shard, sample.parameters, 4 * self.schema.count), "<f4")
        return values

    def choices(self) -> npt.NDArray[np.uint8]:
        """The choices of every sample as option indices, uint8 (N, C)."""
        values = np.empty((len(self), len(self.schema.choices)), np.uint8)
        for row, shard, sample in self._every():
            values[row] = np.frombuffer(self._body(shard, sample.choices, len(self.schema.choices)), np.uint8)
        return values

    def image(self, row: int) -> npt.NDArray[np.uint8]:
        """One image, uint8 (H, W, 3), sRGB, top-left origin; raises IndexError for a row outside 0 to len - 1."""
        return decode_png(self.png(row), f"sample in row {row} of {self.path}", self.info.image_px)

    def images(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """Several images, uint8 (N, H, W, 3)."""
        size = self.info.image_px
        values = np.empty((len(rows), size, size, 3), np.uint8)
        for position, row in enumerate(rows):
            values[position] = self.image(int(row))
        return values

    def png(self, row: int) -> bytes:
        """One image as the PNG bytes on disk."""
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of a dataset of {len(self)}")
        shard = bisect_right(self._stops, row)
        file = self._open(shard)
        return file.read(file.samples[row - (self._stops[shard - 1] if shard else 0)].image)

    def close(self) -> None:
        """Unmap every shard; the dataset may be used again and maps them anew."""
        for shard in self._shards.values():
            shard.close()
        self._shards.clear()

    def _every(self) -> list[tuple[int, ShardFile, SampleMembers]]:
        files = [self._open(shard) for shard in range(len(self.entries))]
        pairs = [(file, sample) for file in files for sample in file.samples]
        return [(row, file, sample) for row, (file, sample) in enumerate(pairs)]

    def _open(self, shard: int) -> ShardFile:
        if shard not in self._shards:
            entry = self.entries[shard]
            self._check_size(entry)
            file = ShardFile(self.path / entry.shard)
            if [sample.index for sample in file.samples] != list(range(entry.start, entry.stop)):
                file.close()
                raise DatasetError(
                    f"{self.path / entry.shard} does not hold samples {entry.start} to {entry.stop - 1} "
                    "as the manifest says; delete it and run the capture command again."
                )
            self._shards[shard] = file
        return self._shards[shard]

    def _body(self, file: ShardFile, member: Member, size: int) -> bytes:
        if member.size != size:
            raise DatasetError(
                f"{self.path}: a sample carries {member.size} bytes of parameters or choices, "
                f"the schema makes it {size}; "
                "run facebridge dataset check."
            )
        return file.read(member)

    def _check_size(self, entry: ShardEntry) -> None:
        try:
            size = (self.path / entry.shard).stat().st_size
        except OSError as error:
            raise DatasetError(
                f"{self.path / entry.shard} is missing; run the capture command again to render it anew."
            ) from error
        if size != entry.bytes:
            raise DatasetError(
                f"{self.path / entry.shard} is {size} bytes long, the manifest says {entry.bytes}; "
                "run the capture command again to render it anew."
            )


def decode_png(data: bytes, what: str, image_px: int) -> npt.NDArray[np.uint8]:
    """PNG bytes -> uint8 (image_px, image_px, 3); raises DatasetError naming `what` when they are anything else."""
    try:
        with warnings.catch_warnings():
            # A forged size in a header must be an error of ours, not a warning of Pillow's.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
                if image.mode != "RGB" or image.size != (image_px, image_px):
                    raise DatasetError(
                        f"The {what} is a {image.mode} image of {image.size}, expected RGB of {image_px} x {image_px}; "
                        "run facebridge dataset check."
                    )
                return np.array(image)
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombWarning) as error:
        raise DatasetError(f"The {what} cannot be decoded ({error}); run facebridge dataset check.") from error
