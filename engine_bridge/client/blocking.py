"""ServiceClient: what a panel or the command line uses to have photos imported by a running service."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from engine_bridge.client.connection import Connection, ServiceInfo
from engine_bridge.client.results import Comparison, ImportResult, RefineProgress, RefineResult
from engine_bridge.client.wishes import Photos, Wishes, features_needed, import_message
from engine_bridge.errors import DeadlineExceeded, InputError, Refused
from engine_bridge.keys import ClientKeys
from engine_bridge.protocol import Cancel, Compare, Hello, Refine, software
from engine_bridge.schema import CharacterSchema

_LATE_S = 2.0  # a service answers a missed deadline itself; we wait this much longer to hear its words
_Answer = TypeVar("_Answer")


class ServiceClient:
    """A connection to a service at tcp://HOST:PORT, opened by the first call and opened again after a loss.

        with ServiceClient("tcp://127.0.0.1:5757") as client:
            found = client.import_photo(Path("face.jpg").read_bytes())
            print(client.hello().schema.mapping(found.parameters))

    `schema` is the caller's own, if it has one: a service for another character then refuses, naming both hashes.
    Every method may be called from any thread. Raises InputError for an address beyond loopback without keys.
    """

    def __init__(
        self,
        address: str,
        keys: ClientKeys | None = None,
        *,
        schema: CharacterSchema | None = None,
        connect_s: float = 10.0,
    ) -> None:
        self._address = address
        self._keys = keys
        self._connect_s = connect_s
        self._hello = Hello(
            role="client",
            software=software(),
            instance=secrets.token_hex(8),
            pid=os.getpid(),
            schema_hash=schema.hash if schema else "",
            schema=schema.to_json() if schema else None,
        )
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._requests = 0

    def hello(self) -> ServiceInfo:
        """Connect unless connected, and say who is there.

        Raises Refused with the service's words, DeadlineExceeded naming the likely cause when nobody answers.
        """
        with self._lock:
            return self._connected().info

    def submit(
        self,
        photo: Photos,
        slot: str = "",
        deadline_s: float = 30.0,
        pictures: bool = True,
        wishes: Wishes | None = None,
    ) -> tuple[int, Future[ImportResult]]:
        """Send a photo, or several of one person (the bytes of image files); returns (request id, future) at once.

        A newer photo in the same slot overtakes this one; the empty slot is never overtaken. The future raises
        InputError for an unusable photo, Overtaken, Cancelled, Busy, DeadlineExceeded, Refused, or PeerLost when the
        connection ends. This call itself raises InputError when the photo is over the service's limit, Refused when
        the service lacks what is wished for, and what `hello` raises.
        """
        with self._lock:
            connection = self._connected()
            message = import_message(self._requests + 1, slot, deadline_s, pictures, photo, wishes or Wishes())
            self._check(connection, len(message.photo), features_needed(message), message.bundle)
            self._requests += 1
            return self._requests, connection.ask_import(message)

    def submit_refine(
        self,
        photo: bytes,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        progress: Callable[[RefineProgress], None] | None = None,
        *,
        slot: str = "",
        deadline_s: float = 60.0,
        pictures: bool = True,
        wishes: Wishes | None = None,
        steps: int = 50,
        budget_s: float = 30.0,
        every_s: float = 0.25,
    ) -> tuple[int, Future[RefineResult]]:
        """Ask for a search from `parameters` (P,) for what looks more like the photo; returns (request id, future).

        `progress` is called with the best so far, from the client's own thread: return soon. `wishes` may name the
        bundle, face, group, locked parameters and mirroring. Errors as of `submit`; Cancelled after `cancel`, when the
        best so far is what `progress` had last.
        """
        wishes = wishes or Wishes()
        with self._lock:
            connection = self._connected()
            self._check(connection, len(photo), ("refine",), wishes.bundle)
            self._requests += 1
            message = Refine(
                self._requests,
                slot,
                max(1, round(deadline_s * 1000)),
                pictures,
                bundle=wishes.bundle,
                face=wishes.face,
                group=wishes.group,
                locked=wishes.locked,
                mirrored=wishes.mirrored,
                steps=steps,
                budget_ms=max(1, round(budget_s * 1000)),
                every_ms=max(1, round(every_s * 1000)),
                photo=photo,
                parameters=connection.info.schema.check(parameters),
                choices=connection.info.schema.check_choices(choices),
            )
            return self._requests, connection.ask_refine(message, progress)

    def submit_compare(
        self,
        photo: bytes,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        kinds: tuple[str, ...] = ("side", "blend", "difference"),
        *,
        deadline_s: float = 30.0,
        blend: float = 0.5,
        bundle: str = "",
        face: int = 0,
        other: tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]] | None = None,
    ) -> tuple[int, Future[Comparison]]:
        """Ask for pictures of the photo beside the character; `kinds` are of protocol.COMPARISONS, `blend` runs from 0
        (the photo) to 1; `other` are parameters and choices whose outline the silhouettes carry. Errors as of `submit`.
        """
        with self._lock:
            connection = self._connected()
            self._check(connection, len(photo), ("compare",), bundle)
            self._requests += 1
            schema = connection.info.schema
            message = Compare(
                self._requests,
                max(1, round(deadline_s * 1000)),
                kinds,
                bundle=bundle,
                face=face,
                blend=float(blend),
                photo=photo,
                parameters=schema.check(parameters),
                choices=schema.check_choices(choices),
                other=None if other is None else schema.check(other[0]),
                other_choices=None if other is None else schema.check_choices(other[1]),
            )
            return self._requests, connection.ask_compare(message)

    def cancel(self, request_id: int) -> None:
        """Tell the service that a request is no longer wanted; its future then raises Cancelled."""
        with self._lock:
            if self._connection is not None and not self._connection.ended.is_set():
                self._connection.tell(Cancel(request_id))

    def import_photo(
        self,
        photo: Photos,
        slot: str = "",
        deadline_s: float = 30.0,
        pictures: bool = True,
        wishes: Wishes | None = None,
    ) -> ImportResult:
        """Send a photo, or several of one person, and wait for the parameters; raises what `submit` raises."""
        return self._wait(*self.submit(photo, slot, deadline_s, pictures, wishes), deadline_s)

    def refine(
        self,
        photo: bytes,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        progress: Callable[[RefineProgress], None] | None = None,
        *,
        deadline_s: float = 60.0,
        wishes: Wishes | None = None,
        steps: int = 50,
        budget_s: float = 30.0,
    ) -> RefineResult:
        """Search for what looks more like the photo, and wait; see `submit_refine`."""
        asked = self.submit_refine(
            photo, parameters, choices, progress, deadline_s=deadline_s, wishes=wishes, steps=steps, budget_s=budget_s
        )
        return self._wait(*asked, deadline_s)

    def compare(
        self,
        photo: bytes,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        kinds: tuple[str, ...] = ("side", "blend", "difference"),
        *,
        deadline_s: float = 30.0,
        blend: float = 0.5,
    ) -> Comparison:
        """Pictures of the photo beside the character, waited for; see `submit_compare`."""
        asked = self.submit_compare(photo, parameters, choices, kinds, deadline_s=deadline_s, blend=blend)
        return self._wait(*asked, deadline_s)

    @property
    def late(self) -> int:
        """Answers on the present connection that nobody waited for any more, and that were dropped."""
        return self._connection.late if self._connection is not None else 0

    def close(self) -> None:
        """Say goodbye; unanswered requests fail. Harmless when repeated, and the next call connects anew."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> ServiceClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self, request_id: int, future: Future[_Answer], deadline_s: float) -> _Answer:
        try:
            return future.result(deadline_s + _LATE_S)
        except FutureTimeout:
            self.cancel(request_id)
            raise DeadlineExceeded(
                f"{self._address} gave no answer within {deadline_s:g} s; allow more time, or see its log."
            ) from None
        except BaseException:
            if not future.done():  # such as Ctrl-C: nobody will read the answer
                self.cancel(request_id)
            raise

    def _check(self, connection: Connection, photo_bytes: int, needed: tuple[str, ...], bundle: str) -> None:
        info = connection.info
        if not 0 < photo_bytes <= info.max_photo_bytes:
            raise InputError(f"The photo has {photo_bytes} bytes; {self._address} accepts 1 to {info.max_photo_bytes}.")
        lacking = [name for name in needed if name not in info.features]
        if lacking:
            raise Refused(f"The service at {self._address} does not offer {lacking[0]} ({info.software}); update it.")
        if bundle and bundle not in info.bundles:
            known = ", ".join(info.bundles) or "only its own"
            raise InputError(f"The service at {self._address} has no bundle '{bundle}'; it has {known}.")

    def _connected(self) -> Connection:
        if self._connection is not None and self._connection.ended.is_set():
            self._connection.close()
            self._connection = None
        if self._connection is None:
            self._connection = Connection(self._address, self._hello, self._keys, self._connect_s)
        return self._connection
