"""From accepted frames to shards: PNG encoding in a few threads, and one thread that writes samples in order.

Frames may arrive in any order and are bounded by the farm (`backlog`, `position`), so memory is too. Any failure is
kept and raised in the caller's thread by `check`; nothing half-written stays behind.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from data_capture import png
from data_capture.folder import DatasetInfo, disk_full, is_disk_full, require_space
from data_capture.manifest import ShardEntry, ShardPlan, append_entry
from data_capture.shards import BLOCK, ShardWriter
from engine_bridge.errors import DatasetError


@dataclass(frozen=True)
class Sample:
    """One sample to be rendered: its index, parameters float32 (P,), choices uint8 (C,)."""

    index: int
    parameters: npt.NDArray[np.float32]
    choices: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Encoded:
    sample: Sample
    png: bytes


class ShardPipeline:
    """Takes every sample of `plans` once, in any order, and writes the shards one after the other."""

    def __init__(self, folder: Path, plans: Sequence[ShardPlan], info: DatasetInfo, encode_threads: int) -> None:
        self._folder = folder
        self._plans = tuple(plans)
        self._info = info
        self._changed = threading.Condition()
        self._ready: dict[int, _Encoded] = {}
        self._renderers: dict[int, str] = {}
        self._encoding = 0
        self._position = 0
        self._failure: Exception | None = None
        self._stopping = False
        self._finished = False
        self._largest_sample_bytes = 0
        self._encoders = ThreadPoolExecutor(encode_threads, thread_name_prefix="png")
        self._writer = threading.Thread(target=self._run_writer, name="shard-writer", daemon=True)
        self._writer.start()

    @property
    def backlog(self) -> int:
        """Frames that are not encoded yet; each holds its raw pixels."""
        return self._encoding

    @property
    def position(self) -> int:
        """How many samples, counted along the plans, are in a shard file (finished or not)."""
        return self._position

    @property
    def finished(self) -> bool:
        """Whether every planned shard is on disk and in the manifest."""
        return self._finished

    def submit(self, sample: Sample, pixels: npt.NDArray[np.uint8], renderer: str) -> None:
        """Hand in one accepted frame, uint8 (H, W, 3); `renderer` is recorded with its shard."""
        with self._changed:
            self._encoding += 1
            self._renderers[sample.index] = renderer
        self._encoders.submit(self._encode, sample, pixels)

    def check(self) -> None:
        """Raise DatasetError when a shard could not be written; finished ones are safe."""
        if self._failure is not None:
            raise self._failure

    def wait(self, timeout_s: float) -> None:
        """Wait until every shard is on disk; raises DatasetError like `check`, TimeoutError after `timeout_s`."""
        self._writer.join(timeout_s)
        self.check()
        if not self._finished:
            raise TimeoutError(f"the shards were not finished within {timeout_s:g} s")

    def close(self) -> None:
        """Stop both stages; an unfinished shard's temporary file is removed."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._encoders.shutdown(wait=True, cancel_futures=True)
        self._writer.join()

    def __enter__(self) -> ShardPipeline:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _encode(self, sample: Sample, pixels: npt.NDArray[np.uint8]) -> None:
        try:
            encoded = _Encoded(sample, png.encode(pixels))
        except Exception as error:
            self._failure = error
            raise
        with self._changed:
            self._ready[sample.index] = encoded
            self._encoding -= 1
            self._changed.notify_all()

    def _run_writer(self) -> None:
        try:
            for plan in self._plans:
                if not self._write_shard(plan):
                    return
            self._finished = True
        except OSError as error:
            if is_disk_full(error):
                self._failure = disk_full(self._folder, error.strerror or str(error))
            else:
                self._failure = DatasetError(
                    f"Cannot write into {self._folder} ({error}); every finished shard is kept, "
                    "mend the disk and run the same command again."
                )
        except Exception as error:
            self._failure = error

    def _write_shard(self, plan: ShardPlan) -> bool:
        require_space(self._folder, plan.count * (self._largest_sample_bytes or self._raw_sample_bytes()))
        renderers: set[str] = set()
        with ShardWriter(self._folder, plan) as writer:
            for index in range(plan.start, plan.start + plan.count):
                encoded = self._take(index)
                if encoded is None:
                    return False
                before = writer.bytes
                writer.add(index, encoded.png, encoded.sample.parameters, encoded.sample.choices)
                self._largest_sample_bytes = max(self._largest_sample_bytes, writer.bytes - before)
                renderers.add(self._renderers.pop(index))
                self._position += 1
            sha256 = writer.finish()
        append_entry(
            self._folder,
            ShardEntry(
                shard=plan.shard,
                start=plan.start,
                count=plan.count,
                bytes=writer.bytes,
                sha256=sha256,
                engine=self._info.engine,
                engine_version=self._info.engine_version,
                schema=self._info.schema_hash,
                renderers=tuple(sorted(renderers)),
            ),
        )
        return True

    def _take(self, index: int) -> _Encoded | None:
        """The encoded sample, as soon as it is there; None when the pipeline stops first."""
        with self._changed:
            while index not in self._ready:
                if self._stopping:
                    return None
                self._changed.wait()
            return self._ready.pop(index)

    def _raw_sample_bytes(self) -> int:
        # Before the first sample nothing better is known: uncompressed pixels, three headers and paddings.
        return self._info.image_px**2 * 3 + 8 * BLOCK
