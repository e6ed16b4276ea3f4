"""Tests of data_capture.schedule."""

from __future__ import annotations

import numpy as np
import pytest

from data_capture import sampling
from data_capture.folder import DatasetInfo
from data_capture.manifest import ShardPlan
from data_capture.schedule import MOST_ATTEMPTS, Schedule
from engine_bridge.engines.pattern import pattern_schema
from engine_bridge.errors import EngineError

PLANS = (ShardPlan("shard-00000.tar", 0, 4), ShardPlan("shard-00002.tar", 8, 3))


@pytest.fixture
def schedule(info: DatasetInfo) -> Schedule:
    return Schedule(PLANS, pattern_schema(), info)


def test_fresh_samples_come_in_order_with_the_parameters_of_their_index(schedule: Schedule, info: DatasetInfo) -> None:
    jobs = [schedule.next_job(3, 7) for _ in range(4)]
    assert [[sample.index for sample in job] for job in jobs] == [[0, 1, 2], [3, 8, 9], [10], []]
    assert len(schedule) == 7
    assert np.array_equal(jobs[2][0].parameters, sampling.parameters(pattern_schema(), info.seed, 10))


def test_no_sample_is_handed_out_beyond_the_limit(schedule: Schedule) -> None:
    assert [sample.index for sample in schedule.next_job(3, 2)] == [0, 1]
    assert schedule.next_job(3, 2) == []
    assert [sample.index for sample in schedule.next_job(3, 4)] == [2, 3]


def test_what_is_put_back_goes_out_first_and_alone(schedule: Schedule) -> None:
    schedule.next_job(5, 7)
    schedule.put_back(3, "its worker died")
    schedule.put_back(1, "its worker died")
    order = [[sample.index for sample in schedule.next_job(5, 7)] for _ in range(3)]
    assert order == [[1], [3], [9, 10]]
    assert schedule.retries == 2


def test_what_no_engine_saw_goes_out_again_and_counts_as_no_attempt(schedule: Schedule) -> None:
    for _ in range(2 * MOST_ATTEMPTS):
        schedule.not_sent(sample.index for sample in schedule.next_job(1, 1))
    assert [sample.index for sample in schedule.next_job(3, 7)] == [0]
    assert schedule.retries == 0


def test_a_sample_that_keeps_failing_ends_the_capture_with_the_last_reason(schedule: Schedule) -> None:
    for _ in range(MOST_ATTEMPTS - 1):
        schedule.put_back(2, "the frame is black")
        schedule.next_job(1, 7)
    schedule.put_back(1, "the frame is black")
    with pytest.raises(EngineError, match=r"Sample 2 failed 5 times.*the frame is black"):
        schedule.put_back(2, "the frame is black")


def test_success_forgives_earlier_failures(schedule: Schedule) -> None:
    for _ in range(3 * MOST_ATTEMPTS):
        schedule.put_back(2, "bad luck")
        schedule.next_job(1, 7)
        schedule.done(2)
