"""Thread counts: shares add up to the cores at most, and reach the process and its children."""

from __future__ import annotations

import os

import pytest

from core import threads


@pytest.mark.parametrize(("count", "processes", "each"), [(8, 2, 4), (8, 3, 2), (2, 5, 1), (1, 1, 1), (4, 0, 4)])
def test_shares_add_up_to_the_cores_at_most(
    count: int, processes: int, each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "cores", lambda: count)
    assert threads.share(processes) == each


def test_a_child_gets_every_count_and_sleeps_while_it_waits() -> None:
    child = threads.environment(3, {"HOME": "/home/a", "OMP_NUM_THREADS": "64"})
    assert child["HOME"] == "/home/a"
    counts = {name for name in child if name.endswith(("_NUM_THREADS", "_MAXIMUM_THREADS"))}
    assert {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LP_NUM_THREADS"} <= counts
    assert {child[name] for name in counts} == {"3"}
    assert child["OMP_WAIT_POLICY"] == "PASSIVE"


def test_configuring_sets_torch_and_flushes_denormals(own_environment: pytest.MonkeyPatch) -> None:
    import torch

    assert threads.configure(2) == 2
    assert torch.get_num_threads() == 2
    assert os.environ["OMP_NUM_THREADS"] == "2"
    smallest = torch.full((4,), 1e-39) * 1.0
    assert smallest.eq(0).all()


def test_without_a_number_the_environment_decides(own_environment: pytest.MonkeyPatch) -> None:
    own_environment.setenv("OMP_NUM_THREADS", "3")
    assert threads.configure() == 3


def test_a_test_that_configures_leaves_nothing_for_the_next() -> None:
    import torch

    assert torch.get_num_threads() == 1
    assert (torch.full((4,), 1e-39) * 1.0).gt(0).all()


def test_no_threads_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="0, expected at least 1"):
        threads.configure(0)
