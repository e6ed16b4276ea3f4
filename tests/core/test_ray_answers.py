"""The service over a local Ray cluster: answers, progress and cancel as without it, and a replica that dies."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.serve import ServiceLimits
from engine_bridge.client import Cancelled, RefineProgress
from engine_bridge.errors import BundleError, DeadlineExceeded, Refused
from tests.core.mortal import MortalAnswers
from tests.core.served import SCHEMA, Served

with warnings.catch_warnings():  # Ray's own use of its libraries is not up to date
    warnings.simplefilter("ignore")
    from core.serve.ray_answers import RayAnswers, start_ray, stop_ray

# Starting a cluster takes ten seconds on a quiet machine, and minutes on a busy one.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600)]
REPLICAS = 2
DEADLINE_S = 90.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    start_ray(replicas=REPLICAS)
    yield
    stop_ray()


@pytest.fixture(scope="module")
def served(cluster: None) -> Iterator[Served]:
    load = partial(RayAnswers, "tiny", partial(MortalAnswers, step_s=0.01), replicas=REPLICAS)
    with Served(sources={"tiny": load}, limits=ServiceLimits(threads={"imports": REPLICAS})) as served:
        yield served


def test_answers_come_from_replicas_as_from_the_service_itself(served: Served) -> None:
    with served.client() as client:
        assert client.hello().bundle == "tiny 1"
        futures = [client.submit(bytes([number]), "", DEADLINE_S)[1] for number in range(1, 9)]
        values = [float(future.result(DEADLINE_S).parameters[0]) for future in futures]
    assert values == pytest.approx([number / 100 for number in range(1, 9)])


def test_a_search_streams_its_progress_and_ends_when_it_is_cancelled(served: Served) -> None:
    heard: list[RefineProgress] = []
    numbers = SCHEMA.defaults, SCHEMA.default_choices
    with served.client() as client:
        result = client.refine(b"photo", *numbers, heard.append, steps=20, deadline_s=DEADLINE_S)
        assert result.step == 20 and 0 < len(heard) <= 20
        request_id, future = client.submit_refine(b"photo", *numbers, steps=1000, deadline_s=DEADLINE_S, budget_s=60)
        client.cancel(request_id)
        assert isinstance(future.exception(DEADLINE_S), Cancelled)
        # The one replica that searches is free again long before a thousand steps of ten milliseconds.
        assert client.refine(b"photo", *numbers, steps=1, deadline_s=9.0, budget_s=1.0).step == 1


def test_a_photo_whose_replica_dies_is_computed_by_another(served: Served, tmp_path: Path) -> None:
    flag = tmp_path / "died"
    with served.client() as client:
        result = client.import_photo(b"die once:" + os.fsencode(flag), deadline_s=DEADLINE_S)
    assert flag.exists()
    assert np.allclose(result.parameters, ord("d") / 100)


def test_a_photo_that_kills_every_replica_is_answered_in_words(served: Served) -> None:
    with served.client() as client:
        with pytest.raises((Refused, DeadlineExceeded), match=r"deadline"):
            client.import_photo(b"die:", deadline_s=2.0)
        assert client.hello().bundle == "tiny 1"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            RuntimeError("Deploying application x failed:\n  engine_bridge.errors.BundleError: No such folder.\n"),
            "No such",
        ),
        (TimeoutError(), "no free cores"),
    ],
)
def test_replicas_that_cannot_load_are_one_sentence(
    error: Exception, said: str, cluster: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_targets: object) -> None:
        raise error

    monkeypatch.setattr("ray.serve.run_many", fail)
    with pytest.raises(BundleError, match=f"replicas of 'gone' could not be started: .*{said}") as refused:
        RayAnswers("gone", MortalAnswers)
    assert "\n" not in str(refused.value)
