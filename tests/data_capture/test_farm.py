"""Tests of data_capture.farm: what workers may do wrong, and that no sample is lost or doubled by it."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from data_capture.capture import CaptureReport, CaptureSettings, capture
from data_capture.check import check_dataset
from data_capture.farm import Farm, FarmSettings
from data_capture.manifest import read_manifest
from data_capture.schedule import MOST_ATTEMPTS
from engine_bridge.errors import DeadlineExceeded, EngineError, InputError
from engine_bridge.protocol import Fail, Frame, Job, Message
from engine_bridge.router import Router

from .conftest import IMAGE_PX, pattern_info, write_dataset
from .hosted import FaultyEngine, Hosted, Images, ScriptedWorker, nothing

COUNT = 30
FARM = FarmSettings("pattern", IMAGE_PX, workers=0, bind="tcp://127.0.0.1:*", alone_timeout_s=20)


def _settings(folder: Path) -> CaptureSettings:
    return CaptureSettings(folder, COUNT, seed=3, engine="pattern", image_px=IMAGE_PX, shard_samples=8)


def _digests(folder: Path) -> list[str]:
    return [entry.sha256 for entry in read_manifest(folder)]


@pytest.fixture
def expected(tmp_path: Path) -> list[str]:
    """The digests of the shards that an undisturbed capture makes."""
    return _digests(write_dataset(tmp_path / "expected", COUNT, pattern_info(3, shard_samples=8)))


def _hosted_capture(folder: Path, *engines: FaultyEngine, farm: FarmSettings = FARM) -> tuple[CaptureReport, Hosted]:
    with Hosted(*engines) as hosted:
        report = capture(_settings(folder), farm, listening=hosted)
    return report, hosted


def _scripted_capture(folder: Path, worker: ScriptedWorker) -> CaptureReport:
    report = capture(_settings(folder), FARM, listening=worker)
    worker.join()
    return report


def test_two_workers_it_did_not_start_make_the_same_shards_as_one(tmp_path: Path, expected: list[str]) -> None:
    report, hosted = _hosted_capture(tmp_path / "d", FaultyEngine(nothing), FaultyEngine(nothing))
    assert report.rendered == report.total == COUNT
    assert report.farm is not None
    assert (report.farm.retries, report.farm.late, report.farm.deaths) == (0, 0, 0)
    assert hosted.errors == []
    assert _digests(tmp_path / "d") == expected
    assert check_dataset(tmp_path / "d") == []


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (np.zeros((IMAGE_PX, IMAGE_PX, 3), np.uint8), "is black"),
        (np.full((IMAGE_PX, IMAGE_PX, 3), 90, np.uint8), "one flat colour"),
    ],
)
def test_an_engine_that_draws_nothing_ends_the_capture_in_words(tmp_path: Path, spoilt: Images, words: str) -> None:
    def fault(call: int, images: Images) -> Images:
        return np.broadcast_to(spoilt, images.shape)

    with pytest.raises(EngineError, match=f"failed 5 times.*{words}"):
        _hosted_capture(tmp_path / "d", FaultyEngine(fault))
    assert read_manifest(tmp_path / "d") == []
    assert not list((tmp_path / "d").glob("*.tmp"))


def test_an_engine_that_repeats_one_picture_ends_the_capture_in_words(tmp_path: Path) -> None:
    kept: list[Images] = []

    def fault(call: int, images: Images) -> Images:
        kept.append(images)
        return np.broadcast_to(kept[0][:1], images.shape)

    with pytest.raises(EngineError, match="very picture that the worker sent before"):
        _hosted_capture(tmp_path / "d", FaultyEngine(fault))


def test_a_picture_spoilt_once_is_rendered_again(tmp_path: Path, expected: list[str]) -> None:
    def fault(call: int, images: Images) -> Images:
        return images * np.uint8(0) if call == 2 else images

    report, _ = _hosted_capture(tmp_path / "d", FaultyEngine(fault))
    assert report.farm is not None
    assert report.farm.retries == 8
    assert _digests(tmp_path / "d") == expected


def test_an_engine_that_sometimes_fails_is_asked_again(tmp_path: Path, expected: list[str]) -> None:
    def fault(call: int, images: Images) -> Images:
        if call % 5 == 2:
            raise RuntimeError("the driver hiccuped")
        return images

    report, _ = _hosted_capture(tmp_path / "d", FaultyEngine(fault), FaultyEngine(nothing))
    assert report.rendered == COUNT
    assert _digests(tmp_path / "d") == expected


def test_a_render_that_hangs_costs_its_deadline_and_no_sample(tmp_path: Path, expected: list[str]) -> None:
    def fault(call: int, images: Images) -> Images:
        if call == 1:
            time.sleep(3)
        return images

    farm = dataclasses.replace(FARM, job_deadline_s=0.5)
    report, _ = _hosted_capture(tmp_path / "d", FaultyEngine(fault), FaultyEngine(nothing), farm=farm)
    assert report.farm is not None
    assert report.farm.retries > 0
    assert _digests(tmp_path / "d") == expected


def test_a_stale_frame_is_refused_and_rendered_again(tmp_path: Path, expected: list[str]) -> None:
    def answer(number: int, frame: Frame) -> list[Message]:
        return [dataclasses.replace(frame, sha256="0" * 64) if number == 3 else frame]

    report = _scripted_capture(tmp_path / "d", ScriptedWorker(answer))
    assert report.farm is not None
    assert report.farm.retries == 1
    assert _digests(tmp_path / "d") == expected


def test_frames_of_the_wrong_size_and_failures_are_rendered_again(tmp_path: Path, expected: list[str]) -> None:
    def answer(number: int, frame: Frame) -> list[Message]:
        if number == 2:
            return [dataclasses.replace(frame, pixels=frame.pixels[:-1])]
        if number == 5:
            return [Fail(frame.request_id, frame.index, "engine", "the scene was not ready")]
        return [frame]

    report = _scripted_capture(tmp_path / "d", ScriptedWorker(answer))
    assert report.farm is not None
    assert report.farm.retries == 2
    assert _digests(tmp_path / "d") == expected


def test_answers_nobody_waits_for_are_dropped_and_counted(tmp_path: Path, expected: list[str]) -> None:
    def answer(number: int, frame: Frame) -> list[Message]:
        never_asked = dataclasses.replace(frame, request_id=9999)
        unknown_index = dataclasses.replace(frame, index=frame.index + 1000)
        return [never_asked, unknown_index, frame, frame] if number == 1 else [frame]

    report = _scripted_capture(tmp_path / "d", ScriptedWorker(answer))
    assert report.farm is not None
    assert report.farm.late == 3
    assert _digests(tmp_path / "d") == expected


def test_jobs_for_a_worker_that_has_just_left_cost_no_attempt(
    tmp_path: Path, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real_send = Router.send
    unsent: list[int] = []

    def send(router: Router, peer: bytes, message: Message) -> bool:
        if isinstance(message, Job) and len(unsent) < 2 * MOST_ATTEMPTS:
            unsent.append(message.request_id)
            return False
        return real_send(router, peer, message)

    monkeypatch.setattr(Router, "send", send)
    # A job that could not be sent stops the handing out to its worker until it says that it is free again, or leaves.
    with Hosted(*[FaultyEngine(nothing)] * (2 * MOST_ATTEMPTS + 1)) as hosted:
        report = capture(_settings(tmp_path / "d"), FARM, listening=hosted)
    assert len(unsent) == 2 * MOST_ATTEMPTS
    assert report.farm is not None and report.farm.retries == 0
    assert _digests(tmp_path / "d") == expected


def test_a_sample_that_an_engine_refuses_ends_the_capture_with_its_words(tmp_path: Path) -> None:
    def answer(number: int, frame: Frame) -> list[Message]:
        return [Fail(frame.request_id, frame.index, "parameters", "wave.03 is too large.")]

    with pytest.raises(EngineError, match=r"refuses sample 0: wave\.03 is too large"):
        _scripted_capture(tmp_path / "d", ScriptedWorker(answer))


def test_a_worker_of_another_version_is_refused_and_the_others_go_on(tmp_path: Path, expected: list[str]) -> None:
    write_dataset(tmp_path / "d", 8, pattern_info(3, shard_samples=8))
    other = FaultyEngine(nothing, version="2")
    with Hosted(other) as refused, Hosted(FaultyEngine(nothing)) as good:

        def listening(address: str) -> None:
            refused(address)
            # The farm answers hellos only once this returns, and it must still run when the misfit's is read.
            threading.Timer(1.0, good, [address]).start()

        capture(_settings(tmp_path / "d"), FARM, listening=listening)
    assert "Engine version 1 is needed, this worker has 2" in str(refused.errors[0])
    assert _digests(tmp_path / "d") == expected


def test_an_engine_that_dies_at_start_is_given_up_with_its_last_words() -> None:
    settings = FarmSettings("nonesuch", IMAGE_PX, workers=1)
    with Farm(settings) as farm, pytest.raises(EngineError, match=r"keeps dying .*Unknown engine 'nonesuch'"):
        farm.wait_for_engine()


def test_a_capture_to_which_no_worker_comes_ends_with_its_address(tmp_path: Path) -> None:
    farm = dataclasses.replace(FARM, alone_timeout_s=0.2)
    with pytest.raises(DeadlineExceeded, match=r"No worker came to tcp://127\.0\.0\.1:\d+ for 0\.2 s"):
        capture(_settings(tmp_path / "d"), farm)


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with Farm(dataclasses.replace(FARM)) as first:
        assert first.address is not None
        with pytest.raises(InputError, match="already in use"):
            capture(_settings(tmp_path / "d"), dataclasses.replace(FARM, bind=first.address))
