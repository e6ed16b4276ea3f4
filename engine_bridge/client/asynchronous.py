"""AsyncServiceClient: the same client for programs that run on asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from engine_bridge.client.blocking import ServiceClient
from engine_bridge.client.connection import ServiceInfo
from engine_bridge.client.results import Comparison, ImportResult, RefineProgress, RefineResult
from engine_bridge.client.wishes import Photos, Wishes
from engine_bridge.keys import ClientKeys
from engine_bridge.schema import CharacterSchema

_Answer = TypeVar("_Answer")


class AsyncServiceClient:
    """As ServiceClient, with methods to await. A task that is cancelled cancels its request at the service.

    async with AsyncServiceClient("tcp://127.0.0.1:5757") as client:
        found = await client.import_photo(photo)
    """

    def __init__(
        self,
        address: str,
        keys: ClientKeys | None = None,
        *,
        schema: CharacterSchema | None = None,
        connect_s: float = 10.0,
    ) -> None:
        """Raises InputError for an address beyond loopback without keys, at the first call."""
        self._client = ServiceClient(address, keys, schema=schema, connect_s=connect_s)

    async def hello(self) -> ServiceInfo:
        """Connect unless connected, and say who is there; errors as of ServiceClient.hello."""
        return await asyncio.to_thread(self._client.hello)

    async def import_photo(
        self,
        photo: Photos,
        slot: str = "",
        deadline_s: float = 30.0,
        pictures: bool = True,
        wishes: Wishes | None = None,
    ) -> ImportResult:
        """Import a photo, or several of one person; errors as of ServiceClient.submit."""
        return await self._answer(lambda: self._client.submit(photo, slot, deadline_s, pictures, wishes))

    async def refine(
        self,
        photo: bytes,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        progress: Callable[[RefineProgress], None] | None = None,
        *,
        slot: str = "",
        deadline_s: float = 60.0,
        wishes: Wishes | None = None,
        steps: int = 50,
        budget_s: float = 30.0,
    ) -> RefineResult:
        """Search for what looks more like the photo; `progress` is called in the event loop's thread."""
        loop = asyncio.get_running_loop()

        def tell(state: RefineProgress) -> None:
            if progress is not None and not loop.is_closed():
                loop.call_soon_threadsafe(progress, state)

        return await self._answer(
            lambda: self._client.submit_refine(
                photo,
                parameters,
                choices,
                tell,
                slot=slot,
                deadline_s=deadline_s,
                wishes=wishes,
                steps=steps,
                budget_s=budget_s,
            )
        )

    async def compare(
        self,
        photo: bytes,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        kinds: tuple[str, ...] = ("side", "blend", "difference"),
        *,
        deadline_s: float = 30.0,
        blend: float = 0.5,
    ) -> Comparison:
        """Pictures of the photo beside the character."""
        return await self._answer(
            lambda: self._client.submit_compare(photo, parameters, choices, kinds, deadline_s=deadline_s, blend=blend)
        )

    async def close(self) -> None:
        """Say goodbye; unanswered requests fail."""
        await asyncio.to_thread(self._client.close)

    async def __aenter__(self) -> AsyncServiceClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _answer(self, submit: Callable[[], tuple[int, Future[_Answer]]]) -> _Answer:
        # Sending connects first, which waits for the service's welcome.
        request_id, future = await asyncio.to_thread(submit)
        try:
            # Shielded, because a concurrent future that runs cannot be cancelled; the service is told instead.
            return await asyncio.shield(asyncio.wrap_future(future))
        except asyncio.CancelledError:
            self._client.cancel(request_id)
            raise
