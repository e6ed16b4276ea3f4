"""The studio's importer: what it asks of a service, what it tells of its faults, and a child that ends with us."""

from __future__ import annotations

import queue
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import threads
from core.cli.serve import READY
from core.studio import imports
from core.studio.imports import Importer, OwnService
from engine_bridge.client import ImportResult, ServiceInfo
from engine_bridge.engines import engine_schema
from engine_bridge.errors import DeadlineExceeded, EngineError, FaceBridgeError, InputError
from engine_bridge.parameter_edits import Character

SCHEMA = engine_schema("pattern")
NEUTRAL = Character.neutral(SCHEMA)
WAIT_S = 30.0
FOUND = ImportResult(SCHEMA.defaults, SCHEMA.default_choices, 1, (), {}, np.zeros((8, 8, 3), np.uint8), None)


class Client:
    """Stands for a connection to a service; notes what was submitted, answers as told."""

    features: tuple[str, ...] = ("locks", "variations", "refine")
    answers: ImportResult | FaceBridgeError = FOUND
    absences = 0  # greetings that fail before one succeeds
    asked: queue.SimpleQueue[Any]
    cancelled: list[int]

    def __init__(self, address: str, keys: object, schema: object) -> None:
        self.address = address

    def hello(self) -> ServiceInfo:
        if Client.absences:
            Client.absences -= 1
            raise DeadlineExceeded("Nobody answered.")
        return ServiceInfo("test", "head 9", SCHEMA, 1 << 20, Client.features)

    def submit(self, photo: bytes, slot: str, deadline_s: float, pictures: bool, wishes: Any) -> Any:
        Client.asked.put((photo, slot, wishes))
        return 7, self._answered()

    def submit_refine(self, photo: bytes, parameters: Any, choices: Any, progress: Any, **more: Any) -> Any:
        Client.asked.put((photo, more["slot"], more["wishes"]))
        return 8, self._answered()

    def cancel(self, request: int) -> None:
        Client.cancelled.append(request)

    def close(self) -> None:
        """Nothing is held."""

    def _answered(self) -> Future[Any]:
        future: Future[Any] = Future()
        if isinstance(Client.answers, FaceBridgeError):
            future.set_exception(Client.answers)
        else:
            future.set_result(Client.answers)
        return future


@pytest.fixture(autouse=True)
def _client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ServiceClient", Client)
    monkeypatch.setattr(imports, "_AGAIN_S", 0.01)
    for name, value in (
        ("features", ("locks", "variations", "refine")),
        ("answers", FOUND),
        ("absences", 0),
        ("asked", queue.SimpleQueue()),
        ("cancelled", []),
    ):
        monkeypatch.setattr(Client, name, value, raising=False)


@pytest.fixture
def told() -> queue.SimpleQueue[Any]:
    return queue.SimpleQueue()


def importer(told: queue.SimpleQueue[Any]) -> Importer:
    return Importer(SCHEMA, "tcp://127.0.0.1:1", ready=told.put, fail=told.put)


def test_a_service_that_comes_later_is_found(told: queue.SimpleQueue[Any]) -> None:
    Client.absences = 2
    made = importer(told)
    assert [told.get(timeout=WAIT_S) for _ in range(2)] == ["Nobody answered."] * 2
    assert told.get(timeout=WAIT_S).bundle == "head 9"
    made.close()


def test_locked_names_go_with_their_values(told: queue.SimpleQueue[Any]) -> None:
    made = importer(told)
    told.get(timeout=WAIT_S)
    made.import_photo(b"x", NEUTRAL, ("waves",), 2, told.put, 4, True)
    assert told.get(timeout=WAIT_S) is FOUND
    photo, slot, wishes = Client.asked.get(timeout=WAIT_S)
    assert (photo, slot, wishes.locked, wishes.face, wishes.variations) == (b"x", "studio", ("waves",), 2, 4)
    assert wishes.mirrored and wishes.current is NEUTRAL.parameters and wishes.current_choices is NEUTRAL.choices
    made.refine(b"y", NEUTRAL, ("waves",), 0, lambda _: None, told.put)
    told.get(timeout=WAIT_S)
    assert Client.asked.get(timeout=WAIT_S)[2].locked == ("waves",)
    made.cancel()
    assert Client.cancelled == [8]
    made.close()


def test_an_older_service_is_asked_only_for_what_it_knows(told: queue.SimpleQueue[Any]) -> None:
    Client.features = ()
    made = importer(told)
    told.get(timeout=WAIT_S)
    made.import_photo(b"x", NEUTRAL, ("waves",), 0, told.put, variations=4)
    told.get(timeout=WAIT_S)
    wishes = Client.asked.get(timeout=WAIT_S)[2]
    assert (wishes.locked, wishes.variations, wishes.current) == ((), 0, None)
    made.close()


def test_a_fault_is_told_in_words_and_nothing_after_the_end(told: queue.SimpleQueue[Any]) -> None:
    made = importer(told)
    told.get(timeout=WAIT_S)
    Client.answers = InputError("No face was found.")
    made.import_photo(b"x", NEUTRAL, (), 0, told.put)
    assert told.get(timeout=WAIT_S) == "No face was found."
    made.close()
    made.import_photo(b"x", NEUTRAL, (), 0, told.put)
    with pytest.raises(queue.Empty):
        told.get(timeout=0.1)


def own_service(monkeypatch: pytest.MonkeyPatch, code: str) -> OwnService:
    """Python code in place of `facebridge serve`, which takes seconds; the page's own test starts the real one."""
    monkeypatch.setattr(imports, "_COMMAND", (sys.executable, "-c", code))
    return OwnService(None)


def test_an_own_service_says_where_it_listens_and_ends_with_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    service = own_service(
        monkeypatch, f"import sys; print('a word'); print('{READY} tcp://127.0.0.1:5', flush=True); sys.stdin.read()"
    )
    assert service.address(WAIT_S) == "tcp://127.0.0.1:5"
    service.close()


def test_an_own_service_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    service = own_service(monkeypatch, "print('facebridge: error: There is no bundle here.')")
    with pytest.raises(EngineError, match=r"did not start \(There is no bundle here\); run"):
        service.address(WAIT_S)
    service.close()


def test_a_child_ends_when_its_standard_input_does() -> None:
    code = (
        "import time, core.studio.child as child\n"
        "child.main = lambda arguments: (print('runs', flush=True), time.sleep(60))\n"
        "child.run([])"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**threads.environment(1), "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    ) as child:
        assert child.stdout is not None and child.stdin is not None
        assert child.stdout.readline() == b"runs\n"
        child.stdin.close()
        assert child.wait(WAIT_S) != 0
