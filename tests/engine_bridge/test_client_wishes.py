"""What a client asks for since wire 1.2: wishes, refinement with progress, comparisons, and the asyncio form."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine_bridge.client import AsyncServiceClient, Cancelled, RefineProgress, ServiceClient, Wishes
from engine_bridge.errors import InputError, ProtocolError, Refused, SchemaError
from engine_bridge.protocol import (
    SERVICE_FEATURES,
    Cancel,
    Compare,
    Compared,
    Error,
    Hello,
    Import,
    Message,
    Progress,
    Refine,
    Refined,
    Reject,
    Welcome,
)
from engine_bridge.router import Event, Received, Router

from .conftest import DEADLINE_S, Bench
from .test_client import CHOICES, PICTURE, SCHEMA, greet, imported

MakeBench = Callable[..., Bench]
Answer = Callable[[Any], Sequence[Message]]


def digest(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()


def able(hello: Hello) -> Welcome | Reject:
    """A service of 1.2 with two bundles."""
    answer = greet(hello)
    assert isinstance(answer, Welcome)
    return replace(answer, features=SERVICE_FEATURES, bundles=("embedded", "smooth"))


def service(make_bench: MakeBench, answer: Answer, greeting: Callable[[Hello], Welcome | Reject] = able) -> Bench:
    """Answers each request with what `answer` returns for it."""

    def on_event(router: Router, event: Event) -> None:
        if isinstance(event, Received) and isinstance(event.message, Import | Refine | Compare | Cancel):
            for message in answer(event.message):
                router.send(event.peer, message)

    return make_bench(greeting, on_event, roles=frozenset({"client"}))


def progress(job: Refine, step: int) -> Progress:
    return Progress(job.request_id, digest(job.photo), step, job.steps, 2.0, 1.0 / step, 5.0, job.parameters, PICTURE)


def refined(job: Refine, **changes: Any) -> Refined:
    answer = Refined(job.request_id, SCHEMA.hash, digest(job.photo), "test 1", job.steps, "steps", "engine", True, 2.0,
                     0.5, {"search": 9.0}, job.parameters, job.choices, PICTURE, PICTURE)  # fmt: skip
    return replace(answer, **changes)


def test_every_wish_travels_and_every_answer_comes_back(make_bench: MakeBench) -> None:
    asked: list[Import] = []

    def answer(job: Import) -> list[Message]:
        asked.append(job)
        rows = np.stack([SCHEMA.defaults, SCHEMA.defaults])
        return [
            imported(job.request_id, digest=digest(job.photo), bundle="smooth 2", face=0, codes=("small",),
                     severities=("warning",), measures={"face_px": 51.0}, groups={"woman": 0.75},
                     colours={"skin.red": 0.5, "skin.green": 0.25, "skin.blue": 0.125, "odd": 1.0},
                     confidence=np.linspace(0, 1, SCHEMA.count, dtype=np.float32),
                     boxes=np.array([[1, 2, 3, 4], [1, 1, 2, 2]], np.float32),
                     thumbnails=np.zeros((128, 64, 3), np.uint8), weights=np.array([1, 0], np.float32), variations=rows,
                     variation_choices=np.zeros((2, 1), np.uint8), variation_previews=np.zeros((8, 4, 3), np.uint8))
        ]  # fmt: skip

    wishes = Wishes("smooth", 0, "woman", ("nose", "hat"), True, 2, SCHEMA.defaults, CHOICES)
    with ServiceClient(service(make_bench, answer).address) as client:
        found = client.import_photo([b"one", b"three"], wishes=wishes)
    (job,) = asked
    assert (job.bundle, job.group, job.locked, job.mirrored, job.variations) == (
        "smooth", "woman", ("nose", "hat"), True, 2,
    )  # fmt: skip
    assert (job.photo, job.lengths) == (b"onethree", (3, 5))
    assert job.current is not None and np.array_equal(job.current, SCHEMA.defaults)
    assert [(one.code, one.severity, one.words) for one in found.advice] == [("small", "warning", "small")]
    assert found.colours == {"skin": (0.5, 0.25, 0.125)} and found.groups == {"woman": 0.75}
    assert found.confidence is not None and found.confidence[-1] == 1
    assert found.boxes is not None and found.boxes.shape == (2, 4)
    assert found.thumbnails is not None and found.thumbnails.shape == (2, 64, 64, 3)
    assert [one.choices.tolist() for one in found.variations] == [[0], [0]]
    assert [one.preview is not None and one.preview.shape for one in found.variations] == [(4, 4, 3)] * 2


@pytest.mark.parametrize(
    ("wishes", "lacking"),
    [
        (Wishes(face=1), "face"),
        (Wishes(group="woman"), "group"),
        (Wishes(locked=("nose",)), "locks"),
        (Wishes(mirrored=True), "locks"),
        (Wishes(variations=3), "variations"),
    ],
)
def test_an_older_service_is_not_sent_what_it_would_ignore(wishes: Wishes, lacking: str, make_bench: MakeBench) -> None:
    bench = service(make_bench, lambda job: [imported(job.request_id)], greet)
    with ServiceClient(bench.address) as client:
        with pytest.raises(Refused, match=f"does not offer {lacking}"):
            client.import_photo(b"photo", wishes=wishes)
        with pytest.raises(Refused, match="does not offer several"):
            client.import_photo([b"photo"])
        with pytest.raises(Refused, match="does not offer refine"):
            client.refine(b"photo", SCHEMA.defaults, CHOICES)
        assert client.import_photo(b"photo").advice[0].words == "small"


@pytest.mark.parametrize(
    ("photos", "wishes", "said"),
    [
        (b"photo", Wishes(bundle="rough"), "no bundle 'rough'; it has embedded, smooth"),
        (b"photo", Wishes(variations=9), "expected 0 to 8"),
        (b"photo", Wishes(face=-1), "expected 0"),
        ([], Wishes(), "expected 1 to 16"),
        ([b"x"] * 17, Wishes(), "expected 1 to 16"),
        ([b"x" * 600] * 2, Wishes(), "1200 bytes"),
    ],
)
def test_a_foolish_wish_is_refused_before_it_is_sent(
    photos: bytes | list[bytes], wishes: Wishes, said: str, make_bench: MakeBench
) -> None:
    with ServiceClient(service(make_bench, lambda job: []).address) as client, pytest.raises(InputError, match=said):
        client.import_photo(photos, wishes=wishes)


def test_an_answer_for_another_photo_is_never_handed_on(make_bench: MakeBench) -> None:
    bench = service(make_bench, lambda job: [imported(job.request_id, digest=digest(b"another photo"))])
    with ServiceClient(bench.address) as client, pytest.raises(ProtocolError, match="another photo"):
        client.import_photo(b"photo", deadline_s=DEADLINE_S)


def test_refining_reports_the_best_so_far_and_ends_with_the_result(make_bench: MakeBench) -> None:
    seen: list[RefineProgress] = []
    bench = service(make_bench, lambda job: [progress(job, 1), progress(job, 2), refined(job)])
    with ServiceClient(bench.address) as client:
        found = client.refine(b"photo", SCHEMA.defaults, CHOICES, seen.append, steps=3)
    assert [(state.step, state.steps, state.loss) for state in seen] == [(1, 3, 1.0), (2, 3, 0.5)]
    assert (found.kept, found.judge, found.loss_before, found.loss, found.step) == (True, "engine", 2.0, 0.5, 3)
    assert np.array_equal(found.parameters, SCHEMA.defaults) and found.render is not None


def test_a_callback_that_fails_fails_its_own_request_only(make_bench: MakeBench) -> None:
    told: list[int] = []

    def answer(job: Import | Refine | Cancel) -> list[Message]:
        if isinstance(job, Cancel):
            told.append(job.request_id)
            return []
        return [progress(job, 1)] if isinstance(job, Refine) else [imported(job.request_id)]

    def broken(state: RefineProgress) -> None:
        raise ValueError("my own mistake")

    with ServiceClient(service(make_bench, answer).address) as client:
        with pytest.raises(ValueError, match="my own mistake"):
            client.refine(b"photo", SCHEMA.defaults, CHOICES, broken, deadline_s=DEADLINE_S)
        assert client.import_photo(b"photo").faces == 1
    assert told == [1]  # so that the service does not compute for nobody


def test_a_cancelled_search_leaves_the_best_that_was_reported(make_bench: MakeBench) -> None:
    seen: list[RefineProgress] = []
    arrived = threading.Event()

    def answer(job: Refine | Cancel) -> list[Message]:
        if isinstance(job, Cancel):
            return [Error(job.request_id, "cancelled", "The client cancelled this photo.")]
        return [progress(job, 4)]

    def hear(state: RefineProgress) -> None:
        seen.append(state)
        arrived.set()

    with ServiceClient(service(make_bench, answer).address) as client:
        number, future = client.submit_refine(b"photo", SCHEMA.defaults, CHOICES, hear)
        assert arrived.wait(DEADLINE_S)
        client.cancel(number)
        with pytest.raises(Cancelled):
            future.result(DEADLINE_S)
    assert seen[-1].step == 4


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"schema_hash": "0" * 64}, SchemaError), ({"digest": "0" * 64}, ProtocolError),
     ({"parameters": np.full(SCHEMA.count, 99, np.float32)}, SchemaError)],
)  # fmt: skip
def test_a_wrong_refinement_is_refused(changes: dict[str, Any], error: type[Exception], make_bench: MakeBench) -> None:
    bench = service(make_bench, lambda job: [refined(job, **changes)])
    with ServiceClient(bench.address) as client, pytest.raises(error):
        client.refine(b"photo", SCHEMA.defaults, CHOICES, deadline_s=DEADLINE_S)


def test_comparisons_come_as_pictures(make_bench: MakeBench) -> None:
    asked: list[Compare] = []

    def answer(job: Compare) -> list[Message]:
        asked.append(job)
        return [Compared(job.request_id, digest(job.photo), "engine", blend=PICTURE)]

    with ServiceClient(service(make_bench, answer).address) as client:
        found = client.compare(b"photo", SCHEMA.defaults, CHOICES, ("blend",), blend=0.25)
    assert found.blend is not None and found.side is None and found.drawn_by == "engine"
    assert (asked[0].kinds, asked[0].blend) == (("blend",), 0.25)


def test_the_asyncio_form_awaits_imports_and_refinements(make_bench: MakeBench) -> None:
    def answer(job: Import | Refine) -> list[Message]:
        return [progress(job, 1), refined(job)] if isinstance(job, Refine) else [imported(job.request_id, 0.25)]

    bench = service(make_bench, answer)
    seen: list[int] = []

    async def use() -> None:
        async with AsyncServiceClient(bench.address) as client:
            found = await asyncio.gather(*(client.import_photo(b"photo") for _ in range(5)))
            assert [one.parameters[0] for one in found] == [0.25] * 5
            result = await client.refine(
                b"photo", found[0].parameters, found[0].choices, lambda state: seen.append(state.step)
            )
            assert result.kept
            with pytest.raises(InputError, match="no bundle"):
                await client.import_photo(b"photo", wishes=Wishes(bundle="rough"))

    asyncio.run(use())
    assert seen == [1]


def test_a_cancelled_task_cancels_its_request_at_the_service(make_bench: MakeBench) -> None:
    cancelled: list[int] = []
    arrived, loops = asyncio.Event(), list[asyncio.AbstractEventLoop]()

    def answer(job: Import | Cancel) -> list[Message]:
        if isinstance(job, Cancel):
            cancelled.append(job.request_id)
            return [Error(job.request_id, "cancelled", "cancelled")]
        loops[0].call_soon_threadsafe(arrived.set)
        return []

    bench = service(make_bench, answer)

    async def use() -> None:
        loops.append(asyncio.get_running_loop())
        async with AsyncServiceClient(bench.address) as client:
            task = asyncio.create_task(client.import_photo(b"photo"))
            await asyncio.wait_for(arrived.wait(), DEADLINE_S)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            while not cancelled:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(use(), DEADLINE_S))
    assert cancelled == [1]
