"""A whole capture: checks the request against the folder, starts the farm, and fills what is missing."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from data_capture.durable import FolderLock
from data_capture.faces import KnownFaces, known_faces, read_faces
from data_capture.farm import Farm, FarmSettings, FarmState
from data_capture.folder import (
    SHARD_SAMPLES,
    DatasetInfo,
    clear_leftovers,
    create_dataset,
    disk_full,
    is_disk_full,
    prepare_folder,
    read_info,
    read_schema,
)
from data_capture.manifest import plan_shards, read_manifest, repair_manifest
from data_capture.peers import EngineIdentity
from data_capture.pipeline import ShardPipeline
from data_capture.sampling import CHOICE_MODES, SAMPLINGS, check_seed
from data_capture.schedule import Schedule
from data_capture.workers import available_cores
from engine_bridge.engines import ENGINES
from engine_bridge.errors import InputError
from engine_bridge.protocol import MAX_IMAGE_PX

# Encoding a 256 px face costs a tenth of rendering it in software: one thread for four cores keeps up.
_CORES_PER_ENCODER = 4
_MOST_ENCODERS = 8


@dataclass(frozen=True)
class CaptureSettings:
    """What to capture (the first block decides the samples), where to, and with how much of the machine.

    `shard_samples` None means what the folder already has, else 1,000. `encode_threads` None means one for every four
    cores. Raises InputError for a value outside its range.
    """

    out: Path
    count: int
    seed: int
    engine: str = "embedded"
    sampling: str = "mixture"
    choices: str = "default"
    image_px: int = 256
    faces: Path | None = None
    shard_samples: int | None = None
    encode_threads: int | None = None

    def __post_init__(self) -> None:
        check_seed(self.seed)
        for name, value, least, most in (
            ("count", self.count, 1, 1 << 32),
            ("image size", self.image_px, 8, MAX_IMAGE_PX),
            ("number of samples a shard", self.shard_samples or SHARD_SAMPLES, 1, 1 << 20),
            ("number of encoder threads", self.encode_threads or 1, 1, 64),
        ):
            if not least <= value <= most:
                raise InputError(f"The {name} is {value}, expected {least} to {most}.")
        for name, text, known in (
            ("sampling", self.sampling, SAMPLINGS),
            ("choices setting", self.choices, CHOICE_MODES),
        ):
            if text not in known:
                raise InputError(f"The {name} is {text!r}, expected one of {', '.join(known)}.")
        if (self.sampling == "faces") != (self.faces is not None):
            raise InputError(
                "The sampling 'faces' and a file of known faces belong together; give both or neither "
                "(facebridge train reader writes such a file)."
            )


@dataclass(frozen=True)
class CaptureProgress:
    """How far a capture is: samples done of `total`, `kept` of them from earlier runs; None until the farm runs."""

    done: int
    total: int
    kept: int
    farm: FarmState | None


@dataclass(frozen=True)
class CaptureReport:
    """What one run did: samples rendered now, samples the folder holds, seconds, and the farm's last state."""

    rendered: int
    total: int
    seconds: float
    farm: FarmState | None


def capture(
    settings: CaptureSettings,
    farm_settings: FarmSettings | None = None,
    progress: Callable[[CaptureProgress], None] | None = None,
    listening: Callable[[str], None] | None = None,
) -> CaptureReport:
    """Make samples 0 to count - 1 exist in `settings.out`; what is already there is kept.

    `listening` is called with the address for workers that this capture does not start, once it is bound. Raises
    DatasetError when the folder holds another capture, is in use, or the disk is full; EngineError when no engine can
    render; InputError for an address that cannot be bound. Every shard finished before an error or Ctrl-C is kept.
    """
    farm_settings = farm_settings or FarmSettings(settings.engine, settings.image_px)
    farm_settings = replace(farm_settings, engine=settings.engine, image_px=settings.image_px)
    if farm_settings.workers < 0 or (farm_settings.workers == 0 and farm_settings.bind is None):
        raise InputError(
            f"The number of workers is {farm_settings.workers}, expected at least 1, "
            "or 0 together with an address to bind for workers started elsewhere."
        )
    if farm_settings.workers > 0 and settings.engine not in ENGINES:
        raise InputError(
            f"Unknown engine '{settings.engine}', expected one of {', '.join(ENGINES)}; for an engine that runs "
            "elsewhere, give 0 workers and an address to bind."
        )
    prepare_folder(settings.out)
    try:
        with FolderLock(settings.out):
            return _capture_locked(settings, farm_settings, progress or _ignore, listening)
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(settings.out, error.strerror or str(error)) from error
        raise


def _capture_locked(
    settings: CaptureSettings,
    farm_settings: FarmSettings,
    progress: Callable[[CaptureProgress], None],
    listening: Callable[[str], None] | None,
) -> CaptureReport:
    folder = settings.out
    started = time.monotonic()
    held = read_info(folder)
    shard_samples = settings.shard_samples or (held.shard_samples if held is not None else SHARD_SAMPLES)
    faces = None if settings.faces is None else read_faces(settings.faces)
    if held is not None:
        asked = {name: getattr(settings, name) for name in ("engine", "seed", "sampling", "choices", "image_px")}
        asked["faces"] = "" if faces is None else hashlib.sha256(faces).hexdigest()
        held.refuse_difference(folder, {**asked, "shard_samples": shard_samples})
    clear_leftovers(folder)
    entries = read_manifest(folder)
    repair_manifest(folder)
    plans = plan_shards(entries, folder, settings.count, shard_samples)
    missing = sum(plan.count for plan in plans)
    total = max(settings.count, max((entry.stop for entry in entries), default=0))
    kept = total - missing
    progress(CaptureProgress(kept, total, kept, None))
    if not plans:
        return CaptureReport(0, total, time.monotonic() - started, None)

    expected = None
    if held is not None:
        expected = EngineIdentity(held.engine, held.engine_version, read_schema(folder, held))
    with Farm(farm_settings, expected) as farm:
        if farm.address is not None and listening is not None:
            listening(farm.address)
        identity = farm.wait_for_engine()
        known = None if faces is None else known_faces(faces, str(settings.faces), identity.schema)
        info = held or _new_info(settings, identity, shard_samples, known)
        if held is None:
            create_dataset(folder, info, identity.schema, faces)
        threads = settings.encode_threads or min(_MOST_ENCODERS, max(1, available_cores() // _CORES_PER_ENCODER))
        with ShardPipeline(folder, plans, info, threads) as pipeline:
            schedule = Schedule(plans, identity.schema, info, known)
            state = farm.run(
                schedule,
                pipeline,
                lambda state: progress(CaptureProgress(kept + state.accepted, total, kept, state)),
            )
    return CaptureReport(missing, total, time.monotonic() - started, state)


def _new_info(
    settings: CaptureSettings, identity: EngineIdentity, shard_samples: int, faces: KnownFaces | None
) -> DatasetInfo:
    return DatasetInfo(
        engine=identity.engine,
        engine_version=identity.version,
        character=identity.schema.character,
        schema_hash=identity.schema.hash,
        seed=settings.seed,
        sampling=settings.sampling,
        choices=settings.choices,
        image_px=settings.image_px,
        shard_samples=shard_samples,
        faces="" if faces is None else faces.sha256,
    )


def _ignore(progress: CaptureProgress) -> None:
    """A capture nobody watches."""
