"""Photos on their way through a service: one that runs, or a `facebridge serve` of our own that ends when we do."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from core import threads
from engine_bridge.client import ImportResult, RefineProgress, RefineResult, ServiceClient, ServiceInfo, Wishes
from engine_bridge.errors import EngineError, FaceBridgeError, InputError
from engine_bridge.keys import ClientKeys
from engine_bridge.parameter_edits import Character
from engine_bridge.schema import CharacterSchema

SLOT = "studio"
START_S = 180.0
DEADLINE_S = 60.0
_STOP_S = 10.0
_AGAIN_S = 3.0
_LINES = 20
# -P: a folder named core in the current folder must not be taken for ours.
_COMMAND = (sys.executable, "-P", "-m", "core.studio.child")


class OwnService:
    """`facebridge serve` on a free loopback port, in a process of its own."""

    def __init__(self, bundle: Path | None) -> None:
        arguments = ["serve", "--bind", "tcp://127.0.0.1:0"]
        if bundle is not None:
            arguments += ["--bundle", str(bundle)]
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._address = ""
        self._ready = threading.Event()
        # It works in turn with the engine: each gets half of the cores. Its standard input tells it when we are gone.
        self._process = subprocess.Popen(
            [*_COMMAND, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=threads.environment(threads.share(2)),
        )
        self._reader = threading.Thread(target=self._read, name="studio-service", daemon=True)
        self._reader.start()

    def address(self, timeout_s: float = START_S) -> str:
        """Where it listens, as soon as it does; raises EngineError with its last words when it does not."""
        self._ready.wait(timeout_s)
        if not self._address:
            last = (list(self._lines) or ["it said nothing"])[-1].removeprefix("facebridge: error: ").rstrip(".")
            raise EngineError(f"The import service did not start ({last}); run `facebridge doctor`.")
        return self._address

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(1.0)

    def _read(self) -> None:
        from core.cli.serve import READY

        assert self._process.stdout is not None
        with self._process.stdout as stream:
            for raw in stream:
                line = raw.decode("utf-8", "replace").strip()
                self._lines.append(line)
                if line.startswith(READY):
                    self._address = line.removeprefix(READY).strip()
                    self._ready.set()
        self._ready.set()  # it ended; whoever waits is told


class Importer:
    """Has photos read by a service; each answer goes to a callback, from a thread of the client or of ours.

    With `server` None a service of our own is started at once, so that it is warm when the first photo comes.
    """

    def __init__(
        self,
        schema: CharacterSchema,
        server: str | None,
        keys: ClientKeys | None = None,
        bundle: Path | None = None,
        ready: Callable[[ServiceInfo], None] = lambda _: None,
        fail: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._schema, self._server, self._keys = schema, server, keys
        self._own = OwnService(bundle) if server is None else None
        self._client: ServiceClient | None = None
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._request = 0
        threading.Thread(target=self._greet, args=(ready, fail), name="studio-greeting", daemon=True).start()

    def import_photo(
        self,
        photo: bytes,
        character: Character,
        locked: tuple[str, ...],
        face: int,
        done: Callable[[ImportResult | str], None],
        variations: int = 0,
        mirrored: bool = False,
    ) -> None:
        """Read a photo, keeping what is locked at its value in `character`; `done` gets the result or a sentence.

        With `mirrored` both sides of the face are made equal.

        Variations take seconds where a reading takes tenths of one: ask for them apart.
        """

        def work() -> ImportResult:
            client = self._connected()
            can = client.hello().features
            held = locked if "locks" in can else ()
            wishes = Wishes(
                face=face,
                locked=held,
                mirrored=mirrored and "locks" in can,
                variations=variations if "variations" in can else 0,
                current=character.parameters if held else None,
                current_choices=character.choices if held else None,
            )
            self._request, future = client.submit(photo, SLOT, DEADLINE_S, True, wishes)
            return future.result(DEADLINE_S + 2.0)

        self._in_thread(work, done)

    def refine(
        self,
        photo: bytes,
        character: Character,
        locked: tuple[str, ...],
        face: int,
        progress: Callable[[RefineProgress], None],
        done: Callable[[RefineResult | str], None],
        budget_s: float = 30.0,
        mirrored: bool = False,
    ) -> None:
        """Search for what looks more like the photo; `progress` gets the best so far."""

        def work() -> RefineResult:
            client = self._connected()
            future: Future[RefineResult]
            self._request, future = client.submit_refine(
                photo,
                character.parameters,
                character.choices,
                progress,
                slot=SLOT,
                deadline_s=budget_s + DEADLINE_S,
                wishes=Wishes(face=face, locked=locked, mirrored=mirrored),
                steps=200,
                budget_s=budget_s,
            )
            return future.result(budget_s + DEADLINE_S + 2.0)

        self._in_thread(work, done)

    def cancel(self) -> None:
        """Give up what was asked last; its `done` gets a sentence."""
        if self._client is not None and self._request:
            self._client.cancel(self._request)

    def close(self) -> None:
        """Leave the service, and end it if it is ours."""
        self._closing.set()
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()
        if self._own is not None:
            self._own.close()

    def _greet(self, ready: Callable[[ServiceInfo], None], fail: Callable[[str], None]) -> None:
        """Say who answers, and keep trying until somebody does: a service may be started after the studio."""
        while not self._closing.is_set():
            try:
                ready(self._connected().hello())
                return
            except FaceBridgeError as error:
                if not self._closing.is_set():
                    fail(str(error))
            if self._own is not None:
                return  # ours ended, and trying again would not start it
            self._closing.wait(_AGAIN_S)

    def _connected(self) -> ServiceClient:
        address = self._server or (self._own.address() if self._own is not None else "")
        with self._lock:
            if self._closing.is_set():
                raise InputError("The studio is closing.")
            if self._client is None:
                self._client = ServiceClient(address, self._keys, schema=self._schema)
            return self._client

    def _in_thread(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        def run() -> None:
            try:
                answer: object = work()
            except FaceBridgeError as error:
                answer = str(error)
            except TimeoutError:
                answer = f"The service gave no answer within {DEADLINE_S:g} s; try again, or see its log."
            if not self._closing.is_set():
                done(answer)

        threading.Thread(target=run, name=f"studio-import-{time.monotonic():.3f}", daemon=True).start()
