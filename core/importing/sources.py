"""Who turns photo bytes into parameters: a bundle in this process, or a running service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from engine_bridge.errors import InputError, ProtocolError
from engine_bridge.schema import CharacterSchema

if TYPE_CHECKING:
    from engine_bridge.keys import ClientKeys


CONNECT_S = 10.0
"""Seconds to wait for a service's welcome."""


@dataclass(frozen=True)
class Found:
    """What either source finds in one photo: parameters (P,), choices (C,), two RGB pictures, sentences, times."""

    parameters: NDArray[np.float32]
    choices: NDArray[np.uint8]
    aligned: NDArray[np.uint8]
    imitator_image: NDArray[np.uint8]
    faces: int
    warnings: tuple[str, ...]
    timings_ms: Mapping[str, float]


class Source(Protocol):
    """Reconstructs photos for one character."""

    @property
    def schema(self) -> CharacterSchema:
        """The character's schema."""
        ...

    @property
    def bundle(self) -> str:
        """Name and version of the bundle."""
        ...

    @property
    def max_photo_bytes(self) -> int:
        """Longest file taken."""
        ...

    def find(self, photo: bytes, slot: str) -> Found:
        """Reconstruct an encoded photo; raises InputError when the photo cannot be used."""
        ...

    def close(self) -> None:
        """Free what is held."""
        ...


class DirectSource:
    """Loads a bundle (None: the shipped one) into this process."""

    def __init__(self, bundle: Path | None, device: str) -> None:
        """Raises BundleError for an unusable bundle, InputError for a device that is not there."""
        from core import threads

        threads.configure(1)  # before torch loads; see core.reconstruct.TORCH_THREADS for the reason
        from core.bundle import Bundle
        from core.photo import MAX_BYTES
        from core.reconstruct import Reconstructor

        self._reconstructor = Reconstructor(Bundle.load(bundle), device=device)
        self.schema = self._reconstructor.schema
        self.bundle = self._reconstructor.bundle_name
        self.max_photo_bytes = MAX_BYTES

    def find(self, photo: bytes, slot: str) -> Found:
        """Reconstruct an encoded photo; raises InputError when the photo cannot be used."""
        found = self._reconstructor.file(photo)
        return Found(
            found.parameters,
            found.choices,
            found.aligned,
            found.imitator_image,
            found.faces,
            found.warnings,
            found.timings_ms,
        )

    def close(self) -> None:
        """Nothing is held beyond memory."""


class ServiceSource:
    """Sends photos to a running `facebridge serve`; this process never loads torch."""

    def __init__(self, address: str, keys: ClientKeys | None, deadline_s: float) -> None:
        """Raises Refused or DeadlineExceeded when no service can be reached, InputError for a wrong address."""
        from engine_bridge.client import ServiceClient

        self._client = ServiceClient(address, keys, connect_s=min(CONNECT_S, deadline_s))
        self._deadline_s = deadline_s
        try:
            hello = self._client.hello()
        except BaseException:
            self._client.close()
            raise
        self.schema = hello.schema
        self.bundle = hello.bundle
        self.max_photo_bytes = hello.max_photo_bytes

    def find(self, photo: bytes, slot: str) -> Found:
        """Have the service reconstruct an encoded photo; raises InputError when the photo cannot be used."""
        if not photo:
            raise InputError("The photo is empty (0 bytes); choose a file that holds a picture.")
        found = self._client.import_photo(photo, slot, self._deadline_s)
        if found.aligned is None or found.preview is None:
            raise ProtocolError("The service left out the pictures it was asked for; update it.")
        return Found(
            found.parameters, found.choices, found.aligned, found.preview, found.faces, found.warnings, found.timings_ms
        )

    def close(self) -> None:
        """Say goodbye to the service."""
        self._client.close()
