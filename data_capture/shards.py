"""Shards: 1,000 samples in one immutable tar in WebDataset layout, written whole or not at all, with fixed bytes.

Sample 42 is three members with one key: `00000042.png` (RGB), `00000042.f32` (its parameters, little-endian float32)
and `00000042.u8` (its choices, one option index each). Times, owners and modes are constants, so equal samples give
equal files.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
import numpy.typing as npt

from data_capture.durable import TEMPORARY_SUFFIX, sync_folder
from data_capture.manifest import ShardPlan
from engine_bridge.errors import DatasetError

BLOCK = 512  # A tar's unit: headers are one block, bodies are padded to whole blocks.
RECORD = 20 * BLOCK  # What tar programs pad an archive to.
SUFFIXES = ("f32", "u8", "png")


@dataclass(frozen=True)
class Member:
    """Where one file lies inside a shard, in bytes."""

    offset: int
    size: int


@dataclass(frozen=True)
class SampleMembers:
    """The three files of one sample."""

    index: int
    parameters: Member
    choices: Member
    image: Member


class ShardWriter:
    """Writes one shard under a temporary name; `finish` syncs it and gives it its name, anything else removes it.

    Samples are added in order of their index. OSError from the disk passes through, with nothing half-written left.
    """

    def __init__(self, folder: Path, plan: ShardPlan) -> None:
        self.plan = plan
        self.bytes = 0
        self._folder = folder
        self._temporary = folder / (plan.shard + TEMPORARY_SUFFIX)
        self._next = plan.start
        self._sha256 = hashlib.sha256()
        self._file: IO[bytes] | None = self._temporary.open("wb")

    def add(self, index: int, png: bytes, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8]) -> None:
        """Append one sample."""
        if index != self._next or index >= self.plan.start + self.plan.count:
            raise ValueError(f"sample {index} added to {self.plan.shard}, expected {self._next}")
        bodies = (parameters.astype("<f4").tobytes(), choices.astype(np.uint8).tobytes(), png)
        for suffix, body in zip(SUFFIXES, bodies, strict=True):
            self._write(_header(f"{index:08d}.{suffix}", len(body)))
            self._write(body + bytes(-len(body) % BLOCK))
        self._next += 1

    def finish(self) -> str:
        """Sync and rename the shard; returns its SHA-256 in hex. `bytes` then holds its size."""
        if self._file is None or self._next != self.plan.start + self.plan.count:
            raise ValueError(f"{self.plan.shard} ends at sample {self._next}, expected {self.plan.count} samples")
        self._write(bytes(2 * BLOCK + -(self.bytes + 2 * BLOCK) % RECORD))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        os.replace(self._temporary, self._folder / self.plan.shard)
        sync_folder(self._folder)
        return self._sha256.hexdigest()

    def abort(self) -> None:
        """Remove the temporary file, if the shard is not finished."""
        if self._file is not None:
            file, self._file = self._file, None
            try:
                file.close()
            except OSError:  # A full disk refuses the last buffer too; the file goes anyway.
                pass
            self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.abort()

    def _write(self, data: bytes) -> None:
        if self._file is None:
            raise ValueError(f"{self.plan.shard} is closed")
        self._file.write(data)
        self._sha256.update(data)
        self.bytes += len(data)


class ShardFile:
    """Random access into one finished shard, memory-mapped; raises DatasetError when it is not such a shard."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise DatasetError(
                f"{path} cannot be read ({error}); run the capture command again to render it anew."
            ) from error
        self.samples = self._index()

    def read(self, member: Member) -> bytes:
        """The bytes of one member."""
        return self._map[member.offset : member.offset + member.size]

    def close(self) -> None:
        """Unmap the file."""
        self._map.close()

    def _index(self) -> tuple[SampleMembers, ...]:
        samples: list[SampleMembers] = []
        position, size = 0, len(self._map)
        found: dict[str, Member] = {}
        while True:
            header = self._map[position : position + BLOCK]
            if len(header) < BLOCK:
                raise self._damaged(position, "the archive ends too early")
            if header[257:262] != b"ustar":
                if any(header):
                    raise self._damaged(position, "no tar header stands there")
                break
            name = header[:100].split(b"\0", 1)[0].decode("ascii", "replace")
            try:
                body = int(header[124:136].split(b"\0", 1)[0], 8)
            except ValueError as error:
                raise self._damaged(position, "the tar header has no size") from error
            stem, _, suffix = name.partition(".")
            if suffix not in SUFFIXES or not stem.isdigit() or suffix != SUFFIXES[len(found)]:
                raise self._damaged(position, f"the unexpected member '{name}' stands there")
            if position + BLOCK + body > size:
                raise self._damaged(position, "the archive ends too early")
            found[suffix] = Member(position + BLOCK, body)
            position += BLOCK + body + -body % BLOCK
            if len(found) == len(SUFFIXES):
                samples.append(SampleMembers(int(stem), found["f32"], found["u8"], found["png"]))
                found = {}
        if found:
            raise self._damaged(position, "the last sample is incomplete")
        return tuple(samples)

    def _damaged(self, position: int, what: str) -> DatasetError:
        self._map.close()
        return DatasetError(
            f"{self._path} is damaged at byte {position}: {what}; delete it and run the capture command again."
        )


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o644
    return info.tobuf(tarfile.USTAR_FORMAT)
