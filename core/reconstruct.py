"""Photo in, parameters out: aligns a face, reads it with a bundle's networks, and draws it with its imitator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.align.face import ALIGNED_PX, AlignedFace, align_photo, shared_net
from core.models.reader import Reading
from core.perception.features import FaceFeatures, face_features
from core.perception.geometry import CROP_PX, LandmarkNet
from core.perception.identity import IdentityNet
from core.seeing import Seen, see, see_together
from engine_bridge.errors import BundleError, InputError

if TYPE_CHECKING:
    from core.bundle import Bundle

TORCH_THREADS = 1
"""Threads of a process that reconstructs, for `core.threads.configure`.

Another number of threads, like another batch on a CPU, changes the order of summation; a difference of 1e-7 then tips
the vector quantiser from one code to its neighbour here and there, and parameters change by up to 0.1. With one thread
a photo has the same parameters from a command line and from a service, and takes about a quarter of a second.
"""
METHODS = ("reader", "encoder")
"""How parameters are found: by the reader (core.models.reader), the default, or by the paper's E, D and R."""
CUDA_BATCH = 8
"""Photos that a GPU takes at once."""
_WARM_UP_PX = 64  # the smallest picture that the detector does not look at in tiles, of which there are many


@dataclass(frozen=True, eq=False)
class Read:
    """What is read of one face, before anything is drawn.

    parameters: (P,) float32 within the schema's ranges. choices: (C,) uint8. groups: (G,) share of each archetype.
    features: of this one face, None when E, D and R read it. read_ms: what it took.
    """

    parameters: NDArray[np.float32]
    choices: NDArray[np.uint8]
    groups: NDArray[np.float32]
    features: FaceFeatures | None
    read_ms: float


@dataclass(frozen=True)
class Reconstruction:
    """What was found in one photo.

    parameters: (P,) float32 within the schema's ranges. confidence: (P,) float32 in [0, 1], the correlation to expect
    between what two photos of one person say. choices: (C,) uint8 option numbers. aligned: (256,256,3) uint8 RGB, the
    photo as the networks saw it. imitator_image: (256,256,3) uint8 RGB, the imitator's picture of the parameters,
    always with the default choices. warnings: what was unusual about the file; `core.gate` judges what it shows.
    timings_ms: by stage.
    """

    parameters: NDArray[np.float32]
    confidence: NDArray[np.float32]
    choices: NDArray[np.uint8]
    aligned: NDArray[np.uint8]
    imitator_image: NDArray[np.uint8]
    faces: int
    warnings: tuple[str, ...]
    timings_ms: dict[str, float]


class Reconstructor:
    """A bundle ready to use; deterministic, and a photo's parameters do not depend on its neighbours in a batch.

    Use it in a process with TORCH_THREADS threads; see there for the reason.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        device: str = "cpu",
        batch_photos: int | None = None,
        net: LandmarkNet | None = None,
        method: str = "reader",
    ) -> None:
        """`device` runs every convolution, of finding faces, reading and imitating; `batch_photos` defaults to 1 or, on
        CUDA, to 8; `net` defaults to the landmark network that the process shares, or on CUDA to one of its own;
        `method` is one of METHODS. Raises InputError for a device that this machine lacks, or an unknown method."""
        if method not in METHODS:
            raise InputError(f"The method is '{method}', expected {' or '.join(METHODS)}.")
        self.bundle = bundle
        self.schema = bundle.schema
        self.device = _device(device)
        self.batch_photos = batch_photos or (CUDA_BATCH if self.device.type == "cuda" else 1)
        self.bundle_name = bundle_name(bundle)
        own = self.device.type != "cpu"
        self.landmark_net = net or (LandmarkNet.load().host(self.device) if own else shared_net())
        self._encoder = bundle.reconstructor.to(self.device).eval() if method == "encoder" else None
        self._reader = bundle.reader.eval()
        self.identity_net = IdentityNet.load().to(self.device) if method == "reader" else None
        self._imitator = bundle.imitator.to(self.device).eval()
        self._template = np.asarray(bundle.template, np.float32)
        self._minimum = torch.from_numpy(self.schema.minimum).to(self.device)
        self._maximum = torch.from_numpy(self.schema.maximum).to(self.device)
        self._default = torch.from_numpy(self.schema.defaults)
        self._reach = torch.maximum(self._maximum.cpu() - self._default, self._default - self._minimum.cpu())
        self.confidence = self._reader.confidence.numpy()

    def warm_up(self) -> None:
        """Run every network once: the first pass of each costs several times as much as the next."""
        with torch.inference_mode():
            self.landmark_net.detect(np.zeros((_WARM_UP_PX, _WARM_UP_PX, 3), np.uint8))
            points, _ = self.landmark_net.landmarks(torch.full((1, 3, CROP_PX, CROP_PX), 0.5))
            self.landmark_net.rotation(points)
            grey = np.full((ALIGNED_PX, ALIGNED_PX, 3), 128, np.uint8)
            blank = AlignedFace(grey, np.zeros((2, 3), np.float32), points[0].numpy(), 1, 0.0, ALIGNED_PX)
        read = self.read([blank] * self.batch_photos)
        self.imitate(np.stack([one.parameters for one in read]))

    def file(self, data: bytes) -> Reconstruction:
        """Reconstruct an encoded photo (JPEG, PNG, WebP, BMP or TIFF); InputError says why it cannot be used."""
        return _or_raise(next(self.files([data])))

    def photo(self, rgb: NDArray[np.uint8]) -> Reconstruction:
        """Reconstruct one photo (H,W,3) uint8 RGB; InputError when it shows no usable face."""
        return _or_raise(next(self.photos([rgb])))

    def files(self, files: Sequence[bytes]) -> Iterator[Reconstruction | InputError]:
        """Reconstruct encoded photos in order: for each the result, or the error that says why not.

        Results come as soon as their batch is ready. Raises BundleError when the networks give no finite numbers.
        """
        for start in range(0, len(files), self.batch_photos):
            yield from self._batch([_or_error(self.see, data) for data in files[start : start + self.batch_photos]])

    def photos(self, photos: Sequence[NDArray[np.uint8]]) -> Iterator[Reconstruction | InputError]:
        """The same for photos that are decoded already, (H,W,3) uint8 RGB."""
        for start in range(0, len(photos), self.batch_photos):
            block = photos[start : start + self.batch_photos]
            yield from self._batch([_or_error(self._align, photo) for photo in block])

    def see(self, data: bytes, face: int = 0) -> Seen:
        """Decode a photo and align one of its faces, 0 the largest; InputError says why it cannot be used."""
        return see(data, self._template, self.landmark_net, face)

    def see_together(self, files: Sequence[bytes], faces: Sequence[int], pool: Executor) -> list[Seen | InputError]:
        """The same of several photos, each with the face that is asked for; `pool` decodes them beside each other."""
        return see_together(files, self._template, self.landmark_net, faces, pool)

    @torch.inference_mode()
    def read(self, faces: Sequence[AlignedFace], groups: Sequence[NDArray[np.float32] | None] = ()) -> list[Read]:
        """Read aligned faces, each around the archetypes in `groups` (G,) shares, or around those it looks like.

        Raises BundleError when a network gives a number that is not finite.
        """
        if self._encoder is not None:
            return self._encode(faces)
        given = [*groups, *[None] * (len(faces) - len(groups))]
        if self.batch_photos == 1:  # on a CPU, where a photo's summation shall not depend on its neighbours
            return [read for face, group in zip(faces, given, strict=True) for read in self._read([face], [group])]
        return self._read(faces, given) if faces else []

    @torch.inference_mode()
    def imitate(self, parameters: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Parameters (B,P) -> the imitator's pictures (B,256,256,3) uint8 RGB."""
        drawn: Tensor = self._imitator(torch.from_numpy(parameters).to(self.device))
        return (drawn * 255).round_().clamp_(0, 255).byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()

    def half_range(self, parameters: NDArray[np.float32]) -> Tensor:
        """Parameters (..., P) in the schema's units -> in half-range units, as the reader and the refiner count."""
        return (torch.from_numpy(parameters) - self._default) / self._reach

    def schema_units(self, parameters: Tensor) -> NDArray[np.float32]:
        """The inverse of `half_range`, within the schema's ranges."""
        values = self._default + parameters.cpu().float() * self._reach
        return np.clip(values.numpy(), self.schema.minimum, self.schema.maximum)

    def _align(self, rgb: NDArray[np.uint8]) -> Seen:
        started = time.perf_counter()
        face = align_photo(rgb, self._template, self.landmark_net)
        return Seen(rgb, face, (), {"align": _since(started)})

    def _batch(self, seen: Sequence[Seen | InputError]) -> list[Reconstruction | InputError]:
        usable = [one for one in seen if isinstance(one, Seen)]
        read = self.read([one.face for one in usable])
        started = time.perf_counter()
        pictures = self.imitate(np.stack([one.parameters for one in read])) if read else ()
        imitate_ms = _since(started) / max(1, len(read))
        drawn = iter(zip(usable, read, pictures, strict=True))
        return [one if isinstance(one, InputError) else self._result(*next(drawn), imitate_ms) for one in seen]

    def _result(self, seen: Seen, read: Read, picture: NDArray[np.uint8], imitate_ms: float) -> Reconstruction:
        return Reconstruction(
            parameters=read.parameters,
            confidence=self.confidence.copy(),
            choices=read.choices,
            aligned=seen.face.image,
            imitator_image=picture,
            faces=seen.face.faces,
            warnings=seen.notes,
            timings_ms={**seen.timings_ms, "reconstruct": read.read_ms, "imitate": imitate_ms},
        )

    def _read(self, faces: Sequence[AlignedFace], groups: Sequence[NDArray[np.float32] | None]) -> list[Read]:
        """Faces together, at least one."""
        assert self.identity_net is not None
        started = time.perf_counter()
        pixels = torch.from_numpy(np.stack([face.image for face in faces])).permute(0, 3, 1, 2).float() / 255
        points = torch.from_numpy(np.stack([face.points478 for face in faces]))
        features = face_features(pixels, points, self.landmark_net, self.identity_net)
        found = list[tuple[FaceFeatures, Reading]]()
        for row, group in enumerate(groups):
            own = features.rows(torch.tensor([row]))
            found.append((own, self._reader(own, None if group is None else torch.from_numpy(group)[None])))
        self._check_finite(np.concatenate([reading.parameters.numpy() for _, reading in found]))
        each_ms = _since(started) / len(faces)
        return [self._as_read(own, reading, each_ms) for own, reading in found]

    def _as_read(self, features: FaceFeatures, reading: Reading, read_ms: float) -> Read:
        choices = self.schema.default_choices.copy()
        for choice, scores in reading.choices.items():
            choices[choice] = int(scores.argmax())
        parameters = self.schema_units(reading.parameters)[0]
        return Read(parameters, choices, reading.groups[0].numpy(), features, read_ms)

    def _encode(self, faces: Sequence[AlignedFace]) -> list[Read]:
        """The same by E, D and R, which know the default choices only."""
        assert self._encoder is not None
        if not faces:
            return []
        started = time.perf_counter()
        # Always the same shape: another one could choose other kernels, and with them another order of summation.
        stacked = np.zeros((self.batch_photos, ALIGNED_PX, ALIGNED_PX, 3), np.uint8)
        stacked[: len(faces)] = [face.image for face in faces]
        pixels = torch.from_numpy(stacked).to(self.device).permute(0, 3, 1, 2).float() / 255
        found = self._encoder(pixels)[: len(faces)].float()
        vectors = found.clamp(self._minimum, self._maximum).cpu().numpy()
        self._check_finite(vectors)
        nobody = np.zeros(0, np.float32)
        each_ms = _since(started) / len(faces)
        return [Read(row, self.schema.default_choices.copy(), nobody, None, each_ms) for row in vectors]

    def _check_finite(self, vectors: NDArray[np.float32]) -> None:
        broken = ~np.isfinite(vectors).all(0)
        if broken.any():
            name = self.schema.names[int(np.flatnonzero(broken)[0])]
            raise BundleError(f"The bundle gave no finite number for '{name}': train it again.")


def bundle_name(bundle: Bundle) -> str:
    """Name and version as the bundle's card states them, for people."""
    return " ".join(str(bundle.card[key]) for key in ("name", "version") if bundle.card.get(key)) or "unnamed"


def _or_error(see: Callable[[Any], Seen], photo: Any) -> Seen | InputError:
    try:
        return see(photo)
    except InputError as error:
        return error


def _or_raise(result: Reconstruction | InputError) -> Reconstruction:
    if isinstance(result, InputError):
        raise result
    return result


def _device(name: str) -> torch.device:
    if name not in ("cpu", "cuda"):
        raise InputError(f"Device '{name}' is unknown, expected cpu or cuda.")
    if name == "cuda":
        if not torch.cuda.is_available():
            raise InputError("Device 'cuda' was asked for, but torch finds no CUDA GPU; use cpu.")
        # TF32 keeps 10 bits of mantissa: parameters would differ from those of a CPU by more than 1e-4.
        torch.backends.cudnn.allow_tf32 = False
    return torch.device(name)


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
