"""The desk: bounded, newest wins in a slot, deadlines, and each request answered exactly once."""

from __future__ import annotations

import threading

import pytest

from core.serve.desk import Answer, Desk, DeskLimits
from engine_bridge.protocol import Error, Import, Superseded

ANNA, BERT = b"anna", b"bert"
FAR_MS = 60_000


def photo(request_id: int, slot: str = "", deadline_ms: int = FAR_MS, size: int = 10) -> Import:
    return Import(request_id, slot, deadline_ms, True, bytes(size))


def codes(answers: list[Answer]) -> list[tuple[bytes, str, int]]:
    named = [(peer, m) for peer, m in answers if isinstance(m, Error | Superseded)]
    return [(peer, m.code if isinstance(m, Error) else f"superseded by {m.by}", m.request_id) for peer, m in named]


def ids(desk: Desk, most: int = 8) -> list[int]:
    return [request.job.request_id for request in desk.take(most)]


def test_photos_are_taken_in_order_of_arrival_up_to_a_batch() -> None:
    desk = Desk()
    for number in (1, 2, 3):
        assert desk.submit(ANNA, photo(number), 0.0) == []
    assert ids(desk, 2) == [1, 2]
    assert ids(desk, 2) == [3]


def test_the_newest_photo_of_a_slot_supersedes_the_waiting_one() -> None:
    desk = Desk()
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    assert codes(desk.submit(ANNA, photo(2, "panel"), 0.0)) == [(ANNA, "superseded by 2", 1)]
    assert ids(desk) == [2]


def test_other_slots_other_clients_and_the_empty_slot_supersede_nothing() -> None:
    desk = Desk()
    assert desk.submit(ANNA, photo(1, "left"), 0.0) == []
    assert desk.submit(ANNA, photo(2, "right"), 0.0) == []
    assert desk.submit(BERT, photo(1, "left"), 0.0) == []
    assert desk.submit(ANNA, photo(3), 0.0) == []
    assert desk.submit(ANNA, photo(4), 0.0) == []
    assert ids(desk) == [1, 2, 1, 3, 4]


def test_a_photo_superseded_while_it_is_computed_is_answered_once() -> None:
    desk = Desk()
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    (request,) = desk.take(1)
    assert codes(desk.submit(ANNA, photo(2, "panel"), 0.0)) == [(ANNA, "superseded by 2", 1)]
    assert not desk.wanted(request)
    assert not desk.finish(request)


def test_a_finished_photo_cannot_be_superseded_cancelled_or_finished_again() -> None:
    desk = Desk()
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    (request,) = desk.take(1)
    assert desk.finish(request)
    assert not desk.finish(request)
    assert desk.cancel(ANNA, 1) == []
    assert desk.submit(ANNA, photo(2, "panel"), 0.0) == []


def test_a_full_queue_refuses_in_words_and_keeps_what_waits() -> None:
    desk = Desk(DeskLimits(waiting_requests=2))
    desk.submit(ANNA, photo(1), 0.0)
    desk.submit(ANNA, photo(2), 0.0)
    ((_, refusal),) = desk.submit(BERT, photo(7), 0.0)
    assert isinstance(refusal, Error) and (refusal.code, refusal.request_id) == ("busy", 7)
    assert "queue of 2 photos is full" in refusal.message and "try again" in refusal.message
    assert ids(desk) == [1, 2]


def test_a_newer_photo_of_a_slot_takes_the_older_ones_place_in_a_full_queue() -> None:
    desk = Desk(DeskLimits(waiting_requests=1))
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    assert codes(desk.submit(ANNA, photo(2, "panel"), 0.0)) == [(ANNA, "superseded by 2", 1)]
    assert ids(desk) == [2]


def test_the_bytes_that_wait_are_bounded_and_freed_when_taken() -> None:
    desk = Desk(DeskLimits(waiting_bytes=100))
    assert desk.submit(ANNA, photo(1, size=80), 0.0) == []
    assert codes(desk.submit(ANNA, photo(2, size=30), 0.0)) == [(ANNA, "busy", 2)]
    assert ids(desk) == [1]
    assert desk.submit(ANNA, photo(3, size=30), 0.0) == []


def test_a_passed_deadline_is_answered_also_for_a_photo_that_is_computed() -> None:
    desk = Desk()
    desk.submit(ANNA, photo(1, deadline_ms=1000), 0.0)
    desk.submit(ANNA, photo(2, deadline_ms=5000), 0.0)
    taken = desk.take(1)
    assert desk.next_due() == 1.0
    assert desk.expire(0.9) == []
    assert codes(desk.expire(1.0)) == [(ANNA, "deadline", 1)]
    assert not desk.finish(taken[0])
    assert desk.next_due() == 5.0


def test_a_cancelled_photo_is_answered_so_and_never_computed() -> None:
    desk = Desk()
    desk.submit(ANNA, photo(1), 0.0)
    desk.submit(ANNA, photo(2), 0.0)
    assert codes(desk.cancel(ANNA, 1)) == [(ANNA, "cancelled", 1)]
    assert desk.cancel(BERT, 2) == []
    assert ids(desk) == [2]


def test_everything_of_a_lost_client_is_dropped() -> None:
    desk = Desk()
    desk.submit(ANNA, photo(1, "a"), 0.0)
    desk.submit(ANNA, photo(2, "b"), 0.0)
    desk.submit(BERT, photo(1, "a"), 0.0)
    assert desk.forget(ANNA) == 2
    assert len(desk) == 1
    assert [request.peer for request in desk.take(8)] == [BERT]


@pytest.mark.parametrize("request_id", [0, 1])
def test_a_request_id_of_zero_or_in_use_is_refused(request_id: int) -> None:
    desk = Desk()
    desk.submit(ANNA, photo(1), 0.0)
    assert codes(desk.submit(ANNA, photo(request_id), 0.0)) == [(ANNA, "malformed", 0)]
    assert ids(desk) == [1]


def test_a_draining_desk_refuses_the_new_and_keeps_the_open() -> None:
    desk = Desk()
    desk.submit(ANNA, photo(1), 0.0)
    desk.drain()
    assert codes(desk.submit(ANNA, photo(2), 0.0)) == [(ANNA, "busy", 2)]
    assert ids(desk) == [1]


def test_closing_wakes_the_taker_and_answers_what_is_left() -> None:
    desk, taken = Desk(), list[int]()
    thread = threading.Thread(target=lambda: taken.append(len(desk.take(8))), daemon=True)
    thread.start()
    desk.close()
    thread.join(10)
    assert taken == [0]
    desk = Desk()
    desk.submit(ANNA, photo(1), 0.0)
    assert codes(desk.close()) == [(ANNA, "busy", 1)]
