"""The engine host: what it answers to good and bad jobs, slow and hung renders, and coordinators that go away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from engine_bridge.dealer import PeerLost
from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.errors import EngineError, Refused
from engine_bridge.host import run_host
from engine_bridge.host_link import HostLimits, HostReport
from engine_bridge.protocol import (
    Credit,
    Drain,
    Error,
    Fail,
    Frame,
    Heartbeat,
    Hello,
    Job,
    Reject,
    Welcome,
    sample_digest,
)
from engine_bridge.router import Joined, Lost, Received

from .conftest import DEADLINE_S, Bench
from .hosting import SCHEMA, FailingEngine, GatedEngine, Hosted, changed, job

MakeBench = Callable[..., Bench]


@pytest.fixture
def make_hosted(make_bench: MakeBench) -> Iterator[Callable[..., Hosted]]:
    """Returns a function from an engine to a Hosted; all hosts are stopped at the end."""
    made: list[Hosted] = []

    def make(
        engine: PatternEngine | None = None, limits: HostLimits | None = None, heartbeat: Heartbeat | None = None
    ) -> Hosted:
        bench = make_bench(heartbeat=heartbeat)
        made.append(Hosted(bench, engine or PatternEngine(), limits or HostLimits()))
        return made[-1]

    yield make
    for hosted in made:
        hosted.stop.set()
        if isinstance(hosted.engine, GatedEngine):
            hosted.engine.gate.set()
        hosted.end()


def test_a_host_introduces_its_engine(make_hosted: Callable[..., Hosted]) -> None:
    hello = make_hosted().bench.wait(Joined)[0].hello
    assert (hello.role, hello.engine, hello.engine_version, hello.instance) == ("engine", "pattern", "1", "hosted")
    assert (hello.schema_hash, hello.schema) == (SCHEMA.hash, SCHEMA.to_json())
    assert hello.renderer == "numpy"
    assert hello.pid > 0


def test_every_sample_comes_back_with_its_index_and_digest_and_then_the_credit(
    make_hosted: Callable[..., Hosted],
) -> None:
    hosted = make_hosted()
    rows = [changed(0, value) for value in (-1.0, 0.0, 2.5)]
    hosted.send(job(5, *rows))
    *frames, credit = hosted.received(Credit, 1)
    assert isinstance(credit, Credit) and credit.jobs == 1
    assert [(f.request_id, f.index) for f in frames if isinstance(f, Frame)] == [(5, 100), (5, 101), (5, 102)]
    for frame, row in zip(frames, rows, strict=True):
        assert isinstance(frame, Frame)
        assert frame.sha256 == sample_digest(row, np.zeros(1, np.uint8))
        expected = PatternEngine().render(row[None], np.zeros((1, 1), np.uint8), 8)[0]
        assert np.array_equal(frame.pixels, expected)


@pytest.mark.parametrize(
    ("index", "value", "words"),
    [(3, np.nan, "'wave.03' is nan"), (4, np.inf, "'wave.04' is inf"), (5, -2.6, "'wave.05' is -2.6")],
)
def test_a_bad_value_fails_its_sample_naming_the_parameter_and_spares_the_others(
    make_hosted: Callable[..., Hosted], index: int, value: float, words: str
) -> None:
    hosted = make_hosted()
    hosted.send(job(1, changed(0, 1.0), changed(index, value), changed(0, 2.0)))
    messages = hosted.received(Credit, 1)
    (fail,) = [message for message in messages if isinstance(message, Fail)]
    assert (fail.index, fail.code) == (101, "parameters")
    assert words in fail.reason
    assert [message.index for message in messages if isinstance(message, Frame)] == [100, 102]


def test_a_choice_without_such_an_option_fails_its_sample(make_hosted: Callable[..., Hosted]) -> None:
    hosted = make_hosted()
    hosted.send(Job(1, (7,), 8, 5000, SCHEMA.defaults[None], np.full((1, 1), 9, np.uint8)))
    fail = hosted.received(Credit, 1)[0]
    assert isinstance(fail, Fail)
    assert (fail.code, "'tint' has no option 9" in fail.reason) == ("parameters", True)


def test_a_sample_that_cannot_be_drawn_does_not_cost_its_neighbours(make_hosted: Callable[..., Hosted]) -> None:
    hosted = make_hosted(FailingEngine())
    hosted.send(job(1, changed(0, 0.5), changed(0, 2.0), changed(0, -0.5)))
    messages = hosted.received(Credit, 1)
    assert [message.index for message in messages if isinstance(message, Frame)] == [100, 102]
    (fail,) = [message for message in messages if isinstance(message, Fail)]
    assert (fail.index, fail.code, fail.reason) == (101, "engine", "ValueError: the mesh folded over")


ROW = np.zeros((1, 12), np.float32)
CHOICE = np.zeros((1, 1), np.uint8)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (Job(1, (1,), 0, 1000, ROW, CHOICE), "image_px is 0; 1 to 2048"),
        (Job(1, (1,), 9999, 1000, ROW, CHOICE), "image_px is 9999; 1 to 2048"),
        (Job(1, (1,), 8, 1000, ROW[:, :5], CHOICE), "shapes ((1, 5), (1, 1)); expected ((1, 12), (1, 1))"),
        (Job(1, (1,), 8, 1000, ROW, CHOICE[:, :0]), "expected ((1, 12), (1, 1))"),
        (Job(1, (1, 1), 8, 1000, np.repeat(ROW, 2, 0), np.repeat(CHOICE, 2, 0)), "names an index twice"),
        (Job(1, tuple(range(5)), 8, 1000, np.repeat(ROW, 5, 0), np.repeat(CHOICE, 5, 0)), "5 samples; 1 to 4"),
    ],
)
def test_a_job_outside_the_limits_fails_in_words_and_returns_its_credit(
    make_hosted: Callable[..., Hosted], bad: Job, words: str
) -> None:
    hosted = make_hosted(limits=HostLimits(max_job_samples=4))
    hosted.send(bad)
    messages = hosted.received(Credit, 1)
    fails = [message for message in messages if isinstance(message, Fail)]
    assert len(fails) == len(bad.indices)
    assert {fail.code for fail in fails} == {"limits"}
    assert words in fails[0].reason


def test_a_job_beyond_the_credit_fails_at_once(make_hosted: Callable[..., Hosted]) -> None:
    engine = GatedEngine()
    hosted = make_hosted(engine, HostLimits(credit=1))
    hosted.send(job(1, SCHEMA.defaults))
    hosted.send(job(2, SCHEMA.defaults))
    fail = hosted.received(Fail, 1)[0]
    assert isinstance(fail, Fail)
    assert (fail.request_id, fail.code) == (2, "limits")
    engine.gate.set()
    messages = hosted.received(Frame, 1)
    assert [message.request_id for message in messages if isinstance(message, Frame)] == [1]


def test_a_slow_render_is_not_taken_for_death(make_hosted: Callable[..., Hosted]) -> None:
    engine = GatedEngine()
    hosted = make_hosted(engine, heartbeat=Heartbeat(interval_s=0.05, allowance_s=1.0))
    hosted.send(job(1, SCHEMA.defaults))
    assert engine.entered.wait(DEADLINE_S)
    # Three allowances in a render; only the pings of the other thread keep the host alive.
    assert not threading.Event().wait(3.0)
    engine.gate.set()
    assert isinstance(hosted.received(Credit, 1)[0], Frame)
    assert not [event for event in hosted.bench.events if isinstance(event, Lost)]


def test_a_passed_deadline_fails_the_samples_and_the_late_frames_are_dropped_and_counted(
    make_hosted: Callable[..., Hosted],
) -> None:
    engine = GatedEngine()
    hosted = make_hosted(engine)
    hosted.send(job(1, SCHEMA.defaults, SCHEMA.defaults, deadline_ms=50))
    fails = hosted.received(Fail, 2)
    assert [(fail.index, fail.code) for fail in fails if isinstance(fail, Fail)] == [
        (100, "deadline"),
        (101, "deadline"),
    ]
    engine.gate.set()
    # The credit comes back only when the engine is free again, and no frame comes with it.
    assert [type(message) for message in hosted.received(Credit, 1)] == [Fail, Fail, Credit]
    hosted.send(Drain())
    report = hosted.end()
    assert isinstance(report, HostReport)
    assert (report.frames, report.fails, report.late) == (0, 2, 2)


def test_a_hung_render_is_reported_so_that_the_process_can_end(make_hosted: Callable[..., Hosted]) -> None:
    engine = GatedEngine()
    hosted = make_hosted(engine, HostLimits(hang_s=0.1))
    hosted.send(job(1, SCHEMA.defaults, deadline_ms=50))
    assert hosted.hung.wait(DEADLINE_S)
    engine.gate.set()
    error = hosted.end()
    assert isinstance(error, EngineError)
    assert "overran its deadline of 50 ms" in str(error)


def test_a_drained_host_finishes_what_it_holds_and_leaves(make_hosted: Callable[..., Hosted]) -> None:
    engine = GatedEngine()
    hosted = make_hosted(engine)
    hosted.send(job(1, SCHEMA.defaults))
    hosted.send(Drain("done"))
    hosted.send(job(2, SCHEMA.defaults))
    fail = hosted.received(Fail, 1)[0]
    assert isinstance(fail, Fail)
    assert (fail.request_id, "draining" in fail.reason) == (2, True)
    engine.gate.set()
    report = hosted.end()
    assert isinstance(report, HostReport)
    assert (report.reason, report.frames) == ("drained", 1)
    assert hosted.bench.wait(Lost)[0].reason == "said goodbye: drained"


def test_a_stopped_host_says_goodbye(make_hosted: Callable[..., Hosted]) -> None:
    hosted = make_hosted()
    hosted.stop.set()
    assert isinstance(hosted.end(), HostReport)
    assert hosted.bench.wait(Lost)[0].reason == "said goodbye: stopped"


def test_a_goodbye_ends_the_host_in_good_order(make_hosted: Callable[..., Hosted]) -> None:
    hosted = make_hosted()
    hosted.bench.close()
    report = hosted.end()
    assert isinstance(report, HostReport)
    assert "shutting down" in report.reason


def test_a_silent_coordinator_ends_the_host_with_an_error(
    make_hosted: Callable[..., Hosted], monkeypatch: pytest.MonkeyPatch
) -> None:
    hosted = make_hosted(heartbeat=Heartbeat(interval_s=0.05, allowance_s=0.5))
    monkeypatch.setattr(hosted.bench.router, "dismiss", lambda peer, reason: None)  # a crash says no goodbye
    hosted.bench.close()
    assert isinstance(hosted.end(), PeerLost)


def test_a_rejected_host_raises_the_words(make_bench: MakeBench) -> None:
    def refuse(hello: Hello) -> Welcome | Reject:
        return Reject("schema", "This dataset is of another character.")

    with pytest.raises(Refused, match="another character"):
        run_host(PatternEngine(), make_bench(refuse).address)


def test_a_message_that_is_not_for_engines_is_answered_and_errors_are_not(make_hosted: Callable[..., Hosted]) -> None:
    hosted = make_hosted()
    hosted.send(Error(0, "malformed", "something you sent"))
    hosted.send(Credit(1))
    (answer,) = hosted.received(Error, 1)
    assert isinstance(answer, Error)
    assert (answer.code, answer.message) == ("unknown-kind", "An engine has no use for 'credit'.")


def test_a_new_coordinator_gets_none_of_the_old_ones_frames(
    make_hosted: Callable[..., Hosted], make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = GatedEngine()
    hosted = make_hosted(engine, heartbeat=Heartbeat(interval_s=0.05, allowance_s=15.0))
    hosted.send(job(1, SCHEMA.defaults))
    assert engine.entered.wait(DEADLINE_S)
    monkeypatch.setattr(hosted.bench.router, "dismiss", lambda peer, reason: None)
    hosted.bench.close()
    second = make_bench(address=hosted.bench.address)
    peer = second.wait(Joined)[0].peer
    # The refusal of a job without a size shows that the host has read the welcome, which goes out before it.
    second.router.post(peer, Job(9, (9,), 0, 1000, ROW, CHOICE))
    assert isinstance(second.wait(Received)[0].message, Fail)
    engine.gate.set()
    second.router.post(peer, job(1, changed(0, 1.0)))
    first = next(event.message for event in second.wait(Received, 3) if isinstance(event.message, Frame))
    assert first.sha256 == sample_digest(changed(0, 1.0), np.zeros(1, np.uint8))
