"""The engine host: what it answers to good and bad jobs, slow and hung renders, and coordinators that go away."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest

from engine_bridge.dealer import PeerLost
from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.errors import EngineError, FaceBridgeError, Refused
from engine_bridge.host import main, run_host
from engine_bridge.host_link import HostLimits, HostReport
from engine_bridge.process import EngineProcess
from engine_bridge.protocol import (
    Credit,
    Drain,
    Error,
    Fail,
    Frame,
    Heartbeat,
    Hello,
    Job,
    Message,
    Reject,
    Welcome,
    sample_digest,
)
from engine_bridge.router import Joined, Lost, Received

from .conftest import DEADLINE_S, Bench

MakeBench = Callable[..., Bench]
SCHEMA = PatternEngine().schema


class GatedEngine(PatternEngine):
    """Waits in render until the test opens the gate."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()
        self.gate = threading.Event()

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """Draw once the gate is open."""
        self.entered.set()
        assert self.gate.wait(DEADLINE_S)
        return super().render(parameters, choices, image_px)


class FailingEngine(PatternEngine):
    """Cannot draw anything whose first parameter is above 1, alone or among others."""

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """Draw, or raise."""
        if (parameters[:, 0] > 1).any():
            raise ValueError("the mesh folded over")
        return super().render(parameters, choices, image_px)


class Hosted:
    """A host in a thread, and the coordinator's view of it."""

    def __init__(self, bench: Bench, engine: PatternEngine, limits: HostLimits) -> None:
        self.bench = bench
        self.engine = engine
        self.hung = threading.Event()
        self.stop = threading.Event()
        self.result: HostReport | FaceBridgeError | None = None
        self._limits = limits
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.peer = bench.wait(Joined)[0].peer

    def send(self, message: Message) -> None:
        """Send as the coordinator."""
        self.bench.router.post(self.peer, message)

    def received(self, kind: type[Message], count: int) -> list[Message]:
        """All messages so far, once there are `count` of one kind."""
        total = count
        while True:
            messages = [event.message for event in self.bench.wait(Received, total)]
            if sum(isinstance(message, kind) for message in messages) >= count:
                return messages
            total = len(messages) + 1

    def end(self) -> HostReport | FaceBridgeError:
        """Wait for the host's end; its report, or what it raised."""
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), "the host did not end"
        assert self.result is not None
        return self.result

    def _run(self) -> None:
        try:
            self.result = run_host(
                self.engine,
                self.bench.address,
                stop=self.stop,
                instance="hosted",
                limits=self._limits,
                on_hang=lambda seconds: self.hung.set(),
            )
        except FaceBridgeError as error:
            self.result = error


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


def job(request_id: int, *rows: npt.NDArray[np.float32], deadline_ms: int = 20_000, image_px: int = 8) -> Job:
    """A job whose samples are numbered from 100."""
    parameters = np.stack(rows)
    indices = tuple(range(100, 100 + len(rows)))
    return Job(request_id, indices, image_px, deadline_ms, parameters, np.zeros((len(rows), 1), np.uint8))


def changed(index: int, value: float) -> npt.NDArray[np.float32]:
    """The neutral character with one parameter changed."""
    vector = SCHEMA.defaults.copy()
    vector[index] = value
    return vector


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
    engine.gate.set()
    second.router.post(peer, job(1, changed(0, 1.0)))
    first = second.wait(Received)[0].message
    assert isinstance(first, Frame)
    assert first.sha256 == sample_digest(changed(0, 1.0), np.zeros(1, np.uint8))


def test_importing_the_host_loads_no_library_that_reads_thread_counts() -> None:
    code = "import sys, engine_bridge.host; print({'numpy', 'zmq', 'msgpack', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"


def test_the_process_sets_its_thread_counts_before_the_engine_opens(own_environment: pytest.MonkeyPatch) -> None:
    assert main(["--engine", "none", "--connect", "tcp://127.0.0.1:1", "--threads", "3"]) == 1
    assert [os.environ[name] for name in ("OMP_NUM_THREADS", "LP_NUM_THREADS", "OMP_WAIT_POLICY")] == [
        "3",
        "3",
        "PASSIVE",
    ]


def test_a_host_process_that_cannot_start_says_why_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--engine", "none", "--connect", "tcp://127.0.0.1:1"]) == 1
    assert capsys.readouterr().err == "facebridge: error: Unknown engine 'none', expected one of embedded, pattern.\n"


def test_an_engine_process_ends_when_its_owner_lets_go(make_bench: MakeBench) -> None:
    bench = make_bench(heartbeat=Heartbeat(interval_s=0.05, allowance_s=1.0))
    process = EngineProcess.start("pattern", bench.address)
    joined = bench.wait(Joined)[0]
    assert joined.hello.instance == process.instance
    process.close(grace_s=DEADLINE_S)
    assert process.exit_code() == 0
    bench.wait(Lost)


def test_a_killed_engine_process_is_described(make_bench: MakeBench) -> None:
    bench = make_bench(heartbeat=Heartbeat(interval_s=0.05, allowance_s=1.0))
    process = EngineProcess.start("pattern", bench.address)
    bench.wait(Joined)
    process.kill()
    assert bench.wait(Lost)
    assert process.exit_code() != 0
    assert process.describe_exit().endswith("wrote nothing.")
