"""Photo in, parameters out: aligns a face, reads it with a bundle's networks, and draws it with its imitator."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.align.face import ALIGNED_PX, AlignedFace, align_photos, shared_net
from core.perception.features import face_features
from core.perception.geometry import CROP_PX, LandmarkNet
from core.perception.identity import IdentityNet
from core.photo import Photo, read_photo
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
_WARM_UP_PX = 512


@dataclass(frozen=True)
class Reconstruction:
    """What was found in one photo.

    parameters: (P,) float32 within the schema's ranges. confidence: (P,) float32 in [0, 1], the correlation to expect
    between what two photos of one person say. choices: (C,) uint8 option numbers. aligned: (256,256,3) uint8 RGB, the
    photo as the networks saw it. imitator_image: (256,256,3) uint8 RGB, the imitator's picture of the parameters,
    always with the default choices. warnings: sentences for people. timings_ms: by stage.
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
        """`device` holds the bundle's networks (alignment and what the reader reads stay on the CPU); `batch_photos`
        defaults to 1 or, on CUDA, to 8; `net` defaults to the landmark network that the process shares; `method` is
        one of METHODS. Raises InputError for a device that this machine lacks, or an unknown method."""
        if method not in METHODS:
            raise InputError(f"The method is '{method}', expected {' or '.join(METHODS)}.")
        self.bundle = bundle
        self.schema = bundle.schema
        self.device = _device(device)
        self.batch_photos = batch_photos or (CUDA_BATCH if self.device.type == "cuda" else 1)
        self.bundle_name = bundle_name(bundle)
        self._net = net or shared_net()
        self._encoder = bundle.reconstructor.to(self.device).eval() if method == "encoder" else None
        self._reader = bundle.reader.eval()
        self._identity_net = IdentityNet.load() if method == "reader" else None
        self._imitator = bundle.imitator.to(self.device).eval()
        self._template = np.asarray(bundle.template, np.float32)
        self._minimum = torch.from_numpy(self.schema.minimum).to(self.device)
        self._maximum = torch.from_numpy(self.schema.maximum).to(self.device)
        self._default = torch.from_numpy(self.schema.defaults)
        self._reach = torch.maximum(self._maximum.cpu() - self._default, self._default - self._minimum.cpu())
        self._confidence = self._reader.confidence.numpy()

    def warm_up(self) -> None:
        """Run every network once: the first pass of each costs several times as much as the next."""
        with torch.inference_mode():
            self._net.detect(np.zeros((_WARM_UP_PX, _WARM_UP_PX, 3), np.uint8))
            points, _ = self._net.landmarks(torch.full((1, 3, CROP_PX, CROP_PX), 0.5))
            self._net.rotation(points)
            grey = np.full((ALIGNED_PX, ALIGNED_PX, 3), 128, np.uint8)
            blank = AlignedFace(grey, np.zeros((2, 3), np.float32), points[0].numpy(), [], 1, 0.0, ALIGNED_PX)
        self._networks([blank] * self.batch_photos)

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
            decoded = [_decode(data) for data in files[start : start + self.batch_photos]]
            good = [entry for entry in decoded if not isinstance(entry, InputError)]
            found = iter(self._batch([photo.rgb for photo, _ in good]) if good else [])
            for entry in decoded:
                if isinstance(entry, InputError):
                    yield entry
                    continue
                photo, decode_ms = entry
                result = next(found)
                if isinstance(result, Reconstruction):
                    warnings, timings_ms = (*photo.warnings, *result.warnings), result.timings_ms
                    result = replace(result, warnings=warnings, timings_ms={"decode": decode_ms, **timings_ms})
                yield result

    def photos(self, photos: Sequence[NDArray[np.uint8]]) -> Iterator[Reconstruction | InputError]:
        """The same for photos that are decoded already, (H,W,3) uint8 RGB."""
        for start in range(0, len(photos), self.batch_photos):
            yield from self._batch(photos[start : start + self.batch_photos])

    def _batch(self, photos: Sequence[NDArray[np.uint8]]) -> list[Reconstruction | InputError]:
        faces = [self._align(photo) for photo in photos]
        usable = [face for face, _ in faces if isinstance(face, AlignedFace)]
        drawn = iter(self._networks(usable) if usable else [])
        return [
            face if isinstance(face, InputError) else self._result(face, next(drawn), align_ms)
            for face, align_ms in faces
        ]

    def _align(self, photo: NDArray[np.uint8]) -> tuple[AlignedFace | InputError, float]:
        """The aligned face or why there is none, and its milliseconds; one by one, see TORCH_THREADS."""
        started = time.perf_counter()
        (face,) = align_photos([photo], self._template, self._net)
        return face, _since(started)

    def _result(self, face: AlignedFace, drawn: _Drawn, align_ms: float) -> Reconstruction:
        return Reconstruction(
            parameters=drawn.parameters,
            confidence=self._confidence.copy(),
            choices=drawn.choices,
            aligned=face.image,
            imitator_image=drawn.picture,
            faces=face.faces,
            warnings=tuple(face.warnings),
            timings_ms={"align": align_ms, "reconstruct": drawn.reconstruct_ms, "imitate": drawn.imitate_ms},
        )

    @torch.inference_mode()
    def _networks(self, faces: Sequence[AlignedFace]) -> list[_Drawn]:
        """Aligned faces -> what the networks make of each."""
        started = time.perf_counter()
        found, choices = self._read(faces) if self._encoder is None else self._encode(faces)
        parameters = found.float().clamp(self._minimum, self._maximum)
        vectors = parameters.cpu().numpy()
        self._check_finite(vectors)
        reconstruct_ms = _since(started) / len(faces)
        started = time.perf_counter()
        drawn: Tensor = self._imitator(parameters)
        pictures = (drawn * 255).round_().clamp_(0, 255).byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()
        imitate_ms = _since(started) / len(faces)
        return [_Drawn(*row, reconstruct_ms, imitate_ms) for row in zip(vectors, choices, pictures, strict=True)]

    def _read(self, faces: Sequence[AlignedFace]) -> tuple[Tensor, NDArray[np.uint8]]:
        """Parameters (B, P) and choices (B, C) by the reader; one by one, see TORCH_THREADS."""
        assert self._identity_net is not None
        parameters: list[Tensor] = []
        choices = np.tile(self.schema.default_choices, (len(faces), 1))
        for row, face in enumerate(faces):
            pixels = torch.from_numpy(face.image).permute(2, 0, 1)[None].float() / 255
            points = torch.from_numpy(face.points478)[None]
            reading = self._reader(face_features(pixels, points, self._net, self._identity_net))
            parameters.append(self._default + reading.parameters * self._reach)
            for choice, scores in reading.choices.items():
                choices[row, choice] = int(scores.argmax())
        return torch.cat(parameters).to(self.device), choices

    def _encode(self, faces: Sequence[AlignedFace]) -> tuple[Tensor, NDArray[np.uint8]]:
        """The same by E, D and R, which know the default choices only."""
        assert self._encoder is not None
        # Always the same shape: another one could choose other kernels, and with them another order of summation.
        stacked = np.zeros((self.batch_photos, ALIGNED_PX, ALIGNED_PX, 3), np.uint8)
        stacked[: len(faces)] = [face.image for face in faces]
        pixels = torch.from_numpy(stacked).to(self.device).permute(0, 3, 1, 2).float() / 255
        return self._encoder(pixels)[: len(faces)], np.tile(self.schema.default_choices, (len(faces), 1))

    def _check_finite(self, vectors: NDArray[np.float32]) -> None:
        broken = ~np.isfinite(vectors).all(0)
        if broken.any():
            name = self.schema.names[int(np.flatnonzero(broken)[0])]
            raise BundleError(f"The bundle gave no finite number for '{name}': train it again.")


@dataclass(frozen=True)
class _Drawn:
    """Of one face: parameters (P,), choices (C,), the imitator's picture (256,256,3), and what both took."""

    parameters: NDArray[np.float32]
    choices: NDArray[np.uint8]
    picture: NDArray[np.uint8]
    reconstruct_ms: float
    imitate_ms: float


def bundle_name(bundle: Bundle) -> str:
    """Name and version as the bundle's card states them, for people."""
    return " ".join(str(bundle.card[key]) for key in ("name", "version") if bundle.card.get(key)) or "unnamed"


def _decode(data: bytes) -> tuple[Photo, float] | InputError:
    started = time.perf_counter()
    try:
        return read_photo(data), _since(started)
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
