"""The service over a real socket, with answers that a test can hold still: each request is answered once, in words."""

from __future__ import annotations

import io
import json
import time
from concurrent.futures import Future

import numpy as np
import pytest

from core.serve import DeskLimits, EventLog, ServiceLimits
from engine_bridge.client import ImportResult, Overtaken, ServiceClient
from engine_bridge.dealer import Dealer
from engine_bridge.engines import engine_schema
from engine_bridge.errors import DeadlineExceeded, InputError, Refused
from engine_bridge.protocol import Error, Hello, Import, Imported, Message, Ping
from tests.core.served import DEADLINE_S, SCHEMA, HeldAnswers, Served, wait_until_computing


def test_a_photo_comes_back_as_parameters_with_pictures_warnings_and_times() -> None:
    with Served(HeldAnswers()) as served, served.client() as client:
        hello = client.hello()
        assert (hello.schema.hash, hello.bundle) == (SCHEMA.hash, "tiny 1")
        result = client.import_photo(bytes([150]), deadline_s=DEADLINE_S)
    assert np.allclose(result.parameters, 1.5)
    assert result.aligned is not None and result.preview is not None and (result.preview == 150).all()
    assert (result.faces, result.warnings) == (2, ("2 faces were found.",))
    assert set(result.timings_ms) == {"queue", "align"}
    assert served.service.counts.imported == 1


def test_pictures_are_left_out_when_not_asked_for() -> None:
    with Served(HeldAnswers()) as served, served.client() as client:
        result = client.import_photo(bytes([10]), deadline_s=DEADLINE_S, pictures=False)
    assert result.aligned is None and result.preview is None


def test_a_bad_photo_is_an_error_in_words_and_the_service_goes_on() -> None:
    with Served(HeldAnswers()) as served, served.client() as client:
        with pytest.raises(InputError, match="no picture"):
            client.import_photo(b"bad", deadline_s=DEADLINE_S)
        assert np.allclose(client.import_photo(bytes([50]), deadline_s=DEADLINE_S).parameters, 0.5)


def test_a_defect_costs_one_photo_and_neither_its_batch_nor_the_service() -> None:
    lines, answers = io.StringIO(), HeldAnswers(batch_photos=4)
    answers.go.clear()
    with Served(answers, log=EventLog(lines, "json")) as served, served.client() as client:
        futures = [client.submit(bytes([1]), "", DEADLINE_S)[1]]
        wait_until_computing(served)
        futures += [client.submit(photo, "", DEADLINE_S)[1] for photo in (bytes([2]), b"crash", bytes([4]))]
        wait_until_read(client)
        answers.go.set()
        assert [np.round(futures[place].result(DEADLINE_S).parameters[0], 2) for place in (0, 1, 3)] == pytest.approx(
            [0.01, 0.02, 0.04]
        )
        error = futures[2].exception(DEADLINE_S)
        assert isinstance(error, Refused) and "RuntimeError: a defect" in str(error)
    served.service.record.log.close()
    (defect,) = [event for event in map(json.loads, lines.getvalue().splitlines()) if event["event"] == "defect"]
    assert defect["error"] == "RuntimeError" and defect["where"][-1].startswith("served.py:")


def test_a_photo_over_the_limit_is_refused_by_client_and_service() -> None:
    with Served(HeldAnswers(), ServiceLimits(max_photo_bytes=100)) as served:
        with served.client() as client, pytest.raises(InputError, match="101 bytes"):
            client.import_photo(bytes(101))
        answer = answer_to(served, Import(1, "", 1000, True, bytes(101)))
    assert isinstance(answer, Error) and (answer.code, answer.request_id) == ("input", 1)


def answer_to(served: Served, message: Message) -> Message:
    """What a bare client, which checks nothing, is answered."""
    hello = Hello(role="client", instance="bare")
    with Dealer(served.service.endpoint, hello) as dealer:
        dealer.greet(DEADLINE_S)
        dealer.send(message)
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            for answer in dealer.poll(0.5):
                return answer
    raise AssertionError("no answer came")


def test_a_message_that_a_service_has_no_use_for_is_answered() -> None:
    with Served(HeldAnswers()) as served:
        answer = answer_to(served, Imported(1, "", 0, (), {}, np.zeros(1, np.float32), np.zeros(1, np.uint8)))
    assert isinstance(answer, Error) and answer.code == "unknown-kind"


def test_the_newest_photo_of_a_slot_wins_and_the_older_hear_of_it() -> None:
    answers = HeldAnswers()
    answers.go.clear()
    with Served(answers) as served, served.client() as client:
        futures = [client.submit(bytes([100]), "panel", DEADLINE_S)[1]]
        wait_until_computing(served)
        futures += [client.submit(bytes([100 + step]), "panel", DEADLINE_S)[1] for step in (1, 2)]
        for overtaken in futures[:2]:
            assert isinstance(overtaken.exception(DEADLINE_S), Overtaken)
        answers.go.set()
        assert np.allclose(futures[2].result(DEADLINE_S).parameters, 1.02)
        client.import_photo(bytes([1]), deadline_s=DEADLINE_S)  # so that the computing thread is past the others
    assert (served.service.counts.imported, served.service.counts.late) == (2, 1)


def test_the_router_answers_heartbeats_while_the_networks_are_busy() -> None:
    answers = HeldAnswers()
    answers.go.clear()
    with Served(answers) as served, served.client() as client:
        _, future = client.submit(bytes([7]), "", DEADLINE_S)
        wait_until_computing(served)
        with served.client() as other:
            assert other.hello().bundle == "tiny 1"
        with Dealer(served.service.endpoint, Hello(role="client", instance="pinging")) as dealer:
            dealer.greet(DEADLINE_S)
            dealer.send(Ping(1))
        assert not future.done()
        answers.go.set()
        future.result(DEADLINE_S)


def test_a_photo_past_its_deadline_is_said_so_while_the_networks_are_busy() -> None:
    answers = HeldAnswers()
    answers.go.clear()
    with Served(answers) as served, served.client() as client:
        _, future = client.submit(bytes([7]), "", 0.2)
        error = future.exception(DEADLINE_S)
        assert isinstance(error, DeadlineExceeded) and "200 ms" in str(error)


def test_a_full_queue_refuses_in_words() -> None:
    answers = HeldAnswers()
    answers.go.clear()
    with Served(answers, ServiceLimits(desk=DeskLimits(waiting_requests=1))) as served, served.client() as client:
        first = client.submit(bytes([1]), "", DEADLINE_S)[1]
        wait_until_computing(served)
        second = client.submit(bytes([2]), "", DEADLINE_S)[1]
        third = client.submit(bytes([3]), "", DEADLINE_S)[1]
        refusal = third.exception(DEADLINE_S)
        assert isinstance(refusal, Refused) and "queue of 1 requests is full" in str(refusal)
        answers.go.set()
        assert [np.round(f.result(DEADLINE_S).parameters[0], 2) for f in (first, second)] == pytest.approx([0.01, 0.02])


def test_what_is_queued_is_computed_together_up_to_the_batch() -> None:
    answers = HeldAnswers(batch_photos=4)
    answers.go.clear()
    with Served(answers, ServiceLimits(max_batch_photos=3)) as served, served.client() as client:
        futures = [client.submit(bytes([1]), "", DEADLINE_S)[1]]
        wait_until_computing(served)
        futures += [client.submit(bytes([step]), "", DEADLINE_S)[1] for step in (2, 3, 4, 5)]
        # A bare exchange after them: the router takes messages of one client in order.
        client.submit(b"x" * 10, "last", DEADLINE_S)
        client.submit(b"x" * 11, "last", DEADLINE_S)
        wait_until_read(client)
        answers.go.set()
        values = [float(future.result(DEADLINE_S).parameters[0]) for future in futures]
    assert values == pytest.approx([0.01, 0.02, 0.03, 0.04, 0.05])
    assert answers.batches[:2] == [1, 3]


def wait_until_read(client: ServiceClient) -> None:
    """Return once the service has read everything that this client sent before."""
    future: Future[ImportResult] = client.submit(b"x", "mark", DEADLINE_S)[1]
    client.submit(b"y", "mark", DEADLINE_S)
    assert isinstance(future.exception(DEADLINE_S), Overtaken)


def test_a_stop_finishes_what_is_open_and_refuses_the_new() -> None:
    answers = HeldAnswers()
    answers.go.clear()
    served = Served(answers)
    with served, served.client() as client:
        first = client.submit(bytes([1]), "", DEADLINE_S)[1]
        wait_until_computing(served)
        second = client.submit(bytes([2]), "", DEADLINE_S)[1]
        wait_until_read(client)
        served.stop.set()
        refusal = until_refused(client)
        assert "shutting down" in str(refusal)
        answers.go.set()
        assert first.result(DEADLINE_S) and second.result(DEADLINE_S)
        assert served.ended()


def until_refused(client: ServiceClient) -> Refused:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        future = client.submit(b"z", "late", DEADLINE_S)[1]
        time.sleep(0.05)
        if future.done() and isinstance(error := future.exception(), Refused) and not isinstance(error, Overtaken):
            return error
    raise AssertionError("new photos were still taken after the stop")


def test_a_client_for_another_character_is_refused_with_both_hashes() -> None:
    other = engine_schema("embedded")
    with Served(HeldAnswers()) as served, ServiceClient(served.service.endpoint, schema=other) as client:
        error = refusal_of(client)
    assert SCHEMA.hash in error and other.hash in error


def refusal_of(client: ServiceClient) -> str:
    with pytest.raises(Refused) as refused:
        client.hello()
    return str(refused.value)
