"""EngineSession: the shortest way from parameters to images, with every way an engine can let one down."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from engine_bridge.dealer import Dealer
from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.errors import DeadlineExceeded, EngineError, InputError, Refused, SchemaError
from engine_bridge.process import EngineProcess
from engine_bridge.protocol import Hello
from engine_bridge.scene import Scene
from engine_bridge.session import EngineSession

PATTERN = PatternEngine()


@pytest.fixture(scope="module")
def session() -> Iterator[EngineSession]:
    """One pattern engine for the tests that leave it alive."""
    with EngineSession.start("pattern", image_px=16, deadline_s=60) as started:
        yield started


def test_a_session_says_what_it_talks_to(session: EngineSession) -> None:
    assert (session.engine, session.engine_version, session.renderer) == ("pattern", "1", "numpy")
    assert session.schema.hash == PATTERN.schema.hash


def test_images_over_the_wire_are_those_of_the_engine(session: EngineSession) -> None:
    rng = np.random.default_rng(1)
    parameters = rng.uniform(-2.5, 2.5, (21, session.schema.count)).astype(np.float32)
    choices = rng.integers(0, 2, (21, 1)).astype(np.uint8)
    assert np.array_equal(session.render(parameters, choices), PATTERN.render(parameters, choices, 16))


def test_one_vector_gives_one_image_of_the_size_asked_for(session: EngineSession) -> None:
    assert session.render(session.schema.defaults).shape == (16, 16, 3)
    assert session.render(session.schema.defaults, image_px=24).shape == (24, 24, 3)
    assert session.render(np.zeros((0, session.schema.count))).shape == (0, 16, 16, 3)


def test_a_wrong_parameter_is_named_before_anything_is_sent(session: EngineSession) -> None:
    vector = session.schema.defaults.copy()
    vector[2] = np.nan
    with pytest.raises(SchemaError, match=r"'wave\.02' is nan"):
        session.render(vector)
    with pytest.raises(SchemaError, match="has no option 7"):
        session.render(session.schema.defaults, [[7]])
    with pytest.raises(SchemaError, match="2 rows of choices were given for 1"):
        session.render(session.schema.defaults, [[0], [1]])


def test_a_scene_and_its_truth_come_over_the_wire_as_the_engine_draws_them(session: EngineSession) -> None:
    parameters = np.random.default_rng(2).uniform(-2.5, 2.5, (11, session.schema.count)).astype(np.float32)
    choices = np.zeros((11, 1), np.uint8)
    blue = Scene(background=(0.0, 0.0, 1.0))
    expected = PATTERN.render_scene(parameters, choices, 16, blue, ("segmentation",))
    drawn = session.render(parameters, choices, scene=blue, truth=("segmentation",))
    assert np.array_equal(drawn.images, expected.images)
    assert np.array_equal(drawn.truth["segmentation"], expected.truth["segmentation"])
    assert np.array_equal(session.render(parameters, choices, scene=blue), expected.images)
    single = session.render(parameters[0], choices[:1], truth=["segmentation"])
    assert np.array_equal(single.images, PATTERN.render(parameters[:1], choices[:1], 16)[0])
    assert single.truth["segmentation"].shape == (16, 16)


def test_large_pictures_with_truth_come_in_smaller_jobs(session: EngineSession) -> None:
    parameters = np.zeros((3, session.schema.count), np.float32)
    parameters[:, 0] = (-2.5, 0.0, 2.5)
    drawn = session.render(parameters, image_px=1200, truth=("segmentation",), deadline_s=60)
    sizes = [int(np.count_nonzero(drawn.truth["segmentation"][k])) for k in range(3)]
    assert sizes == sorted(sizes) and sizes[0] < sizes[2]


def test_what_the_engine_lacks_is_refused_before_anything_is_sent(session: EngineSession) -> None:
    assert session.features == ("background", "segmentation")
    with pytest.raises(Refused) as caught:
        session.render(session.schema.defaults, scene=Scene(yaw_deg=30), truth=("depth",))
    assert str(caught.value) == (
        "The engine 'pattern' does not support camera (yaw_deg), depth as truth; it supports background, segmentation."
    )
    with pytest.raises(InputError, match="no truth channel 'smell', expected some of segmentation, depth, points"):
        session.render(session.schema.defaults, truth=("smell",))
    with pytest.raises(InputError, match="image_px is 2049; with truth, at most 2048 fit"):
        session.render(session.schema.defaults, image_px=2049, truth=("segmentation",))


def test_a_size_that_the_engine_refuses_is_an_error_in_words(session: EngineSession) -> None:
    with pytest.raises(EngineError, match=r"\(limits\): image_px is 4000; 1 to 2048"):
        session.render(session.schema.defaults, image_px=4000)


def test_replies_that_come_after_the_deadline_are_dropped_and_counted(session: EngineSession) -> None:
    many = np.tile(session.schema.defaults, (64, 1))
    before = session.late
    with pytest.raises(DeadlineExceeded, match=r"64 images took longer than 0 s|sample \d+ in time"):
        session.render(many, deadline_s=0.0)
    bright = session.schema.defaults.copy()
    bright[0] = 2.5
    assert np.array_equal(session.render(bright), PATTERN.render(bright[None], np.zeros((1, 1), np.uint8), 16)[0])
    assert session.late > before


def test_threads_take_turns(session: EngineSession) -> None:
    wrong: list[float] = []

    def draw(value: float) -> None:
        vector = session.schema.defaults.copy()
        vector[1] = value
        expected = PATTERN.render(vector[None], np.zeros((1, 1), np.uint8), 16)[0]
        for _ in range(5):
            if not np.array_equal(session.render(vector), expected):
                wrong.append(value)

    threads = [threading.Thread(target=draw, args=(value,)) for value in (-2.0, 0.5, 2.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert wrong == []


def test_a_stranger_cannot_take_the_engines_place(session: EngineSession) -> None:
    schema = PATTERN.schema
    hello = Hello(role="engine", instance="stranger", engine="pattern", schema_hash=schema.hash, credit=1,
                  max_image_px=16, max_job_samples=1, schema=schema.to_json())  # fmt: skip
    with Dealer(session._router.endpoint, hello) as dealer, pytest.raises(Refused, match="another engine's session"):
        dealer.greet(20)


def test_an_engine_that_dies_at_start_is_quoted() -> None:
    with pytest.raises(EngineError, match=r"exited with code 1; its last lines were: .*Unknown engine 'broken'"):
        EngineSession.start("broken", deadline_s=60)


def test_an_engine_that_never_says_hello_is_given_up() -> None:
    with pytest.raises(DeadlineExceeded, match=r"'pattern' said no hello within 0\.001 s"):
        EngineSession.start("pattern", deadline_s=0.001)


def test_an_engine_killed_while_it_renders_is_an_error_not_a_wait() -> None:
    with EngineSession.start("pattern", image_px=512, deadline_s=60) as session:
        killer = threading.Timer(0.2, session._process._process.kill)
        killer.start()
        with pytest.raises(EngineError, match=r"process (was ended by signal|exited with code)"):
            for _ in range(1000):
                session.render(np.tile(session.schema.defaults, (16, 1)), deadline_s=60)
        killer.join()


def test_closing_twice_is_harmless_and_leaves_no_process() -> None:
    session = EngineSession.start("pattern", image_px=8, deadline_s=60)
    session.close()
    session.close()
    assert session._process.exit_code() is not None


def test_an_engine_outlives_no_parent_that_is_killed() -> None:
    if not sys.platform.startswith("linux"):
        return  # elsewhere the closed standard input ends it, as the test of EngineProcess.close shows
    import subprocess

    code = (
        "import sys, time\n"
        "from engine_bridge.session import EngineSession\n"
        "session = EngineSession.start('pattern', image_px=8, deadline_s=60)\n"
        "print(session._hello.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    engine = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait(20)
    parent.stdout.close()
    for _ in range(400):
        if not alive(engine):
            break
        time.sleep(0.05)
    assert not alive(engine)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_an_engine_process_is_started_with_bounded_threads() -> None:
    from engine_bridge.process import thread_environment

    assert set(thread_environment(2).values()) == {"2", "PASSIVE"}
    process = EngineProcess("pattern", "tcp://127.0.0.1:9", threads=1)
    process.kill()
    assert process.exit_code() is not None
