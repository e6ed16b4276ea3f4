"""The service among crowds, silent and dying clients, nonsense, and requests that come twice or out of order."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
import time

import numpy as np
import pytest

from engine_bridge import codec
from engine_bridge.protocol import Cancel, Compare, Error, Hello, Import, Imported, Message, Ping, Pong, Refine
from tests.core.crowd import Crowd, upload_and_die
from tests.core.served import DEADLINE_S, SCHEMA, HeldAnswers, Served

CLIENTS, PHOTOS = 64, 4
FUZZED = 3000


def test_each_of_64_clients_gets_the_answers_to_its_own_photos() -> None:
    rng = random.Random(1)
    photos = {(client, number): rng.randbytes(200) for client in range(CLIENTS) for number in range(1, PHOTOS + 1)}
    with Served(HeldAnswers(batch_photos=8)) as served, Crowd(served.service.endpoint, CLIENTS) as crowd:
        crowd.hello(DEADLINE_S)
        for (client, number), photo in sorted(photos.items(), key=lambda _: rng.random()):
            crowd.send(client, Import(number, "", 60_000, False, photo))
        for client in range(CLIENTS):
            heard: dict[int, Imported] = {}
            for _ in range(PHOTOS):
                answer = crowd.receive(client, DEADLINE_S)
                assert isinstance(answer, Imported)
                heard[answer.request_id] = answer
            for number in range(1, PHOTOS + 1):
                photo = photos[client, number]
                assert heard[number].digest == hashlib.sha256(photo).hexdigest()
                assert np.allclose(heard[number].parameters, photo[0] / 100)
        assert crowd.drain() == 0
    assert served.service.counts.imported == CLIENTS * PHOTOS


def test_replayed_and_reordered_requests_are_answered_once_each() -> None:
    answers = HeldAnswers()
    answers.go.clear()
    with Served(answers) as served, Crowd(served.service.endpoint, 1) as crowd:
        crowd.hello(DEADLINE_S)
        for number in (9, 3, 7, 3, 9):
            crowd.send(0, Import(number, "", 60_000, False, bytes([number])))
        for _ in range(2):
            replayed = crowd.receive(0, DEADLINE_S)
            assert isinstance(replayed, Error) and (replayed.code, replayed.request_id) == ("malformed", 0)
        crowd.send(0, Cancel(7))
        crowd.send(0, Cancel(7))
        crowd.send(0, Cancel(12345))
        cancelled = crowd.receive(0, DEADLINE_S)
        assert isinstance(cancelled, Error) and (cancelled.code, cancelled.request_id) == ("cancelled", 7)
        answers.go.set()
        assert [answered(crowd) for _ in range(2)] == [(9, 0.09), (3, 0.03)]
        crowd.send(0, Import(9, "", 60_000, False, bytes([50])))  # closed by now, so the number is free again
        assert answered(crowd) == (9, 0.5)
        assert crowd.drain() == 0


def answered(crowd: Crowd) -> tuple[int, float]:
    answer = crowd.receive(0, DEADLINE_S)
    assert isinstance(answer, Imported)
    return answer.request_id, round(float(answer.parameters[0]), 2)


def test_clients_that_connect_and_say_nothing_keep_nobody_waiting() -> None:
    with Served(HeldAnswers()) as served:
        host, _, port = served.service.endpoint.removeprefix("tcp://").rpartition(":")
        silent = [socket.create_connection((host, int(port))) for _ in range(200)]
        try:
            with Crowd(served.service.endpoint, 50), served.client() as client:
                assert np.allclose(client.import_photo(bytes([50]), deadline_s=DEADLINE_S).parameters, 0.5)
                assert served.service.health()["clients"] == 1
        finally:
            for one in silent:
                one.close()


def test_a_client_that_dies_amid_its_upload_costs_nothing() -> None:
    with Served(HeldAnswers()) as served:
        for _ in range(5):
            upload_and_die(served.service.endpoint, announced=20 << 20, sent=1 << 20)
        with served.client() as client:
            assert np.allclose(client.import_photo(bytes([50]), deadline_s=DEADLINE_S).parameters, 0.5)
    assert served.service.counts.imported == 1


def test_a_client_that_dies_during_its_search_is_forgotten_at_the_next_progress() -> None:
    answers, numbers = HeldAnswers(step_s=0.01), (SCHEMA.defaults, SCHEMA.default_choices)
    with Served(answers) as served:
        with Crowd(served.service.endpoint, 1) as crowd:
            crowd.hello(DEADLINE_S)
            long = {"photo": b"photo", "parameters": numbers[0], "choices": numbers[1]}
            crowd.send(0, Refine(1, "", 600_000, False, steps=1000, budget_ms=600_000, **long))
            crowd.send(0, Refine(2, "", 600_000, False, steps=1000, budget_ms=600_000, **long))
            assert answers.started.acquire(timeout=DEADLINE_S)
        deadline = time.monotonic() + DEADLINE_S
        while served.service.health()["open"]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with served.client() as client:
            assert client.refine(b"photo", *numbers, steps=1, deadline_s=DEADLINE_S).step == 1
    assert max(answers.steps) < 1000 and served.service.counts.refined == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_nonsense_neither_ends_the_service_nor_reaches_other_clients(seed: int) -> None:
    rng = random.Random(seed)
    numbers = SCHEMA.defaults, SCHEMA.default_choices
    honest: list[Message] = [
        Hello(role="client", instance="fuzz"),
        Ping(1),
        Import(1, "slot", 5000, True, rng.randbytes(50), lengths=(20, 30), locked=("nose",), current=numbers[0]),
        Refine(2, "slot", 5000, True, photo=b"photo", parameters=numbers[0], choices=numbers[1]),
        Compare(3, 5000, ("side",), photo=b"photo", parameters=numbers[0], choices=numbers[1]),
        Cancel(1),
    ]
    encoded = [[bytes(part) for part in codec.encode(message)] for message in honest]
    with Served(HeldAnswers(batch_photos=4)) as served, Crowd(served.service.endpoint, 4) as crowd:
        crowd.hello(DEADLINE_S)
        with served.client() as client:
            for number in range(FUZZED):
                crowd.send_parts(number % 4, mangled(rng.choice(encoded), rng))
                if number % 100 == 0:
                    crowd.drain()
            crowd.send(0, Hello(role="client", instance="crowd 0"))
            assert np.allclose(client.import_photo(bytes([50]), deadline_s=DEADLINE_S).parameters, 0.5)
            assert client.late == 0
        names = [thread.name for thread in threading.enumerate()]
        assert {"imports-0", "searches-0", "pictures-0"} <= set(names)


def mangled(parts: list[bytes], rng: random.Random) -> list[bytes]:
    """A message with some bytes changed, cut off or added, or parts lost, doubled or swapped."""
    parts = list(parts)
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(parts))
        part = bytearray(parts[place])
        act = rng.randrange(6)
        if act == 0 and part:
            part[rng.randrange(len(part))] = rng.randrange(256)
        elif act == 1:
            del part[rng.randrange(len(part) + 1) :]
        elif act == 2:
            part[rng.randrange(len(part) + 1) :] = rng.randbytes(rng.randrange(20))
        elif act == 3 and len(parts) > 1:
            del parts[place]
            continue
        elif act == 4:
            parts.insert(place, bytes(part))
            continue
        else:
            rng.shuffle(parts)
            continue
        parts[place] = bytes(part)
    return parts


def test_pings_are_answered_while_every_lane_is_busy() -> None:
    answers = HeldAnswers()
    answers.go.clear()
    with Served(answers) as served, Crowd(served.service.endpoint, 1) as crowd:
        crowd.hello(DEADLINE_S)
        crowd.send(0, Import(1, "", 60_000, False, bytes([1])))
        assert answers.started.acquire(timeout=DEADLINE_S)
        crowd.send(0, Ping(5))
        pong = crowd.receive(0, DEADLINE_S)
        assert isinstance(pong, Pong) and pong.number == 5


def test_a_bundle_that_is_not_there_is_said_with_those_that_are() -> None:
    sources = {"head": HeldAnswers, "old": HeldAnswers}
    with Served(sources=sources) as served, Crowd(served.service.endpoint, 1) as crowd:
        crowd.hello(DEADLINE_S)
        crowd.send(0, Import(1, "", 60_000, True, b"photo", bundle="new"))
        answer = crowd.receive(0, DEADLINE_S)
        assert isinstance(answer, Error) and (answer.code, answer.request_id) == ("input", 1)
        assert answer.message == "This service has no bundle 'new'; it has head, old."
        crowd.send(0, Import(2, "", 60_000, True, bytes([50]), bundle="old"))
        assert answered(crowd) == (2, 0.5)
