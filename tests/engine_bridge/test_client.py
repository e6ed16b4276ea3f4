"""ServiceClient against a service whose every answer the test decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine_bridge.client import Busy, Cancelled, ImportResult, Overtaken, ServiceClient
from engine_bridge.dealer import PeerLost
from engine_bridge.engines.pattern import pattern_schema
from engine_bridge.errors import DeadlineExceeded, FaceBridgeError, InputError, Refused, SchemaError
from engine_bridge.keys import load_client_keys, load_server_keys
from engine_bridge.protocol import (
    Cancel,
    Error,
    Heartbeat,
    Hello,
    Import,
    Imported,
    Message,
    Reject,
    Superseded,
    Welcome,
)
from engine_bridge.refusals import schema_refusal
from engine_bridge.router import Event, Lost, Received, Router
from engine_bridge.schema import CharacterSchema

from .conftest import DEADLINE_S, Bench

MakeBench = Callable[..., Bench]
SCHEMA = pattern_schema()
CHOICES = np.ones(1, np.uint8)
PICTURE = np.full((4, 4, 3), 7, np.uint8)


def greet(hello: Hello) -> Welcome | Reject:
    """A service for the pattern character that takes photos of up to 1000 bytes."""
    welcome = Welcome(role="service", bundle="test 1", schema_hash=SCHEMA.hash, max_photo_bytes=1000,
                      schema=SCHEMA.to_json(), software="test")  # fmt: skip
    return schema_refusal(SCHEMA, hello) or welcome


def imported(request_id: int, value: float = 0.5, **changes: Any) -> Imported:
    """An answer whose first parameter is `value`."""
    parameters = SCHEMA.defaults.copy()
    parameters[0] = value
    answer = Imported(
        request_id, SCHEMA.hash, 1, ("small",), {"all": 2.0}, parameters, CHOICES, aligned=PICTURE, preview=PICTURE
    )
    return replace(answer, **changes)


class Service:
    """A service that answers each Import with what `answer` returns for it, or keeps it."""

    def __init__(self, make_bench: MakeBench, answer: Callable[[Import], Sequence[Message]], **options: object) -> None:
        self._answer = answer
        self.bench = make_bench(greet, self._on_event, roles=frozenset({"client"}), **options)

    def _on_event(self, router: Router, event: Event) -> None:
        if isinstance(event, Received) and isinstance(event.message, Import):
            for message in self._answer(event.message):
                router.send(event.peer, message)

    def send(self, message: Message) -> None:
        """Send to the one client."""
        (peer,) = {event.peer for event in self.bench.wait(Received)}
        self.bench.router.post(peer, message)


def keep(message: Import) -> list[Message]:
    """Answer nothing."""
    return []


def failure(future: Future[ImportResult]) -> BaseException | None:
    """What a future raises."""
    return future.exception(DEADLINE_S)


def test_hello_says_who_serves_what(make_bench: MakeBench) -> None:
    service = Service(make_bench, keep)
    with ServiceClient(service.bench.address) as client:
        info = client.hello()
    assert (info.software, info.bundle, info.max_photo_bytes) == ("test", "test 1", 1000)
    assert info.schema.hash == SCHEMA.hash


def test_a_photo_becomes_parameters(make_bench: MakeBench) -> None:
    service = Service(make_bench, lambda message: [imported(message.request_id, len(message.photo) / 10)])
    with ServiceClient(service.bench.address) as client:
        results = [client.import_photo(b"x" * size, deadline_s=DEADLINE_S) for size in (5, 10)]
    assert [float(result.parameters[0]) for result in results] == [0.5, 1.0]
    assert (results[0].faces, results[0].warnings, dict(results[0].timings_ms)) == (1, ("small",), {"all": 2.0})
    assert results[0].aligned is not None and np.array_equal(results[0].aligned, PICTURE)
    assert results[0].choices.tolist() == [1]


def test_answers_are_matched_by_request_and_not_by_order(make_bench: MakeBench) -> None:
    held: list[Import] = []

    def backwards(message: Import) -> list[Message]:
        held.append(message)
        return [imported(m.request_id, len(m.photo) / 10) for m in reversed(held)] if len(held) == 3 else []

    service = Service(make_bench, backwards)
    with ServiceClient(service.bench.address) as client:
        futures = [client.submit(b"x" * size, deadline_s=DEADLINE_S)[1] for size in (1, 2, 3)]
        values = [round(float(future.result(DEADLINE_S).parameters[0]), 3) for future in futures]
    assert values == [0.1, 0.2, 0.3]


def test_a_late_answer_is_dropped_and_counted(make_bench: MakeBench) -> None:
    def twice(message: Import) -> list[Message]:
        return [imported(message.request_id), imported(message.request_id, -1.0), imported(999)]

    service = Service(make_bench, twice)
    with ServiceClient(service.bench.address) as client:
        for _ in range(3):
            assert float(client.import_photo(b"x", deadline_s=DEADLINE_S).parameters[0]) == 0.5
        assert client.late >= 4  # of six; the last two may still be on their way


def test_a_photo_over_the_limit_is_never_sent(make_bench: MakeBench) -> None:
    service = Service(make_bench, keep)
    with ServiceClient(service.bench.address) as client:
        for photo in (b"", bytes(1001)):
            with pytest.raises(InputError, match=f"The photo has {len(photo)} bytes; .* accepts 1 to 1000"):
                client.import_photo(photo)
    assert not [event for event in service.bench.events if isinstance(event, Received)]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("input", InputError),
        ("deadline", DeadlineExceeded),
        ("cancelled", Cancelled),
        ("busy", Busy),
        ("new", Refused),
    ],
)
def test_an_error_comes_back_as_its_type_with_its_words(
    make_bench: MakeBench, code: str, error: type[FaceBridgeError]
) -> None:
    service = Service(make_bench, lambda message: [Error(message.request_id, code, "No face was found.")])
    with ServiceClient(service.bench.address) as client, pytest.raises(error, match="No face was found"):
        client.import_photo(b"x", deadline_s=DEADLINE_S)


def test_an_overtaken_photo_says_by_which_request(make_bench: MakeBench) -> None:
    def newest_wins(message: Import) -> list[Message]:
        if message.request_id == 1:
            return []
        return [Superseded(1, message.request_id), imported(message.request_id)]

    service = Service(make_bench, newest_wins)
    with ServiceClient(service.bench.address) as client:
        _, older = client.submit(b"a", slot="panel", deadline_s=DEADLINE_S)
        assert client.import_photo(b"b", slot="panel", deadline_s=DEADLINE_S).faces == 1
        error = failure(older)
    assert isinstance(error, Overtaken)
    assert "request 2" in str(error)


def test_a_cancel_reaches_the_service(make_bench: MakeBench) -> None:
    service = Service(make_bench, keep)
    with ServiceClient(service.bench.address) as client:
        request_id, future = client.submit(b"x", deadline_s=DEADLINE_S)
        client.cancel(request_id)
        _, cancel = service.bench.wait(Received, 2)
        assert isinstance(cancel.message, Cancel) and cancel.message.request_id == request_id
        service.send(Error(request_id, "cancelled", "As asked."))
        assert isinstance(failure(future), Cancelled)


def test_a_service_that_never_answers_is_given_up_and_told(make_bench: MakeBench) -> None:
    service = Service(make_bench, keep)
    with ServiceClient(service.bench.address) as client:
        client.hello()
        with pytest.raises(DeadlineExceeded, match=r"gave no answer within 0\.1 s"):
            client.import_photo(b"x", deadline_s=0.1)
        assert isinstance(service.bench.wait(Received, 2)[1].message, Cancel)


def test_a_service_that_leaves_fails_what_is_open_and_the_next_call_reconnects(make_bench: MakeBench) -> None:
    first = Service(make_bench, keep)
    address = first.bench.address
    with ServiceClient(address) as client:
        _, future = client.submit(b"x", deadline_s=DEADLINE_S)
        first.bench.wait(Received)
        first.bench.close()
        error = failure(future)
        assert isinstance(error, PeerLost)
        assert "said goodbye" in str(error)
        Service(make_bench, lambda message: [imported(message.request_id)], address=address)
        assert client.import_photo(b"x", deadline_s=DEADLINE_S).faces == 1


def test_a_restarted_service_is_sent_the_open_photos_again(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Service(make_bench, keep, heartbeat=Heartbeat(interval_s=0.05, allowance_s=30.0))
    address = first.bench.address
    with ServiceClient(address) as client:
        _, future = client.submit(b"x", deadline_s=DEADLINE_S)
        first.bench.wait(Received)
        monkeypatch.setattr(first.bench.router, "dismiss", lambda peer, reason: None)  # a crash says no goodbye
        first.bench.close()
        Service(make_bench, lambda message: [imported(message.request_id)], address=address)
        assert future.result(DEADLINE_S).faces == 1


def test_an_idle_client_stays_connected(make_bench: MakeBench) -> None:
    service = Service(make_bench, lambda message: [imported(message.request_id)],
                      heartbeat=Heartbeat(interval_s=0.05, allowance_s=1.0))  # fmt: skip
    with ServiceClient(service.bench.address) as client:
        client.hello()
        assert not threading.Event().wait(2.5)
        assert client.import_photo(b"x", deadline_s=DEADLINE_S).faces == 1
        assert not [event for event in service.bench.events if isinstance(event, Lost)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parameters": np.full(SCHEMA.count, np.nan, np.float32)}, "'wave.00' is nan"),
        ({"parameters": np.zeros(3, np.float32)}, "has shape"),
        ({"choices": np.full(1, 9, np.uint8)}, "has no option 9"),
        ({"schema_hash": "0" * 64}, f"The answer is for schema {'0' * 64}, the service announced {SCHEMA.hash}"),
    ],
)
def test_parameters_that_the_schema_forbids_never_reach_the_caller(
    make_bench: MakeBench, changes: dict[str, Any], words: str
) -> None:
    service = Service(make_bench, lambda message: [imported(message.request_id, **changes)])
    with ServiceClient(service.bench.address) as client, pytest.raises(SchemaError) as caught:
        client.import_photo(b"x", deadline_s=DEADLINE_S)
    assert words in str(caught.value)


def test_a_service_for_another_character_refuses_naming_both_hashes(make_bench: MakeBench) -> None:
    service = Service(make_bench, keep)
    other = CharacterSchema("someone else", "1", SCHEMA.parameters)
    with ServiceClient(service.bench.address, schema=other) as client, pytest.raises(Refused) as caught:
        client.hello()
    assert SCHEMA.hash in str(caught.value) and other.hash in str(caught.value)


def test_a_coordinator_is_not_mistaken_for_a_service(make_bench: MakeBench) -> None:
    bench = make_bench(lambda hello: Welcome(role="coordinator"))
    with ServiceClient(bench.address) as client, pytest.raises(Refused, match="is a coordinator, not a service"):
        client.hello()


def test_keys_carry_a_photo_both_ways(make_bench: MakeBench, keys_folder: Path) -> None:
    service = Service(make_bench, lambda message: [imported(message.request_id)], keys=load_server_keys(keys_folder))
    with ServiceClient(service.bench.address, load_client_keys(keys_folder / "client.json")) as client:
        assert client.import_photo(b"x", deadline_s=DEADLINE_S).faces == 1


def test_closing_fails_what_is_open(make_bench: MakeBench) -> None:
    service = Service(make_bench, keep)
    client = ServiceClient(service.bench.address)
    _, future = client.submit(b"x", deadline_s=DEADLINE_S)
    client.close()
    client.close()
    assert isinstance(failure(future), Refused)
