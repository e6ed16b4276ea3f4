"""manifest.jsonl: one line for every finished shard, appended only after the shard itself is safe on disk.

A line is the only proof that a shard counts. A later line for the same shard replaces an earlier one. The last line may
be torn by a power cut: it is then left out with a warning, its shard is captured again, and nothing else is affected.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from data_capture.durable import sync_folder
from engine_bridge.errors import DatasetError

MANIFEST = "manifest.jsonl"


class TornManifest(UserWarning):
    """The last line of a manifest was cut off; the shard it stood for is not part of the dataset."""


@dataclass(frozen=True)
class ShardEntry:
    """One finished shard: samples `start` to `start + count - 1`, its size and SHA-256, and who rendered it.

    `renderers` (GL driver names) are recorded for the reader of a surprising image, and never compared.
    """

    shard: str
    start: int
    count: int
    bytes: int
    sha256: str
    engine: str
    engine_version: str
    schema: str
    renderers: tuple[str, ...]

    @property
    def stop(self) -> int:
        """One past the last sample's index."""
        return self.start + self.count

    def to_line(self) -> bytes:
        """The manifest line, newline included."""
        return json.dumps(asdict(self), separators=(",", ":"), ensure_ascii=False).encode("utf-8") + b"\n"


@dataclass(frozen=True)
class ShardPlan:
    """A shard still to be captured: its file name and its range of sample indices."""

    shard: str
    start: int
    count: int


def read_manifest(folder: Path) -> list[ShardEntry]:
    """The finished shards in order of their first sample; an absent manifest is an empty one.

    Warns TornManifest about a cut last line. Raises DatasetError when another line cannot be read, or two shards hold
    the same sample.
    """
    entries, _, _ = _read(folder)
    return entries


def append_entry(folder: Path, entry: ShardEntry) -> None:
    """Add one line and sync it; call it only under the folder's lock, when the shard has its final name."""
    with (folder / MANIFEST).open("ab") as file:
        file.write(entry.to_line())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def repair_manifest(folder: Path) -> None:
    """Cut a torn last line off, so that the next one starts on its own; call it only under the folder's lock."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TornManifest)
        _, whole, size = _read(folder)
    if whole == size:
        return
    with (folder / MANIFEST).open("r+b") as file:
        file.truncate(whole)
        os.fsync(file.fileno())


def plan_shards(entries: Sequence[ShardEntry], folder: Path, count: int, shard_samples: int) -> list[ShardPlan]:
    """What is missing for samples 0 to count - 1, in order.

    A shard whose file is gone or has another size than its entry is planned again under its own name. What no entry
    covers becomes new shards that end on multiples of `shard_samples`; finished shards are never rewritten, so a
    dataset extended from 2,500 to 4,000 samples keeps a shard of 500 and gets another of 500.
    """
    plans: list[ShardPlan] = []
    number = 1 + max((_number(entry.shard) for entry in entries), default=-1)
    position = 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        number = _plan_gap(plans, position, min(entry.start, count), shard_samples, number)
        if not is_whole(folder, entry):
            plans.append(ShardPlan(entry.shard, entry.start, entry.count))
        position = entry.stop
    _plan_gap(plans, position, count, shard_samples, number)
    return plans


def is_whole(folder: Path, entry: ShardEntry) -> bool:
    """Whether the shard's file is there with the size its entry says; `facebridge dataset check` also reads it."""
    try:
        return (folder / entry.shard).stat().st_size == entry.bytes
    except OSError:
        return False


def _plan_gap(plans: list[ShardPlan], start: int, stop: int, shard_samples: int, number: int) -> int:
    while start < stop:
        end = min(stop, (start // shard_samples + 1) * shard_samples)
        plans.append(ShardPlan(f"shard-{number:05d}.tar", start, end - start))
        start, number = end, number + 1
    return number


def _number(shard: str) -> int:
    return int(shard.removeprefix("shard-").removesuffix(".tar"))


def _read(folder: Path) -> tuple[list[ShardEntry], int, int]:
    """Entries, the length in bytes of what could be read, and the length of the file."""
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], 0, 0
    by_shard: dict[str, ShardEntry] = {}
    position = 0
    lines = data.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        try:
            if not line.endswith(b"\n"):
                raise ValueError("it has no end")
            entry = _entry(line)
        except (ValueError, KeyError, TypeError) as error:
            if number < len(lines):
                raise DatasetError(
                    f"{path} line {number} cannot be read ({error}); delete that line and capture again."
                ) from error
            warnings.warn(
                f"The last line of {path} is cut off; its shard is left out and captured again by the same command.",
                TornManifest,
                stacklevel=3,
            )
            break
        by_shard[entry.shard] = entry
        position += len(line)
    entries = sorted(by_shard.values(), key=lambda entry: entry.start)
    for before, after in pairwise(entries):
        if after.start < before.stop:
            raise DatasetError(
                f"{path} gives sample {after.start} to both {before.shard} and {after.shard}; "
                "delete the line of one of them and capture again."
            )
    return entries, position, len(data)


def _entry(line: bytes) -> ShardEntry:
    value = json.loads(line.decode("utf-8"))
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    fields = cast("dict[str, Any]", value)
    texts = {key: fields[key] for key in ("shard", "sha256", "engine", "engine_version", "schema")}
    numbers = {key: fields[key] for key in ("start", "count", "bytes")}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise ValueError(f"'{key}' is {text!r}, expected text")
    for key, number in numbers.items():
        if type(number) is not int or number < 0:
            raise ValueError(f"'{key}' is {number!r}, expected a whole number")
    shard = texts["shard"]
    # The name becomes a path: nothing but our own pattern may reach the file system.
    if not (shard.startswith("shard-") and shard.endswith(".tar") and shard[6:-4].isascii() and shard[6:-4].isdigit()):
        raise ValueError(f"'shard' is {shard!r}, expected a name such as shard-00042.tar")
    if numbers["count"] == 0:
        raise ValueError("'count' is 0, expected at least 1")
    renderers = tuple(str(item) for item in fields["renderers"])
    return ShardEntry(**texts, **numbers, renderers=renderers)
