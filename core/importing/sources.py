"""Who turns photo bytes into characters: a bundle in this process, or a running service; both answer alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine_bridge.client.results import (
    ImportResult,
    RefineProgress,
    RefineResult,
    import_result,
    refine_progress,
    refine_result,
)
from engine_bridge.client.wishes import Photos, Wishes, import_message
from engine_bridge.errors import InputError
from engine_bridge.protocol import Error, Refine
from engine_bridge.schema import CharacterSchema

if TYPE_CHECKING:
    from core.drawing import Drawer
    from engine_bridge.keys import ClientKeys


CONNECT_S = 10.0
"""Seconds to wait for a service's welcome."""
WORTH_IMPORTERS = 64
"""Photos from which processes that import beside this one are worth their start, which takes a core some seconds."""
ASKED_AT_ONCE = 3
"""Photos that a service is asked for together: it computes two, and the third is there when one of them is answered."""
Tell = Callable[[RefineProgress], None]


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
        """Longest file taken, or sum of the files of one person."""
        ...

    @property
    def at_once(self) -> int:
        """How many photos may be found at once, each by a thread of its own."""
        ...

    def find(self, photos: Photos, slot: str, wishes: Wishes) -> ImportResult:
        """Import an encoded photo, or several of one person; raises InputError when none can be used."""
        ...

    def refine(self, photo: bytes, found: ImportResult, wishes: Wishes, steps: int, tell: Tell) -> RefineResult:
        """Search from what was found for what looks more like the photo; `tell` gets the best so far."""
        ...

    def close(self) -> None:
        """Free what is held."""
        ...


class DirectSource:
    """Loads a bundle (None: the shipped one) into this process, and into importers beside it for many photos."""

    def __init__(
        self, bundle: Path | None, device: str, engine: Callable[[CharacterSchema], Drawer | None], photos: int = 1
    ) -> None:
        """`engine` makes the drawer for the bundle's character, which judges refinements; `photos` are expected.

        Raises BundleError for an unusable bundle, InputError for a device that is not there, and what `engine` raises.
        """
        from core import memory, threads

        threads.configure(1)  # before torch loads; see core.reconstruct.TORCH_THREADS for the reason
        memory.keep_freed()
        from core.bundle import Bundle
        from core.photo import MAX_BYTES
        from core.reconstruct import Reconstructor
        from core.serve.answerer import Answerer
        from core.serve.answers import Answers
        from core.serve.importers import Importer, Importers
        from core.serve.spread import SpreadAnswers

        def load() -> Answers:
            loaded = Bundle.load(bundle)
            # The engine is asked first: that it does not fit is said before anything is computed.
            return Answers(Reconstructor(loaded, device=device), engine(loaded.schema), imitated_previews=True)

        self.at_once = 1 if device == "cuda" else threads.cores()
        self._importers: Importers | None = None
        if self.at_once > 1 and photos >= WORTH_IMPORTERS:
            self._importers = Importers(self.at_once - 1, partial(Importer, device))
        try:
            beside = self._importers
            self._answers: Answerer = load() if beside is None else SpreadAnswers(load, bundle, beside, previews=True)
        except BaseException:
            self.close()
            raise
        self.schema = self._answers.schema
        self.bundle = self._answers.bundle
        self.max_photo_bytes = MAX_BYTES

    def find(self, photos: Photos, slot: str, wishes: Wishes) -> ImportResult:
        """Import an encoded photo, or several of one person; raises InputError when none can be used."""
        (answer,) = self._answers.imports([import_message(1, slot, 1.0, True, photos, wishes)])
        if isinstance(answer, Error):
            raise InputError(answer.message)
        return import_result(answer, self.schema)

    def refine(self, photo: bytes, found: ImportResult, wishes: Wishes, steps: int, tell: Tell) -> RefineResult:
        """Search from what was found for what looks more like the photo; `tell` gets the best so far."""
        job = Refine(
            1, "", 1, True, face=wishes.face, group=wishes.group, locked=wishes.locked, mirrored=wishes.mirrored,
            steps=steps, budget_ms=3_600_000, every_ms=200, photo=photo, parameters=found.parameters,
            choices=found.choices,
        )  # fmt: skip
        answer = self._answers.refine(job, lambda progress: tell(refine_progress(progress, self.schema)), lambda: False)
        if isinstance(answer, Error):
            raise InputError(answer.message)
        return refine_result(answer, self.schema)

    def close(self) -> None:
        """End the importers, if there are any."""
        if self._importers is not None:
            self._importers.close()


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
        self.at_once = ASKED_AT_ONCE

    def find(self, photos: Photos, slot: str, wishes: Wishes) -> ImportResult:
        """Have the service import a photo, or several of one person; raises InputError when none can be used."""
        if not photos:
            raise InputError("The photo is empty (0 bytes); choose a file that holds a picture.")
        return self._client.import_photo(photos, slot, self._deadline_s, wishes=wishes)

    def refine(self, photo: bytes, found: ImportResult, wishes: Wishes, steps: int, tell: Tell) -> RefineResult:
        """Have the service search for what looks more like the photo, for as long as a photo may take."""
        return self._client.refine(
            photo, found.parameters, found.choices, tell, deadline_s=self._deadline_s, wishes=wishes, steps=steps,
            budget_s=0.9 * self._deadline_s,
        )  # fmt: skip

    def close(self) -> None:
        """Say goodbye to the service."""
        self._client.close()
