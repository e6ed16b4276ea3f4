"""The desk: bounded, newest wins in a slot, deadlines, and each request answered exactly once."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from core.serve.desk import Batch, Desk, DeskLimits
from core.serve.forecast import Forecast
from core.serve.request import Answer, Lane, Request
from engine_bridge.protocol import Compare, Error, Import, Refine, Superseded

ANNA, BERT = b"anna", b"bert"
FAR_MS = 60_000


def photo(request_id: int, slot: str = "", deadline_ms: int = FAR_MS, size: int = 10) -> Import:
    return Import(request_id, slot, deadline_ms, True, bytes(size))


def codes(answers: list[Answer]) -> list[tuple[bytes, str, int]]:
    named = [(peer, m) for peer, m in answers if isinstance(m, Error | Superseded)]
    return [(peer, m.code if isinstance(m, Error) else f"superseded by {m.by}", m.request_id) for peer, m in named]


def still(limits: DeskLimits | None = None, seconds: float = 1.0, threads: int = 1) -> Desk:
    """A desk whose clock stands at 0, and whose photos are known to take so long."""
    forecast = Forecast()
    forecast.note([Request(ANNA, photo(1), 0.0, 0.0)], seconds)
    return Desk(limits, threads={"imports": threads}, forecast=forecast, clock=lambda: 0.0)


def take(desk: Desk, most: int = 8) -> list[Request]:
    batch = desk.take("imports", lambda _request: most)
    assert batch is not None
    return batch.requests


def ids(desk: Desk, most: int = 8) -> list[int]:
    return [request.job.request_id for request in take(desk, most)]


def test_photos_are_taken_in_order_of_arrival_up_to_a_batch() -> None:
    desk = still()
    for number in (1, 2, 3):
        assert desk.submit(ANNA, photo(number), 0.0) == []
    assert ids(desk, 2) == [1, 2]
    assert ids(desk, 2) == [3]


def test_the_newest_photo_of_a_slot_supersedes_the_waiting_one() -> None:
    desk = still()
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    assert codes(desk.submit(ANNA, photo(2, "panel"), 0.0)) == [(ANNA, "superseded by 2", 1)]
    assert ids(desk) == [2]


def test_other_slots_other_clients_and_the_empty_slot_supersede_nothing() -> None:
    desk = still()
    assert desk.submit(ANNA, photo(1, "left"), 0.0) == []
    assert desk.submit(ANNA, photo(2, "right"), 0.0) == []
    assert desk.submit(BERT, photo(1, "left"), 0.0) == []
    assert desk.submit(ANNA, photo(3), 0.0) == []
    assert desk.submit(ANNA, photo(4), 0.0) == []
    assert ids(desk) == [1, 1, 2, 3, 4]


def test_a_photo_superseded_while_it_is_computed_is_answered_once() -> None:
    desk = still()
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    (request,) = take(desk, 1)
    assert codes(desk.submit(ANNA, photo(2, "panel"), 0.0)) == [(ANNA, "superseded by 2", 1)]
    assert not desk.wanted(request)
    assert not desk.finish(request)


def test_a_finished_photo_cannot_be_superseded_cancelled_or_finished_again() -> None:
    desk = still()
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    (request,) = take(desk, 1)
    assert desk.finish(request)
    assert not desk.finish(request)
    assert desk.cancel(ANNA, 1) == []
    assert desk.submit(ANNA, photo(2, "panel"), 0.0) == []


def test_a_full_queue_refuses_in_words_and_keeps_what_waits() -> None:
    desk = still(DeskLimits(waiting_requests=2))
    desk.submit(ANNA, photo(1), 0.0)
    desk.submit(ANNA, photo(2), 0.0)
    ((_, refusal),) = desk.submit(BERT, photo(7), 0.0)
    assert isinstance(refusal, Error) and (refusal.code, refusal.request_id) == ("busy", 7)
    assert "queue of 2 requests is full" in refusal.message and "try again" in refusal.message
    assert ids(desk) == [1, 2]


def test_a_newer_photo_of_a_slot_takes_the_older_ones_place_in_a_full_queue() -> None:
    desk = still(DeskLimits(waiting_requests=1))
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    assert codes(desk.submit(ANNA, photo(2, "panel"), 0.0)) == [(ANNA, "superseded by 2", 1)]
    assert ids(desk) == [2]


def test_the_bytes_that_wait_are_bounded_and_freed_when_taken() -> None:
    desk = still(DeskLimits(waiting_bytes=100))
    assert desk.submit(ANNA, photo(1, size=80), 0.0) == []
    assert codes(desk.submit(ANNA, photo(2, size=30), 0.0)) == [(ANNA, "busy", 2)]
    assert ids(desk) == [1]
    assert desk.submit(ANNA, photo(3, size=30), 0.0) == []


def test_a_passed_deadline_is_answered_also_for_a_photo_that_is_computed() -> None:
    desk = still()
    desk.submit(ANNA, photo(1, deadline_ms=1000), 0.0)
    desk.submit(ANNA, photo(2, deadline_ms=5000), 0.0)
    taken = take(desk, 1)
    assert desk.next_due() == 1.0
    assert desk.expire(0.9) == []
    assert codes(desk.expire(1.0)) == [(ANNA, "deadline", 1)]
    assert not desk.finish(taken[0])
    assert desk.next_due() == 5.0


def test_a_cancelled_photo_is_answered_so_and_never_computed() -> None:
    desk = still()
    desk.submit(ANNA, photo(1), 0.0)
    desk.submit(ANNA, photo(2), 0.0)
    assert codes(desk.cancel(ANNA, 1)) == [(ANNA, "cancelled", 1)]
    assert desk.cancel(BERT, 2) == []
    assert ids(desk) == [2]


def test_everything_of_a_lost_client_is_dropped() -> None:
    desk = still()
    desk.submit(ANNA, photo(1, "a"), 0.0)
    desk.submit(ANNA, photo(2, "b"), 0.0)
    desk.submit(BERT, photo(1, "a"), 0.0)
    assert desk.forget(ANNA) == 2
    assert len(desk) == 1
    assert [request.peer for request in take(desk)] == [BERT]


@pytest.mark.parametrize("request_id", [0, 1])
def test_a_request_id_of_zero_or_in_use_is_refused(request_id: int) -> None:
    desk = still()
    desk.submit(ANNA, photo(1), 0.0)
    assert codes(desk.submit(ANNA, photo(request_id), 0.0)) == [(ANNA, "malformed", 0)]
    assert ids(desk) == [1]


def test_a_draining_desk_refuses_the_new_and_keeps_the_open() -> None:
    desk = still()
    desk.submit(ANNA, photo(1), 0.0)
    desk.drain()
    assert codes(desk.submit(ANNA, photo(2), 0.0)) == [(ANNA, "busy", 2)]
    assert ids(desk) == [1]


def test_closing_wakes_the_taker_and_answers_what_is_left() -> None:
    desk, taken = still(), list[Batch | None]()
    thread = threading.Thread(target=lambda: taken.append(desk.take("imports", lambda _request: 8)), daemon=True)
    thread.start()
    desk.close()
    thread.join(10)
    assert taken == [None]
    desk = still()
    desk.submit(ANNA, photo(1), 0.0)
    assert codes(desk.close()) == [(ANNA, "busy", 1)]


def test_a_client_with_one_photo_waits_for_one_batch_of_another_with_sixty() -> None:
    desk = still()
    for number in range(1, 61):
        assert desk.submit(ANNA, photo(number, deadline_ms=600_000), 0.0) == []
    assert ids(desk, 1) == [1]
    assert desk.submit(BERT, photo(77), 0.0) == []
    assert ids(desk, 1) == [77]
    assert ids(desk, 1) == [2]


def test_newcomers_do_not_hold_back_a_client_for_ever() -> None:
    desk = still()
    for number in (1, 2, 3):
        desk.submit(ANNA, photo(number), 0.0)
    taken = list[tuple[bytes, int]]()
    for stranger in range(6):
        batch = take(desk, 1)
        taken.append((batch[0].peer, batch[0].job.request_id))
        desk.submit(b"stranger %d" % stranger, photo(1), 0.0)
    assert [entry for entry in taken if entry[0] == ANNA] == [(ANNA, 1), (ANNA, 2), (ANNA, 3)]


def test_what_cannot_be_answered_in_time_is_refused_at_once_with_the_expected_wait() -> None:
    desk = still(seconds=2.0)
    assert desk.submit(ANNA, photo(1, deadline_ms=100), 0.0) == []  # nothing waits before it: it is always tried
    for number in (2, 3):
        assert desk.submit(ANNA, photo(number), 0.0) == []
    ((peer, refusal),) = desk.submit(BERT, photo(7, deadline_ms=4000), 0.0)
    assert isinstance(refusal, Error) and (peer, refusal.code, refusal.request_id) == (BERT, "busy", 7)
    assert "expected in 4.0 s" in refusal.message and "within 4.0 s" in refusal.message
    assert desk.submit(BERT, photo(8, deadline_ms=7200), 0.0) == []
    assert ids(desk) == [1, 8, 2, 3]


def test_threads_share_what_waits() -> None:
    desk = still(seconds=2.0, threads=2)
    for number in (1, 2, 3):
        assert desk.submit(ANNA, photo(number), 0.0) == []
    assert desk.submit(BERT, photo(7, deadline_ms=3600), 0.0) == []
    desk = still(seconds=2.0)
    for number in (1, 2, 3):
        desk.submit(ANNA, photo(number), 0.0)
    assert codes(desk.submit(BERT, photo(7, deadline_ms=3600), 0.0)) == [(BERT, "busy", 7)]


def test_a_batch_that_runs_is_part_of_the_expected_wait() -> None:
    desk = still(seconds=2.0)
    desk.submit(ANNA, photo(1), 0.0)
    batch = desk.take("imports", lambda _request: 1)
    assert codes(desk.submit(BERT, photo(1, deadline_ms=3000), 0.0)) == [(BERT, "busy", 1)]
    assert batch is not None
    desk.done(batch)
    assert desk.submit(BERT, photo(2, deadline_ms=3000), 0.0) == []


def test_a_client_with_many_photos_makes_room_for_another_and_hears_so_at_once() -> None:
    desk = still(seconds=1.0)
    for number in (1, 2, 3):
        assert desk.submit(ANNA, photo(number, deadline_ms=5400), 0.0) == []
    ((peer, refusal),) = desk.submit(BERT, photo(9), 0.0)
    assert isinstance(refusal, Error) and (peer, refusal.code, refusal.request_id) == (ANNA, "busy", 3)
    assert "send fewer at once" in refusal.message
    assert ids(desk) == [1, 9, 2]


def test_a_client_with_one_photo_keeps_its_promise_and_the_newcomer_is_refused() -> None:
    desk = still(seconds=1.0)
    desk.submit(ANNA, photo(1), 0.0)
    assert ids(desk, 1) == [1]
    assert desk.submit(ANNA, photo(2, deadline_ms=3600), 0.0) == []
    # Anna was served last, so Bert would come first; then Anna's only photo would be too late.
    assert codes(desk.submit(BERT, photo(9), 0.0)) == [(BERT, "busy", 9)]
    assert ids(desk) == [2]


def test_one_client_cannot_fill_the_queue_for_all() -> None:
    desk = still(DeskLimits(client_requests=2, client_bytes=25), seconds=0.001)
    for number in (1, 2):
        assert desk.submit(ANNA, photo(number), 0.0) == []
    assert codes(desk.submit(ANNA, photo(3), 0.0)) == [(ANNA, "busy", 3)]
    assert desk.submit(BERT, photo(1, size=10), 0.0) == []
    assert codes(desk.submit(BERT, photo(2, size=16), 0.0)) == [(BERT, "busy", 2)]
    assert len(desk) == desk.waiting == 3


def test_a_newer_photo_keeps_the_turn_of_the_one_it_supersedes() -> None:
    desk = still(seconds=0.001)
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    desk.submit(BERT, photo(1), 0.0)
    desk.submit(ANNA, photo(2, "panel"), 0.0)
    assert [(request.peer, request.job.request_id) for request in take(desk)] == [(ANNA, 2), (BERT, 1)]


def test_a_search_and_an_import_share_slots_but_not_lanes() -> None:
    desk = still()
    numbers = np.zeros(2, np.float32), np.zeros(2, np.uint8)
    search = Refine(2, "panel", FAR_MS, False, photo=b"x", parameters=numbers[0], choices=numbers[1])
    compare = Compare(3, FAR_MS, ("side",), photo=b"x", parameters=numbers[0], choices=numbers[1])
    desk.submit(ANNA, photo(1, "panel"), 0.0)
    assert codes(desk.submit(ANNA, search, 0.0)) == [(ANNA, "superseded by 2", 1)]
    assert desk.submit(ANNA, compare, 0.0) == []
    assert desk.submit(ANNA, photo(4), 0.0) == []
    expected: tuple[tuple[Lane, int], ...] = (("searches", 2), ("pictures", 3), ("imports", 4))
    for lane, number in expected:
        batch = desk.take(lane, lambda _request: 8)
        assert batch is not None and [request.job.request_id for request in batch.requests] == [number]


def test_a_batch_is_of_one_bundle_and_counts_the_photos_of_one_person() -> None:
    desk = still(seconds=0.001)
    person = replace(photo(3), lengths=(4, 3, 3))
    for job in (photo(1), replace(photo(2), bundle="other"), person, photo(4)):
        desk.submit(ANNA, job, 0.0)
    assert ids(desk, 4) == [1, 3]
    assert ids(desk, 4) == [2]
    assert ids(desk, 4) == [4]
