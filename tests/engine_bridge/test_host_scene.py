"""The engine host and scenes: what it announces, draws and refuses, and that a wrong map of truth does not leave it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.host_link import HostLimits
from engine_bridge.protocol import Credit, Fail, Frame, Job
from engine_bridge.router import Joined
from engine_bridge.scene import Scene
from engine_bridge.truth import RenderedScene

from .conftest import Bench
from .hosting import SCHEMA, Hosted, changed

RED = Scene(background=(1.0, 0.0, 0.0))


class BadTruthEngine(PatternEngine):
    """Gives its segmentation as the wrong type for all but the first sample."""

    def render_scene(
        self,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        image_px: int,
        scene: Scene,
        truth: Sequence[str],
    ) -> RenderedScene:
        """Draw, then spoil."""
        drawn = super().render_scene(parameters, choices, image_px, scene, truth)
        wrong = drawn.truth["segmentation"].copy()
        wrong[1:] = 77
        return RenderedScene(drawn.images, {"segmentation": wrong, "depth": np.zeros(1, np.float32)})


@pytest.fixture
def host(make_bench: Callable[..., Bench]) -> Iterator[Callable[[PatternEngine], Hosted]]:
    """Returns a function from an engine to a Hosted; all hosts are stopped at the end."""
    made: list[Hosted] = []

    def make(engine: PatternEngine) -> Hosted:
        made.append(Hosted(make_bench(), engine, HostLimits(max_image_px=4096)))
        return made[-1]

    yield make
    for hosted in made:
        hosted.stop.set()
        hosted.end()


def asked(scene: dict[str, float], truth: tuple[str, ...] = (), image_px: int = 8) -> Job:
    """A job of two samples, numbered from 100."""
    rows = np.stack([changed(0, -2.5), changed(0, 2.5)])
    return Job(3, (100, 101), image_px, 20_000, rows, np.zeros((2, 1), np.uint8), scene=scene, truth=truth)


def test_a_host_announces_the_features_of_its_engine(host: Callable[[PatternEngine], Hosted]) -> None:
    hosted = host(PatternEngine())
    assert hosted.bench.wait(Joined)[0].hello.features == ("background", "segmentation")


def test_frames_carry_the_scene_and_the_truth_that_the_job_asked_for(host: Callable[[PatternEngine], Hosted]) -> None:
    hosted = host(PatternEngine())
    job = asked(RED.to_wire(), ("segmentation",), image_px=16)
    hosted.send(job)
    *frames, credit = hosted.received(Credit, 1)
    assert isinstance(credit, Credit)
    expected = PatternEngine().render_scene(job.parameters, job.choices, 16, RED, ("segmentation",))
    assert [frame.index for frame in frames if isinstance(frame, Frame)] == [100, 101]
    for row, frame in enumerate(frames):
        assert isinstance(frame, Frame) and frame.segmentation is not None
        assert np.array_equal(frame.pixels, expected.images[row])
        assert np.array_equal(frame.segmentation, expected.truth["segmentation"][row])
        assert (frame.depth, frame.points) == (None, None)


@pytest.mark.parametrize(
    ("bad", "code", "words"),
    [
        (
            asked({"yaw_deg": 10.0}),
            "scene",
            "'pattern' does not support camera (yaw_deg); it supports background, segm",
        ),
        (asked({}, ("depth",)), "scene", "'pattern' does not support depth as truth; it supports background, segm"),
        (asked({}, ("background",)), "scene", "'pattern' does not support background as truth"),
        (asked({}, ("a future channel",)), "scene", "'pattern' does not support a future channel as truth"),
        (asked({"zoom": 2.0}), "scene", "a field 'zoom', which this version does not know"),
        (
            asked({**RED.to_wire(), "background.red": 1.5}),
            "scene",
            "background.red is 1.5, expected a number from 0 to 1",
        ),
        (asked({}, ("segmentation",), 4000), "limits", "image_px is 4000; with truth, 1 to 2048 are accepted."),
    ],
)
def test_what_the_engine_lacks_fails_every_sample_in_words_and_returns_the_credit(
    host: Callable[[PatternEngine], Hosted], bad: Job, code: str, words: str
) -> None:
    hosted = host(PatternEngine())
    hosted.send(bad)
    fails = [message for message in hosted.received(Credit, 1) if isinstance(message, Fail)]
    assert [(fail.index, fail.code) for fail in fails] == [(100, code), (101, code)]
    assert words in fails[0].reason
    hosted.send(Job(4, (0,), 8, 20_000, SCHEMA.defaults[None], np.zeros((1, 1), np.uint8)))
    assert any(isinstance(message, Frame) for message in hosted.received(Credit, 2)), "the host goes on"


def test_a_wrong_map_fails_its_sample_and_an_unasked_one_is_left_out(host: Callable[[PatternEngine], Hosted]) -> None:
    hosted = host(BadTruthEngine())
    hosted.send(asked({}, ("segmentation",)))
    frame, fail, _ = hosted.received(Credit, 1)
    assert isinstance(frame, Frame) and isinstance(fail, Fail)
    assert (frame.index, frame.segmentation is None, frame.depth) == (100, False, None)
    assert (fail.index, fail.code, "has class 77; 0 to 9 exist" in fail.reason) == (101, "engine", True)
