"""Searches beside imports: progress, cancel at once, the newest wins; and memory that runs out."""

from __future__ import annotations

import io
import json
import threading
import time

import numpy as np
import pytest
import torch

from core.serve import EventLog, ServiceLimits
from core.serve.defects import out_of_memory
from engine_bridge.client import Cancelled, Overtaken, RefineProgress
from engine_bridge.errors import Refused
from tests.core.served import DEADLINE_S, SCHEMA, HeldAnswers, Served, wait_until_computing

NUMBERS = SCHEMA.defaults, SCHEMA.default_choices
ENDLESS = {"steps": 1000, "budget_s": 600.0, "deadline_s": 600.0}


def test_a_search_reports_progress_and_then_its_result() -> None:
    heard: list[RefineProgress] = []
    with Served(HeldAnswers()) as served, served.client() as client:
        result = client.refine(b"photo", *NUMBERS, heard.append, steps=5, deadline_s=DEADLINE_S)
    assert (result.step, result.kept, result.judge) == (5, True, "imitator")
    assert set(result.timings_ms) == {"queue"}
    steps = [progress.step for progress in heard]
    assert steps == sorted(set(steps)) and all(0 < step <= 5 for step in steps)
    assert served.service.counts.refined == 1


def test_a_search_does_not_stop_imports_or_comparisons() -> None:
    with Served(HeldAnswers(step_s=0.01)) as served, served.client() as client:
        request_id, future = client.submit_refine(b"photo", *NUMBERS, **ENDLESS)
        wait_until_computing(served)
        assert np.allclose(client.import_photo(bytes([50]), deadline_s=DEADLINE_S).parameters, 0.5)
        assert client.compare(b"photo", *NUMBERS, ("side",), deadline_s=DEADLINE_S).side is not None
        assert not future.done()
        client.cancel(request_id)
        assert isinstance(future.exception(DEADLINE_S), Cancelled)


def test_a_cancelled_search_ends_at_its_next_step_and_reports_nothing_more() -> None:
    answers, heard = HeldAnswers(step_s=0.01), list[int]()
    with Served(answers) as served, served.client() as client:
        begun = threading.Event()

        def note(progress: RefineProgress) -> None:
            heard.append(progress.step)
            begun.set()

        request_id, future = client.submit_refine(b"photo", *NUMBERS, note, **ENDLESS)
        assert begun.wait(DEADLINE_S)
        client.cancel(request_id)
        assert isinstance(future.exception(DEADLINE_S), Cancelled)
        count = len(heard)
        # The lane is free again only after the search saw that nobody wants it.
        assert client.refine(b"photo", *NUMBERS, steps=1, deadline_s=DEADLINE_S).step == 1
        assert len(heard) == count
    assert max(answers.steps) < 1000
    assert served.service.counts.late == 1


def test_a_newer_import_in_the_slot_ends_the_search() -> None:
    with Served(HeldAnswers(step_s=0.01)) as served, served.client() as client:
        _, future = client.submit_refine(b"photo", *NUMBERS, slot="panel", **ENDLESS)
        wait_until_computing(served)
        assert np.allclose(client.import_photo(bytes([50]), "panel", deadline_s=DEADLINE_S).parameters, 0.5)
        assert isinstance(future.exception(DEADLINE_S), Overtaken)


def test_a_client_that_leaves_ends_its_search() -> None:
    with Served(HeldAnswers(step_s=0.01)) as served:
        with served.client() as client:
            client.submit_refine(b"photo", *NUMBERS, **ENDLESS)
            wait_until_computing(served)
        with served.client() as client:
            assert client.refine(b"photo", *NUMBERS, steps=1, deadline_s=DEADLINE_S).step == 1


def test_photos_that_memory_cannot_hold_together_are_computed_in_smaller_batches() -> None:
    lines, answers = io.StringIO(), HeldAnswers(batch_photos=8, memory_photos=2)
    answers.go.clear()
    with Served(answers, log=EventLog(lines, "json")) as served, served.client() as client:
        futures = [client.submit(bytes([1]), "", DEADLINE_S)[1]]
        wait_until_computing(served)
        futures += [client.submit(bytes([number]), "", DEADLINE_S)[1] for number in range(2, 10)]
        wait_until_waiting(served, 8)
        answers.go.set()
        values = [float(future.result(DEADLINE_S).parameters[0]) for future in futures]
        futures = [client.submit(bytes([number]), "", DEADLINE_S)[1] for number in range(1, 5)]
        assert all(future.result(DEADLINE_S) for future in futures)
    assert values == pytest.approx([number / 100 for number in range(1, 10)])
    assert answers.batches[:4] == [1, 8, 4, 2]
    assert max(answers.batches[7:]) <= 2  # what was learnt holds for the batches after it
    served.service.record.log.close()
    events = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [event["photos_together"] for event in events if event["event"] == "out-of-memory"] == [4, 2, 2]


def wait_until_waiting(served: Served, count: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while served.service.health()["waiting"] != count:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_photo_that_alone_is_too_much_for_memory_is_refused_in_words() -> None:
    with Served(HeldAnswers(memory_photos=0)) as served, served.client() as client:
        with pytest.raises(Refused, match="not enough free memory"):
            client.import_photo(bytes([1]), deadline_s=DEADLINE_S)
        assert client.hello().bundle == "tiny 1"


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("a defect"), False),
    ],
)
def test_errors_of_too_little_memory_are_told_from_defects(error: Exception, short: bool) -> None:
    assert out_of_memory(error) is short


def test_a_drain_gives_up_a_search_that_would_take_too_long() -> None:
    with Served(HeldAnswers(step_s=0.01), ServiceLimits(drain_s=0.1)) as served, served.client() as client:
        _, future = client.submit_refine(b"photo", *NUMBERS, **ENDLESS)
        wait_until_computing(served)
        served.stop.set()
        error = future.exception(DEADLINE_S)
        assert isinstance(error, Refused) and "shut down" in str(error)
        assert served.ended()
