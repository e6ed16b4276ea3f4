"""`facebridge dataset check`: reads every byte of a dataset and says everything that is wrong with it."""

from __future__ import annotations

import hashlib
import tarfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from data_capture import sampling
from data_capture.durable import TEMPORARY_SUFFIX
from data_capture.folder import DatasetInfo, read_info, read_known_faces, read_schema
from data_capture.manifest import ShardEntry, TornManifest, is_whole, read_manifest
from data_capture.reader import decode_png
from data_capture.shards import SUFFIXES
from engine_bridge.errors import DatasetError
from engine_bridge.schema import CharacterSchema


def check_dataset(folder: Path, progress: Callable[[int], None] | None = None) -> list[str]:
    """Every fault of a dataset as one sentence each; an empty list means that it is whole.

    Each shard's size and SHA-256 are compared with the manifest, its members are read, every image is decoded, and
    every sample's parameters and choices are compared with what its seed and index make. `progress` is called with
    the number of samples just read. Raises DatasetError when the folder holds no dataset at all.
    """
    info = read_info(folder)
    if info is None:
        raise DatasetError(f"{folder} holds no dataset (no dataset.json); capture one with facebridge capture.")
    schema = read_schema(folder, info)
    faults: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TornManifest)
        entries = read_manifest(folder)
    faults += [str(warning.message) for warning in caught]
    faults += _strays(folder, entries)
    for entry in entries:
        if (entry.engine, entry.engine_version, entry.schema) != (info.engine, info.engine_version, info.schema_hash):
            faults.append(f"{entry.shard} comes from another engine, engine version or schema than dataset.json says.")
        faults += _shard_faults(folder, entry, info, schema)
        if progress is not None:
            progress(entry.count)
    return faults


def _strays(folder: Path, entries: list[ShardEntry]) -> Iterator[str]:
    known = {entry.shard for entry in entries}
    for path in sorted(folder.glob("shard-*")):
        if path.name.endswith(TEMPORARY_SUFFIX):
            yield f"{path.name} is half-written; run the capture command again, which replaces it."
        elif path.name not in known:
            yield f"{path.name} has no line in the manifest; run the capture command again, which replaces it."
    position = 0
    for entry in entries:
        if entry.start != position:
            yield f"Samples {position} to {entry.start - 1} are in no shard; run the capture command again."
        position = entry.stop


def _shard_faults(folder: Path, entry: ShardEntry, info: DatasetInfo, schema: CharacterSchema) -> Iterator[str]:
    path = folder / entry.shard
    if not is_whole(folder, entry):
        yield f"{entry.shard} is missing or not {entry.bytes} bytes long; run the capture command again."
        return
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != entry.sha256:
        yield (
            f"{entry.shard} has SHA-256 {sha256[:12]}, the manifest says {entry.sha256[:12]}; "
            "delete it and run the capture command again."
        )
        return
    try:
        yield from _content_faults(path, entry, info, schema)
    except tarfile.TarError as error:
        yield f"{entry.shard} is not a readable tar ({error}); delete it and run the capture command again."


def _content_faults(path: Path, entry: ShardEntry, info: DatasetInfo, schema: CharacterSchema) -> Iterator[str]:
    indices = range(entry.start, entry.stop)
    expected_parameters = sampling.sample_block(
        schema, info.seed, indices, info.sampling, read_known_faces(path.parent, info, schema)
    )
    expected_choices = sampling.choice_block(schema, info.seed, indices, info.choices)
    names = [f"{index:08d}.{suffix}" for index in indices for suffix in SUFFIXES]
    with tarfile.open(path, "r:") as archive:
        members = archive.getmembers()
        if [member.name for member in members] != names:
            yield f"{entry.shard} does not hold exactly samples {entry.start} to {entry.stop - 1}."
            return
        bodies = (_read(archive, member) for member in members)
        for row, (parameters, choices, png) in enumerate(zip(bodies, bodies, bodies, strict=True)):
            index = entry.start + row
            if parameters != expected_parameters[row].astype("<f4").tobytes():
                yield f"{entry.shard}: the parameters of sample {index} are not those of seed {info.seed}."
            if choices != expected_choices[row].tobytes():
                yield f"{entry.shard}: the choices of sample {index} are not those of seed {info.seed}."
            try:
                image = decode_png(png, f"image of sample {index} in {entry.shard}", info.image_px)
            except DatasetError as error:
                yield str(error)
                continue
            if np.ptp(image) == 0:
                yield f"{entry.shard}: the image of sample {index} is one flat colour."


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file is not None else b""
